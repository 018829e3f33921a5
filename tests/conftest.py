import os
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
