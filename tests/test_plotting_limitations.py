"""Curves of errors: what is drawn, and what cannot be."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import BLUE, INK, VERMILION

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
X = [1, 2, 4]
TWO = {"plain": [[1, 2, 3], [3, 4, 5]], "taught": [2, 1, 0.5]}


def sweeps(panels=None, **more):
    return plotting.sweeps(panels or {"pixels": (X, TWO)}, ylabel="errors", **WORDS | more)


def marks(svg, color):
    found = re.findall(r'<use [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*?fill: ([^;"]+)', svg)
    places = [(x, y) for x, y, fill in found if fill.lower() == color.lower()]
    return np.array([place for place in places if place[0] != "0"], float)  # a band has none


def test_curves_carry_their_words_and_the_ink_of_the_page():
    drawing, caption = ET.fromstring(sweeps()._repr_html_())
    assert drawing.get("aria-label") == WORDS["alt"]
    assert caption.text == WORDS["caption"]
    assert INK not in sweeps().svg
    assert sweeps().svg == sweeps().svg


def test_a_mark_stands_at_the_mean_of_the_runs_and_a_band_around_it():
    svg = sweeps({"pixels": (X, {"plain": TWO["plain"]})}).svg
    places = marks(svg, BLUE)
    assert len(places) == len(X)
    # Means 2, 3 and 4, evenly spaced; on a page, up is less.
    assert np.diff(places[:, 1])[0] == pytest.approx(np.diff(places[:, 1])[1], rel=1e-3)
    assert (np.diff(places[:, 1]) < 0).all()
    band = ET.fromstring(svg).find(".//{*}defs/{*}path")
    ends = np.array(re.findall(r"-?[\d.]+", band.get("d")), float).reshape(-1, 2)[:, 1]
    step = -np.diff(places[:, 1])[0]
    assert np.ptp(ends) == pytest.approx(4 * step, rel=1e-3)  # from 1 to 5


def test_curves_differ_by_more_than_their_color():
    shapes = [
        re.search(rf'<use [^>]*href="#([^"]+)"[^>]*fill: {color}', sweeps().svg, re.I)[1]
        for color in (BLUE, VERMILION)
    ]
    assert len(set(shapes)) == 2
    assert "stroke-dasharray" in sweeps().svg


def test_logarithmic_scales_space_doublings_evenly():
    places = marks(sweeps({"width": (X, {"plain": [8, 4, 2]})}, logarithmic=True).svg, BLUE)
    for axis in (0, 1):
        first, second = np.diff(places[:, axis])
        assert first == pytest.approx(second, rel=1e-3)


def test_panels_share_the_scale_of_y():
    svg = sweeps({"a": (X, {"plain": [1, 2, 3]}), "b": (X, {"plain": [1, 2, 30]})}).svg
    places = marks(svg, BLUE)
    assert len(places) == 6
    np.testing.assert_allclose(places[:2, 1], places[3:5, 1], atol=1e-3)


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ({"pixels": (X, {})}, "'pixels' has 0 curves, expected one to 3"),
        ({"pixels": (X, dict.fromkeys("abcd", X))}, "'pixels' has 4 curves, expected one to 3"),
        ({"pixels": (X, {"plain": [1, 2]})}, r"'plain' has shape \(2,\) for x of shape \(3,\)"),
        ({"pixels": ([X], {"plain": X})}, r"for x of shape \(1, 3\)"),
    ],
)
def test_what_cannot_be_drawn_is_named(panels, message):
    with pytest.raises(ValueError, match=message):
        sweeps(panels)


def test_no_panels_are_no_picture():
    with pytest.raises(ValueError, match="received no panels"):
        plotting.sweeps({}, ylabel="errors", **WORDS)
