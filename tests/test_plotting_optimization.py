"""Paths, runs side by side, and a run under way."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lenet_course.plotting import optimization as plots
from lenet_course.plotting.picture import BLUE, GREEN, INK, VERMILION

WORDS = {"caption": "What it finds.", "alt": "What it <shows>."}
VALLEY = {
    "loss": lambda a, b: np.square(a) + 9 * np.square(b),
    "found": {"one": [(-3, 1), (-2, -0.5), (-1, 0)], "two": [(-3, 1), (0, 0)]},
    "xlim": (-4, 4),
    "ylim": (-2, 2),
}
LINES = {"one": ([1, 10, 100], [3, 2, 1]), "two": ([1, 10], [4, 2])}
AXES = {"xlabel": "rate", "ylabel": "errors"}
HISTORY = {"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 2.5, 2.8]}
FULL = HISTORY | {"accuracy": [0.5, 0.7, 0.8], "val_accuracy": [0.6, 0.7, 0.7]}
PICTURES = {
    "paths": lambda: plots.paths(**VALLEY, **WORDS),
    "side_by_side": lambda: plots.side_by_side(LINES, log="x", **AXES, **WORDS),
    "histories": lambda: plots.histories({"a": HISTORY, "b": HISTORY, "c": HISTORY}, **WORDS),
    "under_way": lambda: plots.under_way(FULL, 5, **WORDS),
}


@pytest.fixture(params=PICTURES.values(), ids=PICTURES.keys())
def draw(request):
    return request.param


def uses(svg, color):
    """The places of the markers of a color, by the drawing that they refer to."""
    found = re.findall(
        rf'<use [^>]*href="#([^"]+)" x="([-\d.]+)" y="([-\d.]+)"[^>]*fill: {color}', svg, re.I
    )
    return {name: [(float(x), float(y)) for n, x, y in found if n == name] for name, *_ in found}


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


def test_curves_differ_by_more_than_their_color(draw):
    marks = [set(uses(draw().svg, color)) for color in (BLUE, VERMILION)]
    assert all(marks)
    assert marks[0].isdisjoint(marks[1])


def test_a_path_has_a_point_for_each_step():
    svg = plots.paths(**VALLEY, **WORDS).svg
    assert sum(map(len, uses(svg, BLUE).values())) == 3
    assert sum(map(len, uses(svg, VERMILION).values())) == 2


def test_three_paths_leave_the_fourth_panel_empty():
    three = VALLEY | {"found": VALLEY["found"] | {"three": [(1, 1), (0, 0)]}}
    svg = plots.paths(**three, **WORDS).svg
    assert sum(map(len, uses(svg, GREEN).values())) == 2


def test_a_run_that_diverged_ends_where_it_did():
    lines = {"one": ([1, 2, 3, 4], [2.0, 1.0, np.nan, np.inf])}
    (points,) = uses(plots.side_by_side(lines, **AXES, **WORDS).svg, BLUE).values()
    assert len(points) == 2


def test_equal_factors_take_equal_room_on_a_logarithmic_axis():
    for log, axis in (("x", 0), ("y", 1), ("xy", 0)):
        line = {"one": ([1, 10, 100], [1, 10, 100])}
        (points,) = uses(plots.side_by_side(line, log=log, **AXES, **WORDS).svg, BLUE).values()
        first, second = np.diff(np.array(points)[:, axis])
        assert first == pytest.approx(second, rel=1e-4)


def test_many_points_are_a_line_without_marks():
    line = {"one": (np.arange(100.0), np.arange(100.0))}
    assert not uses(plots.side_by_side(line, **AXES, **WORDS).svg, BLUE)


def test_a_place_of_the_axis_is_marked():
    plain = plots.side_by_side(LINES, **AXES, **WORDS).svg
    marked = plots.side_by_side(LINES, at={"chosen": 10.0}, **AXES, **WORDS).svg
    assert marked.count("stroke-dasharray") == plain.count("stroke-dasharray") + 1


def test_the_axis_of_a_run_under_way_reaches_to_its_end():
    (early,) = uses(plots.under_way({"loss": [3.0, 2.0]}, 10, **WORDS).svg, BLUE).values()
    (late,) = uses(plots.under_way({"loss": [3.0, 2.0]}, 2, **WORDS).svg, BLUE).values()
    assert early[1][0] - early[0][0] < (late[1][0] - late[0][0]) / 5


def test_a_run_without_validation_has_one_curve_a_panel():
    svg = plots.under_way({"loss": [3.0], "accuracy": [0.1]}, 3, **WORDS).svg
    assert len(uses(svg, BLUE)) >= 1
    assert not uses(svg, VERMILION)


def test_the_loss_comes_first_and_long_runs_have_no_marks():
    history = {"accuracy": [0.1] * 30, "loss": [3.0] * 30}
    svg = plots.under_way(history, 30, **WORDS).svg
    assert not uses(svg, BLUE)
    # Two panels of the same width, the first with the loss: its line lies at another height.
    turned = plots.under_way(dict(reversed(history.items())), 30, **WORDS).svg
    assert svg == turned
