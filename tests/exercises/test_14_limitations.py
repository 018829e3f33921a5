"""Chapter 14: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from lenet_course.exercises.ch14_limitations import cost, posteriors, project, step
from lenet_course.losses import MAP
from lenet_course.robustness import fgsm, pgd

# Parameters and multiply-adds


def counting(kernels=lambda c, m: c * m, places=lambda s, w: (s - w + 1) ** 2, biases=lambda m: m):
    def counted(side, channels, maps, window):
        weights = kernels(channels, maps) * window * window
        return weights + biases(maps), weights * places(side, window)

    return counted


def as_many_as_parameters(side, channels, maps, window):
    parameters = (channels * window**2 + 1) * maps
    return parameters, parameters


def weights_everywhere(side, channels, maps, window):
    work = channels * maps * (window * (side - window + 1)) ** 2
    return work + maps, work


def one_by_one(side, channels, maps, window):
    parameters = work = 0
    for _ in range(maps):
        parameters += 1
        for _ in range(channels * window * window):
            parameters += 1
            work += len(range(side - window + 1)) ** 2
    return [parameters, work]


# Attacks


def stepping(way, within=(0, 1)):
    return lambda images, slopes, epsilon: np.clip(images + way(slopes, epsilon), *within)


def downhill(images, slopes, epsilon):
    return (images - epsilon * np.sign(slopes)).clip(0, 1)


def pixel_by_pixel(images, slopes, epsilon):
    found = images.copy()
    for place, slope in np.ndenumerate(slopes):
        if slope > 0:
            found[place] = min(1, found[place] + epsilon)
        elif slope < 0:
            found[place] = max(0, found[place] - epsilon)
    return found


def boxed(near, images, epsilon):
    low, high = np.maximum(images - epsilon, 0), np.minimum(images + epsilon, 1)
    return np.minimum(np.maximum(near, low), high)


def shortened(length):
    """Shrink the change as a whole until its length, as one learner measures it, is epsilon."""

    def shrink(near, images, epsilon):
        change = near - images
        if length(change) > epsilon:
            change = change * epsilon / length(change)
        return np.clip(images + change, 0, 1)

    return shrink


def put_back(near, images, epsilon):
    found = np.clip(near, 0, 1)
    outside = abs(near - images) > epsilon
    found[outside] = images[outside]
    return found


# Rubbish


def normalized(weights):
    return weights / weights.sum(axis=1, keepdims=True)


def beside(classes, rubbish):
    """Put a column of rubbish to the right of the classes."""
    return lambda y, j: np.hstack([classes(y, j), np.broadcast_to(rubbish(y, j), (len(y), 1))])


def plain_softmax(y, j):
    return normalized(np.exp(-y))


def naive(y, j):
    return normalized(np.hstack([np.exp(-y), np.full((len(y), 1), np.exp(-j))]))


def shifted(y, j):
    everything = np.c_[y, np.repeat(j, len(y))]
    return normalized(np.exp(everything.min(axis=1, keepdims=True) - everything))


# A limit


def rejecting(nearest, limit, judged=lambda s, limit: np.mean(s > limit)):
    return lambda digits, strange, share: judged(
        nearest(strange), limit(nearest(digits), nearest(strange), share)
    )


def smallest(y):
    return y.min(axis=1)


def of_digits(d, s, share):
    return np.quantile(d, 1 - share)


def margin(y):
    return -np.diff(np.sort(y, axis=1)[:, :2])[:, 0]


def by_percentile(digits, strange, share):
    limit = np.percentile(np.min(digits, axis=1), 100 - 100 * share)
    return sum(min(row) > limit for row in strange) / len(strange)


WRONG: list[tuple[str, str, Any, str]] = [
    ("14.cost", "no biases", counting(biases=lambda m: 0), "The biases are missing"),
    ("14.cost", "a kernel is flat", counting(kernels=lambda c, m: m), "reads one channel"),
    ("14.cost", "once is enough", counting(places=lambda s, w: 1), "each weight once"),
    ("14.cost", "work is size", as_many_as_parameters, "as many multiply-adds as parameters"),
    ("14.cost", "every pixel", counting(places=lambda s, w: s * s), "on every pixel"),
    ("14.cost", "one short", counting(places=lambda s, w: (s - w) ** 2), "One place is missing"),
    ("14.cost", "one side", counting(places=lambda s, w: s - w + 1), "along one side only"),
    ("14.cost", "not shared", weights_everywhere, "anew at each place"),
    ("14.cost", "work first", lambda s, c, m, w: cost(s, c, m, w)[::-1], "swapped"),
    ("14.step", "down is down", downhill, "You went downhill"),
    (
        "14.step",
        "any number is ink",
        stepping(lambda g, e: e * np.sign(g), (-9, 9)),
        "there is no such ink",
    ),
    ("14.step", "along the slope", stepping(lambda g, e: e * g), "along the slope itself. Each"),
    (
        "14.step",
        "along the slope and out",
        stepping(lambda g, e: e * g, (-9, 9)),
        "along the slope itself, and out",
    ),
    (
        "14.step",
        "a step has a length",
        stepping(lambda g, e: e * g / (g**2).sum() ** 0.5),
        "divided by the length of the slope",
    ),
    (
        "14.step",
        "the steepest counts",
        stepping(lambda g, e: e * g / abs(g).max()),
        "Only the pixel with the largest slope",
    ),
    (
        "14.step",
        "the change",
        lambda x, g, e: np.clip(e * np.sign(g), 0, 1),
        "the step alone",
    ),
    ("14.step", "lighter", stepping(lambda g, e: e), "all pixels lighter"),
    ("14.step", "sizes", stepping(lambda g, e: e * (g != 0)), "all pixels lighter"),
    (
        "14.step",
        "the wrong box",
        lambda x, g, e: np.clip(x + e * np.sign(g), x - e, x + e),
        "there is no such ink",
    ),
    ("14.project", "ink is enough", lambda n, x, e: n.clip(0, 1), "add up to a large one"),
    (
        "14.project",
        "near is enough",
        lambda n, x, e: n.clip(x - e, x + e),
        "below 0 or above 1",
    ),
    (
        "14.project",
        "the box moves along",
        lambda n, x, e: n.clip(n - e, n + e),
        "around the place reached",
    ),
    (
        "14.project",
        "a place is a change",
        lambda n, x, e: (x + n.clip(-e, e)).clip(0, 1),
        "as if it were a change",
    ),
    (
        "14.project",
        "a ball",
        shortened(lambda change: (change**2).sum() ** 0.5),
        "the length epsilon",
    ),
    (
        "14.project",
        "shrink all",
        shortened(lambda change: abs(change).max()),
        "shrank the whole change",
    ),
    (
        "14.project",
        "always to the wall",
        lambda n, x, e: np.clip(np.where(n > x, x + e, x - e), 0, 1),
        "to a wall of the box",
    ),
    ("14.project", "start again", put_back, "back to where they started"),
    (
        "14.rubbish",
        "large is likely",
        lambda y, j: normalized(np.exp(np.c_[y, np.full(len(y), j)])),
        "Penalties count with a minus",
    ),
    (
        "14.rubbish",
        "j is a score",
        lambda y, j: normalized(np.exp(np.c_[-y, np.full(len(y), j)])),
        "counts exp(-j)",
    ),
    (
        "14.rubbish",
        "rubbish first",
        lambda y, j: normalized(np.exp(-np.c_[np.full(len(y), j), y])),
        "Your rubbish comes first",
    ),
    (
        "14.rubbish",
        "rubbish on top",
        beside(plain_softmax, lambda y, j: np.exp(-j)),
        "rubbish comes on top",
    ),
    (
        "14.rubbish",
        "what is left",
        beside(plain_softmax, lambda y, j: 0.0),
        "nothing is left for rubbish",
    ),
    (
        "14.rubbish",
        "weights are probabilities",
        lambda y, j: np.exp(-np.c_[y, np.full(len(y), j)]),
        "do not add up to one",
    ),
    (
        "14.rubbish",
        "the same for all",
        beside(lambda y, j: plain_softmax(y, j) * (1 - np.exp(-j)), lambda y, j: np.exp(-j)),
        "depends on the penalties",
    ),
    ("14.rubbish", "no rubbish", plain_softmax, "The rubbish is missing"),
    ("14.rubbish", "exp holds any number", naive, "Use softmax"),
    (
        "14.limit",
        "by the strangers",
        rejecting(smallest, lambda d, s, share: np.quantile(s, 1 - share)),
        "by the strange images",
    ),
    (
        "14.limit",
        "the lower end",
        rejecting(smallest, lambda d, s, share: np.quantile(d, share)),
        "nearly all digits away",
    ),
    ("14.limit", "the farthest code", rejecting(lambda y: y.max(1), of_digits), "the largest"),
    ("14.limit", "all codes", rejecting(lambda y: y.mean(1), of_digits), "averaged over"),
    ("14.limit", "doubt is distance", rejecting(margin, of_digits), "far from both"),
    (
        "14.limit",
        "let through",
        rejecting(smallest, of_digits, lambda s, limit: np.mean(s <= limit)),
        "gets through",
    ),
    (
        "14.limit",
        "how many",
        rejecting(smallest, of_digits, lambda s, limit: (s > limit).sum()),
        "number of images",
    ),
    (
        "14.limit",
        "percent",
        rejecting(smallest, of_digits, lambda s, limit: 100 * np.mean(s > limit)),
        "a percentage",
    ),
    ("14.limit", "no digit", rejecting(smallest, lambda d, s, share: d.max()), "single odd one"),
    ("14.limit", "the mean", rejecting(smallest, lambda d, s, share: d.mean()), "mean penalty"),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("14.cost", "one number", lambda s, c, m, w: 156, "Return two numbers"),
    ("14.cost", "a guess", lambda s, c, m, w: (1, 2), "each weight once at each place"),
    ("14.step", "one number", lambda x, g, e: 0.5, "that of the images"),
    ("14.step", "a guess", lambda x, g, e: x, "then clip to [0, 1]"),
    ("14.project", "one number", lambda n, x, e: 0.5, "that of the images"),
    ("14.project", "a guess", lambda n, x, e: x, "Clip each pixel"),
    ("14.rubbish", "one number", lambda y, j: 0.5, "A row for each image"),
    ("14.rubbish", "a guess", lambda y, j: np.full((len(y), 4), 0.25), "row by row"),
    ("14.limit", "an array", lambda d, s, share: s.min(axis=1), "should be one number"),
    ("14.limit", "a guess", lambda d, s, share: 0.5, "a quantile of the digits'"),
]

RIGHT: list[tuple[str, Any]] = [
    ("14.cost", counting()),
    ("14.cost", one_by_one),
    ("14.step", stepping(lambda g, e: e * np.sign(g))),
    ("14.step", pixel_by_pixel),
    ("14.project", boxed),
    ("14.project", lambda n, x, e: x + (n.clip(0, 1) - x).clip(-e, e)),
    ("14.rubbish", shifted),
    ("14.rubbish", lambda y, j: np.asarray(MAP(j).posteriors(y))),
    ("14.limit", rejecting(smallest, of_digits)),
    ("14.limit", by_percentile),
]


def test_step_and_projection_are_those_of_the_package():
    rng = np.random.default_rng(14)
    kernel = rng.normal(size=(16, 3)).astype(np.float32)
    images, labels = rng.random((5, 4, 4, 1)).astype(np.float32), np.array([0, 1, 2, 1, 0])

    def scores(x):
        return tf.reshape(x, (-1, 16)) @ kernel

    p = np.asarray(tf.nn.softmax(scores(images)))
    slopes = ((p - np.eye(3)[labels]) @ kernel.T).reshape(images.shape)
    expected = step(images, slopes, 0.1)
    np.testing.assert_allclose(fgsm(scores, images, labels, 0.1), expected, atol=1e-6)
    many = pgd(scores, images, labels, 0.1, steps=5)
    np.testing.assert_allclose(project(many, images, 0.1), many, atol=1e-6)


def test_rubbish_is_that_of_the_criterion():
    penalties = np.random.default_rng(14).uniform(0, 9, (6, 10))
    expected = np.asarray(MAP(3.0).posteriors(penalties))
    np.testing.assert_allclose(posteriors(penalties, 3.0), expected, rtol=1e-5)
    # Rubbish is likelier than every digit just where all are farther than j.
    assert ((expected.argmax(axis=1) == 10) == (penalties.min(axis=1) > 3)).all()


@pytest.mark.parametrize(("case", "expected"), [((32, 1, 6, 5), 156), ((5, 16, 120, 5), 48_120)])
def test_the_counts_are_those_of_the_paper(case, expected):
    assert cost(*case)[0] == expected
