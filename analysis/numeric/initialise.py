"""Initial weights and biases by name: each draws a ``Network`` of given sizes from a given generator."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from analysis.numeric.network import Network, checked_sizes


class Initialiser(Protocol):
    """(sizes, rng) → Network; ``zero_biases`` sets every b to 0, ``activation`` names that of the hidden layers."""

    def __call__(
        self,
        sizes: tuple[int, ...],
        rng: np.random.Generator,
        *,
        zero_biases: bool = False,
        activation: str = "sigmoid",
    ) -> Network: ...


def nielsen(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    *,
    zero_biases: bool = False,
    activation: str = "sigmoid",
) -> Network:
    """w ~ N(0, 1/n_in), b ~ N(0, 1): what Nielsen's figures used (2015, chapter 3, ``default_weight_initializer``).

    n_in is the number of weights into the neuron. Raises ValueError on bad sizes or an unknown activation.
    """
    return _gaussian(sizes, rng, zero_biases, activation, divide=True)


def gaussian(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    *,
    zero_biases: bool = False,
    activation: str = "sigmoid",
) -> Network:
    """w ~ N(0, 1), b ~ N(0, 1): what the story tells (Nielsen 2015, chapter 1, ``large_weight_initializer``).

    Raises ValueError on bad sizes or an unknown activation.
    """
    return _gaussian(sizes, rng, zero_biases, activation, divide=False)


INITIALISERS: dict[str, Initialiser] = {"nielsen": nielsen, "gaussian": gaussian}


def initialiser(name: str) -> Initialiser:
    """The initialiser of that name; raises ValueError naming the known ones."""
    try:
        return INITIALISERS[name]
    except (KeyError, TypeError):
        raise ValueError(f"initialiser must be one of {', '.join(INITIALISERS)}, not {name!r}") from None


def _gaussian(
    sizes: tuple[int, ...], rng: np.random.Generator, zero_biases: bool, activation: str, *, divide: bool
) -> Network:
    sizes = checked_sizes(sizes)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy Generator such as np.random.default_rng(0), not {type(rng).__name__}"
        )
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    biases = tuple(
        rng.standard_normal(n) for n in sizes[1:]
    )  # all biases first: zeroing them leaves the weights alone
    weights = tuple(rng.standard_normal((n, n_in)) / (np.sqrt(n_in) if divide else 1.0) for n_in, n in pairs)
    if zero_biases:
        biases = tuple(np.zeros(n) for n in sizes[1:])
    return Network(sizes, weights, biases, activation)
