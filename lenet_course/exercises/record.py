"""The learner's progress: a small JSON file, read and written anew at each step.

The file is ~/.lenet-course/progress.json, or the one that LENET_COURSE_PROGRESS names.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Progress:
    """Where a learner stands with one exercise. Once passed, an exercise stays passed."""

    passed: bool = False
    failed: int = 0
    hints: int = 0


class Record:
    """Progress by exercise id. What cannot be written to the file lives as long as this object.

    So does ``last_failure``, what was last said about a wrong answer to each exercise.
    """

    def __init__(self) -> None:
        self._unwritten: dict[str, Progress] | None = None
        self.last_failure: dict[str, str] = {}

    def all(self) -> dict[str, Progress]:
        """Read the progress of every exercise touched so far."""
        if self._unwritten is not None:
            return self._unwritten
        try:
            return _read(_path())
        except (OSError, RuntimeError) as error:
            return self._keep_in_memory({}, error)

    def of(self, exercise_id: str) -> Progress:
        """Read the progress of one exercise."""
        return self.all().get(exercise_id, Progress())

    def store(self, exercise_id: str, progress: Progress) -> None:
        """Write the progress of one exercise, at once and as a whole."""
        entries = self.all()
        entries[exercise_id] = progress
        if self._unwritten is not None:
            return
        text = json.dumps({name: asdict(entry) for name, entry in sorted(entries.items())})
        try:
            _write(_path(), text)
        except (OSError, RuntimeError) as error:
            self._keep_in_memory(entries, error)

    def _keep_in_memory(
        self, entries: dict[str, Progress], error: Exception
    ) -> dict[str, Progress]:
        print(f"Progress is kept only until this notebook's kernel stops ({error}).")
        self._unwritten = entries
        return entries

    def lasts(self) -> str:
        """Say how long the record lasts."""
        if self._unwritten is not None:
            return "Kept only until this notebook's kernel stops."
        if "google.colab" in sys.modules:
            return "Kept only for the life of this Colab machine."
        return "Kept on this computer, across restarts."


def _path() -> Path:
    named = os.environ.get("LENET_COURSE_PROGRESS")
    return Path(named) if named else Path.home() / ".lenet-course" / "progress.json"


def _read(path: Path) -> dict[str, Progress]:
    """Read a progress file; one that does not exist is empty, a damaged one is put aside."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        return _parse(content)
    except ValueError:
        damaged = path.replace(path.with_name(f"{path.name}.damaged"))
        print(f"The progress file was damaged. It is now {damaged.name}; a new one is begun.")
        return {}


def _parse(content: bytes) -> dict[str, Progress]:
    """Read a progress file; raise ValueError if it is not one."""
    entries = json.loads(content)
    try:
        read = {name: Progress(**entry) for name, entry in entries.items()}
    except (AttributeError, TypeError) as error:
        raise ValueError("not a progress file") from error
    for progress in read.values():
        if [type(value) for value in asdict(progress).values()] != [bool, int, int]:
            raise ValueError("not a progress file")
    return read


def _write(path: Path, text: str) -> None:
    """Replace the file in one step, so that no reader and no crash meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
