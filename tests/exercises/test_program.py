"""Reading and evaluating expressions: the same numbers as SymPy's own, and nothing outside the table."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from analysis.exercises import arithmetic
from analysis.exercises.domain import Domain, completed, meanings, over, points
from analysis.exercises.program import (
    MOST_NODES,
    Deadline,
    Program,
    Refusal,
    as_real,
    constant,
    context,
    read,
    run,
)
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.chain import definitions
from analysis.symbolic.display import plus, times
from analysis.symbolic.notation import a_, b_, sigma, sigma_prime, sigma_second, w_, z, z_

x, y = sp.symbols("x y", real=True)
LATER = Deadline(float("inf"))
AT = {"x": sp.Rational(3, 7), "y": sp.Rational(-5, 4)}
DIGITS = 50


def value(expr: sp.Basic, digits: int = DIGITS, **more: sp.Expr) -> object:
    m = context(digits)
    at = {name: m.mpf(v.p) / v.q for name, v in (AT | more).items()}
    return run(read(expr), at, meanings(SIGMOID), m, LATER)


SAME = [
    3 * x**2 - y / 7 + sp.pi,
    sp.exp(x) * sp.log(x) + sp.E,
    sp.sinh(x) + sp.cosh(y) - sp.tanh(x) * sp.coth(y) / sp.sech(x) + sp.csch(y),
    sp.asinh(y) + sp.acosh(2 + x) + sp.atanh(x) + sp.acoth(2 + x) + sp.asech(x) - sp.acsch(y),
    sp.sin(x) + sp.cos(y) + sp.tan(x) * sp.sec(y),
    sp.asin(x) + sp.acos(x) + sp.atan(y),
    sp.erf(x) - sp.erfc(y),
    sp.sqrt(-y) ** 3 + x**sp.pi + x**-5,
    sp.Abs(y) + sp.sign(y) + sp.Max(x, y, 0) + sp.Min(x, y, 0),
    sp.EulerGamma + sp.GoldenRatio + sp.Catalan,
    sp.Piecewise((1 / (x - x.subs(x, 3)), x > 1), (x, y < 0), (y, True)),
    sp.Piecewise((1, sp.And(x > 0, y > 0)), (2, sp.Or(x < 0, sp.Not(y > -1))), (3, True)),
    sp.Piecewise((1, sp.Ne(x, y)), (2, True)) + sp.Piecewise((1, sp.Eq(x, y)), (2, True)),
    sp.Rational(1, 3) ** sp.Rational(1, 3) + sp.Float("0.1"),
    sp.exp(sp.I * x) + sp.exp(-sp.I * x),
]


@pytest.mark.parametrize("expr", SAME, ids=str)
def test_the_values_are_sympys(expr: sp.Expr) -> None:
    m = context(DIGITS)
    ours = as_real(m, value(expr))
    theirs = sp.N(expr.subs({x: AT["x"], y: AT["y"]}), DIGITS + 10)
    assert abs(ours - m.mpf(str(sp.re(theirs)))) < m.mpf(10) ** (3 - DIGITS)


def test_every_function_of_the_table_is_tried() -> None:
    tried = {kind for expr in SAME for kind in read(expr).kinds} | {plus, times}
    relations = {sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan, sp.Not}
    assert set(arithmetic.FUNCTIONS) - tried <= relations  # a Piecewise may turn these into one another


def test_sums_and_products_for_display_count_as_such() -> None:
    assert value(times(x, plus(x, 1))) == value(x * (x + 1))


def test_sigma_is_the_activation_of_the_domain() -> None:
    m = context(DIGITS)
    for activation in (SIGMOID, TANH):
        for function, order in ((sigma, 0), (sigma_prime, 1), (sigma_second, 2)):
            ours = run(read(function(z)), {"z": m.mpf(3) / 4}, meanings(activation), m, LATER)
            theirs = sp.N(activation.formula.diff(z, order).subs(z, sp.Rational(3, 4)), 40)
            assert abs(ours - m.mpf(str(theirs))) < 1e-35


@pytest.mark.parametrize(
    "expr",
    [
        1 / (x - sp.Rational(3, 7)),
        sp.log(x - sp.Rational(3, 7)),
        sp.atanh(7 * x / 3),
        sp.Piecewise((1, x < 0)),
        sp.Piecewise((1, 1 / (x - sp.Rational(3, 7)) > y), (2, True)),
        sp.Max(sp.sqrt(y), 1),
    ],
    ids=str,
)
def test_what_has_no_value(expr: sp.Expr) -> None:
    assert value(expr) is None


@pytest.mark.parametrize(
    "expr",
    [
        sp.exp(10**7 * x),
        sp.Pow(2, sp.Pow(10, 10, evaluate=False), evaluate=False),
        sp.Pow(10, -(10**7), evaluate=False),
        sigma(sp.exp(10**7 * x)),
        sp.Piecewise((1, sp.exp(10**7 * x) > y), (2, True)),
        sp.sin(10**21 * x),
    ],
    ids=str,
)
def test_what_has_a_value_that_is_not_computed(expr: sp.Expr) -> None:
    assert value(expr) is arithmetic.UNKNOWN
    assert as_real(context(DIGITS), value(expr)) is arithmetic.UNKNOWN


def test_a_complex_value_is_not_real() -> None:
    m = context(DIGITS)
    assert as_real(m, value(sp.sqrt(y))) is None
    assert as_real(m, value(sp.sqrt(y) ** 2)) == pytest.approx(-1.25)
    assert as_real(m, True) is None


@pytest.mark.parametrize(
    ("expr", "says"),
    [
        (sp.oo, "finite"),
        (sp.gamma(x), "gamma"),
        (sp.Integral(x, x), "doit"),
        (sp.Function("f")(x), "your own"),
        (sp.Dummy("x"), "Dummy"),
        (sp.Integer(2) ** 200_000, "binary digits"),
        (sp.Rational(1, 3**100_000), "binary digits"),
        (sp.Float._new((0, 1, 10**8, 1), 53), "too large"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_is_not_read(expr: sp.Basic, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        read(expr)


def test_the_cap_is_sharp_enough() -> None:
    small = sp.Add(*(x**k for k in range(2, MOST_NODES // 4)))
    assert len(read(small).steps) < MOST_NODES
    with pytest.raises(Refusal, match="parts"):
        read(sp.Add(*(x**k for k in range(2, 3 * MOST_NODES // 4))))


def test_shared_parts_are_read_once() -> None:
    expr: sp.Expr = x
    for _ in range(100):
        expr = sp.Add._from_args((expr, expr))
    assert len(read(expr).steps) == 101


def test_many_visits_of_few_nodes_are_refused() -> None:
    expr: sp.Expr = x
    for _ in range(100):
        wide = sp.Add(x, 1)
        wide._args = (expr, *(y,) * 400)
        expr = wide
    with pytest.raises(Refusal, match="parts"):
        read(expr)


def test_a_program_knows_its_names_and_whether_it_is_a_number() -> None:
    assert read(x * y + 1).names == {"x", "y"}
    assert read(sp.Rational(1, 3)).is_literal and read(sp.Float(0.5)).is_literal and constant(3).is_literal
    assert not read(sp.pi).is_literal and not read(x).is_literal


def test_the_precision_of_others_is_left_alone() -> None:
    before = mpmath.mp.dps
    value(sp.exp(x), digits=300)
    assert mpmath.mp.dps == before


def test_a_deadline_that_has_passed() -> None:
    with pytest.raises(Refusal, match="too long"):
        run(Program(read(x).steps), {"x": 1}, {}, context(DIGITS), Deadline.after(-1.0))
    assert Deadline.after(-1.0).left == 0.0 < Deadline.after(9.0).left <= 9.0


def test_points_reach_into_every_part_of_every_range() -> None:
    domain = over(x, y, ranges=((-1, 1), (5, 9)))
    found = points(domain)
    assert found == points(domain) and len(found) == 16
    for name in "xy":
        column = [float(p[name]) for p in found]
        assert sum(-1 <= v <= 1 for v in column) == sum(5 <= v <= 9 for v in column) == 8
        assert min(column) < -0.6 and max(column) > 8.4 and len(set(column)) == 16
    assert points(Domain()) == ({},)


def test_a_chain_follows_its_definitions() -> None:
    domain = Domain(
        tuple((s, ((-2.0, 2.0),)) for s in (a_(0), w_(1), b_(1), w_(2), b_(2))),
        tuple(definitions(2).items()),
        None,
    )
    m = context(DIGITS)
    at = completed(domain, points(domain)[3], m, LATER)
    assert abs(at["z_1"] - (at["w_1"] * at["a_0"] + at["b_1"])) < 1e-45  # type: ignore[operator]
    inner = run(read(sigma(w_(2) * sigma(z_(1)) + b_(2))), at, meanings(domain.activation), m, LATER)
    assert abs(inner - at["a_2"]) < 1e-45  # type: ignore[operator]
