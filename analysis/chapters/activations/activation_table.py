"""The atlas: what there is to know of each activation of the catalogue, in one row,
made by iterating over it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from analysis.numeric.compiled import compiled
from analysis.numeric.moments import Moments, moments
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import ACTIVATIONS, given_activation
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE
from analysis.symbolic.notation import z
from analysis.symbolic.printing import tex
from analysis.symbolic.tables import table

Floats = NDArray[np.float64]
_FAR = 1e4


@dataclass(frozen=True)
class Entry:
    """One activation: the supremum of |σ′|, its slope far to the left and right,
    and its moments at z ~ N(0, 1)."""

    activation: Activation
    largest_slope: float
    slope_left: float
    slope_right: float
    moments: Moments

    @property
    def saturates(self) -> str:
        """On which sides the slope goes to 0."""
        sides = [
            name for name, s in (("left", self.slope_left), ("right", self.slope_right)) if abs(s) < 1e-6
        ]
        return "both sides" if len(sides) == 2 else "".join(sides) or "no"

    @property
    def zero_centred(self) -> bool:
        """E σ(z) = 0 at z ~ N(0, 1)."""
        return abs(self.moments.mean) < 1e-12

    @property
    def balanced_scale(self) -> float:
        """σ_w with σ_w² E σ′² = 1 at z ~ N(0, 1), where σ_w² = width · Var w."""
        return 1.0 / math.sqrt(self.moments.slope_second)


def entry(x: Activation) -> Entry:
    """The row of one activation, by quadrature; raises TypeError for what is no ``Activation``."""
    given_activation("x", x)
    left, right = compiled(x.slope, z)(np.array([-_FAR, _FAR]))
    return Entry(x, float(x.slope_bound), float(left), float(right), moments(x))


def atlas() -> tuple[Entry, ...]:
    """A row for every activation of the catalogue."""
    return tuple(entry(x) for x in ACTIVATIONS.values())


def as_table(entries: Iterable[Entry]) -> str:
    """The atlas as a Markdown table; numbers to four digits."""
    head = (
        *("activation", "$\\sigma(z)$", "$\\sup\\lvert\\sigma'\\rvert$", "$\\mathbb{E}\\,\\sigma$"),
        *("$\\mathbb{E}\\,\\sigma^2$", "$\\mathbb{E}\\,\\sigma'^2$", "saturates", "off", "centred"),
    )
    rows = [
        (
            *(e.activation.name, f"${_formula(e.activation)}$", f"{e.largest_slope:.4f}"),
            *map(_four, (e.moments.mean, e.moments.second, e.moments.slope_second)),
            *(e.saturates.removesuffix(" sides"), f"{e.moments.dead:.4f}"),
            "yes" if e.zero_centred else "no",
        )
        for e in entries
    ]
    return str(table(head, rows))


def _four(x: float) -> str:
    """Four digits; an exact tie such as 0.50005 goes the same way whatever its last bits are,
    and there is no −0."""
    return f"{round(x + 1e-9, 4) + 0.0:.4f}"


def _formula(x: Activation) -> str:
    return tex(x.formula).replace("|", r"\vert ")


@dataclass(frozen=True)
class Cost:
    """Nanoseconds per number: the value alone, the slope alone."""

    name: str
    value: float
    slope: float


def _elu(x: Floats) -> Floats:
    return np.maximum(x, np.expm1(np.minimum(x, 0.0)))


_SCALE, _ALPHA = float(SELU_SCALE), float(SELU_ALPHA)


def _selu(x: Floats) -> Floats:
    return _SCALE * (np.maximum(x, 0.0) + _ALPHA * np.expm1(np.minimum(x, 0.0)))


WRITTEN: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "identity": (lambda x: x.copy(), np.ones_like),
    "relu": (lambda x: np.maximum(x, 0.0), lambda x: (x > 0.0).astype(x.dtype)),
    "leaky relu": (lambda x: np.maximum(x, 0.01 * x), lambda x: np.where(x > 0.0, 1.0, 0.01)),
    "elu": (_elu, lambda x: np.exp(np.minimum(x, 0.0))),
    "selu": (_selu, lambda x: _SCALE * np.where(x < 0.0, _ALPHA * np.exp(np.minimum(x, 0.0)), 1.0)),
    "softsign": (lambda x: x / (1.0 + np.abs(x)), lambda x: (1.0 + np.abs(x)) ** -2),
    "tanh": (np.tanh, lambda x: 1.0 - np.tanh(x) ** 2),
    "sigmoid": (expit, lambda x: expit(x) * expit(-x)),
    "silu": (lambda x: x * expit(x), lambda x: expit(x) * (1.0 + x * expit(-x))),
    "softplus": (lambda x: np.logaddexp(0.0, x), expit),
    "gelu": (lambda x: x * ndtr(x), lambda x: ndtr(x) + x * np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)),
}
"""Value and slope of the activations as one writes them with NumPy and SciPy:
ReLU is one call of ``maximum``, and no case distinction."""


def timings(count: int = 200_000, repeats: int = 5, seed: int = 0) -> tuple[Cost, ...]:
    """The best of ``repeats`` runs over ``count`` standard normal numbers in float64,
    for each of ``WRITTEN``, on this machine."""
    x = np.random.default_rng(seed).standard_normal(count)

    def best(f: Callable[[Floats], Floats]) -> float:
        times = []
        for _ in range(repeats):
            begin = time.perf_counter()
            f(x)
            times.append(time.perf_counter() - begin)
        return min(times) / count * 1e9

    return tuple(Cost(name, best(value), best(slope)) for name, (value, slope) in WRITTEN.items())
