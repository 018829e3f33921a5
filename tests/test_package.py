"""The NumPy half of the course needs no TensorFlow."""

import subprocess
import sys

WITHOUT = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = None  # importing them now fails
"""


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_importing_the_package_does_not_import_tensorflow():
    done = run(
        "import sys, lenet_course, lenet_course.book, lenet_course.datasets\n"
        "import lenet_course.exercises, lenet_course.models, lenet_course.plotting\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    assert done.returncode == 0, done.stderr


def test_data_figures_and_checks_work_without_tensorflow():
    done = run(
        WITHOUT + "from lenet_course import datasets, exercises, plotting\n"
        "(x, y), _ = datasets.load_mnist()\n"
        "plotting.digits(x[:10], y[:10], caption='Digits.', alt='Digits.')\n"
        "exercises.check('08.sides', [28, 14, 10, 5])\n"
    )
    assert done.returncode == 0, done.stderr
    assert "32" in done.stdout
