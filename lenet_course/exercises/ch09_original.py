"""The exercises of chapter 09, the network as it was in 1998.

Each check computes a small case, chosen so that every mistake named below gives a result of its
own. First comes the toy network of the last two exercises, with what a worksheet needs to measure
it; then the right answers, with which a worksheet goes on past a blank.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import Shape, check_shape, check_values, explain, same
from lenet_course.exercises.exercise import Exercise, Wrong
from lenet_course.scratch import DIGIT_CODES, MAP, RBF, TABLE_I

Array = NDArray[Any]
Pair = tuple[Array, Array]
Estimate = Callable[[Array, Array, Array, Array], Pair]
Toy = tuple[Array, Array, Array, Array]


def toy_network() -> Toy:
    """Return x (8, 3), target (8, 2), w1 (3, 4) and w2 (4, 2): a network and data to learn.

    The network is y = tanh(x w1) w2, without biases. The targets are the outputs of another
    network of this kind, so that a perfect fit exists.
    """
    random = np.random.default_rng(9)
    x = random.normal(size=(8, 3))
    w1, other1 = random.normal(size=(2, 3, 4))
    w2, other2 = random.normal(size=(2, 4, 2))
    return x, np.tanh(x @ other1) @ other2, w1, w2


def toy_loss(x: Array, target: Array, w1: Array, w2: Array) -> float:
    """Return E: the squared errors of a pattern, summed; the mean of that over the patterns."""
    return float(((np.tanh(x @ w1) @ w2 - target) ** 2).sum(axis=1).mean())


def toy_gradients(x: Array, target: Array, w1: Array, w2: Array) -> Pair:
    """Return dE/dw1 and dE/dw2."""
    first, second = _gradients_by_pattern(x, target, w1, w2)
    return first.mean(axis=0), second.mean(axis=0)


def measured_curvatures(x: Array, target: Array, w1: Array, w2: Array) -> Pair:
    """Return the second derivatives of E by each weight of w1 and of w2, measured."""
    return (
        _move_each(lambda w: toy_loss(x, target, w, w2), w1),
        _move_each(lambda w: toy_loss(x, target, w1, w), w2),
    )


def _move_each(function: Callable[[Array], float], array: Array) -> Array:
    """Return d2(function)/d(array)2 for each number of an array, by moving it up and down."""
    step = 1e-3
    start, curvatures = function(array), np.empty(array.shape)
    for index in np.ndindex(array.shape):
        move = np.zeros(array.shape)
        move[index] = step
        up, down = function(array + move), function(array - move)
        curvatures[index] = (up - 2 * start + down) / step**2
    return curvatures


def step_sizes(h: Array, eta: float, mu: float) -> Array:
    """Return the step size of each parameter, eta / (mu + h_kk) (eq. 21)."""
    return eta / (mu + h)


def wire() -> Array:
    """Return Table I: 1 where a map of C3 (column) reads a map of S2 (row), else 0, (6, 16)."""
    table = np.zeros((6, 16), dtype=int)
    for m, offsets in enumerate(_OFFSETS):
        table[(m + np.array(offsets)) % 6, m] = 1
    return table


_OFFSETS: list[tuple[int, ...]] = [
    *[(0, 1, 2)] * 6,
    *[(0, 1, 2, 3)] * 6,
    *[(0, 1, 3, 4)] * 3,
    (0, 1, 2, 3, 4, 5),
]


def decode(penalties: Array, smallest_gap: float) -> tuple[Array, Array, Array]:
    """Return the digit (-1: rejected), the second best and the gap of each row of penalties."""
    order = penalties.argsort(axis=1)
    best, second = np.sort(penalties, axis=1)[:, :2].T
    gap = second - best
    return np.where(gap < smallest_gap, -1, order[:, 0]), order[:, 1], gap


def map_loss(penalties: Array, labels: Array, j: float) -> float:
    """Return the MAP criterion (eq. 9) of penalties (n, classes) and labels (n,)."""
    return float(MAP(j).value(penalties, labels))


def curvatures(x: Array, target: Array, w1: Array, w2: Array) -> Pair:
    """Return h_kk of w1 and of w2 by Gauss-Newton back-propagation (eqs. 25 and 27)."""
    return _walk_back(x, w1, w2)


def tells_curvature(estimate: Estimate) -> bool:
    """Return True for second derivatives and False for squared gradients."""
    x, target, w1, w2 = toy_network()
    before, after = (estimate(x, moved, w1, w2)[1] for moved in (target, target + 1))
    return bool(np.allclose(before, after))


def _walk_back(
    x: Array, w1: Array, w2: Array, *, slope: int = 2, weights: int = 2, inputs: int = 2
) -> Pair:
    """Walk back with each factor to a power: 2 everywhere is right."""
    hidden = np.tanh(x @ w1)
    top = np.full((len(x), w2.shape[1]), 2 / len(x))
    below = (1 - hidden**2) ** slope * (top @ (w2**weights).T)
    return (x**inputs).T @ below, (hidden**inputs).T @ top


def _gradients_by_pattern(x: Array, target: Array, w1: Array, w2: Array) -> Pair:
    """Return dE/dw of each pattern's own loss: (n, *w1.shape) and (n, *w2.shape)."""
    hidden = np.tanh(x @ w1)
    error = 2 * (hidden @ w2 - target)
    below = (1 - hidden**2) * (error @ w2.T)
    return x[:, :, None] * below[:, None, :], hidden[:, :, None] * error[:, None, :]


def _exact(x: Array, target: Array, w1: Array, w2: Array) -> Pair:
    """Return the exact second derivatives, the term with f'' included."""
    hidden = np.tanh(x @ w1)
    to_hidden = 2 / len(x) * (hidden @ w2 - target) @ w2.T
    first, second = _walk_back(x, w1, w2)
    return first + (x**2).T @ (-2 * hidden * (1 - hidden**2) * to_hidden), second


def _mean_of_squares(*toy: Array) -> Pair:
    first, second = _gradients_by_pattern(*toy)
    return (first**2).mean(axis=0), (second**2).mean(axis=0)


def _square_of_mean(*toy: Array) -> Pair:
    first, second = toy_gradients(*toy)
    return first**2, second**2


def _scaled(*toy: Array) -> Pair:
    first, second = _mean_of_squares(*toy)
    return 0.05 * first, 0.05 * second


def _with_a_floor(*toy: Array) -> Pair:
    first, second = _mean_of_squares(*toy)
    return first + 1e-3, second + 1e-3


# What a finder is asked about, in this order, and whether it is made of second derivatives.
SUSPECTS: dict[str, tuple[Estimate, bool]] = {
    "Gauss-Newton": (curvatures, True),
    "squared gradients": (_mean_of_squares, False),
    "exact second derivatives": (_exact, True),
    "square of the mean gradient": (_square_of_mean, False),
    "scaled squared gradients": (_scaled, False),
    "squared gradients with a floor": (_with_a_floor, False),
}


def suspect_estimate(kind: str, *, watch: Callable[[Toy], None] | None = None) -> Estimate:
    """Return a function that estimates h_kk of the toy network, (x, target, w1, w2) -> (h1, h2).

    Parameters
    ----------
    kind
        One of `SUSPECTS`.
    watch
        Called with (x, target, w1, w2) at each call.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    if kind not in SUSPECTS:
        raise ValueError(f"kind is {kind!r}, expected one of: {', '.join(SUSPECTS)}.")

    def estimate(x: Array, target: Array, w1: Array, w2: Array) -> Pair:
        toy = tuple(np.array(array, dtype="float64") for array in (x, target, w1, w2))
        if watch is not None:
            watch(toy)  # type: ignore[arg-type]
        return SUSPECTS[kind][0](*toy)

    return estimate


def check_step_sizes(answer: Any) -> None:
    """Check eta / (mu + h) on curvatures from 0 to 40."""
    h, eta, mu = np.array([[0.0, 0.01, 0.3], [2.0, 7.0, 40.0]]), 0.5, 0.02
    with np.errstate(all="ignore"):
        given = as_array(call(answer, h=h, eta=eta, mu=mu), "The result")
        without_mu = eta / h
    check_shape(given, h.shape, {}, "Each parameter has a step size of its own.")
    known = (
        (
            without_mu,
            "mu is missing. Where h is 0 your step is infinite, and throws the weight away; mu is "
            "there to stop that.",
        ),
        (
            without_mu + mu,
            "You added mu to the step, and where h is 0 it is still infinite. Add it to h, under "
            "the fraction line.",
        ),
        (
            eta / (mu + np.sqrt(h)),
            "You took the root of h, as Adam does with its mean of squared gradients. h is a "
            "second derivative, and Newton's method divides by it as it is.",
        ),
        (eta / np.maximum(mu, h), "You took the larger of mu and h. Eq. 21 has their sum."),
        (
            eta * (mu + h),
            "Your steps are longest where the loss is most curved. There a long step lands on the "
            "far wall of the valley: divide.",
        ),
        (
            eta / (mu + h.mean()) * np.ones_like(h),
            "All your steps are equal: made from the mean of h. The point of the method is a step "
            "size for each parameter.",
        ),
        (mu / (eta + h), "eta and mu are swapped: eta stands above the line."),
        (
            -eta / (mu + h),
            "Your steps are negative. The minus stands in the update, w - step * gradient.",
        ),
    )
    otherwise = f"h runs from {h.min():g} to {h.max():g}, eta is {eta} and mu is {mu}."
    check_values(given, step_sizes(h, eta, mu), known, otherwise, "The step size")


def _reads(table: Array, m: int) -> str:
    return ", ".join(map(str, np.flatnonzero(table[:, m]))) or "none"


def check_wire(answer: Any) -> None:
    """Check the table against Table I, a map of C3 at a time."""
    given = as_array(call(answer), "The result")
    known: dict[Shape, str] = {
        (16, 6): "Each row is a map of S2 and each column one of C3, as in the paper."
    }
    check_shape(given, (6, 16), known, "S2 has 6 maps and C3 has 16.")
    if not np.isin(given, (0, 1)).all():
        raise Wrong(
            f"Your table holds {np.unique(given).tolist()}. It says only whether a map is read, 1, "
            "or not, 0."
        )
    if given.all():
        raise Wrong(
            "Every map of C3 reads all six of S2: 96 kernels. That is what most tutorials build; "
            "in the paper only the last map does."
        )
    for m, reads, why in _MISWIRED:
        if np.flatnonzero(given[:, m]).tolist() == reads:
            raise Wrong(
                f"Map {m} of C3 reads {_reads(given, m)} and should read {_reads(TABLE_I, m)}. "
                f"{why}"
            )
    _check_discontinuous(given)
    for m in range(16):
        if not np.array_equal(given[:, m], TABLE_I[:, m]):
            raise Wrong(
                f"Map {m} of C3 reads {_reads(given, m)} and should read {_reads(TABLE_I, m)}."
            )


# A map of C3, what it reads where something is misunderstood, and what.
_MISWIRED = (
    (0, [1, 2, 3], "It starts one too far: Python counts the maps of S2 from 0."),
    (0, [0, 1, 2, 3], "Four are too many: in Table I the first six maps read three."),
    (4, [4, 5], "Your wiring stops at the last map of S2. Go round: after 5 comes 0."),
    (
        4,
        [3, 4, 5],
        "It was moved back until it fits, onto what map 3 reads. Go round instead: after 5 "
        "comes 0.",
    ),
    (6, [0, 1, 2], "Map 0 reads these already. The second six maps read four."),
)


def _check_discontinuous(given: Array) -> None:
    """Say what is wrong with maps 12 to 14 where only they are."""
    three = slice(12, 15)
    if not np.array_equal(np.delete(given, three, axis=1), np.delete(TABLE_I, three, axis=1)):
        return
    if same(np.unique(given[:, three], axis=1), np.unique(TABLE_I[:, three], axis=1)):
        if not same(given, TABLE_I):
            raise Wrong(
                "Maps 12 to 14 read the right sets in another order. Map 12 starts at map 0 of "
                "S2, map 13 at 1, map 14 at 2; from there: two neighbors, one left out, two "
                "neighbors."
            )
        return
    if same(given[:, three], TABLE_I[:, 6:9]):
        raise Wrong(
            "Maps 12 to 14 repeat maps 6 to 8: four in a row. Theirs have a hole: two neighbors, "
            "one left out, two neighbors."
        )
    raise Wrong(
        f"Thirteen maps are right. But map 12 of C3 reads {_reads(given, 12)} and should read "
        "0, 1, 3, 4: two neighbors, one left out, two neighbors. Maps 13 and 14 start at 1 and "
        "at 2."
    )


def _penalties() -> tuple[Array, float]:
    """Return the penalties of five states of F6, and the smallest gap that is accepted.

    A clean 3; a state between 6 and 8, close to both; a noisy 1, far from all codes and yet
    nearest to one; another clean digit, and a state far from all codes and nearest to none.
    """
    random = np.random.default_rng(9)
    codes = DIGIT_CODES
    states = np.array(
        [codes[3], 0.55 * codes[6] + 0.45 * codes[8], 0.5 * codes[1], codes[7], 0 * codes[0]]
    )
    noise = random.normal(size=states.shape) * np.array([0.2, 0.1, 0.9, 0.3, 0.6])[:, None]
    return RBF(codes).forward(states + noise), 20.0


def check_decode(answer: Any) -> None:
    """Check the reading of five states, two of which are to be rejected."""
    penalties, smallest_gap = _penalties()
    result = call(answer, penalties=penalties, smallest_gap=smallest_gap)
    if not isinstance(result, (tuple, list)) or len(result) != 3:
        raise Wrong(
            f"Your function returned {describe(result)}. Return three arrays: digits, second "
            "best, gaps."
        )
    names = ("digits", "second best", "gaps")
    given = [as_array(array, f"The {name}") for array, name in zip(result, names, strict=True)]
    n = len(penalties)
    for array, name in zip(given, names, strict=True):
        why = f"There are {n} images."
        if array.shape == (10,):
            why = "You went down the columns. A row of penalties is one image."
        elif array.ndim == 1 and 0 < len(array) < n:
            why = (
                "You left the rejected images out. Keep their places, with -1 as the digit, or "
                "nobody knows which they were."
            )
        check_shape(array, (n,), {}, why, f"The shape of the {name}")
    digits, second, gaps = given
    _check_second(second, penalties, smallest_gap)
    _check_gaps(gaps, penalties, smallest_gap)
    _check_digits(digits, penalties, smallest_gap)


def _check_second(second: Array, penalties: Array, smallest_gap: float) -> None:
    order, ordered = penalties.argsort(axis=1), np.sort(penalties, axis=1)
    digits, right, _ = decode(penalties, smallest_gap)
    known = (
        (
            order[:, 8],
            "Yours has the second largest penalty. Penalties are distances from the codes: the "
            "smallest one names the digit, and the second smallest the second best.",
        ),
        (ordered[:, 1], "Yours are penalties. Name the digits that have them."),
        (
            np.where(digits < 0, -1, right),
            "Where you rejected an image its second best is gone too. Keep it: whoever looks at "
            "the image wants to know between which digits the network wavered.",
        ),
        (order[:, 0], "Yours is the best. Position 1 comes after position 0."),
    )
    otherwise = "Sort the penalties of an image: the digit at position 1 is second best."
    check_values(second, right, known, otherwise, "The second best")


def _check_gaps(gaps: Array, penalties: Array, smallest_gap: float) -> None:
    y = np.sort(penalties, axis=1)
    known = (
        (
            y[:, 0] - y[:, 1],
            "Yours is the best penalty minus the second best. The other way round no gap is "
            "below 0.",
        ),
        (
            y[:, 9] - y[:, 0],
            "Yours is the gap between best and worst. Doubt is between best and second.",
        ),
        (y[:, 9] - y[:, 8], "Yours is the gap between the two worst digits."),
        (
            np.sqrt(y[:, 1]) - np.sqrt(y[:, 0]),
            "Yours is a difference of roots. A penalty is a squared distance, and the MAP "
            "criterion compares the penalties themselves.",
        ),
        (
            y[:, 1] / y[:, 0],
            "Yours is a ratio. exp(-penalty) acts as a likelihood, so a ratio of likelihoods is a "
            "difference of penalties.",
        ),
    )
    otherwise = "It is the second smallest penalty of the image minus the smallest."
    check_values(gaps, decode(penalties, smallest_gap)[2], known, otherwise, "The gap")


def _check_digits(digits: Array, penalties: Array, smallest_gap: float) -> None:
    order, y = penalties.argsort(axis=1), np.sort(penalties, axis=1)
    right, _, gaps = decode(penalties, smallest_gap)
    best, worst, doubtful = order[:, 0], order[:, 9], gaps < smallest_gap
    largest = (
        "Yours has the largest penalty. Penalties are distances from the codes: the smallest one "
        "names the digit."
    )
    known = (
        (worst, largest),
        (np.where(doubtful, -1, worst), largest),
        (
            np.where(doubtful, -1, y[:, 0]),
            "Yours are penalties. Name the digits that have them: argsort, not sort.",
        ),
        (best, "You rejected nothing. Where the gap is under smallest_gap the digit is -1."),
        (
            np.where(doubtful, best, -1),
            "You rejected the images with a large gap. A small gap is the doubtful case.",
        ),
        (
            np.where(y[:, 0] > smallest_gap, -1, best),
            f"You rejected by the best penalty. That of image 2 is {y[2, 0]:.0f}, but the next one "
            f"is {gaps[2]:.0f} away: no doubt which digit is nearest. Here the gap decides.",
        ),
    )
    otherwise = "It is the digit with the smallest penalty, and -1 where the gap is too small."
    check_values(digits, right, known, otherwise, "The digit")


def check_map_loss(answer: Any) -> None:
    """Check eq. 9 on four patterns, with another j, then on penalties and j of about 1000."""
    y = np.array([[0.4, 2.5, 1.3], [1.9, 0.2, 3.1], [0.8, 1.5, 2.2], [2.7, 0.6, 1.1]])
    labels, j = np.array([0, 1, 2, 1]), 0.7
    given = as_array(call(answer, penalties=y, labels=labels, j=j), "The result")
    each: dict[Shape, str] = {
        (4,): "You have a loss for each pattern. E is one number: their mean."
    }
    check_shape(given, (), each, "E is one number.")
    right = map_loss(y, labels, j)
    if not same(given, right):
        why = explain(
            given,
            _map_mistakes(y, labels, j),
            "For each pattern add two things: the penalty of its label, and the log of a sum of "
            "1 + 3 exponentials.",
        )
        raise Wrong(
            f"For 4 patterns of 3 classes and j={j} you gave {float(given):.4f}; it should be "
            f"{right:.4f}. {why}"
        )
    other = as_array(call(answer, penalties=y, labels=labels, j=2.0), "The result")
    if same(other, right):
        raise Wrong(
            f"For j=0.7 your E is right. For j=2 you gave {float(other):.4f} again; it should be "
            f"{map_loss(y, labels, 2.0):.4f}. Instead of a number of your own use the argument j."
        )
    _check_large_penalties(answer)


def _map_mistakes(y: Array, labels: Array, j: float) -> list[tuple[Any, str]]:
    correct = y[np.arange(len(y)), labels]
    others = np.exp(-y).sum(axis=1) - np.exp(-correct)
    all_classes, rubbish = np.exp(-y).sum(axis=1), np.exp(-j)
    log_sum = np.log(rubbish + all_classes)
    return [
        (
            (correct + np.log(all_classes)).mean(),
            "The rubbish class is missing: its exp(-j) belongs in the sum.",
        ),
        (
            (correct + np.log(np.exp(j) + all_classes)).mean(),
            "You have exp(j). j is the penalty of the rubbish class and stands in the sum like any "
            "other penalty: exp(-j).",
        ),
        (
            (correct + np.log(j + all_classes)).mean(),
            "You have j itself in the sum. The rubbish class has the penalty j, and its term is "
            "exp(-j).",
        ),
        (
            (correct + np.log(all_classes) + j).mean(),
            "You have j outside the logarithm. There it is a constant that no weight feels; in the "
            "sum it competes.",
        ),
        (
            (correct + np.log(all_classes) + rubbish).mean(),
            "You have exp(-j) outside the logarithm. There it is a constant that no weight feels; "
            "in the sum it competes.",
        ),
        (
            (correct + np.log(np.exp(j) + np.exp(y).sum(axis=1))).mean(),
            "You have exp(y). A small penalty is a likely class: exp(-y).",
        ),
        (
            (np.log(rubbish + np.exp(y).sum(axis=1)) - correct).mean(),
            "Yours is the cross-entropy of outputs that are large for the right class. Penalties "
            "are small for it: turn the sign of every y.",
        ),
        (
            (correct - log_sum).mean(),
            "You subtracted the logarithm. That rewards small penalties of the wrong classes; they "
            "should be large: add it.",
        ),
        (
            (correct + np.log(rubbish + np.exp(-y)).sum(axis=1)).mean(),
            "You have a sum of logarithms. The classes compete inside one logarithm: sum first.",
        ),
        (
            (correct - j - y.sum(axis=1)).mean(),
            "You have a sum of logarithms: log(exp(-y)) is just -y, and nothing competes. Sum "
            "first.",
        ),
        (
            (correct + np.log(rubbish + others)).mean(),
            "You left the right class out of the sum. It is one of the competitors: only with it "
            "is E minus the log of a probability, which is 0 at best and never below.",
        ),
        (
            (correct + log_sum).sum(),
            "Yours is 4 times too large: the sum over the patterns, not their mean.",
        ),
        (
            (correct + log_sum).sum() / y.size,
            "Yours is 3 times too small: divided by the number of penalties. The mean is over the "
            "4 patterns.",
        ),
        (
            (y.sum(axis=1) + log_sum).mean(),
            "You have the penalties of all classes before the logarithm. Only that of the label "
            "stands there.",
        ),
        (
            (y.min(axis=1) + log_sum).mean(),
            "You took the smallest penalty of each pattern. The network may be wrong: take the "
            "penalty of the label.",
        ),
        (
            correct.mean(),
            "Yours is the mean penalty of the label: eq. 8. The competition is missing.",
        ),
        (log_sum.mean(), "Yours is the logarithm alone: the penalty of the label is missing."),
    ]


def _check_large_penalties(answer: Any) -> None:
    y, labels, j = np.array([[1000.0, 1001.0, 1003.0]]), np.array([1]), 1000.0
    with np.errstate(all="ignore"):
        given = as_array(call(answer, penalties=y, labels=labels, j=j), "The result")
    right = map_loss(y, labels, j)
    if not same(given, right):
        raise Wrong(
            f"The formula is right, but for penalties of {y[0].tolist()}, label 1 and j=1000 you "
            f"gave {float(given):g}; it should be {right:.4f}. exp(-1000) is 0 to a computer, and "
            "log(0) is minus infinity. Take the smallest penalty, j among them, out of the sum "
            "first."
        )


def check_curvatures(answer: Any) -> None:
    """Check h_kk of both layers, away from a perfect fit."""
    toy = toy_network()
    names = ("x", "target", "w1", "w2")
    result = call(answer, **dict(zip(names, toy, strict=True)))
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise Wrong(
            f"Your function returned {describe(result)}. Return two arrays: h of w1, h of w2."
        )
    given = [as_array(h, "Each h") for h in result]
    for h, weights, name in zip(given, toy[2:], names[2:], strict=True):
        check_shape(
            h, weights.shape, {}, "Each weight has an h of its own.", f"The shape of h of {name}"
        )
    x, _, w1, w2 = toy
    right, n = _walk_back(x, w1, w2), len(x)
    for factor, why in (
        (n, "8 times too large: the sum over the 8 patterns. E is their mean, and so is h."),
        (1 / n, "8 times too small: divided twice by the number of patterns."),
        (
            1 / 2,
            "half as large as they should be. The second derivative of a square is 2, and the "
            "squares of the two outputs are summed: the mean is over the patterns only.",
        ),
        (2, "twice too large. The second derivative of a square is 2, not 4."),
        (-1, "of the wrong sign. A valley bends upward: h is positive."),
    ):
        if all(same(h, factor * r) for h, r in zip(given, right, strict=True)):
            raise Wrong(f"All your h are {why}")
    _check_second_layer(given[1], right[1], toy)
    _check_first_layer(given[0], right[0], toy)


def _check_second_layer(given: Array, right: Array, toy: Toy) -> None:
    x, _, w1, w2 = toy
    hidden = np.tanh(x @ w1)
    ones = np.ones_like(w2)
    known = (
        (
            _walk_back(x, w1, w2, inputs=1)[1],
            "The outputs of the hidden units are not squared. Eq. 25: the second derivative by the "
            "sum, times the square of what comes in.",
        ),
        (
            2 * (hidden.mean(axis=0) ** 2)[:, None] * ones,
            "You took the mean over the patterns first and squared it then. Each pattern has its "
            "own loss and its own h; the mean comes last.",
        ),
        (
            2 * (np.tanh(x.mean(axis=0) @ w1) ** 2)[:, None] * ones,
            "You computed it for one average pattern. Each pattern has its own h; the mean comes "
            "last.",
        ),
        (
            toy_gradients(*toy)[1],
            "Yours is a gradient, made from the errors. Walk back from the second derivative of "
            "the loss by an output instead.",
        ),
        (_mean_of_squares(*toy)[1], _SQUARED_GRADIENTS),
        (_square_of_mean(*toy)[1], _SQUARED_GRADIENTS),
        (
            2 / len(x) * ((1 - hidden**2) ** 2 * hidden**2).T @ np.ones((len(x), 2)),
            "A slope of the tanh came in. Behind w2 there is no tanh: the outputs are sums.",
        ),
    )
    check_values(given, right, known, _SAME_WALK, "h of w2")


_SQUARED_GRADIENTS = (
    "Yours are squared gradients. They say how steep the loss is, not how curved, and they vanish "
    "at a minimum, where the curvature does not."
)
_SAME_WALK = "Walk back as for a gradient, from 2/8 at each output, with every factor squared."


def _check_first_layer(given: Array, right: Array, toy: Toy) -> None:
    x, _, w1, w2 = toy
    back, n = partial(_walk_back, x, w1, w2), len(x)
    hidden = np.tanh(x @ w1)
    slope = 1 - hidden**2
    known = (
        (
            back(slope=1)[0],
            "The slope of the tanh is not squared. A second derivative passes each step of the way "
            "twice, so eq. 27 has the square of f'.",
        ),
        (
            back(weights=1)[0],
            "The weights w2 are not squared. A second derivative passes each step of the way "
            "twice, so eq. 27 has their squares.",
        ),
        (
            back(inputs=1)[0],
            "The inputs x are not squared, although the outputs of the hidden units were: eq. 25 "
            "holds in both layers.",
        ),
        (
            back(slope=1, weights=1)[0],
            "Slope and weights are not squared: that is the walk of first derivatives.",
        ),
        (
            back(slope=0)[0],
            "The tanh was passed as if its slope were 1. Eq. 27 has the square of its slope.",
        ),
        (
            _exact(*toy)[0],
            "Yours is the exact second derivative: the term with f'' and the error is in it. "
            "Eq. 27 leaves it out, so that h cannot become negative.",
        ),
        (
            (x**2).T @ (slope**2 * 2 / n * w2.sum(axis=1) ** 2),
            "You summed the weights w2 of a hidden unit and squared the sum. Eq. 27 is a sum of "
            "squares: square each weight first.",
        ),
        (
            (x**2).T @ ((1 - np.tanh(hidden) ** 2) ** 2 * 2 / n * (w2**2).sum(axis=1)),
            "The slope of the tanh was taken at its output. It is 1 - hidden**2.",
        ),
        (
            (x.mean(axis=0) ** 2)[:, None] * 2 * (slope**2).mean(axis=0) * (w2**2).sum(axis=1),
            "You took means over the patterns first and multiplied them then. Each pattern has its "
            "own h; the mean comes last.",
        ),
        (_mean_of_squares(*toy)[0], _SQUARED_GRADIENTS),
        (_square_of_mean(*toy)[0], _SQUARED_GRADIENTS),
    )
    check_values(given, right, known, _SAME_WALK, "h of w2 is right. h of w1")


def check_tells_curvature(answer: Any) -> None:
    """Check a finder on two kinds of second derivatives and four of squared gradients."""
    verdicts, seen = {}, {}
    for kind, (_, honest) in SUSPECTS.items():
        calls: list[Toy] = []
        found = call(answer, estimate=suspect_estimate(kind, watch=calls.append))
        if not isinstance(found, (bool, np.bool_)):
            raise Wrong(f"Your function returned {describe(found)}. Return True or False.")
        verdicts[kind], seen[kind] = bool(found) == honest, calls
    if not any(seen.values()):
        raise Wrong(
            "Your function never called `estimate`. From its name nobody can tell what it does; "
            "from its numbers one can."
        )
    if not any(verdicts.values()):
        raise Wrong(
            "Right, but the wrong way round: True stands for second derivatives, False for "
            "squared gradients."
        )
    for kind, right in verdicts.items():
        if not right:
            raise Wrong(_MISJUDGED[kind](answer, seen[kind]))


def _fits(toy: Toy) -> bool:
    x, target, w1, w2 = toy
    return bool(np.allclose(np.tanh(x @ w1) @ w2, target, atol=1e-6))


def _missed_gauss_newton(answer: Any, calls: list[Toy]) -> str:
    verdict = "You took second derivatives by eq. 27 for squared gradients. "
    if any(not w1.any() or not w2.any() for *_, w1, w2 in calls):
        return verdict + (
            "You asked at weights that are all 0. There the second derivatives of the other layer "
            "vanish as well: ask at weights that are not 0."
        )
    if all(map(_fits, calls)):
        return verdict + "At a perfect fit it is the gradients that vanish, not the curvatures."
    if call(answer, estimate=lambda *toy: tuple(-g for g in _mean_of_squares(*toy))):
        return verdict + (
            "You went by the sign. Squared gradients are never negative, but neither is h by "
            "eq. 27: that is what it leaves the f'' term out for."
        )
    return verdict + (
        "You asked where the network makes errors. There h of w1 by eq. 27 is not the measured "
        "second derivative: the f'' term is missing. Ask at a perfect fit, where that term is 0, "
        "or look at w2 only."
    )


def _missed_squares(answer: Any, calls: list[Toy]) -> str:
    verdict = "You took squared gradients for second derivatives. "
    if len({target.tobytes() for _, target, _, _ in calls}) == 1 and not _fits(calls[0]):
        return verdict + (
            "You asked for one set of targets only, and there both may have any size. A "
            "difference shows when something changes: what do both do as the errors shrink to 0?"
        )
    return verdict + (
        "At a perfect fit they vanish, and when all errors double they are four times as large. "
        "Second derivatives of w2 do neither."
    )


def _missed_exact(answer: Any, calls: list[Toy]) -> str:
    verdict = "You took exact second derivatives for squared gradients. "
    if len({target.tobytes() for _, target, _, _ in calls}) > 1:
        return verdict + (
            "You changed the targets. h of w1, taken exactly, has the f'' term and changes with "
            "the errors; h of w2 does not. Look at w2."
        )
    return verdict + (
        "They differ from eq. 27 in h of w1, by the f'' term. So an estimate that is not eq. 27 "
        "may still be honest: compare where that term is 0, at a perfect fit, or look at w2 only."
    )


def _missed_recipe(answer: Any, calls: list[Toy]) -> str:
    return (
        "You know one recipe of squared gradients when you see it. Another one, the square of "
        "the mean gradient or a twentieth of the mean square, escaped you. Ask for what all of "
        "them have in common: they follow the errors."
    )


def _missed_floor(answer: Any, calls: list[Toy]) -> str:
    return (
        "You find squared gradients by their being 0. Here somebody has added 0.001 to them, so "
        "that no division fails, and they escaped you. Compare with a measured second derivative, "
        "or see whether h of w2 changes with the targets."
    )


_MISJUDGED: dict[str, Callable[[Any, list[Toy]], str]] = {
    "Gauss-Newton": _missed_gauss_newton,
    "squared gradients": _missed_squares,
    "exact second derivatives": _missed_exact,
    "square of the mean gradient": _missed_recipe,
    "scaled squared gradients": _missed_recipe,
    "squared gradients with a floor": _missed_floor,
}


EXERCISES = (
    Exercise(
        id="09.steps",
        title="A step size for each parameter",
        wants="a function that returns an array of the shape of h",
        means="With the paper's eta of 0.0005 and mu of 0.02 no step size is over 0.025, however "
        "flat the loss. That is what mu is for.",
        hints=(
            "Newton's method divides the slope by the curvature, h. What happens where h is 0?",
            "NumPy adds a number to every element of an array, and divides a number by each.",
            "return ___ / (___ + ___)",
        ),
        check=check_step_sizes,
        start=step_sizes,
    ),
    Exercise(
        id="09.table",
        title="Table I",
        wants="a function that returns an array of 6 rows and 16 columns",
        means="That is Table I, with 60 kernels where full connection has 96. Each map of S2 is "
        "read by ten maps of C3, and no two maps of C3 read the same ones.",
        hints=(
            "Write down what map 0 of C3 reads, then map 1, then map 4, which goes past the end. "
            "What do all maps of a group have in common?",
            "Counted from its own start a map reads (0, 1, 2), or (0, 1, 2, 3), or (0, 1, 3, 4). "
            "`%` takes the remainder: 6 % 6 is 0 and 7 % 6 is 1.",
            "table = np.zeros((6, 16), dtype=int)\n"
            "for m in range(6):\n"
            "    for offset in (0, 1, 2):\n"
            "        table[(___ + ___) % ___, m] = 1\n"
            "for m in range(6, 12):\n"
            "    ___\n"
            "return table",
        ),
        check=check_wire,
        start=wire,
    ),
    Exercise(
        id="09.decode",
        title="From penalties to a digit",
        wants="a function that returns three arrays, each with a number for each image",
        means="The gap between the two smallest penalties is the logarithm of how many times as "
        "likely the best digit is as the second: a network that can say how sure it is.",
        hints=(
            "Each output is the squared distance of F6 from a digit's code. Which distance does "
            "the right digit have, a large or a small one?",
            "penalties.argsort(axis=1) lists the digits of each row from the smallest penalty to "
            "the largest, np.sort(penalties, axis=1) the penalties themselves. np.where(c, a, b) "
            "is a where c holds and b elsewhere.",
            "order = penalties.argsort(axis=___)\n"
            "ordered = np.sort(penalties, axis=___)\n"
            "gaps = ordered[:, ___] - ordered[:, ___]\n"
            "return np.where(___, -1, order[:, ___]), order[:, ___], gaps",
        ),
        check=check_decode,
        start=decode,
    ),
    Exercise(
        id="09.map",
        title="The MAP criterion",
        wants="a function that returns one number",
        means="E is minus the log of the probability of the right class, with rubbish as an "
        "eleventh class in the competition.",
        hints=(
            "Give the rubbish class a column of its own in the table of penalties, with j in it. "
            "Then what stands in the logarithm is a sum over one row.",
            "penalties[np.arange(n), labels] are the penalties of the labels. np.logaddexp.reduce("
            "a, axis=1) is the log of the sum of exp(a), and safe for any a.",
            "n = len(penalties)\n"
            "correct = penalties[np.arange(n), ___]\n"
            "with_rubbish = np.column_stack([penalties, np.full(n, ___)])\n"
            "return (correct + np.logaddexp.reduce(___, axis=1)).mean()",
        ),
        check=check_map_loss,
        start=map_loss,
    ),
    Exercise(
        id="09.curvature",
        title="Second derivatives, walked back",
        wants="a function that returns two arrays, of the shapes of w1 and w2",
        means="One walk back gives an h for every weight, at the cost of a gradient. For w2 it is "
        "exact; for w1 a term is left out, and h is never negative.",
        hints=(
            "The loss of one pattern is a sum of squares of y - target. What is its second "
            "derivative by one output? And by w2, when y is hidden times w2?",
            "Walk back as for a gradient: .T and @. Everything that a gradient is multiplied by, "
            "an input, a weight or the slope 1 - hidden**2, is squared here.",
            "hidden = np.tanh(x @ w1)\n"
            "top = np.full(target.shape, ___ / len(x))\n"
            "h2 = (hidden**___).T @ top\n"
            "below = (1 - hidden**2) ** ___ * (top @ (___).T)\n"
            "h1 = (___).T @ below\n"
            "return h1, h2",
        ),
        check=check_curvatures,
        start=curvatures,
    ),
    Exercise(
        id="09.squared",
        title="Second derivatives or squared gradients?",
        wants="a function that returns True or False",
        means="You asked the numbers and not the name. Divided by squared gradients, steps are "
        "tiny on the slope and huge at the minimum.",
        hints=(
            "Let the errors of the network shrink to 0. What becomes of a gradient, and what of "
            "the curvature of the valley?",
            "You may call estimate with any targets. np.tanh(x @ w1) @ w2 as targets are a "
            "perfect fit, and target + 1 makes other errors. Which of the two h, that of w1 or "
            "that of w2, does not depend on the targets?",
            "x, target, w1, w2 = toy_network()\n"
            "_, before = estimate(x, ___, w1, w2)\n"
            "_, after = estimate(x, ___, w1, w2)\n"
            "return bool(np.allclose(___, ___))",
        ),
        check=check_tells_curvature,
        start=tells_curvature,
    ),
)
