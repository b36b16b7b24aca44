"""False variants of chapter 1's claims are refuted by evaluation, and the chain that it evaluates is
computed a second way."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from analysis.chapters.chain_rule.any_depth import A, B, L, W, Z, j, l, prod
from analysis.chapters.chain_rule.claims import gradient, oracles
from analysis.claims.evaluate import evaluate
from analysis.claims.meaning import value
from analysis.claims.outcome import Refuted
from analysis.claims.relations import eq
from analysis.numeric import chain as numeric_chain
from analysis.numeric import signed_log
from analysis.numeric.forward import forward
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.chain import gradient as in_sympy
from analysis.symbolic.chain import in_order, of_cost
from analysis.symbolic.display import partial, plus, times
from analysis.symbolic.notation import a_, b, b_, cost, cost_prime, h, sigma, sigma_prime, w, w_, z_

CLAIMS = {claim.label: claim for module in (gradient, oracles) for claim in module.CLAIMS}
COST = partial(A[L], A[L])
FACTOR = times(W[j], sigma_prime(Z[j]))


def layer(*own: sp.Expr, factor: sp.Expr = FACTOR, low: sp.Expr | int = l + 1, high: sp.Expr = L) -> sp.Expr:
    return times(*own, prod(factor, (j, low, high)), COST)


def bent(n: sp.Symbol) -> sp.Expr:
    """1 up to 4, and something else from 5 on."""
    return 1 + (n - 1) * (n - 2) * (n - 3) * (n - 4) / sp.Integer(1000)


slope, here = sigma_prime(Z[l]), partial(A[L], B[l])
four, through = in_order(4).args, of_cost(4, b_(1))
skip = sp.Derivative(h + sigma(w * h + b), h)
tied = CLAIMS["tied-weights-gradient"].statement
six = in_order(6).args

FALSE = {
    "chain-gradient-depth-4": [
        sp.Ne(through, in_order(4), evaluate=False),
        eq(through, times(*four[1:])),
        eq(through, times(*four[:-1], cost(a_(4)))),
        eq(through, times(*four[:-1], cost_prime(a_(3)))),
        eq(of_cost(4, w_(1)), in_order(4)),
    ],
    "chain-gradient-any-layer": [
        eq(here, layer(slope, bent(L))),
        eq(here, layer(slope, bent(l))),
        eq(here, layer(slope, high=L - 1)),
        eq(here, layer(slope, factor=times(W[j - 1], sigma_prime(Z[j])))),
        eq(here, layer(-slope)),
        eq(here, layer(sigma_prime(Z[1]))),
        sp.Gt(here, layer(slope), evaluate=False),
        eq(partial(A[L], W[l]), layer(slope)),
    ],
    "weight-gradient-any-layer": [
        eq(partial(A[L], W[l]), layer(A[0], slope)),
        eq(partial(A[L], W[l]), layer(A[l - 1], slope, bent(L))),
        eq(partial(A[L], B[l]), layer(A[l - 1], slope)),
        sp.Ne(partial(A[L], W[l]), layer(A[l - 1], slope), evaluate=False),
        eq(partial(A[L], W[l]), layer(A[l - 1], slope, low=l + 2)),
    ],
    "first-weight-is-no-factor": [eq(sp.Derivative(in_order(4), x), 0) for x in (w_(3), w_(4), z_(1), z_(4))]
    + [eq(sp.Derivative(in_order(4), w_(1)), 1)],
    "error-recursion": [
        eq(here, times(slope, W[l + 1], partial(A[L], B[l + 1]), bent(l))),
        eq(here, times(sigma_prime(Z[l + 1]), W[l + 1], partial(A[L], B[l + 1]))),
        eq(here, times(W[l + 1], partial(A[L], B[l + 1]))),
        eq(here, times(slope, W[l + 1], partial(A[L], W[l + 1]))),
        sp.Ne(here, times(slope, W[l + 1], partial(A[L], B[l + 1])), evaluate=False),
    ],
    "tied-weights-gradient": [
        eq(tied.lhs, 3 * tied.rhs.args[0]),
        eq(tied.lhs, plus(*tied.rhs.args[:2], -tied.rhs.args[2])),
        eq(partial(tied.lhs.args[0], b), tied.rhs),
        sp.Ne(*tied.args, evaluate=False),
    ],
    "skip-layer-factor": [
        eq(skip, plus(1, times(h, sigma_prime(w * h + b)))),
        eq(skip, plus(1, times(w, sigma_prime(w * h)))),
        eq(skip, plus(2, times(w, sigma_prime(w * h + b)))),
        eq(skip, plus(1, times(sp.Abs(w), sigma_prime(w * h + b)))),
        sp.Gt(skip, 1, evaluate=False),
    ],
    "chain-gradient-against-oracles": [
        eq(of_cost(6, b_(2)), in_order(6)),
        eq(of_cost(6, b_(1)), times(*six[:-1])),
        eq(of_cost(6, b_(1)), times(sp.Rational(10**12 + 1, 10**12), *six)),
        sp.Ne(of_cost(6, b_(1)), in_order(6), evaluate=False),
        eq(of_cost(6, w_(1)), in_order(6)),
    ],
}
VARIANTS = [(label, statement) for label, many in FALSE.items() for statement in many]


@pytest.mark.drawn(12)
@pytest.mark.parametrize(("label", "statement"), VARIANTS, ids=[x for x, _ in VARIANTS])
def test_a_false_variant_is_refuted(label: str, statement: sp.Basic) -> None:
    found = CLAIMS[label].settle(statement)
    assert isinstance(found, Refuted) and found.witness, found


def test_what_is_true_is_not_refuted() -> None:
    """The first layer, of which another claim spoke once, and the weights of the recursion."""
    domain = CLAIMS["chain-gradient-any-layer"].domain
    assert domain is not None
    first = eq(partial(A[L], B[1]), layer(sigma_prime(Z[1]), low=2))
    assert evaluate(first, domain).holds
    of_weights = times(A[l - 1], slope, W[l + 1], partial(A[L], B[l + 1]))
    recursion = CLAIMS["error-recursion"].domain
    assert recursion is not None and evaluate(eq(partial(A[L], W[l]), of_weights), recursion).holds


def test_the_chain_that_is_evaluated_is_the_library_s() -> None:
    """a_5, z_3 and ∂C/∂b_2 of five sigmoid layers, C(a) = a: float64 forward and backward against the
    evaluation."""
    domain = CLAIMS["chain-gradient-any-layer"].domain
    assert domain is not None
    rng = np.random.default_rng(2)
    weights, biases = rng.normal(size=(2, 5)).round(2)
    x = sp.Symbol("x", real=True)
    known = {W[k + 1]: sp.Rational(str(v)) for k, v in enumerate(weights)}
    known |= {B[k + 1]: sp.Rational(str(v)) for k, v in enumerate(biases)}
    formula = SIGMOID.formula.subs(sp.Symbol("z", real=True), x)
    functions = {sigma: sp.Lambda(x, formula), cost: sp.Lambda(x, x)}
    world = domain.world({**known, **functions, A[sp.Integer(0)]: fmpq(3, 10), L: fmpq(5), l: fmpq(2)})
    at = (SIGMOID, 0.3, weights, biases)
    run = forward(*at)
    assert float(value(A[L], world)) == pytest.approx(run.a[-1], rel=1e-12)
    assert float(value(Z[3], world)) == pytest.approx(run.z[2], rel=1e-12)
    slopes = signed_log.to_float(numeric_chain.gradient(*at, output_gradient=1.0).b)
    assert float(value(here, world)) == pytest.approx(slopes[1], rel=1e-12)


def test_product_stands_in_brackets() -> None:
    latex = sp.latex(CLAIMS["chain-gradient-any-layer"].statement)
    assert r"\left(\prod_{j=l + 1}^{L} {w}_{j}\, \sigma'\left({z}_{j}\right)\right)\, \frac" in latex


def test_depth_4_refutes_planted_errors() -> None:
    claim = CLAIMS["chain-gradient-depth-4"]
    long, short = sorted(claim.statement.args, key=lambda side: len(side.args), reverse=True)
    terms = list(long.args)
    for i, term in enumerate(terms):
        wrong = [times(*terms[:i], *terms[i + 1 :]), times(*terms, term)]
        if i == 0:
            wrong.append(times(-1, *terms))
        for planted in wrong:
            statement = sp.Eq(short, planted, evaluate=False)
            outcome = claim.settle(statement)
            assert isinstance(outcome, Refuted), (planted, outcome)


def test_first_weight_is_no_factor_but_every_other_is() -> None:
    claim = CLAIMS["first-weight-is-no-factor"]
    for i in (2, 3, 4):
        assert isinstance(claim.settle(sp.Eq(sp.Derivative(in_order(4), w_(i)), 0, evaluate=False)), Refuted)


def test_tied_weights_need_every_layer() -> None:
    claim = CLAIMS["tied-weights-gradient"]
    left, right = claim.statement.args
    for i in range(len(right.args)):
        fewer = sp.Add(*(term.doit() for k, term in enumerate(right.args) if k != i))
        assert isinstance(claim.settle(sp.Eq(left, fewer, evaluate=False)), Refuted)
    assert isinstance(claim.settle(sp.Eq(left, 3 * right.args[0], evaluate=False)), Refuted)


def test_answers_of_the_exercises() -> None:
    """1.1, 1.2, 1.3 and 1.4 as the chapter's answers have them, each against SymPy's own derivative."""
    one = sigma_prime(z_(3)) * w_(4) * sigma_prime(z_(4)) * w_(5) * sigma_prime(z_(5)) * cost_prime(a_(5))
    assert in_sympy(5, 3) == one and in_sympy(5, 3, w) == a_(2) * one
    assert of_cost(5, b_(3)).doit().count_ops() > in_sympy(5, 3).count_ops()
    of_the_last = CLAIMS["tied-weights-gradient"].statement.lhs.doit().xreplace({w: sp.S.Zero})
    slope = sigma_prime(b)  # at w = 0 only the last layer's own term is left
    assert of_the_last == sigma(b) * slope * cost_prime(sigma(b))
