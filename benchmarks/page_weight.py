"""Weigh what a browser fetches on a first visit to a page of a built site.

    python benchmarks/page_weight.py [--site _build/html] [PAGE ...]

Every byte of every response is counted as a server that compresses would send it (gzip -9; fonts
and pictures that do not shrink count as they are). Needs Chromium: on the path, or in CHROMIUM.
Other hosts are blocked, and counted as requests to another host.
"""

import argparse
import functools
import gzip
import os
import shutil
import threading
from collections import Counter
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Response, Route, sync_playwright


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def weigh(browser: Browser, address: str, page: str) -> tuple[Counter[str], int]:
    """Return the compressed bytes of a first visit by kind, and the requests to other hosts."""
    weights: Counter[str] = Counter()
    blocked: list[str] = []
    responses: list[Response] = []

    def guard(route: Route) -> None:
        if route.request.url.startswith((address, "data:")):
            route.continue_()
        else:
            blocked.append(route.request.url)
            route.abort()

    visit = browser.new_page()
    visit.route("**/*", guard)
    visit.on("response", lambda response: responses.append(response))
    visit.goto(f"{address}/{page}", wait_until="networkidle")
    for response in responses:
        if response.ok and response.url.startswith(address):
            body = response.body()
            kind = response.request.resource_type
            weights[kind] += min(len(body), len(gzip.compress(body, 9)))
    visit.close()
    return weights, len(blocked)


def main() -> None:
    """Print a line for each page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, default=Path("_build/html"))
    parser.add_argument(
        "pages",
        nargs="*",
        metavar="PAGE",
        default=["index.html", "appendix/glossary.html", "chapters/08_keras.html"],
    )
    chosen = parser.parse_args()
    handler = functools.partial(_Quiet, directory=str(chosen.site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        for page in chosen.pages:
            weights, blocked = weigh(browser, f"http://127.0.0.1:{server.server_port}", page)
            kinds = ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in weights.most_common())
            total = sum(weights.values()) / 1000
            print(f"{page}: {total:.1f} kB ({kinds}); {blocked} requests to other hosts")
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
