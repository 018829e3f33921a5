"""The mistakes in a real browser: all are there, and their numbers are those of the package.

Needs Chromium. What is missing is a reason to skip, and a failure where COURSE_TESTS_MUST_RUN is
set. The pages are made here, of the bundle, the file and the weights in the package.
"""

import gzip
import re
import runpy
import shutil
import zlib

import numpy as np
import pytest
from playwright.sync_api import expect

from lenet_course import models, widgets
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.evaluation import margins, most_likely, reject_curve
from lenet_course.experiments.papers import FIGURE_10
from lenet_course.scratch import softmax

FILE = "mistakes.bin"


@pytest.fixture(scope="module")
def digits():
    return load_mnist()[1]


@pytest.fixture(scope="module")
def penalties(digits):
    """Those of scratch, for all test digits."""
    network = models.trained_in_numpy("lenet5_1998")
    parts = digits[0].reshape(20, 500, 28, 28)
    return np.concatenate([network.forward(as_1998(part)) for part in parts])


@pytest.fixture(scope="module")
def answers(penalties):
    return penalties.argmin(axis=1)


@pytest.fixture(scope="module")
def wrong(answers, digits):
    return answers != digits[1]


@pytest.fixture(scope="module")
def sure(penalties):
    return margins(-penalties)


@pytest.fixture
def open_page(open_component):
    def visit(ready=True, **settings):
        page = open_component("mistakes", **settings)
        if ready:
            expect(page.locator(".mi")).to_be_visible(timeout=30_000)
        return page

    visit.folder, visit.complaints = open_component.folder, open_component.complaints
    return visit


@pytest.fixture
def page(open_page):
    return open_page()


def numbers(text):
    plain = text.replace("\N{MINUS SIGN}", "-").replace(",", "")
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", plain)]


TILES = """() => [...document.querySelectorAll(".mi-tile")].map((e) => [
  e.getAttribute("aria-label"), e.innerText.trim(), e.classList.contains("mi-rejected")])"""
LABEL = r"A (\d), read as (\d)\. Number (\d+), margin ([\d.]+)(, rejected)?\."


def tiles(page):
    """Label, answer, place in the test set and margin of each digit shown, in their order."""
    found = []
    for label, text, grayed in page.evaluate(TILES):
        match = re.fullmatch(LABEL, label)
        true, read, number = map(int, match.groups()[:3])
        assert text == f"{true}→{read}"
        assert bool(match[5]) == grayed
        found.append((true, read, number, float(match[4])))
    return found


def field(page, name):
    return page.get_by_role("combobox", name=name, exact=True)


def limit(page, value):
    """Move the limit; return what the page says."""
    page.locator(".mi-limit input").fill(str(value))
    return page.locator(".mi-result").inner_text()


def penalty_table(page):
    rows = page.locator(".mi-penalties tbody tr").all()
    cells = [[row.locator("th").inner_text(), *row.locator("td").all_inner_texts()] for row in rows]
    return [(int(digit), float(penalty), role) for digit, _, penalty, role in cells]


def test_every_mistake_is_shown_once_with_the_answer_of_the_network(
    page, digits, answers, wrong, sure
):
    shown = tiles(page)
    places = [number for _, _, number, _ in shown]
    assert sorted(places) == np.flatnonzero(wrong).tolist()
    for true, read, number, margin in shown:
        assert (true, read) == (digits[1][number], answers[number])
        assert margin == pytest.approx(sure[number], abs=0.0501)
    assert (
        page.locator(".mi > p")
        .first.inner_text()
        .startswith(f"LeNet-5 of 1998 misreads {wrong.sum()} of 10,000 test digits")
    )
    # The least sure first, and the first is chosen.
    np.testing.assert_array_equal(places, sorted(places, key=lambda place: sure[place]))
    chosen = page.locator("[aria-selected=true]")
    assert chosen.get_attribute("aria-label") == page.evaluate(TILES)[0][0]


def test_the_digit_and_its_penalties_are_those_of_scratch(page, digits, penalties, sure):
    images, labels = digits
    confidence = most_likely(softmax(-penalties.astype(float)))[1]
    for at in range(0, page.locator(".mi-tile").count(), 9):
        tile = page.locator(".mi-tile").nth(at)
        tile.click()
        true, read, number, _ = tiles(page)[at]
        words = page.locator(".mi-words p").all_inner_texts()
        assert words[:2] == [f"A {true}, read as {read}", f"Number {number} of the test set."]
        margin, share = numbers(words[2])
        assert margin == pytest.approx(sure[number], abs=0.0501)
        if "over" in words[2]:
            assert share == 99.9
            assert confidence[number] > 0.999
        else:
            assert share == pytest.approx(100 * confidence[number], abs=0.0501)
        table = penalty_table(page)
        assert [digit for digit, _, _ in table] == penalties[number].argsort().tolist()
        for digit, penalty, role in table:
            assert penalty == pytest.approx(penalties[number, digit], abs=0.0501)
            assert role == ("answer" if digit == read else "label" if digit == true else "")
        sides = [numbers(text) for text in page.locator(".mi-codes > div > p").all_inner_texts()]
        assert sides[0] == [6]  # F6
        np.testing.assert_allclose(
            sides[1:], [[d, penalties[number, d]] for d in (read, true)], atol=0.0501
        )
        # The large digit has the pixels of MNIST: ink where MNIST has ink.
        dark = page.locator(".mi-frame canvas").evaluate(
            """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
              .filter((_, at) => at % 4 === 1)"""
        )
        gray = images[number].ravel()
        assert labels[number] == true
        assert np.corrcoef(255 - np.array(dark), gray)[0, 1] > 0.999


def test_sorting_and_filtering(page, wrong, answers, digits):
    labels = digits[1]
    field(page, "Sort").select_option("by place in the test set")
    assert [tile[2] for tile in tiles(page)] == np.flatnonzero(wrong).tolist()
    field(page, "Sort").select_option("surest first")
    kept = [tile[3] for tile in tiles(page)]
    assert kept == sorted(kept, reverse=True)
    for name, key in {"by label": (0, 1), "by answer": (1, 0)}.items():
        field(page, "Sort").select_option(name)
        found = [tuple(tile[k] for k in key) for tile in tiles(page)]
        assert found == sorted(found)
        assert len(found) == wrong.sum()
    field(page, "Label").select_option("7")
    assert {tile[2] for tile in tiles(page)} == set(np.flatnonzero(wrong & (labels == 7)))
    field(page, "Read as").select_option("2")
    both = np.flatnonzero(wrong & (labels == 7) & (answers == 2))
    assert {tile[2] for tile in tiles(page)} == set(both)
    count = page.locator(".mi-count")
    assert count.inner_text() == f"{len(both)} of {wrong.sum()}: 7 read as 2"
    # The one that is chosen is among them.
    assert page.locator("[aria-selected=true]").count() == 1
    field(page, "Read as").select_option("7")
    assert page.get_by_text("No 7 is read as 7.").is_visible()
    assert not page.get_by_role("listbox").is_visible()
    field(page, "Label").select_option("any")
    assert {tile[2] for tile in tiles(page)} == set(np.flatnonzero(wrong & (answers == 7)))
    assert count.inner_text().endswith("any digit read as 7")
    field(page, "Read as").select_option("any")
    assert len(tiles(page)) == wrong.sum()


def test_the_table_counts_and_filters(page, wrong, answers, digits):
    labels = digits[1]
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels[wrong], answers[wrong]), 1)
    cells = page.locator(".mi-confusions tbody tr").all()
    found = [[int(text or 0) for text in row.locator("td").all_inner_texts()] for row in cells]
    np.testing.assert_array_equal(found, counts)
    true, read = divmod(counts.argmax(), 10)
    button = page.get_by_role("button", name=f"{true} read as {read}: {counts.max()}")
    button.click()
    assert {tile[:2] for tile in tiles(page)} == {(true, read)}
    assert len(tiles(page)) == counts.max()
    assert button.get_attribute("aria-pressed") == "true"
    assert field(page, "Label").input_value() == str(true)
    assert field(page, "Read as").input_value() == str(read)
    assert page.locator(".mi-wanted").all_inner_texts() == [str(read), str(true)]
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert len(tiles(page)) == wrong.sum()


def test_what_a_limit_rejects_is_that_of_the_package(page, sure, wrong):
    points = {point: None for point in zip(*np.round(reject_curve(sure, wrong), 9), strict=True)}
    slider = page.locator(".mi-limit input")
    assert [slider.get_attribute(name) for name in ("min", "max", "step")] == ["0", "45", "0.5"]
    texts = slider.evaluate(
        """(slider) => Array.from({ length: 91 }, (_, at) => {
          slider.value = at / 2;
          slider.dispatchEvent(new Event("input"));
          const grayed = [...document.querySelectorAll(".mi-rejected")];
          return [
            document.querySelector(".mi-result").textContent,
            document.querySelector(".mi-limit b").textContent,
            grayed.map((tile) => Number(tile.getAttribute("aria-label").match(/Number (\\d+)/)[1])),
          ];
        })"""
    )
    for at, (text, shown, grayed) in enumerate(texts):
        below = sure < at / 2
        left, answered = int((wrong & ~below).sum()), int((~below).sum())
        error = 100 * left / answered
        assert float(shown) == at / 2
        assert (round(100 * below.mean(), 9), round(error, 9)) in points
        assert sorted(grayed) == np.flatnonzero(wrong & below).tolist()
        caught, lost = int((wrong & below).sum()), int((~wrong & below).sum())
        if not below.any():
            assert text.startswith("Nothing is rejected. ")
            assert numbers(text) == [answered, left, round(error, 2)]
            continue
        expected = [below.sum(), 100 * below.mean(), caught, lost, answered, left, error]
        np.testing.assert_allclose(numbers(text), expected, atol=0.00501)


def test_the_curve_is_that_of_the_package(page, sure, wrong):
    rejected, error = reject_curve(sure, wrong)
    kept = rejected <= 100 * (sure < 45).mean()
    path = page.locator(".mi-steps").get_attribute("d")
    corners = np.reshape(numbers(path), (-1, 2))[1:]  # the first is where the pen is put down
    frame = numbers(page.locator(".mi-axes").get_attribute("d"))  # left, top, bottom, right
    left, top, bottom, right = frame
    found = (corners[:, 0] - left) / (right - left) * 5, (bottom - corners[:, 1]) / (bottom - top)
    np.testing.assert_allclose(found[0], rejected[kept], atol=0.01)
    np.testing.assert_allclose(1.1 * found[1], error[kept], atol=0.01)
    # And the marks are those of the paper.
    said = page.locator(".mi-curve").get_attribute("aria-label").split(": ")[-1]
    own = {"LeNet-1": "lenet1", "LeNet-4": "lenet4", "boosted LeNet-4": "lenet4_boosted"}
    assert said == ", ".join(f"{name} {FIGURE_10[key]} %" for name, key in own.items()) + "."
    places = [numbers(mark.get_attribute("d")) for mark in page.locator(".mi-paper").all()]
    for (x, y, *_), key in zip(places, own.values(), strict=True):
        assert (x - left) / (right - left) * 5 == pytest.approx(FIGURE_10[key])
        assert 1.1 * (bottom - (y + 5)) / (bottom - top) == pytest.approx(0.5)
    # The dot goes along the curve.
    limit(page, 20)
    below = sure < 20
    dot = page.locator(".mi-dot").evaluate("(e) => [e.cx.baseVal.value, e.cy.baseVal.value]")
    assert (dot[0] - left) / (right - left) * 5 == pytest.approx(100 * below.mean(), abs=1e-3)
    expected = 100 * wrong[~below].mean()
    assert 1.1 * (bottom - dot[1]) / (bottom - top) == pytest.approx(expected, abs=1e-3)


def focused(page):
    return page.evaluate(
        """() => {
          const at = document.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(at);
          const words = at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText;
          return [words.trim(), outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
        }"""
    )


def test_all_by_keyboard(page):
    page.locator("h1").click()
    stops = []
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        name, visible = focused(page)
        assert visible, name
        stops.append(name)
    starts = ["Sort", "Label", "Read as", "A ", "Reject below", "0 read as"]
    for name, start in zip(stops, starts, strict=True):
        assert name.startswith(start)

    shown = [label for label, _, _ in page.evaluate(TILES)]
    columns = page.evaluate(
        """() => {
          const tops = [...document.querySelectorAll(".mi-tile")].map((e) => e.offsetTop);
          return tops.filter((top) => top === tops[0]).length;
        }"""
    )
    assert columns > 3
    page.locator("[aria-selected=true]").focus()
    at = 0
    for key, step in {
        "ArrowRight": 1, "ArrowDown": columns, "ArrowLeft": -1, "ArrowUp": -columns,
    }.items():  # fmt: skip
        page.keyboard.press(key)
        at += step
        name, visible = focused(page)
        assert (name, visible) == (shown[at], True)
        chosen = page.locator("[aria-selected=true]").get_attribute("aria-label")
        assert chosen == shown[at]
        assert page.locator(".mi-title").inner_text() == shown[at].split(".")[0]
    page.keyboard.press("End")
    assert focused(page)[0] == shown[-1]
    page.keyboard.press("ArrowRight")  # there is none
    assert focused(page)[0] == shown[-1]
    page.keyboard.press("Home")
    assert focused(page)[0] == shown[0]

    table = page.locator(".mi-confusions")
    table.locator("button").first.focus()
    names = [button.get_attribute("aria-label") for button in table.locator("button").all()]
    page.keyboard.press("ArrowRight")
    assert focused(page)[0] == names[1]
    page.keyboard.press("ArrowDown")
    assert focused(page)[0].startswith("1 read as ")
    page.keyboard.press("ArrowUp")
    assert focused(page)[0].startswith("0 read as ")
    page.keyboard.press("End")
    assert focused(page)[0] == names[-1]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")  # there is none
    name, visible = focused(page)
    assert (name, visible) == (names[0], True)
    assert table.locator("[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    assert {tile[:2] for tile in tiles(page)} == {tuple(map(int, numbers(name)[:2]))}


def test_what_changes_is_said(page):
    region = page.locator("[aria-live=polite]")
    assert region.inner_text() == ""
    page.locator(".mi-tile").nth(5).click()
    digit, penalty, _ = penalty_table(page)[0]
    expect(region).to_contain_text(f"Penalty of {digit}: {penalty}", timeout=5000)
    limit(page, 7.5)
    expect(region).to_contain_text("Rejected: ", timeout=5000)
    assert region.inner_text() == page.locator(".mi-result").inner_text()
    field(page, "Label").select_option("4")
    expect(region).to_contain_text("4 read as any other.", timeout=5000)


SMALL = """() => [...document.querySelectorAll(".mi :is(button, select, input, [role=option])")]
  .map((e) => [e.getAttribute("aria-label") ?? e.className, e.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 24 || height < 24).map(([name]) => name)"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_on_every_width(open_page, findings, too_wide, theme):
    page = open_page(theme=theme)
    states = [
        lambda: None,
        lambda: limit(page, 12),
        lambda: page.get_by_role("button", name="7 read as 2").click(),
        lambda: field(page, "Read as").select_option("7"),
    ]
    for state in states:
        state()
        for width in (320, 390, 750, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert too_wide(page) == [], width
            if width == 320:
                assert page.evaluate(SMALL) == []
            if width in (320, 1280):
                assert findings(page) == [], width


def test_the_theme_may_change_while_it_is_open(page):
    def color():
        return page.locator(".mi-frame canvas").evaluate(
            "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, 1, 1).data]"
        )

    before = color()
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    after = color()
    assert min(before) > 240  # white paper
    assert max(after[:3]) < 60


def test_two_in_one_page_do_not_disturb_each_other_and_clean_up(page):
    page.evaluate(
        """async () => {
          const { default: component } = await import("/mistakes.js");
          const bytes = async (name) => (await fetch(name)).arrayBuffer();
          const el = document.querySelector("main").appendChild(document.createElement("div"));
          const values = {
            figure: "<p>Second figure.</p>",
            weights: new DataView(await bytes("/lenet5_1998.f16")),
          };
          const model = { get: (name) => values[name] };
          window.cleanUp = await component.render({ model, el, load: bytes });
        }"""
    )
    first, second = page.locator(".mi").all()
    second.get_by_role("button", name="7 read as 2").click()
    second.locator(".mi-limit input").fill("45")
    assert first.locator(".mi-count").inner_text() == "All 99"
    assert first.locator(".mi-rejected").count() == 0
    assert second.locator(".mi-rejected").count() > 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    page.evaluate("cleanUp()")


@pytest.mark.parametrize(
    ("weights", "file", "message"),
    [
        ("short", None, "The weights are 119998 bytes, expected 120000 bytes"),
        ("other", None, "reads test digit"),
        (None, b"no such thing", "The file with the misread digits is damaged."),
        (None, None, "could not be loaded"),
    ],
    ids=["short", "other", "damaged", "missing"],
)
def test_without_good_files_the_figure_stays(open_page, findings, weights, file, message):
    folder = open_page.folder
    good = (models.WEIGHTS / "lenet5_1998.f16").read_bytes()
    (folder / "short.f16").write_bytes(good[:-2])
    shutil.copy(models.WEIGHTS / "lenet5_1998_distorted.f16", folder / "other.f16")
    if weights is None:
        (folder / FILE).write_bytes(file) if file else (folder / FILE).unlink()
    try:
        page = open_page(weights=weights, ready=False)
        expect(page.get_by_role("status")).to_contain_text(message, timeout=30_000)
    finally:
        shutil.copy(widgets.FILES / FILE, folder)
    assert page.get_by_text("The figure.").is_visible()
    assert page.locator(".mi").count() == 0
    assert findings(page) == []
    if message == "could not be loaded":
        assert ["404" in complaint for complaint in open_page.complaints] == [True]
        open_page.complaints.clear()


# Without a browser


def test_the_file_is_made_of_mnist_and_the_network(root, digits, wrong, sure):
    images, labels = digits
    content = zlib.decompress((widgets.FILES / FILE).read_bytes())
    count, right = np.frombuffer(content, "<u2", 2)
    assert count == wrong.sum()
    kept, rest = np.frombuffer(content, "<f4", right, 4), content[4 + 4 * right :]
    np.testing.assert_allclose(kept, np.sort(sure[~wrong & (sure < 45)]), atol=0.01)
    places = np.frombuffer(rest, "<u2", count)
    assert places.tolist() == np.flatnonzero(wrong).tolist()
    assert rest[2 * count :] == labels[places].tobytes() + images[places].tobytes()
    maker = runpy.run_path(str(root / "web" / "make_mistakes.py"))
    assert maker["FILE"] == widgets.FILES / FILE
    made = zlib.decompress(maker["written"]())
    assert (len(made), made[4 + 4 * right :]) == (len(content), rest)


def test_all_of_it_weighs_150_kilobytes_at_most():
    bundles = [widgets.BUNDLES / name for name in ("host.js", "mistakes.js")]
    files = [*bundles, models.WEIGHTS / "lenet5_1998.f16", widgets.FILES / FILE]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= 150_000


def test_without_a_script_all_mistakes_are_there_too(monkeypatch, wrong):
    monkeypatch.setenv(widgets.BOOK, "1")
    page = widgets.mistakes()._repr_html_()
    assert page.count("<img ") == wrong.sum()
    places = sorted(map(int, re.findall(r"no\. (\d+)<", page)))
    assert places == np.flatnonzero(wrong).tolist()
