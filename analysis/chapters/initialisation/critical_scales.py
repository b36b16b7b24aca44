"""The weight scale σ_w, with Var w = σ_w²/n and zero biases, for every activation of the catalogue:
what balances, and what a default does."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.numeric import mean_field
from analysis.numeric.mean_field import Critical
from analysis.symbolic.catalogue import ACTIVATIONS, activation
from analysis.symbolic.tables import table

DEFAULT = 1.0 / math.sqrt(3.0)
"""σ_w of PyTorch's ``nn.Linear``: weights uniform on ±1/√n have the variance 1/(3n)."""


@dataclass(frozen=True)
class Scales:
    """σ_w at which q = 1 is handed on, and χ there; σ_w at which χ = 1 while q = 1; the critical scale;
    χ where PyTorch's default settles."""

    name: str
    forward: float
    chi_forward: float
    backward: float
    critical: Critical
    default_chi: float

    @property
    def default_log(self) -> float:
        """½ log χ: what one layer adds to the logarithm of the gradient's root mean
        square with the default weights."""
        return math.log(self.default_chi) / 2.0

    @property
    def critical_scale(self) -> str:
        """The critical scale to four digits, or "none" where no scale holds both signals and gradients."""
        return f"{self.critical.sigma_w:.4f}" if self.critical.kind in ("every", "attracts") else "none"

    @property
    def settles(self) -> str:
        """What becomes of q at the critical scale, or why there is none."""
        return {
            "every": "every $q$ is kept",
            "attracts": (
                "falls to $0$, as a power of $l$"
                if self.critical.q == 0.0
                else f"tends to {self.critical.q:.2f}"
            ),
            "repels": f"a $q$ is kept for $\\sqrt2<\\sigma_w<{self.critical.sigma_w:.4g}$ but repels",
            "limit": "$\\chi<1$ at every $q$ that is kept",
        }[self.critical.kind]


def scales(name: str) -> Scales:
    """The scales of one activation; raises ValueError for an unknown one."""
    activation(name)
    forward = mean_field.gain(name)
    slope = mean_field.slope_second_moment(name, 1.0)
    settled = mean_field.fixed_point(name, DEFAULT, 0.0)
    return Scales(
        name,
        forward,
        forward**2 * slope,
        1.0 / math.sqrt(slope),
        mean_field.critical(name),
        settled.chi,
    )


def catalogue() -> tuple[Scales, ...]:
    """A row for every activation of the catalogue."""
    return tuple(scales(name) for name in ACTIVATIONS)


def as_short_table(rows: Iterable[Scales]) -> str:
    """Activation, the scale of balance for z ~ N(0, 1), the critical scale, and the default's factor,
    in Markdown."""
    head = (
        "activation",
        "balance while $z\\sim N(0,1)$",
        "critical: $z$ follows the weights",
        "PyTorch's default: gradient times",
    )
    lines = [(s.name, f"{s.backward:.4f}", s.critical_scale, f"{math.sqrt(s.default_chi):.3f}") for s in rows]
    return str(table(head, lines))


def as_table(rows: Iterable[Scales]) -> str:
    """All of it in Markdown; numbers to four digits."""
    head = (
        *("activation", "keeps $q=1$ at", "$\\chi$ there", "keeps gradients, while $q=1$, at"),
        *("critical $\\sigma_w$", "what $q$ does there", "default: $\\tfrac12\\log\\chi$"),
    )
    lines = [
        (
            s.name,
            *(f"{x:.4f}" for x in (s.forward, s.chi_forward, s.backward)),
            *(s.critical_scale, s.settles, f"{s.default_log:.3f}"),
        )
        for s in rows
    ]
    return str(table(head, lines))
