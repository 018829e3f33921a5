"""One trick after the other on LeNet-5's layer sizes (chapter 15; in none of the papers)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import Dataset, load_mnist
from lenet_course.experiments.batches import falling_to_zero, misread, scores, train_in_batches
from lenet_course.experiments.experiment import Experiment, Settings, Trained, Training
from lenet_course.experiments.judging import judge
from lenet_course.experiments.original import LEARNED

if TYPE_CHECKING:
    import keras

    from lenet_course.distortions import Elastic, PlanarAffine

TRICKS = "One trick after the other on 61,706 parameters: what later years add to LeNet-5"
BATCH = 64


def scaled(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return digits (n, 28, 28) as float32 (n, 28, 28, 1) in [0, 1]."""
    return images[..., None].astype(np.float32) / np.float32(255)


def train(data: Dataset, training: Training) -> Trained:
    """Train one network by its settings; see `Experiment.train`."""
    import keras

    from lenet_course.models import lenet5_modern, rounded_weights, set_rounded_weights

    settings, seed, final, _, _, say = training
    (images, labels), (test_images, test_labels) = data
    learned = len(images) if final else LEARNED
    x, y = scaled(images), labels
    keras.utils.set_random_seed(seed)
    model = lenet5_modern(
        seed,
        activation=settings["activation"],
        pooling=settings["pooling"],
        start=settings["start"],
    )
    losses = train_in_batches(
        model,
        _optimizer(settings, learned),
        x[:learned],
        y[:learned],
        passes=settings["passes"],
        batch=BATCH,
        seed=seed,
        prepare=distortion(settings),
        smoothing=settings["smoothing"],
        say=say,
    )
    weights = rounded_weights(model)
    # What is judged are the weights as they are kept: in 16 bits.
    set_rounded_weights(model, weights)
    if not final:
        return Trained({"validation_errors": misread(model, x[learned:], y[learned:])}, weights)
    figures = judge(scores(model, scaled(test_images)), test_labels)
    figures |= {"loss_by_pass": losses, "train_errors": misread(model, x, y)}
    return Trained(figures, weights)


def distortion(settings: Settings) -> PlanarAffine | Elastic | None:
    """Return what distorts a digit anew in each pass, as ``affine`` and ``elastic`` say."""
    from lenet_course.distortions import Elastic, PlanarAffine

    if settings["affine"] is None:
        return None
    affine = PlanarAffine(**settings["affine"], background=0.0)
    return Elastic(**settings["elastic"], affine=affine) if settings["elastic"] else affine


def _optimizer(settings: Settings, patterns: int) -> keras.optimizers.Optimizer:
    from keras.optimizers import SGD, AdamW

    if settings["optimizer"] == "SGD":
        return SGD(settings["rate"])
    optimizer = AdamW(
        falling_to_zero(settings["rate"], patterns, BATCH, settings["passes"]),
        weight_decay=settings["weight_decay"],
        use_ema=settings["average"] > 0,
        ema_momentum=settings["average"] or None,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


_AFFINE = {
    "mild": {"shift": 1.0, "scale": 0.06, "squeeze": 0.06, "shear": 0.12},
    "wide": {"shift": 1.5, "scale": 0.12, "squeeze": 0.12, "shear": 0.25},
}
_ELASTIC = {
    "weak": {"strength": 12.0, "smoothness": 4.0},
    "strong": {"strength": 24.0, "smoothness": 4.0},
}

# Each step keeps what the one before it has added.
_START = {
    "activation": "tanh",
    "pooling": "average",
    "start": "1998",
    "optimizer": "SGD",
    "rate": 0.1,
    "affine": None,
    "elastic": None,
    "weight_decay": 0.0,
    "smoothing": 0.0,
    "average": 0.0,
    "passes": 20,
}
_RELU = {**_START, "activation": "relu"}
_MAX = {**_RELU, "pooling": "max"}
_HE = {**_MAX, "start": "He"}
_ADAM = {**_HE, "optimizer": "AdamW", "rate": 2e-3}
_DISTORTED = {**_ADAM, "affine": _AFFINE["mild"]}
_BENT = {**_DISTORTED, "elastic": _ELASTIC["weak"]}
_DECAYED = {**_BENT, "weight_decay": 0.05}
_SMOOTHED = {**_DECAYED, "smoothing": 0.05}
_AVERAGED = {**_SMOOTHED, "average": 0.999}


def _rates(settings: Settings, *rates: float) -> dict[str, Settings]:
    return {f"rate {rate:g}": {**settings, "rate": rate} for rate in rates}


def _step(name: str, question: str, candidates: dict[str, Settings]) -> Experiment:
    """Return a step whose settings are chosen, if there are several, by one seed each."""
    alone = len(candidates) == 1
    return Experiment(
        name=name,
        question=question,
        table=TRICKS,
        paper=None,
        candidates=candidates,
        load=load_mnist,
        train=train,
        seeds=5,
        choosing_seeds=0 if alone else 1,
        choice="one setting, fixed beforehand" if alone else Experiment.choice,
    )


EXPERIMENTS = (
    _step(
        "tricks_0_start",
        "tanh, average pooling, first weights of 1998, plain gradient descent",
        _rates(_START, 0.03, 0.1, 0.3),
    ),
    _step("tricks_1_relu", "... with rectified linear units", _rates(_RELU, 0.03, 0.1, 0.3)),
    _step("tricks_2_max", "... and max pooling", _rates(_MAX, 0.03, 0.1, 0.3)),
    _step("tricks_3_he", "... and He's first weights", _rates(_HE, 0.03, 0.1, 0.3)),
    _step("tricks_4_adam", "... and Adam, by a rate that falls to 0", _rates(_ADAM, 1e-3, 2e-3)),
    _step(
        "tricks_5_affine",
        "... and each digit moved, scaled and slanted anew in each pass",
        {"mild": _DISTORTED},
    ),
    _step("tricks_6_elastic", "... and bent elastically", {"weak": _BENT}),
    _step("tricks_7_decay", "... and weight decay", {"decay 0.05": _DECAYED}),
    _step("tricks_8_smoothing", "... and smoothed labels", {"smoothing 0.05": _SMOOTHED}),
    _step("tricks_9_average", "... and averaged weights", {"average 0.999": _AVERAGED}),
    # The package keeps the weights of its seed 0, the one seed that was trained for validation too:
    # to find the median network (``keeps_weights``), each seed would be.
    _step(
        "lenet5_modern",
        "... and 100 passes in place of 20",
        {
            f"{name} elastic": {**_AVERAGED, "elastic": ranges, "passes": 100}
            for name, ranges in _ELASTIC.items()
        },
    ),
)
