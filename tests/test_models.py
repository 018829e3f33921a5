"""The networks have the shapes and the parameters that the book derives."""

import numpy as np

from lenet_course.models import lenet5_tutorial


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
