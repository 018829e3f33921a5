"""The built site, page by page: it stands alone, everyone can read it, and it says no nonsense.

The tests read ``_build/html``, which ``make book`` writes. Those in a browser need Chromium. What
is missing is a reason to skip, and a failure where COURSE_TESTS_MUST_RUN is set.
"""

import functools
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

SITE = Path(__file__).parents[1] / "_build" / "html"
NAMES = [
    path.relative_to(SITE).as_posix()
    for path in sorted(SITE.rglob("*.html"))
    if "_static" not in path.parts
] or ["index.html"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BAD_TEXT = (
    "Traceback (most recent call last)",
    "E0000",
    "WARNING: All log messages",
    "oneDNN",
    "rebuild TensorFlow",
)

each_page = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module", autouse=True)
def built(skip):
    if not (SITE / "index.html").exists():
        skip("there is no book in _build/html: run `make book`")


@pytest.fixture(scope="module")
def address(serve):
    return serve(SITE)


@pytest.fixture
def complaints():
    """What the browser finds wrong while the test runs."""
    return []


@pytest.fixture
def page(browser, address, complaints):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")

    def guard(route):
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            complaints.append(f"request to another host: {route.request.url}")
            route.abort()

    context.route("**/*", guard)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on(
        "console",
        lambda message: (
            message.type in ("error", "warning") and complaints.append(f"console: {message.text}")
        ),
    )
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.on(
        "response",
        lambda response: (
            response.status >= 400 and complaints.append(f"{response.status}: {response.url}")
        ),
    )
    yield page
    context.close()


def findings(page):
    """What axe finds, one line for each element."""
    report = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
    return [
        f"{violation['id']} ({violation['help']}): {node['html'][:200]}"
        for violation in report["violations"]
        for node in violation["nodes"]
    ]


OUT_OF_SIGHT = """() => {
  const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const reachable = (element) =>
    element.matches("main, body") ? false : scrolls(element) || reachable(element.parentElement);
  return [...document.querySelectorAll("main *")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .filter((element) => !reachable(element.parentElement))
    .map((element) => element.outerHTML.slice(0, 200));
}"""


def too_wide(page):
    """Whatever makes the page scroll sideways, or lies beyond its edge where nothing scrolls."""
    found = page.evaluate(OUT_OF_SIGHT)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("the page itself")
    return found


@each_page
def test_a_page_stands_alone_and_is_accessible(page, address, complaints, name):
    page.goto(f"{address}/{name}", wait_until="networkidle")
    found = {"light": findings(page)}
    wide = {1280: too_wide(page)}
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    found["dark"] = findings(page)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(400)  # the theme waits 300 ms before it follows the new width
        wide[width] = too_wide(page)
    found["dark, 320 pixels"] = findings(page)
    page.emulate_media(color_scheme="light")
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    found["light, 320 pixels"] = findings(page)
    assert complaints == []
    assert {mode: found[mode] for mode in found if found[mode]} == {}
    assert {width: wide[width] for width in wide if wide[width]} == {}


def test_the_contents_open_on_a_phone(page, address, complaints):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/appendix/glossary.html", wait_until="networkidle")
    page.get_by_role("button", name="Contents of the course").click()
    assert page.get_by_role("link", name="Notation").first.is_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Contents of this page").click()
    assert page.get_by_role("link", name="Epoch").first.is_visible()
    assert findings(page) == []
    assert complaints == []


def test_a_word_is_found_without_a_server(page, address, complaints):
    page.goto(f"{address}/appendix/notation.html", wait_until="networkidle")
    page.keyboard.press("Control+k")
    page.keyboard.type("epoch")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=epoch")
    page.locator("#search-results a", has_text="Glossary").first.wait_for()
    assert findings(page) == []
    assert complaints == []


def test_the_mode_can_be_switched_and_is_kept(page, address):
    page.goto(f"{address}/index.html", wait_until="networkidle")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Light, dark, or as the system").click()
    dark = page.evaluate(background)
    page.goto(f"{address}/appendix/glossary.html", wait_until="networkidle")
    assert light != dark == page.evaluate(background)


@functools.cache
def parsed(name):
    return BeautifulSoup((SITE / name).read_text(), "html.parser")


@each_page
def test_a_page_names_no_other_host(name):
    for tag, attribute in [
        ("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"),
    ]:  # fmt: skip
        for element in parsed(name).find_all(tag):
            where = element.get(attribute, "")
            assert not where.startswith(("http:", "https:", "//")), element
    for sheet in parsed(name).find_all("style"):
        assert "http" not in sheet.text


@each_page
def test_a_page_has_a_language_a_title_and_a_description(name):
    page = parsed(name)
    assert page.html["lang"] == "en"
    assert page.title.text.strip()
    assert page.find("meta", {"name": "description"})["content"].strip()
    assert len(page.find("main").find_all("h1")) >= 1


@each_page
def test_a_picture_has_words(name):
    page = parsed(name)
    for image in page.find_all("img"):
        # The logo stands beside the course's name, so its alternative text is empty.
        assert image["alt"].strip() or image.find_parent(class_="course-header"), image
    for drawing in page.find_all("svg"):
        assert drawing.get("aria-label", "").strip(), str(drawing)[:200]
    for figure in page.select("figure.picture"):
        assert figure.figcaption.text.strip()


@each_page
def test_a_page_shows_no_trace_of_its_making(name):
    text = parsed(name).text
    for bad in BAD_TEXT:
        assert bad not in text


@each_page
def test_math_is_written_out(name):
    page = parsed(name)
    assert not page.select("script[src*=mathjax]")
    assert "\\(" not in page.main.text


def test_notebooks_can_be_opened_elsewhere():
    notebooks = [name for name in NAMES if name.startswith(("chapters/", "exercises/"))]
    assert notebooks
    for name in notebooks:
        links = [link["href"] for link in parsed(name).select(".article-header-buttons a")]
        path = name.removesuffix(".html")
        for host in ("https://colab.research.google.com/", "https://mybinder.org/"):
            assert any(link.startswith(host) and path in link for link in links), (name, host)
