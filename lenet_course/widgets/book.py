"""The components in the book: a Sphinx extension (named in ``_config.yml``).

It tells `lenet_course.widgets` that a book is built, puts the script that starts components, their
bundles and their weights into the site, and adds the directive ``component`` for Markdown.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from lenet_course.models import WEIGHTS
from lenet_course.widgets import BOOK, BUNDLES, COMPONENTS, FILES, Element

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "widgets"


class Component(SphinxDirective):
    """A component in a page of Markdown, by its name: ``lenet_live``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the element that holds the component's figure."""
        name = self.arguments[0]
        if name not in COMPONENTS:
            raise self.error(f"{name!r} is no component, expected one of: {', '.join(COMPONENTS)}.")
        return [nodes.raw("", Element(name)._repr_html_(), format="html")]


def all_files() -> list[Path]:
    """Return what components load in the book: bundles, weights and other files."""
    weights = {needs.weights for needs in COMPONENTS.values() if needs.weights}
    files = {name for needs in COMPONENTS.values() for name in needs.files}
    return [
        *sorted(BUNDLES.glob("*.js")),
        *(WEIGHTS / f"{name}.f16" for name in sorted(weights)),
        *(FILES / name for name in sorted(files)),
    ]


def copy_bundles(app: Sphinx) -> None:
    """Put all that components load into the site, in one folder."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for file in all_files():
        shutil.copy(file, folder)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    os.environ.setdefault(BOOK, "1")  # kernels inherit this
    app.add_directive("component", Component)
    app.add_js_file(f"{FOLDER}/host.js", defer="defer")
    # Before the pages are written, whose links to scripts carry a digest of the file.
    app.connect("builder-inited", copy_bundles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
