"""Read a string: what the page says is what `lenet_course.strings` says of the same strip.

What needs Node.js or Chromium is a reason to skip where it is missing, and a failure where
COURSE_TESTS_MUST_RUN is set. The weights may be trained anew: no answer of theirs is typed here.
"""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from playwright.sync_api import expect

from lenet_course import models, strings, widgets
from lenet_course.datasets import load_mnist
from lenet_course.experiments.modern import scaled

WEIGHTS = widgets.COMPONENTS["read_string"].weights
GRAMMARS = {
    "any": strings.Grammar(((strings.DIGITS, 1, None),)),
    "five": strings.ZIP_CODE,
    "amount": strings.AMOUNT,
}
WIDTH = 200
# The strip in the page, and the paper that it has on its left side before the network sees it.
SHOWN, LEFT = 144, 15


@pytest.fixture(scope="module")
def model():
    return models.trained(WEIGHTS)


@pytest.fixture(scope="module")
def replicated(model):
    return strings.replicate(model)


@pytest.fixture(scope="module")
def digits():
    return scaled(load_mnist()[1][0])[..., 0]


def drawn_cases(number):
    """Strings for all grammars, from far apart to overlapping, with neighbors nudged."""
    rng = np.random.default_rng(97)
    cases = []
    for at in range(number):
        grammar = list(GRAMMARS)[at % 3]
        length = 5 if grammar == "five" else int(rng.integers(3, 8))
        text = "".join(rng.choice(list(strings.DIGITS), length))
        if grammar == "amount":
            text = f"{'*' * rng.integers(0, 2)}{text[:-2]}.{text[-2:]}"
        case = {"text": text, "grammar": grammar, "width": WIDTH, "gap": int(rng.integers(-6, 5))}
        case["which"] = rng.integers(0, 4, len(text)).tolist()
        case["nudges"] = rng.integers(-1, 2, len(text)).tolist()
        cases.append(case)
    return cases


@pytest.fixture(scope="module")
def composed(root, skip, tmp_path_factory):
    """50 cases, what the page's own program makes of each, and the arrays that it has written."""
    if shutil.which("node") is None:
        skip("there is no node: install Node.js")
    folder, cases = tmp_path_factory.mktemp("strings"), drawn_cases(50)
    (folder / "cases.json").write_text(json.dumps(cases))
    weights = models.WEIGHTS / f"{WEIGHTS}.f16"
    command = ["node", "test/read_strings.js", str(weights), str(folder)]
    done = subprocess.run(command, cwd=root / "web", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert None not in report["reports"]

    def arrays(name, *shape):
        files = [folder / f"{number}.{name}.f32" for number in range(len(cases))]
        return [np.fromfile(file, "<f4").reshape(shape) for file in files]

    return list(zip(cases, report["reports"], strict=True)), arrays, report["milliseconds"]


def test_strings_are_composed_as_in_the_package(composed, digits):
    reports, arrays, _ = composed
    compared = 0
    for (case, found), strip in zip(reports, arrays("strip", 32, WIDTH), strict=True):
        if None in found["numbers"]:
            continue
        gaps = case["gap"] + np.array(case["nudges"][1:])
        made = strings.compose(
            digits[found["numbers"]][None], gaps[None], starts=found["centers"][:1]
        )
        assert made.centers[0].tolist() == found["centers"]
        inner = made.images[0, :, :WIDTH]
        np.testing.assert_allclose(strip[:, : inner.shape[1]], inner, atol=1e-6)
        assert not strip[:, inner.shape[1] :].any()
        compared += 1
    assert compared > 25


def test_the_network_says_what_the_package_says(composed, replicated):
    _, arrays, _ = composed
    expected = strings.look_along(replicated, np.stack(arrays("strip", 32, WIDTH)))
    np.testing.assert_allclose(np.stack(arrays("logs", -1, 13)), expected, atol=1e-4)


def test_a_strip_takes_no_longer_than_a_frame(composed):
    assert composed[2] <= 16


def test_the_best_path_is_that_of_the_package(composed):
    reports, arrays, _ = composed
    for (case, found), logs in zip(reports, arrays("logs", 1, -1, 13), strict=True):
        grammar = GRAMMARS[case["grammar"]]
        expected = strings.viterbi(logs, grammar)
        assert found["text"] == expected.texts[0]
        assert found["labels"] == expected.labels[0].tolist()
        assert found["score"] == pytest.approx(expected.scores[0], abs=1e-6)
        sure = strings.confidence(logs, grammar, [found["text"]])[0]
        assert found["confidence"] == pytest.approx(sure, abs=1e-6)


def test_strips_are_cut_as_in_the_package(composed, model):
    reports, arrays, _ = composed
    windows = arrays("windows", -1, 32, 32)
    for (case, found), strip, cut in zip(reports, arrays("strip", 32, WIDTH), windows, strict=True):
        if case["grammar"] == "amount":
            continue  # only strings of digits are cut
        np.testing.assert_allclose(cut, strings.cut(strip, len(case["text"])), atol=1e-6)
        answers = np.asarray(model(cut[..., None]))[:, :10].argmax(axis=1)
        assert found["cut"] == "".join(map(str, answers))


# In the page


@pytest.fixture
def open_page(open_component, root):
    """Return a function that opens the component, with its weights or with damaged ones."""
    good = (models.WEIGHTS / f"{WEIGHTS}.f16").read_bytes()
    (open_component.folder / "short.f16").write_bytes(good[:-2])
    (open_component.folder / "nan.f16").write_bytes(good[:200] + b"\x00\x7e" + good[202:])
    shutil.copy(root / "web" / "test" / "strokes.js", open_component.folder)

    def visit(ready=True, **settings):
        page = open_component("read_string", **settings)
        if ready:
            expect(page.locator(".rs-text")).to_have_text(re.compile(r"\d"))
        return page

    visit.complaints = open_component.complaints
    return visit


@pytest.fixture(scope="module")
def first_digits(digits):
    """The first test digit of each kind, which a key brings, 28 x 28."""
    labels = load_mnist()[1][1]
    return np.stack([digits[np.flatnonzero(labels == digit)[0]] for digit in range(10)])


def strip_of(text, gaps, first_digits):
    """The strip that the network sees when test digits are set side by side in the page."""
    made = strings.compose(first_digits[[int(digit) for digit in text]][None], gaps)
    length = made.centers[0, -1] - made.centers[0, 0] + 28
    start = LEFT + 2 * ((SHOWN - length) // 4) + 14
    again = strings.compose(first_digits[[int(d) for d in text]][None], gaps, starts=start)
    strip = np.zeros((32, 32 + SHOWN), np.float32)
    width = min(again.images.shape[2], strip.shape[1])
    strip[:, :width] = again.images[0, :, :width]
    return strip


def settled(page):
    """Wait for the frame that the last change has asked for."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def read_text(page):
    settled(page)
    return page.locator(".rs-text").inner_text()


def logs_at(page, place):
    """The logarithms on the page for one window."""
    page.get_by_label("Move the window").fill(str(place))
    texts = page.locator(".rs-log").all_inner_texts()
    return [float(text.replace("\N{MINUS SIGN}", "-")) for text in texts]


def sure_of(page):
    """The confidence on the page, in percent; what it says of the smallest and largest too."""
    return float(re.search(r"([\d.]+) % sure", page.locator(".rs-answer").first.inner_text())[1])


def agrees(page, strip, replicated, grammar):
    """Whether the page reads this strip as the package does; return the text."""
    settled(page)
    logs = strings.look_along(replicated, strip[None])
    reading = strings.viterbi(logs, GRAMMARS[grammar])
    assert read_text(page) == reading.texts[0]
    sure = 100 * strings.confidence(logs, GRAMMARS[grammar], reading.texts)[0]
    assert sure_of(page) == pytest.approx(sure, abs=0.11)
    for place in (0, 20, 33, SHOWN // 2 - 1):
        np.testing.assert_allclose(logs_at(page, place), logs[0, place], atol=0.0051)
        label = reading.labels[0, place]
        on_path = "nothing" if label == strings.NOTHING else strings.SYMBOLS[label]
        expect(page.locator(".rs-about")).to_contain_text(f"On the path: {on_path}.")
    points = page.locator(".rs-path").get_attribute("points").split()
    np.testing.assert_array_equal(
        [float(point.split(",")[1]) - 0.5 for point in points], reading.labels[0]
    )
    return reading.texts[0]


def cut_on_page(page):
    page.wait_for_timeout(300)  # it comes when the pen rests
    return "".join(page.locator(".rs-piece b").all_inner_texts())


def test_strings_composed_by_keyboard_are_read_as_by_the_package(
    open_page, model, replicated, first_digits
):
    page = open_page()
    region = page.locator("[aria-live=polite]")
    first = strip_of("98052", 0, first_digits)
    agrees(page, first, replicated, "any")
    windows = strings.cut(first[:, LEFT : LEFT + SHOWN], 5)
    answers = np.asarray(model(windows[..., None]))[:, :10].argmax(axis=1)
    assert cut_on_page(page) == "".join(map(str, answers))

    page.locator(".rs-pad").focus()
    page.keyboard.type("29")
    agrees(page, strip_of("9805229", 0, first_digits), replicated, "any")
    page.locator(".rs-pad").focus()
    for key in ("ArrowLeft", "ArrowLeft", "Backspace", "+", "-", "-"):
        page.keyboard.press(key)
    gaps = np.array([[0, 0, -1, 0, 0]])
    text = agrees(page, strip_of("980529", gaps, first_digits), replicated, "any")
    expect(region).to_contain_text(f"Read: {' '.join(text)},", timeout=10000)
    chips = page.get_by_role("group", name="The string").get_by_role("button")
    assert chips.all_inner_texts() == list("980529")
    assert chips.nth(3).get_attribute("aria-pressed") == "true"

    page.get_by_label("To be read").select_option(label="five digits")
    assert len(agrees(page, strip_of("980529", gaps, first_digits), replicated, "five")) == 5
    page.get_by_label("Space between neighbors").fill("-3")
    agrees(page, strip_of("980529", gaps - 3, first_digits), replicated, "five")
    assert page.get_by_text("3 columns shared").is_visible()
    # Eight digits stay as they are where there is no room for more space.
    page.locator(".rs-pad").focus()
    page.keyboard.type("00")
    page.get_by_label("Space between neighbors").fill("8")
    assert page.get_by_text("There is no room for that").is_visible()
    gaps = np.array([[-3, -3, -4, -3, -3, -3, -3]])
    agrees(page, strip_of("98050029", gaps, first_digits), replicated, "five")

    page.get_by_label("To be read").select_option(label="an amount")
    page.get_by_role("button", name="An example").click()
    assert strings.AMOUNT.allows(read_text(page))
    page.wait_for_timeout(300)
    assert page.get_by_text("Cutting first is for digits only").is_visible()
    expect(region).to_contain_text("point", timeout=10000)

    page.locator(".rs-pad").focus()
    for _ in range(chips.count()):
        page.keyboard.press("Delete")
    assert read_text(page) == "?"
    expect(region).to_contain_text("No ink", timeout=10000)
    page.get_by_role("button", name="Add a 7").click()
    page.get_by_role("button", name="Another one").click()
    settled(page)
    expect(region).to_contain_text("Another 7, number 17 of", timeout=10000)


def test_everything_is_reached_with_the_tab_key_and_shows_where_it_is(open_page):
    page = open_page()
    page.locator("h1").click()
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        name, visible = page.evaluate(
            """() => {
              const at = document.activeElement;
              const { outlineStyle, outlineWidth } = getComputedStyle(at);
              const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText;
              const visible = outlineStyle !== "none" && parseFloat(outlineWidth) > 1;
              return [name ?? at.innerText, visible];
            }"""
        )
        assert visible, name
        stops.append(name)
    text = "\n".join(stops)
    for name in ("String of test digits", "Clear", "To be read", "Move the window", "Add a star"):
        assert name in text
    for name in ("Space between", "a 2, 5 of 5", "Nearer to", "Farther from", "Delete the chosen"):
        assert name in text


def places_of(page, text, pitch=17):
    """Points on the page for the strokes of these digits, written between the lines."""
    strokes = page.evaluate("import('/strokes.js').then((module) => module.STROKES)")
    frame = page.locator(".rs-pad").bounding_box()
    unit = frame["height"] / 32
    for at, digit in enumerate(text):
        for points in strokes[int(digit)]:
            yield [
                (
                    frame["x"] + (2 + pitch * at + 28 * (x - 0.25)) * unit,
                    frame["y"] + (16 + 28 * (y - 0.5)) * unit,
                )
                for x, y in points
            ]


def write(page, text):
    """Write with the mouse."""
    for points in places_of(page, text):
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()
    settled(page)


def shown_strip(page):
    """The strip on the page, from its colors: white is paper, the blue end of the scale ink."""
    red = page.locator(".rs-strip canvas").evaluate(
        """(canvas) => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          return Array.from({ length: width * height }, (_, at) => data[4 * at]);
        }"""
    )
    values = np.max(red) - np.reshape(red, (32, SHOWN)).astype(np.float32)
    return values / values.max()


def test_what_is_written_is_read(open_page, replicated):
    page = open_page()
    write(page, "90573")
    assert read_text(page) == "90573"
    # All ink together is 20 rows high, in the middle, and the package reads the same in it.
    strip = shown_strip(page)
    rows = np.flatnonzero((strip > 0.5).any(axis=1))
    assert np.ptp(rows) + 1 == pytest.approx(20, abs=1)
    assert rows.mean() == pytest.approx(15.5, abs=0.5)
    logs = strings.look_along(replicated, np.pad(strip, ((0, 0), (LEFT, 32 - LEFT)))[None])
    assert strings.viterbi(logs, GRAMMARS["any"]).texts == ["90573"]
    assert np.mean(np.abs(np.array(logs_at(page, 33)) - logs[0, 33])) < 0.2

    # Before the pen is lifted there is an answer, and undoing takes the last stroke away.
    page.locator(".rs-pad").scroll_into_view_if_needed()
    frame = page.locator(".rs-pad").bounding_box()
    x, y = frame["x"] + 0.7 * frame["width"], frame["y"] + 0.25 * frame["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 0.5 * frame["height"], steps=4)
    expect(page.locator(".rs-text")).to_have_text("905731")
    page.mouse.up()
    page.get_by_role("button", name="Undo").click()
    assert read_text(page) == "90573"
    assert cut_on_page(page) != ""
    page.get_by_role("button", name="Clear").click()
    assert read_text(page) == "?"
    # One dash stays small.
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=3)
    page.mouse.up()
    settled(page)
    assert np.ptp(np.flatnonzero((shown_strip(page) > 0.5).any(axis=1))) < 6


STATES = {
    "first": lambda page: None,
    "chosen": lambda page: page.get_by_role("button", name="a 0, 3 of 5").click(),
    "no room": lambda page: (
        page.locator(".rs-pad").focus(),
        page.keyboard.type("000000000"),
    ),
    "amount": lambda page: (
        page.get_by_label("To be read").select_option(label="an amount"),
        page.get_by_role("button", name="An example").click(),
    ),
    "five": lambda page: page.get_by_label("To be read").select_option(label="five digits"),
    "empty": lambda page: page.get_by_role("button", name="Clear").click(),
    "written": lambda page: write(page, "20"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_too_wide(open_page, findings, too_wide, theme):
    page = open_page(theme=theme, color_scheme=theme)
    found, wide = {}, {}
    for state, reach in STATES.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        reach(page)
        page.wait_for_timeout(250)
        found[state] = findings(page)
        # 320 pixels are also what a page of 1280 has at 400 %.
        for width in (1280, 750, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            settled(page)
            wide[state, width] = too_wide(page)
            found[state] += findings(page) if width == 390 and state == "amount" else []
    assert found == {state: [] for state in STATES}
    assert not any(wide.values()), wide
    targets = page.locator(".rs button, .rs select, .rs input").all()
    assert min(min(t.bounding_box()["width"], t.bounding_box()["height"]) for t in targets) >= 24


def test_a_finger_writes_on_a_phone(open_page):
    page = open_page(width=390, height=800, has_touch=True, is_mobile=True)
    page.locator(".rs-pad").scroll_into_view_if_needed()
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        places = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    for points in places_of(page, "207"):
        touch("touchStart", points[0])
        for point in points[1:]:
            touch("touchMove", point)
        touch("touchEnd")
    assert read_text(page) == "207"


def test_colors_follow_the_page(open_page):
    page = open_page(theme="light", color_scheme="dark")

    def corner():
        return page.locator(".rs-strip canvas").evaluate(
            "(canvas) => canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0]"
        )

    assert corner() > 250
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(200)
    assert corner() < 60


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("short", "The weights are 123920 bytes, expected 123922 bytes"),
        ("nan", "Weight 100 is NaN, expected a finite number"),
    ],
)
def test_without_good_weights_the_figure_stays(open_page, findings, name, message):
    page = open_page(ready=False, weights=name)
    expect(page.get_by_role("status")).to_contain_text(message)
    assert page.get_by_text("The figure.").is_visible()
    assert page.locator(".rs").count() == 0
    assert findings(page) == []


def test_two_in_one_page_do_not_disturb_each_other_and_clean_up(open_page):
    page = open_page()
    page.evaluate(
        """async () => {
          const { default: component } = await import("/read_string.js");
          const bytes = await (await fetch("/lenet5_strings.f16")).arrayBuffer();
          const el = document.querySelector("main").appendChild(document.createElement("div"));
          const values = { figure: "<p>Second figure.</p>", weights: new DataView(bytes) };
          window.cleanUp = await component.render({ model: { get: (name) => values[name] }, el });
        }"""
    )
    first, second = page.locator(".rs").all()
    kept = first.locator(".rs-text").inner_text()
    second.get_by_role("button", name="Clear").click()
    settled(page)
    assert second.locator(".rs-text").inner_text() == "?"
    assert first.locator(".rs-text").inner_text() == kept
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    page.evaluate("cleanUp()")


def test_the_figure_shows_what_the_page_shows_first(replicated, first_digits):
    logs = strings.look_along(replicated, strip_of("98052", 0, first_digits)[None])
    text = strings.viterbi(logs, GRAMMARS["any"]).texts[0]
    assert f"read as {text}" in widgets.figures.read_string().caption


def test_in_the_book_it_is_an_element_with_the_figure(monkeypatch):
    monkeypatch.setenv(widgets.BOOK, "1")
    element = widgets.read_string()._repr_html_()
    assert f'data-component="read_string" data-weights="{WEIGHTS}"' in element
    assert "<figure" in element


# Chapter 16


def test_apart_both_ways_read_the_first_string_and_closer_not(model, replicated, first_digits):
    """What the chapter asks for under "Something to play with" can be found."""
    right = {"search": [], "cut": []}
    for gap in range(-6, 9):
        strip = strip_of("98052", gap, first_digits)
        logs = strings.look_along(replicated, strip[None])
        right["search"].append(strings.viterbi(logs, GRAMMARS["any"]).texts == ["98052"])
        pieces = strings.cut(strip[:, LEFT : LEFT + SHOWN], 5)
        answers = np.asarray(model(pieces[..., None]))[:, :10].argmax(axis=1)
        right["cut"].append(answers.tolist() == [9, 8, 0, 5, 2])
    assert any(search and cut for search, cut in zip(*right.values(), strict=True))
    assert not all(right["cut"])
    assert sum(right["search"]) > sum(right["cut"])
