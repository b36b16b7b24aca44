"""Odd answers get a clear verdict: what cannot be judged, what is too large, what fails or never ends."""

from __future__ import annotations

import decimal
import enum
import fractions
import itertools
import sys
import time
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from analysis.exercises import EXERCISES, check, marking
from analysis.exercises.exercise import Value, Witness
from analysis.exercises.guard import Reply
from analysis.exercises.verdict import Verdict
from analysis.symbolic.notation import z

GRANTED = marking.FUNCTION_SECONDS, marking.SECONDS
PLENTY = 3600.0
"""Seconds that no test takes: what has to come in time comes on a loaded machine too."""
LATE = "did not return in time"


class Colour(enum.IntEnum):
    RED = 1


def deeply_nested(depth: int = 20_000) -> sp.Expr:
    x: sp.Expr = z
    for _ in range(depth):
        x = sp.Add._from_args((x, sp.S.One))
    return x


def tower(base: int = 10, height: int = 5) -> sp.Expr:
    x: sp.Expr = sp.Integer(base)
    for _ in range(height):
        x = sp.Pow(sp.Integer(base), x, evaluate=False)
    return x


def exponentials(height: int = 6) -> sp.Expr:
    x: sp.Expr = z
    for _ in range(height):
        x = sp.exp(x, evaluate=False)
    return x


def wide_and_doubling() -> sp.Expr:
    """Few objects, but 2^60 terms if they were written out."""
    x: sp.Expr = z
    for _ in range(60):
        x = sp.Add._from_args((x, x))
    return x


def slow_to_evaluate() -> sp.Expr:
    x: sp.Expr = z
    for _ in range(900):
        x = sp.erf(x, evaluate=False)
    return x


REFUSED: dict[str, Any] = {
    "a string": "sech(z/2)**2/4",
    "a call in a string": "__import__('os').system('false')",
    "bytes": b"1/4",
    "None": None,
    "a truth value": True,
    "a NumPy truth value": np.True_,
    "nan": float("nan"),
    "inf": float("inf"),
    "minus inf": -np.inf,
    "NumPy nan": np.float32("nan"),
    "decimal nan": decimal.Decimal("NaN"),
    "decimal of a million digits": decimal.Decimal("1e999999999"),
    "decimal near 0": decimal.Decimal("1e-999999999"),
    "mpmath nan": mpmath.nan,
    "mpmath, enormous": mpmath.mpf(10) ** (10**9),
    "complex": 1 + 2j,
    "NumPy complex": np.complex128(1j),
    "SymPy nan": sp.nan,
    "SymPy oo": sp.oo,
    "SymPy -oo": -sp.oo,
    "SymPy zoo": sp.zoo,
    "infinite part": sp.Add(z, sp.oo, evaluate=False),
    "a list": [1, 2, 3, 4, 5],
    "an empty tuple": (),
    "a dict": {"z": 1},
    "a set": {1},
    "a generator": (x for x in range(3)),
    "a range": range(3),
    "a module": sys,
    "a class": int,
    "a SymPy class": sp.exp,
    "an enumeration": Colour.RED,
    "an array": np.ones((2, 2)),
    "an array of objects": np.array([None], dtype=object),
    "a matrix": sp.eye(2),
    "an immutable matrix": sp.ImmutableMatrix([[z]]),
    "an equation": sp.Eq(z, 1),
    "a finite set": sp.FiniteSet(1, 2),
    "an unknown symbol": sp.Symbol("q"),
    "a symbol with a strange name": sp.Symbol("`<script>alert(1)</script>`"),
    "a dummy": sp.Dummy("z"),
    "an undefined function": sp.Function("sigma")(z),
    "an integral": sp.Integral(z, z),
    "a derivative": sp.Derivative(sp.tanh(z), z),
    "a sum": sp.Sum(z, (z, 1, sp.oo)),
    "a limit": sp.Limit(1 / z, z, 0),
    "a root object": sp.rootof(sp.Symbol("x") ** 5 - sp.Symbol("x") + 1, 0),
    "a factorial tower": sp.factorial(sp.factorial(sp.factorial(10, evaluate=False), evaluate=False),
        evaluate=False),
    "gamma": sp.gamma(10**10 + z, evaluate=False),
    "thousands of terms": sp.Add(*(z**k for k in range(2, 3002))),
    "deeply nested": deeply_nested(),
    "an integer of a million bits": 1 << 1_000_000,
    "a SymPy integer of a million bits": sp.Integer(1 << 1_000_000),
    "a fraction of a million bits": fractions.Fraction(1, (1 << 1_000_000) + 1),
    "a Lambda of other variables": sp.Lambda((z, sp.Symbol("q"), sp.Symbol("r")), z),
    "a Lambda with a free symbol": sp.Lambda(z, z + sp.Symbol("q")),
    "not implemented": NotImplemented,
}  # fmt: skip

NOT_COMPUTED: dict[str, Any] = {
    "a tower of powers": tower(),
    "10**10**10": sp.Pow(10, sp.Pow(10, 10, evaluate=False), evaluate=False),
    "3**2**1000000": sp.Pow(3, sp.Pow(2, 10**6, evaluate=False), evaluate=False),
    "a tower of exponentials": exponentials(),
    "the same, negative": sp.exp(-exponentials()),
}  # fmt: skip

WRONG: dict[str, Any] = {
    "1/0": sp.Pow(sp.S.Zero, -1, evaluate=False),
    "the logarithm of 0": sp.log(sp.Add(z, -z, evaluate=False), evaluate=False),
    "a complex number": sp.I,
    "real in half of the domain": sp.sqrt(z),
    "few objects, many terms": wide_and_doubling(),
    "a piecewise that ends": sp.Piecewise((1 / (4 * sp.cosh(z / 2) ** 2), z < 1)),
    "a float out of range": 1e308,
    "the smallest float": 5e-324,
    "a large power": z**1_000_000,
}


def loops(x: Any) -> float:
    while True:
        pass


def loops_and_catches(x: Any) -> float:
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


def sleeps(x: Any) -> float:
    time.sleep(3600)
    return 0.0


def in_c(x: Any) -> float:
    """Never leaves C, so that no thread could end it."""
    return float(sum(itertools.repeat(1)))


def enormous(x: Any) -> float:
    return 10**10**10 % 7 / 4  # type: ignore[no-any-return]


def recurses(x: Any) -> Any:
    return recurses(x)


def leaves(x: Any) -> float:
    sys.exit(0)


def gives_up(x: Any) -> float:
    raise KeyboardInterrupt


class Endless:
    def __complex__(self) -> complex:
        while True:
            pass


class Quarter:
    def __call__(self, x: Any) -> float:
        return 0.25


FUNCTIONS: dict[str, tuple[Any, str]] = {
    "loops": (loops, LATE),
    "loops and catches": (loops_and_catches, LATE),
    "sleeps": (sleeps, LATE),
    "returns what loops": (lambda x: Endless(), LATE),
    "recurses": (recurses, "RecursionError"),
    "raises": (lambda x: 1 / 0, "ZeroDivisionError"),
    "leaves": (leaves, "SystemExit"),
    "is interrupted": (gives_up, "KeyboardInterrupt"),
    "returns a string": (lambda x: "0.25", "`str`, not a number"),
    "returns nothing": (lambda x: None, "`NoneType`, not a number"),
    "returns a truth value": (lambda x: True, "`bool`, not a number"),
    "returns nan": (lambda x: float("nan"), "not a finite real number"),
    "returns complex": (lambda x: 1j, "not a finite real number"),
    "returns an array": (lambda x: np.ones(3), "TypeError"),
    "returns a symbol": (lambda x: z, "TypeError"),
    "takes nothing": (lambda: 0.25, "TypeError"),
    "takes two": (lambda x, y: 0.25, "TypeError"),
    "a builtin": (print, "`NoneType`, not a number"),
    "an object that can be called": (Quarter(), "Right where z = 0"),
}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is late on account of the machine."""
    for name in ("SECONDS", "FUNCTION_SECONDS"):
        monkeypatch.setattr(f"analysis.exercises.marking.{name}", PLENTY)


def told(number: str, answer: Any) -> Verdict:
    """The verdict, which is not right, has a sentence and shows no markup of the answer's."""
    verdict = check(number, answer)
    assert "<script>" not in verdict._repr_html_()
    assert not verdict.correct and all(verdict.sentences)
    return verdict


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_judged_is_refused(name: str) -> None:
    verdict = told("2.2", REFUSED[name])
    assert verdict.status == "refused", verdict
    assert "Wanted: an expression in `z`" in verdict.sentences[0]


@pytest.mark.parametrize("name", WRONG)
def test_what_can_be_evaluated_is_wrong(name: str) -> None:
    assert told("2.2", WRONG[name]).status == "wrong"


@pytest.mark.parametrize("name", NOT_COMPUTED)
def test_what_is_too_large_is_called_so(name: str) -> None:
    verdict = told("2.2", NOT_COMPUTED[name])
    assert verdict.status == "refused" and "could not be computed to enough digits" in verdict.sentences[0]


@pytest.mark.parametrize("number", [n for n, e in EXERCISES.items() if len(e.wanted) == 1])
@pytest.mark.parametrize("name", ["a string", "nan", "thousands of terms", "a class", "a list"])
def test_every_exercise_refuses(number: str, name: str) -> None:
    assert told(number, REFUSED[name]).status == "refused"


@pytest.mark.parametrize(
    "name", ["a tower of powers", "a tower of exponentials", "1/0", "a float out of range"]
)
def test_a_witness_that_cannot_be_evaluated(name: str) -> None:
    for number, exercise in EXERCISES.items():
        if isinstance(exercise.wanted[0], Witness):
            given = (WRONG | NOT_COMPUTED)[name]
            answer = given.xreplace({z: sp.S.One}) if isinstance(given, sp.Basic) else given
            point = {exercise.wanted[0].symbol: sp.Rational(answer)} if isinstance(answer, float) else {}
            if point and all(c.relation.subs(point) == sp.true for c in exercise.wanted[0].conditions):
                continue  # so large a width, say, is as good a witness as any
            assert told(number, answer).status in ("refused", "wrong")


@pytest.mark.parametrize("number", EXERCISES)
def test_enormous_and_tiny_multiples_are_told(number: str) -> None:
    """Beyond what a float holds: 10⁴⁰⁰ times the right answer, and a constant of that size."""
    wanted = EXERCISES[number].wanted
    for place, part in enumerate(wanted):
        if isinstance(part, Value):
            for answer in (
                part.answer * sp.Integer(10) ** 400,
                part.answer * sp.Integer(10) ** -400,
                sp.Integer(10) ** 400,
                lambda *x: 1e308,
            ):
                given = tuple(answer if k == place else ... for k in range(len(wanted)))
                assert check(number, given if len(wanted) > 1 else answer).status == "wrong"


@pytest.mark.parametrize(
    "answer",
    [sp.Symbol("\ud800"), sp.Symbol("\u202e|`\x00"), type("\u202e", (), {})()],
    ids=["name", "order", "class"],
)
def test_a_page_can_show_every_name(answer: Any) -> None:
    shown = "".join(told("2.2", answer)._repr_mimebundle_().values())
    assert shown.encode() and "\N{REPLACEMENT CHARACTER}" in shown and not {"\x00", "\u202e"} & set(shown)


def test_a_page_can_show_every_error() -> None:
    def raises(x: float) -> float:
        raise ValueError("\ud800 \u202e \x00")

    shown = "".join(told("2.2", raises)._repr_mimebundle_().values())
    assert shown.encode() and "ValueError" in shown and not {"\x00", "\u202e"} & set(shown)


def test_a_witness_is_a_number() -> None:
    for answer in (z, lambda: 5, sp.Lambda(z, z)):
        assert told("2.6", answer).status == "refused"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_called_under_guard(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, says = FUNCTIONS[name]
    if says == LATE:
        monkeypatch.setattr("analysis.exercises.marking.FUNCTION_SECONDS", 0.3)
    verdict = told("2.2", function)
    assert says in verdict.sentences[0], verdict


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a call that stays in C cannot be ended")
@pytest.mark.parametrize("function", [in_c, enormous])
def test_a_function_that_stays_in_c_is_ended(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.exercises.marking.FUNCTION_SECONDS", 0.3)
    assert LATE in told("2.2", function).sentences[0]


def test_a_reader_waits_a_few_seconds_at_most() -> None:
    one, all_parts = GRANTED
    assert 0.0 < one < all_parts < 5.0


def test_several_functions_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that only the functions move: 4 s in all, at most 2.5 s for each."""
    monkeypatch.setattr("analysis.exercises.marking.SECONDS", 4.0)
    monkeypatch.setattr("analysis.exercises.marking.FUNCTION_SECONDS", 2.5)
    given: list[float] = []

    def call(function: Any, points: Any, seconds: float) -> Reply:
        given.append(seconds)
        return Reply((None,) * len(points), timed_out=True)

    clock = SimpleNamespace(monotonic=lambda: 100.0 + sum(given))
    monkeypatch.setattr("analysis.exercises.program.time", clock)
    monkeypatch.setattr("analysis.exercises.guard.call", call)
    verdict = check("4.2", (lambda x, k: loops(x), lambda x, k: loops(x)))
    assert given == [2.5, 1.5]
    assert verdict.status == "refused" and all(LATE in sentence for sentence in verdict.sentences)


def test_an_expression_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.exercises.marking.SECONDS", 0.0)
    for answer in (sp.sech(z / 2) ** 2 / 4, slow_to_evaluate()):
        assert "takes too long" in check("2.2", answer).sentences[0]
