"""The atlas: what there is to know of each activation of the catalogue, in one row, made by iterating over it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from analysis.numeric.compiled import compiled
from analysis.numeric.moments import Moments, moments
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import z
from analysis.symbolic.render import tex

_FAR = 1e4


@dataclass(frozen=True)
class Entry:
    """One activation: the supremum of |σ′|, its slope far to the left and right, and its moments at z ~ N(0, 1)."""

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
    """The row of one activation, by quadrature."""
    left, right = compiled(x.slope, z)(np.array([-_FAR, _FAR]))
    return Entry(x, float(x.slope_bound), float(left), float(right), moments(x))


def atlas() -> tuple[Entry, ...]:
    """A row for every activation of the catalogue."""
    return tuple(entry(x) for x in ACTIVATIONS.values())


def as_table(entries: Iterable[Entry]) -> str:
    """The atlas as a Markdown table; numbers to four digits."""
    head = (
        "| activation | $\\sigma(z)$ | $\\sup\\lvert\\sigma'\\rvert$ | $\\mathbb{E}\\,\\sigma$ | $\\mathbb{E}\\,\\sigma^2$ "
        "| $\\mathbb{E}\\,\\sigma'^2$ | saturates | dead | centred |\n|-|-|-|-|-|-|-|-|-|"
    )
    rows = [
        f"| {e.activation.name} | ${_formula(e.activation)}$ | {e.largest_slope:.4f} | {round(e.moments.mean, 4) + 0.0:.4f}"
        f" | {e.moments.second:.4f} | {e.moments.slope_second:.4f} | {e.saturates.removesuffix(' sides')} | {e.moments.dead:.2f}"
        f" | {'yes' if e.zero_centred else 'no'} |"
        for e in entries
    ]
    return "\n".join((head, *rows))


def _formula(x: Activation) -> str:
    return tex(x.formula).replace("|", r"\vert ")


@dataclass(frozen=True)
class Cost:
    """Nanoseconds per number: the value alone, the slope alone."""

    name: str
    value: float
    slope: float


def timings(count: int = 200_000, repeats: int = 5, seed: int = 0) -> tuple[Cost, ...]:
    """The best of ``repeats`` runs over ``count`` standard normal numbers in float64, for every activation, on this machine."""
    x = np.random.default_rng(seed).standard_normal(count)

    def best(f: object) -> float:
        times = []
        for _ in range(repeats):
            begin = time.perf_counter()
            f(x)  # type: ignore[operator]
            times.append(time.perf_counter() - begin)
        return min(times) / count * 1e9

    return tuple(
        Cost(name, best(compiled(a.value, z)), best(compiled(a.slope, z))) for name, a in ACTIVATIONS.items()
    )
