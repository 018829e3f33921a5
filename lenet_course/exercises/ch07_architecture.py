"""The exercises of chapter 07, Architecture.

Each check asks for the counts of a few layers or networks, chosen so that every mistake named
below gives a number of its own. The right answers, with which a worksheet goes on past a blank,
come first; the mistakes follow, each written out as the function that makes it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.answer import call, describe
from lenet_course.exercises.exercise import Exercise, Wrong
from lenet_course.scratch import TABLE_I

Array = NDArray[Any]
# What a mistake computes, and what is to be said about it.
Mistakes = tuple[tuple[Callable[..., Any], str], ...]

# A layer of `connections`: its kind, then its numbers.
Layer = tuple[Any, ...]
LENET5: tuple[Layer, ...] = (
    ("convolution", 5, 6, 6),
    ("subsampling", 2, 6),
    ("convolution", 5, 16, 60),
    ("subsampling", 2, 16),
    ("convolution", 5, 120, 1920),
    ("dense", 120, 84),
    ("codes", 84, 10),
)


def table_parameters(table: Array, k: int) -> int:
    """Count the parameters of a convolution wired by a table (channels, maps) of 0 and 1."""
    kernels, maps = int(table.sum()), int(table.shape[1])
    return k * k * kernels + maps


def seen(layers: Sequence[tuple[int, int]], unit: int) -> tuple[int, int]:
    """Return the first and the last pixel that a unit sees, behind layers of (k, stride)."""
    size = distance = 1
    for k, stride in layers:
        size += (k - 1) * distance
        distance *= stride
    return distance * unit, distance * unit + size - 1


def connections(side: int, layers: Sequence[Layer]) -> int:
    """Count the connections of a network for a square image, as the paper counts them.

    A layer is ("convolution", k, maps, kernels), ("subsampling", k, maps), ("dense", inputs,
    units) or ("codes", inputs, classes).
    """
    return _count(side, layers)


def tutorial_parameters(side: int) -> int:
    """Count the parameters of the tutorials' LeNet for images of side x side pixels."""
    return _tutorial(side)


def wide(height: int, width: int) -> tuple[int, int, int]:
    """Return rows and columns of C5's maps and all connections of LeNet-5 on a larger image."""
    return _wide(height, width)


def _pair(result: Any, *names: str) -> tuple[Any, ...]:
    """Return a result of so many numbers as a tuple."""
    if not isinstance(result, (tuple, list, np.ndarray)) or len(result) != len(names):
        raise Wrong(
            f"Your function returned {describe(result)}. Return {len(names)} numbers: "
            f"{', '.join(names)}."
        )
    # NumPy's numbers are quoted as plain ones.
    return tuple(n.item() if isinstance(n, np.generic) else n for n in result)


_TABLE_MISTAKES: Mistakes = (
    (
        lambda t, k: k * k * t.size + t.shape[1],
        "That is the full layer: every map was given a kernel for every channel. A kernel exists "
        "only where the table has a 1, and there are {ones} of these.",
    ),
    (
        lambda t, k: k * k * t.sum(),
        "The biases are missing. Each of the {maps} maps has one, and it is trained like a weight.",
    ),
    (
        lambda t, k: (k * k + 1) * t.sum(),
        "Each kernel was given a bias. A map adds up what all its kernels find, and then adds one "
        "bias: {maps} in all, not {ones}.",
    ),
    (
        lambda t, k: k * k * t.sum() + 1,
        "One bias for the whole layer is too few: each of the {maps} maps has its own.",
    ),
    (
        lambda t, k: k * k * t.sum() + len(t),
        "The biases were counted by channels, the rows of the table. They belong to the maps that "
        "the layer makes, the columns: {maps}.",
    ),
    (
        lambda t, k: (k * k + 1) * t.shape[1],
        "Each map was given a single kernel. It has one for each channel that it reads, with "
        "weights of its own.",
    ),
    (
        lambda t, k: k * t.sum() + t.shape[1],
        "A kernel has k by k weights, not k.",
    ),
    (
        lambda t, k: k * k * (t.size - t.sum()) + t.shape[1],
        "The 0s of the table were counted. A 1 means that the map reads the channel.",
    ),
    (
        lambda t, k: 100 * table_parameters(t, k),
        "Those are the connections of a layer with 100 positions. Its units share the kernels: "
        "count each parameter once.",
    ),
)


def check_table(answer: Any) -> None:
    """Check the parameters of C3, and of a layer with another table."""
    small = np.array([[1, 0, 1, 1], [0, 1, 1, 0], [0, 0, 1, 1]])
    for name, table, k in (("Table I", TABLE_I, 5), ("a 3x4 table with seven 1s", small, 3)):
        given = call(answer, table=table, k=k)
        right = table_parameters(table, k)
        if given == right:
            continue
        asked = f"For {name} and k={k} you gave {given}; it should be {right}."
        for mistake, message in _TABLE_MISTAKES:
            if given == mistake(table, k):
                raise Wrong(f"{asked} {message.format(ones=table.sum(), maps=table.shape[1])}")
        raise Wrong(
            f"{asked} There are {table.sum()} kernels of {k}x{k} weights, and {table.shape[1]} "
            "maps with a bias each."
        )


def _size_and_distance(
    layers: Sequence[tuple[int, int]],
    grow: Callable[[int, int, int], int] = lambda k, distance, stride: (k - 1) * distance,
    start: int = 1,
) -> tuple[int, int]:
    """Return the side of a field and the distance to the next, if layers added ``grow``."""
    size, distance = start, 1
    for k, stride in layers:
        size += grow(k, distance, stride)
        distance *= stride
    return size, distance


def _first_and_last(first: int, size: int) -> tuple[int, int]:
    return first, first + size - 1


def _grown(
    grow: Callable[[int, int, int], int], start: int = 1
) -> Callable[[Sequence[tuple[int, int]], int], tuple[int, int]]:
    """Return the field of one who adds ``grow`` in each layer."""

    def field(layers: Sequence[tuple[int, int]], unit: int) -> tuple[int, int]:
        size, distance = _size_and_distance(layers, grow, start)
        return _first_and_last(distance * unit, size)

    return field


def _field(layers: Sequence[tuple[int, int]]) -> int:
    return _size_and_distance(layers)[0]


def _distance(layers: Sequence[tuple[int, int]]) -> int:
    return _size_and_distance(layers)[1]


_ADD_K = (
    "Each layer added k times the distance between the units it reads. The first of these k units "
    "is there already: only the k - 1 others add."
)
_SEEN_MISTAKES: Mistakes = (
    (
        lambda layers, u: (seen(layers, u)[0], seen(layers, u)[1] + 1),
        "The second number is one past the last pixel, where a slice would end. Asked for is the "
        "last pixel itself.",
    ),
    (_grown(lambda k, distance, stride: k * distance, start=0), _ADD_K),
    (_grown(lambda k, distance, stride: k * distance), _ADD_K),
    (
        lambda layers, u: _first_and_last(
            _distance(layers) * u, _field([(k, 1) for k, _ in layers])
        ),
        "The first pixel is right, but while adding up the side the strides were forgotten: behind "
        "a stride of 2 the units that a window reads are 2 pixels apart.",
    ),
    (
        lambda layers, u: _first_and_last(u, _field([(k, 1) for k, _ in layers])),
        "The strides are missing. Behind a stride of 2 neighbors are 2 pixels apart, "
        "behind two such layers 4.",
    ),
    (
        lambda layers, u: _first_and_last(_distance(layers) * u, sum(k for k, _ in layers)),
        "The sides of the windows were added up. Windows of neighbors overlap: a layer adds k - 1, "
        "times the distance between the units it reads.",
    ),
    (
        lambda layers, u: _first_and_last(u, _field(layers)),
        "The side is right, but neighbors were taken to be one pixel apart. All strides on the way "
        "multiply: here they are {distance} apart.",
    ),
    (
        lambda layers, u: _first_and_last(layers[-1][1] * u, _field(layers)),
        "The side is right, but only the last layer's own stride was used for the place. All "
        "strides on the way multiply: neighbors are {distance} pixels apart.",
    ),
    (
        _grown(lambda k, distance, stride: (k - 1) * distance * stride),
        "A layer's own stride was used for its own window. It sets its own units apart, so it "
        "counts from the next layer on: multiply after adding.",
    ),
    (
        lambda layers, u: _first_and_last(_field(layers) * u, _field(layers)),
        "The fields of neighbors were laid side by side. They overlap: each begins {distance} "
        "pixels after the one before.",
    ),
    (
        lambda layers, u: _first_and_last(_distance(layers) * (u - 1), _field(layers)),
        "Units were counted from 1. Unit 0 is the first, and its field begins at pixel 0.",
    ),
    (
        lambda layers, u: _first_and_last(
            _distance(layers) * u - _field(layers) // 2, _field(layers)
        ),
        "The field was centered on pixel {distance} times {unit}. Without padding no window hangs "
        "over the border: that pixel is where the field begins.",
    ),
    (
        lambda layers, u: _first_and_last(layers[-1][1] * u, layers[-1][0]),
        "These are the units of the layer before that it reads. Asked for are the pixels of the "
        "image, through all layers.",
    ),
    (
        lambda layers, u: seen(layers[::-1], u),
        "The layers were taken in the wrong order: layers[0] is the one next to the image.",
    ),
)


def check_seen(answer: Any) -> None:
    """Check the receptive fields of units of S4, C5 and C3, and of another network."""
    c3 = [(5, 1), (2, 2), (5, 1)]
    s4 = [*c3, (2, 2)]
    for layers, unit in ((s4, 3), ([*s4, (5, 1)], 0), (c3, 9), ([(7, 3), (3, 1), (4, 2)], 5)):
        given = _pair(call(answer, layers=layers, unit=unit), "first pixel", "last pixel")
        right = seen(layers, unit)
        if given == right:
            continue
        asked = f"For layers={layers} and unit={unit} you gave {given}; it should be {right}."
        for mistake, message in _SEEN_MISTAKES:
            if given == mistake(layers, unit):
                words = message.format(distance=_distance(layers), unit=unit)
                raise Wrong(f"{asked} {words}")
        raise Wrong(
            f"{asked} A unit sees {_field(layers)} pixels in a row, and the fields of neighbors "
            f"begin {_distance(layers)} pixels apart."
        )


def _count(
    side: int,
    layers: Sequence[Layer],
    *,
    shrink: Callable[[int, int], int] = lambda side, k: side - k + 1,
    halve: bool = True,
    before: bool = False,
    positions: Callable[[int], int] = lambda side: side * side,
    convolution: Callable[[int, int, int], int] = lambda k, maps, kernels: k * k * kernels + maps,
    subsampling: Callable[[int, int], int] = lambda k, maps: maps * (k * k + 1),
    dense: Callable[[int, int], int] = lambda inputs, units: (inputs + 1) * units,
    codes: Callable[[int, int], int] = lambda inputs, classes: inputs * classes,
) -> int:
    """Count connections; each setting that is not the default is one way to miscount."""
    total = 0
    for kind, *numbers in layers:
        old = side
        if kind == "convolution":
            side = shrink(side, numbers[0])
            total += positions(old if before else side) * convolution(*numbers)
        elif kind == "subsampling":
            side = side // numbers[0] if halve else side
            total += positions(old if before else side) * subsampling(*numbers)
        else:
            total += {"dense": dense, "codes": codes}[kind](*numbers)
    return total


def _miscount(**settings: Any) -> Callable[[int, Sequence[Layer]], int]:
    return partial(_count, **settings)


_CONNECTIONS_MISTAKES: Mistakes = (
    (
        _miscount(positions=lambda side: 1, subsampling=lambda k, m: 2 * m, codes=lambda i, c: 0),
        "Those are its trainable parameters. A shared parameter counts once there; its lines count "
        "one by one, at every position, and so do the lines to the fixed codes.",
    ),
    (
        _miscount(positions=lambda side: 1),
        "Shared weights were counted once. They are shared by all positions of a map, but every "
        "position has lines of its own.",
    ),
    (
        _miscount(
            convolution=lambda k, m, n: k * k * n,
            subsampling=lambda k, m: k * k * m,
            dense=lambda i, u: i * u,
        ),
        "The biases are missing. The paper counts the bias of each unit as a line, except in the "
        "output, where a distance has none.",
    ),
    (
        _miscount(subsampling=lambda k, m: k * k * m),
        "In the subsampling layers the line from the bias is missing: a unit has k * k lines and "
        "one more.",
    ),
    (
        _miscount(subsampling=lambda k, m: 2 * m),
        "A subsampling unit was given two lines, as many as its map has parameters. It reads k * k "
        "units; that all these lines carry the same coefficient makes them no fewer.",
    ),
    (
        _miscount(codes=lambda i, c: (i + 1) * c),
        "The output was given biases. A distance from a code has none.",
    ),
    (
        _miscount(codes=lambda i, c: 0),
        "The lines to the codes are missing. They are fixed, so they are no parameters, but they "
        "are connections.",
    ),
    (
        _miscount(codes=lambda i, c: 0, dense=lambda i, u: 0),
        "The dense layer and the output are missing.",
    ),
    (
        _miscount(convolution=lambda k, m, n: (k * k + 1) * n),
        "Each kernel was given a bias. A unit has one bias, however many maps it reads.",
    ),
    (
        _miscount(convolution=lambda k, m, n: (k * k + 1) * m),
        "Each map was given a single kernel. The last number of a convolution says how many there "
        "are: 60 in C3.",
    ),
    (
        _miscount(convolution=lambda k, m, n: k * n + m),
        "A kernel has k by k weights, not k.",
    ),
    (
        _miscount(before=True),
        "The positions were counted in the map that a layer reads. A layer has as many units as "
        "its own maps: make the side smaller first, then count.",
    ),
    (
        _miscount(shrink=lambda side, k: side - k),
        "The maps of the convolutions are one row and one column too small: a window of k fits at "
        "side - k + 1 positions.",
    ),
    (
        _miscount(shrink=lambda side, k: side),
        "The convolutions kept the side. There is no padding: a window of k fits at side - k + 1 "
        "positions.",
    ),
    (
        _miscount(halve=False),
        "The subsampling layers kept the side. Their windows stand side by side, so they divide it "
        "by k.",
    ),
    (
        _miscount(positions=lambda side: side),
        "A map has side * side units, not side.",
    ),
)


def check_connections(answer: Any) -> None:
    """Check the 340,908, and the connections of other networks."""
    other: tuple[Layer, ...] = (
        ("convolution", 3, 4, 8),
        ("subsampling", 3, 4),
        ("dense", 64, 20),
        ("codes", 20, 5),
    )
    for name, side, layers in (
        ("LeNet-5", 32, LENET5),
        (f"side=15 and layers={list(other)}", 15, other),
    ):
        given = call(answer, side=side, layers=list(layers))
        right = _count(side, layers)
        if given == right:
            continue
        asked = f"For {name} you gave {given}; it should be {right}."
        for mistake, message in _CONNECTIONS_MISTAKES:
            if given == mistake(side, layers):
                raise Wrong(f"{asked} {message}")
        # No name for it: say where it begins to be wrong.
        parts = [list(layers[: end + 1]) for end in range(len(layers))]
        counts = [call(answer, side=side, layers=part) for part in parts]
        end = next(i for i, part in enumerate(parts) if counts[i] != _count(side, part))
        raise Wrong(
            f"{asked} The first layer to look at again is {layers[end]}: up to and including it "
            f"you gave {counts[end]}; it should be {_count(side, parts[end])}."
        )


def _tutorial(
    side: int,
    *,
    s4: Callable[[int], int] = lambda side: ((side - 4) // 2 - 4) // 2,
    c3: int = 2_416,
    subsampling: int = 0,
    bias: int = 1,
    output_bias: int = 1,
    output: bool = True,
) -> int:
    """Count parameters; each setting that is not the default is one way to miscount."""
    c1 = 6 * (25 + bias)
    c5 = 120 * (16 * s4(side) ** 2 + bias)
    last = 10 * (84 + bias * output_bias) if output else 0
    return c1 + subsampling + (c3 if bias else c3 - 16) + c5 + 84 * (120 + bias) + last


_TUTORIAL_MISTAKES: Mistakes = (
    (
        partial(_tutorial, c3=1_516),
        "C3 was wired by Table I. In a tutorial each of its maps reads all six: 16 x (6 x 25 + 1).",
    ),
    (
        partial(_tutorial, c3=1_516, subsampling=44, output=False),
        "Those are the parameters of the LeNet-5 of 1998. The tutorials' network has another C3, "
        "another subsampling and another output.",
    ),
    (
        partial(_tutorial, subsampling=44),
        "The subsampling layers were given 12 and 32 parameters. Average pooling learns nothing.",
    ),
    (
        partial(_tutorial, output=False),
        "The output was counted as fixed codes. Here it is a dense layer, 84 weights and a bias "
        "for each of ten units.",
    ),
    (
        partial(_tutorial, output_bias=0),
        "The ten units of the output have no bias in your count. A dense layer has one for each.",
    ),
    (
        partial(_tutorial, bias=0),
        "The biases are missing: one for each map of a convolution, one for each dense unit.",
    ),
    (
        partial(_tutorial, c3=16 * (25 + 1)),
        "In C3 a kernel was counted for one channel only. Each map reads all six maps of S2, with "
        "25 weights for each.",
    ),
    (
        partial(_tutorial, s4=lambda side: 5),
        "C5 was counted as on 32x32 pixels. Here it is a dense layer, and has weights for all of "
        "S4: its 16 maps are {s4}x{s4} on this input.",
    ),
    (
        partial(_tutorial, s4=lambda side: side // 4),
        "The convolutions kept the side. There is no padding: each takes 4 pixels away.",
    ),
    (
        partial(_tutorial, s4=lambda side: side - 8),
        "The subsampling layers kept the side. Each halves it.",
    ),
    (
        partial(_tutorial, s4=lambda side: 1),
        "C5 was given a single weight for each map of S4. It has one for each unit: the maps are "
        "{s4}x{s4}.",
    ),
)


def check_tutorial(answer: Any) -> None:
    """Check the 61,706, the 44,426, and the count on a larger input."""
    for side in (32, 28, 60):
        given = call(answer, side=side)
        if given == _tutorial(side):
            continue
        asked = f"For side={side} you gave {given}; it should be {_tutorial(side)}."
        for mistake, message in _TUTORIAL_MISTAKES:
            if given == mistake(side):
                raise Wrong(f"{asked} {message.format(s4=((side - 4) // 2 - 4) // 2)}")
        raise Wrong(
            f"{asked} C1 has 156 parameters, C3 2,416, C5 {_tutorial(side) - 13_586:,}, F6 10,164 "
            "and the output 850. Which of them is different in your count?"
        )


def _wide(
    height: int,
    width: int,
    *,
    half: Callable[[int], int] = lambda side: side // 2,
    c3: int = 1_516,
    c5: Callable[[int, int], int] = lambda rows, columns: rows * columns * 48_120,
    top: Callable[[int, int], int] = lambda rows, columns: rows * columns,
) -> tuple[int, int, int]:
    """Count for a larger image; each setting that is not the default is one way to miscount."""
    areas = []
    rows, columns = height, width
    for halved in (False, True, False, True, False):
        rows, columns = (half(side) if halved else side - 4 for side in (rows, columns))
        areas.append(rows * columns)
    lines = (156, 6 * 5, c3, 16 * 5)
    total = sum(area * count for area, count in zip(areas, lines, strict=False))
    return rows, columns, total + c5(rows, columns) + top(rows, columns) * (10_164 + 840)


def _flattened(height: int, width: int) -> tuple[int, int, int]:
    """C5 as a dense layer with weights for all of S4."""
    rows, columns, total = _wide(height, width, c5=lambda r, c: 0, top=lambda r, c: 1)
    return 1, 1, total + 120 * (16 * (rows + 4) * (columns + 4) + 1)


def _with_total(total: Callable[[int, int, int], float]) -> Callable[[int, int], Any]:
    """Return right rows and columns with another total, of image area, rows and columns."""

    def miscount(height: int, width: int) -> tuple[int, int, float]:
        rows, columns, _ = _wide(height, width)
        return rows, columns, total(height * width, rows, columns)

    return miscount


_WIDE_MISTAKES: Mistakes = (
    (
        lambda h, w: (*_wide(h, w)[1::-1], _wide(h, w)[2]),
        "Rows and columns of C5 are swapped: rows come first, as in (height, width).",
    ),
    (
        _flattened,
        "C5 was taken for a dense layer with weights for every unit of S4. It is a convolution "
        "with 5x5 kernels: on a larger S4 it has more positions, not more weights.",
    ),
    (
        _with_total(lambda area, r, c: r * c * 340_908),
        "A whole LeNet-5 was counted for each of the {positions} positions of C5. What they see "
        "overlaps, and what they have in common is computed once: count layer by layer.",
    ),
    (
        _with_total(lambda area, r, c: 340_908 * area / 1024),
        "The connections were multiplied by the ratio of the areas. Borders do not grow with the "
        "image, and C5 goes from 1 position to {positions}: count layer by layer.",
    ),
    (
        lambda h, w: (h // 32, w // 32, (h // 32) * (w // 32) * 340_908),
        "The image was cut into 32x32 tiles, with a LeNet-5 for each. What the units of C5 see "
        "overlaps: neighbors are 4 pixels apart.",
    ),
    (
        lambda h, w: ((h - 32) // 4, (w - 32) // 4, _wide(h, w)[2]),
        "The steps of 4 pixels were counted, but not the first position, which is there before any "
        "step.",
    ),
    (
        lambda h, w: _wide(h, w, top=lambda r, c: 1),
        "F6 and the output were counted once. They are applied at each of the {positions} "
        "positions of C5.",
    ),
    (
        lambda h, w: _wide(h, w, top=lambda r, c: 0),
        "F6 and the output are missing. They are applied at each of the {positions} positions of "
        "C5, with 10,164 and 840 lines.",
    ),
    (
        lambda h, w: _wide(h, w, c5=lambda r, c: 48_120, top=lambda r, c: 1),
        "C5 and what follows were counted at one position. On this image they have {positions}.",
    ),
    (
        lambda h, w: _wide(h, w, c5=lambda r, c: 48_120),
        "C5 was counted at one position. On this image it has {positions}.",
    ),
    (
        lambda h, w: _wide(h, w, c3=2_416),
        "C3 was connected fully. By Table I it has 60 kernels and 16 biases, 1,516 lines at each "
        "position.",
    ),
    (
        lambda h, w: _wide(h, w, half=lambda side: -(side // -2)),
        "The subsampling layers rounded up. A row or column that does not fill a window is left "
        "out: divide with //.",
    ),
)


def check_wide(answer: Any) -> None:
    """Check C5 and the connections on 32 x 64, on LeNet-5's own input, and on larger ones."""
    for height, width in ((32, 64), (32, 32), (48, 40), (32, 50)):
        result = call(answer, height=height, width=width)
        given = _pair(result, "rows of C5", "columns of C5", "connections")
        right = _wide(height, width)
        if given == right:
            continue
        asked = f"For height={height} and width={width} you gave {given}; it should be {right}."
        for mistake, message in _WIDE_MISTAKES:
            if given == mistake(height, width):
                raise Wrong(f"{asked} {message.format(positions=right[0] * right[1])}")
        if given[:2] != right[:2]:
            raise Wrong(
                f"{asked} Follow height and width through the layers, from C1 to C5: minus 4, "
                "half, minus 4, half, minus 4."
            )
        raise Wrong(
            f"{asked} Rows and columns are right. At each position a layer has the lines that it "
            "has in LeNet-5: 156 in C1, 6 x 5 in S2, 1,516 in C3, 16 x 5 in S4, 48,120 in C5, then "
            "10,164 and 840."
        )


EXERCISES = (
    Exercise(
        id="07.table",
        title="Wired through a table",
        wants="a function that returns a whole number",
        means="For Table I that is 60 x 25 + 16 = 1,516, where the full layer would have 2,416.",
        hints=(
            "What does a 1 in the table stand for, and what does a column stand for? One of them "
            "brings weights, the other a bias.",
            "table.sum() counts the kernels, table.shape[1] the maps.",
            "return ___ * table.sum() + ___",
        ),
        check=check_table,
        start=table_parameters,
    ),
    Exercise(
        id="07.seen",
        title="What a unit sees",
        wants="a function that returns two whole numbers, the first and the last pixel",
        means="Unit 0 of C5 sees pixels 0 to 31, the whole image; unit 3 of S4 sees 12 to 27.",
        hints=(
            "Two numbers grow from layer to layer: the side of a field, and the distance between "
            "the fields of neighbors. For the image itself both are 1.",
            "In each layer first add (k - 1) * distance to the side, then multiply the distance by "
            "the stride. The field of unit 0 begins at pixel 0.",
            "size = distance = 1\nfor k, stride in layers:\n    size += ___\n    distance *= ___\n"
            "first = ___ * unit\nreturn first, first + ___ - 1",
        ),
        check=check_seen,
        start=seen,
    ),
    Exercise(
        id="07.connections",
        title="The 340,908 connections",
        wants="a function that returns a whole number",
        means="Seven layers have 340,908 lines: the paper's number, from a list of seven entries.",
        hints=(
            "Walk through the layers with the side of the map in hand. How many positions has the "
            "layer, and how many lines end in all maps at one position?",
            "At one position a convolution has k * k * kernels + maps lines, a subsampling layer "
            "maps * (k * k + 1). A unit of a dense layer has inputs + 1, a code has one for "
            "each input.",
            "total = 0\nfor kind, *numbers in layers:\n    if kind == 'convolution':\n"
            "        k, maps, kernels = numbers\n        side = ___\n"
            "        total += side**2 * (___)\n    elif kind == 'subsampling':\n"
            "        k, maps = numbers\n        side = ___\n        total += side**2 * ___\n"
            "    elif kind == 'dense':\n        total += ___\n    else:\n        total += ___\n"
            "return total",
        ),
        check=check_connections,
        start=connections,
    ),
    Exercise(
        id="07.tutorial",
        title="The 61,706 parameters",
        wants="a function that returns a whole number",
        means="61,706 on 32x32 pixels and 44,426 on 28x28 are one recipe on two inputs; the "
        "60,000 of 1998 are another recipe.",
        hints=(
            "Only one layer depends on the size of the image. Which, and through what?",
            "Find the side of S4 first: minus 4, half, minus 4, half. C5 is a dense layer on 16 "
            "maps of that side.",
            "s4 = ((side - 4) // 2 - 4) // 2\nreturn 6 * 26 + 16 * ___ + 120 * (___ + 1) "
            "+ 84 * 121 + 10 * ___",
        ),
        check=check_tutorial,
        start=tutorial_parameters,
    ),
    Exercise(
        id="07.wide",
        title="A larger image",
        wants="a function that returns three whole numbers: rows, columns, connections",
        means="On 32x64 pixels the maps of C5 have 1x9 units, and nine readings cost three and a "
        "half times the connections of one.",
        hints=(
            "What does a larger image change: the lines that end at one position of a layer, or "
            "the number of positions?",
            "Keep a row count and a column count, and make both smaller layer by layer. At one "
            "position there are 156, 30, 1,516, 80 and 48,120 lines, and at each position of C5 "
            "another 10,164 + 840.",
            "total = 0\nfor lines in (156, 30, 1516, 80, 48_120):\n    if lines in (30, 80):\n"
            "        height, width = ___\n    else:\n        height, width = ___\n"
            "    total += height * width * lines\n"
            "return height, width, total + ___",
        ),
        check=check_wide,
        start=wide,
    ),
)
