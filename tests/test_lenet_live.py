"""LeNet live in a real browser: it reads what is drawn, and its numbers are those of scratch.

Needs Chromium. What is missing is a reason to skip, and a failure where COURSE_TESTS_MUST_RUN is
set. The pages are made here, of the bundle and the weights in the package.
"""

import re
import runpy
import shutil

import numpy as np
import pytest
from playwright.sync_api import expect

from lenet_course import models, widgets
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.scratch import DIGIT_CODES

WEIGHTS = widgets.COMPONENTS["lenet_live"].weights
# Where scratch has the sums and the outputs of a layer.
PLACES = {
    "C1": (0, 1), "S2": (2, 3), "C3": (4, 5), "S4": (6, 7), "C5": (8, 9), "F6": (11, 12),
    "output": (13, 13),
}  # fmt: skip


@pytest.fixture
def open_page(open_component, root):
    """Return a function that opens LeNet live, with its weights or with damaged ones."""
    good = (models.WEIGHTS / f"{WEIGHTS}.f16").read_bytes()
    (open_component.folder / "short.f16").write_bytes(good[:-2])
    (open_component.folder / "nan.f16").write_bytes(good[:200] + b"\x00\x7e" + good[202:])

    shutil.copy(root / "web" / "test" / "strokes.js", open_component.folder)

    def visit(theme="light", ready=True, **settings):
        page = open_component("lenet_live", theme=theme, **settings)
        if ready:
            expect(page.locator(".ll-answer b")).to_have_text(re.compile(r"\d"))
        return page

    visit.complaints = open_component.complaints
    return visit


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture(scope="module")
def network():
    return models.trained_in_numpy(WEIGHTS)


@pytest.fixture(scope="module")
def digits():
    return load_mnist()[1]


def passed(network, image):
    """Sums and outputs of each layer for one digit of 28 x 28, by the layer's name."""
    x, values = as_1998(image[None]), []
    for layer in network.layers:
        x = layer.forward(x)
        values.append(x[0])
    return {name: (values[sums], values[output]) for name, (sums, output) in PLACES.items()}


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text.replace("\N{MINUS SIGN}", "-"))]


def distances(page):
    return [float(text) for text in page.locator(".ll-distance").all_inner_texts()]


def answer(page):
    return page.locator(".ll-answer b").inner_text()


def settled(page):
    """Wait for the frame that the last change has asked for."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def take(page, digit, times=1):
    """Take a test digit; return its place in the test set."""
    for _ in range(times):
        page.get_by_role("button", name=f"Test digit {digit}").click()
    settled(page)
    return int(re.search(r"number (\d+)", page.locator(".ll-source").inner_text())[1])


def zoom(page, level):
    page.get_by_role("group", name="Zoom").get_by_role("button").nth(level).click()


def look_at(page, layer, unit, row=None, column=None):
    """Zoom in on one number."""
    zoom(page, 2)
    page.get_by_label("Layer", exact=True).select_option(label=layer)
    kind = "digit" if layer == "output" else "unit" if row is None else "map"
    places = {kind: unit} | ({} if row is None else {"row": row, "column": column})
    for name, value in places.items():
        page.get_by_label(name, exact=True).fill(str(value))
        page.keyboard.press("Enter")


def draw(page, strokes):
    frame = page.locator(".ll-surface").bounding_box()
    place = [
        [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in points]
        for points in strokes
    ]
    for points in place:
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()
    settled(page)


def test_ten_digits_drawn_with_the_mouse_are_read_right(page):
    strokes = page.evaluate("import('/strokes.js').then((module) => module.STROKES)")
    for digit in range(10):
        page.get_by_role("button", name="Clear").click()
        settled(page)
        assert answer(page) == "?"
        draw(page, strokes[digit])
        assert answer(page) == str(digit)
        found = distances(page)
        assert found.index(min(found)) == digit


def test_the_answer_follows_the_pen_before_it_is_lifted(page):
    page.get_by_role("button", name="Clear").click()
    frame = page.locator(".ll-surface").bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + frame["height"] / 2, steps=5)
    settled(page)
    assert answer(page) == "1"
    before = distances(page)
    page.mouse.move(x + frame["width"] / 4, y + frame["height"] / 2, steps=5)
    settled(page)
    assert distances(page) != before


def test_the_first_stroke_takes_the_place_of_the_digit_shown_first(page):
    frame = page.locator(".ll-surface").bounding_box()
    assert answer(page) != "1"
    draw(page, [[[0.5, 0.2], [0.5, 0.8]]])
    assert answer(page) == "1"
    assert frame["width"] == pytest.approx(frame["height"])


def test_a_finger_draws_too(open_page):
    page = open_page(width=390, height=800, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Clear").tap()
    page.locator(".ll-surface").scroll_into_view_if_needed()
    frame = page.locator(".ll-surface").bounding_box()
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        places = [
            {"x": frame["x"] + x * frame["width"], "y": frame["y"] + y * frame["height"]}
            for x, y in points
        ]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", (0.3, 0.25))
    for step in range(1, 11):
        touch("touchMove", (0.3 + 0.04 * step, 0.25))
    for step in range(1, 11):
        touch("touchMove", (0.7 - 0.025 * step, 0.25 + 0.055 * step))
    touch("touchEnd")
    settled(page)
    assert answer(page) == "7"
    assert page.evaluate("scrollY") == 0 or page.locator(".ll-surface").bounding_box() == frame


@pytest.mark.parametrize("digit", range(10))
def test_the_distances_on_the_page_are_those_of_scratch(page, network, digits, digit):
    images, labels = digits
    number = take(page, digit, times=1 + digit % 4)
    assert labels[number] == digit
    penalties = passed(network, images[number])["output"][1]
    np.testing.assert_allclose(distances(page), penalties, atol=0.0501)
    assert answer(page) == str(penalties.argmin())


UNITS = [
    ("C1", 5, 27, 3), ("S2", 1, 13, 6), ("C3", 4, 2, 9), ("C3", 15, 5, 5), ("S4", 15, 4, 0),
    ("C5", 119, None, None), ("F6", 83, None, None), ("output", 7, None, None),
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_one_number_is_that_of_scratch_and_its_products_add_up(page, network, digits, unit):
    layer, index, row, column = unit
    number = take(page, 3)
    values = passed(network, digits[0][number])
    look_at(page, *unit)
    place = (index,) if row is None else (row, column, index)
    total, result = (float(np.squeeze(array)[place]) for array in values[layer])
    text = page.locator(".ll-equation").inner_text()
    groups = page.locator(".ll-inside details summary b").all_inner_texts()
    parts = [numbers(group)[1] for group in groups]
    if layer == "output":
        count, shown, digit = [*numbers(text)[:2], numbers(text)[-1]]
        assert (count, digit) == (84, 7)
        assert shown == pytest.approx(result, abs=2e-4)
        assert sum(parts) == pytest.approx(result, abs=2e-4)
        return
    count, products, bias, shown_sum = numbers(text)[:4]
    assert count == {"C1": 25, "S2": 4, "S4": 4, "C5": 400, "F6": 120}.get(
        layer, 25 * {4: 3, 15: 6}.get(index, 0)
    )
    assert shown_sum == pytest.approx(total, abs=2e-4)
    assert products + bias == pytest.approx(total, abs=2e-4)
    assert sum(parts) == pytest.approx(products, abs=1e-3)
    assert numbers(text)[-1] == pytest.approx(result, abs=2e-4)


def test_every_product_is_shown(page, network, digits):
    number = take(page, 3)
    image = digits[0][number]
    s2 = passed(network, image)["S2"][1]
    look_at(page, "C3", 4, 2, 7)
    kernel = network.layers[4].parameters["weights"][:, :, :, 4]
    expected = {}
    for map_ in (0, 4, 5):  # Table I
        patch = s2[2:7, 7:12, map_]
        expected[map_] = [patch, kernel[:, :, map_], patch * kernel[:, :, map_]]
    groups = page.locator(".ll-inside details")
    assert groups.count() == 3
    for at, (map_, tables) in enumerate(expected.items()):
        assert groups.nth(at).locator("summary").inner_text().startswith(f"S2 map {map_}:")
        for table, wanted in zip(groups.nth(at).locator("table").all(), tables, strict=True):
            cells = numbers(" ".join(table.locator("td").all_inner_texts()))
            np.testing.assert_allclose(np.reshape(cells, (5, 5)), wanted, atol=0.00501)


def test_the_sum_grows_product_by_product(page, network, digits):
    number = take(page, 8)
    f6 = passed(network, digits[0][number])["F6"][1]
    look_at(page, "output", 2)
    squares = (f6 - DIGIT_CODES[2]) ** 2
    slider = page.get_by_role("slider")
    for count in (0, 1, 40, 84):
        slider.fill(str(count))
        shown, of, total = numbers(page.locator(".ll-so").inner_text())
        assert (shown, of) == (count, 84)
        assert total == pytest.approx(squares[:count].sum(), abs=2e-3)
        assert page.locator(".ll-later").count() == 84 - count


def test_with_motion_products_add_themselves(open_page):
    page = open_page(reduced_motion="no-preference")
    look_at(page, "S2", 0, 3, 3)
    page.get_by_role("button", name="Add them one by one").click()
    expect(page.locator(".ll-so")).to_contain_text("0 of 4")
    expect(page.locator(".ll-so")).to_contain_text("4 of 4", timeout=20000)
    expect(page.get_by_role("button", name="Add them one by one")).to_be_visible()


def test_who_wants_less_motion_gets_a_slider_only(page):
    look_at(page, "S2", 0, 3, 3)
    assert page.get_by_role("slider").is_visible()
    assert not page.get_by_role("button", name="Add them one by one").is_visible()


def test_a_moved_digit_is_read_as_scratch_reads_it(page, network, digits):
    number = take(page, 4)
    image = digits[0][number]
    for name in ("Move left", "Move left", "Move up"):
        page.get_by_role("button", name=name).click()
    settled(page)
    moved = np.zeros_like(image)
    moved[:-1, :-2] = image[1:, 2:]
    penalties = passed(network, moved)["output"][1]
    np.testing.assert_allclose(distances(page), penalties, atol=0.0501)
    # Scaled and centered, it is again the digit of the test set.
    page.get_by_label("Scale and center as MNIST does").check()
    settled(page)
    penalties = passed(network, image)["output"][1]
    np.testing.assert_allclose(distances(page), penalties, atol=0.0501)


@pytest.mark.parametrize("name", ["Turn left", "Turn right", "Thicker", "Thinner"])
def test_other_changes_of_the_ink_are_read_too(page, name):
    take(page, 4)
    before = distances(page)
    page.get_by_role("button", name=name).click()
    settled(page)
    assert distances(page) != before


def test_the_counts_add_up(page):
    page.get_by_text("connections: count them").click()
    rows = [
        [int(cell.replace(",", "")) for cell in np.array(cells)[[1, 2, 4, 5]]]
        for row in page.locator(".ll-counts tbody tr").all()
        for cells in [row.locator("td").all_inner_texts()]
    ]
    parameters, so_far, connections, connections_so_far = np.transpose(rows)
    np.testing.assert_array_equal(so_far, parameters.cumsum())
    np.testing.assert_array_equal(connections_so_far, connections.cumsum())
    assert (so_far[-1], connections_so_far[-1]) == (60_000, 340_908)
    labels = [numbers(t.replace(",", "")) for t in page.locator(".ll-count").all_inner_texts()]
    np.testing.assert_array_equal(labels, np.transpose([parameters, connections]))


def test_pointing_at_a_value_shows_what_it_sees_and_hears(page, network, digits):
    number = take(page, 3)
    values = passed(network, digits[0][number])
    frame = page.locator(".ll-C3 button").nth(4).locator("canvas").bounding_box()
    page.mouse.move(frame["x"] + 0.75 * frame["width"], frame["y"] + 0.25 * frame["height"])
    text = page.locator(".ll-about").inner_text()
    assert text.startswith("C3 map 4, row 2, column 7: ")
    assert numbers(text)[4] == pytest.approx(values["C3"][1][2, 7, 4], abs=0.00501)
    assert "14\N{MULTIPLICATION SIGN}14 pixels of the input" in text
    patch = values["S2"][1][2:7, 7:12]
    products = patch * network.layers[4].parameters["weights"][:, :, :, 4]
    products[:, :, [1, 2, 3]] = 0
    place = np.unravel_index(np.abs(products).argmax(), products.shape)
    assert f"S2 map {place[2]} ({2 + place[0]}, {7 + place[1]}) " in text
    # The receptive field of 14 x 14 pixels begins at row 4, column 14 of 32.
    style = page.locator(".ll-sees").evaluate("(e) => [e.style.top, e.style.left, e.style.width]")
    np.testing.assert_allclose([numbers(part)[0] for part in style], [12.5, 43.75, 43.75])
    # The unit itself and the five that it hears most from.
    assert page.locator(".ll-C3 .ll-mark:visible").count() == 1
    assert page.locator(".ll-S2 .ll-mark:visible").count() == 5


def focused(page):
    return page.evaluate(
        """() => {
          const at = document.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(at);
          const words = at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText;
          return [words.trim(), outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
        }"""
    )


def test_the_tab_key_reaches_everything_and_shows_where_it_is(page):
    page.locator("h1").click()
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        name, visible = focused(page)
        assert visible, name
        stops.append(name)
    text = "\n".join(stops)
    for name in ["Take the tour", "Draw a digit", "Pen", "Thicker", "Test digit 9", "Scale and"]:
        assert name in text
    # One stop for each layer.
    for layer in PLACES.keys() - {"output"}:
        assert len(re.findall(rf"^{layer}\b", text, re.M)) == 1
    assert len(re.findall(r"^Digit 0: distance", text, re.M)) == 1
    assert "connections: count them" in text


def test_a_digit_is_drawn_with_keys(page):
    surface = page.locator(".ll-surface")
    surface.focus()
    for key in ["Delete", "ArrowUp", "ArrowUp", "Shift+ArrowUp", "Shift+ArrowUp", "Space"]:
        page.keyboard.press(key)
    for _ in range(5):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    settled(page)
    assert answer(page) == "1"
    region = page.locator("[aria-live=polite]")
    expect(region).to_contain_text(re.compile("Read as 1|lifted"))
    page.keyboard.press("Delete")
    settled(page)
    assert answer(page) == "?"
    expect(region).to_contain_text("No ink", timeout=10000)


def test_all_levels_by_keyboard(page):
    take(page, 6)
    page.locator(".ll-C1 button").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    name, visible = focused(page)
    assert name.startswith("C3 map 12.")
    assert visible
    assert page.locator(".ll-about").inner_text().startswith("C3 map 12, row ")
    unit = re.match(r"[^:]*", page.locator(".ll-about").inner_text())[0]
    page.keyboard.press("Enter")
    assert focused(page)[0] == "Layer"
    assert page.locator(".ll-table-i .ll-lit").first.inner_text() == "12"
    page.keyboard.press("Tab")  # to the next level
    page.keyboard.press("Enter")
    assert page.locator(".ll-about").inner_text().startswith(unit)
    region = page.locator("[aria-live=polite]")
    expect(region).to_contain_text(unit, timeout=10000)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert focused(page)[0].startswith("C3 map 12.")


def test_what_changes_is_said_but_not_too_often(page):
    region = page.locator("[aria-live=polite]")
    page.evaluate(
        """() => {
          window.said = [];
          const region = document.querySelector("[aria-live=polite]");
          new MutationObserver(() => said.push([performance.now(), region.textContent]))
            .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    for digit in (5, 6, 7):
        take(page, digit)
    for _ in range(5):
        page.get_by_role("button", name="Turn left").click()
    expect(region).to_contain_text("turned left. Read as", timeout=10000)
    times = [time for time, _ in page.evaluate("said")]
    assert np.diff(times).min(initial=1e9) > 1400


LEVELS = {
    "network": lambda page: None,
    "pointing": lambda page: page.locator(".ll-S2 button").first.hover(),
    "C3": lambda page: page.locator(".ll-C3 button").nth(9).click(),
    "C5": lambda page: page.locator(".ll-C5 button").click(),
    "code": lambda page: page.locator(".ll-output button").nth(2).click(),
    "C1 number": lambda page: look_at(page, "C1", 2, 9, 9),
    "C5 number": lambda page: look_at(page, "C5", 20),
    "F6 number": lambda page: look_at(page, "F6", 20),
    "output number": lambda page: look_at(page, "output", 8),
    "empty": lambda page: page.get_by_role("button", name="Clear").click(),
    "as it is": lambda page: take(page, 5),
    "counts": lambda page: page.get_by_text("connections: count them").click(),
    "tour": lambda page: page.get_by_role("button", name="Take the tour").click(),
}


def each_state(page):
    """Bring the page into one state after the other."""
    for name, reach in LEVELS.items():
        zoom(page, 0)
        reach(page)
        settled(page)
        yield name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_page, findings, theme):
    page = open_page(theme, color_scheme=theme)
    found = {}
    for state in each_state(page):
        page.wait_for_timeout(500)  # what the maps show is put into words a little later
        found[state] = findings(page)
    assert found == {state: [] for state in LEVELS}


# 320 pixels are also what a page of 1280 has at 400 %.
@pytest.mark.parametrize("width", [320, 390, 750])
def test_nothing_is_wider_than_the_page(open_page, too_wide, findings, width):
    page = open_page(width=width, height=700)
    wide, found = {}, []
    for state in each_state(page):
        wide[state] = too_wide(page)
        found += findings(page) if width == 390 else []
    assert wide == {state: [] for state in LEVELS}
    assert found == []


def corner(page):
    return page.locator(".ll-C1 canvas").first.evaluate(
        "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, 1, 1).data]"
    )


def test_colors_follow_the_page(open_page):
    page = open_page("light", color_scheme="dark")  # what the page says comes first
    light = corner(page)
    assert sum(light[:3]) > 500
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(200)
    dark = corner(page)
    assert sum(dark[:3]) < 300
    page.evaluate("delete document.documentElement.dataset.theme")
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(200)
    assert corner(page) == light
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")  # JupyterLab
    page.wait_for_timeout(200)
    assert corner(page) == dark


def test_other_changes_of_the_page_leave_the_level_as_it_is(page):
    look_at(page, "S2", 0, 3, 3)
    page.get_by_role("slider").fill("2")
    page.evaluate("document.body.className = 'other'")
    page.wait_for_timeout(200)
    assert page.locator(".ll-so").inner_text().startswith("2 of 4")


def test_the_tour(page):
    page.get_by_role("button", name="Take the tour").click()
    guide = page.get_by_role("group", name="Tour")
    for step in range(1, 9):
        title = guide.locator("p").first
        assert title.inner_text().startswith(f"{step} of 8: ")
        assert page.evaluate("document.activeElement.textContent") == title.inner_text()
        assert page.locator(".ll-look").count() == 1
        expect(page.locator(".ll-look")).to_be_in_viewport()
        assert guide.get_by_role("button", name="Back").is_disabled() == (step == 1)
        guide.get_by_role("button", name="Done" if step == 8 else "Next").click()
    assert not guide.is_visible()
    assert page.locator(".ll-look").count() == 0
    assert focused(page)[0] == "Take the tour"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert not guide.is_visible()


def test_the_tour_stays_in_view_in_the_output_of_a_cell(open_page, root):
    page = open_page(width=390, height=800)
    page.add_style_tag(path=root / "assets" / "course.css")
    page.evaluate(
        """() => {
          const outer = document.createElement("div");
          outer.className = "bd-article";
          outer.innerHTML = "<div class='cell_output'><div class='output'></div></div>";
          const component = document.querySelector(".component");
          component.replaceWith(outer);
          outer.querySelector(".output").append(component);
        }"""
    )
    page.get_by_role("button", name="Take the tour").click()
    expect(page.get_by_role("group", name="Tour")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("short", "The weights are 119998 bytes, expected 120000 bytes"),
        ("nan", "Weight 100 is NaN, expected a finite number"),
        ("missing", "could not be loaded"),
    ],
)
def test_without_good_weights_the_figure_stays(open_page, findings, name, message):
    page = open_page(weights=name, ready=False)
    expect(page.get_by_role("status")).to_contain_text(message)
    assert page.get_by_text("The figure.").is_visible()
    assert page.locator(".ll").count() == 0
    assert findings(page) == []
    if name == "missing":
        assert ["404" in complaint for complaint in open_page.complaints] == [True]
        open_page.complaints.clear()


def test_two_in_one_page_do_not_disturb_each_other_and_clean_up(page):
    page.evaluate(
        """async () => {
          const { default: component } = await import("/lenet_live.js");
          const bytes = await (await fetch("/lenet5_1998.f16")).arrayBuffer();
          const el = document.querySelector("main").appendChild(document.createElement("div"));
          const values = { figure: "<p>Second figure.</p>", weights: new DataView(bytes) };
          window.cleanUp = await component.render({ model: { get: (name) => values[name] }, el });
        }"""
    )
    first, second = page.locator(".ll").all()
    second.get_by_role("button", name="Test digit 5").click()
    settled(page)
    assert second.locator(".ll-answer b").inner_text() == "5"
    assert first.locator(".ll-answer b").inner_text() != "5"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    page.evaluate("cleanUp()")


def test_the_test_digits_are_those_of_mnist(root):
    maker = runpy.run_path(str(root / "web" / "make_digits.py"))
    assert maker["FILE"].read_text() == maker["written"]()


# Chapter 07


def test_two_rows_of_c3_see_nothing_but_a_line(page):
    """Drawn by keyboard, from top to bottom: what the chapter says under "One stroke"."""
    page.get_by_role("button", name="Clear").click()
    page.locator(".ll-surface").focus()
    for keys in (10 * ["ArrowUp"], ["Space"], 20 * ["ArrowDown"], ["Space"]):
        for key in keys:
            page.keyboard.press(key)
    settled(page)
    rows = {}
    for map_ in (0, 14, 15):
        for row in (2, 3, 4, 5, 6, 7):
            look_at(page, "C3", map_, row, 4)
            rows[map_, row] = numbers(page.locator(".ll-about").inner_text().split(": ")[1])[0]
        assert rows[map_, 4] == rows[map_, 5]
        near = [abs(rows[map_, row] - rows[map_, 4]) for row in (3, 6)]
        assert max(near) < 0.1 < max(abs(rows[map_, row] - rows[map_, 4]) for row in (2, 7)), map_
