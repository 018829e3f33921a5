"""The lineage and the waterfall."""

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

from lenet_course import plotting
from lenet_course.plotting.picture import BLUE, GREEN, INK, VERMILION, Picture

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
NETWORKS = [(2012, "large", 60_000_000, 700_000_000), (1998, "small", 60_000, 340_000)]
STEPS = {"start": [1.0, 1.2], "better": [0.6, 0.8], "worse": [0.7, 0.9], "far": [5.0, 9.0]}


def lineage() -> Picture:
    return plotting.lineage(NETWORKS, **WORDS)


def waterfall() -> Picture:
    return plotting.waterfall(STEPS, until=1.5, xlabel="errors, %", **WORDS)


@pytest.mark.parametrize("draw", [lineage, waterfall])
def test_a_picture_carries_its_words_and_the_color_of_the_page(draw) -> None:
    drawing, caption = ET.fromstring(draw()._repr_html_())
    assert drawing.get("aria-label") == WORDS["alt"]
    assert caption.text == WORDS["caption"]
    assert INK not in draw().svg
    assert "currentColor" in draw().svg
    assert draw().svg == draw().svg


def test_networks_stand_in_the_order_of_their_years(monkeypatch) -> None:
    said = []
    set_yticks = mpl.axes.Axes.set_yticks

    def note(axes, ticks, labels=None, **kwargs):
        said.append(labels)
        return set_yticks(axes, ticks, labels, **kwargs)

    monkeypatch.setattr(mpl.axes.Axes, "set_yticks", note)
    svg = lineage().svg
    assert said == [["small  1998", "large  2012"]]
    places = {}
    for color in (BLUE, VERMILION):
        found = re.findall(r'<use [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*?fill: ([^;"]+)', svg)
        marks = [(float(x), float(y)) for x, y, fill in found if fill.lower() == color.lower()]
        places[color] = np.array(marks)[:2]  # the third is in the legend
    # Both marks of a row are level; a thousandfold is as wide in each column.
    assert places[BLUE][:, 1] == pytest.approx(places[VERMILION][:, 1])
    thousandfold = np.diff(places[BLUE][:, 0])[0]
    factor = np.log10(700_000_000 / 340_000) / 3
    assert np.diff(places[VERMILION][:, 0])[0] == pytest.approx(thousandfold * factor, rel=1e-3)


@pytest.mark.parametrize("networks", [[], [(1998, "none", 0, 10)]])
def test_counts_that_have_no_place_are_named(networks) -> None:
    with pytest.raises(ValueError, match="one or more with positive counts"):
        plotting.lineage(networks, **WORDS)


def test_bars_hang_between_the_means(monkeypatch) -> None:
    bars, words = [], []
    barh, annotate = mpl.axes.Axes.barh, mpl.axes.Axes.annotate

    def note_bar(axes, row, width, **kwargs):
        bars.append((row, round(kwargs["left"], 6), round(width, 6), kwargs["color"]))
        return barh(axes, row, width, **kwargs)

    def note_words(axes, text, place, *args, **kwargs):
        words.append((text, kwargs["ha"]))
        return annotate(axes, text, place, *args, **kwargs)

    monkeypatch.setattr(mpl.axes.Axes, "barh", note_bar)
    monkeypatch.setattr(mpl.axes.Axes, "annotate", note_words)
    waterfall()
    assert bars == [
        (0, 0, 1.1, BLUE),
        (1, 1.1, -0.4, GREEN),
        (2, 0.7, 0.1, VERMILION),
        (3, 0.8, 6.2, VERMILION),
    ]
    assert words == [
        ("1.10", "left"),
        ("0.70 (-0.40)", "left"),
        ("0.80 (+0.10)", "left"),
        ("7.00 (+6.20)", "right"),
    ]


@pytest.mark.parametrize("steps", [{}, {"start": [1.0]}, {"start": [1.0], "none": []}], ids=len)
def test_too_few_steps_or_runs_are_named(steps) -> None:
    with pytest.raises(ValueError, match="two or more steps with one or more runs each"):
        plotting.waterfall(steps, until=1, xlabel="errors", **WORDS)
