"""Squashing functions, and what they do to the signals of a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from lenet_course.plotting.picture import INK, Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_DASHES = ("-", "--", ":", "-.")


@styled
def curves(
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    *,
    points: Sequence[tuple[float, float]] = (),
    xlabel: str,
    ylabel: str,
    log: bool = False,
    caption: str,
    alt: str,
) -> Picture:
    """Draw up to four functions of ``x``, each named and dashed differently.

    ``points`` are marked by dots. With ``log`` both axes are logarithmic.

    Raises
    ------
    ValueError
        If there are no lines or more than four.
    """
    if not 1 <= len(lines) <= len(_DASHES):
        raise ValueError(f"received {len(lines)} lines, expected 1 to {len(_DASHES)}.")
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    axes = figure.subplots()
    if log:
        axes.set(xscale="log", yscale="log")
    else:
        axes.axhline(0, color=INK, lw=0.5)
        axes.axvline(0, color=INK, lw=0.5)
    for (name, values), dashes in zip(lines.items(), _DASHES, strict=False):
        axes.plot(np.asarray(x), np.asarray(values), dashes, lw=2, label=name)
    for at in points:
        axes.plot(*at, "o", color=INK, markersize=5)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend()
    return picture(figure, caption=caption, alt=alt)


@styled
def layer_histograms(
    values: Mapping[str, Mapping[str, ArrayLike]],
    bins: ArrayLike,
    *,
    xlabel: str,
    caption: str,
    alt: str,
) -> Picture:
    """Draw a histogram for each layer of each network: a row a network, a column a layer.

    ``values`` holds, by the name of the network and that of the layer, arrays of any shape.
    ``bins`` are the edges that all histograms share; what lies beyond is counted in the first
    or the last bin. Each histogram has the same height, whatever its tallest bar.

    Raises
    ------
    ValueError
        If the networks do not have the same layers.
    """
    rows = [tuple(layers) for layers in values.values()]
    if not rows or not rows[0] or set(rows) != {rows[0]}:
        raise ValueError(f"expected the same layers for each network, received {rows}.")
    edges = np.asarray(bins)
    figure = Figure(figsize=(7.2, 1.1 + 1.1 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), len(rows[0]), squeeze=False, sharex=True)
    for axes_row, (network, layers) in zip(grid, values.items(), strict=True):
        axes_row[0].set_ylabel(network, rotation=0, ha="right", va="center")
        for axes, (layer, array) in zip(axes_row, layers.items(), strict=True):
            inside = np.clip(np.asarray(array).ravel(), edges[0], edges[-1])
            counts, _ = np.histogram(inside, edges)
            axes.stairs(counts / counts.max(), edges, fill=True)
            axes.set(yticks=[], ylim=(0, 1.05))
            axes.spines.left.set_visible(False)
            if axes in grid[0]:
                axes.set_title(layer, fontsize=11)
    figure.supxlabel(xlabel, fontsize=11)
    return picture(figure, caption=caption, alt=alt)
