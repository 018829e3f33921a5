"""Strings, ZIP codes and amounts read by a network that slides, and pairs compared (chapter 16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lenet_course import strings
from lenet_course.datasets import Dataset, FloatDataset, load_mnist
from lenet_course.experiments.batches import falling_to_zero, misread, scores, train_in_batches
from lenet_course.experiments.experiment import Experiment, Figures, Settings, Trained, Training
from lenet_course.experiments.modern import distortion, scaled
from lenet_course.experiments.original import LEARNED
from lenet_course.experiments.zip_codes import load_zip_codes

if TYPE_CHECKING:
    import keras

APPLICATIONS = "Strings of digits, read without cutting them (errors are strings read wrongly)"
BATCH = 64
# So many symbols stand in a strip that windows are cut from, and so many strips at a time are made.
TOGETHER, AT_ONCE = 5, 1000
STRINGS = 1000
# Networks that read together.
READERS = 3
# So many of the Postal Service's digits, of which there are 2,007.
ZIP_CODES = 500

Images = NDArray[np.float32]
Labels = NDArray[np.uint8]


class Condition(NamedTuple):
    """How strings are written.

    Attributes
    ----------
    gaps
        Columns of paper between neighbors where they come closest, from and to.
    slant
        Largest slant of a string, in columns per row.
    noise
        Probability that a pixel is inverted.
    """

    gaps: tuple[int, int]
    slant: float = 0.0
    noise: float = 0.0


# The conditions of the judgment, fixed before any network was trained.
CONDITIONS = {
    "isolated": Condition((3, 8)),
    "near": Condition((1, 2)),
    "touching": Condition((0, 0)),
    "overlapping": Condition((-3, -1)),
    "isolated, slanted": Condition((3, 8), slant=0.4),
    "touching, slanted": Condition((0, 0), slant=0.4),
    "isolated, noisy": Condition((3, 8), noise=0.02),
    "isolated, noisier": Condition((3, 8), noise=0.05),
    "touching, noisy": Condition((0, 0), noise=0.02),
}
CHEQUE = Condition((-2, 6), slant=0.3, noise=0.01)


def write_strings(
    images: Images, condition: Condition, number: int, rng: np.random.Generator, length: int = 5
) -> tuple[Images, NDArray[np.int64], NDArray[np.int64]]:
    """Write strings of symbols drawn from a stack of images.

    Parameters
    ----------
    images
        Shape (m, 28, 28), from 0 to 1.
    condition, number, length
        How they are written, how many, and how many symbols each has.

    Returns
    -------
    images, centers, drawn
        As `lenet_course.strings.compose` returns them, and which of the images each symbol is.
    """
    drawn = rng.integers(len(images), size=(number, length))
    return *_written(images[drawn], condition, rng), drawn


def _written(
    symbols: Images, condition: Condition, rng: np.random.Generator
) -> tuple[Images, NDArray[np.int64]]:
    n, length = symbols.shape[:2]
    least, most = condition.gaps
    strips, centers = strings.compose(
        symbols,
        rng.integers(least, most + 1, (n, length - 1)),
        rises=rng.integers(-1, 2, (n, length)),
        starts=strings.MARGIN + rng.integers(0, strings.STRIDE, n),
    )
    if condition.slant:
        strips = strings.slanted(strips, rng.uniform(-condition.slant, condition.slant, n))
    if condition.noise:
        strips = strings.noisy(strips, condition.noise, rng)
    return strips, centers


class Judged(NamedTuple):
    """Strings by which a reader is judged.

    Attributes
    ----------
    images, centers
        As `lenet_course.strings.compose` returns them.
    labels
        The digits, shape (n, 5).
    texts
        The same as strings.
    """

    images: Images
    centers: NDArray[np.int64]
    labels: Labels
    texts: list[str]


def judged(digits: Images, y: Labels, name: str, number: int) -> Judged:
    """Write strings of five of these digits as one of `CONDITIONS` says, always the same ones."""
    rng = np.random.default_rng([16, list(CONDITIONS).index(name)])
    strips, centers, drawn = write_strings(digits, CONDITIONS[name], number, rng)
    labels = y[drawn]
    return Judged(strips, centers, labels, ["".join(map(str, row)) for row in labels])


class Windows:
    """Windows on new strings in each pass: on a symbol's middle, or on nothing.

    Parameters
    ----------
    symbols, labels
        Images (m, 28, 28), from 0 to 1, and labels (m,).
    settings
        ``nothing``, how many windows on nothing come on each symbol; ``alone``, which part of the
        symbols have no neighbors; ``affine`` and ``elastic``
        as in `lenet_course.experiments.modern.distortion`.

    Attributes
    ----------
    numbers, labels
        Of the windows, to be put into an order of their own by each pass: those below m are on
        the symbol of this number, the others on nothing.
    """

    def __init__(self, symbols: Images, labels: Labels, settings: Settings) -> None:
        self.symbols = symbols
        nothing = int(settings["nothing"] * len(symbols))
        self.numbers: NDArray[Any] = np.arange(len(symbols) + nothing)
        self.labels = np.concatenate([labels, np.full(nothing, strings.NOTHING, np.uint8)])
        self._distort = distortion(settings)
        self._alone = settings["alone"]

    def __call__(self, numbers: NDArray[Any], rng: np.random.Generator) -> Images:
        """Return a window for each number, shape (n, 32, 32, 1), 0 is paper."""
        is_symbol = numbers < len(self.symbols)
        chosen = numbers[is_symbol]
        # Strings of five; what is missing in the last one is drawn.
        chosen = np.append(chosen, rng.integers(len(self.symbols), size=-len(chosen) % TOGETHER))
        images = self.symbols[chosen][..., None]
        symbols = (self._distort(images, rng) if self._distort else images)[..., 0]
        # Some stand alone, as those do that were cut out before.
        alone = rng.random(len(symbols)) < self._alone
        lone = np.pad(symbols[alone], ((0, 0), (2, 2), (2, 2)))
        symbols = symbols.reshape(-1, TOGETHER, 28, 28)
        nothing = -(-int((~is_symbol).sum()) // len(symbols))
        on_symbols, on_nothing = [], []
        for first in range(0, len(symbols), AT_ONCE):
            strips, centers = self._strips(symbols[first : first + AT_ONCE], rng)
            moved = rng.integers(-2, 3, (2, *centers.shape))
            on_symbols.append(strings.windows(strips, centers + moved[0], rows=16 + moved[1]))
            on_nothing.append(_windows_on_nothing(strips, centers, nothing, rng))
        found = np.empty((len(numbers), strings.SIDE, strings.SIDE), np.float32)
        cut = np.concatenate(on_symbols).reshape(-1, *found.shape[1:])
        cut[alone] = lone
        found[is_symbol] = cut[: is_symbol.sum()]
        rest = np.concatenate(on_nothing).reshape(-1, *found.shape[1:])
        found[~is_symbol] = rest[rng.permutation(len(rest))[: (~is_symbol).sum()]]
        return found[..., None]

    @staticmethod
    def _strips(symbols: Images, rng: np.random.Generator) -> tuple[Images, NDArray[np.int64]]:
        """Return strings of all kinds: half of the gaps close, some slanted, some noisy."""
        n, length = symbols.shape[:2]
        close = rng.random((n, length - 1)) < 0.5
        gaps = np.where(close, rng.integers(-3, 2, close.shape), rng.integers(2, 13, close.shape))
        strips, centers = strings.compose(symbols, gaps)
        slants = rng.uniform(-0.4, 0.4, n) * (rng.random(n) < 0.5)
        noise = rng.uniform(0, 0.05, n) * (rng.random(n) < 0.3)
        return strings.noisy(strings.slanted(strips, slants), noise, rng), centers


def _windows_on_nothing(
    strips: Images, centers: NDArray[np.int64], number: int, rng: np.random.Generator
) -> Images:
    """Return windows whose middle is 5 pixels or more from each symbol's, most in its row."""
    n, length = centers.shape
    # The space before the first symbol, between two, and after the last.
    edges = np.concatenate([centers[:, :1] - 21, centers, centers[:, -1:] + 21], axis=1)
    space = rng.integers(length + 1, size=(n, number))
    left = np.take_along_axis(edges, space, axis=1) + 5
    right = np.take_along_axis(edges, space + 1, axis=1) - 5
    columns = left + np.rint(rng.random((n, number)) * (right - left)).astype(np.int64)
    # Too high or too low: there is nothing in the middle either, wherever a symbol is.
    anywhere = rng.integers(centers[:, :1], centers[:, -1:] + 1, (n, number))
    off = rng.integers(6, 20, (n, number)) * rng.choice([-1, 1], (n, number))
    beside = rng.random((n, number)) < 0.25
    return strings.windows(
        strips, np.where(beside, anywhere, columns), rows=np.where(beside, 16 + off, 16)
    )


def with_marks(digits: Images, labels: Labels, seed: int) -> tuple[Images, Labels]:
    """Return digits (n, 28, 28), 0 to 1, with points and stars: one of each for twenty digits."""
    rng = np.random.default_rng([1998, seed])
    number = max(1, len(digits) // 20)
    symbols = [digits, strings.draw_points(number, rng), strings.draw_stars(number, rng)]
    marks = np.repeat(np.array([10, 11], np.uint8), number)
    return np.concatenate(symbols), np.concatenate([labels, marks])


def _learn_windows(
    model: keras.Sequential, symbols: tuple[Images, Labels], training: Training
) -> tuple[list[float], NDArray[np.float16]]:
    """Train on windows; return the loss of each pass and the weights, which the model keeps."""
    from keras.optimizers import AdamW

    from lenet_course.models import rounded_weights, set_rounded_weights

    settings = training.settings
    windows = Windows(*symbols, settings)
    optimizer = AdamW(
        falling_to_zero(settings["rate"], len(windows.numbers), BATCH, settings["passes"]),
        weight_decay=settings["weight_decay"],
        use_ema=True,
        ema_momentum=settings["average"],
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    losses = train_in_batches(
        model,
        optimizer,
        windows.numbers,
        windows.labels,
        passes=settings["passes"],
        batch=BATCH,
        seed=training.seed,
        prepare=windows,
        say=training.say,
    )
    weights = rounded_weights(model)
    # What is judged are the weights as they are kept: in 16 bits.
    set_rounded_weights(model, weights)
    return losses, weights


def train(data: Dataset, training: Training) -> Trained:
    """Train the network that reads strings; see `Experiment.train`.

    The last 10,000 training digits are held out: on strings of them a reader may choose, say,
    from which doubt on an amount is left to a clerk.
    """
    import keras

    from lenet_course.models import lenet5_strings

    (x, y), test = data
    keras.utils.set_random_seed(training.seed)
    model = lenet5_strings(training.seed, width=training.settings.get("width", 1))
    losses, weights = _learn_windows(
        model, with_marks(scaled(x[:LEARNED])[..., 0], y[:LEARNED], seed=0), training
    )
    figures = judge_strings(model, *test) | {
        "validation": judge_strings(model, x[LEARNED:], y[LEARNED:]),
        "loss_by_pass": losses,
    }
    return Trained({"test_errors": figures["strings"]["touching"]["viterbi"], **figures}, weights)


def judge_strings(model: keras.Sequential, x: NDArray[np.uint8], y: Labels) -> Figures:
    """Return how many strings and lone digits are misread, and what becomes of amounts.

    Returns
    -------
    dict
        ``strings``: see `read_both`. ``digits``: how many lone digits the network misreads.
        ``amounts``: see `judge_amounts`.
    """
    digits = scaled(x)[..., 0]
    lone = np.pad(digits, ((0, 0), (2, 2), (2, 2)))[..., None]
    return {
        "strings": read_both(model, digits, y, CONDITIONS, STRINGS),
        "digits": misread(model, lone, y),
        "amounts": judge_amounts(strings.replicate(model), digits, y),
    }


def read_both(
    model: keras.Sequential, digits: Images, y: Labels, names: Iterable[str], number: int
) -> Figures:
    """Return how so many strings of five digits are read in both ways, by condition.

    Returns
    -------
    dict
        ``viterbi`` and ``cut``: how many strings each way reads wrongly. ``pitch``: mean distance
        of neighbors, in pixels.
    """
    replicated = strings.replicate(model)
    found = {}
    for name in names:
        strips, centers, _, texts = judged(digits, y, name, number)
        read = strings.viterbi(strings.look_along(replicated, strips), strings.ZIP_CODE).texts
        found[name] = {
            "viterbi": _wrong(read, texts),
            "cut": _wrong(read_cut(model, strips), texts),
            "pitch": float(np.diff(centers).mean()),
        }
    return found


def load_readers(path: Path | None) -> tuple[Dataset, list[NDArray[np.float16]]]:
    """Return MNIST's digits, and the weights of all networks of ``lenet5_strings``.

    Raises
    ------
    FileNotFoundError, ValueError
        If no folder of their training is given, or it lacks the weights of one.
    """
    files = sorted(path.glob("lenet5_strings-?.f16")) if path else []
    if len(files) < READERS:
        raise FileNotFoundError(
            f"Found {len(files)} networks in {path}, expected {READERS}: the package has the "
            "weights of one. Train them with `run lenet5_strings --folder FOLDER`, and give the "
            "folder: --data FOLDER"
        )
    return load_mnist(), [np.fromfile(file, "<f2") for file in files[:READERS]]


def judge_committee(data: tuple[Dataset, list[NDArray[np.float16]]], training: Training) -> Trained:
    """Read strings by the mean of what several networks say; nothing is trained.

    The mean is that of the logarithms. See `Experiment.train`.
    """
    from lenet_course.models import lenet5_strings, set_rounded_weights

    ((x, y), (x_test, y_test)), all_weights = data
    readers = []
    for weights in all_weights:
        model = lenet5_strings()
        set_rounded_weights(model, weights)
        readers.append(strings.replicate(model))

    def misread_strings(images: NDArray[np.uint8], labels: Labels) -> dict[str, int]:
        found = {}
        for name in CONDITIONS:
            written = judged(scaled(images)[..., 0], labels, name, STRINGS)
            said = [strings.look_along(reader, written.images) for reader in readers]
            read = strings.viterbi(np.mean(said, axis=0), strings.ZIP_CODE).texts
            found[name] = _wrong(read, written.texts)
            training.say(f"{name}: {found[name]}")
        return found

    found = misread_strings(x_test, y_test)
    validation = misread_strings(x[LEARNED:], y[LEARNED:])
    return Trained(
        {"test_errors": found["isolated"], "strings": found, "validation": validation}, None
    )


def _wrong(read: list[str], answers: list[str]) -> int:
    return sum(one != other for one, other in zip(read, answers, strict=True))


def read_cut(model: keras.Sequential, strips: Images, count: int = TOGETHER) -> list[str]:
    """Return what a network reads in strips of so many digits that are cut before."""
    pieces = np.concatenate([strings.cut(strip, count) for strip in strips])
    answers = scores(model, pieces[..., None])[:, :10].argmax(axis=1).reshape(-1, count)
    return ["".join(map(str, row)) for row in answers]


def write_amounts(
    digits: Images, y: Labels, number: int, rng: np.random.Generator
) -> tuple[list[Images], list[str]]:
    """Write amounts such as ``**1234.50``, drawn at random, as `CHEQUE` says.

    Returns
    -------
    strips, texts
        Each strip has the shape (32, width); those of longer amounts are wider.
    """
    symbols, labels = with_marks(digits, y, seed=1)
    numbers_of = {symbol: np.flatnonzero(labels == k) for k, symbol in enumerate(strings.SYMBOLS)}
    strips, texts = [], []
    for _ in range(number):
        amount = "".join(rng.choice(list(strings.DIGITS), rng.integers(1, 6) + 2))
        text = f"{'*' * rng.integers(1, 4)}{amount[:-2]}.{amount[-2:]}"
        drawn = [rng.choice(numbers_of[symbol]) for symbol in text]
        strips.append(_written(symbols[drawn][None], CHEQUE, rng)[0][0])
        texts.append(text)
    return strips, texts


def as_wide_as_the_widest(strips: list[Images]) -> Images:
    """Return strips (32, width) as one stack, with paper at the right of the narrower ones."""
    width = max(strip.shape[1] for strip in strips)
    return np.stack([np.pad(strip, ((0, 0), (0, width - strip.shape[1]))) for strip in strips])


def judge_amounts(replicated: keras.Sequential, digits: Images, y: Labels) -> Figures:
    """Return how amounts are read.

    Returns
    -------
    dict
        ``doubts``: the logarithm, to base 10, of the probability that the text read is not the
        right one, at least 1e-12, for each amount; ``wrong``: the numbers of those read wrongly.
    """
    strips, texts = write_amounts(digits, y, STRINGS, np.random.default_rng([16, 99]))
    logs = strings.look_along(replicated, as_wide_as_the_widest(strips))
    read = strings.viterbi(logs, strings.AMOUNT).texts
    certain = strings.confidence(logs, strings.AMOUNT, read)
    wrong = [place for place, text in enumerate(texts) if read[place] != text]
    return {
        "doubts": np.log10(np.maximum(1 - certain, 1e-12)).round(3).tolist(),
        "wrong": wrong,
    }


def shares(amounts: Figures, limit: float) -> list[float]:
    """Return what is read rightly, goes to a clerk, and is read wrongly, in percent.

    Parameters
    ----------
    amounts
        What `judge_amounts` has returned.
    limit
        Amounts of this doubt or more go to the clerk.
    """
    doubts = np.asarray(amounts["doubts"])
    wrong = np.isin(np.arange(len(doubts)), amounts["wrong"])
    believed = doubts < limit
    parts = (believed & ~wrong, ~believed, believed & wrong)
    return [round(100 * float(part.mean()), 1) for part in parts]


def largest_limit(amounts: Figures, wrong_percent: float) -> float:
    """Return the largest limit with at most so many percent of all amounts read wrongly.

    As for `shares`; 1 if all may be believed.
    """
    limits = [*np.unique(amounts["doubts"]), 1.0]
    return float(max(limit for limit in limits if shares(amounts, limit)[2] <= wrong_percent))


FORM = (
    strings.Grammar(((strings.DIGITS, 4, 4),)),
    strings.ZIP_CODE,
    strings.Grammar(((strings.DIGITS, 1, 3), (".", 1, 1), (strings.DIGITS, 2, 2))),
)
# A field of the form, from line to line.
FIELD = (40, 210)


def fill_in_form(
    digits: Images, y: Labels, rows: int, rng: np.random.Generator
) -> tuple[Images, list[list[str]]]:
    """Return a form with handwriting in its fields, and what it says, row by row.

    Each row has four digits, a ZIP code and an amount, as `FORM` allows.
    """
    symbols, labels = with_marks(digits, y, seed=1)
    height, width = FIELD
    page = np.zeros((rows * height + 12, len(FORM) * width + 12), np.float32)
    page[5:-5:height, 5:-5] = 1
    page[5:-5, 5:-5:width] = 1
    texts = [
        [
            f"{rng.integers(10**4):04}",
            f"{rng.integers(10**5):05}",
            f"{rng.integers(1, 1000)}.{rng.integers(100):02}",
        ]
        for _ in range(rows)
    ]
    for i, j in np.ndindex(rows, len(FORM)):
        drawn = [
            rng.choice(np.flatnonzero(labels == strings.SYMBOLS.index(symbol)))
            for symbol in texts[i][j]
        ]
        strip = _written(symbols[drawn][None], Condition((-1, 5)), rng)[0][0, :, : width - 8]
        top, left = 10 + height * i, 8 + width * j
        page[top : top + strings.SIDE, left : left + strip.shape[1]] = strip
    return page, texts


def read_form(
    replicated: keras.Sequential, page: Images, grammars: Sequence[strings.Grammar]
) -> list[list[str]]:
    """Return what the fields of a form say, row by row, with a grammar for each column."""
    table = []
    for fields in strings.find_fields(page):
        row = []
        for (down, across), grammar in zip(fields, grammars, strict=True):
            top = (down.start + down.stop - strings.SIDE) // 2
            logs = strings.look_along(replicated, page[None, top : top + strings.SIDE, across])
            row.append(strings.viterbi(logs, grammar).texts[0])
        table.append(row)
    return table


def film(
    one: Images, other: Images, rng: np.random.Generator, frames: int = 33
) -> tuple[Images, NDArray[np.int64]]:
    """Return frames (frames, 64, 64) in which two digits cross, and where they are.

    The one moves from the left to the right, the other from the right to the left, each along a
    line of its own. Rows and columns of their middles have the shape (2, frames, 2).
    """
    first, last = rng.integers(20, 45, (2, 2))
    rows = np.linspace(first, last, frames).T
    across = np.linspace(18, 46, frames)
    places = np.rint(np.stack([rows, [across, across[::-1]]], axis=2)).astype(np.int64)
    shown = np.zeros((frames, 64, 64), np.float32)
    for digit, way in zip((one, other), places, strict=True):
        for frame, (row, column) in zip(shown, way, strict=True):
            part = frame[row - 14 : row + 14, column - 14 : column + 14]
            np.maximum(part, digit, out=part)
    return shown, places


def judge_films(
    replicated: keras.Sequential,
    digits: Images,
    y: Labels,
    number: int,
    rng: np.random.Generator,
) -> Figures:
    """Return how two digits that cross are named and followed in so many films.

    Returns
    -------
    dict
        ``named``: in how many films both digits are named. ``followed`` and ``alone``: in which
        part of the frames a digit is found within six pixels, if it is followed, and if each
        frame is read for itself.
    """
    from scipy.special import log_softmax

    named = 0
    followed: list[NDArray[np.bool_]] = []
    alone: list[NDArray[np.bool_]] = []
    for _ in range(number):
        both = rng.permutation(10)[:2]
        chosen = [rng.choice(np.flatnonzero(y == digit)) for digit in both]
        frames, places = film(digits[chosen[0]], digits[chosen[1]], rng)
        logs = log_softmax(np.asarray(replicated(frames[..., None])), axis=-1)
        gains = logs[..., :10] - logs[..., strings.NOTHING :]
        ways, totals = zip(*(strings.follow(gains[..., k]) for k in range(10)), strict=True)
        named += set(np.argsort(totals)[-2:]) == set(both)
        for digit, true in zip(both, places, strict=True):
            best = gains[..., digit].reshape(len(frames), -1).argmax(axis=1)
            single = np.stack(np.divmod(best, gains.shape[2]), axis=1)
            for way, close in ((ways[digit], followed), (single, alone)):
                found = strings.SIDE // 2 + strings.STRIDE * way
                close.append(np.abs(found - true).max(axis=1) <= 6)
    return {
        "named": named,
        "followed": float(np.mean(followed)),
        "alone": float(np.mean(alone)),
    }


def train_on_zip_codes(data: FloatDataset, training: Training) -> Trained:
    """Read strings of the Postal Service's digits, before and after learning from such digits.

    The network is the one that has learned MNIST's; see `Experiment.train`.
    """
    from lenet_course.models import trained

    (x, y), (x_test, y_test) = data
    names = ("isolated", "touching")
    test = like_mnist(x_test), y_test
    model = trained("lenet5_strings")
    before = read_both(model, *test, names, ZIP_CODES)
    losses, weights = _learn_windows(model, with_marks(like_mnist(x), y, seed=2), training)
    after = read_both(model, *test, names, ZIP_CODES)
    figures = {"before": before, "strings": after, "loss_by_pass": losses}
    return Trained({"test_errors": after["isolated"]["viterbi"], **figures}, weights)


def like_mnist(images: Images) -> Images:
    """Return digits (n, 16, 16, 1) from -1 to 1 as (n, 28, 28) from 0 to 1.

    Scaled to 20x20 and shifted so that the center of mass is in the middle, as MNIST's were.
    """
    from keras import ops

    large = ops.image.resize((images + 1) / 2, (20, 20), interpolation="bilinear")
    stack = np.clip(np.asarray(large), 0, 1)[..., 0]
    mass = stack.sum(axis=(1, 2))
    row, column = (
        np.rint((stack.sum(axis=axis) @ np.arange(20)) / mass).astype(np.int64) for axis in (2, 1)
    )
    centered = strings.windows(stack, column[:, None], rows=row[:, None])[:, 0]
    return centered[:, 2:-2, 2:-2]


PAIRS = 10_000
# The digits that a network learns to compare; the others it meets in the judgment only.
KNOWN = range(7)


def train_pairs(data: Dataset, training: Training) -> Trained:
    """Train two networks with shared weights to say whether two digits are the same.

    The contrastive loss draws equal digits together and drives others apart, up to a margin (R.
    Hadsell, S. Chopra and Y. LeCun, "Dimensionality reduction by learning an invariant mapping",
    2006). See `Experiment.train`.
    """
    import keras

    from lenet_course.models import lenet5_modern

    settings, seed = training.settings, training.seed
    (x, y), test = data
    keras.utils.set_random_seed(seed)
    network = lenet5_modern(seed)
    rng = np.random.default_rng([17, seed])
    two = [keras.Input((28, 28, 1)) for _ in range(2)]
    first, second = (network(one) for one in two)
    squares = keras.ops.sum(keras.ops.square(first - second), axis=1, keepdims=True)
    pair = keras.Model(two, keras.ops.sqrt(squares + 1e-7))
    margin = settings["margin"]

    def contrastive(same: Any, distance: Any) -> Any:
        apart = keras.ops.maximum(margin - distance, 0)
        return same * distance**2 + (1 - same) * apart**2

    pair.compile(keras.optimizers.Adam(settings["rate"]), contrastive, steps_per_execution=50)
    known = np.isin(y[:LEARNED], KNOWN)
    learned, labels = scaled(x[:LEARNED][known]), y[:LEARNED][known]
    for number in range(settings["passes"]):
        one, other = pairs(labels, settings["pairs"], rng)
        same = (labels[one] == labels[other]).astype(np.float32)
        history = pair.fit([learned[one], learned[other]], same, batch_size=64, verbose=0)
        training.say(f"pass {number + 1}  loss {history.history['loss'][0]:.4f}")
    held_out = np.isin(y[LEARNED:], KNOWN)
    chosen = _distances(network, x[LEARNED:][held_out], y[LEARNED:][held_out], rng)
    limit = equal_error(*chosen)[1]
    figures: Figures = {"limit": limit}
    for name, which in (("known", True), ("new", False)):
        some = np.isin(test[1], KNOWN) == which
        distance, same = _distances(network, test[0][some], test[1][some], rng)
        false, true = roc(distance, same)
        grid = np.linspace(0, 1, 101)
        figures[name] = {
            "equal_error": equal_error(distance, same)[0],
            "wrong": int(((distance < limit) != same).sum()),
            "roc": np.interp(grid, false, true).round(4).tolist(),
        }
    return Trained({"test_errors": figures["new"]["wrong"], **figures}, None)


def pairs(
    labels: Labels, number: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw so many pairs of patterns, half of them of one class; return the numbers of both."""
    one = rng.integers(len(labels), size=number)
    other = rng.integers(len(labels), size=number)
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[order], labels[one], side="right")
    begins = np.searchsorted(labels[order], labels[one], side="left")
    alike = order[rng.integers(begins, ends)]
    same = np.arange(number) < number // 2
    # One that happens to be alike becomes its neighbor in a pair that is drawn as alike.
    return one, np.where(same | (labels[other] == labels[one]), alike, other)


def _distances(
    network: keras.Model, x: NDArray[np.uint8], y: Labels, rng: np.random.Generator
) -> tuple[Images, NDArray[np.bool_]]:
    """Return the distances of pairs of digits, and which are of the same class."""
    one, other = pairs(y, PAIRS, rng)
    places = scores(network, scaled(x))
    return np.linalg.norm(places[one] - places[other], axis=1), y[one] == y[other]


def roc(distances: ArrayLike, same: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return which part of unlike pairs, and of like ones, a growing limit accepts."""
    from sklearn.metrics import roc_curve

    false, true, _ = roc_curve(np.asarray(same, bool), -np.asarray(distances, float))
    return np.asarray(false), np.asarray(true)


def equal_error(distances: ArrayLike, same: ArrayLike) -> tuple[float, float]:
    """Return the equal error rate, and the limit on the distance at which it is reached.

    There as many like pairs are refused as unlike ones are accepted, each as a part of its kind.
    """
    from sklearn.metrics import roc_curve

    false, true, limits = roc_curve(np.asarray(same, bool), -np.asarray(distances, float))
    at = int(np.abs(1 - true - false).argmin())
    return float((1 - true[at] + false[at]) / 2), float(-limits[at])


_SETTINGS: Settings = {
    "rate": 2e-3,
    "passes": 60,
    "affine": {"shift": 0.0, "scale": 0.06, "squeeze": 0.06, "shear": 0.12},
    "elastic": {"strength": 12.0, "smoothness": 4.0},
    "weight_decay": 0.05,
    "average": 0.999,
    "nothing": 0.3,
    "alone": 0.15,
}

EXPERIMENTS = (
    Experiment(
        name="lenet5_strings",
        question="five touching digits, read by a replicated LeNet-5 and a Viterbi search",
        table=APPLICATIONS,
        paper=None,
        candidates={
            "60 passes": _SETTINGS,
        },
        load=load_mnist,
        train=train,
        seeds=3,
        choosing_seeds=0,
        choice="one setting, fixed beforehand; 50,000 digits are learned, 10,000 held out",
        test_patterns=STRINGS,
    ),
    Experiment(
        name="strings_wide",
        question="five touching digits, read by a network with twice the maps and units",
        table=APPLICATIONS,
        paper=None,
        candidates={"twice as wide": {**_SETTINGS, "width": 2, "passes": 40}},
        load=load_mnist,
        train=train,
        seeds=2,
        choosing_seeds=0,
        choice="one setting, fixed beforehand; 50,000 digits are learned, 10,000 held out",
        test_patterns=STRINGS,
    ),
    Experiment(
        name="strings_committee",
        question="five isolated digits, read by the three networks of lenet5_strings together",
        table=APPLICATIONS,
        paper=None,
        candidates={"three networks": {"readers": READERS}},
        load=load_readers,
        train=judge_committee,
        seeds=1,
        choosing_seeds=0,
        choice="nothing is chosen",
        test_patterns=STRINGS,
    ),
    Experiment(
        name="strings_usps",
        question="five isolated digits of the Postal Service, after 10 passes on such digits",
        table=APPLICATIONS,
        paper=None,
        candidates={"10 passes": {**_SETTINGS, "passes": 10, "rate": 5e-4}},
        load=load_zip_codes,
        train=train_on_zip_codes,
        seeds=3,
        choosing_seeds=0,
        choice="one setting, fixed beforehand",
        test_patterns=ZIP_CODES,
    ),
    Experiment(
        name="siamese",
        question="pairs of digits: the same or not, for digits that were never learned",
        table="Pairs of patterns compared (errors are pairs)",
        paper=None,
        candidates={
            "margin 2": {"margin": 2.0, "rate": 1e-3, "passes": 6, "pairs": 30_000},
        },
        load=load_mnist,
        train=train_pairs,
        seeds=3,
        choosing_seeds=0,
        choice="one setting, fixed beforehand; the limit by pairs of held-out digits",
        test_patterns=PAIRS,
    ),
)
