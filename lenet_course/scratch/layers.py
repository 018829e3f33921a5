"""The layers of LeNet: what each computes, and how derivatives travel back through it.

Images and maps are (n, height, width, channels): batch first, channels last, as in Keras. Every
layer has three passes:

``forward``
    from its input ``x`` to its output;
``backward``
    from dE/d(output) to dE/dx, by the chain rule. On the way it stores dE/d(parameter);
``curve``
    from the second derivatives d2E/d(output)2 to d2E/dx2, one for each element, by the
    Gauss-Newton approximation of LeCun et al. 1998, appendix C. On the way it stores
    d2E/d(parameter)2, which their training method needs.

A layer computes in the precision of its parameters, float32 or float64.
"""

# ruff: noqa: D102 - Layer documents the methods of all layers
# NumPy's operators on arrays of any precision return Any.
# mypy: disable-error-code="no-any-return"

from abc import ABC, abstractmethod
from functools import reduce
from math import prod

import numpy as np

from lenet_course.scratch.sliding_windows import Array, add_windows, output_side, windows

Shape = tuple[int, ...]


class Layer(ABC):
    """What all layers share.

    Attributes
    ----------
    parameters
        Name and array of each trainable parameter; empty if there is none. An optimizer changes
        the arrays in place.
    gradients
        dE/d(parameter) after `backward`: names and shapes as in ``parameters``. Sums over the
        images of the batch, because a loss already carries the 1/n of the mean.
    curvatures
        d2E/d(parameter)2 after `curve`: likewise.
    """

    def __init__(self) -> None:
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self.curvatures: dict[str, Array] = {}

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """Return the output for the input ``x``, and remember what `backward` needs."""

    @abstractmethod
    def backward(self, gradient: Array) -> Array:
        """Return dE/dx from dE/d(output), for the input of the last `forward`.

        Stores `gradients`.
        """

    @abstractmethod
    def curve(self, curvature: Array) -> Array:
        """Return d2E/dx2 from d2E/d(output)2, for the input of the last `forward`.

        Stores `curvatures`.
        """

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, without n, from that of the input, without n."""

    def connections(self, input_shape: Shape) -> int:
        """Return the number of connections as LeCun et al. 1998 count them.

        One for each input that a unit reads through a weight of its own or a shared one, and one
        for its bias. A layer that only squashes or reshapes has none.
        """
        return 0

    def count_parameters(self) -> int:
        """Return the number of trainable parameters."""
        return sum(array.size for array in self.parameters.values())


class Convolution(Layer):
    """Feature maps: the same small kernels applied at every position.

    a[n, r, c, m] = bias[m] + sum over i, j, d of x[n, r + i, c + j, d] * weights[i, j, d, m]

    LeCun et al. 1998, section II.B, layers C1, C3 and C5. Input (n, height, width, channels),
    output (n, rows, columns, maps), where `output_side` gives rows and columns.

    Parameters
    ----------
    weights
        Kernels, shape (k, k, channels, maps), as in Keras. The layer keeps a copy.
    bias
        Shape (maps,). The layer keeps a copy.
    stride
        Pixels from one window to the next.
    padding
        Rows and columns of zeros added on each side of the image.
    table
        Which map reads which channel: 0 or 1, shape (channels, maps), as `TABLE_I` for C3. A
        kernel that is not in the table is 0 and stays 0. Without a table every map reads every
        channel.

    Raises
    ------
    ValueError
        If a shape, a stride or a padding is impossible.
    """

    def __init__(
        self,
        weights: Array,
        bias: Array,
        *,
        stride: int = 1,
        padding: int = 0,
        table: Array | None = None,
    ) -> None:
        super().__init__()
        if weights.ndim != 4 or weights.shape[0] != weights.shape[1]:
            raise ValueError(f"weights has shape {weights.shape}, expected (k, k, channels, maps).")
        _check_shape("bias", bias.shape, weights.shape[3:])
        if stride < 1 or padding < 0:
            raise ValueError(
                f"stride is {stride} and padding is {padding}, expected 1 or more and 0 or more."
            )
        self.stride = stride
        self.padding = padding
        if table is None:
            table = np.ones(weights.shape[2:])
        _check_shape("table", table.shape, weights.shape[2:])
        if not np.isin(table, (0, 1)).all():
            raise ValueError(f"table holds {np.unique(table).tolist()}, expected 0 and 1 only.")
        self.table = table.astype(bool)
        self.parameters = {"weights": weights * self.table, "bias": bias.copy()}

    def forward(self, x: Array) -> Array:
        weights, bias = self.parameters.values()
        k, _, channels, maps = weights.shape
        _check_input(x, ("height", "width", channels), weights)
        if self.padding:
            border = (self.padding, self.padding)
            x = np.pad(x, ((0, 0), border, border, (0, 0)))
        view = windows(x, k, self.stride)
        self._padded_shape = x.shape
        self._view_shape = view.shape
        # One row for each window. The reshape copies every pixel up to k * k times; in return all
        # the sums are a single matrix product.
        self._rows = view.reshape(-1, k * k * channels)
        a = self._rows @ self._kernels() + bias
        return a.reshape(*view.shape[:3], maps)

    def backward(self, gradient: Array) -> Array:
        self.gradients = self._to_parameters(gradient, self._rows)
        return self._to_input(gradient, self._kernels())

    def curve(self, curvature: Array) -> Array:
        # Eqs. 25 and 27 are the backward pass with every input and every weight squared;
        # eqs. 23-24 add up over the connections that share a weight, as gradients do.
        self.curvatures = self._to_parameters(curvature, self._rows**2)
        return self._to_input(curvature, self._kernels() ** 2)

    def _kernels(self) -> Array:
        """Return the weights as a matrix: a row for each pixel of a window, a column a map."""
        weights = self.parameters["weights"] * self.table
        return weights.reshape(-1, weights.shape[3])

    def _to_parameters(self, gradient: Array, rows: Array) -> dict[str, Array]:
        """Add up pixel times gradient over all windows, since all share the kernels."""
        flat = gradient.reshape(len(rows), -1)
        weights = (rows.T @ flat).reshape(self.parameters["weights"].shape)
        return {"weights": weights * self.table, "bias": flat.sum(axis=0)}

    def _to_input(self, gradient: Array, kernels: Array) -> Array:
        """Go the way of `forward` backward.

        `forward` cuts windows out and multiplies them by the kernels. Both are linear, and the
        gradient of a linear map is its transpose, in the opposite order: multiply by the
        transposed kernels, then add the windows up where they came from. (For stride 1 this is
        again a convolution: of the gradient, padded with k - 1 zeros, with the kernels flipped.)
        """
        n, rows, columns, k, _, channels = self._view_shape
        flat = gradient.reshape(n * rows * columns, -1)
        # Each pixel of the windows gets a plane of its own in memory, which is quick to add up.
        planes = (kernels @ flat.T).reshape(k, k, channels, n, rows, columns)
        x = add_windows(planes.transpose(3, 4, 5, 0, 1, 2), self._padded_shape, self.stride)
        p = self.padding
        return x[:, p : x.shape[1] - p, p : x.shape[2] - p]

    def output_shape(self, input_shape: Shape) -> Shape:
        k, _, channels, maps = self.parameters["weights"].shape
        _check_shape_without_n(input_shape, ("height", "width", channels))
        sides = (output_side(n, k, self.padding, self.stride) for n in input_shape[:2])
        return (*sides, maps)

    def connections(self, input_shape: Shape) -> int:
        rows, columns, _ = self.output_shape(input_shape)
        return rows * columns * self.count_parameters()

    def count_parameters(self) -> int:
        k = len(self.parameters["weights"])
        return k * k * int(self.table.sum()) + self.parameters["bias"].size


class _Pooling(Layer):
    """What the three subsampling layers share: windows side by side, a map at a time.

    Input (n, height, width, channels), output (n, height // size, width // size, channels): rows
    and columns that do not fill a window are left out, as in Keras.
    """

    def __init__(self, size: int = 2) -> None:
        super().__init__()
        if size < 1:
            raise ValueError(f"size is {size}, expected 1 or more.")
        self.size = size

    def _windows(self, x: Array) -> Array:
        view = windows(x, self.size, self.size)
        self._shape = x.shape
        self._view_shape = view.shape
        return view

    def _sums(self, x: Array) -> Array:
        """Return the sum of each window."""
        view = self._windows(x)
        # NumPy adds a few large arrays faster than it sums many small windows.
        pixels = [view[:, :, :, i, j] for i in range(self.size) for j in range(self.size)]
        return reduce(np.add, pixels)

    def _spread(self, gradient: Array) -> Array:
        """Give every pixel of a window the gradient of its unit: the transpose of `_sums`."""
        patches = np.broadcast_to(gradient[:, :, :, None, None], self._view_shape)
        return add_windows(patches, self._shape, self.size)

    def output_shape(self, input_shape: Shape) -> Shape:
        _check_shape_without_n(input_shape, ("height", "width", "channels"))
        sides = (output_side(n, self.size, stride=self.size) for n in input_shape[:2])
        return (*sides, input_shape[2])

    def connections(self, input_shape: Shape) -> int:
        return prod(self.output_shape(input_shape)) * self.size**2


class AveragePooling(_Pooling):
    """The mean of each window.

    y[n, r, c, m] = mean over i, j of x[n, size * r + i, size * c + j, m]

    Input (n, height, width, channels), output (n, height // size, width // size, channels). What
    most tutorials put in place of the trainable subsampling of LeCun et al. 1998.

    Parameters
    ----------
    size
        Side of a window, and the stride, in pixels.
    """

    def forward(self, x: Array) -> Array:
        return self._sums(x) / self.size**2

    def backward(self, gradient: Array) -> Array:
        return self._spread(gradient / self.size**2)

    def curve(self, curvature: Array) -> Array:
        # Each pixel has the weight 1 / size**2; eq. 27 asks for its square.
        return self._spread(curvature / self.size**4)


class MaxPooling(_Pooling):
    """The largest value of each window.

    y[n, r, c, m] = max over i, j of x[n, size * r + i, size * c + j, m]

    Input (n, height, width, channels), output (n, height // size, width // size, channels). Not
    in LeCun et al. 1998: what later networks do. The gradient goes to the pixel that was the
    largest, and to the first one in reading order where several are, as in Keras. The curvature
    goes the same way, since that pixel acts with the weight 1 and the others with 0.

    Parameters
    ----------
    size
        Side of a window, and the stride, in pixels.
    """

    def forward(self, x: Array) -> Array:
        view = self._windows(x)
        n, rows, columns, _, _, channels = view.shape
        pixels = view.reshape(n, rows, columns, self.size**2, channels)
        self._largest = pixels.argmax(axis=3, keepdims=True)
        return np.take_along_axis(pixels, self._largest, axis=3)[:, :, :, 0]

    def backward(self, gradient: Array) -> Array:
        n, rows, columns, channels = gradient.shape
        pixels = np.zeros((n, rows, columns, self.size**2, channels), gradient.dtype)
        np.put_along_axis(pixels, self._largest, gradient[:, :, :, None], axis=3)
        return add_windows(pixels.reshape(self._view_shape), self._shape, self.size)

    def curve(self, curvature: Array) -> Array:
        return self.backward(curvature)


class TrainableSubsampling(_Pooling):
    """The subsampling of LeNet-5: a sum, times a trainable coefficient, plus a trainable bias.

    a[n, r, c, m] = coefficient[m] * sum over i, j of x[n, size * r + i, size * c + j, m] + bias[m]

    LeCun et al. 1998, section II.B, p. 7, layers S2 and S4. Their squashing function is the next
    layer here, `ScaledTanh`. Input (n, height, width, channels), output (n, height // size,
    width // size, channels).

    Parameters
    ----------
    coefficient, bias
        One for each map, shape (channels,). The layer keeps copies.
    size
        Side of a window, and the stride, in pixels.

    Raises
    ------
    ValueError
        If coefficient and bias are not vectors of one length, or ``size`` is less than 1.
    """

    def __init__(self, coefficient: Array, bias: Array, size: int = 2) -> None:
        super().__init__(size)
        if coefficient.ndim != 1:
            raise ValueError(f"coefficient has shape {coefficient.shape}, expected (channels,).")
        _check_shape("bias", bias.shape, coefficient.shape)
        self.parameters = {"coefficient": coefficient.copy(), "bias": bias.copy()}

    def forward(self, x: Array) -> Array:
        coefficient, bias = self.parameters.values()
        _check_input(x, ("height", "width", coefficient.size), coefficient)
        self._summed = self._sums(x)
        return self._summed * coefficient + bias

    def backward(self, gradient: Array) -> Array:
        self.gradients, to_x = self._transposed(
            gradient, self._summed, self.parameters["coefficient"]
        )
        return to_x

    def curve(self, curvature: Array) -> Array:
        # The coefficient multiplies the sum, so the sum is the x of eq. 25.
        self.curvatures, to_x = self._transposed(
            curvature, self._summed**2, self.parameters["coefficient"] ** 2
        )
        return to_x

    def _transposed(
        self, gradient: Array, sums: Array, coefficient: Array
    ) -> tuple[dict[str, Array], Array]:
        parameters = {
            "coefficient": (gradient * sums).sum(axis=(0, 1, 2)),
            "bias": gradient.sum(axis=(0, 1, 2)),
        }
        return parameters, self._spread(gradient * coefficient)

    def output_shape(self, input_shape: Shape) -> Shape:
        _check_shape_without_n(
            input_shape, ("height", "width", self.parameters["coefficient"].size)
        )
        return super().output_shape(input_shape)

    def connections(self, input_shape: Shape) -> int:
        return prod(self.output_shape(input_shape)) * (self.size**2 + 1)


class Activation(Layer):
    """A function f of each element on its own: x = f(a).

    Input and output of any shape. Gradients are multiplied by f'(a), curvatures by f'(a)**2
    (LeCun et al. 1998, eq. 27). The term with f''(a) is left out: that is the Gauss-Newton
    approximation, and it keeps curvatures from turning negative.
    """

    @abstractmethod
    def function(self, a: Array) -> Array:
        """Return f(a)."""

    @abstractmethod
    def derivative(self, a: Array) -> Array:
        """Return f'(a)."""

    def forward(self, x: Array) -> Array:
        self._a = x
        return self.function(x)

    def backward(self, gradient: Array) -> Array:
        return gradient * self.derivative(self._a)

    def curve(self, curvature: Array) -> Array:
        return curvature * self.derivative(self._a) ** 2

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape


class ScaledTanh(Activation):
    """The squashing function of LeNet-5: f(a) = A tanh(S a).

    LeCun et al. 1998, pp. 8 and 41. With A = 1.7159 and S = 2/3, f(1) = 1 and f(-1) = -1.

    Parameters
    ----------
    amplitude
        A: f lies between -A and A.
    slope
        S: the slope at 0 is A * S.
    """

    def __init__(self, amplitude: float = 1.7159, slope: float = 2 / 3) -> None:
        super().__init__()
        self.amplitude = amplitude
        self.slope = slope

    def function(self, a: Array) -> Array:
        return self.amplitude * np.tanh(self.slope * a)

    def derivative(self, a: Array) -> Array:
        return self.amplitude * self.slope * (1 - np.tanh(self.slope * a) ** 2)


class Tanh(ScaledTanh):
    """The plain hyperbolic tangent, f(a) = tanh(a), as in the network of chapter 08."""

    def __init__(self) -> None:
        super().__init__(amplitude=1, slope=1)


class Sigmoid(Activation):
    """The logistic function, f(a) = 1 / (1 + exp(-a))."""

    def function(self, a: Array) -> Array:
        return (1 + np.tanh(a / 2)) / 2  # the same function, and exp cannot overflow

    def derivative(self, a: Array) -> Array:
        y = self.function(a)
        return y * (1 - y)


class ReLU(Activation):
    """The rectifier, f(a) = max(0, a). Its derivative at 0 is taken as 0, as in Keras."""

    def function(self, a: Array) -> Array:
        return np.maximum(a, 0)

    def derivative(self, a: Array) -> Array:
        return (a > 0).astype(a.dtype)


class Flatten(Layer):
    """Maps as one row of numbers: (n, height, width, channels) becomes (n, everything else)."""

    def forward(self, x: Array) -> Array:
        self._shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, gradient: Array) -> Array:
        return gradient.reshape(self._shape)

    def curve(self, curvature: Array) -> Array:
        return curvature.reshape(self._shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (prod(input_shape),)


class Dense(Layer):
    """Every unit reads every input: a = x W + b.

    LeCun et al. 1998, section II.B, layer F6. Input (n, inputs), output (n, units).

    Parameters
    ----------
    weights
        W, shape (inputs, units), as in Keras. The layer keeps a copy.
    bias
        b, shape (units,). The layer keeps a copy.

    Raises
    ------
    ValueError
        If weights and bias do not fit each other.
    """

    def __init__(self, weights: Array, bias: Array) -> None:
        super().__init__()
        if weights.ndim != 2:
            raise ValueError(f"weights has shape {weights.shape}, expected (inputs, units).")
        _check_shape("bias", bias.shape, weights.shape[1:])
        self.parameters = {"weights": weights.copy(), "bias": bias.copy()}

    def forward(self, x: Array) -> Array:
        weights, bias = self.parameters.values()
        _check_input(x, (len(weights),), weights)
        self._x = x
        return x @ weights + bias

    def backward(self, gradient: Array) -> Array:
        self.gradients = {"weights": self._x.T @ gradient, "bias": gradient.sum(axis=0)}
        return gradient @ self.parameters["weights"].T

    def curve(self, curvature: Array) -> Array:
        # Eqs. 25 and 27: the backward pass with every input and every weight squared.
        self.curvatures = {"weights": (self._x**2).T @ curvature, "bias": curvature.sum(axis=0)}
        return curvature @ (self.parameters["weights"] ** 2).T

    def output_shape(self, input_shape: Shape) -> Shape:
        _check_shape_without_n(input_shape, self.parameters["weights"].shape[:1])
        return self.parameters["bias"].shape

    def connections(self, input_shape: Shape) -> int:
        self.output_shape(input_shape)
        return self.count_parameters()


class RBF(Layer):
    """Euclidean radial basis functions: the distance of F6 from the code of each class.

    y[n, i] = sum over j of (x[n, j] - codes[i, j])**2

    LeCun et al. 1998, eq. 7. Input (n, inputs), output (n, classes): penalties, so the smallest
    one names the class. The codes are fixed, so there is nothing to train.

    Parameters
    ----------
    codes
        Shape (classes, inputs), each +1 or -1; in LeNet-5 84 inputs, a bitmap of 7 x 12 pixels.

    Raises
    ------
    ValueError
        If ``codes`` is not a matrix.
    """

    def __init__(self, codes: Array) -> None:
        super().__init__()
        if codes.ndim != 2:
            raise ValueError(f"codes has shape {codes.shape}, expected (classes, inputs).")
        self.codes = codes.copy()

    def forward(self, x: Array) -> Array:
        codes = self.codes.astype(x.dtype)
        _check_input(x, codes.shape[1:], codes)
        self._differences = x[:, None, :] - codes
        return (self._differences**2).sum(axis=2)

    def backward(self, gradient: Array) -> Array:
        self._gradient = gradient
        return 2 * (self._differences * gradient[:, :, None]).sum(axis=1)

    def curve(self, curvature: Array) -> Array:
        """Return d2E/dx2 from d2E/dy2; call `backward` first.

        This layer is not linear in x, so d2E/dx_j2 has two terms: the Gauss-Newton one of
        eq. 27, sum over i of (dy_i/dx_j)**2 d2E/dy_i2, and sum over i of dE/dy_i d2y_i/dx_j2,
        where d2y_i/dx_j2 = 2. The second one is all there is with `EuclideanMSE`, whose d2E/dy2
        is 0; it then gives the exact 2/n. With `MAP` it is 2/n times the probability of the
        rubbish class. So neither term is negative with these two losses.
        """
        first = ((2 * self._differences) ** 2 * curvature[:, :, None]).sum(axis=1)
        return first + 2 * self._gradient.sum(axis=1, keepdims=True)

    def output_shape(self, input_shape: Shape) -> Shape:
        _check_shape_without_n(input_shape, self.codes.shape[1:])
        return self.codes.shape[:1]

    def connections(self, input_shape: Shape) -> int:
        self.output_shape(input_shape)
        return self.codes.size


def _check_shape(name: str, received: Shape, expected: Shape) -> None:
    if received != expected:
        raise ValueError(f"{name} has shape {received}, expected {expected}.")


def _check_input(x: Array, expected: tuple[int | str, ...], parameter: Array) -> None:
    """Refuse an input of another shape than (n, *expected) or of another precision."""
    if not _matches(x.shape[1:], expected):
        raise ValueError(f"x has shape {x.shape}, expected {_in_words(('n', *expected))}.")
    # Complex numbers are let through for the complex-step derivative.
    if x.dtype.kind not in "fc" or np.finfo(x.dtype).dtype != np.finfo(parameter.dtype).dtype:
        wanted = np.finfo(parameter.dtype).dtype
        raise ValueError(
            f"x has type {x.dtype}, but the layer computes in {wanted}: "
            f"give it x.astype(np.{wanted})."
        )


def _check_shape_without_n(received: Shape, expected: tuple[int | str, ...]) -> None:
    if not _matches(received, expected):
        raise ValueError(f"The input shape is {received}, expected {_in_words(expected)}.")


def _matches(shape: Shape, expected: tuple[int | str, ...]) -> bool:
    """Compare a shape with an expected one, in which a name stands for any number."""
    return len(shape) == len(expected) and all(
        isinstance(wanted, str) or side == wanted
        for side, wanted in zip(shape, expected, strict=True)
    )


def _in_words(shape: tuple[int | str, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + (",)" if len(shape) == 1 else ")")
