"""Judging an answer: is it equal to the right one at every point,
to 30 digits or as far as its own precision goes?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from analysis.exercises import guard
from analysis.exercises.answer import Formula, Function, parts, understand
from analysis.exercises.arithmetic import UNKNOWN, Context
from analysis.exercises.cases import case_points
from analysis.exercises.diagnosis import Close, Comparison, diagnose, not_everywhere, not_right_at
from analysis.exercises.domain import Domain, Point, completed, meanings, place_name
from analysis.exercises.exercise import Choice, Condition, Exercise, Mistake, Value, Wanted, Witness, listed
from analysis.exercises.grid import UNHURRIED, Values, evaluated, grid, places, right_values
from analysis.exercises.program import Deadline, Program, Refusal, as_real, context, quoted, read, run

SECONDS = 3.5
FUNCTION_SECONDS = 2.5
DIGITS = 30
_WORKING, _CAREFUL = 60, 400
"""Working digits; the second at points where the first leave a doubt, since an expression may cancel."""


class Judged(NamedTuple):
    """A key of the badges, and what to say."""

    status: str
    says: str


def judge(exercise: Exercise, answer: object) -> tuple[str, tuple[str, ...]]:
    """The status of an answer and the sentences that go with it.

    >>> import sympy as sp
    >>> quarter = Exercise("mine.1", (Value(right=lambda: sp.Rational(1, 4)),), hints=())
    >>> judge(quarter, 0.25)[0], judge(quarter, 0.26)[0]
    ('right', 'wrong')
    """
    wanted = exercise.wanted
    for value in wanted:
        if isinstance(value, Value):
            right_values(value, _WORKING)  # derived before the clock starts
    deadline = Deadline.after(SECONDS)
    if len(wanted) == 1:
        judged = _judge_one(wanted[0], answer, deadline)
        return judged.status, (judged.says,)
    given = parts(answer)
    if given is None or len(given) != len(wanted):
        names = ", ".join(w.name for w in wanted)
        found = "" if given is None else f", not {len(given)}"
        return "refused", (f"This exercise wants {len(wanted)} answers in brackets, ({names}){found}.",)
    each = [_judge_one(w, x, deadline) for w, x in zip(wanted, given, strict=True)]
    kinds = {judged.status for judged in each}
    status = next(s for s in ("wrong", "refused", "open", "right") if s in kinds)
    return status, tuple(f"{w.name}: {judged.says}" for w, judged in zip(wanted, each, strict=True))


def _judge_one(wanted: Wanted, answer: object, deadline: Deadline) -> Judged:
    if answer is ...:
        return Judged("open", "Not answered yet.")
    try:
        if isinstance(wanted, Choice):
            return _judge_choice(wanted, answer)
        understood = understand(answer)
        if isinstance(wanted, Witness):
            return _judge_witness(wanted, understood, deadline)
        if isinstance(understood, Function):
            return _judge_function(wanted, understood, deadline)
        return _judge_formula(wanted, understood, deadline)
    except Refusal as refusal:
        return Judged("refused", f"{refusal} Wanted: {wanted.asks}.")


# Closeness


def _exactly(x: Any, y: Any) -> bool:
    return bool(abs(x - y) <= (abs(y) or 1) * 10.0**-DIGITS)


def _to_double(x: Any, y: Any) -> bool:
    """As close as decimals written with 15 digits come."""
    return bool(abs(x - y) <= 1e-12 * (abs(y) or 1))


def _as_floats(x: Any, y: Any) -> bool:
    """As close as a function computed in double precision comes, some cancellation included."""
    return bool(abs(x - y) <= 1e-9 * abs(y) + 1e-13)


def _to_digits(digits: int, m: Context) -> Close:
    """y rounded to so many significant digits, or cut off there, or anything nearer to it."""

    def close(x: Any, y: Any) -> bool:
        unit = m.mpf(10) ** (m.floor(m.log10(abs(y))) - digits + 1 if y else -digits)
        whole = m.floor(abs(y) / unit * (1 + m.mpf(10) ** -DIGITS))
        cut_off = whole * unit * (1 - m.mpf(10) ** -12)  # a float is not quite what was typed
        return bool(abs(x - y) <= unit / 2 or x * y > 0 and cut_off <= abs(x) <= abs(y))

    return close


def _to_rounding(x: Any, y: Any) -> bool:
    """As close as one number computed in double precision comes: 2.0000000000000004 for 2."""
    return bool(abs(x - y) <= 2.0**-49 * (abs(y) or 1))


class Closeness(NamedTuple):
    """How near an answer has to be, how near a known mistake,
    and whether digits are what the first goes by."""

    right: Close
    mistake: Close
    by_digits: bool


def _closeness(wanted: Value, given: Formula) -> Closeness:
    """A count and an exact rational are judged exactly,
    and so is a decimal where the right answer is a whole number."""
    answer, m = wanted.answer, context(_WORKING)
    digits = _to_digits(wanted.digits, m)
    if wanted.whole:
        return Closeness(_exactly, digits if given.has_decimals and not _is_whole(given) else _exactly, False)
    if wanted.domain.names or not given.program.is_literal:
        close = _to_double if given.has_decimals else _exactly
        return Closeness(close, close, False)
    if answer.is_Integer and given.has_decimals:
        return Closeness(_to_rounding, digits, True)
    if answer.is_Rational and not given.has_decimals:
        return Closeness(_exactly, _exactly, False)
    return Closeness(digits, digits, True)


def _is_whole(given: Formula) -> bool:
    number = given.program.as_fraction
    return number is not None and number.denominator == 1


def _is_another_fraction(wanted: Value, given: Formula) -> bool:
    """True where both are rational numbers, and not the same: to 30 digits they may agree."""
    if not wanted.answer.is_Rational or wanted.domain.names or (given.has_decimals and not wanted.whole):
        return False
    number = given.program.as_fraction
    return number is not None and number != Fraction(int(wanted.answer.p), int(wanted.answer.q))


@cache
def _arguments(wanted: Value) -> tuple[Program, ...]:
    return tuple(read(x) for x in wanted.arguments)


def _mistakes(wanted: Value) -> Iterator[tuple[Program, str]]:
    return ((_mistaken(wanted, mistake), mistake.says) for mistake in wanted.mistakes)


@cache
def _mistaken(wanted: Value, mistake: Mistake) -> Program:
    return read(mistake.answer(wanted.answer))


def _compare(wanted: Value, theirs: Values, close: Closeness, digits: int, deadline: Deadline) -> Comparison:
    domain = wanted.domain
    return Comparison(
        wanted=wanted,
        points=grid(domain).points,
        count=grid(domain).general,
        zeros=grid(domain).zeros,
        theirs=theirs,
        ours=right_values(wanted, digits),
        close=close.right,
        close_to_mistake=close.mistake,
        a_number=close.by_digits,
        values=lambda program: evaluated(program, domain, digits, deadline),
        mistakes=_mistakes(wanted),
        m=context(digits),
    )


# The three kinds of answers


def _judge_formula(wanted: Value, given: Formula, deadline: Deadline) -> Judged:
    domain = wanted.domain
    closeness = _closeness(wanted, given)
    close = closeness.right
    found = list(_given_values(wanted, given, _WORKING, range(len(grid(domain).points)), deadline))
    unknown = [k for k in range(grid(domain).general) if found[k] is UNKNOWN]
    theirs = [None if x is UNKNOWN else x for x in found]
    compared = _compare(wanted, theirs, closeness, _WORKING, deadline)
    doubtful = [k for k in compared.general if k not in unknown and not compared.agrees(k)]
    ours = right_values(wanted, _CAREFUL)
    careful = zip(_given_values(wanted, given, _CAREFUL, doubtful, deadline), doubtful, strict=True)
    off = next((k for x, k in careful if x is None or x is UNKNOWN or not close(x, ours[k])), None)
    if off is not None or (not unknown and _is_another_fraction(wanted, given)):
        says = not_right_at(compared, off) if unknown and off is not None else diagnose(compared)
        return Judged("wrong", says)
    elsewhere = [(compared.points[k], True) for k in grid(domain).beyond]
    for point, single in itertools.chain(elsewhere, case_points(given.program, domain, deadline)):
        if _refuted_at(point, single, wanted, given, close, deadline):
            return Judged("wrong", not_everywhere(point))
    if unknown:
        raise Refusal(_not_computed(compared.points[unknown[0]]))
    note = wanted.remark if given.program.kinds & set(wanted.avoid) else ""
    return Judged("right", f"Right. {note}".strip())


def _not_computed(point: Point) -> str:
    place = place_name(point)
    return (
        f"{f'At {place} the' if place else 'The'} value of your answer could not be computed to enough "
        "digits: "
        "a number on the way to it is too large, or too close to 0."
    )


def _refuted_at(
    point: Point, single: bool, wanted: Value, given: Formula, close: Close, deadline: Deadline
) -> bool:
    """True where the answer is certainly not the right one at this point:
    more digits do not change its value.

    At a ``single`` point it may lack a value, as sinh(z)/z does at 0.
    Raises Refusal where a value elsewhere is not computed.
    """
    found: list[Any] = []
    for digits in (_WORKING, _CAREFUL, 2 * _CAREFUL):
        m = context(digits)
        place = completed(wanted.domain, point, m, deadline)
        y = as_real(m, run(read(wanted.answer), place, meanings(wanted.domain.activation), m, deadline))
        x = _given_value(wanted, given, place, m, deadline)
        if y is None or y is UNKNOWN:
            return False
        if x is UNKNOWN and not single:
            raise Refusal(_not_computed(point))
        if x is UNKNOWN or (x is None and single) or (x is not None and close(x, y)):
            return False
        found.append(x)
    return None in found or close(m.convert(found[1]), found[2])


def _given_values(
    wanted: Value, given: Formula, digits: int, at: Sequence[int], deadline: Deadline
) -> Iterator[Any]:
    """The formula at the points of the grid with these numbers, one after the other."""
    domain, program, m = wanted.domain, given.program, context(digits)
    unknown = sorted(program.names - set(given.variables or domain.names))
    if unknown:
        known = (
            f"the symbols here are {', '.join(domain.names)}" if domain.names else "the answer is a number"
        )
        raise Refusal(f"The symbol {quoted(unknown[0])} has no meaning in this exercise: {known}.")
    if given.variables and len(given.variables) != len(wanted.arguments):
        raise Refusal(f"This `Lambda` has {len(given.variables)} variables, not {len(wanted.arguments)}.")
    everywhere = places(domain, digits)
    for k in at:
        yield _given_value(wanted, given, everywhere[k], m, deadline)


def _given_value(wanted: Value, given: Formula, place: dict[str, Any], m: Context, deadline: Deadline) -> Any:
    """The formula where the symbols of the domain have these values;
    a ``Lambda``'s variables stand for the arguments."""
    table = meanings(wanted.domain.activation)
    if given.variables:
        passed = (run(argument, place, table, m, deadline) for argument in _arguments(wanted))
        place = dict(zip(given.variables, passed, strict=True))
    return as_real(m, run(given.program, place, table, m, deadline))


@cache
def _passed(wanted: Value) -> tuple[tuple[float, ...], ...]:
    """What a function is called with at each point, as floats; NaN where an argument has no value."""
    m, table = context(_WORKING), meanings(wanted.domain.activation)

    def double(argument: Program, place: dict[str, Any]) -> float:
        x = run(argument, place, table, m, UNHURRIED)
        return float("nan") if x is None or x is UNKNOWN else float(x)

    everywhere = places(wanted.domain, _WORKING)
    return tuple(tuple(double(argument, place) for argument in _arguments(wanted)) for place in everywhere)


def _judge_function(wanted: Value, given: Function, deadline: Deadline) -> Judged:
    domain, m = wanted.domain, context(_WORKING)
    reply = guard.call(given.call, _passed(wanted), min(FUNCTION_SECONDS, deadline.left))
    called_with = listed(wanted.arguments) or "nothing"
    if reply.timed_out:
        raise Refusal(
            f"Your function did not return in time (at most {FUNCTION_SECONDS:g} s), so it was given up."
        )
    general = reply.values[: grid(domain).general]
    if all(x is None for x in general):
        raise Refusal(f"Your function could not be used: {reply.complaint}. It is called with {called_with}.")
    theirs = [None if x is None else m.mpf(x) for x in reply.values]
    compared = _compare(wanted, theirs, _closeness_of_function(wanted), _WORKING, deadline)
    failed = next((k for k, x in enumerate(general) if x is None), None)
    if failed is not None:
        place = place_name(compared.points[failed])
        says = (
            f"{f'At {place} your' if place else 'At one of the points tried your'} function gives no number: "
            f"{reply.complaint}."
        )
        if any(compared.differs(k) for k in compared.general):
            return Judged("wrong", says)
        raise Refusal(f"{says} It is called with {called_with}.")
    if not compared.same(compared.ours):
        return Judged("wrong", diagnose(compared))
    elsewhere = next((k for k in grid(domain).beyond if compared.differs(k)), None)
    if elsewhere is not None:
        return Judged("wrong", not_everywhere(compared.points[elsewhere]))
    how = " A function is compared to 9 digits: a smaller error would not be seen." if domain.names else ""
    return Judged("right", f"Right.{how}")


def _closeness_of_function(wanted: Value) -> Closeness:
    if wanted.domain.names:
        return Closeness(_as_floats, _as_floats, False)
    digits = _to_digits(wanted.digits, context(_WORKING))
    if wanted.whole:
        return Closeness(_exactly, _exactly, False)
    return Closeness(_to_rounding if wanted.answer.is_Integer else digits, digits, True)


def _judge_choice(wanted: Choice, answer: object) -> Judged:
    """A letter is compared with the options; it is not evaluated."""
    letter = str.lower(str.strip(answer, " ()")) if type(answer) is str and len(answer) <= 9 else ""
    for option, says in wanted.says:
        if letter == option:
            return Judged("right", f"Right. {says}") if option == wanted.right else Judged("wrong", says)
    raise Refusal("This is not one of the options.")


def _missed(condition: Condition, at: Any, table: Any, m: Context, deadline: Deadline) -> str:
    """What to tell: the left side with three digits,
    or with as many as show that it is not the right side."""
    if "{left}" not in condition.says:
        return condition.says
    left, right = (as_real(m, run(read(side), at, table, m, deadline)) for side in condition.relation.args)
    digits = next((d for d in range(3, 16) if m.mpf(m.nstr(left, d)) != right), 15)
    return condition.says.format(left=m.nstr(left, digits))


def _judge_witness(wanted: Witness, given: Formula | Function, deadline: Deadline) -> Judged:
    if isinstance(given, Function) or given.variables or given.program.names:
        raise Refusal("A point is one number.")
    m, table = context(_WORKING), meanings(Domain().activation)
    number = as_real(m, run(given.program, {}, table, m, deadline))
    if number is None:
        raise Refusal("This has no real value.")
    if number is UNKNOWN:
        raise Refusal(_not_computed({}))
    if number == float(number):
        number = m.mpf(repr(float(number)))  # the float 0.1 is a hair above 1/10; what was typed is 1/10
    at = {wanted.symbol.name: number}
    for condition in wanted.conditions:
        holds = run(read(condition.relation), at, table, m, deadline)
        if holds is None or holds is UNKNOWN:
            raise Refusal("Something cannot be evaluated at this point: it is too large.")
        if not holds:
            return Judged("wrong", _missed(condition, at, table, m, deadline))
    return Judged("right", "Right: this point refutes the statement.")
