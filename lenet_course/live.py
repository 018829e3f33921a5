"""Watching a run of Keras's ``fit``: a line with the time that is left, and the curves so far."""

# Keras has no type hints: its classes are Any.
# mypy: allow-subclassing-any

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

import keras

from lenet_course.plotting.optimization import under_way
from lenet_course.plotting.picture import Picture


class LiveCurves(keras.callbacks.Callback):
    """Show how far a fit has come: epoch, loss, metrics, time left, and a drawing of the curves.

    ``model.fit(..., verbose=0, callbacks=[LiveCurves()])``. In a notebook, such as JupyterLab or
    Colab, the drawing is renewed in its place while the network learns, and the last one stays.
    Elsewhere a line is printed after each epoch. Showing takes no more than a tenth of the time.
    """

    def on_train_begin(self, logs: Any = None) -> None:
        """Start the clock, and take a place in the page."""
        self._history: dict[str, list[float]] = {}
        self._epochs = self._epochs_done = 0  # of this call of fit
        self._clock: tuple[float, float] | None = None
        self._begin = self._shown = time.perf_counter()
        self._cost = 0.0
        self._place = _place_in_a_notebook()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Find out how many epochs this call makes: it need not begin with the first."""
        if self._epochs_done == 0:
            self._epochs = int(self.params["epochs"]) - epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Renew what is shown, unless that was just now."""
        steps = self.params["steps"]
        share = min((batch + 1) / steps, 1) if steps else 0
        now = time.perf_counter()
        if self._clock is None:
            # Behind the first steps: with them Keras prepares the graph.
            self._clock = (self._epochs_done + share, now)
        if self._place is not None and now - self._shown > 10 * self._cost:
            self._show(self._line(self._epochs_done + 1, self._epochs_done + share, logs))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Add a point to each curve."""
        for name, value in (logs or {}).items():
            self._history.setdefault(name, []).append(float(value))
        self._epochs_done += 1
        if self._place is None:
            print(self._line(self._epochs_done, self._epochs_done, logs), flush=True)

    def on_train_end(self, logs: Any = None) -> None:
        """Leave the final state."""
        if self._place is not None:
            last = {name: values[-1] for name, values in self._history.items()}
            self._show(self._line(self._epochs_done, self._epochs_done, last))

    def _line(self, epoch: int, done: float, values: Any) -> str:
        """Say how it goes in an epoch, with so many epochs, and parts of one, done."""
        epochs, now = self._epochs, time.perf_counter()
        words = [f"epoch {epoch} of {epochs}"]
        words += [f"{name} {float(values[name]):.4f}" for name in sorted(values or (), key=_order)]
        if done < epochs and self._clock is not None and done > self._clock[0]:
            before, then = self._clock
            left = (now - then) / (done - before) * (epochs - done)
            words.append(f"{_duration(left)} left")
        else:
            words.append(f"after {_duration(now - self._begin)}")
        return ", ".join(words)

    def _show(self, line: str) -> None:
        start = time.perf_counter()
        if self._history:
            alt = f"Curves over {self._epochs_done} epochs. Last: {line}."
            shown = under_way(self._history, self._epochs, caption=line, alt=alt)
        else:
            shown = Picture("", line, line)
        self._place.update(shown)
        self._shown = time.perf_counter()
        self._cost = self._shown - start


def _order(name: str) -> tuple[bool, bool, str]:
    """Put the loss before other metrics, and what was learned from before what was held out."""
    return name.startswith("val_"), not name.endswith("loss"), name


def _place_in_a_notebook() -> Any:
    """Return a place in the output of this cell that can be written over; None in a script."""
    if "IPython" not in sys.modules:
        return None
    shell = import_module("IPython.core.getipython").get_ipython()
    # IPython in a terminal has no kernel, and nothing that can be written over.
    if getattr(shell, "kernel", None) is None:
        return None
    first = Picture("", "getting ready", "getting ready")
    return import_module("IPython.display").display(first, display_id=True)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
