"""All layers of a network at once, as one digit sets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import NDArray

from lenet_course.plotting.picture import BLUE, Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@styled
def layer_maps(
    layers: Mapping[str, ArrayLike], penalties: ArrayLike, *, caption: str, alt: str
) -> Picture:
    """Draw the maps of each layer from the left to the right, and the penalties of the classes.

    ``layers`` holds by name maps of shape ``(height, width, maps)``, or units in rows and columns,
    ``(height, width)``; each layer has gray levels of its own, from its smallest value, black, to
    its largest. ``penalties`` has shape ``(classes,)``.

    Raises
    ------
    ValueError
        If a layer is of another shape.
    """
    mosaics = {name: _mosaic(name, np.asarray(values, float)) for name, values in layers.items()}
    figure = Figure(figsize=(8.2, 2.4), layout=ConstrainedLayoutEngine(w_pad=0.08))
    panels = figure.subplots(1, len(mosaics) + 1, squeeze=False)[0]
    for axes, (name, mosaic) in zip(panels, mosaics.items(), strict=False):
        axes.set_axis_off()
        axes.set_anchor("N")
        axes.imshow(mosaic)
        axes.set_title(name, fontsize=10)
    numbers = np.asarray(penalties, dtype=float)
    axes = panels[-1]
    axes.set_title("penalties", fontsize=10)
    axes.barh(range(len(numbers)), numbers, color=BLUE)
    axes.set(yticks=range(len(numbers)), xticks=[], ylim=(len(numbers) - 0.5, -0.5))
    axes.tick_params(length=0, labelsize=8)
    axes.spines.bottom.set_visible(False)
    return picture(figure, caption=caption, alt=alt)


def _mosaic(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put maps side by side in rows, as many in each as makes a mosaic taller than wide."""
    if values.ndim == 2:
        return values
    if values.ndim != 3:
        raise ValueError(
            f"{name!r} has shape {values.shape}, expected (height, width, maps) or (height, width)."
        )
    height, width, maps = values.shape
    columns = int(np.sqrt(maps))
    rows = -(-maps // columns)
    gap = max(1, height // 10)
    # Nothing is drawn where there is no number.
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap)
    mosaic = np.full(shape, np.nan)
    for m in range(maps):
        down, across = (m // columns) * (height + gap), (m % columns) * (width + gap)
        mosaic[down : down + height, across : across + width] = values[:, :, m]
    return mosaic
