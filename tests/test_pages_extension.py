"""Each page carries what it needs and no more."""

import io

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from lenet_course import pages

TEXTS = {
    "index": "# Plain\n\n*First* text, 1 < 2.\n\n```{toctree}\ncode\ntabs\nlong\nbare\n```\n",
    "code": "# Code\n\n```python\nprint()\n```\n",
    "tabs": "# Tabs\n\n::::{tab-set}\n:::{tab-item} One\nText.\n:::\n::::\n",
    "long": f"# Long\n\n{'word ' * 60}\n",
    "bare": "# Bare\n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of five pages in the theme of the book, by name."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in TEXTS.items():
        (folder / f"{name}.md").write_text(text)
    warnings = io.StringIO()
    settings = {
        "project": "A book",
        "extensions": [
            "myst_parser",
            "sphinx_copybutton",
            "sphinx_design",
            "sphinx_book_theme",
            "lenet_course.pages",
        ],
        "html_theme": "sphinx_book_theme",
        "myst_enable_extensions": ["colon_fence"],
    }
    out, trees = folder / "out", folder / "doctrees"
    with docutils_namespace():
        Sphinx(folder, None, out, trees, "html", settings, status=None, warning=warnings).build()
    assert warnings.getvalue() == ""
    return out


def files(site, name):
    page = BeautifulSoup((site / f"{name}.html").read_text(), "html.parser")
    paths = [link["href"] for link in page.find_all("link", rel="stylesheet")]
    paths += [script["src"] for script in page.find_all("script", src=True)]
    return {path.split("?")[0].rsplit("/", 1)[-1] for path in paths}


def description(site, name):
    page = BeautifulSoup((site / f"{name}.html").read_text(), "html.parser")
    return page.find("meta", {"name": "description"})["content"]


COPY = {"copybutton.js", "copybutton.css", "clipboard.min.js"}
TABS = {"design-tabs.js", "sphinx-design.min.css"}


@pytest.mark.parametrize(
    ("name", "present", "absent"),
    [("index", set(), COPY | TABS), ("code", COPY, TABS), ("tabs", TABS, COPY)],
)
def test_a_page_has_the_files_that_it_needs(site, name, present, absent):
    loaded = files(site, name)
    assert present <= loaded
    assert not absent & loaded
    assert {"pygments.css", "doctools.js"} <= loaded


def test_a_page_is_described_by_its_first_paragraph(site):
    assert description(site, "index") == "First text, 1 < 2."
    assert description(site, "bare") == "Bare"
    assert description(site, "search") == "A book"


def test_a_long_description_is_cut_between_words(site):
    text = description(site, "long")
    assert len(text) <= 160
    assert text.endswith("word ...")


def test_the_icons_of_the_theme_are_gone(site):
    static = site / "_static"
    assert not list(static.rglob("*fontawesome*"))
    sheet = (static / "styles" / "pydata-sphinx-theme.css").read_text()
    assert ".fa-bars:before" not in sheet
    assert ".bd-article" in sheet


def test_a_failed_build_is_left_as_it_is(site):
    before = sorted((site / "_static").rglob("*"))
    pages.remove_icons(None, ValueError("a chapter failed"))
    assert sorted((site / "_static").rglob("*")) == before
