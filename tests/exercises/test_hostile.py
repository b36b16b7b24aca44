"""Absurd and hostile answers get a clear verdict, quickly, and none of their own code runs unguarded."""

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
from operations import counted_calls

from analysis.exercises import EXERCISES, check, marking
from analysis.exercises.exercise import Value, Witness
from analysis.exercises.guard import Reply
from analysis.exercises.verdict import Verdict
from analysis.symbolic.notation import z

MOST_CALLS = 1_000_000
"""Of functions, their returns counted too, from an answer to its verdict on the page.
At the most 180,000 are made."""
GRANTED = marking.FUNCTION_SECONDS, marking.SECONDS
PLENTY = 3600.0
"""Seconds that no test takes: what has to come in time comes on a loaded machine too."""
LATE = "did not return in time"
touched: list[str] = []


def note(name: str) -> Any:
    def method(*args: Any, **kwargs: Any) -> Any:
        touched.append(name)
        raise RuntimeError(name)

    return method


_HOOKS = (
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __bool__ __len__ __iter__ __getattr__ __hash__ __repr__ "
    "__str__ __float__ __int__ __index__ __complex__ __array__ _sympy_ __sympy__ __add__ __radd__ __sub__ "
    "__rsub__ __mul__ __neg__"
).split()


class Evil:
    locals().update({name: note(name) for name in _HOOKS})

    @property
    def __class__(self) -> type:  # type: ignore[override]
        touched.append("__class__")
        return sp.Integer

    @property
    def args(self) -> tuple[()]:
        touched.append("args")
        return ()


class EvilMeta(type):
    __instancecheck__ = __subclasscheck__ = note("instancecheck")

    @property
    def __name__(cls) -> str:  # type: ignore[override]
        touched.append("__name__")
        return "Integer"

    @property
    def __mro__(cls) -> tuple[type, ...]:  # type: ignore[override]
        touched.append("__mro__")
        return (sp.Basic,)


class EvilByType(metaclass=EvilMeta):
    pass


class ComparedMeta(type):
    """Python asks the metaclass first when two classes are compared, and hashes a class by it."""

    __eq__ = note("meta eq")  # type: ignore[assignment]
    __hash__ = note("meta hash")  # type: ignore[assignment]
    __getattr__ = note("meta getattr")


class EvilByComparison(metaclass=ComparedMeta):
    pass


class SlopeMeta(type(sp.exp)):  # type: ignore[misc]
    __eq__ = note("slope eq")
    __hash__ = note("slope hash")


class EvilExp(sp.exp, metaclass=SlopeMeta):  # type: ignore[misc]
    pass


class EvilExpression(sp.Symbol):  # type: ignore[misc]
    def _eval_evalf(self, prec: int) -> sp.Expr:
        touched.append("_eval_evalf")
        return sp.S.One

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        touched.append("free_symbols")
        return set()


class EvilFunction(sp.Function):  # type: ignore[misc]
    @classmethod
    def eval(cls, *args: Any) -> None:
        return None

    def _latex(self, printer: Any) -> str:
        touched.append("_latex")
        return ""


class EvilText(str):
    __hash__ = note("hash")
    __eq__ = note("eq")


class Colour(enum.IntEnum):
    RED = 1


def a_million_terms() -> sp.Expr:
    x = sp.Add(z, 1)
    x._args = tuple(z**k for k in range(2, 1002)) * 1000
    return x


def deeply_nested(depth: int = 20_000) -> sp.Expr:
    x: sp.Expr = z
    for _ in range(depth):
        x = sp.Add._from_args((x, sp.S.One))
    return x


def holds_itself() -> sp.Expr:
    x = sp.Add(z, 1)
    x._args = (x, x)
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


def empty_sum() -> sp.Expr:
    x = sp.Add(z, 1)
    x._args = ()
    return x


def renamed() -> sp.Symbol:
    x = sp.Symbol("harmless")
    x.name = Evil()
    return x


def with_foreign_parts() -> sp.Expr:
    x = sp.Add(z, 1)
    x._args = (z, Evil())
    return x


def tampered(x: Any, name: str, inside: Any) -> Any:
    """The object with something of the reader's own in a place where the library keeps a plain value."""
    setattr(x, name, inside)
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
    "a string with methods": EvilText("1/4"),
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
    "an abstract class": Evil,
    "a class with a metaclass": EvilByType,
    "an object with hooks": Evil(),
    "an object of a hooked class": EvilByType(),
    "a metaclass that compares": EvilByComparison(),
    "a class with a metaclass that compares": EvilByComparison,
    "a part with a metaclass that compares": tampered(sp.Add(z, 1717), "_args", (z, EvilByComparison())),
    "a function with a metaclass that compares": tampered(object.__new__(EvilExp), "_args", (z,)),
    "a SymPy float with a foreign inside": tampered(sp.Float("1.75"), "_mpf_", Evil()),
    "a SymPy float with foreign parts": tampered(sp.Float("1.5"), "_mpf_", (0, Evil(), 0, 1)),
    "a SymPy rational with a foreign numerator": tampered(sp.Rational(71717, 511), "p", Evil()),
    "a fraction with a foreign numerator": tampered(fractions.Fraction(3, 5), "_numerator", Evil()),
    "an mpf with a foreign inside": tampered(mpmath.mpf(3), "_mpf_", Evil()),
    "a Lambda with foreign parts": tampered(sp.Lambda(z, z + 1717), "_args", Evil()),
    "a Lambda with foreign variables": tampered(sp.Lambda(z, z + 1719), "_args", (sp.Tuple(z), Evil())),
    "a Tuple with foreign parts": tampered(sp.Tuple(17, 19), "_args", Evil()),
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
    "a symbol of another kind": EvilExpression("z"),
    "a function of another kind": EvilFunction(z),
    "an undefined function": sp.Function("sigma")(z),
    "a renamed symbol": renamed(),
    "foreign parts": with_foreign_parts(),
    "an integral": sp.Integral(z, z),
    "a derivative": sp.Derivative(sp.tanh(z), z),
    "a sum": sp.Sum(z, (z, 1, sp.oo)),
    "a limit": sp.Limit(1 / z, z, 0),
    "a root object": sp.rootof(sp.Symbol("x") ** 5 - sp.Symbol("x") + 1, 0),
    "a factorial tower": sp.factorial(sp.factorial(sp.factorial(10, evaluate=False), evaluate=False),
        evaluate=False),
    "gamma": sp.gamma(10**10 + z, evaluate=False),
    "a million terms": a_million_terms(),
    "itself": holds_itself(),
    "deeply nested": deeply_nested(),
    "an integer of a million bits": 1 << 1_000_000,
    "a SymPy integer of a million bits": sp.Integer(1 << 1_000_000),
    "a fraction of a million bits": fractions.Fraction(1, (1 << 1_000_000) + 1),
    "a Lambda of other variables": sp.Lambda((z, sp.Symbol("q"), sp.Symbol("r")), z),
    "a Lambda with a free symbol": sp.Lambda(z, z + sp.Symbol("q")),
    "an empty sum": empty_sum(),
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


class EvilError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def raises_evil(x: Any) -> float:
    raise EvilError


class EvilFloat:
    def __complex__(self) -> complex:
        while True:
            pass


class EvilCall:
    __eq__ = note("call eq")  # type: ignore[assignment]
    __hash__ = note("call hash")  # type: ignore[assignment]
    __getattr__ = note("call getattr")

    def __call__(self, x: Any) -> float:
        return 0.25


FUNCTIONS: dict[str, tuple[Any, str]] = {
    "loops": (loops, LATE),
    "loops and catches": (loops_and_catches, LATE),
    "sleeps": (sleeps, LATE),
    "returns what loops": (lambda x: EvilFloat(), LATE),
    "recurses": (recurses, "RecursionError"),
    "raises": (lambda x: 1 / 0, "ZeroDivisionError"),
    "raises without a text": (raises_evil, "EvilError"),
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
    "an object that can be called": (EvilCall(), "Right where z = 0"),
}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is late on account of the machine."""
    for name in ("SECONDS", "FUNCTION_SECONDS"):
        monkeypatch.setattr(f"analysis.exercises.marking.{name}", PLENTY)


def quick(number: str, answer: Any, most: int = MOST_CALLS) -> Verdict:
    check(number, sp.Integer(12345))  # the right answer is derived once in a session
    with counted_calls() as calls:
        verdict = check(number, answer)
        shown = verdict._repr_mimebundle_().values()
        html = verdict._repr_html_()
    assert calls[0] < most
    for kind in shown:
        assert "<script>alert" not in kind or kind.startswith(("Exercise", "**"))
    assert "<script>" not in html
    assert not verdict.correct and all(verdict.sentences)
    return verdict


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_judged_is_refused(name: str) -> None:
    touched.clear()
    verdict = quick("2.2", REFUSED[name])
    assert verdict.status == "refused", verdict
    assert "Wanted: an expression in `z`" in verdict.sentences[0]
    assert not touched, touched


@pytest.mark.parametrize("name", WRONG)
def test_what_can_be_evaluated_is_wrong(name: str) -> None:
    assert quick("2.2", WRONG[name]).status == "wrong"


@pytest.mark.parametrize("name", NOT_COMPUTED)
def test_what_is_too_large_is_called_so(name: str) -> None:
    verdict = quick("2.2", NOT_COMPUTED[name])
    assert verdict.status == "refused" and "could not be computed to enough digits" in verdict.sentences[0]


@pytest.mark.parametrize("number", [n for n, e in EXERCISES.items() if len(e.wanted) == 1])
@pytest.mark.parametrize(
    "name", ["a string", "nan", "a million terms", "an object with hooks", "a class", "a list"]
)
def test_every_exercise_refuses(number: str, name: str) -> None:
    touched.clear()
    assert quick(number, REFUSED[name]).status == "refused"
    assert not touched


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
            assert quick(number, answer).status in ("refused", "wrong")


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
    shown = "".join(quick("2.2", answer)._repr_mimebundle_().values())
    assert shown.encode() and "\N{REPLACEMENT CHARACTER}" in shown and not {"\x00", "\u202e"} & set(shown)


def test_a_page_can_show_every_error() -> None:
    def raises(x: float) -> float:
        raise ValueError("\ud800 \u202e \x00")

    shown = "".join(quick("2.2", raises)._repr_mimebundle_().values())
    assert shown.encode() and "ValueError" in shown and not {"\x00", "\u202e"} & set(shown)


def test_a_witness_is_a_number() -> None:
    for answer in (z, lambda: 5, sp.Lambda(z, z)):
        assert quick("2.6", answer).status == "refused"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_called_under_guard(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    touched.clear()
    function, says = FUNCTIONS[name]
    if says == LATE:
        monkeypatch.setattr("analysis.exercises.marking.FUNCTION_SECONDS", 0.3)
    verdict = quick("2.2", function)
    assert says in verdict.sentences[0], verdict
    assert not touched


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a call that stays in C cannot be ended")
@pytest.mark.parametrize("function", [in_c, enormous])
def test_a_function_that_stays_in_c_is_ended(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.exercises.marking.FUNCTION_SECONDS", 0.3)
    assert LATE in quick("2.2", function).sentences[0]


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
    assert "takes too long" in check("2.2", sp.sech(z / 2) ** 2 / 4).sentences[0]


def test_the_slowest_expression_that_is_read() -> None:
    quick("2.2", slow_to_evaluate(), most=3 * 3_500_000)


def test_the_number_of_an_exercise_may_be_hostile_too() -> None:
    touched.clear()
    with pytest.raises(ValueError, match="number must be a string"):
        check(Evil(), 1)  # type: ignore[arg-type]
    assert not touched
