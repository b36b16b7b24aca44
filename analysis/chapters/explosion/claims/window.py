"""Where a factor |w σ′(wa + b)| is 1 or more:
which weights allow it, for which activations a, and how wide that window is."""

from __future__ import annotations

import math
from random import Random

import sympy as sp
from flint import fmpq

from analysis.chapters.explosion.claims.meaning_lengths import measured_length
from analysis.chapters.explosion.window import (
    _W,
    _size,
    _x,
    condition,
    edge,
    edges,
    width,
    width_from_edge,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import Range, between, domain, exact, nonnegative, only, reals
from analysis.claims.outcome import Check, Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import by_deciding, counterexample
from analysis.claims.world import World
from analysis.symbolic.catalogue import SIGMOID, as_sigmoid
from analysis.symbolic.display import length, times
from analysis.symbolic.notation import a, b, sigma_prime, w, z

_t = sp.Symbol("t", positive=True)


def _compare(stated: sp.Expr, statement: sp.Basic) -> Outcome:
    """Is ``stated`` (in |w|) the logarithm of the larger root, for every |w| ≥ 4?"""
    small, large = edges()
    beyond = {_W: 4 + _t**2}  # every weight from 4 on; makes the square roots plain
    quadratic = sp.Poly(condition(), _x)
    if quadratic.degree() != 2 or quadratic.LC() != 1 or sp.simplify(small * large) != 1:
        return Unknown(f"expected a quadratic with roots whose product is 1, found {quadratic.as_expr()}")
    if sp.simplify((sp.exp(stated).subs(_size, _W) - large).subs(beyond)) == 0:
        return Proved(
            "algebra",
            (
                Step(
                    "with x = exp(z), W = |w|, the factor is at least 1 where this is not positive",
                    quadratic.as_expr(),
                ),
                Step(
                    "SymPy solves for its roots; their product is 1, so their logarithms are −z and z",
                    sp.Tuple(small, large),
                ),
                Step("the larger root is the exponential of", stated),
            ),
        )
    points = [{w: sp.Integer(n)} for n in (4, 5, 7, 100)]
    found = counterexample(sp.Eq(sp.log(large).subs(_W, _size), stated, evaluate=False), points)
    if found is None:
        return Unknown(f"not recognised: {statement}")
    named = found.witness.replace("the left side", "the edge").replace("the right side", "the stated one")
    return Refuted(named)


def by_solving_for_the_edge(statement: sp.Basic) -> Outcome:
    """|w| σ′(z) ≥ 1 ⇔ |z| ≤ edge: a quadratic inequality in e^z."""
    inside = next(side for side in statement.args if isinstance(side, sp.Le))
    return _compare(inside.rhs, statement)


def by_solving_for_the_width(statement: sp.Basic) -> Outcome:
    """The map a ↦ wa + b shrinks lengths |w|-fold, so the width is 2/|w| times the edge, whatever b is."""
    return _compare(statement.rhs * _size / 2, statement)


def by_largest_slope(statement: sp.Basic) -> Outcome:
    """|w| σ′(z) ≥ 1 implies |w| ≥ c: since σ′ ≤ 1/4, for every c up to 4;
    beyond, |w| = 4 at z = 0 is the exception."""
    premise, conclusion = statement.args
    bound = by_deciding()(sp.Le(SIGMOID.slope, SIGMOID.slope_bound, evaluate=False))
    if not isinstance(bound, Proved):
        return bound
    least = premise.rhs / SIGMOID.slope_bound
    if conclusion.rhs <= least:
        return Proved(
            "algebra",
            (
                Step("σ′(z) is at most", SIGMOID.slope_bound),
                Step("so |w| is at least 1/σ′(z), and that is at least", least),
            ),
        )
    at = {w: least, z: sp.S.Zero}
    met = premise.subs(sigma_prime(z), SIGMOID.derivative).subs(at).doit()
    broken = counterexample(conclusion, [at])
    if met == sp.true and broken:
        return Refuted(f"w = {least} and z = 0 give |w| σ′(z) = {premise.rhs}, yet {broken.witness}")
    return Unknown("no exception found")


def of_sigmoid(check: Check) -> Check:
    """The same check, with the sigmoid put in place of σ and σ′ on both sides first."""

    def checked(statement: sp.Basic) -> Outcome:
        return check(statement.func(*(as_sigmoid(side) for side in statement.args), evaluate=False))

    return checked


def by_inserting_the_weight(statement: sp.Basic) -> Outcome:
    """|w| = 1/σ′(z) put into the width: the square root is tanh(z/2), the logarithm is z;
    both equations are decided."""
    left, right = (side.doit() for side in statement.args)
    surds = [p for p in left.atoms(sp.Pow) if p.exp == sp.S.Half]
    logarithms = list(left.atoms(sp.log))
    if len(surds) != 1 or len(logarithms) != 1:
        return Unknown("expected one square root and one logarithm on the left")
    root = sp.tanh(z / 2)
    inside = logarithms[0].args[0].subs(surds[0], root)
    squared = sp.Eq(surds[0].base, root**2, evaluate=False)
    power = sp.Eq(inside, sp.exp(z), evaluate=False)
    if not all(isinstance(by_deciding()(equation), Proved) for equation in (squared, power)):
        return Unknown("the square root is not tanh(z/2), or the logarithm not z")
    if sp.simplify((left.subs(logarithms[0], z) - right).rewrite(sp.exp)) == 0:
        steps = (
            Step("under the root, the square of tanh(z/2), which is not negative", squared),
            Step("inside the logarithm", power),
        )
        return Proved("algebra", steps)
    return counterexample(statement, [{z: sp.Integer(n)} for n in (1, 2, 3)]) or Unknown(
        "not brought to one form"
    )


def by_width_at_a_weight(statement: sp.Basic) -> Outcome:
    """The width at the weight that stands in the relation;
    equal to the right side if the exponentials of |w|/2 times both are."""
    relation, variable = statement.lhs.args
    (inside,) = relation.atoms(sigma_prime)
    weight = sp.Abs(inside.args[0].coeff(variable))
    found = width.subs(_size, weight)
    left, right = (sp.expand(sp.exp(sp.expand(weight / 2 * side)).doit()) for side in (found, statement.rhs))
    if sp.expand(left - right) == 0:
        return Proved(
            "algebra",
            (
                Step(f"the width for |w| = {weight}, as in window-width", found),
                Step(f"{weight / 2} times either side is the logarithm of", left),
            ),
        )
    apart = counterexample(sp.Eq(found, statement.rhs, evaluate=False), [{}])
    return apart or Unknown("equal to 50 digits, but not brought to one form")


def _needs(least: int) -> sp.Basic:
    return sp.Implies(
        sp.Ge(_size * sigma_prime(z), 1, evaluate=False), sp.Ge(_size, least, evaluate=False), evaluate=False
    )


def _edge_is(stated: sp.Expr) -> sp.Basic:
    return sp.Equivalent(
        sp.Ge(_size * sigma_prime(z), 1, evaluate=False),
        sp.Le(sp.Abs(z), stated, evaluate=False),
        evaluate=False,
    )


def _width_is(stated: sp.Expr, weight: sp.Expr = w) -> sp.Eq:
    factor = sp.Abs(weight * sigma_prime(weight * a + b))
    return sp.Eq(length(sp.Ge(factor, 1, evaluate=False), a), stated, evaluate=False)


def _stationary(inner: sp.Expr) -> sp.Eq:
    return sp.Eq(sp.Derivative(width_from_edge, z), times(2 * sigma_prime(z), inner), evaluate=False)


_with_two = {sp.sqrt(1 - 4 / _size): sp.sqrt(1 - 2 / _size)}
_hundred = sp.Integer(100)


def _large(random: Random, world: World) -> fmpq:
    size = 4 + exact(10.0 ** random.uniform(-3, 2.3) if random.random() < 0.7 else random.uniform(0, 8))
    return random.choice((-1, 1)) * size


def _near_the_edge(random: Random, world: World) -> fmpq:
    """A weighted input anywhere, or close to where |w| cosh(z/2)⁻² is 4."""
    at = 2 * math.acosh(math.sqrt(max(float(abs(world.letters[w])) / 4, 1.0)))
    off = random.choice((1e-3, 1e-6, 1e-9)) * random.choice((-1, 1))
    return exact(
        random.choice((-1, 1)) * (at * (1 + off) + off if random.random() < 0.7 else 5 * random.random())
    )


_sigmoid = only("sigmoid")
_weights_of_four = (
    w,
    Range(
        "with |w| ≥ 4",
        _large,
        tuple(exact(x) for x in (4, -4, 5, -7, 100, "4000001/1000000")),
        lambda x, world: bool(abs(x) >= 4),
        True,
    ),
)
_any_bias = (b, between(-40, 40, words="any real"))
_measured = {**_sigmoid, length: measured_length}

CLAIMS = (
    Claim(
        label="explosion-needs-weight-four",
        sentence="A factor reaches 1 only where the weight is at least 4 in size.",
        statement=_needs(4),
        check=by_largest_slope,
        scope="sigmoid",
        false_sibling=_needs(5),
        domain=domain((w, reals()), (z, reals(largest=12)), means=_sigmoid),
    ),
    Claim(
        label="window-edge",
        sentence="A factor is at least 1 exactly where the weighted input lies between two edges, found "
        "from a quadratic in e^z.",
        statement=_edge_is(edge),
        check=by_solving_for_the_edge,
        scope="sigmoid",
        false_sibling=_edge_is(edge.xreplace(_with_two)),
        domain=domain(
            _weights_of_four, (z, Range("∈ ℝ", _near_the_edge, (fmpq(0), fmpq(1)))), means=_sigmoid
        ),
    ),
    Claim(
        label="window-width",
        sentence="The activations for which a factor is at least 1 form an interval of this length, "
        "whatever the bias.",
        statement=_width_is(width),
        check=by_solving_for_the_width,
        scope="sigmoid, a over all reals; activations are confined to (0, 1), so it is an upper bound there",
        false_sibling=_width_is(width.xreplace(_with_two)),
        domain=domain(_weights_of_four, _any_bias, means=_measured),
    ),
    Claim(
        label="window-width-from-edge",
        sentence="Named by its edge z instead of its weight, the window is 2 z σ′(z) wide.",
        statement=sp.Eq(width.subs(_size, 1 / sigma_prime(z)), width_from_edge, evaluate=False),
        check=of_sigmoid(by_inserting_the_weight),
        scope="|w| = 1/σ′(z) runs through every |w| ≥ 4 once",
        false_sibling=sp.Eq(width.subs(_size, 1 / sigma_prime(z)), width_from_edge / 2, evaluate=False),
        domain=domain((z, nonnegative()), means=_sigmoid),
    ),
    Claim(
        label="window-width-stationary",
        sentence="The width is stationary where z tanh(z/2) = 1.",
        statement=_stationary(1 - z * sp.tanh(z / 2)),
        check=of_sigmoid(by_deciding()),
        scope="sigmoid; for z > 0 the left side of z tanh(z/2) = 1 increases from 0 to ∞, so there is "
        "one solution",
        false_sibling=_stationary(1 - z * sp.tanh(z)),
        domain=domain((z, reals(largest=40)), means=_sigmoid),
    ),
    Claim(
        label="window-width-at-100",
        sentence="At weight 100 the window is 0.0917 wide.",
        statement=_width_is(sp.log(5 + 2 * sp.sqrt(6)) / 25, _hundred),
        check=by_width_at_a_weight,
        scope="sigmoid, w = 100 (and −100, by symmetry)",
        false_sibling=_width_is(sp.log(5 + 2 * sp.sqrt(6)) / 50, _hundred),
        domain=domain(_any_bias, means=_measured),
    ),
)
