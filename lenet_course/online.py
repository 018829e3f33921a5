"""On-line training: an update after each pattern, as LeCun et al. 1998 did it.

Keras's own ``fit`` with ``batch_size=1`` takes the same steps, but calls Python for each: here
thousands of steps run in a loop that XLA compiles into one piece. ``benchmarks/online_step.py``
measures the difference.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lenet_course.optimizers import SDLM

Images = NDArray[np.float32]
Labels = NDArray[np.uint8]
Distortion = Callable[[Images, np.random.Generator], Images]

CHUNK = 2000  # updates between two entries of the log


@dataclass
class History:
    """What a training run has reported so far, a number for each pass.

    Attributes
    ----------
    loss, error
        Mean loss, and percentage of wrong answers, on the training patterns as they were met: on
        weights that were still changing.
    held_out
        Percentage of wrong answers on the held-out patterns after each pass; empty without any.
    first_pass
        Mean loss of each `CHUNK` updates of the first pass.
    seconds
        How long each pass took.
    """

    loss: list[float] = field(default_factory=list)
    error: list[float] = field(default_factory=list)
    held_out: list[float] = field(default_factory=list)
    first_pass: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def fit(
    model: keras.Sequential,
    loss: Any,
    x: Images,
    y: Labels,
    *,
    rates: Sequence[float],
    seed: int = 0,
    mu: float = 0.02,
    samples: int = 500,
    distort: Distortion | None = None,
    held_out: tuple[Images, Labels] | None = None,
    checkpoint: Path | None = None,
    progress: Callable[[str], None] | None = print,
    updates: int | None = None,
) -> History:
    """Train a network of penalties by SDLM, one pattern at a time.

    Before each pass the second derivatives are estimated on the first ``samples`` patterns of the
    order. The order is random and the same in every pass (LeCun et al. 1998, pp. 10 and 41-42).

    Parameters
    ----------
    model
        Trained in place. As for `lenet_course.optimizers.curvatures`.
    loss
        One of `lenet_course.losses`.
    x, y
        Patterns (n, ...) and labels (n,).
    rates
        eta of each pass; as many passes as rates.
    seed
        Of the order, and of the distortions.
    mu, samples
        As in `SDLM`, and how many patterns second derivatives are estimated on.
    distort
        Makes new versions of some patterns, every time they are met.
    held_out
        Patterns and labels to count errors on after each pass.
    checkpoint
        A file, written after each pass. If it exists the training goes on from there.
    progress
        Called with a line after each pass; None for silence.
    updates
        Stop after so many steps of the first pass.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If patterns and labels differ in number, both checkpoint and updates are given, or the
        checkpoint is damaged or of another training run.
    """
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"x has {len(x)} patterns and y {len(y)} labels, expected as many, over 0."
        )
    if checkpoint is not None and updates is not None:
        raise ValueError(
            f"checkpoint is {checkpoint} and updates {updates}, expected one of them: a checkpoint "
            "holds whole passes."
        )
    settings = {
        "parameters": model.count_params(),
        # Keras numbers the names of losses.
        "loss": loss.get_config() | {"name": type(loss).__name__},
        "patterns": len(x),
        "rates": [float(rate) for rate in rates],
        "seed": seed,
        "mu": mu,
        "samples": samples,
        # Without the place in memory that functions have in their name.
        "distort": re.sub(" at 0x[0-9a-f]+", "", repr(distort)),
    }
    history = History()
    if checkpoint is not None and checkpoint.exists():
        history = _resume(model, settings, checkpoint)
    order = np.random.default_rng(seed).permutation(len(x))
    passes, stop = len(rates), len(x)
    if updates is not None:
        passes, stop = min(1, passes), min(updates, stop)
    optimizer = SDLM(mu=mu)
    optimizer.build(model.trainable_variables)
    steps = compiled_steps(model, loss)
    errors = error_counter(model)
    for number in range(len(history.loss), passes):
        begin = time.perf_counter()
        optimizer.learning_rate = rates[number]
        optimizer.estimate(model, loss, x[order[:samples]], y[order[:samples]])
        weights = [variable.value for variable in model.trainable_variables]
        rate = [tf.convert_to_tensor(size) for size in optimizer.step_sizes()]
        losses, wrong = [], 0
        for first in range(0, stop, CHUNK):
            chosen = order[first : min(first + CHUNK, stop)]
            patterns = x[chosen]
            if distort is not None:
                patterns = distort(patterns, np.random.default_rng([seed, number, first]))
            weights, total, missed = steps(weights, rate, patterns, y[chosen])
            losses.append(float(total) / len(chosen))
            wrong += int(missed)
        for variable, weight in zip(model.trainable_variables, weights, strict=True):
            variable.assign(weight)
        if number == 0:
            history.first_pass = losses
        history.loss.append(float(np.average(losses, weights=_sizes(stop))))
        history.error.append(100 * wrong / stop)
        if held_out is not None:
            history.held_out.append(100 * errors(*held_out) / len(held_out[1]))
        history.seconds.append(time.perf_counter() - begin)
        if checkpoint is not None:
            _save(model, settings, history, checkpoint)
        if progress is not None:
            progress(_line(history, passes))
    return history


def compiled(model: keras.Model) -> Callable[[Images], NDArray[np.float32]]:
    """Return a function from patterns (n, ...) to what the model makes of them, (n, classes)."""
    outputs = tf.function(model, jit_compile=True, autograph=False)

    def batches(x: Images) -> NDArray[np.float32]:
        return np.concatenate([outputs(x[i : i + 100]).numpy() for i in range(0, len(x), 100)])

    return batches


def error_counter(model: keras.Model) -> Callable[[Images, Labels], int]:
    """Return a function that counts the patterns whose smallest penalty is a wrong class's."""
    penalties = compiled(model)
    return lambda x, y: int((penalties(x).argmin(axis=1) != y).sum())


def compiled_steps(model: keras.Sequential, loss: Any) -> Any:
    """Return a function that takes a step for each pattern it is given, one after the other.

    From weights, their step sizes, patterns and labels to new weights, the sum of the losses and
    the number of wrong answers.
    """

    def steps(weights: Any, rates: Any, x: Any, y: Any) -> Any:
        labels = tf.cast(y, tf.int32)

        def step(i: Any, weights: Any, total: Any, missed: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(weights)
                penalties, _ = model.stateless_call(weights, [], x[i][None])
                value = loss(labels[i][None], penalties)
            gradients = tape.gradient(value, weights)
            # Eq. 21, as in SDLM: the step sizes stay the same for a whole pass.
            weights = [w - eta * g for w, eta, g in zip(weights, rates, gradients, strict=True)]
            wrong = tf.argmin(penalties[0], output_type=tf.int32) != labels[i]
            return i + 1, weights, total + value, missed + tf.cast(wrong, tf.int32)

        return tf.while_loop(lambda i, *_: i < tf.shape(x)[0], step, (0, weights, 0.0, 0))[1:]

    return tf.function(steps, jit_compile=True, autograph=False)


def _sizes(updates: int) -> list[int]:
    """Return how many updates each entry of the log stands for."""
    return [min(CHUNK, updates - first) for first in range(0, updates, CHUNK)]


def _line(history: History, passes: int) -> str:
    """Say how far the training is and how it goes."""
    done = len(history.loss)
    left = np.mean(history.seconds) * (passes - done)
    held_out = f"  held out {history.held_out[-1]:.2f} %" if history.held_out else ""
    return (
        f"pass {done:2} of {passes}  loss {history.loss[-1]:7.4f}  "
        f"error {history.error[-1]:5.2f} %{held_out}  {left // 60:.0f}:{left % 60:02.0f} left"
    )


def _save(model: keras.Model, settings: dict[str, Any], history: History, checkpoint: Path) -> None:
    """Write a checkpoint, complete or not at all."""
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    unfinished = checkpoint.with_name(checkpoint.name + f".{os.getpid()}")
    text = json.dumps({"settings": settings, "history": asdict(history)})
    with unfinished.open("wb") as file:
        np.savez(file, np.array(text), *model.get_weights())
    unfinished.replace(checkpoint)


def _resume(model: keras.Model, settings: dict[str, Any], checkpoint: Path) -> History:
    """Read a checkpoint into the model; return the history so far."""
    try:
        with np.load(checkpoint) as file:
            text, *weights = file.values()
        found = json.loads(text.item())
        history = History(**found["history"])
    except Exception as error:  # zipfile and NumPy meet damage with a dozen kinds of error
        raise ValueError(
            f"The checkpoint {checkpoint} cannot be read ({type(error).__name__}: {error}). "
            "Delete it to start again."
        ) from error
    if found["settings"] != settings:
        raise ValueError(
            f"The checkpoint {checkpoint} is of a training with {found['settings']}, expected "
            f"{settings}. Delete it to start again."
        )
    model.set_weights(weights)
    return history
