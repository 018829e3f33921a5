"""Comparing the learner's array with the right one, and with what known mistakes give."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.exercises.exercise import Wrong

Array = NDArray[Any]
Shape = tuple[int, ...]
# What mistakes give, and what is to be said about each.
Known = Iterable[tuple[Any, str]]


def same(given: Array, expected: Any) -> bool:
    """Tell whether two arrays agree in shape and, up to rounding, in their numbers.

    Rounded constants, such as 1.7159, and single precision stay within the tolerance.
    """
    return given.shape == np.shape(expected) and np.allclose(given, expected, rtol=1e-5, atol=1e-4)


def explain(given: Array, known: Known, otherwise: str) -> str:
    """Return what is to be said about the mistake that gives just these numbers."""
    return next((why for values, why in known if same(given, values)), otherwise)


def check_shape(
    given: Array, right: Shape, known: Mapping[Shape, str], otherwise: str, name: str = "The shape"
) -> None:
    """Raise Wrong, saying which shape came and which should, unless the shape is right."""
    if given.shape != right:
        why = known.get(given.shape, otherwise)
        raise Wrong(f"{name} is {given.shape} and should be {right}. {why}")


def first_difference(given: Array, right: Array) -> Shape:
    """Return the index of the first number that differs, in arrays of one shape."""
    different = ~np.isclose(given, right, rtol=1e-5, atol=1e-4)
    return tuple(int(i) for i in np.argwhere(different)[0])


def check_values(given: Array, right: Array, known: Known, otherwise: str, name: str) -> None:
    """Raise Wrong, quoting the first number that differs, unless the numbers are right.

    The shape is taken to be right. `name` is what a number of the array is called.
    """
    if same(given, right):
        return
    at = first_difference(given, right)
    place = at[0] if len(at) == 1 else at
    why = explain(given, known, otherwise)
    raise Wrong(f"{name} at {place} is {float(given[at]):.4g} and should be {right[at]:.4g}. {why}")
