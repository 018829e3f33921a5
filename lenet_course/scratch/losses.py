"""What training minimizes: one number for the answers of a batch, and its derivatives.

Every loss has ``value``, the mean over the batch; ``gradient``, its first derivative by each
output, so it carries the 1/n of the mean; and ``curvature``, its second derivative by each output,
the exact diagonal of the Hessian, from which the second-derivative pass starts (LeCun et al. 1998,
appendix C). None of these diagonals is negative.
"""

# ruff: noqa: D102 - Loss documents the methods of all losses
# NumPy's operators on arrays of any precision return Any.
# mypy: disable-error-code="no-any-return"

from abc import ABC, abstractmethod

import numpy as np

from lenet_course.scratch.sliding_windows import Array


class Loss(ABC):
    """What all losses share."""

    @abstractmethod
    def value(self, outputs: Array, labels: Array) -> float:
        """Return the mean loss of the batch."""

    @abstractmethod
    def gradient(self, outputs: Array, labels: Array) -> Array:
        """Return dE/d(output), of the shape of the outputs."""

    @abstractmethod
    def curvature(self, outputs: Array, labels: Array) -> Array:
        """Return d2E/d(output)2, of the shape of the outputs."""


class SoftmaxCrossEntropy(Loss):
    """Cross-entropy of the softmax, from the sums before the softmax (logits).

    p_i = exp(a_i) / sum over k of exp(a_k);  E = mean of -log p_label

    Outputs a (n, classes), labels (n,): integers from 0 to classes - 1. Not in LeCun et al. 1998:
    what tutorials train with. The gradient is (p - one_hot) / n and the curvature p (1 - p) / n.
    """

    def value(self, outputs: Array, labels: Array) -> float:
        correct = outputs * _one_hot(labels, outputs)
        return (_log_sum_exp(outputs) - correct.sum(axis=1)).mean()

    def gradient(self, outputs: Array, labels: Array) -> Array:
        return (softmax(outputs) - _one_hot(labels, outputs)) / len(outputs)

    def curvature(self, outputs: Array, labels: Array) -> Array:
        _one_hot(labels, outputs)
        p = softmax(outputs)
        return p * (1 - p) / len(outputs)


class MeanSquaredError(Loss):
    """The mean of (output - target)**2 over all outputs of the batch, as in Keras.

    Outputs and targets (n, units). Gradient 2 (output - target) / (n * units), curvature
    2 / (n * units).
    """

    def value(self, outputs: Array, labels: Array) -> float:
        return (self._difference(outputs, labels) ** 2).mean()

    def gradient(self, outputs: Array, labels: Array) -> Array:
        return 2 * self._difference(outputs, labels) / outputs.size

    def curvature(self, outputs: Array, labels: Array) -> Array:
        return np.full_like(self._difference(outputs, labels), 2 / outputs.size)

    def _difference(self, outputs: Array, targets: Array) -> Array:
        if targets.shape != outputs.shape:
            raise ValueError(
                f"The targets have shape {targets.shape}, expected {outputs.shape}, that of the "
                "outputs: one target for each output, not a label for each image."
            )
        return outputs - targets.astype(outputs.dtype)


class EuclideanMSE(Loss):
    """The mean penalty of the correct class: E = 1/P sum over the patterns p of y_Dp.

    LeCun et al. 1998, eq. 8. Outputs y (n, classes) of `RBF`, labels D (n,): integers from 0 to
    classes - 1. Linear in y, so its curvature is 0: that of the squares is in the RBF layer.
    """

    def value(self, outputs: Array, labels: Array) -> float:
        return (outputs * _one_hot(labels, outputs)).sum(axis=1).mean()

    def gradient(self, outputs: Array, labels: Array) -> Array:
        return _one_hot(labels, outputs) / len(outputs)

    def curvature(self, outputs: Array, labels: Array) -> Array:
        return np.zeros_like(_one_hot(labels, outputs))


class MAP(Loss):
    """The maximum a posteriori criterion: competition among the classes.

    E = 1/P sum over the patterns p of (y_Dp + log(exp(-j) + sum over i of exp(-y_i)))

    LeCun et al. 1998, eq. 9. Outputs y (n, classes) of `RBF`, labels D (n,): integers from 0 to
    classes - 1. With q_i = exp(-y_i) / (exp(-j) + sum over k of exp(-y_k)), the gradient is
    (one_hot - q) / n and the curvature q (1 - q) / n.

    Parameters
    ----------
    j
        The penalty of a "rubbish" class, positive, which keeps penalties that are large already
        from being pushed up further. The paper does not give its value: 0.1 is an assumption.
    """

    def __init__(self, j: float = 0.1) -> None:
        if j <= 0:
            raise ValueError(f"j is {j}, expected a positive number.")
        self.j = j

    def value(self, outputs: Array, labels: Array) -> float:
        correct = (outputs * _one_hot(labels, outputs)).sum(axis=1)
        return (correct + _log_sum_exp(self._exponents(outputs))).mean()

    def gradient(self, outputs: Array, labels: Array) -> Array:
        return (_one_hot(labels, outputs) - self._posteriors(outputs)) / len(outputs)

    def curvature(self, outputs: Array, labels: Array) -> Array:
        _one_hot(labels, outputs)
        q = self._posteriors(outputs)
        return q * (1 - q) / len(outputs)

    def _posteriors(self, outputs: Array) -> Array:
        return softmax(self._exponents(outputs))[:, :-1]

    def _exponents(self, outputs: Array) -> Array:
        """Return -y with a column -j for the rubbish class: (n, classes + 1)."""
        rubbish = np.full((len(outputs), 1), -self.j, outputs.dtype)
        return np.concatenate([-outputs, rubbish], axis=1)


def softmax(a: Array) -> Array:
    """Return exp(a_i) / sum over k of exp(a_k) along the last axis; shape as ``a``."""
    return np.exp(a - _log_sum_exp(a)[..., None])


def _log_sum_exp(a: Array) -> Array:
    # The largest exponent is taken out, so that exp cannot overflow.
    largest = a.real.max(axis=-1)
    return largest + np.log(np.exp(a - largest[..., None]).sum(axis=-1))


def _one_hot(labels: Array, outputs: Array) -> Array:
    """Return a row for each label with 1 at the label and 0 elsewhere, as real numbers."""
    if outputs.ndim != 2 or labels.shape != outputs.shape[:1]:
        raise ValueError(
            f"The labels have shape {labels.shape} and the outputs {outputs.shape}, expected (n,) "
            "and (n, classes)."
        )
    classes = outputs.shape[1]
    if labels.dtype.kind not in "iu" or not np.isin(labels, np.arange(classes)).all():
        raise ValueError(
            f"The labels are {labels.dtype} from {labels.min()} to {labels.max()}, expected "
            f"integers from 0 to {classes - 1}."
        )
    return np.eye(classes, dtype=outputs.real.dtype)[labels]
