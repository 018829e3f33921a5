"""Handling a learner's answer: is it blank, what is it, what does it return, where did it stop."""

import dis
import linecache
import traceback
from collections.abc import Callable
from copy import deepcopy
from types import CodeType
from typing import Any

import numpy as np

from lenet_course.exercises.exercise import Wrong

# What Python compiles a body of nothing but a docstring, comments, `...` or `pass` to
# (3.11 loads and returns None in two steps, 3.12 and 3.13 in one).
_EMPTY_BODY = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
_CONSTANT = {"LOAD_CONST", "RETURN_CONST"}


def is_blank(answer: Any) -> bool:
    """Tell whether an answer is still the untouched blank, a value or a function's body."""
    if isinstance(answer, (list, tuple)):
        return any(value is ... for value in answer)
    code = getattr(answer, "__code__", None)
    if isinstance(code, CodeType):
        steps = list(dis.get_instructions(code))
        constants = [step.argval for step in steps if step.opname in _CONSTANT]
        return all(step.opname in _EMPTY_BODY for step in steps) and constants in ([None], [...])
    return answer is ...


def describe(value: Any) -> str:
    """Say in a few words what a value is: an array by its shape and dtype, others as written."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        dtype = getattr(value.dtype, "name", value.dtype)
        return f"an array of shape {tuple(value.shape)} and dtype {dtype}"
    text = repr(value)
    if len(text) <= 60 and not text.startswith("<"):
        return text
    return f"a value of type {type(value).__name__}"


def call(function: Any, **arguments: Any) -> Any:
    """Call the learner's function with copies of the arguments, in this order.

    The names serve the messages only: a learner may rename a parameter. What the function
    prints is left for the learner to see. Raises Wrong if the answer is not a function, stops
    with an error (quoting the learner's own line) or returns nothing.
    """
    if not callable(function):
        raise Wrong(
            "Pass the function itself, by its name and without parentheses: "
            f"the check received {describe(function)}."
        )
    try:
        result = function(*deepcopy(list(arguments.values())))
    except Exception as error:
        raise Wrong(_crash(function, error, arguments)) from error
    if result is None:
        raise Wrong("Your function returned None. End it with `return` and the result.")
    return result


def _crash(function: Callable[..., Any], error: Exception, arguments: dict[str, Any]) -> str:
    """Report an error as the learner's own: the last line of their cell it passed through."""
    code = getattr(function, "__code__", None)
    lines = [
        (line, linecache.getline(frame.f_code.co_filename, line).strip())
        for frame, line in traceback.walk_tb(error.__traceback__)
        if code and frame.f_code.co_filename == code.co_filename
    ]
    where = "when the check called it."
    if lines:
        number, source = lines[-1]
        where = f"at line {number} of its cell:\n    {source}"
    received = "".join(f"\nIt was given {name}: {describe(v)}." for name, v in arguments.items())
    return f"Your code stopped {where}\n{type(error).__name__}: {str(error).strip()}{received}"


def as_array(result: Any, name: str) -> np.ndarray[Any, Any]:
    """Turn a result into a NumPy array of numbers; raise Wrong, quoting it, if it is not one."""
    try:
        array = np.asarray(result)
    except ValueError as error:  # nested lists of unequal lengths
        raise Wrong(f"{name} should be one array of numbers; its rows differ in length.") from error
    if array.dtype.kind not in "biuf":
        raise Wrong(f"{name} should be an array of numbers; it is {describe(result)}.")
    return array
