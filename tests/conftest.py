import functools
import os
import shutil
import threading
from contextlib import ExitStack
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import settings

# Two busy cores can make any example slow; how long one takes is not what is tested.
settings.register_profile("course", deadline=None)
settings.load_profile("course")


@pytest.fixture(scope="session")
def root():
    """Return the root of the repository."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def skip():
    """Skip for want of a tool; where every test must run, as in CI, fail instead."""
    return pytest.fail if os.environ.get("COURSE_TESTS_MUST_RUN") else pytest.skip


@pytest.fixture(scope="module")
def browser(skip):
    """A Chromium without a window."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if executable is None:
        skip("there is no Chromium: install it, or set CHROMIUM to its path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def serve():
    """Return a function that serves a folder and returns its address."""
    with ExitStack() as stack:

        def start(folder):
            handler = functools.partial(_Quiet, directory=str(folder))
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


@pytest.fixture(params=["float64", "float32"])
def policy(request):
    """Let Keras build its models in the precision: inputs follow floatx, layers the policy."""
    import keras

    kept = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx(request.param)
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_floatx(kept[0])
    keras.config.set_dtype_policy(kept[1])


@pytest.fixture(scope="session")
def small_network():
    """Return a function that builds LeNet-5 small: the same kinds of layers, 8x8 pixels."""

    def build(seed):
        import keras
        import numpy as np

        from lenet_course import layers

        codes = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [-1, -1, 1, 1]])
        return keras.Sequential(
            [
                keras.layers.Input((8, 8, 1)),
                layers.ConnectionTableConv2D(layers.every(1, 2), 3, seed=seed),
                layers.ScaledTanh(),
                layers.TrainableSubsampling(seed=seed),
                layers.ScaledTanh(),
                layers.ConnectionTableConv2D([[1, 0, 1], [1, 1, 0]], 3, seed=seed),
                layers.ScaledTanh(),
                keras.layers.Flatten(),
                keras.layers.Dense(4, kernel_initializer=layers.FanInUniform(seed)),
                layers.ScaledTanh(),
                layers.EuclideanRBF(codes),
            ]
        )

    return build
