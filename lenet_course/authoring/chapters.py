"""Keep notebooks free of what running them leaves behind."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def drop_metadata(notebook: NotebookNode) -> None:
    """Leave a notebook the name of its kernel and its cells' tags, which the page needs."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = {key: tags for key, tags in cell.metadata.items() if key == "tags"}


def stripped(text: str) -> str:
    """Return a chapter's JSON without outputs, execution counts and incidental metadata."""
    notebook = nbformat.reads(text, as_version=4)
    drop_metadata(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return str(nbformat.writes(notebook)) + "\n"


def notebooks(root: Path) -> list[Path]:
    """List the notebooks that the book runs when it is built."""
    return sorted([*root.glob("chapters/*.ipynb"), *root.glob("appendix/*.ipynb")])


def strip_chapters(root: Path) -> None:
    """Strip every notebook that the book runs, in place."""
    for path in notebooks(root):
        path.write_text(stripped(path.read_text(encoding="utf-8")), encoding="utf-8")
