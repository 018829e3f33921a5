"""LeNet in NumPy: derivatives checked against values, counts against the paper."""

import doctest
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lenet_course.scratch import (
    MAP,
    RBF,
    TABLE_I,
    AveragePooling,
    Convolution,
    Dense,
    EuclideanMSE,
    Flatten,
    MaxPooling,
    MeanSquaredError,
    Network,
    ReLU,
    ScaledTanh,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    TrainableSubsampling,
    add_windows,
    check_gradient,
    complex_step,
    correlate_loops,
    fit,
    glorot_uniform,
    numerical_gradient,
    original_network,
    output_side,
    sgd,
    sliding_windows,
    softmax,
    tutorial_network,
    uniform_fan_in,
    windows,
)

few = settings(max_examples=25)
seeds = st.integers(0, 2**32 - 1)


def name_of(thing):
    return type(thing).__name__


def normal(rng, *shape):
    return rng.normal(size=shape)


def apart(rng, *shape):
    """Random numbers no two of which are near each other, and none near 0."""
    size = int(np.prod(shape))
    return (rng.permutation(size) - size // 2 + 0.5).reshape(shape) / 10


@st.composite
def convolutions(draw):
    """Draw a convolution and an input for it, with whatever sizes fit."""
    rng = np.random.default_rng(draw(seeds))
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    padding, stride = draw(st.integers(0, 2)), draw(st.integers(1, 3))
    k = draw(st.integers(1, min(height, width, 3) + 2 * padding))
    channels, maps = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    table = draw(st.sampled_from([None, rng.integers(0, 2, (channels, maps))]))
    layer = Convolution(
        normal(rng, k, k, channels, maps),
        normal(rng, maps),
        stride=stride,
        padding=padding,
        table=table,
    )
    return layer, normal(rng, draw(st.integers(1, 3)), height, width, channels)


@st.composite
def poolings(draw, kind):
    """Draw a subsampling layer and an input for it, of distinct values."""
    rng = np.random.default_rng(draw(seeds))
    size = draw(st.integers(1, 3))
    height, width, channels = (draw(st.integers(least, 7)) for least in (size, size, 1))
    parameters = (normal(rng, channels) for _ in "cb") if kind is TrainableSubsampling else ()
    return kind(*parameters, size), apart(rng, draw(st.integers(1, 2)), height, width, channels)


@st.composite
def vectors(draw, kind):
    """Draw a layer of units and an input for it."""
    rng = np.random.default_rng(draw(seeds))
    n, inputs, units = (draw(st.integers(1, 5)) for _ in range(3))
    if kind is RBF:
        return RBF(rng.choice([-1, 1], (units, inputs))), normal(rng, n, inputs)
    return Dense(normal(rng, inputs, units), normal(rng, units)), normal(rng, n, inputs)


@st.composite
def elementwise(draw, kind):
    """Draw a layer that keeps all elements, and an input of any shape for it."""
    rng = np.random.default_rng(draw(seeds))
    shape = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    return kind(), apart(rng, *shape)


SMOOTH = {
    "Convolution": convolutions(),
    "AveragePooling": poolings(AveragePooling),
    "TrainableSubsampling": poolings(TrainableSubsampling),
    "ScaledTanh": elementwise(ScaledTanh),
    "Tanh": elementwise(Tanh),
    "Sigmoid": elementwise(Sigmoid),
    "Flatten": elementwise(Flatten),
    "Dense": vectors(Dense),
    "RBF": vectors(RBF),
}
WITH_KINKS = {"MaxPooling": poolings(MaxPooling), "ReLU": elementwise(ReLU)}
LAYERS = SMOOTH | WITH_KINKS


# Windows


def test_the_examples_in_the_documentation_are_true():
    result = doctest.testmod(sliding_windows)
    assert (result.attempted, result.failed) == (1, 0)


@given(
    n=st.integers(1, 40), k=st.integers(1, 9), padding=st.integers(0, 4), stride=st.integers(1, 4)
)
def test_output_side_counts_the_windows_that_fit(n, k, padding, stride):
    fitting = len(range(0, n + 2 * padding - k + 1, stride))
    if fitting:
        assert output_side(n, k, padding, stride) == fitting
    else:
        with pytest.raises(ValueError, match=f"A window of {k} pixels does not fit a side of {n}"):
            output_side(n, k, padding, stride)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 0}, "k is 0, expected 1 or more"),
        ({"stride": 0}, "stride is 0, expected 1 or more"),
        ({"padding": -1}, "padding is -1, expected 0 or more"),
    ],
)
def test_output_side_refuses_what_cannot_be(arguments, message):
    with pytest.raises(ValueError, match=message):
        output_side(**{"n": 5, "k": 3, **arguments})


def test_windows_are_cut_out_of_the_images_without_a_copy():
    x = normal(np.random.default_rng(0), 2, 7, 6, 3)
    view = windows(x, 3, stride=2)
    assert view.shape == (2, 3, 2, 3, 3, 3)
    np.testing.assert_array_equal(view[1, 2, 1], x[1, 4:7, 2:5])
    assert np.shares_memory(view, x)


@given(seeds, st.integers(1, 3), st.integers(3, 7), st.integers(3, 7), st.integers(1, 3))
@few
def test_add_windows_is_the_transpose_of_windows(seed, size, height, width, stride):
    rng = np.random.default_rng(seed)
    x = normal(rng, 2, height, width, 2)
    view = windows(x, size, stride)
    patches = normal(rng, *view.shape)
    back = add_windows(patches, x.shape, stride)
    assert back.shape == x.shape
    assert (view * patches).sum() == pytest.approx((x * back).sum(), rel=1e-10, abs=1e-10)


@given(seeds, st.integers(1, 9), st.integers(1, 9), st.integers(1, 5))
@few
def test_the_loops_and_the_matrix_product_agree(seed, height, width, k):
    assume(k <= min(height, width))
    rng = np.random.default_rng(seed)
    image, kernel = normal(rng, height, width), normal(rng, k, k)
    layer = Convolution(kernel[:, :, None, None], np.zeros(1))
    fast = layer.forward(image[None, :, :, None])[0, :, :, 0]
    np.testing.assert_allclose(correlate_loops(image, kernel), fast, atol=1e-12)


def test_a_map_is_the_sum_of_the_loops_over_its_channels_plus_the_bias():
    rng = np.random.default_rng(0)
    x, weights, bias = normal(rng, 1, 6, 5, 2), normal(rng, 3, 3, 2, 1), normal(rng, 1)
    expected = bias + sum(correlate_loops(x[0, :, :, d], weights[:, :, d, 0]) for d in range(2))
    y = Convolution(weights, bias).forward(x)
    np.testing.assert_allclose(y[0, :, :, 0], expected, atol=1e-12)


def test_the_backward_pass_of_a_convolution_is_a_convolution_with_flipped_kernels():
    rng = np.random.default_rng(0)
    x, weights = normal(rng, 2, 7, 8, 3), normal(rng, 3, 3, 3, 4)
    layer = Convolution(weights, np.zeros(4))
    gradient = normal(rng, *layer.forward(x).shape)
    flipped = weights[::-1, ::-1].transpose(0, 1, 3, 2)
    expected = Convolution(flipped, np.zeros(3), padding=2).forward(gradient)
    np.testing.assert_allclose(layer.backward(gradient), expected, atol=1e-12)


# Gradients


@pytest.mark.parametrize("name", SMOOTH)
@given(data=st.data())
@few
def test_backward_agrees_with_complex_steps(name, data):
    layer, x = data.draw(SMOOTH[name])
    assert check_gradient(layer, x, complex_step) < 1e-10


@pytest.mark.parametrize("name", WITH_KINKS)
@given(data=st.data())
@few
def test_backward_agrees_with_central_differences(name, data):
    layer, x = data.draw(WITH_KINKS[name])
    assert check_gradient(layer, x) < 1e-6


def shrunken_networks(rng):
    """Return networks of the kinds of the course, small enough for thousands of calls."""
    table = np.array([[1, 0, 1], [1, 1, 0]])
    smooth = [
        Convolution(normal(rng, 3, 3, 1, 2), normal(rng, 2)),
        ScaledTanh(),
        TrainableSubsampling(normal(rng, 2), normal(rng, 2)),
        ScaledTanh(),
        Convolution(normal(rng, 2, 2, 2, 3), normal(rng, 3), table=table),
        Sigmoid(),
        AveragePooling(),
        Flatten(),
        Dense(normal(rng, 3, 4), normal(rng, 4)),
        Tanh(),
    ]
    codes = rng.choice([-1, 1], (3, 4))
    return Network([*smooth, Dense(normal(rng, 4, 3), normal(rng, 3))]), Network(
        [*smooth, RBF(codes)]
    )


def test_backward_of_a_whole_network_agrees_with_complex_steps():
    rng = np.random.default_rng(0)
    x = normal(rng, 2, 8, 8, 1)
    for network in shrunken_networks(rng):
        assert check_gradient(network, x, complex_step) < 1e-10
        assert check_gradient(network, x) < 1e-6


@pytest.mark.parametrize(
    "loss", [SoftmaxCrossEntropy(), MeanSquaredError(), EuclideanMSE(), MAP()], ids=name_of
)
@given(seed=seeds, n=st.integers(1, 4), classes=st.integers(1, 5))
@few
def test_derivatives_of_the_losses(loss, seed, n, classes):
    rng = np.random.default_rng(seed)
    y = 3 * normal(rng, n, classes)
    labels = rng.integers(classes, size=n)
    if isinstance(loss, MeanSquaredError):
        labels = normal(rng, n, classes)
    first = complex_step(lambda y: loss.value(y, labels), y)
    np.testing.assert_allclose(loss.gradient(y, labels), first, atol=1e-12)
    for index in np.ndindex(y.shape):
        second = complex_step(lambda y, i=index: loss.gradient(y, labels)[i] + 0 * y[i], y)
        assert loss.curvature(y, labels)[index] == pytest.approx(second[index], abs=1e-12)
    assert (loss.curvature(y, labels) >= 0).all()


def test_losses_of_answers_far_off_are_finite():
    far = np.array([[0.0, 1e4], [2e4, 1e4]])
    labels = np.array([1, 0])
    assert SoftmaxCrossEntropy().value(-far, labels) == pytest.approx(1e4)
    np.testing.assert_array_equal(softmax(far), [[0, 1], [1, 0]])
    # Nothing is near a code, so the rubbish class has all the probability.
    assert MAP(j=0.1).value(far + 1e4, labels) == pytest.approx(2.5e4 - 0.1)
    np.testing.assert_array_equal(MAP().gradient(far + 1e4, labels), [[0, 0.5], [0.5, 0]])


# Curvatures


def exact_curvature(layer, loss, labels, x, array):
    """Return the diagonal of the Hessian for an array that the layer computes with.

    By central differences of gradients, which are exact for a square.
    """
    name = next((name for name, p in layer.parameters.items() if p is array), None)
    exact = np.empty_like(array)
    for index in np.ndindex(array.shape):
        slopes = []
        for step in (1e-4, -1e-4):
            array[index] += step
            to_x = layer.backward(loss.gradient(layer.forward(x), labels))
            slopes.append((to_x if name is None else layer.gradients[name])[index])
            array[index] -= step
        exact[index] = (slopes[0] - slopes[1]) / 2e-4
    return exact


@pytest.mark.parametrize("name", LAYERS)
@given(data=st.data())
@few
def test_the_curvature_of_one_layer_under_a_squared_loss_is_exact(name, data):
    layer, x = data.draw(LAYERS[name])
    outputs = layer.forward(x)
    # Only where the errors are 0 is Gauss-Newton exact for a layer that is not linear.
    targets = outputs.copy()
    if name in ("Convolution", "Dense", "TrainableSubsampling", "MaxPooling"):
        targets += normal(np.random.default_rng(0), *outputs.shape)
    loss = MeanSquaredError()
    layer.backward(loss.gradient(outputs, targets))
    to_x = layer.curve(loss.curvature(outputs, targets))
    arrays = [(x, to_x)]
    arrays += [(layer.parameters[name], layer.curvatures[name]) for name in layer.parameters]
    masked = layer.table if name == "Convolution" else True
    for array, curvature in arrays:
        assert curvature.shape == array.shape
        exact = exact_curvature(layer, loss, targets, x, array)
        np.testing.assert_allclose(curvature, exact, atol=1e-5 * max(1, exact.max()))
        assert (curvature >= 0).all()
    if name == "Convolution":
        assert not layer.curvatures["weights"][:, :, ~masked].any()


@pytest.mark.parametrize("loss", [EuclideanMSE(), MAP()], ids=name_of)
def test_the_curvature_of_rbf_units_is_exact_under_the_losses_of_the_paper(loss):
    # With one class, since eq. 27 leaves out how the outputs act on each other.
    rng = np.random.default_rng(0)
    layer, x, labels = RBF(rng.choice([-1, 1], (1, 6))), 0.3 * normal(rng, 4, 6), np.zeros(4, int)
    outputs = layer.forward(x)
    layer.backward(loss.gradient(outputs, labels))
    to_x = layer.curve(loss.curvature(outputs, labels))
    np.testing.assert_allclose(to_x, exact_curvature(layer, loss, labels, x, x), atol=1e-7)
    if isinstance(loss, EuclideanMSE):
        np.testing.assert_allclose(to_x, 2 / 4)


def test_curvature_travels_through_two_layers_as_equations_25_and_27_say():
    rng = np.random.default_rng(0)
    x, w, u = normal(rng, 1, 3), normal(rng, 3, 4), normal(rng, 4, 2)
    network = Network([Dense(w, np.zeros(4)), ScaledTanh(), Dense(u, np.zeros(2))])
    network.forward(x)
    network.backward(np.ones((1, 2)))
    second = np.array([[0.5, 2.0]])
    network.curve(second)
    a = x @ w
    for i in range(4):
        slope = 1.7159 * 2 / 3 * (1 - np.tanh(2 / 3 * a[0, i]) ** 2)
        of_a = slope**2 * sum(u[i, k] ** 2 * second[0, k] for k in range(2))
        assert network.layers[0].curvatures["bias"][i] == pytest.approx(of_a)
        for j in range(3):
            of_w = of_a * x[0, j] ** 2
            assert network.layers[0].curvatures["weights"][j, i] == pytest.approx(of_w)


def test_no_curvature_in_the_original_network_is_negative():
    rng = np.random.default_rng(0)
    network = original_network(rng, rng.choice([-1, 1], (10, 84)), np.float64)
    x, labels, loss = normal(rng, 3, 32, 32, 1), np.array([0, 1, 9]), MAP()
    outputs = network.forward(x)
    network.backward(loss.gradient(outputs, labels))
    assert network.curve(loss.curvature(outputs, labels)).shape == x.shape
    for layer in network.layers:
        assert layer.curvatures.keys() == layer.parameters.keys()
        for curvature in layer.curvatures.values():
            assert (curvature >= 0).all()
            assert curvature.any()


# What a layer is


def test_scaled_tanh_has_the_properties_of_the_paper():
    f = ScaledTanh()
    np.testing.assert_allclose(f.function(np.array([-1.0, 0, 1])), [-1, 0, 1], atol=1e-4)
    assert f.function(np.array(1e9)) == 1.7159


def test_sigmoid_is_the_logistic_function():
    a = np.array([-800.0, -2, 0, 3, 800])
    with np.errstate(over="ignore"):
        expected = 1 / (1 + np.exp(-a))
    np.testing.assert_allclose(Sigmoid().function(a), expected, atol=1e-15)


def test_max_pooling_sends_the_gradient_to_the_first_of_equals():
    layer = MaxPooling()
    x = np.array([[1.0, 3], [3, 3]])[None, :, :, None]
    assert layer.forward(x) == 3
    np.testing.assert_array_equal(
        layer.backward(np.full((1, 1, 1, 1), 7.0))[0, :, :, 0], [[0, 7], [0, 0]]
    )


def test_trainable_subsampling_adds_then_multiplies_then_adds_its_bias():
    layer = TrainableSubsampling(np.array([0.5, 2.0]), np.array([1.0, -1.0]))
    x = np.arange(8.0).reshape(1, 2, 2, 2)
    np.testing.assert_array_equal(layer.forward(x), [[[[0.5 * 12 + 1, 2 * 16 - 1]]]])


def test_rbf_units_give_the_squared_distance_from_their_codes():
    codes = np.array([[1, 1, -1], [-1, 1, 1]])
    np.testing.assert_array_equal(RBF(codes).forward(np.array([[1.0, 1, -1]])), [[0, 8]])


def test_a_kernel_that_is_not_in_the_table_is_0_and_stays_0():
    rng = np.random.default_rng(0)
    weights = normal(rng, 3, 3, 6, 16)
    layer = Convolution(weights, normal(rng, 16), table=TABLE_I)
    assert layer.count_parameters() == 9 * 60 + 16
    network, x = Network([layer]), normal(rng, 2, 5, 5, 6)
    y = network.forward(x)
    network.backward(y)
    sgd(network, 0.1)
    left_out = TABLE_I == 0
    assert not layer.parameters["weights"][:, :, left_out].any()
    assert not layer.gradients["weights"][:, :, left_out].any()
    assert layer.gradients["weights"][:, :, ~left_out].all()
    # A map does not see a channel that is not in its column, whatever its weights hold.
    layer.parameters["weights"][:] = weights
    before = layer.forward(x)
    x[..., 3] += 1
    changed = (layer.forward(x) != before).any(axis=(0, 1, 2))
    np.testing.assert_array_equal(changed, TABLE_I[3] == 1)


def test_a_layer_keeps_copies_of_the_parameters_given_to_it():
    for layer, given_to_it in (
        (Dense, (np.ones((2, 3)), np.ones(3))),
        (Convolution, (np.ones((1, 1, 2, 3)), np.ones(3))),
        (TrainableSubsampling, (np.ones(2), np.ones(2))),
    ):
        made = layer(*given_to_it)
        for array in made.parameters.values():
            array += 1
        assert all((array == 1).all() for array in given_to_it)


@pytest.mark.parametrize("name", LAYERS)
@given(data=st.data())
@few
def test_a_layer_computes_in_the_precision_of_its_parameters(name, data):
    layer, x = data.draw(LAYERS[name])
    layer.parameters = {name: p.astype(np.float32) for name, p in layer.parameters.items()}
    x = x.astype(np.float32)
    y = layer.forward(x)
    passes = [y, layer.backward(y), layer.curve(y)]
    passes += [*layer.gradients.values(), *layer.curvatures.values()]
    assert {array.dtype for array in passes} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", LAYERS)
@given(data=st.data())
@few
def test_output_shape_is_the_shape_of_the_output(name, data):
    layer, x = data.draw(LAYERS[name])
    assert layer.output_shape(x.shape[1:]) == layer.forward(x).shape[1:]
    assert layer.backward(layer.forward(x)).shape == x.shape


# Bad input


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Convolution(np.ones((5, 5)), np.ones(1)), r"weights has shape \(5, 5\), expected"),
        (lambda: Convolution(np.ones((5, 3, 1, 1)), np.ones(1)), r"\(5, 3, 1, 1\), expected \(k,"),
        (
            lambda: Convolution(np.ones((5, 5, 1, 6)), np.ones(5)),
            r"bias has shape \(5,\), expected \(6,\)",
        ),
        (lambda: Convolution(np.ones((1, 1, 1, 1)), np.ones(1), stride=0), "stride is 0"),
        (lambda: Convolution(np.ones((1, 1, 1, 1)), np.ones(1), padding=-1), "padding is -1"),
        (
            lambda: Convolution(np.ones((1, 1, 6, 16)), np.ones(16), table=TABLE_I.T),
            r"table has shape \(16, 6\), expected \(6, 16\)",
        ),
        (
            lambda: Convolution(np.ones((1, 1, 1, 1)), np.ones(1), table=np.array([[2]])),
            r"table holds \[2\], expected 0 and 1 only",
        ),
        (lambda: AveragePooling(0), "size is 0, expected 1 or more"),
        (
            lambda: TrainableSubsampling(np.ones((1, 6)), np.ones(6)),
            r"coefficient has shape \(1, 6\), expected \(channels,\)",
        ),
        (
            lambda: TrainableSubsampling(np.ones(6), np.ones(16)),
            r"bias has shape \(16,\), expected \(6,\)",
        ),
        (lambda: Dense(np.ones(3), np.ones(3)), r"weights has shape \(3,\), expected \(inputs, u"),
        (lambda: Dense(np.ones((3, 2)), np.ones(3)), r"bias has shape \(3,\), expected \(2,\)"),
        (lambda: RBF(np.ones(84)), r"codes has shape \(84,\), expected \(classes, inputs\)"),
        (lambda: MAP(j=0), "j is 0, expected a positive number"),
        (lambda: correlate_loops(np.ones((3, 3, 1)), np.ones((2, 2))), r"\(3, 3, 1\), expected"),
        (lambda: correlate_loops(np.ones((3, 3)), np.ones((2, 1))), r"kernel has shape \(2, 1\)"),
        (
            lambda: correlate_loops(np.ones((9, 3)), np.ones((5, 5))),
            "A window of 5 pixels does not fit a side of 3 pixels",
        ),
        (lambda: windows(np.ones((28, 28)), 5), r"x has shape \(28, 28\), expected \(n, height"),
        (
            lambda: windows(np.ones((1, 4, 9, 1)), 5),
            "A window of 5 pixels does not fit a side of 4",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


CONVOLUTION = Convolution(np.ones((5, 5, 3, 6)), np.ones(6))


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (CONVOLUTION, (9, 9, 3), r"expected \(n, height, width, 3\)"),
        (CONVOLUTION, (1, 9, 9, 1), r"expected \(n, height, width, 3\)"),
        (CONVOLUTION, (1, 4, 9, 3), "A window of 5 pixels does not fit a side of 4 pixels"),
        (TrainableSubsampling(np.ones(6), np.ones(6)), (1, 2, 2, 5), r"expected \(n, height, wi"),
        (MaxPooling(3), (1, 9, 2, 1), "A window of 3 pixels does not fit a side of 2 pixels"),
        (AveragePooling(), (9, 9), r"expected \(n, height, width, channels\)"),
        (Dense(np.ones((3, 2)), np.ones(2)), (1, 4), r"expected \(n, 3\)"),
        (RBF(np.ones((10, 84))), (84,), r"expected \(n, 84\)"),
    ],
)
def test_an_input_of_another_shape_is_refused(layer, shape, expected):
    with pytest.raises(ValueError, match=expected):
        layer.forward(np.ones(shape))
    without_n = re.sub(r"\(n, (\d+)", r"(\1,", expected).replace("(n, ", "(")
    with pytest.raises(ValueError, match=without_n):
        layer.output_shape(shape[1:])


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
def test_an_input_of_another_precision_is_refused(dtype):
    with pytest.raises(ValueError, match=f"x has type {np.dtype(dtype)}, but the .* in float64"):
        CONVOLUTION.forward(np.ones((1, 9, 9, 3), dtype))


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), EuclideanMSE(), MAP()], ids=name_of)
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 3], r"int64 from 0 to 3, expected integers from 0 to 2"),
        ([-1, 0], r"from -1 to 0, expected"),
        ([0.0, 1.0], "float64 from"),
        ([0], r"labels have shape \(1,\) and the outputs \(2, 3\)"),
        ([[1, 0, 0], [0, 1, 0]], r"labels have shape \(2, 3\)"),
    ],
)
@pytest.mark.parametrize("method", ["value", "gradient", "curvature"])
def test_labels_that_name_no_class_are_refused(loss, labels, message, method):
    with pytest.raises(ValueError, match=message):
        getattr(loss, method)(np.zeros((2, 3)), np.array(labels))


def test_a_squared_error_wants_a_target_for_each_output():
    with pytest.raises(ValueError, match=r"targets have shape \(2,\), expected \(2, 3\)"):
        MeanSquaredError().value(np.zeros((2, 3)), np.array([0, 1]))


# The networks


def test_table_i_is_that_of_the_paper():
    assert TABLE_I.shape == (6, 16)
    assert TABLE_I.sum() == 60
    np.testing.assert_array_equal(TABLE_I.sum(axis=0), [3] * 6 + [4] * 9 + [6])
    np.testing.assert_array_equal(TABLE_I.sum(axis=1), [10] * 6)
    np.testing.assert_array_equal(np.flatnonzero(TABLE_I[:, 14]), [0, 2, 3, 5])


def test_the_original_network_has_the_counts_of_the_paper():
    rng = np.random.default_rng(0)
    network = original_network(rng, rng.choice([-1, 1], (10, 84)))
    counts, shape = [], (32, 32, 1)
    for layer in network.layers:
        counts.append((layer.count_parameters(), layer.connections(shape)))
        shape = layer.output_shape(shape)
    assert [count for count in counts if any(count)] == [
        (156, 122_304),  # C1
        (12, 5_880),  # S2
        (1_516, 151_600),  # C3
        (32, 2_000),  # S4
        (48_120, 48_120),  # C5
        (10_164, 10_164),  # F6
        (0, 840),  # output
    ]
    assert shape == network.output_shape((32, 32, 1)) == (10,)
    assert network.count_parameters() == 60_000
    assert network.connections((32, 32, 1)) == 340_908


def test_the_tutorial_network_has_the_counts_of_chapter_08():
    network = tutorial_network(np.random.default_rng(0))
    assert network.count_parameters() == 44_426
    assert network.output_shape((28, 28, 1)) == (10,)
    assert [name for p in network.parameters for name in p] == ["weights", "bias"] * 5
    assert AveragePooling().connections((24, 24, 6)) == 12 * 12 * 6 * 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_networks_have_the_precision_asked_for(dtype):
    rng = np.random.default_rng(0)
    codes = rng.choice([-1, 1], (10, 84))
    for network in (tutorial_network(rng, dtype), original_network(rng, codes, dtype)):
        assert {p.dtype for ps in network.parameters for p in ps.values()} == {np.dtype(dtype)}


def test_initial_weights_lie_in_their_limits():
    rng = np.random.default_rng(0)
    for weights, limit in (
        (uniform_fan_in(rng, (5, 5, 6, 16), 150), 2.4 / 150),
        (glorot_uniform(rng, (5, 5, 6, 16)), np.sqrt(6 / (25 * 22))),
        (glorot_uniform(rng, (120, 84)), np.sqrt(6 / 204)),
    ):
        assert 0.99 * limit < np.abs(weights).max() <= limit
        assert abs(weights.mean()) < 0.05 * limit
    fan_in = np.array([10, 1000])
    widest = np.abs(uniform_fan_in(rng, (500, 2), fan_in)).max(axis=0)
    np.testing.assert_allclose(widest, 2.4 / fan_in, rtol=0.05)


def test_the_answer_is_the_largest_output_or_the_smallest_penalty():
    x = np.array([[3.0, -1.0], [0.0, 1.0]])
    scores = Network([Dense(np.eye(2), np.zeros(2))])
    np.testing.assert_array_equal(scores.predict(x), [0, 1])
    penalties = Network([RBF(x)])
    np.testing.assert_array_equal(penalties.predict(x), [0, 1])
    many = np.tile(x, (600, 1))  # more than one batch
    np.testing.assert_array_equal(scores.predict(many), np.tile([0, 1], 600))


# Training


def test_a_step_goes_down_the_gradient_in_place():
    layer = Dense(np.array([[1.0]]), np.array([2.0]))
    network, kept = Network([layer]), layer.parameters["weights"]
    network.forward(np.array([[3.0]]))
    network.backward(np.array([[1.0]]))
    sgd(network, rate=0.1)
    assert kept is layer.parameters["weights"]
    np.testing.assert_allclose([kept[0, 0], layer.parameters["bias"][0]], [0.7, 1.9])


def test_momentum_keeps_part_of_the_last_step():
    layer = Dense(np.zeros((1, 1)), np.zeros(1))
    network, velocities = Network([layer]), [{}]
    for _ in range(2):
        network.forward(np.array([[1.0]]))
        network.backward(np.array([[1.0]]))
        sgd(network, rate=0.1, momentum=0.9, velocities=velocities)
    np.testing.assert_allclose(layer.parameters["bias"], -0.1 - 0.19)
    with pytest.raises(ValueError, match=r"momentum is 0\.9 and velocities is None"):
        sgd(network, rate=0.1, momentum=0.9)


def separable(rng):
    """Return images that are light above in one class and light below in the other."""
    labels = rng.integers(2, size=70)
    x = 0.1 * normal(rng, 70, 6, 6, 1)
    x[labels == 0, :3] += 1
    x[labels == 1, 3:] += 1
    return x, labels


def small_network(rng):
    return Network(
        [
            Convolution(glorot_uniform(rng, (3, 3, 1, 2)), np.zeros(2)),
            Tanh(),
            MaxPooling(),
            Flatten(),
            Dense(glorot_uniform(rng, (8, 2)), np.zeros(2)),
        ]
    )


def test_fit_learns_and_reports_each_epoch():
    x, labels = separable(np.random.default_rng(0))
    seen, histories = [], []
    for _ in range(2):
        rng = np.random.default_rng(1)
        network = small_network(rng)
        history = fit(
            network,
            SoftmaxCrossEntropy(),
            x,
            labels,
            batch_size=16,
            epochs=5,
            rate=0.1,
            momentum=0.9,
            rng=rng,
            progress=lambda *report: seen.append(report),
        )
        histories.append(history)
    assert histories[0] == histories[1]
    assert seen[:5] == list(zip(range(1, 6), history["loss"], history["accuracy"], strict=True))
    assert history["loss"][-1] < 0.1 < history["loss"][0]
    assert history["accuracy"][-1] == 1
    np.testing.assert_array_equal(network.predict(x), labels)


def test_the_history_is_the_mean_over_all_images_though_the_last_batch_is_smaller():
    x, labels = separable(np.random.default_rng(0))
    network = small_network(np.random.default_rng(1))
    loss = SoftmaxCrossEntropy()
    history = fit(
        network, loss, x, labels, batch_size=16, epochs=1, rate=0, rng=np.random.default_rng(2)
    )
    assert history["loss"] == [pytest.approx(loss.value(network.forward(x), labels))]
    assert history["accuracy"] == [pytest.approx((network.predict(x) == labels).mean())]


def test_fit_takes_targets():
    x, labels = separable(np.random.default_rng(0))
    network = small_network(np.random.default_rng(1))
    targets = 2 * np.eye(2)[labels] - 1
    rng = np.random.default_rng(2)
    history = fit(
        network, MeanSquaredError(), x, targets, batch_size=8, epochs=5, rate=0.1, rng=rng
    )
    assert history["accuracy"][-1] == 1


@pytest.mark.parametrize(
    ("n", "batch_size", "message"),
    [(3, 1, "x has 4 images and y 3 labels"), (4, 0, "batch_size is 0, expected 1 or more")],
)
def test_fit_refuses_what_does_not_fit(n, batch_size, message):
    network = Network([Dense(np.ones((2, 2)), np.ones(2))])
    with pytest.raises(ValueError, match=message):
        fit(
            network,
            SoftmaxCrossEntropy(),
            np.ones((4, 2)),
            np.zeros(n, int),
            batch_size=batch_size,
            epochs=1,
            rate=0.1,
            rng=np.random.default_rng(0),
        )


# The checks themselves


class BlindToItsBias(Dense):
    def backward(self, gradient):
        to_x = super().backward(gradient)
        self.gradients["bias"] = np.zeros_like(self.gradients["bias"])
        return to_x


class Doubled(Dense):
    def backward(self, gradient):
        return 2 * super().backward(gradient)


class WrongShape(Dense):
    def backward(self, gradient):
        to_x = super().backward(gradient)
        self.gradients["bias"] = gradient
        return to_x


@pytest.mark.parametrize("method", [numerical_gradient, complex_step])
def test_check_gradient_finds_a_wrong_backward_pass_and_leaves_the_layer_as_it_was(method):
    rng = np.random.default_rng(0)
    w, b, x = normal(rng, 3, 2), normal(rng, 2), normal(rng, 4, 3)
    layer = Dense(w, b)
    assert check_gradient(layer, x, method) < 1e-8
    np.testing.assert_array_equal(layer.parameters["weights"], w)
    np.testing.assert_array_equal(layer.backward(np.ones((4, 2))), np.ones((4, 2)) @ w.T)
    assert check_gradient(BlindToItsBias(w, b), x, method) == pytest.approx(1)
    assert check_gradient(Doubled(w, b), x, method) == pytest.approx(1)
    with pytest.raises(ValueError, match=r"gradient has shape \(4, 2\), expected \(2,\)"):
        check_gradient(WrongShape(w, b), x, method)


def test_a_gradient_that_is_0_everywhere_is_checked_too():
    assert check_gradient(ReLU(), -np.ones((1, 3))) == 0


@pytest.mark.parametrize("method", [numerical_gradient, complex_step])
def test_the_checks_want_float64(method):
    with pytest.raises(ValueError, match="array has type float32, expected float64"):
        method(np.sum, np.ones(3, np.float32))


def test_a_complex_step_notices_a_lost_imaginary_part():
    with pytest.raises(ValueError, match=r"returned .*3\.0.* for a complex array"):
        complex_step(lambda a: a.real.sum(), np.ones(3))
