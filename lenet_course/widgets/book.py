"""The components in the book: a Sphinx extension (named in ``_config.yml``).

It tells `lenet_course.widgets` that a book is built, puts the script that starts components, their
bundles and their weights into the site, and adds two directives for Markdown: ``component``, and
``progress`` for the count of what the reader has answered in the quizzes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from lenet_course.models import WEIGHTS
from lenet_course.quiz import QUIZZES, quiz
from lenet_course.widgets import BOOK, BUNDLES, COMPONENTS, FILES, Element, figures

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "widgets"


class Component(SphinxDirective):
    """A component in a page of Markdown, by its name: ``lenet_live``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the element that holds the component's figure."""
        name = self.arguments[0]
        known = [name for name in COMPONENTS if hasattr(figures, name)]
        if name not in known:
            raise self.error(f"{name!r} is no component, expected one of: {', '.join(known)}.")
        return [nodes.raw("", Element(name)._repr_html_(), format="html")]


class Progress(SphinxDirective):
    """The chapters that have a quiz, and how many questions of each the reader has answered."""

    def run(self) -> list[nodes.Node]:
        """Return the component, with a list of links that stands in for it."""
        links, questions = nodes.bullet_list(), {}
        for name in sorted(path.stem for path in QUIZZES.glob("*.toml")):
            questions[name] = [
                (one.key, "".join(str(int(option.right)) for option in one.options))
                for one in quiz(name[:2]).questions
            ]
            # Its text becomes the chapter's title; a chapter that is not there is a warning.
            link = addnodes.pending_xref(
                "",
                nodes.inline(),
                refdomain="std",
                reftype="doc",
                reftarget=f"/chapters/{name}",
                refdoc=self.env.docname,
                refexplicit=False,
                refwarn=True,
            )
            links += nodes.list_item("", nodes.paragraph("", "", link))
        opening = Element("progress", questions).opening
        return [
            nodes.raw("", opening, format="html"),
            links,
            nodes.raw("", "</div>", format="html"),
        ]


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
    app.add_directive("progress", Progress)
    app.add_js_file(f"{FOLDER}/host.js", defer="defer")
    # Before the pages are written, whose links to scripts carry a digest of the file.
    app.connect("builder-inited", copy_bundles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
