"""ReLU units that are off:
the share of the signal that is lost, networks born dead, and units killed by one step
(rows B19, B21 and B22 of ``verdicts/table.py``)."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.world import Estimate, Given, World
from analysis.symbolic.display import probability

# A network born dead: some layer is off as a whole, and the output no longer depends on the input


WIDTH, DEPTH, NETWORKS = 4, 20, 20_000


@cache
def born_dead(width: int = WIDTH, depth: int = DEPTH, networks: int = NETWORKS, seed: int = 3) -> Estimate:
    """Share of random ReLU networks with a hidden layer in which every unit is off for one given input (zero
    biases)."""
    rng = np.random.default_rng(seed)
    a = np.ones((networks, width))
    for _ in range(depth):
        w = rng.standard_normal((networks, width, width))
        a = np.maximum(np.einsum("kij,kj->ki", w, a), 0.0)
        size = a.max(axis=1, keepdims=True)
        a = np.where(size > 0.0, a / np.where(size > 0.0, size, 1.0), 0.0)  # the scale is of no interest
    share = float((a == 0.0).all(axis=1).mean())
    return Estimate(share, math.sqrt(share * (1.0 - share) / networks))


_n, _L = sp.Symbol("n", positive=True, integer=True), sp.Symbol("L", positive=True, integer=True)
_dead = sp.Eq(sp.Symbol("a_L"), 0, evaluate=False)


def _born_dead_is(off: sp.Expr) -> sp.Eq:
    return sp.Eq(probability(_dead), 1 - (1 - off) ** _L, evaluate=False)


def _share(world: World) -> Estimate:
    return born_dead()


CLAIMS = (
    Claim(
        label="relu-network-born-dead",
        sentence="A narrow, deep ReLU network is often dead at birth for an example: some layer is off as a "
        "whole.",
        statement=_born_dead_is(2 ** (-_n)),
        check=None,
        scope=(
            f"one example, symmetric weights, zero biases; n = {WIDTH} units in each of L = {DEPTH} "
            f"layers, {NETWORKS:,} networks"
        ),
        false_sibling=_born_dead_is(sp.Rational(11, 10) * 2 ** (-_n)),
        domain=domain(means={_n: WIDTH, _L: DEPTH, probability(_dead): Given(_share)}),
    ),
)
