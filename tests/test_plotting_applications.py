"""Strips, outputs along them, and accepted pairs: what the pictures show, and what they refuse."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import INK

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
STRIP = np.random.default_rng(0).random((32, 80))


def strips(count=3, words=None):
    return plotting.strips([STRIP] * count, words or ["2134"] * count, **WORDS)


def along(places=12, names="01-", path=None):
    path = np.arange(places) % 3 if path is None else path
    likely = np.random.default_rng(1).dirichlet(np.ones(3), places)
    return plotting.along(STRIP, likely, path, names, first=16, step=4, **WORDS)


def accepted(*names):
    curve = np.linspace(0, 1, 11), np.sqrt(np.linspace(0, 1, 11))
    return plotting.accepted(dict.fromkeys(names, curve), **WORDS)


@pytest.mark.parametrize("drawing", [strips(), along(), accepted("seen", "new")])
def test_a_picture_carries_its_words_and_the_ink_of_the_page(drawing):
    image, caption = ET.fromstring(drawing._repr_html_())
    assert image.get("aria-label") == WORDS["alt"]
    assert caption.text == WORDS["caption"]
    assert INK not in drawing.svg
    assert "currentColor" in drawing.svg


def test_the_same_drawing_is_the_same_text():
    assert strips().svg == strips().svg
    assert along().svg == along().svg


@pytest.mark.parametrize("count", [1, 2, 3])
def test_each_strip_is_drawn_once(count):
    assert strips(count).svg.count("<image ") == count


def test_a_mark_for_each_place_of_the_path():
    places = re.findall(
        r'<use [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*?fill: #d55e00', along().svg, re.I
    )
    x, y = np.array(places, float).T
    np.testing.assert_allclose(np.diff(x), np.diff(x)[0], atol=1e-3)
    assert len(x) == 12
    assert len(set(y)) == 3


def test_a_line_for_each_curve_and_its_name():
    one, two = accepted("seen").svg, accepted("seen", "new").svg
    assert (one.count("#0072b2"), two.count("#0072b2")) == (2, 2)  # and one in the legend
    assert (one.count("#d55e00"), two.count("#d55e00")) == (0, 2)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: strips(0), "received 0 images and 0 words"),
        (lambda: strips(2, ["one"]), "received 2 images and 1 words"),
        (lambda: along(names="01"), r"shape \(12, 3\), 12 places on the path and 2 names"),
        (lambda: along(path=[0]), "1 places on the path"),
        (lambda: accepted(), "received 0 curves"),
        (lambda: accepted(*"abcd"), "received 4 curves, expected 1 to 3"),
    ],
)
def test_what_is_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
