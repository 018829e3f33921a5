"""Math becomes MathML, whole and right, or the build says what is wrong."""

import io
import re
import xml.etree.ElementTree as ET

import pytest
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from lenet_course import mathml

# What the chapters write, and what must be in the page for it.
CONSTRUCTS = {
    r"\frac{1}{P} \sum_{p=1}^{P} -\log \hat{y}_{p, d_p}": ["mfrac", "munderover", "mover"],
    r"\frac{\partial L}{\partial w_{ij}}": ["mfrac", "msub"],
    r"\begin{aligned} a &= b \\ c &= d \end{aligned}": ["mtable", "mtr", "mtd"],
    r"\begin{align} a &= b \\ c &= d \end{align}": ["mtable", "mtr", "mtd"],
    r"\begin{cases} 0 & \text{if } x < 0 \\ x & \text{else} \end{cases}": ["mtable", "mtext"],
    r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}": ["mtable", "mo"],
    r"\left( \frac{a}{b} \right)^2": ["msup", "mfrac"],
    r"\left\| x - w \right\|^2": ["msup"],
    r"\underbrace{a + b}_{\text{bias}}": ["munder", "mtext"],
    r"\sqrt{2\pi}": ["msqrt"],
}


@pytest.mark.parametrize(("latex", "tags"), CONSTRUCTS.items())
def test_what_the_chapters_write_is_converted(latex, tags):
    root = ET.fromstring(mathml.to_mathml(latex, display=True).replace("&ApplyFunction;", ""))
    found = {element.tag for element in root.iter()}
    assert root.get("display") == "block"
    assert found.issuperset(tags)
    assert not any("\\" in (element.text or "") for element in root.iter())


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\odot", "\u2299"),
        (r"\star", "\u22c6"),
        (r"\ast", "\u2217"),
        (r"\mathbb{R}", "\u211d"),
        (r"\operatorname{softmax}", "softmax"),
        (r"\mathrm{net}", "net"),
        (r"2{,}416", "<mn>2,416</mn>"),
        (r"1{,}340{,}908", "<mn>1,340,908</mn>"),
        (r"w_{1,2}", "<mn>1</mn>"),
    ],
)
def test_a_symbol_or_a_number_is_whole(latex, shown):
    assert shown in mathml.to_mathml(latex, display=False)


def test_align_carries_no_numbers_of_its_own():
    assert "(1)" not in mathml.to_mathml(r"\begin{align} a &= b \end{align}", display=True)


@pytest.mark.parametrize(
    ("latex", "named"),
    [
        (r"\foo{x}", r"\foo"),
        (r"\frac{1}", "argument"),
        (r"\begin{foo} x \end{foo}", "foo"),
        (r"{a", "}"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(latex, named):
    with pytest.raises(ValueError, match=re.escape(named)) as refusal:
        mathml.to_mathml(latex, display=True)
    assert latex in str(refusal.value)


def build(folder, text, builder="html"):
    """Build a site of one page; return its directory and the warnings."""
    (folder / "index.md").write_text(text)
    warnings = io.StringIO()
    settings = {
        "extensions": ["myst_parser", "lenet_course.mathml"],
        "html_math_renderer": "mathml",
        "myst_enable_extensions": ["amsmath", "dollarmath"],
    }
    out, trees = folder / "out", folder / "doctrees"
    with docutils_namespace():
        Sphinx(folder, None, out, trees, builder, settings, status=None, warning=warnings).build()
    return out, warnings.getvalue()


def test_a_page_shows_math_in_lines_displayed_and_numbered(tmp_path):
    out, warnings = build(
        tmp_path,
        "# Math\n\nA map of $n - k + 1$ pixels.\n\n$$ y = w x $$ (weights)\n\n"
        "\\begin{align} a &= b \\end{align}\n\nSee {eq}`weights`.\n",
    )
    text = (out / "index.html").read_text()
    assert warnings == ""
    assert "<p>A map of <math><mi>n</mi>" in text
    assert text.count('<math display="block">') == 2
    assert '<span class="eqno">(1)<a class="headerlink" href="#equation-weights"' in text
    assert 'id="equation-weights"' in text
    assert text.count("equation-") == 3  # the equation, the link beside it, the reference
    assert "mathjax.js" not in text


def test_math_that_cannot_be_shown_is_a_warning_with_its_place(tmp_path):
    out, warnings = build(tmp_path, "# Math\n\n$$ \\foo{x} < 1 $$\n")
    assert re.search(r"index\.md:3: WARNING: math that cannot be shown: .*\\foo", warnings)
    assert r"<code>\foo{x} &lt; 1</code>" in (out / "index.html").read_text()


def test_the_font_holds_what_the_page_uses(tmp_path):
    out, _ = build(tmp_path, "# Math\n\n$h(x) = \\alpha \\sum_i \\partial_i \\sqrt{2}$\n")
    with TTFont(out / "_static" / mathml.FONT) as font:
        letters = font.getBestCmap()
        assert "MATH" in font
    assert {0x2211, 0x221A, ord("("), 0x210E, 0x1D465, 0x1D6FC, 0x1D715} <= set(letters)
    assert ord("q") not in letters


def test_only_html_gets_a_font(tmp_path):
    out, _ = build(tmp_path, "# Math\n\n$x$\n", builder="dummy")
    assert not list(out.rglob(mathml.FONT))
