"""Every picture has words, can be read on any page, and is the same wherever it is made."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from lenet_course import plotting
from lenet_course.models import lenet5_tutorial
from lenet_course.plotting.picture import INK

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
IMAGES = np.random.default_rng(0).integers(0, 256, (12, 5, 4))
HISTORY = {name: [3.0, 2.0, 1.5] for name in ("loss", "val_loss", "accuracy", "val_accuracy")}
COUNTS = np.array([[5, 1, 0], [2, 7, 0], [0, 0, 9]])
PICTURES = {
    "digits": lambda: plotting.digits(IMAGES, range(12), **WORDS),
    "digits without labels": lambda: plotting.digits(IMAGES, columns=5, **WORDS),
    "probabilities": lambda: plotting.probabilities(IMAGES[0], np.full(10, 0.1), **WORDS),
    "learning_curves": lambda: plotting.learning_curves(HISTORY, **WORDS),
    "label_counts": lambda: plotting.label_counts([0, 1, 9], [0, 2, 9], **WORDS),
    "confusion": lambda: plotting.confusion(COUNTS, **WORDS),
    "network": lambda: plotting.network(lenet5_tutorial(), **WORDS),
}


@pytest.fixture(params=PICTURES.values(), ids=PICTURES.keys())
def draw(request):
    return request.param


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_a_picture_carries_its_words(draw):
    picture = draw()
    root = ET.fromstring(picture._repr_html_())
    drawing, caption = root
    assert drawing.get("aria-label") == WORDS["alt"]
    assert drawing.get("role") == "img"
    assert caption.text == WORDS["caption"]
    assert repr(picture) == "Picture: What it <shows>."


@pytest.mark.parametrize("empty", ["caption", "alt"])
@pytest.mark.parametrize("words", ["", " \n"])
def test_a_picture_without_words_is_refused(empty, words):
    with pytest.raises(ValueError, match=f"{empty} is empty"):
        plotting.picture(Figure(), **(WORDS | {empty: words}))


def test_ink_takes_the_color_of_the_page(draw):
    svg = draw().svg
    assert INK not in svg
    assert "currentColor" in svg or "<image" in svg


def test_a_picture_is_the_same_each_time(draw):
    assert draw().svg == draw().svg


def test_a_picture_leaves_the_rest_of_the_page_alone(draw):
    """No style sheet, no name that another picture has too, no reference to elsewhere."""
    svg = draw().svg
    assert "<style" not in svg
    names = re.findall(r'\bid="([^"]+)"', svg)
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"p[0-9a-f]{8}-.*", name) for name in names)
    references = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)
    assert {a or b for a, b in references} <= set(names)
    assert not re.search(r'href="(?!#|data:image/png)', svg)


def test_two_pictures_share_no_names():
    first, second = (
        set(re.findall(r'\bid="([^"]+)"', PICTURES[name]().svg))
        for name in ("confusion", "label_counts")
    )
    assert first
    assert second
    assert first.isdisjoint(second)


@settings(max_examples=20)
@given(st.integers(1, 30), st.integers(1, 12))
def test_digits_shows_each_image_once(n, columns):
    svg = plotting.digits(np.ones((n, 2, 2)), columns=columns, **WORDS).svg
    assert len(re.findall("data:image/png", svg)) == n


def test_confusion_colors_the_mistakes_and_leaves_the_diagonal_blank():
    def tiles(matrix):
        return plotting.confusion(matrix, **WORDS).svg.lower().count("fill: #d55e00")

    assert tiles(COUNTS) == 2
    assert tiles(np.diag([5, 7, 9])) == 0


def test_the_readers_own_style_is_left_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plotting.confusion(COUNTS, **WORDS)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plotting.digits(np.ones((3, 2)), **WORDS), r"\(n, height, width\).*\(3, 2\)"),
        (lambda: plotting.digits(np.ones((0, 2, 2)), **WORDS), r"received \(0, 2, 2\)"),
        (lambda: plotting.digits(IMAGES, [1, 2], **WORDS), "12 images but 2 labels"),
        (lambda: plotting.confusion(np.ones((3, 2)), **WORDS), r"square.*\(3, 2\)"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
