"""Digits and other images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from lenet_course.plotting.picture import Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@styled
def digits(
    images: ArrayLike,
    labels: Sequence[object] | None = None,
    *,
    columns: int = 10,
    caption: str,
    alt: str,
) -> Picture:
    """Show images ``(n, height, width)`` in rows of ``columns``, each above its label."""
    stack = np.asarray(images)
    if stack.ndim != 3 or len(stack) == 0:
        raise ValueError(f"expected images of shape (n, height, width), received {stack.shape}.")
    if labels is not None and len(labels) != len(stack):
        raise ValueError(f"received {len(stack)} images but {len(labels)} labels.")
    rows = -(-len(stack) // columns)
    figure = Figure(figsize=(7.2, 7.2 / columns * rows * (1.0 if labels is None else 1.35)))
    for i, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        axes.set_axis_off()
        if i < len(stack):
            axes.imshow(stack[i], vmin=0, vmax=stack.max())
            if labels is not None:
                axes.set_title(str(labels[i]), y=-0.42, fontsize=10)
    return picture(figure, caption=caption, alt=alt)
