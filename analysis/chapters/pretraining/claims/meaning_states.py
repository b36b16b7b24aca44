"""What the quantities of the small machine mean: sums over its sixteen states, and difference quotients of
such sums; and the same written out as formulas."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random
from typing import Any

import sympy as sp
from flint import arb

from analysis.chapters.pretraining.formulas import (
    PARAMETERS,
    SIZE,
    STATES,
    W,
    after_a_step,
    b,
    c,
    cd_slope,
    energy,
    firing,
    firing_together,
    free_energy_slope,
    hidden_given,
    likelihood_curvature,
    log_likelihood_slope,
    p_of,
    partition,
    probability_of,
    stationary,
    summed_weight,
    under_model,
    uniform_stationary,
    v,
    weight_of,
)
from analysis.claims.calculus import derivative
from analysis.claims.domain import Range, exact, reals
from analysis.claims.meaning import value, whole
from analysis.claims.world import Meaningless, Number, Undefined, World

State = tuple[int, ...]
Units = tuple[sp.Expr, ...]
Weights = dict[tuple[State, State], arb]
"""e^{−E(v, h)} of every state."""
UNITS: tuple[State, ...] = tuple(product((0, 1), repeat=SIZE))


def weights_of_states(world: World) -> Weights:
    """e^{b·v + c·h + vᵀWh} at each of the sixteen states."""
    number = {p: value(p, world) for p in PARAMETERS}
    found: Weights = {}
    for seen, hidden in product(UNITS, UNITS):
        total = exact(0)
        for i in range(SIZE):
            total = total + seen[i] * number[b[i]] + hidden[i] * number[c[i]]
            for j in range(SIZE):
                total = total + seen[i] * hidden[j] * number[W[i][j]]
        found[seen, hidden] = arb(total).exp()
    return found


def _of_visible(at: Weights, seen: State) -> arb:
    return sum((at[seen, hidden] for hidden in UNITS), arb(0))


def _of_hidden(at: Weights, hidden: State) -> arb:
    return sum((at[seen, hidden] for seen in UNITS), arb(0))


def _chance(at: Weights, seen: State) -> arb:
    return _of_visible(at, seen) / sum(at.values(), arb(0))


def _step(at: Weights, start: State, end: State) -> arb:
    """Σ_h P(h | start) P(end | h)."""
    return sum(
        (at[start, h] / _of_visible(at, start) * at[end, h] / _of_hidden(at, h) for h in UNITS), arb(0)
    )


def _drive(parameter: sp.Symbol, seen: State, hidden: State) -> int:
    """−∂E/∂parameter: the units that the parameter multiplies."""
    for i in range(SIZE):
        if parameter == b[i]:
            return seen[i]
        if parameter == c[i]:
            return hidden[i]
        for j in range(SIZE):
            if parameter == W[i][j]:
                return seen[i] * hidden[j]
    raise Meaningless(f"{parameter} is no parameter of the machine")


def _given(at: Weights, parameter: sp.Symbol, seen: State) -> arb:
    """Σ_h P(h | v) (−∂E/∂parameter)."""
    return sum((at[seen, h] / _of_visible(at, seen) * _drive(parameter, seen, h) for h in UNITS), arb(0))


def _after(at: Weights, parameter: sp.Symbol, start: State) -> arb:
    return sum((_step(at, start, end) * _given(at, parameter, end) for end in UNITS), arb(0))


def _under(at: Weights, parameter: sp.Symbol) -> arb:
    total = sum((weight * _drive(parameter, *state) for state, weight in at.items()), arb(0))
    return total / sum(at.values(), arb(0))


def _slope(f: Callable[[World], Number], parameter: sp.Symbol, world: World) -> Number:
    """∂f/∂parameter by a difference quotient."""
    if parameter not in PARAMETERS:
        raise Meaningless(f"{parameter} is no parameter of the machine")
    return derivative(lambda t: f(world.but({parameter: t})), value(parameter, world))


def _units(letters: Any, world: World) -> State:
    found = tuple(whole(x, world) for x in letters)
    if found not in UNITS:
        raise Undefined("a unit is 0 or 1")
    return found


def _of_state(f: Callable[[Weights, State], Number]) -> Callable[[sp.Basic, World], Number]:
    return lambda e, world: f(weights_of_states(world), _units(e.args, world))


def _log_chance(e: sp.Basic, skip: int) -> Callable[[World], Number]:
    return lambda world: _chance(weights_of_states(world), _units(e.args[skip:], world)).log()


def _update(e: sp.Basic) -> Callable[[World], Number]:
    """The expected CD-1 update of e's first parameter."""

    def at(world: World) -> Number:
        weights, seen = weights_of_states(world), _units(e.args[2:], world)
        return _given(weights, e.args[0], seen) - _after(weights, e.args[0], seen)

    return at


MEANS: dict[Any, Any] = {
    summed_weight: _of_state(_of_visible),
    firing: _of_state(lambda at, s: sum((at[s, h] for h in UNITS if h[0]), arb(0)) / _of_visible(at, s)),
    firing_together: _of_state(lambda at, s: at[s, UNITS[-1]] / _of_visible(at, s)),
    p_of: _of_state(_chance),
    stationary: _of_state(lambda at, s: sum((_chance(at, u) * _step(at, u, s) for u in UNITS), arb(0))),
    uniform_stationary: _of_state(lambda at, s: sum((_step(at, u, s) for u in UNITS), arb(0)) / 4),
    under_model: lambda e, world: _under(weights_of_states(world), e.args[0]),
    after_a_step: lambda e, world: _after(weights_of_states(world), e.args[0], _units(e.args[1:], world)),
    free_energy_slope: lambda e, world: (
        -_slope(
            lambda there: _of_visible(weights_of_states(there), _units(e.args[1:], there)).log(),
            e.args[0],
            world,
        )
    ),
    log_likelihood_slope: lambda e, world: _slope(_log_chance(e, 1), e.args[0], world),
    cd_slope: lambda e, world: _slope(_update(e), e.args[1], world),
    likelihood_curvature: lambda e, world: _slope(
        lambda there: _slope(_log_chance(e, 2), e.args[0], there), e.args[1], world
    ),
}
"""Every quantity that the claims name, by brute force."""


# The same as formulas, for proofs


def _weight(seen: Units, hidden: Units) -> sp.Expr:
    return sp.exp(-energy(seen, hidden))


def _seen_given(seen: Units, hidden: Units) -> sp.Expr:
    """P(v | h)."""
    return _weight(seen, hidden) / sp.Add(*(_weight(s, hidden) for s in STATES))


def _drive_given(parameter: sp.Symbol, seen: Units) -> sp.Expr:
    """Σ_h P(h | v) (−∂E/∂parameter)."""
    return sp.Add(*(-hidden_given(seen, h) * energy(seen, h).diff(parameter) for h in STATES))


def _drive_after(parameter: sp.Symbol, start: Units) -> sp.Expr:
    """The same after a step of Gibbs sampling: Σ_{h, v′} P(h | v) P(v′ | h) times that of v′."""
    steps = product(STATES, STATES)
    return sp.Add(
        *(hidden_given(start, h) * _seen_given(s, h) * _drive_given(parameter, s) for h, s in steps)
    )


def _drive_under_model(parameter: sp.Symbol) -> sp.Expr:
    """Σ p(v, h) (−∂E/∂parameter)."""
    states = product(STATES, STATES)
    return sp.Add(*(-_weight(s, h) / partition() * energy(s, h).diff(parameter) for s, h in states))


def _moved(f: sp.Expr, *parameters: sp.Symbol) -> sp.Subs:
    """∂f/∂parameters, where some of the parameters may be given as numbers."""
    letters = sp.symbols(f"m_1:{len(parameters) + 1}", real=True)
    moving = f.xreplace(dict(zip(parameters, letters, strict=True)))
    return sp.Subs(sp.Derivative(moving, *letters), letters, parameters)


def _written_out() -> dict[Any, sp.Expr]:
    found = {
        summed_weight(*v): weight_of(v),
        firing(*v): sp.Add(*(hidden_given(v, h) for h in STATES if h[0] == 1)),
        firing_together(*v): hidden_given(v, STATES[-1]),
        p_of(*v): probability_of(v),
        stationary(*v): sp.Add(
            *(probability_of(u) * hidden_given(u, h) * _seen_given(v, h) for u, h in product(STATES, STATES))
        ),
        free_energy_slope(W[0][0], *v): -sp.Derivative(sp.log(weight_of(v)), W[0][0]),
    }
    for p in (W[0][0], b[0], c[0]):
        found[under_model(p)] = _drive_under_model(p)
        found[log_likelihood_slope(p, *v)] = sp.Derivative(sp.log(probability_of(v)), p)
    image = (sp.S.One, sp.S.Zero)
    for of, by in ((W[0][0], b[0]), (b[0], W[0][0])):
        found[cd_slope(of, by, *image)] = _moved(_drive_given(of, image) - _drive_after(of, image), by)
        found[likelihood_curvature(of, by, *image)] = _moved(sp.log(probability_of(image)), of, by)
    return found


WRITTEN_OUT = _written_out()
"""The quantities that are proved to be something else, written out over the states: what a proof reads."""

_EACH = reals(largest=40)


def _parameters(random: Random, world: World) -> tuple[Number, ...]:
    return tuple(
        random.choice(_EACH.hard) if random.random() < 0.2 else _EACH.draw(random, world) for _ in PARAMETERS
    )


ANY_MACHINE = (
    PARAMETERS,
    Range("∈ ℝ", _parameters, (tuple(exact(0) for _ in PARAMETERS),), over=sp.S.Reals),
)
ANY_IMAGE = (
    v,
    Range(
        "∈ {0, 1}",
        lambda random, world: tuple(exact(unit) for unit in random.choice(UNITS)),
        tuple(tuple(map(exact, seen)) for seen in UNITS),
        over=(sp.FiniteSet(0, 1), sp.FiniteSet(0, 1)),
    ),
)
