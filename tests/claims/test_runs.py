"""Shares of runs are counts."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import fmpq

from analysis.claims.runs import of_each, share, share_of_runs
from analysis.claims.world import Meaningless, World


def test_a_share_is_a_count_of_networks() -> None:
    """Against a loop over the runs in plain Python."""
    values = {"x": [1.0, 2.0, 3.0, 0.5], "y": [2.0, 1.0, 4.0, 0.5]}
    x, y, z = sp.symbols("x y z")
    world = World(
        {
            x: of_each("a", lambda: values["x"]),
            y: of_each("a", lambda: values["y"]),
            z: of_each("b", lambda: [1.0]),
        }
    )
    for relation, holds in (
        (x < y, lambda a, b: a < b),
        (x <= y, lambda a, b: a <= b),
        (sp.Or(x > y, 2 * x < y), lambda a, b: a > b or 2 * a < b),
        (sp.Not(x < y), lambda a, b: not a < b),
        (x > -y, lambda a, b: a > -b),
    ):
        count = sum(holds(a, b) for a, b in zip(*values.values(), strict=True))
        assert share_of_runs(share(relation), world) == fmpq(count, 4)
    for nonsense, why in (
        (share(x < z), "different runs"),
        (share(x + y), "asked of a relation"),
        (share(x < sp.Symbol("q")), "q stands for nothing"),
        (share(sp.Symbol("q") > 1), "nothing in"),
    ):
        with pytest.raises(Meaningless, match=why):
            share_of_runs(nonsense, world)
