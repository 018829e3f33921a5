"""The quiz in the page, and the page that counts its answers: what they show, keep and forget.

Those in a browser need Chromium; where it is missing they are skipped, or fail where
COURSE_TESTS_MUST_RUN is set.
"""

import io
import json
import re
import sys

import pytest
import yaml
from bs4 import BeautifulSoup
from IPython.core.formatters import DisplayFormatter
from playwright.sync_api import expect
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from lenet_course import widgets
from lenet_course.quiz import QUIZZES, quiz

NAMES = sorted(path.stem for path in QUIZZES.glob("*.toml"))
FORBIDDEN = "Object.defineProperty(window, 'localStorage', { get() { throw Error('No.'); } })"
FULL = "Storage.prototype.setItem = () => { throw Error('Full.'); }"
KEPT = "Your answers are kept in this browser, and sent nowhere."
NOT_KEPT = (
    "This browser does not keep your answers: they are gone when you leave the page. "
    "They are sent nowhere."
)
WIDTHS = (320, 390, 750, 1280)


# In Python


def test_a_notebook_gets_a_widget_and_what_stands_in_for_it(monkeypatch):
    monkeypatch.delenv(widgets.BOOK, raising=False)
    data, _ = DisplayFormatter().format(quiz("05"))
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert data["text/html"] == quiz("05")._repr_html_()
    assert data["text/plain"] == repr(quiz("05"))
    state = quiz("05")._element.widget().get_state()
    assert state["_esm"] == (widgets.BUNDLES / "quiz.js").read_text("utf-8")
    assert state["values"] == {"chapter": "05"}
    assert state["figure"] in data["text/html"]
    assert state["figure"].startswith('<ol class="quiz">')


@pytest.mark.parametrize("where", ["in the book", "without anywidget"])
def test_elsewhere_it_is_the_folded_answers(monkeypatch, where):
    if where == "in the book":
        monkeypatch.setenv(widgets.BOOK, "1")
    else:
        monkeypatch.delenv(widgets.BOOK, raising=False)
        monkeypatch.setitem(sys.modules, "anywidget", None)
        monkeypatch.delitem(sys.modules, "lenet_course.widgets.notebook", raising=False)
    data, _ = DisplayFormatter().format(quiz("05"))
    assert set(data) == {"text/plain", "text/html"}
    element = BeautifulSoup(data["text/html"], "html.parser").div
    assert element["data-component"] == "quiz"
    assert json.loads(element["data-values"]) == {"chapter": "05"}
    assert len(element.find_all("details")) == sum(len(q.options) for q in quiz("05").questions)


# The progress page, as Sphinx makes it


def built(folder, texts):
    """Build pages without a theme; return the folder and the warnings."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / f"{name}.md").write_text(text)
    warnings = io.StringIO()
    settings = {
        "project": "A book",
        "extensions": ["myst_parser", "lenet_course.widgets.book"],
        "html_theme": "basic",
        "nitpicky": True,
    }
    with docutils_namespace(), pytest.MonkeyPatch.context() as patch:
        patch.setenv(widgets.BOOK, "1")
        Sphinx(
            folder, None, folder / "out", folder / "trees", "html", settings,
            status=None, warning=warnings,
        ).build()  # fmt: skip
    return folder / "out", warnings.getvalue()


def component_of(page):
    return BeautifulSoup(page.read_text("utf-8"), "html.parser").find(class_="component")


@pytest.fixture(scope="module")
def progress(root, tmp_path_factory):
    """The component in the page, built of the course's own text."""
    texts = {"index": "# A book\n\n```{toctree}\n:glob:\nchapters/*\nappendix/*\n```\n"}
    texts |= {f"chapters/{name}": f"# The title of {name}\n" for name in NAMES}
    texts["appendix/progress"] = (root / "appendix" / "progress.md").read_text("utf-8")
    out, warnings = built(tmp_path_factory.mktemp("book"), texts)
    assert warnings == ""
    return component_of(out / "appendix" / "progress.html")


def test_without_javascript_the_progress_page_links_each_chapter(progress, root):
    links = {link["href"]: link.text for link in progress.find_all("a")}
    assert links == {f"../chapters/{name}.html": f"The title of {name}" for name in NAMES}
    text = (root / "appendix" / "progress.md").read_text("utf-8")
    assert "Without JavaScript nothing is kept or counted" in text


def test_the_progress_page_knows_each_question(progress):
    values = json.loads(progress["data-values"])
    assert list(values) == NAMES
    for name, questions in values.items():
        asked = quiz(name[:2]).questions
        assert [key for key, _ in questions] == [question.key for question in asked]
        for (_, right), question in zip(questions, asked, strict=True):
            assert [flag == "1" for flag in right] == [option.right for option in question.options]


def test_it_stands_in_the_book_and_the_first_page_leads_to_it(root):
    parts = yaml.safe_load((root / "_toc.yml").read_text())["parts"]
    assert {"file": "appendix/progress"} in parts[-1]["chapters"]
    assert "(appendix/progress.md)" in (root / "index.md").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_has_the_place_that_the_progress_page_leads_to(root, name):
    assert '"## Quiz' in (root / "chapters" / f"{name}.ipynb").read_text("utf-8")


def test_a_quiz_without_a_chapter_is_a_warning(tmp_path):
    _, warnings = built(tmp_path, {"index": "# Progress\n\n```{progress}\n```\n"})
    assert len(re.findall("unknown document", warnings)) == len(NAMES)


def test_a_quiz_is_shown_by_a_chapter_not_by_the_directive(tmp_path):
    _, warnings = built(tmp_path, {"index": "# A page\n\n```{component} quiz\n```\n"})
    assert "'quiz' is no component, expected one of: " in warnings


# In a browser


def shown(text):
    """The text as a reader sees it."""
    return re.sub(r"[`*]", "", text)


@pytest.fixture
def open_quiz(open_component):
    """Return a function that opens a chapter's quiz."""

    def visit(chapter, before=None, **settings):
        """Open it; ``before`` is a script that runs first."""
        element = quiz(chapter)._element
        page = open_component("quiz", element.values, figure=element.stand_in, **settings)
        if before:
            page.add_init_script(before)
            page.reload()
        expect(page.locator(".qz")).to_be_visible()
        return page

    return visit


def question(page, number):
    return page.locator(".qz fieldset").nth(number)


def score(page):
    return page.locator(".qz-score > span").nth(1).inner_text()


def said(page, words):
    expect(page.locator(".qz [aria-live]")).to_contain_text(words)


def right_and_wrong(asked):
    """The places of the right option and of the first wrong one."""
    rights = [option.right for option in asked.options]
    return rights.index(True), rights.index(False)


def focused(page):
    return page.evaluate(
        """() => {
          const all = [...document.querySelectorAll(".qz fieldset")];
          const field = document.activeElement.closest("fieldset");
          const radios = [...(field?.querySelectorAll("input") ?? [])];
          return [all.indexOf(field), radios.indexOf(document.activeElement)];
        }"""
    )


def test_every_option_says_why_and_every_answer_counts(open_quiz, findings):
    page = open_quiz("03")
    asked = quiz("03").questions
    assert score(page) == f"0 of {len(asked)} answered right, 0 at the first try."
    assert page.locator(".qz-why:visible").count() == 0
    assert page.locator("[aria-describedby]").count() == 0  # it would give the answer away
    assert not page.get_by_role("button", name="Take the quiz again").is_visible()
    assert findings(page) == []
    for number, one in enumerate(asked):
        field = question(page, number)
        right, wrong = right_and_wrong(one)
        assert page.get_by_role("group", name=f"{number + 1}. {shown(one.asks)}").count() == 1
        # Even questions at the first try, odd ones at the second; then what is left.
        order = [right] if number % 2 == 0 else [wrong, right]
        order += [choice for choice in range(len(one.options)) if choice not in order]
        for choice in order:
            option = one.options[choice]
            radio = field.get_by_role("radio", name=shown(option.says), exact=True)
            radio.check()
            verdict = "Right." if option.right else "Not so."
            why = field.locator(".qz-option").nth(choice).locator(".qz-why")
            assert why.inner_text() == f"{verdict} {shown(option.because)}"
            assert why.get_attribute("id") == radio.get_attribute("aria-describedby")
            style = ["qz-wrong", "qz-right"][option.right]
            assert field.locator(f".{style} strong").last.inner_text() == verdict
    at_first = (len(asked) + 1) // 2
    whole = f"{len(asked)} of {len(asked)} answered right, {at_first} at the first try."
    assert score(page) == whole
    said(page, whole)
    codes = re.findall("`([^`]+)`", " ".join(o.because for q in asked for o in q.options))
    assert codes == page.locator(".qz-why code").all_inner_texts() != []
    assert findings(page) == []


def test_answers_are_kept_until_the_quiz_is_taken_again(open_quiz):
    page = open_quiz("05")
    asked = quiz("05").questions
    right, wrong = right_and_wrong(asked[0])
    question(page, 0).get_by_role("radio").nth(wrong).check()
    question(page, 0).get_by_role("radio").nth(right).check()
    question(page, 1).get_by_role("radio").nth(right_and_wrong(asked[1])[1]).check()
    record = json.loads(page.evaluate("localStorage['lenet-course.quiz.05']"))
    assert record == {
        asked[0].key: [wrong, right],
        asked[1].key: [right_and_wrong(asked[1])[1]],
    }
    page.reload()
    expect(page.locator(".qz")).to_be_visible()
    expect(question(page, 0).get_by_role("radio").nth(right)).to_be_checked()
    assert question(page, 0).locator(".qz-why:visible").count() == 2
    assert question(page, 1).locator(".qz-wrong").count() == 1
    assert score(page) == f"1 of {len(asked)} answered right, 0 at the first try."
    assert page.locator(".qz-soft").last.inner_text() == KEPT
    # One question has changed since, and a record of it is there.
    page.evaluate(
        "text => { localStorage['lenet-course.quiz.05'] = text; }",
        json.dumps({"00000000": [0], asked[2].key: [right_and_wrong(asked[2])[0]]}),
    )
    page.reload()
    expect(page.locator(".qz")).to_be_visible()
    assert page.locator(".qz-why:visible").count() == 1
    assert score(page) == f"1 of {len(asked)} answered right, 1 at the first try."
    page.get_by_role("button", name="Take the quiz again").click()
    assert score(page) == f"0 of {len(asked)} answered right, 0 at the first try."
    assert page.locator("input:checked, .qz-why:visible").count() == 0
    assert focused(page) == [0, 0]
    said(page, "All questions of this quiz are open again.")
    assert page.evaluate("localStorage.length") == 0


def test_by_keyboard_only_what_is_chosen_counts(open_quiz):
    page = open_quiz("04")
    one = quiz("04").questions[0]
    page.keyboard.press("Tab")
    assert focused(page) == [0, 0]
    for key, at in [("ArrowDown", 1), ("ArrowRight", 2), ("ArrowDown", 3), ("ArrowLeft", 2)]:
        page.keyboard.press(key)
        assert focused(page) == [0, at % len(one.options)]
    assert page.locator("input:checked, .qz-why:visible").count() == 0
    style = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(style) == "solid"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    assert page.locator("input:checked").count() == 1
    said(page, shown(one.options[1].because))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Alt+ArrowLeft")  # the browser's own
    page.keyboard.press("Enter")
    assert focused(page) == [0, 0]
    expect(question(page, 0).get_by_role("radio").first).to_be_checked()
    said(page, shown(one.options[0].because))
    page.keyboard.press("Tab")
    assert focused(page) == [1, 0]


@pytest.mark.parametrize(("script", "late"), [(FORBIDDEN, False), (FULL, True)])
def test_where_nothing_can_be_kept_the_quiz_works_for_this_visit(open_quiz, findings, script, late):
    page = open_quiz("06", before=script)
    asked = quiz("06").questions
    assert page.locator(".qz-soft").last.inner_text() == (KEPT if late else NOT_KEPT)
    for number, one in enumerate(asked):
        question(page, number).get_by_role("radio").nth(right_and_wrong(one)[0]).check()
        if late and number == 0:
            said(page, NOT_KEPT)
    count = len(asked)
    assert score(page) == f"{count} of {count} answered right, {count} at the first try."
    assert page.locator(".qz-soft").last.inner_text() == NOT_KEPT
    assert findings(page) == []
    page.get_by_role("button", name="Take the quiz again").click()
    assert score(page).startswith("0 of ")


def test_it_fits_every_width_and_both_themes(open_quiz, findings, too_wide):
    page = open_quiz("07")
    for number, one in enumerate(quiz("07").questions):
        question(page, number).get_by_role("radio").nth(number % len(one.options)).check()
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        assert findings(page) == []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert too_wide(page) == [], width
    for label in page.locator(".qz label, .qz button").all():
        assert label.bounding_box()["height"] >= 24
    # On paper a dark page is dark on light.
    page.emulate_media(media="print")
    color = page.evaluate("getComputedStyle(document.querySelector('.qz')).color")
    assert max(int(part) for part in re.findall(r"\d+", color)) < 100
    assert page.locator("legend:visible").count() == len(quiz("07").questions)
    assert page.locator("button:visible").count() == 0


def test_two_in_one_page_do_not_disturb_each_other_and_clean_up(open_quiz):
    page = open_quiz("08")
    page.evaluate(
        """async (figure) => {
          const { default: component } = await import("/quiz.js");
          const el = document.querySelector("main").appendChild(document.createElement("div"));
          const values = { figure, values: { chapter: "09" } };
          window.cleanUp = await component.render({ model: { get: (name) => values[name] }, el });
        }""",
        quiz("09")._element.stand_in,
    )
    first, second = page.locator(".qz").all()
    first.get_by_role("radio").nth(1).check()
    second.get_by_role("radio").nth(0).check()
    second.get_by_role("radio").nth(1).check()
    assert [one.locator("input:checked").count() for one in (first, second)] == [1, 1]
    assert [one.locator(".qz-why:visible").count() for one in (first, second)] == [1, 2]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids)) > 10
    page.evaluate("cleanUp()")


@pytest.mark.parametrize(
    ("component", "values", "figure", "message"),
    [
        ("quiz", {"chapter": "5"}, "<p>Asked.</p>", "The chapter is 5, expected two digits."),
        ("quiz", {}, "<p>Asked.</p>", "The chapter is undefined, expected two digits."),
        (
            "quiz",
            {"chapter": "05"},
            "<p>Asked.</p>",
            "The page has no questions with a right answer each.",
        ),
        (
            "quiz",
            {"chapter": "05"},
            quiz("05")._element.stand_in.replace("data-right", "data-r"),
            "The page has no questions with a right answer each.",
        ),
        ("progress", {"05_x": []}, "<p>Listed.</p>", "The page has no link to 05_x."),
    ],
)
def test_what_cannot_start_leaves_what_stands_in(
    open_component, findings, component, values, figure, message
):
    page = open_component(component, values, figure=figure)
    expect(page.get_by_role("status")).to_have_text(
        f"This part of the page can do more, but it did not start. {message}"
    )
    assert page.locator(".component p, .component details").first.is_visible()
    assert page.locator(".qz").count() == 0
    # How high a summary is, is for the theme of the book to say, and it is not here.
    assert [found for found in findings(page) if "<summary>" not in found] == []


def test_without_javascript_answers_are_folded(open_component):
    page = open_component("quiz", figure=quiz("05")._element.stand_in, java_script_enabled=False)
    option = page.locator("details").first
    assert not option.locator("p").is_visible()
    option.locator("summary").click()
    assert option.locator("p").is_visible()


@pytest.fixture
def open_progress(open_component, progress):
    def visit(before=None, **settings):
        values = json.loads(progress["data-values"])
        figure = progress.decode_contents()
        page = open_component("progress", values, figure=figure, **settings)
        if before:
            page.add_init_script(before)
            page.reload()
        expect(page.locator(".qz")).to_be_visible()
        return page

    return visit


def counted(page):
    """What the table says: for each row its name, right, of, and right at the first try."""
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("tbody tr").all()]
    rows.append(page.locator("tfoot tr").locator("th, td").all_inner_texts())
    return {name: (*map(int, re.findall(r"\d+", right)), int(first)) for name, right, first in rows}


def test_the_progress_page_counts_and_forgets(open_quiz, open_progress, findings, too_wide):
    # Both in one browser, so that they share what it keeps.
    elsewhere = open_quiz("05").url
    page = open_progress()
    asked = quiz("05").questions
    numbers = {name: len(quiz(name[:2]).questions) for name in NAMES}
    none = {f"The title of {name}": (0, of, 0) for name, of in numbers.items()}
    none["All chapters"] = (0, sum(numbers.values()), 0)
    assert counted(page) == none
    expect(page.get_by_text(f"None of the {sum(numbers.values())} questions")).to_be_visible()
    assert not page.get_by_role("button", name="Forget all answers").is_visible()
    links = [link.get_attribute("href") for link in page.locator(".qz a").all()]
    assert links == [f"../chapters/{name}.html#quiz" for name in NAMES]
    assert findings(page) == []

    other = page.context.new_page()
    other.goto(elsewhere)
    for number, one in enumerate(asked[:3]):
        right, wrong = right_and_wrong(one)
        for choice in [right] if number else [wrong, right]:
            question(other, number).get_by_role("radio").nth(choice).check()
    right, wrong = right_and_wrong(asked[3])
    question(other, 3).get_by_role("radio").nth(wrong).check()

    # The first tab follows, without being loaded again.
    sentence = (
        f"You have answered 3 of {sum(numbers.values())} questions right, 2 at the first try."
    )
    expect(page.get_by_text(sentence)).to_be_visible()
    some = none | {"All chapters": (3, sum(numbers.values()), 2)}
    some["The title of 05_activations"] = (3, len(asked), 2)
    assert counted(page) == some
    row = page.get_by_role("row", name="The title of 05_activations")
    marks = row.locator("i").evaluate_all("all => all.map((one) => one.className)")
    assert marks == ["qz-later", "qz-first", "qz-first", "qz-open", "qz-open"]
    page.evaluate("localStorage.setItem('mode', 'dark')")

    def ask():
        page.get_by_role("button", name="Forget all answers").press("Enter")
        expect(page.get_by_role("group", name="Forget all answers?")).to_be_visible()
        return page.evaluate("document.activeElement.textContent")

    assert ask() == "Keep them"
    assert findings(page) == []
    page.keyboard.press("Enter")
    assert ask() == "Keep them"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Forget all answers"
    assert counted(page) == some
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        assert findings(page) == []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert too_wide(page) == [], width
    ask()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert counted(page) == none
    said(page, "All answers are forgotten.")
    assert page.evaluate("document.activeElement.className") == "qz-summary"
    assert page.evaluate("Object.keys(localStorage)") == ["mode"]
    # And so does the second.
    expect(other.locator(".qz-why:visible")).to_have_count(0)
    assert score(other).startswith("0 of ")


def test_where_nothing_is_kept_the_progress_page_says_so(open_progress, findings):
    page = open_progress(before=FORBIDDEN)
    expect(page.get_by_text("This browser does not keep answers")).to_be_visible()
    assert all(right == first == 0 for right, _, first in counted(page).values())
    assert findings(page) == []


def test_in_the_book_a_quiz_leads_to_the_progress_page(open_quiz):
    as_sphinx = "document.documentElement.dataset.content_root = '../'"
    page = open_quiz("05", before=f"addEventListener('DOMContentLoaded', () => {{ {as_sphinx} }})")
    link = page.get_by_role("link", name="Your progress in all chapters")
    assert link.get_attribute("href") == "../appendix/progress.html"
    assert open_quiz("05").get_by_role("link").count() == 0
