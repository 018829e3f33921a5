"""Keep chapters free of what running them leaves behind."""

from pathlib import Path

import nbformat

METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def stripped(text: str) -> str:
    """Return a notebook's JSON without outputs, execution counts and incidental metadata.

    Of a cell's metadata only the tags stay, which say how the page shows it.
    """
    notebook = nbformat.reads(text, as_version=4)
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return str(nbformat.writes(notebook)) + "\n"


def strip_chapters(root: Path) -> list[Path]:
    """Strip every notebook in ``root/chapters`` in place; return those that changed."""
    changed = []
    for path in sorted((root / "chapters").glob("*.ipynb")):
        before = path.read_text(encoding="utf-8")
        after = stripped(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed
