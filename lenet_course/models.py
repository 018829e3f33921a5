"""The networks of the course, as Keras models without weights or compilation."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lenet_course.scratch import (
    DIGIT_CODES,
    Convolution,
    Network,
    original_network,
    tutorial_network,
)

if TYPE_CHECKING:
    import keras

WEIGHTS = Path(__file__).parent / "weights"


def lenet5_tutorial() -> keras.Sequential:
    """Build LeNet-5 as tutorials write it, for 28x28 digits (chapter 08).

    Input: float32 ``(n, 28, 28, 1)`` in [0, 1]. Output: ``(n, 10)`` probabilities.
    44,426 trainable parameters. It is not the network of the 1998 paper, which takes
    32x32 pixels, wires C3 through a table, trains its subsampling and ends in radial
    basis functions (LeCun et al. 1998, section II.B).
    """
    from keras import Sequential, layers

    return Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(6, 5, activation="tanh", name="C1"),
            layers.AveragePooling2D(2, name="S2"),
            layers.Conv2D(16, 5, activation="tanh", name="C3"),
            layers.AveragePooling2D(2, name="S4"),
            layers.Flatten(name="flatten"),
            layers.Dense(120, activation="tanh", name="C5"),
            layers.Dense(84, activation="tanh", name="F6"),
            layers.Dense(10, activation="softmax", name="output"),
        ],
        name="lenet5_tutorial",
    )


def lenet5_1998(seed: int | None = None) -> keras.Sequential:
    """Build LeNet-5 as it was in 1998 (chapter 09): 60,000 parameters, 340,908 connections.

    LeCun et al. 1998, section II.B. Input: float32 ``(n, 32, 32, 1)``, as
    `lenet_course.datasets.as_1998` makes it. Output: ``(n, 10)`` penalties, so the smallest one
    names the digit.

    Parameters
    ----------
    seed
        Of the initial weights; the same seed gives the same weights.
    """
    from keras import Sequential
    from keras.layers import Dense, Flatten, Input

    from lenet_course.layers import (
        ConnectionTableConv2D,
        EuclideanRBF,
        FanInUniform,
        ScaledTanh,
        TrainableSubsampling,
        every,
    )

    c1, s2, c3, s4, c5, f6 = _seeds(seed, 6)
    return Sequential(
        [
            Input((32, 32, 1)),
            ConnectionTableConv2D(every(1, 6), seed=c1, name="C1"),
            ScaledTanh(name="C1_squashed"),
            TrainableSubsampling(seed=s2, name="S2"),
            ScaledTanh(name="S2_squashed"),
            ConnectionTableConv2D(seed=c3, name="C3"),
            ScaledTanh(name="C3_squashed"),
            TrainableSubsampling(seed=s4, name="S4"),
            ScaledTanh(name="S4_squashed"),
            ConnectionTableConv2D(every(16, 120), seed=c5, name="C5"),
            ScaledTanh(name="C5_squashed"),
            Flatten(name="flatten"),
            Dense(84, kernel_initializer=FanInUniform(f6), name="F6"),
            ScaledTanh(name="F6_squashed"),
            EuclideanRBF(name="output"),
        ],
        name="lenet5_1998",
    )


def lenet5_modern(
    seed: int | None = None,
    *,
    activation: str = "relu",
    pooling: str = "max",
    start: str = "He",
) -> keras.Sequential:
    """Build LeNet-5's layer sizes with parts of today (chapter 15): 61,706 parameters.

    Input: float32 ``(n, 28, 28, 1)`` in [0, 1]; C1 adds the rim that makes them 32x32. Output:
    ``(n, 10)`` sums, for softmax. C3 reads all maps of S2, subsampling has no parameters, and the
    output layer no codes: 1,706 parameters more than in 1998.

    Parameters
    ----------
    seed
        Of the initial weights; the same seed gives the same weights.
    activation
        Of Keras.
    pooling
        "max" or "average".
    start
        Initial weights: "He", normal of variance 2 / fan-in, or "1998", uniform up to 2.4 / fan-in
        (LeCun et al. 1998, p. 41).

    Raises
    ------
    ValueError
        If there is no such pooling or start.

    Notes
    -----
    Source of the initial weights: K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into
    rectifiers", 2015, eq. 10.
    """
    from keras import Sequential
    from keras.initializers import HeNormal
    from keras.layers import AveragePooling2D, Conv2D, Dense, Flatten, Input, MaxPooling2D

    from lenet_course.layers import FanInUniform

    pools = {"max": MaxPooling2D, "average": AveragePooling2D}
    starts = {"He": HeNormal, "1998": FanInUniform}
    if pooling not in pools or start not in starts:
        raise ValueError(
            f"pooling is {pooling!r} and start is {start!r}, expected one of "
            f"{', '.join(pools)} and one of {', '.join(starts)}."
        )
    pool, first = pools[pooling], [starts[start](own) for own in _seeds(seed, 5)]
    return Sequential(
        [
            Input((28, 28, 1)),
            Conv2D(
                6, 5, padding="same", activation=activation, kernel_initializer=first[0], name="C1"
            ),
            pool(2, name="S2"),
            Conv2D(16, 5, activation=activation, kernel_initializer=first[1], name="C3"),
            pool(2, name="S4"),
            Flatten(name="flatten"),
            Dense(120, activation=activation, kernel_initializer=first[2], name="C5"),
            Dense(84, activation=activation, kernel_initializer=first[3], name="F6"),
            Dense(10, kernel_initializer=first[4], name="output"),
        ],
        name="lenet5_modern",
    )


def lenet5_strings(seed: int | None = None, *, width: int = 1) -> keras.Sequential:
    """Build the network that reads strings (chapter 16): 61,961 parameters.

    The layers are those of `lenet5_modern`, with three more outputs: for ten digits, a point, a
    star, and nothing in the middle of the window. C1 adds no rim, so that
    `lenet_course.strings.replicate` can slide it. Input: float32 ``(n, 32, 32, 1)`` in [0, 1].
    Output: ``(n, 13)`` sums, for softmax.

    Parameters
    ----------
    seed
        Of the initial weights; the same seed gives the same weights.
    width
        How many times the maps and units of LeNet-5.
    """
    from keras import Sequential
    from keras.initializers import HeNormal
    from keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D

    first = [HeNormal(own) for own in _seeds(seed, 5)]
    return Sequential(
        [
            Input((32, 32, 1)),
            Conv2D(6 * width, 5, activation="relu", kernel_initializer=first[0], name="C1"),
            MaxPooling2D(2, name="S2"),
            Conv2D(16 * width, 5, activation="relu", kernel_initializer=first[1], name="C3"),
            MaxPooling2D(2, name="S4"),
            Flatten(name="flatten"),
            Dense(120 * width, activation="relu", kernel_initializer=first[2], name="C5"),
            Dense(84 * width, activation="relu", kernel_initializer=first[3], name="F6"),
            Dense(13, kernel_initializer=first[4], name="output"),
        ],
        name="lenet5_strings",
    )


def lenet_1989(seed: int | None = None) -> keras.Sequential:
    """Build the first LeNet, that of 1989: 9,760 parameters, 64,660 connections, 1,256 units.

    LeCun et al. 1989. Input: float32 ``(n, 16, 16, 1)`` from -1, paper, to 1, ink. Output:
    ``(n, 10)`` from -1.7159 to 1.7159, the largest one names the digit. It has no subsampling
    layers: its convolutions move on by two pixels.

    Each map of H2 reads 8 of the 12 maps of H1, by a scheme that the paper does not describe.
    Ours is an assumption: the maps of H1 form three groups of four, and so do those of H2, each
    of which leaves out one group. That H2, like H1, sees a background of -1 beyond the edge is an
    assumption too.

    Parameters
    ----------
    seed
        Of the initial weights; the same seed gives the same weights.
    """
    from keras import Sequential
    from keras.layers import Dense, Flatten, Input

    from lenet_course.layers import ConnectionTableConv2D, FanInUniform, ScaledTanh, every

    h1, h2, h3, output = _seeds(seed, 4)
    groups = 1 - np.kron(np.eye(3, dtype=int), every(4, 4))
    half_as_wide = partial(
        ConnectionTableConv2D, strides=2, padding=2, background=-1.0, shared_bias=False
    )
    return Sequential(
        [
            Input((16, 16, 1)),
            half_as_wide(every(1, 12), seed=h1, name="H1"),
            ScaledTanh(name="H1_squashed"),
            half_as_wide(groups, seed=h2, name="H2"),
            ScaledTanh(name="H2_squashed"),
            Flatten(name="flatten"),
            Dense(30, kernel_initializer=FanInUniform(h3), name="H3"),
            ScaledTanh(name="H3_squashed"),
            Dense(10, kernel_initializer=FanInUniform(output), name="output"),
            ScaledTanh(name="output_squashed"),
        ],
        name="lenet_1989",
    )


def lenet_1989_modern(
    seed: int | None = None, *, rectified: bool = True, dropout: float = 0.0
) -> keras.Sequential:
    """Build the network of 1989 with parts of today: 9,760 parameters, 64,660 connections.

    Layers and wiring are those of `lenet_1989`; the ten outputs are sums, for softmax. Input:
    float32 ``(n, 16, 16, 1)`` from -1, paper, to 1, ink. Output: ``(n, 10)``, the largest one
    names the digit.

    Parameters
    ----------
    seed
        Of the initial weights; the same seed gives the same weights.
    rectified
        True: rectified linear units, initial weights from a normal distribution of variance
        2 / fan-in, and a background of 0 for H2, since no unit says -1. False: the squashing
        function, initial weights and background of `lenet_1989`.
    dropout
        Which part of the units of H2 is left out at random, in training.

    Notes
    -----
    Source of the initial weights: K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into
    rectifiers", 2015, eq. 10.
    """
    from keras import Sequential
    from keras.layers import Dropout, Input, ReLU

    layers = lenet_1989(seed).layers[:-1]
    if rectified:
        layers[2] = type(layers[2]).from_config(layers[2].get_config() | {"background": 0.0})
        layers = [
            ReLU(name=layer.name.replace("squashed", "rectified"))
            if layer.name.endswith("squashed")
            else layer
            for layer in layers
        ]
    if dropout:
        layers.insert(4, Dropout(dropout, seed=seed, name="H2_dropout"))
    model = Sequential([Input((16, 16, 1)), *layers], name="lenet_1989_modern")
    if rectified:
        rng = np.random.default_rng(seed)
        for name, fan_in in {"H1": 25, "H2": 200, "H3": 192, "output": 30}.items():
            kernel = model.get_layer(name).kernel
            kernel.assign(rng.normal(0, np.sqrt(2 / fan_in), kernel.shape))
    return model


def lenet1(seed: int | None = None) -> keras.Sequential:
    """Build LeNet-1: 2,578 parameters, 98,442 connections.

    LeCun et al. 1998, pp. 12-13, after Y. LeCun et al., "Handwritten digit recognition with a
    back-propagation network", NIPS 2 (1989). Input: float32 ``(n, 28, 28, 1)``; in the paper
    digits of 16x16 pixels amid background. Output: ``(n, 10)`` from -1.7159 to 1.7159, the
    largest one names the digit.

    Of the 48 kernels that could join the 4 maps of H2 to the 12 of H3, 20 exist. Which ones is an
    assumption: each half of H3 reads two maps of H2, one map only the first of them, one only the
    second, and four both.

    Parameters
    ----------
    seed
        Of the initial weights; the same seed gives the same weights.
    """
    from keras import Sequential
    from keras.layers import Dense, Flatten, Input

    from lenet_course.layers import (
        ConnectionTableConv2D,
        FanInUniform,
        ScaledTanh,
        TrainableSubsampling,
        every,
    )

    h1, h2, h3, h4, output = _seeds(seed, 5)
    half = [[1, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1]]
    return Sequential(
        [
            Input((28, 28, 1)),
            ConnectionTableConv2D(every(1, 4), seed=h1, name="H1"),
            ScaledTanh(name="H1_squashed"),
            TrainableSubsampling(seed=h2, name="H2"),
            ScaledTanh(name="H2_squashed"),
            ConnectionTableConv2D(np.kron(np.eye(2, dtype=int), half), seed=h3, name="H3"),
            ScaledTanh(name="H3_squashed"),
            TrainableSubsampling(seed=h4, name="H4"),
            ScaledTanh(name="H4_squashed"),
            Flatten(name="flatten"),
            Dense(10, kernel_initializer=FanInUniform(output), name="output"),
            ScaledTanh(name="output_squashed"),
        ],
        name="lenet1",
    )


def lenet4(seed: int | None = None) -> keras.Sequential:
    """Build a guess at LeNet-4: 16,998 parameters, 258,306 connections.

    LeCun et al. 1998, pp. 12-13: 4 maps, 8 subsampling maps, a pair for each of the 4, 16 maps,
    16 subsampling maps, 120 units and 10; about 17,000 parameters and 260,000 connections. Input:
    float32 ``(n, 32, 32, 1)``, as `lenet_course.datasets.as_1998` makes it. Output: ``(n, 10)``
    from -1.7159 to 1.7159, the largest one names the digit.

    The text does not say what reads what, and 120 units that read all 16 maps would alone have
    48,120 parameters. So all wiring from S2 on is a guess that comes near the paper's two
    numbers: C3 has 60 kernels, as in LeNet-5, and of the 120 units 40 read four maps and 80 read
    five, always maps that are neighbors in a circle. That the ten outputs are squashed sums, and
    not radial basis functions, is a guess too.

    Parameters
    ----------
    seed
        Of the initial weights; the same seed gives the same weights.
    """
    from keras import Sequential
    from keras.layers import Dense, Flatten, Input

    from lenet_course.layers import (
        ConnectionTableConv2D,
        FanInUniform,
        RepeatMaps,
        ScaledTanh,
        TrainableSubsampling,
        every,
    )

    c1, s2, c3, s4, c5, output = _seeds(seed, 6)
    c3_reads = _neighbors(8, [3] * 8 + [4] * 4 + [5] * 4)
    c5_reads = _neighbors(16, [4] * 40 + [5] * 80)
    return Sequential(
        [
            Input((32, 32, 1)),
            ConnectionTableConv2D(every(1, 4), seed=c1, name="C1"),
            ScaledTanh(name="C1_squashed"),
            RepeatMaps(2, name="pairs"),
            TrainableSubsampling(seed=s2, name="S2"),
            ScaledTanh(name="S2_squashed"),
            ConnectionTableConv2D(c3_reads, seed=c3, name="C3"),
            ScaledTanh(name="C3_squashed"),
            TrainableSubsampling(seed=s4, name="S4"),
            ScaledTanh(name="S4_squashed"),
            ConnectionTableConv2D(c5_reads, seed=c5, name="C5"),
            ScaledTanh(name="C5_squashed"),
            Flatten(name="flatten"),
            Dense(10, kernel_initializer=FanInUniform(output), name="output"),
            ScaledTanh(name="output_squashed"),
        ],
        name="lenet4",
    )


def _neighbors(channels: int, counts: list[int]) -> NDArray[np.int64]:
    """Return the table in which map m reads ``counts[m]`` channels in a circle, from m on."""
    table = np.zeros((channels, len(counts)), dtype=int)
    for m, count in enumerate(counts):
        table[np.arange(m, m + count) % channels, m] = 1
    return table


def connections(model: keras.Sequential) -> dict[str, int]:
    """Return the number of connections of each layer, by its name, as the papers count them.

    One for each input that a unit reads, and one for its bias (LeCun et al. 1998, pp. 7-9). The
    sum is the paper's number for the network: 340,908 for `lenet5_1998`. Layers that only squash
    or rearrange have none and are left out.

    Parameters
    ----------
    model
        Made of the layers of `lenet_course.layers` and of Dense.

    Raises
    ------
    ValueError
        If another layer has weights.
    """
    from keras.layers import Dense

    found = {}
    for layer in model.layers:
        if hasattr(layer, "connections"):
            found[layer.name] = layer.connections()
        elif isinstance(layer, Dense):
            found[layer.name] = layer.count_params()  # no weight is shared
        elif layer.weights:
            raise ValueError(
                f"{layer.name} is of the kind {type(layer).__name__}, expected a layer of "
                "lenet_course.layers or Dense."
            )
    return found


def _seeds(seed: int | None, count: int) -> list[int]:
    """Return a seed for each layer, so that no two layers start alike."""
    return [int(state) for state in np.random.SeedSequence(seed).generate_state(count)]


def trained(name: str) -> keras.Sequential:
    """Return a network with the weights that an experiment has left in the package.

    They are those of the seed with the median validation error, and of ``"lenet5_modern"`` and
    ``"lenet5_strings"`` those of the first seed, in 16 bits: the test error is that of this seed
    in the result file.

    Parameters
    ----------
    name
        Of the experiment: ``"lenet5_1998"``, ``"lenet5_1998_distorted"``, ``"lenet5_tutorial"``,
        ``"lenet5_modern"``, ``"lenet5_strings"``, ``"lenet4"``, ``"lenet1"`` or
        ``"usps_lenet_1989"``.

    Raises
    ------
    FileNotFoundError, ValueError
        If there are no such weights, or the file is damaged.
    """
    path = WEIGHTS / f"{name}.f16"
    if not path.is_file():
        names = ", ".join(sorted(file.stem for file in WEIGHTS.glob("*.f16")))
        raise FileNotFoundError(f"There are no weights named {name!r}, expected one of: {names}.")
    builders = {
        "lenet1": lenet1,
        "lenet4": lenet4,
        "lenet5_modern": lenet5_modern,
        "lenet5_strings": lenet5_strings,
        "lenet5_tutorial": lenet5_tutorial,
        "usps_lenet_1989": lenet_1989,
    }
    model = builders.get(name, lenet5_1998)()
    set_rounded_weights(model, _read(name, model.count_params()))
    return model


def trained_in_numpy(name: str) -> Network:
    """Return a network of `lenet_course.scratch` with the weights that `trained` gives Keras's.

    Parameters
    ----------
    name
        ``"lenet5_1998"``, ``"lenet5_1998_distorted"`` or ``"lenet5_tutorial"``.

    Raises
    ------
    ValueError
        If it is another name, or the file is damaged.
    """
    rng = np.random.default_rng()  # what it draws is replaced
    if name in ("lenet5_1998", "lenet5_1998_distorted"):
        network = original_network(rng, DIGIT_CODES)
    elif name == "lenet5_tutorial":
        network = tutorial_network(rng)
    else:
        raise ValueError(
            f"name is {name!r}, expected lenet5_1998, lenet5_1998_distorted or lenet5_tutorial."
        )
    left = _read(name, network.count_parameters())
    for layer in network.layers:
        for array in layer.parameters.values():
            # The file has only the kernels that exist.
            exists = np.ones(array.shape, bool)
            if isinstance(layer, Convolution) and array.ndim == 4:
                exists[:] = layer.table
            array[exists], left = left[: exists.sum()], left[exists.sum() :]
    return network


def _read(name: str, count: int) -> NDArray[np.float16]:
    """Return that many weights from a file of the package."""
    path = WEIGHTS / f"{name}.f16"
    content = path.read_bytes()
    if len(content) != 2 * count:
        raise ValueError(f"{path} is damaged: it has {len(content)} bytes, expected {2 * count}.")
    return np.frombuffer(content, "<f2")


def rounded_weights(model: keras.Model) -> NDArray[np.float16]:
    """Return all trainable weights in 16 bits, one after the other, shape (parameters,)."""
    return np.concatenate([np.ravel(weight) for weight in _arrays(model)]).astype(np.float16)


def set_rounded_weights(model: keras.Model, weights: NDArray[np.float16]) -> None:
    """Give a model the weights that `rounded_weights` has returned for another one.

    Raises
    ------
    ValueError
        If they are too many or too few.
    """
    arrays = _arrays(model)
    sizes = [array.size for array in arrays]
    if weights.shape != (sum(sizes),):
        raise ValueError(f"weights has shape {weights.shape}, expected ({sum(sizes)},).")
    parts = np.split(weights.astype(np.float32), np.cumsum(sizes)[:-1])
    for variable, part, array in zip(model.trainable_weights, parts, arrays, strict=True):
        variable.assign(part.reshape(array.shape))


def _arrays(model: keras.Model) -> list[NDArray[np.float32]]:
    return [np.asarray(weight) for weight in model.trainable_weights]
