"""How long a step on a single digit takes: Keras's fit, and the compiled loop of the course.

Run by hand, on a machine that does nothing else::

    python benchmarks/online_step.py

Every way trains LeNet-5 of 1998 by SDLM on the same 2,000 digits, one at a time, on one core. The
ways take turns; the best of three turns counts, after one that compiles.
"""

import time
from collections.abc import Callable

import tensorflow as tf

from lenet_course import online
from lenet_course.datasets import as_1998, load_mnist
from lenet_course.losses import MAP
from lenet_course.models import lenet5_1998
from lenet_course.optimizers import SDLM

STEPS = 2000
RATE = 2e-5


def main() -> None:
    """Print microseconds a step, and how many times the course's loop goes into it."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    (x, y), _ = load_mnist()
    images, labels = as_1998(x[:STEPS]), y[:STEPS]

    def keras_fit(jit_compile: bool) -> Callable[[], object]:
        model, optimizer = lenet5_1998(0), SDLM(RATE)
        optimizer.estimate(model, MAP(), images[:500], labels[:500])
        model.compile(optimizer=optimizer, loss=MAP(), jit_compile=jit_compile)
        return lambda: model.fit(images, labels, batch_size=1, verbose=0)

    model = lenet5_1998(0)
    optimizer = SDLM(RATE)
    optimizer.estimate(model, MAP(), images[:500], labels[:500])
    weights = [variable.value for variable in model.trainable_variables]
    steps = online.compiled_steps(model, MAP())
    ways = {
        "Keras fit": keras_fit(False),
        "Keras fit, jit_compile": keras_fit(True),
        "online.fit": lambda: steps(weights, optimizer.step_sizes(), images, labels)[1].numpy(),
    }
    best: dict[str, float] = {}
    for turn in range(4):
        for way, take in ways.items():
            start = time.perf_counter()
            take()
            if turn:
                seconds = time.perf_counter() - start
                best[way] = min(seconds, best.get(way, seconds))
    for way, seconds in best.items():
        ratio = seconds / best["online.fit"]
        print(f"{way:24}{1e6 * seconds / STEPS:8.0f} microseconds a step{ratio:8.1f} times")


if __name__ == "__main__":
    main()
