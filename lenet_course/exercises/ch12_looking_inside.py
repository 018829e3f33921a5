"""The exercises of chapter 12, looking inside a trained network.

Each check computes a small case, chosen so that every mistake named below gives a result of its
own. First the right answers, with which a worksheet goes on past a blank.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.answer import as_array, call, describe
from lenet_course.exercises.comparison import Shape, check_shape, check_values, explain, same
from lenet_course.exercises.exercise import Exercise, Wrong
from lenet_course.scratch import DIGIT_CODES

Array = NDArray[Any]


def seen_by(pixel: int, side: int, step: int, count: int) -> Array:
    """Return the units in a row of `count` that read a pixel of that row."""
    first = step * np.arange(count)
    return np.flatnonzero((first <= pixel) & (pixel < first + side))


def occlusion(score: Callable[[Array], float], image: Array, side: int, paper: float) -> Array:
    """Return by how much the score falls for each place of a square of paper."""
    rows, columns = (length - side + 1 for length in image.shape)
    falls = np.empty((rows, columns))
    for r, c in np.ndindex(rows, columns):
        painted = image.copy()
        painted[r : r + side, c : c + side] = paper
        falls[r, c] = score(image) - score(painted)
    return falls


def along_the_path(slope: Callable[[Array], Array], start: Array, end: Array, steps: int) -> Array:
    """Return the integrated gradients on the straight way from start to end."""
    parts = (np.arange(steps) + 0.5) / steps
    slopes = [slope(start + part * (end - start)) for part in parts]
    return np.asarray((end - start) * np.mean(slopes, axis=0))


def votes(f6: Array, codes: Array, first: int, second: int) -> Array:
    """Return as a bitmap (12, 7) what each unit adds to the lead of one code over another."""
    return np.asarray((f6 - codes[second]) ** 2 - (f6 - codes[first]) ** 2).reshape(12, 7)


def lost_neighbors(features: Array, labels: Array) -> float:
    """Return the percentage of points whose nearest other point has another label."""
    return float(100 * (labels[_nearest(_distances(features))] != labels).mean())


def _distances(features: Array) -> Array:
    """Return the squared distances of all pairs; a point is infinitely far from itself."""
    distances = ((features[:, None] - features) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances)


def _nearest(distances: Array) -> Array:
    return np.asarray(distances.argmin(axis=1))


def squashed_sum(x: Array) -> float:
    """Return the score of the smallest network that saturates, tanh(3 x1 + 2 x2)."""
    return float(np.tanh(3 * x[0] + 2 * x[1]))


def slope_of_squashed_sum(x: Array) -> Array:
    """Return the gradient of `squashed_sum`."""
    return (1 - squashed_sum(x) ** 2) * np.array([3.0, 2.0])


# Pixel, side, step, units in a row, and what layer that is.
_FIELDS = (
    (9, 16, 4, 5, "S4"),
    (20, 14, 2, 10, "C3"),
    (16, 16, 4, 5, "S4"),
    (31, 6, 2, 14, "S2"),
    (30, 5, 1, 28, "C1"),
)


def check_seen_by(answer: Any) -> None:
    """Check which units see a pixel, in four layers of LeNet-5, at edges and in the middle."""
    for pixel, side, step, count, layer in _FIELDS:
        given = as_array(call(answer, pixel=pixel, side=side, step=step, count=count), "The result")
        if given.ndim != 1:
            raise Wrong(f"The result is {describe(given)}. Return a list of unit numbers.")
        right, found = seen_by(pixel, side, step, count).tolist(), sorted(given.tolist())
        if found != right:
            why = explain(
                given=np.array(found),
                known=_misseen(pixel, side, step, count),
                otherwise="Unit r reads the pixels from step * r on, side of them.",
            )
            raise Wrong(
                f"Pixel {pixel} of a row is seen by the units {right} of {layer} (side {side}, "
                f"step {step}, {count} units); you have {found}. {why}"
            )


def _misseen(pixel: int, side: int, step: int, count: int) -> list[tuple[Array, str]]:
    units = np.arange(count)
    everywhere = np.arange(-side, pixel + side)

    def reads(first: Array, past: Array, some: Array = units) -> Array:
        return some[(first <= pixel) & (pixel < past)]

    first, any_first = step * units, step * everywhere
    return [
        (
            reads(units, units + side),
            "You let unit r start at pixel r. Neighbors are a step apart, and behind a layer of "
            "subsampling the step is not 1.",
        ),
        (
            reads(any_first, any_first + side, everywhere),
            f"Some of these units do not exist: they are numbered from 0 to {count - 1}.",
        ),
        (
            reads(first, first + side + 1),
            "You count a pixel too many: a field of `side` pixels that starts at f ends with "
            "f + side - 1.",
        ),
        (
            reads(first, first + step),
            "You gave each pixel to one unit. Fields overlap: they are wider than the step.",
        ),
        (
            reads(first - side // 2, first + side // 2 + 1),
            "You put the middle of the field of unit r at step * r. That is where it starts.",
        ),
        (
            np.arange(step * (pixel // step), min(step * (pixel // step) + side, count)),
            "These are pixels. The question is which units read the pixel.",
        ),
    ]


def _small_image() -> tuple[Array, Array]:
    """Return an image (5, 7) and the weights of its score."""
    random = np.random.default_rng(12)
    return random.uniform(0.2, 1.0, (5, 7)), random.normal(size=(5, 7))


def check_occlusion(answer: Any) -> None:
    """Check the map of a small image, under a score that is not linear."""
    kept, weights = _small_image()
    side, paper = 2, -0.1

    def score(x: Array) -> float:
        x = np.asarray(x, dtype=float)
        if x.shape != weights.shape:
            raise ValueError(
                f"score received an array of shape {x.shape}, expected a whole image, "
                f"{weights.shape}: paint the square into a copy of the image."
            )
        return float(np.tanh((weights * x).sum()) + 0.1 * (weights * x**2).sum())

    result = call(answer, score=score, image=kept, side=side, paper=paper)
    given = as_array(result, "The result")
    known: dict[Shape, str] = {
        kept.shape: "A square starts only where it fits completely.",
        (6, 4): "Rows and columns are swapped: the first number of a place is its row.",
        (3, 5): "One place is missing in each direction: the last square ends with the last pixel.",
        (2, 3): "Your squares lie side by side. Move on by one pixel, so that they overlap.",
    }
    check_shape(given, (4, 6), known, "There are 5 - 2 + 1 rows of places, and 7 - 2 + 1 in each.")
    right, start = occlusion(score, kept, side, paper), score(kept)
    spoiled = kept.copy()
    spoiled_falls, alone = np.empty((4, 6)), np.empty((4, 6))
    for r, c in np.ndindex(4, 6):
        spoiled[r : r + side, c : c + side] = paper
        spoiled_falls[r, c] = start - score(spoiled)
        only = np.full_like(kept, paper)
        only[r : r + side, c : c + side] = kept[r : r + side, c : c + side]
        alone[r, c] = start - score(only)
    mistakes = (
        (-right, "The sign is turned: a fall is the score before less the score after."),
        (start - right, "These are scores of the painted images. By how much did it fall?"),
        (
            spoiled_falls,
            "Your squares pile up: each is painted over the ones before. Paint on a fresh copy, "
            "`image.copy()`, for each place.",
        ),
        (
            np.zeros((4, 6)),
            "Nothing falls: `painted = image` gives the image a second name and paints on it. "
            "Make a copy, `image.copy()`.",
        ),
        (
            occlusion(score, kept, side, 0.0),
            "You painted with 0. Paper is at -0.1 here, and 0 is a light gray, so you drew "
            "something.",
        ),
        (
            alone,
            "You kept the square and painted over the rest. The question is what the network loses "
            "without the square.",
        ),
        (abs(right), "You took absolute values. Where the score rises the map is negative."),
        (
            right / start,
            "You divided by the score. The map is the fall itself.",
        ),
    )
    check_values(given, right, mistakes, "Paint the square, ask again, subtract.", "The fall")


def check_along_the_path(answer: Any) -> None:
    """Check integrated gradients where the slope at the end is nearly 0."""
    start, end, steps = np.array([-0.1, 0.2]), np.array([0.8, 0.5]), 8
    given = as_array(
        call(answer, slope=slope_of_squashed_sum, start=start, end=end, steps=steps), "The result"
    )
    check_shape(given, (2,), {(): _ONE_NUMBER, (steps, 2): _NOT_AVERAGED}, "A number for each of x")
    right = along_the_path(slope_of_squashed_sum, start, end, steps)

    def mean(parts: Array, origin: Array = start) -> Array:
        slopes = [slope_of_squashed_sum(origin + part * (end - origin)) for part in parts]
        return np.asarray(np.mean(slopes, axis=0))

    way, middle = end - start, (np.arange(steps) + 0.5) / steps
    known = (
        (
            way * slope_of_squashed_sum(end),
            "You took the slope at the end only. There the unit is saturated and the slope nearly "
            "0; what it gained, it gained on the way.",
        ),
        (
            slope_of_squashed_sum(end),
            "That is the gradient at the end, where the unit is saturated. Walk there from start.",
        ),
        (
            right / way,
            "You averaged the slopes. Multiply by how far each x has gone, end - start.",
        ),
        (
            end * mean(middle, np.zeros(2)),
            "You walked from 0. The blank image is not at 0: begin at start.",
        ),
        (
            end * mean(middle),
            "You multiplied by end. What counts is how far each x has gone, end - start.",
        ),
        (
            steps * right,
            "You added up the slopes. Each stands for one part in `steps` of the way: take the "
            "mean.",
        ),
        (
            way * mean(np.arange(steps) / steps),
            "Your points are where the parts begin. Take their middles, (k + 1/2) / steps.",
        ),
        (
            way * mean(np.arange(1, steps + 1) / steps),
            "Your points are where the parts end. Take their middles, (k + 1/2) / steps.",
        ),
        (
            way * mean(np.linspace(0, 1, steps)),
            "Your points go from start to end, both included. Take the middles of the parts, "
            "(k + 1/2) / steps.",
        ),
        (-right, "You walked from end to start. It begins at start."),
    )
    otherwise = "Take the slopes at 8 points of the way, their mean, and multiply."
    check_values(given, right, known, otherwise, "What x")


_ONE_NUMBER = "You added up. Each x has a share of its own."
_NOT_AVERAGED = "These are all points of the way. Take the mean over them."


def check_votes(answer: Any) -> None:
    """Check the bitmap of votes between 4 and 1 for a noisy state of F6."""
    random = np.random.default_rng(12)
    codes, first, second = DIGIT_CODES, 4, 1
    f6 = 0.9 * codes[first] + 0.1 * codes[second] + 0.4 * random.normal(size=84)
    given = as_array(call(answer, f6=f6, codes=codes, first=first, second=second), "The result")
    known: dict[Shape, str] = {
        (7, 12): "A bitmap is 7 wide and 12 high, and an array has its rows first.",
        (84,): "Those are the 84 numbers in a row. Give them the form of the bitmap, .reshape.",
        (): "That is the lead as a whole. The question is what each unit adds to it.",
    }
    check_shape(given, (12, 7), known, "The bitmap has 12 rows of 7.")
    one, other = codes[first], codes[second]
    signs = np.sign(f6)
    mistakes = tuple(
        (values.reshape(12, 7), why)
        for values, why in (
            (
                (f6 - one) ** 2 - (f6 - other) ** 2,
                "The sign is turned. A unit speaks for the first code where the penalty of the "
                "second is larger.",
            ),
            (
                (f6 - one) ** 2,
                "That is the penalty of the first code, unit by unit. A large penalty that both "
                "codes pay decides nothing: compare the two.",
            ),
            (
                (f6 - other) ** 2,
                "That is the penalty of the second code, unit by unit. A large penalty that both "
                "codes pay decides nothing: compare the two.",
            ),
            (
                abs(f6 - other) - abs(f6 - one),
                "These are differences of distances. A penalty adds up squares (eq. 7).",
            ),
            (
                f6 * (one - other),
                "You multiplied F6 by the codes, as if they were weights. The order is right but "
                "each vote is half of the difference of the squares.",
            ),
            (
                (signs - other) ** 2 - (signs - one) ** 2,
                "You made F6 black and white first. Its grays say how sure it is, and the penalty "
                "counts them.",
            ),
            (
                (other - one) ** 2,
                "That is where the codes differ. What does F6 say there?",
            ),
        )
    )
    otherwise = "For each unit: what it adds to the penalty of the second, less that of the first."
    check_values(given, votes(f6, codes, first, second), mistakes, otherwise, "The vote")


def check_lost_neighbors(answer: Any) -> None:
    """Check the percentage on forty points in three clumps that the first two axes mix up."""
    random = np.random.default_rng(12)
    labels = np.arange(40) % 3
    features = random.normal(size=(40, 5)) * np.array([2.0, 2.0, 1.0, 1.0, 1.0])
    features[:, 2:] += 1.7 * np.eye(3)[labels] + 1.0 * labels[:, None]
    given = as_array(call(answer, features=features, labels=labels), "The result")
    check_shape(given, (), {(40,): _FOR_EACH}, "Return one number.")
    right = lost_neighbors(features, labels)
    inner = features @ features.T
    np.fill_diagonal(inner, -np.inf)
    far = ((features[:, None] - features) ** 2).sum(axis=2)

    def lost(nearest: Array) -> float:
        return float(100 * (labels[nearest] != labels).mean())

    known = (
        (
            np.array(0.0),
            "Not one is lost: you let each point be its own neighbor. Nothing is nearer to it.",
        ),
        (np.array(100 - right), "You counted those whose neighbor has the same label."),
        (np.array(right / 100), "That is a share of 1. The exercise wants percent."),
        (np.array(right * 40 / 100), "That is a number of points. The exercise wants percent."),
        (
            np.array(lost(_nearest(_distances(features[:, :2])))),
            "You went by the first two axes, as a map does. Neighbors are near in all axes.",
        ),
        (
            np.array(lost(inner.argmax(axis=1))),
            "You took the point with the largest product. That favors points far out; a neighbor "
            "has the smallest distance.",
        ),
        (
            np.array(lost(far.argmax(axis=1))),
            "You took the point that is furthest away. The nearest has the smallest distance.",
        ),
    )
    if not same(given, right):
        why = explain(given, known, "Find for each point the nearest other one; compare labels.")
        raise Wrong(f"You found {float(given):.4g} %; it should be {right:.4g}. {why}")


_FOR_EACH = "That is an answer for each point. Count, and return one percentage."


EXERCISES = (
    Exercise(
        id="12.sees",
        title="Who sees a pixel?",
        wants="a function that returns the numbers of the units, in a list or an array",
        means="A pixel in the middle is read by four units of S4 in a row, one at the edge by one. "
        "What lies at the border has fewer advocates.",
        hints=(
            "Turn the question around: which pixels does unit r read? The first is step * r.",
            "np.arange(count) has all units, and np.flatnonzero(c) the places where c is true. For "
            "two conditions write (a) & (b).",
            "first = ___ * np.arange(count)\n"
            "return np.flatnonzero((first <= ___) & (pixel < ___ + ___))",
        ),
        check=check_seen_by,
        start=seen_by,
    ),
    Exercise(
        id="12.occlusion",
        title="Painting over",
        wants="a function that returns an array with a number for each place of the square",
        means="It asks nothing of the network but its score, so it works on any network, and on a "
        "person.",
        hints=(
            "How many places are there for a square in a row of pixels? Then do one place by hand.",
            "image.copy() is a fresh image to paint on, painted[r : r + side, c : c + side] the "
            "square. np.ndindex(rows, columns) goes through all places.",
            "rows, columns = image.shape[0] - side + 1, ___\n"
            "falls = np.empty((rows, columns))\n"
            "for r, c in np.ndindex(rows, columns):\n"
            "    painted = ___\n"
            "    painted[r : r + side, c : c + side] = ___\n"
            "    falls[r, c] = ___ - ___\n"
            "return falls",
        ),
        check=check_occlusion,
        start=occlusion,
    ),
    Exercise(
        id="12.path",
        title="The way to the top",
        wants="a function that returns a number for each x",
        means="The shares add up to what the score gains on the way, although the slope at the end "
        "is next to 0.",
        hints=(
            "A point at a part p of the way is start + p * (end - start). How much does the score "
            "change on a short piece of the way?",
            "(np.arange(steps) + 0.5) / steps are the middles of the parts, and np.mean(slopes, "
            "axis=0) is the mean of an array for each.",
            "parts = (np.arange(steps) + 0.5) / steps\n"
            "slopes = [slope(___ + part * ___) for part in parts]\n"
            "return ___ * np.mean(slopes, axis=0)",
        ),
        check=check_along_the_path,
        start=along_the_path,
    ),
    Exercise(
        id="12.bitmap",
        title="Votes of F6",
        wants="a function that returns an array of 12 rows and 7 columns",
        means="Units in which the codes agree have no vote. So a stroke that both digits have may "
        "be missing, and the answer does not change.",
        hints=(
            "A penalty is a sum over 84 units. Which part of it belongs to one unit?",
            "(f6 - codes[d]) ** 2 has the parts of the penalty of digit d. .reshape(12, 7) gives "
            "84 numbers the form of a bitmap.",
            "of_second = (f6 - codes[___]) ** 2\n"
            "of_first = ___\n"
            "return (___ - ___).reshape(___, ___)",
        ),
        check=check_votes,
        start=votes,
    ),
    Exercise(
        id="12.neighbors",
        title="Neighbors",
        wants="a function that returns one number, a percentage",
        means="You have judged a description of digits without training anything on it.",
        hints=(
            "Who is always the nearest point to a point, if one does not take care?",
            "((features[:, None] - features) ** 2).sum(axis=2) are all squared distances, and "
            "np.fill_diagonal(distances, np.inf) puts each point far away from itself.",
            "distances = ((features[:, None] - features) ** 2).sum(axis=2)\n"
            "np.fill_diagonal(distances, ___)\n"
            "nearest = distances.___(axis=1)\n"
            "return 100 * (labels[nearest] ___ labels).mean()",
        ),
        check=check_lost_neighbors,
        start=lost_neighbors,
    ),
)
