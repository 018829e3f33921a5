"""Make the worksheets from the worked solutions, and a release for students.

`solutions/NN_name.ipynb` is the only source. What `exercises/NN_name.ipynb` has instead:

- a region between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` becomes ``...``
  (nbgrader's ClearSolutions);
- a cell tagged ``solution-only`` is left out;
- the title cell, the first one in Markdown, begins "# Exercises" where the source begins
  "# Solutions", and ends with the paragraph on how a worksheet works;
- outputs and execution counts are cleared (nbgrader's ClearOutput).

The tag ``remove-cell`` (the install cell for Colab) is Jupyter Book's and stays. A blank is
followed by its check cell, whose ``check("NN.name", ...)`` says which exercise it answers; so the
solutions that `lenet_course.exercises.solution` shows are found, and stored as
`lenet_course/exercises/solutions/NN_name.json`.
"""

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearOutput, ClearSolutions
from traitlets.config import Config

from lenet_course.authoring.chapters import drop_metadata

STORED = Path("lenet_course", "exercises", "solutions")

HOW_IT_WORKS = """\
Write your answer where the dots `...` stand, run the cell, then run the check below it: it says
whether the answer is right and, if not, what is wrong. Type `hint("{first}")` in any cell for
the next of three hints; `solution("{first}")` opens after two failed checks. A cell that needs an
answer you have not written yet goes on with the course's own, so the worksheet runs from top to
bottom at any time."""

_CHECK = re.compile(r'^check\("(\d\d\.\w+)"', re.MULTILINE)
_MARK = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", re.MULTILINE)


def make_worksheets(root: Path) -> None:
    """Write the worksheet and the stored solutions of every notebook in `root`/solutions.

    Raises
    ------
    FileNotFoundError
        If there is no such notebook.
    ValueError
        If a notebook lacks its title or has a blank without a check.
    """
    (root / "exercises").mkdir(exist_ok=True)
    (root / STORED).mkdir(parents=True, exist_ok=True)
    for path in _solutions(root):
        solved = stored_solutions(_read(path), path.name)
        text = json.dumps(solved, indent=1, ensure_ascii=False) + "\n"
        (root / STORED / f"{path.stem}.json").write_text(text, encoding="utf-8")
        sheet = worksheet(_read(path), path.name, first=next(iter(solved)))
        _write(sheet, root / "exercises" / path.name)


def worksheet(notebook: NotebookNode, name: str, first: str) -> NotebookNode:
    """Turn a solution notebook into its worksheet.

    Parameters
    ----------
    notebook
        The solution notebook; it is changed.
    name
        Its file name, for error messages.
    first
        The id of its first exercise, the example in the paragraph on how a worksheet works.

    Raises
    ------
    ValueError
        If the first Markdown cell does not begin with "# Solutions".
    """
    notebook.cells = [cell for cell in notebook.cells if "solution-only" not in _tags(cell)]
    title = next((cell for cell in notebook.cells if cell.cell_type == "markdown"), None)
    if title is None or not title.source.startswith("# Solutions "):
        raise ValueError(f'{name}: the first Markdown cell should begin with "# Solutions NN: ".')
    title.source = title.source.replace("# Solutions ", "# Exercises ", 1)
    title.source += "\n\n" + HOW_IT_WORKS.format(first=first)
    config = Config(ClearSolutions={"code_stub": {"python": "..."}, "enforce_metadata": False})
    for step in (ClearSolutions(config=config), ClearOutput()):
        notebook, _ = step.preprocess(notebook, {})
    return notebook


def stored_solutions(notebook: NotebookNode, name: str) -> dict[str, str]:
    """Collect the code of each blank by the id of its exercise.

    Parameters
    ----------
    notebook
        The solution notebook.
    name
        Its file name, for error messages.

    Raises
    ------
    ValueError
        If a blank is not followed by a check cell, or there is no blank at all.
    """
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    found = {}
    for source, after in zip(code, [*code[1:], ""], strict=True):
        if "### BEGIN SOLUTION" not in source:
            continue
        check = _CHECK.search(after)
        if check is None:
            raise ValueError(f"{name}: this blank has no check cell after it:\n{source}")
        found[check[1]] = _MARK.sub("", source).rstrip()
    if not found:
        raise ValueError(f"{name}: no blank, that is no ### BEGIN SOLUTION, was found.")
    return found


def run_solutions(root: Path) -> None:
    """Execute every notebook in `root`/solutions and store its outputs.

    What goes to stderr is not stored: it is TensorFlow's log, which differs by machine.

    Raises
    ------
    FileNotFoundError
        If there is no such notebook.
    nbclient.exceptions.CellExecutionError
        If a cell fails. The notebook is then left as it was.
    """
    for path in _solutions(root):
        notebook = _read(path)
        with tempfile.TemporaryDirectory() as folder:
            # The learner's progress of whoever maintains the course stays out of the outputs.
            environment = {"LENET_COURSE_PROGRESS": str(Path(folder, "progress.json"))}
            NotebookClient(
                notebook,
                kernel_name="python3",
                record_timing=False,
                coalesce_streams=True,
                resources={"metadata": {"path": str(path.parent)}},
            ).execute(env=os.environ | environment)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        _write(notebook, path)


def student_release(root: Path, destination: Path) -> None:
    """Copy what students need into an empty folder: the worksheets and the package.

    The worked solutions stay behind, as notebooks and as the package's stored solutions; the
    copy's `solution` then says that it carries none.

    Raises
    ------
    FileExistsError
        If `destination` exists and is not an empty folder.
    FileNotFoundError
        If there is no solution notebook in `root`, and so no worksheet to be made.
    """
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        raise FileExistsError(
            f"{destination} exists and is not an empty folder. Name a new folder for the release."
        )
    make_worksheets(root)
    without = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", STORED.name)
    for folder in ("exercises", "lenet_course"):
        shutil.copytree(root / folder, destination / folder, ignore=without)
    for path in [*root.glob("LICENSE*"), root / "README.md", root / "pyproject.toml"]:
        shutil.copy2(path, destination)


def _solutions(root: Path) -> list[Path]:
    paths = sorted((root / "solutions").glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise FileNotFoundError(
            f"No solutions/NN_name.ipynb in {root.resolve()}. Run this in the repository's root."
        )
    return paths


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _read(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def _write(notebook: NotebookNode, path: Path) -> None:
    drop_metadata(notebook)
    nbformat.write(notebook, path)
