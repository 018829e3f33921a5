"""What the theme's pages carry, cut down to what each of them needs.

A Sphinx extension (named in ``_config.yml``). The theme and the other extensions put their
style sheets and scripts into every page; here a page keeps those whose elements it contains.
The theme's icons, a script of half a megabyte and three fonts, are replaced by a dozen drawn in
``assets/course.css``; its page template and buttons by those in ``assets/templates``.
"""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

# File (by the end of its path) -> what must occur in the page's text for the file to be of use.
NEEDED_FOR = {
    "clipboard.min.js": 'class="highlight',
    "copybutton.js": 'class="highlight',
    "copybutton.css": 'class="highlight',
    "design-tabs.js": 'class="sd-tab',
    "sphinx-design.min.css": 'class="sd-',
    "mystnb": 'class="cell',
    "host.js": 'class="component"',
}
# Every icon of Font Awesome has such a rule in the theme's style sheet.
_ICON_RULE = re.compile(r"\.fa-[\w-]+:before(,\.fa-[\w-]+:before)*\{content:[^}]*\}")


def leave_out(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Drop the style sheets and scripts that the page has no use for, and mend its text."""
    # The role that docutils gives an entry of the references is not one that its element may have.
    body = context.get("body", "").replace('role="doc-biblioentry"', 'role="listitem"')
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if _is_needed(file, body)]
    context["body"] = body


def _is_needed(file: object, body: str) -> bool:
    """Say whether a page with this text needs the file."""
    name = Path(str(getattr(file, "filename", None) or file)).name
    return all(sign in body for part, sign in NEEDED_FOR.items() if name.startswith(part))


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Describe the page to search engines by its first paragraph, cut at 160 characters."""
    from docutils import nodes

    words = app.config.project
    if doctree is not None:
        first = next(doctree.findall(nodes.paragraph), None)
        words = first.astext() if first else app.env.titles[page].astext()
    if len(words) > 160:
        words = words[:157].rsplit(" ", 1)[0] + " ..."
    content = html.escape(words.replace("\n", " "))
    tag = f'<meta name="description" content="{content}" />'
    context["metatags"] = context.get("metatags", "") + tag


def remove_icons(app: Sphinx, exception: Exception | None) -> None:
    """Take the theme's icon script, fonts and rules out of the built site."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    shutil.rmtree(static / "vendor" / "fontawesome", ignore_errors=True)
    for file in (static / "scripts").glob("fontawesome.js*"):
        file.unlink()
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    sheet.write_text(_ICON_RULE.sub("", sheet.read_text()))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    # After the theme and the other extensions have added theirs.
    app.connect("html-page-context", leave_out, priority=900)
    app.connect("html-page-context", describe, priority=900)
    app.connect("build-finished", remove_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
