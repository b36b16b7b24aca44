"""An exploding chain:
large weights, biases solved so that every weighted input is 0, and the exact product."""

from __future__ import annotations

from random import Random

import sympy as sp
from flint import fmpq

from analysis.chapters.explosion.designed_chain import (
    WEIGHTS,
    centred_gradient,
    setting,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import COST, Range, between, domain, integers, only, smooth
from analysis.claims.lines import decided
from analysis.claims.meaning import value
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.claims.world import Number, Undefined, World
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.chain import definitions, of_cost
from analysis.symbolic.display import partial, times
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import a_, b, b_, cost_prime, h, sigma, w, w_, z, z_

_L = sp.Symbol("L", integer=True, positive=True)
_HALF = sp.S.Half
_A = sp.IndexedBase("a", real=True)
_last = sp.Symbol("a_L", real=True)


def by_induction_at_the_fixed_point(statement: sp.Basic) -> Outcome:
    """One layer: σ′(0). One more: the layer with bias −w/2 maps ½ to ½ and multiplies by its factor there."""
    slope = cost_prime(sp.Symbol("a_L", real=True))
    right = statement.rhs.doit() / slope
    layer, here = plain(SIGMOID), {h: _HALF, b: -w / 2}
    onward, factor = layer.output.subs(here), sp.simplify(layer.factor.subs(here))
    first = SIGMOID.derivative.subs(z, 0)
    growth = sp.simplify(right.subs(_L, _L + 1) / right)
    if onward == _HALF and sp.simplify(right.subs(_L, 1) - first) == 0 and sp.simplify(growth - factor) == 0:
        return Proved(
            "induction",
            (
                Step("one layer: the slope at 0", first),
                Step("the layer with bias −w/2 maps ½ to", onward),
                Step("and one layer more multiplies by", factor),
            ),
        )
    for depth in (1, 2, 3):
        exact = centred_gradient([w] * depth) / cost_prime(a_(depth))
        found = counterexample(
            sp.Eq(exact, right.subs(_L, depth), evaluate=False), [{w: sp.Integer(WEIGHTS[0])}]
        )
        if found:
            return Refuted(f"at depth {depth}, {found.witness}")
    return Unknown("the induction step fails, yet no small depth shows it")


def _biases_are(*values: sp.Expr | int) -> sp.Basic:
    j = range(1, len(values) + 1)
    return sp.Equivalent(
        sp.Eq(sp.Tuple(*(b_(k) for k in j)), sp.Tuple(*values), evaluate=False),
        sp.Eq(sp.Tuple(*(z_(k) for k in j)), sp.Tuple(*(0 for _ in j)), evaluate=False),
        evaluate=False,
    )


_FIRST, _FACTOR = sp.Rational(1, 4), sp.Integer(25)
"""The first slope, and the factor of each layer after it."""


def _gradient_is(power: int) -> sp.Eq:
    return sp.Eq(
        of_cost(4, b_(1)),
        times(_FIRST, sp.Pow(_FACTOR, power, evaluate=False), cost_prime(a_(4))),
        evaluate=False,
    )


def _any_depth(power: sp.Expr) -> sp.Eq:
    right = times(sp.Rational(1, 4), (w / 4) ** power, cost_prime(_last))
    return sp.Eq(partial(_last, b_(1)), right, evaluate=False)


def _around_the_centre(random: Random, world: World) -> tuple[fmpq, ...]:
    """The biases that centre every layer, or with some of them off."""
    centred = [-100 * world.letters[a_(0)], *(fmpq(-50) for _ in WEIGHTS[1:])]
    some = random.choice(((), (), (0,), (1,), (2,), (3,), (0, 1), (0, 1, 2, 3)))
    return tuple(
        x + fmpq(random.choice((-50, -1, 1, 7)), random.choice((1, 10**6))) if k in some else x
        for k, x in enumerate(centred)
    )


def _activation(j: int, world: World) -> Number:
    """a_j of the chain with one weight w, bias b_1 in layer 1 and −w/2 after it."""
    if j < 1:
        raise Undefined("layers are counted from 1")
    below, bias = (a_(0), b_(1)) if j == 1 else (_A[j - 1], -w / 2)
    return value(sigma(w * below + bias), world)


_any_input = (a_(0), between(-3, 3, words="any real", over=sp.S.Reals))
_weights = {w_(j): sp.Integer(x) for j, x in enumerate(WEIGHTS, start=1)}
_cost = (COST, smooth("C any differentiable cost"))


CLAIMS = (
    Claim(
        label="explosion-biases",
        sentence="With all weights 100, every weighted input is 0 for one choice of the biases only.",
        statement=_biases_are(-100 * a_(0), -50, -50, -50),
        check=decided(_biases_are(-100 * a_(0), -50, -50, -50)),
        scope="sigmoid, four layers of weight 100; from the second layer on the input is σ(0) = 1/2",
        false_sibling=_biases_are(-100 * a_(0), -100, -50, -50),
        domain=domain(
            _any_input,
            (tuple(b_(j) for j in range(1, 5)), Range("any reals", _around_the_centre, over=sp.S.Reals)),
            means={**_weights, **definitions(4), **only("sigmoid")},
        ),
    ),
    Claim(
        label="explosion-gradient",
        sentence=f"Three factors of {_FACTOR} follow the first slope of 1/4: the gradient is "
        f"{float(_FIRST * _FACTOR**3)} times the output's.",
        statement=_gradient_is(3),
        check=decided(_gradient_is(3)),
        scope="sigmoid, three hidden layers and the output, weights 100, biases −100a_0, −50, −50, −50",
        false_sibling=_gradient_is(4),
        domain=domain(_any_input, _cost, means={**setting(), **definitions(4), **only("sigmoid")}),
    ),
    Claim(
        label="explosion-any-depth",
        sentence="A chain whose weighted inputs are all 0 multiplies the gradient by w/4 with each layer.",
        statement=_any_depth(_L - 1),
        check=by_induction_at_the_fixed_point,
        scope="sigmoid, by induction in the depth, one weight w in every layer, b_1 = −w a_0 and b_j = "
        "−w/2 after it",
        false_sibling=_any_depth(_L),
        domain=domain(
            _any_input,
            _cost,
            (w, between(-20, 20, words="any real")),
            (_L, integers(1, 9)),
            means={b_(1): -w * a_(0), _last: _A[_L], _A: _activation, **only("sigmoid")},
        ),
    ),
)
