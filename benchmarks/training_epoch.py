"""How long one training epoch takes: loops, NumPy, Keras and PyTorch, on the same machine.

Run by hand, on a machine that does nothing else::

    python benchmarks/training_epoch.py

Every way trains the network of chapter 08 on the 60,000 digits of MNIST, 128 at a time, in
float32. Each runs in a process of its own and takes turns with the others, so that a slow moment
of the machine does not fall on one of them alone; the best of its epochs counts, without the
first, which prepares the graph. PyTorch is left out where it is not installed.
"""

import argparse
import importlib.util
import multiprocessing
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from lenet_course.datasets import load_mnist
from lenet_course.scratch import (
    Array,
    Convolution,
    Network,
    SoftmaxCrossEntropy,
    correlate_loops,
    fit,
    tutorial_network,
)

BATCH = 128
LOOP_DIGITS = 4


def digits() -> tuple[Array, Array]:
    """Return the training images as float32 (60000, 28, 28, 1) in [0, 1], and their labels."""
    (x, y), _ = load_mnist()
    return x[..., None].astype(np.float32) / 255, y.astype(np.int64)


def timed(epoch: Callable[[], object], epochs: int) -> list[float]:
    """Return the seconds of each epoch."""
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        epoch()
        seconds.append(time.perf_counter() - start)
    return seconds


class LoopConvolution(Convolution):
    """A convolution whose three passes are the four loops of chapter 03, map by map."""

    def forward(self, x: Array) -> Array:
        """Correlate each channel with its kernel and add up."""
        weights, bias = self.parameters.values()
        self._x = x
        y = np.zeros((len(x), *self.output_shape(x.shape[1:])), x.dtype) + bias
        for i, d, m in np.ndindex(len(x), *weights.shape[2:]):
            y[i, :, :, m] += correlate_loops(x[i, :, :, d], weights[:, :, d, m])
        return y

    def backward(self, gradient: Array) -> Array:
        """Correlate images with gradients, and padded gradients with flipped kernels."""
        weights = self.parameters["weights"]
        k = len(weights)
        to_weights, to_x = np.zeros_like(weights), np.zeros_like(self._x)
        border = ((0, 0), (k - 1, k - 1), (k - 1, k - 1), (0, 0))
        padded, flipped = np.pad(gradient, border), weights[::-1, ::-1]
        for i, d, m in np.ndindex(len(gradient), *weights.shape[2:]):
            to_weights[:, :, d, m] += correlate_loops(self._x[i, :, :, d], gradient[i, :, :, m])
            to_x[i, :, :, d] += correlate_loops(padded[i, :, :, m], flipped[:, :, d, m])
        self.gradients = {"weights": to_weights, "bias": gradient.sum(axis=(0, 1, 2))}
        return to_x


def loops(epochs: int) -> list[float]:
    """Time a step on a few digits with loops, and scale it up to 60,000."""
    x, y = digits()
    rng = np.random.default_rng(0)
    fast = tutorial_network(rng)
    slow = Network(
        [
            LoopConvolution(*layer.parameters.values()) if type(layer) is Convolution else layer
            for layer in fast.layers
        ]
    )
    few, labels, loss = x[:LOOP_DIGITS], y[:LOOP_DIGITS], SoftmaxCrossEntropy()
    gradient = loss.gradient(fast.forward(few), labels)
    expected = fast.backward(gradient)
    np.testing.assert_allclose(slow.forward(few), fast.forward(few), atol=1e-4)
    np.testing.assert_allclose(slow.backward(gradient), expected, atol=1e-4)

    def part() -> None:
        fit(slow, loss, few, labels, batch_size=LOOP_DIGITS, epochs=1, rate=0.1, rng=rng)

    return [seconds * len(x) / LOOP_DIGITS for seconds in timed(part, min(epochs, 2))]


def numpy(epochs: int) -> list[float]:
    """Time `lenet_course.scratch`."""
    x, y = digits()
    rng = np.random.default_rng(0)
    network, loss = tutorial_network(rng), SoftmaxCrossEntropy()

    def epoch() -> None:
        fit(network, loss, x, y, batch_size=BATCH, epochs=1, rate=0.1, momentum=0.9, rng=rng)

    return timed(epoch, epochs)


def keras_default(epochs: int) -> list[float]:
    """Time Keras as a tutorial writes it."""
    from lenet_course.models import lenet5_tutorial

    x, y = digits()
    model = lenet5_tutorial()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return timed(lambda: model.fit(x, y, batch_size=BATCH, verbose=0), epochs)


def keras_recommended(epochs: int) -> list[float]:
    """Time Keras with many steps a call, and batches of one shape cut from memory (chapter 10)."""
    from lenet_course.fitting import batches
    from lenet_course.models import lenet5_tutorial

    data = batches(*digits(), BATCH)
    model = lenet5_tutorial()
    model.compile(
        "adam", "sparse_categorical_crossentropy", metrics=["accuracy"], steps_per_execution=64
    )
    return timed(lambda: model.fit(data, shuffle=False, verbose=0), epochs)


def pytorch(epochs: int) -> list[float]:
    """Time PyTorch's plain loop, over batches cut from memory."""
    import torch
    from torch import nn

    images, labels = digits()
    x, y = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), torch.from_numpy(labels)
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()),
        *(nn.Linear(256, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    )
    optimizer = torch.optim.Adam(model.parameters())
    loss = nn.CrossEntropyLoss()

    def epoch() -> None:
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            loss(model(x[batch]), y[batch]).backward()
            optimizer.step()

    return timed(epoch, epochs)


WAYS = {
    "loops": loops,
    "numpy": numpy,
    "keras_default": keras_default,
    "keras_recommended": keras_recommended,
    "pytorch": pytorch,
}


def main() -> None:
    """Time all ways and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=2, help="of each way (default 2)")
    parser.add_argument("--epochs", type=int, default=4, help="in a turn (default 4)")
    arguments = parser.parse_args()
    ways = dict(WAYS)
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed: left out.")
        del ways["pytorch"]
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    first: dict[str, float] = {}
    best: dict[str, float] = {}
    # The processes inherit these. NumPy's products are too thin here to gain by threads: two take
    # as long as one where the cores are free, and many times as long where they are not.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    spawn = multiprocessing.get_context("spawn")
    for _ in range(arguments.turns):
        for name, way in ways.items():
            with ProcessPoolExecutor(1, spawn) as pool:
                prepare, *seconds = pool.submit(way, arguments.epochs).result()
            first.setdefault(name, prepare)
            best[name] = min([*seconds, best.get(name, np.inf)])
            listed = " ".join(f"{s:.2f}" for s in seconds)
            print(f"  {name:17} {listed}  (load {os.getloadavg()[0]:.1f})", flush=True)
    print(f"{'seconds an epoch':17} {'best':>10} {'first':>10}")
    for name in ways:
        print(f"{name:17} {best[name]:10.2f} {first[name]:10.2f}")
    print(f"numpy / keras_default: {best['numpy'] / best['keras_default']:.2f} (at most 3)")
    if "pytorch" in ways:
        ratio = best["keras_recommended"] / best["pytorch"]
        print(f"keras_recommended / pytorch: {ratio:.2f} (at most 0.85, goal 0.6)")


if __name__ == "__main__":
    main()
