"""Training pattern by pattern: its order, its report, and that nothing already done is lost."""

import functools
import re

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras.layers import Dense, Flatten, Input

from lenet_course import online
from lenet_course.distortions import PlanarAffine
from lenet_course.layers import EuclideanRBF, FanInUniform, ScaledTanh
from lenet_course.losses import MAP, EuclideanMSE

RATES = [2e-3, 1e-3, 5e-4]


def new_model(seed=0):
    """Return the smallest network of penalties that reads images: 260 parameters."""
    units = Dense(4, kernel_initializer=FanInUniform(seed))
    codes = [[1, 1, 1, 1], [1, -1, 1, -1], [-1, -1, 1, 1]]
    return keras.Sequential([Input((8, 8, 1)), Flatten(), units, ScaledTanh(), EuclideanRBF(codes)])


@pytest.fixture(scope="module", autouse=True)
def short_times():
    """Write the log every 20 updates, and compile the steps of a model and a loss once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(online, "CHUNK", 20)
        patch.setattr(online, "compiled_steps", functools.cache(online.compiled_steps))
        yield


@pytest.fixture(scope="module")
def data():
    """Return 50 patterns of three classes that can be told apart, and their labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=50).astype(np.uint8)
    classes = rng.normal(size=(3, 8, 8, 1))
    noise = rng.normal(0, 0.3, size=(50, 8, 8, 1))
    return (classes[labels] + noise).astype(np.float32), labels


@pytest.fixture(scope="module")
def fit(data):
    """Return a function that trains a network and gives its weights and the history."""
    model, same_loss = new_model(), MAP()

    def run(seed_of_weights=0, x=data[0], y=data[1], *, loss=same_loss, **changes):
        model.set_weights(new_model(seed_of_weights).get_weights())
        arguments = {"rates": RATES, "samples": 10, "progress": None} | changes
        history = online.fit(model, loss, x, y, **arguments)
        return model.get_weights(), history

    run.model, run.loss = model, same_loss
    return run


def same(weights, others):
    return all(np.array_equal(w, o) for w, o in zip(weights, others, strict=True))


class Recorder:
    """A distortion that changes nothing and remembers the patterns and the generators' state."""

    def __init__(self):
        self.patterns, self.states = [], []

    def __call__(self, images, rng):
        self.patterns.append(images.copy())
        self.states.append(rng.bit_generator.state["state"]["state"])
        return images


# Order and steps


def test_it_learns(fit, data):
    _, history = fit(rates=[0.02] * 6, held_out=data)
    assert history.loss[-1] < history.loss[0]
    assert history.error[0] > 0
    assert history.held_out[-1] == history.error[-1] == 0


def test_the_seed_decides_about_everything(fit):
    distort = PlanarAffine(shift=1, scale=0.1, squeeze=0.1, shear=0.1)
    first, again, other = (fit(seed=seed, distort=distort) for seed in (1, 1, 2))
    assert same(first[0], again[0])
    assert (first[1].loss, first[1].error) == (again[1].loss, again[1].error)
    assert first[1].loss != other[1].loss


def test_every_pattern_is_met_once_in_a_pass_and_in_the_same_order_in_each(fit, data):
    recorder = Recorder()
    fit(distort=recorder, seed=5)
    assert [len(patterns) for patterns in recorder.patterns] == 3 * [20, 20, 10]
    passes = [np.concatenate(recorder.patterns[i : i + 3]) for i in (0, 3, 6)]
    order = [
        int(np.flatnonzero((data[0] == pattern).all(axis=(1, 2, 3)))[0]) for pattern in passes[0]
    ]
    assert sorted(order) == list(range(50))
    assert order != list(range(50))
    assert order == np.random.default_rng(5).permutation(50).tolist()
    np.testing.assert_array_equal(passes[1], passes[0])
    np.testing.assert_array_equal(passes[2], passes[0])


def test_each_call_of_a_distortion_gets_a_generator_of_its_own(fit):
    first, again, other = Recorder(), Recorder(), Recorder()
    for recorder, seed in ((first, 1), (again, 1), (other, 2)):
        fit(distort=recorder, seed=seed)
    assert len(set(first.states)) == 9
    assert again.states == first.states
    assert not set(other.states) & set(first.states)


def test_the_network_learns_from_the_distorted_patterns(fit):
    plain = fit()[0]
    assert same(fit(distort=Recorder())[0], plain)
    # Without ink there is no gradient of the kernel.
    kernel, bias = fit(distort=lambda images, rng: np.zeros_like(images))[0]
    before = fit(rates=[])[0]
    assert np.array_equal(kernel, before[0])
    assert (bias != before[1]).any()


def test_a_rate_belongs_to_a_pass(fit):
    still = fit(rates=[])[0]
    moved = fit(rates=RATES[:1])[0]
    for rates, expected in (([0.0, 0.0], still), ([RATES[0], 0.0], moved)):
        for received, wanted in zip(fit(rates=rates)[0], expected, strict=True):
            np.testing.assert_array_equal(received, wanted)


def test_mu_and_samples_are_those_of_the_optimizer(fit):
    plain = fit()[0]
    assert not same(plain, fit(mu=0.5)[0])
    assert not same(plain, fit(samples=11)[0])
    assert not same(plain, fit(loss=EuclideanMSE())[0])


# The report


def test_losses_and_errors_are_those_of_the_weights_that_were_met(fit, data):
    model = new_model()
    x, y = data
    penalties = model(x).numpy()
    expected = float(MAP()(y, penalties))
    wrong = (penalties.argmin(axis=1) != y).mean()
    _, history = fit(rates=[0.0, 0.0], held_out=(x[:7], y[:7]), seed=5)
    np.testing.assert_allclose(history.loss, [expected] * 2, rtol=1e-5)
    np.testing.assert_allclose(history.error, [100 * wrong] * 2)
    held_out = 100 * (penalties[:7].argmin(axis=1) != y[:7]).mean()
    np.testing.assert_allclose(history.held_out, [held_out] * 2)
    order = np.random.default_rng(5).permutation(50)
    chunks = [float(MAP()(y[part], penalties[part])) for part in np.split(order, [20, 40])]
    np.testing.assert_allclose(history.first_pass, chunks, rtol=1e-5)
    assert len(history.seconds) == 2
    assert min(history.seconds) > 0


def test_without_held_out_patterns_none_are_counted(fit):
    assert fit(rates=RATES[:1])[1].held_out == []


def test_progress_is_a_line_for_each_pass(fit, data, capsys):
    lines = []
    _, history = fit(progress=lines.append, held_out=data)
    assert len(lines) == 3
    for number, line in enumerate(lines):
        found = re.fullmatch(
            r"pass  (\d) of 3  loss +([\d.]+)  error +([\d.]+) %  held out ([\d.]+) %"
            r"  (\d+):(\d\d) left",
            line,
        )
        assert found, line
        values = [float(value) for value in found.groups()]
        assert values[0] == number + 1
        assert values[1] == pytest.approx(history.loss[number], abs=1e-4)
        assert values[2] == pytest.approx(history.error[number], abs=0.01)
        assert values[3] == pytest.approx(history.held_out[number], abs=0.01)
    assert lines[-1].endswith(" 0:00 left")
    fit(rates=RATES[:1], progress=lines.append)
    assert "held out" not in lines[-1]
    assert capsys.readouterr().out == ""


def test_the_time_left_is_that_of_the_passes_so_far():
    history = online.History(loss=[1.0, 0.5], error=[50.0, 25.0], seconds=[50.0, 30.0])
    assert online._line(history, 5) == "pass  2 of 5  loss  0.5000  error 25.00 %  2:00 left"


def test_progress_is_printed_unless_told_otherwise(fit, data, capsys):
    online.fit(fit.model, fit.loss, *data, rates=RATES[:1], samples=10)
    assert capsys.readouterr().out.startswith("pass  1 of 1  loss ")


# Stopping early


@pytest.mark.parametrize("updates", [20, 33, 1000])
def test_it_stops_after_so_many_updates_of_the_first_pass(fit, updates):
    recorder, lines = Recorder(), []
    weights, history = fit(updates=updates, distort=recorder, progress=lines.append)
    whole, of_whole = fit(rates=RATES[:1], distort=Recorder())
    assert sum(len(patterns) for patterns in recorder.patterns) == min(updates, 50)
    assert history.first_pass[:1] == of_whole.first_pass[:1]
    assert len(history.loss) == len(history.error) == len(lines) == 1
    assert lines[0].startswith("pass  1 of 1 ")
    assert same(weights, whole) is (updates == 1000)
    sizes = [20, 13] if updates == 33 else [20, 20, 10][: len(history.first_pass)]
    assert history.loss[0] == pytest.approx(np.average(history.first_pass, weights=sizes))


# Checkpoints


class Interruption:
    """A progress callback that is interrupted in its n-th call."""

    def __init__(self, n):
        self.left = n

    def __call__(self, line):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


@pytest.mark.parametrize("passes", [1, 2, 3])
def test_an_interrupted_training_goes_on_as_if_nothing_had_been(fit, data, tmp_path, passes):
    distort = PlanarAffine(shift=1, scale=0.1, squeeze=0.1, shear=0.1)
    settings = {"distort": distort, "held_out": data, "seed": 4}
    weights, expected = fit(**settings)
    settings["checkpoint"] = tmp_path / "folder" / "checkpoint.npz"
    with pytest.raises(KeyboardInterrupt):
        fit(**settings, progress=Interruption(passes))
    lines = []
    resumed, history = fit(9, **settings, progress=lines.append)
    assert same(resumed, weights)
    for name in ("loss", "error", "held_out", "first_pass"):
        assert getattr(history, name) == getattr(expected, name)
    assert len(history.seconds) == 3
    assert len(lines) == 3 - passes
    assert [path.name for path in settings["checkpoint"].parent.iterdir()] == ["checkpoint.npz"]


@pytest.mark.parametrize("new", [Recorder, lambda: lambda images, rng: images + 1])
def test_a_distortion_may_be_any_function(fit, tmp_path, new):
    checkpoint = tmp_path / "checkpoint.npz"
    weights, _ = fit(distort=new(), checkpoint=checkpoint)
    assert same(fit(9, distort=new(), checkpoint=checkpoint)[0], weights)


def test_rates_may_be_of_any_numbers(fit, tmp_path):
    checkpoint = tmp_path / "checkpoint.npz"
    fit(rates=np.array(RATES, np.float32), checkpoint=checkpoint)
    _, history = fit(rates=np.array(RATES, np.float32), checkpoint=checkpoint)
    assert len(history.loss) == 3


@pytest.fixture(scope="module")
def finished(fit, tmp_path_factory):
    """Return a checkpoint of a training that has come to its end, and the weights."""
    path = tmp_path_factory.mktemp("online") / "checkpoint.npz"
    weights, _ = fit(checkpoint=path)
    return path, weights


@given(st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_checkpoint_is_refused_and_left_as_it_is(fit, finished, tmp_path, data):
    content = bytearray(finished[0].read_bytes())
    if data.draw(st.booleans(), "cut"):
        del content[data.draw(st.integers(0, len(content) - 1), "length") :]
    else:
        content[data.draw(st.integers(0, len(content) - 1), "place")] ^= data.draw(
            st.integers(1, 255), "bits"
        )
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(content)
    try:
        weights, history = fit(9, checkpoint=path)
    except ValueError as error:
        message = str(error)
    else:
        assert same(weights, finished[1])  # a byte that says nothing, such as the time of day
        assert len(history.loss) == 3
        message = None
    if message is not None:
        assert str(path) in message
        assert message.endswith("Delete it to start again.")
        assert same(fit.model.get_weights(), new_model(9).get_weights())
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04"])
def test_another_file_is_no_checkpoint(fit, tmp_path, content):
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"checkpoint\.npz cannot be read .* Delete it to start"):
        fit(checkpoint=path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("array", [np.zeros(3), np.array("{}"), np.array({}, object)])
def test_another_array_is_no_checkpoint(fit, tmp_path, array):
    for save, name in ((np.save, "checkpoint.npy"), (np.savez, "checkpoint.npz")):
        save(tmp_path / name, array)
        with pytest.raises(ValueError, match=r"cannot be read .* Delete it to start again\."):
            fit(checkpoint=tmp_path / name)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"seed": 1}, "'seed': 0"),
        ({"mu": 0.05}, "'mu': 0.02"),
        ({"samples": 11}, "'samples': 10"),
        ({"rates": RATES[:2]}, r"'rates': \[0.002, 0.001, 0.0005\]"),
        ({"loss": MAP(0.2)}, "'j': 0.1"),
        ({"loss": EuclideanMSE()}, "'j': 0.1"),
        ({"distort": PlanarAffine(1, 0, 0, 0)}, "'distort': 'None'"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused_and_left_as_it_is(
    fit, finished, changes, part
):
    content = finished[0].read_bytes()
    with pytest.raises(ValueError, match=rf"is of a training with .*{part}.*, expected .* Delete"):
        fit(9, checkpoint=finished[0], **changes)
    assert finished[0].read_bytes() == content
    assert same(fit.model.get_weights(), new_model(9).get_weights())


def test_a_checkpoint_is_that_of_an_equal_loss_too(fit, finished):
    assert same(fit(9, loss=MAP(), checkpoint=finished[0])[0], finished[1])


def test_a_checkpoint_of_other_data_or_another_network_is_refused(fit, finished, data):
    with pytest.raises(ValueError, match=r"'patterns': 50.*'patterns': 49"):
        fit(x=data[0][1:], y=data[1][1:], checkpoint=finished[0])
    other = keras.Sequential([Input((8, 8, 1)), Flatten(), Dense(1), EuclideanRBF([[1], [-1]])])
    with pytest.raises(ValueError, match=r"'parameters': 260.*'parameters': 65"):
        online.fit(other, MAP(), *data, rates=RATES, samples=10, checkpoint=finished[0])


# What does not fit


@pytest.mark.parametrize(("patterns", "labels"), [(3, 2), (0, 0)])
def test_patterns_and_labels_that_differ_in_number_are_refused(fit, data, patterns, labels):
    message = f"x has {patterns} patterns and y {labels} labels, expected as many, over 0"
    with pytest.raises(ValueError, match=message):
        fit(x=data[0][:patterns], y=data[1][:labels])


def test_a_training_that_stops_early_has_no_checkpoint(fit, tmp_path):
    with pytest.raises(ValueError, match=r"c\.npz and updates 20, expected one of them: a check"):
        fit(checkpoint=tmp_path / "c.npz", updates=20)


# Errors


@pytest.mark.parametrize("n", [1, 100, 250])
def test_an_answer_is_wrong_if_another_penalty_is_smaller(n):
    model = keras.Sequential([Input((2,)), EuclideanRBF([[1, 1], [1, -1], [-1, 1]])])
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 2)).astype(np.float32)
    answers = model(x).numpy().argmin(axis=1)
    errors = online.error_counter(model)
    assert errors(x, answers) == 0
    assert errors(x, (answers + 1) % 3) == n
    mixed = np.where(np.arange(n) % 3, answers, (answers + 1) % 3).astype(np.uint8)
    assert errors(x, mixed) == -(-n // 3)


def test_the_counter_follows_the_weights(data):
    model = new_model()
    errors = online.error_counter(model)
    before = errors(*data)
    model.set_weights(new_model(1).get_weights())
    assert errors(*data) == int((model(data[0]).numpy().argmin(axis=1) != data[1]).sum())
    assert errors(*data) != before
