r"""The restricted Boltzmann machine as formulas, written out for two visible and two hidden units.

    E(v, h) = −b·v − c·h − vᵀ W h,    p(v) = Σ_h e^{−E(v, h)} / Z = e^{−F(v)} / Z,    F(v)
    = −b·v − Σ_j softplus(c_j + Σ_i v_i W_ij)

(Smolensky 1986; Hinton 2002). A unit is 0 or 1, so every sum below is over finitely many states and nothing
is left to an integral: every probability is a quotient of polynomials in e^{parameters}.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import sympy as sp

from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b as bias
from analysis.symbolic.notation import h as below
from analysis.symbolic.notation import w as weight

SIZE = 2
v = sp.symbols("v_1 v_2", integer=True, nonnegative=True)
"""The visible units, each 0 or 1."""
b = sp.symbols("b_1 b_2", real=True)
c = sp.symbols("c_1 c_2", real=True)
W = tuple(sp.symbols(f"W_{i}1 W_{i}2", real=True) for i in (1, 2))
"""W[i][j] joins v_{i+1} to h_{j+1}."""
PARAMETERS = (*W[0], *W[1], *b, *c)
State = tuple[sp.Expr, ...]
STATES: tuple[State, ...] = tuple(tuple(map(sp.Integer, s)) for s in product((0, 1), repeat=SIZE))


def logistic(x: sp.Expr) -> sp.Expr:
    """σ(x) = 1/(1 + e^{−x}), the sigmoid layer of the catalogue at weight 1 and bias 0."""
    return plain(SIGMOID).output.subs({weight: 1, bias: 0}).subs(below, x)


def energy(seen: State, hidden: State) -> sp.Expr:
    """E(v, h)."""
    linear = sum(b[i] * seen[i] + c[i] * hidden[i] for i in range(SIZE))
    return -linear - sum(seen[i] * W[i][j] * hidden[j] for i in range(SIZE) for j in range(SIZE))


def field(seen: State, j: int) -> sp.Expr:
    """c_j + Σ_i v_i W_ij: the weighted input of hidden unit j."""
    return c[j] + sum(seen[i] * W[i][j] for i in range(SIZE))


def free_energy(seen: State) -> sp.Expr:
    """F(v) = −b·v − Σ_j log(1 + e^{c_j + Σ_i v_i W_ij})."""
    linear = sum(b[i] * seen[i] for i in range(SIZE))
    return -linear - sum(sp.log(1 + sp.exp(field(seen, j))) for j in range(SIZE))


def weight_of(seen: State) -> sp.Expr:
    """Σ_h e^{−E(v, h)}, summed over the hidden states one by one."""
    return sp.Add(*(sp.exp(-energy(seen, hidden)) for hidden in STATES))


def partition() -> sp.Expr:
    """Z, the sum over all 16 states."""
    return sp.Add(*(weight_of(seen) for seen in STATES))


def probability_of(seen: State) -> sp.Expr:
    """p(v)."""
    return weight_of(seen) / partition()


def hidden_given(seen: State, hidden: State) -> sp.Expr:
    """P(h | v) by its definition: e^{−E(v, h)} over its sum."""
    return sp.exp(-energy(seen, hidden)) / weight_of(seen)


def phase(seen: State, parameter: sp.Symbol) -> sp.Expr:
    """−∂F/∂parameter at v, by differentiation."""
    return -free_energy(seen).diff(parameter)


class _Shown(sp.Function):  # type: ignore[misc]
    """A quantity of the machine, shown by its name."""

    tex, plain = "", ""

    def _latex(self, printer: Any) -> str:
        return self.tex.format(*(printer._print(x) for x in self.args))

    def _sympystr(self, printer: Any) -> str:
        return self.plain.format(*(printer._print(x) for x in self.args))


class summed_weight(_Shown):
    """Σ_h e^{−E(v, h)}."""

    nargs = 2
    tex, plain = r"\sum_{{h}} e^{{-E(v,h)}}", "sum_h exp(-E(v, h))"


class firing(_Shown):
    """P(h_1 = 1 | v)."""

    nargs = 2
    tex, plain = r"P(h_1=1\mid v)", "P(h_1 = 1 | v)"


class firing_together(_Shown):
    """P(h_1 = 1, h_2 = 1 | v)."""

    nargs = 2
    tex, plain = r"P(h_1=1,\,h_2=1\mid v)", "P(h_1 = 1, h_2 = 1 | v)"


class free_energy_slope(_Shown):
    """∂F(v)/∂parameter; arguments: the parameter, then v."""

    nargs = 3
    tex, plain = r"\frac{{\partial F(v)}}{{\partial {0}}}", "dF(v)/d{0}"


class log_likelihood_slope(_Shown):
    """∂ log p(v)/∂parameter; arguments: the parameter, then v."""

    nargs = 3
    tex, plain = r"\frac{{\partial \log p(v)}}{{\partial {0}}}", "d log p(v)/d{0}"


class under_model(_Shown):
    """Σ_{v′} p(v′) (−∂F(v′)/∂parameter)."""

    nargs = 1
    tex = r"\sum_{{v'}} p(v')\left(-\frac{{\partial F(v')}}{{\partial {0}}}\right)"
    plain = "sum_v' p(v') (-dF(v')/d{0})"


class after_a_step(_Shown):
    """Σ_{v′} T(v → v′) (−∂F(v′)/∂parameter)."""

    nargs = 3
    tex = r"\sum_{{v'}} T(v\to v')\left(-\frac{{\partial F(v')}}{{\partial {0}}}\right)"
    plain = "sum_v' T(v -> v') (-dF(v')/d{0})"


class stationary(_Shown):
    """Σ_{v} p(v) T(v → v′), the distribution after a step from the model's own; arguments v′."""

    nargs = 2
    tex, plain = r"\sum_{{u}} p(u)\, T(u\to v)", "sum_u p(u) T(u -> v)"


class uniform_stationary(_Shown):
    """¼ Σ_{u} T(u → v)."""

    nargs = 2
    tex, plain = r"\frac{{1}}{{4}}\sum_{{u}} T(u\to v)", "sum_u T(u -> v)/4"


class p_of(_Shown):
    """p(v)."""

    nargs = 2
    tex, plain = r"p(v)", "p(v)"


class cd_slope(_Shown):
    """∂(CD-1 update of the first parameter)/∂second: one entry of the update's Jacobian; arguments:
    both, then v."""

    nargs = 4
    tex, plain = r"\frac{{\partial m_{{{0}}}}}{{\partial {1}}}", "dm[{0}]/d{1}"


class likelihood_curvature(_Shown):
    """∂² log p(v)/∂second ∂first; arguments: both parameters, then v."""

    nargs = 4
    tex = r"\frac{{\partial^2 \log p(v)}}{{\partial {1}\,\partial {0}}}"
    plain = "d2 log p(v)/d{1} d{0}"
