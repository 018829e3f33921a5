"""Training on batches: one loop for all networks, in TensorFlow from end to end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

Images = NDArray[np.float32]
Labels = NDArray[np.uint8]


def falling_to_zero(rate: float, patterns: int, batch: int, passes: int) -> Any:
    """Return a learning rate that falls from the given one to 0 along a cosine, in all passes."""
    from keras.optimizers.schedules import CosineDecay

    return CosineDecay(rate, passes * (patterns // batch))


def train_in_batches(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    x: Images,
    y: Labels,
    *,
    passes: int,
    batch: int,
    seed: int,
    prepare: Callable[[Images, np.random.Generator], Images] | None = None,
    attack: Callable[[Any, Any], Any] | None = None,
    outputs: Callable[[Any], Any] | None = None,
    smoothing: float = 0.0,
    say: Callable[[str], None] = print,
) -> list[float]:
    """Train a network whose outputs are sums, for softmax and cross-entropy.

    The patterns of each pass come in a new order; those that would not fill the last batch sit the
    pass out, others each time. If the optimizer keeps averages of the weights (``use_ema``), the
    network has these at the end.

    Parameters
    ----------
    model, optimizer
        Of Keras.
    x, y
        Patterns (n, ...) and labels (n,).
    passes, batch
        How many passes, and how many patterns in a batch.
    seed
        Of the order of the patterns, and of what ``prepare`` draws.
    prepare
        Makes other patterns of those of a pass, such as a distortion.
    attack
        Makes other patterns of those of a batch and its labels, within TensorFlow.
    outputs
        What the network makes of patterns in training, if not ``model(x, training=True)``.
    smoothing
        Which part of the target of a pattern is spread over all classes.
    say
        Called with a line after each pass.

    Returns
    -------
    list of float
        Mean loss of each pass.
    """
    sums = outputs or (lambda patterns: model(patterns, training=True))
    learn = _one_pass(model, optimizer, batch, sums, attack, smoothing)
    batches = len(x) // batch
    losses = []
    for number in range(passes):
        rng = np.random.default_rng([seed, number])
        chosen = rng.permutation(len(x))[: batches * batch]
        patterns = prepare(x[chosen], rng) if prepare else x[chosen]
        losses.append(float(learn(patterns, y[chosen])))
        say(f"pass {number + 1} of {passes}  loss {losses[-1]:.4f}")
    optimizer.finalize_variable_values(model.trainable_variables)
    return losses


def _one_pass(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    batch: int,
    sums: Callable[[Any], Any],
    attack: Callable[[Any, Any], Any] | None,
    smoothing: float,
) -> Any:
    """Return a function from patterns and labels to their mean loss, a step for each batch."""
    import tensorflow as tf

    variables = model.trainable_variables
    optimizer.build(variables)
    classes = model.output_shape[-1]

    def steps(x: Any, y: Any) -> Any:
        targets = tf.one_hot(y, classes) * (1 - smoothing) + smoothing / classes
        labels = tf.cast(y, tf.int32)

        def step(i: Any, total: Any) -> Any:
            chosen = slice(i * batch, (i + 1) * batch)
            patterns = attack(x[chosen], labels[chosen]) if attack else x[chosen]
            with tf.GradientTape() as tape:
                losses = tf.nn.softmax_cross_entropy_with_logits(targets[chosen], sums(patterns))
                loss = tf.reduce_mean(losses)
            optimizer.apply(tape.gradient(loss, variables), variables)
            return i + 1, total + loss

        batches = tf.shape(x)[0] // batch
        _, total = tf.while_loop(lambda i, _: i < batches, step, (0, 0.0))
        return total / tf.cast(batches, total.dtype)

    return tf.function(steps, autograph=False)


def misread(model: keras.Model, x: Images, y: Labels) -> int:
    """Return how many patterns a network answers wrongly."""
    return int((scores(model, x).argmax(axis=1) != y).sum())


def scores(model: keras.Model, x: Images) -> Images:
    """Return the outputs of a network for patterns, in batches."""
    return np.asarray(model.predict(x, batch_size=1000, verbose=0))
