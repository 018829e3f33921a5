"""LeNet in NumPy, layer by layer: the readable reference of the course.

Read it in this order: ``sliding_windows`` (what a convolution looks at), ``layers`` (forward,
backward and curvature of each layer), ``losses``, ``network`` (layers in a row), ``training`` and
``checks`` (is the backward pass right?).

Sources: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to
document recognition", Proceedings of the IEEE 86 (1998), pages of the preprint; and Y. LeCun et
al., "Backpropagation applied to handwritten zip code recognition", Neural Computation 1 (1989).
"""

from lenet_course.scratch.checks import check_gradient, complex_step, numerical_gradient
from lenet_course.scratch.codes import DIGIT_CODES
from lenet_course.scratch.layers import (
    RBF,
    Activation,
    AveragePooling,
    Convolution,
    Dense,
    Flatten,
    Layer,
    MaxPooling,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Tanh,
    TrainableSubsampling,
)
from lenet_course.scratch.losses import (
    MAP,
    EuclideanMSE,
    Loss,
    MeanSquaredError,
    SoftmaxCrossEntropy,
    softmax,
)
from lenet_course.scratch.network import (
    TABLE_I,
    Network,
    from_keras,
    glorot_uniform,
    original_network,
    tutorial_network,
    uniform_fan_in,
)
from lenet_course.scratch.sliding_windows import (
    Array,
    add_windows,
    correlate_loops,
    output_side,
    windows,
)
from lenet_course.scratch.training import fit, sgd

__all__ = [
    "DIGIT_CODES",
    "MAP",
    "RBF",
    "TABLE_I",
    "Activation",
    "Array",
    "AveragePooling",
    "Convolution",
    "Dense",
    "EuclideanMSE",
    "Flatten",
    "Layer",
    "Loss",
    "MaxPooling",
    "MeanSquaredError",
    "Network",
    "ReLU",
    "ScaledTanh",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "Tanh",
    "TrainableSubsampling",
    "add_windows",
    "check_gradient",
    "complex_step",
    "correlate_loops",
    "fit",
    "from_keras",
    "glorot_uniform",
    "numerical_gradient",
    "original_network",
    "output_side",
    "sgd",
    "softmax",
    "tutorial_network",
    "uniform_fan_in",
    "windows",
]
