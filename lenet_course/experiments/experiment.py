"""What an experiment is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Settings = Mapping[str, Any]
Figures = dict[str, Any]
Data = Any  # what an experiment's own loader returns


class Training(NamedTuple):
    """What one training is told.

    Attributes
    ----------
    settings
        One of the experiment's candidates.
    seed
        Of everything that is random.
    final
        False: train on a part of the training patterns and count errors on the others. True:
        train on all of them and count errors on the test set.
    checkpoint
        A file for what a training needs to go on after it was stopped; None for none.
    updates
        Stop after so many updates; None to go on to the end.
    say
        Called with lines of progress.
    """

    settings: Settings
    seed: int
    final: bool
    checkpoint: Path | None
    updates: int | None
    say: Callable[[str], None]


class Trained(NamedTuple):
    """What one training gives.

    Attributes
    ----------
    figures
        For the result file. Of a final training: what `lenet_course.experiments.judging.judge`
        returns, and ``multiply_adds`` and ``variables``, what LeCun et al. 1998, Figs. 11 and 12,
        count for reading one pattern; ``first_pass``, the losses that ``--quick`` makes again, if
        there are. Of another training: ``validation_errors``.
    weights
        In 16 bits, shape (parameters,); None if there are none to keep.
    """

    figures: Figures
    weights: NDArray[np.float16] | None


@dataclass(frozen=True)
class Experiment:
    """A figure of a paper, measured again, or one that the papers lack.

    Attributes
    ----------
    name
        Names the result file and the weights.
    question
        What is measured, in one line.
    table
        The heading under which it is reported.
    paper
        The paper's error in percent, and where it stands; None if no paper has it.
    candidates
        Settings to choose from, by name, in the order in which they are tried.
    load
        Reads the data, from the path that the reader gave or from the package if None. An
        ``OSError`` or a ``ValueError`` says what is wrong with the path.
    train
        Trains once, on what ``load`` returned.
    seeds
        How many networks are trained unless the reader asks for another number. 0 for a
        comparison of the candidates on validation patterns, which never meets the test set.
    choosing_seeds
        How many seeds try every candidate. 0 if there is one candidate: then nothing is trained
        for validation.
    keeps_weights
        Whether the package keeps the weights of one network. It is the one with the median number
        of validation errors, for which every seed is trained for validation too.
    choice
        How the settings are chosen, in words.
    test_patterns, validation_patterns
        How many patterns the test set has, and how many are held out to choose by.
    """

    name: str
    question: str
    table: str
    paper: tuple[float, str] | None
    candidates: Mapping[str, Settings]
    load: Callable[[Path | None], Data]
    train: Callable[[Data, Training], Trained]
    seeds: int = 10
    choosing_seeds: int = 2
    keeps_weights: bool = False
    choice: str = "by errors on the last 10,000 training digits after training on the others"
    test_patterns: int = 10_000
    validation_patterns: int = 10_000

    def __post_init__(self) -> None:
        """Refuse candidates or weights that nothing would choose from."""
        if len(self.candidates) != 1 and self.choosing_seeds < 1:
            raise ValueError(
                f"{self.name} has {len(self.candidates)} candidates and {self.choosing_seeds} "
                "choosing seeds, expected one candidate, or at least one seed to choose by."
            )
        if self.keeps_weights and self.choosing_seeds < 1:
            raise ValueError(
                f"{self.name} is to keep the weights of its median network, but has no choosing "
                "seeds, expected at least one."
            )
