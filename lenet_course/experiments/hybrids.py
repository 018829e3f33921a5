"""LeNet-4 with another last layer, and boosted (LeCun et al. 1998, pp. 13-14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import Dataset, as_1998, load_mnist
from lenet_course.experiments.experiment import Experiment, Settings, Trained, Training
from lenet_course.experiments.judging import judge
from lenet_course.experiments.networks import lenet4_network
from lenet_course.experiments.original import FIG_9, WIDE, Network, falling
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


def boost(
    data: Dataset,
    training: Training,
    network: Callable[[Settings, int], Network] = lenet4_network,
) -> Trained:
    """Train three networks, each on what those before it find hard; see `Experiment.train`.

    The first learns distorted digits. The second learns distorted digits half of which the first
    gets wrong; the third, those on which the first two disagree. Their outputs are added
    (LeCun et al. 1998, p. 14, after H. Drucker, R. Schapire and P. Simard, 1993).
    """
    from lenet_course import online
    from lenet_course.distortions import PlanarAffine
    from lenet_course.models import connections

    settings, seed, say = training.settings, training.seed, training.say
    (x, y), (x_test, y_test) = data
    distort = PlanarAffine(**settings["distortions"])
    images = as_1998(x)

    def learn(number: int, patterns: Images, labels: Labels) -> Network:
        made = network(settings, 3 * seed + number)
        say(f"network {number + 1} of 3 learns {len(patterns):,} patterns")
        online.fit(
            made.model,
            made.loss,
            patterns,
            labels,
            rates=settings["rates"],
            seed=seed,
            mu=settings["mu"],
            samples=settings["samples"],
            distort=None if number else distort,
            progress=say,
        )
        return made

    def versions() -> Iterator[tuple[Images, Labels]]:
        """Give ever new versions of the training digits."""
        for number in range(settings["versions"]):
            for first in range(0, len(images), online.CHUNK):
                part = slice(first, first + online.CHUNK)
                # Not those that the first network has learned.
                rng = np.random.default_rng([seed, number, first, 1])
                yield distort(images[part], rng), y[part]

    reader, model, _ = learn(0, images, y)
    penalties = [online.compiled(model)]
    hard = []
    for patterns, labels in versions():
        wrong = penalties[0](patterns).argmin(axis=1) != labels
        # As many that are right: the first of them.
        right = np.flatnonzero(~wrong)[: wrong.sum()]
        chosen = np.sort(np.concatenate([np.flatnonzero(wrong), right]))
        hard.append((patterns[chosen], labels[chosen]))
    second = _joined(hard)
    penalties.append(online.compiled(learn(1, *second).model))
    disputed = []
    for patterns, labels in versions():
        answers = [of(patterns).argmin(axis=1) for of in penalties]
        differ = answers[0] != answers[1]
        disputed.append((patterns[differ], labels[differ]))
    third = _joined(disputed)
    penalties.append(online.compiled(learn(2, *third).model))
    test = as_1998(x_test)
    figures = judge(-np.sum([of(test) for of in penalties], axis=0), y_test)
    counts = {
        "multiply_adds": 3 * sum(connections(reader).values()),
        "variables": 3 * reader.count_params(),
        "patterns": [len(y), len(second[1]), len(third[1])],
    }
    return Trained(figures | counts, None)


def _joined(parts: list[tuple[Images, Labels]]) -> tuple[Images, Labels]:
    images, labels = zip(*parts, strict=True)
    return np.concatenate(images), np.concatenate(labels)


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
    _row(
        "lenet4_boosted",
        "three LeNet-4, each trained on what those before it find hard, with distortions",
        {
            "mu": 0.02,
            "samples": 500,
            "rates": falling(2e-4),
            "distortions": WIDE,
            "versions": 20,
        },
        boost,
    ),
)
