"""How far the input may move before the exploding chain stops exploding:
the crossing of 1, by ball arithmetic, and the layers led past it."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.explosion.designed_chain import setting, shift
from analysis.chapters.explosion.fragility import crossing
from analysis.claims.claim import Claim
from analysis.claims.domain import between, domain, only, reals
from analysis.claims.lines import Line, Proof
from analysis.claims.relations import ge, implies, le, lt
from analysis.claims.rules import Instance, Logic
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.chain import definitions, in_order
from analysis.symbolic.display import times
from analysis.symbolic.notation import a_, sigma, sigma_prime, z, z_

_above, _beyond = crossing(digits=6)
_known = definitions(4)
_moved = {**_known, **{x: _known[x].subs(a_(0), a_(0) + shift) for x in (z_(1), a_(1))}}


def _below_one_beyond(c: str) -> sp.Basic:
    return sp.Implies(
        sp.Ge(sp.Abs(shift), sp.Float(c), evaluate=False),
        sp.Lt(times(*in_order(4).args[:-1]), 1, evaluate=False),
        evaluate=False,
    )


_t = sp.Symbol("t", real=True)
_slopes = sp.symbols("s_1:5", real=True)
_DECIMALS = 12
"""Of the numbers that the lines name."""


def _bounds(c: str) -> tuple[tuple[sp.Rational, sp.Rational], ...]:
    """What |z_j| is at least, and σ′(z_j) at most, where |Δ| ≥ c: for j = 1 … 4, rounded to the safe side."""
    unit, size, found = sp.Integer(10) ** _DECIMALS, 100 * sp.Rational(c), []
    for _ in _slopes:
        slope = sp.ceiling(sp.N(SIGMOID.derivative.subs(z, size), 30) * unit) / unit
        found.append((size, slope))
        size = sp.floor(sp.N(100 * SIGMOID.formula.subs(z, size) - 50, 30) * unit) / unit
    return tuple(found)


def layer_by_layer(c: str) -> Proof:
    """Lines that lead |Δ| ≥ c through the layers: the larger each |z_j|, the larger the next, and the smaller
    the slope; their product is below 1 if c is large enough."""
    sizes, bounds = zip(*_bounds(c), strict=True)
    far = _below_one_beyond(c).args[0]
    lines = [Line(implies(far, ge(sp.Abs(z_(1)), sizes[0])))]
    last, small = 1, []
    for j, (size, bound) in enumerate(zip(sizes, bounds, strict=True), start=1):
        anywhere, here = le(sigma_prime(_t), bound), le(sigma_prime(z_(j)), bound)
        if j < len(sizes):
            anywhere = sp.And(anywhere, ge(sp.Abs(100 * sigma(_t) - 50), sizes[j]))
            here = sp.And(here, ge(sp.Abs(z_(j + 1)), sizes[j]))
        lines.append(Line(implies(ge(sp.Abs(_t), size), anywhere), over=((_t, reals()),)))
        instance = Instance((len(lines),), {_t: z_(j)})
        lines.append(Line(implies(ge(sp.Abs(z_(j)), size), here), instance))
        lines.append(Line(implies(far, le(sigma_prime(z_(j)), bound)), Logic((last, len(lines)))))
        small.append(len(lines))
        if j < len(sizes):
            lines.append(Line(implies(far, ge(sp.Abs(z_(j + 1)), sizes[j])), Logic((last, len(lines) - 1))))
            last = len(lines)
    product = times(*in_order(4).args[:-1]).xreplace(
        {sigma_prime(z_(j)): x for j, x in enumerate(_slopes, 1)}
    )
    ranges = tuple((x, between(0, bound, open_low=True)) for x, bound in zip(_slopes, bounds, strict=True))
    lines.append(Line(lt(product, 1), over=ranges))
    slopes = {x: sigma_prime(z_(j)) for j, x in enumerate(_slopes, 1)}
    lines.append(Line(_below_one_beyond(c), Instance((len(lines), *small), slopes)))
    return Proof(tuple(lines))


_stated = str(sp.N(_beyond, 6))

CLAIMS = (
    Claim(
        label="explosion-is-fragile",
        sentence=f"An input that is off by {float(_beyond):.10f} or more is enough to make the product "
        f"smaller than 1.",
        statement=_below_one_beyond(_stated),
        check=layer_by_layer(_stated),
        scope="sigmoid, depth 4, weights 100, biases −100a_0, −50, −50, −50, input a_0 + Δ",
        false_sibling=_below_one_beyond(str(sp.N(_above, 6))),
        domain=domain(
            (a_(0), between(-3, 3, words="any real")),
            (shift, reals(largest=3)),
            means={**setting(), **_moved, **only("sigmoid")},
        ),
    ),
)
