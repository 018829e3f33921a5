"""A fit can be watched, and leaves one picture in a page or a line an epoch in a script."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import keras
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from lenet_course import live
from lenet_course.live import LiveCurves

X, Y = np.arange(40.0).reshape(-1, 1) / 40, np.arange(40.0) / 20


class Clock:
    """Stands for the time module: each look at it takes ``step`` seconds."""

    def __init__(self, step=0.0):
        self.now, self.step = 0.0, step

    def perf_counter(self):
        self.now += self.step
        return self.now


class Place:
    """Stands for a place in a notebook's page, and keeps what was shown in it."""

    def __init__(self, clock=None, seconds=0.0):
        self.shown, self.clock, self.seconds = [], clock, seconds

    def update(self, picture):
        self.shown.append(picture)
        if self.clock is not None:
            self.clock.now += self.seconds


@pytest.fixture
def place(monkeypatch):
    place = Place()
    monkeypatch.setattr(live, "_place_in_a_notebook", lambda: place)
    return place


@pytest.fixture
def clock(monkeypatch, place):
    clock = Clock()
    place.clock = clock
    monkeypatch.setattr(live, "time", clock)
    return clock


def fit(**settings):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(X, Y, batch_size=10, verbose=0, callbacks=[LiveCurves()], **settings)


def begun(epochs, steps, first=0):
    curves = LiveCurves()
    curves.set_params({"epochs": epochs, "steps": steps, "verbose": 0})
    curves.on_train_begin()
    curves.on_epoch_begin(first)
    return curves


def number_of_points(picture, panels=1):
    """How many points the training curves have: their markers refer to one drawing."""
    references = re.findall(r'<use [^>]*href="#([^"]+)"[^>]*fill: #0072b2', picture.svg, re.I)
    return references.count(references[0]) / panels - 1  # one stands in each legend


def test_a_script_prints_a_line_after_each_epoch(capsys):
    fit(epochs=3)
    lines = capsys.readouterr().out.splitlines()
    number = r"\d+\.\d{4}"
    assert len(lines) == 3
    for k, line in enumerate(lines[:2], 1):
        pattern = rf"epoch {k} of 3, loss {number}, mae {number}, \d+ s left"
        assert re.fullmatch(pattern, line)
    assert re.fullmatch(rf"epoch 3 of 3, loss {number}, mae {number}, after \d+ s", lines[2])


def test_a_fit_that_goes_on_counts_its_own_epochs(capsys):
    fit(epochs=5, initial_epoch=3)
    assert re.findall(r"epoch \d of \d", capsys.readouterr().out) == [
        "epoch 1 of 2",
        "epoch 2 of 2",
    ]


def test_a_callback_can_be_used_again(place):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    curves = LiveCurves()
    for _ in range(2):
        model.fit(X, Y, epochs=2, verbose=0, callbacks=[curves])
        assert number_of_points(place.shown[-1]) == 2


def test_a_notebook_ends_with_one_picture_of_the_whole_run(place):
    fit(epochs=4, validation_data=(X, Y))
    last = place.shown[-1]
    assert number_of_points(last, panels=2) == 4
    assert re.match(r"epoch 4 of 4, loss .*, val_mae [\d.]+, after \d+ s$", last.caption)
    assert last.alt == f"Curves over 4 epochs. Last: {last.caption}."
    drawing, caption = ET.fromstring(last._repr_html_())
    assert drawing.get("aria-label") == last.alt
    assert caption.text == last.caption


def test_before_the_first_epoch_ends_there_is_a_line(place, clock):
    curves = begun(epochs=2, steps=10)
    clock.now = 5  # preparing the graph
    curves.on_train_batch_end(0, {"loss": 2.0})
    clock.now = 6
    curves.on_train_batch_end(1, {"loss": 1.5})
    first, second = place.shown
    assert first.caption == "epoch 1 of 2, loss 2.0000, after 5 s"
    # Eighteen steps are left, and one took a second: those that prepare do not count.
    assert second.caption == "epoch 1 of 2, loss 1.5000, 18 s left"
    assert second.svg == ""


def test_long_times_are_told_in_minutes(place, clock):
    curves = begun(epochs=100, steps=10)
    curves.on_train_batch_end(0, {"loss": 2.0})
    clock.now = 1
    curves.on_train_batch_end(1, {"loss": 1.5})
    assert place.shown[-1].caption.endswith("loss 1.5000, 17 min left")


def test_an_unknown_number_of_steps(place, clock):
    curves = begun(epochs=2, steps=None)
    clock.now = 1
    curves.on_train_batch_end(0, {"loss": 2.0})
    assert place.shown[-1].caption == "epoch 1 of 2, loss 2.0000, after 1 s"


def test_a_run_that_was_stopped_says_so(place, clock):
    curves = begun(epochs=9, steps=1)
    curves.on_train_batch_end(0, {"loss": 2.0})
    curves.on_epoch_end(0, {"loss": 2.0})
    clock.now = 30
    curves.on_train_end()
    assert place.shown[-1].caption == "epoch 1 of 9, loss 2.0000, after 30 s"


def test_showing_takes_a_tenth_of_the_time(place, clock):
    place.seconds = 0.2
    curves = begun(epochs=1, steps=1000)
    for batch in range(1000):
        clock.now += 0.01
        curves.on_train_batch_end(batch, {"loss": 1.0})
    assert 3 <= len(place.shown) <= 0.11 * clock.now / 0.2


def test_ipython_without_a_kernel_is_a_script(monkeypatch):
    from IPython.core import getipython

    monkeypatch.setattr(getipython, "get_ipython", object)
    assert live._place_in_a_notebook() is None


def test_without_ipython_it_is_a_script(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython")
    assert live._place_in_a_notebook() is None


def test_in_a_kernel_a_place_is_taken_and_written_over(monkeypatch):
    """What goes to the page: one display, and then updates of it."""
    import IPython.display
    from IPython.core import getipython

    sent = []

    def display(shown, display_id):
        sent.append((shown, display_id))
        return "the place"

    shell = type("Shell", (), {"kernel": object()})
    monkeypatch.setitem(sys.modules, "IPython", IPython)
    monkeypatch.setattr(getipython, "get_ipython", shell)
    monkeypatch.setattr(IPython.display, "display", display)
    assert live._place_in_a_notebook() == "the place"
    ((shown, display_id),) = sent
    assert display_id is True
    assert "getting ready" in shown._repr_html_()


CELL = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np
from lenet_course.live import LiveCurves
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.ones((40, 1))
_ = model.fit(x, x, epochs=5, batch_size=10, verbose=0, callbacks=[LiveCurves()])
"""


def test_an_executed_notebook_keeps_the_final_state_only():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, kernel_name="python3", timeout=600).execute()
    shown = [o for o in notebook.cells[0].outputs if o.get("name") != "stderr"]
    assert [o.output_type for o in shown] == ["display_data"]
    page = shown[0].data["text/html"]
    assert page.count("<svg") == 1
    assert re.search(r"<figcaption>epoch 5 of 5, loss [\d.]+, after \d+ s</figcaption>", page)


def test_the_course_does_not_load_keras_for_it():
    code = "import lenet_course, lenet_course.plotting, sys; assert 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
