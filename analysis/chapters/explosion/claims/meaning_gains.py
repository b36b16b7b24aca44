"""What an integral and a length over the inputs of a chain mean: one chain in float64, its slope carried
forward with its output."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.chapters.explosion.budget import a0 as _a0
from analysis.chapters.explosion.budget import aL as _aL
from analysis.claims.laws import in_numbers
from analysis.claims.meaning import value
from analysis.claims.world import Called, Estimate, Meaningless, Number, World, ball
from analysis.numeric.compiled import compiled


@dataclass(frozen=True)
class Layers:
    """One chain of sigmoids: weights and biases, the first layer first."""

    weights: tuple[float, ...]
    biases: tuple[float, ...]

    def output_and_slope(self, a: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """a_L and ∂a_L/∂a_0 at inputs (n,), the slope carried forward layer by layer."""
        slope = np.ones_like(a)
        for weight, bias in zip(self.weights, self.biases, strict=True):
            t = np.tanh((weight * a + bias) / 2.0)
            a, slope = (1.0 + t) / 2.0, slope * weight * (1.0 - t * t) / 4.0
        return a, slope

    def inputs(self) -> NDArray[np.float64]:
        """Inputs from 0 to 1, evenly and where the output moves: its cells are halved until none holds much
        of it."""
        points = np.linspace(0.0, 1.0, 257)
        for _ in range(40):
            moved = np.abs(np.diff(self.output_and_slope(points)[0]))
            wide = moved > 1e-3
            if not wide.any():
                break
            points = np.sort(np.append(points, ((points[:-1] + points[1:]) / 2.0)[wide]))
        return points


_slope = sp.Symbol("slope", real=True)


def _over_inputs(
    e: sp.Expr, world: World
) -> tuple[NDArray[np.float64], Callable[[NDArray[np.float64]], NDArray[np.float64]]]:
    """The inputs of the world's chain, and ``e``, an expression in the gain, as a function of the input."""
    chain = world.letters[_aL.func].value
    inside = e.replace(lambda x: isinstance(x, sp.Derivative), lambda x: _slope)
    try:
        f = compiled(in_numbers(inside, [_slope, _a0], world), _slope, _a0)
    except (TypeError, ValueError) as why:
        raise Meaningless(f"{e} is no function of the gain: {why}") from why
    return chain.inputs(), lambda at: np.asarray(f(chain.output_and_slope(at)[1], at)) * np.ones_like(at)


def total(e: sp.Basic, world: World) -> Number:
    """∫ … da_0 of an expression in the gain: three-point Gauss on every cell; what the trapezoid rule makes
    of it is the bound."""
    variable, low, high = e.limits[0]
    if variable != _a0:
        raise Meaningless(f"{variable} is not the input")
    ends = [float(ball(value(x, world)).mid()) for x in (low, high)]
    points, f = _over_inputs(e.function, world)
    points = np.clip(points, ends[0], ends[1])
    half, middle = np.diff(points) / 2.0, (points[1:] + points[:-1]) / 2.0
    node = half * math.sqrt(0.6)
    gauss = (5.0 * f(middle - node) + 8.0 * f(middle) + 5.0 * f(middle + node)) * half / 9.0
    trapezoid = (f(points[1:]) + f(points[:-1])) * half
    bound = float(np.abs(gauss - trapezoid).sum()) / 10.0 + 1e-9
    return world.measured((e, "total"), Estimate(float(gauss.sum()), bound=bound))


def share(e: sp.Basic, world: World) -> Number:
    """length{a_0 : relation in the gain} within [0, 1]; cells in which the relation turns are bisected."""
    relation, variable = e.args
    if variable != _a0 or not isinstance(relation, sp.Ge | sp.Gt | sp.Le | sp.Lt):
        raise Meaningless(f"{relation} is no inequality about the input")
    points, f = _over_inputs(relation.gts - relation.lts, world)
    inside = f(points) >= 0.0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    low, high, holds = points[turns], points[turns + 1], inside[turns]
    for _ in range(60):
        middle = (low + high) / 2.0
        same = (f(middle) >= 0.0) == holds
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    ends = np.concatenate([[0.0], low, [1.0]])
    kept = np.concatenate([inside[:1], ~holds])
    return world.measured((e, "share"), Estimate(float(np.diff(ends)[kept].sum()), bound=1e-9))


def one_chain(weights: tuple[float, ...], biases: tuple[float, ...]) -> Called:
    return Called(Layers(weights, biases), f"weights {weights} and biases {biases}")


def some_chain(random: Random, world: World) -> Called:
    """Up to four layers, of any sign and scale; half of them centred on an input of their own."""
    depth, own = random.randint(1, 4), random.random()
    weights = tuple(round(random.choice((-1, 1)) * 10 ** random.uniform(-0.5, 2), 3) for _ in range(depth))
    if random.random() < 0.5:
        return one_chain(weights, tuple(round(random.uniform(-30, 30), 3) for _ in weights))
    return one_chain(weights, (-weights[0] * own, *(-x / 2 for x in weights[1:])))


_DEEPEST = 4_000


def highest_late_rate(e: sp.Basic, world: World) -> Number:
    """lim sup over L of an expression in log gain and L: its largest value over depths 2,000 … 4,000 of the
    layers repeated without end; twice its change from depths 1,000 … 2,000 is the bound.

    The input is drawn, as almost every one is meant. A limit that is only touched is not told from one a
    little lower.
    """
    expression, depth = e.args
    chain, at = world.letters[_aL.func].value, 0.3819660112501051
    logs = np.empty(_DEEPEST)
    total_log = 0.0
    for j in range(_DEEPEST):
        weight, bias = (x[j % len(x)] for x in (chain.weights, chain.biases))
        half = abs(weight * at + bias) / 2.0
        total_log += math.log(abs(weight)) - 2.0 * (half + math.log1p(math.exp(-2.0 * half)))
        at = (1.0 + math.tanh((weight * at + bias) / 2.0)) / 2.0
        logs[j] = total_log
    inside = expression.replace(lambda x: isinstance(x, sp.log) and x.has(sp.Derivative), lambda x: _slope)
    inside = in_numbers(inside, [_slope, depth], world)
    if inside.has(sp.Derivative) or inside.free_symbols - {_slope, depth}:
        raise Meaningless(f"{expression} is no expression in the logarithm of the gain")
    f = sp.lambdify((_slope, depth), inside)
    depths = np.arange(_DEEPEST // 4, _DEEPEST + 1)
    values = np.asarray(f(logs[depths - 1], depths)) * np.ones(len(depths))
    early, late = (float(part.max()) for part in np.split(values, [_DEEPEST // 4]))
    return world.measured((e, "upper limit"), Estimate(late, bound=2.0 * abs(late - early) + 1e-9))
