"""Reliability diagrams and galleries of mistakes: what they show, and to whom."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from lenet_course import plotting
from lenet_course.evaluation import reliability
from lenet_course.plotting.picture import BLUE, INK, VERMILION

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
SURE = np.array([0.15, 0.55, 0.58, 0.95, 0.97, 1.0])
WRONG = np.array([True, False, True, False, False, False])
PLAIN, LATER = reliability(SURE, WRONG, 10), reliability(SURE / 2, WRONG, 10)
IMAGES = np.random.default_rng(0).integers(0, 256, (6, 5, 4), dtype="uint8")
LABELS, ANSWERS = np.array([7, 4, 1, 4, 4, 0]), np.array([7, 9, 1, 4, 6, 2])


def diagram(**kinds):
    return plotting.reliability_diagram(kinds or {"plain": PLAIN, "later": LATER}, **WORDS)


def gallery(caption="All <of> them."):
    return plotting.mistakes(IMAGES, LABELS, ANSWERS, SURE, caption=caption)


def marks(svg, color):
    found = re.findall(r'<use [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*?fill: ([^;"]+)', svg)
    return np.array([(x, y) for x, y, fill in found if fill.lower() == color.lower()], float)


def lines(svg, color):
    found = re.findall(
        rf'<path d="([^"]+)"[^>]*style="fill: none; [^"]*stroke: {color}[^"]*"', svg, re.I
    )
    return [np.array(re.findall(r"-?[\d.]+", path), float).reshape(-1, 2) for path in found]


def test_a_diagram_carries_its_words():
    drawing, caption = ET.fromstring(diagram()._repr_html_())
    assert drawing.get("aria-label") == WORDS["alt"]
    assert caption.text == WORDS["caption"]


def test_a_diagram_is_drawn_in_the_ink_of_the_page_and_the_same_each_time():
    assert INK not in diagram().svg
    assert "currentColor" in diagram().svg
    assert diagram().svg == diagram().svg


def test_a_mark_for_each_bin_that_holds_answers_within_its_interval():
    svg = diagram(plain=PLAIN).svg
    places = marks(svg, BLUE)[:3]  # and one in the legend
    intervals = lines(svg, BLUE)
    assert len(intervals) == len(places)
    for (x, y), ends in zip(places, intervals, strict=True):
        assert ends[:, 0] == pytest.approx(x, abs=1e-3)
        assert ends[:, 1].min() - 1e-3 <= y <= ends[:, 1].max() + 1e-3
    # Accuracies 0, 1/2 and 1, evenly spaced; on a page, up is less.
    assert np.diff(places[:, 1])[0] == pytest.approx(np.diff(places[:, 1])[1], rel=1e-3)
    assert np.diff(places[:, 1])[0] < 0
    # The wider the fewer answers it rests on.
    lengths = [np.ptp(ends[:, 1]) for ends in intervals]
    assert lengths[0] > lengths[2]


def test_two_diagrams_differ_by_more_than_their_color():
    shapes = [
        re.search(rf'<use [^>]*href="#([^"]+)"[^>]*fill: {color}', diagram().svg, re.I)[1]
        for color in (BLUE, VERMILION)
    ]
    assert len(set(shapes)) == 2


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ({}, "received 0 diagrams, expected 1 or 2"),
        (dict.fromkeys("abc", PLAIN), "received 3 diagrams, expected 1 or 2"),
        ({"a": PLAIN, "b": reliability(SURE, WRONG, 5)}, r"unequal bins: {'a': 10, 'b': 5}"),
    ],
)
def test_diagrams_that_cannot_be_drawn_are_named(kinds, message):
    with pytest.raises(ValueError, match=message):
        plotting.reliability_diagram(kinds, **WORDS)


def test_a_gallery_shows_each_mistake_once_folded_by_label():
    root = ET.fromstring(gallery()._repr_html_())
    folds = root.findall("details")
    assert [fold.find("summary").text for fold in folds] == [
        "Label 0: 1 mistake",
        "Label 4: 2 mistakes",
    ]
    words = [["".join(item.itertext()) for item in fold.iter("li")] for fold in folds]
    # The surest first.
    assert words == [["as 2, 100 %no. 5"], ["as 6, 97 %no. 4", "as 9, 55 %no. 1"]]
    assert root.find("figcaption").text == "All <of> them."
    assert repr(gallery()) == "Gallery: 3 mistakes. All <of> them."


def test_a_gallery_needs_no_script_no_mouse_and_no_eyes():
    text = gallery()._repr_html_()
    root = ET.fromstring(text)
    assert {element.tag for element in root.iter()} <= {
        *("figure", "details", "summary", "ul", "li", "img", "br", "figcaption")
    }
    assert ["open" in fold.attrib for fold in root.findall("details")] == [True, False]
    assert [image.get("alt") for image in root.iter("img")] == ["a 0", "a 4", "a 4"]
    assert not re.search(r' on\w+=|\bid=|href=|src="(?!data:image/png)|<style', text)


def test_a_gallery_shows_the_pixels_themselves():
    first = next(ET.fromstring(gallery()._repr_html_()).iter("img"))
    data = first.get("src").removeprefix("data:image/png;base64,")
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert np.array_equal(shown, IMAGES[5])


def test_a_hundred_mistakes_are_light():
    many = plotting.mistakes(
        np.random.default_rng(0).integers(0, 256, (100, 28, 28), dtype="uint8"),
        np.zeros(100, int),
        np.ones(100, int),
        np.ones(100),
        caption="Noise, which no file can hold in less.",
    )
    assert len(many._repr_html_()) < 150_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": IMAGES / 255}, r"shape \(6, 5, 4\) and dtype float64, expected uint8"),
        ({"images": IMAGES[..., None]}, r"shape \(6, 5, 4, 1\) and dtype uint8"),
        ({"labels": LABELS[:5]}, r"labels has shape \(5,\), expected \(6,\)"),
        ({"answers": ANSWERS[:, None]}, r"answers has shape \(6, 1\), expected \(6,\)"),
        ({"confidence": 0.5}, r"confidence has shape \(\), expected \(6,\)"),
        ({"answers": LABELS}, "None of 6 answers is wrong"),
        ({"caption": " "}, "caption is empty"),
    ],
)
def test_what_cannot_be_shown_is_named(change, message):
    usual = {"images": IMAGES, "labels": LABELS, "answers": ANSWERS, "confidence": SURE}
    with pytest.raises(ValueError, match=message):
        plotting.mistakes(**(usual | {"caption": "All."} | change))
