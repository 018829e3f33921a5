"""The classifiers of LeCun et al. 1998, Fig. 9, that are no neural networks (pp. 12-14).

Most come from scikit-learn, the others from `lenet_course.classifiers`. What is counted for one
answer: each multiplication whose product is added to a sum, a bias as one, as in the connections
of a network; not the sums of ten scores, the comparisons, or an exponential function. What is
stored: each number that this takes, but a label or a number of an image.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import Dataset, load_mnist
from lenet_course.deslanting import deslant, to_16x16, to_20x20, to_box
from lenet_course.experiments.experiment import Experiment, Settings, Trained, Training
from lenet_course.experiments.judging import judge
from lenet_course.experiments.original import FIG_9
from lenet_course.experiments.papers import FIGURE_9

if TYPE_CHECKING:
    from sklearn.svm import SVC

Images = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]


class Answers(NamedTuple):
    """What a classifier says of new patterns.

    Attributes
    ----------
    scores
        Shape (n, 10), larger for a likelier class.
    multiply_adds, variables
        What it takes to answer for one pattern, as the module says.
    """

    scores: Floats
    multiply_adds: int
    variables: int


View = Callable[[Images], NDArray[np.float32]]
Method = Callable[[Settings, int, Images, Images, Images], Answers]


def _train(data: Dataset, training: Training, method: Method) -> Trained:
    """Let a method learn from some digits and answer for others; see `Experiment.train`.

    It takes settings, a seed, images, labels, and new images, all images (n, 28, 28).
    """
    (x, y), (x_new, y_new) = data
    if not training.final:
        x, y, x_new, y_new = x[:50_000], y[:50_000], x[50_000:], y[50_000:]
    answers = method(training.settings, training.seed, x, y, x_new)
    if not training.final:
        wrong = answers.scores.argmax(axis=1) != y_new
        return Trained({"validation_errors": int(wrong.sum())}, None)
    counts = {"multiply_adds": answers.multiply_adds, "variables": answers.variables}
    return Trained(judge(answers.scores, y_new) | counts, None)


def _pixels(images: NDArray[Any]) -> NDArray[np.float32]:
    """Return a row of numbers for each image, ink 1 and paper 0."""
    scaled = images / np.float32(255) if images.dtype == np.uint8 else images
    return np.asarray(scaled.reshape(len(images), -1))


def _upright(images: Images) -> NDArray[np.float32]:
    """Return the 400 pixels of deslanted images."""
    return _pixels(to_20x20(deslant(images)))


# How the nearest neighbors see a digit.
_VIEWS: dict[str, View] = {
    "gray, 28x28": _pixels,
    "gray, 20x20": lambda images: _pixels(to_box(images)),
    "black and white, 28x28": lambda images: _pixels(_black_and_white(images)),
    "black and white, 20x20": lambda images: _pixels(_black_and_white(to_box(images))),
    "deslanted, 20x20": _upright,
    "deslanted, black and white, 20x20": lambda images: np.round(_upright(images)),
}


def _black_and_white(images: Images) -> Images:
    """Return images whose pixels are ink, 255, or paper, 0."""
    return np.where(images > 127, 255, 0).astype(np.uint8)


def _linear(
    settings: Settings, seed: int, x: Images, y: Images, x_new: Images, *, see: View = _pixels
) -> Answers:
    from sklearn.linear_model import RidgeClassifier

    from lenet_course.classifiers import SquashedLayer

    known = see(x)
    count = (known.shape[1] + 1) * 10
    if "steps" in settings:
        return Answers(SquashedLayer(**settings).fit(known, y).scores(see(x_new)), count, count)
    machine = RidgeClassifier(alpha=settings["strength"]).fit(known, y)
    return Answers(machine.decision_function(see(x_new)), count, count)


def _logistic(settings: Settings, seed: int, x: Images, y: Images, x_new: Images) -> Answers:
    from sklearn.linear_model import LogisticRegression

    machine = LogisticRegression(C=settings["c"], max_iter=1000).fit(_pixels(x), y)
    count = machine.coef_.size + machine.intercept_.size
    return Answers(machine.decision_function(_pixels(x_new)), count, count)


def _pairwise(settings: Settings, seed: int, x: Images, y: Images, x_new: Images) -> Answers:
    from lenet_course.classifiers import Pairwise

    machine = Pairwise(**settings).fit(_pixels(x), y)
    count = machine.weights.size + machine.biases.size
    return Answers(machine.scores(_pixels(x_new)), count, count)


def _k_nearest(settings: Settings, seed: int, x: Images, y: Images, x_new: Images) -> Answers:
    from lenet_course.classifiers import KNearest

    see = _VIEWS[settings["view"]]
    known = see(x)
    machine = KNearest(settings["k"]).fit(known, y)
    return Answers(machine.scores(see(x_new)), known.size, known.size)


def _pca_quadratic(settings: Settings, seed: int, x: Images, y: Images, x_new: Images) -> Answers:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    # From degree 2 on, they are the paper's 821 inputs: the 820 products of two of the 40 numbers,
    # or of one with itself, and a constant. From degree 1 on, the 40 numbers are there too.
    products = PolynomialFeatures((settings["from_degree"], 2), include_bias=False)
    linear = RidgeClassifier(alpha=settings["strength"])
    pca = PCA(40, random_state=seed)
    machine = make_pipeline(pca, products, linear).fit(_pixels(x), y)
    weights = pca.components_.size + linear.coef_.size + linear.intercept_.size
    return Answers(machine.decision_function(_pixels(x_new)), weights, weights + pca.mean_.size)


def _rbf_linear(settings: Settings, seed: int, x: Images, y: Images, x_new: Images) -> Answers:
    from lenet_course.classifiers import RBFNetwork

    machine = RBFNetwork(100, settings["width"], settings["strength"], seed).fit(_pixels(x), y)
    weights = machine.centers.size + machine.linear.coef_.size + machine.linear.intercept_.size
    return Answers(machine.scores(_pixels(x_new)), weights, weights + 1)  # and the width


def _tangent_distance(
    settings: Settings, seed: int, x: Images, y: Images, x_new: Images
) -> Answers:
    from lenet_course.classifiers import TangentDistance

    def see(images: Images) -> NDArray[np.float32]:
        return to_16x16(to_20x20(images)) / np.float32(255)

    machine = TangentDistance(**settings).fit(see(x), y)
    compared = 10 * settings["candidates"]
    # To each image, 256 products. To each tangent plane: the difference with either set of 7
    # tangents, 7 tangents with 7, and of these with themselves; small solutions are not counted.
    each = 2 * 7 * 256 + 7 * 7 * 256 + 7 * 7 * 7
    return Answers(
        machine.scores(see(x_new)),
        machine.images.size + compared * each,
        machine.images.size + machine.tangents.size,
    )


def _svm(settings: Settings, seed: int, x: Images, y: Images, x_new: Images) -> Answers:
    from lenet_course.classifiers import duels

    machine = _machine(settings).fit(_unit(x), y)
    return _answers(machine, duels(machine.decision_function(_unit(x_new))))


def _virtual_svm(settings: Settings, seed: int, x: Images, y: Images, x_new: Images) -> Answers:
    from lenet_course.classifiers import VirtualSVM

    def see(images: Images) -> Floats:
        return _unit(images).reshape(-1, 28, 28)

    virtual = VirtualSVM(_machine(settings)).fit(see(x), y)
    return _answers(virtual.machine, virtual.scores(see(x_new)))


def _machine(settings: Settings) -> SVC:
    """Return a support vector machine for each pair of classes, in one, not yet trained."""
    from sklearn.svm import SVC

    return SVC(**settings, decision_function_shape="ovo", cache_size=2000)


def _answers(machine: SVC, scores: Floats) -> Answers:
    """Count what a trained machine takes.

    The kernel of a pattern and each support vector, once for all pairs of classes; and in the sum
    of each pair, the support vectors of its two classes that have a weight there, and a bias.
    """
    weights = int(np.count_nonzero(machine.dual_coef_))
    count = machine.support_vectors_.size + weights + machine.intercept_.size
    return Answers(scores, count, count)


def _unit(images: Images) -> Floats:
    """Return a row of numbers for each image, whose squares add up to 1."""
    from sklearn.preprocessing import normalize

    return np.asarray(normalize(_pixels(images)))


def _experiment(
    name: str,
    question: str,
    page: int | None,
    method: Method,
    candidates: dict[str, dict[str, Any]],
    **more: Any,
) -> Experiment:
    """Return a row of Fig. 9; without a page, one that the paper does not have."""
    return Experiment(
        name=name,
        question=question,
        table=FIG_9,
        paper=(FIGURE_9[name], f"LeCun et al. 1998, p. {page} and Fig. 9") if page else None,
        candidates=candidates,
        load=load_mnist,
        train=partial(_train, method=method),
        **{"seeds": 1, "choosing_seeds": min(1, len(candidates) - 1)} | more,
    )


def _settings(name: str, *values: float, **more: Any) -> dict[str, dict[str, Any]]:
    """Return a candidate for each value of the setting with this name."""
    return {f"{name} = {value:g}": {name: value, **more} for value in values}


_LINEAR = {
    "least squares, strength = 1": {"strength": 1},
    "least squares, strength = 1000": {"strength": 1000},
    "squashed units, 100 steps": {"steps": 100},
    "squashed units, 300 steps": {"steps": 300},
}

# A support vector machine takes too long for many trials with all digits.
_CHOSEN_BEFORE = (
    "as the best of {} by errors on 5,000 of the last 10,000 training digits after training on "
    "the first 7,000"
)

CLASSICAL = (
    _experiment(
        "linear",
        "A linear layer",
        12,
        _linear,
        _LINEAR,
    ),
    _experiment(
        "linear_deslanted",
        "A linear layer on deslanted digits",
        12,
        partial(_linear, see=_upright),
        _LINEAR,
    ),
    _experiment(
        "pairwise",
        "A linear unit for each pair of classes",
        12,
        _pairwise,
        _settings("slope", 0, 2 / 3, 2, 4, 8, strength=100),
    ),
    _experiment(
        "knn",
        "Nearest neighbors",
        12,
        _k_nearest,
        _settings("k", 1, 3, 5, view="gray, 28x28"),
    ),
    _experiment(
        "knn_deslanted",
        "Nearest neighbors among deslanted digits",
        12,
        _k_nearest,
        _settings("k", 1, 3, 5, view="deslanted, 20x20"),
    ),
    _experiment(
        "pca_quadratic",
        "Products of 40 principal components, and a linear layer",
        13,
        _pca_quadratic,
        {
            "821 inputs": {"from_degree": 2, "strength": 1},
            "861 inputs": {"from_degree": 1, "strength": 1},
        },
    ),
    _experiment(
        "rbf_linear",
        "1,000 Gaussian units and a linear layer",
        13,
        _rbf_linear,
        _settings("width", 1, 1.5, 2, 3, strength=0.01),
        seeds=3,
    ),
    _experiment(
        "tangent_distance",
        "Nearest neighbors by tangent distance",
        13,
        _tangent_distance,
        {
            f"k = {k}, smoothing = {smoothing}, spring = {spring}": {
                **{"k": k, "smoothing": smoothing, "spring": spring, "candidates": 50}
            }
            for k, smoothing, spring in ((1, 0.7, 0.1), (3, 0.7, 0.1), (3, 1.0, 0.1), (3, 0.7, 1.0))
        },
    ),
    _experiment(
        "svm_poly4",
        "A support vector machine with a polynomial kernel of degree 4",
        14,
        _svm,
        {"(x.y) ** 4, C = 2": {"kernel": "poly", "degree": 4, "gamma": 1, "coef0": 0, "C": 2}},
        choice=_CHOSEN_BEFORE.format("five settings of degree 4"),
    ),
    _experiment(
        "svm_virtual",
        "A support vector machine with virtual support vectors, degree 9",
        14,
        _virtual_svm,
        {
            "((x.y + 1) / 2) ** 9, C = 10": {
                **{"kernel": "poly", "degree": 9, "gamma": 0.5, "coef0": 0.5, "C": 10}
            }
        },
        choice=_CHOSEN_BEFORE.format("two values of C, without virtual support vectors"),
    ),
    _experiment(
        "linear_logistic",
        "A linear layer, by logistic regression",
        None,
        _logistic,
        _settings("c", 0.1, 1),
    ),
)

KNN_VIEWS = replace(
    _experiment(
        "knn_views",
        "Nearest neighbors: what pictures give the 5.0 percent of the paper",
        None,
        _k_nearest,
        {view: {"view": view, "k": 3} for view in _VIEWS},
        seeds=0,
    ),
    table="Nearest neighbors and what they see (errors on validation digits; the paper has 5.0)",
)
