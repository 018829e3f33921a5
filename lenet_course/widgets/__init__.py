"""The components in the page: a network to play with, in the book, in JupyterLab and in Colab.

Their source is in ``web/``; here are the bundles made of it. In a notebook a component is an
anywidget. While the book is built, and where anywidget is missing, it is an element that holds a
figure; in the book, a script starts the component there when it comes into view.
"""

from __future__ import annotations

import html
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lenet_course.models import WEIGHTS, trained_in_numpy

BUNDLES = Path(__file__).parent
# By component: the weights that it takes.
COMPONENTS = {"lenet_live": "lenet5_1998"}
# Set to 1 while the book is built.
BOOK = "LENET_COURSE_BOOK"


@dataclass(frozen=True)
class Element:
    """A component as an element of a page: the figure that stands in until a script starts it."""

    component: str
    message: str = ""

    def _repr_html_(self) -> str:
        return (
            f'<div class="component" data-component="{self.component}" '
            f'data-weights="{COMPONENTS[self.component]}">'
            # On a phone the figure is wider than the page.
            '<div style="overflow-x: auto" tabindex="0" role="group" aria-label="Figure">'
            f"{_figure()}</div>{self._message()}</div>"
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


def _show(component: str) -> Any:
    if os.environ.get(BOOK):
        return Element(component)
    try:
        from lenet_course.widgets.notebook import Widget
    except ModuleNotFoundError as error:
        return Element(
            component,
            f"It is a figure because {error.name} is missing here. To play with it, run "
            "`pip install anywidget`, restart the notebook, and run the cell again.",
        )
    return Widget(
        (BUNDLES / f"{component}.js").read_text("utf-8"),
        _figure(),
        (WEIGHTS / f"{COMPONENTS[component]}.f16").read_bytes(),
    )


@cache
def _figure() -> str:
    """Return, as HTML, the network with one digit: what stands in for a component."""
    from lenet_course import plotting
    from lenet_course.datasets import as_1998, load_mnist

    _, (digits, labels) = load_mnist()
    layers, penalties = _pass(as_1998(digits[:1]))
    answer = int(penalties.argmin())
    return plotting.layer_maps(
        layers,
        penalties,
        caption=f"LeNet-5 reads a {labels[0]}: the digit, the maps of its layers, and the penalty "
        f"of each class, of which that of the {answer} is the smallest. With JavaScript you can "
        "draw a digit here.",
        alt=f"From left to right a handwritten {labels[0]}, six maps of C1 and of S2, sixteen of "
        "C3 and of S4, 120 units of C5, 84 units of F6, and ten bars, the shortest one at "
        f"{answer}.",
    )._repr_html_()


def _pass(x: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the values of each layer of LeNet-5 for one digit, and the penalties."""
    values = [x]
    for layer in trained_in_numpy("lenet5_1998").layers:
        values.append(layer.forward(values[-1]))
    names = {"input": 0, "C1": 2, "S2": 4, "C3": 6, "S4": 8}
    layers = {name: values[place][0] for name, place in names.items()}
    layers |= {"C5": values[10].reshape(12, 10), "F6": values[13].reshape(12, 7)}
    return layers, values[-1][0]
