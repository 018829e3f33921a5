"""The other networks of Fig. 9, the variants of LeNet-5, and LeNet-4 with other last layers."""

from functools import partial
from typing import Any

import numpy as np
import pytest

from lenet_course import models
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.experiments import hybrids, networks, sensitivity
from lenet_course.experiments.catalog import EXPERIMENTS
from lenet_course.experiments.experiment import Training
from lenet_course.experiments.original import LENET5_1998
from lenet_course.experiments.papers import FIGURE_11
from lenet_course.losses import MAP, EuclideanMSE

(X, Y), (X_TEST, Y_TEST) = load_mnist()
SMALL = ((X[:300], Y[:300]), (X_TEST[:200], Y_TEST[:200]))


def settings_of(name: str) -> dict[str, Any]:
    [*_, settings] = EXPERIMENTS[name].candidates.values()
    return dict(settings)


def short(settings: Any, **more: Any) -> Training:
    """Return a final training that takes a second."""
    told = {**settings, "rates": [1e-4] * 2, "samples": 50, **more}
    return Training(told, 0, True, None, None, lambda line: None)


# What the networks read


def test_28x28_is_1998_without_its_rim() -> None:
    digits = networks.in_28x28(X[:5])
    assert digits.shape == (5, 28, 28, 1)
    np.testing.assert_array_equal(
        np.pad(digits, [(0, 0), (2, 2), (2, 2), (0, 0)], "edge"), as_1998(X[:5])
    )


def test_digits_of_16x16_pixels() -> None:
    digits = networks.in_16x16(X[:500])
    assert digits.shape == (500, 28, 28, 1)
    ink = digits[..., 0] + 0.1
    # 20 pixels become 16; gray borders may make it one more.
    extent = np.maximum((ink > 0.3).any(axis=1).sum(axis=1), (ink > 0.3).any(axis=2).sum(axis=1))
    assert np.median(extent) == 16
    assert extent.max() <= 17
    # They have the ink of the smaller area, and stay in the middle.
    before = networks.in_28x28(X[:500])[..., 0] + 0.1
    share = ink.sum(axis=(1, 2)) / before.sum(axis=(1, 2))
    np.testing.assert_allclose(share, (22 / 28) ** 2, rtol=0.04)
    places = np.arange(28) - 13.5
    middle, was = (np.einsum("nrc,c->n", i, places) / i.sum(axis=(1, 2)) for i in (ink, before))
    np.testing.assert_allclose(middle, was * 22 / 28, atol=0.1)


def test_deslanted_digits_of_20x20_pixels() -> None:
    digits = networks._upright(X[:20])
    assert digits.shape == (20, 20, 20, 1)
    assert digits.dtype == np.float32
    assert digits.min() == pytest.approx(-0.1)
    assert digits.max() == pytest.approx(1.175, abs=0.01)


# The networks


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("mlp_300_deslanted", 123_310),
        ("mlp_1000", 795_010),
        ("mlp_300_100", 266_610),
        ("mlp_500_150", 469_160),
    ],
)
def test_fully_connected_networks_have_the_papers_size(name: str, parameters: int) -> None:
    reader, model, _ = networks.fully_connected(settings_of(name), 0)
    assert reader.count_params() == model.count_params() == parameters
    assert sum(models.connections(reader).values()) == parameters
    assert abs(parameters / 1000 - FIGURE_11[name]) < 1


@pytest.mark.parametrize(("weights", "factor"), [("2.4/F", 2.4 / 784), ("1/sqrt(F)", 1 / 28)])
def test_first_weights_of_fully_connected_networks(weights: str, factor: float) -> None:
    settings = {"shape": (28, 28, 1), "units": (300,), "weights": weights}
    reader, _, _ = networks.fully_connected(settings, 0)
    kernel = np.abs(np.asarray(reader.get_layer("layer1").kernel))
    assert 0.99 * factor < kernel.max() <= factor
    assert kernel.mean() == pytest.approx(factor / 2, rel=0.01)


def test_the_smallest_penalty_is_that_of_the_largest_output() -> None:
    reader, model, loss = networks.fully_connected(
        {"shape": (3,), "units": (4,), "weights": "2.4/F"}, 0
    )
    x = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    outputs, penalties = np.asarray(reader(x)), np.asarray(model(x))
    np.testing.assert_array_equal(penalties.argmin(axis=1), outputs.argmax(axis=1))
    # The loss is the squared error of outputs that are to be 1 or -1.
    labels = np.arange(50) % 10
    targets = np.where(np.eye(10)[labels] == 1, 1, -1)
    expected = ((outputs - targets) ** 2).sum(axis=1).mean()
    assert float(loss(labels, penalties)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", ["lenet1", "lenet4"])
def test_the_networks_of_the_package_are_trained(name: str) -> None:
    train = EXPERIMENTS[name].train
    assert isinstance(train, partial)
    network = train.keywords["network"]
    reader, model, loss = network({}, 3)
    expected = getattr(models, name)(3)
    assert isinstance(loss, EuclideanMSE)
    pairs = zip(model.trainable_weights, expected.trainable_weights, strict=True)
    for received, weights in pairs:
        np.testing.assert_array_equal(received, weights)
    assert reader.count_params() == expected.count_params()


def test_figures_of_a_training() -> None:
    experiment = EXPERIMENTS["mlp_300_distorted"]
    training = short(settings_of("mlp_300_distorted"), units=(5,))
    figures, weights = experiment.train(SMALL, training)
    assert weights is not None
    assert len(weights) == figures["variables"] == figures["multiply_adds"] == 784 * 5 + 5 + 60
    assert len(figures["wrong"]) == figures["test_errors"]
    assert len(figures["test_error_by_pass"]) == 2
    assert figures["test_error_by_pass"][-1] == pytest.approx(figures["test_errors"] / 2, abs=2)
    again, _ = experiment.train(SMALL, training)
    assert again["test_errors"] == figures["test_errors"]


def test_only_the_first_patterns_are_learned() -> None:
    train = EXPERIMENTS["lenet5_1998_15000"].train
    settings = settings_of("lenet5_1998_15000")
    assert settings["patterns"] == 15_000
    assert settings_of("lenet5_1998_30000")["patterns"] == 30_000
    figures = [
        train(((X[:n], Y[:n]), SMALL[1]), short(settings, patterns=100)).figures for n in (100, 300)
    ]
    assert figures[0]["loss_by_pass"] == figures[1]["loss_by_pass"]
    # Which are settings chosen for all of them.
    chosen = "falling from 1e-05"
    assert settings["rates"] == LENET5_1998.candidates[chosen]["rates"]


# LeNet-5 with one thing changed


def variant(name: str, seed: int = 0) -> Any:
    return sensitivity.network(sensitivity.SENSITIVITY.candidates[name], seed)


def test_nothing_changed_is_lenet5() -> None:
    reader, model, loss = variant("nothing changed")
    assert reader is model
    for received, expected in zip(
        model.get_weights(), models.lenet5_1998(0).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(received, expected)
    assert isinstance(loss, MAP)
    assert loss.j == 0.1


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("C3 reads all maps", 60_000 - 1_516 + 2_416),
        ("fixed subsampling", 60_000 - 12 - 32),
        ("softmax", 60_000 + 850),
    ],
)
def test_parameters_of_the_variants(name: str, parameters: int) -> None:
    _, model, loss = variant(name)
    assert model.count_params() == parameters
    assert model.output_shape == (None, 10)
    # Other layers start as they always do.
    original = models.lenet5_1998(0).get_layer("C1").get_weights()[0]
    np.testing.assert_array_equal(model.get_layer("C1").get_weights()[0], original)
    assert loss.j == (np.inf if name == "softmax" else 0.1)


def test_a_softmax_of_sums_is_trained_by_its_cross_entropy() -> None:
    _, _, loss = variant("softmax")
    penalties = np.random.default_rng(0).normal(size=(4, 10)).astype(np.float32)
    labels = np.array([1, 0, 9, 3])
    exponentials = np.exp(-penalties)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    expected = -np.log(probabilities[np.arange(4), labels]).mean()
    assert float(loss(labels, penalties)) == pytest.approx(expected, rel=1e-5)
    assert np.isfinite(loss.gradient(labels, penalties)).all()
    assert np.isfinite(loss.curvature(labels, penalties)).all()


def test_the_first_weights_of_lush() -> None:
    _, model, _ = variant("Lush's weights")
    fans = {"C1": 25, "C5": 400, "F6": 120}
    for layer in model.layers:
        if not layer.weights:
            continue
        kernel, bias = layer.get_weights()
        assert not bias.any()
        if layer.name in ("S2", "S4"):
            np.testing.assert_array_equal(kernel, np.full(kernel.shape, 0.5))
        elif layer.name in fans:
            assert 0.9 < np.abs(kernel).max() * np.sqrt(fans[layer.name]) <= 1
    # In C3 a map that reads three channels starts wider than the one that reads all six.
    c3 = model.get_layer("C3")
    widest = np.abs(c3.get_weights()[0]).max(axis=(0, 1))
    reads = c3.table.sum(axis=0)[np.nonzero(c3.table)[1]]
    for channels in (3, 4, 6):
        limit = 1 / np.sqrt(25 * channels)
        assert 0.9 * limit < widest[reads == channels].max() <= limit


def test_each_variant_changes_what_its_name_says() -> None:
    candidates = dict(sensitivity.SENSITIVITY.candidates)
    base = candidates.pop("nothing changed")
    for name, settings in candidates.items():
        changed = {key for key, value in settings.items() if base.get(key) != value}
        assert len(changed) == (2 if "softmax, " in name or "Lush's, " in name else 1), name
    assert isinstance(variant("eq. 8, not eq. 9").loss, EuclideanMSE)
    assert variant("j = 3").loss.j == 3


@pytest.mark.parametrize("name", ["fixed subsampling", "softmax"])
def test_variants_train(name: str) -> None:
    settings = {**sensitivity.SENSITIVITY.candidates[name], "patterns": 100}
    figures = sensitivity.SENSITIVITY.train(SMALL, short(settings)).figures
    assert np.isfinite(figures["loss_by_pass"]).all()
    assert figures["loss_by_pass"][1] < figures["loss_by_pass"][0]


# LeNet-4 with other last layers


@pytest.fixture
def clusters() -> Any:
    """Return 3 classes of 20 patterns each around their centers, and a new one of each."""
    rng = np.random.default_rng(0)
    centers = np.array([[0, 0], [8, 0], [0, 8]], np.float32)
    labels = np.repeat([0, 1, 2], 20).astype(np.uint8)
    known = centers[labels] + rng.normal(size=(60, 2)).astype(np.float32)
    return known, labels, centers


def test_neighbors_and_local_machines_find_the_cluster(clusters: Any) -> None:
    known, labels, new = clusters
    for read, settings in (
        (hybrids.nearest, {"k": 3}),
        (hybrids.local, {"k": 30, "strength": 0.1}),
    ):
        scores = read(settings, known, labels, new)
        np.testing.assert_array_equal(scores.argmax(axis=1), [0, 1, 2])


def test_a_local_machine_knows_its_neighborhood_only() -> None:
    # Class 1 lies between two parts of class 0: no straight line parts them, locally one does.
    known = np.arange(30, dtype=np.float32)[:, None]
    labels = ((known[:, 0] >= 10) & (known[:, 0] < 20)).astype(np.uint8)
    new = np.array([[1.0], [12], [18], [28]], np.float32)
    near = hybrids.local({"k": 8, "strength": 1e-3}, known, labels, new)
    np.testing.assert_array_equal(near[:, :2].argmax(axis=1), [0, 1, 1, 0])
    everywhere = hybrids.local({"k": 30, "strength": 1e-3}, known, labels, new)
    np.testing.assert_array_equal(everywhere[:, :2].argmax(axis=1), [0, 0, 0, 0])


@pytest.mark.parametrize("name", ["lenet4_knn", "lenet4_local"])
def test_the_features_of_lenet4_are_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def trained(name: str) -> Any:
        asked.append(name)
        return models.lenet4(0)

    monkeypatch.setattr(models, "trained", trained)
    experiment = EXPERIMENTS[name]
    settings = settings_of(name) | {"k": 3}
    figures = experiment.train(SMALL, Training(settings, 0, True, None, None, print)).figures
    assert asked == ["lenet4"]
    # Even first weights at random tell digits apart.
    assert figures["test_errors"] < 100
    assert figures["variables"] == 16_998 - 1_210 + 300 * 120
    assert figures["multiply_adds"] == 258_306 - 1_210 + 300 * 120


def test_boosting() -> None:
    said: list[str] = []
    settings = settings_of("lenet4_boosted") | {
        "shape": (32, 32, 1),
        "units": (5,),
        "weights": "2.4/F",
        "rates": [1e-3] * 2,
        "samples": 50,
        "versions": 3,
    }
    training = Training(settings, 0, True, None, None, said.append)
    figures = hybrids.boost(SMALL, training, network=networks.fully_connected).figures
    first, second, third = figures["patterns"]
    assert first == 300
    # As many that are right as that are wrong, or all the right ones if they are fewer.
    assert 0 < second <= 900
    assert 0 < third <= 900
    assert f"network 2 of 3 learns {second:,} patterns" in said
    assert figures["variables"] == 3 * (1024 * 5 + 5 + 60)
    assert figures["test_errors"] < 180
