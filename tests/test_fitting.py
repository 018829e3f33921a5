"""Trials begin alike, batches hold each digit once, and time is measured behind the first epoch."""

import keras
import numpy as np
import pytest

from lenet_course import fitting
from lenet_course.fitting import Trials, batches, epoch_seconds

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).astype("float32")
Y = (X[:, 0] > 0).astype(int)


@pytest.fixture(scope="module")
def trials():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    return Trials(model, keras.optimizers.Adam(), (X[:40], Y[:40]), (X[40:], Y[40:]))


def test_a_trial_does_not_depend_on_the_one_before(trials):
    def after(**settings):
        percent = trials.run(0.03, n=40, **settings)
        return percent, trials.model.get_weights()

    (first, weights), _, (again, same) = after(), after(epochs=5), after()
    assert first == again
    assert all(np.array_equal(a, b) for a, b in zip(weights, same, strict=True))
    _, others = after(seed=2, batch_size=8)
    assert not np.array_equal(weights[0], others[0])


def test_a_trial_learns_the_digits_it_is_given_and_counts_errors_on_others(trials):
    assert trials.run(0.1, n=40, batch_size=4, epochs=20) <= 20
    right = trials.model.predict(X[40:], verbose=0).argmax(axis=1) == Y[40:]
    assert trials.run(0.1, n=40, batch_size=4, epochs=20) == pytest.approx(100 * (1 - right.mean()))
    trials.run(0.1, n=8, batch_size=4, epochs=3)
    assert int(trials.model.optimizer.iterations) == 6


def test_a_trial_can_start_elsewhere_and_a_rate_of_zero_stays_there(trials):
    weights = [np.ones((4, 2)), np.array([0.0, 9.0])]
    percent = trials.run(0.0, n=40, weights=weights)
    assert np.array_equal(trials.model.get_weights()[1], weights[1])
    assert percent == pytest.approx(100 * (Y[40:] == 0).mean())


def test_a_history_has_both_curves(trials):
    history = trials.history(0.03, n=40, epochs=3)
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(values) for values in history.values()} == {3}
    assert history == trials.history(0.03, n=40, epochs=3)


def test_batches_hold_each_digit_at_most_once_in_an_order_of_their_own():
    x, y = np.arange(23.0).reshape(23, 1), np.arange(23)
    data = batches(x, y, 5)
    assert int(data.cardinality()) == 4
    epochs = [[(a.numpy(), b.numpy()) for a, b in data] for _ in range(2)]
    for cut in epochs:
        assert [images.shape for images, _ in cut] == [(5, 1)] * 4
        labels = np.concatenate([labels for _, labels in cut])
        assert len(set(labels.tolist())) == 20
        assert all(np.array_equal(images[:, 0], labels) for images, labels in cut)
    first, second = ([labels.tolist() for _, labels in cut] for cut in epochs)
    assert first != second


def test_the_first_epoch_does_not_count(monkeypatch):
    class Clock:
        now = iter([0, 90, 90, 95, 95, 98])

        def perf_counter(self):
            return next(self.now)

    monkeypatch.setattr(fitting, "time", Clock())
    images = np.zeros((8, 28, 28, 1), "float32")
    assert epoch_seconds(images, np.zeros(8), batch_size=4, steps=1) == 3


def test_batches_are_learned_as_arrays_are():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", steps_per_execution=3)
    model.fit(batches(X, Y, 10), epochs=2, shuffle=False, verbose=0)
    assert int(model.optimizer.iterations) == 12


def test_trials_leave_the_model_as_it_is():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    before = model.get_weights()
    trials = Trials(model, keras.optimizers.SGD(), (X, Y), (X, Y))
    trials.run(0.1, n=60)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert not np.array_equal(before[0], trials.model.get_weights()[0])
