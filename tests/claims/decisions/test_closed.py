"""Relations between numbers are told by balls; what touches is told only where it is exact or algebraic."""

from __future__ import annotations

from random import Random

import mpmath as mp
import pytest
import sympy as sp

from analysis.claims.decisions.closed import decide

ORDERS = {sp.Lt: "<", sp.Le: "<=", sp.Gt: ">", sp.Ge: ">=", sp.Ne: "!="}


def _number(random: Random, depth: int = 2) -> sp.Expr:
    if depth == 0:
        return random.choice(
            (sp.pi, sp.E, sp.EulerGamma, sp.Rational(random.randint(-9, 9), random.randint(1, 7)))
        )
    a, b = (_number(random, depth - 1) for _ in range(2))
    return random.choice(
        (a + b, a * b, sp.exp(a / 4), sp.log(a**2 + 1), sp.sqrt(b**2 + 1), sp.erf(a), sp.sin(b))
    )


def _relation(seed: int) -> tuple[sp.Basic, bool]:
    """A relation of two numbers that may lie close together, and whether it is true by 60 digits."""
    random = Random(seed)
    left = _number(random)
    right = (
        _number(random)
        if random.random() < 0.5
        else left + random.choice((-1, 1)) * sp.Rational(1, 10 ** random.randint(1, 25))
    )
    kind = random.choice(list(ORDERS))
    with mp.workdps(60):
        gap = mp.mpf(str(sp.N(left - right, 60)))
    if gap == 0:
        return kind(left, right, evaluate=False), kind in (sp.Le, sp.Ge)
    true = {"<": gap < 0, "<=": gap < 0, ">": gap > 0, ">=": gap > 0, "!=": True}[ORDERS[kind]]
    return kind(left, right, evaluate=False), bool(true)


def test_true_ones_are_told_and_false_ones_never():
    found = [(*_relation(seed), seed) for seed in range(900)]
    true, false = ([s for s, holds, _ in found if holds is which] for which in (True, False))
    assert len(true) >= 300 and len(false) >= 300
    assert [s for s in false if decide(s, {})] == []
    assert sum(decide(s, {}) is not None for s in true) >= 0.97 * len(true)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (sp.Le(sp.Rational(1, 2), sp.Rational(1, 2), evaluate=False), True),
        (sp.Lt(sp.Rational(1, 2), sp.Rational(1, 2), evaluate=False), False),
        (sp.Ne(sp.Rational(1, 2), sp.Rational(1, 2), evaluate=False), False),
        (sp.Lt(sp.sqrt(2) * sp.sqrt(3), sp.sqrt(6), evaluate=False), False),
        (sp.Ne(sp.sqrt(3 + 2 * sp.sqrt(2)), 1 + sp.sqrt(2), evaluate=False), False),
        (sp.Eq(sp.sqrt(3 + 2 * sp.sqrt(2)), 1 + sp.sqrt(2), evaluate=False), True),
        (sp.Eq(sp.sqrt(3 + 2 * sp.sqrt(2)), 1 + sp.sqrt(3), evaluate=False), False),
        (sp.Eq(sp.pi, sp.Rational(355, 113), evaluate=False), False),
        (sp.Lt(sp.log(-1), 4, evaluate=False), False),
        (sp.Lt(sp.nan, 4, evaluate=False), False),
        (sp.Lt(1, sp.oo, evaluate=False), False),
        (sp.Lt(sp.Symbol("x"), 4, evaluate=False), False),
        (sp.Lt(sp.Integral(sp.Symbol("x"), (sp.Symbol("x"), 0, 1)), 4, evaluate=False), False),
        (sp.Lt(sp.exp(sp.pi * sp.sqrt(163)), 262537412640768744, evaluate=False), True),
        (sp.Ge(sp.exp(sp.pi * sp.sqrt(163)), 262537412640768744, evaluate=False), False),
    ],
)
def test_what_touches(statement, told):
    assert (decide(statement, {}) is not None) is told
