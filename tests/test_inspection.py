"""Looking inside networks: laws that hold whatever the weights are."""

import re

import keras
import numpy as np
import pytest
from keras import layers

from lenet_course.inspection import (
    activations,
    input_gradient,
    integrated_gradients,
    maximizing_image,
    occlusion_map,
    receptive_field,
    saturated,
    scores,
)
from lenet_course.models import lenet5_1998, lenet5_tutorial, lenet_1989

RNG = np.random.default_rng(12)


def loud(model, factor=4):
    """Make a network's first weights large enough for its squashing functions to bend."""
    model.set_weights([factor * weights for weights in model.get_weights()])
    return model


def image_like(model, count=3, paper=0.0):
    """Return images with ink in the middle and paper around it."""
    images = np.full((count, *model.input_shape[1:]), paper, np.float32)
    images[:, 8:20, 10:18] += RNG.uniform(0.2, 1, (count, 12, 8, 1))
    return images


keras.utils.set_random_seed(12)
NETWORK = loud(lenet5_1998(seed=12))
TUTORIAL = lenet5_tutorial()
SUMS = keras.Sequential([layers.Input((20, 20, 1)), layers.Flatten(), layers.Dense(3)])
CASES = {"1998": (NETWORK, -0.1), "tutorial": (TUTORIAL, 0.0), "linear": (SUMS, 0.0)}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request):
    model, paper = request.param
    return model, paper, image_like(model, paper=paper)


# Receptive fields


@pytest.mark.parametrize(
    ("model", "layer", "unit"),
    [
        (NETWORK, "C1", (3, 9, 0)),
        (NETWORK, "C3_squashed", (4, 5, 15)),
        (NETWORK, "S4", (1, 3, 15)),
        (NETWORK, "C5", (0, 0, 0)),
        (TUTORIAL, "S2", (11, 2, 1)),
        (TUTORIAL, "S4", (3, 0, 1)),
        (loud(lenet_1989(seed=1)), "H2", (1, 2, 3)),
    ],
)
def test_a_receptive_field_is_where_the_gradient_is(model, layer, unit):
    images = RNG.uniform(-0.5, 0.5, (5, *model.input_shape[1:]))
    felt = abs(input_gradient(model, images, unit, layer=layer)).sum(axis=(0, 3)) > 0
    side, step, first = receptive_field(model, layer)
    expected = np.zeros_like(felt)
    row, column = (first + step * place for place in unit[:2])
    expected[max(row, 0) : row + side, max(column, 0) : column + side] = True
    np.testing.assert_array_equal(felt, expected)


def test_padding_that_keeps_the_size():
    model = keras.Sequential(
        [layers.Input((9, 9, 1)), layers.Conv2D(4, 5, padding="same", name="one")]
    )
    assert receptive_field(model, "one") == (5, 1, -2)


def test_a_layer_without_maps():
    with pytest.raises(ValueError, match="F6 lies behind flatten, which makes no maps"):
        receptive_field(TUTORIAL, "F6")


# Scores and activations


def test_the_largest_score_names_the_answer():
    images = image_like(NETWORK, 120, -0.1)  # more than a batch, and not whole batches
    penalties = NETWORK.predict(images, verbose=0)
    np.testing.assert_allclose(scores(NETWORK, images), -penalties, rtol=1e-4)
    images = image_like(TUTORIAL)
    probabilities = TUTORIAL.predict(images, verbose=0)
    given = scores(TUTORIAL, images)
    softmax = np.exp(given) / np.exp(given).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(softmax, probabilities, rtol=1e-4)
    images = image_like(SUMS)
    np.testing.assert_allclose(scores(SUMS, images), SUMS.predict(images, verbose=0), rtol=1e-4)


def test_activations_are_what_the_next_layer_reads():
    images = image_like(NETWORK, 2, -0.1)
    sums = activations(NETWORK, "F6", images)
    squashed = activations(NETWORK, "F6_squashed", images)
    assert activations(NETWORK, "C3", images).shape == (2, 10, 10, 16)
    np.testing.assert_allclose(squashed, 1.7159 * np.tanh(2 / 3 * sums), rtol=1e-4)


def test_new_weights_are_noticed():
    model, images = lenet5_1998(seed=1), image_like(NETWORK, paper=-0.1)
    before = scores(model, images)
    loud(model)
    assert not np.allclose(scores(model, images), before)


# Maps


def test_a_gradient_is_what_a_small_change_does(case):
    model, _, images = case
    gradient = input_gradient(model, images, [2, 0, 1])
    at, step = (slice(None), 9, 12, 0), 2e-2
    up, down = images.copy(), images.copy()
    up[at] += step
    down[at] -= step
    change = (scores(model, up) - scores(model, down))[np.arange(3), [2, 0, 1]]
    np.testing.assert_allclose(gradient[at], change / (2 * step), rtol=0.02, atol=1e-2)


def test_integrated_gradients_are_complete(case):
    model, paper, images = case
    blank = np.full_like(images[:1], paper)
    parts = integrated_gradients(model, images, 1, background=paper, steps=200)
    gained = scores(model, images)[:, 1] - scores(model, blank)[:, 1]
    np.testing.assert_allclose(parts.sum(axis=(1, 2, 3)), gained, rtol=1e-3, atol=1e-3)
    assert not parts[images == np.float32(paper)].any()


def test_integrated_gradients_of_a_linear_network_are_its_weights_times_the_ink():
    images = image_like(SUMS)
    weights = SUMS.get_weights()[0][:, 2].reshape(20, 20, 1)
    parts = integrated_gradients(SUMS, images, 2, background=0, steps=1)
    np.testing.assert_allclose(parts, weights * images, rtol=1e-4, atol=1e-6)


def test_painting_over_paper_changes_nothing_and_over_ink_what_the_score_says(case):
    model, paper, images = case
    falls = occlusion_map(model, images, [0, 1, 2], background=paper, side=3)
    far = np.ones(falls.shape[1:], bool)
    far[7:21, 9:19] = False  # a pixel more than the ink on each side
    np.testing.assert_allclose(falls[:, far], 0, atol=1e-3)
    painted = images.copy()
    painted[:, 8:11, 11:14] = paper
    expected = (scores(model, images) - scores(model, painted))[np.arange(3), [0, 1, 2]]
    assert abs(expected).min() > 1e-4
    np.testing.assert_allclose(falls[:, 9, 12], expected, rtol=1e-2, atol=1e-3)


def test_a_square_is_cut_off_at_the_edge():
    images = np.ones((1, 20, 20, 1), np.float32)
    falls = occlusion_map(SUMS, images, 0, background=0, side=5)
    weights = SUMS.get_weights()[0][:, 0].reshape(20, 20)
    assert falls[0, 0, 19] == pytest.approx(weights[:3, 17:].sum(), abs=1e-4)


# Going uphill


def test_going_uphill_raises_the_score_within_paper_and_ink(case):
    model, paper, images = case
    raised = maximizing_image(model, images, [2, 0, 1], low=paper, high=1.2, steps=20)
    before, after = (scores(model, x)[np.arange(3), [2, 0, 1]] for x in (images, raised))
    assert (after > before).all()
    assert np.float32(paper) <= raised.min() < raised.max() <= np.float32(1.2)


def test_a_unit_moves_only_what_it_sees():
    images = image_like(NETWORK, paper=-0.1)
    settings = {"layer": "C1", "low": -0.1, "high": 1.175, "steps": 3}
    raised = maximizing_image(NETWORK, images, (3, 4, 5), **settings)
    rows, columns = np.nonzero((raised != images).any(axis=(0, 3)))
    assert 3 <= rows.min() <= rows.max() <= 7
    assert 4 <= columns.min() <= columns.max() <= 8


# Saturation


def test_a_tenth_of_the_slope_is_the_limit():
    a = np.linspace(-5, 5, 101)
    slope_left = 1 - np.tanh(2 / 3 * a) ** 2
    np.testing.assert_array_equal(saturated(1.7159 * np.tanh(2 / 3 * a)), slope_left < 0.1)
    np.testing.assert_array_equal(saturated(np.tanh(2 / 3 * a), height=1), slope_left < 0.1)


def test_sums_are_not_outputs():
    with pytest.raises(ValueError, match=re.escape("reach 2.5 in size, expected at most the heig")):
        saturated([0.3, -2.5])


# What does not fit


IMAGES = image_like(TUTORIAL)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: scores(TUTORIAL, IMAGES[0]), "have shape (28, 28, 1), expected (n, 28, 28, 1)"),
        (lambda: scores(NETWORK, IMAGES), "have shape (3, 28, 28, 1), expected (n, 32, 32, 1)"),
        (lambda: scores(TUTORIAL, IMAGES[:0]), "n over 0"),
        (lambda: scores(TUTORIAL, 255 * IMAGES), "expected values of about 0 to 1"),
        (lambda: scores(TUTORIAL, np.nan * IMAGES), "expected values of about 0 to 1"),
        (lambda: activations(TUTORIAL, "C9", IMAGES), "no layer 'C9', expected one of: C1, S2"),
        (lambda: receptive_field(TUTORIAL, "C9"), "There is no layer 'C9'"),
        (lambda: input_gradient(TUTORIAL, IMAGES, 10), "no unit [10], expected places within (10"),
        (lambda: input_gradient(TUTORIAL, IMAGES, -1), "There is no unit [-1]"),
        (lambda: input_gradient(TUTORIAL, IMAGES, [1, 2]), "one for all images or 3 of them"),
        (lambda: input_gradient(TUTORIAL, IMAGES, 1.0), "expected whole numbers"),
        (lambda: input_gradient(TUTORIAL, IMAGES, 3, layer="C1"), "a unit among (24, 24, 6)"),
        (lambda: occlusion_map(TUTORIAL, IMAGES, 3, background=0, side=4), "side is 4, expected"),
        (
            lambda: integrated_gradients(TUTORIAL, IMAGES, 3, background=0, steps=0),
            "steps is 0, expected 1 or more",
        ),
        (lambda: maximizing_image(TUTORIAL, IMAGES, 3, low=1, high=0), "expected low to be less"),
    ],
)
def test_what_does_not_fit_is_quoted(ask, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ask()
