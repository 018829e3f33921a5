"""The components in the page: a network to play with, in the book, in JupyterLab and in Colab.

Their source is in ``web/``; here are the bundles made of it. In a notebook a component is an
anywidget. While the book is built, and where anywidget is missing, it is an element that holds a
figure; in the book, a script starts the component there when it comes into view.
"""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from lenet_course.models import WEIGHTS
from lenet_course.widgets import figures

BUNDLES = Path(__file__).parent
FILES = BUNDLES / "files"
# Set to 1 while the book is built.
BOOK = "LENET_COURSE_BOOK"


class Needs(NamedTuple):
    """What a component needs beside its bundle.

    Attributes
    ----------
    weights
        The experiment whose weights it has from the beginning; None for none.
    files
        In `FILES`, what it loads when it is needed.
    """

    weights: str | None = None
    files: tuple[str, ...] = ()


# The figure of a component, what stands in for it, is the function of its name in `figures`.
COMPONENTS = {"lenet_live": Needs("lenet5_1998")}


@dataclass(frozen=True)
class Element:
    """A component as an element of a page: the figure that stands in until a script starts it."""

    component: str
    values: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""

    def _repr_html_(self) -> str:
        weights = COMPONENTS[self.component].weights
        values = html.escape(json.dumps(self.values))
        return (
            f'<div class="component" data-component="{self.component}"'
            + (f' data-weights="{weights}"' if weights else "")
            + (f' data-values="{values}"' if self.values else "")
            # On a phone the figure is wider than the page.
            + '><div style="overflow-x: auto" tabindex="0" role="group" aria-label="Figure">'
            f"{_figure(self.component)}</div>{self._message()}</div>"
        )

    def _message(self) -> str:
        return f"<p>{html.escape(self.message)}</p>" if self.message else ""

    def __repr__(self) -> str:
        """Say what it is, where nothing can be shown."""
        return " ".join(filter(None, [f"Component: {self.component}.", self.message]))


def lenet_live() -> Any:
    """Return LeNet-5 of 1998 to draw digits for, with all its layers, as trained in this course.

    The last line of a cell shows it. Without anywidget it is a figure, and says what to install.
    """
    return _show("lenet_live")


def _show(component: str, **values: Any) -> Any:
    if os.environ.get(BOOK):
        return Element(component, values)
    try:
        from lenet_course.widgets.notebook import Widget
    except ModuleNotFoundError as error:
        return Element(
            component,
            values,
            f"It is a figure because {error.name} is missing here. To play with it, run "
            "`pip install anywidget`, restart the notebook, and run the cell again.",
        )
    needs = COMPONENTS[component]
    return Widget(
        (BUNDLES / f"{component}.js").read_text("utf-8"),
        _figure(component),
        (WEIGHTS / f"{needs.weights}.f16").read_bytes() if needs.weights else b"",
        values,
        {name: FILES / name for name in needs.files},
    )


@cache
def _figure(component: str) -> str:
    return str(getattr(figures, component)()._repr_html_())
