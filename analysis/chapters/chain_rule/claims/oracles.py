"""The product of factors, in numbers, against three oracles that differentiate the network without it."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import sympy as sp

from analysis.chapters.chain_rule.oracles import (
    CERTAIN,
    COMPARED,
    DIGITS,
    Chain,
    agreed,
    drawn,
    product_value,
)
from analysis.claims.claim import Claim, Measured
from analysis.claims.domain import Domain, domain, only
from analysis.claims.outcome import Checked, Outcome, Refuted, Step, Unknown
from analysis.symbolic.chain import definitions, in_order, of_cost
from analysis.symbolic.display import partial, times
from analysis.symbolic.notation import a_, b_, cost, cost_prime, sigma_prime, w_, z_

_ORACLES = ("differences", "complex step", "autograd")


def example() -> Chain:
    """The chain of depth 6 that the claim is about."""
    return drawn(6, np.random.default_rng(1))


def by_oracles(statement: sp.Basic) -> Outcome:
    """The right side in numbers against every oracle's derivative of the network
    in the parameter on the left.

    Agreement to all the digits that count is checked; fewer than half of them is a refutation.
    """
    chain = example()
    places = {p(j): (i, j - 1) for i, p in enumerate((b_, w_)) for j in range(1, chain.depth + 1)}
    if not isinstance(statement.lhs, partial) or statement.lhs.args[1] not in places:
        return Unknown("the left side is not ∂C/∂b or ∂C/∂w of a layer of the chain")
    kind, index = places[statement.lhs.args[1]]
    ours = product_value(statement.rhs, chain)
    steps = []
    with mp.workdps(DIGITS):
        for name in _ORACLES:
            theirs = mp.mpf(COMPARED[name](chain)[kind][index])
            digits = agreed(theirs, ours, CERTAIN[name])
            if digits < CERTAIN[name] // 2:
                values = (mp.nstr(x, digits + 6) for x in (theirs, ours))
                return Refuted("{}: the network's derivative is {}, the product {}".format(name, *values))
            if digits < CERTAIN[name]:
                return Unknown(f"{name} agrees to {digits} digits only")
            steps.append(Step(f"{name}: the first {digits} digits agree"))
    return Checked(f"the right side is {mp.nstr(ours, 6)} at the chain's numbers", tuple(steps))


_dropped = times(*(x for x in in_order(6).args if x not in (w_(3), sigma_prime(z_(3)))))


def _world() -> Domain:
    """The example's numbers, its activation and its cost."""
    chain, x = example(), sp.Symbol("x", real=True)
    known = {a_(0): sp.Rational(str(chain.a0))}
    for letter, found in ((w_, chain.weights), (b_, chain.biases)):
        known |= {letter(j): sp.Rational(str(v)) for j, v in enumerate(found.tolist(), start=1)}
    loss = (x - sp.Rational(str(chain.target))) ** 2 / 2
    functions = {**only("sigmoid"), cost: sp.Lambda(x, loss), cost_prime: sp.Lambda(x, loss.diff(x))}
    return domain(means={**known, **functions, **definitions(chain.depth)})


CLAIMS = (
    Claim(
        label="chain-gradient-against-oracles",
        sentence="The product of factors is what three oracles find by differentiating the network without "
        "it.",
        statement=sp.Eq(of_cost(6, b_(1)), in_order(6), evaluate=False),
        check=Measured(by_oracles),
        scope="one sigmoid chain of depth 6, weights and biases drawn from N(0, 1) with seed 1 and rounded "
        "to two decimals",
        false_sibling=sp.Eq(of_cost(6, b_(1)), _dropped, evaluate=False),
        domain=_world(),
    ),
)
