r"""The restricted Boltzmann machine as formulas, written out for two visible and two hidden units.

    E(v, h) = −b·v − c·h − vᵀ W h,    p(v) = Σ_h e^{−E(v, h)} / Z = e^{−F(v)} / Z,    F(v)
    = −b·v − Σ_j softplus(c_j + Σ_i v_i W_ij)

(Smolensky 1986; Hinton 2002). A unit is 0 or 1, so every sum below is over finitely many states and nothing
is left to an integral. ``quotient`` puts a letter in place of each e^{parameter};
every probability then is a quotient of polynomials.
"""

from __future__ import annotations

import operator
from collections import Counter
from functools import cache, reduce
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


def step(start: State, end: State) -> sp.Expr:
    """T(v → v′) = Σ_h P(h | v) P(v′ | h): one step of Gibbs sampling, up and down again."""
    total = []
    for hidden in STATES:
        back = sp.exp(-energy(end, hidden)) / sp.Add(*(sp.exp(-energy(s, hidden)) for s in STATES))
        total.append(hidden_given(start, hidden) * back)
    return sp.Add(*total)


def phase(seen: State, parameter: sp.Symbol) -> sp.Expr:
    """−∂F/∂parameter at v, by differentiation."""
    return -free_energy(seen).diff(parameter)


def model_phase(parameter: sp.Symbol) -> sp.Expr:
    """Σ_v p(v) (−∂F/∂parameter): the mean under the machine's own distribution."""
    return sp.Add(*(probability_of(s) * phase(s, parameter) for s in STATES))


def chain_phase(start: State, parameter: sp.Symbol) -> sp.Expr:
    """Σ_{v′} T(v → v′) (−∂F/∂parameter)(v′):
    the mean after one Gibbs step from v, what CD-1 puts in its place."""
    return sp.Add(*(step(start, s) * phase(s, parameter) for s in STATES))


_RING: tuple[Any, ...] = sp.ring([f"x_{n}" for n in range(1, len(PARAMETERS) + 1)], sp.QQ)
Fraction = tuple[Any, Counter[Any]]
"""A polynomial in the letters, over a product of such: ring element, {factor: how often}."""


def vanishes(expr: sp.Expr) -> bool:
    """Whether an expression in e^{parameters} is zero for all real parameters,
    by the numerator of its quotient of polynomials."""
    return not quotient(expr)[0]


@cache
def quotient(expr: sp.Expr) -> Fraction:
    """The expression with a letter x_n for e^{parameter n},
    as one fraction whose denominator stays in factors.

    Raises ValueError where it is not rational in e^{parameters}.
    """
    if expr.is_Rational:
        return _RING[0](sp.QQ.from_sympy(expr)), Counter()
    if isinstance(expr, sp.exp):
        return _monomial(sp.Poly(expr.args[0], *PARAMETERS))
    if expr.is_Mul:
        return reduce(_multiplied, map(quotient, expr.args))
    if expr.is_Add:
        return _added([quotient(term) for term in expr.args])
    if expr.is_Pow and expr.exp.is_Integer:
        top, bottom = quotient(expr.base)
        if expr.exp < 0:
            top, bottom = _spread(bottom), Counter({top: 1})
        one = (top, bottom)
        return reduce(_multiplied, [one] * abs(int(expr.exp)))
    raise ValueError(f"expr must be rational in the exponentials of the parameters, not {expr}")


def _monomial(exponent: sp.Poly) -> Fraction:
    ring: Any = _RING[0]
    letters: tuple[Any, ...] = _RING[1:]
    top, bottom = ring(1), Counter[Any]()
    for powers, times in exponent.terms():
        if times and (sum(powers) != 1 or not times.is_Integer):
            raise ValueError(f"an exponent must be a sum of whole multiples of parameters, not {exponent}")
        if times:
            letter = letters[powers.index(1)]
            if times > 0:
                top *= letter ** int(times)
            else:
                bottom[letter] += -int(times)
    return top, bottom


def _spread(factors: Counter[Any]) -> Any:
    return reduce(lambda product, factor: product * factor, factors.elements(), _RING[0](1))


def _multiplied(one: Fraction, other: Fraction) -> Fraction:
    bottom = one[1] + other[1]
    tops = []
    for top in (one[0], other[0]):
        if bottom[top]:  # a factor that stands above and below
            bottom -= Counter({top: 1})
            top = _RING[0](1)
        tops.append(top)
    return tops[0] * tops[1], bottom


def _added(terms: list[Fraction]) -> Fraction:
    common = reduce(operator.or_, (bottom for _, bottom in terms))
    return sum((top * _spread(common - bottom) for top, bottom in terms), _RING[0](0)), common


class _Shown(sp.Function):  # type: ignore[misc]
    """A quantity of the machine shown by its name; ``doit()`` writes it out."""

    tex, plain = "", ""

    def _latex(self, printer: Any) -> str:
        return self.tex.format(*(printer._print(x) for x in self.args))

    def _sympystr(self, printer: Any) -> str:
        return self.plain.format(*(printer._print(x) for x in self.args))


class summed_weight(_Shown):
    """Σ_h e^{−E(v, h)}."""

    nargs = 2
    tex, plain = r"\sum_{{h}} e^{{-E(v,h)}}", "sum_h exp(-E(v, h))"

    def doit(self, **hints: Any) -> sp.Expr:
        return weight_of(self.args)


class firing(_Shown):
    """P(h_1 = 1 | v)."""

    nargs = 2
    tex, plain = r"P(h_1=1\mid v)", "P(h_1 = 1 | v)"

    def doit(self, **hints: Any) -> sp.Expr:
        return sp.Add(*(hidden_given(self.args, hidden) for hidden in STATES if hidden[0] == 1))


class firing_together(_Shown):
    """P(h_1 = 1, h_2 = 1 | v)."""

    nargs = 2
    tex, plain = r"P(h_1=1,\,h_2=1\mid v)", "P(h_1 = 1, h_2 = 1 | v)"

    def doit(self, **hints: Any) -> sp.Expr:
        return hidden_given(self.args, STATES[-1])


class free_energy_slope(_Shown):
    """∂F(v)/∂parameter; arguments: the parameter, then v."""

    nargs = 3
    tex, plain = r"\frac{{\partial F(v)}}{{\partial {0}}}", "dF(v)/d{0}"

    def doit(self, **hints: Any) -> sp.Expr:
        return -sp.log(weight_of(self.args[1:])).diff(self.args[0])


class log_likelihood_slope(_Shown):
    """∂ log p(v)/∂parameter; arguments: the parameter, then v."""

    nargs = 3
    tex, plain = r"\frac{{\partial \log p(v)}}{{\partial {0}}}", "d log p(v)/d{0}"

    def doit(self, **hints: Any) -> sp.Expr:
        return sp.log(probability_of(self.args[1:])).diff(self.args[0])


class under_model(_Shown):
    """Σ_{v′} p(v′) (−∂F(v′)/∂parameter)."""

    nargs = 1
    tex = r"\sum_{{v'}} p(v')\left(-\frac{{\partial F(v')}}{{\partial {0}}}\right)"
    plain = "sum_v' p(v') (-dF(v')/d{0})"

    def doit(self, **hints: Any) -> sp.Expr:
        return model_phase(self.args[0])


class after_a_step(_Shown):
    """Σ_{v′} T(v → v′) (−∂F(v′)/∂parameter)."""

    nargs = 3
    tex = r"\sum_{{v'}} T(v\to v')\left(-\frac{{\partial F(v')}}{{\partial {0}}}\right)"
    plain = "sum_v' T(v -> v') (-dF(v')/d{0})"

    def doit(self, **hints: Any) -> sp.Expr:
        return chain_phase(self.args[1:], self.args[0])


class stationary(_Shown):
    """Σ_{v} p(v) T(v → v′), the distribution after a step from the model's own; arguments v′."""

    nargs = 2
    tex, plain = r"\sum_{{u}} p(u)\, T(u\to v)", "sum_u p(u) T(u -> v)"

    def doit(self, **hints: Any) -> sp.Expr:
        return sp.Add(*(probability_of(u) * step(u, self.args) for u in STATES))


class uniform_stationary(_Shown):
    """¼ Σ_{u} T(u → v)."""

    nargs = 2
    tex, plain = r"\frac{{1}}{{4}}\sum_{{u}} T(u\to v)", "sum_u T(u -> v)/4"

    def doit(self, **hints: Any) -> sp.Expr:
        return sp.Add(*(step(u, self.args) for u in STATES)) / 4


class p_of(_Shown):
    """p(v)."""

    nargs = 2
    tex, plain = r"p(v)", "p(v)"

    def doit(self, **hints: Any) -> sp.Expr:
        return probability_of(self.args)


class cd_slope(_Shown):
    """∂(CD-1 update of the first parameter)/∂second: one entry of the update's Jacobian; arguments:
    both, then v."""

    nargs = 4
    tex, plain = r"\frac{{\partial g_{{{0}}}}}{{\partial {1}}}", "dg[{0}]/d{1}"

    def doit(self, **hints: Any) -> sp.Expr:
        of, by, *seen = self.args
        return (phase(tuple(seen), of) - chain_phase(tuple(seen), of)).diff(by)


class likelihood_curvature(_Shown):
    """∂² log p(v)/∂second ∂first; arguments: both parameters, then v."""

    nargs = 4
    tex = r"\frac{{\partial^2 \log p(v)}}{{\partial {1}\,\partial {0}}}"
    plain = "d2 log p(v)/d{1} d{0}"

    def doit(self, **hints: Any) -> sp.Expr:
        of, by, *seen = self.args
        return sp.log(probability_of(tuple(seen))).diff(of).diff(by)
