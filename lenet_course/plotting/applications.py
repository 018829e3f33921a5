"""Strips of handwriting, what a network says along them, and pairs that are accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from lenet_course.plotting.picture import (
    BLUE,
    INK,
    PURPLE,
    VERMILION,
    Picture,
    picture,
    styled,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# Color and dashes: curves differ by more than color.
_DRAWN = ((BLUE, "-"), (VERMILION, "--"), (PURPLE, ":"))


@styled
def strips(
    images: Sequence[ArrayLike], words: Sequence[str], *, columns: int = 2, caption: str, alt: str
) -> Picture:
    """Show strips, each ``(height, width)`` from 0 to 1, 0 is paper, under their words.

    Raises
    ------
    ValueError
        If there are none, or not as many words.
    """
    if not len(images) or len(images) != len(words):
        raise ValueError(
            f"received {len(images)} images and {len(words)} words, expected as many, 1 or more."
        )
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(7.2, 0.95 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, image, text in zip(panels, images, words, strict=False):
        axes.imshow(np.asarray(image), vmin=0, vmax=1)
        axes.set_title(text, fontsize=10)
    return picture(figure, caption=caption, alt=alt)


@styled
def along(
    strip: ArrayLike,
    probabilities: ArrayLike,
    path: ArrayLike,
    names: Sequence[str],
    *,
    first: int,
    step: int,
    caption: str,
    alt: str,
) -> Picture:
    """Draw a strip, and under it what a network says along it: a row for each output.

    ``probabilities`` has shape ``(places, outputs)``, ``path`` holds the output on the likeliest
    path at each place, and ``names`` those of the outputs. Place t stands under column ``first``
    + ``step`` t of the strip ``(height, width)``.

    Raises
    ------
    ValueError
        If the numbers of places or of outputs differ.
    """
    image, likely = np.asarray(strip, float), np.asarray(probabilities, float)
    chosen = np.asarray(path)
    if likely.shape != (len(chosen), len(names)):
        raise ValueError(
            f"received probabilities of shape {likely.shape}, {len(chosen)} places on the path "
            f"and {len(names)} names."
        )
    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1, 2.2))
    height, width = image.shape
    upper.imshow(image, vmin=0, vmax=1, aspect="auto", extent=(-0.5, width - 0.5, height, 0))
    upper.set(yticks=[])
    columns = first + step * np.arange(len(chosen))
    edges = columns[0] - step / 2, columns[-1] + step / 2, len(names) - 0.5, -0.5
    lower.imshow(likely.T, vmin=0, vmax=1, aspect="auto", extent=edges)
    lower.plot(columns, chosen, "o", color=VERMILION, ms=3)
    lower.set(yticks=range(len(names)), xlabel="column of the strip", ylabel="output")
    lower.set_yticklabels(names, fontsize=9)
    lower.set_xlim(-0.5, width - 0.5)
    return picture(figure, caption=caption, alt=alt)


@styled
def accepted(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], *, caption: str, alt: str
) -> Picture:
    """Draw which part of like pairs is accepted against which part of unlike ones, in percent.

    ``curves`` holds up to three of these, by name: unlike pairs, then like ones, each from 0 to 1.
    On the line from the upper left to the lower right both kinds of error are equally frequent.

    Raises
    ------
    ValueError
        If there are none or more than three.
    """
    if not 1 <= len(curves) <= len(_DRAWN):
        raise ValueError(f"received {len(curves)} curves, expected 1 to {len(_DRAWN)}.")
    figure = Figure(figsize=(4.6, 4.0), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 100], [100, 0], color=INK, lw=0.6, alpha=0.5)
    for (name, (unlike, like)), (color, line) in zip(curves.items(), _DRAWN, strict=False):
        axes.plot(100 * np.asarray(unlike), 100 * np.asarray(like), line, color=color, label=name)
    axes.set(xlabel="unlike pairs accepted, %", ylabel="like pairs accepted, %")
    axes.set(xlim=(-1, 101), ylim=(-1, 101), aspect="equal")
    axes.legend(loc="lower right")
    return picture(figure, caption=caption, alt=alt)
