"""Networks drawn to scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lenet_course.plotting.picture import BLUE, INK, Picture, picture, styled

if TYPE_CHECKING:
    import keras


@styled
def network(model: keras.Model, *, caption: str, alt: str) -> Picture:
    """Draw a Keras model's layers to scale, with the shape and the parameters of each.

    A layer of feature maps is a stack of squares, one unit a pixel; a layer of single units
    is a column, its height a quarter of their number. Layers that only reshape are left out.
    """
    figure = Figure(figsize=(8.6, 3.0))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal")
    stages = [("input", tuple(model.input_shape[1:]), "")]
    for layer in model.layers:
        if type(layer).__name__ not in {"Flatten", "InputLayer"}:
            count = f"{layer.count_params():,} parameters" if layer.count_params() else ""
            stages.append((layer.name, tuple(layer.output.shape[1:]), count))
    left = 0.0
    for name, shape, count in stages:
        width = _draw_layer(axes, left, shape)
        size = f"{shape[2]}@{shape[0]}x{shape[1]}" if len(shape) == 3 else str(shape[0])
        axes.text(left + width / 2, -24, name, ha="center", fontweight="bold")
        axes.text(left + width / 2, -29, size, ha="center", fontsize=9)
        if count:
            axes.text(left + width / 2, 26, count.replace(" ", "\n"), ha="center", fontsize=8)
        left += max(width, 16) + 8
    axes.set(xlim=(-4, left - 4), ylim=(-32, 34))
    return picture(figure, caption=caption, alt=alt)


def _draw_layer(axes: Axes, left: float, shape: tuple[int, ...]) -> float:
    """Draw one layer with its left edge at ``left``, centered on height 0; return its width."""
    if len(shape) == 1:
        height = shape[0] / 4
        axes.add_patch(Rectangle((left, -height / 2), 3, height, facecolor=BLUE, lw=0))
        return 3
    height, width, maps = shape
    step = 1.0 if maps > 1 else 0.0
    span = step * (maps - 1)
    for i in reversed(range(maps)):
        corner = (left + i * step, -height / 2 + i * step - span / 2)
        axes.add_patch(
            Rectangle(corner, width, height, facecolor=BLUE, edgecolor=INK, lw=0.6, alpha=0.75)
        )
    return width + span
