"""What may happen to a digit before a network reads it: corruptions, moves and attacks.

All images are float32, shape (n, height, width, 1), from 0, paper, to 1, ink; no function changes
its input. Whatever is random comes from a seed, drawn anew for each image.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

Images = NDArray[np.float32]
Labels = NDArray[Any]
# From a tensor of images to a tensor of scores (n, classes), larger for a likelier class.
Scores = Callable[[Any], Any]

SIDE = 28
# So many images are attacked at a time.
_TOGETHER = 500


# Moves


def moved(
    images: ArrayLike,
    *,
    right: float = 0.0,
    down: float = 0.0,
    factor: float = 1.0,
    degrees: float = 0.0,
) -> Images:
    """Return images that are resized and turned about their middle, then shifted.

    By bilinear interpolation; paper comes in from outside, and what leaves the frame is lost.

    Parameters
    ----------
    images
        Shape (n, height, width, 1).
    right, down
        In pixels.
    factor
        Of size, positive: 2 for twice as large.
    degrees
        Counterclockwise.

    Raises
    ------
    ValueError
        If the images are not images, or the factor is not positive.
    """
    x = _checked(images)
    if not factor > 0:
        raise ValueError(f"factor is {factor}, expected a positive number.")
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return _resampled(x[..., 0], turn / factor, np.array([down, right]))[..., None]


def _resampled(x: Images, matrix: NDArray[Any], shift: NDArray[Any]) -> Images:
    """Return images (n, height, width) whose pixel p has the value at matrix (p - shift).

    Both counted from the middle, row first.
    """
    middle = (np.array(x.shape[1:]) - 1) / 2
    # The first axis counts images: it stays as it is.
    whole = np.eye(3)
    whole[1:, 1:] = matrix
    offset = np.concatenate([[0.0], middle - matrix @ (middle + shift)])
    moved = ndimage.affine_transform(x, whole, offset, order=1, mode="constant")
    return np.asarray(moved, np.float32)


# Corruptions


class Corruption(NamedTuple):
    """A kind of corruption of MNIST-C.

    Attributes
    ----------
    apply
        From images (n, 28, 28), a strength and a generator to corrupted images of that shape.
    strengths
        By severity, from 1 up; a single one if the kind knows no degrees.
    published
        The severity of the published data set.
    """

    apply: Callable[[Images, Any, np.random.Generator], NDArray[Any]]
    strengths: tuple[Any, ...]
    published: int


def corrupt(images: ArrayLike, kind: str, severity: int | None = None, *, seed: int = 0) -> Images:
    """Return images corrupted in one of the 15 ways of MNIST-C.

    N. Mu and J. Gilmer, "MNIST-C: a robustness benchmark for computer vision", 2019, with the
    strengths of the authors' published program. Written anew from what that program does, so the
    images agree with theirs in kind and strength, not pixel for pixel. Where the program leans on
    other libraries, ours differ in detail: ``glass_blur`` blurs along both axes, ``motion_blur``
    is a one-sided Gaussian along a line, and ``fog`` cuts its windows from a hundred height maps.

    Parameters
    ----------
    images
        Shape (n, 28, 28, 1).
    kind
        A key of `CORRUPTIONS`.
    severity
        0 leaves the images as they are; 1 to 5 (only 1 for kinds without degrees); None for that
        of the published data set.
    seed
        Of what is random.

    Raises
    ------
    ValueError
        If the images are not images of 28x28 pixels, or there is no such kind or severity.
    """
    x = _checked(images)
    if x.shape[1:3] != (SIDE, SIDE):
        raise ValueError(f"The images have shape {x.shape}, expected (n, {SIDE}, {SIDE}, 1).")
    if kind not in CORRUPTIONS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(CORRUPTIONS)}.")
    apply, strengths, published = CORRUPTIONS[kind]
    degree = published if severity is None else severity
    if degree not in range(len(strengths) + 1):
        raise ValueError(
            f"severity is {severity}, expected a whole number from 0 to {len(strengths)} for "
            f"{kind}, or None."
        )
    if degree == 0:
        return x.copy()
    corrupted = apply(x[..., 0], strengths[degree - 1], np.random.default_rng(seed))
    return np.asarray(np.clip(corrupted, 0, 1).astype(np.float32)[..., None])


def _shot_noise(x: Images, photons: float, rng: np.random.Generator) -> NDArray[Any]:
    """Count so many photons, more or less, where a pixel is white."""
    return rng.poisson(x * photons) / photons


def _impulse_noise(x: Images, part: float, rng: np.random.Generator) -> NDArray[Any]:
    """Make a part of the pixels black or white."""
    return np.where(rng.random(x.shape) < part, rng.integers(0, 2, x.shape), x)


def _glass_blur(x: Images, strength: Any, rng: np.random.Generator) -> NDArray[Any]:
    """Blur, exchange neighbors, and blur again."""
    sigma, reach, times = strength
    blurred = _blurred(x, sigma)
    every = np.arange(len(x))
    places = range(SIDE - reach, reach, -1)
    for _ in range(times):
        for row in places:
            for column in places:
                # Half of the pixels stay: they are exchanged with themselves.
                swapped = rng.integers(0, 2, len(x))
                to_row, to_column = rng.integers(-reach, reach, (2, len(x))) * swapped
                to_row, to_column = to_row + row, to_column + column
                other = blurred[every, to_row, to_column]
                blurred[every, to_row, to_column] = blurred[:, row, column]
                blurred[:, row, column] = other
    return _blurred(blurred, sigma)


def _motion_blur(x: Images, strength: Any, rng: np.random.Generator) -> NDArray[Any]:
    """Smear along a line, at up to 45 degrees from the horizontal, with a fading tail."""
    radius, sigma = strength
    steps = np.arange(2 * radius + 1)
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    angles = rng.uniform(-np.pi / 4, np.pi / 4, len(x))
    row, column = np.arange(SIDE)[:, None], np.arange(SIDE)
    every = np.arange(len(x))[:, None, None]
    total = np.zeros_like(x)
    for step, weight in zip(steps, weights / weights.sum(), strict=True):
        down, right = (
            np.rint(step * part).astype(int)[:, None, None]
            for part in (np.sin(angles), np.cos(angles))
        )
        rows = np.clip(row + down, 0, SIDE - 1)
        total += np.float32(weight) * x[every, rows, np.clip(column + right, 0, SIDE - 1)]
    return total


def _shear(x: Images, angle: float, rng: np.random.Generator) -> NDArray[Any]:
    """Slant to the left or to the right, by an angle in radians."""
    slant = np.sin(angle)
    # As scikit-image did when the data set was made: the height changes a little, too.
    return _either(x, [np.array([[np.cos(angle), 0], [-side * slant, 1]]) for side in (-1, 1)], rng)


def _rotate(x: Images, angle: float, rng: np.random.Generator) -> NDArray[Any]:
    """Turn to one side or to the other, by an angle in radians."""
    return _either(
        x,
        [
            np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
            for turn in (-angle, angle)
        ],
        rng,
    )


def _scale(x: Images, factor: float, rng: np.random.Generator) -> NDArray[Any]:
    """Make smaller."""
    return _resampled(x, np.eye(2) / factor, np.zeros(2))


def _translate(x: Images, pixels: int, rng: np.random.Generator) -> NDArray[Any]:
    """Shift along a diagonal, in one of four directions."""
    steps = pixels * rng.choice([-1, 1], (2, len(x)))
    found = np.zeros_like(x)
    for step in np.unique(steps, axis=1).T:
        chosen = (steps == step[:, None]).all(axis=0)
        found[chosen] = _resampled(x[chosen], np.eye(2), step)
    return found


def _either(x: Images, matrices: list[NDArray[Any]], rng: np.random.Generator) -> NDArray[Any]:
    """Return each image resampled by one of two matrices, drawn at random."""
    sides = rng.integers(0, 2, len(x))
    found = np.zeros_like(x)
    for side, matrix in enumerate(matrices):
        found[sides == side] = _resampled(x[sides == side], matrix, np.zeros(2))
    return found


def _brightness(x: Images, more: float, rng: np.random.Generator) -> NDArray[Any]:
    """Raise all gray values."""
    return x + np.float32(more)


def _stripe(x: Images, strength: Any, rng: np.random.Generator) -> NDArray[Any]:
    """Invert the left and the right quarter."""
    column = np.arange(SIDE)
    return np.where((column < SIDE // 4) | (column >= SIDE - SIDE // 4), 1 - x, x)


def _fog(x: Images, strength: Any, rng: np.random.Generator) -> NDArray[Any]:
    """Add clouds, and darken so that the brightest value stays possible."""
    thickness, decay = strength
    maps = _height_maps(100, 256, decay, rng)
    number, top, left = (rng.integers(0, side, len(x)) for side in maps.shape)
    rows = (top[:, None, None] + np.arange(SIDE)[:, None]) % maps.shape[1]
    columns = (left[:, None, None] + np.arange(SIDE)) % maps.shape[2]
    clouds = maps[number[:, None, None], rows, columns]
    brightest = x.max(axis=(1, 2), keepdims=True)
    return np.asarray((x + thickness * clouds) * brightest / (brightest + thickness))


def _height_maps(n: int, side: int, decay: float, rng: np.random.Generator) -> NDArray[Any]:
    """Return random clouds (n, side, side) from 0 to 1, which go on beyond their edges.

    By the diamond-square algorithm: the middle of four known values gets their mean and a random
    part, which shrinks as the four come nearer to each other.
    """
    maps = np.zeros((n, side, side), np.float32)
    step, wobble = side, 100.0
    while step >= 2:
        half, limit = step // 2, wobble**2

        def mean(total: NDArray[Any], limit: float = limit) -> NDArray[Any]:
            return total / 4 + rng.uniform(-limit, limit, total.shape)

        corners = maps[:, ::step, ::step]
        squares = corners + np.roll(corners, -1, axis=1)
        middles = mean(squares + np.roll(squares, -1, axis=2))
        maps[:, half::step, half::step] = middles
        for rows, columns, axis in ((0, half, 1), (half, 0, 2)):
            across = middles + np.roll(middles, 1, axis=axis)
            along = corners + np.roll(corners, -1, axis=3 - axis)
            maps[:, rows::step, columns::step] = mean(across + along)
        step, wobble = half, wobble / decay
    maps -= maps.min(axis=(1, 2), keepdims=True)
    return np.asarray(maps / maps.max(axis=(1, 2), keepdims=True))


def _spatter(x: Images, strength: Any, rng: np.random.Generator) -> NDArray[Any]:
    """Cover with gray spots."""
    mean, deviation, size, threshold, edge = strength
    wet = _blurred(rng.normal(mean, deviation, x.shape), size) > threshold
    spots = _blurred(wet.astype(np.float32), edge)
    spots[spots < 0.8] = 0
    return np.asarray(x * (1 - spots) + 63 / 255 * spots)


def _dotted_line(x: Images, strength: Any, rng: np.random.Generator) -> NDArray[Any]:
    """Draw a dotted line from the left to the right."""
    from_row, to_row = rng.integers(0, SIDE - 1, (2, len(x)))
    line = _line(np.zeros(len(x)), from_row, np.full(len(x), SIDE - 1), to_row)
    return x + line * (np.arange(SIDE) // 2 % 2)


def _zigzag(x: Images, strength: Any, rng: np.random.Generator) -> NDArray[Any]:
    """Draw a zigzag line from the left to the right."""
    first, last, half = 2, 25, 2.0  # columns, and half the width and the height of a tooth
    from_row = rng.integers(0, SIDE - 1, len(x))
    angle = np.arctan(rng.integers(-5, 5, len(x)) / (last - first))
    length = (last - first) / np.cos(angle)
    # Before it is turned, the line runs to the right, between two rows.
    teeth = np.arange(6)
    along = np.column_stack(
        [np.zeros_like(length), np.tile((2 * teeth + 1) * half, (len(x), 1)), length]
    )
    end = (-1) ** teeth[-1] * half / (2 * (length - 20))
    across = np.column_stack([0 * end, np.tile((-1) ** teeth * half, (len(x), 1)), end])
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    columns = cosine * along - sine * across + first
    rows = sine * along + cosine * across + from_row[:, None]
    drawn = x
    for i in range(along.shape[1] - 1):
        line = _line(columns[:, i], rows[:, i], columns[:, i + 1], rows[:, i + 1])
        drawn = np.clip(drawn + line, 0, 1)
    return drawn


def _line(
    from_column: NDArray[Any], from_row: NDArray[Any], to_column: NDArray[Any], to_row: NDArray[Any]
) -> NDArray[Any]:
    """Return images of one line each, darkest in its middle; all arguments have shape (n,)."""
    column, row = np.arange(SIDE), np.arange(SIDE)[:, None]
    start, left, right, slope = (
        values[:, None, None]
        for values in (
            from_row,
            from_column,
            to_column,
            (to_row - from_row) / (to_column - from_column),
        )
    )
    away = np.abs(row - slope * (column - left) - start)
    ink = np.log(1 - np.clip(away, 0, 2.2999) / 2.3) + 1
    inside = (column >= np.floor(left)) & (column < np.ceil(right))
    return np.asarray(np.clip(ink, 0, 1) * inside)


def _canny_edges(x: Images, strength: Any, rng: np.random.Generator) -> NDArray[Any]:
    """Keep the edges alone, by J. Canny, "A computational approach to edge detection", 1986."""
    sigma, low, high = strength
    smooth = ndimage.gaussian_filter(x, (0, sigma, sigma), mode="constant")
    # Not ndimage.sobel, which would mix an image with its neighbors in the stack.
    slope = np.outer([-1, 0, 1], [1, 2, 1]).astype(np.float32)
    down, right = (ndimage.correlate(smooth, kernel[None]) for kernel in (slope, slope.T))
    size = np.hypot(down, right)
    # An edge is where the slope is not less than on either side, along the slope.
    steep = np.abs(down) >= np.abs(right)
    longer = np.maximum(np.abs(down), np.abs(right))
    diagonal = np.minimum(np.abs(down), np.abs(right)) / np.where(longer > 0, longer, 1)
    step_down, step_right = np.sign(down).astype(int), np.sign(right).astype(int)
    padded = np.pad(size, ((0, 0), (1, 1), (1, 1)))
    number, row, column = np.ogrid[: len(x), 1 : SIDE + 1, 1 : SIDE + 1]
    crest = size >= low
    for side in (-1, 1):
        straight = padded[
            number,
            row + side * np.where(steep, step_down, 0),
            column + side * np.where(steep, 0, step_right),
        ]
        aslant = padded[number, row + side * step_down, column + side * step_right]
        crest &= size >= (1 - diagonal) * straight + diagonal * aslant
    crest[:, [0, -1]] = crest[:, :, [0, -1]] = False
    # A weak edge counts where it hangs together with a strong one, of its own image.
    joined = np.zeros((3, 3, 3))
    joined[1] = 1
    pieces, count = ndimage.label(crest, joined)
    strong = np.zeros(count + 1, bool)
    strong[pieces[crest & (size >= high)]] = True
    strong[0] = False
    return np.asarray(strong[pieces])


def _blurred(x: NDArray[Any], sigma: float) -> NDArray[Any]:
    """Return images blurred by a Gaussian."""
    return np.asarray(ndimage.gaussian_filter(x, (0, sigma, sigma), mode="nearest"))


CORRUPTIONS: dict[str, Corruption] = {
    "shot_noise": Corruption(_shot_noise, (60, 25, 12, 5, 3), 5),
    "impulse_noise": Corruption(_impulse_noise, (0.03, 0.06, 0.09, 0.17, 0.27), 4),
    # Width of the blur, reach of an exchange, times.
    "glass_blur": Corruption(
        _glass_blur, ((0.7, 1, 2), (0.9, 2, 1), (1.0, 2, 3), (1.1, 3, 2), (1.5, 4, 2)), 1
    ),
    # Radius, and width of the Gaussian.
    "motion_blur": Corruption(_motion_blur, ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15)), 1),
    "shear": Corruption(_shear, (0.2, 0.4, 0.6, 0.8, 1.0), 2),
    "scale": Corruption(_scale, (0.9, 0.8, 0.7, 0.6, 0.5), 3),
    "rotate": Corruption(_rotate, (0.2, 0.4, 0.6, 0.8, 1.0), 2),
    "brightness": Corruption(_brightness, (0.1, 0.2, 0.3, 0.4, 0.5), 5),
    "translate": Corruption(_translate, (1, 2, 3, 4, 5), 3),
    "stripe": Corruption(_stripe, (None,), 1),
    # Thickness, and how fast the clouds' details fade.
    "fog": Corruption(_fog, ((1.5, 2.0), (2.0, 2.0), (2.5, 1.7), (2.5, 1.5), (3.0, 1.4)), 5),
    # Mean and deviation of the noise, size of the spots, threshold, softness of their edges.
    "spatter": Corruption(
        _spatter,
        (
            (0.65, 0.3, 4, 0.69, 0.6),
            (0.65, 0.3, 3, 0.68, 0.6),
            (0.65, 0.3, 2, 0.68, 0.5),
            (0.65, 0.3, 1, 0.65, 1.5),
            (0.67, 0.4, 1, 0.65, 1.5),
        ),
        4,
    ),
    "dotted_line": Corruption(_dotted_line, (None,), 1),
    "zigzag": Corruption(_zigzag, (None,), 1),
    # Width of the blur, and the slopes of a weak and of a strong edge.
    "canny_edges": Corruption(_canny_edges, ((1.0, 0.1, 0.2),), 1),
}


# Attacks


def scores_of_1998(model: Any) -> Scores:
    """Return the scores of a network of 1998 for images from 0 to 1: minus its penalties.

    LeCun et al. 1998, p. 7: the images get a rim of paper up to 32x32 pixels, and values from
    -0.1 to 1.175. The scores know where they come from, so that an attack can ask for slopes.
    """
    import tensorflow as tf

    def scores(images: Any) -> Any:
        rim = (32 - images.shape[1]) // 2
        padded = tf.pad(images, ((0, 0), (rim, rim), (rim, rim), (0, 0)))
        return -model(padded * 1.275 - 0.1)

    return scores


def adversary(
    scores: Scores, epsilon: Any, steps: int, *, from_random: bool = True
) -> Callable[[Any, Any], Any]:
    """Return an attack for use inside TensorFlow: from images and labels to worse images.

    Steps along the sign of the slope of the cross-entropy, each 2.5 epsilon / steps long, and back
    into the box of images that differ by at most epsilon in each pixel, and into [0, 1]. A single
    step from the image itself, of full length, is the fast gradient sign method.

    Parameters
    ----------
    scores
        From images to scores.
    epsilon
        A number or a variable, which may change between calls.
    steps
        How many.
    from_random
        Whether to start at a random place of the box.

    Notes
    -----
    Sources: I. Goodfellow, J. Shlens and C. Szegedy, "Explaining and harnessing adversarial
    examples", 2015; A. Madry et al., "Towards deep learning models resistant to adversarial
    attacks", 2018.
    """
    import tensorflow as tf

    def attacked(x: Any, y: Any) -> Any:
        length = epsilon * min(1.0, 2.5 / steps)
        low, high = tf.maximum(x - epsilon, 0.0), tf.minimum(x + epsilon, 1.0)
        near = x
        if from_random:
            near = x + epsilon * tf.random.uniform(tf.shape(x), -1.0, 1.0)
            near = tf.clip_by_value(near, low, high)

        def step(i: Any, near: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(near)
                # Each image's own: the mean would make slopes so small that they vanish.
                loss = tf.reduce_sum(_surprise(scores, near, y))
            further = near + length * tf.sign(tape.gradient(loss, near))
            return i + 1, tf.ensure_shape(tf.clip_by_value(further, low, high), near.shape)

        _, near = tf.while_loop(lambda i, _: i < steps, step, (0, near))
        return tf.stop_gradient(near)

    return attacked


def _surprise(scores: Scores, x: Any, y: Any) -> Any:
    import tensorflow as tf

    return tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores(x))


def fgsm(scores: Scores, images: ArrayLike, labels: ArrayLike, epsilon: float) -> Images:
    """Attack images by one step along the sign of the slope (fast gradient sign method).

    Parameters
    ----------
    scores
        Of the attacked network, whose insides the attacker knows: from a tensor of images to
        scores (n, classes), larger for a likelier class. A network whose outputs are sums will
        do; for one of 1998 see `scores_of_1998`.
    images, labels
        Shapes (n, height, width, 1) and (n,).
    epsilon
        Largest change of a pixel, from 0 to 1.

    Returns
    -------
    array
        Images that differ by at most epsilon, still from 0 to 1.

    Raises
    ------
    ValueError
        If there are not as many labels as images, or epsilon is not from 0 to 1.
    """
    return _worst(scores, images, labels, epsilon, 1, 1, None)


def pgd(
    scores: Scores,
    images: ArrayLike,
    labels: ArrayLike,
    epsilon: float,
    *,
    steps: int = 40,
    restarts: int = 1,
    seed: int = 0,
) -> Images:
    """Attack images by many small steps (projected gradient descent).

    Parameters
    ----------
    scores, images, labels, epsilon
        As for `fgsm`.
    steps
        How many, 1 or more.
    restarts
        From how many random places; the one that ends worst for the network counts.
    seed
        Of the places.

    Returns
    -------
    array
        Images that differ by at most epsilon, still from 0 to 1.

    Raises
    ------
    ValueError
        As for `fgsm`, and if there is less than one step or restart.
    """
    if steps < 1 or restarts < 1:
        raise ValueError(f"steps is {steps} and restarts is {restarts}, expected 1 or more.")
    return _worst(scores, images, labels, epsilon, steps, restarts, seed)


def _worst(
    scores: Scores,
    images: ArrayLike,
    labels: ArrayLike,
    epsilon: float,
    steps: int,
    restarts: int,
    seed: int | None,
) -> Images:
    """Return the attacked images of the largest loss; without a seed the start is not random."""
    import tensorflow as tf

    x, y = _checked(images), np.asarray(labels)
    if y.shape != (len(x),):
        raise ValueError(f"labels has shape {y.shape}, expected ({len(x)},) for the images.")
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon is {epsilon}, expected a number from 0 to 1.")
    attack = adversary(scores, 1.0 * epsilon, steps, from_random=seed is not None)

    def attacked(x: Any, y: Any) -> Any:
        worse = attack(x, y)
        return worse, _surprise(scores, worse, y)

    function = tf.function(attacked, autograph=False, reduce_retracing=True)
    if seed is not None:
        tf.random.set_seed(seed)
    found = x.copy()
    for first in range(0, len(x), _TOGETHER):
        part = slice(first, first + _TOGETHER)
        worst = np.full(len(x[part]), -np.inf, np.float32)
        for _ in range(restarts):
            worse, loss = (array.numpy() for array in function(x[part], y[part].astype(np.int32)))
            better = loss > worst
            found[part][better], worst[better] = worse[better], loss[better]
    return found


def _checked(images: ArrayLike) -> Images:
    """Return images as float32 arrays, or say what is wrong with them."""
    x = np.asarray(images)
    if x.ndim != 4 or x.shape[-1] != 1 or not np.issubdtype(x.dtype, np.floating):
        raise ValueError(
            f"The images are {x.dtype} of shape {x.shape}, expected floats of shape "
            "(n, height, width, 1)."
        )
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(f"The images reach from {x.min()} to {x.max()}, expected from 0 to 1.")
    return x.astype(np.float32)
