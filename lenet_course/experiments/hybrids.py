"""LeNet-4 with another last layer (LeCun et al. 1998, pp. 13-14)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import Dataset, as_1998, load_mnist
from lenet_course.experiments.experiment import Experiment, Settings, Trained, Training
from lenet_course.experiments.judging import judge
from lenet_course.experiments.original import FIG_9
from lenet_course.experiments.papers import FIGURE_9

Images = NDArray[np.float32]
Labels = NDArray[np.uint8]
Scores = NDArray[np.floating[Any]]


def _reread(
    data: Dataset,
    training: Training,
    read: Callable[[Settings, Images, Labels, Images], Scores],
) -> Trained:
    """Read the 120 features of the package's LeNet-4 in another way; see `Experiment.train`."""
    from keras import Sequential

    from lenet_course import online
    from lenet_course.models import connections, trained

    (x, y), (x_test, y_test) = data
    features = Sequential(trained("lenet4").layers[:-2])  # without the ten outputs
    known, new = (online.compiled(features)(as_1998(images)) for images in (x, x_test))
    counts = {
        # The features of the digit, and its distance to those of all training digits.
        "multiply_adds": sum(connections(features).values()) + known.size,
        "variables": features.count_params() + known.size,
    }
    return Trained(judge(read(training.settings, known, y, new), y_test) | counts, None)


def nearest(settings: Settings, known: Images, labels: Labels, new: Images) -> Scores:
    """Score the classes by the ``k`` nearest neighbors, (n, 10)."""
    from lenet_course.classifiers import KNearest

    return KNearest(settings["k"]).fit(known, labels).scores(new)


def local(settings: Settings, known: Images, labels: Labels, new: Images) -> Scores:
    """Score the classes by least squares on the ``k`` nearest neighbors, anew for each pattern.

    The sums, (n, 10), have learned 1 for their class and -1 for the others, with a ridge penalty
    of ``strength``.
    """
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import NearestNeighbors

    neighbors = NearestNeighbors(n_neighbors=settings["k"], algorithm="brute").fit(known)
    codes = 2 * np.eye(10) - 1
    machine = Ridge(alpha=settings["strength"])
    return np.stack(
        [
            machine.fit(known[own], codes[labels[own]]).predict(pattern[None])[0]
            for pattern, own in zip(new, neighbors.kneighbors(new)[1], strict=True)
        ]
    )


def _row(
    name: str, question: str, settings: Settings, train: Callable[[Dataset, Training], Trained]
) -> Experiment:
    return Experiment(
        name=name,
        question=question,
        table=FIG_9,
        paper=(FIGURE_9[name], "LeCun et al. 1998, Fig. 9"),
        candidates={"fixed": settings},
        load=load_mnist,
        train=train,
        seeds=1,
        choosing_seeds=0,
        choice="fixed beforehand: nothing was chosen",
    )


HYBRIDS = (
    _row(
        "lenet4_local",
        "LeNet-4, a linear layer fitted anew to the neighbors of each digit",
        {"k": 300, "strength": 1.0},
        partial(_reread, read=local),
    ),
    _row(
        "lenet4_knn",
        "LeNet-4, nearest neighbors in place of the last layer",
        {"k": 3},
        partial(_reread, read=nearest),
    ),
)
