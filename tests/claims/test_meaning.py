"""What expressions mean, against SymPy's own numbers, closed forms and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq

from analysis.claims.calculus import to_mp
from analysis.claims.domain import domain, exact, only, reals
from analysis.claims.meaning import truth, value
from analysis.claims.world import (
    Called,
    Estimate,
    Given,
    Meaningless,
    Pointwise,
    Runs,
    Undefined,
    World,
    ball,
    number,
    precision,
)
from analysis.symbolic.catalogue import ACTIVATIONS, SILU_TURN
from analysis.symbolic.constants import SELU_ALPHA
from analysis.symbolic.display import iterated, partial, plus, times
from analysis.symbolic.normal import erfcx, ndtr
from analysis.symbolic.notation import cost, cost_prime, sigma, sigma_prime, z

x, y = sp.symbols("x y", real=True)
n, k = sp.symbols("n k", integer=True, positive=True)
_a = sp.IndexedBase("a")
_AT = sp.Rational(7, 5)


def at(e: sp.Basic, **letters: object) -> object:
    return value(
        e, World({sp.Symbol("x", real=True): number(_AT), **{sp.Symbol(q): v for q, v in letters.items()}})
    )


FORMULAS = [
    x**3 - 2 * x + 1,
    1 / (1 + sp.exp(-x)),
    sp.tanh(x / 2) ** 2,
    sp.log(1 + x**2),
    sp.sqrt(x),
    x ** sp.Rational(5, 3),
    2**x,
    sp.erf(x),
    sp.erfc(x),
    sp.sin(x) * sp.cos(x),
    sp.atanh(x / 3),
    sp.acosh(x),
    sp.asinh(x),
    sp.gamma(x),
    sp.digamma(x),
    sp.polygamma(1, x),
    sp.polygamma(3, x),
    sp.besselk(0, x),
    sp.hyper((1, 1), (sp.Rational(3, 2), 2), -x),
    sp.Abs(1 - x),
    sp.sign(1 - x),
    sp.Min(x, 1),
    sp.Max(x, 2, sp.pi),
    sp.Heaviside(x),
    sp.Piecewise((0, x <= 0), (x, True)),
    ndtr(x),
    erfcx(x),
    sp.EulerGamma * x,
    SELU_ALPHA + x,
    SILU_TURN * x,
    sp.factorial(4) * x,
    sp.binomial(5, 2) * x,
    sp.acos(x / 2),
    sp.atan(x),
    sp.loggamma(x),
    sp.floor(x) + x,
    sp.KroneckerDelta(1, 2) + x,
    plus(1, times(x, 2)),
    sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi),
]


@pytest.mark.parametrize("e", FORMULAS, ids=str)
def test_a_formula_is_the_number_that_sympy_gives(e: sp.Expr) -> None:
    expected = sp.N(e.doit().subs(x, _AT).doit(), 40)
    assert abs(sp.Float(str(to_mp(ball(at(e)))), 15) - expected) < 1e-14 * (1 + abs(expected))


@pytest.mark.parametrize(("radius", "tie"), [(1e-9, True), (1e-7, True), (1e-5, None), (1e-3, None)])
def test_only_narrow_balls_around_one_number_tie(radius: float, tie: bool | None) -> None:
    """Two sides that may be equal, known to so many digits."""
    one = sp.Symbol("x")
    world = World({one: arb(1, radius)})
    assert truth(sp.Eq(one, 1, evaluate=False), world).holds is tie
    assert truth(sp.Eq(one, 2, evaluate=False), world).holds is False


def test_rationals_stay_exact_and_ties_are_seen() -> None:
    assert at(x**2 / 7 - 1) == fmpq(49, 25) / 7 - 1
    at_zero = World({z: fmpq(0)})
    for activation in ACTIVATIONS.values():
        if activation.name not in ("gelu", "silu"):
            assert isinstance(value(activation.formula, at_zero), fmpq) or activation.name == "softplus"
    assert value(ACTIVATIONS["sigmoid"].derivative, at_zero) == fmpq(1, 4)
    assert value(
        sp.sqrt(sp.Rational(9, 4)) + sp.Pow(x, sp.Rational(1, 2), evaluate=False), World({x: fmpq(16, 25)})
    ) == fmpq(3, 2) + fmpq(4, 5)


@pytest.mark.parametrize(
    "e", [sp.exp(sp.sin(x)) * x**2, sp.log(x), 1 / x, sp.tanh(x), sp.gamma(x), sp.erf(x / 3)], ids=str
)
@pytest.mark.parametrize("order", [1, 2])
def test_derivatives_by_differences(e: sp.Expr, order: int) -> None:
    exact = sp.N(e.diff(x, order).subs(x, _AT), 30)
    found = ball(at(sp.Derivative(e, (x, order))))
    assert abs(sp.Float(str(to_mp(found)), 15) - exact) < 1e-13 * abs(exact) and float(found.rad()) < 1e-12


def test_a_kink_has_no_derivative_and_its_sides_do() -> None:
    with pytest.raises(Undefined, match="kink"):
        value(sp.Derivative(sp.Abs(x), x), World({x: fmpq(0)}))
    assert float(ball(value(sp.Derivative(sp.Abs(x), x), World({x: fmpq(-1, 10**6)})))) == -1.0


def test_definitions_move_along_with_what_is_differentiated() -> None:
    b, u = sp.symbols("b u", real=True)
    world = World({b: fmpq(2), u: 3 * b + 1})
    assert float(ball(value(sp.Derivative(u**2, b), world))) == pytest.approx(2 * 7 * 3)
    chain = World({b: fmpq(1, 2), cost: sp.Lambda(x, x**2), sigma: sp.Lambda(x, sp.tanh(x))})
    got = ball(value(partial(sigma(3 * b), b), chain))
    t = math.tanh(1.5)
    assert float(got) == pytest.approx(2 * t * (1 - t * t) * 3)


@pytest.mark.parametrize(
    ("e", "exact"),
    [
        (sp.Integral(sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), (x, -sp.oo, sp.oo)), 1.0),
        (sp.Integral(x**2, (x, 0, 3)), 9.0),
        (sp.Integral(sp.Abs(x), (x, -1, 2)), 2.5),
        (sp.Integral(sp.log(x), (x, 0, 1)), -1.0),
        (sp.Integral(x * y, (x, 0, y), (y, 0, 2)), 2.0),
    ],
    ids=str,
)
def test_integrals_by_quadrature(e: sp.Integral, exact: float) -> None:
    found = ball(value(e, World({})))
    assert float(abs(found - arb(exact)).lower()) <= 0.0 and float(found.rad()) < 1e-9


@pytest.mark.parametrize(
    "e",
    [
        sp.Limit(sp.sin(x) / x, x, 0),
        sp.Limit((1 + 1 / x) ** x, x, sp.oo),
        sp.Limit(sp.tanh(x), x, -sp.oo),
        sp.Limit((sp.sqrt(1 + x) - 1) / x, x, 0),
        sp.Limit(n * (sp.Rational(1, 2) ** n + 2 / n), n, sp.oo),
        sp.Limit(sp.sqrt(x) * sp.cos(x), x, 0),
    ],
    ids=str,
)
def test_limits_by_extrapolation(e: sp.Limit) -> None:
    exact, found = float(e.doit()), ball(value(e, World({})))
    assert abs(float(found.mid()) - exact) <= float(found.rad()) < 1e-3


@pytest.mark.parametrize(
    "f",
    [x, x**2, sp.sqrt(x), sp.log(x), sp.exp(2 * x), sp.exp(x) / sp.log(1 + sp.exp(-x)), sp.sin(x)],
    ids=str,
)
def test_what_does_not_settle_has_no_limit(f: sp.Expr) -> None:
    """Extrapolation makes 0 of 1, 2, 4, 8 …; a limit is none where the steps do not shrink."""
    with pytest.raises(Undefined):
        value(sp.Limit(f, x, sp.oo), World({}))


def test_numbers_that_are_not_finite_are_not_equal() -> None:
    world = World({x: arb(0, float("inf")), y: fmpq(1)})
    with pytest.raises(Undefined, match="not finite"):
        truth(sp.Eq(x, y, evaluate=False), world)


def test_sums_and_products_over_letters() -> None:
    world = World({n: fmpq(5), _a: lambda i, world: fmpq(i * i)})
    assert value(sp.Sum(_a[k] * k, (k, 1, n)), world) == sum(i**3 for i in range(1, 6))
    assert value(sp.Product(_a[k], (k, 2, n)), world) == 4 * 9 * 16 * 25
    assert value(sp.Sum(_a[k], (k, 3, 2)), world) == 0
    assert value(sp.Sum(k * sp.Symbol("j"), (sp.Symbol("j"), 1, k), (k, 1, n)), world) == sum(
        i * i * (i + 1) // 2 for i in range(1, 6)
    )
    assert float(ball(value(sp.Sum(1 / k**2, (k, 1, sp.oo)), world))) == pytest.approx(math.pi**2 / 6)


def test_functions_by_class_by_value_and_by_letter() -> None:
    f = sp.Function("f")
    world = World(
        {
            x: fmpq(3),
            f: Pointwise(lambda t: t * t),
            sigma: Called(sp.Lambda(y, y + 1), "one more for σ"),
            sigma_prime: lambda e, w: 2.5,
        }
    )
    assert (
        value(f(x + 1), world) == 16
        and value(sigma(x), world) == 4
        and value(sigma_prime(x), world) == fmpq(5, 2)
    )


@pytest.mark.parametrize(
    "e",
    [y, sigma(x), sp.Function("g")(x), _a[1], cost_prime(x), x + sp.true if False else sp.zeta(x, y)],
    ids=str,
)
def test_what_stands_for_nothing_is_named(e: sp.Basic) -> None:
    with pytest.raises(Meaningless, match="stands for nothing|has no meaning"):
        value(e, World({x: fmpq(1)}))


@pytest.mark.parametrize(
    "e", [1 / x, sp.log(x), sp.log(-1 + x), sp.sqrt(x - 1), sp.Pow(x, -2), sp.Piecewise((1, x > 0))], ids=str
)
def test_what_has_no_value_there_is_undefined(e: sp.Expr) -> None:
    with pytest.raises(Undefined):
        value(e, World({x: fmpq(0)}))


T, F, U = True, False, None
_SIDES = {
    T: sp.Lt(x, 2, evaluate=False),
    F: sp.Gt(x, 2, evaluate=False),
    U: sp.Lt(sp.sin(1) ** 2 + sp.cos(1) ** 2, 1, evaluate=False),
}


@pytest.mark.parametrize(
    ("connective", "table"),
    [
        (sp.And, {(T, T): T, (T, F): F, (T, U): U, (F, U): F, (U, U): U, (F, F): F}),
        (sp.Or, {(T, T): T, (T, F): T, (T, U): T, (F, U): U, (F, F): F}),
        (sp.Implies, {(T, T): T, (T, F): F, (T, U): U, (U, T): T, (U, F): U}),
        (sp.Equivalent, {(T, T): T, (T, F): F, (F, F): T, (T, U): U}),
    ],
)
def test_connectives_have_three_values(
    connective: type, table: dict[tuple[bool | None, bool | None], bool | None]
) -> None:
    world = World({x: fmpq(1)})
    for (p, q), expected in table.items():
        first, second = _SIDES[p], _SIDES[q]
        if first == second:
            second = second.xreplace({sp.Integer(2): sp.Integer(3)})
        assert truth(connective(first, second, evaluate=False), world).holds is expected, (connective, p, q)


def test_a_premise_that_fails_says_nothing() -> None:
    with pytest.raises(Undefined, match="premise"):
        truth(sp.Implies(_SIDES[F], _SIDES[T], evaluate=False), World({x: fmpq(1)}))


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        (sp.Eq(sp.sin(1) ** 2 + sp.cos(1) ** 2, 1, evaluate=False), True),
        (sp.Le(sp.sin(1) ** 2 + sp.cos(1) ** 2, 1, evaluate=False), True),
        (sp.Lt(sp.sin(1) ** 2 + sp.cos(1) ** 2, 1, evaluate=False), None),
        (sp.Ne(sp.sin(1) ** 2 + sp.cos(1) ** 2, 1, evaluate=False), None),
        (sp.Eq(sp.sin(1) ** 2 + sp.cos(1) ** 2, 1 + sp.Rational(1, 10**20), evaluate=False), False),
        (sp.Eq(sp.Tuple(1, 2), sp.Tuple(1, 2), evaluate=False), True),
        (sp.Eq(sp.Tuple(1, 2), sp.Tuple(1, 3), evaluate=False), False),
        (sp.Eq(sp.Tuple(1, 2), sp.Tuple(1, 2, 3), evaluate=False), False),
    ],
    ids=str,
)
def test_numbers_that_agree_are_equal_and_nothing_else(relation: sp.Basic, expected: bool | None) -> None:
    with precision(200):
        assert truth(relation, World({})).holds is expected


def measured(relation: sp.Basic, value_: float, error: float, bound: float = 0.0) -> bool | None:
    return truth(relation, World({x: Given(lambda world: Estimate(value_, error, bound))})).holds


@pytest.mark.parametrize(
    ("distance", "equal", "less"),
    [
        (0.0, True, None),
        (3.9, True, None),
        (4.5, None, None),
        (5.1, False, False),
        (-5.1, False, True),
        (-3.1, True, True),
        (-2.9, True, None),
    ],
)
def test_measured_numbers_decide_by_standard_errors(
    distance: float, equal: bool | None, less: bool | None
) -> None:
    number_ = 2.0 + distance * 0.01
    assert measured(sp.Eq(x, 2, evaluate=False), number_, 0.01) is equal
    assert measured(sp.Lt(x, 2, evaluate=False), number_, 0.01) is less
    assert measured(sp.Gt(2, x, evaluate=False), number_, 0.01) is less


def test_errors_add_as_independent_ones_do_and_bounds_as_sizes() -> None:
    relation = sp.Eq(x**2 + y, 10, evaluate=False)
    world = World({x: Given(lambda w: Estimate(3.0, 0.1)), y: Given(lambda w: Estimate(1.0, 0.8, 0.5))})
    found = truth(relation, world)
    assert found.resolution == pytest.approx((5 * math.hypot(0.61, 0.8) + 0.5) / 10)
    assert (
        measured(sp.Eq(x, 2, evaluate=False), 2.04, 0.0, 0.05) is True
        and measured(sp.Eq(x, 2, evaluate=False), 2.06, 0.0, 0.05) is False
    )


def test_letters_of_the_same_seeds_are_compared_seed_by_seed() -> None:
    rng = np.random.default_rng(0)
    shared = rng.normal(0.0, 10.0, 30)
    first, second = (
        Given(lambda w, s=s: Runs(shared + s + 0.01 * rng.normal(size=30), "seeds")) for s in (0.0, 0.1)
    )
    assert truth(sp.Lt(x, y, evaluate=False), World({x: first, y: second})).holds is True
    apart = World({x: Given(lambda w: Runs(shared, "a")), y: Given(lambda w: Runs(shared[::-1] + 0.1, "b"))})
    assert truth(sp.Lt(x, y, evaluate=False), apart).holds is None


def test_powers_of_ten_are_compared_by_their_logarithms() -> None:
    small, large = np.array([1e-9, 1e-6, 1e-3]), np.array([2e-8, 1.2e-5, 2.5e-2])
    world = World({x: Given(lambda w: Runs(small, "s", True)), y: Given(lambda w: Runs(large, "s", True))})
    assert truth(sp.Gt(y, 8 * x, evaluate=False), world).holds is True
    assert truth(sp.Gt(y, 80 * x, evaluate=False), world).holds is False
    plain = World({x: Given(lambda w: Runs(small, "s")), y: Given(lambda w: Runs(large, "s"))})
    assert truth(sp.Gt(y, 8 * x, evaluate=False), plain).holds is None


def test_exact_counts_have_no_error() -> None:
    world = World({x: Given(lambda w: Runs(np.array([3.0, 3.0, 3.0]), "s")), y: Given(lambda w: 3)})
    assert (
        truth(sp.Eq(x, 3, evaluate=False), world).holds is True
        and truth(sp.Eq(y, 4, evaluate=False), world).holds is False
    )


def test_a_measurement_is_made_once_for_each_value_it_depends_on() -> None:
    calls: list[str] = []

    def measure(world: World) -> Estimate:
        calls.append(str(world.letters[y]))
        return Estimate(1.0, 0.1)

    letter = Given(measure, depends=(y,))
    for at_y in (1, 2, 1, 2):
        truth(sp.Eq(x, 1, evaluate=False), World({x: letter, y: fmpq(at_y)}))
    assert calls == ["1", "2"]


def test_the_sigmoid_is_what_only_says_it_is() -> None:
    found = domain((z, reals()), means=only("sigmoid")).world({z: fmpq(2)})
    for k_, f in enumerate((sigma, sigma_prime)):
        expected = (
            sp.N((1 / (1 + sp.exp(-x))).diff(x, k_).subs(x, 2), 20) if k_ else sp.N(1 / (1 + sp.exp(-2)), 20)
        )
        assert float(ball(value(f(z), found))) == pytest.approx(float(expected), rel=1e-14)


def test_a_map_applied_several_times() -> None:
    world = World({n: fmpq(3)})
    assert (
        value(iterated(x, 2 * x + 1, 1, n), world) == 15 and value(iterated(x, 2 * x + 1, 1, 0), world) == 1
    )
    pair = iterated(sp.Tuple(x, y), sp.Tuple(y, x + y), sp.Tuple(0, 1), 10)
    assert value(pair, world) == 89  # Fibonacci


def test_a_power_of_a_ball_around_zero_is_a_small_number() -> None:
    """E[tanh Z]² was none, so that no statement with it could be refuted."""
    for power, most in ((0, 1), (1, 1e-9), (2, 1e-18), (3, 1e-27), (5, 1e-45)):
        found = ball(value(z**power, World({z: arb(0, 1e-9)})))
        assert found.contains(int(power == 0)) and abs(found).upper() <= 1.001 * most
    assert ball(value(z**-2, World({z: arb(-2, 1e-9)}))).contains(fmpq(1, 4))


def test_a_derivative_in_an_entry_whose_index_has_a_value() -> None:
    """∂(a_1² a_2 + a_3)/∂a_i at a = (2, 3, 5), typed: 12, 4 and 1;
    the second derivative in a_1 and a_i: 6, 4 and 0."""
    f = _a[1] ** 2 * _a[2] + _a[3]
    for i, (first, second) in enumerate(((12, 6), (4, 4), (1, 0)), start=1):
        world = World({_a: {1: fmpq(2), 2: fmpq(3), 3: fmpq(5)}, k: fmpq(i)})
        assert ball(value(sp.Derivative(f, _a[k]), world)).contains(first)
        assert abs(float(value(sp.Derivative(f, _a[1], _a[k]), world)) - second) < 1e-12


K, TINY = sp.Integer(10) ** 80, sp.Rational(1, 10**400)


@pytest.mark.parametrize(
    "statement",
    [
        sp.Eq(sp.Add(x, K, evaluate=False), sp.Add(2, K, 1, evaluate=False), evaluate=False),
        sp.Ge(sp.Add(x, K, evaluate=False), sp.Add(2, K, 10**6, evaluate=False), evaluate=False),
        sp.Eq(sp.Mul(x, TINY, evaluate=False), sp.Mul(4, TINY, evaluate=False), evaluate=False),
        sp.Eq(sp.tanh(1000 * x), sp.tanh(2000 * x), evaluate=False),
        sp.Eq(sp.erf(200 * x), 1, evaluate=False),
        sp.Eq(sp.exp(-9000 * x), 0, evaluate=False),
        sp.Ge(sp.exp(-x - 3000), sp.exp(-x - 2990), evaluate=False),
        sp.Eq(x ** sp.Integer(-9000), 0, evaluate=False),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "found", [Estimate(2.0, 0.01), Runs(np.array([1.98, 2.0, 2.01, 2.02]), "s")], ids=["simulated", "runs"]
)
def test_an_error_is_not_lost_in_what_both_sides_share_or_below_the_smallest_float(
    statement: sp.Basic, found: object
) -> None:
    """Whoever adds 10⁸⁰ to both sides, or shrinks both below 10⁻³²³, does not make them equal."""
    told = truth(statement, World({x: Given(lambda world: found)}))
    assert told.holds is not True or (isinstance(statement, sp.Eq) and told.resolution > 0.0)


def test_numbers_of_runs_that_are_all_equal_are_compared_exactly() -> None:
    letters = {
        x: Given(lambda w: Runs(np.array([0.5, 0.25]), "s")),
        y: Given(lambda w: Runs(np.array([0.5, 0.25]), "s")),
    }
    assert truth(sp.Eq(x, y, evaluate=False), World(letters)).holds is True
    off = sp.Eq(x, sp.Add(y, sp.Rational(1, 10**62), evaluate=False), evaluate=False)
    assert truth(off, World(letters)).holds is False


def test_two_sides_that_differ_are_printed_as_different_numbers() -> None:
    """A quarter and a ten-millionth more are not 1/4 and 0.25."""
    told = truth(sp.Eq(x, sp.Rational(1, 4), evaluate=False), World({x: fmpq(2500001, 10**7)}))
    assert told.text == "the left side is 0.2500001, the right side 1/4"
    near = truth(sp.Lt(sp.exp(x), sp.Rational(1, 4), evaluate=False), World({x: exact("-1.38629430")}))
    assert near.text == "the left side is 0.25000001528, the right side 1/4"


def test_a_standard_error_of_logarithms_says_so() -> None:
    """Of 1, 4 and 16 the mean is taken, and the error told, of the logarithms: log 4/√3."""
    found = {geometric: Runs(np.array([1.0, 4.0, 16.0]), "s", geometric) for geometric in (True, False)}
    texts = {
        geometric: truth(
            sp.Gt(x, sp.Rational(1, 100), evaluate=False), World({x: Given(lambda w, r=r: r)})
        ).text
        for geometric, r in found.items()
    }
    assert "the left side is 4" in texts[True] and "standard error of the logarithm 0.8;" in texts[True]
    assert "the left side is 7" in texts[False] and "standard error 4.6;" in texts[False]


def test_numbers_of_any_size_are_told_apart_at_once() -> None:
    """By their digits: 10^(−10⁹) written out has a thousand million of them."""
    tiny = sp.exp(-(10**9) * x)
    told = truth(sp.Lt(tiny, sp.exp(-(10**9) * x - 1), evaluate=False), World({x: fmpq(1)}))
    assert told.holds is False and "e-434294482" in told.text
