"""The components in the page: their engine gives the numbers of `lenet_course.scratch`.

What needs Node.js is a reason to skip where it is missing, and a failure where
COURSE_TESTS_MUST_RUN is set.
"""

import gzip
import json
import shutil
import subprocess

import numpy as np
import pytest

from lenet_course import models, widgets
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.experiments import load_result
from lenet_course.scratch import MAP, SoftmaxCrossEntropy, softmax

NAMES = ("lenet5_1998", "lenet5_tutorial")
IMAGES, GRADIENTS = 1000, 5
# The places of sums and outputs among the layers of scratch; equal ones are told apart by name.
PLACES = {
    "lenet5_1998": {
        "C1": (0, 1), "S2": (2, 3), "C3": (4, 5), "S4": (6, 7), "C5": (8, 9), "F6": (11, 12),
        "output": (13, 13),
    },
    "lenet5_tutorial": {
        "C1": (0, 1), "S2": (2, 2), "C3": (3, 4), "S4": (5, 5), "C5": (7, 8), "F6": (9, 10),
        "output": (11, 11),
    },
}  # fmt: skip
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def run(root, skip):
    """Return a function that runs a Node.js program in web/ and returns what it prints."""

    def call(*arguments):
        if shutil.which(arguments[0]) is None:
            skip(f"there is no {arguments[0]}: install Node.js with npm")
        done = subprocess.run(arguments, cwd=root / "web", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


def trained(name, dtype):
    network = models.trained_in_numpy(name)
    for parameters in network.parameters:
        parameters |= {key: array.astype(dtype) for key, array in parameters.items()}
    return network


def prepared(name, digits):
    return as_1998(digits) if name == "lenet5_1998" else digits[..., None] / np.float32(255)


def write_layers(name, digits, folder):
    """Write sums and outputs of each layer for these digits; return their names."""
    network, values = trained(name, np.float64), {}
    x = prepared(name, digits).astype(np.float64)
    passed = []
    for layer in network.layers:
        x = layer.forward(x)
        passed.append(x)
    for layer, (sums, output) in PLACES[name].items():
        values |= {f"{layer}.sums": passed[sums], f"{layer}.output": passed[output]}
    if name == "lenet5_tutorial":
        values["output.output"] = softmax(values["output.sums"])
    for key, array in values.items():
        array.astype("<f4").tofile(folder / f"{name}.{key}.f32")
    return list(values)


def write_gradients(name, digits, labels, folder):
    """Write loss and gradients of each digit by itself."""
    network, loss = trained(name, np.float64), MAP()
    if name == "lenet5_tutorial":
        loss = SoftmaxCrossEntropy()
    found = {}
    for number, label in enumerate(labels):
        x = prepared(name, digits[number : number + 1]).astype(np.float64)
        outputs, y = network.forward(x), np.array([label])
        found.setdefault("loss", []).append(loss.value(outputs, y))
        found.setdefault("to image", []).append(network.backward(loss.gradient(outputs, y)))
        for layer, (place, _) in PLACES[name].items():
            for parameter, array in network.layers[place].gradients.items():
                found.setdefault(f"to {layer}.{parameter}", []).append(array)
    for key, arrays in found.items():
        np.array(arrays).astype("<f4").tofile(folder / f"{name}.{key}.f32")
    return set(found)


@pytest.fixture(scope="module")
def agreement(run, root, tmp_path_factory):
    """What the engine gives for the values that NumPy has written, and the names of these."""
    folder = tmp_path_factory.mktemp("values")
    _, (digits, labels) = load_mnist()
    digits.tofile(folder / "digits.u8")
    written = {}
    for name in NAMES:
        shutil.copy(models.WEIGHTS / f"{name}.f16", folder)
        values = write_layers(name, digits[:IMAGES], folder)
        gradients = write_gradients(name, digits[:GRADIENTS], labels[:GRADIENTS], folder)
        written[name] = (set(values), gradients)
        contents = {"values": values, "images": IMAGES, "labels": labels[:GRADIENTS].tolist()}
        (folder / f"{name}.json").write_text(json.dumps(contents))
    return json.loads(run("node", "test/agreement.js", str(folder))), written


@pytest.mark.parametrize("name", NAMES)
def test_each_layer_gives_the_numbers_of_scratch(agreement, name):
    report, written = agreement
    assert report[name]["layers"].keys() == written[name][0]
    assert max(report[name]["layers"].values()) < TOLERANCE, report[name]["layers"]


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_scratch(agreement, name):
    report, written = agreement
    assert report[name]["gradients"].keys() == written[name][1]
    assert max(report[name]["gradients"].values()) < TOLERANCE, report[name]["gradients"]


@pytest.mark.parametrize("name", NAMES)
def test_each_test_digit_is_read_as_by_scratch(agreement, name):
    report, _ = agreement
    _, (digits, labels) = load_mnist()
    answers = trained(name, np.float32).predict(prepared(name, digits))
    assert report[name]["answers"] == answers.tolist()
    # And as in the experiment that has made the weights.
    result = load_result(name)
    figures = result["seeds"][str(result["weights_of_seed"])]
    assert np.flatnonzero(answers != labels).tolist() == figures["wrong"]


@pytest.mark.parametrize("name", NAMES)
def test_a_digit_takes_two_milliseconds_at_most(agreement, name):
    report, _ = agreement
    assert report[name]["milliseconds"] <= 2


def test_what_needs_no_digits(run):
    run("npm", "test")


@pytest.fixture(scope="module")
def tools(run, root, skip):
    """What npm pins is installed; if it has to be fetched, that takes a network."""
    pinned = json.loads((root / "web" / "package-lock.json").read_text())["packages"]
    there = root / "web" / "node_modules" / ".package-lock.json"
    if there.exists():
        installed = json.loads(there.read_text())["packages"]
        if all(pinned[path]["version"] == found["version"] for path, found in installed.items()):
            return
    try:
        run("npm", "ci")
    except AssertionError as error:
        skip(f"npm ci has failed: {error}")


def test_the_bundles_are_made_of_the_source(run, tools, tmp_path):
    run("npm", "run", "build", "--", str(tmp_path))
    made = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text("utf-8") for path in widgets.BUNDLES.glob("*.js")}
    assert made.keys() == kept.keys() == {f"{name}.js" for name in ("host", *widgets.COMPONENTS)}
    for name, text in made.items():
        assert kept[name] == text, f"{name} is not what is built: cd web && npm run build"


def test_the_types_in_the_comments(run, tools):
    run("npm", "run", "check")


@pytest.mark.parametrize("name", widgets.COMPONENTS)
def test_a_component_weighs_150_kilobytes_at_most(name):
    files = [widgets.BUNDLES / "host.js", widgets.BUNDLES / f"{name}.js"]
    needs = widgets.COMPONENTS[name]
    if needs.weights:
        files.append(models.WEIGHTS / f"{needs.weights}.f16")
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= 150_000


def test_no_address_is_in_the_lock_file(root):
    assert "http" not in (root / "web" / "package-lock.json").read_text()
