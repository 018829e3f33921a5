"""The exercises of chapter 04, subsampling.

Maps in the checks are never square and have several images and channels, so that an axis taken
for another shows. The right answers, with which a worksheet goes on past a blank, come first.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import Known, check_shape, check_values
from lenet_course.exercises.exercise import Exercise, Wrong
from lenet_course.scratch import ScaledTanh, windows

Array = NDArray[Any]

# S2's parameters and connections, then S4's, behind a C1 of 6@24x24 and a C3 of 16@8x8.
COUNTS = [12, 4_320, 32, 1_280]
# A coefficient and a bias for a blur, for "at least one of four" and for "all four".
UNITS = [(0.05, 0.0), (5.0, 15.0), (5.0, -15.0)]

squash = ScaledTanh().forward


def average(x: Array) -> Array:
    """Average (n, height, width, channels) over windows of 2x2."""
    result: Array = _blocks(x).mean(axis=(2, 4))
    return result


def maximum(x: Array, size: int, stride: int) -> Array:
    """Take the largest value of every window that fits into the map."""
    result: Array = windows(x, size, stride).max(axis=(3, 4))
    return result


def subsample(x: Array, coefficient: Array, bias: Array) -> Array:
    """Add the four, multiply, add the bias, squash."""
    return squash(coefficient * _sums(x) + bias)


def gradient(x: Array, coefficient: Array, delta: Array) -> tuple[Array, Array, Array]:
    """Return dL/d(coefficient), dL/d(bias) and dL/dx from delta = dL/da."""
    to_x = (delta * coefficient).repeat(2, axis=1).repeat(2, axis=2)
    return (delta * _sums(x)).sum(axis=(0, 1, 2)), delta.sum(axis=(0, 1, 2)), to_x


def _blocks(x: Array) -> Array:
    n, height, width, channels = x.shape
    return x.reshape(n, height // 2, 2, width // 2, 2, channels)


def _sums(x: Array) -> Array:
    result: Array = _blocks(x).sum(axis=(2, 4))
    return result


def _maps(*shape: int) -> Array:
    """Make maps of numbers, negative ones too, no two of them alike."""
    return np.random.default_rng(4).permutation(np.prod(shape)).reshape(shape) / 10.0 - 2.0


_FOUR = "Work out one window by hand: which four numbers are in it?"
_MANY_MAPS = "Maps stay as many as they are; only their sides shrink."


def check_average(answer: Any) -> None:
    """Check average pooling over 2x2."""
    x = _maps(4, 6, 8, 3)
    n, height, width, channels = x.shape
    expected = average(x)
    result = as_array(call(answer, x=x), "The result")
    check_shape(
        result,
        expected.shape,
        {
            (4, 5, 7, 3): "The windows overlap: they move by one unit. Subsampling moves its "
            "window by its own size, so 6 rows make 3.",
            (4, 3, 4): "The channels are gone: the average went across maps. Every map is "
            "subsampled on its own; average over the two axes inside a block only.",
            (3, 4, 3): "The four images became one: the average went over the batch too.",
            (4, 3): "That is one number for each map, the average of all of it. Asked for is one "
            "for each block of 2x2.",
            (4, 6, 4, 3): "Only the columns were paired. A window has two rows and two columns.",
            (4, 3, 8, 3): "Only the rows were paired. A window has two rows and two columns.",
        },
        _MANY_MAPS,
    )
    torn = x.reshape(n, height // 2, width // 2, 2, 2, channels).mean(axis=(3, 4))
    known = [
        (4 * expected, "That is the sum of the four, four times their average."),
        (_blocks(x).max(axis=(2, 4)), "That is the largest of the four and not their average."),
        (
            x[:, ::2, ::2],
            "That is the upper left of the four: every second unit was kept, and three of four "
            "were dropped. All four count.",
        ),
        (
            torn,
            "The reshape tore windows apart: in (n, height // 2, width // 2, 2, 2, channels) the "
            "two last 2s hold four neighbors in one row. Each 2 belongs right behind the axis that "
            "it splits.",
        ),
    ]
    check_values(result, expected, known, _FOUR, "The unit")


def check_maximum(answer: Any) -> None:
    """Check max pooling with a stride of its own, on sides that leave rows over."""
    x = _maps(2, 10, 13, 3) - 60  # many windows without a positive number
    expected = maximum(x, 3, 2)
    result = as_array(call(answer, x=x, size=3, stride=2), "The result")
    beyond = (
        "Some windows reach beyond the map. The last window of 3 in 10 rows can start at row 7; "
        "how many starts 0, 2, 4, ... are there?"
    )
    check_shape(
        result,
        expected.shape,
        {
            (2, 3, 4, 3): "The windows moved by their size, 3, and not by the stride, 2. With "
            "size=3 and stride=2 neighboring windows share a row.",
            (2, 8, 11, 3): "The windows moved by one unit: `stride` was not used.",
            (2, 5, 7, 3): beyond,
            (2, 5, 6, 3): beyond,
            (2, 3, 5, 3): "One window is missing on each side: a window can start at 0 and at "
            "every later multiple of the stride that leaves it room. Count both ends.",
            (2, 4, 4, 3): "The map is not square: 10 rows but 13 columns. Work out the number of "
            "windows for each side.",
            (2, 4, 6): "The channels are gone: the maximum went across maps. Every map is "
            "subsampled on its own.",
        },
        _MANY_MAPS,
    )
    nines = windows(x, 3, 2)
    known = [
        (nines.mean(axis=(3, 4)), "That is the average of the nine, not the largest."),
        (
            np.maximum(expected, 0),
            "All nine are negative there: the search began at 0. Begin with the first of the "
            "numbers, or let max do it.",
        ),
        (
            np.broadcast_to(expected.max(axis=3, keepdims=True), expected.shape),
            "All maps came out alike: the maximum went across maps. Every map is subsampled on "
            "its own.",
        ),
        (
            nines[:, :, :, :2, :2].max(axis=(3, 4)),
            "The windows are 2x2: the stride was taken for the size.",
        ),
    ]
    nine = "Work out one window by hand: which nine numbers are in it?"
    check_values(result, expected, known, nine, "The unit")


def check_count(answer: Any) -> None:
    """Check the parameters and connections of S2 and S4 of the tutorial's sizes."""
    given = [int(count) for count in answer]
    if len(given) != 4:
        raise Wrong(f"Four counts are asked for, two of S2 and two of S4. You gave {given}.")
    if given == [12, 5_880, 32, 2_000]:
        raise Wrong(
            f"{given} are the counts for an input of 32x32, with maps of 14x14 and 5x5. Here C1 "
            "has maps of 24x24, so the maps of S2 are 12x12."
        )
    for layer, maps, side, counts in (("S2", 6, 12, given[:2]), ("S4", 16, 4, given[2:])):
        _check_parameters(layer, maps, side, counts[0])
        _check_connections(layer, maps, side, counts[1])


def _check_parameters(layer: str, maps: int, side: int, given: int) -> None:
    if given == 2 * maps:
        return
    known = {
        0: "Average and max have nothing to learn; LeNet's subsampling has.",
        2: "That is one coefficient and one bias for the whole layer. Each map has its own.",
        maps: "Each map has a coefficient, and a bias besides.",
        2 * maps * side**2: "That is a coefficient and a bias for each unit. All units of a map "
        "share theirs, as they share a kernel in a convolution.",
        maps * side**2: "That is a coefficient for each unit. All units of a map share one.",
        5 * maps: "That is a weight for each of the four inputs, and a bias. The four are only "
        "added up: one coefficient multiplies their sum.",
        4 * maps: "That is a weight for each of the four inputs. The four are only added up: one "
        "coefficient multiplies their sum, and a bias is added.",
    }
    why = known.get(given, "Ask what one map has to learn, then how many maps there are.")
    raise Wrong(f"You gave {layer} {given:,} parameters. {why}")


def _check_connections(layer: str, maps: int, side: int, given: int) -> None:
    if given == 5 * maps * side**2:
        return
    units = maps * side**2
    known = {
        2 * maps: "That is its parameters again. Shared weights are counted once as parameters, "
        "but every unit has connections of its own.",
        units: "That is the number of its units. Each has several connections.",
        4 * units: "The four inputs of every unit are there, but not its bias: the paper counts "
        "that as a connection too, so each unit has 5.",
        2 * units: "That counts the coefficient and the bias of every unit. A connection leads "
        "from an input to a unit: there are four of these, and the bias.",
        5 * side**2: f"That is one map; there are {maps}.",
        20 * units: "That counts five connections for every unit of the layer before. Four of "
        "those lead into one unit here.",
        5 * maps * (2 * side - 1) ** 2: "That takes windows that move by one unit and overlap. "
        "These stand side by side.",
    }
    why = known.get(given, f"It has {units:,} units. How many connections has one of them?")
    raise Wrong(f"You gave {layer} {given:,} connections. {why}")


def check_subsample(answer: Any) -> None:
    """Check LeNet's subsampling, squashing included."""
    # Small enough that f does not squash all differences away.
    x = _maps(4, 6, 8, 3) / 40
    coefficient, bias = np.array([0.3, -0.2, 0.6]), np.array([0.5, 0.2, -0.4])
    expected = subsample(x, coefficient, bias)
    result = as_array(call(answer, x=x, coefficient=coefficient, bias=bias), "The result")
    check_shape(
        result,
        expected.shape,
        {
            (4, 5, 7, 3): "The windows overlap: they move by one unit. Here they move by two.",
            (4, 3, 4): "The channels are gone: the sum went across maps. Every map is subsampled "
            "on its own.",
        },
        _MANY_MAPS,
    )
    sums = _sums(x)
    a = coefficient * sums + bias
    known = [
        (
            squash(coefficient * sums / 4 + bias),
            "The four were averaged where they should be added. That is a factor of 4, which "
            "training could put into the coefficient; but here the coefficient is given.",
        ),
        (
            squash(coefficient * (sums + bias)),
            "The coefficient also multiplied the bias: coefficient * (sum + bias). The bias comes "
            "after: coefficient * sum + bias.",
        ),
        (
            squash(coefficient * sums + 4 * bias),
            "The bias was added four times, once for each input. It is added once, to the sum.",
        ),
        (a, "That is the number before it is squashed. The last step is missing: squash."),
        (
            coefficient * squash(sums) + bias,
            "The sum was squashed first, then multiplied. Squashing comes last.",
        ),
        (
            squash(coefficient * _sums(squash(x)) + bias),
            "The inputs were squashed as well. They come from C1 squashed already: squash once, at "
            "the end.",
        ),
        (np.tanh(a), "That is the plain tanh. LeNet's is 1.7159 tanh(2a/3): use squash."),
        (
            squash(coefficient * _blocks(x).max(axis=(2, 4)) + bias),
            "The largest of the four was taken. LeNet adds all four.",
        ),
        (
            squash(coefficient[0] * sums + bias[0]),
            "All maps got the coefficient and the bias of the first. Each map has its own.",
        ),
    ]
    steps = "Work out one unit by hand: add four, multiply, add the bias, squash."
    check_values(result, expected, known, steps, "The unit")


def check_gradient(answer: Any) -> None:
    """Check the three gradients of a = coefficient * sum + bias."""
    x = _maps(3, 6, 8, 2)
    delta = np.random.default_rng(5).normal(size=(3, 3, 4, 2))
    coefficient = np.array([0.5, -2.0])
    result = call(answer, x=x, coefficient=coefficient, delta=delta)
    if not isinstance(result, (tuple, list)) or len(result) != 3:
        received = f"{len(result)} values" if isinstance(result, tuple) else describe(result)
        raise Wrong(
            f"Your function returned {received}. Return three arrays: dL/d(coefficient), "
            "dL/d(bias) and dL/dx."
        )
    to_coefficient, to_bias, to_x = (
        as_array(part, name)
        for part, name in zip(result, ("dL/d(coefficient)", "dL/d(bias)", "dL/dx"), strict=True)
    )
    expected = gradient(x, coefficient, delta)
    _check_shared("dL/d(bias)", to_bias, delta, expected[1], [])
    sums = _sums(x)
    known = [
        (
            expected[0] / 4,
            "The four inputs were averaged. a has their sum times the coefficient, so its "
            "derivative is the sum.",
        ),
        (
            expected[0] * coefficient,
            "It was multiplied by the coefficient. The derivative of coefficient * sum with "
            "respect to the coefficient is the sum alone.",
        ),
        (expected[1], "That is the gradient of the bias. The coefficient is multiplied by a sum."),
        (
            delta.sum(axis=(0, 1, 2)) * sums.sum(axis=(0, 1, 2)),
            "Deltas and sums were each added up first and then multiplied. Multiply unit by unit, "
            "then add up.",
        ),
    ]
    _check_shared("dL/d(coefficient)", to_coefficient, delta * sums, expected[0], known)
    _check_to_x(to_x, x, coefficient, delta, expected[2])


_LIKE_ITS_ARRAY = "A gradient has the shape of what it is the gradient of."


def _check_shared(
    name: str,
    result: Array,
    each_unit: Array,
    expected: Array,
    known: Known,
) -> None:
    """Check the gradient of a parameter that all units of a map and all images share."""
    n, rows, columns, _ = each_unit.shape
    shapes = {
        each_unit.shape: "That is still one number for each unit. All units of a map share one "
        "parameter, so what they contribute is added up: over images, rows and columns.",
        (n, 2): "It was added up over rows and columns, but not over the images of the batch, "
        "which share the parameter too.",
        (rows, columns, 2): "It was added up over the images, but not over rows and columns: all "
        "units of a map share the parameter.",
        (): "It was added up over the maps as well. Each map has a parameter of its own.",
    }
    check_shape(result, expected.shape, shapes, _LIKE_ITS_ARRAY, f"The shape of {name}")
    averaged = [
        (
            expected / (n * rows * columns),
            "That is the mean over images and positions. Contributions are added up, not averaged.",
        ),
        (
            expected / n,
            "It was divided by the number of images. If the loss is a mean over the batch, its "
            "1/n is in delta already; dividing again would take it twice.",
        ),
    ]
    products = "Multiply delta by the derivative of a, unit by unit, and add up."
    check_values(result, expected, [*averaged, *known], products, name)


def _check_to_x(result: Array, x: Array, coefficient: Array, delta: Array, expected: Array) -> None:
    shapes = {
        delta.shape: "That is one number for each unit. Every unit has four inputs, and each gets "
        "a gradient."
    }
    check_shape(result, x.shape, shapes, _LIKE_ITS_ARRAY, "The shape of dL/dx")
    scaled = delta * coefficient
    largest = _blocks(x) == _blocks(x).max(axis=(2, 4), keepdims=True)
    known = [
        (
            delta.repeat(2, axis=1).repeat(2, axis=2),
            "The coefficient is missing: a changes by coefficient times the change of x.",
        ),
        (
            expected / 4,
            "It was divided by 4, as behind an average. Here the four are added: each has the "
            "full weight of the coefficient.",
        ),
        (
            np.tile(scaled, (1, 2, 2, 1)),
            "The gradients stand in the wrong places: np.tile lays whole copies side by side. "
            "Each number is to be repeated where it stands: np.repeat.",
        ),
        (
            (largest * scaled[:, :, None, :, None]).reshape(x.shape),
            "Only the largest of the four got a gradient, as behind a maximum. All four were "
            "added, so each gets it.",
        ),
    ]
    product = "An input gets the delta of its own unit, times the coefficient of its map."
    check_values(result, expected, known, product, "dL/dx")


# Beyond this a unit counts as switched on; with a minus sign, as off. f reaches 1.7159.
ON = 1.5
_SUMS = np.arange(-4.0, 5.0, 2.0)


def check_units(answer: Any) -> None:
    """Check three units by what they do, on inputs of +1 and -1."""
    pairs = [(float(coefficient), float(bias)) for coefficient, bias in answer]
    if len(pairs) != 3:
        raise Wrong(f"Three pairs (coefficient, bias) are asked for. You gave {len(pairs)}.")
    for name, (coefficient, _) in zip(("blur", "any", "all"), pairs, strict=True):
        if coefficient <= 0:
            raise Wrong(
                f"The unit for '{name}' has the coefficient {coefficient:g}. "
                + (
                    "Times 0, the inputs are lost: the unit says the same to everything."
                    if coefficient == 0
                    else "A negative one turns the unit around: the more inputs are +1, the lower "
                    "its output. Take a positive one, and choose the bias."
                )
            )
    _check_blur(*pairs[0])
    _check_switch("any", 1, *pairs[1])
    _check_switch("all", 4, *pairs[2])


def _check_blur(coefficient: float, bias: float) -> None:
    outputs = squash(coefficient * _SUMS + bias)
    # A straight line takes four steps of one size.
    steps = np.diff(outputs)
    if 0 < steps.max() <= 1.05 * steps.min():
        return
    said = (
        f"The output of the unit for 'blur' rises by {steps.min():.2g} in one step and by "
        f"{steps.max():.2g} in another; all steps should be alike, give or take 5 %"
    )
    if abs(bias) > 4 * coefficient:
        raise Wrong(
            f"{said}. Its bias of {bias:g} pushes it to where f is bent. Near 0, f is straight."
        )
    raise Wrong(
        f"{said}. With a coefficient of {coefficient:g} the argument of f reaches "
        f"{4 * coefficient:g}, where f flattens. Take a smaller one."
    )


def _check_switch(name: str, needed: int, coefficient: float, bias: float) -> None:
    """Check that the unit is on from `needed` inputs of +1, and off below."""
    sums = coefficient * _SUMS + bias
    outputs = squash(sums)
    ones = np.arange(5)
    if np.where(ones < needed, outputs <= -ON, outputs >= ON).all():
        return
    said = f"With coefficient {coefficient:g} and bias {bias:g}, the unit for '{name}'"
    first = int((sums <= 0).sum())
    if first == needed:
        at = np.abs(outputs).argmin()
        raise Wrong(
            f"{said} changes sign at the right place, but with {at} inputs at +1 it answers "
            f"{outputs[at]:.2f}: too weak for a switch, which is beyond {ON} or below -{ON}. "
            "A larger coefficient, and a bias that grows with it, makes it steeper."
        )
    if first in (0, 5):
        raise Wrong(
            f"{said} is always {'on' if first == 0 else 'off'}: the bias outweighs the four inputs "
            f"together, which reach {4 * coefficient:g} at most."
        )
    if {first, needed} == {1, 4}:
        raise Wrong(
            f"{said} is on from {first} of 4 inputs: that is the other one, with the sign of the "
            "bias turned around. A positive bias helps the unit, a negative one makes it demand "
            "more."
        )
    raise Wrong(
        f"{said} is on from {first} of 4 inputs and should be from {needed}. It switches where the "
        f"sum passes -bias / coefficient = {0 - bias / coefficient:.2g}. The inputs are -1 or +1 "
        "(not 0 or 1), so their sum is -4, -2, 0, 2 or 4: between which two should it switch?"
    )


EXERCISES = (
    Exercise(
        id="04.average",
        title="Average pooling by reshape",
        wants="a function that returns an array",
        means="A reshape moved no number: it named the four of each block by two axes, and the "
        "average over these two is the whole layer.",
        hints=(
            "Six rows are three pairs of rows. If an axis of length 6 becomes two axes of lengths "
            "3 and 2, the first says which pair and the second which row of it. Do so with the "
            "rows and with the columns.",
            "reshape wants six lengths; height // 2 and 2 take the place of height. mean takes "
            "several axes at once, as in axis=(0, 1).",
            "n, height, width, channels = x.shape\n"
            "blocks = x.reshape(n, height // 2, 2, ___, ___, channels)\n"
            "return blocks.mean(axis=(___, ___))",
        ),
        check=check_average,
        start=average,
    ),
    Exercise(
        id="04.max",
        title="Max pooling with a stride",
        wants="a function that returns an array",
        means="Windows may overlap, and rows that fill no window are left out, as in Keras; the "
        "number of windows is the same formula as for a convolution.",
        hints=(
            "A reshape needs windows that stand side by side. These may overlap, so each has to be "
            "cut out. Of its numbers only the largest is kept, and each map keeps its own.",
            "In what windows(x, size, stride) returns, which two axes run inside a window? max "
            "takes several axes at once.",
            "return windows(x, size, ___).max(axis=(___, ___))",
        ),
        check=check_maximum,
        start=maximum,
    ),
    Exercise(
        id="04.count",
        title="The parameters and connections of S2 and S4",
        wants="a list of four whole numbers",
        means="Parameters grow with the number of maps only, connections with the number of "
        "units: 12 shared numbers serve 4,320 connections.",
        hints=(
            "For the parameters, look at one map: what does it learn? For the connections, look "
            "at one unit: what leads into it?",
            "S2 has 6 maps of 12x12 units, and S4 has 16 maps of 4x4. The parameters of a map are "
            "counted once, the connections of every unit. The bias is in both counts.",
            "[6 * ___, 6 * 12 * 12 * ___, 16 * ___, 16 * 4 * 4 * ___]",
        ),
        check=check_count,
        start=COUNTS,
    ),
    Exercise(
        id="04.subsample",
        title="LeNet's own subsampling",
        wants="a function that returns an array",
        means="With two numbers for each map, four units become one; the maps are the last axis, "
        "so NumPy gives each map its own two.",
        hints=(
            "There are four steps: add, multiply, add the bias, squash. Only the first looks at "
            "more than one number, and you have nearly written it already.",
            "Reshape into blocks as for the average, and use sum in place of mean. Coefficient and "
            "bias, of shape (channels,), meet the last axis by themselves.",
            "n, height, width, channels = x.shape\n"
            "blocks = x.reshape(n, height // 2, 2, width // 2, 2, channels)\n"
            "sums = blocks.sum(axis=(___, ___))\n"
            "return squash(___ * sums + ___)",
        ),
        check=check_subsample,
        start=subsample,
    ),
    Exercise(
        id="04.gradient",
        title="The gradient of subsampling",
        wants="a function that returns three arrays",
        means="What is shared on the way forward is added up on the way back; what is added up "
        "on the way forward is handed to each on the way back.",
        hints=(
            "Write down, for a single unit, by how much a = coefficient * sum + bias changes when "
            "each of coefficient, bias and one input grows by a little. Then ask who shares it.",
            "Multiply delta by that, unit by unit. A sum over several axes adds up what the units "
            "of a map and the images share; np.repeat along two axes fills a window with its "
            "unit's number.",
            "n, height, width, channels = x.shape\n"
            "blocks = x.reshape(n, height // 2, 2, width // 2, 2, channels)\n"
            "sums = blocks.sum(axis=(2, 4))\n"
            "to_coefficient = (delta * ___).sum(axis=___)\n"
            "to_bias = ___.sum(axis=___)\n"
            "to_x = (delta * ___).repeat(2, axis=1).repeat(___, axis=___)\n"
            "return to_coefficient, to_bias, to_x",
        ),
        check=check_gradient,
        start=gradient,
    ),
    Exercise(
        id="04.units",
        title="A blur, an OR and an AND",
        wants="a list of three pairs (coefficient, bias)",
        means="The coefficient sets how sharply the unit decides, and the bias over the "
        "coefficient sets where: one formula makes a blur, an OR and an AND.",
        hints=(
            "Four inputs of +1 or -1 have one of five sums. For which of these sums should each "
            "unit be on? And where is f nearly straight?",
            "The output changes its sign where coefficient * sum + bias is 0, that is at the sum "
            "-bias / coefficient. It is beyond 1.5 where that number is beyond about 2.",
            "[(0.05, ___), (5, ___ * 5), (5, -___ * 5)]",
        ),
        check=check_units,
        start=UNITS,
    ),
)
