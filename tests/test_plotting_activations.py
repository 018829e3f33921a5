"""Squashing functions and the histograms of a network's signals."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import INK

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
X = np.linspace(1, 3, 5)
LINES = {"f": X, "g": X**2}
AXES = {"xlabel": "a", "ylabel": "f(a)"}
SIGNALS = {
    "small": {"C1": np.zeros((2, 3)), "F6": [0.1, 0.2]},
    "large": {"C1": [-9.0, 9.0], "F6": [[1.0]]},
}
BINS = np.linspace(-1, 1, 5)
PICTURES = {
    "curves": lambda: plotting.curves(X, LINES, points=[(1, 1)], **AXES, **WORDS),
    "curves on logarithmic axes": lambda: plotting.curves(X, LINES, log=True, **AXES, **WORDS),
    "histograms": lambda: plotting.layer_histograms(SIGNALS, BINS, xlabel="output", **WORDS),
}


@pytest.fixture(params=PICTURES.values(), ids=PICTURES.keys())
def draw(request):
    return request.param


def test_a_picture_carries_its_words(draw):
    drawing, caption = ET.fromstring(draw()._repr_html_())
    assert drawing.get("aria-label") == WORDS["alt"]
    assert caption.text == WORDS["caption"]


def test_ink_takes_the_color_of_the_page(draw):
    svg = draw().svg
    assert INK not in svg
    assert "currentColor" in svg


def test_a_picture_is_the_same_each_time(draw):
    assert draw().svg == draw().svg


def test_lines_differ_by_more_than_their_color():
    svg = plotting.curves(X, {name: X for name in "abcd"}, **AXES, **WORDS).svg
    dashes = set(re.findall(r"stroke-dasharray: ([^;]+);", svg))
    assert len(dashes) == 3  # and one line without


def test_a_point_is_marked():
    def dots(points):
        return plotting.curves(X, LINES, points=points, **AXES, **WORDS).svg.count("<use")

    assert dots([(1, 1), (2, 4)]) == dots([]) + 2


def test_what_lies_beyond_the_bins_is_counted_at_the_ends():
    inside, beyond = (
        plotting.layer_histograms({"n": {"C1": values}}, BINS, xlabel="x", **WORDS).svg
        for values in ([-0.9, 0.9], [-9, 9])
    )
    assert inside == beyond


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plotting.curves(X, {}, **AXES, **WORDS), "received 0 lines, expected 1 to 4"),
        (
            lambda: plotting.curves(X, {name: X for name in "abcde"}, **AXES, **WORDS),
            "received 5 lines",
        ),
        (lambda: plotting.layer_histograms({}, BINS, xlabel="x", **WORDS), r"received \[\]"),
        (
            lambda: plotting.layer_histograms({"a": {}}, BINS, xlabel="x", **WORDS),
            r"received \[\(\)\]",
        ),
        (
            lambda: plotting.layer_histograms(
                {"a": {"C1": [0]}, "b": {"C3": [0]}}, BINS, xlabel="x", **WORDS
            ),
            r"\('C1',\), \('C3',\)",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
