import functools
import html
import json
import os
import shutil
import threading
from contextlib import ExitStack
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import settings

# Two busy cores can make any example slow; how long one takes is not what is tested.
settings.register_profile("course", deadline=None)
settings.load_profile("course")


@pytest.fixture(scope="session")
def root():
    """Return the root of the repository."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def skip():
    """Skip for want of a tool; where every test must run, as in CI, fail instead."""
    return pytest.fail if os.environ.get("COURSE_TESTS_MUST_RUN") else pytest.skip


@pytest.fixture(scope="module")
def browser(skip):
    """A Chromium without a window."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if executable is None:
        skip("there is no Chromium: install it, or set CHROMIUM to its path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def serve():
    """Return a function that serves a folder and returns its address."""
    with ExitStack() as stack:

        def start(folder):
            handler = functools.partial(_Quiet, directory=str(folder))
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<head><meta charset="utf-8"><title>{component}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>
  html[data-theme="dark"] {{ background: #14181e; color: #dfe4ea; }}
  h1 {{ overflow-wrap: anywhere; }}
</style></head>
<body><main><h1>{component}</h1>
<div class="component" data-component="{component}"{weights}{values}>{figure}</div>
</main><script src="host.js"></script></body></html>
"""


@pytest.fixture(scope="module")
def component_site(serve, tmp_path_factory):
    """Return a folder with all that components load, and where a server has it."""
    from lenet_course.widgets.book import all_files

    folder = tmp_path_factory.mktemp("components")
    for file in all_files():
        shutil.copy(file, folder)
    return folder, serve(folder)


@pytest.fixture
def open_component(browser, component_site):
    """Return a function that opens a page with a component.

    Whatever the page complains of, and any request to another host, fails the test.
    """
    from lenet_course.widgets import COMPONENTS

    folder, address = component_site
    contexts, complaints = [], []

    def away(url):
        return not url.startswith((address, "data:", "blob:"))

    def visit(
        component,
        values=None,
        weights=None,
        theme="light",
        width=1280,
        height=900,
        figure="<p>The figure.</p>",
        **own,
    ):
        """Open it; ``weights`` names a file in ``visit.folder``, ``own`` are of the browser."""
        weights = weights or COMPONENTS[component].weights
        page_of_it = PAGE.format(
            component=component,
            theme=theme,
            figure=figure,
            weights=f' data-weights="{weights}"' if weights else "",
            values=f' data-values="{html.escape(json.dumps(values))}"' if values else "",
        )
        name = f"page{len(list(folder.glob('*.html')))}.html"
        (folder / name).write_text(page_of_it)
        settings = {"viewport": {"width": width, "height": height}, "reduced_motion": "reduce"}
        context = browser.new_context(**settings | own)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on("request", lambda r: complaints.append(r.url) if away(r.url) else None)
        page.on(
            "console",
            lambda message: (
                message.type in ("error", "warning") and complaints.append(message.text)
            ),
        )
        page.goto(f"{address}/{name}")
        return page

    visit.folder = folder
    visit.complaints = complaints
    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def findings():
    """Return a function that says what axe finds in a page."""
    from axe_playwright_python.sync_playwright import Axe

    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def find(page):
        report = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response
        return [
            f"{violation['id']}: {node['html'][:200]}"
            for violation in report["violations"]
            for node in violation["nodes"]
        ]

    return find


TOO_WIDE = """() => {
  const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
  const boxed = (e) => (e.matches("main") ? false : scrolls(e) || boxed(e.parentElement));
  const found = [...document.querySelectorAll("main *")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }))
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .filter((e) => !boxed(e.parentElement))
    .map((e) => e.outerHTML.slice(0, 150));
  return document.documentElement.scrollWidth <= innerWidth ? found : [...found, "the page"];
}"""


@pytest.fixture(scope="session")
def too_wide():
    """Return a function that names what is wider than the page, and cannot be scrolled."""
    return lambda page: page.evaluate(TOO_WIDE)


@pytest.fixture(params=["float64", "float32"])
def policy(request):
    """Let Keras build its models in the precision: inputs follow floatx, layers the policy."""
    import keras

    kept = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx(request.param)
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_floatx(kept[0])
    keras.config.set_dtype_policy(kept[1])


@pytest.fixture(scope="session")
def small_network():
    """Return a function that builds LeNet-5 small: the same kinds of layers, 8x8 pixels."""

    def build(seed):
        import keras
        import numpy as np

        from lenet_course import layers

        codes = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [-1, -1, 1, 1]])
        return keras.Sequential(
            [
                keras.layers.Input((8, 8, 1)),
                layers.ConnectionTableConv2D(layers.every(1, 2), 3, seed=seed),
                layers.ScaledTanh(),
                layers.TrainableSubsampling(seed=seed),
                layers.ScaledTanh(),
                layers.ConnectionTableConv2D([[1, 0, 1], [1, 1, 0]], 3, seed=seed),
                layers.ScaledTanh(),
                keras.layers.Flatten(),
                keras.layers.Dense(4, kernel_initializer=layers.FanInUniform(seed)),
                layers.ScaledTanh(),
                layers.EuclideanRBF(codes),
            ]
        )

    return build
