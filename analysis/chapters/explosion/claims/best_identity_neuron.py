"""The best identity neuron w₂ σ(w₁ x + b) ≈ x on [0, 1] over all weights and biases,
with a certified error."""

from __future__ import annotations

import math
from functools import cache

import sympy as sp
from flint import ctx
from scipy.optimize import minimize_scalar

from analysis.chapters.explosion.best_identity_neuron import HALF, BestNeuron, error_anywhere, error_of
from analysis.chapters.explosion.identity_neuron_errors import least_error
from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.intervals import certified_sup
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.world import Estimate, Given
from analysis.numeric.balls import ball_function, rational
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

_BITS = 128


def best_neuron(digits: int = 15) -> BestNeuron:
    """The symmetric neuron w₂ = 1, b = −w₁/2 whose error at the ends equals the largest one between them.

    Between, the error is stationary where w₁ σ′(y) = 1 with y = w₁ (x − ½), so w₁ = 1/σ′(y); one equation in
    y is left, σ(y) − ½ − y σ′(y) = σ(−w₁/2), solved in decimal arithmetic and rounded.
    Raises ArithmeticError where it has no solution.
    """
    s, slope = SIGMOID.formula, SIGMOID.slope
    gap = s - HALF - z * slope - s.subs(z, -1 / (2 * slope))
    try:
        y = sp.nsolve(gap.subs(sp.Abs(z), z), z, (1, 3), solver="bisect", prec=digits + 10)
    except ValueError as error:
        raise ArithmeticError("no neuron whose error alternates was found") from error
    weight = _rounded(1 / slope.subs(z, y), digits)
    inner = _rounded(y, digits) / weight
    points = (sp.S.Zero, HALF - inner, HALF + inner, sp.S.One)
    with ctx.workprec(_BITS):
        f = ball_function(error_of(weight), z)
        errors = tuple(f(rational(p)) for p in points)
    return BestNeuron(weight, points, errors, _largest_error(weight))


def _largest_error(weight: sp.Rational) -> float:
    """sup |σ(w₁(x − ½)) − x| on [0, 1] by branch and bound, rounded up."""
    f = error_of(weight)
    return max(certified_sup(sign * f, sp.S.Zero, sp.S.One, 1e-9).upper for sign in (1, -1))


def _rounded(x: sp.Expr, digits: int) -> sp.Rational:
    return sp.Rational(str(sp.N(x, digits)))


def by_alternation(statement: sp.Basic) -> Outcome:
    """E_min ≥ c: four alternating errors of at least c in size prove it,
    one neuron with a smaller largest error refutes it."""
    best = best_neuron()
    c = rational(sp.Rational(str(sp.sstr(statement.rhs, full_prec=False))))
    signs = [1 if e > 0 else -1 if e < 0 else 0 for e in best.errors]
    neuron = f"σ({float(best.weight):.8g} (x − 1/2))"
    if any(p * q != -1 for p, q in zip(signs, signs[1:], strict=False)):
        return Unknown(f"the error of {neuron} does not alternate: {signs}")
    if all(abs(e) >= c for e in best.errors):
        where = ", ".join(
            f"{float(e.mid()):+.8f} at x = {float(p):.6g}"
            for p, e in zip(best.points, best.errors, strict=True)
        )
        return Proved(
            "intervals",
            (
                Step(f"the error of {neuron} alternates: {where}"),
                Step(
                    "the difference of two such neurons has the sign of a combination of 1, exp(−kx), "
                    "exp(−k′x): two zeros at most"
                ),
                Step("a neuron with a smaller error would differ from this one with three changes of sign"),
            ),
        )
    if best.largest < float(statement.rhs):
        return Refuted(
            f"the error of {neuron} is at most {best.largest:.8f} on [0, 1], the right side is "
            f"{float(statement.rhs):g}"
        )
    return Unknown(f"between {best.certain_least:.8f} and {best.largest:.8f}")


@cache
def _programmed() -> Estimate:
    """E_min from linear programmes on a grid, over the first weight by golden section."""
    found = minimize_scalar(
        lambda weight: least_error(weight, points=201, tolerance=1e-7),
        bounds=(5.4, 5.9),
        method="bounded",
        options={"xatol": 1e-4, "maxiter": 14},
    )
    return Estimate(float(found.fun), bound=4e-6)


_edge = best_neuron().certain_least
_below, _above = math.floor(_edge * 1e5) / 1e5, math.ceil(_edge * 1e5) / 1e5

CLAIMS = (
    Claim(
        label="identity-neuron-best-anywhere",
        sentence=f"No identity neuron, with whatever weights and bias, has an error below {_below:.5f}.",
        statement=sp.Ge(error_anywhere, sp.Float(f"{_below:.5f}"), evaluate=False),
        check=by_alternation,
        scope="E_min = inf over w₁, w₂ and b of the largest |w₂ σ(w₁x + b) − x| on [0, 1]; sigmoid",
        false_sibling=sp.Ge(error_anywhere, sp.Float(f"{_above:.5f}"), evaluate=False),
        domain=domain(means={error_anywhere: Given(lambda world: _programmed())}),
    ),
)
