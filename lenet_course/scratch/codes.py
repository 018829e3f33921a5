"""The codes of the ten digits in LeNet-5's output layer."""

import numpy as np

# LeCun et al. 1998, Fig. 3: the digits 0 to 9 as bitmaps 7 wide and 12 high, read from the
# picture in the paper. Here # is ink.
_FIGURE_3 = """
.#####.  ...##..  .#####.  #######  .#####.  .#####.  ..####.  #######  .#####.  .#####.
.......  ..###..  .......  .....##  .......  .......  .##....  .....##  ##...##  ##..###
..###..  .####..  .#####.  ....##.  .......  #######  ##.....  .....##  ##...##  ##...##
.##.##.  ...##..  ##...##  ...##..  .##..##  ##.....  ##.....  ....##.  ##...##  ##...##
##...##  ...##..  #....##  ..####.  .##..##  ##.....  ######.  ...##..  .#####.  ##..###
##...##  ...##..  ....##.  .....##  ###..##  .####..  ###..##  ...##..  ##...##  .######
##...##  ...##..  ..###..  .....##  ##...##  ..####.  ##...##  ..##...  ##...##  .....##
##...##  ...##..  .##....  .....##  ##...##  .....##  ##...##  ..##...  ##...##  .....##
.##.##.  ...##..  ##.....  ##...##  ##..###  ##...##  ###..##  ..##...  ##...##  ....##.
..###..  .######  #######  .#####.  .######  .#####.  .#####.  ..##...  .#####.  .####..
.......  .......  .......  .......  .....##  .......  .......  .......  .......  .......
.......  .......  .......  .......  .....##  .......  .......  .......  .......  .......
"""


def _read(drawing: str) -> np.ndarray:
    """Return a row of +1 (ink) and -1 (paper) for each of the bitmaps drawn side by side."""
    rows = [line.split() for line in drawing.split("\n") if line]
    bitmaps = ["".join(column) for column in zip(*rows, strict=True)]
    return np.array([[1 if pixel == "#" else -1 for pixel in bitmap] for bitmap in bitmaps])


# Shape (10, 84): row by row from the top left, as float64. Which of ink and paper is +1 the paper
# does not say; the distances between codes are the same either way.
DIGIT_CODES = _read(_FIGURE_3).astype(np.float64)
DIGIT_CODES.flags.writeable = False
