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
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet_course.experiments.results import load_result, validation_errors_percent
from lenet_course.models import WEIGHTS, trained_in_numpy
from lenet_course.scratch import TABLE_I
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


# What stands in for a component is the figure of its name in `figures`, but for the quiz and the
# progress in all quizzes, which are made where their questions are (`quiz`, `widgets.book`).
COMPONENTS = {
    "convolution_by_hand": Needs(),
    "disturb": Needs("lenet5_1998"),
    "lenet_live": Needs("lenet5_1998"),
    "mistakes": Needs("lenet5_1998", ("mistakes.bin",)),
    "progress": Needs(),
    "quiz": Needs(),
    "read_string": Needs("lenet5_strings"),
    "rewire_c3": Needs("lenet5_1998"),
    "subsampling_by_hand": Needs(),
    "train_here": Needs(files=("training_digits.png",)),
}


@dataclass(frozen=True)
class Element:
    """A component as an element of a page: what stands in until a script starts it.

    Attributes
    ----------
    values
        What it shows.
    message
        A sentence under what stands in.
    stand_in
        As HTML; the figure of its name where this is empty.
    """

    component: str
    values: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    stand_in: str = ""

    @property
    def opening(self) -> str:
        """The tag that it begins with."""
        weights = COMPONENTS[self.component].weights
        values = html.escape(json.dumps(self.values))
        return (
            f'<div class="component" data-component="{self.component}"'
            + (f' data-weights="{weights}"' if weights else "")
            + (f' data-values="{values}"' if self.values else "")
            + ">"
        )

    def _repr_html_(self) -> str:
        # On a phone a figure is wider than the page.
        box = '<div style="overflow-x: auto" tabindex="0" role="group" aria-label="Figure">'
        stand_in = self.stand_in or f"{box}{_figure(self.component)}</div>"
        return f"{self.opening}{stand_in}{self._message()}</div>"

    def widget(self) -> Any:
        """Return the component for a notebook.

        Raises
        ------
        ModuleNotFoundError
            Without anywidget.
        """
        from lenet_course.widgets.notebook import Widget

        needs = COMPONENTS[self.component]
        return Widget(
            (BUNDLES / f"{self.component}.js").read_text("utf-8"),
            self.stand_in or _figure(self.component),
            (WEIGHTS / f"{needs.weights}.f16").read_bytes() if needs.weights else b"",
            self.values,
            {name: FILES / name for name in needs.files},
        )

    def _message(self) -> str:
        return f"<p>{html.escape(self.message)}</p>" if self.message else ""

    def __repr__(self) -> str:
        """Say what it is, where nothing can be shown."""
        return " ".join(filter(None, [f"Component: {self.component}.", self.message]))


def disturb() -> Any:
    """Return test digits to turn, resize, shift, cover with noise and attack, with LeNet's answer.

    The network is LeNet-5 of 1998. The last line of a cell shows it. Without anywidget it is a
    figure, and says what to install.
    """
    return _show("disturb")


def convolution_by_hand() -> Any:
    """Return a kernel that slides over a digit, with every product, as in chapter 03.

    The kernels to choose from are those of the chapter and the six that LeNet-5 of 1998 has
    learned in this course, rounded to two decimals.

    The last line of a cell shows it. Without anywidget it is a figure, and says what to install.
    """
    kernels = _learned(0, "weights").reshape(25, 6).T
    return _show("convolution_by_hand", learned=kernels.round(2).tolist())


def subsampling_by_hand() -> Any:
    """Return windows of 2x2 over a map of C1, and what becomes of them, as in chapter 04.

    The maps to choose from are those of the chapter and the six of LeNet-5 of 1998 as trained in
    this course, each with the coefficient and the bias that S2 has learned, rounded to two
    decimals.

    The last line of a cell shows it. Without anywidget it is a figure, and says what to install.
    """
    kernels = _learned(0, "weights").reshape(25, 6).T.round(4).tolist()
    learned = [
        {"kernel": kernel, "bias": bias, "coefficient": coefficient, "offset": offset}
        for kernel, bias, coefficient, offset in zip(
            kernels,
            _learned(0, "bias").round(4).tolist(),
            _learned(2, "coefficient").round(2).tolist(),
            _learned(2, "bias").round(2).tolist(),
            strict=True,
        )
    ]
    return _show("subsampling_by_hand", learned=learned)


def lenet_live() -> Any:
    """Return LeNet-5 of 1998 to draw digits for, with all its layers, as trained in this course.

    The last line of a cell shows it. Without anywidget it is a figure, and says what to install.
    """
    return _show("lenet_live")


def mistakes() -> Any:
    """Return all test digits that LeNet-5 of 1998 misreads, to sort, to look at and to reject.

    The last line of a cell shows it. Without anywidget it is a figure, and says what to install.
    """
    return _show("mistakes")


def _learned(layer: int, name: str) -> NDArray[np.float64]:
    """Return a parameter of LeNet-5 of 1998 as trained in this course."""
    return trained_in_numpy("lenet5_1998").layers[layer].parameters[name].astype(np.float64)


def rewire_c3() -> Any:
    """Return the connection table of C3 to change, with what it costs and what was measured of it.

    The kernels are those of LeNet-5 of 1998 as trained in this course; the errors are those of the
    experiment "sensitivity", in percent. The last line of a cell shows it. Without anywidget it is
    a figure, and says what to install.
    """
    result = load_result("sensitivity")
    trained_with = {
        "Table I": (TABLE_I, "nothing changed"),
        "All read all": (np.ones_like(TABLE_I), "C3 reads all maps"),
    }
    settings = result["candidates"]["nothing changed"]["settings"]
    return _show(
        "rewire_c3",
        wirings=[
            {
                "name": name,
                "wiring": table.tolist(),
                "errors": validation_errors_percent(result, candidate).round(4).tolist(),
            }
            for name, (table, candidate) in trained_with.items()
        ],
        trained=settings["patterns"],
        passes=len(settings["rates"]),
        judged=result["validation_patterns"],
    )


def train_here() -> Any:
    """Return a network that learns real digits while one looks on, as in chapter 10.

    The network of 1998 or that of chapter 08, with optimizer, learning rate, batch and first
    weights to choose. It learns from 5,000 digits of MNIST's training set, which are in the
    package, and is tested on 500 others of that set.

    The last line of a cell shows it. Without anywidget it is a figure, and says what to install.
    """
    return _show("train_here")


def read_string() -> Any:
    """Return a strip to write digits on, and a network that reads it without cutting.

    The network and the search are those of chapter 16. The last line of a cell shows it. Without
    anywidget it is a figure, and says what to install.
    """
    return _show("read_string")


def _show(component: str, **values: Any) -> Any:
    element = Element(component, values)
    if os.environ.get(BOOK):
        return element
    try:
        return element.widget()
    except ModuleNotFoundError as error:
        return replace(
            element,
            message=f"It is a figure because {error.name} is missing here. To play with it, run "
            "`pip install anywidget`, restart the notebook, and run the cell again.",
        )


@cache
def _figure(component: str) -> str:
    return str(getattr(figures, component)()._repr_html_())
