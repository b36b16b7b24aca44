"""The theorems on means and limits that proofs cite: each on what it is for, and on near relatives that lack
a hypothesis."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.claims.domain import ACTIVATION, activations, domain
from analysis.claims.evaluate import evaluate
from analysis.claims.lines import Line, proof
from analysis.claims.outcome import Proved
from analysis.claims.rules import Cited, Context, Fact, cited
from analysis.claims.theorems import (
    APART,
    AT,
    COLUMN,
    FIRST,
    INDEX,
    LEFT,
    MAP,
    NUMBER,
    NUMBERED,
    PLACE,
    RIGHT,
    ROW,
    START,
    STEPS,
    THEOREMS,
    Q,
    X,
)
from analysis.symbolic.display import expectation, largest
from analysis.symbolic.notation import sigma, sigma_prime

t = sp.Symbol("t", positive=True)
x, y = sp.symbols("x y", real=True)
n = sp.Symbol("n", integer=True, positive=True)
A, B = sp.symbols("a b", real=True)
J = sp.Symbol("j", integer=True)
TERMS_OF = sp.IndexedBase("V")


def given(name, *what):
    """What is put for the theorem's letters, an expression in t, x or n for a function of one letter."""
    letters = THEOREMS[name].letters
    maps = (
        found
        if k.is_Symbol or isinstance(found, sp.Lambda)
        else sp.Lambda(min(found.free_symbols, default=t, key=str), found)
        for k, found in zip(letters, map(sp.sympify, what), strict=True)
    )
    return dict(zip(letters, maps, strict=True))


def follows(name, *what, **sets):
    """Whether the conclusion follows where every hypothesis must be decided."""
    letters = given(name, *what)
    _, conclusion = THEOREMS[name].instance(letters)
    return Cited(name, (), letters).why(conclusion, (), Context(sets.get("sets", {}))) is not None


def bell(factor):
    return factor * sp.exp(-(x**2))


def still(factor):
    """The same for every q."""
    return sp.Lambda((t, x), bell(factor))


@pytest.mark.parametrize(
    ("name", "true", "false"),
    [
        (
            "dominated convergence",
            [still(1), bell(2), bell(1), 2 * sp.sqrt(sp.pi)],
            [
                [still(2), bell(1), bell(2), sp.sqrt(sp.pi)],  # above the bound
                [still(-2), bell(1), bell(-2), sp.sqrt(sp.pi)],  # below it
                [still(1), bell(1), bell(0), sp.sqrt(sp.pi)],
                [still(1), bell(1), bell(1), 1],
            ],
        ),
        ("roots keep the order", [2, 3], [[-1, 3], [3, 2]]),
        ("squares of a sum's terms", [n, 4], [[-n, 4], [n - 2, 4]]),
        ("one step more", [x, 2, x**2 + 1, 3], [[x, 2, x**2 + 1, -1]]),
        ("logarithm", [sp.Rational(1, 3)], [[-1], [0]]),
        ("inverse hyperbolic cosine", [2], [[sp.Rational(1, 2)]]),
        (
            "largest value",
            [x * (1 - x), sp.Rational(1, 2), sp.Rational(1, 4)],
            [
                [x * (1 - x), sp.Rational(1, 2), sp.Rational(1, 5)],
                [x * (1 - x), sp.Rational(1, 3), sp.Rational(1, 4)],
                [x**2, 2, 4],  # the place is outside [0, 1]
                [x**2, -2, 4],
            ],
        ),
    ],
)
def test_every_hypothesis_is_asked_for(name, true, false):
    """The first is an instance, and its conclusion holds; each of the others lacks one hypothesis."""
    sets = {x: sp.S.Reals, n: sp.S.Naturals0}
    assert follows(name, *true, sets=sets)
    _, conclusion = THEOREMS[name].instance(given(name, *true))
    assert [what for what in false if follows(name, *what, sets=sets)] == []
    if not conclusion.has(sp.Limit, largest):  # which have no value here
        assert evaluate(conclusion, domain()).holds is not False


def test_the_length_of_an_interval_wants_what_its_ends_are():
    """|m x + n| ≤ h is an interval of length 2h/|m|, unless m is 0 or h below 0."""
    name, f, sets = "length of an interval", sp.Lambda(x, 1 - x**2), {x: sp.S.Reals}

    def cites(above, slope, half, known=True):
        letters = dict(zip(THEOREMS[name].letters, (f, x, above, slope, 0, half), strict=True))
        (equivalent, *_), conclusion = THEOREMS[name].instance(letters)
        said = Fact(equivalent if known else sp.Ne(x, x + 1, evaluate=False), sets)
        return Cited(name, (1,), letters).why(conclusion, (said,), Context(sets)) is not None

    assert cites(0, 1, 1)
    assert not cites(0, 1, 1, known=False)
    assert not cites(2, 0, 1) and not cites(2, 1, -1)


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_steps_are_what_they_are_worked_out_to_be(steps):
    i = sp.Symbol("i", real=True)
    square, numbered = sp.Lambda(x, x**2 + 1), sp.Lambda((i, x), 10 * x + i)
    recursions = {
        "no step": {AT: x, START: 2, MAP: square},
        "one step more": {AT: x, START: 2, MAP: square, STEPS: steps},
        "no numbered step": {AT: x, START: 2, NUMBER: i, FIRST: 5, NUMBERED: numbered},
        "one numbered step more": {
            AT: x,
            START: 2,
            NUMBER: i,
            FIRST: 5,
            NUMBERED: numbered,
            STEPS: steps,
        },
    }
    for name, letters in recursions.items():
        _, conclusion = THEOREMS[name].instance(letters)
        assert evaluate(conclusion, domain()).holds is True, name


def test_poincare_wants_a_function_that_is_the_integral_of_its_slope():
    assert follows("poincare", x**3 - x, 3 * x**2 - 1)
    assert follows("poincare", sigma(x), sigma_prime(x))
    jump = sp.Piecewise((0, x < 1), (1, True))  # its slope is 0 wherever it has one
    assert not follows("poincare", jump, sp.S.Zero)
    assert not follows("poincare", sp.atan(1 / x), -1 / (1 + x**2))
    assert not follows("poincare", x**3, 3 * x**2 + 1)
    assert not follows("poincare", sigma_prime(x), sigma(x))


def test_the_inequality_says_nothing_stronger():
    over = domain((ACTIVATION, activations()))
    mean, slope = (
        sp.Integral(f * sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), (x, -sp.oo, sp.oo))
        for f in (sigma(x), sigma_prime(x) ** 2)
    )
    square = mean.xreplace({sigma(x): sigma(x) ** 2})
    reason = cited("poincare", (), sp.Lambda(x, sigma(x)), sp.Lambda(x, sigma_prime(x)))
    for wanted, bound in ((True, square - mean**2), (False, square), (False, square - mean**2 / 2)):
        statement = sp.Ge(slope, bound, evaluate=False)
        assert (reason.why(statement, (), Context(over.sets)) is not None) is wanted


def test_the_mean_logarithm_wants_a_positive_spread():
    positive = {t: sp.Interval.open(0, sp.oo)}
    assert follows("log-of-normal", 1, t, sets=positive)
    assert not follows("log-of-normal", 1, -t, sets=positive)
    assert not follows("log-of-normal", 1, y, sets={y: sp.S.Reals})


def test_sequences_agree_from_the_fourth_place_on():
    assert follows("equal-sequences", (2 * n + 2) / n / (n + 1), 2 / n, 0)
    assert not follows("equal-sequences", 1 / n + 1, 1 / n, 0)
    assert not follows("equal-sequences", 1 / n, 1 / n, 1)


def test_limits_are_added_divided_and_put_into_one_another():
    assert follows("sum of limits", t + 1, sp.exp(t), 1, 1)
    assert not follows("sum of limits", t + 1, sp.exp(t), 1, 0)
    assert follows("quotient of limits", sp.sin(t), 2 + t, 0, 2)
    assert not follows("quotient of limits", 1 + t, t, 1, 0)
    assert follows("limit of a composition", 1 / (1 + t), 2 * t + t**2, 1, 2)
    assert not follows("limit of a composition", 1 / (1 + t), 2 * t + t**2, 1, 1)
    assert not follows("limit of a composition", 1 / (1 + t), -2 * t, 1, -2)  # g below 0
    assert not follows("limit of a composition", 1 / (1 + t), t**2, 1, 0)  # g may be 0, as 0 is
    assert not follows("limit of a composition", sp.exp(t), 2 * t, 2, 2)
    assert follows("equal functions", (t**2 + t) / t, t + 1, 1)
    assert not follows("equal functions", t + 2, t + 1, 1)


@pytest.mark.parametrize("far", [sp.oo, -sp.oo, sp.zoo, sp.nan])
def test_no_letter_of_a_theorem_is_infinite(far):
    """Where g(t)/t grows without limit, g need not fall; and ∞ − ∞ is no number."""
    with pytest.raises(ValueError, match="finite"):
        follows("limit of a composition", 1 / (1 + t), 1 + t, 1, far)
    with pytest.raises(ValueError, match="finite"):
        follows("sum of limits", 1 / t, -1 / t, far, -far)


def test_a_factor_comes_out_of_a_mean_where_it_is_no_random_number():
    statement = sp.Eq(expectation(x * y), x * expectation(y), evaluate=False)
    reason = cited("constant factor", (), x, y)
    assert reason.why(statement, (), Context({}, {expectation(x): x})) is not None
    assert reason.why(statement, (), Context({})) is None
    found = proof(Line(statement, reason)).outcome(statement, domain())
    assert not isinstance(found, Proved)


LESS = {
    sp.Range(1, sp.oo): sp.Range(2, sp.oo),
    sp.Range(4, sp.oo): sp.Range(5, sp.oo),
    sp.S.Naturals0: sp.S.Naturals,
    sp.S.Reals: sp.S.Reals - sp.FiniteSet(0),
    sp.Interval(0, 1): sp.Interval.Lopen(0, 1),
    sp.Interval.open(0, sp.oo): sp.Interval.open(1, sp.oo),
}
"""Of each set that hypotheses are asked for on, one without an end or a point of it."""
WHERE = {
    "dominated convergence": (
        (still(1), bell(2), bell(1), 2),
        {Q: sp.Interval.open(0, sp.oo), X: sp.S.Reals},
    ),
    "uncorrelated sum": (
        (sp.Lambda(n, TERMS_OF[n]), 5),
        {INDEX: sp.Range(1, sp.oo), APART: sp.Range(1, sp.oo)},
    ),
    "squares of a sum's terms": ((sp.Lambda(n, TERMS_OF[n]), 5), {J: sp.S.Naturals0}),
    "length of an interval": ((sp.Lambda(x, 1 - x**2), y, 0, 1, 0, 1), {y: sp.S.Reals}),
    "largest value": (
        (sp.Lambda(x, 1 - (3 * x - 1) ** 2), sp.Rational(1, 3), 1),
        {X: sp.Interval(0, 1)},
    ),
    "poincare": ((sp.sin(x), sp.cos(x)), {A: sp.S.Reals, B: sp.S.Reals}),
    "equal-sequences": ((1 / n, 1 / n, 0), {PLACE: sp.Range(4, sp.oo)}),
    "norm of a diagonal matrix": ((LEFT, 3), {INDEX: sp.Range(1, sp.oo), APART: sp.Range(1, sp.oo)}),
    "product with a diagonal matrix": (
        (LEFT, RIGHT, 1, 1),
        {INDEX: sp.Range(1, sp.oo), APART: sp.Range(1, sp.oo)},
    ),
    "norm of a column times a row": (
        (LEFT, sp.Lambda(n, n), sp.Lambda(n, 1 / n), 2, 3),
        {ROW: sp.Range(1, sp.oo), COLUMN: sp.Range(1, sp.oo)},
    ),
}
"""Of theorems with hypotheses about letters of their own: what is put in, and what those range over."""


@pytest.mark.parametrize("name", WHERE)
def test_a_hypothesis_known_for_fewer_values_is_not_enough(name, monkeypatch):
    """Terms that are next to one another may be correlated though those further apart are not; the first term
    may be negative, and two sequences differ at the fourth place. Nothing is decided here: each hypothesis is
    an earlier line."""
    what, sets = WHERE[name]
    letters = dict(zip(THEOREMS[name].letters, map(sp.sympify, what), strict=True))
    letters = {
        k: x if k.is_Symbol or isinstance(x, sp.Lambda) else sp.Lambda(*x.free_symbols, x)
        for k, x in letters.items()
    }
    hypotheses, conclusion = THEOREMS[name].instance(letters)
    monkeypatch.setattr(Context, "decided", lambda self, statement: None)

    def cites(known):
        lines = [Fact(x, known) for x in hypotheses]
        return Cited(name, (), letters).why(conclusion, lines, Context({})) is not None

    assert cites(sets)
    for letter, found in sets.items():
        assert not cites({**sets, letter: LESS[found]})
    for missing in range(len(hypotheses)):
        lines = [Fact(x, sets) for i, x in enumerate(hypotheses) if i != missing]
        assert Cited(name, (), letters).why(conclusion, lines, Context({})) is None


def test_every_theorem_with_letters_of_its_own_is_looked_at():
    """All but the one for which any interval that ends at 0 would do."""
    assert {name for name, theorem in THEOREMS.items() if theorem.over} == {*WHERE, "equal functions"}
