"""What an exercise is, and what a check may say about an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Wrong(Exception):  # noqa: N818 (a verdict on an answer, not an error in the program)
    """Raised by a check; its message tells the learner what is wrong, in their own numbers."""


@dataclass(frozen=True)
class Exercise:
    """One exercise of one chapter.

    `id` is the chapter's two digits, a dot and a short name, such as "08.sides". `check` takes
    the learner's answer and raises `Wrong` unless it is right. `wants` completes the sentence
    "The exercise wants ..."; `means` is the one sentence a learner reads after passing. `hints`
    are a nudge, the name of the function to use, and a skeleton. `start` is a right answer, with
    which a worksheet goes on while the blank is blank.
    """

    id: str
    title: str
    wants: str
    means: str
    hints: tuple[str, str, str]
    check: Callable[[Any], None]
    start: Any
