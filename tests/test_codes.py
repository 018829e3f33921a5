"""The codes of the digits are the bitmaps of Fig. 3 of the paper."""

from itertools import combinations

import numpy as np
import pytest

from lenet_course.scratch import DIGIT_CODES

FIGURE_3 = """
   0        1        2        3        4        5        6        7        8        9
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


def test_there_are_ten_codes_of_84_signs():
    assert DIGIT_CODES.shape == (10, 84)
    assert DIGIT_CODES.dtype == np.float64
    assert set(DIGIT_CODES.ravel()) == {-1, 1}
    with pytest.raises(ValueError, match="read-only"):
        DIGIT_CODES[0, 0] = 0


def test_the_codes_printed_side_by_side_in_7_columns_are_the_figure():
    pixels = np.where(DIGIT_CODES.reshape(10, 12, 7) == 1, "#", ".")
    lines = ["  ".join("".join(row) for row in rows) for rows in pixels.transpose(1, 0, 2)]
    assert lines == FIGURE_3.strip("\n").split("\n")[1:]


def test_the_distances_between_codes_are_those_of_the_bitmaps():
    pairs = list(combinations(range(10), 2))
    hamming = {(a, b): int((DIGIT_CODES[a] != DIGIT_CODES[b]).sum()) for a, b in pairs}
    assert min(hamming.values()) == 12
    assert max(hamming.values()) == 50
    assert [pair for pair in pairs if hamming[pair] == 12] == [(6, 8)]
    assert [pair for pair in pairs if hamming[pair] == 50] == [(1, 4), (1, 8), (4, 7)]
    assert np.mean(list(hamming.values())) == pytest.approx(31.1, abs=0.05)
    # What the output layer computes for a digit that hits its code: four times as much.
    squared = ((DIGIT_CODES[6] - DIGIT_CODES[8]) ** 2).sum()
    assert squared == 4 * 12
