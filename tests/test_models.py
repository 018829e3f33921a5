"""The networks have the shapes and the parameters that the book derives."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from lenet_course import models, scratch
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.layers import ScaledTanh
from lenet_course.losses import MAP, EuclideanMSE
from lenet_course.models import (
    connections,
    lenet1,
    lenet4,
    lenet5_1998,
    lenet5_tutorial,
    lenet_1989,
    rounded_weights,
    set_rounded_weights,
    trained,
    trained_in_numpy,
)
from lenet_course.optimizers import curvatures
from lenet_course.scratch import DIGIT_CODES, TABLE_I, original_network


def test_lenet5_tutorial_has_the_layers_of_chapter_08():
    model = lenet5_tutorial()
    layers = {layer.name: layer for layer in model.layers}
    assert {name: layer.count_params() for name, layer in layers.items()} == {
        "C1": 156,
        "S2": 0,
        "C3": 2416,
        "S4": 0,
        "flatten": 0,
        "C5": 30840,
        "F6": 10164,
        "output": 850,
    }
    assert model.count_params() == 44_426
    sides = [layers[name].output.shape[1] for name in ("C1", "S2", "C3", "S4")]
    assert sides == [24, 12, 8, 4]


def test_lenet5_tutorial_answers_with_probabilities():
    images = np.random.default_rng(0).random((3, 28, 28, 1), dtype="float32")
    answers = lenet5_tutorial().predict(images, verbose=0)
    assert answers.shape == (3, 10)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


# The networks of the papers

# Name: shape, parameters, connections. LeCun et al. 1989, pp. 544-546; 1998, pp. 7-9 and 12-13.
LAYERS = {
    lenet5_1998: {
        "C1": ((28, 28, 6), 156, 122_304),
        "S2": ((14, 14, 6), 12, 5_880),
        "C3": ((10, 10, 16), 1_516, 151_600),
        "S4": ((5, 5, 16), 32, 2_000),
        "C5": ((1, 1, 120), 48_120, 48_120),
        "F6": ((84,), 10_164, 10_164),
        "output": ((10,), 0, 840),
    },
    lenet_1989: {
        "H1": ((8, 8, 12), 1_068, 19_968),
        "H2": ((4, 4, 12), 2_592, 38_592),
        "H3": ((30,), 5_790, 5_790),
        "output": ((10,), 310, 310),
    },
    lenet1: {
        "H1": ((24, 24, 4), 104, 59_904),
        "H2": ((12, 12, 4), 8, 2_880),
        "H3": ((8, 8, 12), 512, 32_768),
        "H4": ((4, 4, 12), 24, 960),
        "output": ((10,), 1_930, 1_930),
    },
    lenet4: {
        "C1": ((28, 28, 4), 104, 81_536),
        "S2": ((14, 14, 8), 16, 7_840),
        "C3": ((10, 10, 16), 1_516, 151_600),
        "S4": ((5, 5, 16), 32, 2_000),
        "C5": ((1, 1, 120), 14_120, 14_120),
        "output": ((10,), 1_210, 1_210),
    },
}
# Input, parameters, connections.
TOTALS = {
    lenet5_1998: ((32, 32, 1), 60_000, 340_908),
    lenet_1989: ((16, 16, 1), 9_760, 64_660),
    lenet1: ((28, 28, 1), 2_578, 98_442),
    lenet4: ((32, 32, 1), 16_998, 258_306),
}

each_network = pytest.mark.parametrize("build", LAYERS, ids=lambda build: build.__name__)


@each_network
def test_a_network_has_the_layers_that_its_paper_counts(build):
    model = build()
    found = connections(model)
    received = {
        name: (model.get_layer(name).output.shape[1:], model.get_layer(name).count_params(), count)
        for name, count in found.items()
    }
    assert received == LAYERS[build]
    shape, parameters, total = TOTALS[build]
    assert model.input_shape == (None, *shape)
    assert model.count_params() == parameters
    assert sum(weight.shape.num_elements() for weight in model.trainable_weights) == parameters
    assert sum(found.values()) == total
    assert model.name == build.__name__
    # A squashing function follows each layer but the output of radial basis functions.
    squashed = [layer.name for layer in model.layers if isinstance(layer, ScaledTanh)]
    expected = [f"{name}_squashed" for name in LAYERS[build]]
    assert squashed == (expected[:-1] if build is lenet5_1998 else expected)


def test_the_network_of_1989_has_the_units_of_the_paper():
    model = lenet_1989()
    units = [np.prod(shape) for shape, _, _ in LAYERS[lenet_1989].values()]
    assert sum(units) + np.prod(model.input_shape[1:]) == 1_256


def test_the_assumed_wiring_is_as_described():
    h2 = lenet_1989().get_layer("H2").table
    assert (h2.sum(axis=0) == 8).all()
    assert (h2.sum(axis=1) == 8).all()
    for group in range(3):
        assert not h2[4 * group : 4 * group + 4, 4 * group : 4 * group + 4].any()

    h3 = lenet1().get_layer("H3").table
    assert h3.shape == (4, 12)
    assert h3.sum() == 20
    assert sorted(h3.sum(axis=0)) == 4 * [1] + 8 * [2]
    assert not h3[:2, 6:].any()
    assert not h3[2:, :6].any()

    c3, c5 = (lenet4().get_layer(name).table for name in ("C3", "C5"))
    assert c3.shape == (8, 16)
    assert c3.sum() == TABLE_I.sum() == 60
    assert len({tuple(column) for column in c3.T}) == 16  # no two maps read the same
    assert c3.any(axis=1).all()
    assert c5.shape == (16, 120)
    assert sorted(c5.sum(axis=0)) == 40 * [4] + 80 * [5]
    np.testing.assert_array_equal(np.flatnonzero(c5[:, 14]), [0, 1, 14, 15])  # in a circle


def test_the_subsampling_maps_of_lenet4_come_in_pairs():
    model = lenet4(0)
    s2 = model.get_layer("S2")
    s2.set_weights([np.arange(1.0, 9), np.zeros(8)])
    x = np.random.default_rng(0).normal(size=(2, 32, 32, 1))
    of_c1 = keras.Model(model.inputs[0], model.get_layer("C1_squashed").output)(x).numpy()
    sums = of_c1.reshape(2, 14, 2, 14, 2, 4).sum(axis=(2, 4))
    expected = np.repeat(sums, 2, axis=-1) * np.arange(1.0, 9)
    of_s2 = keras.Model(model.inputs[0], s2.output)(x)
    np.testing.assert_allclose(of_s2, expected, rtol=1e-4, atol=1e-5)


@each_network
def test_the_same_seed_gives_the_same_weights(build):
    weights, again, others = (build(seed).get_weights() for seed in (3, 3, 4))
    for weight, same, other in zip(weights, again, others, strict=True):
        np.testing.assert_array_equal(weight, same)
        assert (weight != other).any() or not weight.any()  # biases start at 0
    assert (build().get_weights()[0] != build().get_weights()[0]).any()
    # No two layers start alike.
    layers = [layer for layer in build(3).layers if layer.weights]
    seeds = [getattr(layer, "kernel_initializer", layer).seed for layer in layers]
    assert len(set(seeds)) == len(layers)


@each_network
def test_a_network_is_the_same_after_saving(build, tmp_path):
    model = build(0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(3, *model.input_shape[1:])).astype(np.float32)
    np.testing.assert_array_equal(again(x), model(x))
    assert connections(again) == connections(model)


@each_network
def test_a_network_learns_in_keras(build):
    model, rng = build(0), np.random.default_rng(0)
    x = rng.normal(size=(30, *model.input_shape[1:])).astype(np.float32)
    y = rng.integers(10, size=30)
    # Squared errors of targets of +-1, or the penalty of the right class.
    targets = y if build is lenet5_1998 else 2 * np.eye(10)[y] - 1
    loss = EuclideanMSE() if build is lenet5_1998 else "mse"
    model.compile(optimizer=keras.optimizers.SGD(1e-3), loss=loss)
    before = model.evaluate(x, targets, verbose=0)
    model.fit(x, targets, batch_size=1, epochs=1, verbose=0)
    assert model.evaluate(x, targets, verbose=0) < before


def test_connections_of_another_layer_with_weights_cannot_be_counted():
    with pytest.raises(ValueError, match="C1 is of the kind Conv2D, expected a layer of lenet_co"):
        connections(lenet5_tutorial())


# LeNet-5 and `scratch`


def network_of(model, dtype):
    """Return the network of `scratch` with the weights of a `lenet5_1998`."""
    network = original_network(np.random.default_rng(0), DIGIT_CODES, dtype)
    weights = iter(model.get_weights())
    for layer in network.layers:
        for array in layer.parameters.values():
            if array.shape == (5, 5, 6, 16):
                array[:, :, TABLE_I == 1] = next(weights)
            else:
                array[...] = next(weights).reshape(array.shape)
    return network


def in_keras_shape(arrays):
    """Return the kernels of C3 without those that do not exist, and all else as it is."""
    return [a[:, :, TABLE_I == 1] if a.shape == (5, 5, 6, 16) else a for a in arrays]


def assert_equal(received, expected, tolerance):
    """Compare arrays; the tolerance is a fraction of each array's largest number."""
    for ours, theirs in zip(received, expected, strict=True):
        ours = np.asarray(ours)
        assert ours.size == theirs.size
        assert np.abs(ours.ravel() - theirs.ravel()).max() <= tolerance * np.abs(theirs).max()


def shaken(dtype):
    """Return a LeNet-5 none of whose biases are 0, digits and labels."""
    rng = np.random.default_rng(0)
    model = lenet5_1998(0)
    model.set_weights([w + rng.normal(0, 0.02, w.shape) for w in model.get_weights()])
    (images, labels), _ = load_mnist()
    return model, as_1998(images[:20]).astype(dtype), labels[:20]


@pytest.mark.parametrize("kind", ["EuclideanMSE", "MAP"])
def test_lenet5_has_the_numbers_of_scratch(kind, policy):
    tolerance = 1e-10 if policy == "float64" else 1e-4  # sums over 2 000 windows of both signs
    model, x, y = shaken(policy)
    network, reference = network_of(model, policy), getattr(scratch, kind)()
    loss = {"MAP": MAP, "EuclideanMSE": EuclideanMSE}[kind](dtype=policy)
    image = tf.Variable(x)
    with tf.GradientTape() as tape:
        penalties = model(image)
        value = loss(y, penalties)
    outputs = network.forward(x)
    assert_equal([penalties], [outputs], tolerance)
    assert float(value) == pytest.approx(reference.value(outputs, y), rel=tolerance)

    to_x = network.backward(reference.gradient(outputs, y))
    gradients = [g for layer in network.layers for g in layer.gradients.values()]
    received = tape.gradient(value, [image, *model.trainable_variables])
    assert_equal(received, in_keras_shape([to_x, *gradients]), tolerance)

    network.curve(reference.curvature(outputs, y))
    second = [h for layer in network.layers for h in layer.curvatures.values()]
    assert_equal(curvatures(model, loss, x, y), in_keras_shape(second), tolerance)


ON_JAX = """
import sys
import jax
import keras
import numpy as np
from lenet_course.layers import EuclideanRBF
from lenet_course.losses import MAP, EuclideanMSE
from lenet_course.models import lenet5_1998
from lenet_course.optimizers import SDLM, curvatures

assert keras.backend.backend() == "jax"
assert "tensorflow" not in sys.modules
with np.load(sys.argv[1]) as file:
    x, y, *weights = file.values()
model = lenet5_1998(0)
initial = model.get_weights()
model.set_weights(weights)
penalties, second = jax.jit(lambda x: (model(x), curvatures(model, MAP(), x, y)))(x)
np.savez(sys.argv[2], penalties, *initial, *second)

# A step of training, on a network that takes no time to compile.
dense = keras.layers.Dense(2, kernel_initializer="zeros")
small = keras.Sequential([keras.layers.Input((2,)), dense, EuclideanRBF([[1, 1], [1, -1]])])
optimizer = SDLM(0.1, mu=0.02)
optimizer.estimate(small, EuclideanMSE(), np.array([[1, 2]]), [1])
small.compile(optimizer=optimizer, loss=EuclideanMSE(), jit_compile=True)
small.fit(np.array([[1, 2]]), np.array([1]), verbose=0)
slope, steep = -2 * np.array([[1, -1], [2, -2]]), 2 * np.array([[1, 1], [4, 4]])
np.testing.assert_allclose(small.get_weights()[0], -0.1 / (0.02 + steep) * slope, rtol=1e-5)
"""


def test_lenet5_has_the_same_numbers_on_jax(tmp_path):
    model, x, y = shaken("float32")
    np.savez(tmp_path / "in.npz", x, y, *model.get_weights())
    subprocess.run(
        [sys.executable, "-c", ON_JAX, tmp_path / "in.npz", tmp_path / "out.npz"],
        env=os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        check=True,
    )
    with np.load(tmp_path / "out.npz") as file:
        penalties, *arrays = file.values()
    initial, second = arrays[:12], arrays[12:]
    for received, expected in zip(initial, lenet5_1998(0).get_weights(), strict=True):
        np.testing.assert_array_equal(received, expected)
    assert_equal([penalties], [network_of(model, np.float32).forward(x)], 1e-5)
    here = [np.asarray(h) for h in curvatures(model, MAP(), x, y)]
    assert_equal(second, here, 1e-5)


# Weights in 16 bits


def test_rounded_weights_can_be_given_to_another_network():
    model, other = lenet5_1998(0), lenet5_1998(1)
    weights = rounded_weights(model)
    assert weights.dtype == np.float16
    assert weights.shape == (60_000,)
    set_rounded_weights(other, weights)
    for received, exact in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(received, exact.astype(np.float16))
        np.testing.assert_allclose(received, exact, rtol=2**-11, atol=2**-25)
    np.testing.assert_array_equal(rounded_weights(other), weights)


@pytest.mark.parametrize("shape", [(59_999,), (60_001,), (60_000, 1)])
def test_another_number_of_weights_is_refused(shape):
    with pytest.raises(ValueError, match=r"weights has shape .*, expected \(60000,\)\."):
        set_rounded_weights(lenet5_1998(), np.zeros(shape, np.float16))


def test_trained_networks_come_from_a_file_of_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "WEIGHTS", tmp_path)
    model = lenet5_1998(0)
    content = rounded_weights(model).astype("<f2").tobytes()
    assert len(content) == 120_000
    (tmp_path / "lenet5_1998.f16").write_bytes(content)
    (tmp_path / "damaged.f16").write_bytes(content[:-1])
    np.testing.assert_array_equal(rounded_weights(trained("lenet5_1998")), rounded_weights(model))
    with pytest.raises(ValueError, match=r"damaged\.f16 is damaged: it has 119999 bytes, exp"):
        trained("damaged")
    message = "no weights named 'lenet5', expected one of: damaged, lenet5_1998."
    with pytest.raises(FileNotFoundError, match=message):
        trained("lenet5")


@pytest.mark.parametrize("name", ["lenet5_1998", "lenet5_1998_distorted"])
def test_trained_networks_in_numpy_are_those_in_keras(name):
    _, (digits, _) = load_mnist()
    x = as_1998(digits[:20])
    expected = trained(name).predict(x, verbose=0)
    np.testing.assert_allclose(trained_in_numpy(name).forward(x), expected, rtol=1e-4, atol=1e-3)


def test_what_numpy_cannot_build_is_refused(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="name is 'lenet4', expected lenet5_1998, lenet5_1998_d"):
        trained_in_numpy("lenet4")
    monkeypatch.setattr(models, "WEIGHTS", tmp_path)
    (tmp_path / "lenet5_tutorial.f16").write_bytes(b"1234")
    with pytest.raises(ValueError, match=r"is damaged: it has 4 bytes, expected 88852\."):
        trained_in_numpy("lenet5_tutorial")
