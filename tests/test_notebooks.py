"""Solutions and worksheets: made from one source, built alike, and compared by nbval in earnest."""

import ast
import os
import re
import shutil
import statistics
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from lenet_course.authoring.worksheets import (
    STORED,
    make_worksheets,
    run_solutions,
    student_release,
)
from lenet_course.exercises.catalog import chapters, exercises_of

ROOT = Path(__file__).parent.parent
NAMES = sorted(path.stem for path in (ROOT / "solutions").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("name", NAMES)

# Cells whose outputs nbval does not compare are marked so, by a tag or by a comment.
NOT_COMPARED = {"nbval-ignore-output", "nbval-skip"}
NOT_COMPARED_COMMENT = re.compile(r"^\s*#\s*NBVAL_(IGNORE_OUTPUT|SKIP)\s*$", re.MULTILINE)


def read(folder, name):
    return nbformat.read(ROOT / folder / f"{name}.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


# One source


def test_every_worksheet_is_what_its_solution_makes(tmp_path):
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    make_worksheets(tmp_path)
    for folder, pattern in (("exercises", "*.ipynb"), (STORED, "*.json")):
        made = {path.name: path.read_bytes() for path in (tmp_path / folder).glob(pattern)}
        committed = {path.name: path.read_bytes() for path in (ROOT / folder).glob(pattern)}
        assert made.keys() == committed.keys()
        for name in made:
            assert made[name] == committed[name], (
                f"{folder}/{name} is not what its solution makes: run `make worksheets`"
            )


def test_every_chapter_with_exercises_has_its_notebook():
    assert [f"ch{name}" for name in NAMES] == list(chapters().values())


@each_notebook
def test_the_notebook_and_the_module_have_the_same_exercises(name):
    ids = re.findall(
        r'^check\("([^"]+)"', "\n".join(c.source for c in read("exercises", name).cells), re.M
    )
    assert ids == [exercise.id for exercise in exercises_of(name[:2])]


# Structure


@each_notebook
def test_a_worksheet_has_the_agreed_shape(name):
    notebook = read("exercises", name)
    assert 15 <= len(notebook.cells) <= 25
    install, title = notebook.cells[:2]
    assert install.metadata == {"tags": ["remove-cell"]}
    assert (
        'if "google.colab" in sys.modules:\n    %pip install -q "lenet-course @ ' in install.source
    )
    assert title.source.startswith(f"# Exercises {name[:2]}: ")
    assert not re.search(r"[Ss]olutions? page|worked", title.source)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    lengths = [len(cell.source.splitlines()) for cell in code_cells(read("solutions", name))]
    assert statistics.median(lengths) <= 5
    assert sum(length < 21 for length in lengths) >= 0.95 * len(lengths)


@each_notebook
def test_instruction_blank_check_stand_in_a_row(name):
    cells = read("exercises", name).cells
    blanks = [i for i, cell in enumerate(cells) if re.search(r"^\s*\.\.\.$", cell.source, re.M)]
    assert len(blanks) == len(exercises_of(name[:2]))
    for i in blanks:
        instruction, blank, check = cells[i - 1 : i + 2]
        assert instruction.cell_type == "markdown"
        assert re.search(r"^\*\d+ minutes", instruction.source, re.M), "state the time"
        above, below = re.split(r"^\s*\.\.\.$", blank.source, flags=re.M)
        assert re.search(r"^\s*# \S", above, re.M), "say in a comment what to write"
        assert below.strip() in ("", ")"), "no code may follow a blank in its cell"
        asked, hint = check.source.splitlines()
        exercise_id = re.match(r'check\("([^"]+)", \w+\)$', asked)[1]
        assert hint == f'# hint("{exercise_id}")'
        ast.parse(blank.source)


@each_notebook
def test_a_worksheet_is_plain_markdown(name):
    text = "\n".join(c.source for c in read("exercises", name).cells if c.cell_type == "markdown")
    assert not re.search(r"\{[a-z-]+\}`|^(```|:::)\{|^:::|^\(.*\)=$", text, re.MULTILINE)


@each_notebook
def test_a_solution_page_shows_every_check_passed(name):
    notebook = read("solutions", name)
    assert next(c for c in notebook.cells if c.cell_type == "markdown").source.startswith(
        f"# Solutions {name[:2]}: "
    )
    for cell in code_cells(notebook):
        asked = re.match(r'check\("([^"]+)"', cell.source)
        if asked:
            assert cell.outputs[0].text.startswith(f"{asked[1]}: passed. ")
        assert all(output.get("name") != "stderr" for output in cell.outputs)


# nbval compares


def is_compared(cell):
    return not (
        NOT_COMPARED & set(cell.metadata.get("tags", []))
        or NOT_COMPARED_COMMENT.search(cell.source)
    )


def texts(cell):
    """Where a cell stores text that nbval compares: pairs of a mapping and its key."""
    found = []
    for output in cell.outputs:
        if output.output_type == "stream":
            found.append((output, "text"))
        else:
            data = output.get("data", {})
            found += [(data, kind) for kind in data if not re.match("image/(png|jpeg)", kind)]
    return found


def change_one_character(text):
    """Change the first digit or, where there is none, the first letter."""
    place = re.search(r"\d", text) or re.search(r"[A-Za-z]", text)
    old = place[0]
    new = str((int(old) + 1) % 10) if old.isdigit() else ("b" if old == "a" else "a")
    return text[: place.start()] + new + text[place.end() :]


@each_notebook
def test_at_most_one_output_in_five_is_not_compared(name):
    stored = [cell for cell in code_cells(read("solutions", name)) if cell.outputs]
    compared = [cell for cell in stored if is_compared(cell) and texts(cell)]
    assert stored
    assert len(stored) - len(compared) <= len(stored) / 5


@each_notebook
def test_one_changed_character_in_a_stored_output_fails(name, tmp_path):
    original = code_cells(read("solutions", name))
    # Each pass changes one text in every cell that has so many.
    for number in range(max(len(texts(cell)) for cell in original if is_compared(cell))):
        notebook = read("solutions", name)
        changed = set()
        for index, cell in enumerate(code_cells(notebook)):
            if is_compared(cell) and number < len(texts(cell)):
                mapping, key = texts(cell)[number]
                mapping[key] = change_one_character(mapping[key])
                changed.add(f"Cell {index}")
        nbformat.write(notebook, tmp_path / "changed.ipynb")
        failures = run_nbval(tmp_path)
        assert changed
        assert failures.keys() == changed
        assert all("Cell outputs differ" in text for text in failures.values())


def run_nbval(folder):
    """Run nbval in comparing mode; return the message of each cell that failed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", folder]
    command += ["--nbval", "--nbval-current-env", "--junitxml", folder / "report.xml", folder]
    progress = {"LENET_COURSE_PROGRESS": str(folder / "progress" / "progress.json")}
    subprocess.run(command, cwd=folder, env=os.environ | progress, capture_output=True, check=False)
    return {
        case.attrib["name"].rpartition("::")[2]: failure.text
        for case in ET.parse(folder / "report.xml").iter("testcase")
        for failure in case.iter("failure")
    }


def test_the_change_is_one_digit_or_else_one_letter():
    assert change_one_character("share: 0.9") == "share: 1.9"
    assert change_one_character("9 in 10") == "0 in 10"
    assert change_one_character("True") == "arue"
    assert change_one_character("as it is") == "bs it is"


# The commands of maintainers


def write_solution(root, *cells, title="# Solutions 03: A test"):
    """Write a small notebook and return its path."""
    path = root / "solutions" / "03_test.ipynb"
    path.parent.mkdir()
    v4 = nbformat.v4
    first = [v4.new_markdown_cell(title)] if title else []
    nbformat.write(v4.new_notebook(cells=[*first, *map(v4.new_code_cell, cells)]), path)
    return path


BLANK = "four = (\n    ### BEGIN SOLUTION\n    2 + 2\n    ### END SOLUTION\n)"


def test_the_marks_and_the_tag_of_a_worksheet(tmp_path):
    path = write_solution(tmp_path, BLANK, 'check("03.four", four)', "four  # later")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[3].metadata = {"tags": ["solution-only"], "scrolled": True}
    notebook.cells[2].metadata = {"collapsed": False}
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="4")]
    notebook.metadata.language_info = {"name": "python", "version": "3.11.7"}
    nbformat.write(notebook, path)
    make_worksheets(tmp_path)
    sheet = nbformat.read(tmp_path / "exercises" / "03_test.ipynb", as_version=4)
    title, blank, check = sheet.cells
    assert title.source.startswith("# Exercises 03: A test\n\nWrite your answer where the dots")
    assert 'Type `hint("03.four")`' in title.source
    assert blank.source == "four = (\n    ...\n)"
    assert (check.outputs, check.metadata) == ([], {})
    assert sheet.metadata.language_info == {"name": "python"}
    assert [cell.id for cell in sheet.cells] == [cell.id for cell in notebook.cells[:3]]
    stored = tmp_path / STORED / "03_test.json"
    assert stored.read_text() == '{\n "03.four": "four = (\\n    2 + 2\\n)"\n}\n'


@pytest.mark.parametrize(
    ("cells", "title", "message"),
    [
        ([BLANK, 'check("03.four", four)'], None, 'Markdown cell should begin with "# Solutions'),
        ([BLANK, 'check("03.four", four)'], "# Exercises 03", 'should begin with "# Solutions'),
        ([BLANK, "four"], "# Solutions 03: A", "no check cell after it:\nfour = "),
        ([BLANK], "# Solutions 03: A", "no check cell after it:\nfour = "),
        (["four = 4"], "# Solutions 03: A", "no ### BEGIN SOLUTION, was found"),
    ],
)
def test_a_source_that_makes_no_worksheet(cells, title, message, tmp_path):
    write_solution(tmp_path, *cells, title=title)
    with pytest.raises(ValueError, match=re.escape(message)):
        make_worksheets(tmp_path)


def test_a_folder_without_solutions(tmp_path):
    for command in (make_worksheets, run_solutions):
        with pytest.raises(FileNotFoundError, match="Run this in the repository's root"):
            command(tmp_path)


def test_running_stores_what_is_printed_but_not_the_log(tmp_path):
    path = write_solution(
        tmp_path,
        "import os, sys\nprint('a')\nprint('log', file=sys.stderr)\nprint('b')",
        "os.path.exists(os.environ['LENET_COURSE_PROGRESS'])",
    )
    run_solutions(tmp_path)
    notebook = nbformat.read(path, as_version=4)
    first, second = code_cells(notebook)
    assert [(output.name, output.text) for output in first.outputs] == [("stdout", "a\nb\n")]
    assert second.outputs[0].data == {"text/plain": "False"}
    assert (first.execution_count, second.execution_count) == (1, 2)
    assert all(cell.metadata == {} for cell in notebook.cells)
    assert notebook.metadata.language_info == {"name": "python"}


def test_a_failing_solution_is_left_as_it_was(tmp_path):
    path = write_solution(tmp_path, "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run_solutions(tmp_path)
    assert path.read_bytes() == before


def test_a_release_for_students_carries_no_solution(tmp_path):
    root, release = tmp_path / "course", tmp_path / "release"
    shutil.copytree(ROOT / "solutions", root / "solutions")
    shutil.copytree(
        ROOT / "lenet_course", root / "lenet_course", ignore=shutil.ignore_patterns("data")
    )
    for name in ("LICENSE", "LICENSE-TEXT", "README.md", "pyproject.toml"):
        shutil.copy2(ROOT / name, root / name)
    student_release(root, release)
    copied = {path.relative_to(release) for path in release.rglob("*")}
    assert {Path("exercises", f"{name}.ipynb") for name in NAMES} <= copied
    assert {
        Path("lenet_course", "exercises", "checker.py"),
        Path("pyproject.toml"),
        Path("LICENSE-TEXT"),
    } <= copied
    assert not [path for path in copied if "solutions" in path.parts or "__pycache__" in path.parts]
    told = subprocess.run(
        [sys.executable, "-c", SOLVE_AND_ASK],
        cwd=release,
        env=os.environ | {"LENET_COURSE_PROGRESS": str(tmp_path / "progress.json")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str(release) in told
    assert "08.sides: passed." in told
    assert "carries no solutions: ask your instructor" in told


SOLVE_AND_ASK = """\
import lenet_course
from lenet_course.exercises import check, solution
print(lenet_course.__file__)
check("08.sides", [24, 12, 8, 4])
solution("08.sides")
"""


def test_a_release_goes_into_an_empty_folder_only(tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    for taken in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(FileExistsError, match="is not an empty folder"):
            student_release(ROOT, taken)
    assert (tmp_path / "mine.txt").read_text() == "keep me"
