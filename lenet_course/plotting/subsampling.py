"""Subsampling: windows, what becomes of their numbers, and what larger windows change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lenet_course.plotting.picture import BLUE, INK, Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# Curves differ by more than the four colors of the style.
_DRAWN = cycler(linestyle=["-", "--", "-.", ":"], marker=["o", "s", "D", "^"])


@styled
def subsampled(
    map_: ArrayLike, results: Mapping[str, ArrayLike], *, caption: str, alt: str
) -> Picture:
    """Write out a small map (height, width) and, beside it, what subsampling makes of it.

    Heavy lines mark the windows of the map. Each of the ``results`` has a number for each window,
    and is drawn as large as the map, so that a number stands where those it comes from stand.

    Raises
    ------
    ValueError
        If the map is not two-dimensional, or a result has not one number for each window.
    """
    numbers = np.asarray(map_)
    if numbers.ndim != 2:
        raise ValueError(f"expected a map of shape (height, width), received {numbers.shape}.")
    height, width = numbers.shape
    size = height // len(np.asarray(next(iter(results.values()))))
    for name, values in results.items():
        if np.shape(values) != (height // size, width // size):
            raise ValueError(
                f"{name!r} has shape {np.shape(values)}, expected {(height // size, width // size)}"
                f": one number for each window of {size}x{size}."
            )
    count = 1 + len(results)
    figure = Figure(figsize=(8.6, 8.6 / (count * width) * (height + 0.9)))
    for axes, (name, values) in zip(
        figure.subplots(1, count, squeeze=False).flat,
        {"map": numbers, **results}.items(),
        strict=True,
    ):
        _write_cells(axes, np.asarray(values), height)
        _outline_windows(axes, height, width, size)
        axes.set(xlim=(-0.1, width + 0.1), ylim=(height + 0.1, -0.1), aspect="equal")
        axes.set_axis_off()
        axes.text(width / 2, height + 0.7, name, ha="center")
    return picture(figure, caption=caption, alt=alt)


def _write_cells(axes: Axes, values: np.ndarray, height: int) -> None:
    """Write each number into its cell; shade the cells by how large they are."""
    cell = height / len(values)
    for (row, column), value in np.ndenumerate(values):
        corner = (column * cell, row * cell)
        shade = 0.6 * max(value, 0) / max(values.max(), 1e-9)
        axes.add_patch(Rectangle(corner, cell, cell, facecolor=BLUE, alpha=shade, lw=0))
        axes.add_patch(Rectangle(corner, cell, cell, fill=False, edgecolor=INK, lw=0.4))
        middle = (corner[0] + cell / 2, corner[1] + cell / 2)
        axes.text(*middle, f"{value:g}", ha="center", va="center", fontsize=10)


def _outline_windows(axes: Axes, height: int, width: int, size: int) -> None:
    for row in range(0, height, size):
        for column in range(0, width, size):
            axes.add_patch(Rectangle((column, row), size, size, fill=False, edgecolor=INK, lw=2))


@styled
def by_window(
    sides: Sequence[int],
    panels: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    caption: str,
    alt: str,
) -> Picture:
    """Draw measured shares against the side of the subsampling window, a panel for each kind.

    ``panels`` names each panel's vertical axis and holds its curves, each a share from 0 to 1
    for every one of the ``sides``. Panels share a legend: give each the same names, in the same
    order.
    """
    figure = Figure(figsize=(7.6, 3.0), layout="constrained")
    places = range(len(sides))
    for axes, (label, curves) in zip(
        figure.subplots(1, len(panels), squeeze=False).flat, panels.items(), strict=True
    ):
        axes.set_prop_cycle(mpl.rcParams["axes.prop_cycle"] + _DRAWN)
        for name, shares in curves.items():
            axes.plot(places, 100 * np.asarray(shares), ms=5, label=name)
        axes.set(xlabel="side of the window", ylabel=label, ylim=(0, 105))
        axes.set_xticks(places, [str(side) for side in sides])
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=len(_DRAWN))
    return picture(figure, caption=caption, alt=alt)
