"""All experiments, in the order in which they are reported."""

from lenet_course.experiments.applications import EXPERIMENTS as APPLICATIONS
from lenet_course.experiments.calibration import EXPERIMENTS as CALIBRATION
from lenet_course.experiments.classical import CLASSICAL, KNN_VIEWS
from lenet_course.experiments.hybrids import HYBRIDS
from lenet_course.experiments.limitations import EXPERIMENTS as LIMITATIONS
from lenet_course.experiments.modern import EXPERIMENTS as MODERN
from lenet_course.experiments.networks import NETWORKS
from lenet_course.experiments.original import (
    LENET5_1998,
    LENET5_1998_DISTORTED,
    LENET5_15000,
    LENET5_30000,
)
from lenet_course.experiments.relatives import EXPERIMENTS as RELATIVES
from lenet_course.experiments.sensitivity import SENSITIVITY
from lenet_course.experiments.tutorial import LENET5_TUTORIAL
from lenet_course.experiments.zip_codes import ZIP_CODES

EXPERIMENTS = {
    experiment.name: experiment
    for experiment in (
        *CLASSICAL,
        *NETWORKS,
        *HYBRIDS,
        LENET5_1998,
        LENET5_1998_DISTORTED,
        LENET5_15000,
        LENET5_30000,
        KNN_VIEWS,
        SENSITIVITY,
        LENET5_TUTORIAL,
        *CALIBRATION,
        *ZIP_CODES,
        *MODERN,
        *RELATIVES,
        *APPLICATIONS,
        *LIMITATIONS,
    )
}
