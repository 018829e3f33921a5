"""What happened when: a timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from lenet_course.plotting.picture import (
    BLUE,
    GREEN,
    INK,
    PURPLE,
    VERMILION,
    Picture,
    picture,
    styled,
)

# Color and marker: kinds of events differ by more than color.
_DRAWN = ((BLUE, "o"), (VERMILION, "s"), (GREEN, "^"), (PURPLE, "D"))


@styled
def timeline(
    events: Mapping[str, Sequence[tuple[float, str]]], *, caption: str, alt: str
) -> Picture:
    """Draw events from top to bottom in the order of their years, with the years as an axis.

    ``events`` holds the events of up to four kinds, each a year and some words: ``1996.5`` is the
    middle of 1996. Events of one year stay in the order in which they are given.

    Raises
    ------
    ValueError
        If there are no kinds or more than four, or a kind has no events.
    """
    counts = {kind: len(listed) for kind, listed in events.items()}
    if not 1 <= len(counts) <= len(_DRAWN) or not all(counts.values()):
        raise ValueError(
            f"received {counts}, expected one to {len(_DRAWN)} kinds with one or more events each."
        )
    rows = sorted(
        ((year, kind, words) for kind, listed in events.items() for year, words in listed),
        key=lambda event: event[0],
    )
    first, last = rows[0][0], rows[-1][0]
    figure = Figure(figsize=(7.8, 0.9 + 0.27 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for row, (year, _, words) in enumerate(rows):
        # On the side where there is more room.
        left = year > (first + last) / 2
        axes.annotate(
            f"{int(year)}  {words}",
            (year, row),
            (-7 if left else 7, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=10,
        )
    for (kind, _), (color, marker) in zip(counts.items(), _DRAWN, strict=False):
        places = [(year, row) for row, (year, of_kind, _) in enumerate(rows) if of_kind == kind]
        axes.plot(
            *zip(*places, strict=True), marker, color=color, ms=7, mec=INK, mew=0.8, label=kind
        )
    axes.set(xlim=(first - 1, last + 1), ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    figure.legend(loc="outside upper center", ncols=len(counts))
    return picture(figure, caption=caption, alt=alt)
