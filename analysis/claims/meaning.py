"""What an expression means in a world: ``value(expression, world)``, from the leaves up and without SymPy's
simplification.

Nothing here differentiates, integrates or takes a limit by a formula: a derivative is a difference
quotient, an integral a sum of values, a limit an extrapolation, each with a bound. So a proof, which uses
formulas, is tested by another way. A reader's integral, sum, limit or derivative, which no author vouches
for, is asked twice: by a formula or an enclosure where there is one (``enclosed``), else by a second rule,
and then the world notes that it has no bound that is certain.

A statement is true, false or open in a world. Numbers without an error decide by their balls; two that
agree to all digits known are equal, and neither less nor different. Measured numbers decide by standard
errors: equal within 4, unequal beyond 5, less by at least 3.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache, reduce
from typing import Any, NamedTuple

import mpmath as mp
import numpy as np
import sympy as sp
from flint import arb, ctx, fmpq, fmpz
from sympy.core.relational import Relational

from analysis.claims.arithmetic import FUNCTIONS, TERMS, binomial, constant, is_zero, power, shortened
from analysis.claims.calculus import (
    both_rules,
    derivative,
    fast_integral,
    integral,
    limit,
    settled_far_out,
    to_mp,
)
from analysis.claims.enclosed import (
    derivative_enclosed,
    integral_enclosed,
    plain,
    polynomial_integral,
    splits,
)
from analysis.claims.sums import infinite_sum
from analysis.claims.world import (
    Called,
    Estimate,
    Formula,
    Given,
    Meaningless,
    Number,
    Pointwise,
    Runs,
    Undefined,
    World,
    ball,
    number,
    precision,
)
from analysis.numeric.compiled import compiled
from analysis.symbolic.display import iterated, partial, plus, times
from analysis.symbolic.notation import cost

Meaning = Callable[[Any, World], Any]


def value(expression: Any, world: World) -> Any:
    """The number, truth value or other object that ``expression`` is in ``world``; raises Meaningless naming
    what has no value."""
    letters = world.letters
    if isinstance(expression, arb | fmpq | bool):
        return expression
    e = expression if isinstance(expression, sp.Basic) else sp.sympify(expression)
    if e in letters:
        return _letter(e, letters[e], world)
    kind: Any = type(e)
    if kind in letters:
        return _applied(letters[kind], e, world)
    if isinstance(e, sp.core.function.AppliedUndef) and e.func in letters:
        return _applied(letters[e.func], e, world)
    meaning = _meaning(kind)
    if meaning is not None:
        return meaning(e, world)
    if kind in FUNCTIONS:
        return _finite(FUNCTIONS[kind](*(value(x, world) for x in e.args)), e)
    if e.is_Symbol:
        raise Meaningless(f"{e} stands for nothing here")
    raise Meaningless(f"{kind.__name__} has no meaning here, in {e}")


@cache
def _meaning(kind: type) -> Meaning | None:
    """That of the nearest ancestor which has one."""
    return next((MEANINGS[ancestor] for ancestor in kind.__mro__ if ancestor in MEANINGS), None)


def _letter(e: sp.Basic, found: Any, world: World) -> Any:
    if isinstance(found, Called):
        found = found.value
    if isinstance(found, Given):
        return world.measured(e, found.read(world))
    if isinstance(found, sp.Basic) and not isinstance(found, sp.Lambda):
        return value(found, world)
    if callable(found) and not isinstance(found, sp.Basic | type):
        return found
    return number(found) if isinstance(found, int | float | sp.Number | fmpz) else found


def _applied(found: Any, e: sp.Basic, world: World) -> Any:
    if isinstance(found, Called):
        found = found.value
    if isinstance(found, Pointwise):
        return number(found.function(*(value(x, world) for x in e.args)))
    if isinstance(found, sp.Lambda):
        arguments = [value(x, world) for x in e.args]
        return value(found.expr, world.but(dict(zip(found.variables, arguments, strict=True))))
    if isinstance(found, Formula):
        if found.quick is None:
            return value(found.of(*e.args), world)
        found = found.quick
    here = world.inside(e)
    before = len(here.used)
    told = number_or(found(e, here))
    if here.trust is not None and isinstance(told, arb) and len(here.used) == before and _random(e, here):
        here.doubt(OUTSIDE)
    return told


def _random(e: sp.Basic, world: World) -> bool:
    """Whether a letter of e has no value here, as what a mean is taken over."""
    return any(x not in world.letters for x in e.free_symbols if not isinstance(x, sp.Indexed))


def _finite(x: Any, e: sp.Basic) -> Any:
    if isinstance(x, arb) and (x.is_nan() or not x.is_finite()):
        raise Undefined(f"{e} has no value there, or one that is too large to evaluate")
    return shortened(x)


def numbers(arguments: Sequence[Any], world: World) -> list[Number]:
    """The values of several arguments; raises Meaningless where one is no number."""
    found = [value(x, world) for x in arguments]
    for x, y in zip(arguments, found, strict=True):
        if isinstance(y, bool) or not isinstance(y, arb | fmpq | tuple):
            raise Meaningless(f"{x} is no number")
    return found


def whole(expression: Any, world: World) -> int:
    """The value as an integer; raises Undefined where it is none."""
    found = value(expression, world)
    if isinstance(found, fmpq) and found.q == 1:
        return int(found.p)
    raise Undefined(f"{expression} must be a whole number")


def rounds(expression: Any, world: World, most: int = TERMS) -> int:
    """The value as the number of rounds of a loop; raises Undefined where it is no whole number, Meaningless
    where it is above ``most``."""
    count = whole(expression, world)
    if count > most:
        raise Meaningless(f"too long: more than {most:,} rounds are not carried out")
    return count


def _plain(x: Any) -> Any:
    if isinstance(x, tuple):
        raise Meaningless("a tuple is no number")
    return x


def _add(e: sp.Basic, world: World) -> Number:
    return _finite(reduce(lambda p, q: _plain(p) + _plain(q), numbers(e.args, world), fmpq(0)), e)


def _mul(e: sp.Basic, world: World) -> Number:
    factors = [_plain(x) for x in numbers(e.args, world)]
    product = _finite(reduce(lambda p, q: p * q, factors, fmpq(1)), e)
    return fmpq(0) if any(isinstance(x, fmpq) and x == 0 for x in factors) else product


def _pow(e: sp.Pow, world: World) -> Number:
    base, exponent = (_plain(x) for x in numbers(e.args, world))
    return _finite(power(base, exponent), e)


def _constant(e: sp.Basic, world: World) -> Number:
    return constant(e, ctx.prec)


def _binomial(e: sp.Basic, world: World) -> Number:
    return _finite(binomial(*(whole(x, world) for x in e.args)), e)


def _hyper(e: sp.Basic, world: World) -> Number:
    above, below = ([ball(x) for x in numbers(x, world)] for x in e.args[:2])
    return _finite(ball(value(e.args[2], world)).hypgeom(above, below), e)  # type: ignore[arg-type]


def _piecewise(e: sp.Piecewise, world: World) -> Any:
    for branch, condition in e.args:
        holds = value(condition, world)
        if holds is None:
            raise Undefined(f"whether {condition} cannot be told")
        if holds:
            return value(branch, world)
    raise Undefined("no branch holds there")


ORDER = 6
"""The highest order of a derivative that is evaluated, as differences of differences."""


DIFFERENCES, QUADRATURE = (
    "its derivative is known by differences only",
    "its integral is known by quadrature only",
)
FEW_VALUES, EXTRAPOLATED = (
    "a limit told by a few values is not proved",
    "its infinite sum is known by extrapolation only",
)
OUTSIDE = "its mean is known by quadrature only"


def _derivative(e: sp.Derivative, world: World) -> Number:
    if sum(int(count) for _, count in e.variable_count) > ORDER:
        raise Meaningless(f"a derivative of an order above {ORDER} is not evaluated")
    letters = [x for x, count in e.variable_count for _ in range(int(count))]
    here = world.inside(e)
    found = partial_derivative(e.expr, letters, here)
    if here.trust is None:
        return found
    formula = derivative_enclosed(e.expr, letters, here, value)
    if formula is None:
        world.doubt(DIFFERENCES)
        return found
    if not ball(found).overlaps(ball(formula)):
        raise Undefined("its derivative by differences is not that by formulas: it is too steep")
    return formula


def partial_derivative(expression: sp.Basic, letters: Sequence[sp.Basic], world: World) -> Number:
    """∂…/∂x∂y… of an expression at the world's values, letters that are defined by others moving along."""
    *rest, x = letters
    x = _entry(x, world) if isinstance(x, sp.Indexed) else x
    start = value(x, world)

    def f(t: Number) -> Number:
        there = world.but({x: t})
        return partial_derivative(expression, rest, there) if rest else value(expression, there)

    return derivative(f, start)


def _partial(e: partial, world: World) -> Number:
    output, x = e.args
    return partial_derivative(cost(output), [x], world)


def _limits(limit: sp.Tuple, world: World) -> tuple[Any, Any, Any]:
    if len(limit) != 3:
        raise Meaningless(f"{limit} needs two ends")
    return limit[0], _end(limit[1], world), _end(limit[2], world)


def _end(x: sp.Basic, world: World) -> Any:
    return math.inf if x == sp.oo else -math.inf if x == -sp.oo else value(x, world)


def ball_or_exact(x: Any) -> Number:
    """x, if it is a number; raises Meaningless otherwise."""
    if isinstance(x, bool) or not isinstance(x, arb | fmpq):
        raise Meaningless(f"{x!r:.60} is no number")
    return x


def _accumulated(e: Any, world: World, combine: Callable[[Number, Number], Number], empty: int) -> Number:
    """A sum or product over whole numbers; the first index of several is the innermost."""
    *inner, (index, low, high) = e.limits
    world = world.inside(e)
    body = e.func(e.function, *inner) if inner else e.function
    if high == sp.oo:
        return _infinite(e, body, index, whole(low, world), world)
    first, last = whole(low, world), whole(high, world)
    if last < first - 1:  # Karr's convention, which SymPy has: what lies between, taken away
        between = _between(body, index, last + 1, first - 1, world, combine, empty)
        if empty == 0:
            return -between
        return fmpq(1) / between if not ball(between).contains(0) else _nothing(e)
    return _finite(_between(body, index, first, last, world, combine, empty), e)


def _nothing(e: sp.Basic) -> Number:
    raise Undefined(f"a division by 0 in {e}")


def _between(
    body: sp.Basic,
    index: sp.Symbol,
    first: int,
    last: int,
    world: World,
    combine: Callable[[Number, Number], Number],
    empty: int,
) -> Number:
    if last - first > TERMS:
        raise Meaningless(f"more than {TERMS:,} terms are not added up")
    total: Number = fmpq(empty)
    for i in range(first, last + 1):
        total = shortened(combine(total, ball_or_exact(value(body, world.but({index: fmpq(i)})))))
    return total


def _infinite(e: Any, body: sp.Basic, index: sp.Symbol, low: int, world: World) -> Number:
    if not isinstance(e, sp.Sum):
        raise Meaningless(f"{e} has no end")
    world.doubt(EXTRAPOLATED)
    try:
        return infinite_sum(lambda i: ball(value(body, world.but({index: i}))), low)
    except Undefined as why:
        raise Undefined(f"{e} does not settle: {why}") from why


def _integral(e: sp.Integral, world: World) -> Number:
    here = world.inside(e)
    if here.trust is not None and (formula := polynomial_integral(e)) is not None:
        return ball_or_exact(value(formula, here))
    *inner, (x, low, high) = (
        _limits(limit, here) if k == len(e.limits) - 1 else limit for k, limit in enumerate(e.limits)
    )
    if not inner:
        return integrated(e.function, x, low, high, here)
    body = sp.Integral(e.function, *inner)

    if here.trust is None:
        return integral(lambda t: ball_or_exact(value(body, here.but({x: t}))), low, high, 12)
    here.doubt(QUADRATURE)
    marks = splits(e.function, here, value)
    undoubted = World(here.letters, here.shifts, here.seeds, here.used)
    return both_rules(
        *(_iterated_integral(e.function, inner, x, (low, high), undoubted, m) for m in ([], marks))
    )


def _iterated_integral(
    f: sp.Expr,
    inner: Sequence[sp.Tuple],
    x: sp.Symbol,
    ends: tuple[Any, Any],
    world: World,
    marks: Sequence[fmpq],
) -> arb:
    """The integral of an inner one, the inner one split at ``marks`` and the outer one at the first."""
    *rest, last = inner

    def at(t: Number) -> Number:
        there = world.but({x: t})
        if rest:
            return ball_or_exact(value(sp.Integral(f, *inner), there))
        y, low, high = _limits(last, there)
        return _by_quadrature(f, y, low, high, there, marks)

    return integral(at, *ends, 12, marks[:1])


def integrated(
    f: sp.Expr, x: sp.Symbol, low: Any, high: Any, world: World, own: sp.Basic | None = None
) -> Number:
    """∫ f dx in a world: in floats where f is a formula of unmeasured letters, by mpmath where it is not.

    Of a reader's integral (``own`` or ∫ f is not the claim's) the bound is certain, or two rules agree, the
    second split at the integrand's numbers, and the number is doubted.
    """
    here = world if own is None else world.inside(own)
    if here.trust is None:
        return _by_quadrature(f, x, low, high, here, ())
    enclosed = integral_enclosed(f, x, low, high, here, value)
    if enclosed is not None:
        return enclosed
    here.doubt(QUADRATURE)
    return both_rules(
        *(_by_quadrature(f, x, low, high, here, marks) for marks in ((), splits(f, here, value)))
    )


def _by_quadrature(
    f: sp.Expr, x: sp.Symbol, low: Any, high: Any, world: World, marks: Sequence[fmpq]
) -> Number:
    try:
        if f.has(sp.Indexed, sp.Derivative, sp.Limit, sp.Sum, sp.Product, sp.Integral):
            raise Meaningless(f"{f} is no formula")
        if any(isinstance(world.letters.get(y), Given) for y in f.free_symbols):
            raise Meaningless("what is measured has an error, which must not be lost")
        vectorised = compiled(in_numbers(f, [x], world), x)
        first, last = (end if isinstance(end, float) else float(ball(end)) for end in (low, high))
        places = [float(int(c.p) / int(c.q)) for c in marks]
        return fast_integral(lambda t: vectorised(t) + 0.0 * t, first, last, places)
    except Undefined:
        raise
    except (Meaningless, LookupError, NameError, TypeError, ValueError, NotImplementedError):
        return integral(lambda t: ball_or_exact(value(f, world.but({x: t}))), low, high, marks=marks[:3])


def in_numbers(e: sp.Basic, keep: Sequence[Any], world: World) -> sp.Basic:
    """``e`` with the world's functions and numbers put in, except for the letters in ``keep``: what NumPy
    can evaluate."""
    e = plain(e, world)
    numbers_ = {}
    for x in e.free_symbols - set(keep):
        if x in world.letters:
            numbers_[x] = sp.Float(str(ball(value(x, world)).mid().str(20, radius=False)), 20)
    return e.xreplace(numbers_)


def _iterated(e: iterated, world: World) -> Any:
    letters, maps, start = (tuple(x) if isinstance(x, sp.Tuple) else (x,) for x in e.args[:3])
    now = [value(x, world) for x in start]
    if (count := whole(e.args[3], world)) > TERMS:
        raise Meaningless(f"a recursion of more than {TERMS:,} steps is not carried out")
    for _ in range(count):
        there = world.but(dict(zip(letters, now, strict=True)))
        now = [value(x, there) for x in maps]
    return now[-1]


def _subs(e: sp.Subs, world: World) -> Any:
    return value(e.expr, world.but(dict(zip(e.variables, [value(x, world) for x in e.point], strict=True))))


def _limit(e: sp.Limit, world: World) -> Number:
    body, x, end, direction = e.args
    here = world.inside(e)

    def f(t: Number) -> Number:
        return ball_or_exact(value(body, here.but({x: t})))

    with precision(500):
        if end in (sp.oo, -sp.oo):
            sign = 1 if end == sp.oo else -1
            last = 9 if body.has(sp.Product, sp.Sum) else 12 if x.is_integer else 15
            steps = [fmpq(sign * 2**k) for k in range(3, last)]
            far = [fmpq(sign * 2**k) for k in FAR_OUT]
        else:
            middle, sign = value(end, here), -1 if str(direction) == "-" else 1
            steps = [middle + fmpq(sign, 2**k) for k in range(4, 18)]
            far = [middle + fmpq(sign, 2**k) for k in FAR_OUT]
        found = limit(f, steps)
    if here.trust is None:
        return found
    here.doubt(FEW_VALUES)
    with precision(6 * FAR_OUT[-1]):
        if not settled_far_out(f, found, far):
            raise Undefined("a limit told by a few values, of which none lies far out")
    return found


FAR_OUT = (60, 240, 960)
"""The powers of 2 at which, or at whose inverse, a reader's limit must be what its first values tell."""


def _entry(e: sp.Indexed, world: World) -> sp.Indexed:
    """The entry that e is: x_3 for x_i where i is 3."""
    return entry(e.base, *(whole(i, world) for i in e.indices))


@cache
def entry(base: sp.IndexedBase, *index: int) -> sp.Indexed:
    """base[index], made once: what SymPy assumes of a new one takes longer than its value."""
    return base[index]


def _indexed(e: sp.Indexed, world: World) -> Any:
    base = e.base
    index = tuple(whole(i, world) for i in e.indices)
    key = entry(base, *index)
    if key in world.letters:
        return _letter(key, world.letters[key], world)
    for name in (base, base.label):
        if name in world.letters:
            found = world.letters[name]
            found = found.value if isinstance(found, Called) else found
            if isinstance(found, Formula):
                if found.quick is None:
                    return value(found.of(*map(sp.Integer, index)), world)
                found = found.quick
            return number_or(
                found(*index, world) if callable(found) else found[index[0] if len(index) == 1 else index]
            )
    raise Meaningless(f"{base} stands for nothing here")


def number_or(x: Any) -> Any:
    """x as a number where it is one, as it is otherwise."""
    try:
        return number(x)
    except Meaningless:
        return x


class Truth(NamedTuple):
    """Whether a statement holds in a world (None: it cannot be told), by how much, and the numbers that say
    so.

    distance: of an inequality the gap over the size of its sides, or in standard errors where there are any;
    > 0 where it holds.
    resolution: the smallest relative change of the right side that would have been noticed; 0 where there is
    no error.
    tied: it holds because both sides cannot be told apart, so that the contrary is not refuted; never said
    of a relation of the claim's own.
    """

    holds: bool | None
    distance: float = math.inf
    resolution: float = 0.0
    text: str = ""
    tied: bool = False


EQUAL, UNEQUAL, LESS = 4.0, 5.0, 3.0
"""Standard errors: measured numbers are equal within the first, unequal beyond the second, one less by the
third."""


def truth(statement: sp.Basic, world: World) -> Truth:
    """Whether ``statement`` holds in ``world``; raises Meaningless where a part has no value."""
    if isinstance(statement, Relational):
        found = _relation(statement, world)
        own = world.trust is not None and statement in world.trust.given
        return found._replace(tied=False) if own else found
    connective = _CONNECTIVES.get(statement.func)
    if connective is None and isinstance(statement, sp.logic.boolalg.BooleanFunction):
        raise Meaningless(f"{statement.func.__name__} has no meaning here")
    if connective is None:
        told = value(statement, world)
        if not isinstance(told, bool | type(None)):
            raise Meaningless(f"{statement} is no statement")
        return Truth(told)
    return connective(statement.args, world)


def _all(parts: Sequence[sp.Basic], world: World) -> Truth:
    found = [truth(x, world) for x in parts]
    worst = min(found, key=lambda t: ((True, None, False).index(t.holds) * -1, t.distance))
    texts = "; ".join(t.text for t in found if t.text) if worst.holds else worst.text
    tied = worst.holds is True and any(t.tied for t in found)
    return Truth(worst.holds, worst.distance, max(t.resolution for t in found), texts, tied)


def _any(parts: Sequence[sp.Basic], world: World) -> Truth:
    found = [truth(x, world) for x in parts]
    best = max(found, key=lambda t: ((False, None, True).index(t.holds), not t.tied, t.distance))
    text = "; ".join(t.text for t in found if t.text)
    return Truth(best.holds, best.distance, best.resolution, text, best.tied)


def _sure(t: Truth) -> bool | None:
    """Whether it holds; None where that is only not told from the contrary."""
    return None if t.tied else t.holds


def _negation(t: Truth) -> Truth:
    sure = _sure(t)
    return Truth(None if sure is None else not sure, -t.distance, t.resolution, t.text)


def _implication(parts: Sequence[sp.Basic], world: World) -> Truth:
    premise = truth(parts[0], world)
    if premise.holds is False:
        raise Undefined("the premise does not hold there")
    conclusion = truth(parts[1], world)
    if _sure(premise) is None and conclusion.holds is not True:
        return Truth(None, conclusion.distance, conclusion.resolution, conclusion.text)
    return conclusion


def _alike(parts: Sequence[sp.Basic], world: World) -> Truth:
    """Equivalent: all hold or none does."""
    found = [truth(x, world) for x in parts]
    text = "; ".join(t.text for t in found if t.text)
    distance = min(abs(t.distance) for t in found)
    if all(t.holds for t in found):
        return Truth(True, distance, 0.0, text, any(t.tied for t in found))
    if any(_sure(t) is None for t in found):
        return Truth(None, 0.0, 0.0, text)
    same = not any(t.holds for t in found)
    return Truth(same, distance if same else -distance, 0.0, text)


def _odd(parts: Sequence[sp.Basic], world: World) -> Truth:
    """Xor: an odd number of them hold."""
    found = [truth(x, world) for x in parts]
    text = "; ".join(t.text for t in found if t.text)
    if any(_sure(t) is None for t in found):
        return Truth(None, 0.0, 0.0, text)
    distance = min(abs(t.distance) for t in found)
    holds = sum(bool(t.holds) for t in found) % 2 == 1
    return Truth(holds, distance if holds else -distance, 0.0, text)


def _choice(parts: Sequence[sp.Basic], world: World) -> Truth:
    """ITE: the second where the first holds, else the third."""
    sure = _sure(truth(parts[0], world))
    if sure is not None:
        return truth(parts[1] if sure else parts[2], world)
    one, other = (truth(x, world) for x in parts[1:])
    return one if one.holds == other.holds else Truth(None, 0.0, 0.0, f"{one.text}; {other.text}")


_CONNECTIVES: dict[Any, Callable[[Sequence[sp.Basic], World], Truth]] = {
    sp.And: _all,
    sp.Or: _any,
    sp.Not: lambda parts, world: _negation(truth(parts[0], world)),
    sp.Implies: _implication,
    sp.Equivalent: _alike,
    sp.Xor: _odd,
    sp.ITE: _choice,
}


def _relation(statement: Relational, world: World, told: bool = True) -> Truth:
    """``told``: whether the text is wanted, which takes longer than the comparison."""
    used: dict[Any, Any] = {}
    sides, exact = [], {}
    for side in statement.args:
        world.used.clear()
        sides.append(value(side, world))
        used |= world.used
        if not world.used:
            exact[side] = sides[-1]
    left, right = sides
    if isinstance(left, tuple | list) or isinstance(right, tuple | list):
        return _entrywise(statement, left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return Truth(
            (left == right) == isinstance(statement, sp.Eq),
            text=f"the left side is {left}, the right side {right}",
        )
    if not (isinstance(left, arb | fmpq) and isinstance(right, arb | fmpq)):
        raise Meaningless(f"{statement} compares what are no numbers")
    if used:
        return _measured(statement, world.but(exact), used)
    return _compared(statement, left, right, told)


def _entrywise(statement: Relational, left: Any, right: Any) -> Truth:
    """Vectors and matrices, entry by entry; of other shapes they are unequal."""
    if not isinstance(statement, sp.Eq | sp.Ne):
        raise Meaningless(f"{statement} orders what has no order")
    a, b = (list(_entries(x)) for x in (left, right))
    equal: bool | None = _shape(left) == _shape(right)
    tied = False
    text = f"the left side has shape {_shape(left)}, the right side {_shape(right)}"
    if equal:
        alike = sp.Eq(sp.Symbol("x"), sp.Symbol("y"), evaluate=False)
        found = [_compared(alike, number(x), number(y)) for x, y in zip(a, b, strict=True)]
        worst = next((k for w in (False, None) for k, t in enumerate(found) if t.holds is w), None)
        if worst is None:
            tied = any(t.tied for t in found)
            text = (
                f"both sides are ({', '.join(shown(number(x)) for x in a[:6])}{', …' if len(a) > 6 else ''})"
            )
        else:
            equal, text = found[worst].holds, f"in entry {worst + 1} {found[worst].text}"
    if isinstance(statement, sp.Eq) or equal is None:
        return Truth(equal, text=text, tied=tied)
    return Truth(None if tied else not equal, text=text)


def _shape(x: Any) -> tuple[int, ...]:
    return (len(x), *(_shape(x[0]) if len(x) else ())) if isinstance(x, tuple | list | np.ndarray) else ()


def _entries(x: Any) -> Iterator[Any]:
    if isinstance(x, tuple | list | np.ndarray):
        for y in x:
            yield from _entries(y)
    else:
        yield x


def shown(x: Any, digits: int = 6) -> str:
    """A number as text, with so many significant digits."""
    if isinstance(x, fmpq) and len(str(x)) <= digits + 2:
        return str(x)
    return _decimal(x, digits)


def _decimal(x: Any, digits: int) -> str:
    """So many digits of it: 0.25 of 1/4 too."""
    with mp.workdps(max(digits, 15)):
        return str(mp.nstr(to_mp(x), digits))


def _sides(left: Any, right: Any) -> str:
    digits = next((d for d in (6, 12, 24) if _decimal(left, d) != _decimal(right, d)), 0)
    if not digits:
        apart = (
            left - right if isinstance(left, fmpq) and isinstance(right, fmpq) else ball(left) - ball(right)
        )
        if apart == 0 or isinstance(apart, arb) and apart.contains(0):
            return f"both sides are {shown(left)}"
        side = "larger" if apart > 0 else "smaller"
        return f"the left side is {shown(left)}, {side} than the right side by {shown(abs(apart), 3)}"
    return f"the left side is {shown(left, digits)}, the right side {shown(right, digits)}"


TIE = 1e-6
"""A gap that may be 0 counts as 0 where it is known to this part of the sides' size."""


def _compared(statement: Relational, left: Number, right: Number, told: bool = True) -> Truth:
    text = _sides(left, right) if told else ""
    if isinstance(left, fmpq) and isinstance(right, fmpq):
        sign = (left > right) - (left < right)
        total = abs(left) + abs(right)
        distance = float(arb((right - left) / total)) if total else 0.0
        return Truth(_decided(statement, sign), _signed(statement, distance), text=text)
    gap = ball(right) - ball(left)
    if not gap.is_finite():
        raise Undefined("not finite")
    size = float((abs(ball(left)) + abs(ball(right))).upper())
    distance = float(gap.mid()) / size if size else 0.0
    if not gap.contains(0):
        return Truth(_decided(statement, -1 if gap > 0 else 1), _signed(statement, distance), text=text)
    if float(gap.rad()) > max(TIE * size, 1e-11):
        return Truth(None, 0.0, text=text)
    holds = True if isinstance(statement, sp.Eq | sp.Le | sp.Ge) else None
    return Truth(holds, 0.0, float(gap.rad()) / size if size else 0.0, text, holds is True)


def _decided(statement: Relational, sign: int) -> bool:
    """Whether the relation holds where left − right has that sign."""
    return {
        sp.Eq: sign == 0,
        sp.Ne: sign != 0,
        sp.Lt: sign < 0,
        sp.Le: sign <= 0,
        sp.Gt: sign > 0,
        sp.Ge: sign >= 0,
    }[statement.func]


def _signed(statement: Relational, distance: float) -> float:
    """The distance of an inequality from failing, of an equation from holding."""
    return (
        -distance
        if isinstance(statement, sp.Gt | sp.Ge)
        else distance
        if isinstance(statement, sp.Lt | sp.Le)
        else -abs(distance)
    )


class Gap(NamedTuple):
    """left − right over the size of both sides, or the logarithm of left over right; ``lost`` is what of it
    the digits do not tell."""

    value: float
    lost: float


def gap(statement: Relational, world: World, size: arb, logarithmic: bool = False) -> Gap:
    """Exact where the sides are, so that no standard error is swamped by what both sides share."""
    left, right = (value(side, world) for side in statement.args)
    if logarithmic:
        found = (ball(left) / ball(right)).log()
    else:
        difference = left - right
        found = ball(difference) / size
        if isinstance(difference, fmpq):
            return Gap(float(found), 0.0)
    if not found.is_finite():
        raise Undefined("not finite")
    lost = 0.0 if found.is_exact() else max(float(found.rad()), sys.float_info.min)
    return Gap(float(found.mid()), lost)


def _measured(statement: Relational, world: World, used: dict[Any, Any]) -> Truth:
    """A relation between numbers with errors, by the size of the gap in standard errors."""
    with precision(400):
        return _by_errors(statement, world, used)


def _by_errors(statement: Relational, world: World, used: dict[Any, Any]) -> Truth:
    groups = {x.group: len(x.values) for x in used.values() if isinstance(x, Runs)}
    logarithmic = bool(used) and all(isinstance(x, Runs) and x.geometric for x in used.values())
    left, right = (value(side, world) for side in statement.args)
    size = abs(ball(left)) + abs(ball(right))
    if size.contains(0):
        size = arb(1)
    middle, lost = gap(statement, world, size, logarithmic)
    variance, bound = 0.0, 0.0
    for group, count in groups.items():
        found = [gap(statement, _seeded(world, group, i), size, logarithmic) for i in range(count)]
        gaps = np.array([x.value for x in found])
        lost = max(lost, *(x.lost for x in found))
        variance += float(gaps.var(ddof=1)) / count if count > 1 else 0.0
        middle = float(gaps.mean()) if len(groups) == 1 else middle
    for key, x in used.items():
        if isinstance(x, Estimate):
            if x.standard_error:
                moved = gap(statement, _shifted(world, key, x.standard_error), size, logarithmic)
                variance, lost = variance + (moved.value - middle) ** 2, max(lost, moved.lost)
            if x.bound:
                moved = gap(statement, _shifted(world, key, x.bound), size, logarithmic)
                bound, lost = bound + abs(moved.value - middle), max(lost, moved.lost)
    error = math.sqrt(variance)
    unit = 1.0 if logarithmic else float((size / abs(ball(right))).mid()) if not is_zero(right) else 1.0
    text = _sides(left, right)
    if lost > error and abs(middle) <= lost:
        return Truth(None, 0.0, text=f"{text}, and the digits do not tell them apart")
    shown_error, shown_bound = (shown(ball(x) * (1 if logarithmic else size), 2) for x in (error, bound))
    of = " of the logarithm" if logarithmic else ""
    text += f", standard error{of} {shown_error}" + (f", give or take {shown_bound}" if bound else "")
    if isinstance(statement, sp.Eq | sp.Ne):
        beyond = max(abs(middle) - bound, 0.0)
        distance = beyond / error if error else (math.inf if beyond > 0 else 0.0)
        equal = True if distance <= EQUAL else False if distance >= UNEQUAL else None
        exact = error == 0.0 and bound == 0.0 and lost == 0.0
        holds = equal
        if isinstance(statement, sp.Ne) and equal is not None:
            holds = not equal if exact or not equal else None
        if equal is False and error:
            far = f"{distance:.3g}" if distance < 1e3 else "more than 1,000"
            text += f": {far} standard errors apart"
        tied = holds is True and not exact and isinstance(statement, sp.Eq)
        return Truth(holds, -distance, (UNEQUAL * error + bound) * unit, text, tied)
    less = -middle if isinstance(statement, sp.Lt | sp.Le) else middle  # > 0 where the inequality holds
    if error == 0.0 and bound == 0.0:
        strict = isinstance(statement, sp.Lt | sp.Gt)
        return Truth(less > 0 or (less == 0 and not strict), less, abs(less) * unit, text)
    room = less - math.copysign(min(bound, abs(less)), less)
    margin = room / error if error else math.copysign(math.inf, less) if room else 0.0
    holds = True if margin >= LESS else False if margin <= -UNEQUAL else None
    resolution = (abs(less) + LESS * error) * unit
    return Truth(holds, margin, resolution, f"{text}; margin {min(abs(margin), 1e6):.1f} standard errors")


def _seeded(world: World, group: str, seed: int) -> World:
    return World(world.letters, world.shifts, {**world.seeds, group: seed}, {}, world.trust)


def _shifted(world: World, key: Any, by: float) -> World:
    return World(world.letters, {**world.shifts, key: by}, world.seeds, {}, world.trust)


def _logic(e: Any, world: World) -> bool | None:
    return (_relation(e, world, told=False) if isinstance(e, Relational) else truth(e, world)).holds


MEANINGS: dict[Any, Meaning] = {
    sp.Rational: lambda e, world: fmpq(int(e.p), int(e.q)),
    sp.Float: lambda e, world: number(e),
    sp.NumberSymbol: _constant,
    sp.Add: _add,
    sp.Mul: _mul,
    sp.Pow: _pow,
    plus: _add,
    times: _mul,
    partial: _partial,
    sp.Piecewise: _piecewise,
    sp.Derivative: _derivative,
    sp.Integral: _integral,
    sp.Sum: lambda e, world: _accumulated(e, world, lambda p, q: p + q, 0),
    sp.Product: lambda e, world: _accumulated(e, world, lambda p, q: p * q, 1),
    sp.Limit: _limit,
    sp.Subs: _subs,
    iterated: _iterated,
    sp.Indexed: _indexed,
    sp.binomial: _binomial,
    sp.hyper: _hyper,
    sp.Tuple: lambda e, world: tuple(value(x, world) for x in e.args),
    Relational: _logic,
    sp.logic.boolalg.BooleanFunction: _logic,
    sp.logic.boolalg.BooleanTrue: lambda e, world: True,
    sp.logic.boolalg.BooleanFalse: lambda e, world: False,
}
"""What SymPy's own nodes mean; a world may say otherwise for a class of its own."""
