"""Two papers measured again: their figures beside ours, reject curves, and what reading costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from lenet_course.plotting.picture import BLUE, GREEN, INK, VERMILION, Picture, picture, styled

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from numpy.typing import ArrayLike

# Color, marker and dashes: what is drawn differs by more than color.
_DRAWN = ((BLUE, "o", "-"), (VERMILION, "D", "--"), (GREEN, "^", ":"))


@styled
def beside(
    rows: Mapping[str, Mapping[str, ArrayLike]], *, xlabel: str, caption: str, alt: str
) -> Picture:
    """Draw figures from up to three sources beside each other, a line for each row.

    ``rows`` holds, by the name of the row, positive numbers by the name of their source: one, or
    several for several runs. Then the mark is at their mean, and a bar reaches from the smallest
    to the largest. A row may lack a source. The scale is logarithmic.

    Raises
    ------
    ValueError
        If there are no rows, more sources than can be told apart, or numbers that have no place
        on a logarithmic scale.
    """
    sources = list(dict.fromkeys(name for figures in rows.values() for name in figures))
    if not 1 <= len(sources) <= len(_DRAWN):
        raise ValueError(
            f"rows has {len(sources)} sources of numbers ({', '.join(sources)}), expected one to "
            f"{len(_DRAWN)}."
        )
    figure = Figure(figsize=(7.2, 1.1 + 0.3 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for number, (source, drawn) in enumerate(zip(sources, _DRAWN, strict=False)):
        color, marker, _ = drawn
        means, places = [], []
        for place, (row, figures) in enumerate(rows.items()):
            if source not in figures:
                continue
            numbers = np.ravel(np.asarray(figures[source], dtype=float))
            if not len(numbers) or not (numbers > 0).all():
                raise ValueError(
                    f"{source!r} of {row!r} is {numbers.tolist()}, expected positive numbers."
                )
            # A little apart, so that no source hides another.
            y = place + 0.26 * (number - (len(sources) - 1) / 2)
            axes.plot([numbers.min(), numbers.max()], [y, y], color=color, lw=2.5)
            means.append(numbers.mean())
            places.append(y)
        axes.plot(means, places, marker, color=color, ms=6, mec=INK, mew=0.7, label=source)
    axes.set(xscale="log", xlabel=xlabel, ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks(range(len(rows)), rows)
    axes.grid(axis="y", color=INK, alpha=0.15, lw=0.6)
    axes.set_axisbelow(True)
    _plain_numbers(axes.xaxis)
    figure.legend(loc="outside upper center", ncols=len(sources))
    return picture(figure, caption=caption, alt=alt)


@styled
def reject_curves(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    papers: Mapping[str, float],
    *,
    at: float,
    until: float,
    caption: str,
    alt: str,
) -> Picture:
    """Draw the errors that are left against the patterns that are rejected, both in percent.

    ``curves`` holds up to three of what `lenet_course.evaluation.reject_curve` returns, by name;
    ``papers`` what a paper has to reject until ``at`` percent of the others are wrong. Rejection
    is drawn up to ``until`` percent.
    """
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    axes = figure.subplots()
    for (name, (rejected, error)), (color, _, dashes) in zip(curves.items(), _DRAWN, strict=False):
        axes.step(rejected, error, dashes, where="post", color=color, label=name)
    axes.axhline(at, color=INK, lw=0.6, alpha=0.5)
    for name, rejected_there in papers.items():
        axes.plot(rejected_there, at, "D", color=VERMILION, ms=6, mec=INK, mew=0.7)
        axes.annotate(
            name, (rejected_there, at), (0, 9), textcoords="offset points", rotation=50, fontsize=9
        )
    axes.set(xlabel="rejected, %", ylabel="errors among the others, %", xlim=(0, until))
    axes.set_ylim(0, None)
    axes.legend()
    return picture(figure, caption=caption, alt=alt)


@styled
def errors_by_cost(points: Mapping[str, tuple[float, float]], *, caption: str, alt: str) -> Picture:
    """Draw errors in percent against thousands of multiply-accumulates, both logarithmic.

    ``points`` holds cost and error by the name of a classifier.
    """
    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    axes = figure.subplots()
    costs, errors = np.array(list(points.values()), dtype=float).T
    axes.plot(costs, errors, "o", color=BLUE, ms=6, mec=INK, mew=0.7)
    for name, place in points.items():
        axes.annotate(name, place, (6, 0), textcoords="offset points", va="center", fontsize=9.5)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="thousands of multiply-accumulates for a digit",
        ylabel="errors on the test digits, %",
    )
    axes.set_xlim(None, 6 * costs.max())  # room for the words
    _plain_numbers(axes.xaxis, subs=(1,))
    _plain_numbers(axes.yaxis)
    return picture(figure, caption=caption, alt=alt)


def _plain_numbers(axis: Axis, subs: tuple[float, ...] = (1, 1.5, 2, 3, 5, 7)) -> None:
    """Write 1,000 and not a power of ten, also where there is less than a power of ten."""
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())
