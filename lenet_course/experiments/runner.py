"""Running an experiment: what is still to be trained, on how many processes, and what comes out."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
from joblib.externals.loky import get_reusable_executor

from lenet_course.experiments.experiment import Experiment, Trained, Training
from lenet_course.experiments.results import (
    RESULTS,
    Result,
    begin,
    choose,
    command,
    load_current,
    median_seed,
    save_result,
    write,
)

# What XLA has compiled stays in a process's memory, and after some thirty trainings the system
# gives it no more pieces. So processes end, and new ones begin, after so many trainings each.
RENEWED_AFTER = 10


class Task(NamedTuple):
    """One network to train."""

    candidate: str
    seed: int
    final: bool


def run(
    experiment: Experiment,
    folder: Path,
    *,
    seeds: int | None = None,
    data: Path | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    say: Callable[[str], None] = print,
) -> Result:
    """Train what the result file does not have yet; write each figure as soon as it is known.

    Parameters
    ----------
    experiment
        What to run.
    folder
        Of the result file, the weights of all seeds, those of the median seed (``NAME.f16``), and
        the checkpoints, from which a run that was stopped goes on.
    seeds
        How many networks, with the seeds 0, 1, ...; by default as many as the experiment says.
    data
        Path of the data; by default those in the package. On a cluster, the same on all machines.
    jobs
        How many processes work side by side; with 1, this process does the work.
    cluster
        Address of a Dask scheduler, to use its machines instead.
    say
        Called with a line after each training.

    Raises
    ------
    FileNotFoundError, ValueError
        If the data are missing or damaged, the result file is damaged or of other settings, there
        is less than one seed, or the experiment takes no number of seeds.
    ConnectionError
        If there is no cluster at the address.
    """
    count = experiment.seeds if seeds is None else seeds
    if seeds is not None and not experiment.seeds:
        raise ValueError(
            f"Asked for {seeds} seeds, but {experiment.name} compares its settings with "
            f"{experiment.choosing_seeds} seeds each, no more and no fewer."
        )
    if seeds is not None and seeds < 1:
        raise ValueError(f"Asked for {seeds} seeds, expected 1 or more.")
    result = begin(experiment, folder)
    count = max(count, len(result["seeds"]))
    result["command"] = _command(experiment, count, data)
    # To know now, and not after a training, what cannot be read or written.
    experiment.load(data)
    save_result(result, folder)

    def trainings(missing: list[Task]) -> Iterator[tuple[Task, Trained]]:
        apart = cluster is None and jobs != 1  # in processes of our own
        size = RENEWED_AFTER * jobs if apart else max(1, len(missing))
        for first in range(0, len(missing), size):
            block = missing[first : first + size]
            calls = [joblib.delayed(_train)(experiment, task, folder, data) for task in block]
            yield from joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")(calls)
            if apart:
                get_reusable_executor().shutdown()

    def train_missing(tasks: list[Task]) -> None:
        missing = [task for task in tasks if str(task.seed) not in _place(result, task)]
        for done, (task, trained) in enumerate(trainings(missing), 1):
            if task.final and trained.weights is not None:
                weights = np.ascontiguousarray(trained.weights, "<f2")
                write(_weights(experiment, task.seed, folder), weights.tobytes())
            _place(result, task)[str(task.seed)] = trained.figures
            save_result(result, folder)
            _checkpoint(experiment, task, folder).unlink(missing_ok=True)
            say(f"{_label(experiment, task)}: finished, {done} of {len(missing)}")

    choosing = range(experiment.choosing_seeds)
    with _backend(cluster):
        train_missing(
            [Task(name, seed, False) for name in result["candidates"] for seed in choosing]
        )
        if count and result["chosen"] is None:
            result["chosen"] = choose(result, len(choosing))
        if experiment.keeps_weights:
            train_missing([Task(result["chosen"], seed, False) for seed in range(count)])
        train_missing([Task(result["chosen"], seed, True) for seed in range(count)])
    if experiment.keeps_weights:
        _keep_median(experiment, result, folder, say)
    save_result(result, folder)
    return result


def quick(
    experiment: Experiment,
    folder: Path = RESULTS,
    *,
    data: Path | None = None,
    say: Callable[[str], None] = print,
) -> bool:
    """Repeat the first updates of seed 0; say whether the loss is that of the result file.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no log of the first updates to compare with, or the data cannot be read.
    """
    result = load_current(experiment, folder)
    stored = result["seeds"].get("0", {})
    if "first_pass" not in stored:
        raise ValueError(
            f"The results of {experiment.name} in {folder} have no losses of the first updates to "
            f"compare with. Run it without --quick: {command(experiment.name)}"
        )
    _one_core()
    from lenet_course.online import CHUNK

    settings = experiment.candidates[result["chosen"]]
    training = Training(settings, 0, True, None, CHUNK, lambda line: None)
    figures = experiment.train(experiment.load(data), training).figures
    expected, received = stored["first_pass"][0], figures["first_pass"][0]
    agrees = bool(abs(received - expected) <= 1e-3)
    say(
        f"Mean loss of the first {CHUNK:,} updates of seed 0: {received:.6f}; in the result file "
        f"{expected:.6f}. They {'agree' if agrees else 'do not agree'} to 0.001."
    )
    return agrees


def _command(experiment: Experiment, seeds: int, data: Path | None) -> str:
    """Return the command that makes so many seeds."""
    return (
        command(experiment.name)
        + (f" --seeds {seeds}" if seeds != experiment.seeds else "")
        + (" --data PATH" if data is not None else "")
    )


def _place(result: Result, task: Task) -> dict[str, Any]:
    """Return where the figures of a task belong: a dict by seed."""
    place = result if task.final else result["candidates"][task.candidate]
    figures: dict[str, Any] = place["seeds"]
    return figures


def _label(experiment: Experiment, task: Task) -> str:
    """Name a task, in the progress."""
    stage = "final" if task.final else f"validation of {task.candidate}"
    return f"{experiment.name}, {stage}, seed {task.seed}"


def _weights(experiment: Experiment, seed: int, folder: Path) -> Path:
    return folder / f"{experiment.name}-{seed}.f16"


def _checkpoint(experiment: Experiment, task: Task, folder: Path) -> Path:
    """Return a path that other settings do not share."""
    settings = json.dumps(experiment.candidates[task.candidate], sort_keys=True)
    digest = hashlib.sha256(settings.encode()).hexdigest()[:12]
    stage = "final" if task.final else "validation"
    return folder / "checkpoints" / f"{experiment.name}-{digest}-{stage}-{task.seed}.npz"


def _keep_median(
    experiment: Experiment, result: Result, folder: Path, say: Callable[[str], None]
) -> None:
    """Write the weights of the median seed under the name by which the package finds them."""
    seed = median_seed(result)
    path = _weights(experiment, seed, folder)
    if path.exists():
        result["weights_of_seed"] = seed
        write(folder / f"{experiment.name}.f16", path.read_bytes())
    elif result.get("weights_of_seed", seed) != seed:
        say(
            f"The median seed is now {seed}, but its weights are not in {folder}: those of seed "
            f"{result['weights_of_seed']} are kept."
        )


def _train(
    experiment: Experiment, task: Task, folder: Path, data: Path | None
) -> tuple[Task, Trained]:
    """Train one network, in a process of its own."""
    _one_core()
    label = _label(experiment, task)
    begin = time.perf_counter()
    training = Training(
        experiment.candidates[task.candidate],
        task.seed,
        task.final,
        _checkpoint(experiment, task, folder),
        None,
        lambda line: print(f"{label}: {line}", flush=True),
    )
    trained = experiment.train(experiment.load(data), training)
    figures = {name: _plain(value) for name, value in trained.figures.items()} | {
        "seconds": round(time.perf_counter() - begin, 1),
        "environment": _environment(),
    }
    return task, Trained(figures, trained.weights)


def _one_core() -> None:
    """Tell TensorFlow, before it is imported, to take one core and to say less."""
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def _plain(value: Any) -> Any:
    """Return a figure as JSON can hold it, without digits that mean nothing."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


def _environment() -> dict[str, str]:
    """Say where a figure was made."""
    found = {
        "processor": _processor(),
        "system": platform.system(),
        "python": platform.python_version(),
    }
    for name in ("numpy", "keras", "tensorflow-cpu", "tensorflow", "scikit-learn"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    if "keras" in sys.modules:
        found["backend"] = sys.modules["keras"].backend.backend()
    return found


def _processor() -> str:
    """Return the processor's name, where the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    names = []
    if cpuinfo.is_file():
        lines = cpuinfo.read_text().splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


@contextmanager
def _backend(cluster: str | None) -> Iterator[None]:
    """Let joblib work on this machine, or on the machines of a Dask cluster."""
    if cluster is None:
        # Ctrl-C reaches the processes too: only this one is to answer it, by stopping them.
        ignore = (signal.SIGINT, signal.SIG_IGN)
        with joblib.parallel_config("loky", initializer=signal.signal, initargs=ignore):
            try:
                yield
            except KeyboardInterrupt:
                get_reusable_executor(kill_workers=True).shutdown(kill_workers=True)
                raise
        return
    from distributed import Client

    try:
        client = Client(cluster, timeout=5)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"There is no Dask scheduler at {cluster} ({error}). Expected an address such as "
            "tcp://host:8786, as `dask scheduler` prints it."
        ) from error
    with client, joblib.parallel_config("dask", client=client):
        if not client.ncores():
            raise ConnectionError(
                f"The Dask scheduler at {cluster} has no workers. Start some on each machine: "
                f"dask worker {cluster} --nthreads 1 --nworkers auto"
            )
        try:
            yield
        except CancelledError as error:
            raise ConnectionError(
                f"The Dask scheduler at {cluster} went away. What was finished is kept; the same "
                "command goes on from there."
            ) from error
