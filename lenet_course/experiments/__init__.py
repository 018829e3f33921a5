"""Every number of the book that takes longer than a chapter may, and the command that made it.

``python -m lenet_course.experiments list`` names the experiments, ``run NAME`` makes a result file
in a folder of yours, and ``report`` prints what the result files of the package say, beside the
papers. ``run NAME --quick`` repeats the beginning of a run and compares it with the package's.

Each experiment has some candidate settings. They are tried on 50,000 training digits and judged
on the other 10,000; the best one is trained again on all 60,000, with every seed, and only then
meets the test set, once.
"""

from lenet_course.experiments.experiment import Experiment
from lenet_course.experiments.results import RESULTS, load_result

__all__ = ["RESULTS", "Experiment", "load_result"]
