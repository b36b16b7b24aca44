"""Statements about a chain of any depth L and any layer l, and how they are proved."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from analysis.chapters.chain_rule.any_depth import A, B, L, W, Z, at, l
from analysis.chapters.chain_rule.any_depth import k as _k
from analysis.chapters.chain_rule.any_depth import length as _length
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import by_structure
from analysis.symbolic.chain import definitions
from analysis.symbolic.display import partial, times
from analysis.symbolic.notation import cost, cost_prime, sigma

_DEPTHS = (1, 2, 3, 4)

_Failure = str


def _cases(statement: sp.Basic) -> Iterator[tuple[int, int]]:
    """Small depths, with every layer of each where l occurs; a layer that the statement names must exist."""
    least = max((x.indices[0] for x in statement.lhs.atoms(sp.Indexed) if x.indices[0].is_Integer), default=1)
    ahead = max(
        (x.indices[0] - l for x in statement.atoms(sp.Indexed) if (x.indices[0] - l).is_Integer), default=0
    )
    for depth in _DEPTHS:
        if statement.has(l):
            yield from ((depth, layer) for layer in range(1, depth + 1 - int(ahead)))
        elif depth >= least:
            yield depth, 1


def at_small_depth(statement: sp.Basic) -> Refuted | None:
    """The first of the depths 1 … 4 (and layer) at which the statement differs from SymPy's own
    derivative."""
    for depth, layer in _cases(statement):
        left, right = (at(side, depth, layer) for side in statement.args)
        found = by_structure(definitions=definitions(depth))(sp.Eq(left, right, evaluate=False))
        if isinstance(found, Refuted):
            where = f"depth {depth}, layer {layer}" if statement.has(l) else f"depth {depth}"
            return Refuted(f"at {where}: {found.witness}")
    return None


def by_induction(statement: sp.Basic) -> Outcome:
    """Induction in the depth of ∂C/∂X = (factors) · ∏ … · ∂C/∂a_L,
    with X a bias or weight of layer 1 or of layer l.

    Checked are all parts of the statement: that ∂C/∂a_L stands there once and the rest is free of the cost;
    that at L = l the rest is ∂a_l/∂X, the product being empty; and that from L = k to L = k+1 it gains
    exactly ∂a_{k+1}/∂a_k, for a_k an unspecified function of X.
    A statement that fails is refuted at a small depth, or remains unknown.
    """
    found = at_small_depth(statement)
    if found:
        return found
    output, parameter = statement.lhs.args
    if not (isinstance(statement.lhs, partial) and output == A[L] and parameter.base in (B, W)):
        return Unknown("the left side is not ∂C/∂b or ∂C/∂w of one layer")
    terms = _factors(statement.rhs)
    ends = [x for x in terms if x == cost_prime(A[L])]
    rest = [x for x in terms if x != cost_prime(A[L])]
    if len(ends) != 1 or any(x.has(cost, cost_prime) for x in rest):
        return Unknown("∂C/∂a_L must stand there once, and the cost nowhere else")
    start = parameter.indices[0]
    base, step = _base(rest, start, parameter), _step(rest, start)
    if isinstance(base, _Failure) or isinstance(step, _Failure):
        return Unknown(base if isinstance(base, _Failure) else str(step))
    derivative = sp.Derivative(sp.Symbol("a_{k+1}"), sp.Symbol("a_k"))
    return Proved(
        "induction",
        (
            Step(
                "the cost depends on the parameter only through the last output, which gives the factor",
                partial(A[L], A[L]),
            ),
            Step(
                f"L = {start}: the product is empty, and the other factors are the layer's own derivative",
                base,
            ),
            Step(
                "from L = k to L = k+1, with a_k any function of the parameter",
                sp.Eq(derivative, _shown(step), evaluate=False),
            ),
            Step("which is the one factor that the right side gains"),
        ),
    )


def _shown(product: sp.Expr) -> sp.Expr:
    """A weight or activation before the slope that it multiplies."""
    return (
        times(*sorted(product.args, key=lambda f: not isinstance(f, sp.Indexed)))
        if product.is_Mul
        else product
    )


def _factors(expr: sp.Expr) -> list[sp.Expr]:
    """The factors of a product, with its products over j left as they are."""
    if isinstance(expr, (times, sp.Mul)):
        return [factor for part in expr.args for factor in _factors(part)]
    return [expr if isinstance(expr, sp.Product) else expr.doit()]


def _base(rest: list[sp.Expr], start: sp.Expr, parameter: sp.Expr) -> sp.Expr | _Failure:
    """∂a_l/∂X where the right side has it at L = l; a failure otherwise."""
    parts = [x.xreplace({L: start}) for x in rest]
    lengths = [_length(x) for x in parts if isinstance(x, sp.Product)]
    if not all(n == 0 for n in lengths):
        return "the product is not empty at the layer's own depth"
    affine = W[start] * A[start - 1] + B[start]
    own = sigma(affine).diff(parameter)
    claimed = sp.Mul(*(x for x in parts if not isinstance(x, sp.Product)))
    if claimed.xreplace({Z[start]: affine}) != own:
        return "the factors before the product are not the layer's own derivative"
    return own.xreplace({affine: Z[start]})


def _step(rest: list[sp.Expr], start: sp.Expr) -> sp.Expr | _Failure:
    """∂a_{k+1}/∂a_k where the right side gains it from L = k to L = k+1; a failure otherwise."""
    x = sp.Dummy("x", real=True)
    before = sp.Function("a_k")(x)
    affine = W[_k + 1] * before + B[_k + 1]
    factor = (sigma(affine).diff(x) / before.diff(x)).xreplace({affine: Z[_k + 1]})
    gained = sp.S.One
    for part in rest:
        if not isinstance(part, sp.Product):
            gained *= part.xreplace({L: _k + 1}) / part.xreplace({L: _k})
            continue
        index, low, high = part.limits[0]
        if low.has(L) or part.function.has(L) or not (high - L).is_Integer:
            return "the product does not gain one factor a layer"
        gained *= part.function.subs(index, high.xreplace({L: _k + 1})).doit()
    return factor if gained == factor else "the factor gained is not ∂a_{k+1}/∂a_k"


def by_unspecified_rest(statement: sp.Basic) -> Outcome:
    """What follows layer l+1 enters as one unspecified function of a_{l+1}:
    the cost, as a function of that output.

    So two layer maps and an unspecified function stand for every depth. A statement that fails is refuted at
    a small depth, or remains unknown.
    """
    found = at_small_depth(statement)
    if found:
        return found
    if any(not isinstance(x, partial) and x.has(cost, cost_prime) for x in sp.preorder_traversal(statement)):
        return Unknown("the cost must enter through derivatives ∂C/∂X alone")
    here, there = (W[i] * A[i - 1] + B[i] for i in (l, l + 1))
    own = {A[l]: sigma(here)}
    rest = cost(sigma(there)).xreplace(own)
    sides = []
    for side in statement.args:
        written = side.replace(partial, lambda _, x: rest.diff(x)).doit()
        sides.append(written.xreplace({Z[l]: here, Z[l + 1]: there}).xreplace(own))
    if sides[0] != sides[1]:
        return Unknown("the two sides differ")
    return Proved(
        "calculus",
        (
            Step("two layers, and everything after them as one unspecified function C", rest),
            Step("both sides, differentiated, are the same expression, term by term", sides[0]),
        ),
    )
