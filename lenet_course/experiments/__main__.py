"""The command line of the experiments."""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path

from lenet_course.experiments import RESULTS, Experiment
from lenet_course.experiments.catalog import EXPERIMENTS
from lenet_course.experiments.results import HEADINGS, command, describe, load_current, rows

OWN = Path("_build/experiments")


def main(arguments: Sequence[str] | None = None) -> None:
    """List, run or report; an error ends the program with one line and the exit status 1."""
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "list":
            for experiment in EXPERIMENTS.values():
                print(f"{experiment.name:28}{experiment.question}")
        elif chosen.command == "report":
            _report(chosen.name, chosen.folder)
        else:
            _run(chosen)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    except ImportError as error:
        sys.exit(f"{error}. Install lenet-course with its extras tensorflow and experiments.")
    except BrokenExecutor:
        sys.exit(
            "A training process died, perhaps for want of memory. What was finished is kept; the "
            "same command goes on from there. Fewer side by side take less memory: --jobs 1"
        )
    except KeyboardInterrupt:
        sys.exit("Stopped. What was finished is kept; the same command goes on from there.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lenet_course.experiments")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name the experiments")
    running = commands.add_parser("run", help="train what the folder does not have yet")
    running.add_argument("name", metavar="NAME", help="of the experiment, as list prints it")
    running.add_argument("--seeds", type=int, metavar="N", help="how many networks")
    running.add_argument(
        "--data", type=Path, metavar="PATH", help="use these data, not those in the package"
    )
    running.add_argument(
        "--quick",
        action="store_true",
        help="only repeat the first 2,000 updates of seed 0, and compare with the package's result",
    )
    running.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="how many processes train side by side (default: one for each core)",
    )
    running.add_argument(
        "--cluster", metavar="ADDRESS", help="of a Dask scheduler, whose workers train instead"
    )
    running.add_argument(
        "--folder",
        type=Path,
        default=OWN,
        help="of the result, and of all that a stopped run goes on from (default: %(default)s)",
    )
    reporting = commands.add_parser("report", help="print the results beside the papers'")
    reporting.add_argument(
        "name", metavar="NAME", nargs="?", help="of one experiment, to say more about it"
    )
    reporting.add_argument(
        "--folder", type=Path, default=RESULTS, help="of the results (default: the package's)"
    )
    return parser


def _report(name: str | None, folder: Path) -> None:
    """Describe one result; or print a line for every result, and name those that there are not."""
    if name is not None:
        print(describe(load_current(_find(name), folder)))
        return
    found, failures, table = 0, 0, ""
    for experiment in EXPERIMENTS.values():
        if experiment.table != table:
            table = experiment.table
            print(f"\n{table}\n{HEADINGS}")
        try:
            print("\n".join(rows(load_current(experiment, folder))))
            found += 1
        except FileNotFoundError:
            print(f"{experiment.name:28}  no results")
        except ValueError as error:
            print(f"{experiment.name:28}  {error}")
            failures += 1
    print(f"\nMake a line again: {command('NAME')}. More about one: report NAME")
    if failures:
        raise ValueError(f"{failures} of the result files cannot be used: see above.")
    if not found:
        raise FileNotFoundError(f"There are no results in {folder} yet.")


def _run(chosen: argparse.Namespace) -> None:
    """Run one experiment, or a short part of it."""
    experiment = _find(chosen.name)
    from lenet_course.experiments.runner import quick, run

    if chosen.quick:
        if not quick(experiment, data=chosen.data):
            sys.exit(1)
        return
    result = run(
        experiment,
        chosen.folder,
        seeds=chosen.seeds,
        data=chosen.data,
        jobs=chosen.jobs,
        cluster=chosen.cluster,
    )
    print(describe(result))
    print(f"Written to {chosen.folder / (experiment.name + '.json')}.")


def _find(name: str) -> Experiment:
    if name not in EXPERIMENTS:
        raise ValueError(
            f"There is no experiment named {name!r}, expected one of: {', '.join(EXPERIMENTS)}."
        )
    return EXPERIMENTS[name]


if __name__ == "__main__":
    main()
