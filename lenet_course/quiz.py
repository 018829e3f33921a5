"""The quiz at the end of a chapter: questions as data, answers folded until they are opened.

A chapter's questions are in ``quizzes/NN_name.toml``:

    [[question]]
    asks = "What is the side of the maps of S4?"

    [[question.option]]
    says = "7"
    right = true
    because = "The sides are 36, 18, 14 and 7."

Every option says why it is right or wrong. Text between backquotes is code.
"""

from __future__ import annotations

import html
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

QUIZZES = Path(__file__).parent / "quizzes"


@dataclass(frozen=True)
class Option:
    """One possible answer, and why it is right or wrong."""

    says: str
    because: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with its options, at least one of them right and one wrong."""

    asks: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Quiz:
    """The questions of a chapter, as a notebook shows them."""

    questions: tuple[Question, ...]

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li><p>{_marked_up(question.asks)}</p>{''.join(map(_folded, question.options))}</li>"
            for question in self.questions
        )
        return f'<ol class="quiz">{items}</ol>'

    def __repr__(self) -> str:
        """Show the questions and their options, without the answers."""
        lines = []
        for number, question in enumerate(self.questions, start=1):
            lines += [f"{number}. {question.asks}"]
            lines += [f"   - {option.says}" for option in question.options]
        return "\n".join(lines)


def quiz(chapter: str) -> Quiz:
    """Read the quiz of a chapter.

    Parameters
    ----------
    chapter
        The chapter's two digits, such as ``"08"``.

    Raises
    ------
    ValueError
        If there is no quiz for the chapter, or a question lacks a right or a wrong option.
    """
    found = sorted(QUIZZES.glob(f"{chapter}_*.toml"))
    if len(chapter) != 2 or not found:
        known = ", ".join(sorted(path.name[:2] for path in QUIZZES.glob("*.toml")))
        raise ValueError(f"There is no quiz for chapter {chapter!r}. There is one for: {known}.")
    data = tomllib.loads(found[0].read_text(encoding="utf-8"))
    questions = tuple(
        Question(entry["asks"], tuple(Option(**option) for option in entry["option"]))
        for entry in data["question"]
    )
    for question in questions:
        if {option.right for option in question.options} != {True, False}:
            raise ValueError(
                f"{found[0].name}: {question.asks!r} needs a right and a wrong option."
            )
    return Quiz(questions)


def _folded(option: Option) -> str:
    verdict = "Right." if option.right else "Not so."
    return (
        f"<details><summary>{_marked_up(option.says)}</summary>"
        f"<p><strong>{verdict}</strong> {_marked_up(option.because)}</p></details>"
    )


def _marked_up(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
