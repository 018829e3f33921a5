"""How errors grow, or fall, with what is varied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from lenet_course.plotting.picture import BLUE, GREEN, INK, VERMILION, Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# Color, marker and dashes: curves differ by more than color.
_DRAWN = ((BLUE, "o", "-"), (VERMILION, "D", "--"), (GREEN, "^", ":"))


@styled
def sweeps(
    panels: Mapping[str, tuple[ArrayLike, Mapping[str, ArrayLike]]],
    *,
    ylabel: str,
    logarithmic: bool = False,
    caption: str,
    alt: str,
) -> Picture:
    """Draw up to three curves in each of several panels that share the scale of y.

    ``panels`` holds, by the label of x, the values of x, shape (values,), and the curves by name,
    each of shape (values,), or (runs, values): then the line is their mean, and a band reaches
    from the smallest to the largest. With ``logarithmic``, both scales are.

    Raises
    ------
    ValueError
        If there is no panel, a panel has no curves or more than can be told apart, or a curve
        does not fit its x.
    """
    if not panels:
        raise ValueError("received no panels, expected one or more.")
    figure = Figure(figsize=(7.6, 3.1), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    drawn: dict[str, Line2D] = {}
    for one, (xlabel, (values, curves)) in zip(axes, panels.items(), strict=True):
        x = np.asarray(values, dtype=float)
        if not 1 <= len(curves) <= len(_DRAWN):
            raise ValueError(f"{xlabel!r} has {len(curves)} curves, expected one to {len(_DRAWN)}.")
        for (name, numbers), (color, marker, dashes) in zip(curves.items(), _DRAWN, strict=False):
            y = np.atleast_2d(np.asarray(numbers, dtype=float))
            if x.ndim != 1 or y.ndim != 2 or y.shape[1] != len(x):
                raise ValueError(
                    f"{name!r} has shape {np.shape(numbers)} for x of shape {x.shape}, expected "
                    f"({len(x)},) or (runs, {len(x)})."
                )
            one.fill_between(x, y.min(axis=0), y.max(axis=0), color=color, alpha=0.25, lw=0)
            (line,) = one.plot(x, y.mean(axis=0), dashes + marker, color=color, ms=4.5)
            drawn.setdefault(name, line)
        if logarithmic:
            one.set(xscale="log", yscale="log")
            one.xaxis.set_major_locator(FixedLocator(list(x)))
            one.set_xticks(x, [f"{value:,g}" for value in x])
            one.xaxis.set_minor_locator(NullLocator())
            one.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            one.yaxis.set_minor_formatter(NullFormatter())
            one.yaxis.set_major_locator(FixedLocator([0.5, 1, 2, 3, 5, 7, 10, 20, 50]))
        one.set_xlabel(xlabel)
        one.grid(axis="y", color=INK, alpha=0.15, lw=0.6)
    axes[0].set_ylabel(ylabel)
    if len(drawn) > 1:
        figure.legend(
            list(drawn.values()), list(drawn), loc="outside upper center", ncols=len(drawn)
        )
    return picture(figure, caption=caption, alt=alt)
