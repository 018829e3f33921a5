"""The maintainers' commands reach what they name, and say what is wrong."""

import nbformat
import pytest

from lenet_course.authoring import __main__ as command
from lenet_course.authoring import adopt, data, logo, worksheets


@pytest.fixture
def course(tmp_path, monkeypatch):
    """An empty repository as the working directory."""
    (tmp_path / "_config.yml").write_text("title: A course\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "module", "function", "called_with"),
    [
        (["worksheets"], worksheets, "make_worksheets", ["ROOT"]),
        (["run-solutions"], worksheets, "run_solutions", ["ROOT"]),
        (["logo"], logo, "write_logo", ["ROOT"]),
        (["students", "out"], worksheets, "student_release", ["ROOT", "out"]),
        (["pack-data", "--mnist", "a"], data, "pack_mnist", ["a"]),
        (["pack-data", "--fashion-mnist", "b"], data, "pack_fashion_mnist", ["b"]),
        (["adopt", "someone/their-course"], adopt, "adopt", ["ROOT", "someone/their-course"]),
    ],
)
def test_a_command_calls_its_function(
    course, monkeypatch, arguments, module, function, called_with
):
    calls = []
    monkeypatch.setattr(module, function, lambda *args: calls.append([str(a) for a in args]))
    command.main(arguments)
    assert calls == [[argument.replace("ROOT", str(course)) for argument in called_with]]


def test_strip(course, root):
    (course / "chapters").mkdir()
    original = root / "chapters" / "08_keras.ipynb"
    copy = course / "chapters" / "08_keras.ipynb"
    notebook = nbformat.read(original, as_version=4)
    notebook.cells[0].execution_count = 3
    nbformat.write(notebook, copy)
    command.main(["strip"])
    assert copy.read_text() == original.read_text()


def test_outside_a_repository_the_command_says_where_to_run_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"no _config.yml: run this command in the root"):
        command.main(["strip"])


def test_an_error_is_told_in_one_line(course):
    with pytest.raises(SystemExit, match="nowhere"):
        command.main(["pack-data", "--mnist", "nowhere"])
