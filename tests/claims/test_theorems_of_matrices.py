"""What is cited of matrices holds for random ones, and not without its hypotheses."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import sympy as sp
from flint import arb, fmpq

from analysis.claims.matrices import ENTRIES, MATRICES, diagonal, largest_singular_value, matrix
from analysis.claims.meaning import value
from analysis.claims.theorems import COLUMN, LEFT, RIGHT, ROW, THEOREMS
from analysis.claims.world import Meaningless, Undefined, World
from analysis.symbolic.display import columns, entry, rows, spectral_norm

MEANS: dict[Any, Any] = {
    **MATRICES,
    **ENTRIES,
    spectral_norm: lambda e, world: largest_singular_value(value(e.args[0], world)),
}


def some(random: Random, height: int, width: int) -> Any:
    return matrix([[fmpq(random.randint(-90, 90), 37) for _ in range(width)] for _ in range(height)])


def world(seed: int) -> World:
    """A of some rows, B a diagonal matrix on its right."""
    random = Random(seed)
    height, width = random.randint(1, 4), random.randint(1, 4)
    entries = [fmpq(random.randint(-90, 90), 37) for _ in range(width)]
    return World({**MEANS, LEFT: some(random, height, width), RIGHT: diagonal(entries)})


def number(e: Any, there: World) -> float:
    return float(arb(value(e, there)))


@pytest.mark.parametrize("seed", range(20))
def test_a_diagonal_matrix_on_the_right(seed: int) -> None:
    there = world(seed)
    whole = THEOREMS["product with a diagonal matrix"].conclusion
    for k in range(1, int(value(rows(LEFT), there)) + 1):
        for l in range(1, int(value(columns(LEFT), there)) + 1):
            for equation in whole.args:
                left, right = (value(x.xreplace({ROW: k, COLUMN: l}), there) for x in equation.args)
                assert left == right
    largest = max(number(sp.Abs(entry(RIGHT, k, k)), there) for k in range(1, len(there.letters[RIGHT]) + 1))
    assert number(spectral_norm(RIGHT), there) == pytest.approx(largest, rel=1e-12)
    for name in ("norm of a product", "norm"):
        smaller, larger = (number(x, there) for x in THEOREMS[name].conclusion.args)
        assert smaller <= larger * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_a_column_times_a_row(seed: int) -> None:
    random = Random(seed)
    u, v = ([random.randint(-9, 9) for _ in range(random.randint(1, 4))] for _ in range(2))
    there = World({**MEANS, LEFT: matrix([[fmpq(x * y) for y in v] for x in u])})
    expected = (sum(x * x for x in u) * sum(y * y for y in v)) ** 0.5
    assert number(spectral_norm(LEFT), there) == pytest.approx(expected, rel=1e-10, abs=1e-10)
    assert [value(f(LEFT), there) for f in (rows, columns)] == [len(u), len(v)]


def test_entries_beside_the_matrix_have_no_value() -> None:
    there = world(1)
    beyond = len(there.letters[LEFT]) + 1
    for place in ((0, 1), (beyond, 1), (1, 9)):
        with pytest.raises(Undefined, match="no entry in row"):
            value(entry(LEFT, *place), there)
    for f in (rows(2), columns(2), entry(2, 1, 1)):
        with pytest.raises(Meaningless, match="a number has no"):
            value(f, there)
