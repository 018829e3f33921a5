"""The layers of 1989 and 1998 in Keras: the numbers of `lenet_course.scratch`, Keras's manners."""

import itertools
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from lenet_course import scratch
from lenet_course.layers import (
    ConnectionTableConv2D,
    EuclideanRBF,
    FanInUniform,
    RepeatMaps,
    ScaledTanh,
    TrainableSubsampling,
    every,
)
from lenet_course.losses import MAP, EuclideanMSE
from lenet_course.optimizers import SDLM
from lenet_course.scratch import DIGIT_CODES, TABLE_I

# Of the largest value: an error relative to each element means nothing near 0.
TOLERANCE = {"float64": 1e-10, "float32": 1e-5}

each_precision = pytest.mark.parametrize("dtype", TOLERANCE)
few = settings(max_examples=15)
seeds = st.integers(0, 2**32 - 1)


def values(rng, dtype, *shape):
    """Return random numbers of both signs in float64, of one sign in float32.

    A sum that cancels down to almost nothing keeps fewer than 5 digits in float32, whoever
    computes it.
    """
    numbers = rng.normal(size=shape) if dtype == "float64" else rng.uniform(0.1, 1, shape)
    return numbers.astype(dtype)


def assert_close(ours, theirs):
    ours = np.asarray(ours)
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= TOLERANCE[ours.dtype.name] * np.abs(theirs).max()


def passes(layer, x, rng):
    """Return output, gradients and curvatures of a layer, and the two arrays they start from.

    Gradients and curvatures are lists: by x, then by each weight.
    """
    variable = tf.Variable(x)
    with tf.GradientTape() as tape:
        output = layer(variable)
    start, second = (values(rng, x.dtype.name, *output.shape) for _ in "gh")
    sources = [variable, *layer.trainable_variables]
    gradients = tape.gradient(output, sources, output_gradients=tf.constant(start))
    extra = (tf.constant(start),) if isinstance(layer, EuclideanRBF) else ()
    by_weights, by_x = layer.curve(tf.constant(x), tf.constant(second), *extra)
    return output, gradients, [by_x, *by_weights], start, second


def assert_equals_scratch(layer, reference, x, rng):
    """Compare a layer with the one of `scratch` that has the same parameters."""
    output, gradients, curvatures, start, second = passes(layer, x, rng)
    assert_close(output, reference.forward(x))
    to_x = reference.backward(start)
    curved = reference.curve(second)
    for received, expected in zip(gradients, [to_x, *reference.gradients.values()], strict=True):
        assert_close(received, expected)
    for received, expected in zip(
        curvatures, [curved, *reference.curvatures.values()], strict=True
    ):
        assert_close(received, expected)
    assert layer.compute_output_shape(x.shape) == output.shape


@each_precision
@given(data=st.data(), seed=seeds)
@few
def test_feature_maps_are_those_of_scratch(dtype, data, seed):
    rng = np.random.default_rng(seed)
    n, channels, maps = (data.draw(st.integers(1, 3)) for _ in range(3))
    height, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    padding, strides = data.draw(st.integers(0, 2)), data.draw(st.integers(1, 3))
    k = data.draw(st.integers(1, min(5, height + 2 * padding, width + 2 * padding)))
    background = data.draw(st.sampled_from([0.0, -1.0]))
    shared_bias = data.draw(st.booleans())
    table = rng.integers(0, 2, (channels, maps))
    table[rng.integers(channels, size=maps), np.arange(maps)] = 1  # no map without a channel
    layer = ConnectionTableConv2D(
        table,
        k,
        strides=strides,
        padding=padding,
        background=background,
        shared_bias=shared_bias,
        dtype=dtype,
    )
    x = values(rng, dtype, n, height, width, channels)
    layer.build(x.shape)
    layer.set_weights([values(rng, dtype, *weight.shape) for weight in layer.weights])
    output, gradients, curvatures, start, second = passes(layer, x, rng)

    kernel, bias = layer.get_weights()
    full = np.zeros((k, k, channels, maps), dtype)
    full[:, :, table == 1] = kernel
    reference = scratch.Convolution(full, np.zeros(maps, dtype), stride=strides, table=table)
    border = (padding, padding)
    padded = np.pad(x, ((0, 0), border, border, (0, 0)), constant_values=background)
    inside = slice(padding, -padding or None)
    summed = (0, 1, 2) if shared_bias else 0

    def to_all(to_padded, stored, of_output):
        kernel = stored["weights"][:, :, table == 1]
        return [to_padded[:, inside, inside], kernel, of_output.sum(axis=summed)]

    assert_close(output, reference.forward(padded) + bias)
    expected = to_all(reference.backward(start), reference.gradients, start)
    for received, wanted in zip(gradients, expected, strict=True):
        assert_close(received, wanted)
    expected = to_all(reference.curve(second), reference.curvatures, second)
    for received, wanted in zip(curvatures, expected, strict=True):
        assert_close(received, wanted)
    assert layer.compute_output_shape(x.shape) == output.shape


@each_precision
@given(data=st.data(), seed=seeds)
@few
def test_subsampling_is_that_of_scratch(dtype, data, seed):
    rng = np.random.default_rng(seed)
    size = data.draw(st.integers(1, 3))
    n, channels = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    height, width = data.draw(st.integers(size, 9)), data.draw(st.integers(size, 9))
    coefficient, bias = (values(rng, dtype, channels) for _ in "cb")
    layer = TrainableSubsampling(size, dtype=dtype)
    layer.build((n, height, width, channels))
    layer.set_weights([coefficient, bias])
    reference = scratch.TrainableSubsampling(coefficient, bias, size)
    assert_equals_scratch(layer, reference, values(rng, dtype, n, height, width, channels), rng)


@each_precision
@given(seed=seeds, shape=st.lists(st.integers(1, 4), min_size=2, max_size=4))
@few
def test_scaled_tanh_is_that_of_scratch(dtype, seed, shape):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape).astype(dtype)
    assert_equals_scratch(ScaledTanh(dtype=dtype), scratch.ScaledTanh(), x, rng)


@each_precision
@given(seed=seeds, n=st.integers(1, 4), inputs=st.integers(1, 9), classes=st.integers(1, 5))
@few
def test_radial_basis_functions_are_those_of_scratch(dtype, seed, n, inputs, classes):
    rng = np.random.default_rng(seed)
    codes = rng.choice([-1, 1], (classes, inputs))
    # Beyond the codes in float32, so that no difference changes its sign.
    x = values(rng, dtype, n, inputs) + np.array(1 if dtype == "float32" else 0, dtype)
    assert_equals_scratch(EuclideanRBF(codes, dtype=dtype), scratch.RBF(codes), x, rng)


@each_precision
@given(seed=seeds, data=st.data(), times=st.integers(1, 3))
@few
def test_repeated_maps_are_a_matrix_product_with_ones(dtype, seed, data, times):
    rng = np.random.default_rng(seed)
    shape = [data.draw(st.integers(1, 3)) for _ in range(4)]
    x = values(rng, dtype, *shape)
    layer = RepeatMaps(times, dtype=dtype)
    output, gradients, curvatures, start, second = passes(layer, x, rng)
    ones = np.kron(np.eye(shape[-1], dtype=dtype), np.ones((1, times), dtype))
    assert_close(output, x @ ones)
    assert_close(gradients[0], start @ ones.T)
    assert_close(curvatures[0], second @ ones.T)
    assert layer.compute_output_shape(x.shape) == output.shape


def test_by_default_the_codes_and_the_table_are_those_of_the_paper():
    np.testing.assert_array_equal(EuclideanRBF().codes, DIGIT_CODES)
    np.testing.assert_array_equal(ConnectionTableConv2D().table, TABLE_I)


# Initial weights


@given(seed=seeds, shape=st.lists(st.integers(1, 4), min_size=2, max_size=4))
def test_initial_weights_lie_in_the_limits_of_the_paper(seed, shape):
    fan_in = int(np.prod(shape[:-1]))
    weights = np.asarray(FanInUniform(seed)(tuple(shape)))
    assert weights.dtype == np.float32
    assert weights.shape == tuple(shape)
    assert np.abs(weights).max() <= np.float32(2.4 / fan_in)
    np.testing.assert_array_equal(weights, FanInUniform(seed)(tuple(shape)))


def test_initial_weights_fill_their_range_and_differ_by_seed():
    weights = np.asarray(FanInUniform(0)((30, 400), dtype="float64")) * 30 / 2.4
    assert weights.dtype == np.float64
    assert -1 <= weights.min() < -0.999
    assert 0.999 < weights.max() <= 1
    assert abs(weights.mean()) < 0.02
    assert weights.var() == pytest.approx(1 / 3, abs=0.01)  # of a uniform distribution
    assert (weights != np.asarray(FanInUniform(1)((30, 400), dtype="float64")) * 30 / 2.4).all()
    unseeded = (np.asarray(FanInUniform()((30, 400))) for _ in range(2))
    assert (next(unseeded) != next(unseeded)).all()


def test_a_kernel_starts_in_the_limits_of_the_map_that_it_belongs_to():
    layer = ConnectionTableConv2D(seed=0)
    layer.build((None, 14, 14, 6))
    kernel, bias = layer.get_weights()
    assert kernel.shape == (5, 5, 60)
    maps = np.nonzero(TABLE_I)[1]
    for m, reads in enumerate(TABLE_I.sum(axis=0)):
        largest = np.abs(kernel[:, :, maps == m]).max() * 25 * reads / 2.4
        assert 0.9 < largest <= 1
    assert not bias.any()

    subsampling = TrainableSubsampling(2, seed=0)
    subsampling.build((None, 4, 4, 500))
    coefficient, bias = subsampling.get_weights()
    assert 0.99 < np.abs(coefficient).max() * 4 / 2.4 <= 1
    assert not bias.any()


# What a layer counts


def test_connections_are_counted_unit_by_unit():
    rng = np.random.default_rng(0)
    table = [[1, 0, 1], [1, 1, 0]]
    for strides, padding, shared in itertools.product((1, 2), (0, 1), (True, False)):
        layer = ConnectionTableConv2D(
            table, 3, strides=strides, padding=padding, shared_bias=shared
        )
        x = keras.layers.Input((7, 6, 2))
        _, rows, columns, _ = layer(x).shape
        assert layer.connections() == rows * columns * (4 * 9 + 3)
        biases = 3 if shared else rows * columns * 3
        assert layer.count_params() == 4 * 9 + biases
    subsampling = TrainableSubsampling(3)
    subsampling(keras.layers.Input((7, 6, 2)))
    assert subsampling.connections() == 2 * 2 * 2 * (9 + 1)
    assert EuclideanRBF(rng.choice([-1, 1], (4, 6))).connections() == 24


def test_every_map_reads_every_channel():
    np.testing.assert_array_equal(every(2, 3), [[1, 1, 1], [1, 1, 1]])


# Keras's manners

LAYERS = {
    "maps": (ConnectionTableConv2D([[1, 0], [1, 1]], 3, seed=1, name="maps"), (6, 6, 2)),
    "maps of 1989": (
        ConnectionTableConv2D(
            every(2, 3), 3, strides=2, padding=1, background=-1.0, shared_bias=False, seed=2
        ),
        (6, 6, 2),
    ),
    "subsampling": (TrainableSubsampling(3, seed=3), (6, 7, 2)),
    "tanh": (ScaledTanh(), (5,)),
    "rbf": (EuclideanRBF([[1, -1, 1], [1, 1, 1]]), (3,)),
    "repeat": (RepeatMaps(3), (4, 4, 2)),
}

each_layer = pytest.mark.parametrize(("layer", "shape"), LAYERS.values(), ids=LAYERS)


@each_layer
def test_a_layer_is_the_same_after_its_configuration_went_through_json(layer, shape):
    x = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == layer.get_config()
    # The seeds are in the configuration, so the initial weights are the same too.
    np.testing.assert_array_equal(again(x), layer(x))


@each_layer
def test_a_layer_works_in_both_apis_and_compiled_and_after_saving(layer, shape, tmp_path):
    sequential = keras.Sequential([keras.layers.Input(shape), layer])
    x = np.random.default_rng(0).normal(size=(3, *shape)).astype(np.float32)
    expected = layer(x).numpy()
    assert sequential.output_shape == (None, *expected.shape[1:])

    inputs = keras.layers.Input(shape)
    functional = keras.Model(inputs, keras.layers.Add()([layer(inputs), layer(inputs)]))
    np.testing.assert_allclose(functional(x), 2 * expected, rtol=1e-6, atol=1e-6)

    compiled = tf.function(sequential, jit_compile=True)
    np.testing.assert_allclose(compiled(x), expected, rtol=1e-5, atol=1e-5)

    path = tmp_path / "model.keras"
    sequential.save(path)
    again = keras.saving.load_model(path)
    np.testing.assert_array_equal(again(x), expected)


@pytest.mark.parametrize("loss", [MAP(), EuclideanMSE()], ids=["MAP", "EuclideanMSE"])
def test_a_network_of_these_layers_trains_under_jit_compile(loss, small_network):
    model = small_network(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 8, 8, 1)).astype(np.float32)
    y = rng.integers(3, size=6)
    optimizer = SDLM(1e-3)
    optimizer.estimate(model, loss, x, y)
    model.compile(optimizer=optimizer, loss=loss, jit_compile=True)
    with tf.GradientTape() as tape:
        value = loss(y, model(x))
    gradients = tape.gradient(value, model.trainable_variables)
    expected = [
        w - eta * g
        for w, eta, g in zip(model.get_weights(), optimizer.step_sizes(), gradients, strict=True)
    ]
    history = model.fit(x, y, batch_size=6, verbose=0)
    assert history.history["loss"] == [pytest.approx(float(value), rel=1e-5)]
    for received, wanted in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(received, wanted, rtol=1e-4, atol=1e-6)


# What is refused


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ConnectionTableConv2D([0, 1]),
            r"table has shape \(2,\) and holds \[0, 1\], expected \(channels, maps\) and 0 and 1 ",
        ),
        (
            lambda: ConnectionTableConv2D([[0, 2], [1, 1]]),
            r"table has shape \(2, 2\) and holds \[0, 1, 2\], expected",
        ),
        (
            lambda: ConnectionTableConv2D([[0, 1, 0], [0, 1, 0]]),
            r"The maps \[0, 2\] of the table read no channel, expected one or more",
        ),
        (
            lambda: ConnectionTableConv2D(every(1, 1), 0),
            "kernel_size is 0, strides 1 and padding 0, expected 1, 1 and 0 or more",
        ),
        (
            lambda: ConnectionTableConv2D(strides=0),
            "kernel_size is 5, strides 0 and padding 0, exp",
        ),
        (lambda: ConnectionTableConv2D(padding=-1), "strides 1 and padding -1, expected"),
        (lambda: TrainableSubsampling(0), "size is 0, expected 1 or more"),
        (lambda: RepeatMaps(0), "times is 0, expected 1 or more"),
        (
            lambda: EuclideanRBF([1, -1]),
            r"codes has shape \(2,\), expected \(classes, inputs\)",
        ),
    ],
)
def test_an_argument_that_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            ConnectionTableConv2D(name="C3"),
            (2, 14, 14, 5),
            r"C3 received the shape \(2, 14, 14, 5\), expected \(n, height, width, 6\)",
        ),
        (
            ConnectionTableConv2D(name="C3"),
            (2, 14, 6),
            r"C3 received the shape \(2, 14, 6\), expected \(n, height, width, 6\)",
        ),
        (
            ConnectionTableConv2D(name="C3"),
            (None, None, 14, 6),
            r"C3 received the shape \(None, None, 14, 6\), expected \(n, height",
        ),
        (ConnectionTableConv2D(), (1, 4, 14, 6), "A window of 5 pixels does not fit a side of 4"),
        (
            TrainableSubsampling(name="S2"),
            (2, 14, 6),
            r"S2 received the shape \(2, 14, 6\), expected \(n, height, width, channels\)",
        ),
        (TrainableSubsampling(3), (1, 2, 9, 1), "A window of 3 pixels does not fit a side of 2"),
        (
            EuclideanRBF(name="output"),
            (2, 83),
            r"output received the shape \(2, 83\), expected \(n, 84\)",
        ),
        (EuclideanRBF(name="output"), (2, 1), r"output received the shape \(2, 1\), expected"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        layer.compute_output_shape(shape)
    with pytest.raises(ValueError, match=message):
        layer.build(shape)
    if None not in shape:
        with pytest.raises(ValueError, match=message):
            layer(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    ("layer", "first", "then"),
    [
        (ConnectionTableConv2D(every(2, 1), 1), (1, 3, 3, 2), (1, 3, 3, 1)),
        (TrainableSubsampling(), (1, 4, 4, 2), (1, 4, 4, 1)),
        (EuclideanRBF([[1, -1]]), (1, 2), (1, 1)),
    ],
)
def test_a_built_layer_refuses_what_would_be_stretched_to_fit(layer, first, then):
    layer(np.zeros(first, np.float32))
    with pytest.raises(ValueError, match=r"expected axis -1 of input shape to have value 2"):
        layer(np.zeros(then, np.float32))
