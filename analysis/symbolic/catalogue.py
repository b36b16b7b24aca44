"""The activations of the book.
To add one, add one block: tests, claims, tables and pictures iterate over it."""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.activation import Activation
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE, Root
from analysis.symbolic.normal import density, erfcx, ndtr
from analysis.symbolic.notation import sigma, sigma_prime, z

_t = sp.Abs(z)
_e = sp.exp(-_t)

SIGMOID = Activation(
    name="sigmoid",
    formula=1 / (1 + sp.exp(-z)),
    slope_bound=sp.Rational(1, 4),
    log_slope=-sp.Abs(z) - 2 * sp.log(1 + _e),
    log_slope_rate=sp.S.One,
    safe_formula=sp.exp(sp.Min(0, z)) / (1 + _e),
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
    name="identity", formula=z, slope_bound=sp.S.One, log_slope=sp.S.Zero, log_slope_rate=sp.S.Zero
)

SOFTPLUS = Activation(
    name="softplus",
    formula=sp.log(1 + sp.exp(z)),
    slope_bound=sp.S.One,
    turn=sp.oo,
    log_slope=sp.Min(0, z) - sp.log(1 + _e),
    log_slope_rate=sp.S.One,
    safe_formula=sp.Max(0, z) + sp.log(1 + _e),
)

RELU = Activation(  # the value 0 of the slope at the kink is a convention, stated here and nowhere else
    name="relu",
    formula=sp.Piecewise((0, z <= 0), (z, True)),
    slope_bound=sp.S.One,
    turn=sp.S.One,
    log_slope=sp.Piecewise((-sp.oo, z <= 0), (0, True)),
    log_slope_rate=sp.S.Zero,
)

LEAKY_RELU = (
    Activation(  # Maas, Hannun and Ng 2013; the slope at the kink is the one on the left, as for ReLU
        name="leaky relu",
        formula=sp.Piecewise((z / 100, z <= 0), (z, True)),
        slope_bound=sp.S.One,
        turn=sp.S.One,
        log_slope=sp.Piecewise((-sp.log(100), z <= 0), (0, True)),
        log_slope_rate=sp.S.Zero,
    )
)

ELU = Activation(  # Clevert, Unterthiner and Hochreiter 2016, with α = 1
    name="elu",
    formula=sp.Piecewise((sp.exp(z) - 1, z <= 0), (z, True)),
    slope_bound=sp.S.One,
    turn=sp.S.One,
    log_slope=sp.Min(0, z),
    log_slope_rate=sp.S.One,
)

SELU = Activation(  # Klambauer et al. 2017; at the kink the slope is the one on the right
    name="selu",
    formula=sp.Piecewise((SELU_SCALE * SELU_ALPHA * (sp.exp(z) - 1), z < 0), (SELU_SCALE * z, True)),
    slope_bound=SELU_SCALE * SELU_ALPHA,
    log_slope=sp.Piecewise((sp.log(SELU_SCALE * SELU_ALPHA) + z, z < 0), (sp.log(SELU_SCALE), True)),
    log_slope_rate=sp.S.One,
)

_g = erfcx(_t / sp.sqrt(2)) / 2 - _t / sp.sqrt(2 * sp.pi)  # the slope at −|z| is exp(−z²/2) times this
GELU = Activation(  # Hendrycks and Gimpel 2016, without their approximation
    name="gelu",
    formula=z * ndtr(z),
    slope_bound=ndtr(sp.sqrt(2)) + sp.sqrt(2) * density(sp.sqrt(2)),
    turn=sp.sqrt(2),
    log_slope=sp.Piecewise(
        (-(z**2) / 2 + sp.log(sp.Abs(_g)), z < 0), (sp.log(1 + (z * density(z) - ndtr(-z))), True)
    ),
    slope_sign=sp.Piecewise((sp.sign(_g), z < 0), (1, True)),
)

_s = 1 - _t + _e  # the slope of SiLU at −|z| is exp(−|z|)/(1 + exp(−|z|))² times this
SILU_TURN = Root("x_1", "x₁", z * sp.tanh(z) - 1, 1, 2)  # the slope is largest at 2x₁ and is (1 + x₁)/2 there
SILU = Activation(  # Elfwing, Uchibe and Doya 2018; Swish of Ramachandran et al. 2017 with β = 1
    name="silu",
    formula=z / (1 + sp.exp(-z)),
    slope_bound=(1 + SILU_TURN) / 2,
    turn=2 * SILU_TURN,
    log_slope=sp.Piecewise(
        (z - 2 * sp.log(1 + _e) + sp.log(sp.Abs(_s)), z < 0), (sp.log(1 - _e * _s / (1 + _e) ** 2), True)
    ),
    slope_sign=sp.Piecewise((sp.sign(_s), z < 0), (1, True)),
    safe_formula=z * sp.exp(sp.Min(0, z)) / (1 + _e),
)

SOFTSIGN = Activation(
    name="softsign",
    formula=z / (1 + _t),
    slope_bound=sp.S.One,
    log_slope=-2 * sp.log(1 + _t),
    log_slope_rate=sp.S(2),
)

_mish = z * sp.tanh(sp.log(1 + sp.exp(z)))
_d, _q = 1 + 2 * _e + 2 * _e**2, 2 + 2 * _e + _e**2
_m = (2 + _e) * _q + 4 * z * (1 + _e)  # the slope of Mish at z < 0 is exp(z)/_q² times this
MISH_TURN = Root("x_2", "x₂", _mish.diff(z, 2), 1, 2)
MISH = Activation(  # Misra 2020
    name="mish",
    formula=_mish,
    slope_bound=_mish.diff(z).subs(z, MISH_TURN),
    turn=MISH_TURN,
    log_slope=sp.Piecewise(
        (z + sp.log(sp.Abs(_m) / _q**2), z < 0),
        (sp.log(1 + 2 * _e**2 * (2 * z * (1 + _e) - _d) / _d**2), True),
    ),
    slope_sign=sp.Piecewise((sp.sign(_m), z < 0), (1, True)),
    safe_formula=sp.Piecewise((z * _e * (2 + _e) / _q, z < 0), (z * (1 + 2 * _e) / _d, True)),
)

CELU = Activation(  # Barron 2017, with α = 2, as its name says; with α = 1 it is ELU
    name="celu 2",
    formula=sp.Piecewise((2 * (sp.exp(z / 2) - 1), z <= 0), (z, True)),
    slope_bound=sp.S.One,
    turn=sp.S.One,
    log_slope=sp.Min(0, z) / 2,
    log_slope_rate=sp.S.Half,
)

HARD_SIGMOID = Activation(  # as in PyTorch; Courbariaux, Bengio and David 2015 have the slope 1/2
    name="hard sigmoid",
    formula=sp.Piecewise((0, z <= -3), (z / 6 + sp.S.Half, z < 3), (1, True)),
    slope_bound=sp.Rational(1, 6),
    log_slope=sp.Piecewise((-sp.oo, z <= -3), (-sp.log(6), z < 3), (-sp.oo, True)),
    log_slope_rate=sp.S.Zero,
)

FIRST = (SIGMOID, TANH, IDENTITY, SOFTPLUS, RELU)
"""Those that chapters 1 to 4 use."""

ACTIVATIONS: dict[str, Activation] = {
    x.name: x for x in (*FIRST, LEAKY_RELU, ELU, SELU, GELU, SILU, SOFTSIGN, MISH, CELU, HARD_SIGMOID)
}


def activation(name: str, argument: str = "name") -> Activation:
    """The activation of that name;
    raises ValueError naming the known ones, and the argument that was to hold one."""
    if isinstance(name, str) and name in ACTIVATIONS:
        return ACTIVATIONS[name]
    given = f"the Activation of {name.name} itself" if isinstance(name, Activation) else repr(name)
    raise ValueError(f"{argument} must be one of {', '.join(ACTIVATIONS)}, not {given}")


def given_activation(name: str, x: object) -> Activation:
    """x; raises TypeError naming the argument and the known activations unless it is an ``Activation``."""
    if isinstance(x, Activation):
        return x
    known = f"such as catalogue.activation('tanh'); the catalogue has {', '.join(ACTIVATIONS)}"
    raise TypeError(f"{name} must be an Activation, {known}; not {x!r:.80}")


def as_sigmoid(expr: sp.Expr) -> sp.Expr:
    """The same expression with the sigmoid in place of the unspecified σ and σ′."""
    x = sp.Dummy("x")
    for function, formula in {sigma: SIGMOID.formula, sigma_prime: SIGMOID.derivative}.items():
        expr = expr.replace(function, sp.Lambda(x, formula.subs(z, x)))
    return expr
