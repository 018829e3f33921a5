"""Windows of an image: what a convolution and a subsampling layer look at."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[Any]  # float32, float64, complex in a check, integers as labels


def output_side(n: int, k: int, padding: int = 0, stride: int = 1) -> int:
    """Return how many windows of ``k`` pixels fit along a side of ``n`` pixels.

    (n + 2 * padding - k) // stride + 1; with the defaults, n - k + 1.

    Parameters
    ----------
    n
        Side of the image, in pixels.
    k
        Side of the window, in pixels.
    padding
        Zeros added on each of the two ends.
    stride
        Pixels from one window to the next.

    Raises
    ------
    ValueError
        If no window fits, or a size, padding or stride is impossible.

    Examples
    --------
    >>> output_side(32, 5), output_side(28, 2, stride=2), output_side(28, 5, padding=2)
    (28, 14, 28)
    """
    for name, value, least in (("k", k, 1), ("padding", padding, 0), ("stride", stride, 1)):
        if value < least:
            raise ValueError(f"{name} is {value}, expected {least} or more.")
    if k > n + 2 * padding:
        raise ValueError(
            f"A window of {k} pixels does not fit a side of {n} pixels with a padding of "
            f"{padding}: expected at most {n + 2 * padding}. Take a smaller window or pad more."
        )
    return (n + 2 * padding - k) // stride + 1


def correlate_loops(image: Array, kernel: Array) -> Array:
    """Slide one kernel over one image, with four loops and nothing else.

    map[r, c] = sum over i, j of image[r + i, c + j] * kernel[i, j]

    This is cross-correlation, which the field calls convolution: the kernel is not flipped.
    `Convolution` computes the same for all images, channels and maps at once.

    Parameters
    ----------
    image
        Shape (h, w).
    kernel
        Shape (k, k).

    Returns
    -------
    array
        The map, shape (h - k + 1, w - k + 1).

    Raises
    ------
    ValueError
        If the image or the kernel is not of that shape, or the kernel does not fit the image.
    """
    if image.ndim != 2:
        raise ValueError(f"image has shape {image.shape}, expected (height, width).")
    if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1]:
        raise ValueError(f"kernel has shape {kernel.shape}, expected (k, k): a square.")
    k = len(kernel)
    rows, columns = (output_side(side, k) for side in image.shape)
    result = np.zeros((rows, columns), np.result_type(image, kernel))
    for r in range(rows):
        for c in range(columns):
            for i in range(k):
                for j in range(k):
                    result[r, c] += image[r + i, c + j] * kernel[i, j]
    return result


def windows(x: Array, size: int, stride: int = 1) -> Array:
    """Return every window of the images, as a view: no pixel is copied.

    Parameters
    ----------
    x
        Images, shape (n, height, width, channels).
    size
        Side of a window, in pixels.
    stride
        Pixels from one window to the next, down and across.

    Returns
    -------
    array
        Shape (n, rows, columns, size, size, channels), read-only.
        ``windows(x, size)[i, r, c]`` is ``x[i, r : r + size, c : c + size]``.

    Raises
    ------
    ValueError
        If ``x`` has another rank, or the window does not fit.
    """
    if x.ndim != 4:
        raise ValueError(
            f"x has shape {x.shape}, expected (n, height, width, channels). "
            "For one gray image write x[None, :, :, None]."
        )
    for side in x.shape[1:3]:
        output_side(side, size, stride=stride)
    view = sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return view.transpose(0, 1, 2, 4, 5, 3)


def add_windows(patches: Array, shape: tuple[int, ...], stride: int = 1) -> Array:
    """Put windows back where `windows` took them from, and add up where they overlap.

    `windows` is a linear map, and this is its transpose: for all x and p,
    sum(windows(x, size) * p) equals sum(x * add_windows(p, x.shape)). So it carries gradients
    back through `windows`: a pixel in several windows receives a gradient from each of them, and
    these add up.

    Parameters
    ----------
    patches
        Shape (n, rows, columns, size, size, channels).
    shape
        Of the images: (n, height, width, channels).
    stride
        As given to `windows`.

    Returns
    -------
    array
        Of that shape.
    """
    _, rows, columns, size, _, _ = patches.shape
    # In the patches' order in memory, whichever it is: NumPy adds like to like fastest.
    result = np.zeros_like(patches[:, :, :, 0, 0], shape=shape)
    for i in range(size):
        for j in range(size):
            down = slice(i, i + stride * rows, stride)
            across = slice(j, j + stride * columns, stride)
            result[:, down, across] += patches[:, :, :, i, j]
    return result
