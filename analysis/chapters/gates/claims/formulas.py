"""What passes from one time step to the next in cells with gates:
every term, many steps, and how long half of it lasts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sympy as sp
from flint import arb, fmpq

from analysis.claims.calculus import derivative
from analysis.claims.claim import Claim
from analysis.claims.domain import (
    ACTIVATION,
    COST,
    Domain,
    Range,
    activations,
    at_least,
    between,
    domain,
    integers,
    only,
    reals,
    reals_together,
    sequence,
    smooth,
)
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.meaning import partial_derivative, rounds, value, whole
from analysis.claims.rules import Cited, Combined, Induction, Instance, Rewritten, Rising
from analysis.claims.theorems import AT, FIRST, NUMBER, NUMBERED, START, STEPS
from analysis.claims.world import Meaningless, Number, World, ball
from analysis.symbolic.catalogue import RELU, SIGMOID
from analysis.symbolic.display import iterated, plus, times
from analysis.symbolic.gates import (
    AFTER,
    NOW,
    OUTPUT_BEFORE,
    at,
    c,
    c_before,
    f,
    forget_bias,
    g,
    gated,
    gru,
    h_before,
    h_now,
    half_life,
    i,
    into,
    keep,
    lag,
    lstm,
    o_before,
    r,
    sigmoid,
    u,
    unfolded,
    vanilla,
    weight,
)  # fmt: skip
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b, cost, cost_prime, h, sigma, sigma_prime, w, z

Definitions = Mapping[sp.Basic, sp.Expr]
_T = sp.Symbol("T", positive=True)
_x, _y = sp.symbols("x y", real=True)
_held = sp.Symbol("h", positive=True)


class change(sp.Function):  # type: ignore[misc]
    """∂output/∂input, all paths included; a third argument holds what is set to 0."""

    nargs = (2, 3)

    def _latex(self, printer: Any) -> str:
        shown = (
            rf"\frac{{\partial {printer._print(self.args[0])}}}{{\partial {printer._print(self.args[1])}}}"
        )
        if len(self.args) == 2:
            return shown
        zero = "=".join(printer._print(x) for x in self.args[2])
        return rf"\left.{shown}\right|_{{{zero}=0}}"

    def _sympystr(self, printer: Any) -> str:
        shown = "d{}/d{}".format(*(printer._print(x) for x in self.args[:2]))
        return shown + ("" if len(self.args) == 2 else f" with {' = '.join(map(str, self.args[2]))} = 0")


def by_differences(e: sp.Basic, world: World) -> Number:
    """What ``change`` means: a difference quotient of the definitions, which all move along, with what
    is to be 0 set to 0."""
    output, x, *zero = e.args
    there = world.but(dict.fromkeys(zero[0], fmpq(0))) if zero else world
    return partial_derivative(output, [x], there)


def as_derivative(e: change, definitions: Definitions) -> sp.Expr:
    """The same as a derivative of the cell written out, of which a proof can see what is differentiated."""
    output, x, *zero = e.args
    cut = dict.fromkeys(zero[0], sp.S.Zero) if zero else {}
    return sp.Derivative(unfolded(output, definitions).xreplace(cut), x)


def written_out(definitions: Definitions, *more: tuple[Any, Range], of: change) -> Domain:
    """The domain of a cell that is written out, with the sigmoid for σ: every letter that has no
    definition is free. ``of``: the derivative that the claim is about."""
    used = {x for e in definitions.values() for x in e.free_symbols} - set(definitions)
    free = tuple(sorted(used, key=str))
    means = {**definitions, **only("sigmoid"), change: by_differences, of: as_derivative(of, definitions)}
    return domain((free, reals_together(len(free))), *more, means=means)


_j = sp.Symbol("j", integer=True)
_t = sp.Symbol("t", integer=True)
_f_at = sp.IndexedBase("f", real=True)
_x_at = sp.IndexedBase("x", real=True)
_i, _s = sp.symbols("i s", integer=True)
_m = sp.Symbol("m", integer=True)
_held_before = sp.Symbol("y", real=True)
_c_start, _o_start = at("c", "t-k"), at("o", "t-k")
_PARAMETERS = tuple(weight(letter, q) for letter in "wub" for q in "ifgo")


def _after_steps(e: sp.Basic, world: World) -> Number:
    """c_t as a function of c_{t−k}, by k steps of the cell, as a difference quotient; the weights of
    the third argument are 0."""
    if e.args[0] == e.args[1]:
        return fmpq(1)
    if e.args[:2] != (c, _c_start):
        raise Meaningless(f"{e} is no derivative of c_t in c_(t-k)")
    zero = set(e.args[2]) if len(e.args) == 3 else set()
    size = {p: arb(0) if p in zero else ball(value(p, world)) for p in _PARAMETERS}
    last = whole(_t, world)
    inputs = [ball(value(_x_at[j], world)) for j in range(last - rounds(lag, world) + 1, last + 1)]
    start = ball(value(_o_start, world))

    def f(memory: Number) -> Number:
        c_ = ball(memory)
        h_ = start * c_.tanh()
        for x in inputs:
            into_ = {
                q: size[weight("w", q)] * x + size[weight("u", q)] * h_ + size[weight("b", q)] for q in "ifgo"
            }
            open_ = {q: 1 / (1 + (-y).exp()) for q, y in into_.items()}
            c_ = open_["f"] * c_ + open_["i"] * into_["g"].tanh()
            h_ = open_["o"] * c_.tanh()
        return c_

    return derivative(f, ball(value(_c_start, world)))


def _forget_gate(j: int, world: World) -> Number:
    """f_j of the cell whose recurrent weights are cut."""
    return value(sigma(weight("w", "f") * _x_at[j] + weight("b", "f")), world)


def _forget(j: sp.Expr) -> sp.Expr:
    return sigma(weight("w", "f") * _x_at[j] + weight("b", "f"))


def _written(j: sp.Expr) -> sp.Expr:
    """i_j g_j of the cell whose recurrent weights are cut."""
    into_ = {q: weight("w", q) * _x_at[j] + weight("b", q) for q in "ig"}
    return sigma(into_["i"]) * sp.tanh(into_["g"])


def _memory(steps: sp.Expr | int, first: sp.Expr | int = _c_start) -> sp.Expr:
    """c so many steps of that cell after time s, when it is ``first``."""
    one = sp.Tuple(_i + 1, _forget(_i + 1) * _held_before + _written(_i + 1))
    return iterated(sp.Tuple(_i, _held_before), one, sp.Tuple(_s, first), steps)


def _several_steps(of: change) -> Domain:
    letters = (_c_start, _o_start, *_PARAMETERS)
    return domain(
        (letters, reals_together(len(letters))),
        (_x_at, sequence(reals(largest=3))),
        (lag, integers(1, 12)),
        (_s, integers(0, 12)),
        means={
            **only("sigmoid"),
            _t: _s + lag,
            _f_at: _forget_gate,
            _f_at[_j]: _forget(_j),
            change: _after_steps,
            of: sp.Derivative(_memory(lag), _c_start),
        },
        words="t = s + k",
    )


def _step_by_step(claim: sp.Eq) -> Proof:
    """c after m steps is what it is without a start, and the start times m forget gates; so it is after one
    step more, for all of that is multiplied by the next gate."""
    start, m, none = _c_start, _m, sp.S.Zero
    gates = [sp.Product(_forget(_j), (_j, _s + 1, _s + x)) for x in (none, m, m + 1, lag)]
    parted = [
        sp.Eq(_memory(x), _memory(x, none) + gate * start, evaluate=False)
        for x, gate in zip((none, m, m + 1, lag), gates, strict=True)
    ]
    after = _s + m + 1
    recursion = {AT: _held_before, START: start, NUMBER: _i, FIRST: _s}
    recursion |= {NUMBERED: sp.Lambda((_i, _held_before), _forget(_i) * _held_before + _written(_i))}
    more = sp.Eq(_memory(m + 1), _forget(after) * _memory(m) + _written(after), evaluate=False)
    over = ((m, integers(0)),)
    return proof(
        Line(sp.Eq(_memory(none), start, evaluate=False), Cited("no numbered step", (), recursion)),
        Line(more, Cited("one numbered step more", (), {**recursion, STEPS: m}), over),
        Line(sp.Eq(_memory(none, none), none, evaluate=False), Instance((1,), {start: none})),
        Line(more.xreplace({start: none}), Instance((2,), {start: none}), over),
        Line(sp.Eq(gates[2], gates[1] * _forget(after), evaluate=False), over=over),
        Line(parted[0], Rewritten((1, 3))),
        Line(sp.Implies(parted[1], parted[2], evaluate=False), Rewritten((2, 4, 5)), over),
        Line(parted[1], Induction((6, 7), m), over),
        Line(parted[3], Instance((8,), {m: lag})),
        Line(claim, Rewritten((9,))),
    )


_row, _col = sp.symbols("j k", integer=True, positive=True)
_U = {q: sp.IndexedBase(f"U^{q}", real=True) for q in "ifg"}
_z = {q: sp.IndexedBase(f"z^{q}", real=True) for q in "ifg"}
_cs, _os = sp.IndexedBase("c", real=True), sp.IndexedBase("o", real=True)


_a = {q: sp.IndexedBase(f"a^{q}", real=True) for q in "ifg"}
_n = sp.Symbol("n", integer=True, positive=True)


class memory_step(sp.Function):  # type: ignore[misc]
    """∂c_{t,j}/∂c_{t−1,k} of a cell with n units: ``memory_step(j, k)``."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        j, k = (printer._print(x) for x in self.args)
        return rf"\frac{{\partial c_{{t,{j}}}}}{{\partial c_{{t-1,{k}}}}}"

    def _sympystr(self, printer: Any) -> str:
        j, k = (printer._print(x) for x in self.args)
        return f"dc_{{t,{j}}}/dc_{{t-1,{k}}}"


def _memory_step(e: sp.Basic, world: World) -> Number:
    """The new memory of unit j as a function of the old one of unit k, as a difference quotient."""
    j, k = (sp.Integer(whole(x, world)) for x in e.args)
    new = sigma(_z["f"][j]) * _cs[j] + sigma(_z["i"][j]) * sp.tanh(_z["g"][j])
    return partial_derivative(new, [_cs[k]], world)


def _goes_in(q: str) -> Callable[[int, World], Number]:
    """z^q_j = a^q_j + Σ_k U^q_{jk} h_k with h_k = o_k tanh(c_k)."""

    @cache
    def formula(j: int, units: int) -> sp.Expr:
        return _a[q][j] + sum(_U[q][j, k] * _os[k] * sp.tanh(_cs[k]) for k in range(1, units + 1))

    return lambda j, world: value(formula(j, whole(_n, world)), world)


_moved = sp.Symbol("m", real=True)
_l = sp.Symbol("l", integer=True)


def _units_sum(q: str, low: sp.Expr | int, high: sp.Expr) -> sp.Sum:
    """Σ U^q_{jl} h_l over those units l, with h_l = o_l tanh(c_l)."""
    return sp.Sum(_U[q][_row, _l] * _os[_l] * sp.tanh(_cs[_l]), (_l, low, high))


def _parted(q: str, memory: sp.Expr) -> sp.Expr:
    """The same over all units, with ``memory`` for the c of unit k."""
    alone = _U[q][_row, _col] * _os[_col] * sp.tanh(memory)
    return _units_sum(q, 1, _col - 1) + alone + _units_sum(q, _col + 1, _n)


def _new_memory(memory: sp.Expr) -> sp.Expr:
    """c_{t,j} with ``memory`` for the c_{t−1} of unit k, and those of all others as they are."""
    own = _cs[_row] + sp.KroneckerDelta(_row, _col) * (memory - _cs[_col])
    into_ = {q: _a[q][_row] + _parted(q, memory) for q in "ifg"}
    return sigma(into_["f"]) * own + sigma(into_["i"]) * sp.tanh(into_["g"])


_PLACES = tuple(
    (fmpq(n), fmpq(j), fmpq(k)) for n in (1, 2, 3) for j in range(1, n + 1) for k in range(1, n + 1)
)


def _units() -> Domain:
    """Cells of 1, 2 and 3 units with random matrices, and every entry (j, k)."""
    places = Range(
        "= 1, 2, 3 units and every entry",
        lambda random, world: random.choice(_PLACES),
        _PLACES,
        over=(sp.Range(1, sp.oo),) * 3,
    )
    bases = (_cs, _os, *_a.values(), *_U.values())
    each = reals(largest=3)
    return domain(
        ((_n, _row, _col), places),
        *((x, sequence(each)) for x in bases),
        means={
            **only("sigmoid"),
            **{_z[q]: _goes_in(q) for q in "ifg"},
            **{_z[q][_row]: _a[q][_row] + _units_sum(q, 1, _n) for q in "ifg"},
            memory_step: _memory_step,
            memory_step(_row, _col): sp.Subs(sp.Derivative(_new_memory(_moved), _moved), _moved, _cs[_col]),
        },
    )


def _wide(U: Mapping[str, sp.Expr]) -> sp.Eq:
    inner = plus(
        times(_cs[_row], sigma_prime(_z["f"][_row]), U["f"]),
        times(sp.tanh(_z["g"][_row]), sigma_prime(_z["i"][_row]), U["i"]),
        times(sigma(_z["i"][_row]), 1 - sp.tanh(_z["g"][_row]) ** 2, U["g"]),
    )
    rhs = plus(
        times(sp.KroneckerDelta(_row, _col), sigma(_z["f"][_row])),
        times(inner, _os[_col], 1 - sp.tanh(_cs[_col]) ** 2),
    )
    return sp.Eq(memory_step(_row, _col), rhs, evaluate=False)


def _latched(claim: sp.Lt) -> Proof:
    """The gap h/(1 − h²) − artanh h is 0 at h = 0 and has a positive slope on (0, 1)."""
    gap = _held / (1 - _held**2) - sp.atanh(_held)
    return proof(
        sp.Gt(sp.Derivative(gap, _held), 0, evaluate=False),
        sp.Eq(sp.Limit(gap, _held, 0), 0, evaluate=False),
        Line(sp.Gt(gap, 0, evaluate=False), Rising((1, 2), _held)),
        Line(claim, Combined((3,), (((1 - _held**2) / _held, (0,)),))),
    )


def _for_any_activation(claim: sp.Eq) -> Proof:
    """The same for any activation, then for the sigmoid."""
    return proof(Line(claim, over=((ACTIVATION, activations()),)), Line(claim, Rewritten((1,))))


def _moved_alone(claim: sp.Eq) -> Proof:
    """What goes into a gate is parted at unit k, which alone moves."""
    parts = (sp.Eq(_units_sum(q, 1, _n), _parted(q, _cs[_col]), evaluate=False) for q in "ifg")
    return proof(*parts, Line(claim, Rewritten((1, 2, 3))))


_slope_before = 1 - sp.tanh(c_before) ** 2
_by_forget = times(c_before, sigma_prime(into("f")), weight("u", "f"))
_by_input = times(g, sigma_prime(into("i")), weight("u", "i"))
_by_candidate = times(i, 1 - g**2, weight("u", "g"))


def _step_of(*paths: sp.Expr) -> sp.Eq:
    return sp.Eq(change(c, c_before), plus(f, times(plus(*paths), o_before, _slope_before)), evaluate=False)


_TWO = lstm() | lstm(AFTER, NOW) | OUTPUT_BEFORE
_c_after = at("c", AFTER)


class both_steps(sp.Function):  # type: ignore[misc]
    """(∂c_{t+1}/∂c_t)(∂c_t/∂c_{t−1}), each with h following its own c."""

    nargs = 0

    def _latex(self, printer: Any) -> str:
        return r"\frac{\partial c_{t+1}}{\partial c_t}\,\frac{\partial c_t}{\partial c_{t-1}}"

    def _sympystr(self, printer: Any) -> str:
        return "dc_{t+1}/dc_t * dc_t/dc_{t-1}"


def _both_steps(e: sp.Basic, world: World) -> Number:
    """Two difference quotients, multiplied: for the later one c_t is moved and o_t stands still."""
    there = world.but({c: value(c, world), at("o"): value(at("o"), world)})
    return partial_derivative(_c_after, [c], there) * partial_derivative(c, [c_before], world)


def _two_steps() -> Domain:
    """Two steps written out, and what the product of the one-step factors means."""
    found = written_out(_TWO, of=change(_c_after, c_before))
    still = {x: y for x, y in _TWO.items() if x not in (c, at("o"))}
    later = sp.Derivative(unfolded(_c_after, still).xreplace({c: _moved}), _moved)
    first = as_derivative(change(c, c_before), _TWO)
    product = sp.Subs(later, _moved, c) * first
    return Domain(found.ranges, found.where, {**found.means, both_steps: _both_steps, both_steps(): product})


_around = times(
    plus(
        times(c, sigma_prime(into("f", AFTER)), weight("u", "f")),
        times(at("g", AFTER), sigma_prime(into("i", AFTER)), weight("u", "i")),
        times(at("i", AFTER), 1 - at("g", AFTER) ** 2, weight("u", "g")),
    ),
    sp.tanh(c), sigma_prime(into("o")), weight("u", "o"), o_before, _slope_before,
)  # fmt: skip
_u_of = tuple(weight("u", q) for q in ("f", "i", "g"))
_forgets = sp.Subs(f, weight("u", "f"), 0)
"""The forget gate with its recurrent weight cut."""

_hs = sp.symbols("h_0:4", real=True)
_zs = sp.symbols("z_1:4", real=True)
_deltas = sp.symbols("delta_1:4", real=True)
_C = sp.Symbol("C", real=True)


def _unrolled() -> dict[sp.Basic, sp.Expr]:
    """Three steps of the vanilla cell, C = cost(h_3) and δ_t = ∂C/∂z_t by back-propagation."""
    found: dict[sp.Basic, sp.Expr] = {_C: cost(_hs[3])}
    for k in (1, 2, 3):
        found[_hs[k]] = sp.tanh(_zs[k - 1])
        found[_zs[k - 1]] = sp.Symbol("w", real=True) * sp.Symbol(f"x_{k}", real=True) + u * _hs[k - 1] + b
        behind = u * _deltas[k] if k < 3 else cost_prime(_hs[3])
        found[_deltas[k - 1]] = (1 - _hs[k] ** 2) * behind
    return found


_gated_factor = sp.Derivative(gated(plain()).output, h)
_wsp = times(w, sigma_prime(w * h + b))

_GRU_KEEP = times(h_before - g, sigma_prime(into("p")), weight("u", "p"))
_GRU_RESET = times(h_before, sigma_prime(into("r")), weight("u", "r"), weight("u", "g"))


def _gru_step(*inner: sp.Expr) -> sp.Eq:
    return sp.Eq(
        change(h_now, h_before),
        plus(keep, _GRU_KEEP, times(1 - keep, 1 - g**2, plus(times(r, weight("u", "g")), *inner))),
        evaluate=False,
    )


_ROUNDS = next(k for k in range(100) if 1.0 / (1.0 + math.exp(-k)) == 1.0)

_STEP = _step_of(_by_forget, _by_input, _by_candidate)
_MANY = _wide({q: _U[q][_row, _col] for q in "ifg"})
_CUT = sp.Eq(change(c, c_before, sp.Tuple(*_u_of)), _forgets, evaluate=False)
_PRODUCT = sp.Eq(
    change(at("c"), at("c", "t-k"), sp.Tuple(*_u_of)),
    sp.Product(_f_at[_j], (_j, _t - lag + 1, _t)),
    evaluate=False,
)
_OVER_TWO = sp.Eq(change(_c_after, c_before), plus(both_steps(), _around), evaluate=False)
_VANILLA = sp.Eq(change(h_now, h_before), times(u, 1 - h_now**2), evaluate=False)
_RELU_STEP = sp.Eq(change(h_now, h_before), sp.Piecewise((0, at("z") <= 0), (u, True)), evaluate=False)
_GRU = _gru_step(_GRU_RESET)
_GATED = sp.Eq(_gated_factor, plus(f, times(i, _wsp)), evaluate=False)
_SUMMED = sp.Eq(
    change(_C, u), plus(*(times(x, d) for x, d in zip(_hs, _deltas, strict=False))), evaluate=False
)
_HALF_LIFE = sp.Eq(sp.Pow(sigmoid(forget_bias), half_life(), evaluate=False), sp.S.Half, evaluate=False)
_NEAR, _OFF = sp.Rational(22, 10), sp.Rational(5, 100)
_BIAS_ONE = sp.Lt(sp.Abs(half_life(sp.S.One) - _NEAR), _OFF, evaluate=False)
_BELOW = sp.Lt(SIGMOID.formula, 1, evaluate=False)
_LARGE = sp.Eq(sp.Limit(half_life() / sp.exp(forget_bias), forget_bias, sp.oo), sp.log(2), evaluate=False)
_SCALE = sp.Eq(sigmoid(sp.log(_T - 1)), 1 - 1 / _T, evaluate=False)
_CONCAVE = sp.Lt(sp.Derivative(sp.log(SIGMOID.formula), (z, 2)), 0, evaluate=False)
_LATCHING = sp.Lt(sp.atanh(_held) * (1 - _held**2) / _held, 1, evaluate=False)
_BASELINE = sp.Eq(sp.Integral((_x + _y - 1) ** 2, (_x, 0, 1), (_y, 0, 1)), sp.Rational(1, 6), evaluate=False)

CLAIMS = (
    Claim(
        label="lstm-memory-step",
        sentence="What c_t keeps of c_{t−1}: the forget gate, and three ways round through h_{t−1} into "
        "the gates.",
        statement=_STEP,
        check=decided(_STEP),
        scope="one unit, σ the sigmoid; h_{t−1} = o_{t−1} tanh(c_{t−1}) follows c_{t−1}; the output gate "
        "of step t does not enter",
        false_sibling=_step_of(_by_forget, _by_input),
        domain=written_out(lstm() | OUTPUT_BEFORE, of=_STEP.lhs),
    ),
    Claim(
        label="lstm-memory-step-many-units",
        sentence="With n units the forget gates stand on the diagonal, and the ways round fill the whole "
        "matrix.",
        statement=_MANY,
        check=_moved_alone(_MANY),
        scope="σ the sigmoid; z^q are the inputs of the gates of step t, c and o those of step t − 1",
        false_sibling=_wide({q: _U[q][_col, _row] for q in "ifg"}),
        domain=_units(),
    ),
    Claim(
        label="lstm-cut-is-the-forget-gate",
        sentence="With the recurrent weights into forget, input and candidate cut, what is left is the "
        "forget gate alone.",
        statement=_CUT,
        check=decided(_CUT),
        scope="one unit, σ the sigmoid, and any weight into the output gate",
        false_sibling=sp.Eq(change(c, c_before, sp.Tuple(*_u_of[:2])), _forgets, evaluate=False),
        domain=written_out(lstm() | OUTPUT_BEFORE, of=_CUT.lhs),
    ),
    Claim(
        label="lstm-cut-product",
        sentence="Over k steps it is the product of k forget gates.",
        statement=_PRODUCT,
        check=_step_by_step(_PRODUCT),
        scope="one unit, σ the sigmoid, recurrent weights into forget, input and candidate cut",
        false_sibling=sp.Eq(
            change(at("c"), at("c", "t-k"), sp.Tuple(*_u_of)),
            sp.Product(_f_at[_j], (_j, _t - lag, _t)),
            evaluate=False,
        ),
        domain=_several_steps(_PRODUCT.lhs),
    ),
    Claim(
        label="lstm-two-steps",
        sentence="Over two steps the one-step factors do not simply multiply: a way through the output "
        "gate comes on top.",
        statement=_OVER_TWO,
        check=_for_any_activation(_OVER_TWO),
        scope="one unit, σ the sigmoid; o_t depends on h_{t−1}, so (c, h) is the state, and c alone is not",
        false_sibling=sp.Eq(change(_c_after, c_before), both_steps(), evaluate=False),
        domain=_two_steps(),
    ),
    Claim(
        label="vanilla-memory-step",
        sentence="A vanilla cell multiplies by u tanh′ at every step, with the same u.",
        statement=_VANILLA,
        check=decided(_VANILLA),
        scope="one unit, tanh; it is the layer factor w σ′(z) of chapter 1, with tied weights",
        false_sibling=sp.Eq(change(h_now, h_before), times(u, 1 - h_before**2), evaluate=False),
        domain=written_out(vanilla(), of=_VANILLA.lhs),
    ),
    Claim(
        label="relu-memory-step",
        sentence=(
            "A vanilla cell with ReLU multiplies by u itself where it is active, and by 0 where it is not."
        ),
        statement=_RELU_STEP,
        check=decided(_RELU_STEP),
        scope=(
            "one unit, the slope at the kink taken as 0; with u = 1 an active unit keeps its h "
            "whatever the input is"
        ),
        false_sibling=sp.Eq(
            change(h_now, h_before), sp.Piecewise((0, at("z") <= 0), (u * h_now, True)), evaluate=False
        ),
        domain=written_out(vanilla(RELU), of=_RELU_STEP.lhs),
    ),
    Claim(
        label="gru-memory-step",
        sentence="What h_t keeps of h_{t−1} in a gated recurrent unit: the gate k, and ways round through "
        "all three.",
        statement=_GRU,
        check=decided(_GRU),
        scope="one unit, σ the sigmoid; Cho et al. (2014), whose z is k here",
        false_sibling=_gru_step(),
        domain=written_out(gru(), of=_GRU.lhs),
    ),
    Claim(
        label="gated-layer-factor",
        sentence="A gate that keeps f and writes i turns a layer's factor into f + i w σ′; f = 1 is a "
        "residual block.",
        statement=_GATED,
        check=decided(_GATED),
        scope="a plain layer, the gates held fixed",
        false_sibling=sp.Eq(_gated_factor, plus(1 - i, times(i, _wsp)), evaluate=False),
        domain=domain((ACTIVATION, activations()), ((f, i, w, h, b), reals_together(5))),
    ),
    Claim(
        label="shared-weight-sums-over-time",
        sentence="The gradient in a recurrent weight is the sum over the steps of what came in times the "
        "error there.",
        statement=_SUMMED,
        check=decided(_SUMMED),
        scope="three steps of a vanilla cell written out, cost C of h_3, δ_t = (1 − h_t²) u δ_{t+1}, δ_3 = "
        "(1 − h_3²) C′",
        false_sibling=sp.Eq(change(_C, u), times(_hs[2], _deltas[2]), evaluate=False),
        domain=written_out(_unrolled(), (COST, smooth("any smooth cost")), of=_SUMMED.lhs),
    ),
    Claim(
        label="forget-bias-half-life",
        sentence="A forget gate with bias b_f and nothing else halves what it holds in −log 2/log σ(b_f) "
        "steps.",
        statement=_HALF_LIFE,
        check=decided(_HALF_LIFE),
        scope="log σ(b) = −log(1 + e^{−b})",
        false_sibling=sp.Eq(
            sp.Pow(sigmoid(forget_bias), 1 / (1 - sigmoid(forget_bias)), evaluate=False),
            sp.S.Half,
            evaluate=False,
        ),
        domain=domain((forget_bias, reals(largest=60))),
    ),
    Claim(
        label="bias-one-half-life",
        sentence=f"With the customary bias 1 the half-life is below {float(_NEAR + _OFF):g} steps.",
        statement=_BIAS_ONE,
        check=decided(_BIAS_ONE),
        scope="b_f = 1 and nothing else goes into the gate",
        false_sibling=sp.Lt(sp.Abs(half_life(sp.S.Zero) - _NEAR), _OFF, evaluate=False),
        domain=domain(),
    ),
    Claim(
        label="forget-gate-below-one",
        sentence="A sigmoid gate is below 1, whatever goes in: it always forgets.",
        statement=_BELOW,
        check=decided(_BELOW),
        scope=f"in floating point σ(z) rounds to 1 from z = {_ROUNDS} on",
        false_sibling=sp.Lt(SIGMOID.formula, sp.Rational(99, 100), evaluate=False),
        domain=domain((z, reals())),
    ),
    Claim(
        label="half-life-is-exponential",
        sentence="A large bias buys a half-life of e^{b_f} log 2 steps.",
        statement=_LARGE,
        check=decided(_LARGE),
        scope="",
        false_sibling=sp.Eq(
            sp.Limit(half_life() / sp.exp(forget_bias), forget_bias, sp.oo), 1, evaluate=False
        ),
        domain=domain(),
    ),
    Claim(
        label="bias-for-a-time-scale",
        sentence="The bias log(T − 1) makes the gate 1 − 1/T.",
        statement=_SCALE,
        check=decided(_SCALE),
        scope="Tallec and Ollivier (2018) draw T uniformly up to the longest lag, and give the input "
        "gate the bias −b_f",
        false_sibling=sp.Eq(sigmoid(sp.log(_T)), 1 - 1 / _T, evaluate=False),
        domain=domain((_T, at_least(1, strictly=True))),
    ),
    Claim(
        label="log-gate-is-concave",
        sentence="log σ is concave: a gate that fluctuates forgets faster than one that stands still at "
        "the same mean input.",
        statement=_CONCAVE,
        check=decided(_CONCAVE),
        scope="",
        false_sibling=sp.Lt(
            sp.Derivative(sp.log(SIGMOID.formula), (z, 2)), -sp.Rational(1, 5), evaluate=False
        ),
        domain=domain((z, reals())),
    ),
    Claim(
        label="latching-vanishes",
        sentence="A vanilla cell that holds a bit by itself, h = tanh(uh) with h ≠ 0, multiplies gradients "
        "by less than 1.",
        statement=_LATCHING,
        check=_latched(_LATCHING),
        scope="one unit, no input, u = artanh(h)/h; −h likewise (Bengio, Simard and Frasconi 1994, in "
        "one dimension)",
        false_sibling=sp.Lt(sp.atanh(_held) * (1 - _held**2) / _held, sp.Rational(4, 5), evaluate=False),
        domain=domain((_held, between(0, 1, open_low=True, open_high=True))),
    ),
    Claim(
        label="adding-baseline",
        sentence="Who answers 1 to every adding problem has a mean squared error of 1/6.",
        statement=_BASELINE,
        check=decided(_BASELINE),
        scope="two independent numbers, uniform on (0, 1); no constant does better, for 1 is the mean of "
        "the sum",
        false_sibling=sp.Eq(
            sp.Integral((_x + _y - 1) ** 2, (_x, 0, 1), (_y, 0, 1)), sp.Rational(1, 12), evaluate=False
        ),
        domain=domain(),
    ),
)
