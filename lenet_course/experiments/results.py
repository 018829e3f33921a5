"""Result files: read, written, summed up."""

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_course.experiments.experiment import Experiment

RESULTS = Path(__file__).parent.parent / "results"

Result = dict[str, Any]


def load_result(name: str, folder: Path = RESULTS) -> Result:
    """Read the result file of an experiment.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is none, or it is damaged.
    """
    path = _path(name, folder)
    if not path.is_file():
        raise FileNotFoundError(
            f"{name} has no results in {folder}. Make them with: {command(name)}"
        )
    try:
        result: Result = json.loads(path.read_text("utf-8"))
        _check(result, name)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        missing = "there is no " if isinstance(error, KeyError) else ""
        raise ValueError(
            f"The result file {path} is damaged: {missing}{error}. Restore it, or delete it and "
            "run the experiment again."
        ) from error
    return result


def load_current(experiment: Experiment, folder: Path) -> Result:
    """Read the result file of an experiment as it is now.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is none, it is damaged, or it was made with other settings.
    """
    result = load_result(experiment.name, folder)
    found = {name: entry["settings"] for name, entry in result["candidates"].items()}
    # Through JSON, which makes a list of a tuple.
    if found != json.loads(json.dumps(dict(experiment.candidates))):
        raise ValueError(
            f"The results in {_path(experiment.name, folder)} were made with other settings than "
            f"{experiment.name} has now. Delete the file to start again."
        )
    return result


def begin(experiment: Experiment, folder: Path) -> Result:
    """Return the result so far: that of the file, or one without figures.

    Raises
    ------
    ValueError
        If the file is damaged or was made with other settings.
    """
    facts = {
        "experiment": experiment.name,
        "question": experiment.question,
        "paper": experiment.paper
        and dict(zip(("error_percent", "source"), experiment.paper, strict=True)),
        "test_patterns": experiment.test_patterns,
        "validation_patterns": experiment.validation_patterns,
        "comparison": not experiment.seeds,
        "command": command(experiment.name),
        "choice": experiment.choice,
    }
    try:
        return facts | load_current(experiment, folder) | facts  # the facts stand first
    except FileNotFoundError:
        candidates = {
            name: {"settings": settings, "seeds": {}}
            for name, settings in experiment.candidates.items()
        }
        return {**facts, "candidates": candidates, "chosen": None, "seeds": {}}


def save_result(result: Result, folder: Path) -> None:
    """Write a result file, complete or not at all."""
    for place in (result, *result["candidates"].values()):
        # In the order of the seeds, not in that in which the trainings happened to end.
        place["seeds"] = dict(sorted(place["seeds"].items(), key=lambda item: int(item[0])))
    text = json.dumps(result, indent=1)
    # A list of numbers on one line, not a line for each number.
    text = re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), text)
    write(_path(result["experiment"], folder), f"{text}\n".encode())


def write(path: Path, content: bytes) -> None:
    """Write a file, complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def command(name: str) -> str:
    """Return the command that makes a result."""
    return f"python -m lenet_course.experiments run {name}"


def choose(result: Result, seeds: int) -> str:
    """Return the candidate with the fewest validation errors in the first seeds.

    Of equals the first.
    """

    def errors(name: str) -> int:
        tried = result["candidates"][name]["seeds"]
        return sum(tried[str(seed)]["validation_errors"] for seed in range(seeds))

    names: list[str] = list(result["candidates"])
    return min(names, key=errors)


def median_seed(result: Result) -> int:
    """Return the seed whose network made a median number of validation errors.

    Of two in the middle the better one; of equals the first.
    """
    tried = result["candidates"][result["chosen"]]["seeds"]
    ranked = sorted((tried[seed]["validation_errors"], int(seed)) for seed in result["seeds"])
    return ranked[(len(ranked) - 1) // 2][1]


def test_errors_percent(result: Result) -> NDArray[np.float64]:
    """Return the test error of each seed, in percent."""
    return _percent(result["seeds"], "test_errors", result.get("test_patterns", 10_000))


def validation_errors_percent(result: Result, candidate: str) -> NDArray[np.float64]:
    """Return the validation error of each seed that tried a candidate, in percent."""
    seeds = result["candidates"][candidate]["seeds"]
    return _percent(seeds, "validation_errors", result.get("validation_patterns", 10_000))


def _percent(seeds: dict[str, Any], figure: str, patterns: int) -> NDArray[np.float64]:
    return 100 * np.array([figures[figure] for figures in seeds.values()], float) / patterns


def mean_of(result: Result, figure: str) -> float | None:
    """Return the mean of a figure over the seeds; None if a seed does not have it."""
    values = [seed.get(figure) for seed in result["seeds"].values()]
    return None if None in values or not values else float(np.mean(values))


HEADINGS = f"{'':28}{'ours %':>14}{'seeds':>7}{'minutes':>9}{'paper %':>9}"


def rows(result: Result) -> list[str]:
    """Return lines for the report, under `HEADINGS`: one, or one for each setting compared."""
    if result.get("comparison"):
        return [
            _columns(name, validation_errors_percent(result, name), entry["seeds"])
            for name, entry in result["candidates"].items()
        ]
    columns = _columns(result["experiment"], test_errors_percent(result), result["seeds"])
    return [columns + f"{result['paper']['error_percent'] if result['paper'] else '-':>9}"]


def _columns(name: str, errors: NDArray[np.float64], seeds: dict[str, Any]) -> str:
    """Return name, mean and standard deviation, seeds, and minutes for one network."""
    if not len(errors):
        return f"{name:28}{'not yet':>14}{0:7}{'-':>9}"
    spread = f" +- {errors.std(ddof=1):.2f}" if len(errors) > 1 else ""
    minutes = np.mean([figures["seconds"] for figures in seeds.values()]) / 60
    return f"{name:28}{f'{errors.mean():.2f}{spread}':>14}{len(errors):7}{minutes:9.1f}"


def describe(result: Result) -> str:
    """Say in a few lines what a result file holds."""
    title = f"{result['experiment']}: {result['question']}\n"
    if result.get("comparison"):
        table = "\n".join([HEADINGS, *rows(result)])
        return f"{title}{table}\n  errors on validation patterns\n  {result['command']}"
    errors = test_errors_percent(result)
    if not len(errors):
        return (
            f"{title}  ours     no network has met the test set yet. Go on with:\n"
            f"  {result['command']}"
        )
    ours = f"{errors[0]:.2f} % (1 seed)"
    if len(errors) > 1:
        ours = (
            f"{errors.mean():.2f} +- {errors.std(ddof=1):.2f} % (mean and standard deviation of "
            f"{len(errors)} seeds, {errors.min():.2f} to {errors.max():.2f})"
        )
    lines = [f"  ours     {ours}"]
    if result["paper"]:
        lines.append(
            f"  paper    {result['paper']['error_percent']} % ({result['paper']['source']})"
        )
    rejected = mean_of(result, "rejected_percent")
    if rejected is not None:
        lines.append(f"  rejected {rejected:.1f} % of the patterns")
    calibration = [seed["ece"] for seed in result["seeds"].values() if "ece" in seed]
    if len(calibration) > 1:
        mean, deviation = 100 * np.mean(calibration), 100 * np.std(calibration, ddof=1)
        lines.append(f"  ECE      {mean:.2f} +- {deviation:.2f} % (expected calibration error)")
    minutes = np.mean([seed["seconds"] for seed in result["seeds"].values()]) / 60
    lines += [
        f"  chosen   {result['chosen']}, {result['choice']}",
        f"  time     {minutes:.1f} minutes for each network",
        f"  {result['command']}",
    ]
    return title + "\n".join(lines)


def _path(name: str, folder: Path) -> Path:
    return folder / f"{name}.json"


def _check(result: Result, name: str) -> None:
    """Raise an error if a result lacks what is read of it."""
    if not isinstance(result, dict) or result["experiment"] != name:
        raise ValueError(f"it is not a result of {name}")
    chosen, candidates = result["chosen"], result["candidates"]
    for entry in candidates.values():
        dict(entry["settings"])
        sum(figures["validation_errors"] for figures in entry["seeds"].values())
    if chosen is not None and chosen not in candidates:
        raise ValueError(f"{chosen!r} was chosen, but there are {', '.join(candidates)}")
    if chosen is None and result["seeds"]:
        raise ValueError("it has test errors, but nothing was chosen")
    describe(result)
