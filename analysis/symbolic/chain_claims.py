"""What is claimed of the chain's gradient: at depth 4, at every depth, and read in both directions."""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.chain import cascade, definitions, in_order, nested, of_cost
from analysis.symbolic.claim import Claim, Outcome, Proved, Refuted, Step, Unknown
from analysis.symbolic.display import partial, times
from analysis.symbolic.notation import a_, b_, cost, cost_prime, sigma, sigma_prime, w_, z_
from analysis.symbolic.proof import by_structure, counterexample, rational_points, specialise

_j = sp.Symbol("j", integer=True, positive=True)
_k = sp.Symbol("k", integer=True, positive=True)
_L = sp.Symbol("L", integer=True, positive=True)
_w, _z = sp.IndexedBase("w", real=True), sp.IndexedBase("z", real=True)


def _any_depth(factor: sp.Expr) -> sp.Eq:
    """∂C/∂b₁ at depth L as a product of ``factor`` over j = 2 … L."""
    chain = times(sigma_prime(_z[1]), sp.Product(factor, (_j, 2, _L)), cost_prime(sp.Symbol("a_L", real=True)))
    return sp.Eq(partial(sp.Symbol("a_L", real=True), b_(1)), chain, evaluate=False)


def by_induction(statement: sp.Basic) -> Outcome:
    """Induction in the depth: one more layer multiplies ∂a_k/∂b₁ by exactly the factor under the product sign.

    The layer map stays a symbol; a_k is an unspecified function of b₁, so the step covers every depth at once.
    """
    product = next(iter(statement.atoms(sp.Product)))
    factor = product.function
    b1 = b_(1)
    base = sp.diff(sigma(w_(1) * a_(0) + b1), b1)
    if base != sigma_prime(w_(1) * a_(0) + b1):
        return Unknown("the base case is not σ′(z₁)")
    before = sp.Function("a_k")(b1)
    weight, bias = _w[_k + 1], sp.Symbol("b_{k+1}", real=True)
    after = sp.diff(sigma(weight * before + bias), b1).subs(weight * before + bias, _z[_k + 1])
    expected = before.diff(b1) * factor.subs(_j, _k + 1)
    if after == expected:
        return Proved(
            "induction",
            (
                Step("one layer: the derivative of its output in b₁", sigma_prime(_z[1])),
                Step("one layer more, with a_k any function of b₁", sp.Eq(sp.Derivative(sp.Symbol("a_{k+1}"), b1), after)),
                Step("which is the product up to k times the factor of layer k+1", factor.subs(_j, _k + 1)),
            ),
        )
    return _at_small_depth(factor) or Unknown("the step fails, yet no small depth shows it")


def _at_small_depth(factor: sp.Expr) -> Refuted | None:
    """The first depth (2, 3, 4) at which the product with that factor differs from SymPy's own derivative."""
    for depth in (2, 3, 4):
        letters = {_w[j]: w_(j) for j in range(1, depth + 1)} | {_z[j]: z_(j) for j in range(1, depth + 1)}
        middle = [factor.subs(_j, j).xreplace(letters) for j in range(2, depth + 1)]
        typed = sp.Mul(sigma_prime(z_(1)), *middle, cost_prime(a_(depth)))
        found = by_structure(definitions=definitions(depth))(sp.Eq(of_cost(depth, b_(1)), typed, evaluate=False))
        if isinstance(found, Refuted):
            return Refuted(f"at depth {depth}, {found.witness}")
    return None


def by_differentiating(statement: sp.Basic) -> Outcome:
    """A derivative, every z_j and a_j held fixed, is the right side; else a concrete σ and C show the difference."""
    left, right = (side.doit() for side in statement.args)
    if left == right:
        return Proved("calculus", (Step("the derivative of the product, every z held fixed", left),))
    a_number = sp.Eq(specialise(left), specialise(right), evaluate=False)
    return counterexample(a_number, rational_points(a_number.free_symbols)) or Unknown("no difference shown")


_depth_4 = by_structure(
    definitions=definitions(4),
    steps=(Step("SymPy differentiates the network written out", cost(nested(4))),),
)

CLAIMS = (
    Claim(
        label="chain-gradient-depth-4",
        sentence="The gradient of the cost in the first bias is a product with one factor w σ′(z) for each later layer.",
        statement=sp.Eq(of_cost(4, b_(1)), in_order(4), evaluate=False),
        check=_depth_4,
        scope="depth 4, every differentiable σ and C, all real weights, biases and inputs",
        false_sibling=sp.Eq(of_cost(4, b_(1)), times(w_(1), *in_order(4).args), evaluate=False),
    ),
    Claim(
        label="chain-gradient-any-depth",
        sentence="At every depth, one layer more means one factor w σ′(z) more.",
        statement=_any_depth(_w[_j] * sigma_prime(_z[_j])),
        check=by_induction,
        scope="every depth L ≥ 1 by induction, every differentiable σ and C",
        false_sibling=_any_depth(_w[_j] * sigma_prime(_z[_j - 1])),
    ),
    Claim(
        label="chain-gradient-weight",
        sentence="The gradient in the first weight is the input times the gradient in the first bias.",
        statement=sp.Eq(of_cost(4, w_(1)), times(a_(0), of_cost(4, b_(1))), evaluate=False),
        check=_depth_4,
        scope="depth 4 and layer 1; layer l has a_{l−1} in place of a_0 for the same reason",
        false_sibling=sp.Eq(of_cost(4, w_(1)), times(a_(1), of_cost(4, b_(1))), evaluate=False),
    ),
    Claim(
        label="first-weight-is-no-factor",
        sentence="With the weighted inputs held fixed, the gradient in the first bias does not depend on the first weight.",
        statement=sp.Eq(sp.Derivative(in_order(4).doit(), w_(1)), 0, evaluate=False),
        check=by_differentiating,
        scope="depth 4; w₁ acts only through z₁",
        false_sibling=sp.Eq(sp.Derivative(in_order(4).doit(), w_(2)), 0, evaluate=False),
    ),
    Claim(
        label="error-recursion",
        sentence="Read backward, the error of a layer is the next layer's error times that layer's weight and its own slope.",
        statement=sp.Eq(of_cost(4, b_(2)), times(sigma_prime(z_(2)), w_(3), of_cost(4, b_(3))), evaluate=False),
        check=_depth_4,
        scope="depth 4, layers 2 and 3; in a chain the error δ^l is ∂C/∂b_l",
        false_sibling=sp.Eq(of_cost(4, b_(2)), times(sigma_prime(z_(3)), w_(3), of_cost(4, b_(3))), evaluate=False),
    ),
    Claim(
        label="cascade-is-the-chain-rule",
        sentence="Following a small change of the first bias through the network gives the same product.",
        statement=sp.Eq(
            times(cost_prime(a_(4)), sp.Derivative(cascade(4)[-1].rhs, sp.Symbol(r"\Delta b_1", real=True))),
            partial(nested(4), b_(1)),
            evaluate=False,
        ),
        check=_depth_4,
        scope="depth 4, to first order in the change",
        false_sibling=sp.Eq(
            times(cost_prime(a_(4)), sp.Derivative(cascade(3)[-1].rhs, sp.Symbol(r"\Delta b_1", real=True))),
            partial(nested(4), b_(1)),
            evaluate=False,
        ),
    ),
)
