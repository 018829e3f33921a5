"""The stochastic diagonal Levenberg-Marquardt method (SDLM) of LeCun et al. 1998, appendix C."""

# Keras has no type hints: its classes and what they return are Any.
# mypy: allow-subclassing-any, no-warn-return-any

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from lenet_course.layers import EuclideanRBF


@keras.saving.register_keras_serializable(package="lenet_course")
class SDLM(keras.optimizers.Optimizer):
    """Gradient descent with a step size of its own for each parameter.

    w_k <- w_k - eta / (mu + h_kk) dE/dw_k (eq. 21)

    where h_kk estimates d2E/dw_k2. Call `estimate` before the first step, and then now and
    again: the paper does so before each pass, on 500 patterns.

    Parameters
    ----------
    learning_rate
        eta.
    mu
        Keeps a step finite where the loss is flat: 0.02 in the paper.
    """

    def __init__(
        self, learning_rate: float = 5e-4, mu: float = 0.02, name: str = "SDLM", **settings: Any
    ) -> None:
        if mu <= 0:
            raise ValueError(f"mu is {mu}, expected a positive number.")
        super().__init__(learning_rate=learning_rate, name=name, **settings)
        self.mu = mu
        self._estimated = False

    def build(self, variables: list[Any]) -> None:
        """Make a place for h_kk of each parameter."""
        if self.built:
            return
        super().build(variables)
        self.curvatures = [
            self.add_variable_from_reference(variable, name="curvature") for variable in variables
        ]

    def estimate(self, model: keras.Sequential, loss: Any, x: Any, y: Any) -> None:
        """Estimate h_kk of all parameters of a model on the patterns x, y, by `curvatures`."""
        self.build(model.trainable_variables)
        for place, h in zip(self.curvatures, curvatures(model, loss, x, y), strict=True):
            place.assign(h)
        self._estimated = True

    def step_sizes(self) -> list[Any]:
        """Return eta / (mu + h_kk) for each parameter, shapes as the parameters."""
        return [self.learning_rate / (self.mu + h) for h in self.curvatures]

    def load_own_variables(self, store: Any) -> None:
        """Take the state, second derivatives with it, from a saved model."""
        super().load_own_variables(store)
        self._estimated = any(ops.convert_to_numpy(h).any() for h in self.curvatures)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Take one step (eq. 21)."""
        if not self._estimated:
            raise RuntimeError("SDLM has no second derivatives yet: call its estimate() first.")
        h = self.curvatures[self._get_variable_index(variable)]
        rate = ops.cast(learning_rate, variable.dtype)
        self.assign_sub(variable, rate / (self.mu + h) * ops.cast(gradient, variable.dtype))

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return super().get_config() | {"mu": self.mu}


def curvatures(model: keras.Sequential, loss: Any, x: Any, y: Any) -> list[Any]:
    """Return an estimate of d2E/dw2 for each trainable parameter, by one pass backward.

    The Gauss-Newton approximation of eqs. 23-27: exact for the last weights before a squared
    error, and never negative where the loss's own second derivatives are not. These are not
    squared gradients.

    Parameters
    ----------
    model
        Layers in a row: those of `lenet_course.layers`, Flatten, AveragePooling2D over pixels that
        do not overlap, and Dense without activation.
    loss
        One of `lenet_course.losses`.
    x, y
        Patterns (n, ...) and their labels; E is the mean over them.

    Returns
    -------
    list
        Tensors in the order and of the shapes of ``model.trainable_variables``.

    Raises
    ------
    ValueError
        If the model has a layer of another kind, or radial basis functions before its end.
    """
    inputs = []
    x = ops.convert_to_tensor(x, dtype=model.compute_dtype)
    for layer in model.layers:
        inputs.append(x)
        x = layer(x)
    h = loss.curvature(y, x)
    found: list[list[Any]] = []
    for layer, seen in zip(reversed(model.layers), reversed(inputs), strict=True):
        if layer is model.layers[-1] and isinstance(layer, EuclideanRBF):
            by_weights, h = layer.curve(seen, h, loss.gradient(y, x))
        else:
            by_weights, h = _curve(layer, seen, h)
        found.append(by_weights)
    return [h for by_weights in reversed(found) for h in by_weights]


def _curve(layer: Any, x: Any, h: Any) -> tuple[list[Any], Any]:
    """Return d2E/d(weight)2 and d2E/dx2 of a layer, its own way or that of a Keras layer."""
    if hasattr(layer, "curve") and not isinstance(layer, EuclideanRBF):
        by_weights, by_x = layer.curve(x, h)
        return by_weights, by_x
    if isinstance(layer, keras.layers.Flatten):
        return [], ops.reshape(h, x.shape)
    if isinstance(layer, keras.layers.AveragePooling2D) and layer.strides == layer.pool_size:
        for axis, size in enumerate(layer.pool_size, 1):
            h = ops.repeat(h, size, axis) / size**2
        # Rows and columns that fill no window are not read.
        rest = [(0, full - made) for full, made in zip(x.shape, h.shape, strict=True)]
        return [], ops.pad(h, rest)
    if isinstance(layer, keras.layers.Dense) and layer.activation is keras.activations.linear:
        kernel, by_x = ops.square(layer.kernel), ops.transpose(ops.square(x))
        return [ops.matmul(by_x, h), ops.sum(h, axis=0)], ops.matmul(h, ops.transpose(kernel))
    raise ValueError(
        f"{layer.name} is of the kind {type(layer).__name__}, expected a layer of "
        "lenet_course.layers (EuclideanRBF at the end only), Flatten, AveragePooling2D with "
        "strides of its size, or Dense without an activation."
    )
