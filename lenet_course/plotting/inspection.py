"""What a network looks at: maps over digits, and where it puts the digits themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from lenet_course.plotting.picture import (
    BLUE,
    GREEN,
    PURPLE,
    VERMILION,
    Picture,
    picture,
    styled,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_COLORS = (BLUE, VERMILION, GREEN, PURPLE)


@styled
def over_digits(
    images: ArrayLike,
    maps: ArrayLike,
    labels: Sequence[object],
    *,
    columns: int = 6,
    caption: str,
    alt: str,
) -> Picture:
    """Show maps ``(n, height, width)`` of both signs, with the outlines of digits on them.

    In a map 0 is middle gray, black - and white +, up to its largest absolute value. The outline
    of its image, of the same shape, runs halfway between paper and ink.

    Raises
    ------
    ValueError
        If images and maps differ in shape, or there is not a label for each.
    """
    digits, values = np.asarray(images), np.asarray(maps)
    if digits.ndim != 3 or digits.shape != values.shape or len(labels) != len(values):
        raise ValueError(
            f"received images of shape {digits.shape}, maps of {values.shape} and {len(labels)} "
            "labels, expected (n, height, width) for both and n labels."
        )
    rows = -(-len(values) // columns)
    figure = Figure(figsize=(8.6, 8.6 / columns * rows * 1.15))
    for i, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        axes.set(xticks=[], yticks=[])
        if i >= len(values):
            axes.set_axis_off()
            continue
        largest = float(np.abs(values[i]).max()) or 1.0
        axes.imshow(values[i], vmin=-largest, vmax=largest)
        half = (float(digits[i].min()) + float(digits[i].max())) / 2
        axes.contour(digits[i], levels=[half], colors=[VERMILION], linewidths=1)
        axes.set_title(str(labels[i]), y=-0.2, fontsize=10)
        axes.spines[:].set(visible=True, linewidth=0.6)
    return picture(figure, caption=caption, alt=alt)


@styled
def digit_map(
    points: ArrayLike, labels: ArrayLike, *, names: tuple[str, str], caption: str, alt: str
) -> Picture:
    """Show points ``(n, 2)`` in the plane, each as its digit; ``names`` are those of the axes.

    Raises
    ------
    ValueError
        If there is not a label for each point.
    """
    places, digits = np.asarray(points), np.asarray(labels)
    if places.ndim != 2 or places.shape != (len(digits), 2):
        raise ValueError(
            f"received points of shape {places.shape} and labels of {digits.shape}, expected "
            "(n, 2) and (n,)."
        )
    figure = Figure(figsize=(6.6, 5.2), layout="constrained")
    axes = figure.subplots()
    for digit in np.unique(digits):
        color = _COLORS[int(digit) % len(_COLORS)]
        here = places[digits == digit]
        axes.plot(*here.T, linestyle="", marker=f"${digit}$", ms=7, color=color, mew=0.3)
    axes.set(xlabel=names[0], ylabel=names[1])
    return picture(figure, caption=caption, alt=alt)
