"""Draw the logo: a digit 5 as a network sees it, in front of two further layers."""

from pathlib import Path

FILE = Path("assets", "logo.svg")
BLUE, PAPER, VERMILION = "#0a5c94", "#ffffff", "#d55e00"
# Seven rows of five pixels.
FIVE = ("11111", "10000", "11110", "00001", "00001", "10001", "01110")


def draw() -> str:
    """Return the logo as an SVG drawing of 64 by 64 units, legible from 16 pixels up."""
    layers = [
        f'<rect x="{x}" y="{y}" width="48" height="48" rx="5" fill="{BLUE}" opacity="{opacity}"/>'
        for x, y, opacity in ((15, 1, 0.35), (8, 8, 0.6), (1, 15, 1))
    ]
    pixels = [
        f'<rect x="{11 + 6 * column}" y="{18 + 6 * row}" width="5.4" height="5.4" '
        f'fill="{VERMILION if (row, column) == (2, 3) else PAPER}"/>'
        for row, line in enumerate(FIVE)
        for column, pixel in enumerate(line)
        if pixel == "1"
    ]
    body = "\n".join(layers + pixels)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">\n{body}\n</svg>\n'


def write_logo(root: Path) -> None:
    """Write the logo into the repository at ``root``."""
    (root / FILE).write_text(draw())
