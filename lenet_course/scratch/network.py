"""Layers in a row, and the two networks of the course."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from lenet_course.scratch.layers import (
    RBF,
    AveragePooling,
    Convolution,
    Dense,
    Flatten,
    Layer,
    MaxPooling,
    ReLU,
    ScaledTanh,
    Shape,
    Sigmoid,
    Tanh,
    TrainableSubsampling,
)
from lenet_course.scratch.sliding_windows import Array

if TYPE_CHECKING:
    import keras

# LeCun et al. 1998, Table I: the maps of S2 that each map of C3 reads.
_C3_READS = (
    (0, 1, 2),
    (1, 2, 3),
    (2, 3, 4),
    (3, 4, 5),
    (0, 4, 5),
    (0, 1, 5),
    (0, 1, 2, 3),
    (1, 2, 3, 4),
    (2, 3, 4, 5),
    (0, 3, 4, 5),
    (0, 1, 4, 5),
    (0, 1, 2, 5),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)
TABLE_I = np.array([[int(s2 in reads) for reads in _C3_READS] for s2 in range(6)])
TABLE_I.flags.writeable = False

_ACTIVATIONS: dict[str, type[Layer]] = {"tanh": Tanh, "relu": ReLU, "sigmoid": Sigmoid}
_PREDICT_BATCH = 500  # the windows of 500 digits take some 60 MB


class Network:
    """Layers in a row: each reads the output of the one before.

    Parameters
    ----------
    layers
        From the input to the output.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    def forward(self, x: Array) -> Array:
        """Return the output of the last layer for the input ``x``, shape (n, ...)."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, gradient: Array) -> Array:
        """Return dE/dx from dE/d(output); every layer stores its gradients."""
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient

    def curve(self, curvature: Array) -> Array:
        """Return d2E/dx2 from d2E/d(output)2; every layer stores its curvatures.

        LeCun et al. 1998, appendix C, eqs. 23-27. Call `forward` and `backward` first.
        """
        for layer in reversed(self.layers):
            curvature = layer.curve(curvature)
        return curvature

    @property
    def parameters(self) -> list[dict[str, Array]]:
        """The parameters of each layer, in order; an empty dict where there are none."""
        return [layer.parameters for layer in self.layers]

    def count_parameters(self) -> int:
        """Return the number of trainable parameters."""
        return sum(layer.count_parameters() for layer in self.layers)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, without n, from that of the input, without n."""
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape

    def connections(self, input_shape: Shape) -> int:
        """Return the number of connections as LeCun et al. 1998 count them."""
        total = 0
        for layer in self.layers:
            total += layer.connections(input_shape)
            input_shape = layer.output_shape(input_shape)
        return total

    def classify(self, outputs: Array) -> Array:
        """Return the class that each row of outputs names, shape (n,).

        The largest output; the smallest where the last layer is `RBF`, whose outputs are
        penalties.
        """
        best = np.argmin if isinstance(self.layers[-1], RBF) else np.argmax
        classes: Array = best(outputs, axis=1)
        return classes

    def predict(self, x: Array) -> Array:
        """Return the class of each image, shape (n,)."""
        batches = (x[i : i + _PREDICT_BATCH] for i in range(0, len(x), _PREDICT_BATCH))
        return np.concatenate([self.classify(self.forward(batch)) for batch in batches])


def uniform_fan_in(rng: np.random.Generator, shape: Shape, fan_in: int | Array) -> Array:
    """Return random weights between -2.4 / fan_in and 2.4 / fan_in, as float64.

    LeCun et al. 1998, p. 41; the same in LeCun et al. 1989, p. 546.

    Parameters
    ----------
    rng
        Where the numbers come from.
    shape
        Of the weights.
    fan_in
        Number of inputs of a unit: of 5 x 5 kernels on one channel, 25. Or an array of them, one
        for each map.
    """
    return rng.uniform(-2.4 / fan_in, 2.4 / fan_in, shape)


def glorot_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """Return random weights as Keras's layers draw theirs, as float64.

    Uniform between -limit and limit, limit = sqrt(6 / (fan_in + fan_out)): here, other than in
    `uniform_fan_in`, there is a square root. X. Glorot and Y. Bengio, "Understanding the
    difficulty of training deep feedforward neural networks", AISTATS 2010.

    Parameters
    ----------
    rng
        Where the numbers come from.
    shape
        Of the weights: (k, k, channels, maps) or (inputs, units).
    """
    *kernel, inputs, units = shape
    limit = np.sqrt(6 / (prod(kernel) * (inputs + units)))
    return rng.uniform(-limit, limit, shape)


def tutorial_network(rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Network:
    """Build LeNet as tutorials write it: the layers of `lenet_course.models.lenet5_tutorial`.

    Input (n, 28, 28, 1), output (n, 10): the sums before the softmax, which is part of
    `SoftmaxCrossEntropy`. 44,426 parameters: weights by `glorot_uniform`, biases 0, as in Keras.

    Parameters
    ----------
    rng
        Where the initial weights come from.
    dtype
        float32 or float64.
    """
    return Network(
        [
            Convolution(*_with_bias(glorot_uniform(rng, (5, 5, 1, 6)), dtype)),
            Tanh(),
            AveragePooling(),
            Convolution(*_with_bias(glorot_uniform(rng, (5, 5, 6, 16)), dtype)),
            Tanh(),
            AveragePooling(),
            Flatten(),
            Dense(*_with_bias(glorot_uniform(rng, (256, 120)), dtype)),
            Tanh(),
            Dense(*_with_bias(glorot_uniform(rng, (120, 84)), dtype)),
            Tanh(),
            Dense(*_with_bias(glorot_uniform(rng, (84, 10)), dtype)),
        ]
    )


def original_network(
    rng: np.random.Generator, codes: Array, dtype: DTypeLike = np.float32
) -> Network:
    """Build LeNet-5 as it was in 1998: 60,000 parameters and 340,908 connections.

    LeCun et al. 1998, section II.B. Input (n, 32, 32, 1), output (n, classes): penalties. Weights
    and coefficients by `uniform_fan_in`; biases 0, on which the paper is silent.

    Parameters
    ----------
    rng
        Where the initial weights come from.
    codes
        The code of each class, shape (classes, 84), each +1 or -1.
    dtype
        float32 or float64.
    """
    c3 = _with_bias(uniform_fan_in(rng, (5, 5, 6, 16), 25 * TABLE_I.sum(axis=0)), dtype)
    return Network(
        [
            Convolution(*_with_bias(uniform_fan_in(rng, (5, 5, 1, 6), 25), dtype)),
            ScaledTanh(),
            TrainableSubsampling(*_with_bias(uniform_fan_in(rng, (6,), 4), dtype)),
            ScaledTanh(),
            Convolution(*c3, table=TABLE_I),
            ScaledTanh(),
            TrainableSubsampling(*_with_bias(uniform_fan_in(rng, (16,), 4), dtype)),
            ScaledTanh(),
            Convolution(*_with_bias(uniform_fan_in(rng, (5, 5, 16, 120), 400), dtype)),
            ScaledTanh(),
            Flatten(),
            Dense(*_with_bias(uniform_fan_in(rng, (120, 84), 120), dtype)),
            ScaledTanh(),
            RBF(codes),
        ]
    )


def _with_bias(weights: Array, dtype: DTypeLike) -> tuple[Array, Array]:
    """Return the weights in the precision asked for, and a bias of 0 for each map or unit."""
    return weights.astype(dtype), np.zeros(weights.shape[-1], dtype)


def from_keras(model: keras.Sequential) -> Network:
    """Build the network of a Keras model, with copies of its weights and in their precision.

    Parameters
    ----------
    model
        A built `keras.Sequential` of Conv2D, AveragePooling2D, MaxPooling2D, Flatten and Dense
        layers. A softmax at its end is left out: the network ends in the sums before it, which
        `SoftmaxCrossEntropy` takes.

    Raises
    ------
    ValueError
        If the model has a layer or a setting that `scratch` does not have.
    """
    layers: list[Layer] = []
    for source in model.layers:
        settings = source.get_config()
        layers.append(_layer_from_keras(type(source).__name__, settings, source.get_weights()))
        activation = settings.get("activation", "linear")
        if activation in _ACTIVATIONS:
            layers.append(_ACTIVATIONS[activation]())
        elif activation != "linear" and (activation != "softmax" or source is not model.layers[-1]):
            raise ValueError(
                f"{source.name} has the activation {activation}, expected linear, "
                f"{', '.join(_ACTIVATIONS)}, or softmax in the last layer."
            )
    return Network(layers)


def _layer_from_keras(kind: str, settings: dict[str, Any], weights: list[Array]) -> Layer:
    name = settings["name"]
    if len(weights) == 1:
        raise ValueError(f"{name} has no bias, expected use_bias=True.")
    if kind == "Conv2D":
        k = settings["kernel_size"][0]
        stride = settings["strides"][0]
        same = settings["padding"] == "same"
        wanted = {
            "kernel_size": (k, k),
            "strides": (1, 1) if same else (stride, stride),
            "dilation_rate": (1, 1),
            "groups": 1,
        }
        if {key: settings[key] for key in wanted} != wanted or (same and k % 2 == 0):
            received = ", ".join(f"{key}={settings[key]}" for key in [*wanted, "padding"])
            raise ValueError(
                f"{name} has {received}; expected a square kernel, one stride, dilation_rate=1, "
                "groups=1, and padding='same' only with strides=1 and an odd kernel."
            )
        return Convolution(*weights, stride=stride, padding=k // 2 if same else 0)
    if kind == "Dense":
        return Dense(*weights)
    if kind == "Flatten":
        return Flatten()
    pooling = {"AveragePooling2D": AveragePooling, "MaxPooling2D": MaxPooling}
    if kind not in pooling:
        raise ValueError(
            f"{name} is of the kind {kind}, expected Conv2D, Dense, Flatten, {', '.join(pooling)}."
        )
    size = settings["pool_size"]
    if size[0] != size[1] or settings["strides"] != size or settings["padding"] != "valid":
        raise ValueError(
            f"{name} has pool_size={size}, strides={settings['strides']} and "
            f"padding={settings['padding']!r}; expected a square, strides of its size and 'valid'."
        )
    return pooling[kind](size[0])
