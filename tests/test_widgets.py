"""The hosts of the components: a page of the book, and a notebook.

Those in a browser need Chromium; where it is missing they are skipped, or fail where
COURSE_TESTS_MUST_RUN is set.
"""

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import expect
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from lenet_course import models, widgets
from lenet_course.experiments import load_result
from lenet_course.plotting import layer_maps

LIVE = "```{component} lenet_live\n```\n"
TEXTS = {
    "index": f"# At once\n\n{LIVE}\n```{{toctree}}\nchapters/below\nplain\n```\n",
    "chapters/below": "# Below\n\n<div style='height: 4000px'></div>\n\n" + LIVE,
    "plain": "# Plain\n\nNothing moves here.\n",
}
SAYS = "This part of the page can do more, but it did not start. "


def build(folder, texts):
    """Build a book of these pages in our theme; return its folder and the warnings."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / f"{name}.md").write_text(text)
    warnings = io.StringIO()
    settings = {
        "project": "A book",
        "language": "en",
        "extensions": [
            "myst_parser",
            "sphinx_book_theme",
            "lenet_course.pages",
            "lenet_course.widgets.book",
        ],
        "html_theme": "sphinx_book_theme",
    }
    out, trees = folder / "out", folder / "doctrees"
    with docutils_namespace(), pytest.MonkeyPatch.context() as patch:
        patch.setenv(widgets.BOOK, "1")
        Sphinx(folder, None, out, trees, "html", settings, status=None, warning=warnings).build()
    return out, warnings.getvalue()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out, warnings = build(tmp_path_factory.mktemp("site"), TEXTS)
    assert warnings == ""
    return out


@pytest.fixture(scope="module")
def address(serve, site):
    return serve(site)


@pytest.fixture
def requests():
    return []


@pytest.fixture(params=[{}, {"color_scheme": "dark"}], ids=["light", "dark"])
def page(browser, request, requests):
    context = browser.new_context(viewport={"width": 1000, "height": 800}, **request.param)
    page = context.new_page()
    page.on("request", lambda request: requests.append(request.url))
    yield page
    context.close()


def names(urls):
    return {url.rsplit("/", 1)[-1].split("?")[0] for url in urls}


def findings(page):
    report = Axe().run(page, context=".component", options={"resultTypes": ["violations"]})
    return [found["id"] for found in report.response["violations"]]


# In the book


def test_a_page_loads_the_host_only_if_it_has_a_component(site):
    def scripts(name):
        parsed = BeautifulSoup((site / f"{name}.html").read_text(), "html.parser")
        return {script["src"].split("?")[0] for script in parsed.find_all("script", src=True)}

    assert "_static/widgets/host.js" in scripts("index")
    assert "../_static/widgets/host.js" in scripts("chapters/below")
    assert "_static/widgets/host.js" not in scripts("plain")


def test_the_site_has_bundle_and_weights_as_they_are_in_the_package(site):
    folder = site / "_static" / "widgets"
    for file in [*widgets.BUNDLES.glob("*.js"), models.WEIGHTS / "lenet5_1998.f16"]:
        assert (folder / file.name).read_bytes() == file.read_bytes()


def test_an_unknown_component_is_an_error(tmp_path):
    _, warnings = build(tmp_path, {"index": "# A page\n\n```{component} lenet6\n```\n"})
    assert "'lenet6' is no component, expected one of: " in warnings
    assert "lenet_live" in warnings


def test_nothing_is_copied_for_a_builder_of_other_files(tmp_path):
    class App:
        class builder:  # noqa: N801
            format = "latex"

        outdir = tmp_path

    from lenet_course.widgets import book

    book.copy_bundles(App)
    assert list(tmp_path.iterdir()) == []


def test_the_first_page_says_how_many_digits_its_network_misreads(root):
    result = load_result("lenet5_1998")
    wrong = result["seeds"][str(result["weights_of_seed"])]["wrong"]
    assert f"it misreads {len(wrong)}." in (root / "index.md").read_text("utf-8")


def test_a_component_starts_when_it_comes_into_view(page, address, requests):
    page.goto(f"{address}/chapters/below.html", wait_until="networkidle")
    assert page.locator(".component figure.picture").count() == 1
    assert "host.js" in names(requests)
    assert not {"lenet_live.js", "lenet5_1998.f16"} & names(requests)
    page.locator(".component").scroll_into_view_if_needed()
    page.locator(".component section").wait_for()
    assert page.locator(".component figure.picture").count() == 0
    assert page.locator(".component-message").count() == 0
    assert {"lenet_live.js", "lenet5_1998.f16"} <= names(requests)
    assert all(url.startswith((address, "data:", "blob:")) for url in requests)


@pytest.mark.parametrize(
    ("file", "answer", "message"),
    [
        ("lenet_live.js", None, "Its program could not be loaded. It needs a web server and"),
        ("lenet_live.js", {"status": 404}, "Its program could not be loaded."),
        (
            "lenet_live.js",
            {
                "content_type": "text/javascript",
                "body": "export default { render() { throw Error('No worker starts here.'); } };",
            },
            "No worker starts here.",
        ),
        ("lenet5_1998.f16", None, "Its network's weights could not be loaded."),
        ("lenet5_1998.f16", {"status": 404}, "Its network's weights could not be loaded."),
        ("lenet5_1998.f16", {"body": b"abc"}, "The weights are 3 bytes, expected 120000 bytes"),
        (
            "lenet5_1998.f16",
            {"body": 120_000 * b"\xff"},
            "Weight 0 is NaN, expected a finite number.",
        ),
    ],
)
def test_what_cannot_start_leaves_the_figure_and_a_message(page, address, file, answer, message):
    page.route(
        f"**/{file}",
        lambda route: route.abort() if answer is None else route.fulfill(**answer),
    )
    page.goto(f"{address}/index.html")
    said = page.locator(".component-message")
    said.wait_for()
    assert said.inner_text().startswith(SAYS + message)
    assert page.locator(".component figure.picture svg").is_visible()
    assert page.locator(".component > *").evaluate_all("all => all.map(one => one.tagName)") in (
        ["FIGURE", "P"],
        ["DIV", "P"],
    )
    assert findings(page) == []


def test_without_scripts_the_page_has_the_figure(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/index.html")
    assert page.locator(".component figure.picture svg").is_visible()
    assert "With JavaScript you can draw a digit here." in page.locator("figcaption").inner_text()
    context.close()


def test_a_page_opened_from_a_file_says_what_it_needs(page, site):
    page.goto((site / "index.html").as_uri())
    said = page.locator(".component-message")
    said.wait_for()
    assert "It needs a web server" in said.inner_text()
    assert page.locator(".component figure.picture svg").is_visible()


# In Python


def test_while_the_book_is_built_a_component_is_an_element(monkeypatch):
    monkeypatch.setenv(widgets.BOOK, "1")
    shown = widgets.lenet_live()
    assert repr(shown) == "Component: lenet_live."
    element = BeautifulSoup(shown._repr_html_(), "html.parser").div
    assert element["data-component"] == "lenet_live"
    assert element["data-weights"] == "lenet5_1998"
    assert element.figure.svg["aria-label"].startswith("From left to right a handwritten 7")
    assert element.p is None


def test_in_a_notebook_a_component_is_a_widget(monkeypatch):
    monkeypatch.delenv(widgets.BOOK, raising=False)
    shown = widgets.lenet_live()
    state = shown.get_state()
    assert state["_model_module"] == "anywidget"
    assert state["_esm"] == (widgets.BUNDLES / "lenet_live.js").read_text("utf-8")
    assert bytes(state["weights"]) == (models.WEIGHTS / "lenet5_1998.f16").read_bytes()
    assert state["figure"].startswith('<figure class="picture">')


def test_without_anywidget_a_component_says_what_to_install(monkeypatch):
    monkeypatch.delenv(widgets.BOOK, raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "lenet_course.widgets.notebook", raising=False)
    shown = widgets.lenet_live()
    words = "It is a figure because anywidget is missing here. To play with it, run `pip install"
    assert words in repr(shown)
    element = BeautifulSoup(shown._repr_html_(), "html.parser").div
    assert element.p.text.startswith(words)
    assert element.figure.svg is not None


# Those that the other cells do not show.
OTHERS = sorted(widgets.COMPONENTS.keys() - {"lenet_live", "progress", "quiz", "train_here"})
CELLS = (
    "from lenet_course.widgets import lenet_live\nlenet_live()",
    "damaged = lenet_live()\ndamaged.weights = b'abc'\ndamaged",
    "from lenet_course.quiz import quiz\nquiz('05')",
    "from lenet_course.widgets import train_here\ntrain_here()",
    "from IPython.display import display\nfrom lenet_course import widgets\n"
    f"for name in {OTHERS}:\n    display(getattr(widgets, name)())",
)


@pytest.fixture
def lab(tmp_path):
    """The address of a notebook with these cells in a JupyterLab that runs."""
    cells = [nbformat.v4.new_code_cell(code) for code in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "live.ipynb")
    own = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    command = [Path(sys.executable).with_name("jupyter"), "lab", "--no-browser", "--allow-root"]
    settings = {"ip": "127.0.0.1", "port": 0, "token": "", "root_dir": tmp_path}
    command += [f"--ServerApp.{name}={value}" for name, value in settings.items()]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            env={name: value for name, value in os.environ.items() if name != widgets.BOOK} | own,
        ) as server,
    ):
        try:
            for _ in range(600):
                found = list((tmp_path / "RUNTIME").glob("jpserver-*.json"))
                if found or server.poll() is not None:
                    break
                time.sleep(0.1)
            assert found, (tmp_path / "log").read_text()
            yield json.loads(found[0].read_text())["url"] + "lab/tree/live.ipynb"
        finally:
            server.terminate()


def test_components_in_jupyterlab(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 1500})
    page = context.new_page()
    page.set_default_timeout(120_000)
    with page.expect_websocket(lambda socket: "/api/kernels/" in socket.url):
        page.goto(lab)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    works, damaged = page.locator(".jp-OutputArea").nth(0), page.locator(".jp-OutputArea").nth(1)
    failed = page.locator("[data-mime-type='application/vnd.jupyter.stderr']")
    works.locator("section").or_(failed).first.wait_for()
    assert failed.all_inner_texts() == []
    assert works.locator("figure.picture").count() == 0
    damaged.locator(".component-message").wait_for()
    words = f"{SAYS}The weights are 3 bytes, expected 120000 bytes"
    assert damaged.locator(".component-message").inner_text().startswith(words)
    assert damaged.locator("figure.picture svg").is_visible()
    # Keys are for the component in focus: elsewhere in JupyterLab an "a" inserts a cell.
    radios = page.locator(".qz fieldset").first.get_by_role("radio")
    radios.first.focus()
    for key in ("ArrowDown", "Space", "ArrowDown", "Enter", "a"):
        page.keyboard.press(key)
    expect(radios.nth(2)).to_be_focused()
    expect(radios.nth(2)).to_be_checked()
    assert page.locator(".qz-why:visible").count() == 2
    assert page.locator(".jp-Notebook .jp-Cell").count() == len(CELLS)
    # The kernel sends the digits to learn from.
    page.get_by_role("button", name="Step: one digit").click()
    expect(page.locator(".th-where")).to_have_text("1 digit seen", timeout=60_000)
    others = page.locator(".jp-OutputArea").nth(4)
    expect(others.locator("section.lc")).to_have_count(len(OTHERS), timeout=60_000)
    for section in others.locator("section.lc").all():
        assert section.is_visible()
    assert others.locator("figure.picture, .component-message").count() == 0
    context.close()


# The figure


def test_layers_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"'C1' has shape \(4,\), expected \(height, width, maps"):
        layer_maps({"C1": [1, 2, 3, 4]}, [0, 1], caption="What.", alt="What.")
