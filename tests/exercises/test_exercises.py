"""Every exercise knows its right answer in several forms, tells its known mistakes apart,
and keeps the answer to itself."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sympy as sp
from exercises.forms import ALMOST, FORMS

from analysis.exercises import EXERCISES, check, hint
from analysis.exercises.exercise import Choice, Value, Witness
from analysis.symbolic.notation import z
from analysis.symbolic.printing import plain_text, tex


def values() -> Iterator[tuple[str, int, Value]]:
    for number, exercise in EXERCISES.items():
        for place, wanted in enumerate(exercise.wanted):
            if isinstance(wanted, Value):
                yield number, place, wanted


def named(number: str, place: int, wanted: Value) -> str:
    return f"{number}-{wanted.name or place}"


VALUES = [pytest.param(*value, id=named(*value)) for value in values()]
WITNESSES = [
    pytest.param(n, e.wanted[0], id=n) for n, e in EXERCISES.items() if isinstance(e.wanted[0], Witness)
]


def put(number: str, place: int, answer: Any) -> Any:
    """The answer alone, or among unanswered parts where several are wanted."""
    size = len(EXERCISES[number].wanted)
    return answer if size == 1 else tuple(answer if k == place else ... for k in range(size))


def told(number: str, place: int, answer: Any) -> str:
    """The sentence about that part of the answer."""
    return check(number, put(number, place, answer)).sentences[place]


def is_right(sentence: str) -> bool:
    return re.search(r"(^|: )Right\.", sentence) is not None


def pages(message: Any) -> str:
    """Everything that a reader may see of a message."""
    return "\n".join([repr(message), *message._repr_mimebundle_().values()])


def test_the_exercises_are_numbered_without_a_gap() -> None:
    chapters = [number.split(".")[0] for number in EXERCISES]
    for chapter in dict.fromkeys(chapters):
        count = chapters.count(chapter)
        assert 4 <= count <= 6
        assert [f"{chapter}.{k}" for k in range(1, count + 1)] == [
            x for x in EXERCISES if x.split(".")[0] == chapter
        ]


def test_every_exercise_has_its_forms() -> None:
    assert set(FORMS) == set(EXERCISES)
    assert all(len(forms) >= 3 for forms in FORMS.values())


def test_every_chapter_has_a_flawed_statement_to_refute() -> None:
    chapters = {n.split(".")[0] for n, e in EXERCISES.items() if isinstance(e.wanted[0], Witness)}
    assert chapters == {n.split(".")[0] for n in EXERCISES}


@pytest.mark.parametrize(("number", "form"), [(n, k) for n, f in FORMS.items() for k in range(len(f))])
def test_a_right_answer_in_any_form(number: str, form: int) -> None:
    verdict = check(number, FORMS[number][form])
    assert verdict.correct and verdict, verdict


@pytest.mark.parametrize(("number", "place", "wanted"), VALUES)
def test_what_the_library_derives_is_right(number: str, place: int, wanted: Value) -> None:
    assert is_right(told(number, place, wanted.answer))
    assert check(number, put(number, place, wanted.answer)).correct is (len(EXERCISES[number].wanted) == 1)


@pytest.mark.parametrize(("number", "place", "wanted"), VALUES)
def test_every_known_mistake_is_told(number: str, place: int, wanted: Value) -> None:
    assert len(wanted.mistakes) >= 3
    for mistake in wanted.mistakes:
        answer = put(number, place, mistake.answer(wanted.answer))
        verdict = check(number, answer)
        assert not verdict.correct
        assert verdict.sentences[place].endswith(mistake.says)


@pytest.mark.parametrize(("number", "witness"), WITNESSES)
def test_every_condition_is_told(number: str, witness: Witness) -> None:
    for condition in witness.conditions:
        verdict = check(number, put(number, 0, condition.broken_by))
        start, _, end = condition.says.partition("{left}")
        said = verdict.sentences[0].removeprefix(f"{witness.name}: ")
        assert not verdict.correct and verdict.status == "wrong"
        assert said.startswith(start) and said.endswith(end)


@pytest.mark.parametrize(
    ("number", "answer", "value"), [("4.5", -6.9, "0.001005"), ("3.5", (0.0921, ...), "0.010001")]
)
def test_a_value_near_the_limit_is_shown_with_digits_that_tell(number: str, answer: Any, value: str) -> None:
    assert value in check(number, answer).sentences[0]


def test_every_option_is_told() -> None:
    choices = {n: e.wanted[0] for n, e in EXERCISES.items() if isinstance(e.wanted[0], Choice)}
    assert choices
    for number, choice in choices.items():
        assert choice.right in dict(choice.says)
        for letter, says in choice.says:
            verdict = check(number, letter)
            assert verdict.correct is (letter == choice.right) and says in verdict.sentences[0]
            assert letter == choice.right or choice.right not in re.findall(
                r"\b\w\b", pages(verdict).split("]")[1]
            )
        for other in ("e", "", "ab", "c" * 1000, b"c", 3, sp.Symbol("c"), None):
            assert check(number, other).status == "refused"


@pytest.mark.parametrize(("number", "place", "wanted"), VALUES)
def test_almost_right_is_wrong(number: str, place: int, wanted: Value) -> None:
    exact = times_one(wanted.answer) if wanted.answer.is_Rational else wanted.answer
    for factor in ALMOST:
        sentence = told(number, place, sp.Mul(exact, factor, evaluate=False))
        assert not is_right(sentence), (factor, sentence)
    assert not is_right(told(number, place, exact + sp.Rational(1, 10**9) * sp.sqrt(2)))


def times_one(x: sp.Expr) -> sp.Expr:
    """The same number as a product that is no plain number,
    so that it is judged exactly and not by its digits."""
    return sp.Mul(x, sp.cosh(1) ** 2 - sp.sinh(1) ** 2, evaluate=False)


@pytest.mark.parametrize(("number", "place", "wanted"), VALUES)
def test_decimals_are_judged_by_their_digits(number: str, place: int, wanted: Value) -> None:
    if wanted.domain.names:
        return
    value = float(wanted.answer)
    if wanted.answer.is_Integer:  # as in ``test_exact``
        assert is_right(told(number, place, value)) and not is_right(told(number, place, value * (1 + 1e-9)))
        return
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - wanted.digits + 1)
    up = math.copysign(unit, value)
    cut_off = math.trunc(value / unit + math.copysign(1e-9, value)) * unit
    for inside in (value, value + 0.49 * up, value - 0.49 * up, float(f"{cut_off:.12g}")):
        assert is_right(told(number, place, inside))
    for outside in (value + 0.51 * up, min(value - 0.51 * up, cut_off - 0.01 * up, key=abs), value + 30 * up):
        assert not is_right(told(number, place, outside))


@pytest.mark.parametrize(("number", "place", "wanted"), VALUES)
def test_the_answer_is_never_printed(number: str, place: int, wanted: Value) -> None:
    secrets = {
        plain_text(wanted.answer),
        tex(wanted.answer),
        str(FORMS[number][0]),
        *simple_forms(number, place),
    }
    if not wanted.domain.names and not wanted.answer.is_Integer:
        value = float(wanted.answer)
        secrets |= {f"{value:.{k}g}" for k in range(wanted.digits, 16)}
    tried = [mistake.answer(wanted.answer) for mistake in wanted.mistakes]
    tried += [0, 1.5, -wanted.answer, 3 * wanted.answer, wanted.answer + 1, "an answer", float("nan"), ...]
    tried += [wanted.answer * (1 + sp.Rational(1, 10**9)), sp.Float(float_or(wanted.answer, 0.7) * 1.01)]
    tried += [wanted.answer * (1 + s**2) - s**3 for s in wanted.answer.free_symbols]
    shown = "\n".join(
        [
            *(pages(check(number, put(number, place, x))) for x in tried),
            *(pages(hint(number, k + 1)) for k in range(len(EXERCISES[number].hints))),
        ]
    )
    for secret in secrets:
        if len(secret) > 2:  # a single digit stands everywhere
            assert not re.search(rf"(?<![\w.]){re.escape(secret)}(?![\w.]*\w)", shown), secret


def float_or(x: sp.Expr, other: float) -> float:
    return float(x) if x.is_number else other


def simple_forms(number: str, place: int) -> Iterator[str]:
    """The forms of that part that are expressions, as text."""
    for form in FORMS[number]:
        if len(EXERCISES[number].wanted) > 1:
            form = list(form)[place]
        if isinstance(form, sp.Basic):
            yield plain_text(form)
            yield tex(form)


@pytest.mark.parametrize("number", EXERCISES)
def test_an_open_exercise_says_so(number: str) -> None:
    for verdict in (check(number), check(number, ...)):
        assert verdict.status == "open" and not verdict.correct and not verdict
        assert "Not answered yet" in repr(verdict)


@pytest.mark.parametrize("number", [n for n, e in EXERCISES.items() if len(e.wanted) > 1])
def test_several_answers(number: str) -> None:
    count = len(EXERCISES[number].wanted)
    right = list(FORMS[number][0])
    assert check(number, (*right[:-1], ...)).status == "open"
    assert check(number, (*right[:-1], "x")).status == "refused"
    assert check(number, (*right[:-1], 12345)).status == "wrong"
    for wrong_count in (right[:-1], right * 2, [], right[0], {"a": 1}):
        verdict = check(number, wrong_count)
        assert verdict.status == "refused" and f"{count} answers" in verdict.sentences[0]
    assert check(number, [right] * count).status == "refused"


@pytest.mark.parametrize("number", EXERCISES)
def test_hints_come_step_by_step(number: str) -> None:
    of = len(EXERCISES[number].hints)
    assert of >= 2
    assert hint(number) == hint(number, 1)
    seen = [hint(number, k) for k in range(1, of + 1)]
    assert len({h.sentences for h in seen}) == of
    for k, h in enumerate(seen, start=1):
        assert f"{k} of {of}" in repr(h)
        assert (f'hint("{number}", {k + 1})' in repr(h)) is (k < of)
    for bad in (0, of + 1, -1, 1.0, "1", None, True):
        with pytest.raises(ValueError, match=f"from 1 to {of}"):
            hint(number, bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "number", ["2.9", "2", "", "2.30", 2.3, 23, None, ("2.3",), b"2.3", sp.Float("2.3"), object()]
)
def test_an_unknown_number_lists_the_known_ones(number: Any) -> None:
    for ask in (check, hint):
        with pytest.raises(ValueError, match=r"1\.1, .*2\.3, .*4\.5"):
            ask(number)


def test_a_verdict_is_the_same_every_time() -> None:
    first, second = (pages(check("2.2", 1 / sp.cosh(z) ** 3)) for _ in range(2))
    assert first == second


def test_a_remark_goes_with_a_right_answer_in_an_unwanted_form() -> None:
    for unwanted in (sp.exp(-z) / (1 + sp.exp(-z)) ** 2, sp.sech(z / 2) ** 2 / 4):
        assert "tanh alone" in repr(check("2.2", unwanted))
    assert "tanh alone" not in repr(check("2.2", (1 - sp.tanh(z / 2) ** 2) / 4))


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("1.3170", True),
        ("1.317", True),
        ("1.31695", True),
        ("1.316957897", True),
        ("1.316", True),
        ("1.3178", False),
        ("1.318", False),
        ("1.315", False),
        ("-1.317", False),
    ],
)
def test_a_decimal_is_the_answer_rounded_or_cut_off(given: str, right: bool) -> None:
    """2.1 asks for log(2 + √3) = 1.316957896924817 with four digits."""
    assert check("2.1", float(given)).correct is right


@pytest.mark.parametrize(
    ("given", "right"), [(0.1, False), (sp.Rational(1, 10), False), (0.11, True), (0.5, True), (-0.5, False)]
)
def test_a_float_is_the_decimal_that_was_typed(given: object, right: bool) -> None:
    """In 7.5 the factor 100 r² must exceed 1; in binary the float 0.1 is a hair too large."""
    assert check("7.5", given).correct is right
