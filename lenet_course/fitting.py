"""Fitting a small network in Keras: short trials from the same start, and the fast way to fit."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lenet_course.models import lenet5_tutorial

Data = tuple[NDArray[Any], NDArray[Any]]


class Trials:
    """Short trainings of one network, each of which begins anew.

    The graph is made once, so that a trial costs its steps only.

    Parameters
    ----------
    model
        Its outputs are probabilities. A copy is trained, which starts from the model's weights.
    optimizer
        Of Keras.
    data, held_out
        Images (n, ...) and labels (n,): to learn from, and to count errors on.
    """

    def __init__(self, model: keras.Model, optimizer: Any, data: Data, held_out: Data) -> None:
        first_weights = model.get_weights()
        model = keras.models.clone_model(model)
        model.compile(
            optimizer,
            "sparse_categorical_crossentropy",
            metrics=["accuracy"],
            steps_per_execution=16,
        )
        optimizer.build(model.trainable_variables)
        self.model, self.data, self.held_out = model, data, held_out
        self.first_weights = first_weights

    def restart(self, rate: float, weights: Sequence[NDArray[Any]] | None = None) -> None:
        """Go back to the first weights, or to others, and empty the optimizer's memory."""
        self.model.set_weights(self.first_weights if weights is None else weights)
        for variable in self.model.optimizer.variables:
            variable.assign(tf.zeros_like(variable))
        self.model.optimizer.learning_rate = rate

    def run(
        self,
        rate: float,
        *,
        n: int = 4096,
        batch_size: int = 32,
        epochs: int = 1,
        weights: Sequence[NDArray[Any]] | None = None,
        seed: int = 1,
    ) -> float:
        """Learn the first n digits; return the percentage of held-out digits that are misread.

        The seed gives the order of the digits, the same in each epoch.
        """
        # Seeding TensorFlow, for `fit` to shuffle, would make it prepare the graph once more.
        order = np.random.default_rng(seed).permutation(n)
        self.restart(rate, weights)
        x, y = self.data
        self.model.fit(
            x[order], y[order], batch_size=batch_size, epochs=epochs, shuffle=False, verbose=0
        )
        images, labels = self.held_out
        outputs = self.model.predict_on_batch(images)
        return float(100 * (outputs.argmax(axis=1) != labels).mean())

    def history(self, rate: float, *, n: int = 1000, epochs: int = 10) -> dict[str, list[float]]:
        """Learn the first n digits 25 at a time; return what `fit` records, held-out digits too."""
        keras.utils.set_random_seed(1)
        self.restart(rate)
        x, y = self.data
        fitted = self.model.fit(
            x[:n],
            y[:n],
            batch_size=25,
            epochs=epochs,
            validation_data=self.held_out,
            validation_batch_size=500,
            verbose=0,
        )
        return dict(fitted.history)


def batches(x: Any, y: Any, size: int) -> tf.data.Dataset:
    """Return a data set for ``fit`` that is shuffled and cut within TensorFlow, once an epoch.

    Keras would gather each batch digit by digit. Here all digits are put into a new order at
    once, and whole batches are sliced off. All have one shape: digits that would not fill the last
    one sit out the epoch, others each time. Call ``fit`` with ``shuffle=False``.
    """
    arrays = tf.constant(x), tf.constant(y)
    steps = len(x) // size
    # tf.random.shuffle would begin each epoch anew, with the same order, where a seed is set.
    chance = tf.random.Generator.from_seed(random.randrange(2**31))

    def epoch(_: Any) -> tf.data.Dataset:
        order = tf.argsort(chance.uniform([len(x)]))[: steps * size]
        shuffled = [tf.gather(array, order) for array in arrays]
        cut = [tf.reshape(a, (steps, size, *a.shape[1:])) for a in shuffled]
        return tf.data.Dataset.from_tensor_slices(tuple(cut))

    data = tf.data.Dataset.range(1).flat_map(epoch)
    return data.apply(tf.data.experimental.assert_cardinality(steps))


def epoch_seconds(*data: Any, steps: int = 64, xla: bool = False, **settings: Any) -> float:
    """Return how long an epoch of the network of chapter 08 takes: the faster one of two.

    An epoch before them, in which the graph is made, does not count.

    Parameters
    ----------
    data
        What ``fit`` is given: a data set, or images (n, 28, 28, 1) and labels (n,).
    steps
        To make before Keras returns to Python.
    xla
        Whether XLA compiles them.
    settings
        Others of ``fit``, such as its batch size.
    """
    tf.get_logger().setLevel("ERROR")  # it warns of each new graph
    model = lenet5_tutorial()
    model.compile(
        "adam",
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=steps,
        jit_compile=xla,
    )
    watch = _Stopwatch()
    model.fit(*data, epochs=3, verbose=0, callbacks=[watch], **settings)
    return min(watch.seconds[1:])


class _Stopwatch(keras.callbacks.Callback):  # type: ignore[misc]
    def on_train_begin(self, logs: Any = None) -> None:
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seconds.append(time.perf_counter() - self.start)
