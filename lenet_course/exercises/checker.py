"""From an answer to a verdict, without side effects."""

from dataclasses import dataclass
from typing import Any, Literal

from lenet_course.exercises.answer import describe, is_blank
from lenet_course.exercises.exercise import Exercise, Wrong


@dataclass(frozen=True)
class Verdict:
    """What became of an answer, and the sentence the learner reads."""

    status: Literal["passed", "blank", "wrong"]
    message: str


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Check an answer. No answer, however odd, makes this raise."""
    if is_blank(answer):
        return Verdict("blank", "not attempted yet. Replace the ... above and run both cells.")
    try:
        exercise.check(answer)
    except Wrong as wrong:
        return Verdict("wrong", f"not right yet. {wrong}")
    except Exception:
        # The check tripped over a type it does not know: that too is an answer, and not a crash.
        received = "what your function returned" if callable(answer) else describe(answer)
        return Verdict(
            "wrong",
            f"not right yet. The exercise wants {exercise.wants}, and the check could not read "
            f"{received} as that.",
        )
    return Verdict("passed", f"passed. {exercise.means}")
