"""Chapter 07: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

from itertools import pairwise
from typing import Any

import keras
import numpy as np

from lenet_course.exercises.ch07_architecture import LENET5, connections, seen, wide
from lenet_course.layers import ConnectionTableConv2D
from lenet_course.models import lenet5_1998, lenet5_tutorial
from lenet_course.scratch import Convolution as ScratchConvolution
from lenet_course.scratch import Network, original_network


def field(layers, unit, *, add=lambda k, t, s: (k - 1) * t, place=None, start=1):
    """Follow the layers, adding in each what one learner adds."""
    size, distance = start, 1
    for k, stride in layers:
        size += add(k, distance, stride)
        distance *= stride
    first = distance * unit if place is None else place(unit, size, distance, layers[-1])
    return first, first + size - 1


def with_add(add, start=1):
    return lambda layers, unit: field(layers, unit, add=add, start=start)


def with_place(place):
    return lambda layers, unit: field(layers, unit, place=place)


def without_strides(layers, unit):
    size = 1
    for k, _ in layers:
        size = size + k - 1
    return unit, unit + size - 1


def one_past(layers, unit):
    first, last = field(layers, unit)
    return first, last + 1


def windows_of_the_layer_below(layers, unit):
    k, stride = layers[-1]
    return stride * unit, stride * unit + k - 1


def by_listing_pixels(layers, unit):
    """Go back from the unit, layer by layer, to the first and the last that it reads."""
    first = last = unit
    for k, stride in reversed(layers):
        first, last = stride * first, stride * last + k - 1
    return [first, last]


def by_poking(layers, unit):
    """Change the pixels of a row and see which of them the unit feels."""
    side = field(layers, unit)[1] + 9
    image = np.ones((1, side, side, 1))
    network = Network(
        [ScratchConvolution(np.ones((k, k, 1, 1)), np.zeros(1), stride=s) for k, s in layers]
    )
    network.forward(image)
    maps = network.output_shape((side, side, 1))
    gradient = np.zeros((1, *maps))
    gradient[0, 0, unit] = 1
    felt = np.flatnonzero(network.backward(gradient).sum(axis=(0, 1, 3)))
    return int(felt[0]), int(felt[-1])


def count(side, layers, *, conv, sub, dense=None, codes=None, shrink=None, pool=None):
    """Walk the layers with one learner's rule for each kind; each gets the old and new side."""
    total = 0
    for kind, *n in layers:
        if kind == "convolution":
            new = (shrink or (lambda s, k: s - k + 1))(side, n[0])
            total += conv(side, new, *n)
            side = new
        elif kind == "subsampling":
            new = (pool or (lambda s, k: s // k))(side, n[0])
            total += sub(side, new, *n)
            side = new
        elif kind == "dense":
            total += dense(*n) if dense else (n[0] + 1) * n[1]
        else:
            total += codes(*n) if codes else n[0] * n[1]
    return total


def right_conv(old, new, k, maps, kernels):
    return new**2 * (k**2 * kernels + maps)


def right_sub(old, new, k, maps):
    return new**2 * maps * (k**2 + 1)


def walker(**rules):
    rules = {"conv": right_conv, "sub": right_sub} | rules
    return lambda side, layers: count(side, layers, **rules)


def unit_by_unit(side, layers):
    """Add up the lines of single units, the kernels of a map being shared out evenly."""
    total, height = 0, side
    for layer in layers:
        match layer:
            case "convolution", k, maps, kernels:
                height = len(range(height - k + 1))
                total += sum(k * k * kernels + maps for _ in range(height * height))
            case "subsampling", k, maps:
                height = len(range(0, height - k + 1, k))
                total += sum((k * k + 1) * maps for _ in range(height * height))
            case "dense", inputs, units:
                total += sum(inputs + 1 for _ in range(units))
            case _, inputs, classes:
                total += inputs * classes
    return total


def always(number):
    return lambda *arguments: number


def tutorial(side, *, c3=16 * (6 * 25 + 1), extra=0, s4=None, last=850, bias=1):
    edge = ((side - 4) // 2 - 4) // 2 if s4 is None else s4(side)
    return 6 * (25 + bias) + extra + c3 + 120 * (16 * edge**2 + bias) + 84 * (120 + bias) + last


def tutorial_with(**settings):
    return lambda side: tutorial(side, **settings)


def tutorial_by_keras(side):
    layers = [type(layer).from_config(layer.get_config()) for layer in lenet5_tutorial().layers]
    return keras.Sequential([keras.Input((side, side, 1)), *layers]).count_params()


def tutorial_by_pairs(side):
    maps = (side - 4) // 2 - 4
    sizes = (16 * (maps // 2) ** 2, 120, 84, 10)
    return 156 + 2416 + sum((a + 1) * b for a, b in pairwise(sizes))


def sides(side):
    """List the sides of the maps, C1 to C5."""
    c1 = side - 4
    s2 = c1 // 2
    c3 = s2 - 4
    s4 = c3 // 2
    return np.array([c1, s2, c3, s4, s4 - 4])


def larger(height, width, *, lines=(156, 30, 1516, 80, 48_120), top=None):
    """Count on a larger image, with one learner's lines at a position and at the top."""
    rows, columns = sides(height), sides(width)
    times = int(rows[-1] * columns[-1]) if top is None else top
    total = int((rows * columns) @ np.array(lines)) + times * 11_004
    return int(rows[-1]), int(columns[-1]), total


def larger_with(**settings):
    return lambda height, width: larger(height, width, **settings)


def dense_c5(height, width):
    total = larger(height, width, lines=(156, 30, 1516, 80, 0), top=1)[2]
    return 1, 1, total + 120 * (16 * sides(height)[3] * sides(width)[3] + 1)


def one_position_of_c5(height, width, top):
    rows, columns, total = larger(height, width, lines=(156, 30, 1516, 80, 0), top=top)
    return rows, columns, total + 48_120


def with_total(total):
    def answer(height, width):
        rows, columns, _ = larger(height, width)
        return rows, columns, total(height, width, rows * columns)

    return answer


def rounding_up(height, width):
    def up(side):
        c1 = side - 4
        s2 = -(-c1 // 2)
        c3 = s2 - 4
        s4 = -(-c3 // 2)
        return np.array([c1, s2, c3, s4, s4 - 4])

    rows, columns = up(height), up(width)
    total = (rows * columns) @ np.array([156, 30, 1516, 80, 48_120 + 11_004])
    return int(rows[-1]), int(columns[-1]), int(total)


def by_scratch(height, width):
    network = original_network(np.random.default_rng(0), np.ones((10, 84)))
    to_c5 = Network(network.layers[:10])
    rows, columns, _ = to_c5.output_shape((height, width, 1))
    return rows, columns, to_c5.connections((height, width, 1)) + rows * columns * 11_004


def by_keras(height, width):
    model = lenet5_1998()
    layers = [type(layer).from_config(layer.get_config()) for layer in model.layers[:10]]
    larger_model = keras.Sequential([keras.Input((height, width, 1)), *layers])
    total = sum(layer.connections() for layer in layers[::2])
    _, rows, columns, _ = larger_model.output_shape
    return [rows, columns, total + rows * columns * (84 * 121 + 84 * 10)]


def counted_by_a_layer(table, k):
    layer = ConnectionTableConv2D(table, k)
    layer.build((None, 9, 9, len(table)))
    return layer.count_params()


# exercise, misconception, answer, a phrase of the message that names it
WRONG: list[tuple[str, str, Any, str]] = [
    (
        "07.table",
        "full C3",
        lambda t, k: t.shape[1] * (k * k * t.shape[0] + 1),
        "That is the full layer",
    ),
    ("07.table", "no biases", lambda t, k: t.sum() * k**2, "The biases are missing"),
    (
        "07.table",
        "a bias for each kernel",
        lambda t, k: t.sum() * (k**2 + 1),
        "Each kernel was given a bias",
    ),
    ("07.table", "one bias for the layer", lambda t, k: t.sum() * k**2 + 1, "is too few"),
    (
        "07.table",
        "len of a table is its maps",
        lambda t, k: t.sum() * k**2 + len(t),
        "counted by channels, the rows",
    ),
    (
        "07.table",
        "one kernel through all channels",
        lambda t, k: t.shape[1] * (k**2 + 1),
        "Each map was given a single kernel",
    ),
    ("07.table", "k weights", lambda t, k: t.sum() * k + t.shape[1], "k by k weights, not k"),
    (
        "07.table",
        "a 0 is a kernel",
        lambda t, k: (t == 0).sum() * k**2 + t.shape[1],
        "The 0s of the table were counted",
    ),
    (
        "07.table",
        "parameters are lines",
        lambda t, k: 10 * 10 * (t.sum() * k**2 + t.shape[1]),
        "Those are the connections",
    ),
    ("07.seen", "ends like a slice", one_past, "one past the last pixel"),
    ("07.seen", "a layer adds k", with_add(lambda k, t, s: k * t), "only the k - 1 others add"),
    (
        "07.seen",
        "a layer adds k, from nothing",
        with_add(lambda k, t, s: k * t, start=0),
        "only the k - 1 others add",
    ),
    (
        "07.seen",
        "strides for places only",
        with_add(lambda k, t, s: k - 1),
        "while adding up the side the strides were forgotten",
    ),
    ("07.seen", "no strides", without_strides, "The strides are missing"),
    (
        "07.seen",
        "sides add up",
        with_add(lambda k, t, s: k, start=0),
        "The sides of the windows were added up",
    ),
    (
        "07.seen",
        "neighbors are one pixel apart",
        with_place(lambda u, size, t, last: u),
        "taken to be one pixel apart",
    ),
    (
        "07.seen",
        "only the own stride places",
        with_place(lambda u, size, t, last: last[1] * u),
        "only the last layer's own stride",
    ),
    (
        "07.seen",
        "own stride for own window",
        with_add(lambda k, t, s: (k - 1) * t * s),
        "multiply after adding",
    ),
    (
        "07.seen",
        "side by side",
        with_place(lambda u, size, t, last: size * u),
        "laid side by side",
    ),
    (
        "07.seen",
        "counting from 1",
        with_place(lambda u, size, t, last: t * (u - 1)),
        "Units were counted from 1",
    ),
    (
        "07.seen",
        "fields are centered",
        with_place(lambda u, size, t, last: t * u - size // 2),
        "no window hangs over the border",
    ),
    ("07.seen", "units, not pixels", windows_of_the_layer_below, "the layer before that it reads"),
    (
        "07.seen",
        "from the top down",
        lambda layers, unit: field(layers[::-1], unit),
        "in the wrong order",
    ),
    (
        "07.connections",
        "parameters",
        walker(
            conv=lambda old, new, k, m, n: k * k * n + m,
            sub=lambda old, new, k, m: 2 * m,
            codes=lambda i, c: 0,
        ),
        "Those are its trainable parameters",
    ),
    (
        "07.connections",
        "shared weights once",
        walker(
            conv=lambda old, new, k, m, n: k * k * n + m,
            sub=lambda old, new, k, m: m * (k * k + 1),
        ),
        "Shared weights were counted once",
    ),
    (
        "07.connections",
        "no biases",
        walker(
            conv=lambda old, new, k, m, n: new**2 * k * k * n,
            sub=lambda old, new, k, m: new**2 * m * k * k,
            dense=lambda i, u: i * u,
        ),
        "The biases are missing",
    ),
    (
        "07.connections",
        "subsampling without bias",
        walker(sub=lambda old, new, k, m: (new * k) ** 2 * m),
        "the line from the bias is missing",
    ),
    (
        "07.connections",
        "two parameters are two lines",
        walker(sub=lambda old, new, k, m: 2 * new**2 * m),
        "given two lines",
    ),
    (
        "07.connections",
        "codes have biases",
        walker(codes=lambda i, c: (i + 1) * c),
        "The output was given biases",
    ),
    (
        "07.connections",
        "fixed lines do not count",
        walker(codes=lambda i, c: 0),
        "The lines to the codes are missing",
    ),
    (
        "07.connections",
        "maps only",
        walker(codes=lambda i, c: 0, dense=lambda i, u: 0),
        "The dense layer and the output are missing",
    ),
    (
        "07.connections",
        "a bias for each kernel",
        walker(conv=lambda old, new, k, m, n: new**2 * (k * k + 1) * n),
        "Each kernel was given a bias",
    ),
    (
        "07.connections",
        "one kernel for each map",
        walker(conv=lambda old, new, k, m, n: new**2 * (k * k + 1) * m),
        "Each map was given a single kernel",
    ),
    (
        "07.connections",
        "k weights",
        walker(conv=lambda old, new, k, m, n: new**2 * (k * n + m)),
        "k by k weights, not k",
    ),
    (
        "07.connections",
        "positions of the input",
        walker(
            conv=lambda old, new, k, m, n: right_conv(new, old, k, m, n),
            sub=lambda old, new, k, m: right_sub(new, old, k, m),
        ),
        "counted in the map that a layer reads",
    ),
    (
        "07.connections",
        "one position short",
        walker(shrink=lambda side, k: side - k),
        "one row and one column too small",
    ),
    (
        "07.connections",
        "padded convolutions",
        walker(shrink=lambda side, k: side),
        "The convolutions kept the side",
    ),
    (
        "07.connections",
        "subsampling keeps the side",
        walker(pool=lambda side, k: side),
        "The subsampling layers kept the side",
    ),
    (
        "07.connections",
        "a row of units",
        walker(
            conv=lambda old, new, k, m, n: new * (k * k * n + m),
            sub=lambda old, new, k, m: new * m * (k * k + 1),
        ),
        "side * side units, not side",
    ),
    ("07.tutorial", "Table I", tutorial_with(c3=1516), "C3 was wired by Table I"),
    ("07.tutorial", "that of 1998", always(60_000), "the LeNet-5 of 1998"),
    (
        "07.tutorial",
        "pooling learns",
        tutorial_with(extra=12 + 32),
        "Average pooling learns nothing",
    ),
    ("07.tutorial", "fixed codes", tutorial_with(last=0), "counted as fixed codes"),
    ("07.tutorial", "no bias at the end", tutorial_with(last=840), "have no bias in your count"),
    (
        "07.tutorial",
        "no biases",
        tutorial_with(bias=0, c3=16 * 150, last=840),
        "The biases are missing",
    ),
    (
        "07.tutorial",
        "a kernel reads one map",
        tutorial_with(c3=16 * 26),
        "counted for one channel only",
    ),
    ("07.tutorial", "the input does not matter", always(61_706), "has weights for all of S4"),
    (
        "07.tutorial",
        "padded convolutions",
        tutorial_with(s4=lambda side: side // 2 // 2),
        "The convolutions kept the side",
    ),
    (
        "07.tutorial",
        "pooling keeps the side",
        tutorial_with(s4=lambda side: side - 4 - 4),
        "The subsampling layers kept the side",
    ),
    (
        "07.tutorial",
        "flatten counts maps",
        tutorial_with(s4=lambda side: 1),
        "a single weight for each map of S4",
    ),
    (
        "07.wide",
        "width first",
        lambda h, w: (larger(h, w)[1], larger(h, w)[0], larger(h, w)[2]),
        "Rows and columns of C5 are swapped",
    ),
    ("07.wide", "C5 is dense", dense_c5, "was taken for a dense layer"),
    (
        "07.wide",
        "a network for each window",
        with_total(lambda h, w, positions: positions * 340_908),
        "A whole LeNet-5 was counted for each",
    ),
    (
        "07.wide",
        "twice the area, twice the lines",
        with_total(lambda h, w, positions: 340_908 * h * w // 1024),
        "by the ratio of the areas",
    ),
    (
        "07.wide",
        "tiles",
        lambda h, w: (h // 32, w // 32, 340_908 * (h // 32) * (w // 32)),
        "cut into 32x32 tiles",
    ),
    (
        "07.wide",
        "steps only",
        lambda h, w: ((h - 32) // 4, (w - 32) // 4, larger(h, w)[2]),
        "but not the first position",
    ),
    ("07.wide", "one F6", larger_with(top=1), "F6 and the output were counted once"),
    ("07.wide", "up to C5 only", larger_with(top=0), "F6 and the output are missing"),
    (
        "07.wide",
        "from C5 on nothing grows",
        lambda h, w: one_position_of_c5(h, w, top=1),
        "C5 and what follows were counted at one position",
    ),
    (
        "07.wide",
        "C5 does not grow",
        lambda h, w: one_position_of_c5(h, w, top=np.prod(larger(h, w)[:2])),
        "C5 was counted at one position",
    ),
    (
        "07.wide",
        "full C3",
        larger_with(lines=(156, 30, 2416, 80, 48_120)),
        "C3 was connected fully",
    ),
    ("07.wide", "halves round up", rounding_up, "The subsampling layers rounded up"),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("07.table", "a guess", always(1), "There are 60 kernels of 5x5 weights"),
    (
        "07.table",
        "by heart",
        always(1516),
        "For a 3x4 table with seven 1s and k=3 you gave 1516; it should be 67",
    ),
    ("07.seen", "the side", lambda layers, unit: 16, "Return 2 numbers: first pixel, last pixel"),
    (
        "07.seen",
        "a guess with NumPy's numbers",
        always(np.array([12, 30])),
        "you gave (12, 30); it should be (12, 27).",
    ),
    ("07.seen", "a guess", always((0, 0)), "A unit sees 16 pixels in a row"),
    ("07.seen", "S4 by heart", always((12, 27)), "For layers=[(5, 1), (2, 2), (5, 1), (2, 2), ("),
    ("07.connections", "by heart", always(340_908), "('codes', 20, 5)] you gave 340908; it should"),
    (
        "07.connections",
        "one more for each class",
        lambda side, layers: connections(side, layers) + 7 * (layers[-1][0] == "codes"),
        "look at again is ('codes', 84, 10): up to and including it you gave 340915; it should",
    ),
    ("07.tutorial", "a guess", always(1), "C5 48,120, F6 10,164"),
    ("07.wide", "the shape only", lambda h, w: wide(h, w)[:2], "Return 3 numbers: rows of C5"),
    ("07.wide", "a guess", always((1, 9, 1)), "Rows and columns are right"),
    ("07.wide", "strides forgotten", lambda h, w: (1, w - 31, 1), "it should be (1, 9, 1"),
]

RIGHT: list[tuple[str, Any]] = [
    ("07.table", counted_by_a_layer),
    ("07.table", lambda t, k: sum(k * k * column.sum() + 1 for column in t.T)),
    ("07.seen", by_listing_pixels),
    ("07.seen", by_poking),
    ("07.connections", unit_by_unit),
    ("07.connections", walker()),
    ("07.tutorial", tutorial_by_keras),
    ("07.tutorial", tutorial_by_pairs),
    ("07.wide", by_scratch),
    ("07.wide", by_keras),
    ("07.wide", larger),
]


def test_the_papers_numbers():
    """340,908, 60,000 as the paper counts them, and the fields of chapter 07."""
    network = original_network(np.random.default_rng(0), np.ones((10, 84)))
    assert connections(32, LENET5) == network.connections((32, 32, 1)) == 340_908
    assert wide(32, 32) == (1, 1, 340_908)
    assert seen([(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)], 0) == (0, 31)
