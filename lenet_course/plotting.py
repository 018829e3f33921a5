"""The figures of the book: drawings with words, readable on light and on dark pages.

Every function takes a ``caption``, which states the finding, and an ``alt``, which states
the picture for those who cannot see it; neither may be empty. It returns a ``Picture``,
which a notebook shows when it is the last line of a cell. Pictures are vector drawings
placed in the page itself, so their lines and letters take the color of the text around them.
"""

from __future__ import annotations

import hashlib
import html
import io
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    import keras
    from numpy.typing import ArrayLike

# From Okabe and Ito's palette, made for all kinds of color vision. Black is left to the
# ink, and the three brightest are left out: they cannot be seen on white.
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
# Stands for the color of the surrounding text until the drawing is written out.
INK = "#010203"

STYLE: Any = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=[BLUE, VERMILION, GREEN, PURPLE]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": 11,
    "image.cmap": "gray",
    "image.interpolation": "none",
    "legend.frameon": False,
    "savefig.facecolor": "none",
    # The same drawing gives the same text, wherever and whenever it is made.
    "svg.fonttype": "path",
    "svg.hashsalt": "lenet-course",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
SVG = "http://www.w3.org/2000/svg"
HREF = "{http://www.w3.org/1999/xlink}href"

P = ParamSpec("P")


@dataclass(frozen=True)
class Picture:
    """A drawing with its caption and its alternative text, as a notebook shows it."""

    svg: str
    caption: str
    alt: str

    def _repr_html_(self) -> str:
        return (
            f'<figure class="picture">{self.svg}'
            f"<figcaption>{html.escape(self.caption)}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        """Say what the picture shows, where no picture can be shown."""
        return f"Picture: {self.alt}"


def _styled(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Draw in the style of the book, whatever style the reader's notebook has set."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


def picture(figure: Figure, *, caption: str, alt: str) -> Picture:
    """Make a ``Picture`` of a Matplotlib figure.

    Raises
    ------
    ValueError
        If the caption or the alternative text is empty.
    """
    for name, words in {"caption": caption, "alt": alt}.items():
        if not words.strip():
            raise ValueError(f"{name} is empty: every picture needs a caption and an alt text.")
    file = io.StringIO()
    figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    return Picture(_for_a_page(file.getvalue(), alt), caption, alt)


def _for_a_page(svg: str, alt: str) -> str:
    """Fit Matplotlib's SVG file into a page that holds other pictures too."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", HREF[1:-5])
    root = ET.fromstring(svg)
    _drop(root, {f"{{{SVG}}}metadata", f"{{{SVG}}}style"})
    prefix = f"p{hashlib.sha256(svg.encode()).hexdigest()[:8]}-"
    text = ET.tostring(root, encoding="unicode")
    for element in root.iter():
        # Matplotlib names every group; the page needs only the names that are referred to.
        name = element.attrib.pop("id", None)
        if name and f"#{name}" in text:
            element.set("id", prefix + name)
        for key, value in element.attrib.items():
            if key == HREF and value.startswith("#"):
                element.set(key, f"#{prefix}{value[1:]}")
            else:
                element.set(key, value.replace("url(#", f"url(#{prefix}"))
    root.set("role", "img")
    root.set("aria-label", alt)
    # What the style sheet said, which in a page would hold for all other drawings too.
    root.set("style", "max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt")
    return ET.tostring(root, encoding="unicode").replace(INK, "currentColor")


def _drop(parent: ET.Element, tags: set[str]) -> None:
    """Remove the elements with these tags, at any depth."""
    for child in list(parent):
        if child.tag in tags:
            parent.remove(child)
        else:
            _drop(child, tags)


@_styled
def digits(
    images: ArrayLike,
    labels: Sequence[object] | None = None,
    *,
    columns: int = 10,
    caption: str,
    alt: str,
) -> Picture:
    """Show images ``(n, height, width)`` in rows of ``columns``, each above its label."""
    stack = np.asarray(images)
    if stack.ndim != 3 or len(stack) == 0:
        raise ValueError(f"expected images of shape (n, height, width), received {stack.shape}.")
    if labels is not None and len(labels) != len(stack):
        raise ValueError(f"received {len(stack)} images but {len(labels)} labels.")
    rows = -(-len(stack) // columns)
    figure = Figure(figsize=(7.2, 7.2 / columns * rows * (1.0 if labels is None else 1.35)))
    for i, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        axes.set_axis_off()
        if i < len(stack):
            axes.imshow(stack[i], vmin=0, vmax=stack.max())
            if labels is not None:
                axes.set_title(str(labels[i]), y=-0.42, fontsize=10)
    return picture(figure, caption=caption, alt=alt)


@_styled
def probabilities(image: ArrayLike, outputs: ArrayLike, *, caption: str, alt: str) -> Picture:
    """Show an image ``(height, width)`` beside a network's ten probabilities for it."""
    figure = Figure(figsize=(7.2, 2.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 2.4))
    left.imshow(np.asarray(image))
    left.set_axis_off()
    right.bar(range(10), np.asarray(outputs).ravel())
    right.set(xticks=range(10), xlabel="digit", ylabel="probability", ylim=(0, 1))
    return picture(figure, caption=caption, alt=alt)


@_styled
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


@_styled
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


@_styled
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


@_styled
def network(model: keras.Model, *, caption: str, alt: str) -> Picture:
    """Draw a Keras model's layers to scale, with the shape and the parameters of each.

    A layer of feature maps is a stack of squares, one unit a pixel; a layer of single units
    is a column, its height a quarter of their number. Layers that only reshape are left out.
    """
    figure = Figure(figsize=(8.6, 3.0))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal")
    stages = [("input", tuple(model.input_shape[1:]), "")]
    for layer in model.layers:
        if type(layer).__name__ not in {"Flatten", "InputLayer"}:
            count = f"{layer.count_params():,} parameters" if layer.count_params() else ""
            stages.append((layer.name, tuple(layer.output.shape[1:]), count))
    left = 0.0
    for name, shape, count in stages:
        width = _draw_layer(axes, left, shape)
        size = f"{shape[2]}@{shape[0]}x{shape[1]}" if len(shape) == 3 else str(shape[0])
        axes.text(left + width / 2, -24, name, ha="center", fontweight="bold")
        axes.text(left + width / 2, -29, size, ha="center", fontsize=9)
        if count:
            axes.text(left + width / 2, 26, count.replace(" ", "\n"), ha="center", fontsize=8)
        left += max(width, 16) + 8
    axes.set(xlim=(-4, left - 4), ylim=(-32, 34))
    return picture(figure, caption=caption, alt=alt)


def _draw_layer(axes: Axes, left: float, shape: tuple[int, ...]) -> float:
    """Draw one layer with its left edge at ``left``, centered on height 0; return its width."""
    if len(shape) == 1:
        height = shape[0] / 4
        axes.add_patch(Rectangle((left, -height / 2), 3, height, facecolor=BLUE, lw=0))
        return 3
    height, width, maps = shape
    step = 1.0 if maps > 1 else 0.0
    span = step * (maps - 1)
    for i in reversed(range(maps)):
        corner = (left + i * step, -height / 2 + i * step - span / 2)
        axes.add_patch(
            Rectangle(corner, width, height, facecolor=BLUE, edgecolor=INK, lw=0.6, alpha=0.75)
        )
    return width + span
