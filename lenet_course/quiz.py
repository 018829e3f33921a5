"""The quiz at the end of a chapter: questions as data, shown with a reason for every answer.

A chapter's questions are in ``quizzes/NN_name.toml``:

    [[question]]
    asks = "What is the side of the maps of S4?"

    [[question.option]]
    says = "7"
    right = true
    because = "The sides are 36, 18, 14 and 7."

Every option says why it is right or wrong. Text between backquotes is code, and text between
asterisks is stressed.

A page of the book shows them as a component (``web/src/quiz``), which keeps the answers in the
browser; so does a notebook with anywidget. Elsewhere the answers are folded until they are opened.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lenet_course.widgets import BOOK, Element

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

    @property
    def key(self) -> str:
        """Eight characters that change when the question, its options or their order do.

        An answer is kept under it, so that one to an older question does not count for a new one.
        """
        asked = [self.asks, *([option.says, option.right] for option in self.options)]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Quiz:
    """The questions of a chapter, as a notebook shows them.

    Attributes
    ----------
    chapter
        Its two digits.
    """

    chapter: str
    questions: tuple[Question, ...]

    @property
    def _element(self) -> Element:
        """The component, and the folded answers that stand in for it and that it reads."""
        items = "".join(
            f'<li data-question="{question.key}"><p>{_marked_up(question.asks)}</p>'
            f"{''.join(map(_folded, question.options))}</li>"
            for question in self.questions
        )
        folded = f'<ol class="quiz">{items}</ol>'
        return Element("quiz", {"chapter": self.chapter}, stand_in=folded)

    def _repr_html_(self) -> str:
        return self._element._repr_html_()

    def _repr_mimebundle_(self, **_: object) -> Any:
        """Add the component as a widget, in a notebook that can have it."""
        if os.environ.get(BOOK):
            return {}
        try:
            widget = self._element.widget()
        except ModuleNotFoundError:
            return {}
        data, metadata = widget._repr_mimebundle_()
        return data | {"text/plain": repr(self)}, metadata

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
    return Quiz(chapter, questions)


def _folded(option: Option) -> str:
    mark, verdict = (' data-right=""', "Right.") if option.right else ("", "Not so.")
    return (
        f"<details{mark}><summary>{_marked_up(option.says)}</summary>"
        f"<p><strong>{verdict}</strong> {_marked_up(option.because)}</p></details>"
    )


def _marked_up(text: str) -> str:
    escaped = html.escape(text, quote=False)
    # Asterisks within code are left alone: backquotes are found first.
    return re.sub(r"`([^`]+)`|\*(\S[^*`]*)\*", _mark_up, escaped)


def _mark_up(found: re.Match[str]) -> str:
    code, stressed = found.groups()
    return f"<code>{code}</code>" if code else f"<em>{stressed}</em>"
