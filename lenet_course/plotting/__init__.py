"""The figures of the book: drawings with words, readable on light and on dark pages.

Every function takes a ``caption``, which states the finding, and an ``alt``, which states
the picture for those who cannot see it; neither may be empty. It returns a ``Picture``,
which a notebook shows when it is the last line of a cell. Pictures are vector drawings
placed in the page itself, so their lines and letters take the color of the text around them.
"""

from lenet_course.plotting.activations import curves, layer_histograms
from lenet_course.plotting.applications import accepted, along, strips
from lenet_course.plotting.architecture import connection_table, network, shares
from lenet_course.plotting.backpropagation import (
    back_and_forth,
    gradient_sizes,
    step_errors,
    written_out,
)
from lenet_course.plotting.convolution import one_unit, receptive_fields, signed_maps
from lenet_course.plotting.evaluation import Gallery, mistakes, reliability_diagram
from lenet_course.plotting.features import by_digit, errors_by_size
from lenet_course.plotting.history import timeline
from lenet_course.plotting.images import digits
from lenet_course.plotting.inspection import digit_map, over_digits
from lenet_course.plotting.limitations import sweeps
from lenet_course.plotting.maps import layer_maps
from lenet_course.plotting.optimization import histories, paths, side_by_side, under_way
from lenet_course.plotting.original import by_pass, ranges
from lenet_course.plotting.picture import Picture, picture
from lenet_course.plotting.reproduction import beside, errors_by_cost, reject_curves
from lenet_course.plotting.subsampling import by_window, subsampled
from lenet_course.plotting.successors import lineage, waterfall
from lenet_course.plotting.training import (
    confusion,
    label_counts,
    learning_curves,
    probabilities,
)

__all__ = [
    "Gallery",
    "Picture",
    "accepted",
    "along",
    "back_and_forth",
    "beside",
    "by_digit",
    "by_pass",
    "by_window",
    "confusion",
    "connection_table",
    "curves",
    "digit_map",
    "digits",
    "errors_by_cost",
    "errors_by_size",
    "gradient_sizes",
    "histories",
    "label_counts",
    "layer_histograms",
    "layer_maps",
    "learning_curves",
    "lineage",
    "mistakes",
    "network",
    "one_unit",
    "over_digits",
    "paths",
    "picture",
    "probabilities",
    "ranges",
    "receptive_fields",
    "reject_curves",
    "reliability_diagram",
    "shares",
    "side_by_side",
    "signed_maps",
    "step_errors",
    "strips",
    "subsampled",
    "sweeps",
    "timeline",
    "under_way",
    "waterfall",
    "written_out",
]
