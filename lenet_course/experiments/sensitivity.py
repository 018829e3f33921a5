"""What each choice in LeNet-5 of 1998 is worth: one thing changed at a time."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from lenet_course.datasets import load_mnist
from lenet_course.experiments.experiment import Experiment, Settings
from lenet_course.experiments.original import (
    COMMON,
    MILD,
    PAPERS_RATES,
    WIDE,
    Network,
    falling,
    train,
)

PASSES = 10
_PRINTED = PAPERS_RATES[:PASSES]
_CHANGES: dict[str, Settings] = {
    "nothing changed": {},
    "j = 0.001": {"j": 0.001},
    "j = 1": {"j": 1.0},
    "j = 3": {"j": 3.0},
    "j = 10": {"j": 10.0},
    "eq. 8, not eq. 9": {"criterion": "MSE"},
    "rates x 0.5": {"rates": falling(0.5e-5, PASSES)},
    "rates x 2": {"rates": falling(2e-5, PASSES)},
    "rates x 4": {"rates": falling(4e-5, PASSES)},
    "printed rates": {"rates": _PRINTED},
    "printed rates x 0.05": {"rates": [round(0.05 * rate, 12) for rate in _PRINTED]},
    "Lush's weights": {"weights": "Lush"},
    "Lush's, printed rates": {"weights": "Lush", "rates": _PRINTED},
    "mild distortions": {"distortions": MILD},
    "wide distortions": {"distortions": WIDE},
    "C3 reads all maps": {"table": "full"},
    "fixed subsampling": {"subsampling": "fixed"},
    "softmax": {"output": "softmax"},
    "softmax, rates x 10": {"output": "softmax", "rates": falling(1e-4, PASSES)},
    "softmax, rates x 100": {"output": "softmax", "rates": falling(1e-3, PASSES)},
}


def network(settings: Settings, seed: int) -> Network:
    """Build LeNet-5 of 1998 with one thing changed.

    The settings may say: ``table`` "full", every map of C3 reads every map of S2; ``subsampling``
    "fixed", averages without parameters; ``output`` "softmax", ten sums that compete in
    cross-entropy; ``criterion`` "MSE", eq. 8 in place of eq. 9; ``weights`` "Lush", first weights
    as in the authors' own library.
    """
    from keras import Sequential
    from keras.layers import AveragePooling2D, Dense, Input

    from lenet_course.layers import ConnectionTableConv2D, FanInUniform, every
    from lenet_course.losses import MAP, EuclideanMSE
    from lenet_course.models import lenet5_1998

    layers = {layer.name: layer for layer in lenet5_1998(seed).layers}
    loss: Any = MAP(settings["j"])
    if settings.get("table") == "full":
        layers["C3"] = ConnectionTableConv2D(every(6, 16), seed=layers["C3"].seed, name="C3")
    if settings.get("subsampling") == "fixed":
        layers |= {name: AveragePooling2D(2, name=name) for name in ("S2", "S4")}
    if settings.get("output") == "softmax":
        layers["output"] = Dense(10, kernel_initializer=FanInUniform(seed), name="output")
        # Without a rubbish class the criterion is the cross-entropy of a softmax of -y.
        loss = MAP(np.inf)
    if settings.get("criterion") == "MSE":
        loss = EuclideanMSE()
    model = Sequential([Input((32, 32, 1)), *layers.values()])
    if settings.get("weights") == "Lush":
        _start_as_lush(model, np.random.default_rng(seed))
    return Network(model, model, loss)


def _start_as_lush(model: Any, rng: np.random.Generator) -> None:
    """Give uniform kernels up to 1/sqrt(fan-in), coefficients of 1/2, and biases of 0."""
    from lenet_course.layers import ConnectionTableConv2D

    for layer in model.layers:
        if not layer.weights:
            continue
        kernel, bias = layer.weights
        bias.assign(np.zeros(bias.shape))
        if layer.name in ("S2", "S4"):
            kernel.assign(np.full(kernel.shape, 0.5))
            continue
        fan_in: Any = kernel.shape[0]
        if isinstance(layer, ConnectionTableConv2D):
            fan_in = layer.kernel_size**2 * layer.table.sum(axis=0)[np.nonzero(layer.table)[1]]
        kernel.assign(rng.uniform(-1, 1, kernel.shape) / np.sqrt(fan_in))


_BASE: Settings = {
    **COMMON,
    "patterns": 15_000,
    "rates": falling(1e-5, PASSES),
    "distortions": None,
}

SENSITIVITY = Experiment(
    name="sensitivity",
    question="LeNet-5 of 1998 with one thing changed: 15,000 digits, ten passes",
    table="LeNet-5 of 1998 with one thing changed (errors on validation digits)",
    paper=None,
    candidates={name: {**_BASE, **changes} for name, changes in _CHANGES.items()},
    load=load_mnist,
    train=partial(train, network=network),
    seeds=0,
    choosing_seeds=3,
    choice="nothing is chosen: errors on the last 10,000 training digits",
)
