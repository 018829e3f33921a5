"""Chapter 12: answers that `test_every_chapter` expects to be rejected, and ones that should pass.

Each wrong answer is written as a learner who holds that one misconception would write it.
"""

from typing import Any

import numpy as np

from lenet_course.exercises.catalog import find
from lenet_course.exercises.ch12_looking_inside import (
    along_the_path,
    lost_neighbors,
    occlusion,
    seen_by,
    slope_of_squashed_sum,
    squashed_sum,
    votes,
)
from lenet_course.exercises.checker import judge
from lenet_course.scratch import DIGIT_CODES


def seeing(reads, units=lambda count: range(count)):
    """Write which units see a pixel as one learner sees the field of a unit."""

    def seen(pixel, side, step, count):
        return [r for r in units(count) if reads(pixel, r, side, step)]

    return seen


def painting(*, fresh=np.copy, what=lambda before, after: before - after, paper=None, places=1):
    """Write an occlusion map with one step as one learner sees it."""

    def answer(score, image, side, value):
        rows = range(0, image.shape[0] - side + 1, places)
        columns = range(0, image.shape[1] - side + 1, places)
        before, falls = score(image), []
        for r in rows:
            for c in columns:
                painted = fresh(image)
                painted[r : r + side, c : c + side] = value if paper is None else paper
                falls.append(what(before, score(painted)))
        return np.reshape(falls, (len(rows), len(columns)))

    return answer


def second_name(score, image, side, paper):
    rows, columns = (length - side + 1 for length in image.shape)
    falls = np.empty((rows, columns))
    for r, c in np.ndindex(rows, columns):
        painted = image
        painted[r : r + side, c : c + side] = paper
        falls[r, c] = score(image) - score(painted)
    return falls


def only_the_square(score, image, side, paper):
    rows, columns = (length - side + 1 for length in image.shape)
    falls = np.empty((rows, columns))
    for r, c in np.ndindex(rows, columns):
        left = np.full(image.shape, paper)
        left[r : r + side, c : c + side] = image[r : r + side, c : c + side]
        falls[r, c] = score(image) - score(left)
    return falls


def around_each_pixel(score, image, side, paper):
    falls = np.empty(image.shape)
    for r, c in np.ndindex(image.shape):
        painted = image.copy()
        painted[max(0, r - side // 2) : r + side, max(0, c - side // 2) : c + side] = paper
        falls[r, c] = score(image) - score(painted)
    return falls


def transposed(score, image, side, paper):
    return occlusion(score, image, side, paper).T


def last_place_left_out(score, image, side, paper):
    return occlusion(score, image, side, paper)[:-1, :-1]


def painted_at_once(score, image, side, paper):
    rows, columns = (length - side + 1 for length in image.shape)
    stack = np.tile(image, (rows * columns, 1, 1))
    for n, (r, c) in enumerate(np.ndindex(rows, columns)):
        stack[n, r : r + side, c : c + side] = paper
    return (score(image) - np.array([score(one) for one in stack])).reshape(rows, columns)


def walking(
    *,
    points=lambda steps: (np.arange(steps) + 0.5) / steps,
    origin=lambda start: start,
    times=lambda start, end: end - start,
    over=lambda slopes: np.mean(slopes, axis=0),
):
    """Write integrated gradients with one step as one learner sees it."""

    def answer(slope, start, end, steps):
        at = origin(start)
        slopes = [slope(at + part * (end - at)) for part in points(steps)]
        return times(start, end) * over(slopes)

    return answer


def walked_by_loop(slope, start, end, steps):
    step, total = (end - start) / steps, 0
    for k in range(steps):
        total = total + step * slope(start + step * k + step / 2)
    return list(total)


def voting(vote, form=lambda bits: bits.reshape(12, 7)):
    """Write the votes with one step as one learner sees it."""
    return lambda f6, codes, first, second: form(vote(f6, codes[first], codes[second]))


def right_vote(x, one, other):
    return (x - other) ** 2 - (x - one) ** 2


def squares(features):
    return ((features[:, None] - features) ** 2).sum(axis=2)


def neighbors(
    *,
    near=squares,
    itself=np.inf,
    choose=lambda d: d.argmin(axis=1),
    count=lambda found, labels: 100 * (found != labels).mean(),
):
    """Write the share of lost neighbors with one step as one learner sees it."""

    def answer(features, labels):
        distances = near(features)
        if itself is not None:
            np.fill_diagonal(distances, itself)
        return count(labels[choose(distances)], labels)

    return answer


def neighbors_by_sklearn(features, labels):
    from sklearn.neighbors import NearestNeighbors

    places = NearestNeighbors(n_neighbors=2).fit(features).kneighbors(features)[1]
    return 100 * np.mean(labels[places[:, 1]] != labels)


# exercise, misconception, answer, a phrase of the message that names it
WRONG: list[tuple[str, str, Any, str]] = [
    (
        "12.sees",
        "neighbors are a pixel apart",
        seeing(lambda p, r, side, step: r <= p < r + side),
        "You let unit r start at pixel r",
    ),
    (
        "12.sees",
        "a row of units has no end",
        seeing(
            lambda p, r, side, step: step * r <= p < step * r + side,
            lambda count: range(-20, 40),
        ),
        "Some of these units do not exist",
    ),
    (
        "12.sees",
        "the end belongs to it",
        seeing(lambda p, r, side, step: step * r <= p <= step * r + side),
        "You count a pixel too many",
    ),
    (
        "12.sees",
        "fields are tiles",
        seeing(lambda p, r, side, step: p // step == r),
        "Fields overlap",
    ),
    (
        "12.sees",
        "a unit sits in the middle of its field",
        seeing(lambda p, r, side, step: abs(p - step * r) <= side // 2),
        "You put the middle of the field",
    ),
    (
        "12.occlusion",
        "after less before",
        painting(what=lambda before, after: after - before),
        "The sign is turned",
    ),
    (
        "12.occlusion",
        "a map of scores",
        painting(what=lambda before, after: after),
        "These are scores of the painted images",
    ),
    ("12.occlusion", "the image recovers", painting(fresh=lambda x: x), "Your squares pile up"),
    ("12.occlusion", "a name is a copy", second_name, "gives the image a second name"),
    ("12.occlusion", "nothing is 0", painting(paper=0), "You painted with 0"),
    ("12.occlusion", "look at the square", only_the_square, "You kept the square"),
    (
        "12.occlusion",
        "every change is a loss",
        painting(what=lambda before, after: abs(before - after)),
        "You took absolute values",
    ),
    (
        "12.occlusion",
        "a fall is relative",
        painting(what=lambda before, after: (before - after) / before),
        "You divided by the score",
    ),
    ("12.occlusion", "a place for each pixel", around_each_pixel, "only where it fits"),
    ("12.occlusion", "columns first", transposed, "Rows and columns are swapped"),
    ("12.occlusion", "length less side", last_place_left_out, "One place is missing"),
    ("12.occlusion", "squares are tiles", painting(places=2), "Your squares lie side by side"),
    (
        "12.path",
        "the slope here is what counts",
        lambda slope, start, end, steps: (end - start) * slope(end),
        "You took the slope at the end only",
    ),
    (
        "12.path",
        "a gradient is an attribution",
        lambda slope, start, end, steps: slope(end),
        "That is the gradient at the end",
    ),
    ("12.path", "a mean slope", walking(times=lambda start, end: 1), "You averaged the slopes"),
    (
        "12.path",
        "blank is 0",
        walking(origin=lambda start: 0 * start, times=lambda start, end: end),
        "You walked from 0",
    ),
    (
        "12.path",
        "the pixel's value",
        walking(times=lambda start, end: end),
        "You multiplied by end",
    ),
    (
        "12.path",
        "a sum is an integral",
        walking(over=lambda slopes: np.sum(slopes, axis=0)),
        "You added up the slopes",
    ),
    (
        "12.path",
        "parts are where they begin",
        walking(points=lambda steps: np.arange(steps) / steps),
        "where the parts begin",
    ),
    (
        "12.path",
        "parts are where they end",
        walking(points=lambda steps: np.arange(1, steps + 1) / steps),
        "where the parts end",
    ),
    (
        "12.path",
        "linspace",
        walking(points=lambda steps: np.linspace(0, 1, steps)),
        "both included",
    ),
    (
        "12.path",
        "all shares are one",
        lambda *path: along_the_path(*path).sum(),
        "Each x has a share",
    ),
    (
        "12.bitmap",
        "a large penalty is a vote",
        voting(lambda x, one, other: (x - one) ** 2 - (x - other) ** 2),
        "The sign is turned",
    ),
    (
        "12.bitmap",
        "the first penalty decides",
        voting(lambda x, one, other: (x - one) ** 2),
        "That is the penalty of the first code",
    ),
    (
        "12.bitmap",
        "the second penalty decides",
        voting(lambda x, one, other: (x - other) ** 2),
        "That is the penalty of the second code",
    ),
    (
        "12.bitmap",
        "a penalty is a distance",
        voting(lambda x, one, other: abs(x - other) - abs(x - one)),
        "A penalty adds up squares",
    ),
    (
        "12.bitmap",
        "codes are weights",
        voting(lambda x, one, other: x * one - x * other),
        "as if they were weights",
    ),
    (
        "12.bitmap",
        "bitmaps are black and white",
        voting(lambda x, one, other: right_vote(np.sign(x), one, other)),
        "You made F6 black and white first",
    ),
    (
        "12.bitmap",
        "the codes decide alone",
        voting(lambda x, one, other: (one - other) ** 2),
        "That is where the codes differ",
    ),
    (
        "12.bitmap",
        "width first",
        voting(right_vote, lambda bits: bits.reshape(7, 12)),
        "A bitmap is 7 wide and 12 high",
    ),
    (
        "12.neighbors",
        "a point is its own neighbor",
        neighbors(itself=None),
        "you let each point be its own neighbor",
    ),
    (
        "12.neighbors",
        "found is not lost",
        neighbors(count=lambda found, labels: 100 * (found == labels).mean()),
        "whose neighbor has the same label",
    ),
    (
        "12.neighbors",
        "percent is a share",
        neighbors(count=lambda found, labels: (found != labels).mean()),
        "That is a share of 1",
    ),
    (
        "12.neighbors",
        "percent is a count",
        neighbors(count=lambda found, labels: (found != labels).sum()),
        "That is a number of points",
    ),
    (
        "12.neighbors",
        "the map is the space",
        neighbors(near=lambda features: squares(features[:, :2])),
        "You went by the first two axes",
    ),
    (
        "12.neighbors",
        "a large product is near",
        neighbors(near=lambda f: f @ f.T, itself=-np.inf, choose=lambda d: d.argmax(axis=1)),
        "the largest product",
    ),
    (
        "12.neighbors",
        "large is near",
        neighbors(itself=None, choose=lambda d: d.argmax(axis=1)),
        "furthest away",
    ),
]

# Slips without a name of their own: the message quotes what came out.
ALSO_WRONG: list[tuple[str, str, Any, str]] = [
    ("12.sees", "a number", lambda p, side, step, count: p // step, "Return a list of unit"),
    ("12.sees", "pixels", lambda p, side, step, count: [0], "seen by the units [0, 1, 2] of S4"),
    (
        "12.occlusion",
        "twice",
        painting(what=lambda before, after: 2 * (before - after)),
        "Paint the square, ask again, subtract",
    ),
    ("12.occlusion", "one", lambda *a: occlusion(*a).max(), "There are 5 - 2 + 1 rows"),
    (
        "12.path",
        "points",
        walking(over=lambda slopes: np.array(slopes)),
        "Take the mean over them",
    ),
    ("12.path", "back", lambda *path: -along_the_path(*path), "You walked from end to start"),
    ("12.path", "twice", lambda *path: 2 * along_the_path(*path), "the slopes at 8 points"),
    ("12.bitmap", "flat", voting(right_vote, np.ravel), "84 numbers in a row"),
    ("12.bitmap", "lead", voting(right_vote, np.sum), "what each unit adds"),
    ("12.bitmap", "twice", lambda *a: 2 * votes(*a), "less that of the first"),
    (
        "12.neighbors",
        "each",
        neighbors(count=lambda found, labels: found != labels),
        "an answer for each point",
    ),
    ("12.neighbors", "a guess", lambda features, labels: 50, "Find for each point the nearest"),
]

# Answers written in another way that must pass.
RIGHT: list[tuple[str, Any]] = [
    ("12.sees", seeing(lambda p, r, side, step: 0 <= p - step * r < side)),
    (
        "12.sees",
        lambda p, side, step, n: range(max(0, -(-(p - side + 1) // step)), min(n, p // step + 1)),
    ),
    ("12.occlusion", painted_at_once),
    ("12.occlusion", painting()),
    ("12.path", walked_by_loop),
    ("12.path", walking()),
    ("12.bitmap", voting(lambda x, one, other: 2 * x * (one - other))),
    ("12.bitmap", voting(right_vote)),
    ("12.neighbors", neighbors_by_sklearn),
    ("12.neighbors", neighbors(near=lambda f: np.sqrt(squares(f)))),
]


def test_the_shares_add_up_though_the_slope_is_gone():
    start, end = np.zeros(2), np.array([2.0, 1.0])
    assert np.abs(slope_of_squashed_sum(end)).max() < 1e-3
    shares = along_the_path(slope_of_squashed_sum, start, end, 200)
    assert np.isclose(shares.sum(), squashed_sum(end) - squashed_sum(start), atol=1e-3)


def test_votes_add_up_to_the_gap_and_are_0_where_codes_agree():
    f6 = np.random.default_rng(0).normal(size=84)
    bitmap = votes(f6, DIGIT_CODES, 3, 5)
    penalties = ((f6 - DIGIT_CODES) ** 2).sum(axis=1)
    assert np.isclose(bitmap.sum(), penalties[5] - penalties[3])
    assert not bitmap.ravel()[DIGIT_CODES[3] == DIGIT_CODES[5]].any()


def test_a_unit_of_s4_and_its_neighbors():
    assert seen_by(9, 16, 4, 5).tolist() == [0, 1, 2]
    lost = lost_neighbors(np.array([[0.0], [1.0], [9.0]]), np.array([0, 0, 1]))
    assert np.isclose(lost, 100 / 3)


def test_a_piece_of_the_image_is_no_image():
    def of_the_square(score, image, side, paper):
        return [[score(image[r : r + side, :side]) for r in range(4)]] * 6

    verdict = judge(find("12.occlusion"), of_the_square)
    assert verdict.status == "wrong"
    assert "expected a whole image" in verdict.message
    assert judge(find("12.occlusion"), 3).status == "wrong"
