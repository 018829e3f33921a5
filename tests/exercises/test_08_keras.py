"""Chapter 08: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from lenet_course.exercises.catalog import find
from lenet_course.exercises.checker import judge


def network(
    *,
    padding: str = "valid",
    pool: type[keras.Layer] = keras.layers.AveragePooling2D,
    strides: int | None = None,
    hidden: str | None = "tanh",
    last: str | None = "softmax",
    filters: tuple[int, int] = (6, 16),
    dense: tuple[int, ...] = (120, 84),
    use_bias: bool = True,
    side: int = 28,
    flatten: bool = True,
) -> keras.Sequential:
    """The network of the chapter, with what one learner would do otherwise."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((side, side, 1)),
            layers.Conv2D(filters[0], 5, padding=padding, activation=hidden, use_bias=use_bias),
            pool(2, strides=strides),
            layers.Conv2D(filters[1], 5, padding=padding, activation=hidden),
            pool(2, strides=strides),
            *([layers.Flatten()] if flatten else []),
            *(layers.Dense(units, activation=hidden) for units in dense),
            layers.Dense(10, activation=last),
        ]
    )


def building(
    *,
    optimizer: Any = "adam",
    loss: Any = "categorical_crossentropy",
    metrics: Any = ("accuracy",),
    **network_settings: Any,
) -> Callable[[], keras.Model]:
    def build() -> keras.Model:
        model = network(**network_settings)
        model.compile(optimizer=optimizer, loss=loss, metrics=metrics and list(metrics))
        return model

    return build


def build_without_compiling():
    return network()


def build_without_input():
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile(loss="categorical_crossentropy")
    return model


def build_with_relu_layer():
    first = [keras.Input((28, 28, 1)), keras.layers.Conv2D(6, 5), keras.layers.ReLU()]
    model = keras.Sequential([*first, *network().layers[1:]])
    model.compile(loss="categorical_crossentropy")
    return model


def build_functional():
    pixels = keras.Input((28, 28, 1), name="pixels")
    maps = keras.layers.Conv2D(filters=6, kernel_size=(5, 5))(pixels)
    maps = keras.layers.Activation("tanh")(maps)
    maps = keras.layers.AveragePooling2D(pool_size=(2, 2))(maps)
    maps = keras.layers.Conv2D(16, 5, activation=keras.ops.tanh)(maps)
    maps = keras.layers.AveragePooling2D(2, strides=2)(maps)
    units = keras.layers.Flatten()(maps)
    units = keras.layers.Dense(120, "tanh")(units)
    units = keras.layers.Dense(84, "tanh")(units)
    digits = keras.layers.Softmax()(keras.layers.Dense(10)(units))
    model = keras.Model(pixels, digits)
    model.compile(
        keras.optimizers.Adam(1e-3),
        keras.losses.CategoricalCrossentropy(),
        metrics=[keras.metrics.CategoricalAccuracy()],
    )
    return model


def standardize(images):
    images = images.astype("float32")
    return ((images - images.mean()) / images.std())[..., None]


def stretch(images):
    low, high = images.min(), images.max()
    return ((images.astype("float32") - low) / (high - low))[..., None]


def prepare_in_place(images):
    prepared = images.astype("float32").reshape(len(images), 28, 28, 1)
    prepared /= 255
    images[:] = 0  # a bad habit, but the answer is right
    print("prepared", len(images))
    return prepared


def binary_code(labels, classes=10):
    return (labels[:, None] >> np.arange(4)) & 1


def classes_that_occur(labels, classes=10):
    return (labels[:, None] == np.unique(labels)).astype("float32")


def label_as_value(labels, classes=10):
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels] = labels
    return rows


def one_hot_by_loop(labels, classes=10):
    return [[1.0 if column == label else 0.0 for column in range(classes)] for label in labels]


def shuffle_separately(x, y, held_out=5000):
    random = np.random.default_rng(1)
    x, y = random.permutation(x), random.permutation(y)
    return (x[:-held_out], y[:-held_out]), (x[-held_out:], y[-held_out:])


def choose_at_random(x, y, held_out=5000):
    order = np.random.default_rng(1).permutation(len(x))
    rest, chosen = order[:-held_out], order[-held_out:]
    return (x[rest], y[rest]), (x[chosen], y[chosen])


def split_by_index(x, y, held_out=5000):
    cut = len(x) - held_out
    (x_fit, x_val), (y_fit, y_val) = np.split(x, [cut]), np.split(y, [cut])
    return [x_fit, y_fit], [x_val, y_val]


def mistakes_by_loop(probabilities, labels):
    return [i for i, row in enumerate(probabilities) if int(np.argmax(row)) != labels[i]]


def against_one_hot(probabilities, labels):
    return np.flatnonzero(probabilities.argmax(axis=1) != np.eye(10)[labels])


def true_class_under_half(probabilities, labels):
    return np.flatnonzero(probabilities[np.arange(len(labels)), labels] < 0.5)


def misread_labels(probabilities, labels):
    return labels[probabilities.argmax(axis=1) != labels]


def misread_as(probabilities, labels):
    read = probabilities.argmax(axis=1)
    return read[read != labels]


# exercise, misconception, answer, a phrase of the message that names it
WRONG: list[tuple[str, str, Any, str]] = [
    ("08.sides", "sides of the 32x32 network", [28, 14, 10, 5], "takes 32x32 images"),
    ("08.sides", "padding keeps the side", [28, 14, 14, 7], "padding='same'"),
    ("08.sides", "pooling has stride 1", [24, 23, 19, 18], "one pixel at a time"),
    ("08.sides", "n - k places", [23, 11, 6, 3], "28 - 5 = 23 is one too few"),
    ("08.sides", "n - k places, further down", [24, 12, 7, 3], "12 - 5 = 7 is one too few"),
    ("08.sides", "only C1 shrinks", [24, 12, 12, 6], "12 became 12. Without padding"),
    ("08.sides", "pooling keeps the side", [24, 24, 20, 20], "halves the side"),
    ("08.sides", "convolutions only", [24, 8], "after C1, S2, C3 and S4. You gave [24, 8]"),
    ("08.prepare", "channels first", lambda x: x[:, None] / 255, "The channel axis stands second"),
    ("08.prepare", "gray needs no channel", lambda x: x / 255, "channel axis is missing"),
    ("08.prepare", "input is a row", lambda x: x.reshape(len(x), -1) / 255, "was flattened"),
    ("08.prepare", "// divides", lambda x: x[..., None] // 255, "// drops the fraction"),
    ("08.prepare", "a dtype is a scale", lambda x: x[..., None] * 1.0, "they were not scaled"),
    ("08.prepare", "256 grays", lambda x: x[..., None] / 256, "= 200 / 256"),
    ("08.prepare", "its own maximum", lambda x: x[..., None] / x.max(), "from these images"),
    ("08.prepare", "its own range", stretch, "from these images"),
    ("08.prepare", "normalize is standardize", standardize, "That is standardizing"),
    ("08.prepare", "-1 to 1", lambda x: x[..., None] / 127.5 - 1, "subtract nothing"),
    ("08.prepare", "/ keeps float32", lambda x: x[..., None] / 255, "float64 and not float32"),
    (
        "08.one_hot",
        "width from the batch",
        lambda labels, classes=10: np.eye(labels.max() + 1)[labels],
        "because the largest of these six labels is 7",
    ),
    ("08.one_hot", "classes from the batch", classes_that_occur, "five labels that occur here"),
    ("08.one_hot", "a code is binary", binary_code, "a binary code"),
    (
        "08.one_hot",
        "columns count from 1",
        lambda labels, classes=10: np.eye(classes)[labels - 1],
        "Its 1 stands in column 2 and not in column 3, off by 1",
    ),
    (
        "08.one_hot",
        "a class is a row",
        lambda labels, classes=10: np.eye(classes)[labels].T,
        "transposed",
    ),
    (
        "08.one_hot",
        "a column of labels",
        lambda labels, classes=10: labels[:, None].astype("float32"),
        "still one number for each digit",
    ),
    ("08.one_hot", "the label is the entry", label_as_value, "not the label itself"),
    (
        "08.one_hot",
        "classes are steps",
        lambda labels, classes=10: (np.arange(classes) <= labels[:, None]) * 1.0,
        "in every column up to the label",
    ),
    (
        "08.one_hot",
        "minus one for the others",
        lambda labels, classes=10: 2 * np.eye(classes)[labels] - 1,
        "and 0 everywhere else",
    ),
    (
        "08.one_hot",
        "classes are always ten",
        lambda labels, classes=10: np.eye(10)[labels],
        "Write `classes` where you wrote 10",
    ),
    (
        "08.split",
        "held out but also fitted on",
        lambda x, y, held_out=5000: ((x, y), (x[-held_out:], y[-held_out:])),
        "left in the training part",
    ),
    (
        "08.split",
        "the first digits",
        lambda x, y, held_out=5000: (
            (x[held_out:], y[held_out:]),
            (x[:held_out], y[:held_out]),
        ),
        "the first five of 20",
    ),
    ("08.split", "shuffling two arrays", shuffle_separately, "were shuffled separately"),
    ("08.split", "held out is at random", choose_at_random, "chosen at random"),
    (
        "08.split",
        "validation comes first",
        lambda x, y, held_out=5000: (
            (x[-held_out:], y[-held_out:]),
            (x[:-held_out], y[:-held_out]),
        ),
        "The parts are swapped",
    ),
    (
        "08.split",
        "the size is always 60,000",
        lambda x, y, held_out=5000: ((x[:55000], y[:55000]), (x[55000:], y[55000:])),
        "write `held_out` instead",
    ),
    (
        "08.split",
        "a slice includes its end",
        lambda x, y, held_out=5000: (
            (x[: -held_out - 1], y[: -held_out - 1]),
            (x[-held_out:], y[-held_out:]),
        ),
        "Digits [14] are in neither part",
    ),
    (
        "08.split",
        "labels need no cut",
        lambda x, y, held_out=5000: ((x[:-held_out], y), (x[-held_out:], y)),
        "15 images but 20 labels",
    ),
    (
        "08.split",
        "four arrays in a row",
        lambda x, y, held_out=5000: (x[:-held_out], y[:-held_out], x[-held_out:], y[-held_out:]),
        "returned 4 values. Return two pairs",
    ),
    ("08.model", "padding keeps the side", building(padding="same"), "adds a border of zeros"),
    ("08.model", "pooling is max", building(pool=keras.layers.MaxPooling2D), "by averages"),
    ("08.model", "pooling has stride 1", building(strides=1), "S2 has strides=(1, 1)"),
    ("08.model", "hidden layers are ReLU", building(hidden="relu"), "more than ten years later"),
    ("08.model", "ReLU as a layer", build_with_relu_layer, "C1 has activation='relu'"),
    ("08.model", "layers are nonlinear", building(hidden=None), "is linear, and two linear layers"),
    ("08.model", "the loss takes care of it", building(last=None), "Without softmax"),
    ("08.model", "sigmoid gives probabilities", building(last="sigmoid"), "ten separate questions"),
    ("08.model", "tanh everywhere", building(last="tanh"), "cannot be negative"),
    ("08.model", "maps from many to few", building(filters=(16, 6)), "they are swapped"),
    ("08.model", "F6 is the output", building(dense=(120,)), "Layer 8 of yours is nothing"),
    ("08.model", "dense layers take maps", building(flatten=False), "of the table Flatten"),
    ("08.model", "tanh needs no bias", building(use_bias=False), "44,420 parameters and not"),
    ("08.model", "the 32x32 input", building(side=32), "takes images of shape (32, 32, 1)"),
    ("08.model", "Keras finds the size", build_without_input, "does not know the size"),
    ("08.model", "building is enough", build_without_compiling, "Now compile the model"),
    ("08.model", "a metric is a loss", building(loss="accuracy"), "which is a metric"),
    (
        "08.model",
        "a metric's function is a loss",
        building(loss=keras.metrics.categorical_accuracy),
        "which is a metric",
    ),
    (
        "08.model",
        "classes want the sparse loss",
        building(loss="sparse_categorical_crossentropy"),
        "takes labels as plain digits",
    ),
    ("08.model", "error is squared", building(loss="mse"), "suits measured numbers"),
    ("08.model", "ten yes or no", building(loss="binary_crossentropy"), "ten separate yes-or-no"),
    (
        "08.model",
        "softmax in the loss too",
        building(loss=keras.losses.CategoricalCrossentropy(from_logits=True)),
        "would be taken twice",
    ),
    ("08.model", "SGD, as in the paper", building(optimizer="sgd"), "SGD; the chapter uses Adam"),
    ("08.model", "the loss says enough", building(metrics=None), "add metrics=['accuracy']"),
    (
        "08.mistakes",
        "columns are digits",
        lambda p, labels: np.flatnonzero(p.argmax(axis=0) != labels),
        "each column (axis=0)",
    ),
    (
        "08.mistakes",
        "unsure is wrong",
        lambda p, labels: np.flatnonzero(p.max(axis=1) < 0.5),
        "Being unsure is not being wrong",
    ),
    ("08.mistakes", "right needs a majority", true_class_under_half, "need not reach one half"),
    (
        "08.mistakes",
        "a mask is a list",
        lambda p, labels: p.argmax(axis=1) != labels,
        "10 truth values (a mask), with 3 True",
    ),
    (
        "08.mistakes",
        "a match is a mistake",
        lambda p, labels: np.flatnonzero(p.argmax(axis=1) == labels),
        "read correctly",
    ),
    (
        "08.mistakes",
        "where gives an array",
        lambda p, labels: np.where(p.argmax(axis=1) != labels),
        "np.where and np.nonzero",
    ),
    ("08.mistakes", "labels are one-hot", against_one_hot, "such as one-hot labels"),
    ("08.mistakes", "the digits themselves", misread_labels, "the labels of the misread digits"),
    ("08.mistakes", "what they were read as", misread_as, "what the misread digits were taken for"),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("08.sides", "both borders lose 5", [18, 9, 4, 2], "Count the places where a kernel"),
    (
        "08.prepare",
        "channel in front",
        lambda x: x[None] / 255,
        "The shape is (1, 7, 28, 28) and should be (7, 28, 28, 1)",
    ),
    ("08.prepare", "black on white", lambda x: 1 - x[..., None] / 255, "and should become"),
    (
        "08.one_hot",
        "a column for none of them",
        lambda labels, classes=10: np.eye(classes + 1)[labels],
        "The shape is (6, 11) and should be (6, 10)",
    ),
    ("08.model", "84 before 120", building(dense=(84, 120)), "C5 has units=84"),
    (
        "08.mistakes",
        "argmin reads the digit",
        lambda p, labels: np.flatnonzero(p.argmin(axis=1) != labels),
        "3 of the 10 digits are misread",
    ),
    (
        "08.mistakes",
        "how many there are",
        lambda p, labels: np.sum(p.argmax(axis=1) != labels),
        "an array of shape ()",
    ),
    ("08.split", "validation is images", lambda x, y, held_out=5000: x[-held_out:], "an array of"),
    ("08.model", "hinge", building(loss=keras.losses.Hinge()), "The loss is Hinge; the"),
    ("08.model", "not a model", lambda: keras.layers.Flatten(), "returned a value of type Flatten"),
    ("08.model", "called", network(), "not the model it makes"),
    ("08.split", "numbers", lambda x, y, held_out=5000: ((1, 2), (3, 4)), "returns two pairs"),
]

RIGHT: list[tuple[str, Any]] = [
    ("08.sides", (24, 12, 8, 4)),
    ("08.sides", np.array([24.0, 12.0, 8.0, 4.0])),
    ("08.prepare", prepare_in_place),
    ("08.prepare", lambda x: np.expand_dims(np.float32(x) / np.float32(255), -1)),
    ("08.prepare", lambda x: keras.ops.cast(x[..., None], "float32") / 255),
    ("08.one_hot", keras.utils.to_categorical),
    ("08.one_hot", one_hot_by_loop),
    ("08.one_hot", lambda labels, classes=10: labels[:, None] == np.arange(classes)),
    ("08.split", split_by_index),
    ("08.model", build_functional),
    ("08.model", building(loss=["categorical_crossentropy"])),
    ("08.model", building(loss=keras.losses.categorical_crossentropy, metrics=["acc"])),
    ("08.mistakes", mistakes_by_loop),
    ("08.mistakes", lambda p, labels: np.nonzero(np.argsort(p)[:, -1] - labels)[0]),
]


def test_crashing_misconceptions_are_reported_with_the_line_and_what_was_given():
    def mistakes(probabilities, labels):
        return np.flatnonzero(probabilities.argmax(axis=1) != labels.argmax(axis=1))

    message = judge(find("08.mistakes"), mistakes).message
    assert "labels.argmax(axis=1))" in message
    assert "AxisError" in message
    assert "labels: an array of shape (10,)" in message
