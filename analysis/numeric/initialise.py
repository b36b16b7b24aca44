"""Initial weights and biases by name: each draws a ``Network`` of given sizes from a given generator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.arguments import generator, number, one_of
from analysis.numeric.network import Network, checked_sizes

_STEEPEST = 1e150
"""The square of a slope above this leaves float64."""


class Initialiser(Protocol):
    """(sizes, rng) → Network; ``zero_biases`` sets every b to 0, ``activation`` names that of the hidden
    layers, ``output`` that of the last.
    """

    def __call__(
        self,
        sizes: tuple[int, ...],
        rng: np.random.Generator,
        *,
        zero_biases: bool = False,
        activation: str = "sigmoid",
        output: str = "sigmoid",
    ) -> Network: ...


def nielsen(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    *,
    zero_biases: bool = False,
    activation: str = "sigmoid",
    output: str = "sigmoid",
) -> Network:
    """w ~ N(0, 1/n_in), b ~ N(0, 1):
    what Nielsen's figures used (2015, chapter 3, ``default_weight_initializer``).

    n_in is the number of weights into the neuron. Raises ValueError on bad sizes or an unknown activation.
    """
    return _gaussian(sizes, rng, zero_biases, activation, output, divide=True)


def gaussian(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    *,
    zero_biases: bool = False,
    activation: str = "sigmoid",
    output: str = "sigmoid",
) -> Network:
    """w ~ N(0, 1), b ~ N(0, 1): ``large_weight_initializer`` of Nielsen (2015, chapter 1).

    Raises ValueError on bad sizes or an unknown activation.
    """
    return _gaussian(sizes, rng, zero_biases, activation, output, divide=False)


def lecun(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    *,
    zero_biases: bool = True,
    activation: str = "sigmoid",
    output: str = "sigmoid",
    uniform: bool = False,
) -> Network:
    """Var w = 1/n_in (LeCun, Bottou, Orr & Müller 1998, section 4.6).

    For this and the following: normal weights, or ``uniform`` ones of the same variance; b ~ N(0, 1) unless
    ``zero_biases``. Raises ValueError on bad sizes or an unknown activation.
    """
    return _by_variance(sizes, rng, zero_biases, activation, output, uniform, lambda n_in, n_out: 1 / n_in)


def xavier(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    *,
    zero_biases: bool = True,
    activation: str = "sigmoid",
    output: str = "sigmoid",
    uniform: bool = False,
) -> Network:
    """Var w = 2/(n_in + n_out) (Glorot & Bengio 2010, equation 12; theirs is the uniform law of equation
    16)."""
    return _by_variance(
        sizes, rng, zero_biases, activation, output, uniform, lambda n_in, n_out: 2 / (n_in + n_out)
    )


def he(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    *,
    zero_biases: bool = True,
    activation: str = "relu",
    output: str = "sigmoid",
    uniform: bool = False,
    slope: float = 0.0,
) -> Network:
    """Var w = 2/((1 + s²) n_in), with s the ``slope`` on the negative side (He et al. 2015, equations 10
    and 15)."""
    slope = number("slope", slope, least=-_STEEPEST, most=_STEEPEST)
    return _by_variance(
        sizes, rng, zero_biases, activation, output, uniform, lambda n_in, n_out: 2 / ((1 + slope**2) * n_in)
    )


INITIALISERS: dict[str, Initialiser] = {
    "nielsen": nielsen,
    "gaussian": gaussian,
    "lecun": lecun,
    "xavier": xavier,
    "he": he,
}


def initialiser(name: str) -> Initialiser:
    """The initialiser of that name; raises ValueError naming the known ones.

    >>> initialiser("he")((784, 30, 10), np.random.default_rng(0), activation="relu").weights[0].shape
    (30, 784)
    """
    return INITIALISERS[one_of("initialiser", name, INITIALISERS)]


def _gaussian(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    zero_biases: bool,
    activation: str,
    output: str,
    *,
    divide: bool,
) -> Network:
    sizes = checked_sizes(sizes)
    generator("rng", rng)
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    biases = _biases(sizes, rng)
    weights = tuple(rng.standard_normal((n, n_in)) / (np.sqrt(n_in) if divide else 1.0) for n_in, n in pairs)
    if zero_biases:
        biases = tuple(np.zeros(n) for n in sizes[1:])
    return Network(sizes, weights, biases, activation, output)


def _by_variance(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    zero_biases: bool,
    activation: str,
    output: str,
    uniform: bool,
    variance: Callable[[int, int], float],
) -> Network:
    """Weights of mean 0 and variance ``variance(n_in, n_out)``."""
    sizes = checked_sizes(sizes)
    generator("rng", rng)
    biases = _biases(sizes, rng)
    weights = []
    for n_in, n in zip(sizes[:-1], sizes[1:], strict=True):
        unit = (
            rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), (n, n_in)) if uniform else rng.standard_normal((n, n_in))
        )
        weights.append(unit * np.sqrt(variance(n_in, n)))
    if zero_biases:
        biases = tuple(np.zeros(n) for n in sizes[1:])
    return Network(sizes, tuple(weights), biases, activation, output)


def _biases(sizes: tuple[int, ...], rng: np.random.Generator) -> tuple[NDArray[np.float64], ...]:
    """b ~ N(0, 1), drawn before any weight: zeroing them leaves the weights alone."""
    return tuple(rng.standard_normal(n) for n in sizes[1:])
