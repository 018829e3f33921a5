"""Small relatives of later networks: none has more parameters than LeNet-5, and all learn."""

import json
from math import prod

import keras
import numpy as np
import pytest

from lenet_course.datasets import Dataset, load_mnist
from lenet_course.experiments import load_result, relatives
from lenet_course.experiments.experiment import Experiment, Training

(X, Y), (X_TEST, Y_TEST) = load_mnist()
BUILDERS = (
    relatives.lenet,
    relatives.vgg,
    relatives.plain,
    relatives.resnet,
    relatives.mobilenet,
    relatives.convnext,
    relatives.patches,
    relatives.vit,
)


def parameters(model: keras.Model) -> int:
    return sum(prod(weight.shape) for weight in model.trainable_weights)


def test_each_relative_is_an_experiment() -> None:
    names = [experiment.name for experiment in relatives.EXPERIMENTS]
    assert names == [f"relatives_{build.__name__}" for build in BUILDERS]


@pytest.mark.parametrize("build", BUILDERS, ids=lambda build: build.__name__)
def test_none_is_larger_than_lenet5(build) -> None:
    model = build()
    assert parameters(model) <= 61_706
    assert model.input_shape == (None, 28, 28, 1)
    assert model.output_shape == (None, 10)


def test_skip_connections_cost_no_parameters_and_change_the_answer() -> None:
    with_skips, without = relatives.resnet(), relatives.plain()
    assert parameters(with_skips) == parameters(without)
    weights = [
        np.random.default_rng(0).normal(0.1, 0.3, weight.shape)
        for weight in with_skips.get_weights()
    ]
    for model in (with_skips, without):
        # Variances are positive.
        model.set_weights([np.abs(weight) for weight in weights])
    image = X[:1, ..., None] / 255
    assert not np.allclose(with_skips(image), without(image))
    # If all blocks say nothing, skips carry the first maps to the output.
    for model, says in ((with_skips, True), (without, False)):
        for layer in model.layers:
            if isinstance(layer, keras.layers.Conv2D) and layer.name != model.layers[1].name:
                layer.set_weights([0 * weight for weight in layer.get_weights()])
            if isinstance(layer, keras.layers.BatchNormalization):
                size = layer.gamma.shape
                layer.set_weights([np.ones(size), np.zeros(size), np.zeros(size), np.ones(size)])
        answers = np.asarray(model(X[:2, ..., None] / 255))
        assert (np.abs(answers[0] - answers[1]).max() > 1e-3) == says


def test_a_short_training() -> None:
    data: Dataset = ((X[:1920], Y[:1920]), (X_TEST[:500], Y_TEST[:500]))
    settings = {**relatives.RECIPE, "passes": 2}
    lines: list[str] = []
    training = Training(settings, 0, True, None, None, lines.append)
    figures = relatives.train(relatives.vgg, data, training).figures
    assert figures["test_errors"] < 200
    assert len(lines) == len(figures["loss_by_pass"]) == 2
    assert figures["parameters"] == 60_784
    assert figures["multiply_adds"] == 708_152
    json.dumps(figures, allow_nan=False)


@pytest.mark.parametrize("experiment", relatives.EXPERIMENTS, ids=lambda found: found.name)
def test_results(experiment: Experiment) -> None:
    result = load_result(experiment.name)
    assert len(result["seeds"]) >= experiment.seeds
    settings = result["candidates"][result["chosen"]]["settings"]
    assert settings == relatives.RECIPE
    for figures in result["seeds"].values():
        assert figures["test_errors"] == len(figures["wrong"]) < 1000
        assert figures["parameters"] <= 61_706
