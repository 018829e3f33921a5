r"""The book's math, turned into MathML when the page is made: no script, no request.

A Sphinx extension (named in ``_config.yml`` together with ``html_math_renderer``). The
conversion is math-core's, which refuses what it does not know; a refusal is a warning of the
build, and so an error. Every browser draws MathML by itself, but few systems have a font made
for it: the site carries one, STIX Two Math, cut down to the characters the book uses.

A numbered equation is ``$$ ... $$ (label)``, with ``aligned`` inside if it has several lines.
The environment ``align`` gets one number, to which nothing can refer, and ``align*`` none.
"""

from __future__ import annotations

import functools
import html
import re
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

FONT = "stix-two-math.woff"
# The theme lets the keyboard reach boxes of this class whenever they are too wide for the page.
SCROLLS = "pst-scrollable-table-container"
# 2{,}416 is one number, not two with a comma between them.
_NUMBER = re.compile(r"\d+(?:\{,\}\d{3})+")
_NUMBER_AS_TEXT = re.compile(r"<mtext>([\d,]+)</mtext>")
_NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|equation|gather|multline)\}")
_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)


@functools.cache
def _converter() -> Any:
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False)


def to_mathml(latex: str, *, display: bool) -> str:
    r"""Convert the LaTeX between two ``$`` (or ``$$``, for ``display``) to a ``<math>`` element.

    Raises
    ------
    ValueError
        If there is a command, an environment or a construction that cannot be shown. The
        message quotes it.

    Examples
    --------
    >>> to_mathml("2{,}416", display=False)
    '<math><mn>2,416</mn></math>'
    """
    from math_core import LatexError

    prepared = _NUMBER.sub(lambda m: rf"\text{{{m[0].replace('{,}', ',')}}}", latex)
    prepared = _NUMBERED.sub(r"\\\1{\2*}", prepared)
    try:
        mathml: str = _converter().convert_with_local_state(prepared, displaystyle=display)
    except LatexError as error:
        raise ValueError(f"math that cannot be shown: {error} In: {latex}") from error
    return _NUMBER_AS_TEXT.sub(r"<mn>\1</mn>", mathml)


def _convert(node: nodes.Element, *, display: bool) -> str:
    """Convert a node; what fails is shown as it was written, and reported."""
    from sphinx.util import logging

    latex = node.astext().strip()
    try:
        return to_mathml(latex, display=display)
    except ValueError as error:
        logging.getLogger(__name__).warning("%s", error, location=node)
        return f"<code>{html.escape(latex)}</code>"


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write math within a line."""
    from docutils import nodes

    self.body.append(_convert(node, display=False))
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write displayed math, with its number and a link to it if it has a label."""
    from docutils import nodes
    from sphinx.util.math import get_node_equation_number

    if "amsmath" in node["classes"]:
        node["ids"] = []  # a random one, different in every build
    self.body.append(self.starttag(node, "div", CLASS=f"math {SCROLLS}"))
    self.body.append(_convert(node, display=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        if node["ids"]:
            self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def characters(page: str) -> set[int]:
    """Return the code points that the math of an HTML page needs from a font.

    A browser draws an identifier of one letter in the slanted letters of the mathematical
    alphabet (MathML Core, section 4.2), so these are added, and so is the sign of a root.
    """
    math = "".join(_MATH.findall(page)).replace("<msqrt>", "\u221a").replace("<mroot>", "\u221a")
    text = html.unescape(re.sub("<[^>]+>", "", math))
    return {ord(c) for c in text} | {_slanted(c) for c in text}


def _slanted(letter: str) -> int:
    """Return the code point of ``letter`` in the mathematical italic alphabet."""
    for first, last, start in (
        ("A", "Z", 0x1D434),
        ("a", "z", 0x1D44E),
        ("\u03b1", "\u03c9", 0x1D6FC),
    ):
        if first <= letter <= last and letter != "h":
            return start + ord(letter) - ord(first)
    return {"h": 0x210E, "\u2202": 0x1D715}.get(letter, ord(letter))


def write_font(app: Sphinx, exception: Exception | None) -> None:
    """Cut the math font down to what the written pages use, and put it beside the style sheet."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    if exception or app.builder.format != "html":
        return
    pages = Path(app.outdir).rglob("*.html")
    needed = set().union(*(characters(page.read_text()) for page in pages))
    # Script-size variants of every glyph (ssty) would double the font.
    subsetter = Subsetter(Options(hinting=False, layout_features=["kern"]))
    subsetter.populate(unicodes=needed)
    # ziamath draws math as pictures; here it only carries the font.
    whole = metadata.distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")
    with TTFont(str(whole)) as font:
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(Path(app.outdir) / "_static" / FONT)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("build-finished", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
