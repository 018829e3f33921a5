"""Measure how long LeNet live takes from a move of the pen to all layers drawn.

    python benchmarks/stroke_to_layers.py [--moves 100]

In headless Chromium a digit is drawn with the mouse, one move after the other, in a page made here
of the bundle and the weights in the package. Printed are medians and 95th percentiles over the
moves, in milliseconds, for each of the three levels of zoom. *Computing* is all script that a move
sets off: the stroke, MNIST's preparation, all layers, and every value written into its canvas.
*With painting* adds what the page's main thread then does in that frame: style, layout and
painting; other threads put the picture on the screen. The time between a move and the next frame,
in which nothing is done, is left out. Needs Chromium: on the path, or in CHROMIUM.
"""

import argparse
import functools
import math
import os
import shutil
import statistics
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from lenet_course.models import WEIGHTS
from lenet_course.widgets import BUNDLES, COMPONENTS

NAME = "lenet_live"
PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{NAME}</title>
<div class="component" data-component="{NAME}" data-weights="{COMPONENTS[NAME].weights}"></div>
<script src="host.js"></script></html>"""

# Two listeners stand around those of the component, and its callback for the next frame is
# wrapped. A message sent in that callback arrives when the frame has been painted.
WATCH = """() => {
  window.times = [];
  const { port1, port2 } = new MessageChannel();
  const ask = window.requestAnimationFrame.bind(window);
  let began = 0, stroke = 0;
  addEventListener("pointermove", () => { began = performance.now(); }, true);
  addEventListener("pointermove", () => { stroke += performance.now() - began; });
  window.requestAnimationFrame = (callback) => ask((time) => {
    const before = performance.now();
    callback(time);
    const drawn = stroke + performance.now() - before;
    port1.onmessage = () => times.push([drawn, stroke + performance.now() - before]);
    port2.postMessage(0);
    setTimeout(() => { stroke = 0; });
  });
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def measure(page: Page, moves: int) -> list[list[float]]:
    """Draw a spiral in so many moves; return both times of each, in milliseconds."""
    frame = page.locator(".ll-surface").bounding_box()
    assert frame is not None
    page.get_by_role("button", name="Clear").click()
    page.wait_for_timeout(1000)
    page.evaluate("times.length = 0")
    for move in range(moves + 1):
        turn = 4 * math.pi * move / moves
        radius = frame["width"] * (0.1 + 0.25 * move / moves)
        x = frame["x"] + frame["width"] / 2 + radius * math.cos(turn)
        y = frame["y"] + frame["height"] / 2 + radius * math.sin(turn)
        page.mouse.move(x, y)
        if move == 0:
            page.mouse.down()
        # The next move is made when this one has been drawn.
        page.evaluate("() => new Promise((done) => setTimeout(done, 40))")
    page.mouse.up()
    times: list[list[float]] = page.evaluate("times")
    return times[1:]


def main() -> None:
    """Print a line for each level of zoom."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=100)
    moves = parser.parse_args().moves
    with tempfile.TemporaryDirectory() as folder:
        for file in (BUNDLES / "host.js", BUNDLES / f"{NAME}.js"):
            shutil.copy(file, folder)
        shutil.copy(WEIGHTS / f"{COMPONENTS[NAME].weights}.f16", folder)
        Path(folder, "index.html").write_text(PAGE)
        handler = functools.partial(_Quiet, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as play:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = play.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
                args=["--no-sandbox", "--disable-background-networking"],
            )
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            page.wait_for_selector(".ll")
            page.evaluate(WATCH)
            for level, name in enumerate(("network", "layer", "number")):
                page.get_by_role("group", name="Zoom").get_by_role("button").nth(level).click()
                times = measure(page, moves)
                said = [
                    f"{what} {statistics.median(some):.1f} ms (95 %: "
                    f"{statistics.quantiles(some, n=20)[-1]:.1f} ms)"
                    for what, some in zip(
                        ("computing", "with painting"), zip(*times, strict=True), strict=True
                    )
                ]
                print(f"{name}: {', '.join(said)}; {len(times)} moves")
            browser.close()
            server.shutdown()


if __name__ == "__main__":
    main()
