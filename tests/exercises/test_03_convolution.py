"""Chapter 03: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

import math
from itertools import product
from typing import Any

import keras
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lenet_course.exercises.catalog import find
from lenet_course.exercises.checker import judge
from lenet_course.scratch import windows


def without_last_position(image, kernel):
    k = len(kernel)
    result = np.zeros((len(image) - k, len(image[0]) - k))
    for r, c in np.ndindex(result.shape):
        result[r, c] = (image[r : r + k, c : c + k] * kernel).sum()
    return result


def each_window(image, kernel, unit):
    k = len(kernel)
    height, width = image.shape
    return [
        [unit(image[r : r + k, c : c + k], kernel) for c in range(width - k + 1)]
        for r in range(height - k + 1)
    ]


def in_place(image, kernel):
    return each_window(image, kernel, lambda window, kernel: (window * kernel).sum())


def mirrored(image, kernel):
    return in_place(image, kernel[::-1, ::-1])


def by_columns_first(image, kernel):
    return in_place(image, kernel.T)


def on_padded_image(image, kernel):
    return in_place(np.pad(image, len(kernel) // 2), kernel)


def transposed_map(image, kernel):
    return np.array(in_place(image, kernel)).T


def overwriting(image, kernel):
    k = len(kernel)
    result = np.zeros((len(image) - k + 1, len(image[0]) - k + 1))
    for r, c in np.ndindex(result.shape):
        for i, j in product(range(k), range(k)):
            result[r, c] = image[r + i, c + j] * kernel[i, j]
    return result


def averaging(image, kernel):
    return each_window(image, kernel, lambda window, kernel: (window * kernel).mean())


def matrices(image, kernel):
    return each_window(image, kernel, lambda window, kernel: (window @ kernel).sum())


def only_across(image, kernel):
    return [np.correlate(row, kernel[1], "valid") for row in image]


def kernel_left_out(image, kernel):
    return each_window(image, kernel, lambda window, kernel: window.sum())


def by_shifted_images(image, kernel):
    k = len(kernel)
    height, width = image.shape[0] - k + 1, image.shape[1] - k + 1
    shifted = (
        kernel[i, j] * image[i : i + height, j : j + width] for i, j in product(range(k), range(k))
    )
    return sum(shifted)


def correlate_with_keras(image, kernel):
    return keras.ops.conv(image[None, :, :, None], kernel[:, :, None, None])[0, :, :, 0]


def four_loops(image, kernel):
    k = len(kernel)
    result = []
    for r in range(len(image) - k + 1):
        result.append([])
        for c in range(len(image[0]) - k + 1):
            total = 0.0
            for i in range(k):
                for j in range(k):
                    total += image[r + i][c + j] * kernel[i][j]
            result[-1].append(total)
    return result


def positions(n, k):
    return (n - k + 1) ** 2


def counting(parameters, connections):
    """An answer that counts with two formulas of fan-in, maps and positions."""

    def count(n, k, channels, maps):
        names = (k * k * channels, maps, positions(n, k))
        return parameters(*names), connections(*names)

    return count


def right_parameters(weights, maps, places):
    return maps * (weights + 1)


def right_connections(weights, maps, places):
    return maps * (weights + 1) * places


def at_every_pixel(n, k, channels, maps):
    return maps * (k * k * channels + 1), maps * (k * k * channels + 1) * n * n


def one_position_short(n, k, channels, maps):
    return maps * (k * k * channels + 1), maps * (k * k * channels + 1) * (n - k) ** 2


def one_channel(n, k, channels, maps):
    return maps * (k * k + 1), maps * (k * k + 1) * positions(n, k)


def as_dense(n, k, channels, maps):
    return maps * (k * k * channels + 1), maps * positions(n, k) * (n * n + 1)


def one_map(n, k, channels, maps):
    return k * k * channels + 1, maps * (k * k * channels + 1) * positions(n, k)


def unit_by_unit(n, k, channels, maps):
    weights = np.zeros((maps, channels, k, k)).size + maps
    connections = 0
    for _ in range(maps * positions(n, k)):
        connections += channels * k * k + 1
    return [weights, connections]


def adding(pixels, grow, step_first=False):
    """An answer that goes through the layers with a rule `grow(k, step)`."""

    def field(layers):
        total, step = pixels, 1
        for k, stride in layers:
            if step_first:
                step *= stride
            total += grow(k, step)
            if not step_first:
                step *= stride
        return total

    return field


def without_subsampling(layers):
    return 1 + sum(k - 1 for k, stride in layers if stride == 1)


def multiplied(layers):
    return math.prod(k for k, _ in layers)


def strides_only(layers):
    return math.prod(stride for _, stride in layers)


def from_the_top(layers):
    pixels, step = 1, 1
    for k, stride in reversed(layers):
        pixels += (k - 1) * step
        step *= stride
    return pixels


def backward(layers):
    pixels = 1
    for k, stride in reversed(layers):
        pixels = (pixels - 1) * stride + k
    return pixels


def first_and_last(layers):
    first, last = 0, 0
    for k, stride in reversed(layers):
        first, last = first * stride, last * stride + k - 1
    return last - first + 1


def layer(view, kernels, bias):
    """The windows as rows, times the kernels, as a learner reshapes them."""
    maps = kernels.shape[-1]
    rows = view.reshape(-1, math.prod(view.shape[3:]))
    return (rows @ kernels.reshape(-1, maps) + bias).reshape(*view.shape[:3], maps)


def without_bias(images, kernels, bias):
    return layer(windows(images, len(kernels)), kernels, 0)


def mirrored_kernels(images, kernels, bias):
    return layer(windows(images, len(kernels)), np.flip(kernels, (0, 1)), bias)


def columns_before_rows(images, kernels, bias):
    return layer(windows(images, len(kernels)), kernels.swapaxes(0, 1), bias)


def numpys_own_order(images, kernels, bias):
    k = len(kernels)
    return layer(sliding_window_view(images, (k, k), axis=(1, 2)), kernels, bias)


def channels_first(images, kernels, bias):
    return np.moveaxis(layer(windows(images, len(kernels)), kernels, bias), -1, 1)


def transposed_maps(images, kernels, bias):
    return layer(windows(images, len(kernels)), kernels, bias).swapaxes(1, 2)


def gray_only(images, kernels, bias):
    return layer(windows(images[..., :1], len(kernels)), kernels[:, :, :1], bias)


def channel_by_channel(images, kernels, bias):
    return np.einsum("nrcijd,ijdm->nrcdm", windows(images, len(kernels)), kernels) + bias


def first_image(images, kernels, bias):
    return layer(windows(images, len(kernels)), kernels, bias)[0]


def rows_of_a_matrix(images, kernels, bias):
    return layer(windows(images, len(kernels)), kernels, bias).reshape(-1, len(bias))


def loop_over_images(images, kernels, bias):
    return np.stack([layer(windows(x[None], len(kernels)), kernels, bias)[0] for x in images])


def loop_while(images, kernels, bias):
    result, m = [], 0
    while m < len(bias):
        result.append(layer(windows(images, len(kernels)), kernels[..., m : m + 1], bias[m]))
        m += 1
    return np.concatenate(result, axis=-1)


def layer_with_squash(images, kernels, bias):
    return np.tanh(layer(windows(images, len(kernels)), kernels, bias))


def by_einsum(images, kernels, bias):
    return np.einsum("nrcijd,ijdm->nrcm", windows(images, len(kernels)), kernels) + bias


def by_tensordot(images, kernels, bias):
    k = kernels.shape[0]
    view = sliding_window_view(images, (k, k), axis=(1, 2))  # n, rows, columns, channels, k, k
    return np.tensordot(view, kernels, axes=((4, 5, 3), (0, 1, 2))) + bias


def by_keras(images, kernels, bias):
    return keras.ops.conv(images, kernels) + bias


# exercise, misconception, answer, a phrase of the message that names it
WRONG: list[tuple[str, str, Any, str]] = [
    ("03.side", "n - k positions", lambda n, k, p=0, s=1: (n + 2 * p - k) // s, "Add 1 at the end"),
    ("03.side", "stride ignored", lambda n, k, p=0, s=1: n + 2 * p - k + 1, "one in 2 of them"),
    (
        "03.side",
        "padding ignored",
        lambda n, k, p=0, s=1: (n - k) // s + 1,
        "The padding does not appear",
    ),
    (
        "03.side",
        "padding on one side",
        lambda n, k, p=0, s=1: (n + p - k) // s + 1,
        "at each of the two ends",
    ),
    (
        "03.side",
        "the last step is made anyway",
        lambda n, k, p=0, s=1: math.ceil((n + 2 * p - k) / s) + 1,
        "was rounded up",
    ),
    (
        "03.side",
        "a side may be a fraction",
        lambda n, k, p=0, s=1: (n + 2 * p - k) / s + 1,
        "you gave 8.5; it should be 8. A map has a whole number",
    ),
    (
        "03.side",
        "the stride divides everything",
        lambda n, k, p=0, s=1: (n + 2 * p - k + 1) // s,
        "The 1 was added before dividing",
    ),
    ("03.side", "the kernel costs nothing", lambda n, k, p=0, s=1: n // s, "Keras calls that"),
    ("03.correlate", "a true convolution", mirrored, "the convolution of mathematics"),
    ("03.correlate", "kernel by columns", by_columns_first, "not kernel[j, i]"),
    ("03.correlate", "n - k positions", without_last_position, "stops one position early"),
    ("03.correlate", "loops over the padded side", on_padded_image, "had a border of zeros"),
    ("03.correlate", "columns come first", transposed_map, "The map is transposed"),
    ("03.correlate", "= adds up", overwriting, "holds only the last of its products"),
    ("03.correlate", "a mean of products", averaging, "does not divide"),
    ("03.correlate", "a matrix product", matrices, "multiplied as matrices"),
    (
        "03.count",
        "no biases",
        counting(lambda w, m, u: m * w, lambda w, m, u: m * w * u),
        "missing from both",
    ),
    (
        "03.count",
        "a bias is no connection",
        counting(right_parameters, lambda w, m, u: m * w * u),
        "but not among the connections. The paper counts one for each unit: 25 weights and the "
        "bias, 26 in all",
    ),
    (
        "03.count",
        "a bias is not trained",
        counting(lambda w, m, u: m * w, right_connections),
        "but not among the parameters",
    ),
    (
        "03.count",
        "one bias a layer",
        counting(lambda w, m, u: m * w + 1, right_connections),
        "One bias for the whole layer",
    ),
    (
        "03.count",
        "one bias a layer, shared everywhere",
        counting(lambda w, m, u: m * w + 1, lambda w, m, u: (m * w + 1) * u),
        "One bias for the whole layer",
    ),
    (
        "03.count",
        "parameters at every position",
        counting(right_connections, right_connections),
        "anew at each of the 784 positions",
    ),
    (
        "03.count",
        "a bias for each unit",
        counting(lambda w, m, u: m * w + m * u, right_connections),
        "so in the network of 1989",
    ),
    ("03.count", "a unit at every pixel", at_every_pixel, "784 positions and not 1024"),
    ("03.count", "n - k positions", one_position_short, "a side of n has n - k + 1"),
    ("03.count", "a kernel is flat", one_channel, "5 x 5 x 6"),
    ("03.count", "every pixel is connected", as_dense, "as in a dense layer"),
    (
        "03.count",
        "connections come first",
        counting(right_connections, right_parameters),
        "The two are swapped",
    ),
    ("03.field", "5 + 5", adding(0, lambda k, step: k if k > 2 else 0), "as in 5 + 5"),
    (
        "03.field",
        "strides do not matter",
        adding(1, lambda k, step: k - 1),
        "you gave 10; it should be 14. The str",
    ),
    (
        "03.field",
        "subsampling adds nothing",
        without_subsampling,
        "you gave 9; it should be 14. Layers with",
    ),
    (
        "03.field",
        "sides add up",
        adding(0, lambda k, step: k),
        "you gave 12; it should be 14. The sides of",
    ),
    ("03.field", "the kernel is the field", lambda layers: layers[-1][0], "of the layer before it"),
    ("03.field", "windows lie side by side", multiplied, "The sides were multiplied"),
    (
        "03.field",
        "a stride counts at once",
        adding(1, lambda k, step: (k - 1) * step, step_first=True),
        "you gave 15; it should be 14. A layer's own stride",
    ),
    (
        "03.field",
        "k and not k - 1",
        adding(0, lambda k, step: k * step),
        "you gave 17; it should be 14. Each layer added k times",
    ),
    (
        "03.field",
        "k and not k - 1, after the first pixel",
        adding(1, lambda k, step: k * step),
        "you gave 6; it should be 5. Each layer added k times",
    ),
    (
        "03.field",
        "from the top",
        from_the_top,
        "it should be 21. The layers were taken in the wrong",
    ),
    (
        "03.maps",
        "maps need no bias",
        without_bias,
        "is -1.681 and should be -1.613. The bias is missing",
    ),
    ("03.maps", "a true convolution", mirrored_kernels, "The kernels were mirrored"),
    ("03.maps", "columns before rows", columns_before_rows, "exchanged on the way"),
    ("03.maps", "reshape sorts axes", numpys_own_order, "the channel runs slowest"),
    ("03.maps", "channels first", channels_first, "as in PyTorch"),
    ("03.maps", "maps lie on their side", transposed_maps, "rows and columns of the maps"),
    ("03.maps", "a kernel is flat", gray_only, "Only the first channel"),
    ("03.maps", "channels stay apart", channel_by_channel, "The channels were kept apart"),
    ("03.maps", "one image", first_image, "Only the first image"),
    ("03.maps", "a matrix is the answer", rows_of_a_matrix, "one row for each window"),
    ("03.maps", "a loop over images is no loop", loop_over_images, "still loops in Python"),
    ("03.maps", "a loop over maps is no loop", loop_while, "still loops in Python"),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    (
        "03.side",
        "twice the kernel",
        lambda n, k, p=0, s=1: n - 2 * k,
        "you gave 22; it should be 28. Draw",
    ),
    ("03.correlate", "rows only", only_across, "The shape is (7, 7) and should be (5, 7). A 3x3"),
    ("03.correlate", "no kernel", kernel_left_out, "The unit at (0, 0) is"),
    (
        "03.count",
        "one map's parameters",
        one_map,
        "you gave (26, 122304); it should be (156, 122304). Look again at the parameters",
    ),
    (
        "03.count",
        "weights as connections",
        counting(right_parameters, lambda w, m, u: w),
        "you gave (156, 25); it should be (156, 122304). Look again at the connections",
    ),
    ("03.count", "one number", lambda n, k, channels, maps: 156, "returned 156. Return two"),
    ("03.field", "strides only", strides_only, "it should be 5. Work it out layer by layer"),
    ("03.maps", "images", lambda images, kernels, bias: images, "The shape is (7, 6, 8, 2)"),
    ("03.maps", "squashed", layer_with_squash, "The unit at (0, 0, 0, 0) is"),
]

RIGHT: list[tuple[str, Any]] = [
    ("03.side", lambda n, k, padding=0, stride=1: len(range(0, n + 2 * padding - k + 1, stride))),
    ("03.side", lambda n, k, p=0, s=1: math.floor((n - k + 2 * p) / s + 1)),
    ("03.correlate", four_loops),
    ("03.correlate", in_place),
    ("03.correlate", by_shifted_images),
    ("03.correlate", correlate_with_keras),
    ("03.count", unit_by_unit),
    ("03.count", counting(right_parameters, right_connections)),
    ("03.field", backward),
    ("03.field", first_and_last),
    ("03.maps", by_einsum),
    ("03.maps", by_tensordot),
    ("03.maps", by_keras),
    ("03.maps", np.vectorize(by_einsum, signature="(n,h,w,d),(k,k,d,m),(m)->(n,r,c,m)")),
]


def test_crashing_misconceptions_are_reported_with_the_line_and_what_was_given():
    def correlate(image, kernel):
        result = np.zeros(image.shape)
        for r, c in np.ndindex(image.shape):
            for i, j in np.ndindex(kernel.shape):
                result[r, c] += image[r + i, c + j] * kernel[i, j]
        return result

    message = judge(find("03.correlate"), correlate).message
    assert "image[r + i, c + j] * kernel[i, j]" in message
    assert "IndexError" in message
    assert "image: an array of shape (7, 9)" in message
