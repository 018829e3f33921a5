"""All experiments, in the order of the book."""

from lenet_course.experiments.original import LENET5_1998, LENET5_1998_DISTORTED

EXPERIMENTS = {experiment.name: experiment for experiment in (LENET5_1998, LENET5_1998_DISTORTED)}
