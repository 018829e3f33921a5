"""Parameters and multiply-adds of networks, counted in Keras and by hand."""

import keras
import numpy as np
import pytest
from keras import layers

from lenet_course.models import lenet5_1998, lenet5_modern, lenet5_tutorial
from lenet_course.successors import (
    alexnet,
    googlenet,
    multiply_adds,
    vision_transformer,
    vit_b16,
)

SMALL = {"patch": 7, "width": 8, "depth": 2, "heads": 2, "hidden": 12}


def test_lenet5_by_hand() -> None:
    convolutions = 28 * 28 * 25 * 6 + 10 * 10 * 25 * 6 * 16
    assert multiply_adds(lenet5_modern()) == convolutions + 400 * 120 + 120 * 84 + 84 * 10
    convolutions = 24 * 24 * 25 * 6 + 8 * 8 * 25 * 6 * 16
    assert multiply_adds(lenet5_tutorial()) == convolutions + 256 * 120 + 120 * 84 + 84 * 10


def test_each_kind_of_layer_by_hand() -> None:
    inside = keras.Sequential([layers.Input((6, 6, 8)), layers.Conv2D(4, 1, use_bias=False)])
    model = keras.Sequential(
        [
            layers.Input((12, 12, 3)),
            layers.Conv2D(6, 3, padding="same", groups=3),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2),
            layers.Dense(8),
            inside,
        ]
    )
    grouped = 12 * 12 * 9 * 1 * 6
    depthwise = 6 * 6 * 9 * 6 * 2
    assert multiply_adds(model) == grouped + depthwise + 6 * 6 * 12 * 8 + 6 * 6 * 8 * 4


def test_attention_by_hand() -> None:
    tokens = layers.Input((5, 12))
    model = keras.Model(tokens, layers.MultiHeadAttention(2, 4)(tokens, tokens))
    projections = 5 * 12 * 8 * 3 + 5 * 8 * 12
    assert multiply_adds(model) == projections + 2 * 5 * 5 * 8


def test_a_layer_that_cannot_be_counted_is_named() -> None:
    with pytest.raises(ValueError, match="C1 is of the kind ConnectionTableConv2D, expected a"):
        multiply_adds(lenet5_1998())


def test_the_networks_of_the_papers() -> None:
    network = alexnet()
    # 60 million parameters (abstract), of which the fully connected layers have most.
    assert network.count_params() == 60_965_224
    assert multiply_adds(network) == 724_406_816
    # The 650,000 neurons of the abstract.
    neurons = [
        np.prod(layer.output.shape[1:])
        for layer in network.layers
        if isinstance(layer, (layers.Conv2D, layers.Dense))
    ]
    assert sum(neurons) == pytest.approx(650_000, rel=0.02)
    keras.backend.clear_session()
    network = googlenet()
    assert network.count_params() == 6_998_552
    # "1.5 billion multiply-adds at inference time" (section 1).
    assert multiply_adds(network) == pytest.approx(1.5e9, rel=0.06)
    assert [layer.output.shape[1:] for layer in network.layers if "concat" in layer.name] == [
        (28, 28, 256),
        (28, 28, 480),
        (14, 14, 512),
        (14, 14, 512),
        (14, 14, 512),
        (14, 14, 528),
        (14, 14, 832),
        (7, 7, 832),
        (7, 7, 1024),
    ]


def test_the_vision_transformer_of_the_paper() -> None:
    network = vit_b16()
    assert network.count_params() == 86_567_656  # 86 million (Table 1)
    blocks = 12 * (4 * 197 * 768**2 + 2 * 197**2 * 768 + 2 * 197 * 768 * 3072)
    assert multiply_adds(network) == 196 * 768 * 768 + blocks + 768 * 1000


def test_patches_see_each_other_by_attention_only() -> None:
    keras.utils.set_random_seed(0)
    images = np.random.default_rng(0).random((2, 28, 28, 1)).astype(np.float32)
    changed = images.copy()
    changed[:, :7, :7] = 0  # the first of 16 patches
    for attention in (True, False):
        model = vision_transformer(28, 1, 10, attention=attention, **SMALL)
        assert model.output_shape == (None, 10)
        last = next(layer for layer in model.layers if layer.name == "worked2")
        tokens = keras.Model(model.input, last.output)
        differ = np.abs(tokens(images) - tokens(changed)).max(axis=(0, 2)) > 0
        # With attention there is one token more, and all have heard of the change.
        assert differ.sum() == (17 if attention else 1)


@pytest.mark.parametrize("wrong", [{"patch": 5}, {"heads": 3}])
def test_patches_and_heads_that_do_not_fit_are_named(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected patches that fill the image and heads"):
        vision_transformer(28, 1, 10, **(SMALL | wrong))
