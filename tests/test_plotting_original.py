"""Step sizes layer by layer, and errors pass by pass."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import BLUE, INK, VERMILION

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
STEPS = {
    "first": [np.full((2, 3), 0.01), [0.02], [1e-4, 1e-3], [0.1]],
    "trained": [np.full((2, 3), 0.1), [0.02], [1e-4, 1e-3], [0.1]],
}
BAND = {"band": (1e-3, 1e-2), "band_name": "paper", "xlabel": "step"}
PANELS = {
    "test": {"ours": [[3.0, 2.0, 1.0], [3.0, 1.0, 0.5]], "paper": [2.67, 2.24]},
    "training": {"ours": [[5.0, 3.0, 2.0], [5.0, 3.0, 1.0]], "paper": [4.94, 3.06]},
}
PICTURES = {
    "ranges": lambda: plotting.ranges(STEPS, ["C1", "S2"], **BAND, **WORDS),
    "by_pass": lambda: plotting.by_pass(PANELS, **WORDS),
}


@pytest.fixture(params=PICTURES.values(), ids=PICTURES.keys())
def draw(request):
    return request.param


def lines(svg, color):
    """The drawn lines of a color: their points, in the drawing's units, and their widths."""
    found = re.findall(
        rf'<path d="([^"]+)"[^>]*style="(fill: none; [^"]*stroke: {color}[^"]*)"', svg, re.I
    )
    widths = [re.search(r"stroke-width: ([\d.]+)", style) for _, style in found]
    return [
        (np.array(re.findall(r"-?[\d.]+", path), float).reshape(-1, 2), float(w[1]) if w else 1)
        for (path, _), w in zip(found, widths, strict=True)
    ]


def bands(svg, color):
    """How often something of the color is filled and half transparent."""
    return len(re.findall(rf'"fill: {color.lower()}; fill-opacity', svg.lower()))


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


def test_curves_differ_by_more_than_their_color(draw):
    svg = draw().svg
    marks = [
        set(re.findall(rf'<use [^>]*href="#([^"]+)"[^>]*fill: {color}', svg, re.I))
        for color in (BLUE, VERMILION)
    ]
    assert all(marks)
    assert marks[0].isdisjoint(marks[1])


def test_a_range_reaches_from_the_smallest_to_the_largest_number_of_weights_and_biases():
    numbers = np.geomspace(1e-4, 1e-1, 1000)
    svg = plotting.ranges({"net": [numbers, [1e-4]]}, ["C1"], **BAND, **WORDS).svg
    widths = {width: np.ptp(points[:, 0]) for points, width in lines(svg, BLUE)}
    # On a logarithmic scale nine tenths of these numbers take nine tenths of the line.
    assert widths[3.5] / widths[1] == pytest.approx(0.9, abs=0.01)


def test_arrays_of_a_missing_layer_are_named():
    with pytest.raises(ValueError, match="trained has 3 arrays for 2 layers, expected 4"):
        plotting.ranges({"trained": STEPS["trained"][:3]}, ["C1", "S2"], **BAND, **WORDS)


def test_several_runs_are_drawn_as_their_mean_and_a_band():
    svg = plotting.by_pass(PANELS, **WORDS).svg
    assert bands(svg, BLUE) == 2  # one for each panel
    assert bands(svg, VERMILION) == 0  # a single run has no band
    runs = {"one": {"ours": PANELS["test"]["ours"]}}
    (points, _), *_ = lines(plotting.by_pass(runs, **WORDS).svg, BLUE)
    falls = np.diff(points[:, 1])
    # The means are 3, 1.5 and 0.75: on a logarithmic scale two equal falls.
    assert falls[0] == pytest.approx(falls[1], rel=1e-4)
    assert falls[0] > 0


def test_a_curve_may_end_before_the_others():
    svg = plotting.by_pass(PANELS, **WORDS).svg
    assert [len(points) for points, _ in lines(svg, BLUE)[:2]] == [3, 3]
    assert [len(points) for points, _ in lines(svg, VERMILION)[:2]] == [2, 2]
