"""The classifiers do what the paper says of them, on small sets of digits."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, rotate, shift
from sklearn.base import clone
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from lenet_course.classifiers import (
    KNearest,
    Pairwise,
    RBFNetwork,
    SquashedLayer,
    TangentDistance,
    VirtualSVM,
    duels,
    moved_by_one,
    on_springs,
    tangent_distances,
    tangents,
    vote,
)
from lenet_course.datasets import load_mnist
from lenet_course.deslanting import to_16x16, to_20x20

Floats = NDArray[np.floating[Any]]
Digits = tuple[Floats, NDArray[np.uint8]]


@pytest.fixture(scope="module")
def digits() -> Digits:
    """Return 600 digits, 16x16, and their labels."""
    x, y = load_mnist()[0]
    return to_16x16(to_20x20(x[:600])) / 255, y[:600]


@pytest.fixture(scope="module")
def new() -> Digits:
    x, y = load_mnist()[0]
    return to_16x16(to_20x20(x[1000:1150])) / 255, y[1000:1150]


@pytest.fixture(scope="module")
def rows(digits: Digits) -> Digits:
    return digits[0].reshape(600, -1), digits[1]


@pytest.fixture(scope="module")
def new_rows(new: Digits) -> Digits:
    return new[0].reshape(150, -1), new[1]


def error(scores: Floats, labels: NDArray[np.uint8]) -> float:
    assert scores.shape == (len(labels), 10)
    return float((scores.argmax(axis=1) != labels).mean())


# One layer of squashed units


def test_squashed_units_end_where_no_way_leads_down(rows: Digits) -> None:
    x, y = rows[0].astype(float), rows[1]
    targets = 2.0 * np.eye(10)[y] - 1

    def mean_error(layer: SquashedLayer) -> float:
        return float(((layer.scores(x) - targets) ** 2).mean())

    layer = SquashedLayer(steps=100).fit(x, y)
    best = mean_error(layer)
    assert best < 0.8 * mean_error(SquashedLayer(steps=5).fit(x, y))
    sums = x @ layer.weights + layer.biases
    np.testing.assert_allclose(layer.scores(x), 1.7159 * np.tanh(2 / 3 * sums))
    rng = np.random.default_rng(0)
    for _ in range(5):
        way = rng.normal(0, 0.1, layer.weights.shape)
        layer.weights += way
        assert mean_error(layer) > best
        layer.weights -= way


def test_squashed_units_learn_digits(rows: Digits, new_rows: Digits) -> None:
    squashed = error(SquashedLayer(steps=60).fit(*rows).scores(new_rows[0]), new_rows[1])
    assert squashed < 0.4


# Pairwise


def test_a_pair_is_one_linear_unit(rows: Digits, new_rows: Digits) -> None:
    x, y = rows
    ours = y < 2
    scores = Pairwise(1.0, slope=0).fit(x[ours], y[ours]).scores(new_rows[0])
    unit = RidgeClassifier(alpha=1.0).fit(x[ours], y[ours] == 0).decision_function(new_rows[0])
    np.testing.assert_allclose(scores, np.stack([unit, -unit], axis=1), atol=1e-6)


def test_ten_classes_make_45_units(rows: Digits, new_rows: Digits) -> None:
    x, y = rows
    machine = Pairwise(10.0, slope=0).fit(x, y)
    assert machine.weights.shape == (45, 256)
    assert machine.biases.shape == (45,)
    scores = machine.scores(new_rows[0])
    # What one class gains another one loses.
    np.testing.assert_allclose(scores.sum(axis=1), 0, atol=1e-5)
    third = (y == 3) | (y == 8)
    unit = Ridge(alpha=10.0).fit(x[third], np.where(y[third] == 3, 1, -1))
    np.testing.assert_allclose(machine.weights[machine.pairs.index((3, 8))], unit.coef_, rtol=1e-3)
    assert error(scores, new_rows[1]) < 0.4


def test_squashed_units_count_for_little_where_they_know_nothing(
    rows: Digits, new_rows: Digits
) -> None:
    as_they_are, squashed = (Pairwise(10.0, slope).fit(*rows) for slope in (0, 4))
    scores = squashed.scores(new_rows[0])
    assert np.abs(scores).max() <= 9
    units = np.tanh(4 * (new_rows[0] @ as_they_are.weights.T + as_they_are.biases))
    np.testing.assert_allclose(scores[:, 0], units[:, :9].sum(axis=1), atol=1e-6)
    plain = as_they_are.scores(new_rows[0])
    assert error(scores, new_rows[1]) < error(plain, new_rows[1])


# K nearest neighbors


@pytest.mark.parametrize("k", [1, 3, 7])
def test_the_neighbors_are_those_of_scikit_learn(rows: Digits, new_rows: Digits, k: int) -> None:
    x, y = rows
    scores = KNearest(k).fit(x, y).scores(new_rows[0])
    votes = KNeighborsClassifier(k).fit(x, y).predict_proba(new_rows[0]) * k
    assert ((scores <= votes + 1e-6) & (scores > votes - 1)).all()
    most = votes == votes.max(axis=1, keepdims=True)
    assert most[np.arange(150), scores.argmax(axis=1)].all()
    decided = most.sum(axis=1) == 1
    np.testing.assert_array_equal(scores.argmax(axis=1)[decided], votes.argmax(axis=1)[decided])


def test_votes_come_first_then_the_nearest() -> None:
    distances = np.array(
        [
            [[1.0, 9.0], [2.0, 3.0], [8.0, 9.0]],  # class 1 has two of three
            [[4.0, 9.0], [2.0, 9.0], [3.0, 9.0]],  # one each: class 1 is the nearest
            [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],  # all alike
        ]
    )
    scores = vote(distances, 3)
    np.testing.assert_array_equal(scores[:2].argmax(axis=1), [1, 1])
    np.testing.assert_allclose(scores[0], [1 - 0.999 / 8, 2 - 0.999 * 2 / 8, -0.999])
    np.testing.assert_array_equal(scores[1].argsort(), [0, 2, 1])
    assert np.isfinite(scores).all()


def test_the_margin_of_equal_votes_is_fine(rows: Digits, new_rows: Digits) -> None:
    scores = np.sort(KNearest(3).fit(*rows).scores(new_rows[0]), axis=1)
    assert len(np.unique(scores[:, -1] - scores[:, -2])) > 145


# Gaussian units


def test_gaussian_units_answer_by_distance(rows: Digits, new_rows: Digits) -> None:
    x, y = rows
    network = RBFNetwork(5, 1.5, 0.01, seed=0).fit(x, y)
    assert network.centers.shape == (50, 256)
    ours = np.linalg.norm(x[:, None] - network.centers, axis=2)
    own = np.arange(10).repeat(5) == y[:, None]
    nearest = np.where(own, ours, np.inf).min(axis=1)
    assert network.deviation == pytest.approx(1.5 * np.sqrt((nearest**2).mean()), rel=1e-3)
    np.testing.assert_allclose(
        network.activations(x), np.exp(-(ours**2) / (2 * network.deviation**2)), atol=1e-4
    )
    assert error(network.scores(new_rows[0]), new_rows[1]) < 0.25
    again = RBFNetwork(5, 1.5, 0.01, seed=0).fit(x, y).centers
    np.testing.assert_array_equal(network.centers, again)
    assert np.abs(RBFNetwork(5, 1.5, 0.01, seed=1).fit(x, y).centers - network.centers).max() > 0.1


# Tangent distance


def test_tangents_are_derivatives() -> None:
    """Against small transformations of a smooth image by other means."""
    y, x = np.mgrid[-1:1:33j, -1:1:33j]

    def image(x: Floats, y: Floats) -> Floats:
        return np.exp(-((x - 0.2) ** 2) / 0.1 - (y + 0.1) ** 2 / 0.2 - x * y)

    small, pixel = 1e-3, 2 / 32
    moves = [
        (np.ones_like(x), np.zeros_like(x)),
        (np.zeros_like(x), np.ones_like(x)),
        (x, y),
        (-y, x),
        (x, -y),
        (y, x),
    ]
    found = tangents(image(x, y)[None], 0.01)[0].reshape(7, 33, 33)
    inside = np.s_[2:-2, 2:-2]
    for tangent, (right, down) in zip(found[:6], moves, strict=True):
        step = small * pixel  # of one pixel at the edge
        change = (image(x + step * right, y + step * down) - image(x, y)) / small
        sign = -1 if right is not x and np.array_equal(right, -y) else 1
        np.testing.assert_allclose(sign * tangent[inside], change[inside], atol=0.01)
    np.testing.assert_allclose(found[6], found[0] ** 2 + found[1] ** 2, rtol=1e-5)


def prepared(images: Floats, spring: float = 0.1) -> tuple[Floats, Floats]:
    return images.reshape(len(images), -1), on_springs(tangents(images, 0.7), spring)


def test_the_distance_is_that_of_least_squares(digits: Digits) -> None:
    images = digits[0][:8].astype(float)
    flat, held = prepared(images)
    plain = tangents(images, 0.7)
    found = tangent_distances(flat[0], held[0], flat, held)
    for number in range(8):
        ways = np.concatenate([plain[0], -plain[number]]).T
        matrix = np.concatenate([ways, np.sqrt(0.1) * np.eye(14)])
        right = np.concatenate([flat[number] - flat[0], np.zeros(14)])
        best = np.linalg.lstsq(matrix, right)[0]
        assert found[number] == pytest.approx(np.linalg.norm(matrix @ best - right), abs=1e-4)


def test_the_distance_is_at_most_the_euclidean_and_symmetric(digits: Digits) -> None:
    flat, held = prepared(digits[0][:20])
    found = np.array([tangent_distances(flat[i], held[i], flat, held) for i in range(20)])
    euclidean = np.linalg.norm(flat[:, None] - flat, axis=2)
    assert (found <= euclidean + 1e-3).all()
    np.testing.assert_allclose(found, found.T, atol=1e-3)
    np.testing.assert_allclose(np.diag(found), 0, atol=1e-6)
    # The stiffest spring leaves the Euclidean distance.
    flat, held = prepared(digits[0][:20], spring=1e8)
    np.testing.assert_allclose(tangent_distances(flat[0], held[0], flat, held), euclidean[0])


def test_a_small_transformation_is_near(digits: Digits) -> None:
    image = gaussian_filter(digits[0][0], 1)
    moved = shift(image, (0.3, -0.4), order=3)
    turned = rotate(image, 4, reshape=False)
    flat, held = prepared(np.stack([image, moved, turned]), spring=1e-3)
    found = tangent_distances(flat[0], held[0], flat, held)
    euclidean = np.linalg.norm(flat - flat[0], axis=1)
    assert (euclidean[1:] > 0.5).all()
    assert (found[1:] < 0.5 * euclidean[1:]).all()


def test_no_tangents_leave_the_euclidean_distance() -> None:
    blank = np.zeros((1, 16, 16))
    flat, held = prepared(np.concatenate([blank, blank + 0.5]))
    assert tangent_distances(flat[0], held[0], flat, held) == pytest.approx([0, 8])


def test_tangent_distance_beats_the_euclidean(digits: Digits, new: Digits) -> None:
    x, y = digits
    scores = TangentDistance(k=1, smoothing=0.7, spring=0.1, candidates=20).fit(x, y).scores(new[0])
    flat = x.reshape(600, -1), y
    euclidean = KNearest(1).fit(*flat).scores(new[0].reshape(150, -1))
    assert error(scores, new[1]) < 0.7 * error(euclidean, new[1])


def test_one_candidate_is_the_nearest_of_its_class(digits: Digits, new: Digits) -> None:
    """With a stiff spring, what the prefilter finds is the answer."""
    x, y = digits
    scores = TangentDistance(1, 0.7, 1e8, candidates=1).fit(x, y).scores(new[0])
    euclidean = KNearest(1).fit(x.reshape(600, -1), y).scores(new[0].reshape(150, -1))
    np.testing.assert_allclose(scores, euclidean, atol=1e-3)


# Virtual support vectors


def test_images_move_by_one_pixel() -> None:
    image = np.zeros((2, 4, 4))
    image[0, 1, 2] = 1
    image[1, 0, 0] = 1
    moved = moved_by_one(image)
    assert moved.shape == (10, 4, 4)
    places = [np.argwhere(one).tolist() for one in moved]
    assert places[0::2] == [[[1, 2]], [[0, 2]], [[2, 2]], [[1, 1]], [[1, 3]]]
    assert places[1::2] == [[[0, 0]], [], [[1, 0]], [], [[0, 1]]]


def test_the_second_machine_learns_from_moved_support_vectors(digits: Digits, new: Digits) -> None:
    x, y = digits
    flat, rows = x.reshape(600, -1), new[0].reshape(150, -1)
    machine = SVC(kernel="poly", degree=3, gamma=0.02, coef0=1, decision_function_shape="ovo")
    first = clone(machine).fit(flat, y)
    found = first.support_
    virtual = moved_by_one(x[found]).reshape(-1, 256)
    second = clone(machine).fit(virtual, np.tile(y[found], 5))
    scores = VirtualSVM(machine).fit(x, y).scores(new[0])
    np.testing.assert_allclose(scores, duels(second.decision_function(rows)))
    assert error(scores, new[1]) < error(duels(first.decision_function(rows)), new[1])


def test_the_worst_duel_counts() -> None:
    # 0 beats 1 by 3 and 2 by 1; 1 beats 2 by 2. Then each beats one other.
    scores = duels(np.array([[3.0, 1.0, 2.0], [3.0, -1.0, 2.0]]))
    np.testing.assert_array_equal(scores, [[1, -3, -2], [-1, -3, -2]])


def test_who_wins_all_duels_has_most_votes(rows: Digits, new_rows: Digits) -> None:
    machine = SVC(decision_function_shape="ovo").fit(*rows)
    scores = duels(machine.decision_function(new_rows[0]))
    winners = scores.max(axis=1) > 0
    assert winners.mean() > 0.9
    voted = machine.predict(new_rows[0])
    np.testing.assert_array_equal(scores.argmax(axis=1)[winners], voted[winners])
    assert ((scores > 0).sum(axis=1) <= 1).all()
