"""The best identity neuron w₂ σ(w₁ x + b) ≈ x on [0, 1] over all weights and biases, with a certified error.

A lower bound needs four points. Two such neurons are A/(1 + B e^{−kx}) and A′/(1 + B′ e^{−k′x});
cross-multiplied, their difference has the sign of a combination of 1, e^{−kx} and e^{−k′x}, which has at most
two zeros unless it vanishes (Rolle). So if the error of one neuron alternates in sign at four points and is
at least e in size there, no other has an error below e:
their difference would have three zeros (de la Vallée-Poussin's argument for Chebyshev approximation).
"""

from __future__ import annotations

from typing import NamedTuple

import sympy as sp

from analysis.numeric.balls import Ball
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

HALF = sp.S.Half

error_anywhere = sp.Symbol(r"E_{\min}", positive=True)
"""The infimum over w₁, w₂ and b of the largest |w₂ σ(w₁x + b) − x| on [0, 1]."""


class BestNeuron(NamedTuple):
    """σ(w₁(x − ½)) with its error at the four points where it alternates, and the largest error found on [0,
    1]."""

    weight: sp.Rational
    points: tuple[sp.Rational, ...]
    errors: tuple[Ball, ...]
    largest: float

    @property
    def certain_least(self) -> float:
        """No neuron has an error below this, provided the signs alternate."""
        return min(float(abs(e).lower()) for e in self.errors)


def error_of(weight: sp.Expr) -> sp.Expr:
    """σ(w₁ (x − ½)) − x with x in the place of ``notation.z``."""
    return SIGMOID.formula.subs(z, weight * (z - HALF)) - z
