"""Small relatives of LeNet's successors on the same digits (chapter 15; in none of the papers)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

from lenet_course.datasets import Dataset, load_mnist
from lenet_course.experiments.batches import falling_to_zero, scores, train_in_batches
from lenet_course.experiments.experiment import Experiment, Trained, Training
from lenet_course.experiments.judging import judge
from lenet_course.experiments.modern import distortion, scaled

if TYPE_CHECKING:
    import keras

RELATIVES = "Small relatives of later networks, 61,706 parameters at most: 10 passes, one recipe"
BATCH = 64

# The same for all networks, and fixed before any of them was trained.
RECIPE = {
    "rate": 2e-3,
    "weight_decay": 0.05,
    "affine": {"shift": 1.0, "scale": 0.06, "squeeze": 0.06, "shear": 0.12},
    "elastic": None,
    "passes": 10,
}


def lenet() -> keras.Model:
    """Build LeNet-5's layer sizes, to compare with."""
    from lenet_course.models import lenet5_modern

    return lenet5_modern()


def vgg() -> keras.Model:
    """Build LeNet-5 with two layers of 3x3 in place of each layer of 5x5.

    K. Simonyan and A. Zisserman, "Very deep convolutional networks for large-scale image
    recognition", 2015, section 2.3: two layers of 3x3 see 5x5 pixels. C5 has 4 units less, to stay
    below LeNet-5's parameters.
    """
    from keras import Sequential
    from keras.layers import Dense, Flatten, Input, MaxPooling2D

    return Sequential(
        [
            Input((28, 28, 1)),
            _convolution(6, 3, activation="relu"),
            _convolution(6, 3, activation="relu"),
            MaxPooling2D(2),
            _convolution(16, 3, padding="valid", activation="relu"),
            _convolution(16, 3, padding="valid", activation="relu"),
            MaxPooling2D(2),
            Flatten(),
            Dense(116, activation="relu", kernel_initializer="he_normal"),
            Dense(84, activation="relu", kernel_initializer="he_normal"),
            Dense(10),
        ],
        name="vgg",
    )


def resnet(skip: bool = True) -> keras.Model:
    """Build 13 convolutions and one fully connected layer, with or without skip connections.

    K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition", 2016,
    sections 3.3 and 4.2. Where maps get smaller and more, a skip connection takes every second
    pixel and adds maps of zeros, so that it costs no parameters.

    Parameters
    ----------
    skip
        False: the same layers, one after the other.
    """
    from keras import Input, Model, ops
    from keras.layers import Add, BatchNormalization, Dense, GlobalAveragePooling2D, ReLU

    def normalized(maps: Any, width: int, strides: int) -> Any:
        return BatchNormalization()(_convolution(width, 3, strides=strides, use_bias=False)(maps))

    image = Input((28, 28, 1))
    maps = ReLU()(normalized(image, 6, 2))
    for width, strides in ((6, 1), (6, 1), (12, 2), (12, 1), (24, 2), (24, 1)):
        changed = normalized(ReLU()(normalized(maps, width, strides)), width, 1)
        if skip:
            if strides == 2:
                more = width // 4  # the width has doubled
                maps = ops.pad(maps[:, ::2, ::2], ((0, 0), (0, 0), (0, 0), (more, more)))
            changed = Add()([maps, changed])
        maps = ReLU()(changed)
    return Model(image, Dense(10)(GlobalAveragePooling2D()(maps)), name="resnet")


def plain() -> keras.Model:
    """Build the layers of `resnet` without its skip connections."""
    return resnet(skip=False)


def mobilenet() -> keras.Model:
    """Build a network of depthwise separable convolutions.

    A. Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision
    applications", 2017, section 3: each map is convolved alone, then layers of 1x1 mix the maps.
    """
    from keras import Input, Sequential
    from keras.layers import (
        BatchNormalization,
        Dense,
        DepthwiseConv2D,
        GlobalAveragePooling2D,
        ReLU,
    )

    layers = [_convolution(16, 3, strides=2, use_bias=False), BatchNormalization(), ReLU()]
    for width, strides in ((32, 1), (64, 2), (64, 1), (128, 2)):
        layers += [
            DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False),
            BatchNormalization(),
            ReLU(),
            _convolution(width, 1, use_bias=False),
            BatchNormalization(),
            ReLU(),
        ]
    return Sequential(
        [Input((28, 28, 1)), *layers, GlobalAveragePooling2D(), Dense(10)], name="mobilenet"
    )


def convnext() -> keras.Model:
    """Build a network of patches, depthwise convolutions of 7x7 and wide hidden layers.

    Z. Liu et al., "A ConvNet for the 2020s", 2022, section 2.
    """
    from keras import Input, Model
    from keras.layers import (
        Add,
        Dense,
        DepthwiseConv2D,
        GlobalAveragePooling2D,
        LayerNormalization,
    )

    image = Input((28, 28, 1))
    maps = LayerNormalization()(_convolution(24, 4, strides=4)(image))
    for width in (24, 24, 40):
        if maps.shape[-1] != width:
            maps = _convolution(width, 2, strides=2)(LayerNormalization()(maps))
        changed = LayerNormalization()(DepthwiseConv2D(7, padding="same")(maps))
        changed = Dense(width)(Dense(4 * width, activation="gelu")(changed))
        maps = Add()([maps, changed])
    maps = LayerNormalization()(GlobalAveragePooling2D()(maps))
    return Model(image, Dense(10)(maps), name="convnext")


def vit(attention: bool = True) -> keras.Model:
    """Build a vision transformer of 16 patches of 7x7 pixels, with or without attention."""
    from lenet_course.successors import vision_transformer

    return vision_transformer(
        28, 1, 10, patch=7, width=32, depth=3, heads=4, hidden=64, attention=attention
    )


def patches() -> keras.Model:
    """Build the layers of `vit` without attention: no patch knows of another one."""
    return vit(attention=False)


def _convolution(width: int, side: int, **more: Any) -> keras.layers.Layer:
    from keras.layers import Conv2D

    return Conv2D(width, side, **{"padding": "same", "kernel_initializer": "he_normal"} | more)


def train(build: Callable[[], keras.Model], data: Dataset, training: Training) -> Trained:
    """Train one network by the recipe in its settings; see `Experiment.train`."""
    import keras

    from lenet_course.successors import multiply_adds

    settings, seed, _, _, _, say = training
    (images, y), (test_images, test_labels) = data
    keras.utils.set_random_seed(seed)
    model = build()
    optimizer = keras.optimizers.AdamW(
        falling_to_zero(settings["rate"], len(images), BATCH, settings["passes"]),
        weight_decay=settings["weight_decay"],
    )
    losses = train_in_batches(
        model,
        optimizer,
        scaled(images),
        y,
        passes=settings["passes"],
        batch=BATCH,
        seed=seed,
        prepare=distortion(settings),
        say=say,
    )
    figures = judge(scores(model, scaled(test_images)), test_labels)
    figures |= {
        "loss_by_pass": losses,
        "multiply_adds": multiply_adds(model),
        "parameters": sum(prod(weight.shape) for weight in model.trainable_weights),
    }
    return Trained(figures, None)


def _relative(build: Callable[[], keras.Model], question: str) -> Experiment:
    return Experiment(
        name=f"relatives_{build.__name__}",
        question=question,
        table=RELATIVES,
        paper=None,
        candidates={"one recipe for all": RECIPE},
        load=load_mnist,
        train=partial(train, build),
        seeds=2,
        choosing_seeds=0,
        choice="fixed for all of them beforehand",
    )


EXPERIMENTS = (
    _relative(lenet, "LeNet-5's layer sizes"),
    _relative(vgg, "two layers of 3x3 for each of 5x5, as in VGG"),
    _relative(plain, "14 layers without skip connections"),
    _relative(resnet, "14 layers with skip connections, as in ResNet"),
    _relative(mobilenet, "depthwise separable convolutions, as in MobileNet"),
    _relative(convnext, "patches and depthwise convolutions of 7x7, as in ConvNeXt"),
    _relative(patches, "patches without attention"),
    _relative(vit, "patches and attention, as in ViT"),
)
