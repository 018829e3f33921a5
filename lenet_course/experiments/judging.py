"""What is kept of a classifier's answers to the test patterns."""

import numpy as np
from numpy.typing import ArrayLike

from lenet_course.evaluation import margins, rejected_percent
from lenet_course.experiments.experiment import Figures


def judge(scores: ArrayLike, labels: ArrayLike, error_percent: float = 0.5) -> Figures:
    """Return the figures of a final training that every experiment has.

    Parameters
    ----------
    scores
        Of the test patterns, (n, classes), larger for a likelier class.
    labels
        Of the test patterns, (n,).
    error_percent
        How much of what is not rejected may be wrong.

    Returns
    -------
    dict
        ``test_errors``; ``wrong``, the numbers of the patterns that were answered wrongly; and
        ``rejected_percent``, see `lenet_course.evaluation.rejected_percent`.
    """
    wrong = np.argmax(scores, axis=1) != np.asarray(labels)
    return {
        "test_errors": int(wrong.sum()),
        "wrong": np.flatnonzero(wrong).tolist(),
        "rejected_percent": rejected_percent(margins(scores), wrong, error_percent),
    }
