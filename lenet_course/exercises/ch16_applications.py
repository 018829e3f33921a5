"""The exercises of chapter 16, strings read by a network that slides.

Each check asks about small cases, chosen so that every mistake named below gives a result of its
own. Next to each right answer stand the mistakes, written out as the functions that make them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import check_shape, explain, same
from lenet_course.exercises.exercise import Exercise, Wrong

Array = NDArray[Any]
# What a mistake computes, and what is to be said about it.
Mistakes = tuple[tuple[Callable[..., Any], str], ...]


def _number(result: Any) -> float:
    given = as_array(result, "The result")
    if given.ndim:
        raise Wrong(f"The result should be one number; it is {describe(result)}.")
    return float(given)


def _short(numbers: Any) -> str:
    return np.array2string(np.asarray(numbers, float), precision=4, separator=", ")


# What a string asks of a digit


def digit_error(share: float, length: int) -> float:
    """Return how often a digit may be misread for this share of strings to be wholly right."""
    return float(1 - share ** (1 / length))


_DIGIT_MISTAKES: Mistakes = (
    (
        lambda share, length: (1 - share) / length,
        "You divided the errors of the strings among the digits. That is close where errors are "
        "rare, but a string with two wrong digits is one wrong string: the digits' shares "
        "multiply.",
    ),
    (
        lambda share, length: share ** (1 / length),
        "Yours is the share of right digits. Asked for is that of wrong ones.",
    ),
    (
        lambda share, length: 1 - share**length,
        "You took the share to the power of the length. That leads from the digit to the string; "
        "the question leads back.",
    ),
    (
        lambda share, length: 1 - share,
        "That is the error of the strings. One of several digits may fail less often than that.",
    ),
    (
        lambda share, length: (1 - share) ** (1 / length),
        "Yours is how often a digit fails if strings are wrong only where *all* digits are. One "
        "wrong digit is enough.",
    ),
    (
        lambda share, length: 100 * (1 - share ** (1 / length)),
        "Yours is a percentage. Asked for is a share, from 0 to 1.",
    ),
)


def check_digit_error(answer: Any) -> None:
    """Check a hard demand on long strings, and an easy one on short ones."""
    for share, length in ((0.6, 4), (0.9, 9)):
        given = _number(call(answer, share=share, length=length))
        right = digit_error(share, length)
        if not same(np.asarray(given), right):
            known = [(make(share, length), why) for make, why in _DIGIT_MISTAKES]
            otherwise = "All digits are right with the probability (1 - e) to the power length."
            raise Wrong(
                f"For share={share} and length={length} you gave {given:.4g}; it should be "
                f"{right:.4g}. {explain(np.asarray(given), known, otherwise)}"
            )


# A dense layer that slides


def slide(maps: Array, kernel: Array, bias: Array) -> Array:
    """Return what a dense layer says in every window of wider maps.

    ``maps`` has shape (5, width, channels), ``kernel`` (25 channels, units), ``bias`` (units,).
    Returned are (width - 4, units).
    """
    channels = maps.shape[2]
    windows = sliding_window_view(maps, 5, axis=1).transpose(1, 0, 3, 2)
    return np.asarray(windows.reshape(-1, 25 * channels) @ kernel + bias)


def _slid(order: tuple[int, ...], step: int = 1, turned: bool = False) -> Callable[..., Array]:
    """Return a way to slide that flattens windows (rows, columns, channels) in another order."""

    def sliding(maps: Array, kernel: Array, bias: Array) -> Array:
        starts = range(0, maps.shape[1] - 4, step)
        found = [maps[:, s : s + 5] for s in starts]
        if turned:
            found = [window[::-1, ::-1] for window in found]
        flat = [window.transpose(order).ravel() for window in found]
        return np.asarray(np.array(flat) @ kernel + bias)

    return sliding


_SLIDE_MISTAKES: Mistakes = (
    (
        _slid((2, 0, 1)),
        "You flattened map by map. Keras flattens a window row by row, with the channels of a "
        "pixel side by side: keep the order rows, columns, channels.",
    ),
    (
        _slid((1, 0, 2)),
        "You flattened column by column. Keras goes row by row: rows, columns, channels.",
    ),
    (
        _slid((0, 1, 2), turned=True),
        "You turned the kernel around, as the convolution of mathematics does. A layer's weights "
        "stay as they are.",
    ),
    (
        lambda maps, kernel, bias: _slid((0, 1, 2))(maps, kernel, 0 * bias),
        "The bias is missing: it is the same in each place.",
    ),
    (
        lambda maps, kernel, bias: _slid((0, 1, 2))(maps, kernel, bias)[::-1],
        "Yours runs from the right to the left.",
    ),
)


def check_slide(answer: Any) -> None:
    """Check maps that are nine columns wide, with three channels and two units."""
    rng = np.random.default_rng(16)
    maps, kernel = rng.normal(size=(5, 9, 3)), rng.normal(size=(75, 2))
    bias = np.array([3.0, -2.0])
    given = as_array(call(answer, maps=maps, kernel=kernel, bias=bias), "The result")
    right = slide(maps, kernel, bias)
    shapes: dict[tuple[int, ...], str] = {
        (1, 2): "Your windows do not overlap, or there is only the first. They move on by one "
        "column.",
        (9, 2): "You padded the maps. A window has to lie inside: 9 - 4 places.",
        (4, 2): "One place is missing: the last window starts at column width - 5.",
        (2, 5): "The places come first, then the units.",
    }
    check_shape(given, right.shape, shapes, "There are width - 4 places and as many units as bias.")
    if not same(given, right):
        known = [(make(maps, kernel, bias), why) for make, why in _SLIDE_MISTAKES]
        otherwise = "For each column s: maps[:, s:s + 5].reshape(-1) @ kernel + bias."
        raise Wrong(
            f"In place 0 you gave {_short(given[0])}; it should be {_short(right[0])}. "
            f"{explain(given, known, otherwise)}"
        )


# One step of the search


def one_place(symbol: Array, nothing: Array, logs: Array) -> tuple[Array, Array]:
    """Return the scores of the best paths one place farther on.

    ``symbol`` (count, 10): of paths that stand on symbol number k, named c. ``nothing``
    (count + 1,): of those that have read k symbols and stand on nothing. ``logs`` (11,): of the
    new place, the last one for nothing.
    """
    return _one_place(symbol, nothing, logs)


def _one_place(
    symbol: Array,
    nothing: Array,
    logs: Array,
    *,
    best: Any = np.maximum,
    stay: bool = True,
    shift: int = 0,
    side_by_side: bool = False,
    in_turn: bool = False,
    cost: float = 1.0,
) -> tuple[Array, Array]:
    """Go one place on; each setting that is not the default is one way to go wrong."""
    count = len(symbol)
    enter = nothing[shift : shift + count, None] + np.zeros((1, 10))
    if side_by_side:
        before = np.concatenate([[-np.inf], symbol.max(axis=1)[:-1]])
        enter = np.maximum(enter, before[:, None])
    on_symbol = (best(symbol, enter) if stay else enter) + logs[:10]
    left = on_symbol if in_turn else symbol
    out = np.concatenate([[-np.inf], best.reduce(left, axis=1)])
    return on_symbol, best(nothing, out) + cost * logs[10]


_PLACE_MISTAKES = (
    (
        {"best": np.logaddexp},
        "You added probabilities. That gives the sum over all paths, the forward algorithm; the "
        "search keeps only the best: take the larger of the two.",
    ),
    (
        {"stay": False},
        "On your paths a symbol holds one place only. It may hold several: a path may also come "
        "from the same symbol.",
    ),
    (
        {"shift": 1},
        "Your paths stand on symbol k after reading k + 1. Symbol number k, counted from 0, is "
        "entered from nothing[k], with k symbols read.",
    ),
    (
        {"side_by_side": True},
        "You let a symbol follow another one directly. Between two there is at least one place of "
        "nothing.",
    ),
    (
        {"in_turn": True},
        "You used the new scores of the symbols for nothing. A path cannot stand on a symbol and "
        "on nothing in the same place: use the old ones for both.",
    ),
    (
        {"cost": 0.0},
        "Nothing costs nothing in yours. It has a probability in each place as well: add logs[10].",
    ),
)


def check_one_place(answer: Any) -> None:
    """Check scores of paths with up to three symbols."""
    rng = np.random.default_rng(61)
    symbol, nothing = rng.normal(-8, 2, (3, 10)), rng.normal(-6, 2, 4)
    logs = np.log(rng.dirichlet(np.ones(11)))
    result = call(answer, symbol=symbol, nothing=nothing, logs=logs)
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Wrong(f"Your function returned {describe(result)}. Return two: symbol and nothing.")
    given = [as_array(part, "Each of the two") for part in result]
    right = one_place(symbol, nothing, logs)
    for part, expected, name in zip(given, right, ("symbol", "nothing"), strict=True):
        check_shape(part, expected.shape, {}, "It keeps its shape.", f"The shape of {name}")
    if all(map(same, given, right)):
        return
    for setting, why in _PLACE_MISTAKES:
        made = _one_place(symbol, nothing, logs, **setting)
        if all(map(same, given, made)):
            raise Wrong(f"The scores are not right. {why}")
    name = "symbol" if not same(given[0], right[0]) else "nothing"
    raise Wrong(
        f"Your scores of {name} are not right: the first is {given[name == 'nothing'].flat[0]:.4g} "
        f"and should be {right[name == 'nothing'].flat[0]:.4g}. Take the better of the two ways to "
        "come there, and add the logarithm of the new place."
    )


# The clerk


def believed(doubts: Array, wrong: Array, most: float) -> int:
    """Return how many of all amounts may be believed, the least doubtful first.

    At most ``most`` of *all* amounts may be believed and wrong.
    """
    order = np.argsort(doubts)
    return int((np.cumsum(wrong[order]) <= most * len(wrong)).sum())


def _of_the_believed(doubts: Array, wrong: Array, most: float) -> int:
    errors = np.cumsum(wrong[np.argsort(doubts)])
    return int(np.max(np.flatnonzero(errors <= most * np.arange(1, len(wrong) + 1)) + 1, initial=0))


_BELIEVED_MISTAKES: Mistakes = (
    (
        _of_the_believed,
        "You counted errors as a part of the amounts that are believed. Asked for is their part "
        "of all, as the bank's 82 / 17 / 1.",
    ),
    (
        lambda d, w, most: believed(-d, w, most),
        "You believed the most doubtful amounts first.",
    ),
    (
        lambda d, w, most: len(w) - believed(d, w, most),
        "Yours is how many go to the clerk. Asked for is how many are believed.",
    ),
    (
        lambda d, w, most: int((np.cumsum(w) <= most * len(w)).sum()),
        "You went through the amounts as they came. Sort them by their doubt first.",
    ),
    (
        lambda d, w, most: int((np.cumsum(w[np.argsort(d)]) < most * len(w)).sum()),
        "You stopped one error too early: exactly as many as allowed are still allowed.",
    ),
    (
        lambda d, w, most: int((d < most).sum()),
        "You took the allowed share of errors as the limit on the doubt. What a doubt is worth is "
        "seen only on amounts whose truth is known.",
    ),
    (
        lambda d, w, most: believed(d, w, most) / len(w),
        "Yours is a share. Asked for is how many.",
    ),
)


def check_believed(answer: Any) -> None:
    """Check forty amounts, seven of them wrong, with two demands."""
    doubts = np.linspace(0.02, 0.9, 40)
    wrong = np.isin(np.arange(40), [6, 9, 10, 11, 28, 32, 35])
    order = np.random.default_rng(0).permutation(40)
    for most in (0.1, 0.05):
        given = _number(call(answer, doubts=doubts[order], wrong=wrong[order], most=most))
        right = believed(doubts[order], wrong[order], most)
        if given != right:
            known = [
                (make(doubts[order], wrong[order], most), why) for make, why in _BELIEVED_MISTAKES
            ]
            otherwise = "Sort by doubt, count the errors so far, and see how far they stay allowed."
            raise Wrong(
                f"Of 40 amounts with most={most} you believed {given:g}; it should be {right}. "
                f"{explain(np.asarray(given), known, otherwise)}"
            )


EXERCISES = (
    Exercise(
        id="16.strings",
        title="What a string asks of a digit",
        wants="a function that returns one number from 0 to 1",
        means="For 98 % of five-digit strings, 99.6 % of the digits are needed.",
        hints=(
            "If a digit is right with the probability a, how often are all of them right?",
            "Powers undo powers: share ** (1 / length).",
            "return 1 - share ** ___",
        ),
        check=check_digit_error,
        start=digit_error,
    ),
    Exercise(
        id="16.slide",
        title="A dense layer that slides",
        wants="a function that returns an array of shape (width - 4, units)",
        means="Read window by window, a dense layer is a convolution with kernels as large as it.",
        hints=(
            "What would the layer say of columns s to s + 4 alone? It says that, for each s.",
            "maps[:, s : s + 5] is a window; reshape(-1) flattens it in Keras's order.",
            "places = range(maps.shape[1] - ___)\n"
            "return np.array([maps[:, s : s + 5].reshape(-1) @ ___ + ___ for s in places])",
        ),
        check=check_slide,
        start=slide,
    ),
    Exercise(
        id="16.viterbi",
        title="One step of a Viterbi search",
        wants="a function that returns two arrays, the new scores",
        means="One number for each state is enough: what follows can follow all paths alike.",
        hints=(
            "From where can a path come to symbol k? From the same symbol, or from nothing with k "
            "symbols read. And to nothing with k read?",
            "np.maximum(symbol, nothing[:-1, None]) compares the two ways for all symbols at once; "
            "symbol.max(axis=1) is the best symbol to leave.",
            "new_symbol = np.maximum(symbol, nothing[:-1, None]) + ___\n"
            "left = np.concatenate([[-np.inf], ___])\n"
            "new_nothing = np.maximum(___, left) + logs[10]",
        ),
        check=check_one_place,
        start=one_place,
    ),
    Exercise(
        id="16.clerk",
        title="What goes to the clerk",
        wants="a function that returns a number of amounts",
        means="The limit is chosen where the truth is known, and then left alone.",
        hints=(
            "Believe the least doubtful amount, then the next one: how many errors so far?",
            "np.argsort(doubts) sorts; np.cumsum counts the errors on the way.",
            "errors = np.cumsum(wrong[np.argsort(___)])\nreturn (errors <= ___).sum()",
        ),
        check=check_believed,
        start=believed,
    ),
)
