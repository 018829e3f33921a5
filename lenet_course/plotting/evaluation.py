"""How far a classifier's confidence can be trusted, and its mistakes one by one."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image
from scipy import stats

from lenet_course.plotting.picture import BLUE, INK, VERMILION, Picture, picture, styled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lenet_course.evaluation import Reliability

# Color, marker and shift along the axis: two networks differ by more than color.
_DRAWN = ((BLUE, "o", -0.17), (VERMILION, "D", 0.17))


@styled
def reliability_diagram(diagrams: Mapping[str, Reliability], *, caption: str, alt: str) -> Picture:
    """Draw accuracy against confidence, and how many answers there are of each confidence.

    ``diagrams`` holds one or two of what `lenet_course.evaluation.reliability` returns, by name,
    with the same bins. A bar through a mark is the 95 % confidence interval of its accuracy
    (Wilson's). On the dashed line, answers are right as often as they claim. The counts have a
    logarithmic scale.

    Raises
    ------
    ValueError
        If there are none or more than two, or their bins differ.
    """
    if not 1 <= len(diagrams) <= len(_DRAWN):
        raise ValueError(f"received {len(diagrams)} diagrams, expected 1 or {len(_DRAWN)}.")
    bins = {name: len(found.counts) for name, found in diagrams.items()}
    if len(set(bins.values())) > 1:
        raise ValueError(f"received diagrams with unequal bins: {bins}.")
    figure = Figure(figsize=(7.6, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [0, 1], "--", color=INK, lw=0.8)
    for (name, found), (color, marker, shift) in zip(diagrams.items(), _DRAWN, strict=False):
        full = np.flatnonzero(found.counts)
        accuracy = found.accuracy[full]
        lines = np.transpose([_interval(found, int(which)) for which in full])
        left.vlines(found.confidence[full], *lines, color=color, lw=1)
        left.plot(found.confidence[full], accuracy, marker, color=color, ms=5, label=name)
        width = 1 / len(found.counts)
        middles = (np.arange(len(found.counts)) + 0.5 + shift) * width
        right.bar(middles, found.counts, 0.34 * width, color=color)
    left.set(xlabel="confidence", ylabel="share of right answers", xlim=(0, 1.02))
    left.set_ylim(-0.02, 1.02)
    right.set(xlabel="confidence", ylabel="answers", xlim=(0, 1), yscale="log")
    right.set_ylim(0.5, None)  # a single answer is seen
    figure.legend(loc="outside upper center", ncols=len(diagrams))
    return picture(figure, caption=caption, alt=alt)


def _interval(found: Reliability, which: int) -> tuple[float, float]:
    """Return the ends of the confidence interval of the accuracy in a bin."""
    count = int(found.counts[which])
    right = round(found.accuracy[which] * count)
    low, high = stats.binomtest(right, count).proportion_ci(method="wilson")
    return float(low), float(high)


@dataclass(frozen=True)
class Gallery:
    """Mistakes to leaf through, as a notebook shows them: plain HTML, opened without a script."""

    html: str
    caption: str
    count: int

    def _repr_html_(self) -> str:
        return (
            f'<figure class="gallery" style="margin:1.5rem 0">{self.html}<figcaption '
            f'style="font-size:.9em">{html.escape(self.caption)}</figcaption></figure>'
        )

    def __repr__(self) -> str:
        """Say what the gallery holds, where it cannot be shown."""
        return f"Gallery: {self.count} mistakes. {self.caption}"


def mistakes(
    images: ArrayLike,
    labels: ArrayLike,
    answers: ArrayLike,
    confidence: ArrayLike,
    *,
    caption: str,
) -> Gallery:
    """Show all images that are answered wrongly, folded by label, the surest mistakes first.

    Each is shown with its number (its place in ``images``), the answer and the confidence.

    Parameters
    ----------
    images
        Of all patterns, uint8 of shape (n, height, width), ink white.
    labels, answers, confidence
        The true and the answered class, and the probability of the answer, each of shape (n,).
    caption
        What the mistakes show.

    Raises
    ------
    ValueError
        If the images are not of that kind, an array has another length, no answer is wrong, or
        the caption is empty.
    """
    stack = np.asarray(images)
    true, read, sure = np.asarray(labels), np.asarray(answers), np.asarray(confidence)
    if stack.dtype != np.uint8 or stack.ndim != 3:
        raise ValueError(
            f"images has shape {stack.shape} and dtype {stack.dtype}, expected uint8 of shape (n, "
            "height, width)."
        )
    for name, array in {"labels": true, "answers": read, "confidence": sure}.items():
        if array.shape != (len(stack),):
            raise ValueError(
                f"{name} has shape {array.shape}, expected ({len(stack)},): one for each image."
            )
    wrong = np.flatnonzero(true != read)
    if not len(wrong):
        raise ValueError(f"None of {len(stack)} answers is wrong: there is nothing to show.")
    if not caption.strip():
        raise ValueError("caption is empty: every gallery needs one.")
    folds: list[str] = []
    for label in np.unique(true[wrong]):
        which = wrong[true[wrong] == label]
        which = which[np.argsort(-sure[which], kind="stable")]
        items = "".join(_item(stack[i], i, label, read[i], sure[i]) for i in which)
        noun = "mistake" if len(which) == 1 else "mistakes"
        # The first is open, so that it shows what the others hold.
        is_open = "" if folds else ' open=""'
        folds.append(
            f'<details{is_open}><summary style="padding:.3rem">Label {label}: {len(which)} {noun}'
            '</summary><ul role="list" style="display:flex;flex-wrap:wrap;gap:.75rem;'
            f'list-style:none;padding:0;margin:.5rem 0 1rem">{items}</ul></details>'
        )
    return Gallery("".join(folds), caption, len(wrong))


def _item(image: NDArray[np.uint8], number: Any, label: Any, read: Any, sure: Any) -> str:
    """Return one mistake: the image, small and sharp, and its words."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode()
    return (
        '<li style="margin:0;width:5.5rem;font-size:.85em;line-height:1.3">'
        f'<img alt="a {label}" width="64" height="64" style="image-rendering:pixelated" '
        f'src="data:image/png;base64,{data}"/><br/>as {read}, {100 * sure:.0f} %<br/>'
        f"no. {number}</li>"
    )
