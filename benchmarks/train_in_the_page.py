"""Measure how long a pass of 5,000 digits takes in Train it here.

    python benchmarks/train_in_the_page.py [--passes 3]

In headless Chromium, in a page made here of the bundle and the digits in the package, each of some
settings learns from its first weights on. Printed are the median and the range of the seconds from
the press of Run to the moment when the page shows all 5,000 digits as seen: with the eight tests on
500 held-out digits, and with all that is drawn meanwhile, every 100 digits. A pass before those
that are counted loads the digits and warms up the browser's compiler. Needs Chromium: on the path,
or in CHROMIUM.
"""

import argparse
import functools
import os
import shutil
import statistics
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from lenet_course.widgets import BUNDLES, COMPONENTS, FILES

NAME = "train_here"
PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{NAME}</title>
<div class="component" data-component="{NAME}"></div>
<script src="host.js"></script></html>"""
# Network, optimizer and digits in a step.
SETTINGS = (
    ("lenet5_1998", "descent", "1"),
    ("lenet5_1998", "sdlm", "1"),
    ("lenet5_1998", "adam", "32"),
    ("lenet5_tutorial", "adam", "32"),
)

# A batch may go a few digits beyond the end of the pass.
PASS = """() => new Promise((done) => {
  const where = document.querySelector(".th-where");
  const began = performance.now();
  const look = () => {
    if (parseInt(where.textContent.replaceAll(",", "")) < 5000) return;
    watch.disconnect();
    done((performance.now() - began) / 1000);
  };
  const watch = new MutationObserver(look);
  watch.observe(where, { childList: true, characterData: true, subtree: true });
  document.querySelector(".th .lc-main").click();
})"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def seconds(page: Page) -> float:
    """Run one pass from the first weights on; return how long it takes."""
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("document.querySelector('.th-where').textContent.startsWith('0 ')")
    taken: float = page.evaluate(PASS)
    page.wait_for_function("document.querySelector('.th .lc-main').textContent === 'Run on'")
    return taken


def main() -> None:
    """Print a line for each of the settings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passes", type=int, default=3)
    passes = parser.parse_args().passes
    with tempfile.TemporaryDirectory() as folder:
        needed = [BUNDLES / "host.js", BUNDLES / f"{NAME}.js"]
        for file in (*needed, *(FILES / name for name in COMPONENTS[NAME].files)):
            shutil.copy(file, folder)
        Path(folder, "index.html").write_text(PAGE)
        handler = functools.partial(_Quiet, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as play:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = play.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
                args=["--no-sandbox", "--disable-background-networking"],
            )
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(120_000)
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            for network, optimizer, batch in SETTINGS:
                page.get_by_label("Network").select_option(network)
                page.get_by_label("Optimizer").select_option(optimizer)
                page.get_by_label("Digits in a step").select_option(batch)
                times = [seconds(page) for _ in range(passes + 1)][1:]
                print(
                    f"{network}, {optimizer}, {batch} in a step: {statistics.median(times):.2f} s "
                    f"({min(times):.2f} to {max(times):.2f} s; {passes} passes)"
                )
            browser.close()
            server.shutdown()


if __name__ == "__main__":
    main()
