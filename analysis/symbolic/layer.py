"""One layer of a chain: a map of its input h, its weight w and its bias b."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import given_activation
from analysis.symbolic.notation import b, h, sigma, w, z


@dataclass(frozen=True)
class Layer:
    """h ↦ output, an expression in ``notation.h``, ``w`` and ``b``;
    what it does to a gradient is d output/dh.

    >>> from analysis.symbolic.notation import b, h, w
    >>> Layer("linear", w * h + b).factor
    w
    """

    name: str
    output: sp.Expr
    log_factor: sp.Expr | None = None
    """log|d output/dh| in a form that neither overflows nor cancels, where one is declared."""

    @property
    def factor(self) -> sp.Expr:
        """d output/dh, by differentiation."""
        return self.output.diff(h)


def plain(activation: Activation | None = None) -> Layer:
    """σ(wh + b); with no activation given, σ stays a symbol.
    Raises TypeError for anything but an ``Activation``.

    >>> from analysis.symbolic.catalogue import TANH
    >>> plain(TANH).output
    tanh(b + h*w)
    """
    if activation is None:
        return Layer("plain", sigma(w * h + b))
    given_activation("activation", activation)
    at = {z: w * h + b}
    return Layer(
        name=f"plain({activation.name})",
        output=activation.formula.subs(at),
        log_factor=sp.log(sp.Abs(w)) + activation.log_slope.subs(at),
    )
