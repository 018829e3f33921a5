"""The criteria of 1998 in Keras: values and derivatives of `lenet_course.scratch`."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from lenet_course import scratch
from lenet_course.losses import MAP, EuclideanMSE

TOLERANCE = {"float64": 1e-10, "float32": 1e-5}  # of the largest value

each_precision = pytest.mark.parametrize("dtype", TOLERANCE)
few = settings(max_examples=25)
seeds = st.integers(0, 2**32 - 1)

LOSSES = {
    "EuclideanMSE": (EuclideanMSE, scratch.EuclideanMSE, {}),
    "MAP": (MAP, scratch.MAP, {}),
    "MAP, j = 3": (MAP, scratch.MAP, {"j": 3.0}),
}
each_loss = pytest.mark.parametrize(("kind", "reference", "settings"), LOSSES.values(), ids=LOSSES)


def assert_close(ours, theirs):
    ours = np.asarray(ours)
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= TOLERANCE[ours.dtype.name] * np.abs(theirs).max()


@each_loss
@each_precision
@given(seed=seeds, n=st.integers(1, 4), classes=st.integers(1, 6))
@few
def test_a_loss_and_its_derivatives_are_those_of_scratch(
    kind, reference, settings, dtype, seed, n, classes
):
    rng = np.random.default_rng(seed)
    ours, theirs = kind(**settings, dtype=dtype), reference(**settings)
    penalties = rng.uniform(0.1, 5, (n, classes)).astype(dtype)
    labels = rng.integers(classes, size=n)
    y = tf.Variable(penalties)
    with tf.GradientTape() as tape:
        value = ours(labels, y)
    assert_close(value, np.asarray(theirs.value(penalties, labels)))
    gradient = theirs.gradient(penalties, labels)
    # 1 - q loses digits in float32 where it is small: a tolerance of 1 is of the largest part.
    tolerance = 10 * TOLERANCE[dtype] / n
    for received in (tf.convert_to_tensor(tape.gradient(value, y)), ours.gradient(labels, y)):
        np.testing.assert_allclose(received, gradient, rtol=0, atol=tolerance)
    curvature = theirs.curvature(penalties, labels)
    np.testing.assert_allclose(ours.curvature(labels, y), curvature, rtol=0, atol=tolerance)


@given(seed=seeds, n=st.integers(1, 4), classes=st.integers(1, 6))
@few
def test_the_curvature_of_map_is_the_diagonal_of_the_hessian(seed, n, classes):
    rng = np.random.default_rng(seed)
    y = tf.Variable(rng.uniform(0, 5, (n, classes)))
    labels = rng.integers(classes, size=n)
    loss = MAP(dtype="float64")
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            value = loss(labels, y)
        gradient = inner.gradient(value, y)
    hessian = outer.jacobian(gradient, y).numpy().reshape(n * classes, n * classes)
    exact = hessian.diagonal().reshape(n, classes)
    np.testing.assert_allclose(loss.curvature(labels, y), exact, rtol=1e-9, atol=1e-12)


@given(seed=seeds, n=st.integers(1, 4), classes=st.integers(1, 6), j=st.floats(0.01, 5))
@few
def test_map_pulls_the_correct_penalty_down_and_pushes_the_others_up(seed, n, classes, j):
    rng = np.random.default_rng(seed)
    loss = MAP(j, dtype="float64")
    y = tf.constant(rng.uniform(0, 5, (n, classes)))
    labels = rng.integers(classes, size=n)
    q = loss.posteriors(y).numpy()
    assert q.shape == (n, classes + 1)
    np.testing.assert_allclose(q.sum(axis=1), 1)
    # The ratio of two posteriors is exp(difference of the penalties), that of rubbish being j.
    np.testing.assert_allclose(np.log(q[:, :-1] / q[:, -1:]), j - y.numpy(), rtol=1e-9, atol=1e-9)
    gradient = loss.gradient(labels, y).numpy()
    correct = np.eye(classes, dtype=bool)[labels]
    assert (gradient[correct] > 0).all()
    assert (gradient[~correct] < 0).all()
    # What is left over is pushed against the rubbish class.
    np.testing.assert_allclose(gradient.sum(axis=1), q[:, -1] / n)
    assert (loss.curvature(labels, y).numpy() >= 0).all()


def test_map_is_the_formula_of_the_paper():
    y = np.array([[1.0, 2.0], [0.5, 4.0]])
    competition = [np.log(np.exp(-0.1) + np.exp(-a) + np.exp(-b)) for a, b in y]
    expected = (2.0 + competition[0] + 0.5 + competition[1]) / 2
    assert float(MAP(dtype="float64")([1, 0], y)) == pytest.approx(expected)
    assert float(EuclideanMSE(dtype="float64")([1, 0], y)) == pytest.approx((2.0 + 0.5) / 2)


def test_penalties_that_are_large_already_are_left_alone():
    near, far = np.array([[1.0, 2.0]]), np.array([[1.0, 50.0]])
    assert MAP(dtype="float64").gradient([0], near).numpy()[0, 1] < -0.05
    assert -1e-20 < MAP(dtype="float64").gradient([0], far).numpy()[0, 1] < 0


@each_loss
def test_a_loss_of_penalties_far_off_is_finite(kind, reference, settings):
    y = np.array([[1e4, 2e4], [0, 3e4]], np.float32)
    loss = kind(**settings)
    assert float(loss([0, 0], y)) == pytest.approx(reference(**settings).value(y, np.array([0, 0])))
    assert np.isfinite(loss.gradient([0, 0], y)).all()
    assert np.isfinite(loss.curvature([0, 0], y)).all()


@each_loss
@pytest.mark.parametrize(
    "make",
    [
        lambda labels: labels.astype(np.uint8),
        lambda labels: labels[:, None],
        lambda labels: labels.astype(np.float32)[:, None],
        lambda labels: labels.tolist(),
    ],
    ids=["uint8", "column", "floats", "list"],
)
def test_labels_come_in_every_form_that_keras_gives_them(kind, reference, settings, make):
    y = np.random.default_rng(0).uniform(0, 5, (4, 3)).astype(np.float32)
    labels = np.array([2, 0, 1, 2])
    loss = kind(**settings)
    assert float(loss(make(labels), y)) == pytest.approx(reference(**settings).value(y, labels))
    np.testing.assert_array_equal(loss.gradient(make(labels), y), loss.gradient(labels, y))


@each_loss
def test_a_loss_is_the_same_after_its_configuration_was_read_back(kind, reference, settings):
    y = np.random.default_rng(0).uniform(0, 5, (4, 3)).astype(np.float32)
    loss = kind(**settings)
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is kind
    assert again.get_config() == loss.get_config()
    assert float(again([0, 1, 2, 0], y)) == float(loss([0, 1, 2, 0], y))


@pytest.mark.parametrize("j", [0, -1.5])
def test_the_rubbish_class_needs_a_positive_penalty(j):
    with pytest.raises(ValueError, match=f"j is {j}, expected a positive number"):
        MAP(j)
