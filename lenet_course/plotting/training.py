"""How a network learns, and what it gets right and wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from lenet_course.plotting.picture import INK, VERMILION, Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@styled
def probabilities(image: ArrayLike, outputs: ArrayLike, *, caption: str, alt: str) -> Picture:
    """Show an image ``(height, width)`` beside a network's ten probabilities for it."""
    figure = Figure(figsize=(7.2, 2.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 2.4))
    left.imshow(np.asarray(image))
    left.set_axis_off()
    right.bar(range(10), np.asarray(outputs).ravel())
    right.set(xticks=range(10), xlabel="digit", ylabel="probability", ylim=(0, 1))
    return picture(figure, caption=caption, alt=alt)


@styled
def learning_curves(history: Mapping[str, Sequence[float]], *, caption: str, alt: str) -> Picture:
    """Draw loss and accuracy by epoch, for training and validation digits.

    ``history`` is the ``history`` of Keras's ``fit``, with the keys ``loss``, ``accuracy``,
    ``val_loss`` and ``val_accuracy``.
    """
    figure = Figure(figsize=(7.2, 2.8), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        epochs = range(1, len(history[name]) + 1)
        axes.plot(epochs, history[name], "o-", markersize=4, label="training")
        axes.plot(epochs, history[f"val_{name}"], "s--", markersize=4, label="validation")
        axes.set(xlabel="epoch", ylabel=name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
    return picture(figure, caption=caption, alt=alt)


@styled
def label_counts(true: ArrayLike, predicted: ArrayLike, *, caption: str, alt: str) -> Picture:
    """Draw how often each digit is the true and how often it is the predicted label."""
    figure = Figure(figsize=(7.2, 2.6), layout="constrained")
    axes = figure.subplots()
    for labels, name, shift in ((true, "true", -0.2), (predicted, "predicted", 0.2)):
        counts = np.bincount(np.asarray(labels), minlength=10)
        axes.bar(np.arange(10) + shift, counts, 0.4, label=name)
    axes.set(xticks=range(10), xlabel="digit", ylabel="test digits", ylim=(0, None))
    axes.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.2))
    return picture(figure, caption=caption, alt=alt)


@styled
def confusion(counts: ArrayLike, *, caption: str, alt: str) -> Picture:
    """Draw a confusion matrix: row the true digit, column the predicted one.

    The diagonal, digits read rightly, is left blank: it would drown the mistakes.
    """
    matrix = np.array(counts)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"expected a square matrix of counts, received shape {matrix.shape}.")
    mistakes = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    figure = Figure(figsize=(4.6, 4.4), layout="constrained")
    axes = figure.subplots()
    for (row, column), count in np.ndenumerate(mistakes):
        if count:
            depth = 0.15 + 0.75 * count / mistakes.max()
            axes.add_patch(
                Rectangle((column - 0.5, row - 0.5), 1, 1, color=VERMILION, alpha=depth, lw=0)
            )
            axes.text(column, row, str(count), ha="center", va="center")
    axes.plot([-0.5, len(matrix) - 0.5], [-0.5, len(matrix) - 0.5], lw=0.8, color=INK)
    axes.set(xlim=(-0.5, len(matrix) - 0.5), ylim=(len(matrix) - 0.5, -0.5), aspect="equal")
    axes.set(xticks=range(len(matrix)), yticks=range(len(matrix)))
    axes.set(xlabel="predicted digit", ylabel="true digit")
    return picture(figure, caption=caption, alt=alt)
