"""Limits of formulas in roots of the letter: what is true by construction is found, what differs is not."""

from __future__ import annotations

from random import Random

import pytest
import sympy as sp

from analysis.claims.decisions.limits import decide

t, a = sp.symbols("t a")
SETS = {a: sp.S.Reals}
_LEADING = (
    (lambda u: sp.sin(a * u) / u, a),
    (lambda u: (sp.exp(a * u) - 1 - a * u) / u**2, a**2 / 2),
    (lambda u: (sp.tanh(a * u) ** 2 - a**2 * u**2) / u**4, -2 * a**4 / 3),
    (lambda u: (1 - sp.cos(a * u)) / u**2, a**2 / 2),
    (lambda u: a + u / (1 + u), a),
)
"""Formulas in u and their limits as u → 0, by their series."""


def _made(random: Random) -> tuple[sp.Expr, sp.Expr, int]:
    """A combination of such formulas in roots of t of two orders, its limit, and the lower order."""
    total, limit = sp.S.Zero, sp.S.Zero
    orders = random.choice(((2, 2), (3, 3), (2, 4), (3, 6)))
    for n in orders:
        f, c = random.choice(_LEADING)
        factor = sp.Rational(random.randint(-9, 9) or 1, random.randint(1, 5))
        total, limit = total + factor * f(t ** sp.Rational(1, n)), limit + factor * c
    return total, sp.expand(limit), orders[0]


@pytest.mark.drawn(3)
@pytest.mark.parametrize("seed", range(10))
def test_true_limits_are_found_and_false_ones_are_not(seed: int) -> None:
    random, found = Random(seed), 0
    for _ in range(30):
        f, c, order = _made(random)
        off = c + sp.Rational(random.choice((-1, 1)), 10 ** random.randint(0, 9)) * random.choice(
            (1, a**2 + 1)
        )
        found += decide(sp.Eq(sp.Limit(f, t, 0), c, evaluate=False), SETS) is not None
        assert decide(sp.Eq(sp.Limit(f, t, 0), off, evaluate=False), SETS) is None
        endless = f / t ** sp.Rational(1, order)
        if c != 0 and c.is_number:
            assert decide(sp.Eq(sp.Limit(endless, t, 0), c, evaluate=False), SETS) is None
    assert found >= 25
