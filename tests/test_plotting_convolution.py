"""Windows, maps of both signs and receptive fields, drawn where they are."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import INK

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
IMAGE = np.arange(48.0).reshape(6, 8) / 47
KERNEL = np.array([[1, 0, -1]] * 3)
FIELDS = {"C1": (1, 2, 3), "S2": (0, 1, 4), "C3": (0, 0, 5), "S4": (0, 0, 6), "C5": (0, 0, 7)}
PICTURES = {
    "one_unit": lambda: plotting.one_unit(IMAGE, KERNEL, 3, 5, **WORDS),
    "signed_maps": lambda: plotting.signed_maps([KERNEL, IMAGE, KERNEL.T], "abc", **WORDS),
    "receptive_fields": lambda: plotting.receptive_fields(IMAGE, FIELDS, **WORDS),
}


@pytest.fixture(params=PICTURES.values(), ids=PICTURES.keys())
def draw(request):
    return request.param


def outlines(svg):
    """The sides of the outlined squares, in the drawing's units."""
    paths = re.findall(r'<path d="([^"]+)"[^>]*stroke-width: 2[;"]', svg)
    corners = [np.array(re.findall(r"-?[\d.]+", path), float).reshape(-1, 2) for path in paths]
    return [np.ptp(points[:, 0]) for points in corners]


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


def test_the_window_and_its_unit_are_outlined_to_scale():
    window, unit = outlines(PICTURES["one_unit"]().svg)
    # Image and map are drawn equally wide, with 8 pixels and 6 units.
    assert window / unit == pytest.approx(3 * 6 / 8, rel=1e-3)


def test_numbers_are_white_on_dark_tiles_only():
    def white_numbers(image):
        return plotting.one_unit(image, KERNEL, 0, 0, **WORDS).svg.count('"fill: #ffffff')

    one_pixel = np.zeros((6, 8))
    one_pixel[1, 1] = 1
    assert white_numbers(np.ones((6, 8))) == 3  # the column of -1 in the kernel
    assert white_numbers(one_pixel) == 3 + 8


def test_zero_is_middle_gray(monkeypatch):
    shown = []
    monkeypatch.setattr(
        "matplotlib.axes.Axes.imshow",
        lambda self, values, **limits: shown.append((values, limits)),
    )
    plotting.signed_maps([np.array([[1.0, -4.0]]), np.zeros((2, 2))], "ab", **WORDS)
    assert [limits for _, limits in shown] == [{"vmin": -4, "vmax": 4}, {"vmin": -1, "vmax": 1}]


def test_a_row_that_is_not_full_is_left_blank():
    images = [IMAGE] * 5
    svg = plotting.signed_maps(images, range(5), columns=3, **WORDS).svg
    assert len(re.findall("data:image/png", svg)) == 5


def test_receptive_fields_are_drawn_to_scale_and_differ_by_more_than_color():
    svg = PICTURES["receptive_fields"]().svg
    squares = outlines(svg)[: len(FIELDS)]
    assert np.allclose(np.array(squares) / squares[0] * 3, [3, 4, 5, 6, 7], rtol=1e-3)
    styles = re.findall(r'style="(fill: none; [^"]*stroke-width: 2[;"][^"]*)"', svg)
    assert len(set(styles)) == len(FIELDS)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: plotting.one_unit(IMAGE, KERNEL, 4, 5, **WORDS),
            r"window at \(4, 5\) leaves the image.*row below 4 and a column below 6",
        ),
        (lambda: plotting.one_unit(IMAGE, KERNEL, 0, -1, **WORDS), r"\(0, -1\) leaves"),
        (lambda: plotting.signed_maps([IMAGE], "ab", **WORDS), "1 maps but 2 labels"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
