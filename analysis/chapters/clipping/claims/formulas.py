"""What is claimed of clipping by value, by norm and by the global norm."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sympy as sp

from analysis.chapters.clipping.claims.meaning_clipping import (
    COSINE,
    ENTRIES,
    GRADIENTS,
    MEANS,
    NORMS,
    STEPS,
    THRESHOLD,
    beta_1,
    beta_2,
    g,
    r_t,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import between, domain, integers, nonnegative, positive, reals
from analysis.claims.outcome import Outcome, Proved, Step, Unknown
from analysis.symbolic.clipping import (
    ALL,
    adam,
    by_norm,
    by_value,
    c,
    eps,
    eta,
    g_j,
    g_k,
    k,
    mu,
    q,
    r,
    softened,
    squared_distance,
    x,
)
from analysis.symbolic.display import times

_parts = sp.symbols("p_1:4", positive=True)


def _orders() -> Iterator[dict[sp.Basic, sp.Expr]]:
    """c, r and q in every order: the smallest is p_1, the next p_1 + p_2, the largest p_1 + p_2 + p_3."""
    sums = list(itertools.accumulate(_parts))
    for names in itertools.permutations((c, r, q)):
        yield dict(zip(names, sums, strict=True))


def _resolved(expr: sp.Expr) -> sp.Expr:
    """Every Min whose arguments differ by something of known sign, as the smaller one."""

    def least(*options: sp.Expr) -> sp.Expr:
        best = options[0]
        for other in options[1:]:
            gap = sp.expand(sp.fraction(sp.together(other - best))[0])
            if not (gap.is_nonnegative or gap.is_nonpositive):
                return sp.Min(*options)
            best = best if gap.is_nonnegative else other
        return best

    return expr.replace(sp.Min, least)


def by_orders(statement: sp.Basic) -> Outcome:
    """In every order of c, r and q, Min and Max resolve; then an equation is an identity of polynomials,
    and the gap of an inequality, linear in the cosine x, is at x = ±1 a polynomial in positive numbers
    without a negative coefficient.
    """
    left, right = (side.doit() for side in statement.args)
    gap = right - left
    ends = (-1, 1) if gap.has(x) else (0,)
    if gap.has(x) and sp.diff(gap, x, 2) != 0:
        return Unknown("not linear in the cosine")
    held = Proved(
        "algebra",
        (
            Step(
                "the six orders that c, r and q can stand in by size, one by one; where two are "
                "equal, by continuity"
            ),
        ),
    )
    for order, end in itertools.product(_orders(), ends):
        at = sp.expand(sp.simplify(_resolved(gap.subs(x, end).xreplace(order))))
        if isinstance(statement, sp.Eq):
            good = at == 0
        else:
            good = at.is_polynomial(*_parts) and all(k >= 0 for k in sp.Poly(at, *_parts).coeffs())
        if not good:
            return Unknown(f"open: 0 ≤ {at}")
    how = "as an identity" if isinstance(statement, sp.Eq) else "the gap has no negative coefficient"
    return Proved(held.how, (*held.steps, Step(how)))


def _twice(rule: type[by_norm]) -> sp.Eq:
    once = rule(r, r)
    return sp.Eq(rule(once, once), once, evaluate=False)


def _apart(one: sp.Expr, other: sp.Expr) -> sp.Le:
    return sp.Le(squared_distance(one, other), squared_distance(r, q), evaluate=False)


def _nearest(length: sp.Expr) -> sp.Le:
    """For a vector of norm min(q, c), that is any in the ball: g's own image is no farther from g."""
    return sp.Le((r - length) ** 2, squared_distance(r, sp.Min(q, c)), evaluate=False)


def _ratio(one: sp.Expr, other: sp.Expr) -> sp.Eq:
    return sp.Eq(times(by_norm(r, one), q), times(r, by_norm(q, other)), evaluate=False)


_n = sp.Symbol("n", integer=True, positive=True)
_j = sp.Symbol("j", integer=True, positive=True)
_u, _below, _above = sp.symbols("u p q", nonnegative=True)

_PLACES: dict[str, dict[sp.Basic, sp.Expr]] = {
    "above c": {g[_j]: c + _u},
    "below −c": {g[_j]: -c - _u},
    "between, at the distances p and q from −c and c": {
        c: (_below + _above) / 2,
        g[_j]: (_below - _above) / 2,
    },
}
"""Where an entry g_j can lie: every real number is in one of these places, for some u, p, q ≥ 0."""


def by_entries(statement: sp.Le) -> Outcome:
    """Wherever an entry lies, what it leaves of c² is not negative; added up, the norm is at most √n c,
    reached above c."""
    total, *_ = statement.lhs.atoms(sp.Sum)
    share = total.function.doit()
    steps, most = [], sp.sqrt(sp.Sum(c**2, (_j, 1, _n)).doit())
    for place, at in _PLACES.items():
        left = sp.expand((c**2 - share).subs(at))
        if not left.is_nonnegative:
            return Unknown(f"an entry {place} leaves {left} of c²")
        steps.append(Step(f"an entry {place} leaves this much of c²", left))
    reached = statement.lhs.subs(total, sp.Sum(share.subs(_PLACES["above c"]), (_j, 1, _n)).doit())
    if sp.simplify(reached - most) == 0 == sp.simplify(statement.rhs - most):
        return Proved(
            "algebra", (*steps, Step("added up: at most, and with all entries above c exactly", most))
        )
    return Unknown("not the least bound")


def _bounded(by: sp.Expr) -> sp.Le:
    return sp.Le(sp.sqrt(sp.Sum(by_value(g[_j]) ** 2, (_j, 1, _n))), by, evaluate=False)


_t = sp.Symbol("t", integer=True, nonnegative=True)
_back = sp.Symbol("j", integer=True, nonnegative=True)


def by_geometric_series(statement: sp.Le) -> Outcome:
    """‖s_t‖ ≤ Σ μʲ min(r, c) by the triangle inequality; each minimum is at most c, and the series of c μʲ
    stays below its limit."""
    total, *_ = statement.lhs.atoms(sp.Sum)
    length = sp.Min(r, c)  # what clip-norm-bound proves of by_norm(r, r)
    if total.function != mu**_back * by_norm(r_t[_t - _back], r_t[_t - _back]):
        return Unknown("not the running sum of clipped gradients")
    if not all(_resolved((c - length).xreplace(order)).is_nonnegative for order in _orders()):
        return Unknown("a clipped gradient is longer than c")
    share = sp.Symbol("m", positive=True)  # μ in (0, 1): the series in closed form
    added = eta * c * (1 - share ** (_t + 1)) / (1 - share)
    step = sp.simplify(added.subs(_t, _t + 1) - added - eta * c * share ** (_t + 1))
    if step != 0 or sp.simplify(added.subs(_t, 0) - eta * c) != 0:
        return Unknown("the closed form of the series is wrong")
    most = eta * c / (1 - share)
    if sp.simplify(statement.rhs.subs(mu, share) - most) == 0:
        return Proved(
            "induction",
            (
                Step(
                    "by the triangle inequality ‖s_t‖ is at most the sum of the lengths, each at most", length
                ),
                Step("with c for each, added up, m standing for μ", added),
                Step("which is less than its bound by", sp.factor(most - added)),
                Step("so the bound is approached, where all gradients are above c and point the same way"),
            ),
        )
    return Unknown("not the least bound")


_kept = sp.Symbol("beta", positive=True)


def by_moments(statement: sp.Eq) -> Outcome:
    """By induction every running mean of g (of g²) is multiplied by k (by k²); put in, both sides are
    compared."""
    for power in (1, 2):
        share, start = k**power, sp.S.Zero
        old, new = sp.symbols("x y", real=True)
        step = _kept * share * old + (1 - _kept) * share * new
        if share * start != 0 or sp.expand(step - share * (_kept * old + (1 - _kept) * new)) != 0:
            return Unknown("a running mean is not linear")
    left, right = (sp.powdenest(x.doit(), force=True) for x in statement.args)
    if sp.simplify(left - right) == 0:
        return Proved(
            "induction",
            (
                Step("at the start the means of g and g² are 0, k times and k² times themselves"),
                Step("and β x + (1 − β) y keeps a common factor, so after any number of steps too"),
                Step("Adam's step with them", left),
            ),
        )
    return Unknown("they differ in form")


def _step_at_most(bound: sp.Expr) -> sp.Le:
    entry = r_t[_t - _back]
    return sp.Le(eta * sp.Sum(mu**_back * by_norm(entry, entry), (_back, 0, _t)), bound, evaluate=False)


_rest = sp.Symbol("u", nonnegative=True)
_share = between(0, 1, open_high=True)
_two = domain((r, positive()), (q, positive()), COSINE, THRESHOLD)

CLAIMS = (
    Claim(
        label="clip-norm-keeps-direction",
        sentence="Clipping by norm keeps the direction: any two entries keep their ratio.",
        statement=sp.Eq(times(by_norm(g_j, r), g_k), times(g_j, by_norm(g_k, r)), evaluate=False),
        check=by_orders,
        scope="r is the norm of the whole gradient, u that of its other entries; the near miss clips "
        "by value",
        false_sibling=sp.Eq(times(by_value(g_j), g_k), times(g_j, by_value(g_k)), evaluate=False),
        domain=domain(
            (g_j, reals()),
            (g_k, reals()),
            (_rest, nonnegative()),
            THRESHOLD,
            means={r: sp.sqrt(g_j**2 + g_k**2 + _rest**2), **MEANS},
        ),
    ),
    Claim(
        label="clip-norm-bound",
        sentence="Afterwards the norm is the smaller of r and c: never above the threshold.",
        statement=sp.Eq(by_norm(r, r), sp.Min(r, c), evaluate=False),
        check=by_orders,
        scope="r is the norm before",
        false_sibling=sp.Eq(by_norm(r, r), c, evaluate=False),
        domain=domain((r, positive()), THRESHOLD, means=MEANS),
    ),
    Claim(
        label="clip-value-bound",
        sentence="Clipping by value bounds the entries by c, so the norm by √n c, and no better.",
        statement=_bounded(sp.sqrt(_n) * c),
        check=by_entries,
        scope="equality where all are at least c in size",
        false_sibling=_bounded(c),
        domain=domain((_n, integers(1, 9)), ENTRIES, THRESHOLD, means=MEANS),
    ),
    Claim(
        label="clip-norm-idempotent",
        sentence="Clipping a second time changes nothing.",
        statement=_twice(by_norm),
        check=by_orders,
        scope="the near miss has PyTorch's ε in the denominator, and cuts a little more each time",
        false_sibling=_twice(softened),
        domain=domain((r, positive()), THRESHOLD, (eps, positive()), means=MEANS),
    ),
    Claim(
        label="clip-norm-nonexpansive",
        sentence="Two gradients are never farther apart after clipping by norm than before.",
        statement=_apart(sp.Min(r, c), sp.Min(q, c)),
        check=by_orders,
        scope="norms r and q, cosine x, any number of entries; the near miss always rescales to length c",
        false_sibling=_apart(c, c),
        domain=_two,
    ),
    Claim(
        label="clip-norm-projection",
        sentence="Clipping by norm gives the nearest vector of the ball of radius c.",
        statement=_nearest(sp.Min(r, c)),
        check=by_orders,
        scope="against any other vector of the ball (norm min(q, c), cosine x); the near miss shrinks "
        "smoothly to cr/(c + r)",
        false_sibling=_nearest(c * r / (c + r)),
        domain=_two,
    ),
    Claim(
        label="clip-never-lengthens",
        sentence="Clipping by norm never makes a gradient longer.",
        statement=sp.Le(by_norm(r, r), r, evaluate=False),
        check=by_orders,
        scope="the near miss always rescales to length c",
        false_sibling=sp.Le(c, r, evaluate=False),
        domain=domain((r, positive()), THRESHOLD, means=MEANS),
    ),
    Claim(
        label="clip-global-keeps-speeds",
        sentence="Clipping by the global norm keeps the ratio of any two layers' learning speeds.",
        statement=_ratio(ALL, ALL),
        check=by_orders,
        scope="speeds r and q of two layers (the other layers change the common norm, and nothing "
        "else); the near miss clips each layer by its own norm",
        false_sibling=_ratio(r, q),
        domain=domain((r, positive()), (q, positive()), THRESHOLD, means=MEANS),
    ),
    Claim(
        label="clip-momentum-step-bound",
        sentence="With momentum μ a step is at most ηc/(1 − μ) long, and can come as near to that as one "
        "likes.",
        statement=_step_at_most(eta * c / (1 - mu)),
        check=by_geometric_series,
        scope="s ← μs + g from s = 0, each g clipped by norm at c; r_t is the norm of the gradient of "
        "step t before clipping",
        false_sibling=_step_at_most(eta * c),
        domain=domain(
            (_t, integers(0, 30)),
            (mu, between(0, 1, open_high=True)),
            NORMS,
            THRESHOLD,
            (eta, positive()),
            means=MEANS,
        ),
    ),
    Claim(
        label="clip-adam-common-factor",
        sentence="A factor common to all gradients does nothing to Adam's step but to divide its ε.",
        statement=sp.Eq(adam(k, eps), adam(sp.S.One, eps / k), evaluate=False),
        check=by_moments,
        scope="the same k in every step, T steps of gradients g_t. A k that changes from step to step "
        "is not covered",
        false_sibling=sp.Eq(adam(k, eps), adam(sp.S.One, eps), evaluate=False),
        domain=domain(
            (k, positive()),
            STEPS,
            GRADIENTS,
            (beta_1, _share),
            (beta_2, _share),
            (eps, positive()),
            (eta, positive()),
            means=MEANS,
        ),
    ),
)
