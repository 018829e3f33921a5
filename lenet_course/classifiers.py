"""Classifiers of LeCun et al. 1998, Fig. 9, that scikit-learn does not have.

Each is a class with ``fit(x, y)``, which returns the classifier, and ``scores(x)``, which returns
a score for each class, larger for a likelier one, shape (n, classes). The labels ``y`` are whole
numbers from 0 on, and each class has patterns. A shape that does not fit ends in a ``ValueError``.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import SVC

# The squashing of LeCun et al. 1998, p. 8.
A, S = 1.7159, 2 / 3

Labels = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]


class SquashedLayer:
    """A layer of squashed linear units, one for each class, that learns by gradient descent.

    Each gives 1.7159 * tanh(2/3 * a) of its weighted sum a, as the units of LeCun et al. 1998 do
    (p. 8), and learns 1 for its class and -1 for the others, by squared error. The descent is that
    of L-BFGS, with all patterns at each step, from weights of 0.

    Parameters
    ----------
    steps
        How many steps the descent takes at most.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def fit(self, x: Floats, y: Labels) -> Self:
        """Fit the units; x has the shape (n, inputs)."""
        n, inputs = x.shape
        classes = int(y.max()) + 1
        targets = np.where(y[:, None] == np.arange(classes), 1, -1).astype(x.dtype)

        def error(flat: Floats) -> tuple[float, Floats]:
            """Return half the mean squared error, summed over the units, and its gradient."""
            self.weights, self.biases = np.split(
                flat.reshape(-1, classes).astype(x.dtype), [inputs]
            )
            outputs = self.scores(x)
            missing = outputs - targets
            slope = A * S - S / A * outputs**2
            down = missing * slope / n
            gradient = np.concatenate([x.T @ down, down.sum(axis=0, keepdims=True)])
            return float((missing**2).sum()) / (2 * n), gradient.ravel().astype(float)

        start = np.zeros((inputs + 1) * classes)
        found = minimize(error, start, jac=True, method="L-BFGS-B", options={"maxiter": self.steps})
        error(found.x)  # sets the weights that were found
        return self

    def scores(self, x: Floats) -> Floats:
        """Return the scores, (n, classes), of x, (n, inputs)."""
        return np.asarray(A * np.tanh(S * (x @ self.weights + self.biases)))


class Pairwise:
    """A linear unit for each pair of classes; the scores are sums (LeCun et al. 1998, p. 12).

    Unit i/j learns to give 1 for class i and -1 for class j, by least squares, and never meets the
    others. The score of class i is the sum of the units i/j less the sum of the units j/i. Ten
    classes make 45 units.

    Parameters
    ----------
    strength
        Of the ridge penalty, over 0: how much the squared weights count beside the squared errors.
    slope
        What is summed up is tanh(slope * a) of each unit's answer a; with 0, the answer itself,
        which may be large where neither of the two classes is right.
    """

    def __init__(self, strength: float, slope: float) -> None:
        self.strength, self.slope = strength, slope

    def fit(self, x: Floats, y: Labels) -> Self:
        """Fit each unit by least squares; x has the shape (n, inputs)."""
        self.pairs = list(combinations(range(int(y.max()) + 1), 2))
        units = []
        for first, second in self.pairs:
            ours = (y == first) | (y == second)
            targets = np.where(y[ours] == first, 1.0, -1.0)
            units.append(Ridge(alpha=self.strength).fit(x[ours], targets))
        self.weights = np.stack([unit.coef_ for unit in units])  # (pairs, inputs)
        self.biases = np.array([unit.intercept_ for unit in units])
        return self

    def scores(self, x: Floats) -> Floats:
        """Return the scores, (n, classes), of x, (n, inputs)."""
        units = x @ self.weights.T + self.biases
        if self.slope:
            units = np.tanh(self.slope * units)
        scores = np.zeros((len(x), self.pairs[-1][1] + 1))
        for unit, (first, second) in zip(units.T, self.pairs, strict=True):
            scores[:, first] += unit
            scores[:, second] -= unit
        return scores


class KNearest:
    """K nearest neighbors, with scores that say how near they are (LeCun et al. 1998, p. 12).

    The class with most of the k nearest training patterns wins, of equals the one with the
    nearest. Whole votes would leave most patterns with equal scores. So what is added to the votes
    of a class is a fraction of one: the less, the farther its nearest pattern, as a share of the
    distance of the farthest class. It orders classes of equally many votes, and no others.

    Parameters
    ----------
    k
        How many neighbors vote, 1 or more.
    """

    def __init__(self, k: int) -> None:
        self.k = k

    def fit(self, x: Floats, y: Labels) -> Self:
        """Keep the patterns, (n, inputs), with k or more in each class."""
        self.searches = [
            NearestNeighbors(n_neighbors=self.k, algorithm="brute").fit(x[y == label])
            for label in range(int(y.max()) + 1)
        ]
        return self

    def scores(self, x: Floats) -> Floats:
        """Return the scores, (n, classes), of x, (n, inputs)."""
        # The k nearest of each class hold the k nearest of all.
        near = np.stack([search.kneighbors(x)[0] for search in self.searches], axis=1)
        return vote(near, self.k)


def vote(distances: Floats, k: int) -> Floats:
    """Return votes and fractions of votes, as `KNearest` says, (n, classes).

    Parameters
    ----------
    distances
        To the nearest k patterns, or more, of each class: (n, classes, k or more).
    k
        How many neighbors vote.
    """
    n, classes, _ = distances.shape
    flat = distances.reshape(n, -1)
    nearest = np.argpartition(flat, k - 1, axis=1)[:, :k] // distances.shape[2]
    votes = (nearest[:, :, None] == np.arange(classes)).sum(axis=1)
    closest = distances.min(axis=2)
    farthest = closest.max(axis=1, keepdims=True)
    share = np.divide(closest, farthest, out=np.zeros_like(closest), where=farthest > 0)
    # Less than a whole vote, so that it never outweighs one.
    return np.asarray(votes - 0.999 * share)


class RBFNetwork:
    """Gaussian units around centers of each class, and a linear layer (LeCun et al. 1998, p. 13).

    The centers are found by K-means among the training patterns of each class. The linear layer is
    fitted by least squares with a ridge penalty, to 1 for the class and -1 for the others. The
    paper does not say how wide its units are. Here all are equally wide: the root mean square
    distance from a training pattern to the nearest center, times ``width``.

    Parameters
    ----------
    units
        For each class: 100 in the paper.
    width
        Standard deviation of the Gaussians, in root mean square distances.
    strength
        Of the ridge penalty.
    seed
        Of the choice of the first centers.
    """

    def __init__(self, units: int, width: float, strength: float, seed: int) -> None:
        self.units, self.width, self.strength, self.seed = units, width, strength, seed

    def fit(self, x: Floats, y: Labels) -> Self:
        """Find centers and fit the weights; x has the shape (n, inputs)."""
        clusters = [
            KMeans(self.units, n_init=1, random_state=self.seed).fit(x[y == label])
            for label in range(int(y.max()) + 1)
        ]
        self.centers = np.concatenate([found.cluster_centers_ for found in clusters])
        squares = sum(found.inertia_ for found in clusters) / len(x)
        self.deviation = self.width * float(np.sqrt(squares))
        # In 64 bits, for neighboring units answer nearly alike.
        activations = self.activations(x).astype(float)
        self.linear = RidgeClassifier(alpha=self.strength).fit(activations, y)
        return self

    def activations(self, x: Floats) -> Floats:
        """Return what the Gaussian units answer to x, from 0 to 1, (n, units)."""
        squares = (
            (x**2).sum(axis=1)[:, None] - 2 * x @ self.centers.T + (self.centers**2).sum(axis=1)
        )
        return np.asarray(np.exp(-np.maximum(squares, 0) / (2 * self.deviation**2)))

    def scores(self, x: Floats) -> Floats:
        """Return the scores, (n, classes), of x, (n, inputs)."""
        return np.asarray(self.linear.decision_function(self.activations(x)))


def tangents(images: Floats, smoothing: float) -> Floats:
    """Return how each image changes under seven small transformations (P. Simard et al. 1993).

    In this order: moved along x, along y, scaled, rotated, stretched along one axis and squeezed
    along the other (the two hyperbolic transformations: along the axes, along the diagonals), and
    thickened. Coordinates count from the middle, in units of half the side.

    Parameters
    ----------
    images
        Shape (n, height, width).
    smoothing
        Standard deviation of the Gaussian that blurs an image before it is differentiated, in
        pixels.

    Returns
    -------
    array
        float32, shape (n, 7, height * width).
    """
    n, height, width = images.shape
    smooth = gaussian_filter(np.asarray(images, np.float32), (0, smoothing, smoothing))
    along_y, along_x = np.gradient(smooth, axis=(1, 2))
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)
    found = (
        along_x,
        along_y,
        x * along_x + y * along_y,
        y * along_x - x * along_y,
        x * along_x - y * along_y,
        y * along_x + x * along_y,
        along_x**2 + along_y**2,
    )
    return np.stack(found, axis=1).reshape(n, len(found), height * width)


def on_springs(tangent_vectors: Floats, spring: float) -> Floats:
    """Return tangent vectors so that a way along them by a vector w costs the square of w.

    A way by the parameters a, along T.T @ a, costs its own squared length and that of the spring:
    a.T @ (T @ T.T + spring * 1) @ a, which is the square of w = L.T @ a with the Cholesky factor L
    of the matrix in the middle. The same way along the returned Q is Q.T @ w, so Q = inv(L) @ T.

    Parameters
    ----------
    tangent_vectors
        Shape (n, tangents, pixels).
    spring
        Over 0.

    Returns
    -------
    array
        Shape (n, tangents, pixels).
    """
    count = tangent_vectors.shape[1]
    gram = tangent_vectors @ tangent_vectors.transpose(0, 2, 1)
    factor = np.linalg.cholesky(gram + spring * np.eye(count, dtype=gram.dtype))
    return np.asarray(np.linalg.solve(factor, tangent_vectors))


def tangent_distances(
    image: Floats, its_tangents: Floats, others: Floats, their_tangents: Floats
) -> Floats:
    """Return the distances between an image's tangent plane and those of others, two-sided.

    The smallest distance between a point of one plane and a point of the other, where a spring
    holds each point to its image: the squared distance, plus the stiffness of the spring times
    the squares of the parameters of both ways.

    Parameters
    ----------
    image, its_tangents
        Shapes (pixels,) and (tangents, pixels), from `on_springs`.
    others, their_tangents
        Shapes (n, pixels) and (n, tangents, pixels), from `on_springs`.

    Returns
    -------
    array
        Shape (n,), at most the Euclidean distances.
    """
    n, count, pixels = their_tangents.shape
    difference = others - image
    # Linear least squares with 2 * count unknowns. The matrix has four blocks: 1, mixed, mixed.T
    # and 1; so half of the unknowns are eliminated at no cost.
    own = difference @ its_tangents.T  # (n, tangents)
    theirs = np.einsum("ntp,np->nt", their_tangents, difference)
    mixed = (their_tangents.reshape(-1, pixels) @ its_tangents.T).reshape(n, count, -1)
    matrix = np.eye(count, dtype=mixed.dtype) - mixed @ mixed.transpose(0, 2, 1)
    right = theirs - np.einsum("nts,ns->nt", mixed, own)
    steps = np.linalg.solve(matrix, right[..., None])[..., 0]
    saved = (own**2).sum(axis=1) + (right * steps).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum((difference**2).sum(axis=1) - saved, 0)))


class TangentDistance:
    """Nearest neighbors by tangent distance (Simard et al. 1993; LeCun et al. 1998, p. 13).

    An image and all that it becomes by small transformations is, nearly, a plane. What counts is
    the distance between two such planes. Only some training patterns are compared so; a cheaper
    distance finds them first, which is Simard's own device: here the Euclidean distance, and the
    ``candidates`` nearest of each class.

    Parameters
    ----------
    k
        How many neighbors vote; see `KNearest` for the scores.
    smoothing
        Of the images before they are differentiated, see `tangents`.
    spring
        How stiffly an image is held to itself, over 0; the stiffer, the nearer to the Euclidean
        distance. In the square of the gray values' unit.
    candidates
        Training patterns of each class that are compared by tangent distance, k or more.
    """

    def __init__(self, k: int, smoothing: float, spring: float, candidates: int) -> None:
        self.k, self.smoothing, self.spring, self.candidates = k, smoothing, spring, candidates

    def fit(self, x: Floats, y: Labels) -> Self:
        """Keep the images, (n, height, width), and their tangents."""
        self.images = x.reshape(len(x), -1)
        self.tangents = on_springs(tangents(x, self.smoothing), self.spring)
        self.members = [np.flatnonzero(y == label) for label in range(int(y.max()) + 1)]
        self.searches = [
            NearestNeighbors(n_neighbors=self.candidates, algorithm="brute").fit(self.images[ours])
            for ours in self.members
        ]
        return self

    def scores(self, x: Floats) -> Floats:
        """Return the scores, (n, classes), of images x, (n, height, width)."""
        flat = x.reshape(len(x), -1)
        own = on_springs(tangents(x, self.smoothing), self.spring)
        compared = [
            ours[search.kneighbors(flat, return_distance=False)]
            for ours, search in zip(self.members, self.searches, strict=True)
        ]
        distances = [
            tangent_distances(image, its, self.images[others], self.tangents[others])
            for image, its, others in zip(flat, own, np.concatenate(compared, axis=1), strict=True)
        ]
        return vote(np.reshape(distances, (len(x), len(self.members), -1)), self.k)


class VirtualSVM:
    """A support vector machine trained again on moved support vectors (LeCun et al. 1998, p. 14).

    A first machine finds the support vectors. A second one is trained on them and on copies of
    them, moved by one pixel up, down, left and right: the virtual support vectors of B. Schoelkopf,
    C. Burges and V. Vapnik (1996).

    Parameters
    ----------
    machine
        What both are, with ``decision_function_shape="ovo"``; it becomes the second one.
    """

    def __init__(self, machine: SVC) -> None:
        self.machine = machine

    def fit(self, x: Floats, y: Labels) -> Self:
        """Train two machines on images x, (n, height, width)."""
        found = clone(self.machine).fit(x.reshape(len(x), -1), y).support_
        virtual = moved_by_one(x[found]).reshape(5 * len(found), -1)
        self.machine.fit(virtual, np.tile(y[found], 5))
        return self

    def scores(self, x: Floats) -> Floats:
        """Return the scores, (n, classes), of images x, (n, height, width), as `duels` says."""
        return duels(self.machine.decision_function(x.reshape(len(x), -1)))


def duels(decisions: Floats) -> Floats:
    """Return for each class the result of its worst duel with another one, (n, classes).

    A class that wins all its duels has the only score over 0: the result of the closest of them.

    Parameters
    ----------
    decisions
        For the pairs of classes 0/1, 0/2, ..., 1/2, ..., over 0 for the first: (n, pairs), as
        ``SVC(decision_function_shape="ovo").decision_function`` returns them.
    """
    pairs = decisions.shape[1]
    classes = round((1 + np.sqrt(1 + 8 * pairs)) / 2)
    scores = np.full((len(decisions), classes), np.inf)
    for result, (first, second) in zip(decisions.T, combinations(range(classes), 2), strict=True):
        scores[:, first] = np.minimum(scores[:, first], result)
        scores[:, second] = np.minimum(scores[:, second], -result)
    return scores


def moved_by_one(images: Floats) -> Floats:
    """Return images as they are, then moved by one pixel up, down, left and right.

    Parameters
    ----------
    images
        Shape (n, height, width).

    Returns
    -------
    array
        Shape (5 * n, height, width); what comes in at the edge is 0.
    """
    height, width = images.shape[1:]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    corners = ((1, 1), (2, 1), (0, 1), (1, 2), (1, 0))
    return np.concatenate([padded[:, r : r + height, c : c + width] for r, c in corners])
