"""How far the input may move before the exploding chain stops exploding:
the crossing of 1, by ball arithmetic."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.explosion.designed_chain import setting, shift
from analysis.chapters.explosion.fragility import certain_product, crossing
from analysis.claims.claim import Claim
from analysis.claims.domain import between, domain, only, reals
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import by_deciding
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.chain import definitions, in_order
from analysis.symbolic.display import times
from analysis.symbolic.notation import a_, z, z_


def by_monotone_factors(statement: sp.Basic) -> Outcome:
    """|Δ| ≥ c implies product < 1:
    the product is even in Δ and falls as |Δ| grows, so its value at c decides."""
    c = sp.Rational(str(sp.sstr(statement.args[0].rhs, full_prec=False)))
    falls = sp.Le(SIGMOID.slope.subs(z, sp.Abs(z)).diff(z) * sp.sign(z), 0, evaluate=False)
    size = sp.Le(sp.S.Half, SIGMOID.formula.subs(z, sp.Abs(z)), evaluate=False)
    rises = sp.Eq(sp.Derivative(SIGMOID.formula, z), SIGMOID.slope, evaluate=False)
    even = sp.Eq(SIGMOID.slope, SIGMOID.slope.subs(z, -z), evaluate=False)
    facts = [by_deciding(exclude_zero=fact is falls)(fact) for fact in (falls, size, rises, even)]
    if not all(isinstance(fact, Proved) for fact in facts):
        return Unknown("the sigmoid's monotony was not decided")
    value = certain_product(c)
    if value < 1:
        return Proved(
            "intervals",
            (
                Step(
                    "z_1 = 100 Δ and z_{j+1} = 100 (σ(z_j) − ½) grow in size with |Δ|, as σ increases and "
                    "σ(0) = ½"
                ),
                Step("σ′ is even and falls as |z| grows, so every factor falls as |Δ| grows"),
                Step(f"at Δ = {float(c):.6g} the product lies in {value.str(10)}, below 1"),
            ),
        )
    return (
        Refuted(f"at Δ = {float(c):.6g} the product lies in {value.str(10)}")
        if value > 1
        else Unknown(f"{value.str(10)}")
    )


_above, _beyond = crossing(digits=6)
_known = definitions(4)
_moved = {**_known, **{x: _known[x].subs(a_(0), a_(0) + shift) for x in (z_(1), a_(1))}}


def _below_one_beyond(c: str) -> sp.Basic:
    return sp.Implies(
        sp.Ge(sp.Abs(shift), sp.Float(c), evaluate=False),
        sp.Lt(times(*in_order(4).args[:-1]), 1, evaluate=False),
        evaluate=False,
    )


CLAIMS = (
    Claim(
        label="explosion-is-fragile",
        sentence=f"An input that is off by {float(_beyond):.10f} or more is enough to make the product "
        f"smaller than 1.",
        statement=_below_one_beyond(str(sp.N(_beyond, 6))),
        check=by_monotone_factors,
        scope="sigmoid, depth 4, weights 100, biases −100a_0, −50, −50, −50, input a_0 + Δ",
        false_sibling=_below_one_beyond(str(sp.N(_above, 6))),
        domain=domain(
            (a_(0), between(-3, 3, words="any real")),
            (shift, reals(largest=3)),
            means={**setting(), **_moved, **only("sigmoid")},
        ),
    ),
)
