"""The experiments on ZIP-code digits read, split and train what they say."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from lenet_course import datasets
from lenet_course.distortions import PlanarAffine
from lenet_course.experiments import zip_codes
from lenet_course.experiments.experiment import Training
from lenet_course.models import (
    connections,
    lenet_1989,
    lenet_1989_modern,
    rounded_weights,
    set_rounded_weights,
)


def made_up(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images (n, 16, 16, 1) that tell their labels by one of ten bright rows."""
    labels = np.random.default_rng(seed).integers(0, 10, n).astype(np.uint8)
    images = np.full((n, 16, 16, 1), -1, np.float32)
    images[np.arange(n), 3 + labels] = 1
    return images, labels


DATA = made_up(160, 0), made_up(40, 1)


@pytest.fixture(autouse=True)
def few_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_codes, "VALIDATION", 30)


def training(settings: dict[str, Any], final: bool, **more: Any) -> Training:
    options = {"seed": 0, "checkpoint": None, "updates": None, "say": lambda line: None} | more
    return Training(settings=settings, final=final, **options)


# Data


def test_without_a_path_the_reader_learns_where_the_digits_are() -> None:
    with pytest.raises(FileNotFoundError, match=r"Get zip\.train\.gz .*https://.* --data FOLDER$"):
        zip_codes.load_zip_codes(None)


def test_zip_codes_are_read_from_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "USPS_COUNTS", ((1,) * 10, (1,) * 10))
    images = np.random.default_rng(0).integers(-1000, 1001, (2, 10, 16, 16)).astype(np.int16)
    labels = np.arange(10, dtype=np.uint8)
    arrays = {"x_train": images[0], "y_train": labels, "x_test": images[1], "y_test": labels[::-1]}
    np.savez(tmp_path / "usps.npz", **arrays)
    train, test = zip_codes.load_zip_codes(tmp_path / "usps.npz")
    for (x, y), own, expected in zip((train, test), images, (labels, labels[::-1]), strict=True):
        assert x.dtype == np.float32
        np.testing.assert_allclose(x[..., 0], own / 1000, rtol=1e-6)
        np.testing.assert_array_equal(y, expected)


def test_the_standin_is_a_random_draw_and_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(path: Path | None) -> Any:
        assert path == Path("here")
        # The gray value of an image is its number, and its label the last digit of that.
        number = np.arange(200, dtype=np.uint8)
        images = np.tile(number[:, None, None], (1, 28, 28))
        return (images, number % 10), (images[:100] + 100, number[:100] % 10)

    monkeypatch.setattr(zip_codes, "load_mnist", load)
    monkeypatch.setattr(zip_codes, "TRAINING", 50)
    monkeypatch.setattr(zip_codes, "TEST", 20)
    drawn = zip_codes.load_standin(Path("here"))
    for (x, y), n, first, last in zip(drawn, (50, 20), (0, 100), (199, 199), strict=True):
        assert x.shape == (n, 16, 16, 1)
        numbers = np.round((x[:, 0, 0, 0] + 1) * 127.5).astype(int)
        assert len(set(numbers)) == n
        assert (numbers[1:] < numbers[:-1]).any()
        assert first <= numbers.min() < numbers.max() <= last
        assert numbers.max() - numbers.min() > (last - first) / 2
        np.testing.assert_array_equal(y, numbers % 10)
    unscaled = zip_codes.load_unscaled_standin(Path("here"))
    for (x, y), (larger, same) in zip(drawn, unscaled, strict=True):
        assert larger.shape == (len(x), 28, 28, 1)
        np.testing.assert_array_equal(zip_codes.to_16x16(larger), x)
        np.testing.assert_array_equal(y, same)


def test_scaling_to_16x16_reads_between_pixels() -> None:
    ramp = np.tile(np.arange(28, dtype=np.float32), (28, 1))
    x = zip_codes.to_16x16(np.stack([ramp, ramp.T, np.full((28, 28), -1)])[..., None])
    # The middle of pixel c of 16 lies at 1.75 c + 0.375 of 28.
    expected = 1.75 * np.arange(16) + 0.375
    np.testing.assert_allclose(x[0, :, :, 0], np.tile(expected, (16, 1)), atol=1e-5)
    np.testing.assert_allclose(x[1, :, :, 0], np.tile(expected, (16, 1)).T, atol=1e-5)
    np.testing.assert_allclose(x[2], -1, atol=1e-6)
    images, _ = DATA[0]
    np.testing.assert_array_equal(zip_codes.to_16x16(images), images)


# Networks


def test_the_1989_network_learns_by_penalties_of_its_own_outputs() -> None:
    network = zip_codes._network("lenet_1989", 3)
    images = np.random.default_rng(0).uniform(-1, 1, (5, 16, 16, 1)).astype(np.float32)
    outputs = np.asarray(lenet_1989(3)(images))
    np.testing.assert_allclose(network.reader(images), outputs, atol=1e-6)
    np.testing.assert_array_equal(
        np.asarray(network.model(images)).argmin(axis=1), outputs.argmax(axis=1)
    )
    assert network.model.count_params() == network.reader.count_params() == 9_760


def test_softmax_is_the_criterion_of_1998_without_rubbish() -> None:
    network = zip_codes._network("softmax", 3)
    images = np.random.default_rng(0).uniform(-1, 1, (5, 16, 16, 1)).astype(np.float32)
    labels = np.array([1, 0, 9, 3, 3])
    penalties = np.asarray(network.model(images))
    expected = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, -penalties)
    assert float(network.loss(labels, penalties)) == pytest.approx(float(expected), rel=1e-5)
    assert network.model.count_params() == 9_760


def test_the_fully_connected_network_has_the_connections_of_the_paper() -> None:
    assert zip_codes._network("256-40-10", 0).reader.count_params() == 10_690


@pytest.mark.parametrize("parts", [{}, {"rectified": False}, {"dropout": 0.25}])
def test_the_modern_network_has_the_size_of_that_of_1989(parts: dict[str, Any]) -> None:
    model = lenet_1989_modern(0, **parts)
    assert model.count_params() == 9_760
    assert sum(connections(model).values()) == 64_660
    assert model.output_shape == (None, 10)


def test_rectified_units_start_as_he_says_and_others_as_in_1989() -> None:
    modern, squashed = lenet_1989_modern(0), lenet_1989_modern(0, rectified=False)
    old = lenet_1989(0)
    for name, fan_in in {"H1": 25, "H2": 200, "H3": 192}.items():
        kernel = np.asarray(modern.get_layer(name).kernel)
        assert kernel.std() == pytest.approx(np.sqrt(2 / fan_in), rel=0.15)
        np.testing.assert_array_equal(squashed.get_layer(name).kernel, old.get_layer(name).kernel)
    backgrounds = [model.get_layer("H2").background for model in (modern, squashed)]
    assert backgrounds == [0.0, -1.0]
    images = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 1)).astype(np.float32)
    hidden = keras.Sequential(modern.layers[:-1])(images)
    assert float(np.min(hidden)) == 0
    np.testing.assert_array_equal(
        rounded_weights(lenet_1989_modern(4)), rounded_weights(lenet_1989_modern(4))
    )


@pytest.mark.parametrize("rectified", [True, False])
def test_batches_go_through_the_same_network(rectified: bool) -> None:
    model = lenet_1989_modern(5, rectified=rectified)
    for variable in model.trainable_variables:
        variable.assign_add(keras.random.uniform(variable.shape, -0.1, 0.1, seed=1))
    images = np.random.default_rng(0).uniform(-1, 1, (7, 16, 16, 1)).astype(np.float32)
    np.testing.assert_allclose(
        zip_codes.sums(model, images, training=False), model(images), atol=1e-5
    )


# Trainings

BY_PATTERN = {"network": "256-40-10", "mu": 0.02, "rates": [2e-4] * 6}
IN_BATCHES = {
    "rectified": True,
    "passes": 20,
    "batch": 32,
    "rate": 5e-3,
    "weight_decay": 0.01,
    "distortions": {"shift": 0.5, "scale": 0.02, "squeeze": 0.02, "shear": 0.0},
    "dropout": 0.0,
}


@pytest.mark.parametrize(
    ("train", "settings"),
    [
        (zip_codes.train_by_pattern, BY_PATTERN),
        (zip_codes.train_by_batch, IN_BATCHES),
        (zip_codes.train_by_batch, IN_BATCHES | {"distortions": None, "rectified": False}),
    ],
)
def test_a_validation_training_never_meets_the_test_set(
    train: Any, settings: dict[str, Any]
) -> None:
    (x, y), _ = DATA
    trained = train(((x, y), None), training(settings, final=False))
    assert trained.figures == {"validation_errors": trained.figures["validation_errors"]}
    assert trained.figures["validation_errors"] <= 10  # of 30; by chance 27
    # It learns nothing from the held-out patterns: with other labels they are all wrong.
    other = y.copy()
    other[-30:] = (y[-30:] + 5) % 10
    again = train(((x, other), None), training(settings, final=False)).figures
    assert again["validation_errors"] >= 20


@pytest.mark.parametrize(
    ("train", "settings", "counts"),
    [
        (zip_codes.train_by_pattern, BY_PATTERN, (10_690, 10_690)),
        (zip_codes.train_by_batch, IN_BATCHES, (64_660, 9_760)),
    ],
)
def test_a_final_training_is_judged_on_the_test_set(
    train: Any, settings: dict[str, Any], counts: tuple[int, int]
) -> None:
    lines: list[str] = []
    trained = train(DATA, training(settings, final=True, say=lines.append))
    figures, weights = trained
    assert (figures["multiply_adds"], figures["variables"]) == counts
    assert weights.shape == (figures["variables"],)
    assert weights.dtype == np.float16
    assert figures["train_errors"] <= 16
    assert figures["test_errors"] == len(figures["wrong"]) <= 12  # of 40
    assert 0 <= figures["rejected_percent"] <= 100
    passes = len(settings.get("rates", [])) or settings["passes"]
    assert len(figures["loss_by_pass"]) == len(lines) == passes
    assert figures["loss_by_pass"][-1] < figures["loss_by_pass"][0]
    # Of equal seeds equal networks.
    np.testing.assert_array_equal(train(DATA, training(settings, final=True)).weights, weights)
    other = train(DATA, training(settings, final=True, seed=1)).weights
    assert (other != weights).mean() > 0.5


def test_digits_may_be_distorted_before_they_are_scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    distorted: list[tuple[int, ...]] = []
    distort = PlanarAffine.__call__

    def watched(self: PlanarAffine, images: Any, rng: Any) -> Any:
        distorted.append(images.shape)
        return distort(self, images, rng)

    monkeypatch.setattr(PlanarAffine, "__call__", watched)
    large = tuple((images.repeat(2, axis=1).repeat(2, axis=2), labels) for images, labels in DATA)
    for settings, pixels in ((IN_BATCHES, 16), (IN_BATCHES | {"distorted": "before scaling"}, 32)):
        figures = zip_codes.train_by_batch(large, training(settings, final=True)).figures
        assert figures["test_errors"] <= 12  # of 40
        assert set(distorted) == {(160, pixels, pixels, 1)}
        distorted.clear()


def test_the_judged_weights_are_those_that_are_kept() -> None:
    figures, weights = zip_codes.train_by_pattern(DATA, training(BY_PATTERN, final=True))
    assert len(figures["test_error_by_pass"]) == len(figures["training_error_by_pass"]) == 6
    model = zip_codes._network("256-40-10", 1).reader
    set_rounded_weights(model, weights)
    np.testing.assert_array_equal(rounded_weights(model), weights)
    x, y = DATA[1]
    wrong = np.flatnonzero(np.asarray(model(x)).argmax(axis=1) != y)
    assert figures["wrong"] == wrong.tolist()


def test_the_first_updates_can_be_made_again() -> None:
    whole = zip_codes.train_by_pattern(DATA, training(BY_PATTERN, final=True)).figures
    first = zip_codes.train_by_pattern(DATA, training(BY_PATTERN, final=True, updates=160)).figures
    assert first == {"first_pass": pytest.approx(whole["first_pass"])}


def test_dropout_is_for_training_only() -> None:
    model = lenet_1989_modern(5, dropout=0.5)
    images = np.random.default_rng(0).uniform(-1, 1, (7, 16, 16, 1)).astype(np.float32)
    whole = lenet_1989_modern(5)(images)
    np.testing.assert_allclose(zip_codes.sums(model, images, training=False), whole, atol=1e-5)
    dropped = [np.asarray(zip_codes.sums(model, images, training=True)) for _ in range(2)]
    assert np.abs(dropped[0] - whole).max() > 0.1
    assert np.abs(dropped[0] - dropped[1]).max() > 0.1


def test_each_step_adds_to_the_one_before_and_both_data_sets_have_it() -> None:
    found = {experiment.name: experiment for experiment in zip_codes.ZIP_CODES}
    names = ["lenet_1989", "fully_connected"]
    names += [f"modern_{step}" for step in ("1_softmax", "2_adamw", "3_relu", "4_distorted")]
    names += ["modern_5_longer"]
    assert list(found) == [f"{data}_{name}" for data in ("usps", "standin") for name in names]
    for name in names:
        usps, standin = found[f"usps_{name}"], found[f"standin_{name}"]
        assert usps.candidates.items() <= standin.candidates.items()
        assert usps.load == zip_codes.load_zip_codes
        last = name == "modern_5_longer"
        unscaled, scaled = zip_codes.load_unscaled_standin, zip_codes.load_standin
        assert standin.load == (unscaled if last else scaled)
        assert (usps.test_patterns, standin.test_patterns) == (2007, 2007)
        assert standin.paper is None

    def common(name: str) -> dict[str, Any]:
        """Return the settings that all candidates of a step share."""
        first, *others = found[f"usps_{name}"].candidates.values()
        return {key: first[key] for key in first if all(o[key] == first[key] for o in others)}

    adamw, relu, distorted, longer = (common(name) for name in names[3:])
    assert adamw | {"rectified": True} == relu
    assert relu | {"passes": 60, "rate": 3e-3} == distorted | {"distortions": None}
    wider = found["usps_modern_4_distorted"].candidates["wider distortions"]["distortions"]
    assert distorted | {"passes": 100, "distortions": wider} == longer | {"dropout": 0.0}
