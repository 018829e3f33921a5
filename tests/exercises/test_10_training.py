"""Chapter 10: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

import math
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import pytest

from lenet_course.exercises.ch10_training import (
    DIAGNOSES,
    descend,
    four_runs,
    range_test,
    stop,
    updates,
)

# Updates


def updates_by_slicing(digits, batch_size, epochs):
    return sum(1 for _ in range(epochs) for _ in range(0, digits, batch_size))


# Momentum


def descending(
    *,
    look=lambda w, v, rate, beta: w,
    remember=lambda v, g, beta: beta * v + g,
    go=lambda w, v, old, g, rate: w - rate * v,
):
    """Write the loop as one learner sees it."""

    def path(gradient, start, rate, beta, steps):
        w, v, found = start, np.zeros(len(start)), [start]
        for _ in range(steps):
            g, old = gradient(look(w, v, rate, beta)), v
            v = remember(v, g, beta)
            w = go(w, v, old, g, rate)
            found.append(w)
        return np.array(found)

    return path


def velocity_made_anew(gradient, start, rate, beta, steps):
    found = [start]
    for _ in range(steps):
        v = np.zeros_like(start)
        v = beta * v + gradient(found[-1])
        found.append(found[-1] - rate * v)
    return found


def one_gradient(gradient, start, rate, beta, steps):
    g, w, v, found = gradient(start), start, 0, [start]
    for _ in range(steps):
        v = beta * v + g
        w = w - rate * v
        found.append(w)
    return np.array(found)


def without_the_start(gradient, start, rate, beta, steps):
    return descend(gradient, start, rate, beta, steps)[1:]


def as_keras_has_it(gradient, start, rate, beta, steps):
    """Keras's velocity is a step: it has the rate and the sign in it."""
    found, velocity = [np.array(start)], np.zeros_like(start)
    while len(found) <= steps:
        velocity = beta * velocity - rate * gradient(found[-1])
        found.append(found[-1] + velocity)
    return found


def all_gradients_added_up(gradient, start, rate, beta, steps):
    found, seen = [start], []
    for _ in range(steps):
        seen.append(gradient(found[-1]))
        v = sum(beta**age * g for age, g in enumerate(reversed(seen)))
        found.append(found[-1] - rate * v)
    return np.stack(found)


# A range test


def means(losses):
    return np.convolve(losses, np.ones(5) / 5, "valid")


def choosing(*, smooth=means, shift=2, find=np.nanargmin, share=1 / 3):
    return lambda rates, losses: rates[find(smooth(losses)) + shift] * share


def by_padding_with_zeros(rates, losses):
    return rates[np.nanargmin(np.convolve(losses, np.ones(5) / 5, "same"))] / 3


def largest_that_learns(rates, losses):
    smooth = means(losses)
    return rates[2:-2][smooth < smooth[0]].max() / 3


def choose_by_loop(rates, losses):
    lowest, best = math.inf, 0
    for middle in range(2, len(rates) - 2):
        mean = sum(losses[middle - 2 : middle + 3]) / 5
        if mean < lowest:
            lowest, best = mean, middle
    return float(rates[best]) / 3


def choose_by_window(rates, losses):
    windows = np.lib.stride_tricks.sliding_window_view(losses, 5)
    return rates[np.nanargmin(windows.mean(axis=1)) + 2] * 0.3333


# Learning curves


def reading(**changed):
    right = {"A": "in order", "B": "rate too large", "C": "underfitting", "D": "overfitting"}
    return right | changed


# When to stop


def stopping(*, better=lambda new, best: new < best, first=1, extra=0, weights="best"):
    def watch(val_loss, patience):
        best, waited = 0, 0
        for epoch in range(len(val_loss)):
            if epoch == 0 or better(val_loss[epoch], val_loss[best]):
                best, waited = epoch, 0
            else:
                waited += 1
            if waited == patience + extra:
                break
        return (best if weights == "best" else epoch) + first, epoch + first

    return watch


def at_the_first_rise(val_loss, patience):
    for epoch, (before, after) in enumerate(pairwise(val_loss), 1):
        if after >= before:
            return epoch, epoch + 1
    return len(val_loss), len(val_loss)


def rises_in_a_row(val_loss, patience):
    rises = epoch = 0
    while epoch + 1 < len(val_loss) and rises < patience:
        rises = rises + 1 if val_loss[epoch + 1] > val_loss[epoch] else 0
        epoch += 1
    return int(np.argmin(val_loss[: epoch + 1])) + 1, epoch + 1


def knowing_the_whole_curve(val_loss, patience):
    best = int(np.argmin(val_loss))
    return best + 1, min(best + patience + 1, len(val_loss))


def best_of_the_whole_curve(val_loss, patience):
    return int(np.argmin(val_loss)) + 1, stop(val_loss, patience)[1]


def patience_always_runs_out(val_loss, patience):
    best, _ = stop(val_loss, patience)
    return best, best + patience


def stop_by_minimum_so_far(val_loss, patience):
    lowest = np.minimum.accumulate(val_loss)
    for epoch in range(patience, len(val_loss)):
        if lowest[epoch] == lowest[epoch - patience]:
            return int(np.argmin(val_loss[: epoch + 1])) + 1, epoch + 1
    return np.argmin(val_loss) + 1, len(val_loss)


WRONG: list[tuple[str, str, Any, str]] = [
    (
        "10.updates",
        "the last batch is dropped",
        lambda digits, size, epochs: digits // size * epochs,
        "You dropped the last batch of each epoch",
    ),
    (
        "10.updates",
        "epochs are not cut",
        lambda digits, size, epochs: math.ceil(digits * epochs / size),
        "run on into the next epoch",
    ),
    (
        "10.updates",
        "half a batch, half an update",
        lambda digits, size, epochs: digits * epochs / size,
        "a part of a batch as a part of an update",
    ),
    (
        "10.updates",
        "there is always a rest",
        lambda digits, size, epochs: (digits // size + 1) * epochs,
        "where the digits come out even",
    ),
    (
        "10.updates",
        "each digit updates",
        lambda digits, size, epochs: digits * epochs,
        "That is on-line training",
    ),
    (
        "10.updates",
        "an epoch is the training",
        lambda digits, size, epochs: math.ceil(digits / size),
        "That is one epoch. There are 3",
    ),
    (
        "10.updates",
        "size is number",
        lambda digits, size, epochs: size * epochs,
        "for the number of batches",
    ),
    (
        "10.momentum",
        "velocity is a mean",
        descending(remember=lambda v, g, beta: beta * v + (1 - beta) * g),
        "as in Adam",
    ),
    (
        "10.momentum",
        "move, then accelerate",
        descending(go=lambda w, v, old, g, rate: w - rate * old),
        "the velocity of the step before",
    ),
    ("10.momentum", "each step starts at rest", velocity_made_anew, "plain gradient descent"),
    ("10.momentum", "the slope stays", one_gradient, "once, at the start"),
    (
        "10.momentum",
        "the gradient points down",
        descending(go=lambda w, v, old, g, rate: w + rate * v),
        "You went uphill",
    ),
    (
        "10.momentum",
        "beta is for the new one",
        descending(remember=lambda v, g, beta: v + beta * g),
        "You shrank the new gradient",
    ),
    (
        "10.momentum",
        "velocity adds up",
        descending(remember=lambda v, g, beta: v + g),
        "forgets nothing",
    ),
    (
        "10.momentum",
        "Nesterov",
        descending(look=lambda w, v, rate, beta: w - rate * beta * v),
        "That is Nesterov's",
    ),
    (
        "10.momentum",
        "the rate belongs to the gradient",
        lambda gradient, start, rate, beta, steps: descend(
            lambda w: rate * gradient(w), start, rate, beta, steps
        ),
        "The rate came in twice",
    ),
    (
        "10.momentum",
        "which is which",
        lambda gradient, start, beta, rate, steps: descend(gradient, start, rate, beta, steps),
        "rate and beta are swapped",
    ),
    ("10.range", "the lowest is the best", choosing(share=1), "at the lowest place itself"),
    (
        "10.range",
        "one batch will do",
        choosing(smooth=lambda losses: losses, shift=0),
        "One lucky batch has decided. ",
    ),
    (
        "10.range",
        "the lowest loss of all",
        choosing(smooth=lambda losses: losses, shift=0, share=1),
        "and its rate was taken whole",
    ),
    ("10.range", "a mean stands at its beginning", choosing(shift=0), "Yours belongs to rate 0"),
    ("10.range", "a mean stands at its end", choosing(shift=4), "Yours belongs to rate 4"),
    ("10.range", "nan is a number", choosing(find=np.argmin), "not a number for the smallest"),
    ("10.range", "beyond the edge there is 0", by_padding_with_zeros, "the edge came out lowest"),
    (
        "10.range",
        "fastest is best",
        choosing(find=lambda smooth: np.nanargmin(np.diff(smooth))),
        "where the loss falls fastest",
    ),
    ("10.range", "what learns will do", largest_that_learns, "There the run has begun to break"),
    (
        "10.range",
        "place for rate",
        lambda rates, losses: np.nanargmin(means(losses)) + 2,
        "the place in the array",
    ),
    ("10.curves", "a gap is overfitting", reading(A="overfitting"), "A gap alone is not"),
    (
        "10.curves",
        "rising validation is overfitting",
        reading(B="overfitting"),
        "look at the training loss first",
    ),
    (
        "10.curves",
        "high is underfitting",
        reading(B="underfitting"),
        "it is not on its way down",
    ),
    ("10.curves", "no gap is in order", reading(C="in order"), "both are still falling"),
    ("10.curves", "training is what counts", reading(D="in order"), "it is not what counts"),
    ("10.curves", "a loss should be 0", reading(A="underfitting"), "is no fault"),
    ("10.stop", "last weights are best", stopping(weights="last"), "weights of the last epoch"),
    ("10.stop", "any rise ends it", at_the_first_rise, "the first epoch that is no new best"),
    ("10.stop", "patience counts rises", rises_in_a_row, "You counted rises in a row"),
    ("10.stop", "the future is known", knowing_the_whole_curve, "one knows the past only"),
    ("10.stop", "the best of all", best_of_the_whole_curve, "behind the last one"),
    ("10.stop", "after the patience", stopping(extra=1), "an epoch too long"),
    ("10.stop", "equal is better", stopping(better=lambda a, b: a <= b), "an equal loss"),
    ("10.stop", "counting from 0", stopping(first=0), "counted the epochs from 0"),
    ("10.stop", "it always stops early", patience_always_runs_out, "the last epoch that there is"),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("10.updates", "twice", lambda *case: 2 * updates(*case), "it should be 24"),
    ("10.updates", "a list", lambda *case: [updates(*case)] * 2, "The shape of the result is (2,)"),
    ("10.momentum", "no start", without_the_start, "The start belongs to it"),
    ("10.momentum", "the end", lambda *case: descend(*case)[-1], "not the last one only"),
    ("10.momentum", "columns", lambda *case: descend(*case).T, "A place is a row"),
    ("10.momentum", "twice", lambda *case: 2 * descend(*case), "The weight at (0, 0) is 6"),
    ("10.range", "all of them", lambda rates, losses: rates, "Return one number"),
    ("10.range", "the first", lambda rates, losses: rates[0], "you chose 0.001, not"),
    ("10.curves", "a letter less", {"A": "in order"}, "the keys A, B, C and D"),
    ("10.curves", "a word", "overfitting", "Pass a dictionary"),
    ("10.curves", "another word", reading(C="bad"), "C is 'bad'. Choose one of: in order"),
    ("10.curves", "a blank left", reading(C=...), "A diagnosis is still missing"),
    ("10.stop", "swapped", lambda *case: stop(*case)[::-1], "The two are swapped"),
    ("10.stop", "one number", lambda values, patience: 3, "Return two epochs"),
    ("10.stop", "never", lambda values, patience: (1, 1), "how long ago it was"),
]

RIGHT: list[tuple[str, Any]] = [
    ("10.updates", updates_by_slicing),
    ("10.updates", lambda digits, size, epochs: -(-digits // size) * epochs),
    ("10.momentum", as_keras_has_it),
    ("10.momentum", all_gradients_added_up),
    ("10.momentum", descending()),
    ("10.range", choose_by_loop),
    ("10.range", choose_by_window),
    ("10.range", choosing()),
    ("10.curves", dict(zip("DCBA", reversed(list(reading().values())), strict=True))),
    ("10.stop", stop_by_minimum_so_far),
    ("10.stop", stopping()),
]


def test_keras_counts_updates_and_takes_steps_as_the_exercises_do():
    digits, size, epochs, rate, beta = 10, 4, 3, 0.1, 0.8
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(rate, beta), "mse")
    weight = model.get_weights()[0][0]
    x = np.ones((digits, 1), "float32")
    model.fit(x, 0 * x, batch_size=size, epochs=epochs, verbose=0)
    steps = updates(digits, size, epochs)
    assert int(model.optimizer.iterations) == steps
    path = descend(lambda w: 2 * w, weight, rate, beta, steps)
    assert np.allclose(model.get_weights()[0][0], path[-1], atol=1e-6)


def test_keras_stops_when_the_exercise_does():
    class Told(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["told"] = values[epoch]

    for values, patience in (
        ([0.9, 0.5, 0.6, 0.7, 0.65, 0.45, 0.6, 0.7, 0.8, 0.3], 3),
        ([0.9, 0.5, 0.5, 0.6, 0.7], 2),
        ([0.9, 0.7, 0.6, 0.65], 2),
    ):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        watch = keras.callbacks.EarlyStopping("told", patience=patience, mode="min")
        x = np.ones((4, 1))
        ran = model.fit(x, x, epochs=len(values), verbose=0, callbacks=[Told(), watch])
        assert stop(values, patience) == (watch.best_epoch + 1, len(ran.epoch))


def test_the_four_runs_are_what_the_check_says_of_them():
    runs = {letter: [np.array(v) for v in run.values()] for letter, run in four_runs().items()}
    training, validation = runs["A"]
    assert abs(np.diff([training, validation])[:, -3:]).max() < 0.01
    assert (validation[-5:] > training[-5:] + 0.1).all()
    training, validation = runs["B"]
    assert min(training.min(), validation.min()) > 1.5
    assert validation[-1] > validation[-3]
    training, validation = runs["C"]
    assert np.allclose(np.diff([training, validation]), -0.05)
    assert (validation < training).all()
    training, validation = runs["D"]
    assert training[-1] < 0.001
    assert 3 < validation.argmin() < 10
    assert validation[-1] > validation.min() + 0.1


def test_every_wrong_diagnosis_has_an_answer():
    from lenet_course.exercises.ch10_training import _READ_WRONG, _RIGHT

    assert set(_READ_WRONG) == {
        (letter, word) for letter in _RIGHT for word in DIAGNOSES if word != _RIGHT[letter]
    }


def test_the_range_test_has_what_its_check_needs():
    rates, losses = range_test()
    assert rates.shape == losses.shape == (31,)
    assert np.isnan(losses[-3:]).all()
    assert np.nanargmin(losses) != np.nanargmin(means(losses)) + 2


@pytest.mark.parametrize(("digits", "size"), [(10, 3), (9, 3)])
def test_an_epoch_is_cut_into_so_many_batches(digits, size):
    cut = [range(i, min(i + size, digits)) for i in range(0, digits, size)]
    assert updates(digits, size, 1) == len(cut)
