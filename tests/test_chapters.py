"""Chapters are short of breath, bare of outputs, and read well outside the book."""

import re
import statistics
from pathlib import Path

import nbformat
import pytest

from lenet_course.authoring.chapters import notebooks, stripped

NOTEBOOKS = notebooks(Path(__file__).parent.parent)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_a_chapter_is_committed_bare(path):
    text = path.read_text(encoding="utf-8")
    assert text == stripped(text), "run: python -m lenet_course.authoring strip"


def test_a_chapter_is_of_a_chapters_length(path, notebook):
    if path.parent.name == "chapters":
        assert 30 <= len(notebook.cells) <= 60
    lines = sorted(len(source.splitlines()) for source in code(notebook))
    assert statistics.median(lines) <= 5
    assert lines[int(0.95 * (len(lines) - 1))] < 21


def test_a_chapter_installs_the_package_in_colab_only(notebook):
    first = notebook.cells[0]
    assert first.metadata.tags == ["remove-cell"]
    assert first.source.startswith('import sys\n\nif "google.colab" in sys.modules:\n    %pip')


def test_a_glued_number_is_printed_too(notebook):
    """Outside the book the reader sees the print, and the name of the number."""
    glued = set()
    for source in code(notebook):
        names = re.findall(r'glue\(\s*"(\w+)"', source)
        assert not names or "print(" in source
        glued |= set(names)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert set(re.findall(r"\{glue:text\}`(\w+)", text)) == glued


def test_stripping_takes_what_a_run_leaves_and_nothing_else(path):
    text = path.read_text(encoding="utf-8")
    run = nbformat.reads(text, as_version=4)
    run.metadata["language_info"] = {"name": "python", "version": "3.11.2"}
    for cell in run.cells:
        cell.metadata["collapsed"] = True
        if cell.cell_type == "code":
            cell.execution_count = 7
            cell.outputs = [nbformat.v4.new_output("stream", text="42\n")]
    assert stripped(nbformat.writes(run)) == text
