"""What is measured of a digit by hand, and how errors fall with the number of digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from lenet_course.plotting.picture import BLUE, GREEN, INK, VERMILION, Picture, picture, styled

if TYPE_CHECKING:
    from matplotlib.ticker import Locator
    from numpy.typing import ArrayLike

# Color, marker and dashes: curves differ by more than color.
_DRAWN = ((BLUE, "o", "-"), (VERMILION, "s", "--"), (GREEN, "^", ":"))


@styled
def by_digit(
    features: Mapping[str, ArrayLike], labels: ArrayLike, *, caption: str, alt: str
) -> Picture:
    """Draw where the values of features lie for each of the ten digits, a panel a feature.

    ``features`` names arrays of shape (n,), ``labels`` has shape (n,), and each digit occurs in
    it. Of a digit's values nine in ten lie on the thin line, half of them on the thick one, and
    half of them left of the mark.

    Raises
    ------
    ValueError
        If a feature has not one value for each label.
    """
    digits = np.asarray(labels)
    figure = Figure(figsize=(7.6, 3.2), layout="constrained")
    panels = figure.subplots(1, len(features), squeeze=False, sharey=True)[0]
    for axes, (name, values) in zip(panels, features.items(), strict=True):
        numbers = np.asarray(values, dtype=float)
        if numbers.shape != digits.shape:
            raise ValueError(
                f"{name!r} has shape {numbers.shape}, expected {digits.shape}: one value for each "
                "label."
            )
        for digit in range(10):
            low, left, middle, right, high = np.quantile(
                numbers[digits == digit], (0.05, 0.25, 0.5, 0.75, 0.95)
            )
            axes.plot([low, high], [digit, digit], color=BLUE, lw=1)
            axes.plot([left, right], [digit, digit], color=BLUE, lw=4, solid_capstyle="butt")
            axes.plot(middle, digit, "o", color=BLUE, ms=6, mec=INK, mew=0.8)
        axes.set(xlabel=name, yticks=range(10), ylim=(9.5, -0.5))
    panels[0].set_ylabel("digit")
    return picture(figure, caption=caption, alt=alt)


@styled
def errors_by_size(
    sizes: Sequence[int], errors: Mapping[str, Sequence[float]], *, caption: str, alt: str
) -> Picture:
    """Draw errors in percent against the number of training digits, both on logarithmic scales.

    ``errors`` holds up to three curves, with one error for each of the ``sizes``.
    """
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    axes = figure.subplots()
    for (name, values), (color, marker, dashes) in zip(errors.items(), _DRAWN, strict=False):
        axes.plot(sizes, values, dashes, marker=marker, color=color, ms=5, label=name)
    axes.set(xscale="log", yscale="log", xlabel="training digits", ylabel="errors in %")
    _plain_numbers(axes.xaxis, FixedLocator(sizes))
    _plain_numbers(axes.yaxis, LogLocator(subs=(1, 2, 5)))
    axes.legend()
    return picture(figure, caption=caption, alt=alt)


def _plain_numbers(axis: Axis, places: Locator) -> None:
    """Write 1,000 and not a power of ten, at these places only."""
    axis.set_major_locator(places)
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
