"""The timeline: what happened when, of which kind."""

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import BLUE, GREEN, INK, PURPLE, VERMILION

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
EVENTS = {
    "ideas": [(1980, "a network"), (1962, "a cat")],
    "machines": [(1989, "a computer"), (1996.5, "a bank"), (1989, "another")],
}


def draw(events=EVENTS):
    return plotting.timeline(events, **WORDS)


def marks(svg, color):
    """The places of the marks of a color, except for the last one, which is in the legend."""
    found = re.findall(r'<use [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*?fill: ([^;"]+)', svg)
    places = [(float(x), float(y)) for x, y, fill in found if fill.lower() == color.lower()]
    return np.array(places)[:-1]


def texts(monkeypatch, events):
    """What is written at the events, from top to bottom."""
    written = []
    annotate = mpl.axes.Axes.annotate

    def note(axes, text, *args, **kwargs):
        written.append((text, kwargs["ha"]))
        return annotate(axes, text, *args, **kwargs)

    monkeypatch.setattr(mpl.axes.Axes, "annotate", note)
    draw(events)
    return written


def test_a_picture_carries_its_words():
    drawing, caption = ET.fromstring(draw()._repr_html_())
    assert drawing.get("aria-label") == WORDS["alt"]
    assert caption.text == WORDS["caption"]


def test_ink_takes_the_color_of_the_page():
    svg = draw().svg
    assert INK not in svg
    assert "currentColor" in svg


def test_a_picture_is_the_same_each_time():
    assert draw().svg == draw().svg


def test_kinds_differ_by_more_than_their_color():
    four = {kind: [(1990, "x")] for kind in "abcd"}
    svg = draw(four).svg
    shapes = [
        re.search(rf'<use [^>]*href="#([^"]+)"[^>]*fill: {color}', svg, re.I)[1]
        for color in (BLUE, VERMILION, GREEN, PURPLE)
    ]
    assert len(set(shapes)) == 4


def test_events_stand_in_the_order_of_their_years_and_at_their_years():
    svg = draw().svg
    (x1980, y1980), (x1962, y1962) = sorted(marks(svg, BLUE), key=lambda place: -place[1])
    assert (x1962 < x1980, y1962 < y1980) == (True, True)
    places = marks(svg, VERMILION)
    assert len(places) == 3
    x, y = places[places[:, 1].argsort()].T
    assert x[0] == x[1]
    assert y[0] > y1980
    # Half a year is half as wide as a year.
    year = (x1980 - x1962) / 18
    assert x[2] - x[0] == pytest.approx(7.5 * year, rel=1e-4)


def test_words_stand_where_there_is_room(monkeypatch):
    assert texts(monkeypatch, EVENTS) == [
        ("1962  a cat", "left"),
        ("1980  a network", "right"),
        ("1989  a computer", "right"),
        ("1989  another", "right"),
        ("1996  a bank", "right"),
    ]


@pytest.mark.parametrize(
    "events", [{}, {"ideas": []}, {kind: [(1990, "x")] for kind in "abcde"}], ids=len
)
def test_too_few_or_too_many_kinds_are_named(events):
    with pytest.raises(ValueError, match="expected one to 4 kinds with one or more events each"):
        draw(events)
