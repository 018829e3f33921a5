"""Features digit by digit, and errors by the number of digits."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.ticker import FuncFormatter

from lenet_course import plotting
from lenet_course.plotting.picture import BLUE, INK, VERMILION

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
LABELS = np.repeat(np.arange(10), 101)
SPREAD = np.tile(np.arange(101.0), 10)
CURVES = {"linear": [20.0, 15.0, 14.0], "k-NN": [20.0, 10.0, 5.0]}
PICTURES = {
    "by_digit": lambda: plotting.by_digit({"ink": SPREAD, "slant": -SPREAD}, LABELS, **WORDS),
    "errors_by_size": lambda: plotting.errors_by_size([500, 5000, 50_000], CURVES, **WORDS),
}


@pytest.fixture(params=PICTURES.values(), ids=PICTURES.keys())
def draw(request):
    return request.param


def lines(svg, color):
    """The drawn lines of a color: their points, in the drawing's units."""
    found = re.findall(rf'<path d="([^"]+)"[^>]*style="fill: none; [^"]*stroke: {color}', svg, re.I)
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


def test_nine_in_ten_lie_on_the_thin_line_and_half_on_the_thick_one():
    svg = plotting.by_digit({"ink": SPREAD}, LABELS, **WORDS).svg
    widths = [np.ptp(points[:, 0]) for points in lines(svg, BLUE)]
    assert len(widths) == 2 * 10
    assert np.allclose(np.divide(widths[1::2], widths[::2]), 50 / 90, rtol=1e-3)


def test_each_digit_has_its_own_values():
    svg = plotting.by_digit({"digit": SPREAD * LABELS}, LABELS, **WORDS).svg
    widths = [np.ptp(points[:, 0]) for points in lines(svg, BLUE)][::2]
    assert np.allclose(np.divide(widths, widths[-1]), np.arange(10) / 9, atol=1e-3)


def test_a_tenfold_error_is_as_far_as_a_tenfold_number_says():
    svg = PICTURES["errors_by_size"]().svg
    x, y = lines(svg, BLUE)[0].T
    assert x[1] - x[0] == pytest.approx(x[2] - x[1])
    assert (y[2] - y[1]) / (y[1] - y[0]) == pytest.approx(
        np.log(15 / 14) / np.log(20 / 15), rel=1e-3
    )


def test_curves_differ_by_more_than_their_color():
    svg = PICTURES["errors_by_size"]().svg
    marks = [
        set(re.findall(rf'<use [^>]*href="#([^"]+)"[^>]*fill: {color}', svg, re.I))
        for color in (BLUE, VERMILION)
    ]
    assert all(marks)
    assert marks[0].isdisjoint(marks[1])


def test_axes_have_plain_numbers(monkeypatch):
    written = []
    monkeypatch.setattr(
        "lenet_course.plotting.features.FuncFormatter",
        lambda text: written.append(text(5000, None)) or FuncFormatter(text),
    )
    PICTURES["errors_by_size"]()
    assert written == ["5,000", "5,000"]


def test_a_feature_with_a_value_too_few():
    with pytest.raises(ValueError, match=r"'ink' has shape \(1009,\), expected \(1010,\)"):
        plotting.by_digit({"ink": SPREAD[1:]}, LABELS, **WORDS)
