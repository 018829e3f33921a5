"""How a loss falls: paths over its surface, runs side by side, and a run that is under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from lenet_course.plotting.picture import (
    BLUE,
    GREEN,
    INK,
    PURPLE,
    VERMILION,
    Picture,
    picture,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import ArrayLike

# Color, marker and dashes: curves differ by more than color.
_DRAWN = (
    (BLUE, "o", "-"),
    (VERMILION, "s", "--"),
    (GREEN, "^", ":"),
    (PURPLE, "D", "-."),
)


@styled
def paths(
    loss: Callable[[ArrayLike, ArrayLike], ArrayLike],
    found: Mapping[str, ArrayLike],
    *,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    caption: str,
    alt: str,
) -> Picture:
    """Draw the paths of up to four methods over the contour lines of a loss of two weights.

    ``loss`` takes two arrays of one shape. Each path has the shape (steps, 2) and gets a panel
    of its own, for paths that cross cannot be told apart.
    """
    figure = Figure(figsize=(7.4, 0.9 + 1.5 * ((len(found) + 1) // 2)), layout="constrained")
    grid = figure.subplots((len(found) + 1) // 2, 2, squeeze=False, sharex=True, sharey=True).flat
    a, b = np.meshgrid(np.linspace(*xlim, 80), np.linspace(*ylim, 80))
    heights = np.asarray(loss(a, b))
    levels = heights.max() * np.geomspace(1e-3, 0.9, 9)
    for axes, (name, path), drawn in zip(grid, found.items(), _DRAWN, strict=False):
        color, marker, _ = drawn
        axes.contour(a, b, heights, levels, colors=INK, linewidths=0.6, alpha=0.5)
        x, y = np.asarray(path, dtype=float).T
        axes.plot(x, y, "-", marker=marker, color=color, lw=1.2, ms=3.5)
        axes.set_title(name, fontsize=11)
        axes.set(xlim=xlim, ylim=ylim)
    for axes in list(grid)[len(found) :]:
        axes.set_axis_off()
    figure.supxlabel("first weight", fontsize=11)
    figure.supylabel("second weight", fontsize=11)
    return picture(figure, caption=caption, alt=alt)


@styled
def side_by_side(
    lines: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    xlabel: str,
    ylabel: str,
    log: str = "",
    at: Mapping[str, float] | None = None,
    caption: str,
    alt: str,
) -> Picture:
    """Draw up to four curves, each with its own points ``(x, y)``.

    ``log`` names the logarithmic axes: ``"x"``, ``"y"`` or ``"xy"``. ``at`` marks places of the
    horizontal axis by dotted lines with a name. Points that are not finite are left out: there a
    run has diverged.
    """
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    axes = figure.subplots()
    for (name, (x, y)), (color, marker, dashes) in zip(lines.items(), _DRAWN, strict=False):
        points = np.array([x, y], dtype=float)
        points = points[:, np.isfinite(points).all(axis=0)]
        marked = marker if points.shape[1] <= 40 else ""
        axes.plot(*points, dashes, marker=marked, ms=4, color=color, label=name)
    _scale(axes, log)
    for name, place in (at or {}).items():
        axes.axvline(place, color=INK, lw=1, ls=":")
        axes.annotate(
            name, (place, 1), (4, -4), ("data", "axes fraction"), "offset points", va="top"
        )
    axes.set(xlabel=xlabel, ylabel=ylabel)
    if len(lines) > 1:
        axes.legend()
    return picture(figure, caption=caption, alt=alt)


@styled
def histories(
    runs: Mapping[str, Mapping[str, Sequence[float]]], *, caption: str, alt: str
) -> Picture:
    """Draw the loss on training and validation digits by epoch, a panel for each run.

    ``runs`` holds, by name, what Keras's ``fit`` returns as ``history``, with ``loss`` and
    ``val_loss``. The panels share their axes.
    """
    rows = (len(runs) + 1) // 2
    figure = Figure(figsize=(7.4, 0.6 + 1.9 * rows), layout="constrained")
    grid = figure.subplots(rows, 2, squeeze=False, sharex=True, sharey=True).flat
    for axes, (name, history) in zip(grid, runs.items(), strict=False):
        _train_and_val(axes, history, "loss")
        axes.set_title(name, fontsize=11)
    for axes in list(grid)[len(runs) :]:
        axes.set_axis_off()
    first = figure.axes[0]
    figure.legend(*first.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    figure.supxlabel("epoch", fontsize=11)
    figure.supylabel("loss", fontsize=11)
    return picture(figure, caption=caption, alt=alt)


@styled
def under_way(
    history: Mapping[str, Sequence[float]], epochs: int, *, caption: str, alt: str
) -> Picture:
    """Draw a run of ``epochs`` epochs as far as it has come: loss and, if there is one, a metric.

    ``history`` is that of Keras's ``fit``. The horizontal axis reaches to the last epoch from the
    start, so that the drawing does not jump as points come in.
    """
    metrics = [name for name in history if name != "loss" and not name.startswith("val_")]
    names = ["loss", *metrics][:2]
    figure = Figure(figsize=(7.2, 2.6), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), names, strict=False):
        _train_and_val(axes, history, name)
        axes.set(xlim=(0.8, max(epochs, 2) + 0.2), xlabel="epoch", ylabel=name)
        axes.legend()
    for axes in figure.axes[len(names) :]:
        axes.set_axis_off()
    return picture(figure, caption=caption, alt=alt)


def _train_and_val(axes: Axes, history: Mapping[str, Sequence[float]], name: str) -> None:
    kinds = ((name, "training", "o", "-"), (f"val_{name}", "validation", "s", "--"))
    for key, label, marker, dashes in kinds:
        if key in history:
            values = history[key]
            marked = marker if len(values) <= 20 else ""
            axes.plot(range(1, len(values) + 1), values, dashes, marker=marked, ms=4, label=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _scale(axes: Axes, log: str) -> None:
    """Make axes logarithmic, with plain numbers where they span little."""
    for name in log:
        axis: Axis = getattr(axes, f"{name}axis")
        axes.set(**{f"{name}scale": "log"})
        low, high = axis.get_view_interval()
        if high < 300 * low:
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axis.set_minor_locator(NullLocator())
            axis.set_minor_formatter(NullFormatter())
