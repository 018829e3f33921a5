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
    figure = Figure(figsize=(8.2, 2.9))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal")
    stages = [("input", tuple(model.input_shape[1:]), "parameters:")]
    for layer in model.layers:
        if type(layer).__name__ not in {"Flatten", "InputLayer"}:
            shape = tuple(layer.output.shape[1:])
            stages.append((layer.name, shape, f"{layer.count_params():,}"))
    left = 0.0
    for name, shape, count in stages:
        # Words under a narrow layer need more room than the layer.
        room = max(_width(shape), 25)
        center = left + room / 2
        _draw_layer(axes, center, shape)
        size = f"{shape[2]}@{shape[0]}x{shape[1]}" if len(shape) == 3 else str(shape[0])
        axes.text(center, -25, name, ha="center", fontweight="bold")
        axes.text(center, -31, size, ha="center", fontsize=10)
        axes.text(center, 25, count, ha="center", fontsize=10)
        left += room + 2
    axes.set(xlim=(0, left - 2), ylim=(-33, 30))
    return picture(figure, caption=caption, alt=alt)


def _width(shape: tuple[int, ...]) -> int:
    """Width of a layer in the drawing: each further map of a stack stands one unit aside."""
    return shape[1] + shape[2] - 1 if len(shape) == 3 else 3


def _draw_layer(axes: Axes, center: float, shape: tuple[int, ...]) -> None:
    """Draw one layer around (center, 0)."""
    left = center - _width(shape) / 2
    if len(shape) == 1:
        height = shape[0] / 4
        axes.add_patch(Rectangle((left, -height / 2), 3, height, facecolor=BLUE, lw=0))
        return
    height, width, maps = shape
    for i in reversed(range(maps)):
        corner = (left + i, i - (height + maps - 1) / 2)
        axes.add_patch(
            Rectangle(corner, width, height, facecolor=BLUE, edgecolor=INK, lw=0.6, alpha=0.75)
        )
