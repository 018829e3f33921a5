"""Networks to scale, their connection tables, and the shares of their layers."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import keras
import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.layers import ConnectionTableConv2D, ScaledTanh, every
from lenet_course.models import lenet5_1998, lenet5_tutorial
from lenet_course.plotting.picture import INK
from lenet_course.scratch import TABLE_I

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
KERNELS = np.arange(1.0, 1501).reshape(5, 5, 60)
COUNTS = {"units": [3, 1], "connections": [1, 1]}


def wide():
    """Make maps of 1 by 9: not single units, and too many for a stack with whole steps."""
    return keras.Sequential(
        [
            keras.Input((5, 13, 2)),
            ConnectionTableConv2D(every(2, 120), name="C5"),
            ScaledTanh(name="C5_squashed"),
        ]
    )


PICTURES = {
    "network": lambda: plotting.network(lenet5_1998(), **WORDS),
    "wide network": lambda: plotting.network(wide(), **WORDS),
    "connection_table": lambda: plotting.connection_table(TABLE_I, KERNELS, **WORDS),
    "shares": lambda: plotting.shares(["C1", "S2"], COUNTS, **WORDS),
}


@pytest.fixture(params=PICTURES.values(), ids=PICTURES.keys())
def draw(request):
    return request.param


@pytest.fixture
def figures(monkeypatch):
    """Have the functions return the figure itself, whose words and shapes can be read."""
    monkeypatch.setattr(
        "lenet_course.plotting.architecture.picture", lambda figure, **words: figure
    )


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


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


def test_a_picture_leaves_the_rest_of_the_page_alone(draw):
    names = re.findall(r'\bid="([^"]+)"', draw().svg)
    assert all(re.fullmatch(r"p[0-9a-f]{8}-.*", name) for name in names)


@pytest.mark.usefixtures("figures")
def test_the_network_of_1998_with_its_counts():
    words = texts(plotting.network(lenet5_1998(), **WORDS))
    assert words == [
        *("input", "1@32x32", "parameters:", "connections:"),
        *("C1", "6@28x28", "156", "122,304"),
        *("S2", "6@14x14", "12", "5,880"),
        *("C3", "16@10x10", "1,516", "151,600"),
        *("S4", "16@5x5", "32", "2,000"),
        *("C5", "120@1x1", "48,120", "48,120"),
        *("F6", "84", "10,164", "10,164"),
        *("output", "10", "0", "840"),
    ]


@pytest.mark.usefixtures("figures")
def test_a_network_that_counts_no_connections_shows_none():
    words = texts(plotting.network(lenet5_tutorial(), **WORDS))
    assert len(words) == 3 * 8
    assert "connections:" not in words
    assert words[6:9] == ["S2", "6@12x12", "0"]


@pytest.mark.usefixtures("figures")
def test_sides_are_to_scale_and_nothing_overlaps():
    (axes,) = plotting.network(lenet5_1998(), **WORDS).axes
    sizes = [(patch.get_width(), patch.get_height()) for patch in axes.patches]
    maps = [(32, 32), *[(28, 28)] * 6, *[(14, 14)] * 6, *[(10, 10)] * 16, *[(5, 5)] * 16]
    assert sizes == [*maps, (3, 30), (3, 21), (3, 2.5)]
    stacks = [[0], range(1, 7), range(7, 13), range(13, 29), range(29, 45), [45], [46], [47]]
    boxes = [[axes.patches[i].get_bbox() for i in stack] for stack in stacks]
    for before, after in pairwise(boxes):
        assert max(box.x1 for box in before) < min(box.x0 for box in after)
    lowest, highest = min(b.y0 for s in boxes for b in s), max(b.y1 for s in boxes for b in s)
    for text in axes.texts:
        assert text.get_position()[1] <= lowest - 5 or text.get_position()[1] >= highest + 5


@pytest.mark.usefixtures("figures")
def test_a_stack_of_many_maps_takes_no_more_room_than_one_of_sixteen():
    (axes,) = plotting.network(wide(), **WORDS).axes
    stack = [patch.get_bbox() for patch in axes.patches[2:]]
    assert len(stack) == 120
    assert max(box.x1 for box in stack) - min(box.x0 for box in stack) == pytest.approx(9 + 15)


@pytest.mark.usefixtures("figures")
def test_a_wide_network_has_more_inches():
    ordinary = plotting.network(lenet5_1998(), **WORDS)
    model = keras.Sequential([keras.Input((20, 300, 1)), keras.layers.Conv2D(6, 5)])
    assert plotting.network(model, **WORDS).get_figwidth() > ordinary.get_figwidth() == 8.2


@pytest.mark.usefixtures("figures")
def test_each_kernel_stands_where_its_map_reads():
    (axes,) = plotting.connection_table(TABLE_I, KERNELS, **WORDS).axes
    (image,) = axes.images
    mosaic = np.ma.filled(image.get_array().astype(float), np.nan)
    number = 0
    for channel, column in np.ndindex(TABLE_I.shape):
        tile = mosaic[6 * channel : 6 * channel + 5, 6 * column : 6 * column + 5]
        if TABLE_I[channel, column]:
            assert np.array_equal(tile, KERNELS[:, :, number])
            number += 1
        else:
            assert np.isnan(tile).all()
    assert texts(axes.figure) == ["10"] * 6 + ["3"] * 6 + ["4"] * 9 + ["6"]


def test_a_table_needs_a_kernel_for_each_connection():
    with pytest.raises(ValueError, match="received 59 kernels, expected 60"):
        plotting.connection_table(TABLE_I, KERNELS[:, :, :59], **WORDS)


@pytest.mark.usefixtures("figures")
def test_shares_are_percent_of_each_total():
    figure = plotting.shares(["C1", "S2"], COUNTS, **WORDS)
    assert texts(figure) == ["75.0", "25.0", "50.0", "50.0"]
    titles = [axes.get_xlabel() for axes in figure.axes]
    assert titles == ["% of 4 units", "% of 2 connections"]
    assert [bar.get_width() for bar in figure.axes[0].patches] == [75, 25]
