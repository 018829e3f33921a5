"""Where LeNet-5 fails, measured (chapter 14; in none of the papers)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import Dataset, load_cifar10, load_fashion_mnist, load_mnist
from lenet_course.experiments.batches import falling_to_zero, misread, scores, train_in_batches
from lenet_course.experiments.experiment import (
    Experiment,
    Figures,
    Settings,
    Trained,
    Training,
)
from lenet_course.experiments.judging import judge
from lenet_course.experiments.modern import distortion, scaled
from lenet_course.experiments.original import LEARNED
from lenet_course.experiments.zip_codes import load_zip_codes

if TYPE_CHECKING:
    import keras

BATCH = 64
EPSILON = 0.3
# The hardest attack, and how many test digits meet it.
HARD = {"steps": 100, "restarts": 5}
HARD_PATTERNS = 1000
FIXED = "nothing is chosen: the settings were fixed before the test set was met"
PILOT = (
    "the settings came from a pilot, judged by 1,000 held-out training digits after 20,000 were "
    "learned"
)
COMPARED = "nothing is chosen: errors on the last 10,000 training digits"

Images = NDArray[np.float32]
Labels = NDArray[np.uint8]
Patterns = tuple[Images, Labels]

_MILD = {"shift": 1.0, "scale": 0.06, "squeeze": 0.06, "shear": 0.12}


# Networks


def network(settings: Settings, seed: int) -> keras.Sequential:
    """Build LeNet-5 of another size, or a small network of later years.

    The settings may say: ``kind`` "3x3", convolutions of 3x3 with batch normalization, and a mean
    over each map in place of layers C5 and F6; ``maps`` of these, and the ``stride`` of the first
    one. Or of LeNet-5: ``width``, a factor for the maps and units of all layers; ``stages`` of
    convolution and subsampling, 2 in LeNet-5; ``side`` of the images; ``dropout``, which part of
    the units of C5 and F6 is left out at random in training.
    """
    from keras import Sequential
    from keras.layers import (
        BatchNormalization,
        Conv2D,
        Dense,
        Dropout,
        Flatten,
        GlobalAveragePooling2D,
        Input,
        MaxPooling2D,
        ReLU,
    )

    seeds = iter(int(state) for state in np.random.SeedSequence(seed).generate_state(12))

    def he() -> Any:
        from keras.initializers import HeNormal

        return HeNormal(next(seeds))

    side = settings.get("side", 28)
    layers: list[Any] = [Input((side, side, 1))]
    if settings.get("kind") == "3x3":
        for number, maps in enumerate(settings["maps"]):
            stride = settings["stride"] if number == 0 else 1
            layers += [
                Conv2D(
                    maps,
                    3,
                    strides=stride,
                    padding="same",
                    use_bias=False,
                    kernel_initializer=he(),
                ),
                BatchNormalization(momentum=0.9),
                ReLU(),
            ]
            if number in settings["pooled"]:
                layers.append(MaxPooling2D(2))
        layers += [GlobalAveragePooling2D(), Dense(10, kernel_initializer=he())]
        return Sequential(layers)
    width, stages = settings.get("width", 1.0), settings.get("stages", 2)
    for number, (maps, size, padding) in enumerate(
        [(6, 5, "same"), (16, 5, "valid"), (32, 3, "same")]
    ):
        if number < stages:
            layers += [
                Conv2D(
                    round(width * maps),
                    size,
                    padding=padding,
                    activation="relu",
                    kernel_initializer=he(),
                ),
                MaxPooling2D(2),
            ]
    layers.append(Flatten())
    for units in (120, 84):
        layers.append(Dense(round(width * units), activation="relu", kernel_initializer=he()))
        if settings.get("dropout"):
            layers.append(Dropout(settings["dropout"], seed=next(seeds)))
    return Sequential([*layers, Dense(10, kernel_initializer=he())])


def multiply_adds(model: keras.Sequential) -> int:
    """Return how many weights are multiplied to read one pattern, biases not counted."""
    from keras.layers import Conv2D, Dense

    total = 0
    for layer in model.layers:
        if isinstance(layer, Conv2D):
            total += int(np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:3]))
        elif isinstance(layer, Dense):
            total += int(np.prod(layer.kernel.shape))
    return total


def _adamw(settings: Settings, patterns: int) -> keras.optimizers.Optimizer:
    from keras.optimizers import AdamW

    rate = falling_to_zero(settings["rate"], patterns, BATCH, settings["passes"])
    return AdamW(rate, weight_decay=settings["weight_decay"])


# Sizes, and small or wrong training sets


def train_compared(data: Dataset, training: Training) -> Trained:
    """Train one network on a part of the digits; see `Experiment.train`.

    The settings say, beside those of `network`: ``digits``, how many are learned; ``wrong``,
    which part of them gets a label drawn at random; ``rate``, ``weight_decay`` and ``passes``;
    ``affine``, the ranges of a distortion anew in each pass, or None.
    """
    import keras

    settings, seed, _, _, _, say = training
    (images, labels), _ = data
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    # Each seed learns digits of its own: the spread is that of digits, too.
    chosen = rng.permutation(LEARNED)[: settings["digits"]]
    x, y = framed(images[chosen], settings), labels[chosen].copy()
    relabeled = rng.random(len(y)) < settings["wrong"]
    y[relabeled] = rng.integers(0, 10, relabeled.sum())
    model = network(settings, seed)
    train_in_batches(
        model,
        _adamw(settings, len(x)),
        x,
        y,
        passes=settings["passes"],
        batch=BATCH,
        seed=seed,
        prepare=distortion({**settings, "elastic": None}),
        say=say,
    )
    return Trained(
        {
            "validation_errors": misread(
                model, framed(images[LEARNED:], settings), labels[LEARNED:]
            ),
            "train_errors": misread(model, x, labels[chosen]),
            "wrong_labels_learned": len(y) - misread(model, x, y) if settings["wrong"] else None,
            "multiply_adds": multiply_adds(model),
            "variables": sum(int(np.prod(v.shape)) for v in model.trainable_variables),
        },
        None,
    )


def framed(images: NDArray[np.uint8], settings: Settings) -> Images:
    """Return digits in [0, 1], of 28x28 pixels, or twice as large within the ``side`` asked for."""
    side = settings.get("side", 28)
    return scaled(images) if side == 28 else enlarged(scaled(images), 56, side)


def enlarged(images: Images, size: int, side: int) -> Images:
    """Return images (n, h, h, 1) resized to size x size pixels, amid paper up to side x side."""
    from keras import ops

    resized = np.asarray(ops.image.resize(images, (size, size), interpolation="bilinear"))
    rim = (side - size) // 2
    return np.pad(resized, ((0, 0), (rim, rim), (rim, rim), (0, 0)))


# Corruptions and attacks


def train_judged(data: Dataset, training: Training) -> Trained:
    """Train LeNet-5's sizes of today, and judge them by what may happen to digits.

    The settings say: ``passes``, ``rate``, ``weight_decay`` and ``affine``; ``epsilon``, up to
    which an attack may change each pixel in training, 0 for none, over how many passes it grows
    to that (``growing``), and how many ``steps`` the attack takes; ``attack`` and ``restarts``,
    steps and restarts of the attack on the test digits. Beside what `judge` returns, the figures
    have the test errors of attacked digits, ``fgsm_errors`` and ``pgd_errors``; those of the first
    1,000 attacked by more steps from more places, ``hard_errors``, and of the same ones among
    ``pgd_errors``, ``few_errors``; and those of corrupted digits by kind, ``corrupted_errors``.
    """
    import keras
    import tensorflow as tf

    from lenet_course.models import lenet5_modern, rounded_weights, set_rounded_weights
    from lenet_course.robustness import adversary

    settings, seed, _, _, _, say = training
    (images, labels), (test_images, test_labels) = data
    keras.utils.set_random_seed(seed)
    model = lenet5_modern(seed)
    epsilon = tf.Variable(0.0, trainable=False)
    grown = iter(range(1, settings["passes"] + 1))
    distort = distortion({**settings, "elastic": None})

    def prepare(patterns: Images, rng: np.random.Generator) -> Images:
        epsilon.assign(settings["epsilon"] * min(1.0, next(grown) / settings["growing"]))
        return distort(patterns, rng) if distort else patterns

    losses = train_in_batches(
        model,
        _adamw(settings, len(images)),
        scaled(images),
        labels,
        passes=settings["passes"],
        batch=BATCH,
        seed=seed,
        prepare=prepare,
        attack=adversary(model, epsilon, settings["steps"]) if settings["epsilon"] else None,
        say=say,
    )
    weights = rounded_weights(model)
    # What is judged are the weights as they are kept: in 16 bits.
    set_rounded_weights(model, weights)
    figures = judge_robustness(model, scaled(test_images), test_labels, settings)
    return Trained(figures | {"loss_by_pass": losses}, weights)


def judge_robustness(
    model: keras.Sequential, x: Images, labels: Labels, settings: Settings
) -> Figures:
    """Return the figures of `judge`, and the errors on attacked and on corrupted digits.

    See `train_judged`.
    """
    from lenet_course.robustness import CORRUPTIONS, corrupt, fgsm, pgd

    how = {"steps": settings["attack"], "restarts": settings["restarts"]}
    few, of_few = x[:HARD_PATTERNS], labels[:HARD_PATTERNS]
    attacked = pgd(model, x, labels, EPSILON, **how)
    hard = pgd(model, few, of_few, EPSILON, **HARD)
    return judge(scores(model, x), labels) | {
        "fgsm_errors": misread(model, fgsm(model, x, labels, EPSILON), labels),
        "pgd_errors": misread(model, attacked, labels),
        "few_errors": misread(model, attacked[:HARD_PATTERNS], of_few),
        "hard_errors": misread(model, hard, of_few),
        "corrupted_errors": {
            kind: misread(model, corrupt(x, kind), labels) for kind in CORRUPTIONS
        },
    }


# Other tasks


class Task(NamedTuple):
    """Patterns of another task, and the digits that a network learns before.

    Attributes
    ----------
    digits, learned, held_out
        Images (n, 28, 28, 1) in [0, 1], and labels.
    """

    digits: Patterns
    learned: Patterns
    held_out: Patterns


def _task(images: Images, labels: Labels, held_out: int) -> Task:
    (digits, names), _ = load_mnist()
    learned = len(images) - held_out
    return Task(
        (scaled(digits[:LEARNED]), names[:LEARNED]),
        (images[:learned], labels[:learned]),
        (images[learned:], labels[learned:]),
    )


@cache
def load_clothes(path: Path | None) -> Task:
    """Read the subset of Fashion-MNIST; the last 3,000 of 15,000 training images are held out."""
    (images, labels), _ = load_fashion_mnist()
    return _task(scaled(images), labels, 3000)


@cache
def load_small_digits(path: Path | None) -> Task:
    """Read scikit-learn's 1,797 digits of 8x8 pixels, enlarged; the last 797 are held out."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images = (found.images[..., None] / 16).astype(np.float32)
    return _task(enlarged(images, 20, 28), found.target.astype(np.uint8), 797)


@cache
def load_zip_code_digits(path: Path | None) -> Task:
    """Read the ZIP-code digits, enlarged; the last 1,291 of 7,291 training digits are held out.

    Raises
    ------
    FileNotFoundError, ValueError
        If no path is given, or there is something else than the digits.
    """
    (images, labels), _ = load_zip_codes(path)
    ink = (images + np.float32(1)) / np.float32(2)
    return _task(enlarged(ink, 20, 28), labels, 1291)


@cache
def load_things(path: Path | None) -> Task:
    """Read CIFAR-10 in gray, the middle 28x28 pixels; the last 10,000 of 50,000 are held out.

    Raises
    ------
    FileNotFoundError, ValueError
        If no path is given, or there is something else than CIFAR-10.
    """
    if path is None:
        raise FileNotFoundError(
            "CIFAR-10 is not in the package: it is too large. Give the folder "
            "cifar-10-batches-py, its archive, or an .npz file of JPEG images: --data PATH"
        )
    (images, labels), _ = load_cifar10(path)
    gray = images[:, 2:30, 2:30] @ np.array([0.299, 0.587, 0.114], np.float32) / np.float32(255)
    return _task(gray[..., None].astype(np.float32), labels, 10_000)


def train_adapted(data: Task, training: Training) -> Trained:
    """Train LeNet-5's sizes of today for another task; see `Experiment.train`.

    The settings say: ``way``, "digits" for a network of digits as it is, "scratch" for one that
    starts anew, "output" for one of digits whose last layer alone learns anew, "all" for one of
    digits all of whose layers learn on; ``patterns``, how many of the task are learned, None for
    all; ``source``, passes over 20,000 digits; ``passes``, ``rate`` and ``weight_decay``.
    """
    import keras

    from lenet_course.models import lenet5_modern

    settings, seed, _, _, _, say = training
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = lenet5_modern(seed)
    if settings["way"] != "scratch":
        chosen = rng.permutation(len(data.digits[0]))[:20_000]
        _learn(model, data.digits, chosen, {**settings, "passes": settings["source"]}, seed, say)
    if settings["way"] in ("output", "all"):
        fresh = lenet5_modern(seed + 1000).layers[-1]
        model = keras.Sequential([keras.Input((28, 28, 1)), *model.layers[:-1], fresh])
    if settings["way"] == "output":
        for layer in model.layers[:-1]:
            layer.trainable = False
    if settings["way"] != "digits":
        chosen = rng.permutation(len(data.learned[0]))[: settings["patterns"]]
        _learn(model, data.learned, chosen, settings, seed, say)
    return Trained({"validation_errors": misread(model, *data.held_out)}, None)


def _learn(
    model: keras.Sequential,
    patterns: Patterns,
    chosen: NDArray[np.int64],
    settings: Settings,
    seed: int,
    say: Callable[[str], None],
) -> None:
    x, y = patterns[0][chosen], patterns[1][chosen]
    train_in_batches(
        model,
        _adamw(settings, len(x)),
        x,
        y,
        passes=settings["passes"],
        batch=BATCH,
        seed=seed,
        say=say,
    )


# Experiments

_COMMON: Settings = {
    "rate": 2e-3,
    "weight_decay": 0.01,
    "passes": 4,
    "digits": 10_000,
    "wrong": 0.0,
    "affine": None,
}


def _compared(name: str, question: str, table: str, changes: dict[str, Settings]) -> Experiment:
    return Experiment(
        name=name,
        question=question,
        table=table,
        paper=None,
        candidates={label: {**_COMMON, **change} for label, change in changes.items()},
        load=load_mnist,
        train=train_compared,
        seeds=0,
        choosing_seeds=3,
        choice=COMPARED,
    )


# As many parameters as LeNet-5, 61,706, or as many multiply-adds, 416,520.
_EQUAL_PARAMETERS = {"kind": "3x3", "maps": [16, 32, 64, 64], "stride": 1, "pooled": [0, 1]}
_EQUAL_WORK = {"kind": "3x3", "maps": [8, 16, 24], "stride": 2, "pooled": [1]}

SIZES = _compared(
    "limits_sizes",
    "LeNet-5 wider, deeper, with more digits or pixels, and beside networks of its size",
    "LeNet-5 in other sizes: 10,000 digits, four passes (errors on validation digits)",
    {
        "LeNet-5": {},
        "equal parameters": _EQUAL_PARAMETERS,
        "equal multiply-adds": _EQUAL_WORK,
        "width x 0.25": {"width": 0.25},
        "width x 0.5": {"width": 0.5},
        "width x 2": {"width": 2.0},
        "1 stage": {"stages": 1},
        "3 stages": {"stages": 3},
        "64 pixels": {"side": 64},
        # As many updates as with 10,000 digits.
        "1,000 digits": {"digits": 1000, "passes": 40},
        "4,000 digits": {"digits": 4000, "passes": 10},
        "40,000 digits": {"digits": 40_000, "passes": 1},
    },
)

_FEW: Settings = {"digits": 1000, "passes": 60, "weight_decay": 0.0}
_REMEDIES: dict[str, Settings] = {
    "no remedy": {},
    "weight decay 0.3": {"weight_decay": 0.3},
    "weight decay 3": {"weight_decay": 3.0},
    "dropout": {"dropout": 0.5},
    "affine": {"affine": _MILD},
}
OVERFITTING = _compared(
    "limits_overfitting",
    "1,000 digits, with right labels or 40 % of them drawn at random, and remedies",
    "LeNet-5 with 1,000 digits, right and wrong (errors on validation digits)",
    {
        f"{name}{', wrong labels' if wrong else ''}": {**_FEW, **remedy, "wrong": wrong}
        for wrong in (0.0, 0.4)
        for name, remedy in _REMEDIES.items()
    },
)


def _judged(
    name: str, question: str, settings: Settings, seeds: int, choice: str = FIXED
) -> Experiment:
    common = {
        "rate": 2e-3,
        "weight_decay": 0.01,
        "passes": 6,
        "affine": None,
        "epsilon": 0.0,
        "growing": 1,
        "steps": 1,
        "attack": 40,
        "restarts": 1,
    }
    return Experiment(
        name=name,
        question=question,
        table="LeNet-5's layer sizes against corruptions and attacks (errors on the digits as "
        "they are; the others are in the result files)",
        paper=None,
        candidates={"fixed": {**common, **settings}},
        load=load_mnist,
        train=train_judged,
        seeds=seeds,
        choosing_seeds=0,
        choice=choice,
    )


PLAIN = _judged("limits_plain", "trained on the digits as they are", {}, 3)
ADVERSARIAL = _judged(
    "limits_adversarial",
    "trained on digits attacked by PGD",
    {"epsilon": EPSILON, "growing": 3, "steps": 7, "weight_decay": 0.0},
    2,
    PILOT,
)

_ADAPTED: Settings = {
    "patterns": 1000,
    "source": 4,
    "passes": 40,
    "rate": 1e-3,
    "weight_decay": 0.01,
}
_ALL: Settings = {**_ADAPTED, "patterns": None, "passes": 8, "way": "scratch"}
_WAYS: dict[str, Settings] = {
    "network of digits": {**_ADAPTED, "way": "digits"},
    "1,000, from scratch": {**_ADAPTED, "way": "scratch"},
    "1,000, output layer": {**_ADAPTED, "way": "output", "rate": 1e-2},
    "1,000, all layers": {**_ADAPTED, "way": "all"},
    "all, from scratch": _ALL,
}


def _adapted(
    name: str, question: str, load: Callable[[Path | None], Task], held_out: int, *without: str
) -> Experiment:
    return Experiment(
        name=f"limits_{name}",
        question=question,
        table="A network of digits adapts to another task (errors on held-out patterns)",
        paper=None,
        candidates={way: settings for way, settings in _WAYS.items() if way not in without},
        load=load,
        train=train_adapted,
        seeds=0,
        choosing_seeds=3,
        choice=f"nothing is chosen: errors on {held_out:,} training patterns held out",
        validation_patterns=held_out,
    )


EXPERIMENTS = (
    SIZES,
    OVERFITTING,
    PLAIN,
    ADVERSARIAL,
    _adapted(
        "small_digits",
        "scikit-learn's digits of 8x8 pixels",
        load_small_digits,
        797,
        "all, from scratch",  # all are 1,000
    ),
    _adapted("usps", "the ZIP-code digits", load_zip_code_digits, 1291),
    _adapted("clothes", "Fashion-MNIST, 15,000 images", load_clothes, 3000, "network of digits"),
    _adapted(
        "things",
        "CIFAR-10 in gray, 28x28 pixels (of JPEG images, if the file is of these)",
        load_things,
        10_000,
        "network of digits",
    ),
)
