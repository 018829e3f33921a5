"""Networks drawn to scale, and where their parameters and connections are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lenet_course.plotting.picture import BLUE, INK, Picture, picture, styled

if TYPE_CHECKING:
    import keras
    from numpy.typing import ArrayLike


@styled
def network(model: keras.Model, *, caption: str, alt: str) -> Picture:
    """Draw a Keras model's layers to scale, with the shape and the parameters of each.

    A layer of feature maps is a stack of rectangles, one unit a pixel; a layer of single units
    is a column, its height a quarter of their number. Layers that only reshape or squash are
    left out. The connections are there too if the layers count them, as those of
    `lenet_course.layers` do.
    """
    figure = Figure(figsize=(8.2, 2.9))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal")
    shown = _shown(model)
    counted = any(hasattr(layer, "connections") for layer in shown)
    shape = tuple(model.input_shape[1:])
    stages = [("input", shape, "parameters:", "connections:")]
    for layer in shown:
        shape = tuple(layer.output.shape[1:])
        stages.append((layer.name, shape, f"{layer.count_params():,}", _connections(layer)))
    # Above and below the largest layer; a digit of 28 pixels leaves this much to the words.
    edge = max(25.0, max(_height(shape) for _, shape, _, _ in stages) / 2 + 5)
    left = 0.0
    for name, shape, parameters, connections in stages:
        size = f"{shape[2]}@{shape[0]}x{shape[1]}" if len(shape) == 3 else str(shape[0])
        # Words under a narrow layer need more room than the layer.
        room = max(_width(shape), 25, 3.5 * len(size))
        center = left + room / 2
        _draw_layer(axes, center, shape)
        axes.text(center, -edge, name, ha="center", fontweight="bold")
        axes.text(center, -edge - 6, size, ha="center", fontsize=10)
        axes.text(center, edge + 6 * counted, parameters, ha="center", fontsize=10)
        if counted:
            axes.text(center, edge, connections, ha="center", fontsize=10)
        left += room + 2
    # Up to 240 units the page is wide enough; of more, each has as many inches.
    figure.set_figwidth(8.2 * max(1, left / 240))
    axes.set(xlim=(0, left - 2), ylim=(-edge - 8, edge + 5 + 6 * counted))
    return picture(figure, caption=caption, alt=alt)


@styled
def connection_table(table: ArrayLike, kernels: ArrayLike, *, caption: str, alt: str) -> Picture:
    """Draw a connection table: a kernel where a map (column) reads a channel (row).

    ``table`` is ``(channels, maps)`` of 0 and 1, ``kernels`` is ``(k, k, connections)``, counted
    row by row as in `lenet_course.layers.ConnectionTableConv2D`. On the right stands how many
    maps read the channel, below how many channels the map reads.

    Raises
    ------
    ValueError
        If there is not a kernel for each 1 of the table.
    """
    wired, weights = np.asarray(table), np.asarray(kernels)
    channels, maps = wired.shape
    if weights.shape[2] != wired.sum():
        raise ValueError(f"received {weights.shape[2]} kernels, expected {wired.sum()}.")
    step = len(weights) + 1
    mosaic = np.full((channels * step - 1, maps * step - 1), np.nan)
    figure = Figure(figsize=(8.2, 3.6))
    axes = figure.subplots()
    for kernel, (channel, column) in zip(weights.T, np.argwhere(wired), strict=True):
        down, across = channel * step, column * step
        mosaic[down : down + step - 1, across : across + step - 1] = kernel.T
        # White and black pixels need a frame on a page of the same color.
        frame = Rectangle((across - 0.5, down - 0.5), step - 1, step - 1, fill=False)
        frame.set(edgecolor=INK, linewidth=0.6, clip_on=False)
        axes.add_patch(frame)
    largest = float(np.nanmax(np.abs(mosaic)))
    axes.imshow(mosaic, vmin=-largest, vmax=largest)
    axes.spines[:].set_visible(False)
    rows, columns = (np.arange(count) * step + step / 2 - 1 for count in wired.shape)
    axes.xaxis.tick_top()
    axes.set_xticks(columns, [str(m) for m in range(maps)])
    axes.set_yticks(rows, [str(c) for c in range(channels)])
    axes.tick_params(length=0, labelsize=10)
    for row, count in zip(rows, wired.sum(axis=1), strict=True):
        axes.text(maps * step + 1.5, row, f"{count}", va="center", ha="center", fontsize=10)
    for column, count in zip(columns, wired.sum(axis=0), strict=True):
        axes.text(column, channels * step + 1.5, f"{count}", va="center", ha="center", fontsize=10)
    return picture(figure, caption=caption, alt=alt)


@styled
def shares(
    names: Sequence[str], counts: Mapping[str, Sequence[int]], *, caption: str, alt: str
) -> Picture:
    """Draw which share of each count belongs to which of the named layers, in percent."""
    figure = Figure(figsize=(8.2, 2.9))
    panels = figure.subplots(1, len(counts), sharey=True, squeeze=False)[0]
    for axes, (title, numbers) in zip(panels, counts.items(), strict=True):
        percent = 100 * np.asarray(numbers) / sum(numbers)
        bars = axes.barh(range(len(names)), percent, color=BLUE)
        axes.bar_label(bars, [f"{share:.1f}" for share in percent], padding=2, fontsize=10)
        axes.set_xlabel(f"% of {sum(numbers):,} {title}")
        axes.set_xlim(0, 100)
        axes.tick_params(axis="y", length=0)
    panels[0].set_yticks(range(len(names)), names)
    panels[0].invert_yaxis()
    return picture(figure, caption=caption, alt=alt)


def _shown(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers that make something new: other numbers of units, or parameters."""
    shown = []
    shape = tuple(model.input_shape[1:])
    for layer in model.layers:
        before, shape = shape, tuple(layer.output.shape[1:])
        if layer.count_params() or (shape != before and type(layer).__name__ != "Flatten"):
            shown.append(layer)
    return shown


def _connections(layer: keras.layers.Layer) -> str:
    """Return a layer's connections in words; a dense layer uses each parameter once."""
    count = layer.connections() if hasattr(layer, "connections") else layer.count_params()
    return f"{count:,}"


def _is_stack(shape: tuple[int, ...]) -> bool:
    """Tell maps from single units, which maps of 1 by 1 are too."""
    return len(shape) == 3 and shape[:2] != (1, 1)


def _step(maps: int) -> float:
    """Distance from one map of a stack to the next, in units of the drawing."""
    return min(1.0, 15 / max(maps - 1, 1))


def _width(shape: tuple[int, ...]) -> float:
    """Width of a layer in the drawing: each further map of a stack stands aside."""
    return shape[1] + (shape[2] - 1) * _step(shape[2]) if _is_stack(shape) else 3


def _height(shape: tuple[int, ...]) -> float:
    """Height of a layer in the drawing."""
    return shape[0] + (shape[2] - 1) * _step(shape[2]) if _is_stack(shape) else shape[-1] / 4


def _draw_layer(axes: Axes, center: float, shape: tuple[int, ...]) -> None:
    """Draw one layer around (center, 0)."""
    left, bottom = center - _width(shape) / 2, -_height(shape) / 2
    if not _is_stack(shape):
        column = Rectangle((left, bottom), 3, _height(shape), facecolor=BLUE, lw=0)
        axes.add_patch(column)
        return
    height, width, maps = shape
    step = _step(maps)
    for i in reversed(range(maps)):
        corner = (left + i * step, bottom + i * step)
        sheet = Rectangle(corner, width, height, facecolor=BLUE, edgecolor=INK, alpha=0.75)
        sheet.set_linewidth(0.6 * step)
        axes.add_patch(sheet)
