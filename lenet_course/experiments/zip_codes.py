"""The network of 1989 on its ZIP-code digits, then and modernized (LeCun et al. 1989)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import FloatDataset, load_mnist, load_usps
from lenet_course.experiments.batches import falling_to_zero, train_in_batches
from lenet_course.experiments.experiment import Experiment, Figures, Settings, Trained, Training
from lenet_course.experiments.judging import judge
from lenet_course.experiments.networks import fully_connected, with_codes
from lenet_course.experiments.original import Network, falling

if TYPE_CHECKING:
    import keras

USPS = "LeCun et al. 1989: the ZIP-code digits of the United States Postal Service"
STANDIN = "The same on digits of MNIST, as many and as small"

# Of T. Hastie, R. Tibshirani and J. Friedman, "The Elements of Statistical Learning".
SOURCE = "https://web.stanford.edu/~hastie/StatLearnSparsity_files/DATA/zipcode.html"
# LeCun et al. 1989: so many digits, and as many passes. The last training digits are held out.
TRAINING, TEST, VALIDATION = 7291, 2007, 1291
PASSES = 23
# LeCun et al. 1989 count the digits to reject for this percentage of errors.
ERROR_PERCENT = 1.0

Candidates = dict[str, Settings]
Images = NDArray[np.float32]
Labels = NDArray[np.uint8]


def load_zip_codes(path: Path | None) -> FloatDataset:
    """Read the ZIP-code digits, images (n, 16, 16, 1) from -1 to 1.

    Raises
    ------
    FileNotFoundError, ValueError
        If no path is given, or there is something else than the digits.
    """
    if path is None:
        raise FileNotFoundError(
            "The ZIP-code digits are not in the package: their license forbids it. Get "
            f"zip.train.gz and zip.test.gz from {SOURCE}, put both into a folder, and give it: "
            "--data FOLDER"
        )
    (x, y), (x_test, y_test) = load_usps(path)
    return (x[..., None], y), (x_test[..., None], y_test)


def load_standin(path: Path | None) -> FloatDataset:
    """Make digits of MNIST look like the ZIP-code digits: (n, 16, 16, 1) from -1 to 1.

    A random draw of 7,291 training and 2,007 test digits, always the same: the two halves of
    MNIST's test digits are not equally hard. Scaled by bilinear interpolation between neighboring
    pixels, as A. Karpathy's ``lecun1989-repro`` (2022) does it; the digits he drew are others.
    """
    (x, y), (x_test, y_test) = load_unscaled_standin(path)
    return (to_16x16(x), y), (to_16x16(x_test), y_test)


def load_unscaled_standin(path: Path | None) -> FloatDataset:
    """Return the digits of `load_standin` before they are scaled: (n, 28, 28, 1), -1 to 1."""
    rng = np.random.default_rng(1989)

    def draw(images: NDArray[np.uint8], labels: Labels, number: int) -> tuple[Images, Labels]:
        chosen = rng.permutation(len(images))[:number]
        return images[chosen][..., None].astype(np.float32) / np.float32(127.5) - 1, labels[chosen]

    train, test = load_mnist(path)
    return draw(*train, TRAINING), draw(*test, TEST)


def to_16x16(images: Images) -> Images:
    """Scale images (n, height, width, 1) to (n, 16, 16, 1)."""
    from keras import ops

    return np.asarray(ops.image.resize(images, (16, 16), interpolation="bilinear"))


def _split(data: FloatDataset, final: bool) -> FloatDataset:
    """Return what a network learns, and what it is judged by."""
    (x, y), test = data
    if final:
        return (x, y), test
    learned = len(x) - VALIDATION
    return (x[:learned], y[:learned]), (x[learned:], y[learned:])


def _network(name: str, seed: int) -> Network:
    from lenet_course.losses import MAP
    from lenet_course.models import lenet_1989, lenet_1989_modern

    if name == "256-40-10":
        return fully_connected({"shape": (16, 16, 1), "units": (40,), "weights": "2.4/F"}, seed)
    if name == "lenet_1989":
        return with_codes(lenet_1989(seed))
    model = lenet_1989_modern(seed, rectified=False)
    # Without a rubbish class, of probability exp(-j), eq. 9 of 1998 is the loss of a softmax of
    # minus the penalties.
    return Network(model, model, MAP(j=1e6))


def train_by_pattern(data: FloatDataset, training: Training) -> Trained:
    """Train one network pattern by pattern; see `Experiment.train`."""
    from lenet_course import online
    from lenet_course.models import rounded_weights, set_rounded_weights

    settings, seed, final, checkpoint, updates, say = training
    (x, y), held_out = _split(data, final)
    reader, model, loss = _network(settings["network"], seed)
    history = online.fit(
        model,
        loss,
        x,
        y,
        rates=settings["rates"],
        seed=seed,
        mu=settings["mu"],
        held_out=held_out if final and updates is None else None,
        checkpoint=checkpoint,
        progress=say,
        updates=updates,
    )
    weights = rounded_weights(model)
    if updates is not None:
        return Trained({"first_pass": history.first_pass}, weights)
    # What is judged are the weights as they are kept: in 16 bits.
    set_rounded_weights(model, weights)
    penalties = online.compiled(model)
    figures = _judge(lambda images: -penalties(images), reader, (x, y), held_out, final)
    if not final:
        return Trained(figures, weights)
    figures |= {
        "test_error_by_pass": history.held_out,
        "training_error_by_pass": history.error,
        "loss_by_pass": history.loss,
        "first_pass": history.first_pass,
        "seconds_by_pass": history.seconds,
    }
    return Trained(figures, weights)


def train_by_batch(data: FloatDataset, training: Training) -> Trained:
    """Train one network by AdamW on batches, by a rate that falls to 0; see `Experiment.train`.

    Digits of more than 16x16 pixels are scaled, after they are distorted if the settings say
    ``distorted`` "before scaling".
    """
    from keras.optimizers import AdamW

    from lenet_course import online
    from lenet_course.distortions import PlanarAffine
    from lenet_course.models import lenet_1989_modern, rounded_weights, set_rounded_weights

    settings, seed, final, _, _, say = training
    (x, y), (x_held_out, y_held_out) = _split(data, final)
    learned, held_out = (to_16x16(x), y), (to_16x16(x_held_out), y_held_out)
    # Scaling blurs a digit, and so does distorting it: before, it has more pixels to blur.
    images = x if settings.get("distorted") == "before scaling" else learned[0]
    model = lenet_1989_modern(seed, rectified=settings["rectified"], dropout=settings["dropout"])
    passes, batch, ranges = settings["passes"], settings["batch"], settings["distortions"]
    rate = falling_to_zero(settings["rate"], len(x), batch, passes)
    distort = PlanarAffine(**ranges, background=-1.0) if ranges else None
    losses = train_in_batches(
        model,
        AdamW(rate, weight_decay=settings["weight_decay"]),
        images,
        y,
        passes=passes,
        batch=batch,
        seed=seed,
        prepare=lambda chosen, rng: to_16x16(distort(chosen, rng)) if distort else chosen,
        outputs=lambda patterns: sums(model, patterns, training=True),
        say=say,
    )
    weights = rounded_weights(model)
    # What is judged are the weights as they are kept: in 16 bits.
    set_rounded_weights(model, weights)
    figures = _judge(online.compiled(model), model, learned, held_out, final)
    return Trained(figures | ({"loss_by_pass": losses} if final else {}), weights)


def _judge(
    scores: Callable[[Images], NDArray[np.float32]],
    reader: keras.Sequential,
    learned: tuple[Images, Labels],
    held_out: tuple[Images, Labels],
    final: bool,
) -> Figures:
    """Return the figures of a network, whose scores are larger for a likelier class."""
    from lenet_course.models import connections

    def errors(x: Images, y: Labels) -> int:
        return int((scores(x).argmax(axis=1) != y).sum())

    if not final:
        return {"validation_errors": errors(*held_out)}
    return judge(scores(held_out[0]), held_out[1], ERROR_PERCENT) | {
        "multiply_adds": sum(connections(reader).values()),
        "variables": reader.count_params(),
        "train_errors": errors(*learned),
    }


def sums(model: keras.Sequential, x: Any, training: bool) -> Any:
    """Return what a model makes of patterns, its convolutions by the library's.

    The layers of `lenet_course.layers` are fast pattern by pattern; this is, on batches.
    """
    from keras import ops
    from keras.layers import Dropout

    from lenet_course.layers import ConnectionTableConv2D

    for layer in model.layers:
        if isinstance(layer, ConnectionTableConv2D):
            k, border = layer.kernel_size, (layer.padding, layer.padding)
            kernel = ops.reshape(layer.matrix(layer.kernel), (k, k, *layer.table.shape))
            x = ops.pad(x, ((0, 0), border, border, (0, 0)), constant_values=layer.background)
            x = ops.conv(x, kernel, layer.strides) + layer.bias
        elif isinstance(layer, Dropout):
            x = layer(x, training=training)
        else:
            x = layer(x)
    return x


# With such a mu, SDLM is plain gradient descent at the rate eta / mu.
PLAIN = 1e9


def _by_pattern(network: str, sdlm: tuple[float, ...], plain: tuple[float, ...]) -> Candidates:
    """Return candidates whose rates fall, in the 23 passes of the paper, from the given ones."""
    rates = [("SDLM", 0.02, eta) for eta in sdlm] + [("plain", PLAIN, rate) for rate in plain]
    return {
        f"{name}, falling from {rate:g}": {
            "network": network,
            "mu": mu,
            "rates": falling(rate * mu if mu == PLAIN else rate, PASSES),
        }
        for name, mu, rate in rates
    }


_CHOICE = f"by errors on the last {VALIDATION:,} training digits after training on the others"


def _on_both(
    name: str,
    question: str,
    candidates: Candidates,
    train: Callable[[FloatDataset, Training], Trained],
    *,
    choosing_seeds: int = 1,
    paper: tuple[float, str] | None = None,
    keeps_weights: bool = False,
    standin_candidates: Candidates | None = None,
    standin_choosing_seeds: int | None = None,
    standin_load: Callable[[Path | None], FloatDataset] = load_standin,
    standin_choice: str = "",
) -> tuple[Experiment, Experiment]:
    """Return the experiment on the ZIP-code digits and the same on those of MNIST.

    The latter may have more candidates, more seeds to choose by, and more to say of the choice.
    """
    usps = Experiment(
        name=f"usps_{name}",
        question=question,
        table=USPS,
        paper=paper,
        candidates=candidates,
        load=load_zip_codes,
        train=train,
        choosing_seeds=choosing_seeds,
        keeps_weights=keeps_weights,
        choice=_CHOICE,
        test_patterns=TEST,
        validation_patterns=VALIDATION,
    )
    standin = replace(
        usps,
        name=f"standin_{name}",
        table=STANDIN,
        paper=None,
        candidates=candidates | (standin_candidates or {}),
        choosing_seeds=standin_choosing_seeds or choosing_seeds,
        load=standin_load,
        keeps_weights=False,
        choice=_CHOICE + standin_choice,
    )
    return usps, standin


# Each step keeps what the one before it has added.
_ADAMW = {
    "rectified": False,
    "passes": PASSES,
    "batch": 64,
    "rate": 3e-3,
    "weight_decay": 0.01,
    "distortions": None,
    "dropout": 0.0,
}
_RELU = {**_ADAMW, "rectified": True}
_DISTORTED = {**_RELU, "passes": 60}
_RANGES = {
    "mild": {"shift": 1.0, "scale": 0.06, "squeeze": 0.06, "shear": 0.12},
    "wide": {"shift": 1.0, "scale": 0.12, "squeeze": 0.12, "shear": 0.25},
    "wider": {"shift": 1.5, "scale": 0.15, "squeeze": 0.15, "shear": 0.3},
}


def _with_rates(settings: Settings) -> Candidates:
    return {f"from {rate:g}": {**settings, "rate": rate} for rate in (1e-3, 3e-3)}


LENET_1989 = _on_both(
    "lenet_1989",
    "the network of 1989",
    _by_pattern("lenet_1989", sdlm=(1e-4, 2e-4), plain=(1.5e-3, 3e-3)),
    train_by_pattern,
    choosing_seeds=2,
    paper=(5.0, "LeCun et al. 1989"),
    keeps_weights=True,
)
FULLY_CONNECTED = _on_both(
    "fully_connected",
    "a fully connected network of 256-40-10",
    _by_pattern("256-40-10", sdlm=(1e-4, 3e-4), plain=(3e-3,)),
    train_by_pattern,
    paper=(8.1, "LeCun et al. 1989"),
)
STEPS = (
    _on_both(
        "modern_1_softmax",
        "the network of 1989 with softmax and cross-entropy",
        _by_pattern("softmax", sdlm=(1e-4, 3e-4), plain=(3e-3,)),
        train_by_pattern,
    ),
    _on_both(
        "modern_2_adamw",
        "... and AdamW on batches of 64, by a rate that falls to 0",
        _with_rates(_ADAMW),
        train_by_batch,
    ),
    _on_both(
        "modern_3_relu",
        "... and rectified linear units",
        _with_rates(_RELU),
        train_by_batch,
    ),
    _on_both(
        "modern_4_distorted",
        "... and each digit distorted anew in each of 60 passes",
        {f"{name} distortions": {**_DISTORTED, "distortions": _RANGES[name]} for name in _RANGES},
        train_by_batch,
    ),
    _on_both(
        "modern_5_longer",
        "... and 100 passes or more, perhaps with dropout in H2",
        {
            f"100 passes, dropout of {part:g}": {
                **_DISTORTED,
                "passes": 100,
                "distortions": _RANGES["wider"],
                "dropout": part,
            }
            for part in (0.1, 0.25)
        },
        train_by_batch,
        standin_candidates={
            **{
                f"{passes} passes, batches of 16, {name} distortions, from {rate:g}": {
                    **_DISTORTED,
                    "passes": passes,
                    "batch": 16,
                    "rate": rate,
                    "distortions": _RANGES[name],
                }
                for passes, name, rate in (
                    (150, "wide", 3e-3),
                    (150, "wider", 3e-3),
                    (600, "wide", 1e-3),
                    (600, "wide", 3e-3),
                )
            },
            **{
                f"{passes} passes, batches of 16, wide distortions before scaling": {
                    **_DISTORTED,
                    "passes": passes,
                    "batch": 16,
                    # A shift of 1.75 pixels of 28 is one pixel of 16.
                    "distortions": {**_RANGES["wide"], "shift": 1.75},
                    "distorted": "before scaling",
                }
                for passes in (150, 300)
            },
        },
        standin_choosing_seeds=3,
        standin_load=load_unscaled_standin,
        # The file has their figures.
        standin_choice="; the candidates of 150 passes were added after eight networks with a "
        "dropout of 0.25 had met the test set, and the others after ten of 150",
    ),
)

# Those on the ZIP-code digits, then those on the stand-in.
ZIP_CODES = tuple(pair[place] for place in (0, 1) for pair in (LENET_1989, FULLY_CONNECTED, *STEPS))
