"""What the letters of batch normalisation mean: a batch of m real numbers written out, its mean and
variance, and a cost that they enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import sympy as sp
from flint import arb

from analysis.claims.calculus import derivative
from analysis.claims.domain import (
    ACTIVATION,
    Domain,
    Range,
    domain,
    exact,
    integers,
    positive,
    reals,
    sequence,
    smooth,
)
from analysis.claims.meaning import entry, rounds, value, whole
from analysis.claims.world import Formula, Number, Undefined, World
from analysis.symbolic.normalisation import (
    average,
    beta,
    epsilon,
    g,
    gamma,
    i,
    k,
    m,
    mu,
    output,
    v,
    x,
    xhat,
)
from analysis.symbolic.notation import cost, sigma

C = sp.Symbol("C", real=True)
"""Σ g_k y_k, of which g_k is the derivative in y_k."""
INPUTS = 2
"""Numbers that enter the neuron whose weights have a gradient."""
_weights, _inputs = sp.IndexedBase("w", real=True), sp.IndexedBase("h", real=True)
j = sp.Symbol("j", integer=True, positive=True)
_output = sp.Symbol("y", real=True)
_VALUES = reals(largest=40)


def examples(words: str) -> Range:
    """A number for each example, and beyond the m of the batch too: all equal, one far away, of two values,
    or random."""
    patterns: tuple[Callable[[int], int], ...] = (
        lambda index: 3,
        lambda index: int(index == 1),
        lambda index: (-1) ** index,
        lambda index: index**2,
    )
    hard = tuple((lambda index, world, of=pattern: exact(of(index))) for pattern in patterns)
    return Range(words, sequence(_VALUES).draw, hard, over=sp.S.Reals)


def up_to(most: Any, words: str) -> Range:
    """A whole number from 1 to the value of another letter, or to a number."""

    return Range(
        words, lambda random, world: exact(random.randint(1, whole(most, world))), over=sp.S.Naturals
    )


def mean_over_batch(e: sp.Basic, world: World) -> Number:
    """⟨f_k⟩: f at k = 1 … m, added up and divided by m."""
    (f,) = e.args
    there = world.but(
        {s: value(s, world) for s in _statistics(f)}
    )  # once for the batch, not for each example
    size = rounds(m, world)
    return sum((value(f, there.but({k: exact(n)})) for n in range(1, size + 1)), exact(0)) / size


@cache
def _statistics(f: sp.Basic) -> tuple[sp.Symbol, ...]:
    """Those of μ and v that f reads."""
    return (mu, v) if f.has(xhat) else tuple(s for s in (mu, v) if f.has(s))


def _hat(index: int, world: World) -> Number:
    spread = arb(value(v, world) + value(epsilon, world))
    if not spread > 0:
        raise Undefined("v + ε is 0")
    return (value(entry(x, index), world) - value(mu, world)) / spread.sqrt()


def normalised_numbers(batch: Sequence[Number], e: Number) -> list[Number]:
    """(x_k − μ)/√(v + ε) of the numbers of a batch; raises Undefined where v + ε is 0."""
    size = len(batch)
    mean = sum(batch, exact(0)) / size
    variance = sum(((one - mean) ** 2 for one in batch), exact(0)) / size
    if not arb(variance + e) > 0:
        raise Undefined("v + ε is 0")
    return [(one - mean) / arb(variance + e).sqrt() for one in batch]


def batch_of(inside: sp.Basic, letter: sp.Symbol, world: World) -> list[Number]:
    """An expression in the letter of one example, at each of x_1 … x_m."""
    return [
        value(inside, world.but({letter: value(entry(x, n), world)})) for n in range(1, rounds(m, world) + 1)
    ]


def normalised_entry(letter: sp.Symbol) -> Formula:
    """The meaning of BN_e(αx): entry i of the batch whose entries are α x_1 … α x_m, normalised."""

    def formula(e: sp.Expr, inside: sp.Expr) -> sp.Expr:
        own, each = (inside.xreplace({letter: x[n]}) for n in (i, k))
        return (own - average(each)) / sp.sqrt(average((each - average(each)) ** 2) + e)

    def meaning(e: sp.Basic, world: World) -> Number:
        small, inside = e.args
        return normalised_numbers(batch_of(inside, letter, world), value(small, world))[whole(i, world) - 1]

    return Formula(formula, meaning)


def gradient_entry(letter: sp.Symbol) -> Formula:
    """The meaning of ∇C_e(αW): ∂C/∂(weight j) at α times the weights of a neuron, of C = Σ g_k σ(y_k) for any
    smooth σ.

    That cost sends other gradients to other outputs, so that agreement is not due to a C that is linear.
    """
    t = sp.Symbol("t", real=True)

    def formula(e: sp.Expr, inside: sp.Expr) -> sp.Expr:
        at, *every = (inside.xreplace({letter: _weights[n]}) for n in (j, *range(1, INPUTS + 1)))
        before = sp.Add(*(one * _inputs[k, n] for n, one in enumerate(every, 1)))
        each = before + (t - at) * _inputs[k, j]
        hat = (each - average(each)) / sp.sqrt(average((each - average(each)) ** 2) + e)
        total = m * average(g[k] * sigma(gamma * hat + beta))
        return sp.Subs(sp.Derivative(total, t), t, at)

    def meaning(e: sp.Basic, world: World) -> Number:
        small, inside = e.args
        e_, gain, shift = (value(s, world) for s in (small, gamma, beta))
        weights = [
            value(inside, world.but({letter: value(entry(_weights, n), world)})) for n in range(1, INPUTS + 1)
        ]
        size, chosen = rounds(m, world), whole(j, world) - 1
        entries = [
            [value(entry(_inputs, n, l), world) for l in range(1, INPUTS + 1)] for n in range(1, size + 1)
        ]
        above = [value(entry(g, n), world) for n in range(1, size + 1)]

        def total(weight: Number) -> Number:
            moved = [*weights[:chosen], weight, *weights[chosen + 1 :]]
            batch = [sum((a * b for a, b in zip(moved, row, strict=True)), exact(0)) for row in entries]
            outputs = (gain * hat + shift for hat in normalised_numbers(batch, e_))
            sent = (value(sigma(_output), world.but({_output: y})) for y in outputs)
            return sum((one * y for one, y in zip(above, sent, strict=True)), arb(0))

        return derivative(total, weights[chosen])

    return Formula(formula, meaning)


X, G = (x, examples("∈ ℝ for every example")), (g, examples("∈ ℝ for every example"))
"""The batch, and the gradients ∂C/∂y_k at its outputs."""
EPSILON, GAIN, SHIFT = (epsilon, positive()), (gamma, reals()), (beta, reals())
EXAMPLE, ANY_EXAMPLE = ((letter, up_to(m, "∈ {1, …, m}")) for letter in (i, k))
NEURON = (
    (ACTIVATION, smooth("", count=3, name="σ")),
    (j, up_to(INPUTS, f"∈ {{1, …, {INPUTS}}}")),
    (_weights, sequence(_VALUES)),
    (_inputs, sequence(_VALUES)),
)
"""A neuron's weights w_j, and its inputs h_kj for each example k; j is the weight whose gradient is meant."""
SIZES = replace(integers(2, 6), hard=tuple(map(exact, (2, 3, 5, 9))))
"""Small ones mostly: a batch of m has m derivatives, each of sums over m."""
MEANS: dict[Any, Any] = {
    mu: average(x[k]),
    v: average((x[k] - mu) ** 2),
    xhat: Formula(lambda n: (x[n] - mu) / sp.sqrt(v + epsilon), _hat),
    average: Formula(lambda f: sp.Sum(f, (k, 1, m)) / m, mean_over_batch),
    C: m * average(g[k] * output),
    cost: sp.Lambda(C, C),
}
"""μ, v, x̂ and C of the batch x_1 … x_m."""


def batches(
    *ranges: tuple[Any, Range], means: Mapping[Any, Any] | None = None, where: sp.Basic = sp.true
) -> Domain:
    """Batches of every size, in letters with these ranges and meanings beside those of ``MEANS``."""
    return domain((m, SIZES), *ranges, where=where, means={**MEANS, **(means or {})})
