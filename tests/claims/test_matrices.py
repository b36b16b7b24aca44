"""Matrices as values: against NumPy and mpmath."""

from __future__ import annotations

from random import Random

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from analysis.claims.compare import same
from analysis.claims.matrices import (
    ENTRIES,
    MATRICES,
    added,
    column,
    diagonal,
    largest_singular_value,
    matrix,
    multiplied,
    transposed,
)
from analysis.claims.meaning import truth, value
from analysis.claims.world import Meaningless, Undefined, World
from analysis.symbolic.display import entry, plus, times

A, B = (sp.Symbol(name, commutative=False) for name in "AB")


def some(rows: int, columns: int, seed: int) -> tuple[tuple[fmpq, ...], ...]:
    random = Random(seed)
    return matrix([[fmpq(random.randint(-99, 99), 10) for _ in range(columns)] for _ in range(rows)])


def floats(m: object) -> np.ndarray:
    return np.array([[float(x.p) / float(x.q) for x in row] for row in m])  # type: ignore[attr-defined]


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 4), (4, 1, 2)])
def test_products_sums_and_transposes(shape: tuple[int, int, int]) -> None:
    r, k, q = shape
    p, m, n = some(r, k, 1), some(k, q, 2), some(r, k, 3)
    np.testing.assert_allclose(floats(multiplied(p, m)), floats(p) @ floats(m), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(floats(added(p, n)), floats(p) + floats(n), rtol=1e-12)
    np.testing.assert_array_equal(floats(transposed(p)), floats(p).T)
    np.testing.assert_allclose(floats(multiplied(fmpq(2), p)), 2 * floats(p))
    assert multiplied(p, fmpq(2)) == multiplied(fmpq(2), p)


def test_expressions_of_matrices() -> None:
    p, m = some(3, 3, 4), some(3, 3, 5)
    world = World({**MATRICES, A: p, B: m})
    a, b = floats(p), floats(m)
    for e, expected in (
        (A * B, a @ b),
        (times(B, A), b @ a),
        (A**3, a @ a @ a),
        (plus(A, 2 * B), a + 2 * b),
        (A * B - B * A, a @ b - b @ a),
    ):
        np.testing.assert_allclose(floats(value(e, world)), expected, rtol=1e-10, atol=1e-10)
    assert value(sp.Rational(3, 2) ** 2 + 1, world) == fmpq(13, 4)
    assert truth(sp.Eq(A * B, B * A, evaluate=False), world).holds is False
    assert truth(sp.Eq(A * A * B, times(A, A * B), evaluate=False), world).holds is True


def test_what_does_not_fit_has_no_value() -> None:
    with pytest.raises(Undefined, match="do not fit together"):
        multiplied(some(2, 3, 1), some(2, 3, 2))
    with pytest.raises(Undefined, match="different shapes"):
        added(some(2, 3, 1), some(3, 2, 2))
    with pytest.raises(Meaningless, match="no sum"):
        added(some(1, 1, 1), fmpq(1))
    with pytest.raises(Undefined, match="the power"):
        value(A**2, World({**MATRICES, A: some(2, 3, 1)}))


def test_shapes_are_compared() -> None:
    """A column is no row, though the entries are the same."""
    entries = (fmpq(1), fmpq(2))
    world = World({**MATRICES, A: column(entries), B: (entries,)})
    assert truth(sp.Eq(A, B, evaluate=False), world).holds is False


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (3, 2), (4, 4), (24, 24)])
def test_the_norm_holds_mpmaths_singular_value_in_its_bound(shape: tuple[int, int]) -> None:
    for seed in range(6):
        m = some(*shape, seed)
        found = largest_singular_value(m)
        with mpmath.workdps(40):
            exact = mpmath.svd_r(
                mpmath.matrix([[mpmath.mpf(int(x.p)) / int(x.q) for x in row] for row in m]), compute_uv=False
            )[0]
        assert abs(float(found) - float(exact)) <= 1e-12 * float(exact) * shape[0]
        if shape != (1, 1):
            assert abs(float(found.mid()) - float(exact)) < float(found.rad())
    assert largest_singular_value(((fmpq(-7, 3),),)) == fmpq(7, 3)
    assert float(largest_singular_value(diagonal([fmpq(1), fmpq(-5)]))) == pytest.approx(5.0)


def test_factors_that_do_not_commute_keep_their_order() -> None:
    x, y = sp.symbols("x y")
    assert not same(A * B, B * A) and not same(times(A, B), times(B, A))
    assert same(x * A * B * y, y * x * A * B) and same(times(x, A, B), A * x * B)
    assert same(times(x, y), y * x)


def test_an_entry_is_in_its_row_and_column() -> None:
    """Of a matrix that is not its own transpose; and beside it there is none."""
    tall = some(3, 2, 1)
    there = World({**ENTRIES, A: tall})
    found = [[value(entry(A, i, j), there) for j in (1, 2)] for i in (1, 2, 3)]
    assert found == [list(row) for row in tall]
    for place in ((2, 3), (4, 1), (0, 1), (1, 0)):
        with pytest.raises(Undefined, match="no entry"):
            value(entry(A, *place), there)
