"""Statements that a reader may hand in, with integrals, sums, limits and derivatives of their own: a false
one is never checked, a true one never refuted. The right values are typed, from closed forms."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import fmpq
from printed_points import printed

from analysis.claims.domain import domain, integers, reals, sequence
from analysis.claims.evaluate import evaluate
from analysis.claims.ledger import CLAIMS
from analysis.claims.meaning import truth, value
from analysis.claims.outcome import Argued, Checked, Proved, Refuted, Reproduced, Unknown
from analysis.claims.world import Estimate, Given, World, ball

t, x, y = sp.symbols("t x y", real=True)
k = sp.Symbol("k", integer=True)
n = sp.Symbol("n", integer=True, positive=True)
_third = sp.Rational(1, 3)
NORMAL, SIMULATED, RECORDED = (
    "gaussian-weight-below-one",
    "ratio-bound-law",
    "clipping-stops-divergence",
)


def kept(head: type, *args: object) -> sp.Basic:
    return head(*args, evaluate=False)


def peak(width: int, at: sp.Expr = _third) -> sp.Integral:
    """√π but for the tails, which are below 10⁻¹⁰⁰⁰."""
    return sp.Integral(width * sp.exp(-((width * (t - at)) ** 2)), (t, 0, 1))


def box(width: sp.Expr, low: sp.Expr = _third) -> sp.Integral:
    """1."""
    inside = sp.And(t > low, t < low + width)
    return sp.Integral(sp.Piecewise((1 / width, inside), (0, True)), (t, 0, 1))


ROOT_PI = 1.7724538509055160
INTEGRALS = {
    "reversed": (sp.Integral(t, (t, 1, 0)), -0.5),
    "reversed cosine": (sp.Integral(sp.cos(t), (t, 0, -1)), -0.8414709848078965),
    "reversed, of a polynomial in two": (sp.Integral(t * x, (t, 1, 0), (x, 2, 0)), 1.0),
    "reversed logarithm": (sp.Integral(sp.log(t), (t, 2, 1)), -0.3862943611198906),
    "a narrow peak": (peak(10**6), ROOT_PI),
    "a narrower one": (peak(10**8), ROOT_PI),
    "one elsewhere": (peak(10**5, sp.Rational(917, 1231)), ROOT_PI),
    "a narrow box": (box(sp.Rational(1, 10**6)), 1.0),
    "a narrow box elsewhere": (box(sp.Rational(1, 10**7), sp.Rational(71, 97)), 1.0),
    "fast waves": (sp.Integral(sp.sin(200 * sp.pi * t) ** 2, (t, 0, 1)), 0.5),
    "an absolute value": (sp.Integral(sp.Abs(t - _third), (t, -1, 1)), 10 / 9),
    "a maximum": (sp.Integral(sp.Max(t, _third), (t, 0, 1)), 5 / 9),
}


@pytest.mark.drawn(8)
@pytest.mark.parametrize("name", INTEGRALS)
@pytest.mark.parametrize("label", [NORMAL, RECORDED])
def test_an_integral_with_a_certain_bound_decides(name: str, label: str) -> None:
    integral, right = INTEGRALS[name]
    above, below = (sp.Float(str(right)) + s * sp.Rational(1, 1000) for s in (1, -1))
    for head, bound, holds in ((sp.Lt, above, True), (sp.Gt, below, True), (sp.Gt, above, False)):
        found = CLAIMS[label].settle(kept(head, integral, bound))
        assert isinstance(found, Checked if holds else Refuted), found


DOUBTED = {
    "a far peak": (sp.Integral(sp.exp(-((t - 10**6) ** 2)), (t, -sp.oo, sp.oo)), ROOT_PI),
    "one not so far": (sp.Integral(sp.exp(-((t - 300) ** 2)), (t, -sp.oo, sp.oo)), ROOT_PI),
    "one on the half line": (sp.Integral(sp.exp(-((t - 5000) ** 2)), (t, 0, sp.oo)), ROOT_PI),
    "a normal density": (sp.Integral(sp.exp(-(t**2)), (t, -sp.oo, sp.oo)), ROOT_PI),
    "on the half line, reversed": (sp.Integral(sp.exp(-t), (t, sp.oo, 0)), -1.0),
    "harmonic": (sp.Sum(1 / k, (k, 1, sp.oo)), float("inf")),
    "harmonic from ten": (sp.Sum(1 / (3 * k + 1), (k, 10, sp.oo)), float("inf")),
    "with a logarithm": (sp.Sum(1 / (k * sp.log(k)), (k, 2, sp.oo)), float("inf")),
    "slow": (sp.Sum(k ** -sp.Rational(3, 2), (k, 1, sp.oo)), 2.612375348685488),
    "slower": (sp.Sum(k ** -sp.Rational(11, 10), (k, 1, sp.oo)), 10.584448464950801),
    "inverse squares": (sp.Sum(1 / k**2, (k, 1, sp.oo)), 1.6449340668482264),
    "geometric": (sp.Sum(sp.Rational(9, 10) ** k, (k, 0, sp.oo)), 10.0),
    "alternating": (sp.Sum((-1) ** k / k, (k, 1, sp.oo)), -0.6931471805599453),
    "iterated logarithm": (sp.Limit(sp.log(sp.log(t)), t, sp.oo), float("inf")),
    "inverse logarithm": (sp.Limit(1 / sp.log(t), t, sp.oo), 0.0),
    "inverse of an iterated one": (sp.Limit(1 / sp.log(sp.log(t)), t, sp.oo), 0.0),
    "a small power": (sp.Limit(sp.log(t) / t ** sp.Rational(1, 10), t, sp.oo), 0.0),
    "a power near 0": (sp.Limit(t ** sp.Rational(1, 50), t, 0), 0.0),
    "e": (sp.Limit((1 + 1 / t) ** t, t, sp.oo), 2.718281828459045),
}


@pytest.mark.drawn(12)
@pytest.mark.parametrize("name", DOUBTED)
@pytest.mark.parametrize("label", [NORMAL, SIMULATED, RECORDED])
def test_what_has_no_certain_bound_is_never_checked_and_true_is_never_refuted(name: str, label: str) -> None:
    e, right = DOUBTED[name]
    low, high = (right - 0.01, right + 0.01) if right < float("inf") else (100.0, None)
    true = [kept(sp.Gt, e, sp.Float(low))] + ([kept(sp.Lt, e, sp.Float(high))] if high else [])
    for statement in true:
        found = CLAIMS[label].settle(statement)
        assert isinstance(found, Unknown), found
        found = CLAIMS[label].settle(sp.Not(statement, evaluate=False))
        assert isinstance(found, Unknown | Refuted), found


@pytest.mark.parametrize("label", [NORMAL, SIMULATED, RECORDED])
def test_two_rules_that_agree_refute(label: str) -> None:
    for name in ("a normal density", "inverse squares", "geometric", "e"):
        e, right = DOUBTED[name]
        assert isinstance(CLAIMS[label].settle(kept(sp.Lt, e, sp.Float(right - 0.01))), Refuted), name


def test_of_a_true_relation_joined_to_a_doubted_one_no_more_is_said() -> None:
    own = CLAIMS["nielsen-speed-ratio"]
    for e in ("a far peak", "slow", "iterated logarithm"):
        asked = sp.And(own.statement, kept(sp.Gt, DOUBTED[e][0], -1), evaluate=False)
        assert isinstance(own.settle(asked), Unknown)
    assert isinstance(own.settle(own.statement), Checked | Proved | Reproduced)


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (sp.tanh(10**25 * t), 10**25),
        (sp.sin(10**30 * t), 10**30),
        (sp.tanh(sp.Integer(10) ** 90 * t), 10**90),
        (sp.exp(-(10**20) * t), -(10**20)),
        (t + sp.sin(10**60 * t) / 10**30, 1 + 10**30),
    ],
    ids=str,
)
def test_a_steep_slope_is_seen_or_not_told(f: sp.Expr, slope: int) -> None:
    """Typed: f′(0)."""
    asked = sp.Subs(sp.Derivative(f, t), t, 0)
    sign = 1 if slope > 0 else -1
    for false in (
        kept(sp.Lt, sign * asked, sign * slope / sp.Integer(2)),
        kept(sp.Gt, sign * asked, 2 * sign * slope),
    ):
        assert isinstance(CLAIMS[NORMAL].settle(false), Refuted | Unknown)
    true = kept(sp.Gt, sign * asked, sign * slope / sp.Integer(2))
    assert isinstance(CLAIMS[NORMAL].settle(true), Checked | Unknown)


@pytest.mark.parametrize("factor", [10**10, 10**25, 10**40, 10**90])
def test_the_quotient_follows_a_steep_slope(factor: int) -> None:
    found = ball(value(sp.Subs(sp.Derivative(sp.tanh(sp.Integer(factor) * t), t), t, 0), World({})))
    assert found.contains(factor) and float(found.rad() / factor) < 1e-8


def test_a_derivative_that_loses_its_digits_refutes_nothing() -> None:
    own = CLAIMS["decay-layer-factor"]
    steps = next(s for s in own.statement.free_symbols if str(s) == "t")
    for least in (12, 20, 26, 40):
        asked = sp.Implies(kept(sp.Ge, steps, least), own.statement, evaluate=False)
        assert not isinstance(own.settle(asked), Refuted)


@pytest.mark.parametrize(
    ("e", "right"),
    [
        (sp.Sum(k**2, (k, 5, 1)), -29),
        (sp.Sum(k, (k, 3, 0)), -3),
        (sp.Sum(k**3, (k, 2, 1)), 0),
        (sp.Product(k + 1, (k, 5, 1)), sp.Rational(1, 60)),
        (sp.Product(k, (k, 4, 3)), 1),
    ],
    ids=str,
)
def test_a_sum_with_its_ends_exchanged_is_sympy_s(e: sp.Expr, right: sp.Expr) -> None:
    """Karr's convention; typed, and what SymPy says."""
    assert value(e, World({})) == fmpq(int(sp.Rational(right).p), int(sp.Rational(right).q))
    assert e.doit() == right


def test_an_integral_to_a_letter_that_may_be_negative() -> None:
    own = CLAIMS["sigmoid-slope"]
    (z,) = own.statement.free_symbols
    for f, whole in (
        (sp.cos(t), sp.sin(z)),
        (t**3, z**4 / 4),
        (sp.exp(-sp.Abs(t)), sp.sign(z) * (1 - sp.exp(-sp.Abs(z)))),
    ):
        found = own.settle(kept(sp.Eq, sp.Integral(f, (t, 0, z)), whole))
        assert isinstance(found, Proved) or "no counter-example" in found.why, found
        assert isinstance(own.settle(kept(sp.Eq, sp.Integral(f, (t, 0, z)), whole + z / 50)), Refuted)


def _measured(relation: sp.Basic, middle: float, error: float, bound: float) -> bool | None:
    return truth(relation, World({x: Given(lambda world: Estimate(middle, error, bound))})).holds


@pytest.mark.parametrize("error", [0.0, 0.001])
def test_give_or_take_holds_of_inequalities_too(error: float) -> None:
    for head, below, inside, above in (
        (sp.Lt, True, None, False),
        (sp.Le, True, None, False),
        (sp.Gt, False, None, True),
        (sp.Ge, False, None, True),
    ):
        relation = kept(head, x, 2)
        assert _measured(relation, 1.8, error, 0.05) is below
        assert _measured(relation, 2.2, error, 0.05) is above
        for middle in (1.96, 1.999, 2.0, 2.001, 2.04):
            assert _measured(relation, middle, error, 0.05) is inside


@pytest.mark.drawn(4)
@pytest.mark.parametrize(
    "label",
    ["weight-four-decays-as-a-power", "identity-neuron-least-error", "mended-identity-error", "window-width"],
)
@pytest.mark.parametrize("head", [sp.Le, sp.Ge])
@pytest.mark.parametrize("step", [1, -1])
def test_a_proved_equation_is_no_refuted_inequality(label: str, head: type, step: int) -> None:
    sides = CLAIMS[label].statement.args[::step]
    assert isinstance(CLAIMS[label].settle(kept(head, *sides)), Proved | Argued)


def test_what_cannot_be_told_apart_is_neither_equal_nor_different() -> None:
    letter = {x: Given(lambda world: Estimate(2.0, 0.01, 0.0))}
    for statement in (
        kept(sp.Ne, x, 2),
        kept(sp.Ne, x, sp.Rational(201, 100)),
        sp.Not(kept(sp.Eq, x, 2), evaluate=False),
        sp.Xor(kept(sp.Eq, x, 2), kept(sp.Lt, 0, 1), evaluate=False),
        sp.Equivalent(kept(sp.Eq, x, 2), kept(sp.Lt, 1, 0), evaluate=False),
        sp.Implies(kept(sp.Eq, x, 2), kept(sp.Lt, 1, 0), evaluate=False),
    ):
        assert truth(statement, World(letter)).holds is None, statement
    assert truth(kept(sp.Ne, x, 3), World(letter)).holds is True
    balls = kept(sp.Eq, sp.sin(1) ** 2 + sp.cos(1) ** 2, 1)
    assert truth(sp.Not(balls, evaluate=False), World({})).holds is None
    assert (
        truth(kept(sp.Ne, sp.Tuple(1, sp.sqrt(2) * sp.sqrt(3)), sp.Tuple(1, sp.sqrt(6))), World({})).holds
        is None
    )
    assert truth(kept(sp.Ne, sp.Tuple(1, 2), sp.Tuple(1, 2)), World({})).holds is False
    counts = World({x: Given(lambda world: 3)})
    assert truth(kept(sp.Ne, x, 3), counts).holds is False


_TRUE, _FALSE = kept(sp.Lt, 0, 1), kept(sp.Lt, 1, 0)


@pytest.mark.parametrize(
    ("statement", "holds"),
    [
        (sp.ITE(kept(sp.Lt, x, 5), kept(sp.Lt, x, 9), kept(sp.Lt, x, 1), evaluate=False), True),
        (sp.ITE(kept(sp.Lt, x, 1), kept(sp.Lt, x, 9), kept(sp.Lt, x, 2), evaluate=False), False),
        (sp.Xor(kept(sp.Lt, x, 5), kept(sp.Lt, x, 9), evaluate=False), False),
        (sp.Xor(kept(sp.Lt, x, 5), kept(sp.Lt, x, 1), evaluate=False), True),
    ],
    ids=str,
)
def test_every_connective_means_something(statement: sp.Basic, holds: bool) -> None:
    assert truth(statement, World({x: fmpq(3)})).holds is holds


@pytest.mark.parametrize(
    ("label", "build"),
    [
        (
            "shattered-plain",
            lambda c: kept(sp.Eq, c.statement.lhs, type(c.statement.rhs)(10**9, sp.pi / 2, 1)),
        ),
        ("batch-norm-residual-growth", lambda c: kept(sp.Gt, sp.Product(1 + 1 / n, (n, 1, 10**9)), 1)),
    ],
)
def test_a_loop_that_is_too_long_is_not_gone(label: str, build: object) -> None:
    found = CLAIMS[label].settle(build(CLAIMS[label]))  # type: ignore[operator]
    assert isinstance(found, Unknown) and "no meaning" in found.why and "more than 20,000" in found.why


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        (kept(sp.Ne, (x - 10**6 - sp.Rational(1, 10**8)) ** 2, 0), "1000000.00000001"),
        (kept(sp.Ne, (3 * x - 10**6) * (x - 7), 0), ""),
        (kept(sp.Le, (x - sp.Rational(123456789, 10**6)) ** 2, sp.Rational(1, 10**20)), ""),
        (kept(sp.Implies, kept(sp.Lt, sp.Abs(x - 50), sp.Rational(1, 10**7)), kept(sp.Ge, x, 50)), ""),
    ],
    ids=str,
)
def test_the_printed_point_is_the_counter_example(statement: sp.Basic, shown: str) -> None:
    over = domain((x, reals(largest=1e7)))
    found = evaluate(statement, over)
    assert found.holds is False and shown in found.text, found
    point = printed(found.text, over)
    assert point is not None and truth(statement, World(point)).holds is False


def test_the_numbers_of_a_sequence_are_printed() -> None:
    a = sp.IndexedBase("a")
    asked = kept(sp.Le, sp.Sum(a[n], (n, 1, k)), 2 * a[1])
    found = evaluate(asked, domain((k, integers(3, 5)), (a, sequence(reals()))))
    assert found.holds is False
    words = found.text.split(" the left side")[0].removeprefix("at ")
    known = dict(pair.split(" = ") for pair in words.split(", "))
    count = int(known.pop("k"))
    numbers = {
        i: fmpq(int(r.p), int(r.q)) for i in range(1, count + 1) for r in [sp.Rational(known[f"a[{i}]"])]
    }
    assert truth(asked, World({k: fmpq(count), a: numbers})).holds is False


def test_a_difference_beyond_the_digits_shown_is_printed() -> None:
    root = kept(sp.Eq, sp.sqrt(2), kept(sp.Add, sp.sqrt(2), sp.Rational(1, 10**50)))
    found = evaluate(root, domain())
    assert found.holds is False and found.text.endswith("smaller than the right side by 1.0e-50")
    exact = truth(kept(sp.Eq, x, 1 + sp.Rational(1, 10**50)), World({x: fmpq(1)}))
    assert exact.holds is False and "smaller than the right side by 1.0e-50" in exact.text
