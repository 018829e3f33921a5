"""The networks of the course, as Keras models without weights or compilation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def lenet5_tutorial() -> keras.Sequential:
    """Build LeNet-5 as tutorials write it, for 28x28 digits (chapter 08).

    Input: float32 ``(n, 28, 28, 1)`` in [0, 1]. Output: ``(n, 10)`` probabilities.
    44,426 trainable parameters. It is not the network of the 1998 paper, which takes
    32x32 pixels, wires C3 through a table, trains its subsampling and ends in radial
    basis functions (LeCun et al. 1998, section II.B).
    """
    from keras import Sequential, layers

    return Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(6, 5, activation="tanh", name="C1"),
            layers.AveragePooling2D(2, name="S2"),
            layers.Conv2D(16, 5, activation="tanh", name="C3"),
            layers.AveragePooling2D(2, name="S4"),
            layers.Flatten(name="flatten"),
            layers.Dense(120, activation="tanh", name="C5"),
            layers.Dense(84, activation="tanh", name="F6"),
            layers.Dense(10, activation="softmax", name="output"),
        ],
        name="lenet5_tutorial",
    )
