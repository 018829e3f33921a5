"""The exercises of chapter 03, Convolution.

Each check tries the answer on a few small inputs, chosen so that every mistake named below gives
a result of its own. The right answers, with which a worksheet goes on past a blank, come first.
"""

import dis
from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import Shape, check_shape, check_values
from lenet_course.exercises.exercise import Exercise, Wrong
from lenet_course.scratch import correlate_loops, windows

Array = NDArray[Any]
Layers = Sequence[tuple[int, int]]
# What a mistake computes, and what is to be said about it.
Mistakes = tuple[tuple[Callable[..., Any], str], ...]


def side(n: int, k: int, padding: int = 0, stride: int = 1) -> int:
    """Count the positions of a window of k pixels along n pixels."""
    return (n + 2 * padding - k) // stride + 1


def correlate(image: Array, kernel: Array) -> Array:
    """Slide a kernel (k, k) over an image (h, w), without mirroring it."""
    return correlate_loops(image, kernel)


def count(n: int, k: int, channels: int, maps: int) -> tuple[int, int]:
    """Count the parameters and the connections of a convolution of an n x n input."""
    parameters = maps * (k * k * channels + 1)
    return parameters, parameters * side(n, k) ** 2


def field(layers: Layers) -> int:
    """Compute the side of the receptive field behind layers of (kernel, stride)."""
    pixels = step = 1
    for k, stride in layers:
        pixels += (k - 1) * step
        step *= stride
    return pixels


def compute_maps(images: Array, kernels: Array, bias: Array) -> Array:
    """Compute all maps of all images, (n, rows, columns, maps), as one matrix product."""
    k, _, channels, maps = kernels.shape
    view = windows(images, k)
    rows = view.reshape(-1, k * k * channels)
    return (rows @ kernels.reshape(-1, maps) + bias).reshape(*view.shape[:3], maps)


_SIDE_MISTAKES: Mistakes = (
    # With a stride the next one may give the same; but who makes that fails before, at stride 1.
    (
        lambda n, k, p, s: (n + 2 * p - k + 1) // s,
        "The 1 was added before dividing. It stands for the first position, which is there "
        "whatever the stride: divide first, then add 1.",
    ),
    (
        lambda n, k, p, s: (n + 2 * p - k) // s,
        "The steps were counted, but not the position before the first step: a window that cannot "
        "move at all still has one. Add 1 at the end.",
    ),
    (
        lambda n, k, p, s: n + 2 * p - k + 1,
        "That is the number of positions when the window moves one pixel at a time. With a "
        "stride of {s} it takes only one in {s} of them.",
    ),
    (
        lambda n, k, p, s: (n - k) // s + 1,
        "The padding does not appear in it. The window may also begin in the {p} added pixels.",
    ),
    (
        lambda n, k, p, s: (n + p - k) // s + 1,
        "The padding was counted once. {p} pixels are added at each of the two ends.",
    ),
    (
        lambda n, k, p, s: -((n + 2 * p - k) // -s) + 1,
        "The division was rounded up. A last step that would leave the image is not made: round "
        "down, with //.",
    ),
    (
        lambda n, k, p, s: (n + 2 * p - k) / s + 1,
        "A map has a whole number of rows. The last step is made in full or not at all: divide "
        "with //.",
    ),
    (
        lambda n, k, p, s: n // s,
        "That is the side where the padding is chosen to keep it (Keras calls that 'same'). Here "
        "the padding is {p}: count the places where a kernel of side {k} fits.",
    ),
)


def check_side(answer: Any) -> None:
    """Check the rule for the number of positions."""
    for n, k, p, s in ((32, 5, 0, 1), (28, 5, 2, 1), (16, 5, 2, 2), (31, 5, 0, 2), (32, 7, 3, 3)):
        given = call(answer, n=n, k=k, padding=p, stride=s)
        right = side(n, k, p, s)
        if given == right:
            continue
        received = (
            f"For n={n}, k={k}, padding={p} and stride={s} you gave {given}; it should be {right}."
        )
        for mistake, why in _SIDE_MISTAKES:
            if np.isclose(given, mistake(n, k, p, s), rtol=0, atol=1e-9):
                raise Wrong(f"{received} {why.format(n=n, k=k, p=p, s=s)}")
        raise Wrong(f"{received} Draw the pixels on paper and move the window along them.")


_CORRELATE_SHAPES: dict[Shape, str] = {
    (4, 6): "The last row and the last column are missing. A loop to n - k stops one position "
    "early: there are n - k + 1.",
    (7, 9): "The map is as large as the image, as if the image had a border of zeros. Nothing is "
    "padded here: the window stays inside.",
    (7, 5): "The map is transposed. Rows come first, in the image, in the kernel and in the map: "
    "result[r, c].",
}


def check_correlate(answer: Any) -> None:
    """Check a kernel slid over one image."""
    random = np.random.default_rng(3)
    # Neither square nor symmetric, so that every exchange shows.
    image, kernel = random.normal(size=(7, 9)), random.normal(size=(3, 3))
    given = as_array(call(answer, image=image, kernel=kernel), "The result")
    right = correlate(image, kernel)
    positions = "A 3x3 kernel has 5 positions down and 7 across in an image of 7x9."
    check_shape(given, right.shape, _CORRELATE_SHAPES, positions)
    every_window = windows(image[None, :, :, None], 3)[0, ..., 0]
    known = (
        (
            correlate(image, kernel[::-1, ::-1]),
            "The kernel was mirrored: that is the convolution of mathematics. In a network the "
            "indices of image and kernel grow together: image[r + i, c + j] meets kernel[i, j].",
        ),
        (
            correlate(image, kernel.T),
            "Rows and columns of the kernel were exchanged. image[r + i, c + j] meets "
            "kernel[i, j], not kernel[j, i].",
        ),
        (
            image[2:, 2:] * kernel[2, 2],
            "The unit holds only the last of its products, because each overwrote the one before. "
            "Add them up with +=, beginning at 0.",
        ),
        (
            right / 9,
            "The unit is the mean of its products. A convolution adds them up and does not divide.",
        ),
        (
            (every_window @ kernel).sum(axis=(2, 3)),
            "Window and kernel were multiplied as matrices. Each pixel meets one weight, the one "
            "in its own place: * and not @.",
        ),
    )
    otherwise = "A unit is the sum of the nine products of the kernel and the unit's window."
    check_values(given, right, known, otherwise, "The unit")


_ONE_BIAS = "One bias for the whole layer is too few: each map has its own."
# Functions of the right parameters p and connections c, the number of maps m, the weights w of a
# kernel, the units u of a map and the inputs of a channel.
_COUNT_MISTAKES: Mistakes = (
    (
        lambda p, c, m, w, u, inputs: (p - m, c - m * u),
        "The biases are missing from both. Each map has one, and each unit is connected to it.",
    ),
    (
        lambda p, c, m, w, u, inputs: (p - m, c),
        "The biases are counted among the connections but not among the parameters. Each map has "
        "one, and it is trained like a weight.",
    ),
    (
        lambda p, c, m, w, u, inputs: (p, c - m * u),
        "The bias is counted among the parameters but not among the connections. The paper counts "
        "one for each unit: {w} weights and the bias, {fan_in} in all.",
    ),
    (lambda p, c, m, w, u, inputs: (p - m + 1, c), _ONE_BIAS),
    (lambda p, c, m, w, u, inputs: (p - m + 1, (p - m + 1) * u), _ONE_BIAS),
    (
        lambda p, c, m, w, u, inputs: (c, c),
        "The weights were counted anew at each of the {u} positions. They are shared: the units of "
        "a map use the same {w} weights and the same bias.",
    ),
    (
        lambda p, c, m, w, u, inputs: (p - m + m * u, c),
        "Each unit was given a bias of its own. That was so in the network of 1989; here the units "
        "of a map share one bias, as they share the kernel.",
    ),
    (
        lambda p, c, m, w, u, inputs: (p, p * inputs),
        "A unit was put at every pixel of the input. Without padding the kernel has {u} positions "
        "and not {inputs}.",
    ),
    (
        lambda p, c, m, w, u, inputs: (p, p * (round(u**0.5) - 1) ** 2),
        "The maps are one row and one column too small: a side of n has n - k + 1 positions.",
    ),
    (
        lambda p, c, m, w, u, inputs: (p, m * u * (inputs + 1)),
        "Every unit was connected to every pixel of a channel, as in a dense layer. A unit of a "
        "convolution sees its window only.",
    ),
    (lambda p, c, m, w, u, inputs: (c, p), "The two are swapped: parameters come first."),
)


def check_count(answer: Any) -> None:
    """Check parameters and connections of C1, and of other layers."""
    # C1 of LeNet-5, a layer like C3 without its table, and one with nothing in common.
    for n, k, channels, maps in ((32, 5, 1, 6), (14, 5, 6, 16), (20, 3, 4, 10)):
        given = _pair(call(answer, n=n, k=k, channels=channels, maps=maps))
        right = count(n, k, channels, maps)
        if given == right:
            continue
        received = (
            f"For n={n}, k={k}, channels={channels} and maps={maps} you gave {given}; "
            f"it should be {right}."
        )
        numbers = {"w": k * k * channels, "u": side(n, k) ** 2, "inputs": n * n}
        for mistake, why in _COUNT_MISTAKES:
            if given == mistake(*right, maps, **numbers):
                fan_in = numbers["w"] + 1
                raise Wrong(f"{received} {why.format(**numbers, fan_in=fan_in)}")
        if given == count(n, k, 1, maps):
            raise Wrong(
                f"{received} A kernel was counted for one channel only. It reaches through all "
                f"{channels} and has a weight of its own in each: {k} x {k} x {channels}."
            )
        what = "parameters" if given[0] != right[0] else "connections"
        raise Wrong(f"{received} Look again at the {what}.")


def _pair(result: Any) -> tuple[Any, Any]:
    if np.shape(result) != (2,):
        raise Wrong(
            f"Your function returned {describe(result)}. Return two numbers: "
            "parameters, connections."
        )
    parameters, connections = np.asarray(result).tolist()
    return parameters, connections


def _own_stride(layers: Layers) -> int:
    """How much too large a field is if each layer's stride counts for its own window."""
    after = np.cumprod([s for _, s in layers])
    before = np.array([1, *after[:-1]])
    return int(sum((k - 1) * d for (k, _), d in zip(layers, after - before, strict=True)))


def _all_k(layers: Layers) -> int:
    """Add k times the distance between units, layer by layer."""
    distances = np.cumprod([1, *(s for _, s in layers)])
    return int(sum(k * d for (k, _), d in zip(layers, distances, strict=False)))


_FIRST_TWICE = (
    "Each layer added k times the distance. The first of the k units it reads is there already: "
    "only the k - 1 others add."
)
_FIELD_MISTAKES: Mistakes = (
    (
        lambda layers: field([(k, 1) for k, _ in layers]),
        "The strides are ignored, as in 5 + 5 or 5 + 1 + 4 for C3. Behind a stride of 2, "
        "neighboring units are 2 pixels of the image apart, so the next kernel of 5 adds 4 times "
        "2.",
    ),
    (
        lambda layers: field([(k, 1) for k, s in layers if s == 1]),
        "Layers with a stride above 1 were left out. They add to the field, and above all they set "
        "the units behind them further apart.",
    ),
    (
        lambda layers: sum(k for k, _ in layers),
        "The sides of the kernels were added. Windows of neighboring units overlap: a layer adds "
        "k - 1, times the distance between the units it reads.",
    ),
    (
        lambda layers: layers[-1][0],
        "That is what the last layer sees of the layer before it. Asked for is what it sees of the "
        "image, through all layers.",
    ),
    (
        lambda layers: int(np.prod([k for k, _ in layers])),
        "The sides were multiplied, as if the windows of neighboring units lay side by side. They "
        "overlap: a layer adds k - 1, times the distance between the units it reads.",
    ),
    (
        lambda layers: field(layers) + _own_stride(layers),
        "A layer's own stride was used for its own window. Its stride sets its own units apart, so "
        "it counts from the next layer on: multiply after adding.",
    ),
    (_all_k, _FIRST_TWICE),
    (lambda layers: 1 + _all_k(layers), _FIRST_TWICE),
    (
        lambda layers: field(layers[::-1]),
        "The layers were taken in the wrong order: layers[0] is the one next to the image.",
    ),
)


def check_field(answer: Any) -> None:
    """Check the receptive field of a unit of C3, and of units in other networks."""
    c3 = [(5, 1), (2, 2), (5, 1)]
    for layers in ([(5, 1)], c3, [*c3, (2, 2), (5, 1)], [(5, 2), (5, 2), (3, 1)]):
        given = call(answer, layers=layers)
        right = field(layers)
        if given == right:
            continue
        received = f"For layers={layers} you gave {given}; it should be {right}."
        for mistake, why in _FIELD_MISTAKES:
            if given == mistake(layers):
                raise Wrong(f"{received} {why}")
        raise Wrong(
            f"{received} Work it out layer by layer: how wide is the field, and how far apart are "
            "two neighboring units?"
        )


_MAPS_SHAPES: dict[Shape, str] = {
    (7, 5, 4, 6): "The maps stand before rows and columns, as in PyTorch. In Keras the channel "
    "axis is the last: (n, rows, columns, maps).",
    (7, 6, 4, 5): "The rows and columns of the maps are swapped.",
    (7, 4, 6, 2, 5): "The channels were kept apart. A unit adds up over rows, columns and "
    "channels.",
    (4, 6, 5): "Only the first image is there. All images of the batch go through at once.",
    (168, 5): "That is one row for each window. Lay them out as maps with reshape: "
    "(n, rows, columns, maps).",
}


def check_maps(answer: Any) -> None:
    """Check a whole layer without a loop."""
    random = np.random.default_rng(3)
    # Every axis of images, kernels and maps has a length of its own.
    images = random.normal(size=(7, 6, 8, 2))
    kernels, bias = random.normal(size=(3, 3, 2, 5)), random.normal(size=5)
    given = as_array(call(answer, images=images, kernels=kernels, bias=bias), "The result")
    right = compute_maps(images, kernels, bias)
    sizes = "The images are (7, 6, 8, 2), the kernels (3, 3, 2, 5): n - k + 1 positions each way."
    check_shape(given, right.shape, _MAPS_SHAPES, sizes)

    def reordered(*axes: int) -> Array:
        """Compute the maps with the axes of a window in another order than the kernels'."""
        rows = windows(images, 3).transpose(0, 1, 2, *axes).reshape(-1, 18)
        return (rows @ kernels.reshape(18, 5) + bias).reshape(right.shape)

    known = (
        (right - bias, "The bias is missing: each map adds its own, bias[m], to every unit."),
        (
            compute_maps(images, kernels[::-1, ::-1], bias),
            "The kernels were mirrored, as in the convolution of mathematics. Here nothing is "
            "mirrored: images[n, r + i, c + j, d] meets kernels[i, j, d, m].",
        ),
        (
            reordered(4, 3, 5),
            "Rows and columns of the windows (or of the kernels) were exchanged on the way: each "
            "axis of a window must meet the same axis of the kernels.",
        ),
        (
            reordered(5, 3, 4),
            "Windows and kernels were written out in different orders: in one the channel runs "
            "slowest, in the other fastest. Bring the axes of a window to (row, column, channel).",
        ),
        (
            compute_maps(images[..., :1], kernels[:, :, :1], bias),
            "Only the first channel was used. A kernel reaches through all channels, and their "
            "sums are added.",
        ),
    )
    otherwise = "A unit is the sum of the 18 products of its window and its kernel, plus bias[m]."
    check_values(given, right, known, otherwise, "The unit")
    if _loops(getattr(answer, "__code__", None)):
        raise Wrong(
            "The numbers are right, but the function still loops in Python. Asked for is a layer "
            "without for or while: write all windows as rows, and multiply once."
        )


def _loops(code: Any) -> bool:
    """Tell whether a function loops in Python, in its own body or in one nested in it."""
    if not isinstance(code, CodeType):
        return False
    steps = list(dis.get_instructions(code))
    back = any(step.opname == "FOR_ITER" or "JUMP_BACKWARD" in step.opname for step in steps)
    return back or any(map(_loops, code.co_consts))


EXERCISES = (
    Exercise(
        id="03.side",
        title="The number of positions",
        wants="a function that returns a whole number",
        means="The same rule gives the 28 of C1, the 14 of S2 (a window of 2 with a stride of 2) "
        "and the 8 of the network of 1989, which padded by 2 and moved by 2.",
        hints=(
            "Lay a ruler of k pixels at the left end of the row, padding included. By how many "
            "pixels can it move before it leaves the row? And how many steps is that?",
            "The padded row has n + 2 * padding pixels, and the window moves in what the kernel "
            "leaves of them. // counts whole steps. The place before the first step counts too.",
            "return (n + ___ * padding - ___) // ___ + ___",
        ),
        check=check_side,
        start=side,
    ),
    Exercise(
        id="03.correlate",
        title="Sliding a kernel",
        wants="a function that returns an array",
        means="Nothing more happens in a convolution layer; the rest is doing it for all channels "
        "and maps, and doing it fast.",
        hints=(
            "Begin with an array of zeros of the map's shape. For each of its units, go through "
            "the kernel and add up the products.",
            "np.zeros((rows, columns)) makes the map. Two loops over range(rows) and "
            "range(columns) choose the unit, two over range(k) choose the weight.",
            "result = np.zeros((image.shape[0] - k + 1, ___))\n"
            "for r in range(result.shape[0]):\n"
            "    for c in range(___):\n"
            "        for i in range(k):\n"
            "            for j in range(___):\n"
            "                result[r, c] += image[___, ___] * kernel[___, ___]\n"
            "return result",
        ),
        check=check_correlate,
        start=correlate,
    ),
    Exercise(
        id="03.count",
        title="Parameters and connections",
        wants="a function that returns two whole numbers",
        means="C1 has 156 parameters and 122,304 connections, as in the paper: the 784 units of a "
        "map share 26 numbers, so what one unit learns all of them know.",
        hints=(
            "What does one unit read, its bias included? How many units share these weights, and "
            "how many different sets of weights are there?",
            "A kernel has a weight for each pixel of its window in each channel; the bias is one "
            "more. Your answer to 03.side counts the units along one side of a map.",
            "fan_in = k * k * ___ + 1\n"
            "parameters = maps * ___\n"
            "connections = parameters * (___) ** 2\n"
            "return parameters, connections",
        ),
        check=check_count,
        start=count,
    ),
    Exercise(
        id="03.field",
        title="What a unit sees",
        wants="a function that returns a whole number",
        means="A unit of C3 sees 14x14 pixels of the image and a unit of C5 all 32x32, although "
        "no kernel is larger than 5x5.",
        hints=(
            "A pixel sees one pixel, itself, and its neighbor is one pixel away. What do the two "
            "numbers become behind a kernel of 5 with stride 1? And then behind a window of 2 with "
            "stride 2?",
            "A layer reads k units in a row: the first brings its whole field, each further one "
            "only the distance to its neighbor. The layer's stride changes the distance, and only "
            "for the layers behind it.",
            "pixels = step = 1\n"
            "for k, stride in layers:\n"
            "    pixels += ___ * ___\n"
            "    step *= ___\n"
            "return pixels",
        ),
        check=check_field,
        start=field,
    ),
    Exercise(
        id="03.maps",
        title="A layer without a loop",
        wants="a function that returns an array",
        means="This is the forward pass of C1, and of C3 and C5 too: any number of images, "
        "channels and maps, and one matrix product.",
        hints=(
            "Write each window as a row and each kernel as a column. How long are they, and in "
            "which order must their numbers stand?",
            "reshape turns the last three axes of windows(images, k) into one, and the first three "
            "of the kernels likewise; a length of -1 is worked out by NumPy. @ does the rest.",
            "k, _, channels, maps = kernels.shape\n"
            "view = windows(images, k)\n"
            "rows = view.reshape(-1, ___)\n"
            "a = rows @ kernels.reshape(___, maps) + ___\n"
            "return a.reshape(*view.shape[:3], ___)",
        ),
        check=check_maps,
        start=compute_maps,
    ),
)
