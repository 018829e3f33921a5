"""The two criteria of LeCun et al. 1998, for Keras.

They take the penalties of `lenet_course.layers.EuclideanRBF`, (n, classes), and integer labels,
(n,) or (n, 1). ``gradient`` and ``curvature`` are the derivatives of the mean over the patterns by
each penalty, from which the pass of second derivatives starts (appendix C).
"""

# Keras has no type hints: its classes and what they return are Any.
# mypy: allow-subclassing-any, no-warn-return-any

from typing import Any

import keras
from keras import ops

_registered = keras.saving.register_keras_serializable(package="lenet_course")


@_registered
class EuclideanMSE(keras.losses.Loss):
    """The mean penalty of the correct class: E = 1/P sum over the patterns p of y_Dp (eq. 8)."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each pattern, shape (n,)."""
        return ops.sum(_one_hot(y_true, y_pred) * y_pred, axis=1)

    def gradient(self, y_true: Any, y_pred: Any) -> Any:
        """Return dE/dy, shape (n, classes)."""
        return _one_hot(y_true, y_pred) / y_pred.shape[0]

    def curvature(self, y_true: Any, y_pred: Any) -> Any:
        """Return d2E/dy2 = 0: that of the squares is in the RBF layer."""
        return ops.zeros_like(y_pred)


@_registered
class MAP(keras.losses.Loss):
    """The maximum a posteriori criterion, in which the classes compete (eq. 9).

    E = 1/P sum over the patterns p of (y_Dp + log(exp(-j) + sum over i of exp(-y_i)))

    Parameters
    ----------
    j
        The penalty of a "rubbish" class, positive, which keeps penalties that are large already
        from being pushed up further. The paper does not give its value: 0.1 is an assumption.
    """

    def __init__(self, j: float = 0.1, **settings: Any) -> None:
        if j <= 0:
            raise ValueError(f"j is {j}, expected a positive number.")
        super().__init__(**settings)
        self.j = j

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each pattern, shape (n,)."""
        correct = ops.sum(_one_hot(y_true, y_pred) * y_pred, axis=1)
        return correct + ops.logsumexp(self._exponents(y_pred), axis=1)

    def gradient(self, y_true: Any, y_pred: Any) -> Any:
        """Return dE/dy, shape (n, classes)."""
        return (_one_hot(y_true, y_pred) - self.posteriors(y_pred)[:, :-1]) / y_pred.shape[0]

    def curvature(self, y_true: Any, y_pred: Any) -> Any:
        """Return d2E/dy2, the exact diagonal, shape (n, classes)."""
        q = self.posteriors(y_pred)[:, :-1]
        return q * (1 - q) / y_pred.shape[0]

    def posteriors(self, y_pred: Any) -> Any:
        """Return the probability of each class and, last, of rubbish: (n, classes + 1)."""
        return ops.softmax(self._exponents(y_pred), axis=1)

    def _exponents(self, y_pred: Any) -> Any:
        rubbish = ops.full_like(y_pred[:, :1], -self.j)
        return ops.concatenate([-y_pred, rubbish], axis=1)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return super().get_config() | {"j": self.j}


def _one_hot(labels: Any, y_pred: Any) -> Any:
    labels = ops.cast(ops.reshape(labels, (-1,)), "int32")  # Keras makes floats of them
    return ops.one_hot(labels, y_pred.shape[1], dtype=y_pred.dtype)
