"""The Keras network of chapter 08 by the recipe of that chapter (in none of the papers)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import Dataset, load_mnist
from lenet_course.experiments.batches import misread, scores
from lenet_course.experiments.experiment import Experiment, Settings, Trained, Training
from lenet_course.experiments.judging import judge
from lenet_course.experiments.modern import scaled
from lenet_course.experiments.original import LEARNED

if TYPE_CHECKING:
    import keras

RECIPE = {"batch": 128, "epochs": 10}


def fit(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], settings: Settings, seed: int
) -> keras.Sequential:
    """Return the network of chapter 08, trained on these digits with Adam.

    Parameters
    ----------
    images, labels
        Digits (n, 28, 28) and what they are, (n,).
    settings
        Like `RECIPE`.
    seed
        Of the initial weights and of the order of the digits.
    """
    import keras

    from lenet_course.models import lenet5_tutorial

    keras.utils.set_random_seed(seed)
    model = lenet5_tutorial()
    model.compile("adam", "sparse_categorical_crossentropy", steps_per_execution=50)
    batch, epochs = settings["batch"], settings["epochs"]
    model.fit(scaled(images), labels, batch_size=batch, epochs=epochs, verbose=0)
    return model


def train(data: Dataset, training: Training) -> Trained:
    """Train one network; see `Experiment.train`."""
    from lenet_course.models import rounded_weights, set_rounded_weights

    (images, labels), (test_images, test_labels) = data
    learned = len(images) if training.final else LEARNED
    model = fit(images[:learned], labels[:learned], training.settings, training.seed)
    weights = rounded_weights(model)
    # What is judged are the weights as they are kept: in 16 bits.
    set_rounded_weights(model, weights)
    if not training.final:
        errors = misread(model, scaled(images[learned:]), labels[learned:])
        return Trained({"validation_errors": errors}, weights)
    return Trained(judge(scores(model, scaled(test_images)), test_labels), weights)


LENET5_TUTORIAL = Experiment(
    name="lenet5_tutorial",
    question="the Keras network of chapter 08, on all 60,000 training digits",
    table="The Keras network of chapter 08, as the pages carry it",
    paper=None,
    candidates={"as in chapter 08": RECIPE},
    load=load_mnist,
    train=train,
    seeds=3,
    choosing_seeds=1,
    keeps_weights=True,
    choice="as in chapter 08",
)
