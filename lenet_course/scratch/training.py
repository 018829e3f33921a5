"""Gradient descent: from the gradients that a network has stored to better parameters."""

from collections.abc import Callable

import numpy as np

from lenet_course.scratch.losses import Loss
from lenet_course.scratch.network import Network
from lenet_course.scratch.sliding_windows import Array


def sgd(
    network: Network,
    rate: float,
    momentum: float = 0.0,
    velocities: list[dict[str, Array]] | None = None,
) -> None:
    """Take one step downhill, in place, with the gradients of the last ``backward``.

    velocity = momentum * velocity + gradient;  parameter = parameter - rate * velocity

    Parameters
    ----------
    network
        After ``forward`` and ``backward``.
    rate
        The learning rate.
    momentum
        How much of the last step is kept; 0 for plain gradient descent.
    velocities
        One dict for each layer, empty before the first step; it is filled here and wanted again
        for the next step. Needed for momentum only.
    """
    if momentum and velocities is None:
        raise ValueError(
            f"momentum is {momentum} and velocities is None, expected a list of dicts to keep the "
            "velocities in: make one with [{} for _ in network.layers]."
        )
    for index, layer in enumerate(network.layers):
        for name, gradient in layer.gradients.items():
            step = gradient
            if velocities is not None:
                step = momentum * velocities[index].get(name, 0) + gradient
                velocities[index][name] = step
            layer.parameters[name] -= rate * step


def fit(
    network: Network,
    loss: Loss,
    x: Array,
    y: Array,
    *,
    batch_size: int,
    epochs: int,
    rate: float,
    momentum: float = 0.0,
    rng: np.random.Generator,
    progress: Callable[[int, float, float], None] | None = None,
) -> dict[str, list[float]]:
    """Train a network by stochastic gradient descent.

    Every epoch takes the images in a new random order, a batch for each step.

    Parameters
    ----------
    network
        Trained in place.
    loss
        What is minimized.
    x
        Images, shape (n, height, width, channels).
    y
        Labels (n,), or for `MeanSquaredError` targets (n, units).
    batch_size
        Images in a step; the last step of an epoch takes what is left.
    epochs
        How many times every image is seen.
    rate, momentum
        As in `sgd`.
    rng
        Where the order of the images comes from.
    progress
        Called after each epoch with its number from 1, its loss and its accuracy.

    Returns
    -------
    dict
        ``"loss"`` and ``"accuracy"``, a number for each epoch: means over the images as they were
        met, so on weights that were still changing, as in Keras.

    Raises
    ------
    ValueError
        If images and labels differ in number, or the batch size is less than 1.
    """
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"x has {len(x)} images and y {len(y)} labels, expected as many, over 0.")
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}, expected 1 or more.")
    classes = y if y.ndim == 1 else y.argmax(axis=1)
    velocities: list[dict[str, Array]] = [{} for _ in network.layers]
    history: dict[str, list[float]] = {"loss": [], "accuracy": []}
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(x))
        total = correct = 0.0
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            outputs = network.forward(x[batch])
            total += len(batch) * loss.value(outputs, y[batch])
            correct += (network.classify(outputs) == classes[batch]).sum()
            network.backward(loss.gradient(outputs, y[batch]))
            sgd(network, rate, momentum, velocities)
        history["loss"].append(float(total / len(x)))
        history["accuracy"].append(float(correct / len(x)))
        if progress is not None:
            progress(epoch, history["loss"][-1], history["accuracy"][-1])
    return history
