"""The network of 1998: its step sizes, layer by layer, and its errors, pass by pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from lenet_course.plotting.picture import BLUE, GREEN, INK, VERMILION, Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# Color, marker and dashes: curves differ by more than color.
_DRAWN = ((BLUE, "o", "-"), (VERMILION, "s", "--"), (GREEN, "^", ":"))


@styled
def ranges(
    values: Mapping[str, Sequence[ArrayLike]],
    layers: Sequence[str],
    *,
    band: tuple[float, float],
    band_name: str,
    xlabel: str,
    caption: str,
    alt: str,
) -> Picture:
    """Draw from where to where positive numbers reach, on a logarithmic scale, layer by layer.

    ``values`` holds, for each of up to three networks, two arrays for each of the ``layers``:
    one for its weights and one for its biases, in the order of a model's trainable variables.
    All numbers of a layer lie on the thin line, nine in ten on the thick one, half of them left
    of the mark. ``band`` shades a range to compare with.

    Raises
    ------
    ValueError
        If there are not two arrays for each layer.
    """
    figure = Figure(figsize=(7.4, 1.3 + 0.24 * len(values) * len(layers)), layout="constrained")
    axes = figure.subplots()
    axes.axvspan(*band, color=INK, alpha=0.12, lw=0, label=band_name)
    for i, ((name, arrays), drawn) in enumerate(zip(values.items(), _DRAWN, strict=False)):
        if len(arrays) != 2 * len(layers):
            raise ValueError(
                f"{name} has {len(arrays)} arrays for {len(layers)} layers, expected "
                f"{2 * len(layers)}: weights and biases of each."
            )
        color, marker, _ = drawn
        flat = [np.asarray(array, dtype=float).ravel() for array in arrays]
        for place in range(len(layers)):
            numbers = np.concatenate(flat[2 * place : 2 * place + 2])
            low, left, middle, right, high = np.quantile(numbers, (0, 0.05, 0.5, 0.95, 1))
            y = place + 0.3 * (i - (len(values) - 1) / 2)
            axes.plot([low, high], [y, y], color=color, lw=1)
            axes.plot([left, right], [y, y], color=color, lw=3.5, solid_capstyle="butt")
            label = name if place == 0 else None
            axes.plot(middle, y, marker, color=color, ms=6, mec=INK, mew=0.8, label=label)
    axes.set(xscale="log", xlabel=xlabel, ylim=(len(layers) - 0.5, -0.5))
    axes.set_yticks(range(len(layers)), layers)
    figure.legend(loc="outside upper center", ncols=len(values) + 1)
    return picture(figure, caption=caption, alt=alt)


@styled
def by_pass(
    panels: Mapping[str, Mapping[str, ArrayLike]], *, xlabel: str = "pass", caption: str, alt: str
) -> Picture:
    """Draw curves over passes on a logarithmic scale, a panel for each vertical axis.

    ``panels`` names each panel's vertical axis and holds up to three curves, in shape (passes,)
    or, for several runs, (runs, passes): then the mean is drawn, and a band from the lowest run
    to the highest. Panels share a legend: give each the same names, in the same order.
    """
    figure = Figure(figsize=(7.8, 3.2), layout="constrained")
    for axes, (label, curves) in zip(
        figure.subplots(1, len(panels), squeeze=False).flat, panels.items(), strict=True
    ):
        for (name, values), drawn in zip(curves.items(), _DRAWN, strict=False):
            color, marker, dashes = drawn
            runs = np.atleast_2d(np.asarray(values, dtype=float))
            passes = np.arange(1, runs.shape[1] + 1)
            if len(runs) > 1:
                axes.fill_between(
                    passes, runs.min(axis=0), runs.max(axis=0), color=color, alpha=0.25, lw=0
                )
            axes.plot(passes, runs.mean(axis=0), dashes, marker=marker, ms=4, c=color, label=name)
        axes.set(yscale="log", xlabel=xlabel, ylabel=label)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        # Plain numbers, also where the axis spans less than a power of ten.
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_formatter(NullFormatter())
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=len(_DRAWN))
    return picture(figure, caption=caption, alt=alt)
