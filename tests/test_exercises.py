"""The machinery behind every exercise: verdicts, blanks, crashes, hints, solutions, progress."""

import ast
import json
import linecache
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import numpy as np
import pytest

from lenet_course import exercises
from lenet_course.exercises import check, continue_with, hint, progress, solution
from lenet_course.exercises.answer import call, describe, is_blank
from lenet_course.exercises.catalog import chapters, exercises_of, find
from lenet_course.exercises.checker import judge
from lenet_course.exercises.exercise import Wrong
from lenet_course.exercises.record import Progress, Record

ALL = [exercise for chapter in chapters() for exercise in exercises_of(chapter)]
SIDES, WRONG_SIDES = [24, 12, 8, 4], [28, 14, 10, 5]


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """Give each test a learner of its own."""
    path = tmp_path / "home" / "progress.json"
    monkeypatch.setenv("LENET_COURSE_PROGRESS", str(path))
    restart(monkeypatch)
    return path


def restart(monkeypatch):
    """What a new kernel starts with."""
    monkeypatch.setattr(exercises, "_record", Record())


def test_the_exercises_do_not_import_tensorflow():
    code = (
        "import lenet_course.exercises as e, sys; e.progress(); assert 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


# What every exercise must have


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
def test_an_exercise_is_complete(exercise):
    assert len(set(exercise.hints)) == 3
    assert all([exercise.title, exercise.wants, exercise.means, *exercise.hints])
    assert "___" in exercise.hints[2]
    assert judge(exercise, exercise.start).status == "passed"


def test_ids_are_unique_and_name_their_chapter():
    assert len({exercise.id for exercise in ALL}) == len(ALL)
    for chapter in chapters():
        assert all(exercise.id.startswith(f"{chapter}.") for exercise in exercises_of(chapter))


def test_an_unknown_id_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"No exercise '08.side'. .* 08.sides, 08.prepare"):
        check("08.side", SIDES)
    with pytest.raises(ValueError, match=r"chapter 'sides'. Chapters with exercises: 03, .*08"):
        hint("sides")


# Blanks


def with_docstring(images):
    """Return the images."""
    # A comment.
    ...


def with_pass(images):
    pass


def with_returned_dots(images):
    return ...


def with_answer(images):
    images = ...
    return images


def with_zero(images):
    return 0


def with_text(images):
    """Return a text."""
    return "24"


@pytest.mark.parametrize(
    "answer", [..., [..., 12, 8, 4], (24, ...), with_docstring, with_pass, with_returned_dots]
)
def test_the_untouched_blank_is_not_attempted(answer):
    assert is_blank(answer)
    assert judge(find("08.sides"), answer).message.startswith("not attempted yet")


@pytest.mark.parametrize(
    "answer", [None, [], 0, np.zeros(3), with_answer, with_zero, with_text, len, np.argmax]
)
def test_anything_else_is_an_answer(answer):
    assert not is_blank(answer)


# Answers that are wrong in type, and code that crashes


@pytest.mark.parametrize(
    ("answer", "received"),
    [
        (5, "read 5 as that"),
        (None, "read None as that"),
        (np.eye(4), "read an array of shape (4, 4) and dtype float64 as that"),
        (list("abcd"), "read ['a', 'b', 'c', 'd'] as that"),
        (len, "read what your function returned as that"),
    ],
)
def test_an_odd_answer_is_described_calmly(answer, received):
    verdict = judge(find("08.sides"), answer)
    assert verdict.status == "wrong"
    assert "wants a list of four whole numbers" in verdict.message
    assert received in verdict.message


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("abc", "an array of numbers; it is 'abc'"),
        ([[1], [2, 3]], "its rows differ in length"),
        ({"a": "x" * 80}, "a value of type dict"),
    ],
)
def test_a_result_that_is_no_array_is_quoted(result, message):
    assert message in judge(find("08.prepare"), lambda images: result).message


def test_a_result_in_place_of_the_function_is_noticed():
    message = judge(find("08.prepare"), np.zeros((2, 28, 28, 1))).message
    assert "by its name and without parentheses" in message
    assert "an array of shape (2, 28, 28, 1)" in message


def test_a_missing_return_is_noticed():
    assert "returned None" in judge(find("08.prepare"), print).message


def test_short_values_are_quoted_and_long_ones_named():
    assert describe([24, 8]) == "[24, 8]"
    assert describe(list(range(99))) == "a value of type list"
    assert describe(judge) == "a value of type function"


def cell(source: str) -> ModuleType:
    """Run source as a notebook's kernel does: from a file name that only linecache knows."""
    name = "/tmp/ipykernel_1/123.py"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    module = ModuleType("__main__")
    exec(compile(source, name, "exec"), module.__dict__)
    return module


def test_a_crash_is_shown_with_the_learners_own_line():
    notebook = cell(
        "import numpy as np\n"
        "def flat(images):\n"
        "    return np.reshape(images, (28, 28))\n"
        "def prepare(images):\n"
        "    images = images / 255\n"
        "    return flat(images)\n"
    )
    message = judge(find("08.prepare"), notebook.prepare).message
    assert "at line 3 of its cell:\n    return np.reshape(images, (28, 28))\n" in message
    assert "ValueError: cannot reshape" in message
    assert "images: an array of shape (7, 28, 28) and dtype uint8" in message
    assert "Traceback" not in message


@pytest.mark.parametrize("function", [lambda: 1, bytes.fromhex])
def test_a_call_that_fails_outside_the_learners_lines(function):
    message = judge(find("08.prepare"), function).message
    assert "Your code stopped when the check called it.\nTypeError: " in message


def test_the_function_gets_copies_and_may_print(capsys):
    images = np.ones(3)

    def spoil(array):
        print("seen", array[0])
        array[:] = 0
        return array

    assert call(spoil, images=images).tolist() == [0, 0, 0]
    assert images.tolist() == [1, 1, 1]
    assert capsys.readouterr().out == "seen 1.0\n"


def test_call_raises_wrong_from_the_error():
    with pytest.raises(Wrong) as caught:
        call(lambda: 1 / 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


# check, hint, solution


def test_check_says_what_passing_means(capsys):
    check("08.sides", SIDES)
    assert capsys.readouterr().out.startswith("08.sides: passed. Each 5x5 convolution takes 4")


def test_lines_are_short_enough_for_a_page(capsys):
    check("08.sides", WRONG_SIDES)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 2
    assert max(map(len, lines)) <= 80


def test_three_hints_come_one_at_a_time_and_then_together(capsys, monkeypatch):
    hints = find("08.model").hints
    hint("08.model")
    first = capsys.readouterr().out
    restart(monkeypatch)
    hint("08.model")
    second = capsys.readouterr().out
    hint("08.model")
    third = capsys.readouterr().out
    assert first.startswith("Hint 1 of 3. ")
    assert first.split() == f"Hint 1 of 3. {hints[0]}".split()
    assert second.split() == f"Hint 2 of 3. {hints[1]}".split()
    assert third == f"Hint 3 of 3. {hints[2]}\n"
    hint("08.model")
    again = capsys.readouterr().out
    assert again.startswith(first + second + third)
    assert "There are no more hints." in again


def test_a_solution_opens_after_two_failed_checks_that_were_not_blanks(capsys, monkeypatch):
    check("08.sides", ...)
    check("08.sides", ...)
    check("08.sides", WRONG_SIDES)
    assert 'For help: hint("08.sides")\n' in capsys.readouterr().out
    solution("08.sides")
    assert "opens after two failed checks" in capsys.readouterr().out
    restart(monkeypatch)
    check("08.sides", WRONG_SIDES)
    assert 'For help: hint("08.sides") or solution("08.sides")\n' in capsys.readouterr().out
    solution("08.sides")
    shown = capsys.readouterr().out
    assert "[24, 12, 8, 4]" in shown
    assert "###" not in shown


def test_the_same_answer_checked_again_is_not_another_failure(capsys):
    for _ in range(3):
        check("08.sides", WRONG_SIDES)
    solution("08.sides")
    assert "so far: 1" in " ".join(capsys.readouterr().out.split())
    check("08.sides", [1, 2, 3, 4])
    check("08.sides", WRONG_SIDES)
    progress("08")
    assert "tried, 3 failed" in capsys.readouterr().out


def beginning_of_the_worksheet(chapter):
    """Return its imports and the names it gives before the first exercise, without the data."""
    (path,) = Path(__file__).parent.parent.glob(f"exercises/{chapter}_*.ipynb")
    _install, first, *_ = (c for c in nbformat.read(path, 4).cells if c.cell_type == "code")
    lines = [ast.unparse(statement) for statement in ast.parse(first.source).body]
    return "\n".join(x for x in lines if not re.search("load_|x_train|digits", x)) + "\n"


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
def test_the_solution_shown_passes_its_check(exercise, capsys, monkeypatch):
    monkeypatch.setattr(exercises._record, "of", lambda _: Progress(passed=True))
    solution(exercise.id)
    code = capsys.readouterr().out
    namespace = vars(cell(beginning_of_the_worksheet(exercise.id[:2]) + code))
    assert judge(exercise, list(namespace.values())[-1]).status == "passed"


def test_a_copy_without_solutions_says_so(capsys, monkeypatch, tmp_path):
    check("08.sides", SIDES)
    monkeypatch.setattr(exercises, "files", lambda package: tmp_path)
    capsys.readouterr()
    solution("08.sides")
    assert capsys.readouterr().out.startswith("This copy of the course carries no solutions")


# continue_with


def test_a_worksheet_goes_on_past_a_blank(capsys):
    assert continue_with("08.sides", ...) == SIDES
    assert "08.sides is still blank: this cell goes on with the course's own answer" in (
        capsys.readouterr().out
    )


def test_an_answer_is_used_and_a_failed_one_named(capsys):
    assert continue_with("08.sides", WRONG_SIDES) is WRONG_SIDES
    assert capsys.readouterr().out == ""
    check("08.sides", WRONG_SIDES)
    capsys.readouterr()
    assert continue_with("08.sides", WRONG_SIDES) is WRONG_SIDES
    assert "08.sides has not passed its check" in capsys.readouterr().out
    check("08.sides", SIDES)
    capsys.readouterr()
    assert continue_with("08.sides", SIDES) is SIDES
    assert capsys.readouterr().out == ""


# progress and its file


def test_progress_is_a_table_of_a_chapter_or_of_all(capsys):
    check("08.sides", SIDES)
    check("08.prepare", lambda images: images)
    capsys.readouterr()
    progress("08")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "08.sides     passed           The sides of the feature maps"
    assert lines[1].startswith("08.prepare   tried, 1 failed  ")
    assert lines[2].startswith("08.one_hot   not attempted    ")
    assert lines[-1] == "1 of 6 passed. Kept on this computer, across restarts."
    progress()
    assert f"1 of {len(ALL)} passed." in capsys.readouterr().out


def test_once_passed_stays_passed_across_restarts(capsys, monkeypatch):
    check("08.sides", SIDES)
    restart(monkeypatch)
    check("08.sides", WRONG_SIDES)
    progress("08")
    assert "\n08.sides     passed " in capsys.readouterr().out


def test_colab_keeps_progress_for_the_life_of_the_machine(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    progress("08")
    assert "Kept only for the life of this Colab machine." in capsys.readouterr().out


def test_progress_lives_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("LENET_COURSE_PROGRESS")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    check("08.sides", SIDES)
    stored = json.loads((tmp_path / ".lenet-course" / "progress.json").read_text())
    assert stored == {"08.sides": {"passed": True, "failed": 0, "hints": 0}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"08.sides": {"passed": tr',
        b"\xff\xfe",
        b"[1, 2]",
        b'{"08.sides": null}',
        b'{"08.sides": {"score": 3}}',
        b'{"08.sides": {"passed": "yes", "failed": 0, "hints": 0}}',
        b'{"08.sides": {"passed": true, "failed": null, "hints": 0}}',
    ],
)
def test_a_damaged_file_is_put_aside(content, progress_file, capsys):
    progress_file.parent.mkdir()
    progress_file.write_bytes(content)
    check("08.sides", SIDES)
    assert "It is now progress.json.damaged" in capsys.readouterr().out
    assert progress_file.with_name("progress.json.damaged").read_bytes() == content
    assert json.loads(progress_file.read_text())["08.sides"]["passed"] is True
    progress("08")
    assert "damaged" not in capsys.readouterr().out


def test_an_unreadable_place_is_said_once_and_progress_kept_in_memory(
    progress_file, capsys, monkeypatch
):
    progress_file.mkdir(parents=True)  # a folder where the file should be
    check("08.sides", WRONG_SIDES)
    assert "Progress is kept only until this notebook's kernel stops" in capsys.readouterr().out
    check("08.sides", [1, 2, 3, 4])
    solution("08.sides")
    assert "[24, 12, 8, 4]" in capsys.readouterr().out
    progress("08")
    out = capsys.readouterr().out
    assert "tried, 2 failed" in out
    assert out.count("kernel stops") == 1


def test_an_unwritable_place_is_not_fatal(progress_file, capsys):
    progress_file.parent.symlink_to("nowhere")  # cannot be read, nor created
    check("08.sides", SIDES)
    assert "passed" in capsys.readouterr().out
    progress("08")
    assert "1 of 6 passed. Kept only until this notebook's kernel stops." in (
        capsys.readouterr().out
    )


def test_a_stop_while_writing_leaves_the_old_file(progress_file, monkeypatch):
    check("08.sides", WRONG_SIDES)
    before = progress_file.read_bytes()

    def stop(self, target):
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stop)
        check("08.sides", SIDES)
    assert progress_file.read_bytes() == before


def test_nothing_is_left_beside_the_file(progress_file):
    check("08.sides", SIDES)
    assert list(progress_file.parent.iterdir()) == [progress_file]
