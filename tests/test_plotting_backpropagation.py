"""The figures of chapter 06 have words, fit any page, and show what they are given."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import BLUE, INK, VERMILION

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
ARRAYS = {"first": np.array([[1, -2], [0, 0.5]]), "second": np.array([[7]])}
CURVES = {"up": [1e-3, 1e-2, 1e-1], "down": [1.0, 1e-4, 1e-9]}
PICTURES = {
    "back_and_forth": lambda: plotting.back_and_forth(["C1", "S2", "loss"], ["C1"], **WORDS),
    "written_out": lambda: plotting.written_out(ARRAYS, ["→"], {"first": (0, 1, 1)}, **WORDS),
    "step_errors": lambda: plotting.step_errors([1e-1, 1e-2, 1e-3], CURVES, **WORDS),
    "gradient_sizes": lambda: plotting.gradient_sizes(["C1", "C3", "C5"], CURVES, **WORDS),
}


@pytest.fixture(params=PICTURES.values(), ids=PICTURES.keys())
def draw(request):
    return request.param


def color(svg, name):
    return svg.lower().count(f"stroke: {name.lower()}")


def test_a_picture_carries_its_words(draw):
    drawing, caption = ET.fromstring(draw()._repr_html_())
    assert drawing.get("aria-label") == WORDS["alt"]
    assert caption.text == WORDS["caption"]


def test_a_picture_takes_the_ink_of_the_page_and_is_the_same_each_time(draw):
    svg = draw().svg
    assert INK not in svg
    assert "currentColor" in svg
    assert "<style" not in svg
    assert draw().svg == svg


def test_an_arrow_leads_forth_and_back_between_boxes_and_aside_where_asked():
    """Each arrow is a line and a head of the same color."""
    row = plotting.back_and_forth(["C1", "S2", "loss"], ["C1"], **WORDS).svg
    without = plotting.back_and_forth(["C1", "S2", "loss"], **WORDS).svg
    assert color(row, BLUE) == color(without, BLUE) == 2 * 2
    assert color(without, VERMILION) == 2 * 2
    assert color(row, VERMILION) == 2 * 3


def test_every_number_is_written_and_the_named_square_outlined():
    svg = plotting.written_out(ARRAYS, ["→"], {"first": (0, 1, 1)}, **WORDS).svg
    assert color(svg, VERMILION) == 1
    # A cell for each number, each a closed path of four corners.
    assert len(re.findall(r"stroke-width: 0\.5", svg)) == 5


def test_arrays_need_a_sign_between_each_two():
    with pytest.raises(ValueError, match=r"2 arrays and 0 signs between them, expected 1 signs"):
        plotting.written_out(ARRAYS, [], {}, **WORDS)


def test_each_curve_has_a_color_and_a_line_of_its_own():
    for name in ("step_errors", "gradient_sizes"):
        svg = PICTURES[name]().svg
        assert color(svg, BLUE) > 0
        assert color(svg, VERMILION) > 0
        assert svg.count("stroke-dasharray") > 0
