"""What ties a chapter to the page made of it.

``glue`` hands a measured number to the sentence that quotes it. The rest is the book's
Sphinx extension (named in ``_config.yml``): it re-executes chapters when anything they
depend on has changed, and it refuses a picture without words.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config


def glue(name: str, value: object) -> None:
    """Make ``value`` quotable as ``{glue:text}`` in the page; outside the book, do nothing."""
    try:
        from myst_nb import glue as hand_over
    except ModuleNotFoundError:
        return
    hand_over(name, value, display=False)


def fingerprint(root: Path) -> str:
    """Digest everything but its own text that a chapter's outputs depend on.

    That is the package with its data, the lock file and what is really installed: 16
    hexadecimal digits that change when any of them does. The scripts of the components are left
    out: a page loads them by itself.
    """
    digest = hashlib.sha256(sys.version.encode())
    package = Path(__file__).parent
    files = [
        path
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".js" and "__pycache__" not in path.parts
    ]
    for file in [*sorted(files), root / "requirements.lock"]:
        digest.update(file.name.encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    for installed in sorted(f"{d.name}=={d.version}" for d in metadata.distributions()):
        digest.update(installed.encode())
    return digest.hexdigest()[:16]


def use_own_cache(app: Sphinx, config: Config) -> None:
    """Keep executed chapters in a folder named after the fingerprint.

    The key of jupyter-cache is the notebook's code alone. A folder of its own for each
    fingerprint adds the rest; and since the folder is a setting that every page depends
    on, Sphinx reads all pages anew when it changes. Old folders are removed.
    """
    caches = Path(app.outdir).parent / ".jupyter_cache"
    current = caches / fingerprint(Path(app.srcdir))
    for old in caches.glob("*"):
        if old != current:
            shutil.rmtree(old)
    config["nb_execution_cache_path"] = str(current)


def demand_alternative_text(app: Sphinx, doctree: nodes.document) -> None:
    """Warn, which the build counts as an error, of each picture without alternative text."""
    from docutils import nodes
    from sphinx.util import logging

    for image in doctree.findall(nodes.image):
        if not image.get("alt", "").strip():
            logging.getLogger(__name__).warning(
                "picture without alternative text: %s. In a chapter, show it with "
                "lenet_course.plotting; in Markdown, write ![what it shows](file).",
                image.get("uri"),
                location=image,
            )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    # The chapters' NumPy networks multiply small matrices: a second thread gains them little,
    # and on a busy machine costs minutes. Kernels inherit this.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # After Jupyter Book has set its own values, before MyST-NB reads them.
    app.connect("config-inited", use_own_cache, priority=900)
    app.connect("doctree-read", demand_alternative_text)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
