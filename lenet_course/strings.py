"""Strings of handwriting: composed from digits, read by a network that slides over them.

The network that reads one window becomes one that reads all windows of a strip at once (LeCun et
al. 1998, section VII: space-displacement neural networks). A search over what it says along the
strip finds the likeliest string of a grammar, without cutting the strip into digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage, special

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

# What the outputs of the reading network stand for; one more stands for nothing.
SYMBOLS = "0123456789.*"
NOTHING = len(SYMBOLS)
DIGITS = SYMBOLS[:10]
# Height of a strip, and side of a window; the network's own steps along a strip.
SIDE, STRIDE = 32, 4
# From this value on a pixel is ink.
INK = 0.5
# So few pixels of ink are no piece of a symbol.
SPECK = 8
# Where the first symbol stands, from the left end of a strip: so no window leaves the strip.
MARGIN = 32


def draw_points(n: int, rng: np.random.Generator) -> Floats:
    """Return decimal points of random size, shape (n, 28, 28), from 0 to 1, on the base line."""
    y, x = np.mgrid[:28, :28]
    radius, row = (rng.uniform(*ends, (n, 1, 1)) for ends in ((1.5, 2.6), (20.0, 23.0)))
    distance = np.hypot(y - row, x - 14)
    return np.asarray(np.clip(radius - distance + 0.5, 0, 1), np.float32)


def draw_stars(n: int, rng: np.random.Generator) -> Floats:
    """Return stars of three strokes each, of random size and slope, shape (n, 28, 28), 0 to 1."""
    y, x = np.mgrid[:28, :28]
    length, width, turn = (
        rng.uniform(*ends, (n, 1, 1)) for ends in ((5.0, 8.0), (0.8, 1.4), (-0.3, 0.3))
    )
    stars = np.zeros((n, 28, 28))
    for stroke in (1, 3, 5):
        angle = np.pi * stroke / 6 + turn
        along = np.clip((x - 14) * np.cos(angle) + (y - 14) * np.sin(angle), -length, length)
        distance = np.hypot(x - 14 - along * np.cos(angle), y - 14 - along * np.sin(angle))
        stars = np.maximum(stars, np.clip(width - distance + 0.5, 0, 1))
    return stars.astype(np.float32)


class Strips(NamedTuple):
    """Strips of handwriting.

    Attributes
    ----------
    images
        Shape (n, 32, width), 0 is paper, 1 is ink.
    centers
        The column in which each symbol has its middle, shape (n, symbols).
    """

    images: Floats
    centers: Integers


def compose(
    symbols: ArrayLike,
    gaps: ArrayLike,
    *,
    rises: ArrayLike = 0,
    starts: ArrayLike = MARGIN,
    least_pitch: int = 11,
) -> Strips:
    """Set symbols side by side, as close as asked.

    Parameters
    ----------
    symbols
        Shape (n, symbols, 28, 28), from 0 to 1, each with its center of mass in the middle, as in
        MNIST. The symbols of a row form a strip.
    gaps
        How many columns of paper two neighbors have between them where they come closest: in one
        row of pixels, or from one row to the next. Integers, shape (n, symbols - 1) or one for
        all. 0: they touch. -2: they share two columns.
    rises
        By how many pixels each symbol stands too low, -2 to 2, shape (n, symbols) or one for all.
    starts
        Column of the first symbol's middle, shape (n,) or one for all, 16 or more.
    least_pitch
        So far apart are the middles of two neighbors at least: two upright strokes that touch all
        along would be one thick stroke to any reader.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a symbol would leave the strip.
    """
    stack = np.asarray(symbols, np.float32)
    if stack.ndim != 4 or stack.shape[2:] != (28, 28) or 0 in stack.shape:
        raise ValueError(f"symbols has shape {stack.shape}, expected (n, symbols, 28, 28).")
    n, count = stack.shape[:2]
    try:
        gap = np.broadcast_to(np.asarray(gaps, np.int64), (n, count - 1))
        rise = np.broadcast_to(np.asarray(rises, np.int64), (n, count))
        start = np.broadcast_to(np.asarray(starts, np.int64), (n,))
    except ValueError as error:
        raise ValueError(
            f"gaps, rises and starts have the shapes {np.shape(gaps)}, {np.shape(rises)} and "
            f"{np.shape(starts)}, expected {(n, count - 1)}, {(n, count)} and {(n,)}."
        ) from error
    if np.abs(rise).max() > 2 or start.min() < SIDE // 2:
        raise ValueError(
            f"rises go from {rise.min()} to {rise.max()} and starts from {start.min()} up, "
            f"expected -2 to 2 and {SIDE // 2} or more."
        )
    rows = np.arange(SIDE)[:, None] - 2 - rise[..., None, None]
    padded = np.pad(stack, ((0, 0), (0, 0), (0, 4), (0, 0)))  # row -1 is empty as well
    tall = np.take_along_axis(padded, np.broadcast_to(rows, (n, count, SIDE, 1)) % 32, axis=2)
    pitch = np.maximum(_closest(tall) + 1 + gap, least_pitch)
    centers = start[:, None] + np.cumsum(np.pad(pitch, ((0, 0), (1, 0))), axis=1)
    images = np.zeros((n, SIDE, int(centers.max()) + MARGIN), np.float32)
    strip, row = np.arange(n)[:, None, None], np.arange(SIDE)[:, None]
    for i in range(count):
        place = strip, row, (centers[:, i] - 14)[:, None, None] + np.arange(28)
        images[place] = np.maximum(images[place], tall[:, i])
    return Strips(images, centers)


def _closest(tall: Floats) -> Integers:
    """Return how far right of each symbol's middle the next one's has to be for a gap of -1."""
    ink = tall >= INK
    far = 1000
    last = np.where(ink.any(axis=3), 27 - ink[..., ::-1].argmax(axis=3), -far)
    first = np.where(ink.any(axis=3), ink.argmax(axis=3), far)
    # Pixels that meet at a corner touch too.
    last = ndimage.maximum_filter1d(last, 3, axis=2)
    return np.asarray((last[:, :-1] - first[:, 1:]).max(axis=2))


def slanted(images: ArrayLike, slants: ArrayLike) -> Floats:
    """Return strips (n, height, width) whose rows move to the side, the middle one excepted.

    Parameters
    ----------
    images
        From 0 to 1.
    slants
        By how many columns each row is farther right than the row below it; shape (n,) or one for
        all.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    strips = _checked(images)
    n, height, width = strips.shape
    slant = np.broadcast_to(np.asarray(slants, float), (n,))
    shift = slant[:, None] * ((height - 1) / 2 - np.arange(height))
    whole = np.floor(shift).astype(int)
    part = (shift - whole)[..., None].astype(np.float32)
    padded = np.pad(strips, ((0, 0), (0, 0), (0, 1)))  # what comes from outside is paper

    def moved(by: NDArray[np.int64]) -> Floats:
        columns = np.arange(width) - by[..., None]
        columns[(columns < 0) | (columns >= width)] = width
        return np.take_along_axis(padded, columns, axis=2)

    return np.asarray((1 - part) * moved(whole) + part * moved(whole + 1))


def noisy(images: ArrayLike, probability: ArrayLike, rng: np.random.Generator) -> Floats:
    """Return images (n, height, width) in which pixels are inverted at random.

    LeCun et al. 1998, p. 16, invert each pixel with a probability of 0.1.

    Parameters
    ----------
    images
        From 0 to 1.
    probability
        Of each pixel, shape (n,) or one for all.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a probability is not from 0 to 1.
    """
    strips = _checked(images)
    chance = np.broadcast_to(np.asarray(probability, float), (len(strips),))
    if not ((chance >= 0) & (chance <= 1)).all():
        raise ValueError(f"probability is {probability!r}, expected 0 to 1.")
    inverted = rng.random(strips.shape, dtype=np.float32) < chance[:, None, None]
    return np.where(inverted, 1 - strips, strips)


def windows(images: ArrayLike, columns: ArrayLike, *, rows: ArrayLike = 16) -> Floats:
    """Cut windows of 32x32 pixels out of strips; beyond a strip's edges is paper.

    Parameters
    ----------
    images
        Shape (n, height, width).
    columns, rows
        Where the middle of each window is, shape (n, windows) or, for the rows, one for all.

    Returns
    -------
    array
        Shape (n, windows, 32, 32).
    """
    strips = _checked(images)
    across = np.asarray(columns, np.int64)
    if across.ndim != 2 or len(across) != len(strips):
        raise ValueError(f"columns has shape {across.shape}, expected ({len(strips)}, windows).")
    half = SIDE // 2
    down = np.broadcast_to(np.asarray(rows, np.int64), across.shape)
    padded = np.pad(strips, ((0, 0), (SIDE, SIDE), (SIDE, SIDE)))
    side = np.arange(SIDE) + SIDE - half
    y = np.clip(down[..., None] + side, 0, padded.shape[1] - 1)
    x = np.clip(across[..., None] + side, 0, padded.shape[2] - 1)
    strip = np.arange(len(strips))[:, None, None, None]
    return np.asarray(padded[strip, y[..., None], x[..., None, :]])


def _checked(images: ArrayLike) -> Floats:
    strips = np.asarray(images, np.float32)
    if strips.ndim != 3 or 0 in strips.shape:
        raise ValueError(f"images has shape {strips.shape}, expected (n, height, width).")
    return strips


def replicate(model: keras.Sequential) -> keras.Sequential:
    """Return the network that is this one in every window of a larger image, at once.

    The convolutions and the pooling stay as they are, the first dense layer becomes a convolution
    with kernels as large as the maps that it read, and further ones convolutions of one pixel
    (LeCun et al. 1998, section VII). The weights are copied.

    Parameters
    ----------
    model
        Of the layers Conv2D and pooling, all without a rim, then Flatten and Dense.

    Returns
    -------
    keras.Sequential
        Input ``(n, height, width, channels)`` of any size; output ``(n, rows, columns, outputs)``,
        for windows that move on by the network's own stride: 4 pixels for `lenet5_strings`.

    Raises
    ------
    ValueError
        If the model has a layer that cannot slide.
    """
    from keras import Sequential
    from keras.layers import AveragePooling2D, Conv2D, Dense, Flatten, Input, MaxPooling2D

    channels = model.input_shape[-1]
    layers: list[Any] = [Input((None, None, channels))]
    kernels: list[list[Any]] = []
    maps: tuple[int, ...] = ()
    for layer in model.layers:
        if isinstance(layer, Flatten):
            maps = tuple(layer.input.shape[1:])
            continue
        slides = isinstance(layer, Conv2D | AveragePooling2D | MaxPooling2D)
        if not ((slides and layer.padding == "valid") or (isinstance(layer, Dense) and maps)):
            raise ValueError(
                f"{layer.name} is of the kind {type(layer).__name__}, expected convolutions and "
                "pooling with padding='valid', then Flatten and Dense."
            )
        if slides:
            layers.append(type(layer).from_config(layer.get_config()))
            kernels += [layer.get_weights()] * bool(layer.weights)
            continue
        kernel, bias = layer.get_weights()
        layers.append(Conv2D(layer.units, maps[:2], activation=layer.activation, name=layer.name))
        kernels.append([kernel.reshape(*maps, layer.units), bias])
        maps = (1, 1, layer.units)
    replicated = Sequential(layers, name=f"{model.name}_replicated")
    for layer, weights in zip(
        (own for own in replicated.layers if own.weights), kernels, strict=True
    ):
        layer.set_weights(weights)
    return replicated


def multiplications(replicated: keras.Sequential, height: int, width: int) -> int:
    """Return how many products of a weight and a value a replicated network needs for an image."""
    from keras.layers import Conv2D

    products = 0
    for layer in replicated.layers:
        if isinstance(layer, Conv2D):
            height, width = (
                side - size + 1
                for side, size in zip((height, width), layer.kernel_size, strict=True)
            )
            products += height * width * int(np.prod(layer.kernel.shape))
        else:
            height, width = (
                side // size for side, size in zip((height, width), layer.pool_size, strict=True)
            )
    return products


def look_along(replicated: keras.Sequential, images: ArrayLike, *, step: int = 2) -> Floats:
    """Return what a replicated network says along strips, as logarithms of probabilities.

    Parameters
    ----------
    replicated
        What `replicate` has returned for a network that ends in sums.
    images
        Strips, shape (n, 32, width), from 0 to 1, 0 is paper.
    step
        By how many pixels the window moves on: 1, 2 or 4. For less than 4 the network looks at
        the strip several times, each time from a pixel or two farther on.

    Returns
    -------
    array
        Shape (n, places, outputs). Place t has its middle in column 16 + step t.

    Raises
    ------
    ValueError
        If the strips have another height or are too narrow, or there is no such step.
    """
    strips = _checked(images)
    if strips.shape[1] != SIDE or strips.shape[2] < SIDE + STRIDE:
        raise ValueError(
            f"images has shape {strips.shape}, expected (n, {SIDE}, {SIDE + STRIDE} or more)."
        )
    if step not in (1, 2, 4):
        raise ValueError(f"step is {step}, expected 1, 2 or 4.")
    width = (strips.shape[2] - SIDE) // STRIDE * STRIDE + SIDE - STRIDE
    seen = [
        np.asarray(replicated.predict(strips[:, :, s : s + width, None], batch_size=100, verbose=0))
        for s in range(0, STRIDE, step)
    ]
    sums = np.stack(seen, axis=3)[:, 0]
    n, places, starts, outputs = sums.shape
    return np.asarray(special.log_softmax(sums.reshape(n, places * starts, outputs), axis=2))


@dataclass(frozen=True)
class Grammar:
    """Which strings can be.

    Parameters
    ----------
    parts
        One after the other: the symbols of a part, how many it has at least, and at most (None:
        any number). ``(("0123456789", 5, 5),)`` is a ZIP code.

    Raises
    ------
    ValueError
        If a part has no symbols or ones that are not in `SYMBOLS`, or numbers that do not fit, or
        a string could be divided into parts in two ways: then the search would count it twice.
    """

    parts: tuple[tuple[str, int, int | None], ...]

    def __post_init__(self) -> None:
        """Refuse what is no grammar."""
        open_symbols: set[str] = set()
        for symbols, least, most in self.parts:
            if not symbols or not set(symbols) <= set(SYMBOLS):
                raise ValueError(f"A part has the symbols {symbols!r}, expected some of {SYMBOLS}.")
            if least < 0 or (most is not None and not max(least, 1) <= most):
                raise ValueError(
                    f"A part has {least} to {most} symbols, expected 0 or more, and not fewer at "
                    "most than at least."
                )
            if open_symbols & set(symbols):
                raise ValueError(
                    f"The part {symbols!r} begins with symbols that can also continue the part "
                    "before it: a string could be divided in two ways."
                )
            # Only after a part of a fixed length is it sure where the next one begins.
            open_symbols = (
                set() if least == most else set(symbols) | (open_symbols if least == 0 else set())
            )

    @cached_property
    def _slots(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return what each slot allows, which slots follow the start and each slot, and ends.

        Shapes (slots, symbols), (slots + 1, slots) and (slots + 1,). Slot s is left in state
        s + 1; state 0 is the start.
        """
        counts = [max(least, 1) if most is None else most for _, least, most in self.parts]
        slots = sum(counts)
        allowed = np.zeros((slots, len(SYMBOLS)), bool)
        follows = np.zeros((slots + 1, slots), bool)
        entry, slot = {0}, 0
        for (symbols, least, most), count in zip(self.parts, counts, strict=True):
            exits = set(entry) if least == 0 else set()
            chain = set(entry)
            for number in range(1, count + 1):
                allowed[slot, [SYMBOLS.index(symbol) for symbol in symbols]] = True
                follows[list(chain), slot] = True
                slot += 1
                chain = {slot}
                exits |= chain if number >= least else set()
            if most is None:
                follows[slot, slot - 1] = True
            entry = exits
        ends = np.zeros(slots + 1, bool)
        ends[list(entry)] = True
        return allowed, follows, ends

    def allows(self, text: str) -> bool:
        """Say whether a string can be."""
        allowed, follows, ends = self._slots
        states = np.zeros(len(ends), bool)
        states[0] = True
        for symbol in text:
            if symbol not in SYMBOLS:
                return False
            entered = (states[:, None] & follows).any(axis=0) & allowed[:, SYMBOLS.index(symbol)]
            states = np.concatenate([[False], entered])
        return bool((states & ends).any())


ZIP_CODE = Grammar(((DIGITS, 5, 5),))
# Stars before the amount, so that nobody writes a digit there.
AMOUNT = Grammar((("*", 0, None), (DIGITS, 1, 6), (".", 1, 1), (DIGITS, 2, 2)))


class Reading(NamedTuple):
    """What strips say.

    Attributes
    ----------
    texts
        The likeliest string of each strip.
    labels
        What stands at each place of the likeliest path: the number of a symbol in `SYMBOLS`, or
        `NOTHING`; shape (n, places).
    scores
        Logarithm of the likeliest path's probability, shape (n,).
    """

    texts: list[str]
    labels: Integers
    scores: NDArray[np.float64]


def viterbi(logs: ArrayLike, grammar: Grammar) -> Reading:
    """Return the likeliest path along each strip whose string the grammar allows.

    On a path a symbol stands at one place or at several in a row, and at least one place of
    nothing separates it from the next symbol. The probability of a path is the product of the
    probabilities of what stands at its places. Of all paths up to a place that end in the same
    state, only the likeliest can be a part of the likeliest whole, so only that one is kept.

    Parameters
    ----------
    logs
        Logarithms of probabilities, shape (n, places, 13), as `look_along` returns them.
    grammar
        Which strings can be.

    Raises
    ------
    ValueError
        If the shape is another one, or the strips have too few places for the grammar.
    """
    scores = _checked_logs(logs)
    allowed, follows, ends = grammar._slots
    n, places, _ = scores.shape
    slots, symbols = allowed.shape
    blank, symbol = _start(n, allowed.shape)
    enter_from = np.zeros((places, n, slots), int)
    leave_by = np.zeros((places, n, slots), int)
    entered = np.zeros((places, n, slots, symbols), bool)
    left = np.zeros((places, n, slots), bool)
    reachable = np.where(follows, 0, -np.inf)
    for t in range(places):
        into = blank[:, :, None] + reachable
        enter_from[t], into = into.argmax(axis=1), into.max(axis=1)
        leave_by[t], out = symbol.argmax(axis=2), symbol.max(axis=2)
        entered[t], left[t] = into[..., None] > symbol, out > blank[:, 1:]
        symbol = np.maximum(symbol, into[..., None]) + np.where(
            allowed, scores[:, t, None, :NOTHING], -np.inf
        )
        blank[:, 1:] = np.maximum(blank[:, 1:], out)
        blank += scores[:, t, NOTHING, None]
    # The end: in a state after which the string may end, on nothing or still on a symbol.
    still, last = symbol.max(axis=2), symbol.argmax(axis=2)
    on_nothing = np.where(ends, blank, -np.inf)
    on_symbol = np.where(ends[1:], still, -np.inf)
    best = np.maximum(on_nothing.max(axis=1), on_symbol.max(axis=1, initial=-np.inf))
    if not np.isfinite(best).all():
        raise ValueError(
            f"logs has {places} places: too few for any string of the grammar, or all its "
            "symbols are impossible somewhere."
        )
    labels = np.full((n, places), NOTHING)
    texts = []
    for i in range(n):
        inside = bool(on_symbol[i].max(initial=-np.inf) > on_nothing[i].max())
        state = int(on_symbol[i].argmax()) + 1 if inside else int(on_nothing[i].argmax())
        now = int(last[i, state - 1])
        text = ""
        for t in reversed(range(places)):
            if inside:
                labels[i, t] = now
                if entered[t, i, state - 1, now]:
                    text += SYMBOLS[now]
                    state, inside = int(enter_from[t, i, state - 1]), False
            elif state and left[t, i, state - 1]:
                now, inside = int(leave_by[t, i, state - 1]), True
        texts.append(text[::-1])
    return Reading(texts, labels, best)


def log_probability(logs: ArrayLike, grammar: Grammar) -> NDArray[np.float64]:
    """Return the logarithm of the probability of all paths that the grammar allows, shape (n,).

    The forward algorithm: `viterbi` with sums in the place of maxima.
    """
    scores = _checked_logs(logs)
    allowed, follows, ends = grammar._slots
    blank, symbol = _start(len(scores), allowed.shape)
    reachable = np.where(follows, 0, -np.inf)
    for t in range(scores.shape[1]):
        into = np.logaddexp.reduce(blank[:, :, None] + reachable, axis=1)
        out = np.logaddexp.reduce(symbol, axis=2)
        symbol = np.logaddexp(symbol, into[..., None]) + np.where(
            allowed, scores[:, t, None, :NOTHING], -np.inf
        )
        blank[:, 1:] = np.logaddexp(blank[:, 1:], out)
        blank += scores[:, t, NOTHING, None]
    whole = np.concatenate([blank, np.logaddexp.reduce(symbol, axis=2)], axis=1)
    return np.asarray(
        np.logaddexp.reduce(np.where(np.concatenate([ends, ends[1:]]), whole, -np.inf), axis=1)
    )


def _start(n: int, shape: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the scores before the first place, on nothing and on a symbol in each slot."""
    slots, symbols = shape
    blank = np.full((n, slots + 1), -np.inf)
    blank[:, 0] = 0
    return blank, np.full((n, slots, symbols), -np.inf)


def confidence(logs: ArrayLike, grammar: Grammar, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return how likely each text is among all strings that the grammar allows, shape (n,).

    The probability of all paths that spell the text, as a part of that of all paths that spell
    any string of the grammar.

    Raises
    ------
    ValueError
        If there are not as many texts as strips, or the grammar does not allow one.
    """
    scores = _checked_logs(logs)
    if len(texts) != len(scores):
        raise ValueError(f"There are {len(scores)} strips and {len(texts)} texts.")
    for text in texts:
        if not grammar.allows(text):
            raise ValueError(f"The grammar does not allow the text {text!r}.")
    spelled = np.concatenate(
        [
            log_probability(one[None], Grammar(tuple((symbol, 1, 1) for symbol in text)))
            for one, text in zip(scores, texts, strict=True)
        ]
    )
    return np.asarray(np.exp(np.minimum(0, spelled - log_probability(scores, grammar))))


def _checked_logs(logs: ArrayLike) -> NDArray[np.float64]:
    scores = np.asarray(logs, np.float64)
    if scores.ndim != 3 or scores.shape[2] != NOTHING + 1 or 0 in scores.shape:
        raise ValueError(f"logs has shape {scores.shape}, expected (n, places, {NOTHING + 1}).")
    return scores


def count_pieces(image: ArrayLike) -> int:
    """Return how many pieces of ink a strip (height, width) has, specks of dirt left out."""
    named, _ = ndimage.label(np.asarray(image) >= INK, np.ones((3, 3)))
    return int((np.bincount(named.ravel())[1:] >= SPECK).sum())


def cut(image: ArrayLike, count: int) -> Floats:
    """Cut a strip into windows of one symbol each, before anything has read it.

    Ink that hangs together is a piece; fewer than `SPECK` pixels of it are a speck of dirt. While
    there are too many pieces, the smallest one joins its nearest neighbor; while there are too
    few, the widest one is cut in two where a column in the middle half of its width has the least
    ink.

    Parameters
    ----------
    image
        A strip, shape (32, width), from 0 to 1, 0 is paper.
    count
        Of symbols, which is known.

    Returns
    -------
    array
        Shape (count, 32, 32): each piece with its center of mass in the middle, from left to
        right.

    Raises
    ------
    ValueError
        If the strip has another shape or no ink, or the count is not positive.
    """
    strip = np.asarray(image, np.float32)
    if strip.ndim != 2 or strip.shape[0] != SIDE or count < 1 or not (strip >= INK).any():
        raise ValueError(
            f"Received a strip of shape {strip.shape} with {int((strip >= INK).sum())} pixels of "
            f"ink, to be cut into {count}, expected ({SIDE}, width), some ink, and 1 or more."
        )
    named, _ = ndimage.label(strip >= INK, np.ones((3, 3)))
    # Gray pixels belong to the ink next to them.
    nearest = ndimage.distance_transform_edt(
        named == 0, return_distances=False, return_indices=True
    )
    owner = named[tuple(nearest)]
    sizes = np.bincount(named.ravel())[1:]
    kept = np.flatnonzero(sizes >= min(SPECK, sizes.max())) + 1
    pieces = [np.where(owner == number, strip, 0) for number in kept]
    while len(pieces) > count:
        pieces.sort(key=lambda piece: -float(piece.sum()))
        small = pieces.pop()
        distances = [abs(_middle(piece) - _middle(small)) for piece in pieces]
        pieces[int(np.argmin(distances))] += small
    while len(pieces) < count:
        pieces.sort(key=lambda piece: int(np.ptp(_columns(piece))))
        wide = pieces.pop()
        first, last = _columns(wide)[[0, -1]]
        quarter = (last - first + 1) // 4
        inner = np.arange(first + quarter, last + 2 - quarter)
        at = int(inner[wide[:, inner].sum(axis=0).argmin()]) if len(inner) else int(last)
        left = wide.copy()
        left[:, at:] = 0
        pieces += [left, wide - left]
    pieces.sort(key=_middle)
    return np.stack([_in_the_middle(piece) for piece in pieces])


def _columns(piece: Floats) -> Integers:
    return np.flatnonzero(piece.max(axis=0) > 0) if piece.any() else np.zeros(1, int)


def _middle(piece: Floats) -> float:
    return float(_columns(piece).mean())


def _in_the_middle(piece: Floats) -> Floats:
    """Return the window of a piece with its center of mass in the middle, as in MNIST."""
    if not piece.any():
        return np.zeros((SIDE, SIDE), np.float32)
    y, x = ndimage.center_of_mass(piece)
    row, column = (np.array([[round(value)]]) for value in (y, x))
    return np.asarray(windows(piece[None], column, rows=row)[0, 0])


def find_fields(page: ArrayLike) -> list[list[tuple[slice, slice]]]:
    """Return where the fields of a form are: rows of fields, each as slices of rows and columns.

    A form is a table whose lines run from edge to edge of it: rows and columns of pixels that are
    ink over more than half of the page.

    Parameters
    ----------
    page
        Shape (height, width), from 0 to 1, 0 is paper.

    Raises
    ------
    ValueError
        If the page has another shape, or fewer than two lines in a direction.
    """
    image = np.asarray(page, np.float32)
    if image.ndim != 2:
        raise ValueError(f"page has shape {image.shape}, expected (height, width).")
    spans = []
    for axis, direction in ((1, "horizontal"), (0, "vertical")):
        line = (image >= INK).mean(axis=axis) > 0.5
        named, found = ndimage.label(line)
        if found < 2:
            raise ValueError(f"The page has {found} {direction} lines, expected 2 or more.")
        places = [np.flatnonzero(named == number) for number in range(1, found + 1)]
        spans.append([slice(int(one[-1]) + 1, int(other[0])) for one, other in pairwise(places)])
    rows, columns = spans
    return [[(row, column) for column in columns] for row in rows]


def follow(gains: ArrayLike) -> tuple[Integers, float]:
    """Return the best way through places that change, frame by frame, and the sum of its gains.

    From one frame to the next the way stays in its place or moves to one of the eight next to it.
    It is `viterbi` with places as states, and time in the place of the strip.

    Parameters
    ----------
    gains
        What each place is worth in each frame, shape (frames, rows, columns).

    Returns
    -------
    way, total
        Row and column in each frame, shape (frames, 2), and the sum.

    Raises
    ------
    ValueError
        If the shape is another one.
    """
    worth = np.asarray(gains, np.float64)
    if worth.ndim != 3 or 0 in worth.shape:
        raise ValueError(f"gains has shape {worth.shape}, expected (frames, rows, columns).")
    best, came = worth[0], []
    for gain in worth[1:]:
        rim = np.pad(best, 1, constant_values=-np.inf)
        near = np.lib.stride_tricks.sliding_window_view(rim, (3, 3)).reshape(*best.shape, 9)
        came.append(near.argmax(axis=2))
        best = near.max(axis=2) + gain
    row, column = np.unravel_index(int(best.argmax()), best.shape)
    way = [(int(row), int(column))]
    for back in reversed(came):
        down, right = divmod(int(back[way[-1]]), 3)
        way.append((way[-1][0] + down - 1, way[-1][1] + right - 1))
    return np.array(way[::-1]), float(best.max())
