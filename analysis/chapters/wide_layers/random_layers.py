"""Products of random layers at several widths, and gradients by plain differences in high precision."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from analysis.chapters.wide_layers.gaussian_exponents import gaussian_exponent, i, n, s
from analysis.numeric.compiled import compiled
from analysis.numeric.jacobian import direct_log_values, layer_matrices, spectrum
from analysis.numeric.lyapunov import Exponents, exponents, gaussian_matrices, network_matrices
from analysis.numeric.network import Network, gradients
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import positive, whole

Floats = NDArray[np.float64]


def closed_form(width: int, std: float) -> Floats:
    """λ_1 … λ_n of Gaussian matrices (n,), from the SymPy expression."""
    return np.asarray(compiled(gaussian_exponent(), n, i, s)(float(width), np.arange(1.0, width + 1.0), std))


@one_thread()
def gaussian(width: int, std: float, depth: int, replicates: int, rng: np.random.Generator) -> Exponents:
    """The simulated λ_1 … λ_n of Gaussian matrices;
    no burn-in is needed, since every layer has the same law."""
    return exponents(gaussian_matrices(width, std, depth, replicates, rng))


@dataclass(frozen=True, eq=False)
class ByWidth:
    """The largest exponent at each width with its standard error,
    and the standard deviation of the weights there."""

    widths: tuple[int, ...]
    stds: Floats
    top: Floats
    standard_errors: Floats


@one_thread()
def exponent_by_width(
    name: str,
    widths: Sequence[int],
    weight_std: Callable[[int], float],
    rng: np.random.Generator,
    bias_std: float = 0.0,
    depth: int = 100,
    replicates: int = 24,
    burn_in: int = 20,
) -> ByWidth:
    """λ_1 of random networks of the activation, one exponent for each width;
    ``weight_std`` maps a width to a scale."""
    checked = tuple(whole("each of widths", width, 1) for width in widths)
    stds = np.array([positive("weight_std", weight_std(width)) for width in checked])
    found = []
    for width, std in zip(checked, stds, strict=True):
        matrices = network_matrices(name, width, float(std), bias_std, depth + burn_in, replicates, rng)
        found.append(exponents(matrices, burn_in, largest=1))
    return ByWidth(
        checked, stds, np.array([e.values[0] for e in found]), np.array([e.standard_errors[0] for e in found])
    )


@dataclass(frozen=True, eq=False)
class DeepSpectrum:
    """log₁₀ of the singular values of one random network's Jacobian, kept layer by layer and multiplied out;
    shape (n,)."""

    kept: Floats
    direct: Floats
    depth: int


def random_network(
    width: int, depth: int, weight_std: float, rng: np.random.Generator, activation: str = "sigmoid"
) -> Network:
    """A network of equal widths, w_jk ~ N(0, weight_std²), b_j ~ N(0, 1), its last layer like the others."""
    whole("depth", depth, 1), whole("width", width, 1)
    positive("weight_std", weight_std)
    weights = tuple(weight_std * rng.standard_normal((width, width)) for _ in range(depth))
    biases = tuple(rng.standard_normal(width) for _ in range(depth))
    return Network((width,) * (depth + 1), weights, biases, activation, activation)


def deep_spectrum(network: Network, x: Floats) -> DeepSpectrum:
    """The spectrum of ∂aᴸ/∂a⁰ both ways; all widths must be equal."""
    if len(set(network.sizes)) != 1:
        raise ValueError(f"network must have layers of one width, not {network.sizes}")
    matrices = layer_matrices(network, x)
    kept, direct = spectrum(matrices), direct_log_values(matrices)
    return DeepSpectrum(kept.log_values / math.log(10.0), direct / math.log(10.0), network.depth)


@dataclass(frozen=True, eq=False)
class Differences:
    """|∂C/∂b_1¹| at each depth: by back-propagation, by differences in 80 digits, by differences in float64;
    shape (depths,)."""

    depths: tuple[int, ...]
    backward: Floats
    exact: Floats
    float64: Floats


def differences(depths: Sequence[int], width: int, rng: np.random.Generator, digits: int = 80) -> Differences:
    """Central differences of C = ½ Σ_j (a_jᴸ − ½)² in b_1¹ of sigmoid networks, w ~ N(0, 1/n)
    and b ~ N(0, 1).

    Nothing of the chain rule is used: two forward passes and a subtraction, with a step of 10^(−digits/3) in
    high precision and 6·10⁻⁶ in float64.
    """
    checked = tuple(whole("each of depths", depth, 1) for depth in depths)
    deepest = random_network(width, max(checked), 1.0 / math.sqrt(width), rng)
    x = rng.standard_normal(width)
    backward, exact, plain = [], [], []
    for depth in checked:
        net = Network(
            (width,) * (depth + 1), deepest.weights[:depth], deepest.biases[:depth], "sigmoid", "sigmoid"
        )
        target = np.full((1, width), 0.5)
        backward.append(abs(float(gradients(net, x[None], target, "squared error").biases[0][0])))
        with mpmath.workdps(digits):
            step = mpmath.mpf(10) ** (-digits // 3)
            gap = _cost(net, x, step, mpmath.mpf) - _cost(net, x, -step, mpmath.mpf)
            exact.append(abs(float(gap / (2 * step))))
        h = 6e-6
        plain.append(abs(_cost(net, x, h, float) - _cost(net, x, -h, float)) / (2 * h))
    return Differences(checked, np.array(backward), np.array(exact), np.array(plain))


def _cost(network: Network, x: Floats, step: mpmath.mpf | float, number: type) -> mpmath.mpf | float:
    """½ Σ_j (a_j − ½)² in mpmath or in float64, with ``step`` added to the first bias of layer 1."""
    exp = mpmath.exp if number is mpmath.mpf else math.exp
    a = [number(v) for v in x]
    for layer, (w, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        z = [
            _added((number(u) * v for u, v in zip(row, a, strict=True)), number(c))
            for row, c in zip(w, b, strict=True)
        ]
        if layer == 0:
            z[0] += step
        a = [1 / (1 + exp(-v)) for v in z]
    return _added(((v - number(0.5)) ** 2 for v in a), number(0)) / 2


def _added(terms: Iterable[Any], start: Any) -> Any:
    """The terms added one after the other: since Python 3.12 ``sum`` compensates the rounding of floats."""
    return functools.reduce(operator.add, terms, start)
