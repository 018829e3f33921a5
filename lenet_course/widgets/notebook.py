"""The components in JupyterLab and Colab. Needs anywidget."""

# anywidget and traitlets have no types for what is made of them.
# mypy: allow-subclassing-any

from __future__ import annotations

import anywidget
import traitlets


class Widget(anywidget.AnyWidget):
    """A component in a notebook.

    Parameters
    ----------
    bundle
        The text of its JavaScript module.
    figure
        What stands in until it has started, as HTML.
    weights
        The content of a file of weights.
    """

    figure = traitlets.Unicode().tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)

    def __init__(self, bundle: str, figure: str, weights: bytes) -> None:
        self._esm = bundle
        super().__init__(figure=figure, weights=weights)
