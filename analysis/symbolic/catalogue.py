"""The activations of the book. To add one, add one block: tests, claims, tables and pictures iterate over it."""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z

_e = sp.exp(-sp.Abs(z))

SIGMOID = Activation(
    name="sigmoid",
    formula=1 / (1 + sp.exp(-z)),
    slope_bound=sp.Rational(1, 4),
    log_slope=-sp.Abs(z) - 2 * sp.log(1 + _e),
    log_slope_rate=sp.S.One,
)

TANH = Activation(
    name="tanh",
    formula=sp.tanh(z),
    slope_bound=sp.S.One,
    log_slope=sp.Piecewise(
        (-2 * sp.log(1 + 2 * sp.sinh(z / 2) ** 2), sp.Abs(z) < 1),
        (sp.log(4) - 2 * sp.Abs(z) - 2 * sp.log(1 + _e**2), True),
    ),
    log_slope_rate=sp.S(2),
)

IDENTITY = Activation(
    name="identity",
    formula=z,
    slope_bound=sp.S.One,
    log_slope=sp.S.Zero,
    log_slope_rate=sp.S.Zero,
)

SOFTPLUS = Activation(
    name="softplus",
    formula=sp.log(1 + sp.exp(z)),
    slope_bound=sp.S.One,
    log_slope=sp.Min(0, z) - sp.log(1 + _e),
    log_slope_rate=sp.S.One,
    safe_formula=sp.Max(0, z) + sp.log(1 + _e),
)

RELU = Activation(  # the value 0 of the slope at the kink is a convention, stated here and nowhere else
    name="relu",
    formula=sp.Piecewise((0, z <= 0), (z, True)),
    slope_bound=sp.S.One,
    log_slope=sp.Piecewise((-sp.oo, z <= 0), (0, True)),
    log_slope_rate=sp.S.Zero,
)

ACTIVATIONS: dict[str, Activation] = {x.name: x for x in (SIGMOID, TANH, IDENTITY, SOFTPLUS, RELU)}


def activation(name: str) -> Activation:
    """The activation of that name; raises ValueError naming the known ones."""
    try:
        return ACTIVATIONS[name]
    except (KeyError, TypeError):
        raise ValueError(f"name must be one of {', '.join(ACTIVATIONS)}, not {name!r}") from None
