"""Maps with the outlines of digits, and digits in a plane."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import INK, VERMILION

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
IMAGES = np.zeros((3, 8, 8))
IMAGES[:, 2:6, 3:5] = 1
MAPS = np.stack([np.zeros((8, 8)), *np.random.default_rng(0).normal(size=(2, 8, 8))])
POINTS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]])
AXES = ("first", "second")
PICTURES = {
    "over_digits": lambda: plotting.over_digits(IMAGES, MAPS, "abc", columns=2, **WORDS),
    "digit_map": lambda: plotting.digit_map(POINTS, [7, 7, 3], names=AXES, **WORDS),
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


def test_each_map_has_the_outline_of_its_digit():
    svg = PICTURES["over_digits"]().svg
    assert svg.count("<image") == len(MAPS)
    assert len(re.findall(rf"stroke: {VERMILION}", svg, re.I)) == len(IMAGES)


@pytest.mark.parametrize(
    ("images", "maps", "labels"),
    [(IMAGES, MAPS[:2], "abc"), (IMAGES, MAPS, "ab"), (IMAGES[0], MAPS[0], "abcdefgh")],
)
def test_what_does_not_match_is_quoted(images, maps, labels):
    with pytest.raises(ValueError, match=re.escape(f"received images of shape {images.shape}")):
        plotting.over_digits(images, maps, labels, **WORDS)


def test_a_point_is_drawn_as_its_digit():
    svg = PICTURES["digit_map"]().svg
    uses = re.findall(r'<use [^>]*href="#([^"]+)" x="([\d.]+)" y="([\d.]+)"', svg)
    marks = [(name, float(x), float(y)) for name, x, y in uses]
    (three, *_), (seven, x0, y0), (same, x1, y1) = marks[-3:]
    assert three != seven == same  # the threes first
    assert y0 == y1
    assert x0 < x1


@pytest.mark.parametrize(("points", "labels"), [(POINTS, [1, 2]), (POINTS[0], [1, 2])])
def test_points_without_labels_are_refused(points, labels):
    with pytest.raises(ValueError, match=r"received points of shape .*, expected"):
        plotting.digit_map(points, labels, names=AXES, **WORDS)
