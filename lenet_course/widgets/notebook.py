"""The components in JupyterLab and Colab. Needs anywidget."""

# anywidget and traitlets have no types for what is made of them.
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
        The content of a file of weights; empty if it needs none.
    values
        What it shows.
    files
        What it may ask for later, by name.
    """

    figure = traitlets.Unicode().tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        bundle: str,
        figure: str,
        weights: bytes,
        values: Mapping[str, Any],
        files: Mapping[str, Path],
    ) -> None:
        self._esm = bundle
        super().__init__(figure=figure, weights=weights, values=dict(values))
        self._files = dict(files)
        self.on_msg(self._send_file)

    def _send_file(self, _: object, message: dict[str, Any], buffers: object) -> None:
        """Send a file that the component has asked for."""
        name = message.get("file")
        if name in self._files:
            self.send({"file": name}, [self._files[name].read_bytes()])
