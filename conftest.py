"""Keep the progress of whoever runs the tests out of the tests, and theirs out of it."""

import os
import tempfile

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # In the environment, because the kernels that nbval starts inherit it.
    folder = tempfile.TemporaryDirectory(prefix="lenet-course-")
    config.add_cleanup(folder.cleanup)
    os.environ["LENET_COURSE_PROGRESS"] = os.path.join(folder.name, "progress.json")  # noqa: PTH118
