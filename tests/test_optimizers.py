"""SDLM: its second derivatives, the size of its steps, and how it behaves in Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.layers import Dense, Flatten, Input

from lenet_course import online
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.layers import (
    ConnectionTableConv2D,
    EuclideanRBF,
    RepeatMaps,
    ScaledTanh,
    TrainableSubsampling,
)
from lenet_course.losses import MAP, EuclideanMSE
from lenet_course.models import lenet5_1998
from lenet_course.optimizers import SDLM, curvatures

CODES = np.array([[1, 1, 1, -1], [1, -1, 1, -1], [-1, -1, 1, 1]])


@pytest.fixture(scope="module")
def digits():
    (images, labels), _ = load_mnist()
    return as_1998(images[:50]), labels[:50]


def patterns(rng, n, *shape):
    """Return random patterns and labels."""
    return rng.normal(size=(n, *shape)), rng.integers(3, size=n)


def shake(model, rng, size):
    """Move all weights, so that no bias is 0."""
    model.set_weights([w + rng.normal(0, size, w.shape) for w in model.get_weights()])


def assert_equal(received, expected, tolerance):
    """Compare arrays; the tolerance is a fraction of each array's largest number."""
    for ours, theirs in zip(received, expected, strict=True):
        ours = np.asarray(ours)
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() <= tolerance * np.abs(theirs).max()


def hessian_diagonal(model, loss, x, y):
    """Return d2E/dw2 for each weight by differentiating the loss twice."""
    diagonal = []
    for variable in model.trainable_variables:
        with tf.GradientTape(persistent=True) as outer:
            with tf.GradientTape() as inner:
                value = loss(y, model(x))
            gradient = inner.gradient(value, variable.value)
        # Row by row, which takes less time than to compile it.
        full = outer.jacobian(gradient, variable.value, experimental_use_pfor=False)
        size = int(np.prod(variable.shape))
        diagonal.append(np.reshape(full, (size, size)).diagonal().reshape(variable.shape))
    return diagonal


# The estimate. That it is the one of `scratch`, on LeNet-5, is in test_models.py.


LAST_LAYERS = {
    "dense": [ScaledTanh, Flatten, lambda: Dense(4)],
    "maps": [ScaledTanh, lambda: ConnectionTableConv2D([[1, 0], [1, 1]], 3, strides=2), Flatten],
    "maps of 1989": [
        lambda: ConnectionTableConv2D(
            [[1], [1]], 3, strides=2, padding=1, background=-1.0, shared_bias=False
        ),
        Flatten,
    ],
    "subsampling": [TrainableSubsampling, Flatten],
    "pairs": [lambda: RepeatMaps(2), TrainableSubsampling, Flatten],
}


@pytest.mark.parametrize("policy", ["float64"], indirect=True)
@pytest.mark.parametrize("name", LAST_LAYERS)
def test_the_last_weights_before_a_squared_error_get_the_exact_diagonal(name, policy):
    rng = np.random.default_rng(0)
    layers = [make() for make in LAST_LAYERS[name]]
    model = keras.Sequential([Input((4, 4, 2)), *layers])
    units = model.output_shape[1]
    model.add(EuclideanRBF(rng.choice([-1, 1], (3, units))))
    shake(model, rng, 0.3)
    x, y = patterns(rng, 5, 4, 4, 2)
    loss = EuclideanMSE(dtype=policy)
    received = curvatures(model, loss, x, y)
    assert len(received) == 2
    assert_equal(received, hessian_diagonal(model, loss, x, y), 1e-12)


@pytest.mark.parametrize("policy", ["float64"], indirect=True)
def test_two_linear_layers_get_the_exact_diagonal(policy):
    rng = np.random.default_rng(0)
    model = keras.Sequential([Input((3,)), Dense(5), Dense(4), EuclideanRBF(CODES)])
    shake(model, rng, 0.3)
    x, y = patterns(rng, 6, 3)
    loss = EuclideanMSE(dtype=policy)
    exact = hessian_diagonal(model, loss, x, y)
    assert_equal(curvatures(model, loss, x, y), exact, 1e-12)
    # By eqs. 25 and 27: the mean of 2 x_j**2 times the squared weights of the units above.
    above = 2 * (model.layers[1].kernel.numpy() ** 2).sum(axis=1)
    np.testing.assert_allclose(exact[0], (x**2).mean(axis=0)[:, None] * above)


@pytest.mark.parametrize("policy", ["float64"], indirect=True)
@pytest.mark.parametrize("side", [4, 5])  # of 5 rows, the last is not read
def test_weights_below_an_average_get_the_exact_diagonal(side, policy):
    rng = np.random.default_rng(0)
    below = ConnectionTableConv2D([[1, 0], [1, 1]], 3)
    layers = [below, keras.layers.AveragePooling2D(2), Flatten()]
    model = keras.Sequential([Input((side + 2, side + 2, 2)), *layers])
    model.add(EuclideanRBF(rng.choice([-1, 1], (3, model.output_shape[1]))))
    shake(model, rng, 0.3)
    # One pixel seen by one window of a unit each: no two paths meet in a weight.
    x = np.zeros((1, side + 2, side + 2, 2))
    x[0, 0, 0] = 1.5
    loss = EuclideanMSE(dtype=policy)
    assert_equal(
        curvatures(model, loss, x, [1])[0], hessian_diagonal(model, loss, x, [1])[0], 1e-12
    )


@pytest.mark.parametrize("policy", ["float64"], indirect=True)
def test_before_a_squashing_function_the_estimate_is_gauss_newtons(policy):
    # One unit, where nothing but the term with f'' is left out; without an error it is exact.
    model = keras.Sequential([Input((2,)), Dense(1), ScaledTanh(), EuclideanRBF([[1], [-1]])])
    x, loss = np.array([[0.3, -0.8]]), EuclideanMSE(dtype=policy)
    kernel = np.array([[0.5], [0.25]])
    f = 1.7159 * np.tanh(2 / 3 * (x @ kernel).item())
    slope = 1.7159 * 2 / 3 * (1 - (f / 1.7159) ** 2)
    bent = -4 / 3 * f / 1.7159 * slope  # f''
    model.set_weights([kernel, np.zeros(1)])
    [by_kernel, _], [exact, _] = (
        method(model, loss, x, [0]) for method in (curvatures, hessian_diagonal)
    )
    np.testing.assert_allclose(by_kernel, 2 * slope**2 * x.T**2)
    np.testing.assert_allclose(exact, 2 * (slope**2 + (f - 1) * bent) * x.T**2)
    model.set_weights([kernel, np.array([np.arctanh(1 / 1.7159) * 3 / 2 - (x @ kernel).item()])])
    without_error = (method(model, loss, x, [0]) for method in (curvatures, hessian_diagonal))
    assert_equal(*without_error, 1e-12)


def test_it_is_not_the_mean_of_the_squared_gradients(small_network):
    # Where every pattern hits its code, gradients vanish, and the valley is as steep as before.
    model = keras.Sequential([Input((3,)), Dense(4), EuclideanRBF(CODES)])
    x, y = np.eye(3, dtype=np.float32), np.arange(3)
    model.set_weights([CODES, np.zeros(4)])
    loss = EuclideanMSE()
    with tf.GradientTape() as tape:
        value = loss(y, model(x))
    assert not any(np.any(g) for g in tape.gradient(value, model.trainable_variables))
    kernel, bias = curvatures(model, loss, x, y)
    np.testing.assert_allclose(kernel, np.full((3, 4), 2 / 3), rtol=1e-6)
    np.testing.assert_allclose(bias, np.full(4, 2), rtol=1e-6)

    model, rng = small_network(0), np.random.default_rng(0)
    x, y = patterns(rng, 8, 8, 8, 1)
    squares = [0.0] * len(model.trainable_variables)
    for pattern, label in zip(x, y, strict=True):
        with tf.GradientTape() as tape:
            value = loss([label], model(pattern[None]))
        gradients = tape.gradient(value, model.trainable_variables)
        squares = [s + np.square(g) / 8 for s, g in zip(squares, gradients, strict=True)]
    for h, square in zip(curvatures(model, loss, x, y), squares, strict=True):
        assert np.abs(h / square - 1).max() > 0.5


def test_the_estimate_is_the_mean_over_the_patterns(small_network):
    model, rng = small_network(0), np.random.default_rng(0)
    x, y = patterns(rng, 6, 8, 8, 1)
    together = curvatures(model, MAP(), x, y)
    single = [curvatures(model, MAP(), x[i : i + 1], y[i : i + 1]) for i in range(6)]
    means = [np.mean(h, axis=0) for h in zip(*single, strict=True)]
    assert_equal(together, means, 1e-5)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [Flatten(), Dense(4, activation="tanh", name="F6"), EuclideanRBF(CODES)],
            r"F6 is of the kind Dense, expected a layer of lenet_course.layers .*, or Dense",
        ),
        (
            [keras.layers.MaxPooling2D(name="S2"), Flatten(), Dense(4), EuclideanRBF(CODES)],
            "S2 is of the kind MaxPooling2D, expected",
        ),
        (
            [keras.layers.AveragePooling2D(2, 1, name="S2"), Flatten(), Dense(4)],
            "S2 is of the kind AveragePooling2D, expected .* AveragePooling2D with strides of its",
        ),
        (
            [Flatten(), Dense(4), EuclideanRBF(CODES, name="codes"), ScaledTanh()],
            r"codes is of the kind EuclideanRBF, expected .*\(EuclideanRBF at the end only\)",
        ),
    ],
)
def test_a_layer_without_second_derivatives_is_refused(layers, message):
    model = keras.Sequential([Input((2, 2, 1)), *layers])
    with pytest.raises(ValueError, match=message):
        SDLM().estimate(model, EuclideanMSE(), np.zeros((1, 2, 2, 1)), [0])


# The step


def test_a_step_is_that_of_equation_21():
    model = keras.Sequential([Input((3,)), Dense(4), EuclideanRBF(CODES)])
    optimizer = SDLM(learning_rate=0.1, mu=0.5)
    optimizer.estimate(model, EuclideanMSE(), np.eye(3), [0, 1, 2])
    kernel, bias = optimizer.step_sizes()
    np.testing.assert_allclose(kernel, np.full((3, 4), 0.1 / (0.5 + 2 / 3)), rtol=1e-6)
    np.testing.assert_allclose(bias, np.full(4, 0.1 / (0.5 + 2)), rtol=1e-6)

    before, gradient = model.get_weights(), [np.ones((3, 4)), np.array([1.0, -2, 0, 3])]
    optimizer.apply([tf.constant(g, tf.float32) for g in gradient], model.trainable_variables)
    after = model.get_weights()
    np.testing.assert_allclose(after[0], before[0] - 0.1 / (0.5 + 2 / 3), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(after[1], before[1] - 0.04 * gradient[1], rtol=1e-5, atol=1e-6)


def test_it_refuses_to_step_before_it_has_estimated():
    model = keras.Sequential([Input((3,)), Dense(4), EuclideanRBF(CODES)])
    before = model.get_weights()
    model.compile(optimizer=SDLM(), loss=EuclideanMSE())
    with pytest.raises(RuntimeError, match=r"no second derivatives yet: call its estimate\(\)"):
        model.fit(np.eye(3), np.arange(3), verbose=0)
    assert_equal(model.get_weights(), before, 0)


@pytest.mark.parametrize("mu", [0, -0.02])
def test_mu_must_be_positive(mu):
    with pytest.raises(ValueError, match=f"mu is {mu}, expected a positive number"):
        SDLM(mu=mu)


def test_an_optimizer_is_the_same_after_its_configuration_was_read_back():
    optimizer = SDLM(learning_rate=2e-5, mu=0.1)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, SDLM)
    assert again.mu == 0.1
    assert again.get_config() == optimizer.get_config()


def test_a_saved_network_goes_on_training_where_it_was(small_network, tmp_path):
    rng = np.random.default_rng(0)
    x, y = patterns(rng, 12, 8, 8, 1)
    model = small_network(0)
    optimizer = SDLM(1e-3)
    model.compile(optimizer=optimizer, loss=MAP(j=2.0))
    optimizer.build(model.trainable_variables)
    model.save(tmp_path / "new.keras")
    optimizer.estimate(model, MAP(j=2.0), x, y)
    model.fit(x, y, batch_size=3, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")

    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.loss.j == 2.0
    assert_equal(again.optimizer.step_sizes(), [np.asarray(s) for s in optimizer.step_sizes()], 0)
    for each in (model, again):
        each.fit(x, y, batch_size=3, shuffle=False, verbose=0)
    assert_equal(again.get_weights(), model.get_weights(), 1e-6)

    new = keras.saving.load_model(tmp_path / "new.keras")
    with pytest.raises(RuntimeError, match=r"call its estimate\(\) first"):
        new.fit(x, y, verbose=0)


def test_fit_of_keras_and_fit_of_the_course_take_the_same_steps(digits):
    x, y = digits
    seed, rates, loss = 3, [2e-5, 1e-5], MAP()
    ours = lenet5_1998(0)
    history = online.fit(ours, loss, x, y, rates=rates, seed=seed, samples=20, progress=None)

    order = np.random.default_rng(seed).permutation(len(x))
    theirs = lenet5_1998(0)
    before = theirs.get_weights()
    optimizer = SDLM()
    theirs.compile(optimizer=optimizer, loss=loss, jit_compile=True)
    for number, rate in enumerate(rates):
        optimizer.learning_rate = rate
        optimizer.estimate(theirs, loss, x[order[:20]], y[order[:20]])
        seen = theirs.fit(x[order], y[order], batch_size=1, shuffle=False, verbose=0)
        assert history.loss[number] == pytest.approx(seen.history["loss"][0], rel=1e-5)
    moved = [after - start for after, start in zip(theirs.get_weights(), before, strict=True)]
    received = [after - start for after, start in zip(ours.get_weights(), before, strict=True)]
    assert_equal(received, moved, 1e-3)
