"""What is claimed of clipping by value, by norm and by the global norm."""

from __future__ import annotations

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
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.relations import le
from analysis.claims.rules import Added, Cited, Combined, Instance, Logic
from analysis.claims.theorems import LARGER, SMALLER
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
)
from analysis.symbolic.display import times


def _both_ways(claim: sp.Eq) -> Proof:
    """The left side is at most the right one, and at least."""
    sides = (relation(*claim.args, evaluate=False) for relation in (sp.Le, sp.Ge))
    return proof(*sides, Line(claim, Logic((1, 2))))


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


def _bounded(by: sp.Expr) -> sp.Le:
    return sp.Le(sp.sqrt(sp.Sum(by_value(g[_j]) ** 2, (_j, 1, _n))), by, evaluate=False)


_t = sp.Symbol("t", integer=True, nonnegative=True)
_back = sp.Symbol("j", integer=True, nonnegative=True)


def _step_at_most(bound: sp.Expr) -> sp.Le:
    entry = r_t[_t - _back]
    return sp.Le(eta * sp.Sum(mu**_back * by_norm(entry, entry), (_back, 0, _t)), bound, evaluate=False)


_entry, _length = sp.Symbol("x", real=True), sp.Symbol("y", positive=True)


def _entry_by_entry(claim: sp.And, bounded: sp.Le, reached: sp.Eq) -> Proof:
    """An entry is between −c and c, so its square at most c²; added up over the entries. Those that are c
    stay so."""
    total = bounded.lhs.args[0]
    square, most = by_value(_entry) ** 2, sp.Sum(c**2, (_j, 1, _n))
    every = ((_j, integers(1)),)
    return proof(
        Line(le(square, c**2), over=((_entry, reals()),)),
        Line(le(total.function, c**2), Instance((1,), {_entry: g[_j]}), over=every),
        Line(le(total, most), Added((2,), _j)),
        sp.Eq(most, _n * c**2, evaluate=False),
        Line(le(total, _n * c**2), Combined((3, 4))),
        Line(le(0, total.function), over=every),
        Line(le(sp.Sum(0, (_j, 1, _n)), total), Added((6,), _j)),
        Line(bounded, Cited("roots keep the order", (7, 5), {SMALLER: total, LARGER: _n * c**2})),
        reached,
        Line(claim, Logic((8, 9))),
    )


def _as_a_series(claim: sp.Le) -> Proof:
    """Each length after clipping is at most c, and Σ c μʲ stays below its limit by the terms left out."""
    (total,) = claim.lhs.atoms(sp.Sum)
    length, limit = by_norm(_length, _length), sp.Sum(c * mu**_back, (_back, 0, _t))
    rest, one = mu ** (_t + 1) / (1 - mu), r_t[_t - _back]
    steps = (_back, integers(0))
    return proof(
        Line(le(mu**_back * length, c * mu**_back), over=((_length, positive()), steps)),
        Line(le(total.function, c * mu**_back), Instance((1,), {_length: one}), over=(steps,)),
        Line(le(total, limit), Added((2,), _back)),
        sp.Eq(limit, c / (1 - mu) - c * rest, evaluate=False),
        Line(claim, Combined((3, 4), ((eta, (0,)), (eta, (1,)), (eta * c * rest, ())))),
    )


_rest = sp.Symbol("u", nonnegative=True)
_share = between(0, 1, open_high=True)
_two = domain((r, positive()), (q, positive()), COSINE, THRESHOLD)

_DIRECTION = sp.Eq(times(by_norm(g_j, r), g_k), times(g_j, by_norm(g_k, r)), evaluate=False)
_LENGTH = sp.Eq(by_norm(r, r), sp.Min(r, c), evaluate=False)
_BOUNDED = _bounded(sp.sqrt(_n) * c)
_REACHED = sp.Eq(sp.sqrt(sp.Sum(by_value(c) ** 2, (_j, 1, _n))), sp.sqrt(_n) * c, evaluate=False)
_ENTRIES = sp.And(_BOUNDED, _REACHED, evaluate=False)
_AGAIN = _twice(by_norm)
_APART = _apart(sp.Min(r, c), sp.Min(q, c))
_NEAREST = _nearest(sp.Min(r, c))
_SHORTER = sp.Le(by_norm(r, r), r, evaluate=False)
_SPEEDS = _ratio(ALL, ALL)
_MOMENTUM = _step_at_most(eta * c / (1 - mu))
_FACTOR = sp.Eq(adam(k, eps), adam(sp.S.One, eps / k), evaluate=False)

CLAIMS = (
    Claim(
        label="clip-norm-keeps-direction",
        sentence="Clipping by norm keeps the direction: any two entries keep their ratio.",
        statement=_DIRECTION,
        check=decided(_DIRECTION),
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
        statement=_LENGTH,
        check=_both_ways(_LENGTH),
        scope="r is the norm before",
        false_sibling=sp.Eq(by_norm(r, r), c, evaluate=False),
        domain=domain((r, positive()), THRESHOLD, means=MEANS),
    ),
    Claim(
        label="clip-value-bound",
        sentence="Clipping by value bounds the entries by c, so the norm by √n c, and that is reached.",
        statement=_ENTRIES,
        check=_entry_by_entry(_ENTRIES, _BOUNDED, _REACHED),
        scope="it is reached where all entries are c, and where all are at least c in size",
        false_sibling=_bounded(c),
        domain=domain((_n, integers(1, 9)), ENTRIES, THRESHOLD, means=MEANS),
    ),
    Claim(
        label="clip-norm-idempotent",
        sentence="Clipping a second time changes nothing.",
        statement=_AGAIN,
        check=_both_ways(_AGAIN),
        scope="the near miss has PyTorch's ε in the denominator, and cuts a little more each time",
        false_sibling=_twice(softened),
        domain=domain((r, positive()), THRESHOLD, (eps, positive()), means=MEANS),
    ),
    Claim(
        label="clip-norm-nonexpansive",
        sentence="Two gradients are never farther apart after clipping by norm than before.",
        statement=_APART,
        check=decided(_APART),
        scope="norms r and q, cosine x, any number of entries; the near miss always rescales to length c",
        false_sibling=_apart(c, c),
        domain=_two,
    ),
    Claim(
        label="clip-norm-projection",
        sentence="Clipping by norm gives the nearest vector of the ball of radius c.",
        statement=_NEAREST,
        check=decided(_NEAREST),
        scope="against any other vector of the ball (norm min(q, c), cosine x); the near miss shrinks "
        "smoothly to cr/(c + r)",
        false_sibling=_nearest(c * r / (c + r)),
        domain=_two,
    ),
    Claim(
        label="clip-never-lengthens",
        sentence="Clipping by norm never makes a gradient longer.",
        statement=_SHORTER,
        check=decided(_SHORTER),
        scope="the near miss always rescales to length c",
        false_sibling=sp.Le(c, r, evaluate=False),
        domain=domain((r, positive()), THRESHOLD, means=MEANS),
    ),
    Claim(
        label="clip-global-keeps-speeds",
        sentence="Clipping by the global norm keeps the ratio of any two layers' learning speeds.",
        statement=_SPEEDS,
        check=decided(_SPEEDS),
        scope="speeds r and q of two layers (the other layers change the common norm, and nothing "
        "else); the near miss clips each layer by its own norm",
        false_sibling=_ratio(r, q),
        domain=domain((r, positive()), (q, positive()), THRESHOLD, means=MEANS),
    ),
    Claim(
        label="clip-momentum-step-bound",
        sentence="With momentum μ a step is at most ηc/(1 − μ) long.",
        statement=_MOMENTUM,
        check=_as_a_series(_MOMENTUM),
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
        statement=_FACTOR,
        check=decided(_FACTOR),
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
