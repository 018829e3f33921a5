"""Finding exercises: each chapter's are the `EXERCISES` of one module named chNN_name."""

import pkgutil
import re
from importlib import import_module

from lenet_course import exercises
from lenet_course.exercises.exercise import Exercise


def chapters() -> dict[str, str]:
    """Name the module of each chapter that has exercises, by the chapter's two digits."""
    names = sorted(module.name for module in pkgutil.iter_modules(exercises.__path__))
    return {name[2:4]: name for name in names if re.match(r"ch\d\d_", name)}


def exercises_of(chapter: str) -> tuple[Exercise, ...]:
    """List a chapter's exercises in the order of its worksheet.

    Raises ValueError if no chapter with these two digits has exercises.
    """
    names = chapters()
    if chapter not in names:
        raise ValueError(
            f"No exercises for chapter {chapter!r}. Chapters with exercises: {', '.join(names)}."
        )
    module = import_module(f"{exercises.__name__}.{names[chapter]}")
    return tuple(module.EXERCISES)


def find(exercise_id: str) -> Exercise:
    """Return the exercise with this id; raise ValueError, listing the ids, if there is none."""
    known = {exercise.id: exercise for exercise in exercises_of(exercise_id.partition(".")[0])}
    if exercise_id not in known:
        raise ValueError(
            f"No exercise {exercise_id!r}. The exercises of this chapter: {', '.join(known)}."
        )
    return known[exercise_id]
