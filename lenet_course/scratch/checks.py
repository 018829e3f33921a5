"""Derivatives computed from values alone, to check a backward pass with."""

# NumPy's operators on arrays of any precision return Any.
# mypy: disable-error-code="no-any-return"

from collections.abc import Callable

import numpy as np

from lenet_course.scratch.layers import Layer
from lenet_course.scratch.network import Network
from lenet_course.scratch.sliding_windows import Array

Function = Callable[[Array], float]


def numerical_gradient(function: Function, array: Array, step: float = 1e-6) -> Array:
    """Return the gradient by central differences.

    df/dx_i = (f(x + h e_i) - f(x - h e_i)) / 2h, with an error of the order of h**2 and of
    rounding, which grows as h shrinks.

    Parameters
    ----------
    function
        From an array to a number.
    array
        Where the derivatives are taken, float64; not changed.
    step
        h.

    Returns
    -------
    array
        Of the shape of ``array``: one derivative for each element, at two calls each.

    Raises
    ------
    ValueError
        If the array is not float64: rounding would swamp the differences.
    """
    _check_float64("array", array)
    x = array.copy()
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + step
        above = function(x)
        x[index] = kept - step
        below = function(x)
        x[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


def complex_step(function: Function, array: Array, step: float = 1e-30) -> Array:
    """Return the gradient of a smooth function, exact but for rounding.

    df/dx_i = Im f(x + i h e_i) / h. No difference is taken, so h may be tiny and no digit is
    lost. The function must be made of operations that work on complex numbers and are smooth
    there: tanh, sums and products, but not max or ReLU.

    Parameters
    ----------
    function
        From an array to a number; it is called with complex arrays.
    array
        Where the derivatives are taken, float64; not changed.
    step
        h.

    Returns
    -------
    array
        Of the shape of ``array``: one derivative for each element, at one call each.

    Raises
    ------
    ValueError
        If the array is not float64, or the function loses the imaginary part.
    """
    _check_float64("array", array)
    x = array.astype(np.complex128)
    gradient = np.empty_like(array)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + 1j * step
        value = function(x)
        if not np.iscomplexobj(value):
            raise ValueError(
                f"The function returned {value!r} for a complex array, expected a complex number. "
                "Take out float() and the like, or use numerical_gradient."
            )
        x[index] = kept
        gradient[index] = value.imag / step
    return gradient


def check_gradient(
    model: Layer | Network,
    x: Array,
    method: Callable[[Function, Array], Array] = numerical_gradient,
) -> float:
    """Compare ``backward`` of a layer or a network with derivatives computed from values.

    E is a sum of all outputs, each times a fixed random number, so that errors do not cancel.

    Parameters
    ----------
    model
        With parameters in float64. It needs ``forward``, ``backward`` and what `Layer` says of
        parameters and gradients.
    x
        An input of it, float64.
    method
        `numerical_gradient`, or `complex_step` where the model is smooth.

    Returns
    -------
    float
        The largest difference, over the input and all parameters, as a fraction of the largest
        derivative of that array. About 1e-9 where all is well; 1e-14 with `complex_step`.

    Raises
    ------
    ValueError
        If the input or a parameter is not float64.
    """
    layers = model.layers if isinstance(model, Network) else [model]
    factors = np.random.default_rng(0).uniform(0.5, 1.5, model.forward(x).shape)
    to_x = model.backward(factors)

    def of_input(value: Array) -> float:
        return (model.forward(value) * factors).sum()

    def of_parameter(layer: Layer, name: str) -> Function:
        def function(value: Array) -> float:
            layer.parameters[name] = value
            return of_input(x)

        return function

    worst = _difference(to_x, method(of_input, x))
    for layer in layers:
        for name, kept in layer.parameters.items():
            expected = method(of_parameter(layer, name), kept)
            layer.parameters[name] = kept
            worst = max(worst, _difference(layer.gradients[name], expected))
    model.forward(x)  # so that the model remembers its own numbers again
    return worst


def _difference(received: Array, expected: Array) -> float:
    if received.shape != expected.shape:
        raise ValueError(f"A gradient has shape {received.shape}, expected {expected.shape}.")
    largest = np.abs(expected).max()
    return float(np.abs(received - expected).max() / (largest or 1))


def _check_float64(name: str, array: Array) -> None:
    if array.dtype != np.float64:
        raise ValueError(
            f"{name} has type {array.dtype}, expected float64: give it {name}.astype(np.float64)."
        )
