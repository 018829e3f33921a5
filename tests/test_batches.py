"""Training on batches does what it says, recomputed in NumPy for a network of one layer."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from lenet_course.experiments.batches import falling_to_zero, misread, scores, train_in_batches

CLASSES = 4
RATE = 0.5
rng = np.random.default_rng(0)
X = rng.normal(size=(20, 3)).astype(np.float32)
Y = rng.integers(0, CLASSES, 20).astype(np.uint8)
KERNEL, BIAS = rng.normal(size=(3, CLASSES)), rng.normal(size=CLASSES)


def one_layer() -> keras.Sequential:
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(CLASSES)])
    model.set_weights([KERNEL, BIAS])
    return model


def train(model: keras.Model, **options: Any) -> list[float]:
    """Train on X and Y by plain gradient descent, all patterns in one batch, unless told more."""
    told = {"passes": 1, "batch": len(X), "seed": 0, "say": lambda line: None} | options
    optimizer = told.pop("optimizer", None) or keras.optimizers.SGD(RATE)
    return train_in_batches(model, optimizer, X, Y, **told)


def log_softmax(sums: np.ndarray) -> np.ndarray:
    return sums - np.log(np.exp(sums).sum(axis=1, keepdims=True))


def cross_entropy(sums: np.ndarray, labels: np.ndarray) -> float:
    return float(-log_softmax(sums)[np.arange(len(labels)), labels].mean())


def numbers_of(patterns: np.ndarray) -> list[int]:
    """Return which patterns of X these are."""
    found = (patterns[:, None] == X).all(axis=2)
    assert (found.sum(axis=1) == 1).all()
    return found.argmax(axis=1).tolist()


class Seen:
    """A preparation that changes nothing and notes what it was given, and what it draws."""

    def __init__(self) -> None:
        self.passes: list[list[int]] = []
        self.draws: list[float] = []

    def __call__(self, patterns: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        self.passes.append(numbers_of(patterns))
        self.draws.append(rng.random())
        return patterns


def test_the_loss_of_a_batch_is_cross_entropy() -> None:
    losses = train(one_layer())
    assert losses == pytest.approx([cross_entropy(X @ KERNEL + BIAS, Y)], rel=1e-5)


def test_smoothing_spreads_a_part_of_the_target_over_all_classes() -> None:
    sums = X @ KERNEL + BIAS
    # 0.3 of the target is spread: each class has 0.075, and the right one 0.7 more.
    expected = 0.7 * cross_entropy(sums, Y) + 0.3 * -log_softmax(sums).mean()
    assert train(one_layer(), smoothing=0.3) == pytest.approx([expected], rel=1e-5)


def test_a_pass_takes_a_step_for_each_batch_and_what_fills_none_sits_out() -> None:
    model, seen = one_layer(), Seen()
    losses = train(model, passes=2, batch=8, prepare=seen, smoothing=0.1)
    kernel, bias = KERNEL.copy(), BIAS.copy()
    targets = 0.9 * np.eye(CLASSES)[Y] + 0.1 / CLASSES
    expected = []
    for numbers in seen.passes:
        assert len(numbers) == len(set(numbers)) == 16  # of 20
        steps = []
        for batch in (numbers[:8], numbers[8:]):
            x, t = X[batch], targets[batch]
            answers = log_softmax(x @ kernel + bias)
            steps.append(-(t * answers).sum(axis=1).mean())
            slopes = (np.exp(answers) - t) / 8
            kernel -= RATE * x.T @ slopes
            bias -= RATE * slopes.sum(axis=0)
        expected.append(np.mean(steps))
    assert losses == pytest.approx(expected, rel=1e-4)
    for received, by_hand in zip(model.get_weights(), (kernel, bias), strict=True):
        np.testing.assert_allclose(received, by_hand, atol=1e-5)
    first, second = seen.passes
    assert first != second
    assert set(first) != set(second)  # others sit out


def test_the_averages_of_the_optimizer_end_up_in_the_network() -> None:
    plain, averaged = one_layer(), one_layer()
    after_steps: list[np.ndarray] = []
    train(plain, passes=4, say=lambda line: after_steps.append(plain.get_weights()[0]))
    momentum = 0.6
    optimizer = keras.optimizers.SGD(RATE, use_ema=True, ema_momentum=momentum)
    train(averaged, passes=4, optimizer=optimizer)
    expected = after_steps[0]
    for weights in after_steps[1:]:
        expected = momentum * expected + (1 - momentum) * weights
    np.testing.assert_allclose(averaged.get_weights()[0], expected, atol=1e-5)
    assert np.abs(expected - plain.get_weights()[0]).max() > 0.01


def test_preparing_draws_anew_in_each_pass_and_the_same_for_the_same_seed() -> None:
    seen, again, other = Seen(), Seen(), Seen()
    for prepare, seed in ((seen, 3), (again, 3), (other, 4)):
        train(one_layer(), passes=3, prepare=prepare, seed=seed)
    assert all(sorted(numbers) == list(range(20)) for numbers in seen.passes)
    assert (seen.passes, seen.draws) == (again.passes, again.draws)
    assert len({*seen.draws, *other.draws}) == 6
    assert seen.passes != other.passes


def test_what_is_prepared_is_learned() -> None:
    losses = train(one_layer(), prepare=lambda patterns, rng: 2 * patterns)
    assert losses == pytest.approx([cross_entropy(2 * X @ KERNEL + BIAS, Y)], rel=1e-5)


def test_an_attack_is_told_patterns_and_labels_and_its_answer_is_learned() -> None:
    def attack(patterns: Any, labels: Any) -> Any:
        assert patterns.dtype == tf.float32
        assert labels.dtype.is_integer
        return patterns * tf.cast(labels, tf.float32)[:, None]

    losses = train(one_layer(), attack=attack)
    attacked = X * Y[:, None]
    assert losses == pytest.approx([cross_entropy(attacked @ KERNEL + BIAS, Y)], rel=1e-5)


def test_what_the_network_makes_of_patterns_in_training_can_be_told() -> None:
    model = one_layer()
    losses = train(model, outputs=lambda patterns: 3 * model(patterns))
    assert losses == pytest.approx([cross_entropy(3 * (X @ KERNEL + BIAS), Y)], rel=1e-5)


def test_layers_know_that_they_are_trained() -> None:
    model = keras.Sequential(
        [keras.layers.Input((3,)), keras.layers.Dropout(0.9, seed=0), keras.layers.Dense(CLASSES)]
    )
    model.set_weights([KERNEL, BIAS])
    [loss] = train(model)
    assert abs(loss - cross_entropy(X @ KERNEL + BIAS, Y)) > 0.1


def test_the_same_seed_gives_the_same_weights_and_another_one_others() -> None:
    weights = []
    for seed in (5, 5, 6):
        model = one_layer()
        train(model, passes=2, batch=8, seed=seed)
        weights.append(model.get_weights()[0])
    np.testing.assert_array_equal(weights[0], weights[1])
    assert (weights[0] != weights[2]).any()


def test_each_pass_is_told() -> None:
    lines: list[str] = []
    losses = train(one_layer(), passes=2, say=lines.append)
    assert lines == [f"pass {number} of 2  loss {losses[number - 1]:.4f}" for number in (1, 2)]


def test_a_rate_falls_to_zero_in_all_passes() -> None:
    # Two passes of three batches: the last 10 patterns fill none.
    rate = falling_to_zero(0.1, patterns=100, batch=30, passes=2)
    received = [float(rate(step)) for step in (0, 3, 6)]
    assert received == pytest.approx([0.1, 0.05, 0.0], abs=1e-8)
    assert 0 < float(rate(5)) < 0.01


def test_wrong_answers_are_counted() -> None:
    x = np.random.default_rng(1).normal(size=(2500, 3)).astype(np.float32)
    sums = x @ KERNEL + BIAS
    model = one_layer()
    np.testing.assert_allclose(scores(model, x), sums, atol=1e-5)
    y = sums.argmax(axis=1).astype(np.uint8)
    assert misread(model, x, y) == 0
    y[[0, 1200, 2499]] = (y[[0, 1200, 2499]] + 1) % CLASSES
    assert misread(model, x, y) == 3
