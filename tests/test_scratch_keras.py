"""LeNet in NumPy and the same operations in Keras: equal numbers, forward and backward."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops

from lenet_course.models import lenet5_tutorial
from lenet_course.scratch import (
    MAP,
    RBF,
    AveragePooling,
    Convolution,
    Dense,
    EuclideanMSE,
    Flatten,
    MaxPooling,
    MeanSquaredError,
    ReLU,
    ScaledTanh,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    TrainableSubsampling,
    from_keras,
    original_network,
)

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
    theirs = np.asarray(theirs)
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    error = np.abs(ours - theirs).max()
    assert error <= TOLERANCE[ours.dtype.name] * np.abs(theirs).max()


def assert_layer_equals(layer, x, reference, rng):
    """Compare a layer with a function of x and parameters, written with Keras."""
    arrays = {"x": x, **layer.parameters}
    variables = {name: tf.Variable(array) for name, array in arrays.items()}
    with tf.GradientTape() as tape:
        theirs = reference(variables["x"], variables)
    gradient = values(rng, x.dtype.name, *theirs.shape)
    expected = tape.gradient(theirs, variables, output_gradients=tf.constant(gradient))
    assert_close(layer.forward(x), theirs)
    received = {"x": layer.backward(gradient), **layer.gradients}
    assert received.keys() == expected.keys()
    for name in received:
        assert_close(received[name], expected[name])


@each_precision
@given(data=st.data(), seed=seeds)
@few
def test_convolution(dtype, data, seed):
    rng = np.random.default_rng(seed)
    n, channels, maps = (data.draw(st.integers(1, 3)) for _ in range(3))
    height, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    padding, stride = data.draw(st.integers(0, 2)), data.draw(st.integers(1, 3))
    k = data.draw(st.integers(1, min(5, height + 2 * padding, width + 2 * padding)))
    table = data.draw(st.sampled_from([None, rng.integers(0, 2, (channels, maps))]))
    mask = np.ones((channels, maps), dtype) if table is None else table.astype(dtype)

    def reference(x, p):
        x = ops.pad(x, [(0, 0), (padding, padding), (padding, padding), (0, 0)])
        return ops.conv(x, p["weights"] * mask, stride, "valid") + p["bias"]

    layer = Convolution(
        values(rng, dtype, k, k, channels, maps),
        values(rng, dtype, maps),
        stride=stride,
        padding=padding,
        table=table,
    )
    assert_layer_equals(layer, values(rng, dtype, n, height, width, channels), reference, rng)


@each_precision
@pytest.mark.parametrize("kind", [AveragePooling, MaxPooling, TrainableSubsampling])
@given(data=st.data(), seed=seeds)
@few
def test_subsampling(kind, dtype, data, seed):
    rng = np.random.default_rng(seed)
    size = data.draw(st.integers(1, 3))
    n, channels = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    height, width = data.draw(st.integers(size, 9)), data.draw(st.integers(size, 9))
    x = values(rng, dtype, n, height, width, channels)

    def reference(x, p):
        pool = ops.max_pool if kind is MaxPooling else ops.average_pool
        y = pool(x, size, size, "valid")
        return y * size**2 * p["coefficient"] + p["bias"] if kind is TrainableSubsampling else y

    if kind is MaxPooling:
        x = np.round(x)  # many equals: the gradient must go to the same one
    parameters = (
        (values(rng, dtype, channels) for _ in "cb") if kind is TrainableSubsampling else ()
    )
    assert_layer_equals(kind(*parameters, size), x, reference, rng)


@each_precision
@pytest.mark.parametrize(
    ("layer", "reference"),
    [
        (ScaledTanh(), lambda x, p: 1.7159 * ops.tanh(2 / 3 * x)),
        (ScaledTanh(2, 0.5), lambda x, p: 2 * ops.tanh(0.5 * x)),
        (Tanh(), lambda x, p: ops.tanh(x)),
        (Sigmoid(), lambda x, p: ops.sigmoid(x)),
        (ReLU(), lambda x, p: ops.relu(x)),
        (Flatten(), lambda x, p: ops.reshape(x, (x.shape[0], -1))),
    ],
)
@given(seed=seeds, shape=st.lists(st.integers(1, 4), min_size=2, max_size=4))
@few
def test_elementwise(layer, reference, dtype, seed, shape):
    rng = np.random.default_rng(seed)
    x = values(rng, "float64", *shape).astype(dtype)
    x.flat[0] = 0  # where ReLU has no derivative
    assert_layer_equals(layer, x, reference, rng)


@each_precision
@given(seed=seeds, n=st.integers(1, 4), inputs=st.integers(1, 9), units=st.integers(1, 5))
@few
def test_dense(dtype, seed, n, inputs, units):
    rng = np.random.default_rng(seed)
    layer = Dense(values(rng, dtype, inputs, units), values(rng, dtype, units))
    x = values(rng, dtype, n, inputs)
    assert_layer_equals(layer, x, lambda x, p: ops.matmul(x, p["weights"]) + p["bias"], rng)


@each_precision
@given(seed=seeds, n=st.integers(1, 4), inputs=st.integers(1, 9), classes=st.integers(1, 5))
@few
def test_rbf(dtype, seed, n, inputs, classes):
    rng = np.random.default_rng(seed)
    codes = rng.choice([-1, 1], (classes, inputs))
    # Beyond the codes in float32, so that no difference changes its sign.
    x = values(rng, dtype, n, inputs) + (1 if dtype == "float32" else 0)

    def reference(x, p):
        return ops.sum((x[:, None] - codes.astype(dtype)) ** 2, axis=2)

    assert_layer_equals(RBF(codes), x, reference, rng)


def euclidean_mse(labels, y):
    return ops.mean(ops.take_along_axis(y, labels[:, None], axis=1))


def map_criterion(labels, y):
    rubbish = ops.full((y.shape[0], 1), -0.1, y.dtype)
    competition = ops.logsumexp(ops.concatenate([-y, rubbish], axis=1), axis=1)
    return euclidean_mse(labels, y) + ops.mean(competition)


LOSSES = {
    "SoftmaxCrossEntropy": (
        SoftmaxCrossEntropy(),
        lambda labels, y: ops.mean(
            keras.losses.sparse_categorical_crossentropy(labels, y, from_logits=True)
        ),
    ),
    "MeanSquaredError": (
        MeanSquaredError(),
        lambda targets, y: ops.mean(keras.losses.mean_squared_error(targets, y)),
    ),
    "EuclideanMSE": (EuclideanMSE(), euclidean_mse),
    "MAP": (MAP(), map_criterion),
}


@each_precision
@pytest.mark.parametrize("name", LOSSES)
@given(seed=seeds, n=st.integers(1, 4), classes=st.integers(2, 6))
@few
def test_losses(name, dtype, seed, n, classes):
    rng = np.random.default_rng(seed)
    ours, theirs = LOSSES[name]
    outputs = values(rng, dtype, n, classes)
    labels = rng.integers(classes, size=n)
    if name == "MeanSquaredError":
        labels = -values(rng, dtype, n, classes)
    y = tf.constant(outputs)
    with tf.GradientTape() as tape:
        tape.watch(y)
        expected = theirs(labels, y)
    assert_close(np.asarray(ours.value(outputs, labels)), expected)
    assert_close(ours.gradient(outputs, labels), tf.convert_to_tensor(tape.gradient(expected, y)))


# Whole networks


def assert_network_equals(model, loss, their_loss, x, labels):
    """Compare the network made from a Keras model with the model: outputs and all gradients."""
    network = from_keras(model)
    variable = tf.Variable(x)
    with tf.GradientTape() as tape:
        expected = their_loss(labels, model(variable))
    to_x, *to_weights = tape.gradient(expected, [variable, *model.trainable_variables])
    outputs = network.forward(x)
    assert_close(np.asarray(loss.value(outputs, labels)), expected)
    assert_close(network.backward(loss.gradient(outputs, labels)), to_x)
    ours = [gradient for layer in network.layers for gradient in layer.gradients.values()]
    for received, wanted in zip(ours, to_weights, strict=True):
        assert_close(received, wanted)
    return network


def test_the_tutorial_network(policy):
    rng = np.random.default_rng(0)
    model = lenet5_tutorial()
    model.set_weights(
        [w + rng.normal(0, 0.05, w.shape).astype(policy) for w in model.get_weights()]
    )
    x, labels = rng.random((16, 28, 28, 1)).astype(policy), rng.integers(10, size=16)

    def of_probabilities(labels, p):
        return ops.mean(keras.losses.sparse_categorical_crossentropy(labels, p))

    network = assert_network_equals(model, SoftmaxCrossEntropy(), of_probabilities, x, labels)
    np.testing.assert_array_equal(network.predict(x), model(x).numpy().argmax(axis=1))
    assert network.count_parameters() == model.count_params()
    # The weights are copies.
    network.layers[0].parameters["weights"] += 1
    assert (network.layers[0].parameters["weights"] != model.layers[0].get_weights()[0]).all()


def test_a_network_of_other_layers(policy):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            layers.Input((9, 9, 2)),
            layers.Conv2D(3, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(2, 2, strides=2, activation="sigmoid"),
            layers.Flatten(),
            layers.Dense(4),
        ]
    )
    x = np.random.default_rng(0).normal(size=(3, 9, 9, 2)).astype(policy)
    targets = np.ones((3, 4), policy)
    assert_network_equals(model, *LOSSES["MeanSquaredError"], x, targets)


def test_the_original_network(policy):
    rng = np.random.default_rng(0)
    network = original_network(rng, rng.choice([-1, 1], (10, 84)), policy)
    for parameters in network.parameters:
        for array in parameters.values():
            array += rng.normal(0, 0.05, array.shape)
    x, labels = rng.normal(size=(4, 32, 32, 1)).astype(policy), rng.integers(10, size=4)
    variables = [{k: tf.Variable(v) for k, v in p.items()} for p in network.parameters]
    image = tf.Variable(x)

    def squash(a):
        return 1.7159 * ops.tanh(2 / 3 * a)

    def convolve(y, p, layer):
        return ops.conv(y, p["weights"] * layer.table.astype(policy), 1, "valid") + p["bias"]

    def subsample(y, p):
        return 4 * ops.average_pool(y, 2, 2, "valid") * p["coefficient"] + p["bias"]

    with tf.GradientTape() as tape:
        y = image
        for layer, p in zip(network.layers, variables, strict=True):
            match layer:
                case Convolution():
                    y = convolve(y, p, layer)
                case TrainableSubsampling():
                    y = subsample(y, p)
                case ScaledTanh():
                    y = squash(y)
                case Flatten():
                    y = ops.reshape(y, (4, -1))
                case Dense():
                    y = ops.matmul(y, p["weights"]) + p["bias"]
                case RBF():
                    y = ops.sum((y[:, None] - layer.codes.astype(policy)) ** 2, axis=2)
        loss = map_criterion(labels, y)
    expected = tape.gradient(loss, [image, *variables])
    outputs = network.forward(x)
    assert_close(outputs, y)
    assert_close(network.backward(MAP().gradient(outputs, labels)), expected[0])
    for layer, wanted in zip(network.layers, expected[1:], strict=True):
        for name, gradient in layer.gradients.items():
            assert_close(gradient, wanted[name])


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (layers.BatchNormalization(name="extra"), "extra is of the kind BatchNormalization"),
        (layers.Conv2D(1, 1, activation="gelu", name="C"), "C has the activation gelu"),
        (layers.Conv2D(1, 1, activation="softmax", name="C"), "C has the activation softmax"),
        (layers.Conv2D(1, 1, use_bias=False, name="C"), "C has no bias, expected use_bias=True"),
        (layers.Conv2D(1, 3, dilation_rate=2, name="C"), r"C has .*dilation_rate=\(2, 2\)"),
        (layers.Conv2D(1, 4, padding="same", name="C"), "C has .*padding=same.* odd kernel"),
        (layers.Conv2D(1, 3, strides=2, padding="same", name="C"), r"C has .*strides=\(2, 2\)"),
        (layers.Conv2D(2, 3, groups=2, name="C"), "C has .*groups=2"),
        (layers.Conv2D(2, 3, strides=(1, 2), name="C"), r"C has .*strides=\(1, 2\)"),
        (layers.MaxPooling2D(3, strides=2, name="S"), r"S has pool_size=\(3, 3\), strides=\(2, 2"),
        (layers.AveragePooling2D((2, 1), name="S"), r"S has pool_size=\(2, 1\)"),
        (layers.AveragePooling2D(2, padding="same", name="S"), "S has .*padding='same'"),
    ],
)
def test_a_keras_model_that_scratch_cannot_follow_is_refused(layer, message):
    model = keras.Sequential([layers.Input((9, 9, 2)), layer, layers.Flatten()])
    with pytest.raises(ValueError, match=message):
        from_keras(model)
