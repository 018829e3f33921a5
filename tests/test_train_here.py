"""A network learns in the page, step by step as in the package.

Needs Node.js and Chromium. What is missing is a reason to skip, and a failure where
COURSE_TESTS_MUST_RUN is set. The pages are made here, of the bundle and the file in the package.
"""

import io
import json
import re
import runpy
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from lenet_course import widgets
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.optimizers import SDLM
from lenet_course.scratch import (
    DIGIT_CODES,
    MAP,
    TABLE_I,
    SoftmaxCrossEntropy,
    original_network,
    sgd,
    tutorial_network,
)

FILE = "training_digits.png"
MU = 0.02


# The digits


def test_the_picture_has_the_digits_of_mnist(root):
    maker = runpy.run_path(str(root / "web" / "make_training_digits.py"))
    assert maker["FILE"] == widgets.FILES / FILE
    kept = np.array(Image.open(maker["FILE"]))
    np.testing.assert_array_equal(kept, maker["picture"]())
    np.testing.assert_array_equal(np.array(Image.open(io.BytesIO(maker["png"](kept)))), kept)
    (images, labels), _ = load_mnist()
    np.testing.assert_array_equal(kept[:5000].reshape(-1, 28, 28), images[:5000])
    np.testing.assert_array_equal(kept[5000:5500].reshape(-1, 28, 28), images[-500:])
    np.testing.assert_array_equal(kept[5500:].flat[:5500], [*labels[:5000], *labels[-500:]])
    assert maker["FILE"].stat().st_size <= 900_000


# The steps


@pytest.fixture(scope="module")
def digits():
    """The 5,000 digits that are learned."""
    (images, labels), _ = load_mnist()
    return images[:5000], labels[:5000]


@pytest.fixture(scope="module")
def node(root, skip, tmp_path_factory):
    """Return a function that does tasks in web/src/train, and returns what it gets by name."""
    if shutil.which("node") is None:
        skip("there is no node: install Node.js")
    folder = tmp_path_factory.mktemp("steps")

    def call(tasks):
        (folder / "tasks.json").write_text(json.dumps(tasks))
        command = ["node", "test/one_step.js", folder]
        done = subprocess.run(command, cwd=root / "web", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        kinds = ("first", "weights", "state")
        return {
            task["name"]: {
                kind: np.fromfile(folder / f"{task['name']}.{kind}.f32", "<f4") for kind in kinds
            }
            for task in tasks
        }

    return call


class Reference:
    """The same network in `lenet_course.scratch`, in 64 bits, and how it learns there."""

    def __init__(self, name, first):
        rng = np.random.default_rng(0)
        if name == "lenet5_1998":
            self.network, self.loss = original_network(rng, DIGIT_CODES, np.float64), MAP()
        else:
            self.network, self.loss = tutorial_network(rng, np.float64), SoftmaxCrossEntropy()
        self.name = name
        parts = np.split(first, np.cumsum([array.size for array in self.arrays("parameters")])[:-1])
        for array, part in zip(self.arrays("parameters"), parts, strict=True):
            array[...] = part.reshape(array.shape)
        self.velocities = [{} for _ in self.network.layers]
        self.means = self.squares = self.smallest = None
        self.h = None

    def arrays(self, what):
        return [array for layer in self.network.layers for array in getattr(layer, what).values()]

    def inputs(self, images):
        x = as_1998(images) if self.name == "lenet5_1998" else images[..., None] / np.float32(255)
        return x.astype(np.float64)

    def back(self, images, labels):
        """Go forward and backward; return loss and number of wrong answers."""
        outputs = self.network.forward(self.inputs(images))
        self.network.backward(self.loss.gradient(outputs, labels))
        wrong = (self.network.classify(outputs) != labels).sum()
        return self.loss.value(outputs, labels), wrong

    def estimate(self, images, labels):
        """Estimate second derivatives as before a pass."""
        outputs = self.network.forward(self.inputs(images[:500]))
        self.network.backward(self.loss.gradient(outputs, labels[:500]))
        self.network.curve(self.loss.curvature(outputs, labels[:500]))
        self.h = [array.copy() for array in self.arrays("curvatures")]

    def step(self, optimizer, rate, number):
        """Change the parameters by the gradients of the last `back`."""
        if optimizer in ("descent", "momentum"):
            momentum = 0.9 if optimizer == "momentum" else 0
            sgd(self.network, rate, momentum, self.velocities)
            return
        gradients = self.arrays("gradients")
        if number == 1:
            self.means = [0 * g for g in gradients]
            self.squares = [0 * g for g in gradients]
            self.smallest = [np.full(g.shape, np.inf) for g in gradients]
        for at, (w, g) in enumerate(zip(self.arrays("parameters"), gradients, strict=True)):
            if optimizer == "sdlm":
                w -= rate / (MU + self.h[at]) * g
                continue
            # Chapter 10, "Four methods in one valley".
            m = self.means[at] = 0.9 * self.means[at] + 0.1 * g
            s = self.squares[at] = 0.999 * self.squares[at] + 0.001 * g**2
            self.smallest[at] = np.minimum(self.smallest[at], np.abs(g) / np.abs(g).max())
            w -= rate * m / (1 - 0.9**number) / (np.sqrt(s / (1 - 0.999**number)) + 1e-7)


# Large ones, so that a step changes much more than rounding does.
STEPS = {"descent": 0.03, "momentum": 0.03, "adam": 0.01, "sdlm": 0.0003}
TASKS = [
    {
        "name": f"{network} {optimizer} {batch}",
        "settings": {
            "network": network,
            "optimizer": optimizer,
            # A single step may be as long as one likes.
            "rate": 10 * rate if steps == 1 else rate,
            "batch": batch,
            "start": "fanIn" if network == "lenet5_1998" else "glorot",
            "seed": 5,
        },
        "steps": steps,
    }
    for network in ("lenet5_1998", "lenet5_tutorial")
    for optimizer, rate in STEPS.items()
    for batch, steps in ((1, 1), (8, 2))
]


@pytest.fixture(scope="module")
def done(node):
    return node(TASKS)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task["name"])
def test_steps_are_those_of_the_package(done, digits, task):
    images, labels = digits
    settings, found = task["settings"], done[task["name"]]
    reference = Reference(settings["network"], found["first"])
    if settings["optimizer"] == "sdlm":
        reference.estimate(images, labels)
    for step in range(task["steps"]):
        batch = slice(step * settings["batch"], (step + 1) * settings["batch"])
        reference.back(images[batch], labels[batch])
        reference.step(settings["optimizer"], settings["rate"], step + 1)
    at = 0
    for which, array in enumerate(reference.arrays("parameters")):
        received, first = (found[kind][at : at + array.size] for kind in ("weights", "first"))
        at += array.size
        tolerance = 1e-5 * np.abs(array).max()
        off = np.abs(received - array.ravel())
        if settings["optimizer"] == "adam":
            # It divides a gradient by its own size: a small one's rounding comes out large.
            assert off.max() < 0.01 * settings["rate"]
            off = off[reference.smallest[which].ravel() > 1e-3]
            assert len(off) > array.size / 3
        assert off.max() <= tolerance
        assert np.abs(received - first).max() > 100 * tolerance
    assert at == len(found["weights"])


@pytest.mark.parametrize("network", ["lenet5_1998", "lenet5_tutorial"])
def test_second_derivatives_are_those_of_the_package(done, digits, network):
    found = done[f"{network} sdlm 1"]
    reference = Reference(network, found["first"])
    reference.estimate(*digits)
    at = 0
    for h in reference.h:
        received = found["state"][at : at + h.size]
        at += h.size
        np.testing.assert_allclose(received, h.ravel(), rtol=1e-5, atol=1e-5 * h.max())
        np.testing.assert_allclose(1 / (MU + received), 1 / (MU + h.ravel()), rtol=1e-5)


def test_rates_are_those_of_the_keras_optimizer(done, digits):
    from lenet_course import losses, models

    task = next(task for task in TASKS if task["name"] == "lenet5_1998 sdlm 1")
    found = done[task["name"]]
    reference = Reference("lenet5_1998", found["first"])
    exists = TABLE_I.astype(bool)

    def kept(arrays):
        """Keras's kernels, for which (5, 5, maps, maps) is (5, 5, connections)."""
        shapes = [array.shape for array in reference.arrays("parameters")]
        for array, shape in zip(arrays, shapes, strict=True):
            table = {(5, 5, 6, 16): exists}.get(shape)
            whole = array.reshape(shape)
            if table is None and len(shape) == 4:
                table = np.ones(shape[2:], bool)
            yield whole if table is None else whole[:, :, table]

    sizes = [array.size for array in reference.arrays("parameters")]
    parts = {kind: np.split(found[kind], np.cumsum(sizes)[:-1]) for kind in ("first", "state")}
    model = models.lenet5_1998()
    model.set_weights([*kept(parts["first"])])
    rate = task["settings"]["rate"]
    optimizer = SDLM(rate)
    images, labels = digits
    optimizer.estimate(model, losses.MAP(0.1), as_1998(images[:500]), labels[:500])
    for ours, theirs in zip(kept(parts["state"]), optimizer.step_sizes(), strict=True):
        np.testing.assert_allclose(rate / (MU + ours), np.array(theirs), rtol=1e-4)


# In a page


def numbers(text):
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def settled(page):
    """Wait for the frame that the last change has asked for."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def rests(page, seen=None):
    """Wait until nothing is learned anymore; return the number of digits seen."""
    button = page.get_by_role("button", name=re.compile("^Step"))
    expect(button).to_have_attribute("aria-disabled", "false", timeout=60_000)
    settled(page)
    text = page.locator(".th-where").inner_text()
    if seen is not None:
        assert text == f"{seen:,} digit{'s' * (seen != 1)} seen"
    return int(numbers(text)[0])


def step(page, seen):
    page.get_by_role("button", name=re.compile("^Step")).click()
    # It is said when it is over.
    expect(page.locator(".th-where")).to_have_text(re.compile(f"^{seen:,} "), timeout=60_000)
    rests(page, seen)


def run_to(page, seen):
    """Run until the page shows that so many digits have been seen, or more; pause."""
    page.get_by_role("button", name=re.compile("^Run")).click()
    page.wait_for_function(
        "(seen) => parseInt(document.querySelector('.th-where').textContent"
        ".replaceAll(',', '')) >= seen",
        arg=seen,
        timeout=60_000,
    )
    page.get_by_role("button", name="Pause").click()
    return rests(page)


def rewind(page, seen):
    """Move the slider by its keys until so many digits have been seen."""
    slider = page.get_by_role("slider", name="Rewind")
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(60):
        settled(page)
        if slider.get_attribute("aria-valuetext") == f"{seen:,} digits seen":
            return
        page.keyboard.press("ArrowRight")
    raise AssertionError(f"There is no state after {seen} digits.")


def status(page):
    """What has been learned last (digits, loss, error) and the test (digits, loss, error)."""
    return numbers(page.locator(".th-status").inner_text())


def read_as(page):
    """The digit that is named, and the penalties or probabilities that are named with it."""
    _, answer, *rest = numbers(page.locator(".th-answer").inner_text())
    # Where it is wrong, the digit stands between the two.
    return int(answer), rest[::2]


@pytest.fixture
def open_page(open_component):
    def visit(ready=True, **settings):
        page = open_component("train_here", **settings)
        if ready:
            expect(page.locator(".th")).to_be_visible(timeout=60_000)
            settled(page)
        return page

    visit.folder, visit.complaints = open_component.folder, open_component.complaints
    return visit


@pytest.fixture(scope="module")
def untrained(node):
    """Return a function that builds the network that the page begins with, in scratch."""

    def build(network="lenet5_1998"):
        start = "fanIn" if network == "lenet5_1998" else "glorot"
        settings = {"network": network, "start": start, "seed": 1}
        settings |= {"optimizer": "descent", "rate": 0, "batch": 1}
        first = node([{"name": "first", "settings": settings, "steps": 0}])["first"]["first"]
        return Reference(network, first)

    return build


@pytest.fixture(scope="module")
def held_out():
    (images, labels), _ = load_mnist()
    return images[-500:], labels[-500:]


def test_it_learns_as_scratch_does(open_page, untrained, digits, held_out, findings, too_wide):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    images, labels = digits
    (_, (test_images, test_labels)) = load_mnist()
    assert test_labels[4] == 4
    reference = untrained()
    outputs = reference.network.forward(reference.inputs(test_images[4:5]))[0]
    answer, (nearest, of_four) = read_as(page)
    assert answer == outputs.argmin() != 4
    np.testing.assert_allclose([nearest, of_four], outputs[[answer, 4]], atol=0.0006)
    assert "wrong" in page.locator(".th-answer").inner_text()
    assert page.locator(".th-trouble").inner_text().startswith("In order: the weights are random")
    kernels = [numbers(page.locator(".th-kernels .th-note").inner_text())]
    largest = np.abs(reference.arrays("parameters")[0]).max()
    assert kernels[0] == [round(largest, 2)] * 2
    # Nothing is loaded before something is to be learned.
    assert asked == []
    assert findings(page) == []

    # One digit, and then the 99 after it.
    step(page, 1)
    assert [url.rsplit("/", 1)[-1] for url in asked] == [FILE]
    loss, _ = reference.back(images[:1], labels[:1])
    reference.step("descent", 0.001, 1)
    found = status(page)
    assert found[0] == pytest.approx(loss, abs=0.006)
    assert found[1] in (0, 100)
    assert run_to(page, 200) >= 200
    losses, wrong = 0, 0
    for place in range(1, 100):
        one = slice(place, place + 1)
        loss, missed = reference.back(images[one], labels[one])
        reference.step("descent", 0.001, place + 1)
        losses += loss
        wrong += missed
    rewind(page, 100)
    count, mean, error = status(page)
    assert count == 99
    assert mean == pytest.approx(losses / 99, abs=0.01)
    assert error == pytest.approx(100 * wrong / 99, abs=0.06)
    outputs = reference.network.forward(reference.inputs(test_images[4:5]))[0]
    answer, values = read_as(page)
    assert answer == outputs.argmin()
    np.testing.assert_allclose(values, outputs[[answer, 4][: len(values)]], atol=0.02)
    largest = np.abs(reference.arrays("parameters")[0]).max()
    assert numbers(page.locator(".th-kernels .th-note").inner_text())[1] == round(largest, 2)
    assert findings(page) == []

    # Held-out digits, after 200.
    for place in range(100, 200):
        one = slice(place, place + 1)
        reference.back(images[one], labels[one])
        reference.step("descent", 0.001, place + 1)
    rewind(page, 200)
    *_, held, mean, error = status(page)
    loss, wrong = reference.back(*held_out)
    assert held == 500
    # What chapter 10 says: by now it has learned no more than the mean of the codes.
    assert round(mean) == 57
    assert error >= 89
    assert mean == pytest.approx(loss, abs=0.05)
    assert error == pytest.approx(100 * wrong / 500, abs=0.61)

    # From there it goes on, and what came later is gone.
    step(page, 201)
    slider = page.get_by_role("slider", name="Rewind")
    assert slider.get_attribute("max") == slider.input_value()
    assert (
        page.locator(".th-curve svg")
        .first.get_attribute("aria-label")
        .startswith("Loss: on held-out digits ")
    )
    for width in (320, 390, 750, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert too_wide(page) == [], width

    # Other settings begin anew: the other network, in batches.
    page.get_by_label("Network").select_option("lenet5_tutorial")
    settled(page)
    assert rests(page) == 0
    step(page, 32)
    reference = untrained("lenet5_tutorial")
    loss, wrong = reference.back(images[:32], labels[:32])
    count, mean, error, *_ = status(page)
    assert count == 32
    assert mean == pytest.approx(loss, abs=0.006)
    assert error == pytest.approx(100 * wrong / 32, abs=0.06)
    assert "probability" in page.locator(".th-answer").inner_text()


def test_sdlm_shows_its_rates_and_what_goes_wrong_is_said(
    open_page, untrained, digits, findings, too_wide
):
    page = open_page(theme="dark", width=390, height=800)
    assert findings(page) == []
    page.get_by_label("Optimizer").select_option(label="SDLM (1998)")
    settled(page)
    assert page.locator(".th-rates tbody tr").first.inner_text().split("\t")[-1] == "not yet"
    step(page, 1)
    reference = untrained()
    reference.estimate(*digits)
    rows = page.locator(".th-rates tbody tr").all_inner_texts()
    assert len(rows) == len(reference.h) == 12
    found = {}
    superscripts = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    for row, h in zip(rows, reference.h, strict=True):
        shown = [
            float(text.replace("·10", "e").translate(superscripts)) for text in row.split("\t")[3:]
        ]
        # Table I: kernels that do not exist have no rate.
        exist = h[:, :, TABLE_I.astype(bool)] if h.shape == (5, 5, 6, 16) else h
        rates = np.sort(2e-5 / (MU + exist.ravel()))
        expected = rates[[0, len(rates) // 2, -1]]
        np.testing.assert_allclose(shown, expected, rtol=0.06, err_msg=row)
        found[row.split("\t")[0]] = rates
    # What chapter 10 says.
    assert found["F6 bias"].max() < found["C1 weights"].min() / 100
    assert findings(page) == []
    assert too_wide(page) == []

    trouble = page.locator(".th-trouble")
    page.get_by_label("Learning rate").select_option("0.0005")
    assert run_to(page, 200) >= 200
    expect(trouble).to_have_text(re.compile("^Diverging: the loss is higher than before training"))
    page.get_by_label("First weights").select_option("zeros")
    expect(trouble).to_have_text(re.compile("^Silent: all weights are 0"))
    gradients = {
        row.split("\t")[0]: row.split("\t")[2]
        for row in page.locator(".th-rates tbody tr").all_inner_texts()
    }
    assert {name for name, gradient in gradients.items() if gradient != "0"} == {"F6 bias"}
    page.get_by_label("First weights").select_option("normal")
    expect(trouble).to_have_text(re.compile("^Saturated: "))
    assert findings(page) == []
    # Other weights of the same kind.
    before = page.locator(".th-answer").inner_text()
    page.get_by_role("button", name="Other weights").click()
    expect(page.locator(".th-answer")).not_to_have_text(before)
    # The page turns light while it is open.
    kernel = "document.querySelector('.th-kernels canvas').toDataURL()"
    dark = page.evaluate(kernel)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    settled(page)
    assert page.evaluate(kernel) != dark


def test_by_keyboard_and_by_ear(open_page):
    page = open_page()
    spoken = page.locator(".th > .lc-unseen")
    reached = []
    for _ in range(11):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => {
                  const one = document.activeElement;
                  const outline = getComputedStyle(one).outlineStyle;
                  const { width, height } = one.getBoundingClientRect();
                  const name = one.labels?.[0]?.firstChild.textContent ?? one.textContent.trim();
                  return [name, outline, Math.min(width, height)];
                }"""
            )
        )
    names = [name for name, *_ in reached]
    assert names[:9] == [
        "Network", "Optimizer", "Learning rate", "Digits in a step", "First weights",
        "Run", "Step: one digit", "Reset", "Other weights",
    ]  # fmt: skip
    # The slider has nothing to rewind yet.
    assert names[9] == "Watched digit"
    assert all(outline == "solid" and size >= 24 for _, outline, size in reached)
    page.get_by_role("button", name="Step: one digit").focus()
    page.keyboard.press("Enter")
    expect(spoken).to_contain_text(re.compile(r"^1 digit seen\. The last digit"), timeout=60_000)
    expect(page.get_by_role("button", name="Step: one digit")).to_be_focused()
    page.get_by_role("button", name="Reset").focus()
    page.keyboard.press("Space")
    expect(spoken).to_have_text(re.compile("^Begun anew. In order"))
    assert rests(page) == 0
    page.get_by_label("Watched digit").focus()
    page.keyboard.press("Home")
    expect(spoken).to_have_text(re.compile(r"^The 0 is read as \d: "))


@pytest.mark.parametrize("how", ["by the browser", "by the page"])
def test_where_workers_are_forbidden_the_figure_stays(open_page, findings, how):
    page = open_page(ready=False)
    if how == "by the browser":
        page.add_init_script("window.Worker = class { constructor() { throw Error('no'); } };")
    else:
        policy = {"Content-Security-Policy": "worker-src 'none'"}
        page.route("**/*.html", lambda route: route.fulfill(response=route.fetch(), headers=policy))
    open_page.complaints.clear()
    page.reload()
    expect(page.get_by_role("status")).to_contain_text(
        "It learns in a worker, a program beside the page, and the browser does not start one."
    )
    assert page.get_by_text("The figure.").is_visible()
    assert page.locator(".th").count() == 0
    assert findings(page) == []
    # The browser itself says what the policy has forbidden.
    assert all("Content Security Policy" in complaint for complaint in open_page.complaints)
    open_page.complaints.clear()


def answering(answer):
    return lambda route: route.fulfill(**answer)


def test_digits_that_do_not_come_are_asked_for_again(open_page, findings):
    page = open_page()
    for answer, message in (
        ({"status": 404}, "could not be loaded"),
        ({"body": b"abc"}, "The picture of the training digits is damaged."),
    ):
        page.route(f"**/{FILE}", answering(answer))
        page.get_by_role("button", name=re.compile("^Step")).click()
        expect(page.locator(".th-status")).to_contain_text(message)
        assert rests(page) == 0
        page.unroute(f"**/{FILE}")
    assert findings(page) == []
    assert all("404" in complaint for complaint in open_page.complaints)
    open_page.complaints.clear()
    step(page, 1)


def test_two_in_one_page_do_not_disturb_each_other_and_clean_up(open_page):
    page = open_page()
    page.evaluate(
        """async () => {
          const { default: component } = await import("/train_here.js");
          const el = document.querySelector("main").appendChild(document.createElement("div"));
          const values = { figure: "<p>Second figure.</p>" };
          const load = async (file) => (await fetch(`/${file}`)).arrayBuffer();
          const model = { get: (name) => values[name] };
          window.cleanUp = await component.render({ model, el, load });
        }"""
    )
    first, second = page.locator(".th").all()
    second.get_by_label("Digits in a step").select_option("8")
    second.get_by_role("button", name="Step: 8 digits").click()
    expect(second.locator(".th-where")).to_have_text("8 digits seen", timeout=60_000)
    assert first.locator(".th-where").inner_text() == "0 digits seen"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    assert len(page.workers) == 2
    page.evaluate("cleanUp()")
    settled(page)
    assert len(page.workers) == 1
