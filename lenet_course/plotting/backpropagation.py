"""The way back: gradients from layer to layer, and how well they agree with differences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from lenet_course.plotting.picture import BLUE, INK, VERMILION, Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_LINES = ("o-", "s--", "D-.", "^:")


@styled
def back_and_forth(
    names: Sequence[str], trainable: Collection[str] = (), *, caption: str, alt: str
) -> Picture:
    """Draw a row of boxes: values pass from left to right, slopes of the loss come back.

    From each box named in ``trainable`` an arrow leads aside: the slopes for its weights.
    """
    figure = Figure(figsize=(8.6, 2.5))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set(xlim=(-0.62, len(names) - 0.38), ylim=(-1.35, 0.95))
    for i, name in enumerate(names):
        axes.add_patch(
            FancyBboxPatch(
                (i - 0.27, -0.32), 0.54, 0.64, "round,pad=0,rounding_size=0.06", fill=False, ec=INK
            )
        )
        axes.text(i, 0, name, ha="center", va="center", fontsize=9)
        if i + 1 < len(names):
            _arrow(axes, (i + 0.3, 0.16), (i + 0.7, 0.16), BLUE)
            _arrow(axes, (i + 0.7, -0.16), (i + 0.3, -0.16), VERMILION, dashed=True)
        if name in trainable:
            _arrow(axes, (i, -0.36), (i, -0.86), VERMILION, dashed=True)
            axes.text(i, -1.1, f"slopes for\n{name}", ha="center", va="center", fontsize=9)
    axes.text(-0.3, 0.55, "forward: values", color=INK, fontsize=10)
    axes.text(len(names) - 0.73, 0.55, "backward: slopes of the loss", ha="right", fontsize=10)
    return picture(figure, caption=caption, alt=alt)


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str,
    *,
    dashed: bool = False,
) -> None:
    style = {"arrowstyle": "-|>", "color": color, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
    axes.annotate(
        "", end, start, arrowprops=style | {"linestyle": (0, (3, 1.5)) if dashed else "-"}
    )


@styled
def written_out(
    arrays: Mapping[str, ArrayLike],
    between: Sequence[str],
    outlined: Mapping[str, tuple[int, int, int]],
    *,
    caption: str,
    alt: str,
) -> Picture:
    """Write small arrays ``(height, width)`` side by side, number by number, above their names.

    ``between`` are the signs from each array to the next. ``outlined`` has, for the arrays
    where some numbers are to be marked, the first row, the first column and the side of the
    square around them.
    """
    tables = {name: np.asarray(array) for name, array in arrays.items()}
    if len(between) != len(tables) - 1:
        raise ValueError(
            f"received {len(tables)} arrays and {len(between)} signs between them, "
            f"expected {len(tables) - 1} signs."
        )
    widths = [table.shape[1] for table in tables.values()]
    highest = max(len(table) for table in tables.values())
    total = sum(widths) + 0.9 * len(between)
    figure = Figure(figsize=(8.6, 8.6 / total * (highest + 0.8)))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set(xlim=(-0.1, total + 0.1), ylim=(highest + 0.75, -0.1), aspect="equal")
    left = 0.0
    for (name, table), sign in zip(tables.items(), (*between, ""), strict=True):
        top = (highest - len(table)) / 2
        for (row, column), value in np.ndenumerate(table):
            corner = (left + column, top + row)
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=INK, lw=0.5))
            axes.text(corner[0] + 0.5, corner[1] + 0.5, f"{value:g}", ha="center", va="center")
        if name in outlined:
            row, column, side = outlined[name]
            axes.add_patch(
                Rectangle(
                    (left + column, top + row), side, side, fill=False, edgecolor=VERMILION, lw=2.5
                )
            )
        width = table.shape[1]
        axes.text(left + width / 2, highest + 0.45, name, ha="center", va="center", fontsize=10)
        axes.text(left + width + 0.45, highest / 2, sign, ha="center", va="center", fontsize=13)
        left += width + 0.9
    return picture(figure, caption=caption, alt=alt)


@styled
def step_errors(
    steps: Sequence[float], errors: Mapping[str, Sequence[float]], *, caption: str, alt: str
) -> Picture:
    """Draw the relative error of measured slopes against the step, both on logarithmic scales."""
    figure = Figure(figsize=(7.2, 3.2), layout="constrained")
    axes = figure.subplots()
    for (name, values), line in zip(errors.items(), _LINES, strict=False):
        axes.plot(steps, values, line, markersize=4, label=name)
    axes.set(xscale="log", yscale="log", xlabel="step", ylabel="relative error")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return picture(figure, caption=caption, alt=alt)


@styled
def gradient_sizes(
    layers: Sequence[object], sizes: Mapping[str, Sequence[float]], *, caption: str, alt: str
) -> Picture:
    """Draw the size of the gradient at each layer, on a logarithmic scale, a curve for each run."""
    figure = Figure(figsize=(7.2, 3.2), layout="constrained")
    axes = figure.subplots()
    places = range(len(layers))
    for (name, values), line in zip(sizes.items(), _LINES, strict=False):
        axes.plot(places, values, line, markersize=4, label=name)
    axes.set(yscale="log", xlabel="layer", ylabel="size of the gradient")
    axes.set_xticks(places, [str(layer) for layer in layers])
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return picture(figure, caption=caption, alt=alt)
