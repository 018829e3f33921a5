"""One trick after the other: the network, trainings of each kind, results in the package."""

from typing import Any

import keras
import numpy as np
import pytest

from lenet_course import models
from lenet_course.datasets import Dataset, load_mnist
from lenet_course.distortions import Elastic, PlanarAffine
from lenet_course.experiments import RESULTS, load_result, modern, results
from lenet_course.experiments.experiment import Experiment, Trained, Training
from lenet_course.experiments.judging import judge
from lenet_course.models import lenet5_modern, set_rounded_weights, trained

(X, Y), (X_TEST, Y_TEST) = load_mnist()
LEARNED, HELD_OUT, TESTED = 640, 160, 300
FEW: Dataset = (
    (X[: LEARNED + HELD_OUT], Y[: LEARNED + HELD_OUT]),
    (X_TEST[:TESTED], Y_TEST[:TESTED]),
)
STEPS = {experiment.name: experiment for experiment in modern.EXPERIMENTS}
# The settings that a step adds to those of the one before it.
OWN = {
    "tricks_1_relu": {"activation", "rate"},
    "tricks_2_max": {"pooling", "rate"},
    "tricks_3_he": {"start", "rate"},
    "tricks_4_adam": {"optimizer", "rate"},
    "tricks_5_affine": {"affine"},
    "tricks_6_elastic": {"elastic"},
    "tricks_7_decay": {"weight_decay"},
    "tricks_8_smoothing": {"smoothing"},
    "tricks_9_average": {"average"},
    "lenet5_modern": {"passes", "elastic"},
}


def settings(name: str, **more: Any) -> dict[str, Any]:
    """Return the last settings of a step, for a tiny training."""
    *_, last = STEPS[name].candidates.values()
    return {**last, "passes": 6} | more


KINDS = {
    # From the small first weights of 1998 so few steps lead nowhere.
    "plain": settings("tricks_0_start", start="He"),
    "affine": settings("tricks_5_affine"),
    # Few steps: averages of the last 10, not of the last 1,000.
    "all": settings("lenet5_modern", average=0.9),
}


def training(kind: str, final: bool, say: Any = lambda line: None) -> Training:
    return Training(KINDS[kind], 0, final, None, None, say)


@pytest.fixture(autouse=True)
def few_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modern, "LEARNED", LEARNED)


# The network


def test_the_layers_are_those_of_lenet5_without_table_and_codes() -> None:
    model = lenet5_modern()
    counts = {layer.name: layer.count_params() for layer in model.layers if layer.weights}
    assert counts == {"C1": 156, "C3": 2_416, "C5": 48_120, "F6": 10_164, "output": 850}
    assert model.count_params() == 61_706
    shapes = {layer.name: layer.output.shape[1:] for layer in model.layers}
    assert shapes == {
        "C1": (28, 28, 6),
        "S2": (14, 14, 6),
        "C3": (10, 10, 16),
        "S4": (5, 5, 16),
        "flatten": (400,),
        "C5": (120,),
        "F6": (84,),
        "output": (10,),
    }


def test_the_parts_are_those_asked_for() -> None:
    today, of_1998 = lenet5_modern(), lenet5_modern(activation="tanh", pooling="average")
    for model, pool, activation in (
        (today, keras.layers.MaxPooling2D, "relu"),
        (of_1998, keras.layers.AveragePooling2D, "tanh"),
    ):
        assert all(isinstance(model.get_layer(name), pool) for name in ("S2", "S4"))
        used = [model.get_layer(name).activation.__name__ for name in ("C1", "C3", "C5", "F6")]
        assert used == 4 * [activation]
        assert model.get_layer("output").activation.__name__ == "linear"


FAN_IN = {"C1": 25, "C3": 150, "C5": 400, "F6": 120, "output": 84}


@pytest.mark.parametrize("start", ["He", "1998"])
def test_first_weights_are_as_he_says_or_as_in_1998(start: str) -> None:
    models_of_seeds = [lenet5_modern(seed, start=start) for seed in range(10)]
    for name, fan_in in FAN_IN.items():
        kernels = np.stack([model.get_layer(name).kernel for model in models_of_seeds])
        if start == "He":
            assert kernels.std() == pytest.approx(np.sqrt(2 / fan_in), rel=0.1)
        else:
            assert 0.98 * 2.4 / fan_in < np.abs(kernels).max() <= 2.4 / fan_in
            assert kernels.std() == pytest.approx(2.4 / fan_in / np.sqrt(3), rel=0.1)


def test_the_same_seed_gives_the_same_weights() -> None:
    for start in ("He", "1998"):
        weights, again, others = (
            lenet5_modern(seed, start=start).get_weights() for seed in (3, 3, 4)
        )
        for weight, same, other in zip(weights, again, others, strict=True):
            np.testing.assert_array_equal(weight, same)
            assert (weight != other).any() or not weight.any()  # biases start at 0
        # No two layers start alike.
        firsts = {float(kernel.flat[0] / kernel.std()) for kernel in weights[::2]}
        assert len(firsts) == 5
    assert (lenet5_modern().get_weights()[0] != lenet5_modern().get_weights()[0]).any()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"pooling": "mean"}, "pooling is 'mean' and start is 'He'"),
        ({"start": "Glorot"}, "pooling is 'max' and start is 'Glorot'"),
    ],
)
def test_unknown_parts_are_refused(parts: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=f"{said}, expected one of max, average and one of He,"):
        lenet5_modern(**parts)


# What settings mean


def test_digits_are_scaled_to_the_range_from_0_to_1() -> None:
    x = modern.scaled(np.array([[[0, 51], [255, 102]]], np.uint8))
    assert x.dtype == np.float32
    np.testing.assert_allclose(x, np.array([[[[0], [0.2]], [[1], [0.4]]]]), rtol=1e-6)


def test_settings_say_how_digits_are_distorted() -> None:
    affine = {"shift": 1.0, "scale": 0.1, "squeeze": 0.2, "shear": 0.3}
    elastic = {"strength": 5.0, "smoothness": 2.0}
    # White is 1 and black 0: what comes from outside is black.
    expected = PlanarAffine(1.0, 0.1, 0.2, 0.3, background=0.0)
    assert modern.distortion({"affine": None, "elastic": None}) is None
    assert modern.distortion({"affine": affine, "elastic": None}) == expected
    received = modern.distortion({"affine": affine, "elastic": elastic})
    assert received == Elastic(5.0, 2.0, expected)


def test_plain_gradient_descent_keeps_its_rate() -> None:
    optimizer = modern._optimizer(KINDS["plain"], LEARNED)
    assert type(optimizer) is keras.optimizers.SGD
    assert float(optimizer.learning_rate) == pytest.approx(KINDS["plain"]["rate"])
    assert optimizer.momentum == 0


def test_adam_falls_and_decays_kernels_alone_and_averages_if_asked() -> None:
    optimizer = modern._optimizer(KINDS["all"] | {"weight_decay": 0.1}, LEARNED)
    assert isinstance(optimizer, keras.optimizers.AdamW)
    steps = 6 * LEARNED // modern.BATCH
    assert float(optimizer._learning_rate(0)) == pytest.approx(2e-3)
    assert float(optimizer._learning_rate(steps // 2)) == pytest.approx(1e-3)
    assert float(optimizer._learning_rate(steps)) == pytest.approx(0, abs=1e-9)
    assert (optimizer.use_ema, optimizer.ema_momentum) == (True, 0.9)
    assert not modern._optimizer(KINDS["affine"], LEARNED).use_ema
    layer = keras.layers.Dense(2, kernel_initializer="ones", bias_initializer="ones")
    layer.build((None, 3))
    optimizer.build(layer.trainable_variables)
    nothing = [0 * variable.value for variable in layer.trainable_variables]
    optimizer.apply(nothing, layer.trainable_variables)
    np.testing.assert_allclose(layer.kernel, np.full((3, 2), 1 - 0.1 * 2e-3), rtol=1e-6)
    np.testing.assert_array_equal(layer.bias, [1, 1])


# Trainings


@pytest.mark.parametrize("kind", KINDS)
def test_a_final_training(kind: str) -> None:
    lines: list[str] = []
    figures, weights = modern.train(FEW, training(kind, final=True, say=lines.append))
    assert figures["test_errors"] == len(figures["wrong"]) < TESTED / 2  # by chance 270
    assert figures["train_errors"] < (LEARNED + HELD_OUT) / 2
    assert len(figures["loss_by_pass"]) == len(lines) == 6
    assert figures["loss_by_pass"][-1] < figures["loss_by_pass"][0]
    assert 0 <= figures["rejected_percent"] <= 100
    # What is judged are the weights as they are kept, in a network of the same parts.
    assert weights is not None
    parts = {name: KINDS[kind][name] for name in ("activation", "pooling")}
    model = lenet5_modern(1, **parts)
    set_rounded_weights(model, weights)
    sums = np.asarray(model(modern.scaled(X_TEST[:TESTED])))
    assert judge(sums, Y_TEST[:TESTED])["wrong"] == figures["wrong"]


def held_out(kind: str, labels: np.ndarray) -> Trained:
    (images, _), _ = FEW
    # There are no test digits that it could meet.
    found = modern.train(((images, labels), (None, None)), training(kind, final=False))
    assert list(found.figures) == ["validation_errors"]
    return found


def test_for_validation_digits_are_held_out() -> None:
    (_, labels), _ = FEW
    other = labels.copy()
    other[LEARNED:] = (labels[LEARNED:] + 1) % 10
    one, again = (held_out("plain", y) for y in (labels, other))
    np.testing.assert_array_equal(one.weights, again.weights)
    errors, others = (found.figures["validation_errors"] for found in (one, again))
    assert errors < HELD_OUT / 2  # by chance 144
    # An answer that was right is wrong by the other labels.
    assert HELD_OUT - errors <= others <= HELD_OUT


def test_validation_with_all_tricks() -> None:
    (_, labels), _ = FEW
    assert held_out("all", labels).figures["validation_errors"] < HELD_OUT / 2


# The results in the package


def test_each_step_but_the_first_adds_settings_of_its_own() -> None:
    assert list(STEPS) == ["tricks_0_start", *OWN]


@pytest.mark.parametrize(
    "step",
    [step for step in modern.EXPERIMENTS if (RESULTS / f"{step.name}.json").exists()],
    ids=lambda step: step.name,
)
def test_a_step_keeps_the_settings_of_the_one_before_but_for_its_own(step: Experiment) -> None:
    result = results.load_current(step, RESULTS)
    chosen = result["candidates"][result["chosen"]]["settings"]
    assert result["chosen"] == results.choose(result, step.choosing_seeds)
    for figures in result["seeds"].values():
        assert figures["test_errors"] == len(figures["wrong"])
        assert len(figures["loss_by_pass"]) == chosen["passes"]
    names = list(STEPS)
    number = names.index(step.name)
    if number == 0:
        assert (chosen["activation"], chosen["pooling"], chosen["optimizer"]) == (
            "tanh",
            "average",
            "SGD",
        )
        return
    before = STEPS[names[number - 1]]
    changed = [
        {name for name in chosen if chosen[name] != candidate[name]} - OWN[step.name]
        for candidate in before.candidates.values()
    ]
    assert set() in changed, f"it changes more against every candidate of {before.name}: {changed}"


def test_lenet5_modern_reaches_the_bar() -> None:
    result = results.load_current(STEPS["lenet5_modern"], RESULTS)
    assert len(result["seeds"]) >= 5
    assert results.test_errors_percent(result).mean() <= 0.50


def test_the_weights_of_lenet5_modern_are_those_of_seed_0() -> None:
    wrong = load_result("lenet5_modern")["seeds"]["0"]["wrong"]
    path = models.WEIGHTS / "lenet5_modern.f16"
    assert path.stat().st_size == 2 * 61_706
    model = trained("lenet5_modern")
    sums = model.predict(modern.scaled(X_TEST), batch_size=1000, verbose=0)
    assert judge(sums, Y_TEST)["wrong"] == wrong
