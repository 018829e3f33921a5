"""The maintainers' commands, run from the root of the repository."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lenet_course.authoring import adopt, chapters, data, logo, worksheets


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one subcommand on the repository in the working directory."""
    parser = argparse.ArgumentParser(prog="python -m lenet_course.authoring", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("worksheets", help="make exercises/ from solutions/")
    commands.add_parser("run-solutions", help="run solutions/ and store what they print")
    commands.add_parser("strip", help="remove outputs and incidental metadata from chapters/")
    commands.add_parser("logo", help="draw assets/logo.svg")
    students = commands.add_parser("students", help="write a release without the solutions")
    students.add_argument("destination", type=Path, help="a new or empty folder")
    pack = commands.add_parser("pack-data", help="make the package's data files anew")
    pack.add_argument("--mnist", type=Path, help="folder with the four files of MNIST")
    pack.add_argument("--fashion-mnist", type=Path, help="folder with those of Fashion-MNIST")
    adopting = commands.add_parser("adopt", help="re-home the course to a fork")
    adopting.add_argument("repository", metavar="OWNER/REPO")
    chosen = parser.parse_args(arguments)

    root = Path.cwd()
    if not (root / "_config.yml").is_file():
        sys.exit(f"{root} holds no _config.yml: run this command in the root of the repository.")
    try:
        _run(chosen, root)
    except (OSError, ValueError) as error:
        sys.exit(str(error))


def _run(chosen: argparse.Namespace, root: Path) -> None:
    match chosen.command:
        case "worksheets":
            worksheets.make_worksheets(root)
        case "run-solutions":
            worksheets.run_solutions(root)
        case "strip":
            chapters.strip_chapters(root)
        case "logo":
            logo.write_logo(root)
        case "students":
            worksheets.student_release(root, chosen.destination)
        case "pack-data":
            if chosen.mnist:
                data.pack_mnist(chosen.mnist)
            if chosen.fashion_mnist:
                data.pack_fashion_mnist(chosen.fashion_mnist)
        case "adopt":
            adopt.adopt(root, chosen.repository)


if __name__ == "__main__":
    main()
