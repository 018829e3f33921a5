"""Exercises that check themselves: what a learner types into a worksheet.

    check("08.sides", sides)     says whether the answer is right, and if not, what is wrong
    hint("08.sides")             gives the next of three hints
    solution("08.sides")         opens after two failed checks
    progress("08")               shows how far you are, in one chapter or, without it, in all
    continue_with("08.prepare", prepare)   goes on although a blank is still blank

Progress is kept in ~/.lenet-course/progress.json, without an account. A new chapter needs one
module chNN_name.py here, which lists its `EXERCISES`, and one notebook solutions/NN_name.ipynb.
"""

import json
import textwrap
from importlib.resources import files
from typing import Any

from lenet_course.exercises.answer import is_blank
from lenet_course.exercises.catalog import chapters, exercises_of, find
from lenet_course.exercises.checker import judge
from lenet_course.exercises.record import Progress, Record

__all__ = ["check", "continue_with", "hint", "progress", "solution"]

# A solution opens after this many failed checks; a blank does not count.
FAILURES_BEFORE_SOLUTION = 2

_record = Record()


def check(exercise_id: str, answer: Any) -> None:
    """Print whether an answer is right and, if it is not, what is wrong with it.

    Raises ValueError if there is no exercise with this id, and nothing else.
    """
    verdict = judge(find(exercise_id), answer)
    _say(f"{exercise_id}: {verdict.message}")
    if verdict.status == "blank":
        return
    entry = _record.of(exercise_id)
    if verdict.status == "passed":
        entry.passed = True
    else:
        # To run the cell once more, for a hint, is not another try.
        entry.failed += verdict.message != _record.last_failure.get(exercise_id)
        _record.last_failure[exercise_id] = verdict.message
        print(f'For help: hint("{exercise_id}")', end="")
        print(f' or solution("{exercise_id}")' if _is_open(entry) else "")
    _record.store(exercise_id, entry)


def hint(exercise_id: str) -> None:
    """Print the next of the three hints; after the third, all of them.

    Raises ValueError if there is no exercise with this id.
    """
    hints = find(exercise_id).hints
    entry = _record.of(exercise_id)
    if entry.hints < len(hints):
        _say(f"Hint {entry.hints + 1} of {len(hints)}. {hints[entry.hints]}")
        entry.hints += 1
        _record.store(exercise_id, entry)
        return
    for number, text in enumerate(hints, start=1):
        _say(f"Hint {number} of {len(hints)}. {text}")
    _say(f'There are no more hints. solution("{exercise_id}") opens after two failed checks.')


def solution(exercise_id: str) -> None:
    """Print the worked solution, once the exercise is passed or has failed two checks.

    Raises ValueError if there is no exercise with this id.
    """
    exercise = find(exercise_id)
    entry = _record.of(exercise_id)
    if not _is_open(entry):
        _say(
            f"The solution opens after two failed checks (a blank does not count); so far: "
            f'{entry.failed}. Meanwhile: hint("{exercise_id}")'
        )
        return
    stored = files(__name__) / "solutions" / f"{chapters()[exercise.id[:2]][2:]}.json"
    if not stored.is_file():
        print("This copy of the course carries no solutions: ask your instructor.")
        return
    print(json.loads(stored.read_text(encoding="utf-8"))[exercise_id])


def progress(chapter: str | None = None) -> None:
    """Print a table of the exercises of one chapter ("08"), or of all, and where you stand.

    Raises ValueError if no such chapter has exercises.
    """
    entries = _record.all()
    listed = [
        exercise
        for number in ([chapter] if chapter else chapters())
        for exercise in exercises_of(number)
    ]
    width = max(len(exercise.id) for exercise in listed)
    for exercise in listed:
        state = _state(entries.get(exercise.id, Progress()))
        print(f"{exercise.id:{width}}  {state:<15}  {exercise.title}")
    passed = sum(entries.get(exercise.id, Progress()).passed for exercise in listed)
    print(f"{passed} of {len(listed)} passed. {_record.lasts()}")


def continue_with(exercise_id: str, answer: Any) -> Any:
    """Return the learner's answer or, while it is blank, the course's own.

    An answer that has failed its check is used as it is, with a line that says so.
    Raises ValueError if there is no exercise with this id.
    """
    exercise = find(exercise_id)
    if is_blank(answer):
        print(f"{exercise_id} is still blank: this cell goes on with the course's own answer.")
        return exercise.start
    entry = _record.of(exercise_id)
    if entry.failed and not entry.passed:
        print(f"{exercise_id} has not passed its check: this cell goes on with it as it is.")
    return answer


def _say(text: str) -> None:
    """Print prose in lines short enough for a page; lines of code stay as they are."""
    for line in text.splitlines():
        print(line if line.startswith(" ") else textwrap.fill(line, 80, break_long_words=False))


def _is_open(entry: Progress) -> bool:
    return entry.passed or entry.failed >= FAILURES_BEFORE_SOLUTION


def _state(entry: Progress) -> str:
    if entry.passed:
        return "passed"
    return f"tried, {entry.failed} failed" if entry.failed else "not attempted"
