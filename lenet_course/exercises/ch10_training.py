"""The exercises of chapter 10, how a network is fitted.

Each check asks about small cases, chosen so that every mistake named below gives a result of its
own. Next to each right answer stand the mistakes, written out as the functions that make them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import Known, check_shape, check_values, explain, same
from lenet_course.exercises.exercise import Exercise, Wrong

Array = NDArray[Any]
Gradient = Callable[[Array], Array]
# What a mistake computes, and what is to be said about it.
Mistakes = tuple[tuple[Callable[..., Any], str], ...]


def _results(mistakes: Mistakes, *case: Any) -> Known:
    """Return what each mistake gives in this case, and what is to be said about it."""
    with np.errstate(all="ignore"):
        return [(make(*case), why) for make, why in mistakes]


# Updates


def updates(digits: int, batch_size: int, epochs: int) -> int:
    """Count the updates of a training: a batch that is not full makes one, too."""
    return math.ceil(digits / batch_size) * epochs


_UPDATES_MISTAKES: Mistakes = (
    (
        lambda digits, size, epochs: digits // size * epochs,
        "You dropped the last batch of each epoch, which is not full. Keras learns from it, too.",
    ),
    (
        lambda digits, size, epochs: math.ceil(digits * epochs / size),
        "You let a batch run on into the next epoch. Each epoch is cut anew, and its last batch is "
        "smaller.",
    ),
    (
        lambda digits, size, epochs: digits / size * epochs,
        "You counted a part of a batch as a part of an update. A small batch makes a whole one.",
    ),
    (
        lambda digits, size, epochs: (digits // size + 1) * epochs,
        "You added a last batch where the digits come out even: there is none then.",
    ),
    (
        lambda digits, size, epochs: digits * epochs,
        "You counted an update for each digit. That is on-line training; here a batch shares one.",
    ),
    (
        lambda digits, size, epochs: math.ceil(digits / size),
        "That is one epoch. There are {epochs}.",
    ),
    (
        lambda digits, size, epochs: size * epochs,
        "You took the size of a batch for the number of batches.",
    ),
)


def check_updates(answer: Any) -> None:
    """Check four trainings, one of which comes out even and one with a batch too large."""
    for digits, size, epochs in ((1000, 128, 3), (55_000, 128, 10), (96, 32, 4), (10, 32, 5)):
        given = as_array(
            call(answer, digits=digits, batch_size=size, epochs=epochs), "The number of updates"
        )
        check_shape(given, (), {}, "Return one number.", "The shape of the result")
        right = updates(digits, size, epochs)
        if float(given) != right:
            known = _results(_UPDATES_MISTAKES, digits, size, epochs)
            why = explain(given, known, "Count the batches of one epoch first.")
            raise Wrong(
                f"For {digits:,} digits in batches of {size} and {epochs} epochs you gave "
                f"{float(given):,g}; it should be {right:,}. {why.format(epochs=epochs)}"
            )


# Momentum


def descend(gradient: Gradient, start: Array, rate: float, beta: float, steps: int) -> Array:
    """Return the places of gradient descent with momentum, the start first, (steps + 1, ...)."""
    return _path(gradient, start, rate, beta, steps)


def _path(
    gradient: Gradient,
    start: Array,
    rate: float,
    beta: float,
    steps: int,
    *,
    velocity: Callable[[Array, Array, float], Array] = lambda v, g, beta: beta * v + g,
    move: Callable[[Array, Array, Array], Array] = lambda v, old, g: v,
    where: Callable[[Array, Array, Array], Array] = lambda w, step, first: w,
) -> Array:
    """Descend; each setting that is not the default is one way to go wrong."""
    w = np.asarray(start, dtype=float)
    v, found = np.zeros_like(w), [w]
    for _ in range(steps):
        g = gradient(where(w, rate * beta * v, found[0]))
        v, old = velocity(v, g, beta), v
        w = w - rate * move(v, old, g)
        found.append(w)
    return np.array(found)


_MOMENTUM_MISTAKES: Mistakes = (
    (
        partial(_path, velocity=lambda v, g, beta: beta * v + (1 - beta) * g),
        "Your velocity is a mean, with a factor 1 - beta on the gradient, as in Adam. Here it is a "
        "sum: v = beta * v + g.",
    ),
    (
        partial(_path, move=lambda v, old, g: old),
        "You moved by the velocity of the step before. First the velocity takes in the new "
        "gradient, then the weights move by it.",
    ),
    (
        partial(_path, move=lambda v, old, g: g),
        "That is plain gradient descent: your velocity is forgotten at each step. It has to live "
        "through the loop.",
    ),
    (
        partial(_path, where=lambda w, step, first: first),
        "You computed the gradient once, at the start. The slope is another one at each place.",
    ),
    (
        partial(_path, move=lambda v, old, g: -v),
        "You went uphill. The gradient points up: subtract.",
    ),
    (
        lambda gradient, start, rate, beta, steps: _path(
            gradient, start, rate, beta, steps, velocity=lambda v, g, b: b * v + rate * g
        ),
        "The rate came in twice, in the velocity and in the step.",
    ),
    (
        partial(_path, velocity=lambda v, g, beta: v + beta * g),
        "You shrank the new gradient and kept all of the old ones. beta is what is left of the "
        "old velocity.",
    ),
    (
        partial(_path, velocity=lambda v, g, beta: v + g),
        "You left out beta: a velocity that forgets nothing never comes to rest.",
    ),
    (
        partial(_path, where=lambda w, step, first: w - step),
        "You took the gradient at the place that the velocity leads to. That is Nesterov's "
        "momentum; here it is taken where the weights are.",
    ),
    (
        lambda gradient, start, rate, beta, steps: _path(gradient, start, beta, rate, steps),
        "rate and beta are swapped.",
    ),
)


def check_momentum(answer: Any) -> None:
    """Check four steps on a loss of two weights that is no parabola."""

    def gradient(w: Array) -> Array:
        return np.array([0.5, 4.0]) * w + 0.1 * w**3

    case = np.array([3.0, -1.0]), 0.1, 0.8, 4
    names = ("start", "rate", "beta", "steps")
    result = call(answer, gradient=gradient, **dict(zip(names, case, strict=True)))
    given, right = as_array(result, "The result"), descend(gradient, *case)
    known_shapes = {
        (4, 2): "The start belongs to it: four steps lead to five places.",
        (2,): "Return all the places, the start first, not the last one only.",
        (2, 5): "A place is a row: one row for the start, and one for each step.",
    }
    check_shape(given, right.shape, known_shapes, "One row for the start, and one for each step.")
    known = _results(_MOMENTUM_MISTAKES, gradient, *case)
    check_values(given, right, known, "Begin with v = 0.", "The weight")


# A range test


def choose_rate(rates: Array, losses: Array) -> float:
    """Return a third of the rate at which the mean of five losses is lowest."""
    return _chosen(rates, losses)


def _chosen(
    rates: Array,
    losses: Array,
    *,
    smooth: Callable[[Array], Array] = lambda losses: np.convolve(losses, np.ones(5) / 5, "valid"),
    shift: int = 2,
    best: Callable[[Array], Any] = np.nanargmin,
    share: float = 1 / 3,
) -> float:
    """Choose; each setting that is not the default is one way to go wrong."""
    place = int(best(smooth(losses))) + shift
    return float(share * rates[min(place, len(rates) - 1)])


def _last_below_start(smooth: Array) -> int:
    return int(np.flatnonzero(smooth < smooth[0])[-1])


def _steepest(smooth: Array) -> int:
    return int(np.nanargmin(np.diff(smooth)))


_RANGE_MISTAKES: Mistakes = (
    (
        partial(_chosen, share=1),
        "That is the rate at the lowest place itself. A little further on the loss explodes: take "
        "a third of it.",
    ),
    (
        partial(_chosen, smooth=lambda losses: losses, shift=0),
        "One lucky batch has decided. Take the mean of five neighbors first.",
    ),
    (
        partial(_chosen, smooth=lambda losses: losses, shift=0, share=1),
        "One lucky batch has decided, and its rate was taken whole. Take the mean of five "
        "neighbors first, and a third of the rate.",
    ),
    (
        partial(_chosen, shift=0),
        "The mean of losses 0 to 4 belongs to rate 2, the middle one of the five. Yours belongs to "
        "rate 0.",
    ),
    (
        partial(_chosen, shift=4),
        "The mean of losses 0 to 4 belongs to rate 2, the middle one of the five. Yours belongs to "
        "rate 4.",
    ),
    (
        partial(_chosen, best=np.argmin),
        "np.argmin took a loss that is not a number for the smallest. A run that has diverged "
        "gives nan: np.nanargmin passes over it.",
    ),
    (
        partial(
            _chosen, smooth=lambda losses: np.convolve(losses, np.ones(5) / 5, "same"), shift=0
        ),
        "At the edge the mean was taken with zeros beyond it, and the edge came out lowest. Use "
        "means of five losses that exist: mode 'valid'.",
    ),
    (
        partial(_chosen, best=_steepest),
        "You chose where the loss falls fastest. That is a rule, too, but a more timid one; asked "
        "for is a third of the rate at the lowest place.",
    ),
    (
        partial(_chosen, best=_steepest, share=1),
        "You chose where the loss falls fastest. That is a rule, too; asked for is a third of the "
        "rate at the lowest place.",
    ),
    (
        partial(_chosen, best=_last_below_start),
        "You took the largest rate with a loss below the first one. There the run has begun to "
        "break: look for the lowest place.",
    ),
    (
        partial(_chosen, best=_last_below_start, share=1),
        "You took the largest rate with a loss below the first one. There the run has begun to "
        "break: look for the lowest place.",
    ),
    (
        lambda rates, losses: int(np.nanargmin(np.convolve(losses, np.ones(5) / 5, "valid"))) + 2,
        "Yours is the place in the array. Return the rate that stands there, a third of it.",
    ),
)


def range_test() -> tuple[Array, Array]:
    """Return rates and losses, (31,) each, of a made-up range test that ends in nan."""
    rates = np.geomspace(1e-3, 1, 31)
    falls = 2.3 - 0.7 / (1 + np.exp(-1.1 * (np.arange(31) - 14)))
    breaks = 0.02 * np.exp(1.2 * (np.arange(31) - 22))
    losses = falls + breaks + 0.05 * np.cos(2.3 * np.arange(31))
    losses[11] = 0.2  # a lucky batch
    losses[28:] = np.nan
    return rates, losses


def check_range(answer: Any) -> None:
    """Check a range test with a lucky batch that ends in nan."""
    rates, losses = range_test()
    result = as_array(call(answer, rates=rates, losses=losses), "The rate")
    check_shape(result, (), {}, "Return one number.", "The shape of the result")
    right = choose_rate(rates, losses)
    if np.isclose(result, right, rtol=1e-3):
        return
    known = _results(_RANGE_MISTAKES, rates, losses)
    why = next(
        (why for value, why in known if np.isclose(result, value, rtol=1e-3)),
        "Means of five losses, the lowest of them, the rate in the middle of the five, a third.",
    )
    raise Wrong(f"For the range test of the check you chose {result:.3g}, not {right:.3g}. {why}")


# Learning curves

DIAGNOSES = ("in order", "overfitting", "rate too large", "underfitting")
_RIGHT = {"A": "in order", "B": "rate too large", "C": "underfitting", "D": "overfitting"}
_READ_WRONG = {
    ("A", "overfitting"): "A gap alone is not overfitting. Both curves come to rest, and the "
    "validation loss does not turn back.",
    ("A", "underfitting"): "Both curves have come to rest: more of the same would change nothing. "
    "That the validation loss is not zero is no fault.",
    ("A", "rate too large"): "Nothing jumps here: both curves fall and come to rest.",
    ("B", "overfitting"): "The validation loss rises at the end, but look at the training loss "
    "first: it does not come down either. Who cannot learn his own digits has not learned them by "
    "heart.",
    ("B", "underfitting"): "The loss is high, but it is not on its way down: it jumps, and longer "
    "training would jump on.",
    ("B", "in order"): "That the two curves are close is no merit: both are high, and they jump.",
    ("C", "in order"): "That the two curves agree is not enough: both are still falling, at the "
    "last epoch as fast as at the first.",
    ("C", "overfitting"): "Validation below training is the opposite of overfitting. Keras takes "
    "the training loss as a mean over the epoch, and so it lags behind.",
    ("C", "rate too large"): "With too large a rate the loss jumps. Here it creeps.",
    ("D", "in order"): "The training loss is next to nothing, but it is not what counts: the "
    "validation loss has turned back.",
    ("D", "underfitting"): "The training loss is next to zero: these digits it has learned.",
    ("D", "rate too large"): "The training loss falls smoothly to nothing. The steps are in order.",
}


def four_runs() -> dict[str, dict[str, list[float]]]:
    """Return the histories of four made-up runs of 15 epochs, by letter."""
    e = np.arange(1, 16)
    jumps = np.array([3, 9, 1, 7, 4, 10, 2, 8, 5, 0, 9, 3, 6, 8, 9]) / 10
    curves = {
        "A": (0.04 + 1.4 * np.exp(-e / 2), 0.26 + 1.1 * np.exp(-e / 2)),
        "B": (1.7 + 0.7 * jumps[::-1], 1.6 + 0.9 * jumps),
        "C": (2.3 - 0.05 * (e - 0.5), 2.3 - 0.05 * e - 0.02),
        "D": (1.6 * np.exp(-e / 1.6), 0.3 + 1.2 * np.exp(-e / 1.5) + 0.035 * e),
    }
    return {
        letter: {"loss": training.tolist(), "val_loss": validation.tolist()}
        for letter, (training, validation) in curves.items()
    }


def check_curves(answer: Any) -> None:
    """Check a diagnosis for each of four runs."""
    if not isinstance(answer, Mapping) or set(answer) != set(_RIGHT):
        raise Wrong(
            f"The check received {describe(answer)}. Pass a dictionary with the keys A, B, C and D."
        )
    if any(word is ... for word in answer.values()):
        raise Wrong("A diagnosis is still missing.")
    for letter, right in _RIGHT.items():
        given = answer[letter]
        if given not in DIAGNOSES:
            raise Wrong(f"{letter} is {given!r}. Choose one of: {', '.join(DIAGNOSES)}.")
        if given != right:
            raise Wrong(f"{letter} is not {given!r}. {_READ_WRONG[letter, given]}")


# When to stop


def stop(val_loss: Sequence[float], patience: int) -> tuple[int, int]:
    """Return the epoch whose weights are kept and the last one, counted from 1."""
    return _stop(val_loss, patience)


def _stop(
    values: Sequence[float],
    patience: int,
    *,
    better: Callable[[float, float], bool] = lambda new, best: new < best,
    spent: Callable[[int, int], bool] = lambda waited, patience: waited >= patience,
    first: int = 1,
) -> tuple[int, int]:
    """Watch; each setting that is not the default is one way to go wrong."""
    best = 0
    for epoch, value in enumerate(values):
        if better(value, values[best]):
            best = epoch
        if epoch > 0 and spent(epoch - best, patience):
            break
    return best + first, epoch + first


def _first_rise(values: Sequence[float], patience: int) -> tuple[int, int]:
    return _stop(values, 1)


def _rises_in_a_row(values: Sequence[float], patience: int) -> tuple[int, int]:
    rises = 0
    for epoch in range(1, len(values)):
        rises = rises + 1 if values[epoch] > values[epoch - 1] else 0
        if rises == patience:
            break
    return int(np.argmin(values[: epoch + 1])) + 1, epoch + 1


def _from_the_end(values: Sequence[float], patience: int) -> tuple[int, int]:
    best = int(np.argmin(values))
    return best + 1, min(best + 1 + patience, len(values))


_STOP_MISTAKES: Mistakes = (
    (
        lambda values, patience: stop(values, patience)[::-1],
        "The two are swapped: first the epoch whose weights are kept.",
    ),
    (
        partial(_stop, first=0),
        "You counted the epochs from 0.",
    ),
    (
        lambda values, patience: (stop(values, patience)[1],) * 2,
        "You kept the weights of the last epoch. They belong to a loss that has been worse for a "
        "while: take back the best ones.",
    ),
    (
        _first_rise,
        "You stopped at the first epoch that is no new best. The patience says how many of them to "
        "wait for.",
    ),
    (
        _rises_in_a_row,
        "You counted rises in a row. What counts is how long ago the best one was: a curve that "
        "goes up and down above its best does not start the count anew.",
    ),
    (
        lambda values, patience: (_from_the_end(values, patience)[0], stop(values, patience)[1]),
        "You kept an epoch that lies behind the last one: when the training stopped, nobody had "
        "seen it.",
    ),
    (
        _from_the_end,
        "You searched the whole curve for its lowest place. While training one knows the past "
        "only, and the patience was at its end before.",
    ),
    (
        partial(_stop, spent=lambda waited, patience: waited > patience),
        "You waited an epoch too long. With a patience of 2 the second epoch without a new best "
        "is the last.",
    ),
    (
        partial(_stop, better=lambda new, best: new <= best),
        "You took an equal loss for a new best. It has to be lower.",
    ),
    (
        lambda values, patience: (stop(values, patience)[0], stop(values, patience)[0] + patience),
        "You stopped after the last epoch that there is.",
    ),
)


def check_stop(answer: Any) -> None:
    """Check four curves: with a bump, one that goes up and down, equal losses, one that falls."""
    cases = (
        ([0.9, 0.5, 0.6, 0.7, 0.65, 0.45, 0.6, 0.7, 0.8, 0.3, 0.4, 0.5, 0.6, 0.7], 3),
        ([0.9, 0.5, 0.7, 0.6, 0.8, 0.55, 0.4, 0.6], 4),
        ([0.9, 0.5, 0.5, 0.6, 0.7], 2),
        ([0.9, 0.7, 0.6, 0.65], 2),
    )
    for values, patience in cases:
        result = call(answer, val_loss=values, patience=patience)
        given = as_array(result, "The result")
        check_shape(given, (2,), {}, "Return two epochs: the best one and the last one.")
        right = stop(values, patience)
        if not same(given, right):
            known = _results(_STOP_MISTAKES, values, patience)
            why = explain(given, known, "Note the best epoch so far, and how long ago it was.")
            raise Wrong(
                f"For the losses {values} and a patience of {patience} you gave "
                f"{tuple(given.tolist())}; it should be {right}. {why}"
            )


EXERCISES = (
    Exercise(
        id="10.updates",
        title="How many updates?",
        wants="a function that returns one whole number",
        means="For 55,000 digits ten epochs are 4,300 steps in batches of 128, and 17,190 in batches of 32: epochs "
        "do not say how often a network was changed.",
        hints=(
            "Into how many batches is one epoch cut, counting the last one that is not full?",
            "math.ceil rounds up. Each epoch is cut anew.",
            "return math.ceil(___ / ___) * ___",
        ),
        check=check_updates,
        start=updates,
    ),
    Exercise(
        id="10.momentum",
        title="Steps with momentum",
        wants="a function that returns an array of shape (steps + 1, weights)",
        means="In a steady slope the velocity grows to 1 / (1 - beta) gradients, which is why the "
        "best rate with momentum is smaller.",
        hints=(
            "Two things change in each step: first the velocity, then the weights. Which of them "
            "needs the gradient?",
            "Start with v = 0 * start. In the loop: v = beta * v + the gradient at w, then "
            "w = w - rate * v, then append w to a list; np.array(list) at the end.",
            "w, v = start, 0 * start\nfound = [w]\nfor _ in range(steps):\n    v = ___\n"
            "    w = ___\n    found.append(w)\nreturn np.array(found)",
        ),
        check=check_momentum,
        start=descend,
    ),
    Exercise(
        id="10.range",
        title="A learning rate from a range test",
        wants="a function that returns one rate",
        means="The lowest place is where the run begins to break; a third of its rate leaves room.",
        hints=(
            "Which losses do you trust: single ones, or means of neighbors? And which rate belongs "
            "to a mean of five?",
            'np.convolve(losses, np.ones(5) / 5, "valid") are the means, the first of which '
            "belongs to rates[2]; np.nanargmin finds the lowest that is a number.",
            'smooth = np.convolve(losses, ___, "valid")\nplace = np.nanargmin(___)\n'
            "return rates[place + ___] / ___",
        ),
        check=check_range,
        start=choose_rate,
    ),
    Exercise(
        id="10.curves",
        title="Four learning curves",
        wants="a dictionary with a diagnosis for A, B, C and D",
        means="The training loss is read first: only if it comes down has the validation loss "
        "something to say.",
        hints=(
            "For each run ask in this order: does the training loss come down? Does it come to "
            "rest? Does the validation loss turn back?",
            "One run jumps and gets nowhere, one is still falling at its end, one has a validation "
            "loss with a lowest place in the middle, and one has both curves at rest.",
            'diagnosis = {\n    "A": "in order",\n    "B": ___,\n    "C": ___,\n    "D": ___,\n}',
        ),
        check=check_curves,
        start=_RIGHT,
    ),
    Exercise(
        id="10.stop",
        title="When to stop",
        wants="a function that returns two epochs, counted from 1",
        means="This is what EarlyStopping does in Keras, with restore_best_weights=True.",
        hints=(
            "Walk through the losses as if you did not know what comes. What do you have to "
            "remember?",
            "Keep the index of the best loss so far. If epoch - best reaches patience, break.",
            "best = 0\nfor epoch, value in enumerate(val_loss):\n    if value < ___:\n"
            "        best = epoch\n    if epoch - best == ___:\n        break\n"
            "return best + 1, ___",
        ),
        check=check_stop,
        start=stop,
    ),
)
