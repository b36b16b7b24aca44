"""What passes from one time step to the next in cells with gates:
every term, many steps, and how long half of it lasts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    later,
    only,
    reals,
    reals_together,
    sequence,
    smooth,
)
from analysis.claims.meaning import partial_derivative, rounds, value, whole
from analysis.claims.outcome import Check, Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import (
    by_deciding,
    by_structure,
    by_value,
    concretely_false,
    counterexample,
    number,
)
from analysis.claims.world import Meaningless, Number, World, ball
from analysis.symbolic.catalogue import RELU, SIGMOID
from analysis.symbolic.display import plus, times
from analysis.symbolic.gates import (
    AFTER,
    BEFORE,
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
_LONGEST = 6


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


def written_out(definitions: Definitions, *more: tuple[Any, Range]) -> Domain:
    """The domain of a cell that is written out, with the sigmoid for σ: every letter that has no
    definition is free."""
    used = {x for e in definitions.values() for x in e.free_symbols} - set(definitions)
    free = tuple(sorted(used, key=str))
    means = {**definitions, **only("sigmoid"), change: by_differences}
    return domain((free, reals_together(len(free))), *more, means=means)


def by_differentiating(definitions: Definitions) -> Check:
    """SymPy differentiates the cell written out;
    both sides, with every definition put in and multiplied out, are compared."""

    def check(statement: sp.Basic) -> Outcome:
        of = statement.lhs
        zero = dict.fromkeys(of.args[2], sp.S.Zero) if len(of.args) == 3 else {}
        written_out = unfolded(of.args[0], definitions).xreplace(zero)
        exact = written_out.diff(of.args[1])
        stated = unfolded(statement.rhs.doit(), definitions).xreplace(zero)
        if sp.expand(exact - stated) == 0:
            return Proved("algebra", (
                Step("the cell, written out, of which SymPy takes the derivative", written_out),
                Step("both sides, multiplied out, are the same sum"),
            ))  # fmt: skip
        return _differ(exact, stated)

    return check


def _differ(left: sp.Expr, right: sp.Expr) -> Outcome:
    """A counter-example with the sigmoid for σ."""
    return concretely_false(left, right) or Unknown("the two sides differ in form, not at the points tried")


def by_algebra(points: Iterable[Mapping[sp.Basic, sp.Expr]], steps: Sequence[Step] = ()) -> Check:
    """The difference of both sides simplifies to 0, or one of the points tells them apart."""

    def check(statement: sp.Basic) -> Outcome:
        left, right = (side.doit() for side in statement.args)
        if sp.simplify(left - right) == 0:
            return Proved("algebra", (*steps, Step("both sides simplify to", sp.simplify(right))))
        return counterexample(statement, points) or Unknown("not simplified to the same form")

    return check


def by_logarithm(statement: sp.Basic) -> Outcome:
    """σ(b)^T = 1/2: the logarithm of the left side is T log σ(b)."""
    base, power = statement.lhs.as_base_exp()
    logarithm = sp.simplify(power * sp.expand_log(sp.log(base), force=True))
    if sp.simplify(logarithm - sp.log(statement.rhs)) == 0:
        return Proved("algebra", (Step("the logarithm of the left side, T times log σ", logarithm),))
    return counterexample(statement, [{forget_bias: sp.S.One}]) or Unknown("not decided")


def by_number(statement: sp.Basic) -> Outcome:
    """Both sides are numbers, known to 50 digits, and differ by more than that."""
    left, right = (sp.N(side, 50) for side in statement.args)
    text = f"the left side is {number(left)}, the right side {number(right)}"
    if abs(left - right) < sp.Float(10) ** -40:
        return Unknown(text)
    return Proved("evaluation", (Step(text),)) if bool(statement.func(left, right)) else Refuted(text)


def by_one_more_step(statement: sp.Basic) -> Outcome:
    """With u_i = u_f = u_g = 0 a step is c_t = f_t c_{t−1} + i_t g_t with gates free of c;
    written out for k = 1 … 6."""
    cut = {weight("u", q): sp.S.Zero for q in ("i", "f", "g")}
    definitions = {k: v.xreplace(cut) for k, v in (lstm() | OUTPUT_BEFORE).items()}
    for gate in (f, i, g):
        if unfolded(gate, definitions).has(c_before):
            return Unknown(f"{gate} depends on c_{{t-1}}")
    forgets, written = sp.IndexedBase("f", real=True), sp.IndexedBase("v", real=True)
    product = statement.rhs
    index, low, high = product.limits[0]
    state = sp.Symbol("c_0", real=True)
    value: sp.Expr = state
    for k in range(1, _LONGEST + 1):
        value = forgets[k] * value + written[k]
        stated = sp.prod(
            forgets[j] for j in range(int(low.subs(lag, k).subs(_t, k)), int(high.subs(_t, k)) + 1)
        )
        exact = sp.expand(value).coeff(state)
        if exact != stated:
            at_half = {forgets[j]: sp.Rational(1, 2) for j in range(_LONGEST + 1)}
            return Refuted(
                f"with k = {k} and every f = 1/2 the left side is {exact.xreplace(at_half)}, the right side "
                f"{stated.xreplace(at_half)}"
            )
    if product.function.func is not sp.Indexed or (index, high) != (_j, _t):
        return Unknown("not a product of forget gates")
    return Proved("induction", (
        Step(
            "with these weights cut no gate of step t depends on c_{t−1}, so c_t is f_t c_{t−1} plus "
            "something without it"),
        Step(
            f"written out for k = 1 … {_LONGEST}, for example k = "
            "2", sp.Eq(at("c"), forgets[2] * (forgets[1] * state + written[1]) + written[2])),
        Step("one more step multiplies the derivative by one more f"),
    ))  # fmt: skip


_j = sp.Symbol("j", integer=True)
_t = sp.Symbol("t", integer=True)
_f_at = sp.IndexedBase("f", real=True)
_x_at = sp.IndexedBase("x", real=True)
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


def _several_steps() -> Domain:
    letters = (_c_start, _o_start, *_PARAMETERS)
    return domain(
        (letters, reals_together(len(letters))),
        (_x_at, sequence(reals(largest=3))),
        (lag, integers(1, 12)),
        (_t, later(lag)),
        means={**only("sigmoid"), _f_at: _forget_gate, change: _after_steps},
    )


def by_components(statement: sp.Basic) -> Outcome:
    """The cell of n = 1, 2, 3 units written out, every one of the n² derivatives compared."""
    for n in (1, 2, 3):
        cs, os = ([sp.Symbol(f"{x}_{k}", real=True) for k in range(1, n + 1)] for x in "co")
        inputs = {q: [sp.Symbol(f"a_{q}{k}", real=True) for k in range(1, n + 1)] for q in "ifg"}

        def go_in(
            q: str, j: int, cs: list[sp.Symbol] = cs, os: list[sp.Symbol] = os, a: Any = inputs
        ) -> sp.Expr:
            return a[q][j] + sum(_U[q][j + 1, k + 1] * os[k] * sp.tanh(x) for k, x in enumerate(cs))

        for j in range(n):
            new = sigma(go_in("f", j)) * cs[j] + sigma(go_in("i", j)) * sp.tanh(go_in("g", j))
            for k in range(n):
                names = {_cs[_row]: cs[j], _cs[_col]: cs[k], _os[_col]: os[k]} | {
                    _z[q][_row]: go_in(q, j) for q in "ifg"
                }
                stated = statement.rhs.doit().xreplace(names).subs({_row: j + 1, _col: k + 1})
                exact = new.diff(cs[k])
                if sp.expand(exact - stated) != 0:
                    found = _differ(
                        *(
                            e.replace(lambda s: isinstance(s, sp.Indexed), _plain_symbol)
                            for e in (exact, stated)
                        )
                    )
                    return (
                        Refuted(f"with n = {n}, j = {j + 1}, k = {k + 1}, {found.witness}")
                        if isinstance(found, Refuted)
                        else found
                    )
    return Proved("algebra", (Step("the cell of 1, 2 and 3 units, written out: all 14 derivatives agree"),))


def _plain_symbol(entry: sp.Indexed) -> sp.Symbol:
    return sp.Symbol(f"{entry.base.label}_" + "".join(map(str, entry.indices)), real=True)


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


_PLACES = tuple(
    (fmpq(n), fmpq(j), fmpq(k)) for n in (1, 2, 3) for j in range(1, n + 1) for k in range(1, n + 1)
)


def _units() -> Domain:
    """Cells of 1, 2 and 3 units with random matrices, and every entry (j, k)."""
    places = Range("= 1, 2, 3 units and every entry", lambda random, world: random.choice(_PLACES), _PLACES)
    bases = (_cs, _os, *_a.values(), *_U.values())
    each = reals(largest=3)
    return domain(
        ((_n, _row, _col), places),
        *((x, sequence(each)) for x in bases),
        means={
            **only("sigmoid"),
            **{_z[q]: _goes_in(q) for q in "ifg"},
            memory_step: _memory_step,
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


def by_latching(statement: sp.Basic) -> Outcome:
    """The gap h/(1 − h²) − artanh h is 0 at h = 0 and has a positive slope on (0, 1)."""
    ratio = sp.simplify(statement.lhs.doit() / (sp.atanh(_held) * (1 - _held**2) / _held))
    gap = _held / (1 - _held**2) - sp.atanh(_held)
    slope = sp.factor(gap.diff(_held))
    if ratio == 1 and statement.rhs == 1 and gap.subs(_held, 0) == 0:
        if sp.simplify(slope - 2 * _held**2 / (1 - _held**2) ** 2) == 0:
            return Proved("calculus", (
                Step(
                    "the state holds itself where h = tanh(uh), that is u = artanh(h)/h; the factor is then "
                    "u (1 − h²)", statement.lhs),
                Step("it is below 1 exactly where this is positive", gap),
                Step("which is 0 at h = 0 and has the slope, positive for 0 < h < 1", slope),
            ))  # fmt: skip
    return counterexample(statement, [{_held: sp.Rational(k, 10)} for k in (5, 2, 1)]) or Unknown(
        "not decided"
    )


_slope_before = 1 - sp.tanh(c_before) ** 2
_by_forget = times(c_before, sigma_prime(into("f")), weight("u", "f"))
_by_input = times(g, sigma_prime(into("i")), weight("u", "i"))
_by_candidate = times(i, 1 - g**2, weight("u", "g"))


def _step_of(*paths: sp.Expr) -> sp.Eq:
    return sp.Eq(change(c, c_before), plus(f, times(plus(*paths), o_before, _slope_before)), evaluate=False)


_TWO = lstm() | lstm(AFTER, NOW) | OUTPUT_BEFORE
_c_after = at("c", AFTER)


def _scalar(t: str, before: str) -> sp.Expr:
    """∂c_t/∂c_{t−1} less f_t, per slope of h_{t−1}."""
    of_t = {q: at(q, t) for q in "ifg"}
    return (
        at("c", before) * sigma_prime(into("f", t)) * weight("u", "f")
        + of_t["g"] * sigma_prime(into("i", t)) * weight("u", "i")
        + of_t["i"] * (1 - of_t["g"] ** 2) * weight("u", "g")
    )


class both_steps(sp.Function):  # type: ignore[misc]
    """(∂c_{t+1}/∂c_t)(∂c_t/∂c_{t−1}), each with h following its own c."""

    nargs = 0

    def doit(self, **hints: Any) -> sp.Expr:
        later = at("f", AFTER) + _scalar(AFTER, NOW) * at("o") * (1 - sp.tanh(c) ** 2)
        return later * (f + _scalar(NOW, BEFORE) * o_before * _slope_before)

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
    found = written_out(_TWO)
    return Domain(found.ranges, found.where, {**found.means, both_steps: _both_steps})


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

_GRU_KEEP = times(h_before - g, sigma_prime(into("k")), weight("u", "k"))
_GRU_RESET = times(h_before, sigma_prime(into("r")), weight("u", "r"), weight("u", "g"))


def _gru_step(*inner: sp.Expr) -> sp.Eq:
    return sp.Eq(
        change(h_now, h_before),
        plus(keep, _GRU_KEEP, times(1 - keep, 1 - g**2, plus(times(r, weight("u", "g")), *inner))),
        evaluate=False,
    )


_ROUNDS = next(k for k in range(100) if 1.0 / (1.0 + math.exp(-k)) == 1.0)

CLAIMS = (
    Claim(
        label="lstm-memory-step",
        sentence="What c_t keeps of c_{t−1}: the forget gate, and three ways round through h_{t−1} into "
        "the gates.",
        statement=_step_of(_by_forget, _by_input, _by_candidate),
        check=by_differentiating(lstm() | OUTPUT_BEFORE),
        scope="one unit, σ the sigmoid; h_{t−1} = o_{t−1} tanh(c_{t−1}) follows c_{t−1}; the output gate "
        "of step t does not enter",
        false_sibling=_step_of(_by_forget, _by_input),
        domain=written_out(lstm() | OUTPUT_BEFORE),
    ),
    Claim(
        label="lstm-memory-step-many-units",
        sentence="With n units the forget gates stand on the diagonal, and the ways round fill the whole "
        "matrix.",
        statement=_wide({q: _U[q][_row, _col] for q in "ifg"}),
        check=by_components,
        scope="σ the sigmoid; z^q are the inputs of the gates of step t, c and o those of step t − 1",
        false_sibling=_wide({q: _U[q][_col, _row] for q in "ifg"}),
        domain=_units(),
    ),
    Claim(
        label="lstm-cut-is-the-forget-gate",
        sentence="With the recurrent weights into forget, input and candidate cut, what is left is the "
        "forget gate alone.",
        statement=sp.Eq(change(c, c_before, sp.Tuple(*_u_of)), _forgets, evaluate=False),
        check=by_differentiating(lstm() | OUTPUT_BEFORE),
        scope="one unit, σ the sigmoid, and any weight into the output gate",
        false_sibling=sp.Eq(change(c, c_before, sp.Tuple(*_u_of[:2])), _forgets, evaluate=False),
        domain=written_out(lstm() | OUTPUT_BEFORE),
    ),
    Claim(
        label="lstm-cut-product",
        sentence="Over k steps it is the product of k forget gates.",
        statement=sp.Eq(
            change(at("c"), at("c", "t-k"), sp.Tuple(*_u_of)),
            sp.Product(_f_at[_j], (_j, _t - lag + 1, _t)),
            evaluate=False,
        ),
        check=by_one_more_step,
        scope="one unit, σ the sigmoid, recurrent weights into forget, input and candidate cut",
        false_sibling=sp.Eq(
            change(at("c"), at("c", "t-k"), sp.Tuple(*_u_of)),
            sp.Product(_f_at[_j], (_j, _t - lag, _t)),
            evaluate=False,
        ),
        domain=_several_steps(),
    ),
    Claim(
        label="lstm-two-steps",
        sentence="Over two steps the one-step factors do not simply multiply: a way through the output "
        "gate comes on top.",
        statement=sp.Eq(change(_c_after, c_before), plus(both_steps(), _around), evaluate=False),
        check=by_differentiating(_TWO),
        scope="one unit, σ the sigmoid; o_t depends on h_{t−1}, so (c, h) is the state, and c alone is not",
        false_sibling=sp.Eq(change(_c_after, c_before), both_steps(), evaluate=False),
        domain=_two_steps(),
    ),
    Claim(
        label="vanilla-memory-step",
        sentence="A vanilla cell multiplies by u tanh′ at every step, with the same u.",
        statement=sp.Eq(change(h_now, h_before), times(u, 1 - h_now**2), evaluate=False),
        check=by_differentiating(vanilla()),
        scope="one unit, tanh; it is the layer factor w σ′(z) of chapter 1, with tied weights",
        false_sibling=sp.Eq(change(h_now, h_before), times(u, 1 - h_before**2), evaluate=False),
        domain=written_out(vanilla()),
    ),
    Claim(
        label="relu-memory-step",
        sentence=(
            "A vanilla cell with ReLU multiplies by u itself where it is active, and by 0 where it is not."
        ),
        statement=sp.Eq(change(h_now, h_before), sp.Piecewise((0, at("z") <= 0), (u, True)), evaluate=False),
        check=by_differentiating(vanilla(RELU)),
        scope=(
            "one unit, the slope at the kink taken as 0; with u = 1 an active unit keeps its h "
            "whatever the input is"
        ),
        false_sibling=sp.Eq(
            change(h_now, h_before), sp.Piecewise((0, at("z") <= 0), (u * h_now, True)), evaluate=False
        ),
        domain=written_out(vanilla(RELU)),
    ),
    Claim(
        label="gru-memory-step",
        sentence="What h_t keeps of h_{t−1} in a gated recurrent unit: the gate k, and ways round through "
        "all three.",
        statement=_gru_step(_GRU_RESET),
        check=by_differentiating(gru()),
        scope="one unit, σ the sigmoid; Cho et al. (2014), whose z is k here",
        false_sibling=_gru_step(),
        domain=written_out(gru()),
    ),
    Claim(
        label="gated-layer-factor",
        sentence="A gate that keeps f and writes i turns a layer's factor into f + i w σ′; f = 1 is a "
        "residual block.",
        statement=sp.Eq(_gated_factor, plus(f, times(i, _wsp)), evaluate=False),
        check=by_structure(),
        scope="a plain layer, the gates held fixed",
        false_sibling=sp.Eq(_gated_factor, plus(1 - i, times(i, _wsp)), evaluate=False),
        domain=domain((ACTIVATION, activations()), ((f, i, w, h, b), reals_together(5))),
    ),
    Claim(
        label="shared-weight-sums-over-time",
        sentence="The gradient in a recurrent weight is the sum over the steps of what came in times the "
        "error there.",
        statement=sp.Eq(
            change(_C, u), plus(*(times(x, d) for x, d in zip(_hs, _deltas, strict=False))), evaluate=False
        ),
        check=by_differentiating(_unrolled()),
        scope="three steps of a vanilla cell written out, cost C of h_3, δ_t = (1 − h_t²) u δ_{t+1}, δ_3 = "
        "(1 − h_3²) C′",
        false_sibling=sp.Eq(change(_C, u), times(_hs[2], _deltas[2]), evaluate=False),
        domain=written_out(_unrolled(), (COST, smooth("any smooth cost"))),
    ),
    Claim(
        label="forget-bias-half-life",
        sentence="A forget gate with bias b_f and nothing else halves what it holds in −log 2/log σ(b_f) "
        "steps.",
        statement=sp.Eq(sp.Pow(sigmoid(forget_bias), half_life(), evaluate=False), sp.S.Half, evaluate=False),
        check=by_logarithm,
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
        sentence="With the customary bias 1 the half-life is 2.2 steps.",
        statement=sp.Lt(
            sp.Abs(half_life(sp.S.One) - sp.Rational(22, 10)), sp.Rational(5, 100), evaluate=False
        ),
        check=by_number,
        scope="b_f = 1 and nothing else goes into the gate",
        false_sibling=sp.Lt(
            sp.Abs(half_life(sp.S.Zero) - sp.Rational(22, 10)), sp.Rational(5, 100), evaluate=False
        ),
        domain=domain(),
    ),
    Claim(
        label="forget-gate-below-one",
        sentence="A sigmoid gate is below 1, whatever goes in: it always forgets.",
        statement=sp.Lt(SIGMOID.formula, 1, evaluate=False),
        check=by_deciding(),
        scope=f"in floating point σ(z) rounds to 1 from z = {_ROUNDS} on",
        false_sibling=sp.Lt(SIGMOID.formula, sp.Rational(99, 100), evaluate=False),
        domain=domain((z, reals())),
    ),
    Claim(
        label="half-life-is-exponential",
        sentence="A large bias buys a half-life of e^{b_f} log 2 steps.",
        statement=sp.Eq(
            sp.Limit(half_life() / sp.exp(forget_bias), forget_bias, sp.oo), sp.log(2), evaluate=False
        ),
        check=by_value(),
        scope="",
        false_sibling=sp.Eq(
            sp.Limit(half_life() / sp.exp(forget_bias), forget_bias, sp.oo), 1, evaluate=False
        ),
        domain=domain(),
    ),
    Claim(
        label="bias-for-a-time-scale",
        sentence="The bias log(T − 1) makes the gate 1 − 1/T.",
        statement=sp.Eq(sigmoid(sp.log(_T - 1)), 1 - 1 / _T, evaluate=False),
        check=by_algebra([{_T: sp.Integer(10)}]),
        scope="Tallec and Ollivier (2018) draw T uniformly up to the longest lag, and give the input "
        "gate the bias −b_f",
        false_sibling=sp.Eq(sigmoid(sp.log(_T)), 1 - 1 / _T, evaluate=False),
        domain=domain((_T, at_least(1, strictly=True))),
    ),
    Claim(
        label="log-gate-is-concave",
        sentence="log σ is concave: a gate that fluctuates forgets faster than one that stands still at "
        "the same mean input.",
        statement=sp.Lt(sp.Derivative(sp.log(SIGMOID.formula), (z, 2)), 0, evaluate=False),
        check=by_deciding(
            (Step("Jensen: E log σ(b + ξ) < log σ(b) for every ξ of mean 0 that is not constant"),)
        ),
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
        statement=sp.Lt(sp.atanh(_held) * (1 - _held**2) / _held, 1, evaluate=False),
        check=by_latching,
        scope="one unit, no input, u = artanh(h)/h; −h likewise (Bengio, Simard and Frasconi 1994, in "
        "one dimension)",
        false_sibling=sp.Lt(sp.atanh(_held) * (1 - _held**2) / _held, sp.Rational(4, 5), evaluate=False),
        domain=domain((_held, between(0, 1, open_low=True, open_high=True))),
    ),
    Claim(
        label="adding-baseline",
        sentence="Who answers 1 to every adding problem has a mean squared error of 1/6.",
        statement=sp.Eq(
            sp.Integral((_x + _y - 1) ** 2, (_x, 0, 1), (_y, 0, 1)), sp.Rational(1, 6), evaluate=False
        ),
        check=by_value(),
        scope="two independent numbers, uniform on (0, 1); no constant does better, for 1 is the mean of "
        "the sum",
        false_sibling=sp.Eq(
            sp.Integral((_x + _y - 1) ** 2, (_x, 0, 1), (_y, 0, 1)), sp.Rational(1, 12), evaluate=False
        ),
        domain=domain(),
    ),
)
