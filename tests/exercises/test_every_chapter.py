"""Every named misconception is rejected by its name, and every right way passes.

The answers are the tables of the files beside this one, a file for each chapter.
"""

import runpy
from collections import Counter
from pathlib import Path

import pytest

from lenet_course.exercises.catalog import chapters, exercises_of, find
from lenet_course.exercises.checker import judge

TABLES = [runpy.run_path(str(path)) for path in Path(__file__).parent.glob("test_[0-9]*.py")]
WRONG = [row for table in TABLES for row in table["WRONG"]]
ALSO_WRONG = [row for table in TABLES for row in table["ALSO_WRONG"]]
RIGHT = [row for table in TABLES for row in table["RIGHT"]]
EXERCISES = [exercise for chapter in chapters() for exercise in exercises_of(chapter)]
IDS = {exercise.id for exercise in EXERCISES}


@pytest.mark.parametrize(
    ("exercise", "answer", "phrase"),
    [pytest.param(w[0], w[2], w[3], id=f"{w[0]}-{w[1]}") for w in WRONG + ALSO_WRONG],
)
def test_a_misconception_is_rejected_by_its_name(exercise, answer, phrase):
    verdict = judge(find(exercise), answer)
    assert verdict.status == "wrong"
    assert phrase in verdict.message
    assert "Your code stopped" not in verdict.message


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_another_way_to_the_right_answer_passes(exercise, answer):
    verdict = judge(find(exercise), answer)
    assert verdict.status == "passed", verdict.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_the_answer_with_which_a_worksheet_goes_on_passes(exercise):
    verdict = judge(exercise, exercise.start)
    assert verdict.status == "passed", verdict.message


def test_every_exercise_has_three_misconceptions_and_another_right_way():
    named = Counter(exercise for exercise, *_ in WRONG)
    assert named.keys() == IDS
    assert min(named.values()) >= 3
    assert {exercise for exercise, _ in RIGHT} == IDS
