"""Matrices as values: tuples of rows. ``MATRICES`` says what sums and products mean where some letters are
matrices.

A domain adds it to its ``means``. Matrices that do not fit together have no product, and a sum of a matrix
and a number has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, fmpq

from analysis.claims.arithmetic import power
from analysis.claims.meaning import value, whole
from analysis.claims.world import Meaningless, Number, Undefined, World, ball
from analysis.symbolic.display import columns, entry, plus, rows, times

Matrix = tuple[tuple[Number, ...], ...]


def matrix(rows: Iterable[Iterable[Any]]) -> Matrix:
    """Rows of numbers as the value of a matrix."""
    return tuple(tuple(row) for row in rows)


def column(entries: Iterable[Any]) -> Matrix:
    """A matrix of one column."""
    return tuple((x,) for x in entries)


def diagonal(entries: Sequence[Any]) -> Matrix:
    """The square matrix with these entries on its diagonal, 0 elsewhere."""
    return tuple(tuple(x if i == j else fmpq(0) for j in range(len(entries))) for i, x in enumerate(entries))


def transposed(m: Matrix) -> Matrix:
    """Rows and columns exchanged."""
    return tuple(zip(*m, strict=True))


def multiplied(p: Any, q: Any) -> Any:
    """The product of two matrices, of a number and a matrix, or of two numbers; raises Undefined where the
    matrices do not fit."""
    if not isinstance(p, tuple):
        return tuple(tuple(p * x for x in row) for row in q) if isinstance(q, tuple) else p * q
    if not isinstance(q, tuple):
        return multiplied(q, p)
    if len(p[0]) != len(q):
        raise Undefined(f"{len(p[0])} columns and {len(q)} rows do not fit together")
    return tuple(
        tuple(
            sum((x * y for x, y in zip(row, other, strict=True)), fmpq(0)) for other in zip(*q, strict=True)
        )
        for row in p
    )


def added(p: Any, q: Any) -> Any:
    """The sum of two matrices of one shape, or of two numbers."""
    if not isinstance(p, tuple) and not isinstance(q, tuple):
        return p + q
    if not (isinstance(p, tuple) and isinstance(q, tuple)):
        raise Meaningless("a matrix and a number have no sum")
    if (len(p), len(p[0])) != (len(q), len(q[0])):
        raise Undefined("matrices of different shapes have no sum")
    return tuple(tuple(x + y for x, y in zip(a, b, strict=True)) for a, b in zip(p, q, strict=True))


def largest_singular_value(m: Matrix) -> Number:
    """‖m‖₂: exact for one row or column of one entry, else by LAPACK's decomposition, with a bound on its
    error.

    The computed value is off by at most a modest multiple of the unit roundoff times ‖m‖₂ (Golub and Van
    Loan, section 8.6);
    10⁻¹² ‖m‖ is allowed, which holds far beyond the few rows that statements are tried on.
    """
    if len(m) == 1 and len(m[0]) == 1:
        return abs(m[0][0])
    floats = np.array([[float(ball(x).mid()) for x in row] for row in m])
    top = float(np.linalg.svd(floats, compute_uv=False)[0])
    if not math.isfinite(top):
        raise Undefined("a singular value is not finite")
    return arb(top, 1e-12 * float(np.linalg.norm(floats)))


def _sum(e: sp.Basic, world: World) -> Any:
    return reduce(added, (value(x, world) for x in e.args))


def _product(e: sp.Basic, world: World) -> Any:
    return reduce(multiplied, (value(x, world) for x in e.args))


def _power(e: sp.Pow, world: World) -> Any:
    base = value(e.base, world)
    if not isinstance(base, tuple):
        return power(base, value(e.exp, world))
    n = whole(e.exp, world)
    if n < 1 or len(base) != len(base[0]):
        raise Undefined(f"the power {n} of a matrix with {len(base)} rows and {len(base[0])} columns")
    return reduce(multiplied, [base] * n)


def ordered_product(e: Any, world: World) -> Any:
    """∏ of matrices, the factor with the lowest index on the left; 1 where it is empty."""
    ((index, low, high),) = e.limits
    factors = (
        value(e.function, world.but({index: fmpq(i)}))
        for i in range(whole(low, world), whole(high, world) + 1)
    )
    return reduce(multiplied, factors, fmpq(1))


def _entry(e: sp.Basic, world: World) -> Any:
    """A_ij; raises Undefined where A has no such row or column."""
    m, i, j = value(e.args[0], world), whole(e.args[1], world), whole(e.args[2], world)
    if not isinstance(m, tuple):
        raise Meaningless("a number has no entries")
    if not (1 <= i <= len(m) and 1 <= j <= len(m[0])):
        raise Undefined(f"there is no entry in row {i} and column {j}")
    return m[i - 1][j - 1]


def _shape(e: sp.Basic, world: World) -> tuple[int, int]:
    m = value(e.args[0], world)
    if not isinstance(m, tuple):
        raise Meaningless("a number has no rows or columns")
    return len(m), len(m[0])


MATRICES: dict[Any, Any] = {sp.Add: _sum, plus: _sum, sp.Mul: _product, times: _product, sp.Pow: _power}
"""Sums, products and powers, of matrices as of numbers."""
ENTRIES: dict[Any, Any] = {
    entry: _entry,
    rows: lambda e, world: fmpq(_shape(e, world)[0]),
    columns: lambda e, world: fmpq(_shape(e, world)[1]),
}
"""What is read off matrices."""
