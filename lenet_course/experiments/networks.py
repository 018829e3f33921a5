"""The other networks of LeCun et al. 1998, Fig. 9 (pp. 12-13), trained like LeNet-5."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lenet_course.datasets import as_1998, load_mnist
from lenet_course.deslanting import deslant, to_20x20
from lenet_course.experiments.experiment import Experiment, Settings
from lenet_course.experiments.original import FIG_9, WIDE, Network, falling, train
from lenet_course.experiments.papers import FIGURE_9

if TYPE_CHECKING:
    import keras


def with_codes(reader: keras.Sequential) -> Network:
    """Let ten squashed outputs learn 1 for the digit and -1 for the others, by squared error.

    The sum of their squared differences is the penalty of a class. Its smallest penalty is that
    of the largest output.
    """
    from keras import Input, Sequential

    from lenet_course.layers import EuclideanRBF
    from lenet_course.losses import EuclideanMSE

    codes = EuclideanRBF(codes=2 * np.eye(10) - 1, name="penalties")
    model = Sequential([Input(reader.input_shape[1:]), *reader.layers, codes])
    return Network(reader, model, EuclideanMSE())


def _lenet1(settings: Settings, seed: int) -> Network:
    from lenet_course.models import lenet1

    return with_codes(lenet1(seed))


def lenet4_network(settings: Settings, seed: int) -> Network:
    """Build LeNet-4."""
    from lenet_course.models import lenet4

    return with_codes(lenet4(seed))


def fully_connected(settings: Settings, seed: int) -> Network:
    """Build layers of squashed sums over all units of the layer before.

    The settings say the ``shape`` of a pattern and the ``units`` of each layer but the last, and in
    ``weights`` how large the first weights are: up to "2.4/F" or "1/sqrt(F)", F the fan-in.
    """
    from keras import Input, Sequential
    from keras.initializers import Initializer, VarianceScaling
    from keras.layers import Dense, Flatten

    from lenet_course.layers import FanInUniform, ScaledTanh

    def first_weights(own: int) -> Initializer:
        if settings["weights"] == "1/sqrt(F)":
            return VarianceScaling(1 / 3, "fan_in", "uniform", seed=own)
        return FanInUniform(own)

    layers = [Input(settings["shape"]), Flatten(name="flatten")]
    sizes = [*settings["units"], 10]
    seeds = np.random.SeedSequence(seed).generate_state(len(sizes))
    for number, (units, own) in enumerate(zip(sizes, seeds, strict=True), 1):
        layers += [
            Dense(units, kernel_initializer=first_weights(int(own)), name=f"layer{number}"),
            ScaledTanh(name=f"layer{number}_squashed"),
        ]
    return with_codes(Sequential(layers))


def in_28x28(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return digits (n, 28, 28) as `as_1998` does, but without its rim: (n, 28, 28, 1)."""
    return np.ascontiguousarray(as_1998(images)[:, 2:-2, 2:-2])


def in_16x16(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return digits (n, 28, 28) scaled from 20x20 to 16x16 pixels amid 28x28: (n, 28, 28, 1).

    As LeNet-1 reads them (LeCun et al. 1998, p. 12).
    """
    from keras import ops

    smaller = ops.image.resize(in_28x28(images), (22, 22), antialias=True)
    rim = [(0, 0), (3, 3), (3, 3), (0, 0)]
    return np.pad(np.asarray(smaller), rim, constant_values=-0.1)


def _row(
    name: str,
    question: str,
    network: Callable[[Settings, int], Network],
    candidates: dict[str, Settings],
    *,
    prepare: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
    seeds: int,
    paper: float | None,
    choice: str = Experiment.choice,
    keeps_weights: bool = False,
) -> Experiment:
    return Experiment(
        name=name,
        question=question,
        table=FIG_9,
        paper=None if paper is None else (paper, "LeCun et al. 1998, Fig. 9"),
        candidates=candidates,
        load=load_mnist,
        train=partial(train, network=network, prepare=prepare),
        seeds=seeds,
        choosing_seeds=1,
        choice=choice,
        keeps_weights=keeps_weights,
    )


def _rates(*rates: float, distortions: Settings | None = None) -> dict[str, Settings]:
    return {
        f"falling from {rate:.0e}": {
            "mu": 0.02,
            "samples": 500,
            "rates": falling(rate),
            "distortions": distortions,
        }
        for rate in rates
    }


LENET1 = _row(
    "lenet1",
    "LeNet-1, digits of 16x16 pixels",
    _lenet1,
    _rates(2e-4, 5e-4, 1e-3),
    prepare=in_16x16,
    seeds=3,
    paper=FIGURE_9["lenet1"],
    keeps_weights=True,
)
LENET4 = _row(
    "lenet4",
    "a guess at LeNet-4",
    lenet4_network,
    _rates(1e-4, 2e-4),
    prepare=as_1998,
    seeds=2,
    paper=FIGURE_9["lenet4"],
    keeps_weights=True,
)


def _upright(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return digits (n, 28, 28) deslanted, gray values as in `as_1998`: (n, 20, 20, 1)."""
    ink = to_20x20(deslant(images))[..., None]
    return np.asarray(ink * 1.275 - 0.1, np.float32)


def _fully_connected(*units: int, kind: str = "", larger: bool = False, seeds: int) -> Experiment:
    """Return the row of a network of so many hidden units, its digits as the ``kind`` says.

    Its first weights are those of the paper (p. 41), or ``larger`` ones.
    """
    size = 20 if kind == "deslanted" else 28
    layers = "-".join([f"{size}x{size}", *map(str, units), "10"])
    what = {
        "": "",
        "deslanted": ", digits deslanted",
        "distorted": ", each digit distorted anew in each pass",
    }
    own: Settings = {
        "shape": (size, size, 1),
        "units": units,
        "weights": "1/sqrt(F)" if larger else "2.4/F",
    }
    rates = _rates(3e-5, 1e-4, distortions=WIDE if kind == "distorted" else None)
    row = "_".join(["mlp", *map(str, units), *([kind] if kind else [])])
    return _row(
        f"{row}_larger" if larger else row,
        f"a fully connected network of {layers}{what[kind]}"
        + (", first weights up to 1/sqrt(F)" if larger else ""),
        fully_connected,
        {name: {**settings, **own} for name, settings in rates.items()},
        prepare=_upright if size == 20 else in_28x28,
        seeds=seeds,
        paper=None if larger else FIGURE_9[row],
        # Their rates were others, and they are not kept.
        choice=Experiment.choice
        if larger
        else f"{Experiment.choice}; networks of ten passes met the test set before",
    )


FULLY_CONNECTED = (
    _fully_connected(300, seeds=3),
    _fully_connected(300, kind="distorted", seeds=3),
    _fully_connected(300, kind="deslanted", seeds=3),
    _fully_connected(1000, seeds=1),
    _fully_connected(1000, kind="distorted", seeds=1),
    _fully_connected(300, 100, seeds=3),
    _fully_connected(300, 100, kind="distorted", seeds=3),
    _fully_connected(500, 150, seeds=2),
    _fully_connected(500, 150, kind="distorted", seeds=2),
    _fully_connected(300, larger=True, seeds=3),
    _fully_connected(300, kind="distorted", larger=True, seeds=3),
    _fully_connected(300, kind="deslanted", larger=True, seeds=3),
    _fully_connected(300, 100, larger=True, seeds=3),
    _fully_connected(300, 100, kind="distorted", larger=True, seeds=3),
)

NETWORKS = (*FULLY_CONNECTED, LENET1, LENET4)
