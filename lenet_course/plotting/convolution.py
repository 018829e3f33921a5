"""What a convolution looks at, and what it makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.lib.stride_tricks import sliding_window_view

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
    from numpy.typing import ArrayLike, NDArray


@styled
def one_unit(
    image: ArrayLike, kernel: ArrayLike, row: int, column: int, *, caption: str, alt: str
) -> Picture:
    """Show where one unit of a map comes from: image, window, kernel and map side by side.

    ``image`` is ``(height, width)`` and ``kernel`` ``(k, k)``. The window whose upper left
    pixel is ``(row, column)`` is outlined in the image and written out beside the kernel; the
    unit it gives is outlined in the map, with its value below.

    Raises
    ------
    ValueError
        If the window does not lie in the image.
    """
    pixels, weights = np.asarray(image), np.asarray(kernel)
    view = sliding_window_view(pixels, weights.shape)
    rows, columns = view.shape[:2]
    if not (0 <= row < rows and 0 <= column < columns):
        raise ValueError(
            f"The window at ({row}, {column}) leaves the image: with a kernel of shape "
            f"{weights.shape} expected a row below {rows} and a column below {columns}."
        )
    feature_map = np.einsum("rcij,ij->rc", view, weights)
    figure = Figure(figsize=(8.6, 2.6))
    panels = figure.subplots(1, 4, width_ratios=(1.2, 1, 1, 1.2), gridspec_kw={"wspace": 0.3})
    panels[0].imshow(pixels, vmin=0)
    _outline(panels[0], row, column, len(weights), VERMILION)
    _write_out(panels[1], view[row, column], ".1f", lowest=0)
    _write_out(panels[2], weights, "g", lowest=-float(np.abs(weights).max()))
    _signed(panels[3], feature_map)
    _outline(panels[3], row, column, 1, VERMILION)
    unit = f"map, with {feature_map[row, column]:.1f} here"
    for axes, below, beside in zip(
        panels, ("image", "window", "kernel", unit), ("", r"$\times$", r"$\to$", ""), strict=True
    ):
        _frame(axes)
        axes.set_title(below, y=-0.22, fontsize=10)
        axes.text(1.14, 0.5, beside, transform=axes.transAxes, ha="center", va="center")
    return picture(figure, caption=caption, alt=alt)


@styled
def signed_maps(
    maps: Sequence[ArrayLike],
    labels: Sequence[object],
    *,
    columns: int = 6,
    caption: str,
    alt: str,
) -> Picture:
    """Show arrays ``(height, width)`` of both signs: 0 is middle gray, black - and white +.

    They may differ in size. Each has a scale of its own, up to its largest absolute value.
    """
    if len(labels) != len(maps):
        raise ValueError(f"received {len(maps)} maps but {len(labels)} labels.")
    rows = -(-len(maps) // columns)
    figure = Figure(figsize=(8.6, 8.6 / columns * rows * 1.1))
    for i, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        if i < len(maps):
            _signed(axes, np.asarray(maps[i]))
            _frame(axes)
            axes.set_title(str(labels[i]), y=-0.24, fontsize=10)
        else:
            axes.set_axis_off()
    return picture(figure, caption=caption, alt=alt)


@styled
def receptive_fields(
    image: ArrayLike, fields: Mapping[str, tuple[int, int, int]], *, caption: str, alt: str
) -> Picture:
    """Outline receptive fields on an image ``(height, width)``.

    ``fields`` has for each layer the first row, the first column and the side, in pixels; the
    legend lists layers and sides in this order.
    """
    figure = Figure(figsize=(5.4, 3.6))
    axes = figure.subplots()
    axes.imshow(image, vmin=0)
    lines = []
    for (row, column, side), color, style in zip(
        fields.values(),
        cycle((VERMILION, BLUE, GREEN, PURPLE)),
        cycle(("-", "--", ":")),
        strict=False,
    ):
        lines.append(_outline(axes, row, column, side, color, style))
    names = [f"{name}: {side} x {side}" for name, (_, _, side) in fields.items()]
    axes.legend(lines, names, loc="center left", bbox_to_anchor=(1.03, 0.5))
    _frame(axes)
    return picture(figure, caption=caption, alt=alt)


def _frame(axes: Axes) -> None:
    """Leave of the axes a thin frame, which a white or black image needs on its page."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, linewidth=0.6)


def _outline(
    axes: Axes, row: int, column: int, side: int, color: str, style: str = "-"
) -> Rectangle:
    """Draw a square around ``side`` by ``side`` pixels."""
    square = Rectangle((column - 0.5, row - 0.5), side, side, fill=False, clip_on=False)
    square.set(edgecolor=color, linewidth=2, linestyle=style)
    axes.add_patch(square)
    return square


def _signed(axes: Axes, values: NDArray[Any]) -> None:
    """Draw an array with 0 as middle gray."""
    largest = float(np.abs(values).max()) or 1.0
    axes.imshow(values, vmin=-largest, vmax=largest)


def _write_out(axes: Axes, values: NDArray[Any], form: str, lowest: float) -> None:
    """Draw a small array as gray tiles from ``lowest`` (black) up, with its numbers."""
    highest = max(float(values.max()), lowest + 1e-9)
    axes.imshow(values, vmin=lowest, vmax=highest)
    for (row, column), value in np.ndenumerate(values):
        bright = value - lowest > 0.45 * (highest - lowest)
        axes.text(
            column,
            row,
            f"{value:{form}}",
            ha="center",
            va="center",
            fontsize=7.5,
            color="black" if bright else "white",
        )
