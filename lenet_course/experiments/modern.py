"""LeNet-5's layer sizes with the parts of later years (in none of the papers)."""

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

MODERN = "LeNet-5's layer sizes with the parts of later years: 61,706 parameters"
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


_ELASTIC = {
    "weak": {"strength": 12.0, "smoothness": 4.0},
    "strong": {"strength": 24.0, "smoothness": 4.0},
}

_SETTINGS = {
    "activation": "relu",
    "pooling": "max",
    "start": "He",
    "optimizer": "AdamW",
    "rate": 2e-3,
    "affine": {"shift": 1.0, "scale": 0.06, "squeeze": 0.06, "shear": 0.12},
    "weight_decay": 0.05,
    "smoothing": 0.05,
    "average": 0.999,
    "passes": 100,
}

# The package keeps the weights of seed 0, the one seed that was trained for validation too: to find
# the median network (``keeps_weights``), each seed would be.
LENET5_MODERN = Experiment(
    name="lenet5_modern",
    question="all of it together: 100 passes, each digit distorted anew in each",
    table=MODERN,
    paper=None,
    candidates={
        f"{name} elastic": {**_SETTINGS, "elastic": ranges} for name, ranges in _ELASTIC.items()
    },
    load=load_mnist,
    train=train,
    seeds=5,
    choosing_seeds=1,
)
