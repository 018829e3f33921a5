"""The exercises of chapter 14, where LeNet fails.

Each check asks about small cases, chosen so that every mistake named below gives a result of its
own. Next to each right answer stand the mistakes, written out as the functions that make them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import Known, check_shape, check_values, explain, same
from lenet_course.exercises.exercise import Exercise, Wrong

Array = NDArray[Any]
# What a mistake computes, and what is to be said about it.
Mistakes = tuple[tuple[Callable[..., Any], str], ...]


def _made(mistakes: Mistakes, *case: Any) -> Known:
    """Return what each mistake gives in this case."""
    with np.errstate(all="ignore"):
        return [(make(*case), why) for make, why in mistakes]


# Parameters and multiply-adds


def cost(side: int, channels: int, maps: int, window: int) -> tuple[int, int]:
    """Return parameters and multiply-adds of a convolution, without padding, stride 1."""
    weights = channels * maps * window**2
    return weights + maps, weights * (side - window + 1) ** 2


_COST_MISTAKES: Mistakes = (
    (
        lambda s, c, m, w: (c * m * w**2, c * m * w**2 * (s - w + 1) ** 2),
        "The biases are missing among the parameters: one for each map.",
    ),
    (
        lambda s, c, m, w: (m * w**2 + m, m * w**2 * (s - w + 1) ** 2),
        "A kernel reads one channel in yours. Each map has a kernel for every channel.",
    ),
    (
        lambda s, c, m, w: (cost(s, c, m, w)[0], c * m * w**2),
        "You multiplied each weight once. It is used at every place where the window fits.",
    ),
    (
        lambda s, c, m, w: (cost(s, c, m, w)[0], cost(s, c, m, w)[0]),
        "In yours there are as many multiply-adds as parameters. That holds where no weight is "
        "shared; here each is used at every place where the window fits.",
    ),
    (
        lambda s, c, m, w: (cost(s, c, m, w)[0], c * m * w**2 * s**2),
        "You let the window stand on every pixel. Without padding it fits side - window + 1 times.",
    ),
    (
        lambda s, c, m, w: (cost(s, c, m, w)[0], c * m * w**2 * (s - w) ** 2),
        "One place is missing in each direction: a window as wide as the image fits once.",
    ),
    (
        lambda s, c, m, w: (cost(s, c, m, w)[0], c * m * w**2 * (s - w + 1)),
        "You counted the places along one side only. They form a square.",
    ),
    (
        lambda s, c, m, w: (
            c * m * w**2 * (s - w + 1) ** 2 + m,
            c * m * w**2 * (s - w + 1) ** 2,
        ),
        "You counted weights anew at each place. They are shared: that is what a convolution is.",
    ),
    (lambda s, c, m, w: cost(s, c, m, w)[::-1], "The two are swapped: parameters come first."),
)


def check_cost(answer: Any) -> None:
    """Check C1 of LeNet-5, and a layer in which no two numbers are equal."""
    for case in ((32, 1, 6, 5), (14, 6, 16, 5), (11, 3, 4, 2)):
        arguments = dict(zip(("side", "channels", "maps", "window"), case, strict=True))
        result = call(answer, **arguments)
        if not isinstance(result, (tuple, list, np.ndarray)) or len(result) != 2:
            raise Wrong(
                f"Your function returned {describe(result)}. Return two numbers: the parameters "
                "and the multiply-adds."
            )
        given, right = as_array(result, "The result"), cost(*case)
        if not same(given, right):
            why = explain(
                given,
                _made(_COST_MISTAKES, *case),
                "Parameters: channels times maps kernels of window times window, and a bias for "
                "each map. Multiply-adds: each weight once at each place.",
            )
            words = ", ".join(f"{name}={value}" for name, value in arguments.items())
            raise Wrong(f"For {words} you gave {given.tolist()}; it should be {list(right)}. {why}")


# One step of an attack


def step(images: Array, slopes: Array, epsilon: float) -> Array:
    """Return images a step of the fast gradient sign method away, within [0, 1]."""
    return np.clip(images + epsilon * np.sign(slopes), 0, 1)


_STEP_MISTAKES: Mistakes = (
    (
        lambda x, g, e: np.clip(x - e * np.sign(g), 0, 1),
        "You went downhill: the loss falls, and the network reads better. An attacker goes up.",
    ),
    (
        lambda x, g, e: x + e * np.sign(g),
        "Some of your pixels are below 0 or above 1: there is no such ink. Clip.",
    ),
    (
        lambda x, g, e: np.clip(x + e * g, 0, 1),
        "You went along the slope itself. Each pixel may change by epsilon, so a small slope is "
        "worth a whole step too: take its sign.",
    ),
    (
        lambda x, g, e: x + e * g,
        "You went along the slope itself, and out of [0, 1]. Take the sign of the slope, and clip.",
    ),
    (
        lambda x, g, e: np.clip(x + e * g / np.linalg.norm(g), 0, 1),
        "You divided by the length of the slope: a step of length epsilon for all pixels "
        "together. Here *each* pixel may change by epsilon: take the sign.",
    ),
    (
        lambda x, g, e: np.clip(x + e * g / np.abs(g).max(), 0, 1),
        "Only the pixel with the largest slope took a whole step in yours. All may: take the sign.",
    ),
    (
        lambda x, g, e: np.clip(e * np.sign(g), 0, 1),
        "That is the step alone. Add the images.",
    ),
    (
        lambda x, g, e: np.clip(x + e, 0, 1),
        "You made all pixels lighter. Which way each should go is in the sign of its slope.",
    ),
    (
        lambda x, g, e: np.clip(x + e * np.abs(np.sign(g)), 0, 1),
        "You made all pixels lighter. Which way each should go is in the sign of its slope.",
    ),
)


def check_step(answer: Any) -> None:
    """Check pixels near both ends, with slopes of both signs and one that is 0."""
    images = np.array([[0.02, 0.5, 0.97], [0.4, 0.08, 1.0]])[..., None]
    slopes = np.array([[-0.3, 0.004, 2.0], [-1.5, 0.6, 0.0]])[..., None]
    for epsilon in (0.1, 0.25):
        given = as_array(call(answer, images=images, slopes=slopes, epsilon=epsilon), "The result")
        right = step(images, slopes, epsilon)
        check_shape(given, right.shape, {}, "It is that of the images.")
        check_values(
            given,
            right,
            _made(_STEP_MISTAKES, images, slopes, epsilon),
            "Add epsilon times the sign of the slope, then clip to [0, 1].",
            f"With epsilon={epsilon}, the pixel",
        )


# Back into the box


def project(near: Array, images: Array, epsilon: float) -> Array:
    """Return the images closest to ``near`` within epsilon of ``images`` and within [0, 1]."""
    return np.asarray(np.clip(np.clip(near, images - epsilon, images + epsilon), 0, 1))


_PROJECT_MISTAKES: Mistakes = (
    (
        lambda n, x, e: np.clip(n, 0, 1),
        "Some of your pixels are farther than epsilon from the image: many small steps add up to "
        "a large one. Clip to [image - epsilon, image + epsilon] as well.",
    ),
    (
        lambda n, x, e: np.clip(n, x - e, x + e),
        "Some of your pixels are below 0 or above 1. Clip to [0, 1] as well.",
    ),
    (
        lambda n, x, e: np.clip(n, n - e, n + e),
        "You clipped around the place reached, and so not at all. The box stands around the "
        "image from which the attack began.",
    ),
    (
        lambda n, x, e: np.clip(x + np.clip(n, -e, e), 0, 1),
        "You clipped the place reached to epsilon, as if it were a change. The change is near - "
        "images.",
    ),
    (
        lambda n, x, e: np.clip(x + (n - x) * min(1.0, e / float(np.linalg.norm(n - x))), 0, 1),
        "You shortened the whole change to the length epsilon. The box is one of pixels: each may "
        "change by epsilon, whatever the others do.",
    ),
    (
        lambda n, x, e: np.clip(x + (n - x) * min(1.0, e / np.abs(n - x).max()), 0, 1),
        "You shrank the whole change until its largest part fitted. Pixels that are within the "
        "box may stay where they are: clip each by itself.",
    ),
    (
        lambda n, x, e: np.clip(x + e * np.sign(n - x), 0, 1),
        "You sent every pixel to a wall of the box. One that is inside stays where it is.",
    ),
    (
        lambda n, x, e: np.where(np.abs(n - x) > e, x, np.clip(n, 0, 1)),
        "You put pixels that were outside back to where they started. The closest place inside "
        "is the wall: clip.",
    ),
)


def check_project(answer: Any) -> None:
    """Check pixels inside and outside the box and the range, on all sides."""
    images = np.array([[0.05, 0.5, 0.95], [0.5, 0.0, 0.6]])
    near = np.array([[-0.2, 0.9, 1.3], [0.55, 0.07, 0.1]])
    for epsilon in (0.1, 0.2):
        given = as_array(call(answer, near=near, images=images, epsilon=epsilon), "The result")
        right = project(near, images, epsilon)
        check_shape(given, right.shape, {}, "It is that of the images.")
        check_values(
            given,
            right,
            _made(_PROJECT_MISTAKES, near, images, epsilon),
            "Clip each pixel to [image - epsilon, image + epsilon], and to [0, 1].",
            f"With epsilon={epsilon}, the pixel",
        )


# Rubbish


def posteriors(penalties: Array, j: float) -> Array:
    """Return the probabilities of the classes and, last, of rubbish, (n, classes + 1)."""
    exponents = np.column_stack([-penalties, np.full(len(penalties), -j)])
    return np.asarray(softmax(exponents, axis=1))


def _with(last: Array) -> Array:
    """Return the softmax of exponents."""
    return np.asarray(softmax(last, axis=1))


def _column(penalties: Array, value: float) -> Array:
    return np.full((len(penalties), 1), value)


_RUBBISH_MISTAKES: Mistakes = (
    (
        lambda y, j: _with(np.hstack([y, _column(y, j)])),
        "In yours a large penalty makes a class likely. Penalties count with a minus: exp(-y).",
    ),
    (
        lambda y, j: _with(np.hstack([-y, _column(y, j)])),
        "Rubbish has the penalty j, so it counts exp(-j) and not exp(j).",
    ),
    (
        lambda y, j: _with(np.hstack([_column(y, -j), -y])),
        "Your rubbish comes first. Asked for is the last column.",
    ),
    (
        lambda y, j: np.hstack([_with(-y), np.exp(_column(y, -j))]),
        "Your classes share the whole probability, and rubbish comes on top. It is one of those "
        "that share: it belongs into the sum below the line.",
    ),
    (
        lambda y, j: np.hstack([_with(-y), 1 - _with(-y).sum(axis=1, keepdims=True)]),
        "Your classes share the whole probability, and nothing is left for rubbish. It belongs "
        "into the sum below the line.",
    ),
    (
        lambda y, j: np.exp(np.hstack([-y, _column(y, -j)])),
        "These do not add up to one: divide by their sum.",
    ),
    (
        lambda y, j: np.hstack([_with(-y) * (1 - np.exp(-j)), np.exp(_column(y, -j))]),
        "You gave rubbish exp(-j) for every image. How likely it is depends on the penalties.",
    ),
    (
        lambda y, j: _with(np.hstack([-y, -_column(y, j) * y.shape[1]])),
        "You counted j once for each class. There is one class of rubbish.",
    ),
)


def check_rubbish(answer: Any) -> None:
    """Check a clear digit, a doubtful one and nonsense, then penalties that exp cannot hold."""
    penalties = np.array([[0.3, 4.0, 6.0], [1.5, 1.7, 9.0], [7.0, 8.0, 6.5]])
    for j in (2.0, 5.0):
        given = as_array(call(answer, penalties=penalties, j=j), "The result")
        right = posteriors(penalties, j)
        without = "The rubbish is missing: there is one probability more than classes."
        check_shape(
            given, right.shape, {penalties.shape: without}, "A row for each image, 3 classes and 1."
        )
        check_values(
            given,
            right,
            _made(_RUBBISH_MISTAKES, penalties, j),
            "The softmax of [-penalties, -j], row by row.",
            f"With j={j:g}, the probability",
        )
    far = penalties * 200 + 600
    with np.errstate(all="ignore"):
        given = as_array(call(answer, penalties=far, j=900.0), "The result")
    if not same(given, posteriors(far, 900.0)):
        raise Wrong(
            f"The formula is right, but penalties from {far.min():.0f} to {far.max():.0f} give "
            "nan: exp of minus such a number is 0 to a computer. Use softmax."
        )


# A limit


def turned_away(digits: Array, strange: Array, share: float) -> float:
    """Return which share of strange images is above the limit that ``share`` of digits exceed."""
    limit = np.quantile(digits.min(axis=1), 1 - share)
    return float((strange.min(axis=1) > limit).mean())


def _share(
    digits: Array,
    strange: Array,
    share: float,
    *,
    distance: Callable[[Array], Array] = lambda y: np.asarray(y.min(axis=1)),
    limit: Callable[[Array, Array, float], Any] = lambda d, s, share: np.quantile(d, 1 - share),
    outcome: Callable[[Array, Any], Any] = lambda s, limit: (s > limit).mean(),
) -> float:
    """Go all the way; each setting that is not the default is one way to go wrong."""
    d, s = distance(digits), distance(strange)
    return float(outcome(s, limit(d, s, share)))


def _mistaken(**setting: Any) -> Callable[..., float]:
    return lambda digits, strange, share: _share(digits, strange, share, **setting)


_LIMIT_MISTAKES: Mistakes = (
    (
        _mistaken(limit=lambda d, s, share: np.quantile(s, 1 - share)),
        "You set the limit by the strange images, so of them just that share is turned away. "
        "What will come is not known beforehand: set it by digits.",
    ),
    (
        _mistaken(limit=lambda d, s, share: np.quantile(d, share)),
        "Your limit turns nearly all digits away. The share is that of digits *above* it: take "
        "the quantile 1 - share.",
    ),
    (
        _mistaken(distance=lambda y: y.max(axis=1)),
        "You took the largest penalty, of the class that an image is least like. It is large for "
        "good digits too. Take the smallest.",
    ),
    (
        _mistaken(distance=lambda y: y.mean(axis=1)),
        "You averaged over the classes. A good digit is far from nine codes of ten; what counts "
        "is the closest.",
    ),
    (
        _mistaken(distance=lambda y: np.sort(y, axis=1)[:, 0] - np.sort(y, axis=1)[:, 1]),
        "You took the margin between two classes. An image may be much closer to one code than "
        "to the next, and far from both.",
    ),
    (
        _mistaken(outcome=lambda s, limit: (s <= limit).mean()),
        "Yours is the share that gets through. Asked for is what is turned away.",
    ),
    (
        _mistaken(outcome=lambda s, limit: (s > limit).sum()),
        "Yours is a number of images. Asked for is their share.",
    ),
    (
        _mistaken(outcome=lambda s, limit: 100 * (s > limit).mean()),
        "Yours is a percentage. Asked for is a share, from 0 to 1.",
    ),
    (
        _mistaken(limit=lambda d, s, share: d.max()),
        "Your limit is the largest penalty of all digits: a single odd one decides. Take the "
        "quantile 1 - share.",
    ),
    (
        _mistaken(limit=lambda d, s, share: d.mean()),
        "Your limit is the mean penalty of the digits. How many exceed that is not what was asked.",
    ),
)


def check_limit(answer: Any) -> None:
    """Check digits of which a few are odd, and strange images of which half are near a code."""
    rng = np.random.default_rng(14)
    digits = rng.uniform(20, 60, (200, 4))
    digits[np.arange(200), rng.integers(0, 4, 200)] = rng.gamma(1.2, 2.0, 200)
    strange = rng.uniform(12, 60, (80, 4))
    strange[:, 2] = rng.gamma(2.0, 5.0, 80)
    for share in (0.05, 0.2):
        result = call(answer, digits=digits, strange=strange, share=share)
        given = as_array(result, "The result")
        if given.ndim:
            raise Wrong(f"The result should be one number; it is {describe(result)}.")
        right = turned_away(digits, strange, share)
        if not same(given, right):
            why = explain(
                given,
                _made(_LIMIT_MISTAKES, digits, strange, share),
                "The limit is a quantile of the digits' smallest penalties; then count what is "
                "above it.",
            )
            raise Wrong(
                f"For 200 digits, 80 strange images and share={share} you gave {given:.4g}; it "
                f"should be {right:.4g}. {why}"
            )


EXERCISES = (
    Exercise(
        id="14.cost",
        title="Parameters and multiply-adds",
        wants="a function that returns two numbers",
        means="Sharing weights saves parameters and no work: the two measures of size differ.",
        hints=(
            "How many weights does one map have, and at how many places does it use each?",
            "A window of w pixels fits side - w + 1 times along a side.",
            "weights = channels * maps * window**2\nreturn weights + ___, weights * ___**2",
        ),
        check=check_cost,
        start=cost,
    ),
    Exercise(
        id="14.step",
        title="One step of an attack",
        wants="a function that returns an array, of the shape of the images",
        means="Hundreds of small changes, all in the worst direction, add up to a large one.",
        hints=(
            "Each pixel may change by epsilon, up or down. Which way makes the loss larger?",
            "np.sign(slopes) is +1 where more ink makes the loss larger, and -1 where less does.",
            "return np.clip(images + ___ * np.sign(___), ___, ___)",
        ),
        check=check_step,
        start=step,
    ),
    Exercise(
        id="14.project",
        title="Back into the box",
        wants="a function that returns an array, of the shape of the images",
        means="After each step of PGD every pixel goes back to the nearest allowed value.",
        hints=(
            "A pixel may differ by epsilon from the image from which the attack began, and it "
            "must be ink.",
            "np.clip takes arrays as limits, too.",
            "inside = np.clip(near, images - ___, ___)\nreturn np.clip(inside, ___, ___)",
        ),
        check=check_project,
        start=project,
    ),
    Exercise(
        id="14.rubbish",
        title="A class for rubbish",
        wants="a function that returns an array, (n, classes + 1)",
        means="What is farther than j from every code is more likely rubbish than any digit.",
        hints=(
            "Rubbish is a class like the others, whose penalty is always j.",
            "Put a column of j to the right of the penalties: np.column_stack.",
            "all_penalties = np.column_stack([penalties, np.full(len(penalties), ___)])\n"
            "return softmax(___, axis=1)",
        ),
        check=check_rubbish,
        start=posteriors,
    ),
    Exercise(
        id="14.limit",
        title="A limit for strangers",
        wants="a function that returns one number from 0 to 1",
        means="A limit is set by what one knows, and judged by what one did not expect.",
        hints=(
            "How far is an image from the digit that it is most like? And how far is far, for a "
            "digit?",
            "np.quantile(a, 0.95) is exceeded by 5 % of a.",
            "limit = np.quantile(digits.min(axis=1), ___)\nreturn (___.min(axis=1) > ___).mean()",
        ),
        check=check_limit,
        start=turned_away,
    ),
)
