"""The layers of the networks of 1989 and 1998 for Keras.

The same layers as in `lenet_course.scratch`, which explains them; here they train, save and load
as Keras's own. Images and maps are (n, height, width, channels). They are written with
``keras.ops``, so they run on TensorFlow and on JAX.

Beside ``call`` each has ``curve``, the backward pass of second derivatives that
`lenet_course.optimizers.SDLM` needs (LeCun et al. 1998, appendix C).
"""

# Keras has no type hints: its classes and what they return are Any.
# mypy: allow-subclassing-any, no-warn-return-any

from __future__ import annotations

from math import prod
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from lenet_course.scratch.codes import DIGIT_CODES
from lenet_course.scratch.network import TABLE_I, uniform_fan_in
from lenet_course.scratch.sliding_windows import output_side

# What ``curve`` returns: d2E/d(weight)2 for each trainable weight in order, and d2E/dx2.
Curvatures = tuple[list[Any], Any]

_registered = keras.saving.register_keras_serializable(package="lenet_course")


@_registered
class FanInUniform(keras.initializers.Initializer):
    """Random weights between -2.4 / fan-in and 2.4 / fan-in.

    LeCun et al. 1998, p. 41, and LeCun et al. 1989, p. 546. There is no square root: the paper
    assumes inputs that are strongly correlated.

    Parameters
    ----------
    seed
        The same seed gives the same weights, on every backend. None for others each time.
    fan_in
        Number of inputs of a unit; an array where units differ, in the shape of the last axes of
        the weights. By default the product of all axes but the last, as for a dense layer.
    """

    def __init__(self, seed: int | None = None, fan_in: ArrayLike | None = None) -> None:
        self.seed = seed
        self.fan_in = fan_in

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Return the weights, of the shape and type asked for."""
        fan_in = prod(shape[:-1]) if self.fan_in is None else np.asarray(self.fan_in)
        weights = uniform_fan_in(np.random.default_rng(self.seed), tuple(shape), fan_in)
        return ops.convert_to_tensor(weights, dtype=dtype or keras.config.floatx())

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        fan_in = None if self.fan_in is None else np.asarray(self.fan_in).tolist()
        return {"seed": self.seed, "fan_in": fan_in}


@_registered
class ScaledTanh(keras.layers.Layer):
    """The squashing function of LeNet-5: f(a) = 1.7159 tanh(2/3 a).

    LeCun et al. 1998, pp. 8 and 41: f(1) = 1 and f(-1) = -1. Input and output of any shape.
    """

    def call(self, x: Any) -> Any:
        """Return f(x)."""
        return 1.7159 * ops.tanh(2 / 3 * x)

    def curve(self, x: Any, curvature: Any) -> Curvatures:
        """Return d2E/dx2 = f'(x)**2 d2E/d(output)2 (eq. 27)."""
        slope = 1.7159 * 2 / 3 * (1 - ops.square(ops.tanh(2 / 3 * x)))
        return [], ops.square(slope) * curvature

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the shape of the input."""
        return input_shape


@_registered
class ConnectionTableConv2D(keras.layers.Layer):
    """Feature maps, each of which reads some of the maps below: C1, C3 and C5 of LeNet-5.

    a[n, r, c, m] = bias[m] + sum over i, j and the d that m reads of
    x[n, r + i, c + j, d] * kernel[i, j, d m]

    LeCun et al. 1998, section II.B. A kernel exists only where the table has a 1, so that the
    layer has as many parameters as the paper counts. Input (n, height, width, channels), output
    (n, rows, columns, maps).

    Parameters
    ----------
    table
        Which map reads which channel: 0 or 1, shape (channels, maps). By default Table I, the
        wiring of C3. `every` gives a full one.
    kernel_size
        Side k of a kernel. The weights have shape (k, k, connections), where a connection is a 1
        of the table, counted row by row.
    strides
        Pixels from one window to the next.
    padding, background
        Rows and columns added on each side, and the value in them.
    shared_bias
        False for a bias of its own for each unit, as in the network of 1989.
    seed
        Of the initial kernels, `FanInUniform`; biases start at 0.

    Raises
    ------
    ValueError
        If the table, an argument or an input does not fit.
    """

    def __init__(
        self,
        table: ArrayLike = TABLE_I,
        kernel_size: int = 5,
        *,
        strides: int = 1,
        padding: int = 0,
        background: float = 0.0,
        shared_bias: bool = True,
        seed: int | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.table = np.array(table)
        if self.table.ndim != 2 or not np.isin(self.table, (0, 1)).all():
            raise ValueError(
                f"table has shape {self.table.shape} and holds {np.unique(self.table).tolist()}, "
                "expected (channels, maps) and 0 and 1 only."
            )
        if not self.table.any(axis=0).all():
            lonely = np.flatnonzero(~self.table.any(axis=0)).tolist()
            raise ValueError(
                f"The maps {lonely} of the table read no channel, expected one or more."
            )
        if kernel_size < 1 or strides < 1 or padding < 0:
            raise ValueError(
                f"kernel_size is {kernel_size}, strides {strides} and padding {padding}, expected "
                "1, 1 and 0 or more."
            )
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.background = background
        self.shared_bias = shared_bias
        self.seed = seed
        channels, maps = self.table.shape
        connections = int(self.table.sum())
        # From the (channels, maps) of a full kernel to the connection, or to one past the last.
        self._connection = np.full(channels * maps, connections)
        self._connection[self.table.ravel() == 1] = np.arange(connections)

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Make the weights for inputs of this shape."""
        rows, columns, maps = self.compute_output_shape(input_shape)[1:]
        self.input_spec = keras.layers.InputSpec(ndim=4, axes={-1: self.table.shape[0]})
        k, connections = self.kernel_size, int(self.table.sum())
        # A kernel of a map that reads 3 channels has a fan-in of 3 k k.
        fan_in = k * k * self.table.sum(axis=0)[np.nonzero(self.table)[1]]
        self.kernel = self.add_weight(
            name="kernel",
            shape=(k, k, connections),
            initializer=FanInUniform(self.seed, fan_in),
        )
        shape = (maps,) if self.shared_bias else (rows, columns, maps)
        self.bias = self.add_weight(name="bias", shape=shape, initializer="zeros")

    def call(self, x: Any) -> Any:
        """Return the sums a, before any squashing."""
        return ops.matmul(self._windows(x), self.matrix(self.kernel)) + self.bias

    def curve(self, x: Any, curvature: Any) -> Curvatures:
        """Return the second derivatives by kernel and bias, and by x.

        Eqs. 25 and 27 are the backward pass with every input and every weight squared;
        eqs. 23-24 add up over the connections that share a weight.
        """
        windows = ops.square(self._windows(x))
        full = ops.einsum("nrcw,nrcm->wm", windows, curvature)
        kernel = ops.take(
            ops.reshape(full, (self.kernel_size, self.kernel_size, -1)),
            np.flatnonzero(self.table),
            axis=2,
        )
        bias = ops.sum(curvature, axis=(0, 1, 2) if self.shared_bias else 0)
        squared = ops.square(self.matrix(self.kernel))
        return [kernel, bias], self._fold(ops.matmul(curvature, ops.transpose(squared)), x)

    def matrix(self, kernel: Any) -> Any:
        """Return the kernels as a matrix: a row for each pixel of a window, a column a map."""
        if self.table.all():
            return ops.reshape(kernel, (-1, self.table.shape[1]))
        # A pair that is not connected takes the 0 put behind the last connection.
        padding = ((0, 0), (0, 0), (0, 1))

        @ops.custom_gradient  # type: ignore[untyped-decorator]
        def spread(padded: Any) -> Any:
            def back(*arguments: Any, upstream: Any = None) -> Any:
                # Each connection went to one place only: nothing is to be added up, which a
                # library does one number at a time.
                gradient = arguments[0] if upstream is None else upstream
                return ops.pad(ops.take(gradient, np.flatnonzero(self.table), axis=2), padding)

            return ops.take(padded, self._connection, axis=2), back

        return ops.reshape(spread(ops.pad(kernel, padding)), (-1, self.table.shape[1]))

    def _windows(self, x: Any) -> Any:
        """Return the k * k * channels pixels that each unit sees, in the last axis.

        The sums of a layer are then one matrix product. Where XLA compiles a step for a single
        image, that is faster than its own convolution.
        """
        if self.padding:
            border = (self.padding, self.padding)
            x = ops.pad(x, ((0, 0), border, border, (0, 0)), constant_values=self.background)
        return ops.concatenate([x[:, i, j] for i, j in self._slices(x.shape)], axis=-1)

    def _slices(self, shape: tuple[Any, ...]) -> list[tuple[slice, slice]]:
        """Return rows and columns of the pixels (i, j) of all windows of a padded image."""
        rows, columns = (self._side(side) for side in shape[1:3])
        k, step = self.kernel_size, self.strides
        return [
            (
                slice(i, i + step * (rows - 1) + 1, step),
                slice(j, j + step * (columns - 1) + 1, step),
            )
            for i in range(k)
            for j in range(k)
        ]

    def _fold(self, windows: Any, x: Any) -> Any:
        """Add the pixels of the windows up where they came from: the transpose of `_windows`."""
        step, channels = self.strides, self.table.shape[0]
        height, width = (side + 2 * self.padding for side in x.shape[1:3])
        rows, columns = (self._side(side) for side in (height, width))
        # Put each unit at the place of its window's first pixel, zeros between.
        gaps = ((0, 0), (0, 0), (0, step - 1), (0, 0), (0, step - 1), (0, 0))
        spread = ops.pad(windows[:, :, None, :, None, :], gaps)
        spread = ops.reshape(spread, (-1, rows * step, columns * step, windows.shape[-1]))
        tall, wide = (step * (count - 1) + 1 for count in (rows, columns))
        total: Any = 0.0
        for index, (i, j) in enumerate(self._slices((None, height, width))):
            pixel = spread[:, :tall, :wide, index * channels : (index + 1) * channels]
            border = ((i.start, height - i.stop), (j.start, width - j.stop))
            total = total + ops.pad(pixel, ((0, 0), *border, (0, 0)))
        inside = slice(self.padding, -self.padding or None)
        return total[:, inside, inside]

    def _side(self, padded: int) -> int:
        return output_side(padded, self.kernel_size, stride=self.strides)

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (n, rows, columns, maps)."""
        channels, maps = self.table.shape
        _check_input(self, input_shape, (None, "height", "width", channels))
        sides = [self._side(side + 2 * self.padding) for side in input_shape[1:3]]
        return (input_shape[0], *sides, maps)

    def connections(self) -> int:
        """Return the number of connections as LeCun et al. 1998 count them.

        One for each input that a unit reads, and one for its bias.
        """
        rows, columns = self.output.shape[1:3]
        return rows * columns * (int(self.table.sum()) * self.kernel_size**2 + self.table.shape[1])

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return super().get_config() | {
            "table": self.table.tolist(),
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "background": self.background,
            "shared_bias": self.shared_bias,
            "seed": self.seed,
        }


@_registered
class RepeatMaps(keras.layers.Layer):
    """Every map several times over, for subsampling maps that share one: S2 of LeNet-4.

    y[n, r, c, times d + k] = x[n, r, c, d] for k = 0 ... times - 1

    LeCun et al. 1998, pp. 12-13. Input (n, height, width, channels), output (n, height, width,
    times channels). Only wiring: no parameters, and no connections of its own.

    Parameters
    ----------
    times
        How often.
    """

    def __init__(self, times: int = 2, **settings: Any) -> None:
        super().__init__(**settings)
        if times < 1:
            raise ValueError(f"times is {times}, expected 1 or more.")
        self.times = times

    def call(self, x: Any) -> Any:
        """Return each map ``times`` times."""
        return ops.repeat(x, self.times, axis=-1)

    def curve(self, x: Any, curvature: Any) -> Curvatures:
        """Return d2E/dx2: the sum over the copies (eq. 27 with weights of 1)."""
        copies = ops.reshape(curvature, (*x.shape, self.times))
        return [], ops.sum(copies, axis=-1)

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (n, height, width, times channels)."""
        return (*input_shape[:-1], self.times * input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return super().get_config() | {"times": self.times}


@_registered
class TrainableSubsampling(keras.layers.Layer):
    """The subsampling of LeNet-5: a sum, times a trainable coefficient, plus a trainable bias.

    a[n, r, c, m] = coefficient[m] * sum over i, j of x[n, size r + i, size c + j, m] + bias[m]

    LeCun et al. 1998, section II.B, p. 7, layers S2 and S4; the squashing function comes after.
    Input (n, height, width, channels), output (n, height // size, width // size, channels).

    Parameters
    ----------
    size
        Side of a window, and the step from one to the next, in pixels.
    seed
        Of the initial coefficients, `FanInUniform`; biases start at 0.
    """

    def __init__(self, size: int = 2, *, seed: int | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        if size < 1:
            raise ValueError(f"size is {size}, expected 1 or more.")
        self.size = size
        self.seed = seed

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Make the weights for inputs of this shape."""
        shape = (self.compute_output_shape(input_shape)[-1],)
        self.input_spec = keras.layers.InputSpec(ndim=4, axes={-1: shape[0]})
        initial = FanInUniform(self.seed, fan_in=self.size**2)
        self.coefficient = self.add_weight(name="coefficient", shape=shape, initializer=initial)
        self.bias = self.add_weight(name="bias", shape=shape, initializer="zeros")

    def call(self, x: Any) -> Any:
        """Return the sums a, before any squashing."""
        return self._sums(x) * self.coefficient + self.bias

    def curve(self, x: Any, curvature: Any) -> Curvatures:
        """Return the second derivatives by coefficient and bias, and by x (eqs. 23-27)."""
        # The coefficient multiplies the sum, so the sum is the x of eq. 25.
        coefficient = ops.sum(curvature * ops.square(self._sums(x)), axis=(0, 1, 2))
        bias = ops.sum(curvature, axis=(0, 1, 2))
        spread = curvature * ops.square(self.coefficient)
        for axis in (1, 2):
            spread = ops.repeat(spread, self.size, axis=axis)
        left_out = [(0, x.shape[axis] - spread.shape[axis]) for axis in (1, 2)]
        return [coefficient, bias], ops.pad(spread, ((0, 0), *left_out, (0, 0)))

    def _sums(self, x: Any) -> Any:
        rows, columns = (side // self.size * self.size for side in x.shape[1:3])
        step = self.size
        return sum(
            x[:, i:rows:step, j:columns:step] for i in range(self.size) for j in range(self.size)
        )

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (n, height // size, width // size, channels)."""
        _check_input(self, input_shape, (None, "height", "width", "channels"))
        n, height, width, channels = input_shape
        return (
            n,
            output_side(height, self.size, stride=self.size),
            output_side(width, self.size, stride=self.size),
            channels,
        )

    def connections(self) -> int:
        """Return the number of connections: for each unit its inputs and its bias."""
        return prod(self.output.shape[1:]) * (self.size**2 + 1)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return super().get_config() | {"size": self.size, "seed": self.seed}


@_registered
class EuclideanRBF(keras.layers.Layer):
    """Euclidean radial basis functions: the distance of F6 from the code of each class.

    y[n, i] = sum over j of (x[n, j] - codes[i, j])**2

    LeCun et al. 1998, eq. 7. Input (n, inputs), output (n, classes): penalties, so the smallest
    one names the class. The codes are fixed: nothing to train.

    Parameters
    ----------
    codes
        Shape (classes, inputs), each +1 or -1. By default the digits of Fig. 3, for 84 inputs.

    Raises
    ------
    ValueError
        If the codes are not a matrix, or do not fit an input.
    """

    def __init__(self, codes: ArrayLike = DIGIT_CODES, **settings: Any) -> None:
        super().__init__(**settings)
        self.codes = np.array(codes, dtype=np.float64)
        if self.codes.ndim != 2:
            raise ValueError(f"codes has shape {self.codes.shape}, expected (classes, inputs).")

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Refuse inputs of another shape from now on."""
        self.compute_output_shape(input_shape)
        self.input_spec = keras.layers.InputSpec(ndim=2, axes={-1: self.codes.shape[1]})

    def call(self, x: Any) -> Any:
        """Return the penalties y."""
        return ops.sum(ops.square(self._differences(x)), axis=2)

    def curve(self, x: Any, curvature: Any, gradient: Any) -> Curvatures:
        """Return d2E/dx2, from the second and from the first derivatives by y.

        The layer is not linear in x, so beside the term of eq. 27, sum over i of
        (dy_i/dx_j)**2 d2E/dy_i2, there is sum over i of dE/dy_i d2y_i/dx_j2, where the second
        factor is 2. `lenet_course.scratch.RBF` says when this is not negative.
        """
        first = ops.square(2 * self._differences(x)) * curvature[:, :, None]
        return [], ops.sum(first, axis=1) + 2 * ops.sum(gradient, axis=1, keepdims=True)

    def _differences(self, x: Any) -> Any:
        return x[:, None, :] - ops.cast(self.codes, x.dtype)

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (n, classes)."""
        _check_input(self, input_shape, (None, self.codes.shape[1]))
        return (input_shape[0], self.codes.shape[0])

    def connections(self) -> int:
        """Return the number of connections: one for each input of each class."""
        return self.codes.size

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return super().get_config() | {"codes": self.codes.tolist()}


def every(channels: int, maps: int) -> np.ndarray:
    """Return the table in which every map reads every channel, shape (channels, maps)."""
    return np.ones((channels, maps), dtype=int)


def _check_input(
    layer: keras.layers.Layer, received: tuple[Any, ...], expected: tuple[Any, ...]
) -> None:
    """Refuse a shape that differs from the expected one, in which names stand for any number."""
    fits = len(received) == len(expected) and all(
        not isinstance(wanted, int) or side == wanted
        for side, wanted in zip(received, expected, strict=True)
    )
    if not fits or any(side is None for side in received[1:]):
        words = ", ".join("n" if wanted is None else str(wanted) for wanted in expected)
        raise ValueError(f"{layer.name} received the shape {received}, expected ({words}).")
