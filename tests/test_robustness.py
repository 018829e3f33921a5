"""Corruptions, moves and attacks do what their names say, within their limits."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from lenet_course.datasets import as_1998, load_mnist
from lenet_course.models import trained
from lenet_course.robustness import (
    CORRUPTIONS,
    adversary,
    corrupt,
    fgsm,
    moved,
    pgd,
    scores_of_1998,
)

few = settings(max_examples=20, deadline=None)
kinds = st.sampled_from(sorted(CORRUPTIONS))
seeds = st.integers(0, 2**32 - 1)
_, (TEST, LABELS) = load_mnist()
DIGITS = (TEST[:60, ..., None] / 255).astype(np.float32)
Y = LABELS[:60]


def spot(row, column, side=28):
    """Return an image of a round spot at a place from the middle, smooth enough to be moved."""
    places = np.arange(side) - (side - 1) / 2
    away = (places[:, None] - row) ** 2 + (places - column) ** 2
    return np.exp(-away / 8)[None, ..., None]


def place(image):
    """Return row and column of the center of the ink, from the middle."""
    places = np.arange(image.shape[1]) - (image.shape[1] - 1) / 2
    ink = image[0, ..., 0] / image.sum()
    return places @ ink.sum(axis=1), ink.sum(axis=0) @ places


# Moves


@given(side=st.integers(3, 40))
@few
def test_a_move_by_nothing_changes_nothing(side):
    images = np.random.default_rng(side).random((2, side, side + 1, 1))
    np.testing.assert_allclose(moved(images), images, atol=1e-6)


@given(right=st.integers(-9, 9), down=st.integers(-9, 9))
@few
def test_whole_pixels_are_moved_exactly_and_what_leaves_is_lost(right, down):
    framed = np.pad(DIGITS[:3], ((0, 0), (9, 9), (9, 9), (0, 0)))
    expected = np.roll(framed, (down, right), axis=(1, 2))[:, 9:-9, 9:-9]
    np.testing.assert_allclose(moved(DIGITS[:3], right=right, down=down), expected, atol=1e-6)


def test_a_spot_goes_where_it_is_sent():
    # Resized and turned first, then shifted; counterclockwise, so what is right goes up.
    np.testing.assert_allclose(place(moved(spot(0, 4), degrees=90)), (-4, 0), atol=0.05)
    np.testing.assert_allclose(place(moved(spot(2, 3), factor=1.5)), (3, 4.5), atol=0.1)
    received = moved(spot(0, 4), degrees=90, factor=0.5, right=3, down=1)
    np.testing.assert_allclose(place(received), (-1, 3), atol=0.1)


@given(degrees=st.floats(-180, 180), factor=st.floats(0.8, 1.25))
@few
def test_a_move_and_its_opposite_give_the_image_back(degrees, factor):
    back = moved(moved(spot(1, 2), degrees=degrees, factor=factor), factor=1 / factor)
    np.testing.assert_allclose(moved(back, degrees=-degrees), spot(1, 2), atol=0.15)


# Corruptions


def test_there_are_the_fifteen_of_mnist_c():
    assert len(CORRUPTIONS) == 15
    for corruption in CORRUPTIONS.values():
        assert 1 <= corruption.published <= len(corruption.strengths)
        assert len(corruption.strengths) in (1, 5)


@given(kind=kinds)
@few
def test_severity_0_leaves_images_alone(kind):
    received = corrupt(DIGITS, kind, 0)
    np.testing.assert_array_equal(received, DIGITS)
    assert received is not DIGITS


@given(kind=kinds, seed=seeds, data=st.data())
@settings(max_examples=60, deadline=None)
def test_corrupted_images_are_images_and_the_seed_decides(kind, seed, data):
    severity = data.draw(st.integers(1, len(CORRUPTIONS[kind].strengths)))
    before = DIGITS[:4].copy()
    received = corrupt(DIGITS[:4], kind, severity, seed=seed)
    assert received.shape == DIGITS[:4].shape
    assert received.dtype == np.float32
    assert received.min() >= 0
    assert received.max() <= 1
    assert (received != before).any(axis=(1, 2, 3)).all()
    np.testing.assert_array_equal(DIGITS[:4], before)
    np.testing.assert_array_equal(received, corrupt(DIGITS[:4], kind, severity, seed=seed))


@pytest.mark.parametrize("kind", sorted(CORRUPTIONS))
def test_without_a_severity_it_is_the_published_one(kind):
    published = CORRUPTIONS[kind].published
    np.testing.assert_array_equal(corrupt(DIGITS, kind), corrupt(DIGITS, kind, published))


@pytest.mark.parametrize(
    # Not fog, whose clouds get thicker and more even.
    "kind",
    [kind for kind in CORRUPTIONS if len(CORRUPTIONS[kind].strengths) == 5 and kind != "fog"],
)
def test_the_last_severity_changes_more_than_the_first(kind):
    first, last = (abs(corrupt(DIGITS, kind, degree) - DIGITS).mean() for degree in (1, 5))
    assert last > first


@pytest.mark.parametrize(
    "kind", ["shot_noise", "impulse_noise", "rotate", "translate", "fog", "spatter", "zigzag"]
)
def test_each_image_is_corrupted_in_its_own_way(kind):
    same = corrupt(np.repeat(DIGITS[:1], 8, axis=0), kind)
    assert len({image.tobytes() for image in same}) > 1


def test_noise_is_as_strong_as_it_says():
    gray = np.full((40, 28, 28, 1), 0.5)
    noisy = corrupt(gray, "impulse_noise", 5)
    assert np.isin(noisy, [0, 0.5, 1]).all()
    assert (noisy != 0.5).mean() == pytest.approx(0.27, abs=0.01)
    shots = corrupt(gray, "shot_noise", 1)
    assert shots.mean() == pytest.approx(0.5, abs=0.01)
    # So many photons have a variance of their number.
    assert shots.var() == pytest.approx(0.5 / 60, rel=0.05)


def test_geometry_is_that_of_its_name():
    np.testing.assert_allclose(place(corrupt(spot(4, 6), "scale", 5)), (2, 3), atol=0.1)
    sheared = place(corrupt(spot(4, 0), "shear", 2))
    assert abs(sheared[1]) == pytest.approx(4 * np.tan(0.4), abs=0.2)
    turned = place(corrupt(spot(0, 6), "rotate", 2))
    np.testing.assert_allclose(np.abs(turned), (6 * np.sin(0.4), 6 * np.cos(0.4)), atol=0.1)
    shifted = {
        tuple(np.round(place(corrupt(spot(0, 0), "translate", 3, seed=seed))).astype(int))
        for seed in range(20)
    }
    assert shifted == {(3, 3), (3, -3), (-3, 3), (-3, -3)}


def test_brightness_and_stripes():
    np.testing.assert_allclose(corrupt(DIGITS, "brightness", 2), np.clip(DIGITS + 0.2, 0, 1))
    striped = corrupt(DIGITS, "stripe")
    np.testing.assert_allclose(striped[:, :, 7:21], DIGITS[:, :, 7:21])
    np.testing.assert_allclose(striped[:, :, :7], 1 - DIGITS[:, :, :7])
    np.testing.assert_allclose(striped[:, :, 21:], 1 - DIGITS[:, :, 21:])


def test_blurs_keep_the_ink_and_spread_it():
    for kind in ("glass_blur", "motion_blur"):
        blurred = corrupt(spot(0, 0), kind)
        assert blurred.sum() == pytest.approx(spot(0, 0).sum(), rel=0.02)
        assert blurred.max() < 0.95


def test_lines_are_drawn_from_left_to_right_on_paper():
    paper = np.zeros((30, 28, 28, 1), np.float32)
    dotted, zigzag = (corrupt(paper, kind)[..., 0] for kind in ("dotted_line", "zigzag"))
    inked = (dotted > 0).any(axis=1)
    np.testing.assert_array_equal(
        inked, np.tile(np.arange(28) // 2 % 2 * (np.arange(28) < 27), (30, 1))
    )
    # A zigzag goes up and down, and no farther than its teeth and its slant.
    ridges = zigzag.argmax(axis=1)[:, 4:22]
    for ridge in ridges[(ridges.min(axis=1) > 3) & (ridges.max(axis=1) < 24)]:
        assert {-1, 1} <= set(np.sign(np.diff(ridge)))
        assert 2 <= np.ptp(ridge) <= 10
    assert (zigzag > 0).any(axis=1)[:, 4:20].mean() > 0.9


def test_fog_and_spatter_cover_paper():
    paper = np.full((20, 28, 28, 1), 0.5)
    paper[:, 0, 0] = 1
    fog = corrupt(paper, "fog", 3)
    assert fog.std(axis=(1, 2, 3)).min() > 0.01
    black = np.zeros((60, 28, 28, 1))
    spots = corrupt(black, "spatter")
    assert 0.01 < (spots > 0).mean() < 0.5
    assert spots.max() <= 63 / 255 + 1e-6


def test_edges_of_a_square_are_its_border():
    square = np.zeros((2, 28, 28, 1))
    square[0, 8:20, 8:20] = 1
    edges = corrupt(square, "canny_edges")[..., 0]
    assert set(np.unique(edges)) == {0, 1}
    assert not edges[1].any()
    assert not edges[0, 11:17, 11:17].any()
    assert not edges[0, :6].any()
    # Each side is there, in the pixels next to it.
    for row in (edges[0, 12], edges[0, :, 12]):
        found = np.flatnonzero(row)
        assert abs(found.min() - 7.5) <= 1
        assert abs(found.max() - 19.5) <= 1


def test_a_weak_edge_counts_only_where_it_meets_a_strong_one():
    image = np.zeros((1, 28, 28, 1))
    image[0, 4:10, 4:24] = 0.04  # a slope between the two limits
    assert not corrupt(image, "canny_edges").any()
    image[0, 4:10, 20:24] = 1
    edges = corrupt(image, "canny_edges")[0, ..., 0]
    assert edges[:, 20:].any()


# Attacks


@pytest.fixture(scope="module")
def plane():
    """Return scores that are linear in the pixels: their slopes are the same everywhere."""
    kernel = np.random.default_rng(3).normal(size=(784, 10)).astype(np.float32)
    return lambda images: tf.reshape(images, (-1, 784)) @ kernel


def surprise(scores, images, labels):
    return np.asarray(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels.astype(int), scores(images))
    )


@pytest.mark.parametrize("attack", [fgsm, pgd])
@given(epsilon=st.floats(0, 1), seed=st.integers(0, 100))
@settings(max_examples=8, deadline=None)
def test_no_attack_leaves_its_box(plane, attack, epsilon, seed):
    more = {"steps": 3, "seed": seed} if attack is pgd else {}
    received = attack(plane, DIGITS[:5], Y[:5], epsilon, **more)
    assert received.dtype == np.float32
    assert abs(received - DIGITS[:5]).max() <= epsilon + 1e-6
    assert received.min() >= 0
    assert received.max() <= 1


@pytest.mark.parametrize("attack", [fgsm, pgd])
def test_an_attack_by_nothing_changes_nothing(plane, attack):
    np.testing.assert_allclose(attack(plane, DIGITS, Y, 0), DIGITS, atol=1e-7)


def test_on_a_plane_one_step_goes_into_the_corner(plane):
    received = fgsm(plane, DIGITS[:3], Y[:3], 0.1)
    with tf.GradientTape() as tape:
        x = tf.constant(DIGITS[:3])
        tape.watch(x)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(Y[:3].astype(int), plane(x))
    expected = np.clip(DIGITS[:3] + 0.1 * np.sign(tape.gradient(loss, x)), 0, 1)
    np.testing.assert_allclose(received, expected, atol=1e-6)


def test_many_steps_are_worse_than_one_and_restarts_never_better():
    scores = scores_of_1998(trained("lenet5_1998"))
    clean = surprise(scores, DIGITS, Y).mean()
    one = surprise(scores, fgsm(scores, DIGITS, Y, 0.1), Y)
    many = surprise(scores, pgd(scores, DIGITS, Y, 0.1, steps=15), Y)
    again = surprise(scores, pgd(scores, DIGITS, Y, 0.1, steps=15, restarts=2), Y)
    assert clean < one.mean() < many.mean()
    # The same places, and others: of each image the worse one.
    assert (again >= many - 1e-3 * (1 + many)).all()
    wrong = np.asarray(scores(pgd(scores, DIGITS, Y, 0.1, steps=15))).argmax(axis=1) != Y
    assert wrong.mean() > 0.5


def test_an_attack_begins_anew_from_its_seed(plane):
    def attacked(seed):
        return pgd(plane, DIGITS[:5], Y[:5], 0.2, steps=1, seed=seed)

    np.testing.assert_array_equal(attacked(1), attacked(1))
    assert (attacked(1) != attacked(2)).any()


def test_an_attack_within_tensorflow_follows_a_variable(plane):
    epsilon = tf.Variable(0.0)
    attack = tf.function(adversary(plane, epsilon, 2))
    for reach in (0.0, 0.25):
        epsilon.assign(reach)
        received = attack(DIGITS[:5], Y[:5].astype(np.int32))
        assert abs(received - DIGITS[:5]).numpy().max() == pytest.approx(reach, abs=1e-6)


def test_scores_of_1998_are_minus_its_penalties():
    model = trained("lenet5_1998")
    expected = -np.asarray(model(as_1998(TEST[:5])))
    np.testing.assert_allclose(scores_of_1998(model)(DIGITS[:5]), expected, rtol=1e-3, atol=1e-3)


# Refusals


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: moved(DIGITS[..., 0]), r"float32 of shape \(60, 28, 28\), expected floats"),
        (lambda: moved(TEST[:2, ..., None]), "uint8 of shape"),
        (lambda: moved(DIGITS * 2), "reach from 0.0 to 2.0, expected from 0 to 1"),
        (lambda: moved(DIGITS, factor=0), "factor is 0, expected a positive number"),
        (lambda: corrupt(DIGITS, "snow"), "kind is 'snow', expected one of shot_noise, "),
        (lambda: corrupt(DIGITS, "fog", 6), "severity is 6, expected a whole number from 0 to 5"),
        (lambda: corrupt(DIGITS, "zigzag", 2), "severity is 2, .* from 0 to 1 for zigzag"),
        (lambda: corrupt(DIGITS[:, 2:], "fog"), r"shape \(60, 26, 28, 1\), expected \(n, 28"),
        (lambda: fgsm(len, DIGITS, Y[:3], 0.1), r"labels has shape \(3,\), expected \(60,\)"),
        (lambda: fgsm(len, DIGITS, Y, 1.5), "epsilon is 1.5, expected a number from 0 to 1"),
        (lambda: pgd(len, DIGITS, Y, 0.1, steps=0), "steps is 0 and restarts is 1"),
        (lambda: pgd(len, DIGITS, Y, 0.1, restarts=0), "steps is 40 and restarts is 0"),
    ],
)
def test_what_cannot_be_done_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
