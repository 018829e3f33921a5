"""A map written out with its subsamplings, and measurements against the window."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import INK

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
MAP = np.arange(24).reshape(4, 6)
RESULTS = {"first": MAP[::2, ::2], "last": MAP[1::2, 1::2]}
SHARES = {"average": [1.0, 0.5], "maximum": [0.5, 0.25]}
PICTURES = {
    "subsampled": lambda: plotting.subsampled(MAP, RESULTS, **WORDS),
    "by_window": lambda: plotting.by_window([1, 2], {"change": SHARES, "read": SHARES}, **WORDS),
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


def test_every_cell_and_every_window_is_outlined():
    svg = PICTURES["subsampled"]().svg
    thin, heavy = (len(re.findall(f'stroke-width: {width}[;"]', svg)) for width in ("0.4", "2"))
    assert thin == 24 + 6 + 6
    assert heavy == 3 * 6


def test_a_map_of_negative_numbers_is_left_unshaded():
    def shades(map_):
        svg = plotting.subsampled(map_, {"first": map_[::2, ::2]}, **WORDS).svg
        return {float(share) for share in re.findall(r"opacity: ([\d.]+)", svg)}

    assert shades(-1 - MAP) == {0}
    assert max(shades(MAP)) == 0.6


def test_curves_differ_by_more_than_their_color():
    curves = {name: [1, 0.5] for name in "abcd"}
    svg = plotting.by_window([1, 2], {"change": curves}, **WORDS).svg
    assert len(set(re.findall(r"stroke-dasharray: ([^;]+);", svg))) == 3  # and one without


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plotting.subsampled([1, 2], RESULTS, **WORDS), r"\(height, width\).*\(2,\)"),
        (
            lambda: plotting.subsampled(MAP, RESULTS | {"all": MAP}, **WORDS),
            r"'all' has shape \(4, 6\), expected \(2, 3\)",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
