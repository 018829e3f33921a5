"""Chapter 16: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

import math
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp

from lenet_course import strings
from lenet_course.exercises.ch16_applications import one_place, slide

# Sliding


def window_by_window(flat, bias_too=True, step=1, last=4):
    """Slide as one learner flattens."""

    def sliding(maps, kernel, bias):
        found = []
        for s in range(0, maps.shape[1] - last, step):
            found.append(flat(maps[:, s : s + 5]) @ kernel + (bias if bias_too else 0))
        return np.array(found)

    return sliding


def by_rows(window):
    return window.reshape(-1)


def by_maps(window):
    return np.concatenate([window[:, :, k].ravel() for k in range(window.shape[2])])


def by_columns(window):
    return np.concatenate([window[:, k].ravel() for k in range(window.shape[1])])


def mirrored(window):
    return by_rows(window[::-1, ::-1])


def padded(maps, kernel, bias):
    return window_by_window(by_rows)(np.pad(maps, ((0, 0), (2, 2), (0, 0))), kernel, bias)


def as_a_convolution(maps, kernel, bias):
    """Keep the kernel's five sides, and add up over three of them."""
    weights = kernel.reshape(5, 5, maps.shape[2], -1)
    places = maps.shape[1] - 4
    return bias + sum(
        np.einsum("rwc,rcu->wu", maps[:, j : j + places], weights[:, j]) for j in range(5)
    )


# The search


def searching(better=max, from_symbol=True, read=0, leap=False, mixed=False, free=False):
    """Go on state by state, as one learner understands the rule."""

    def place(symbol, nothing, logs):
        new = np.empty_like(symbol)
        for k in range(len(symbol)):
            for c in range(10):
                ways = [nothing[k + read]]
                if from_symbol:
                    ways.append(symbol[k, c])
                if leap and k:
                    ways.append(max(symbol[k - 1]))
                new[k, c] = better(ways) + logs[c]
        done = np.empty_like(nothing)
        for k in range(len(nothing)):
            ways = [nothing[k]]
            if k:
                ways += list((new if mixed else symbol)[k - 1])
            done[k] = better(ways) + (0 if free else logs[10])
        return new, done

    return place


def vectorized(symbol, nothing, logs):
    leave = np.max(symbol, axis=1)
    on_nothing = nothing.copy()
    on_nothing[1:] = np.maximum(nothing[1:], leave)
    return [np.maximum(symbol, nothing[:-1].reshape(-1, 1)) + logs[:-1], on_nothing + logs[-1]]


# The clerk


def one_by_one(allowed, order=sorted, count=lambda believed, n: believed):
    """Believe amounts in turn until an error too many."""

    def amounts(doubts, wrong, most):
        ranked = [bad for _, bad in order(zip(doubts, wrong, strict=True))]
        errors = believed = 0
        for bad in ranked:
            errors += bad
            if not allowed(errors, believed + 1, len(wrong), most):
                break
            believed += 1
        return count(believed, len(wrong))

    return amounts


def of_all(errors, believed, n, most):
    return errors <= most * n


def of_believed(doubts, wrong, most):
    ranked = wrong[np.argsort(doubts)]
    best = 0
    for n in range(1, len(ranked) + 1):
        if ranked[:n].mean() <= most:
            best = n
    return best


def by_quantile(doubts, wrong, most):
    """Look for the doubt of the first error that is not allowed any more."""
    bad = np.sort(doubts[wrong])
    spare = int(most * len(wrong))
    return int((doubts < bad[spare]).sum()) if spare < len(bad) else len(wrong)


WRONG: list[tuple[str, str, Any, str]] = [
    ("16.strings", "errors add up", lambda s, n: (1 - s) / n, "the digits' shares multiply"),
    ("16.strings", "right ones", lambda s, n: s ** (1 / n), "share of right digits"),
    ("16.strings", "the way there", lambda s, n: 1 - s**n, "the question leads back"),
    ("16.strings", "no length", lambda s, n: 1 - s, "the error of the strings"),
    (
        "16.strings",
        "all must fail",
        lambda s, n: math.exp(math.log(1 - s) / n),
        "One wrong digit is enough",
    ),
    ("16.strings", "percent", lambda s, n: 100 - 100 * s ** (1 / n), "Yours is a percentage"),
    ("16.slide", "map by map", window_by_window(by_maps), "flattened map by map"),
    ("16.slide", "column by column", window_by_window(by_columns), "column by column"),
    ("16.slide", "kernels are turned", window_by_window(mirrored), "turned the kernel around"),
    ("16.slide", "no bias", window_by_window(by_rows, bias_too=False), "The bias is missing"),
    ("16.slide", "tiles", window_by_window(by_rows, step=5), "windows do not overlap"),
    ("16.slide", "same size", padded, "You padded the maps"),
    ("16.slide", "one short", window_by_window(by_rows, last=5), "One place is missing"),
    (
        "16.slide",
        "units first",
        lambda m, k, b: window_by_window(by_rows)(m, k, b).T,
        "places come first",
    ),
    (
        "16.slide",
        "backward",
        lambda m, k, b: window_by_window(by_rows)(m, k, b)[::-1],
        "from the right to the left",
    ),
    ("16.viterbi", "paths add up", searching(logsumexp), "the forward algorithm"),
    ("16.viterbi", "one place each", searching(from_symbol=False), "holds one place only"),
    ("16.viterbi", "counted from one", searching(read=1), "entered from nothing[k]"),
    ("16.viterbi", "no paper between", searching(leap=True), "follow another one directly"),
    ("16.viterbi", "new before old", searching(mixed=True), "use the old ones for both"),
    ("16.viterbi", "nothing is free", searching(free=True), "Nothing costs nothing"),
    ("16.clerk", "of the believed", of_believed, "as the bank's 82 / 17 / 1"),
    (
        "16.clerk",
        "doubt is certainty",
        one_by_one(of_all, order=lambda rows: sorted(rows, reverse=True)),
        "most doubtful amounts first",
    ),
    (
        "16.clerk",
        "the others",
        one_by_one(of_all, count=lambda believed, n: n - believed),
        "how many go to the clerk",
    ),
    ("16.clerk", "as they come", one_by_one(of_all, order=list), "Sort them by their doubt"),
    (
        "16.clerk",
        "less than allowed",
        one_by_one(lambda errors, believed, n, most: errors < most * n),
        "one error too early",
    ),
    ("16.clerk", "doubt is error", lambda d, w, most: sum(d < most), "as the limit on the doubt"),
    (
        "16.clerk",
        "a share",
        one_by_one(of_all, count=lambda believed, n: believed / n),
        "Yours is a share",
    ),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("16.strings", "an array", lambda s, n: [s, n], "should be one number"),
    ("16.strings", "a guess", lambda s, n: 0.5, "to the power length"),
    ("16.slide", "a guess", lambda m, k, b: np.ones((5, 2)), "For each column s"),
    ("16.slide", "a sum", lambda m, k, b: m.sum(), "width - 4 places"),
    ("16.viterbi", "one array", lambda s, n, p: s, "Return two: symbol and nothing"),
    ("16.viterbi", "another shape", lambda s, n, p: (s, n[1:]), "It keeps its shape"),
    ("16.viterbi", "a guess", lambda s, n, p: (s, n), "scores of symbol are not right"),
    (
        "16.viterbi",
        "half right",
        lambda s, n, p: (one_place(s, n, p)[0], n),
        "scores of nothing are not right",
    ),
    ("16.clerk", "a guess", lambda d, w, most: 3, "Sort by doubt"),
]

RIGHT: list[tuple[str, Any]] = [
    ("16.strings", lambda s, n: -math.expm1(math.log(s) / n)),
    ("16.slide", window_by_window(by_rows)),
    ("16.slide", as_a_convolution),
    ("16.viterbi", searching()),
    ("16.viterbi", vectorized),
    ("16.clerk", one_by_one(of_all)),
    ("16.clerk", by_quantile),
]


def test_the_layer_by_hand_is_the_layer_of_keras():
    import keras

    rng = np.random.default_rng(0)
    maps = rng.normal(size=(5, 5, 4)).astype("float32")
    model = keras.Sequential(
        [keras.Input((5, 5, 4)), keras.layers.Flatten(), keras.layers.Dense(3)]
    )
    found = slide(maps, *model.get_weights())
    np.testing.assert_allclose(found, model(maps[None]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_the_search_by_hand_is_the_search_of_the_package(seed):
    rng = np.random.default_rng(seed)
    logs = np.log(rng.dirichlet(np.ones(13), 12))
    logs[:, 10:12] = -np.inf
    symbol, nothing = np.full((2, 10), -np.inf), np.array([0, -np.inf, -np.inf])
    for place in logs:
        symbol, nothing = one_place(symbol, nothing, np.delete(place, [10, 11]))
    found = strings.viterbi(logs[None], strings.Grammar(((strings.DIGITS, 2, 2),)))
    assert max(nothing[2], symbol[1].max()) == pytest.approx(found.scores[0])
