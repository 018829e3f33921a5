"""What came after LeNet: what networks cost through the years, and one trick after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from lenet_course.plotting.picture import BLUE, GREEN, INK, VERMILION, Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""))


@styled
def lineage(networks: Sequence[tuple[int, str, int, int]], *, caption: str, alt: str) -> Picture:
    """Draw parameters and multiply-adds of networks, from top to bottom by their years.

    ``networks`` holds, for each, the year, the name, and the two counts. Networks of one year stay
    in the order in which they are given. The scale is logarithmic.

    Raises
    ------
    ValueError
        If there are no networks, or a count is not positive.
    """
    rows = sorted(networks, key=lambda network: network[0])
    if not rows or min(min(counts) for _, _, *counts in rows) <= 0:
        raise ValueError(f"networks is {rows}, expected one or more with positive counts.")
    figure = Figure(figsize=(7.2, 1.2 + 0.34 * len(rows)), layout="constrained")
    axes = figure.subplots()
    counts = np.array([counts for _, _, *counts in rows], dtype=float)
    places = np.arange(len(rows))
    axes.hlines(places, counts.min(axis=1), counts.max(axis=1), color=INK, alpha=0.3, lw=1.2)
    for column, color, marker, label in (
        (counts[:, 0], BLUE, "o", "parameters"),
        (counts[:, 1], VERMILION, "D", "multiply-adds for one image"),
    ):
        axes.plot(column, places, marker, color=color, ms=7, mec=INK, mew=0.7, label=label)
    axes.set(xscale="log", ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks(places, [f"{name}  {year}" for year, name, *_ in rows])
    axes.xaxis.set_major_locator(LogLocator(numticks=20))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", color=INK, alpha=0.15, lw=0.6)
    axes.set_axisbelow(True)
    figure.legend(loc="outside upper center", ncols=2)
    return picture(figure, caption=caption, alt=alt)


def _short(value: float) -> str:
    """Write a round number with a letter for thousands, millions or billions."""
    unit, letter = next((unit, letter) for unit, letter in _UNITS if value >= unit or unit == 1)
    return f"{value / unit:g}{letter}"


@styled
def waterfall(
    steps: Mapping[str, ArrayLike], *, until: float, xlabel: str, caption: str, alt: str
) -> Picture:
    """Draw how the mean of several runs falls or rises from step to step.

    ``steps`` holds the numbers of the runs by the name of the step, in their order. The first step
    stands on the ground; each other one hangs as a bar between the mean before it and its own. Its
    mean and the change are written beside it, and small marks are the runs. The scale goes from 0
    to ``until``; what is beyond is cut off.

    Raises
    ------
    ValueError
        If there are fewer than two steps, or one without runs.
    """
    runs = [np.ravel(np.asarray(numbers, dtype=float)) for numbers in steps.values()]
    if len(runs) < 2 or not all(len(numbers) for numbers in runs):
        raise ValueError(
            f"steps has {[len(numbers) for numbers in runs]} runs, expected two or more steps "
            "with one or more runs each."
        )
    means = [numbers.mean() for numbers in runs]
    figure = Figure(figsize=(7.2, 1.0 + 0.4 * len(runs)), layout="constrained")
    axes = figure.subplots()
    for row, (numbers, mean) in enumerate(zip(runs, means, strict=True)):
        before = 0.0 if row == 0 else means[row - 1]
        color = BLUE if row == 0 else GREEN if mean <= before else VERMILION
        axes.barh(row, mean - before, left=before, height=0.62, color=color, alpha=0.75)
        if row:
            axes.plot([before, before], [row - 1.31, row + 0.31], color=INK, lw=0.8)
        # The runs lie below the middle of the bar, the numbers beside it.
        axes.plot(numbers, np.full(len(numbers), row + 0.18), "|", color=INK, ms=7, mew=1.1)
        words = f"{mean:.2f}" if row == 0 else f"{mean:.2f} ({mean - before:+.2f})"
        end = max(before, mean, numbers.max())
        beyond = end > 0.8 * until  # no room on the right
        axes.annotate(
            words,
            (min(before, mean, numbers.min(), until) if beyond else end, row),
            (-6 if beyond else 6, 0),
            textcoords="offset points",
            ha="right" if beyond else "left",
            va="center",
            fontsize=10,
        )
    axes.set(xlabel=xlabel, xlim=(0, until))
    axes.set_ylim(len(runs) - 0.4, -0.6)
    axes.set_yticks(range(len(runs)), list(steps))
    return picture(figure, caption=caption, alt=alt)
