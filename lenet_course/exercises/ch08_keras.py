"""The exercises of chapter 08, LeNet in Keras.

Each check tries the answer on a few small inputs, chosen so that every mistake named below gives
a result of its own. The right answers, with which a worksheet goes on past a blank, come first.
"""

from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import Shape, check_shape
from lenet_course.exercises.exercise import Exercise, Wrong

Array = NDArray[Any]

SIDES = [24, 12, 8, 4]


def prepare(images: Array) -> Array:
    """Turn uint8 images (n, 28, 28) into float32 (n, 28, 28, 1) in [0, 1]."""
    return images[..., np.newaxis].astype("float32") / 255


def one_hot(labels: Array, classes: int = 10) -> Array:
    """Turn labels (n,) into rows (n, classes) with one 1 each."""
    return np.eye(classes, dtype="float32")[labels]


def split(x: Array, y: Array, held_out: int = 5000) -> tuple[tuple[Array, Array], ...]:
    """Hold out the last digits: (x_fit, y_fit), (x_val, y_val)."""
    return (x[:-held_out], y[:-held_out]), (x[-held_out:], y[-held_out:])


def build() -> Any:
    """Build and compile the Keras model of chapter 08."""
    from lenet_course.models import lenet5_tutorial

    model = lenet5_tutorial()
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def mistakes(probabilities: Array, labels: Array) -> Array:
    """Return the indices of the digits whose most probable class is not their label."""
    return np.flatnonzero(probabilities.argmax(axis=1) != labels)


def check_sides(answer: Any) -> None:
    """Check the sides of the maps after C1, S2, C3 and S4."""
    given = [int(side) for side in answer]
    if len(given) != len(SIDES):
        raise Wrong(f"Four sides are asked for, after C1, S2, C3 and S4. You gave {given}.")
    if given == [28, 14, 10, 5]:
        raise Wrong(
            f"{given} are the sides in a network that takes 32x32 images, as LeNet-5 did in 1998: "
            "32 - 5 + 1 = 28. Here the image itself has side 28; start C1 from there."
        )
    if given == [28, 14, 14, 7]:
        raise Wrong(
            f"{given} come from padding='same', which surrounds the image with zeros so that a "
            "convolution keeps the side. Keras pads only if told to; here nothing is padded."
        )
    if given == [24, 23, 19, 18]:
        raise Wrong(
            f"{given} come from pooling that moves one pixel at a time. The windows of a 2x2 "
            "pooling do not overlap: its stride is 2, so the side is halved."
        )
    before = 28
    for name, side, right in zip(("C1", "S2", "C3", "S4"), given, SIDES, strict=True):
        if side == right:
            before = side
            continue
        if name in ("S2", "S4"):
            rule = "A 2x2 pooling with stride 2 halves the side: each 2x2 block becomes one value."
        elif side == before - 5:
            rule = (
                f"{before} - 5 = {side} is one too few: a kernel of side 5 can start at pixel 0 "
                "as well as at every later pixel that leaves it room. Count both ends."
            )
        elif side == before:
            rule = "Without padding a 5x5 kernel cannot be centered on the border: the map shrinks."
        else:
            rule = "Count the places where a kernel of side 5 fits into that side."
        raise Wrong(f"The first side to look at again is {name}: {before} became {side}. {rule}")


def check_prepare(answer: Any) -> None:
    """Check images turned into what Keras wants."""
    # No pixel is 0 or 255, so that dividing by the largest or stretching the range shows.
    images = np.random.default_rng(8).integers(10, 201, size=(7, 28, 28), dtype="uint8")
    result = as_array(call(answer, images=images), "The result")
    shapes: dict[Shape, str] = {
        (7, 1, 28, 28): "The channel axis stands second (channels first, as in PyTorch). Keras "
        "wants it last.",
        (7, 28, 28): "The channel axis is missing. Conv2D wants (n, height, width, channels), and "
        "a gray image has one channel.",
        (7, 784): "Each image was flattened into a row, as for a network of Dense layers only. A "
        "convolution needs rows and columns.",
    }
    check_shape(result, (7, 28, 28, 1), shapes, "These are 7 gray images.")
    _check_pixels(result, images)
    if result.dtype != np.float32:
        raise Wrong(
            f"The values are right; only the dtype is {result.dtype} and not float32. For 60,000 "
            f"images that is {60_000 * 784 * result.itemsize / 1e6:.0f} MB instead of 188 MB, and "
            "Keras computes with float32 anyway. Use astype."
        )


def _check_pixels(result: Array, images: Array) -> None:
    """Check the values of the prepared images, whatever their dtype."""
    low, high = images.min(), images.max()
    values, raw = result.astype("float64"), images[..., np.newaxis].astype("float64")

    def equals(expected: Array) -> bool:
        return bool(np.allclose(values, expected, rtol=0, atol=1e-3))

    if np.allclose(values, raw / 255, rtol=0, atol=1e-6):
        return
    if equals(raw):
        raise Wrong(
            f"The pixels still run from {low} to {high}: they were not scaled. Divide by 255, the "
            "largest value a pixel can have."
        )
    if equals(raw // 255):
        raise Wrong(
            f"Every pixel became {result.flat[0]}: // drops the fraction, and 200 // 255 is 0. "
            "Divide with a single /."
        )
    if equals(raw / high) or equals((raw - low) / (high - low)):
        raise Wrong(
            f"The largest value is {result.max():.3f}, but the brightest pixel here was {high}, "
            f"and {high} / 255 = {high / 255:.3f}. The scale was taken from these images "
            "themselves, so that the same gray would differ from one batch to the next. Always "
            "divide by 255."
        )
    # Told apart from / 255 by a tolerance of its own: the two differ by at most 0.003.
    if np.allclose(values, raw / 256, rtol=0, atol=1e-6):
        raise Wrong(
            f"A pixel of {high} became {result.max():.4f} = {high} / 256. There are 256 gray "
            "values, but the largest is 255: divided by 256, white would not become 1."
        )
    if values.min() < 0:
        raise Wrong(
            f"The values run from {values.min():.2f} to {values.max():.2f}. That is standardizing "
            "or centering; asked for is the range 0 to 1: divide by 255 and subtract nothing."
        )
    at = tuple(int(i) for i in np.argwhere(~np.isclose(values, raw / 255, rtol=0, atol=1e-6))[0])
    pixel = int(images[at[:3]])
    raise Wrong(
        f"The pixel at {at} was {pixel} and should become {pixel} / 255 = {pixel / 255:.3f}; "
        f"yours is {values[at]:.3f}."
    )


def check_one_hot(answer: Any) -> None:
    """Check labels turned into rows with one 1 each."""
    # Largest label, number of different labels and number of binary digits all differ.
    labels = np.array([3, 0, 4, 1, 3, 7])
    result = as_array(call(answer, labels=labels, classes=10), "The result")
    number = "That is still one number for each digit. Each label should become a row of ten."
    shapes: dict[Shape, str] = {
        (6, 8): "There are 8 columns, because the largest of these six labels is 7. Another batch "
        "would get another width. Take the width from `classes`.",
        (10, 6): "Rows and columns are swapped (transposed). Each digit has a row of its own.",
        (6, 4): "That is a binary code of four digits. One-hot means one column for each class, "
        "ten here.",
        (6, 5): "There is a column for each of the five labels that occur here. The classes that "
        "do not occur need theirs too: ten columns.",
        (6,): number,
        (6, 1): number,
    }
    check_shape(result, (6, 10), shapes, "These are 6 labels of 10 classes.")
    _check_rows(result, labels)
    wider = as_array(call(answer, labels=labels, classes=12), "The result for classes=12")
    everywhere = "Write `classes` where you wrote 10."
    check_shape(wider, (6, 12), {}, everywhere, "With classes=12 the shape")


def _check_rows(result: Array, labels: Array) -> None:
    """Check that each row has a 1 in its label's column and 0 elsewhere."""
    for label, row in zip(labels.tolist(), result.astype("float64"), strict=True):
        right = np.arange(10) == label
        if (row == right).all():
            continue
        written = f"The row of label {label} is {row.round(3).tolist()}."
        if sorted(row) == sorted(right):
            raise Wrong(
                f"{written} Its 1 stands in column {row.argmax()} and not in column {label}, off "
                f"by {abs(row.argmax() - label)}. Columns are counted from 0, as the digits are."
            )
        if row[label] == label and not row[~right].any():
            raise Wrong(f"{written} Put a 1 into the label's column, not the label itself.")
        if (row == (np.arange(10) <= label)).all():
            raise Wrong(
                f"{written} It has a 1 in every column up to the label, as if 7 contained 3. "
                "The classes are ten different names: exactly one column holds a 1."
            )
        raise Wrong(f"{written} It should hold a 1 in column {label} and 0 everywhere else.")


def check_split(answer: Any) -> None:
    """Check that the last digits, and only they, are held out."""
    # Image i is filled with i and has label 100 + i, so that each can be told from its pixels.
    x = np.broadcast_to(np.arange(20.0)[:, None, None, None], (20, 28, 28, 1)).copy()
    y = 100 + np.arange(20)
    result = call(answer, x=x, y=y, held_out=5)
    try:
        (x_fit, y_fit), (x_val, y_val) = result
    except (TypeError, ValueError) as error:
        received = f"{len(result)} values" if isinstance(result, tuple) else describe(result)
        raise Wrong(
            f"Your function returned {received}. Return two pairs: (x_fit, y_fit), (x_val, y_val)."
        ) from error
    parts = {}
    for name, images, labels in (("fitted", x_fit, y_fit), ("held-out", x_val, y_val)):
        images, labels = as_array(images, f"x ({name})"), as_array(labels, f"y ({name})")
        if len(images) != len(labels):
            raise Wrong(f"The {name} part has {len(images)} images but {len(labels)} labels.")
        which = [int(np.ravel(image)[0]) for image in images]
        for image, label in zip(which, labels.tolist(), strict=True):
            if label != 100 + image:
                raise Wrong(
                    f"In the {name} part image {image} came with the label of image {label - 100}: "
                    "images and labels were shuffled separately. Cut both at the same place, "
                    "in the order they have."
                )
        parts[name] = which
    _check_held_out(parts["fitted"], parts["held-out"])


def _check_held_out(fitted: list[int], held_out: list[int]) -> None:
    """Check which of the digits 0 to 19 are in which part; 15 to 19 should be held out."""
    last = set(range(15, 20))
    shared = set(fitted) & set(held_out)
    if shared:
        raise Wrong(
            f"{len(shared)} of the {len(held_out)} held-out digits are also among the "
            f"{len(fitted)} the network is fitted on: they are left in the training part, and the "
            "network would be tested on what it has seen. The parts must share no digit."
        )
    if set(fitted) == last:
        raise Wrong(
            f"The parts are swapped: the first pair has the last {len(fitted)} digits, the second "
            f"the other {len(held_out)}. The pair for fitting comes first."
        )
    if len(held_out) != len(last):
        raise Wrong(
            f"With 20 digits and held_out=5 you held out {len(held_out)} and kept {len(fitted)}. "
            "If a number such as 5000 or 55000 stands in the body, write `held_out` instead."
        )
    if set(held_out) == set(range(5)):
        raise Wrong(
            f"You held out digits {sorted(held_out)}, the first five of 20; asked for are the last "
            "five. A slice counts from the end with a minus sign."
        )
    if set(held_out) != last:
        raise Wrong(
            f"You held out digits {sorted(held_out)}, chosen at random or in steps. Take the last "
            "five of 20, so that everybody who follows the chapter holds out the same digits."
        )
    if set(fitted) != set(range(15)):
        lost = sorted(set(range(15)) - set(fitted))
        raise Wrong(f"Digits {lost} are in neither part: fit on all that are not held out.")


def check_build(answer: Any) -> None:
    """Check the model layer by layer, then how it was compiled."""
    import keras

    if isinstance(answer, keras.Model):
        raise Wrong('Pass the function, not the model it makes: check("08.model", build).')
    model = call(answer)
    if not isinstance(model, keras.Model):
        raise Wrong(f"Return a Keras model; your function returned {describe(model)}.")
    if not model.built:
        raise Wrong(
            "The model does not know the size of its images. Begin with keras.Input((28, 28, 1))."
        )
    if model.input_shape != (None, 28, 28, 1):
        raise Wrong(
            f"The model takes images of shape {model.input_shape[1:]}; ours are (28, 28, 1): "
            "height, width, channels."
        )
    _check_layers(model)
    _check_compilation(model)


# The table of the worksheet: layer, Keras class and the settings that matter.
_CONVOLUTION = {"kernel_size": (5, 5), "strides": (1, 1), "padding": "valid", "activation": "tanh"}
_POOLING = {"pool_size": (2, 2), "strides": (2, 2), "padding": "valid"}
_LAYERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("C1", "Conv2D", {"filters": 6, **_CONVOLUTION}),
    ("S2", "AveragePooling2D", _POOLING),
    ("C3", "Conv2D", {"filters": 16, **_CONVOLUTION}),
    ("S4", "AveragePooling2D", _POOLING),
    ("Flatten", "Flatten", {}),
    ("C5", "Dense", {"units": 120, "activation": "tanh"}),
    ("F6", "Dense", {"units": 84, "activation": "tanh"}),
    ("Output", "Dense", {"units": 10, "activation": "softmax"}),
)
_ACTIVATIONS = ("Activation", "ReLU", "Softmax")

# What a setting that differs would do, and why the table has another.
_WHY = {
    ("padding", "same"): "padding='same' adds a border of zeros and keeps the side, so the maps "
    "would not shrink as you predicted in the first exercise.",
    ("strides", (1, 1)): "With stride 1 the windows overlap and the side is not halved.",
    ("activation", "relu"): "ReLU came into such networks more than ten years later; this one "
    "uses tanh.",
    ("activation", "linear"): "A layer without an activation is linear, and two linear layers in "
    "a row do no more than one. Name the activation.",
}
_WHY_OUTPUT = {
    "linear": "Without softmax the ten numbers are not probabilities, and "
    "categorical_crossentropy takes them for such.",
    "sigmoid": "Ten sigmoids answer ten separate questions, and their sum is not 1. A digit is "
    "one of ten: softmax.",
    "tanh": "tanh reaches from -1 to 1, and a probability cannot be negative: softmax.",
}


def _check_layers(model: Any) -> None:
    kinds: list[str] = []
    layers: list[dict[str, Any]] = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        settings = {name: getattr(layer, name, None) for name in ("filters", "units", *_POOLING)}
        settings["kernel_size"] = getattr(layer, "kernel_size", None)
        settings["activation"] = getattr(getattr(layer, "activation", None), "__name__", None)
        if kind in _ACTIVATIONS and layers:
            # An activation written as a layer of its own belongs to the layer before it.
            layers[-1]["activation"] = settings["activation"] or kind.lower()
            continue
        kinds.append(kind)
        layers.append(settings)
    expected = [kind for _, kind, _ in _LAYERS]
    if [kind.replace("Max", "Average") for kind in kinds] == expected != kinds:
        raise Wrong(
            "Your model pools with MaxPooling2D, which keeps the largest of four values. The "
            "chapter's pools as LeNet did, by averages: AveragePooling2D."
        )
    for number, pair in enumerate(zip_longest(kinds, expected, fillvalue="nothing"), start=1):
        if pair[0] != pair[1]:
            raise Wrong(
                f"Layer {number} of yours is {pair[0]}, and of the table {pair[1]} (the input is "
                f"not counted). Your layers are {', '.join(kinds)}."
            )
    if [layers[0]["filters"], layers[2]["filters"]] == [16, 6]:
        raise Wrong(
            "C1 has 16 feature maps and C3 has 6: they are swapped. Simple features such as edges "
            "are few, their combinations many: 6 first, then 16."
        )
    for (name, _, wanted), layer in zip(_LAYERS, layers, strict=True):
        for setting, value in wanted.items():
            if layer[setting] == value:
                continue
            why = _WHY.get((setting, layer[setting]), "")
            if name == "Output" and setting == "activation":
                why = _WHY_OUTPUT.get(layer[setting], "")
            raise Wrong(
                f"{name} has {setting}={layer[setting]!r}; the table has {value!r}. {why}".rstrip()
            )
    if model.count_params() != 44_426:
        raise Wrong(
            f"The layers are right, but the model has {model.count_params():,} parameters and not "
            "44,426. Leave the other settings of the layers, such as use_bias, as Keras has them."
        )


def _check_compilation(model: Any) -> None:
    if not model.compiled:
        raise Wrong("The layers are right. Now compile the model before returning it.")
    optimizer = type(model.optimizer).__name__
    if optimizer != "Adam":
        raise Wrong(f"The optimizer is {optimizer}; the chapter uses Adam.")
    written = _name(model.loss)
    loss = written.lower().replace("_", "")
    if "accuracy" in loss:
        raise Wrong(
            f"The loss is {written}, which is a metric. Accuracy moves in steps, one digit at a "
            "time, so it has no slope to follow downhill. The loss is categorical_crossentropy; "
            "accuracy goes into metrics."
        )
    if loss in _LOSSES:
        raise Wrong(f"The loss is {written}, {_LOSSES[loss]}: categorical_crossentropy.")
    if loss != "categoricalcrossentropy":
        raise Wrong(f"The loss is {written}; the chapter uses categorical_crossentropy.")
    if getattr(model.loss, "from_logits", False):
        raise Wrong(
            "The loss has from_logits=True, but the last layer is a softmax already: the softmax "
            "would be taken twice. Leave from_logits out."
        )
    metrics = model.get_compile_config()["metrics"]
    if "acc" not in str(metrics).lower():
        raise Wrong(f"The metrics are {metrics}: add metrics=['accuracy'] to see it while fitting.")


_SQUARED = (
    "which suits measured numbers. For probabilities it is nearly flat where the network is "
    "confidently wrong"
)
_LOSSES = {
    "sparsecategoricalcrossentropy": "which takes labels as plain digits (n,). Ours are one-hot "
    "rows (n, 10)",
    "binarycrossentropy": "which asks ten separate yes-or-no questions. A digit is one of ten",
    "mse": _SQUARED,
    "meansquarederror": _SQUARED,
}


def _name(loss: Any) -> str:
    """Name a loss that was given as a string, a function or an object."""
    if isinstance(loss, (list, tuple)) and len(loss) == 1:
        loss = loss[0]
    return loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)


# Ten digits (as many as classes, so that a maximum along the wrong axis has the right length).
# For each: its label, the class the network finds most probable, and that probability.
_READINGS = (
    (7, 7, 0.9),
    (2, 2, 0.3),  # right, though hardly sure
    (1, 1, 0.8),
    (0, 6, 0.9),  # wrong, though nearly sure
    (4, 4, 0.7),
    (1, 1, 0.6),
    (4, 9, 0.4),  # wrong and unsure
    (9, 9, 0.8),
    (5, 8, 0.6),  # wrong
    (9, 9, 0.35),  # right, though unsure
)


def check_mistakes(answer: Any) -> None:
    """Check the indices of the misread digits."""
    labels = np.array([label for label, _, _ in _READINGS], dtype="uint8")
    probabilities = np.empty((10, 10), dtype="float32")
    for row, (_, read, highest) in zip(probabilities, _READINGS, strict=True):
        row[:] = (1 - highest) / 9
        row[read] = highest
    misread = mistakes(probabilities, labels)
    result = call(answer, probabilities=probabilities, labels=labels)
    if isinstance(result, tuple) and len(result) == 1:
        raise Wrong(
            "Your function returned a tuple with one array in it, as np.where and np.nonzero do. "
            "Take its element [0], or use np.flatnonzero."
        )
    given = as_array(result, "The result")
    if given.dtype == bool:
        raise Wrong(
            f"Your function returned {given.size} truth values (a mask), with {given.sum()} True. "
            "Asked for are the positions of those that are True: np.flatnonzero."
        )
    if given.ndim != 1:
        raise Wrong(
            f"Your function returned {describe(result)}. Asked for are the indices of the misread "
            f"digits, a one-dimensional array; here there are {misread.size}."
        )
    _check_indices(sorted(given.tolist()), probabilities, labels, misread)


def _check_indices(given: list[Any], probabilities: Array, labels: Array, misread: Array) -> None:
    """Compare indices with the misread digits, and with what named mistakes would give."""
    read = probabilities.argmax(axis=1)

    def is_given(indices: Array) -> bool:
        return given == sorted(indices.tolist())

    if is_given(misread):
        return
    if is_given(np.flatnonzero(read == labels)):
        raise Wrong(f"{given} are the digits that were read correctly. Turn the comparison around.")
    if is_given(np.flatnonzero(probabilities.argmax(axis=0) != labels)):
        raise Wrong(
            f"You gave {given}. That is the largest value of each column (axis=0): for each class, "
            "the digit most like it. Each row is one digit, so look along the row: axis=1."
        )
    if is_given(np.flatnonzero(probabilities.max(axis=1) < 0.5)):
        raise Wrong(
            f"You gave {given}: the digits whose largest probability is under 0.5. Being unsure is "
            "not being wrong: digit 1 has only 0.3 and is right, digit 3 has 0.9 and is wrong. "
            "Compare the most probable class with the label."
        )
    if is_given(np.flatnonzero(probabilities[np.arange(10), labels] < 0.5)):
        raise Wrong(
            f"You gave {given}: the digits whose true class has a probability under 0.5. It need "
            "not reach one half, only be the largest of ten: digit 1 has 0.3, the others less."
        )
    if is_given(labels[misread]):
        raise Wrong(
            f"You gave {given}: the labels of the misread digits. Asked for is where they stand: "
            "their indices."
        )
    if is_given(read[misread]):
        raise Wrong(
            f"You gave {given}: what the misread digits were taken for. Asked for is where they "
            "stand: their indices."
        )
    if given and max(given) >= len(labels):
        raise Wrong(
            f"You gave index {max(given)}, but there are only {len(labels)} digits. That comes "
            "from comparing a table with a row, such as one-hot labels with classes: here `labels` "
            "are plain digits (n,), so take the argmax of the probabilities and compare these."
        )
    raise Wrong(f"You gave {given}. {misread.size} of the {len(labels)} digits are misread here.")


EXERCISES = (
    Exercise(
        id="08.sides",
        title="The sides of the feature maps",
        wants="a list of four whole numbers",
        means="Each 5x5 convolution takes 4 off a side and each pooling halves it, so 4x4 pixels "
        "in each of 16 maps are all that the dense layers see of a digit.",
        hints=(
            "Lay a ruler of length 5 on a row of 28 pixels and move it one pixel at a time. From "
            "how many pixels can it start? And how many blocks of 2 does the result have?",
            "A convolution without padding leaves n - k + 1 of n places; pooling leaves n // 2.",
            "[28 - 5 + 1, ___ // 2, ___ - 5 + 1, ___ // 2]",
        ),
        check=check_sides,
        start=SIDES,
    ),
    Exercise(
        id="08.prepare",
        title="Images as Keras wants them",
        wants="a function that turns images into an array",
        means="Every gray is still told apart, but the values now lie between 0 and 1, small "
        "enough to keep the first tanh from its flat ends, and the channel axis stands last.",
        hints=(
            "Two things are to be done: give every image a last axis of length 1, and bring its "
            "values from 0..255 to 0..1. In which dtype can the second be done?",
            "images[..., np.newaxis] adds a last axis; astype('float32') changes the dtype.",
            "return images[..., ___].astype(___) / ___",
        ),
        check=check_prepare,
        start=prepare,
    ),
    Exercise(
        id="08.one_hot",
        title="Labels as one-hot rows",
        wants="a function that turns labels into an array",
        means="Each row is the answer the softmax should come to: all probability on one class "
        "and none on the nine others, none of which is nearer than another.",
        hints=(
            "The row for label 3 is row 3 of a well-known square matrix.",
            "np.eye(n) is the n x n identity matrix, and an array of labels can index its rows. "
            "Or let keras.utils.to_categorical do all of it.",
            "return np.eye(___)[___]",
        ),
        check=check_one_hot,
        start=one_hot,
    ),
    Exercise(
        id="08.split",
        title="Holding out the last digits",
        wants="a function that returns two pairs of arrays",
        means="No held-out digit is fitted on, so accuracy on them says how the network reads "
        "digits it has never seen, and the test set stays untouched until the end.",
        hints=(
            "Cut x and y at the same place: what is before the cut is for fitting, what is after "
            "it is held out.",
            "A slice counts from the end with a minus sign: x[:-3] is all but the last three, "
            "x[-3:] is the last three.",
            "return (x[:___], y[:___]), (x[___:], y[___:])",
        ),
        check=check_split,
        start=split,
    ),
    Exercise(
        id="08.model",
        title="The model, built and compiled",
        wants="a function that returns a compiled Keras model",
        means="These are the 44,426 parameters of the chapter, of which 30,840 (69 %) belong to "
        "C5 alone: most of the memory sits where weights are not shared.",
        hints=(
            "Each line of the table is one layer, in this order. What the network takes in comes "
            "before the first line; how it learns comes after the last.",
            "keras.Sequential([...]) holds keras.Input, keras.layers.Conv2D, AveragePooling2D, "
            "Flatten and Dense; model.compile(optimizer=, loss=, metrics=) follows.",
            "model = keras.Sequential([\n"
            "    keras.Input((28, 28, 1)),\n"
            '    keras.layers.Conv2D(___, 5, activation="tanh"),\n'
            "    keras.layers.AveragePooling2D(___),\n"
            "    ...\n"
            '    keras.layers.Dense(10, activation="___"),\n'
            "])\n"
            'model.compile(optimizer="adam", loss="___", metrics=["___"])\n'
            "return model",
        ),
        check=check_build,
        start=build,
    ),
    Exercise(
        id="08.mistakes",
        title="Finding the misread digits",
        wants="a function that returns an array of indices",
        means="Where the most probable class is not the label the digit is misread, however sure "
        "or unsure the network was; knowing which ones is where looking at errors begins.",
        hints=(
            "The network's answer to one digit is the class with the largest of its ten "
            "probabilities. Where does it differ from the label?",
            "probabilities.argmax(axis=1) gives the class for each row, np.flatnonzero the "
            "positions where a comparison is True.",
            "return np.flatnonzero(probabilities.argmax(axis=___) != ___)",
        ),
        check=check_mistakes,
        start=mistakes,
    ),
)
