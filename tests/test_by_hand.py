"""Convolution and subsampling by hand, in a real browser: their numbers are those of scratch.

Needs Chromium. What is missing is a reason to skip, and a failure where COURSE_TESTS_MUST_RUN is
set. The pages are made here, of the bundles in the package.
"""

import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from lenet_course import models, scratch, widgets
from lenet_course.datasets import as_1998, load_mnist

EDGE = np.outer(np.ones(5), [-1, -1, 0, 1, 1])
DOWN, ACROSS = np.indices((5, 5)) - 2
# As in chapter 03, "Six kernels by hand".
HAND_MADE = {
    "left edge": EDGE,
    "upper edge": EDGE.T,
    "falling edge": np.sign(DOWN - ACROSS),
    "rising edge": np.sign(DOWN + ACROSS),
    "blob": np.where((abs(DOWN) < 2) & (abs(ACROSS) < 2), 16 / 9, -1),
    "average": np.full((5, 5), 1 / 25),
}
# The ends of the color scale on a light page, and its middle.
MINUS, ZERO, PLUS = (np.array(color) for color in ([192, 79, 0], [255, 255, 255], [0, 90, 150]))
BOTH = ("convolution_by_hand", "subsampling_by_hand")


@pytest.fixture
def values(monkeypatch):
    """What the functions of the package hand to the components."""
    monkeypatch.setenv(widgets.BOOK, "1")
    return {name: getattr(widgets, name)().values for name in BOTH}


@pytest.fixture
def open_page(open_component, values):
    """Return a function that opens one of the two, with what its function hands to it."""

    def visit(name, **settings):
        page = open_component(name, values[name], **settings)
        page.locator(".bh-board canvas").first.wait_for()
        return page

    return visit


@pytest.fixture(scope="module")
def digits():
    return load_mnist()[1][0]


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text.replace("\N{MINUS SIGN}", "-"))]


def number(locator):
    return numbers(locator.inner_text())[-1]


def boards(page):
    return page.locator(".bh-board")


def at_unit(page, row, column, side):
    """Press one unit of the map that comes out."""
    frame = boards(page).nth(1).bounding_box()
    x, y = ((place + 0.5) / side * frame["width"] for place in (column, row))
    boards(page).nth(1).click(position={"x": x, "y": y})


def place(page):
    """Row and column of the unit, as the page says them."""
    row, column = re.search(r"row (\d+), column (\d+)", sentence(page)).groups()
    return int(row), int(column)


def sentence(page):
    return page.locator(".bh-sentence").inner_text()


def unit(page):
    return number(page.locator(".bh-sum"))


def table(page, nth):
    cells = page.locator(".bh-numbers").nth(nth).locator("td")
    return np.array([numbers(text)[0] for text in cells.all_inner_texts()])


def pixels(page):
    """Colors of the map that comes out, (rows, columns, 4)."""
    flat = (
        boards(page)
        .nth(1)
        .locator("canvas")
        .evaluate("(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]")
    )
    side = int((len(flat) / 4) ** 0.5)
    return np.array(flat).reshape(side, side, 4)


def colors(map_, largest):
    """The colors that such a map has, (rows, columns, 3)."""
    share = np.clip(map_ / largest, -1, 1)[..., None]
    return ZERO + abs(share) * (np.where(share < 0, MINUS, PLUS) - ZERO)


def image(digit):
    return np.round(np.pad(digit, 2) / 255, 2)


def convolved(digit, kernel, stride=1, padding=0):
    layer = scratch.Convolution(
        np.asarray(kernel, float).reshape(5, 5, 1, 1), np.zeros(1), stride=stride, padding=padding
    )
    return layer.forward(image(digit)[None, :, :, None])[0, :, :, 0]


def choose(page, label, value):
    page.get_by_label(label, exact=True).select_option(value)


# What is handed over, and what stands in


def test_the_learned_numbers_are_those_of_the_network(values):
    c1, _, s2 = models.trained_in_numpy("lenet5_1998").layers[:3]
    kernels = np.array(values["convolution_by_hand"]["learned"]).T.reshape(5, 5, 1, 6)
    np.testing.assert_allclose(kernels, c1.parameters["weights"], atol=0.00501)
    learned = values["subsampling_by_hand"]["learned"]
    for key, (layer, name, off) in {
        "bias": (c1, "bias", 0.00006),
        "coefficient": (s2, "coefficient", 0.00501),
        "offset": (s2, "bias", 0.00501),
    }.items():
        given = [one[key] for one in learned]
        np.testing.assert_allclose(given, layer.parameters[name], atol=off)
    kernels = np.array([one["kernel"] for one in learned]).T.reshape(5, 5, 1, 6)
    np.testing.assert_allclose(kernels, c1.parameters["weights"], atol=0.00006)


@pytest.mark.parametrize("name", BOTH)
def test_a_figure_stands_in(monkeypatch, name):
    monkeypatch.setenv(widgets.BOOK, "1")
    element = BeautifulSoup(getattr(widgets, name)()._repr_html_(), "html.parser").div
    assert element["data-component"] == name
    assert "data-weights" not in element.attrs
    assert element.figure.svg["aria-label"]
    assert "With JavaScript you can" in element.figcaption.text


# Convolution


def test_convolution_gives_the_numbers_of_scratch(open_page, values, digits):
    page = open_page("convolution_by_hand")
    learned = values["convolution_by_hand"]["learned"]
    kernels = HAND_MADE | {f"C1, map {m}": np.reshape(k, (5, 5)) for m, k in enumerate(learned)}
    listed = page.get_by_label("Kernel", exact=True).locator("option").all_inner_texts()
    assert listed == [*kernels, "your own"]
    settings = [(1, 0), (1, 2), (2, 0), (2, 1), (3, 2), (3, 0), (1, 1)]
    digit = digits[4]
    for count, (name, kernel) in enumerate(kernels.items()):
        stride, padding = settings[count % len(settings)]
        if count == 3:
            page.get_by_role("button", name="Test digit 7").click()
            digit = digits[0]
        choose(page, "Kernel", name)
        choose(page, "stride", str(stride))
        choose(page, "padding", str(padding))
        expected = convolved(digit, kernel, stride, padding)
        side = scratch.output_side(32, 5, padding, stride)
        formula = numbers(page.locator(".bh-formula").inner_text().replace(",", ""))
        assert formula[-3:] == [side**2, 25, 25 * side**2]
        assert f"= {side}." in page.locator(".bh-formula").inner_text()
        assert f"{side}\N{MULTIPLICATION SIGN}{side} units" in page.locator("main").inner_text()
        np.testing.assert_allclose(
            pixels(page)[..., :3], colors(expected, abs(expected).max()), atol=2.5
        )
        for row, column in ((0, 0), (side // 2, side // 2), (side - 1, 1)):
            at_unit(page, row, column, side)
            assert place(page) == (row, column)
            assert unit(page) == pytest.approx(expected[row, column], abs=0.00501)
            padded = np.pad(image(digit), padding)
            r, c = stride * row, stride * column
            window = padded[r : r + 5, c : c + 5]
            np.testing.assert_allclose(table(page, 0), window.ravel())
            np.testing.assert_allclose(table(page, 2), (window * kernel).ravel(), atol=0.00501)
            frame = page.locator(".bh-window").first.evaluate("(e) => [e.style.top, e.style.left]")
            np.testing.assert_allclose(
                [numbers(part)[0] for part in frame], 100 * np.array([r, c]) / len(padded), 1e-4
            )


def test_what_is_typed_or_mirrored_is_the_kernel(open_page, digits):
    page = open_page("convolution_by_hand")
    kernel = EDGE.copy()
    field = page.get_by_label("Kernel, row 1, column 2", exact=True)
    field.fill("2.5")
    kernel[1, 2] = 2.5
    assert page.get_by_label("Kernel", exact=True).input_value() == "your own"
    expected = convolved(digits[4], kernel)
    assert unit(page) == pytest.approx(expected[place(page)], abs=0.00501)
    np.testing.assert_allclose(
        pixels(page)[..., :3], colors(expected, abs(expected).max()), atol=2.5
    )
    page.get_by_role("button", name="Mirror it").click()
    mirrored = scratch.correlate_loops(image(digits[4]), kernel[::-1, ::-1])
    assert unit(page) == pytest.approx(mirrored[place(page)], abs=0.00501)
    # A comma, a minus sign from a keyboard, and what is no number.
    field = page.get_by_label("Kernel, row 0, column 0", exact=True)
    field.fill("-0,25")
    kernel = kernel[::-1, ::-1].copy()
    kernel[0, 0] = -0.25
    expected = convolved(digits[4], kernel)
    assert unit(page) == pytest.approx(expected[place(page)], abs=0.00501)
    for wrong in ("abc", "", "1e9"):
        field.fill(wrong)
        assert field.get_attribute("aria-invalid") is not None
        field.press("Enter")
        said = page.get_by_role("alert").inner_text()
        assert f"“{wrong}” is no number" in said
        assert said.endswith("the kernel keeps \N{MINUS SIGN}0.25 here.")
        assert field.input_value() == "\N{MINUS SIGN}0.25"
        assert unit(page) == pytest.approx(expected[place(page)], abs=0.00501)
    field.fill("1")
    assert page.get_by_role("alert").text_content() == ""


def test_the_sum_is_formed_product_by_product(open_page, digits):
    page = open_page("convolution_by_hand")
    row, column = place(page)
    expected = convolved(digits[4], EDGE)
    assert (row, column) == np.unravel_index(expected.argmax(), expected.shape)  # the first view
    products = image(digits[4])[row : row + 5, column : column + 5] * EDGE
    slider = page.get_by_role("slider")
    for count in (0, 1, 4, 13, 24, 25):
        slider.fill(str(count))
        assert unit(page) == pytest.approx(products.ravel()[:count].sum(), abs=0.00501)
        shown = page.locator(".bh-numbers").nth(2).locator("td").all_inner_texts()
        assert [bool(text) for text in shown] == [at < count for at in range(25)]
        assert page.locator(".bh-now").count() == (3 if 0 < count < 25 else 0)
        assert slider.get_attribute("aria-valuetext") == sentence(page)
    slider.fill("9")
    x, w, product, so_far = numbers(sentence(page))[2:]
    assert (x * w, so_far) == pytest.approx((product, products.ravel()[:9].sum()), abs=0.00501)
    page.get_by_role("button", name="Next unit").click()
    assert slider.input_value() == "25"


def test_the_window_goes_where_it_is_sent(open_page):
    page = open_page("convolution_by_hand")
    board = boards(page).nth(0)
    board.focus()
    row, column = place(page)
    for key, step in {"ArrowUp": (-1, 0), "ArrowLeft": (0, -1), "ArrowDown": (1, 0)}.items():
        page.keyboard.press(key)
        row, column = row + step[0], column + step[1]
        assert place(page) == (row, column)
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert place(page) == (27, 27)
    page.get_by_role("button", name="Next unit").click()
    assert place(page) == (0, 0)
    for name in ("Window to the right", "Window down", "Window to the right", "Window to the left"):
        page.get_by_role("button", name=name).click()
    assert place(page) == (1, 1)
    page.get_by_role("button", name="Window up").click()
    assert place(page) == (0, 1)
    # Dragged, with the pointer in its middle; at the border it stays in the image.
    frame = board.bounding_box()
    at = [(frame["x"] + frame["width"] * x, frame["y"] + frame["height"] * y) for x, y in
          ((0.51, 0.51), (0.26, 0.76), (1.2, 0.76))]  # fmt: skip
    page.mouse.move(*at[0])
    page.mouse.down()
    assert place(page) == (14, 14)
    page.mouse.move(*at[1], steps=4)
    assert place(page) == (22, 6)
    page.mouse.move(*at[2], steps=4)
    page.mouse.up()
    assert place(page) == (22, 27)
    # With another stride or padding it stays about where it was.
    choose(page, "stride", "2")
    assert place(page) == (11, 13)
    page.get_by_role("button", name="Largest unit").click()
    assert unit(page) > 8


def test_the_map_is_emptied_and_fills(open_page):
    page = open_page("convolution_by_hand", reduced_motion="no-preference")
    assert (pixels(page)[..., 3] == 255).all()
    page.get_by_role("button", name="Empty the map").click()
    assert place(page) == (0, 0)
    assert (pixels(page)[..., 3] > 0).sum() == 1
    page.get_by_role("button", name="Next unit").click()
    assert np.flatnonzero(pixels(page)[..., 3]).tolist() == [0, 1]
    caption = page.locator(".bh-boards p").nth(1)
    assert numbers(caption.inner_text())[-1] == 2
    page.clock.install(time=0)
    page.clock.pause_at(3_600_000)  # from here on, time passes only where it says so
    page.get_by_role("button", name="Run").click()
    page.clock.run_for(6 * 60)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(600)
    assert np.flatnonzero(pixels(page)[..., 3]).tolist() == list(range(8))
    assert place(page) == (0, 7)
    page.get_by_role("button", name="Fill the map").click()
    assert (pixels(page)[..., 3] == 255).all()
    choose(page, "stride", "3")
    page.get_by_role("button", name="Run").click()  # a whole map is emptied first
    page.clock.run_for(98 * 60)
    assert numbers(caption.inner_text()) == [10, 10, 99]
    page.clock.run_for(600)
    assert caption.inner_text() == "Map: 10\N{MULTIPLICATION SIGN}10 units."
    assert place(page) == (9, 9)
    assert page.get_by_role("button", name="Run").is_visible()
    # The products add themselves, too.
    page.get_by_role("button", name="One by one").click()
    page.clock.run_for(3 * 250)
    assert sentence(page).startswith("Product 3 of 25")
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(1000)
    assert sentence(page).startswith("Product 3 of 25")
    page.get_by_role("button", name="One by one").click()
    page.clock.run_for(10_000)
    assert sentence(page).startswith("All 25 products")
    assert page.get_by_role("button", name="One by one").is_visible()


def test_a_finger_holds_the_window_and_scrolls_beside_it(open_page):
    page = open_page("convolution_by_hand", width=390, height=700, has_touch=True, is_mobile=True)
    page.locator(".bh-boards").scroll_into_view_if_needed()
    board = boards(page).nth(0).bounding_box()
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        finger.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    def drag(x, y, to_x, to_y):
        touch("touchStart", (x, y))
        for step in range(1, 9):
            touch("touchMove", (x + (to_x - x) * step / 8, y + (to_y - y) * step / 8))
        touch("touchEnd")

    held = page.locator(".bh-window").first.bounding_box()
    middle = held["x"] + held["width"] / 2, held["y"] + held["height"] / 2
    drag(*middle, board["x"] + board["width"] * 0.26, board["y"] + board["height"] * 0.26)
    assert place(page) == (6, 6)
    scrolled = page.evaluate("scrollY")
    drag(board["x"] + board["width"] * 0.8, board["y"] + board["height"] * 0.9, 200, 100)
    assert place(page) == (6, 6)
    page.wait_for_function(f"scrollY > {scrolled}")
    board = boards(page).nth(0)
    size = board.bounding_box()["width"]
    board.tap(position={"x": size * 0.51, "y": size * 0.51})
    assert place(page) == (14, 14)


# Subsampling


def facing(map_):
    """A kernel of chapter 04: an edge in one of six directions."""
    angle = np.deg2rad(60 * map_)
    kernel = (ACROSS * np.cos(angle) + DOWN * np.sin(angle)) * np.exp(-(DOWN**2 + ACROSS**2) / 4)
    return kernel * 8 / abs(kernel).sum()


def c1(digit, kernel, bias):
    """A map of C1, in numbers of two decimals, (1, 28, 28, 1)."""
    layer = scratch.Convolution(
        np.asarray(kernel, float).reshape(5, 5, 1, 1), np.array([float(bias)])
    )
    squashed = scratch.ScaledTanh().forward(layer.forward(as_1998(digit[None]).astype(float)))
    return np.round(squashed, 2)


def trainable(coefficient, bias):
    return scratch.Network(
        [
            scratch.TrainableSubsampling(np.array([coefficient]), np.array([bias])),
            scratch.ScaledTanh(),
        ]
    )


def check_map(page, expected):
    """All colors are those of the map, and three units are, to the last digit."""
    np.testing.assert_allclose(pixels(page)[..., :3], colors(expected, 1.7159), atol=2.5)
    strongest = np.unravel_index(expected.argmax(), expected.shape)
    for row, column in ((0, 13), (7, 6), strongest):
        at_unit(page, row, column, 14)
        assert place(page) == (row, column)
        assert unit(page) == pytest.approx(expected[row, column], abs=0.00501)


def test_subsampling_gives_the_numbers_of_scratch(open_page, values, digits):
    page = open_page("subsampling_by_hand")
    learned = values["subsampling_by_hand"]["learned"]
    names = page.get_by_label("Map of C1").locator("option").all_inner_texts()
    assert names == [
        *(f"{side} sides of strokes" for side in
          ("left", "upper left", "upper right", "right", "lower right", "lower left")),
        *(f"map {m}" for m in range(6)),
    ]  # fmt: skip
    presets = {
        "blur": (0.05, 0),
        "in between": (0.5, 0),
        "any of four (OR)": (5, 15),
        "all of four (AND)": (5, -15),
    }
    digit = digits[0]
    for count, name in enumerate(names):
        if count == 2:
            page.get_by_role("button", name="Test digit 2").click()
            digit = digits[1]
        page.get_by_label("Map of C1").select_option(name)
        one = learned[count - 6] if count >= 6 else {"kernel": facing(count), "bias": -1}
        before = c1(digit, one["kernel"], one["bias"])
        kind = ("average", "maximum", "LeNet's own")[count % 3]
        page.get_by_role("button", name=kind).click()
        layer = {"average": scratch.AveragePooling(), "maximum": scratch.MaxPooling()}.get(kind)
        as_learned = page.get_by_role("button", name="as learned")
        if layer is None:
            assert as_learned.is_visible() == (count >= 6)
            preset, pair = list(presets.items())[count // 3]
            page.get_by_role("button", name=preset).click()
            check_map(page, trainable(*map(float, pair)).forward(before)[0, :, :, 0])
            if count < 6:
                continue
            as_learned.click()
            layer = trainable(one["coefficient"], one["offset"])
            shown = [float(page.get_by_label(f"{part}, as a number").input_value()) for part in
                     ("coefficient w", "bias b")]  # fmt: skip
            assert shown == [one["coefficient"], one["offset"]]
        check_map(page, layer.forward(before)[0, :, :, 0])
        row, column = place(page)
        window = before[0, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2, 0]
        np.testing.assert_allclose(table(page, 0), window.ravel())


def test_sliders_and_fields_change_the_map_at_once(open_page, digits):
    page = open_page("subsampling_by_hand")
    before = c1(digits[0], facing(0), -1)
    curve = page.locator(".bh-response canvas")
    drawn = curve.evaluate("(c) => c.toDataURL()")
    page.get_by_role("slider", name="coefficient w").fill("-1.25")
    assert curve.evaluate("(c) => c.toDataURL()") != drawn
    page.get_by_label("bias b, as a number").fill("2.75")
    check_map(page, trainable(-1.25, 2.75).forward(before)[0, :, :, 0])
    assert page.get_by_role("slider", name="bias b").get_attribute("aria-valuetext") == "2.75"
    # What is no number, or beyond the slider, is given up.
    field = page.get_by_label("bias b, as a number")
    for wrong in ("", "1000"):
        field.fill(wrong)
        field.press("Enter")
        field.blur()
        assert field.input_value() == "2.75"
        check_map(page, trainable(-1.25, 2.75).forward(before)[0, :, :, 0])


def test_a_unit_is_formed_step_by_step(open_page, digits):
    page = open_page("subsampling_by_hand")
    before = c1(digits[0], facing(0), -1)
    row, column = place(page)
    x = before[0, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2, 0].ravel()
    lines = page.locator(".bh-lines")
    expected = {
        "average": [0, *x.cumsum(), x.mean()],
        "maximum": [0, *np.maximum.accumulate(x)],
        "LeNet's own": [
            0, *x.cumsum(), 3 * x.sum(), 3 * x.sum() - 0.5,
            scratch.ScaledTanh().function(3 * x.sum() - 0.5),
        ],
    }  # fmt: skip
    page.get_by_label("coefficient w, as a number").fill("3")
    page.get_by_label("bias b, as a number").fill("-0.5")
    slider = page.get_by_role("slider", name="Steps done")
    for kind, results in expected.items():
        page.get_by_role("button", name=kind).click()
        assert slider.get_attribute("max") == str(len(results) - 1)
        for step, result in enumerate(results):
            slider.fill(str(step))
            assert unit(page) == pytest.approx(result, abs=0.00501)
            assert step == 0 or number(lines) == pytest.approx(result, abs=0.00501)
        assert page.get_by_label("coefficient w, as a number").is_visible() == (
            kind == "LeNet's own"
        )


# Both


STATES = {
    "convolution_by_hand": {
        "first": lambda page: None,
        "settings": lambda page: (
            choose(page, "padding", "2"),
            choose(page, "stride", "3"),
            choose(page, "Kernel", "C1, map 2"),
        ),
        "half": lambda page: page.get_by_role("slider").fill("12"),
        "empty": lambda page: page.get_by_role("button", name="Empty the map").click(),
        "wrong": lambda page: page.get_by_label("Kernel, row 2, column 2").fill("x"),
        "complaint": lambda page: page.get_by_label("Kernel, row 2, column 2").press("Enter"),
    },
    "subsampling_by_hand": {
        "first": lambda page: None,
        "any": lambda page: page.get_by_role("button", name="any of four").click(),
        "learned": lambda page: choose(page, "Map of C1", "map 1"),
        "half": lambda page: page.get_by_role("slider", name="Steps done").fill("6"),
        "wrong": lambda page: page.get_by_label("bias b, as a number").fill("1000"),
        "maximum": lambda page: page.get_by_role("button", name="maximum").click(),
        "empty": lambda page: page.get_by_role("button", name="Empty the map").click(),
    },
}
SMALL = """() => [...document.querySelectorAll("main :is(button, input, select, .bh-board)")]
  .filter((e) => e.checkVisibility() && e.type !== "range")
  .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, { width, height }]) => Math.min(width, height) < 24).map(([name]) => name)"""


@pytest.mark.parametrize("name", BOTH)
def test_axe_finds_nothing_and_nothing_is_too_wide_or_too_small(
    open_page, findings, too_wide, name
):
    found = {}
    for theme, width in (("light", 1280), ("dark", 390)):
        page = open_page(name, theme=theme, color_scheme=theme, width=width, has_touch=width < 400)
        for state, reach in STATES[name].items():
            reach(page)
            found[theme, state] = findings(page)
            for narrow in (750, 390, 320):
                page.set_viewport_size({"width": narrow, "height": 800})
                found[theme, state] += too_wide(page) + page.evaluate(SMALL)
            page.set_viewport_size({"width": width, "height": 800})
    assert {state: all_ for state, all_ in found.items() if all_} == {}


def test_tables_stand_still_in_the_book(open_page):
    """The theme of the book sizes the tables of outputs by what they hold."""
    page = open_page("convolution_by_hand")
    page.add_style_tag(content=".bd-content div.output table { table-layout: auto }")
    page.evaluate(
        """() => {
          document.querySelector("main").className = "bd-content";
          document.querySelector(".component").classList.add("output");
        }"""
    )
    for nth in range(3):
        widths = (
            page.locator(".bh-numbers")
            .nth(nth)
            .locator("td")
            .evaluate_all("all => all.map((one) => one.getBoundingClientRect().width)")
        )
        assert max(widths) - min(widths) < 0.2


FOCUSED = """() => {
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const words = at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText;
  return [words.trim(), outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
}"""


@pytest.mark.parametrize("name", BOTH)
def test_the_tab_key_reaches_everything_and_shows_where_it_is(open_page, name):
    page = open_page(name)
    page.locator("h1").click()
    stops = []
    for _ in range(45):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        words, visible = page.evaluate(FOCUSED)
        assert visible, words
        stops.append(words)
    own = {
        "convolution_by_hand": ["Mirror it", "stride", "padding", "Kernel, row 0, column 0"],
        "subsampling_by_hand": ["Map of C1", "LeNet's own", "coefficient w", "bias b", "blur"],
    }
    assert {"Test digit 9", "Window up", "Next unit", "Fill the map", *own[name]} <= set(stops)
    assert any(words.startswith("Arrow keys move the window") for words in stops)
    # What moves by itself is not there for those who want less motion.
    assert not {"Run", "One by one"} & set(stops)
    assert len(stops) == len(set(stops))
    if name == "subsampling_by_hand":
        return
    # Among the numbers of the kernel the arrow keys go, unless a number is being typed.
    page.get_by_label("Kernel, row 0, column 0").focus()
    for key in ("ArrowDown", "ArrowRight", "7", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate(FOCUSED)[0] == "Kernel, row 1, column 1"
    page.keyboard.press("ArrowUp")
    assert page.evaluate(FOCUSED)[0] == "Kernel, row 0, column 1"
    assert table_of_inputs(page)[6] == "7"


def table_of_inputs(page):
    return page.locator(".bh-numbers input").evaluate_all("all => all.map((one) => one.value)")


def test_what_changes_is_said(open_page):
    page = open_page("convolution_by_hand")
    region = page.locator("[aria-live=polite]")
    boards(page).nth(0).focus()
    page.keyboard.press("ArrowDown")
    row, column = place(page)
    expect(region).to_contain_text(f"Row {row}, column {column} of the map: ")
    assert number(region) == unit(page)
    choose(page, "stride", "2")
    expect(region).to_contain_text("The map has 14 by 14 units.")
    page = open_page("subsampling_by_hand")
    region = page.locator("[aria-live=polite]")
    page.get_by_role("button", name="blur").click()
    expect(region).to_contain_text("Coefficient 0.05, bias 0.00. Row")
    assert number(region) == unit(page)
    page.get_by_role("button", name="maximum").click()
    expect(region).to_contain_text("maximum. Row")


@pytest.mark.parametrize("name", BOTH)
def test_colors_follow_the_page_and_two_do_not_disturb_each_other(open_page, name):
    page = open_page(name, color_scheme="dark")  # what the page says comes first
    light = pixels(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    assert (pixels(page) != light).any(axis=2).mean() > 0.9
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_timeout(100)
    np.testing.assert_array_equal(pixels(page), light)
    page.evaluate(
        """async (name) => {
          const { default: component } = await import(`/${name}.js`);
          const el = document.querySelector("main").appendChild(document.createElement("div"));
          const values = { figure: "<p>Second figure.</p>", values: {} };
          window.cleanUp = await component.render({ model: { get: (name) => values[name] }, el });
        }""",
        name,
    )
    first, second = page.locator(".bh").all()
    second.get_by_role("button", name="Test digit 0").click()
    assert "A 0, number" in second.inner_text()
    assert "A 0, number" not in first.inner_text()
    np.testing.assert_array_equal(pixels(page), light)
    # Nothing was handed to the second one: it has what the chapter has made by hand.
    assert second.locator("optgroup").count() == 1
    page.evaluate("cleanUp()")


@pytest.mark.parametrize(
    ("name", "learned", "message"),
    [
        (BOTH[0], "kernels", "The learned kernels are no list."),
        (BOTH[0], [[1] * 24], "Kernel 0 has 24 weights, expected 25: 5 rows of 5."),
        (BOTH[1], [[1] * 25], "Kernel 0 has no weights, expected 25: 5 rows of 5."),
        (BOTH[1], [{"kernel": [1] * 25, "bias": None}], "Kernel 0 holds null, expected finite"),
    ],
)
def test_with_bad_values_the_figure_stays(open_component, findings, name, learned, message):
    page = open_component(name, {"learned": learned})
    expect(page.get_by_role("status")).to_contain_text(message)
    assert page.get_by_text("The figure.").is_visible()
    assert page.locator(".bh").count() == 0
    assert findings(page) == []


# What the chapters say


def test_chapter_03_says_which_pixels_are_not_read(open_page, digits):
    page = open_page("convolution_by_hand")

    def last_column():
        boards(page).nth(0).focus()
        page.keyboard.press("End")
        left, width = page.locator(".bh-window").first.evaluate(
            "(e) => [e.style.left, e.style.width]"
        )
        padding = int(page.get_by_label("padding", exact=True).input_value())
        cells = 32 + 2 * padding
        first = round(numbers(left)[0] * cells / 100) - padding
        return first, first + round(numbers(width)[0] * cells / 100) - 1

    choose(page, "stride", "2")
    assert place(page)[0] < 14
    assert last_column() == (26, 30)
    choose(page, "padding", "1")
    assert last_column() == (27, 31)
    choose(page, "stride", "1")
    choose(page, "padding", "0")
    page.get_by_role("button", name="Mirror it").click()
    expected = -convolved(digits[4], EDGE)
    np.testing.assert_allclose(
        pixels(page)[..., :3], colors(expected, abs(expected).max()), atol=2.5
    )


def test_chapter_04_says_what_the_two_numbers_do(open_page, values, digits):
    page = open_page("subsampling_by_hand")
    before = c1(digits[0], facing(0), -1)
    sums = 4 * scratch.AveragePooling().forward(before)
    assert ((trainable(0.5, -1.0).forward(before) > 0) == (sums > 2)).all()
    page.get_by_label("bias b, as a number").fill("-1")
    page.get_by_label("coefficient w, as a number").fill("-0.5")
    at_unit(page, 0, 0, 14)
    assert table(page, 0).tolist() == [-1] * 4
    assert unit(page) == 1
    learned = [one["coefficient"] for one in values["subsampling_by_hand"]["learned"]]
    assert sum(coefficient < 0 for coefficient in learned) == 3
    assert max(map(abs, learned)) < 0.5
