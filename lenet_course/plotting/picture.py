"""What every figure of the book is made with: its style, its colors and its words."""

from __future__ import annotations

import hashlib
import html
import io
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import matplotlib as mpl
from cycler import cycler
from matplotlib.figure import Figure

# From Okabe and Ito's palette, made for all kinds of color vision. Black is left to the
# ink, and the three brightest are left out: they cannot be seen on white.
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
# Stands for the color of the surrounding text until the drawing is written out.
INK = "#010203"

STYLE: Any = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=[BLUE, VERMILION, GREEN, PURPLE]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": 11,
    "image.cmap": "gray",
    "image.interpolation": "none",
    "legend.frameon": False,
    "savefig.facecolor": "none",
    # The same drawing gives the same text, wherever and whenever it is made.
    "svg.fonttype": "path",
    "svg.hashsalt": "lenet-course",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
SVG = "http://www.w3.org/2000/svg"
HREF = "{http://www.w3.org/1999/xlink}href"

P = ParamSpec("P")


@dataclass(frozen=True)
class Picture:
    """A drawing with its caption and its alternative text, as a notebook shows it."""

    svg: str
    caption: str
    alt: str

    def _repr_html_(self) -> str:
        return (
            f'<figure class="picture">{self.svg}'
            f"<figcaption>{html.escape(self.caption)}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        """Say what the picture shows, where no picture can be shown."""
        return f"Picture: {self.alt}"


def styled(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Draw in the style of the book, whatever style the reader's notebook has set."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


def picture(figure: Figure, *, caption: str, alt: str) -> Picture:
    """Make a ``Picture`` of a Matplotlib figure.

    Raises
    ------
    ValueError
        If the caption or the alternative text is empty.
    """
    for name, words in {"caption": caption, "alt": alt}.items():
        if not words.strip():
            raise ValueError(f"{name} is empty: every picture needs a caption and an alt text.")
    file = io.StringIO()
    figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    return Picture(_for_a_page(file.getvalue(), alt), caption, alt)


def _for_a_page(svg: str, alt: str) -> str:
    """Fit Matplotlib's SVG file into a page that holds other pictures too."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", HREF[1:-5])
    root = ET.fromstring(svg)
    _drop(root, {f"{{{SVG}}}metadata", f"{{{SVG}}}style"})
    prefix = f"p{hashlib.sha256(svg.encode()).hexdigest()[:8]}-"
    text = ET.tostring(root, encoding="unicode")
    for element in root.iter():
        # Matplotlib names every group; the page needs only the names that are referred to.
        name = element.attrib.pop("id", None)
        if name and f"#{name}" in text:
            element.set("id", prefix + name)
        for key, value in element.attrib.items():
            if key == HREF and value.startswith("#"):
                element.set(key, f"#{prefix}{value[1:]}")
            else:
                element.set(key, value.replace("url(#", f"url(#{prefix}"))
    root.set("role", "img")
    root.set("aria-label", alt)
    # What the style sheet said, which in a page would hold for all other drawings too.
    root.set("style", "max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt")
    return ET.tostring(root, encoding="unicode").replace(INK, "currentColor")


def _drop(parent: ET.Element, tags: set[str]) -> None:
    """Remove the elements with these tags, at any depth."""
    for child in list(parent):
        if child.tag in tags:
            parent.remove(child)
        else:
            _drop(child, tags)
