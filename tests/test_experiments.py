"""Experiments choose by validation, lose nothing that was computed, and say what went wrong.

A fake experiment, whose figures are chosen by the test, stands for the real ones; at the end the
result files and the weights of the package are held to what the book says of them.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest

from lenet_course import models, online
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.experiments import (
    RESULTS,
    Experiment,
    __main__,
    load_result,
    original,
    papers,
    results,
    runner,
)
from lenet_course.experiments.catalog import EXPERIMENTS
from lenet_course.experiments.experiment import Trained, Training

# So that other processes need not import this file.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

PASSES = 3


def load_fake(path: Path | None) -> Path | None:
    if path is not None and not path.is_dir():
        raise FileNotFoundError(f"{path} is not a folder, expected one.")
    return path


def train_fake(data: Path | None, training: Training) -> Trained:
    """Make figures out of the settings; log each pass in the folder of the data.

    A file there with the name of a pass is a request to fail at it.
    """
    settings, seed, final, checkpoint, updates, say = training
    if updates is not None:
        return Trained({"first_pass": [settings.get("again", 0.5)]}, None)
    assert checkpoint is not None
    done = int(checkpoint.read_text()) if checkpoint.exists() else 0
    for number in range(done, PASSES):
        if data is not None:
            what = f"{settings['name']} {'final' if final else 'validation'} {seed} {number}"
            if (data / what).exists():
                (data / what).unlink()
                raise KeyboardInterrupt
            with (data / "log").open("a") as log:
                log.write(f"{what}\n")
        checkpoint.parent.mkdir(exist_ok=True)
        checkpoint.write_text(str(number + 1))
        say(f"pass {number}")
    time.sleep(settings.get("naps", {}).get(seed, 0))
    figures: dict[str, Any] = {"validation_errors": settings["errors"][seed]}
    if final:
        figures = {
            "test_errors": np.int64(100 + 2 * seed),
            "first_pass": np.array([0.51234567, 0.25]),
        }
    return Trained(figures, np.full(4, seed, np.float16))


def fake(errors: dict[str, list[int]], **more: Any) -> Experiment:
    """Return an experiment whose candidates make the given validation errors, by seed."""
    return Experiment(
        name="fake",
        question="What is measured",
        table="Figures of the paper",
        paper=(0.9, "The paper, p. 1"),
        candidates={
            name: {"name": name, "rates": (0.5, 0.25), "errors": of_seeds}
            for name, of_seeds in errors.items()
        },
        load=load_fake,
        train=train_fake,
        **{"seeds": 4, "keeps_weights": True, **more},
    )


SIMPLE = fake({"good": [10, 12, 15, 11], "bad": [20, 21, 0, 0]})


def run(experiment: Experiment, folder: Path, **more: Any) -> results.Result:
    return runner.run(experiment, folder, say=lambda line: None, **more)


def log(data: Path) -> list[str]:
    """Return what was trained since the last call."""
    path = data / "log"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def passes(*trainings: str) -> list[str]:
    return [f"{training} {number}" for training in trainings for number in range(PASSES)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "own"


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Callable[..., None]:
    """Return the command line with the fake experiment only, and with the folder."""
    monkeypatch.setattr(__main__, "EXPERIMENTS", {"fake": SIMPLE})

    def call(command: str, *arguments: str) -> None:
        more = ["--jobs", "1"] if command == "run" else []
        __main__.main([command, "--folder", str(folder), *more, *arguments])

    return call


def fails(capsys: pytest.CaptureFixture[str], call: Callable[..., None], *arguments: str) -> str:
    """Return the message with which a command ends; it is one line, and the status is 1."""
    with pytest.raises(SystemExit) as ended:
        call(*arguments)
    message = ended.value.code
    assert isinstance(message, str)  # Python prints it and ends with the status 1
    assert "\n" not in message
    assert "Traceback" not in capsys.readouterr().err
    return message


# What is trained


def test_a_run_chooses_by_validation_then_meets_the_test_set(folder: Path, data: Path) -> None:
    result = run(SIMPLE, folder, data=data)
    assert result["chosen"] == "good"
    assert log(data) == passes(
        *("good validation 0", "good validation 1", "bad validation 0", "bad validation 1"),
        *("good validation 2", "good validation 3"),
        *(f"good final {seed}" for seed in range(4)),
    )
    assert {seed: figures["test_errors"] for seed, figures in result["seeds"].items()} == {
        "0": 100,
        "1": 102,
        "2": 104,
        "3": 106,
    }
    assert load_result("fake", folder) == json.loads(json.dumps(result))


def test_figures_come_with_their_time_and_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if name == "tensorflow":
            raise PackageNotFoundError(name)
        return f"{name} 1.0"

    monkeypatch.setattr(runner, "version", version)
    figures = run(SIMPLE, folder)["seeds"]["0"]
    assert figures["first_pass"] == [0.512346, 0.25]
    assert figures["seconds"] >= 0
    environment = figures["environment"]
    assert environment["numpy"] == "numpy 1.0"
    assert environment["tensorflow-cpu"] == "tensorflow-cpu 1.0"
    assert "tensorflow" not in environment
    assert environment["backend"] == "tensorflow"  # Keras is loaded, by this file
    assert set(environment) >= {"processor", "system", "python", "scikit-learn"}

    monkeypatch.delitem(sys.modules, "keras")
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    environment = runner._environment()
    assert "backend" not in environment
    assert environment["processor"].endswith("cores")


def test_of_equal_candidates_the_first_is_chosen(folder: Path) -> None:
    experiment = fake({"a": [9, 9, 9, 9], "b": [10, 7, 9, 9], "c": [7, 10, 0, 0]})
    assert run(experiment, folder)["chosen"] == "b"


def test_only_the_choosing_seeds_choose(folder: Path) -> None:
    experiment = fake({"a": [5, 50, 0, 0], "b": [6, 6, 0, 0]})
    assert run(experiment, folder, seeds=1)["chosen"] == "b"
    one = replace(experiment, name="one", choosing_seeds=1)
    assert run(one, folder)["chosen"] == "a"


def test_without_a_choice_nothing_is_validated(folder: Path, data: Path) -> None:
    experiment = fake(
        {"as the paper has it": [1, 1, 1, 1]},
        choosing_seeds=0,
        keeps_weights=False,
        choice="the paper's",
        test_patterns=2007,
    )
    result = run(experiment, folder, seeds=1, data=data)
    assert log(data) == passes("as the paper has it final 0")
    assert result["chosen"] == "as the paper has it"
    assert not (folder / "fake.f16").exists()
    assert results.test_errors_percent(result) == pytest.approx([100 * 100 / 2007])
    assert "ours     4.98 % (1 seed)" in results.describe(result)
    assert "chosen   as the paper has it, the paper's" in results.describe(result)


def test_candidates_without_a_choice_are_refused() -> None:
    with pytest.raises(ValueError, match="2 candidates and 0 choosing seeds"):
        replace(SIMPLE, choosing_seeds=0)
    with pytest.raises(ValueError, match="0 candidates"):
        replace(SIMPLE, choosing_seeds=0, candidates={})
    one = fake({"the only one": [1]}, choosing_seeds=0, keeps_weights=False)
    with pytest.raises(ValueError, match="keep the weights of its median network"):
        replace(one, keeps_weights=True)


def test_weights_need_not_be(folder: Path) -> None:
    def train(data: Any, training: Training) -> Trained:
        return Trained(train_fake(data, training).figures, None)

    run(replace(SIMPLE, train=train), folder)
    assert not list(folder.glob("*.f16"))


@pytest.mark.parametrize(
    ("errors", "median"),
    [
        ([10, 30, 20], 2),
        ([40, 10, 30, 20], 3),  # of 20 and 30 the better one
        ([20, 10, 20, 20, 30], 2),  # of 10 20 20 20 30 the one in the middle
        ([20, 20, 20, 20], 1),
        ([7], 0),
    ],
)
def test_median_seed(folder: Path, errors: list[int], median: int) -> None:
    experiment = replace(fake({"a": errors}), choosing_seeds=1)
    result = run(experiment, folder, seeds=len(errors))
    assert results.median_seed(result) == median
    assert load_result("fake", folder)["weights_of_seed"] == median
    weights = np.frombuffer((folder / "fake.f16").read_bytes(), "<f2")
    np.testing.assert_array_equal(weights, np.full(4, median))


def test_eleven_seeds_stand_in_the_order_of_numbers(folder: Path) -> None:
    result = run(fake({"a": list(range(11))}), folder, seeds=11)
    assert list(result["seeds"]) == [str(seed) for seed in range(11)]


def test_more_seeds_are_added_to_those_there_are(folder: Path, data: Path) -> None:
    run(SIMPLE, folder, seeds=2, data=data)
    command = "python -m lenet_course.experiments run fake --seeds 2 --data PATH"
    assert load_result("fake", folder)["command"] == command
    log(data)
    result = run(SIMPLE, folder, seeds=3, data=data)
    assert log(data) == passes("good validation 2", "good final 2")
    assert result["command"].endswith("--seeds 3 --data PATH")
    # Fewer seeds than there are take nothing away.
    assert run(SIMPLE, folder, seeds=1)["command"].endswith("run fake --seeds 3")
    assert len(load_result("fake", folder)["seeds"]) == 3
    assert run(SIMPLE, folder)["command"].endswith("run fake")


def test_a_finished_run_trains_nothing(folder: Path, data: Path) -> None:
    run(SIMPLE, folder, data=data)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    log(data)
    run(SIMPLE, folder, data=data)
    assert log(data) == []
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_facts_that_older_result_files_lack_are_filled_in(folder: Path) -> None:
    old = run(SIMPLE, folder)
    del old["test_patterns"]
    (folder / "fake.json").write_text(json.dumps(old | {"question": "Another wording"}))
    assert results.test_errors_percent(load_result("fake", folder)).tolist() == [
        1,
        1.02,
        1.04,
        1.06,
    ]
    run(SIMPLE, folder)
    assert load_result("fake", folder)["test_patterns"] == 10_000
    assert load_result("fake", folder)["question"] == "What is measured"


def test_another_median_whose_weights_are_elsewhere(folder: Path) -> None:
    experiment = fake({"a": [10, 12, 15, 1]})
    run(experiment, folder, seeds=3)
    before = (folder / "fake.f16").read_bytes()
    assert load_result("fake", folder)["weights_of_seed"] == 1
    for path in folder.glob("fake-*.f16"):
        path.unlink()
    lines: list[str] = []
    runner.run(experiment, folder, say=lines.append)
    assert lines[-1] == (
        f"The median seed is now 0, but its weights are not in {folder}: those of seed 1 are kept."
    )
    assert load_result("fake", folder)["weights_of_seed"] == 1
    assert (folder / "fake.f16").read_bytes() == before


# Interruptions


@pytest.mark.parametrize("where", ["good validation 1 0", "bad validation 0 1", "good final 2 2"])
def test_an_interrupted_run_goes_on_in_the_middle_of_a_training(
    folder: Path, data: Path, where: str
) -> None:
    run(SIMPLE, folder / "whole", data=data)
    whole = log(data)
    (data / where).touch()
    with pytest.raises(KeyboardInterrupt):
        run(SIMPLE, folder, data=data)
    before = log(data)
    assert before == whole[: whole.index(where)]
    run(SIMPLE, folder, data=data)
    assert before + log(data) == whole
    assert without_time(folder) == without_time(folder / "whole")
    assert (folder / "fake.f16").read_bytes() == (folder / "whole" / "fake.f16").read_bytes()


def without_time(folder: Path) -> Any:
    """Return a result without how long its trainings took."""
    result = load_result("fake", folder)
    for place in (result, *result["candidates"].values()):
        for figures in place["seeds"].values():
            del figures["seconds"]
    return result


def test_a_finished_training_leaves_no_checkpoint(folder: Path, data: Path) -> None:
    (data / "good final 1 1").touch()
    with pytest.raises(KeyboardInterrupt):
        run(SIMPLE, folder, data=data)
    assert len(list((folder / "checkpoints").iterdir())) == 1
    run(SIMPLE, folder, data=data)
    assert not list((folder / "checkpoints").iterdir())


def test_checkpoints_of_other_settings_are_not_used(folder: Path) -> None:
    other = fake({"good": [1, 2, 3, 4], "bad": [20, 21, 0, 0]})
    tasks = [runner.Task(name, 0, final) for name in ("good", "bad") for final in (False, True)]
    paths = [runner._checkpoint(SIMPLE, task, folder) for task in tasks]
    assert len(set(paths)) == 4
    assert runner._checkpoint(other, tasks[0], folder) != paths[0]
    assert runner._checkpoint(other, tasks[2], folder) == paths[2]


def test_a_result_file_is_written_whole_or_not_at_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(SIMPLE, folder)
    before = (folder / "fake.json").read_bytes()

    def full(path: Path, target: Path) -> Path:
        assert json.loads(path.read_bytes())  # it is whole before it takes the place of the other
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        results.save_result(result | {"chosen": "bad"}, folder)
    assert (folder / "fake.json").read_bytes() == before


def test_a_result_file_is_written_after_each_training(folder: Path) -> None:
    seen = []

    def count(line: str) -> None:
        result = load_result("fake", folder)
        places = (result, *result["candidates"].values())
        seen.append(sum(len(place["seeds"]) for place in places))

    runner.run(SIMPLE, folder, say=count)
    assert seen == list(range(1, 11))


def test_a_list_of_numbers_takes_one_line(folder: Path) -> None:
    run(SIMPLE, folder)
    assert '"first_pass": [ 0.512346, 0.25 ]' in (folder / "fake.json").read_text()


# More than one process


def test_results_do_not_depend_on_which_training_ends_first(folder: Path) -> None:
    experiment = fake({"a": [10, 20, 30, 40]}, choosing_seeds=1)
    experiment.candidates["a"]["naps"] = {0: 1.0}  # type: ignore[index]
    lines: list[str] = []
    result = runner.run(experiment, folder, jobs=2, say=lines.append)
    finals = [line.partition("seed ")[2][0] for line in lines if "final" in line]
    assert sorted(finals) == ["0", "1", "2", "3"]
    assert finals[0] != "0"
    assert list(result["seeds"]) == ["0", "1", "2", "3"]
    assert list(load_result("fake", folder)["seeds"]) == ["0", "1", "2", "3"]
    assert results.test_errors_percent(result).tolist() == [1, 1.02, 1.04, 1.06]


def test_an_error_in_a_process_keeps_what_was_finished(folder: Path, data: Path) -> None:
    (data / "good final 3 1").touch()
    with pytest.raises(KeyboardInterrupt):
        run(SIMPLE, folder, data=data, jobs=2)
    assert load_result("fake", folder)["chosen"] == "good"
    run(SIMPLE, folder, data=data, jobs=2)
    lines = log(data)
    assert sorted(lines) == sorted(set(lines))  # no pass was trained twice
    assert len(lines) == 10 * PASSES


def die(data: Any, training: Training) -> Trained:
    if training.seed == 1:
        os._exit(1)
    return train_fake(data, training)


def test_a_process_that_dies(
    folder: Path,
    cli: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(__main__, "EXPERIMENTS", {"fake": replace(SIMPLE, train=die)})
    message = fails(capsys, cli, "run", "fake", "--jobs", "2")
    assert "A training process died" in message
    assert "--jobs 1" in message
    load_result("fake", folder)


def test_stopped_from_the_keyboard(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, time\n"
        "from pathlib import Path\n"
        "from lenet_course.experiments import Experiment, __main__\n"
        "from lenet_course.experiments.experiment import Trained\n"
        "def train(data, training):\n"
        "    begun = Path(sys.argv[1]) / 'begun'\n"
        "    if training.seed == 1:\n"
        "        begun.touch()\n"
        "        time.sleep(600)\n"
        "    while not begun.exists():\n"  # both processes work before one is done
        "        time.sleep(0.01)\n"
        "    return Trained({'validation_errors': 1}, None)\n"
        "fake = Experiment('fake', '', '', None, {'a': {}}, print, train)\n"
        "__main__.EXPERIMENTS = {'fake': fake}\n"
        "if __name__ == '__main__':\n"
        "    __main__.main(['run', 'fake', '--jobs', '2', '--folder', sys.argv[1]])\n"
    )
    command = [sys.executable, str(program), str(tmp_path / "own")]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # the signal reaches its processes too, as from a keyboard
    ) as process:
        assert process.stdout is not None
        while "finished, 1 of 2" not in process.stdout.readline():
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=200)  # sooner than the training ends
    assert process.returncode == 1
    assert errors.splitlines()[-1] == (
        "Stopped. What was finished is kept; the same command goes on from there."
    )
    assert "Traceback" not in errors
    kept = load_result("fake", tmp_path / "own")["candidates"]["a"]["seeds"]
    assert kept["0"]["validation_errors"] == 1


# A Dask cluster


@pytest.fixture
def cluster() -> Iterator[Any]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        dashboard_address=None,
    ) as started:
        yield started


def test_a_cluster_gives_the_same_result(folder: Path, data: Path, cluster: Any) -> None:
    run(SIMPLE, folder / "here")
    run(SIMPLE, folder, data=data, cluster=cluster.scheduler_address)
    here, there = without_time(folder / "here"), without_time(folder)
    assert there.pop("command") == here.pop("command") + " --data PATH"
    assert there == here
    assert len(log(data)) == 10 * PASSES


def test_it_is_the_cluster_that_trains(folder: Path, data: Path, cluster: Any) -> None:
    def train(data: Path, training: Training) -> Trained:
        from distributed import get_worker

        (data / str(get_worker().name)).touch()
        time.sleep(0.1)
        return train_fake(None, training)

    run(replace(SIMPLE, train=train), folder, data=data, cluster=cluster.scheduler_address)
    assert len(list(data.iterdir())) == 2


def test_a_cluster_that_goes_away(folder: Path, data: Path, cluster: Any) -> None:
    def train(data: Path, training: Training) -> Trained:
        if training.final:
            (data / "begun").touch()
            time.sleep(1)
        return train_fake(None, training)

    def close() -> None:
        while not (data / "begun").exists():
            time.sleep(0.01)
        cluster.close()

    closing = threading.Thread(target=close)
    closing.start()
    with pytest.raises(ConnectionError, match=r"went away\. What was finished is kept"):
        run(replace(SIMPLE, train=train), folder, data=data, cluster=cluster.scheduler_address)
    closing.join()
    assert load_result("fake", folder)["chosen"] == "good"


@pytest.mark.parametrize(
    ("address", "reason"),
    [("tcp://127.0.0.1:1", "after 5 s"), ("carrier-pigeon://loft", "unknown address scheme")],
)
def test_no_cluster_there(
    cli: Callable[..., None], capsys: pytest.CaptureFixture[str], address: str, reason: str
) -> None:
    begin = time.perf_counter()
    message = fails(capsys, cli, "run", "fake", "--cluster", address)
    assert time.perf_counter() - begin < 30
    assert message.startswith(f"There is no Dask scheduler at {address} (")
    assert reason in message
    assert "tcp://host:8786" in message


def test_a_cluster_without_workers(
    cli: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, processes=False, dashboard_address=None) as empty:
        message = fails(capsys, cli, "run", "fake", "--cluster", empty.scheduler_address)
    assert "has no workers. Start some on each machine: dask worker" in message


def test_no_dask_installed(
    cli: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    message = fails(capsys, cli, "run", "fake", "--cluster", "tcp://127.0.0.1:1")
    assert "Install lenet-course with its extras tensorflow and experiments" in message


# The command line


def test_list(cli: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    __main__.main(["list"])
    assert capsys.readouterr().out == f"{'fake':28}What is measured\n"


def test_python_m(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["experiments", "list"])
    monkeypatch.delitem(sys.modules, __main__.__name__)
    runpy.run_module("lenet_course.experiments", run_name="__main__")
    assert len(capsys.readouterr().out.splitlines()) == len(EXPERIMENTS)


def test_run_prints_the_progress_and_the_result(
    cli: Callable[..., None], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    cli("run", "fake", "--seeds", "3")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "fake, validation of good, seed 0: pass 0",
        "fake, validation of good, seed 0: pass 1",
        "fake, validation of good, seed 0: pass 2",
        "fake, validation of good, seed 0: finished, 1 of 4",
    ]
    assert lines[-7:] == [
        "fake: What is measured",
        "  ours     1.02 +- 0.02 % (mean and standard deviation of 3 seeds, 1.00 to 1.04)",
        "  paper    0.9 % (The paper, p. 1)",
        f"  chosen   good, {SIMPLE.choice}",
        "  time     0.0 minutes for each network",
        "  python -m lenet_course.experiments run fake --seeds 3",
        f"Written to {folder / 'fake.json'}.",
    ]


def test_report_of_some_results(
    cli: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    data: Path,
) -> None:
    other, begun = replace(SIMPLE, name="other"), replace(SIMPLE, name="begun")
    monkeypatch.setattr(__main__, "EXPERIMENTS", {"fake": SIMPLE, "other": other, "begun": begun})
    run(SIMPLE, folder)
    (data / "good validation 1 0").touch()
    with pytest.raises(KeyboardInterrupt):
        run(begun, folder, data=data)
    capsys.readouterr()
    cli("report")
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Figures of the paper",
        "                                    ours %  seeds  minutes  paper %",
        "fake                          1.03 +- 0.03      4      0.0      0.9",
        "other                         no results",
        "begun                              not yet      0        -      0.9",
        "",
        "Make a line again: python -m lenet_course.experiments run NAME. "
        "More about one: report NAME",
    ]
    cli("report", "begun")
    assert capsys.readouterr().out.splitlines() == [
        "begun: What is measured",
        "  ours     no network has met the test set yet. Go on with:",
        "  python -m lenet_course.experiments run begun --data PATH",
    ]
    assert "other has no results" in fails(capsys, cli, "report", "other")


COMPARISON = fake(
    {"good": [10, 12], "bad": [20, 21]},
    seeds=0,
    keeps_weights=False,
    validation_patterns=1000,
)


def test_a_comparison_never_meets_the_test_set(
    cli: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    data: Path,
) -> None:
    comparison = replace(COMPARISON, paper=None)
    monkeypatch.setattr(__main__, "EXPERIMENTS", {"fake": comparison})
    result = run(comparison, folder, data=data)
    assert log(data) == passes(
        *(f"{name} validation {seed}" for name in ("good", "bad") for seed in (0, 1))
    )
    assert result["chosen"] is None
    assert result["seeds"] == {}
    assert load_result("fake", folder) == json.loads(json.dumps(result))
    np.testing.assert_allclose(results.validation_errors_percent(result, "good"), [1.0, 1.2])
    capsys.readouterr()
    cli("report")
    assert capsys.readouterr().out.splitlines()[3:5] == [
        "good                          1.10 +- 0.14      2      0.0",
        "bad                           2.05 +- 0.07      2      0.0",
    ]
    cli("report", "fake")
    assert "good                          1.10" in capsys.readouterr().out
    message = fails(capsys, cli, "run", "fake", "--seeds", "3")
    assert message.startswith("Asked for 3 seeds, but fake compares its settings with 2 seeds")


def test_what_no_paper_has(folder: Path) -> None:
    result = run(replace(SIMPLE, paper=None), folder)
    [line] = results.rows(result)
    assert line.split()[-1] == "-"
    assert "paper" not in results.describe(result)


def test_the_mean_of_a_figure(folder: Path) -> None:
    def train(data: Any, training: Training) -> Trained:
        return Trained(
            train_fake(data, training).figures | {"rejected_percent": training.seed / 2}, None
        )

    result = run(replace(SIMPLE, train=train), folder, seeds=2)
    assert results.mean_of(result, "rejected_percent") == 0.25
    assert "rejected 0.2 % of the patterns" in results.describe(result)
    assert results.mean_of(result, "variables") is None


def test_only_the_weights_of_the_median_cost_more_validation(folder: Path, data: Path) -> None:
    run(replace(SIMPLE, keeps_weights=False), folder, data=data)
    assert not (folder / "fake.f16").exists()
    assert [line for line in log(data) if line.startswith("good validation")] == passes(
        "good validation 0", "good validation 1"
    )


def test_report_without_results(
    cli: Callable[..., None], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert fails(capsys, cli, "report") == f"There are no results in {folder} yet."


def test_report_shows_the_others_if_one_is_damaged(
    cli: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
) -> None:
    other = replace(SIMPLE, name="other")
    monkeypatch.setattr(__main__, "EXPERIMENTS", {"other": other, "fake": SIMPLE})
    run(SIMPLE, folder)
    (folder / "other.json").write_text("{")
    capsys.readouterr()
    with pytest.raises(SystemExit, match="1 of the result files cannot be used"):
        cli("report")
    printed = capsys.readouterr().out
    assert "other.json is damaged" in printed
    assert "1.03 +- 0.03" in printed


def test_unknown_name(cli: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    assert fails(capsys, cli, "run", "lenet6") == (
        "There is no experiment named 'lenet6', expected one of: fake."
    )


@pytest.mark.parametrize("seeds", ["0", "-1"])
def test_too_few_seeds(
    cli: Callable[..., None], capsys: pytest.CaptureFixture[str], seeds: str
) -> None:
    message = fails(capsys, cli, "run", "fake", "--seeds", seeds)
    assert message == f"Asked for {seeds} seeds, expected 1 or more."


def test_data_that_are_not_there(
    cli: Callable[..., None], capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    message = fails(capsys, cli, "run", "fake", "--data", str(tmp_path / "nowhere"))
    assert "nowhere is not a folder" in message
    assert not folder.exists()


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_own_mnist_files_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, damage: str
) -> None:
    if damage == "damaged":
        for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3"):
            (tmp_path / f"{name}-ubyte").write_bytes(b"not the digits")
        (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(b"not the labels")
    arguments = ["run", "lenet5_1998", "--data", str(tmp_path), "--folder", str(tmp_path / "own")]
    message = fails(capsys, __main__.main, arguments)
    assert ("is damaged or another file" in message) == (damage == "damaged")
    assert "train-images-idx3-ubyte" in message


def test_stopped(
    cli: Callable[..., None], capsys: pytest.CaptureFixture[str], data: Path, folder: Path
) -> None:
    (data / "good final 1 1").touch()
    message = fails(capsys, cli, "run", "fake", "--data", str(data))
    assert message == "Stopped. What was finished is kept; the same command goes on from there."
    cli("run", "fake", "--data", str(data))
    assert len(load_result("fake", folder)["seeds"]) == 4


def test_other_settings_are_refused(
    cli: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
) -> None:
    run(SIMPLE, folder)
    before = (folder / "fake.json").read_bytes()
    for errors in ({"good": [10, 12, 15, 12], "bad": [20, 21, 0, 0]}, {"good": [10, 12, 15, 11]}):
        monkeypatch.setattr(__main__, "EXPERIMENTS", {"fake": fake(errors)})
        message = fails(capsys, cli, "run", "fake")
        assert message == (
            f"The results in {folder / 'fake.json'} were made with other settings than fake has "
            "now. Delete the file to start again."
        )
        with pytest.raises(SystemExit, match="1 of the result files cannot be used"):
            cli("report")
        with pytest.raises(ValueError, match="made with other settings"):
            runner.quick(fake(errors), folder)
    assert (folder / "fake.json").read_bytes() == before


def remove(*keys: str) -> Callable[[Any], None]:
    def damage(result: Any) -> None:
        for key in keys[:-1]:
            result = result[key]
        del result[keys[-1]]

    return damage


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda text: text[: len(text) // 2], "Expecting|Unterminated"),
        (lambda text: "", "Expecting value"),
        (lambda text: "[]", "it is not a result of fake"),
        (lambda text: text.replace('"fake"', '"other"'), "it is not a result of fake"),
        (remove("candidates"), "there is no 'candidates'"),
        (remove("candidates", "bad", "settings"), "there is no 'settings'"),
        (remove("candidates", "bad", "seeds", "0", "validation_errors"), "'validation_errors'"),
        (remove("seeds", "2", "test_errors"), "there is no 'test_errors'"),
        (remove("seeds", "2", "seconds"), "there is no 'seconds'"),
        (lambda result: result["candidates"]["bad"].update(seeds=3), "has no attribute"),
        (lambda result: result["seeds"]["1"].update(test_errors="many"), "could not convert"),
        (lambda result: result.update(chosen="ugly"), "'ugly' was chosen, .* are good, bad"),
        (lambda result: result.update(chosen=None), "but nothing was chosen"),
    ],
)
def test_damaged_result_files(
    cli: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    damage: Callable[[Any], Any],
    reason: str,
) -> None:
    run(SIMPLE, folder)
    path = folder / "fake.json"
    text = path.read_text()
    try:
        damaged = damage(text)
    except (TypeError, AttributeError):  # this damage is one to the content, not to the text
        result = json.loads(text)
        damage(result)
        damaged = json.dumps(result)
    path.write_text(damaged)
    with pytest.raises(ValueError, match=f"fake.json is damaged: .*({reason})"):
        load_result("fake", folder)
    message = fails(capsys, cli, "run", "fake")
    assert "Restore it, or delete it and run the experiment again." in message
    assert path.read_text() == damaged


def test_a_folder_that_cannot_be_written(
    cli: Callable[..., None], capsys: pytest.CaptureFixture[str], folder: Path, data: Path
) -> None:
    folder.write_text("a file")
    message = fails(capsys, cli, "run", "fake", "--data", str(data))
    assert str(folder) in message
    assert log(data) == []


# The beginning again


def test_quick_agrees(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(SIMPLE, folder)
    capsys.readouterr()

    def again(loss: float) -> Experiment:
        def train(data: Any, training: Training) -> Trained:
            assert (training.seed, training.final, training.checkpoint) == (0, True, None)
            assert training.updates == 2000
            assert training.settings == SIMPLE.candidates["good"]
            return Trained({"first_pass": [loss]}, None)

        return replace(SIMPLE, train=train)

    assert runner.quick(again(0.5133), folder)
    assert capsys.readouterr().out == (
        "Mean loss of the first 2,000 updates of seed 0: 0.513300; in the result file 0.512346. "
        "They agree to 0.001.\n"
    )
    assert not runner.quick(again(0.5137), folder)
    assert "They do not agree to 0.001." in capsys.readouterr().out
    assert not runner.quick(again(float("nan")), folder)

    # The command line compares with the package's results, and has a status for either end.
    monkeypatch.setattr(runner.quick, "__defaults__", (folder,))
    for loss, status in ((0.5133, None), (0.5137, 1)):
        monkeypatch.setattr(__main__, "EXPERIMENTS", {"fake": again(loss)})
        if status is None:
            __main__.main(["run", "fake", "--quick"])
        else:
            with pytest.raises(SystemExit) as ended:
                __main__.main(["run", "fake", "--quick"])
            assert ended.value.code == status


def test_quick_without_anything_to_compare_with(folder: Path, data: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"fake has no results in .* run fake$"):
        runner.quick(SIMPLE, folder)
    (data / "good final 0 0").touch()
    with pytest.raises(KeyboardInterrupt):
        run(SIMPLE, folder, data=data)
    with pytest.raises(ValueError, match="have no losses of the first updates"):
        runner.quick(SIMPLE, folder)


# LeNet-5 of 1998


def test_validation_never_sees_the_test_set(monkeypatch: pytest.MonkeyPatch) -> None:
    digits = load_mnist()
    (_, y), (_, y_test) = digits
    seen: dict[str, Any] = {}

    def fit(model: Any, loss: Any, images: Any, labels: Any, **more: Any) -> online.History:
        seen["trained"], seen["held_out"] = labels, more["held_out"]
        return online.History()

    def error_counter(model: Any) -> Callable[[Any, Any], int]:
        def count(images: Any, labels: Any) -> int:
            seen["judged"] = labels
            return len(images)

        return count

    monkeypatch.setattr(online, "fit", fit)
    monkeypatch.setattr(online, "error_counter", error_counter)
    settings = original.LENET5_1998.candidates["falling from 2e-05"]
    trained = original.train(digits, Training(settings, 0, False, None, None, print))
    assert trained.figures == {"validation_errors": 10_000}
    np.testing.assert_array_equal(seen["trained"], y[:50_000])
    np.testing.assert_array_equal(seen["judged"], y[50_000:])
    assert seen["held_out"] is None
    original.train(digits, Training(settings, 0, True, None, None, print))
    np.testing.assert_array_equal(seen["trained"], y)
    np.testing.assert_array_equal(seen["held_out"][1], y_test)


def test_a_short_training(tmp_path: Path) -> None:
    (x, y), (x_test, y_test) = load_mnist()
    small = (x[:2500], y[:2500]), (x_test[:500], y_test[:500])
    mild = next(iter(original.LENET5_1998_DISTORTED.candidates.values()))
    settings = {**mild, "rates": [1e-4, 5e-5]}
    lines: list[str] = []
    checkpoint = tmp_path / "checkpoint.npz"
    whole = original.train(small, Training(settings, 3, True, checkpoint, None, lines.append))
    figures = whole.figures
    assert len(lines) == 2
    assert checkpoint.exists()
    for name in ("test_error_by_pass", "training_error_by_pass", "loss_by_pass"):
        assert len(figures[name]) == 2
    assert len(figures["first_pass"]) == 2
    assert figures["test_errors"] < 250  # it has learned something
    # The errors are those of the weights that are kept.
    assert whole.weights is not None
    model = models.lenet5_1998()
    models.set_rounded_weights(model, whole.weights)
    errors = online.error_counter(model)
    assert errors(as_1998(x_test[:500]), y_test[:500]) == figures["test_errors"]
    assert errors(as_1998(x[:2500]), y[:2500]) == figures["train_errors"]


def test_the_papers_schedule() -> None:
    rates = original.PAPERS_RATES
    assert len(rates) == 20
    assert [rates.count(rate) for rate in (5e-4, 2e-4, 1e-4, 5e-5, 1e-5)] == [2, 3, 3, 4, 8]
    slow = original.LENET5_1998.candidates["the paper's rates x 0.05"]["rates"]
    np.testing.assert_allclose(slow, 0.05 * np.array(rates))
    falling = original.LENET5_1998.candidates["falling from 2e-05"]["rates"]
    assert (falling[0], falling[10], falling[-1]) == (2e-5, 1e-5, 1e-6)
    assert len(papers.FIGURE_5_TEST) == 20
    assert (papers.FIGURE_5_TEST[0], papers.FIGURE_5_TEST[-1]) == (2.67, 0.95)


def test_the_catalog_knows_each_experiment_by_its_name() -> None:
    # One row of the paper is left out: chapter 13 names it.
    assert papers.FIGURE_9.keys() - EXPERIMENTS.keys() == {"svm_reduced"}
    assert papers.FIGURE_6.keys() <= EXPERIMENTS.keys()
    assert all(experiment.name == name for name, experiment in EXPERIMENTS.items())


# The results in the package

BARS = {"lenet5_1998": 1.20, "lenet5_1998_distorted": 0.85}


@pytest.mark.parametrize("name", BARS)
def test_results_of_lenet5(name: str) -> None:
    result = results.load_current(EXPERIMENTS[name], RESULTS)
    seeds = list(result["seeds"])
    assert seeds == [str(seed) for seed in range(len(seeds))]
    assert len(seeds) >= 10
    assert results.test_errors_percent(result).mean() <= BARS[name]
    # Chosen by the validation errors of the first two seeds, nothing else.
    errors = {
        candidate: entry["seeds"]["0"]["validation_errors"]
        + entry["seeds"]["1"]["validation_errors"]
        for candidate, entry in result["candidates"].items()
    }
    assert result["chosen"] == min(errors, key=lambda candidate: errors[candidate])
    assert set(result["candidates"][result["chosen"]]["seeds"]) == set(seeds)
    passes = len(result["candidates"][result["chosen"]]["settings"]["rates"])
    for figures in result["seeds"].values():
        by_pass = figures["test_error_by_pass"]
        assert len(by_pass) == len(figures["training_error_by_pass"]) == passes
        # Rounding to 16 bits changes few answers.
        assert by_pass[-1] == pytest.approx(figures["test_errors"] / 100, abs=0.05)
        assert figures["seconds"] > 0
        assert set(figures["environment"]) >= {"processor", "numpy", "keras", "backend"}
    assert result["command"] == f"python -m lenet_course.experiments run {name}"
    assert result["test_patterns"] == 10_000


@pytest.mark.parametrize("name", BARS)
def test_weights_are_those_of_the_median_seed(name: str) -> None:
    result = load_result(name)
    seed = result["weights_of_seed"]
    assert seed == results.median_seed(result)
    assert (models.WEIGHTS / f"{name}.f16").stat().st_size <= 120_000
    _, (x_test, y_test) = load_mnist()
    errors = online.error_counter(models.trained(name))(as_1998(x_test), y_test)
    assert errors == result["seeds"][str(seed)]["test_errors"]


@pytest.mark.parametrize("name", BARS)
def test_the_beginning_of_a_run_can_be_repeated(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = time.perf_counter()
    __main__.main(["run", name, "--quick"])
    assert "They agree to 0.001." in capsys.readouterr().out
    assert time.perf_counter() - begin < 60


def test_the_report_has_every_result(capsys: pytest.CaptureFixture[str]) -> None:
    __main__.main(["report"])
    printed = capsys.readouterr().out.splitlines()
    for name, experiment in EXPERIMENTS.items():
        result = results.load_current(experiment, RESULTS)
        assert experiment.table in printed
        for line in results.rows(result):
            assert line in printed
        if not experiment.seeds:
            continue
        errors = results.test_errors_percent(result)
        assert len(errors) == experiment.seeds
        [line] = results.rows(result)
        paper = str(experiment.paper[0]) if experiment.paper else "-"
        spread = [] if experiment.seeds == 1 else ["+-", f"{errors.std(ddof=1):.2f}"]
        assert line.split()[:-2] == [name, f"{errors.mean():.2f}", *spread, str(len(errors))]
        assert line.split()[-1] == paper
