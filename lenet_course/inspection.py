"""What a trained network looks at: receptive fields, activations, and maps of what matters.

A network is asked here for the *score* of a class, which is larger for a likelier one: minus the
penalty where it ends in radial basis functions, the sum before the softmax where it ends in one,
and otherwise the output as it is. Or it is asked for a unit of a layer, by the layer's name.
Images are ``(n, height, width, channels)``, scaled as for the training of the network.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]
Images = Callable[[Floats], Floats]
Gradients = Callable[[Floats, NDArray[np.int64]], Floats]

BATCH = 100  # images that are sent through a network at a time
LARGEST = 3.0  # of a scaled pixel: standardized ink is at 2.82


class ReceptiveField(NamedTuple):
    """Which pixels the units of a layer read, in rows and in columns alike.

    Unit r of a map reads the rows from ``first + r * step`` on, ``side`` of them.

    Attributes
    ----------
    side
        Pixels in a row of the field.
    step
        Pixels from the field of one unit to that of the next.
    first
        First pixel of unit 0; negative where it lies in the padding.
    """

    side: int
    step: int
    first: int


def receptive_field(model: keras.Sequential, layer: str) -> ReceptiveField:
    """Return the receptive field of the units of a layer, from kernels, strides and padding.

    A window of k brings k - 1 steps more, and a stride of s makes steps s times as long.

    Parameters
    ----------
    model
        With square windows.
    layer
        Name of a layer that makes maps.

    Raises
    ------
    ValueError
        If there is no such layer, or it makes no maps.
    """
    side, step, first = 1, 1, 0
    target = _layer(model, layer)
    for one in model.layers:
        if len(one.output.shape) != 4:
            raise ValueError(
                f"{layer} lies behind {one.name}, which makes no maps: expected a layer before it."
            )
        window = _single(_first_of(one, "kernel_size", "pool_size", "size"))
        stride = _single(_first_of(one, "strides", "size"))
        padding = getattr(one, "padding", 0)
        if padding == "same":
            covered = stride * (one.output.shape[1] - 1) + window
            padding = max(0, covered - one.input.shape[1]) // 2
        first -= step * (padding if isinstance(padding, int) else 0)
        side += step * (window - 1)
        step *= stride
        if one is target:
            break
    return ReceptiveField(side, step, first)


def activations(model: keras.Model, layer: str, images: ArrayLike) -> Floats:
    """Return the outputs of a layer, shape (n, ...).

    Raises
    ------
    ValueError
        If there is no such layer, or the images do not fit the network.
    """
    outputs, _ = _functions(model, _layer(model, layer).name)
    return outputs(_checked(model, images))


def scores(model: keras.Model, images: ArrayLike) -> Floats:
    """Return the score of each class, shape (n, classes): the largest one names the answer.

    Raises
    ------
    ValueError
        If the images do not fit the network.
    """
    outputs, _ = _functions(model, None)
    return outputs(_checked(model, images))


def input_gradient(
    model: keras.Model, images: ArrayLike, units: ArrayLike, *, layer: str | None = None
) -> Floats:
    """Return the gradient of a score, or of a unit's output, by every pixel.

    Parameters
    ----------
    model, images
        n images.
    units
        A class for each image, shape (n,), or one for all. With ``layer``, the place of a unit
        in it: for a map (row, column, map), again one for all or n of them.
    layer
        Name of a layer; None for scores.

    Returns
    -------
    array
        In the shape of the images.

    Raises
    ------
    ValueError
        If there is no such layer or unit, or the images do not fit the network.
    """
    pixels = _checked(model, images)
    places = _places(model, layer, len(pixels), units)
    _, gradients = _functions(model, layer)
    return gradients(pixels, places)


def integrated_gradients(
    model: keras.Model, images: ArrayLike, classes: ArrayLike, *, background: float, steps: int = 50
) -> Floats:
    """Return what each pixel adds to the score of a class, on the way from a blank image.

    The gradient, averaged over the straight way from the blank image to the image, times what the
    pixel has more than the background. The numbers of an image add up to its score less that of
    the blank image (completeness), but for the error of averaging over ``steps`` points.

    M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", 2017.

    Parameters
    ----------
    model, images, classes
        n images, and a class for each or one for all.
    background
        Value of a blank pixel: -0.1 for the network of 1998, 0 for pixels from 0 to 1.
    steps
        Points on the way, in the middle of as many equal parts.

    Returns
    -------
    array
        In the shape of the images.

    Raises
    ------
    ValueError
        If there is no such class, steps is not positive, or the images do not fit the network.
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}, expected 1 or more.")
    pixels = _checked(model, images)
    places = _places(model, None, len(pixels), classes)
    _, gradients = _functions(model, None)
    ink = pixels - np.float32(background)
    left = 1 - (np.arange(steps, dtype=np.float32)[:, None, None, None] + 0.5) / steps
    means = [
        gradients(image - left * own, np.tile(place, (steps, 1))).mean(axis=0)
        for image, own, place in zip(pixels, ink, places, strict=True)
    ]
    return np.asarray(ink * np.stack(means))


def occlusion_map(
    model: keras.Model, images: ArrayLike, classes: ArrayLike, *, background: float, side: int = 5
) -> Floats:
    """Return by how much a score falls if a square around a pixel is painted over.

    Parameters
    ----------
    model, images, classes
        n images, and a class for each or one for all.
    background
        Value that is painted: -0.1 for the network of 1998, 0 for pixels from 0 to 1.
    side
        Of the square in pixels, odd. At the edge of the image it is cut off.

    Returns
    -------
    array
        Shape (n, height, width). Negative where the score rises.

    Raises
    ------
    ValueError
        If there is no such class, side is not odd, or the images do not fit the network.
    """
    if side < 1 or side % 2 == 0:
        raise ValueError(f"side is {side}, expected an odd number, 1 or more.")
    pixels = _checked(model, images)
    chosen = _places(model, None, len(pixels), classes)[:, 0]
    outputs, _ = _functions(model, None)
    height, width = pixels.shape[1:3]
    rows, columns = np.arange(height), np.arange(width)
    near_row = abs(rows[:, None] - rows) <= side // 2
    near_column = abs(columns[:, None] - columns) <= side // 2
    # covered[r, c] is the image of the square around (r, c)
    covered = near_row[:, None, :, None] & near_column[None, :, None, :]
    covered = covered.reshape(-1, height, width, 1)
    fall = np.empty((len(pixels), height * width), np.float32)
    for i, (image, one) in enumerate(zip(pixels, chosen, strict=True)):
        painted = np.where(covered, np.float32(background), image)
        found = outputs(np.concatenate([image[None], painted]))[:, one]
        fall[i] = found[0] - found[1:]
    return fall.reshape(-1, height, width)


def maximizing_image(
    model: keras.Model,
    start: ArrayLike,
    units: ArrayLike,
    *,
    low: float,
    high: float,
    layer: str | None = None,
    steps: int = 100,
    rate: float = 0.1,
) -> Floats:
    """Return images that raise a score, or the output of a unit, uphill from where they start.

    Each step goes along the gradient, scaled so that its largest change is ``rate``, and the rate
    falls evenly to 0. Pixels are kept between ``low`` and ``high``.

    Parameters
    ----------
    model, start
        n images to start from.
    units, layer
        As for `input_gradient`.
    low, high
        Values of paper and ink: -0.1 and 1.175 for the network of 1998.
    steps
        How many.
    rate
        Largest change of a pixel in the first step.

    Returns
    -------
    array
        In the shape of the images.

    Raises
    ------
    ValueError
        If low is not less than high, there is no such layer or unit, or the images do not fit.
    """
    if not low < high:
        raise ValueError(f"low is {low} and high is {high}, expected low to be less.")
    pixels = _checked(model, start)
    places = _places(model, layer, len(pixels), units)
    _, gradients = _functions(model, layer)
    for step in range(steps):
        gradient = gradients(pixels, places)
        largest = abs(gradient).max(axis=(1, 2, 3), keepdims=True)
        change = rate * (1 - step / steps) * gradient / np.maximum(largest, 1e-12)
        pixels = np.clip(pixels + change, low, high, dtype=np.float32)
    return pixels


def saturated(outputs: ArrayLike, *, height: float = 1.7159) -> NDArray[np.bool_]:
    """Return which outputs of a tanh are saturated: less than a tenth of its slope is left.

    Of the slope of height * tanh the part 1 - (output / height)**2 is left (chapter 05).

    Parameters
    ----------
    outputs
        Of a squashing function, any shape.
    height
        Its largest value: 1.7159 for that of 1998, 1 for a plain tanh.

    Returns
    -------
    array
        In the shape of the outputs.

    Raises
    ------
    ValueError
        If an output is larger than the height.
    """
    sizes = abs(np.asarray(outputs, dtype=float))
    if not (sizes <= height * (1 + 1e-5)).all():
        raise ValueError(
            f"The outputs reach {sizes.max():.4g} in size, expected at most the height {height:g}: "
            "give what leaves the squashing function, not the sums."
        )
    return np.asarray(sizes > height * np.sqrt(0.9))


def _layer(model: keras.Model, name: str) -> Any:
    """Return a layer by its name."""
    names = [layer.name for layer in model.layers]
    if name not in names:
        raise ValueError(f"There is no layer {name!r}, expected one of: {', '.join(names)}.")
    return model.get_layer(name)


def _first_of(layer: Any, *names: str) -> Any:
    """Return the first of these attributes that a layer has; 1 where it has none."""
    return next((getattr(layer, name) for name in names if hasattr(layer, name)), 1)


def _single(size: Any) -> int:
    """Return the side of a square window, which Keras writes as a pair."""
    return int(np.ravel(size)[0])


def _checked(model: keras.Model, images: ArrayLike) -> Floats:
    """Return images as 32-bit numbers, if they are of the size and near the scale of a network."""
    pixels = np.asarray(images, dtype=np.float32)
    expected = model.input_shape[1:]
    if pixels.shape[1:] != expected or not len(pixels):
        sides = ", ".join(map(str, expected))
        raise ValueError(f"The images have shape {pixels.shape}, expected (n, {sides}), n over 0.")
    if not (abs(pixels) <= LARGEST).all():
        raise ValueError(
            f"The pixels range from {pixels.min():g} to {pixels.max():g}, expected values of about "
            "0 to 1: scale the images as for the training of the network."
        )
    return pixels


@lru_cache(maxsize=16)
def _functions(model: keras.Model, layer: str | None) -> tuple[Images, Gradients]:
    """Return what is asked of a network: outputs of images, and their gradients at some places.

    XLA compiles both, for `BATCH` images, when they are first called; so they are kept.
    """
    import tensorflow as tf

    asked = _asked(model, layer)

    def gradient(x: Any, places: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            # Images do not mix: the gradient of the sum is that of each image's own unit.
            total = tf.reduce_sum(tf.gather_nd(asked(x), places, batch_dims=1))
        return tape.gradient(total, x)

    def compiled(function: Callable[..., Any]) -> Callable[..., Floats]:
        fast = tf.function(function, jit_compile=True, autograph=False)

        def batches(*arrays: NDArray[Any]) -> Floats:
            found = []
            for i in range(0, len(arrays[0]), BATCH):
                parts = [array[i : i + BATCH] for array in arrays]
                missing = BATCH - len(parts[0])
                full = [np.pad(p, [(0, missing)] + [(0, 0)] * (p.ndim - 1)) for p in parts]
                found.append(fast(*full).numpy()[: len(parts[0])])
            return np.concatenate(found)

        return batches

    return compiled(asked), compiled(gradient)


def _asked(model: keras.Model, layer: str | None) -> Callable[[Any], Any]:
    """Return the function from images to the outputs of a layer, or to the scores."""
    import keras

    from lenet_course.layers import EuclideanRBF

    if layer is not None:
        inside: Callable[[Any], Any] = keras.Model(model.inputs[0], _layer(model, layer).output)
        return inside
    last = model.layers[-1]
    if isinstance(last, EuclideanRBF):
        return lambda x: -model(x)
    if getattr(last, "activation", None) is keras.activations.softmax:
        before = keras.Model(model.inputs[0], last.input)
        return lambda x: keras.ops.matmul(before(x), last.kernel) + last.bias
    whole: Callable[[Any], Any] = model
    return whole


def _places(
    model: keras.Model, layer: str | None, count: int, units: ArrayLike
) -> NDArray[np.int64]:
    """Return the place of a unit for each image, shape (n, axes of an output)."""
    shape = (model.layers[-1] if layer is None else _layer(model, layer)).output.shape[1:]
    given = np.asarray(units)
    places = given[..., None] if len(shape) == 1 and given.ndim < 2 else given
    fits = places.ndim in (1, 2) and places.shape[-1] == len(shape)
    fits = fits and (places.ndim == 1 or len(places) == count)
    if not fits or given.dtype.kind not in "iu":
        raise ValueError(
            f"units has shape {given.shape} and type {given.dtype}, expected whole numbers: the "
            f"place of a unit among {shape}, one for all images or {count} of them."
        )
    outside = ((places < 0) | (places >= shape)).any(axis=-1)
    if outside.any():
        first = np.atleast_2d(places)[np.atleast_1d(outside)][0].tolist()
        raise ValueError(f"There is no unit {first}, expected places within {shape}.")
    return np.broadcast_to(places, (count, len(shape))).astype(np.int64)
