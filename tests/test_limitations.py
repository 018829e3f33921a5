"""The experiments on LeNet's limits build, train and hold out what they say."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenet_course import datasets
from lenet_course.datasets import Dataset, load_mnist
from lenet_course.experiments import limitations, zip_codes
from lenet_course.experiments.experiment import Experiment, Training
from lenet_course.experiments.limitations import Task, multiply_adds, network
from lenet_course.models import lenet5_modern
from lenet_course.robustness import CORRUPTIONS

(X, Y), (X_TEST, Y_TEST) = load_mnist()
FEW: Dataset = ((X[:1200], Y[:1200]), (X_TEST[:60], Y_TEST[:60]))
CANDIDATES = {
    name: settings
    for experiment in (limitations.SIZES, limitations.OVERFITTING)
    for name, settings in experiment.candidates.items()
}


@pytest.fixture(autouse=True)
def few_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limitations, "LEARNED", 1000)


def training(settings: Any, *, final: bool = False, seed: int = 0) -> Training:
    return Training(settings, seed, final, None, None, lambda line: None)


# Networks


def trainable(model: Any) -> int:
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


@pytest.mark.parametrize(
    ("name", "parameters", "work"),
    [
        # 117,600 in C1, 240,000 in C3, 48,000 in C5, 10,080 in F6 and 840.
        ("LeNet-5", 61_706, 416_520),
        ("equal parameters", 61_050, 3_726_208),
        ("equal multiply-adds", 5_026, 409_488),
        ("width x 2", 244_362, 1_429_200),
        ("3 stages", 33_706, 499_080),
        ("64 pixels", 390_026, 2_883_240),
    ],
)
def test_sizes_are_those_that_the_chapter_states(name: str, parameters: int, work: int) -> None:
    model = network(CANDIDATES[name], 0)
    assert trainable(model) == parameters
    assert multiply_adds(model) == work
    side = CANDIDATES[name].get("side", 28)
    assert model.input_shape == (None, side, side, 1)
    assert model.output_shape == (None, 10)


def test_rivals_are_no_larger_in_the_size_that_is_to_be_equal() -> None:
    lenet, parameters, work = (
        network(CANDIDATES[name], 0)
        for name in ("LeNet-5", "equal parameters", "equal multiply-adds")
    )
    assert 0.95 * trainable(lenet) < trainable(parameters) <= trainable(lenet)
    assert 0.95 * multiply_adds(lenet) < multiply_adds(work) <= multiply_adds(lenet)
    assert trainable(lenet) == lenet5_modern(0).count_params()


def test_the_seed_decides_the_first_weights() -> None:
    first, same, other = (network(CANDIDATES["dropout"], seed).get_weights() for seed in (1, 1, 2))
    for one, two in zip(first, same, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first[0] != other[0]).any()


# Trainings


def test_a_comparison_holds_digits_out_and_learns_what_it_is_told() -> None:
    settings = {**CANDIDATES["LeNet-5"], "digits": 500, "passes": 8}
    figures = limitations.train_compared(FEW, training(settings)).figures
    assert figures["validation_errors"] < 60  # of 200; by chance 180
    assert figures["variables"] == 61_706
    json.dumps(figures)
    (images, labels), test = FEW
    others = labels.copy()
    others[1000:] = (labels[1000:] + 5) % 10
    again = limitations.train_compared(((images, others), test), training(settings)).figures
    assert again["validation_errors"] > 140
    assert again["train_errors"] == figures["train_errors"]


def test_wrong_labels_are_drawn_at_random() -> None:
    settings = {**CANDIDATES["no remedy, wrong labels"], "digits": 640, "passes": 1, "wrong": 1.0}
    figures = limitations.train_compared(FEW, training(settings)).figures
    assert figures["validation_errors"] > 100  # of 200: there was nothing to learn
    assert 0 <= figures["wrong_labels_learned"] <= 640


@pytest.mark.parametrize("name", ["affine", "dropout", "equal multiply-adds", "64 pixels"])
def test_each_kind_can_be_trained(name: str) -> None:
    settings = {**CANDIDATES[name], "digits": 640, "passes": 3}
    figures = limitations.train_compared(FEW, training(settings)).figures
    assert figures["train_errors"] < 576  # by chance


@pytest.mark.parametrize(
    ("experiment", "changes"),
    [
        (limitations.PLAIN, {"affine": CANDIDATES["affine"]["affine"]}),
        (limitations.ADVERSARIAL, {"epsilon": 0.03, "steps": 2}),
    ],
)
def test_a_final_training_is_judged_by_what_may_happen_to_digits(
    experiment: Experiment, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limitations, "HARD", {"steps": 2, "restarts": 2})
    monkeypatch.setattr(limitations, "HARD_PATTERNS", 20)
    short = {"passes": 3, "growing": 3, "attack": 3}
    settings = {**experiment.candidates["fixed"], **short, **changes}
    figures, weights = experiment.train(FEW, training(settings, final=True))
    assert weights is not None
    assert weights.shape == (61_706,)
    assert figures["test_errors"] == len(figures["wrong"]) < 30  # of 60
    assert len(figures["loss_by_pass"]) == 3
    assert set(figures["corrupted_errors"]) == set(CORRUPTIONS)
    assert figures["test_errors"] <= figures["fgsm_errors"] <= 60
    assert figures["test_errors"] <= figures["pgd_errors"] <= 60
    assert 0 < figures["hard_errors"] <= 20
    assert figures["few_errors"] <= min(20, figures["pgd_errors"])


# Other tasks


def made_up(n: int, seed: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images (n, 28, 28, 1) that tell their labels by one of ten bright rows."""
    labels = np.random.default_rng(seed).integers(0, 10, n).astype(np.uint8)
    images = np.zeros((n, 28, 28, 1), np.float32)
    images[np.arange(n), 2 + (step * labels) % 10 * 2] = 1
    return images, labels


TASK = Task(made_up(640, 0, 1), made_up(256, 1, 3), made_up(100, 2, 3))
ADAPTED = {"patterns": 256, "source": 4, "passes": 12, "rate": 5e-3, "weight_decay": 0.01}


@pytest.mark.parametrize("way", ["scratch", "output", "all"])
def test_a_network_adapts_in_each_way(way: str) -> None:
    figures = limitations.train_adapted(TASK, training({**ADAPTED, "way": way})).figures
    assert figures["validation_errors"] < 30  # of 100


def test_a_network_of_digits_is_left_as_it_is() -> None:
    settings = {**ADAPTED, "way": "digits", "rate": 3e-3}
    own = Task(TASK.digits, TASK.learned, made_up(100, 4, 1))
    assert limitations.train_adapted(own, training(settings)).figures["validation_errors"] < 30
    assert limitations.train_adapted(TASK, training(settings)).figures["validation_errors"] > 50


def test_clothes_and_small_digits_are_in_the_libraries() -> None:
    clothes, small = limitations.load_clothes(None), limitations.load_small_digits(None)
    for task, learned, held_out in ((clothes, 12_000, 3000), (small, 1000, 797)):
        assert task.learned[0].shape == (learned, 28, 28, 1)
        assert task.held_out[0].shape == (held_out, 28, 28, 1)
        for images, labels in task:
            assert images.dtype == np.float32
            assert images.min() >= 0
            assert 0.9 < images.max() <= 1
            assert set(labels) == set(range(10))
    assert not small.learned[0][:, :4].any()  # a rim of paper


def test_what_is_not_in_the_package_is_asked_for() -> None:
    with pytest.raises(FileNotFoundError, match=r"license forbids it.* --data FOLDER"):
        limitations.load_zip_code_digits(None)
    with pytest.raises(FileNotFoundError, match=r"too large.* --data PATH"):
        limitations.load_things(None)


def test_zip_codes_are_read_from_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.full((1400, 16, 16, 1), 1.0, np.float32)
    labels = (np.arange(1400) % 10).astype(np.uint8)
    monkeypatch.setattr(limitations, "load_zip_codes", lambda path: ((images, labels), None))
    task = limitations.load_zip_code_digits(tmp_path)
    assert len(task.learned[0]) == 109
    assert len(task.held_out[0]) == 1291
    expected = np.zeros((28, 28))
    expected[4:24, 4:24] = 1
    np.testing.assert_allclose(task.held_out[0][0, ..., 0], expected, atol=1e-6)


def test_things_become_gray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((10_100, 32, 32, 3), np.uint8)
    images[..., 1] = 255
    labels = (np.arange(len(images)) % 10).astype(np.uint8)
    monkeypatch.setattr(limitations, "load_cifar10", lambda path: ((images, labels), None))
    task = limitations.load_things(tmp_path)
    assert task.learned[0].shape == (100, 28, 28, 1)
    np.testing.assert_allclose(task.held_out[0], 0.587, atol=1e-5)


def test_loaders_are_those_of_the_package() -> None:
    assert limitations.load_zip_codes is zip_codes.load_zip_codes
    assert limitations.load_cifar10 is datasets.load_cifar10


def test_ways_that_make_no_sense_are_left_out() -> None:
    ways = {e.name: set(e.candidates) for e in limitations.EXPERIMENTS}
    assert "network of digits" in ways["limits_usps"] & ways["limits_small_digits"]
    assert "network of digits" not in ways["limits_clothes"] | ways["limits_things"]
