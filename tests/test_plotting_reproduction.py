"""The papers' figures beside ours, reject curves, and what reading costs."""

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import BLUE, GREEN, INK, VERMILION

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
ROWS = {
    "first": {"ours": [1.0, 2.0, 6.0], "1998": 4.0, "later": [0.5]},
    "second": {"ours": [8.0]},
    "third": {"1998": 2.0},
}
CURVES = {"plain": ([0.0, 1.0, 4.0], [1.0, 0.6, 0.2]), "distorted": ([0.0, 2.0], [0.7, 0.1])}
LINES = {"at": 0.5, "until": 5.0}
POINTS = {"small": (1.0, 10.0), "middle": (10.0, 1.0), "large": (100.0, 0.1)}
PICTURES = {
    "beside": lambda: plotting.beside(ROWS, xlabel="errors", **WORDS),
    "reject_curves": lambda: plotting.reject_curves(CURVES, {"a net": 3.0}, **LINES, **WORDS),
    "errors_by_cost": lambda: plotting.errors_by_cost(POINTS, **WORDS),
}


@pytest.fixture(params=PICTURES.values(), ids=PICTURES.keys())
def draw(request):
    return request.param


def marks(svg, color):
    """The places of the marks of a color, in the order in which they are drawn."""
    found = re.findall(r'<use [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*?fill: ([^;"]+)', svg)
    return np.array([(x, y) for x, y, fill in found if fill.lower() == color.lower()], float)


def lines(svg, color):
    """The drawn lines of a color, each as an array of points."""
    found = re.findall(
        rf'<path d="([^"]+)"[^>]*style="fill: none; [^"]*stroke: {color}[^"]*"', svg, re.I
    )
    return [np.array(re.findall(r"-?[\d.]+", path), float).reshape(-1, 2) for path in found]


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


def test_sources_differ_by_more_than_their_color():
    svg = plotting.beside(ROWS, xlabel="errors", **WORDS).svg
    shapes = [
        re.search(rf'<use [^>]*href="#([^"]+)"[^>]*fill: {color}', svg, re.I)[1]
        for color in (BLUE, VERMILION, GREEN)
    ]
    assert len(set(shapes)) == 3


def test_a_mark_stands_at_the_mean_and_a_bar_reaches_to_the_extremes():
    svg = plotting.beside(ROWS, xlabel="errors", **WORDS).svg
    first, second, _ = marks(svg, BLUE)  # and one in the legend
    bar = lines(svg, BLUE)[0]
    assert bar[:, 1] == pytest.approx(first[1])
    # The means are 3 and 8, the extremes of the first 1 and 6, on a logarithmic scale.
    unit = (second[0] - first[0]) / np.log(8 / 3)
    assert first[0] - bar[0, 0] == pytest.approx(unit * np.log(3), rel=1e-3)
    assert bar[1, 0] - first[0] == pytest.approx(unit * np.log(2), rel=1e-3)


def test_rows_keep_their_order_and_may_lack_a_source():
    svg = plotting.beside(ROWS, xlabel="errors", **WORDS).svg
    first, second, _ = marks(svg, BLUE)
    papers_first, papers_third, _ = marks(svg, VERMILION)
    # None hides another, and all are nearer to their own row.
    row = second[1] - first[1]
    assert 0 < papers_first[1] - first[1] < row / 2
    assert papers_third[1] - papers_first[1] == pytest.approx(2 * row, rel=1e-4)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "rows has 0 sources of numbers"),
        ({"a": {name: 1.0 for name in "wxyz"}}, r"4 sources of numbers \(w, x, y, z\), expected"),
        ({"a": {"ours": [1.0, 0.0]}}, r"'ours' of 'a' is \[1.0, 0.0\], expected positive"),
        ({"a": {"ours": []}}, r"'ours' of 'a' is \[\], expected positive"),
    ],
)
def test_rows_that_cannot_be_drawn_are_named(rows, message):
    with pytest.raises(ValueError, match=message):
        plotting.beside(rows, xlabel="errors", **WORDS)


def test_an_error_holds_until_more_is_rejected():
    svg = plotting.reject_curves(CURVES, {}, **LINES, **WORDS).svg
    steps = lines(svg, BLUE)[0]
    # Right, down, right, down: no step cuts a corner.
    assert len(steps) == 5
    assert (np.diff(steps, axis=0) == 0).any(axis=1).all()
    assert steps[0, 1] == steps[1, 1]
    assert len(lines(svg, VERMILION)[0]) == 3


def test_the_papers_figures_stand_at_their_error(monkeypatch):
    written = []
    annotate = mpl.axes.Axes.annotate

    def note(axes, text, place, *args, **kwargs):
        written.append((text, place))
        return annotate(axes, text, place, *args, **kwargs)

    monkeypatch.setattr(mpl.axes.Axes, "annotate", note)
    svg = plotting.reject_curves(CURVES, {"a net": 3.0, "b": 1.0}, **LINES, **WORDS).svg
    assert written == [("a net", (3.0, 0.5)), ("b", (1.0, 0.5))]
    (x_net, y_net), (x_b, y_b) = marks(svg, VERMILION)
    assert y_net == y_b
    assert x_b < x_net


def test_costs_and_errors_are_logarithmic():
    places = marks(plotting.errors_by_cost(POINTS, **WORDS).svg, BLUE)
    steps = np.diff(places, axis=0)
    assert steps[0] == pytest.approx(steps[1], rel=1e-3)
    assert steps[0, 0] > 0  # dearer to the right
    assert steps[0, 1] > 0  # better further down
