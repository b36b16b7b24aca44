"""What is true of an inequality is known here from its roots, or from exact values at points."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import pytest
import sympy as sp

from analysis.claims.decisions.signs import decide, nonnegative, orders, positive
from analysis.claims.relations import le, lt
from analysis.symbolic.catalogue import SELU, SIGMOID, SOFTSIGN, TANH
from analysis.symbolic.display import expectation, partial, plus, times
from analysis.symbolic.notation import sigma, z

x, y, t, r, c, q, n, k = sp.symbols("x y t r c q n k")
REALS, HALF = sp.S.Reals, sp.S.Half
ABOVE, FROM_ZERO = sp.Interval.open(0, sp.oo), sp.Interval(0, sp.oo)
BESIDE_ZERO = sp.Union(sp.Interval.open(-sp.oo, 0), ABOVE)
UNIT, INSIDE = sp.Interval(0, 1), sp.Interval.open(0, 1)
RELATIONS = {
    sp.Lt: lambda a, b: a < b,
    sp.Le: lambda a, b: a <= b,
    sp.Gt: lambda a, b: a > b,
    sp.Ge: lambda a, b: a >= b,
    sp.Ne: lambda a, b: a != b,
    sp.Eq: lambda a, b: a == b,
}


def ne(left: object, right: object) -> sp.Basic:
    return sp.Ne(left, right, evaluate=False)


# What is true at a point, in fractions


def at(e: sp.Basic, point: dict[sp.Symbol, Fraction]) -> Fraction:
    """The value at a point; raises ZeroDivisionError where there is none."""
    if e.is_Rational:
        return Fraction(int(e.p), int(e.q))
    if e in point:
        return point[e]
    if isinstance(e, sp.Piecewise):
        return next(at(v, point) for v, held in e.args if true_at(held, point))
    values = [at(a, point) for a in e.args]
    if isinstance(e, sp.Pow):
        return values[0] ** int(values[1])
    if isinstance(e, sp.Add):
        return sum(values, Fraction(0))
    if isinstance(e, sp.Mul):
        product = Fraction(1)
        for v in values:
            product *= v
        return product
    return {sp.Abs: lambda v: abs(v), sp.Min: lambda *v: min(v), sp.Max: lambda *v: max(v)}[e.func](*values)


def true_at(statement: sp.Basic, point: dict[sp.Symbol, Fraction]) -> bool:
    """Whether a relation, or a condition made of some, holds at a point, or one side has no value there."""
    if statement in (sp.true, sp.false):
        return bool(statement)
    if isinstance(statement, sp.ITE):
        return true_at(statement.args[1 if true_at(statement.args[0], point) else 2], point)
    if isinstance(statement, sp.And | sp.Or):
        return (all if isinstance(statement, sp.And) else any)(true_at(a, point) for a in statement.args)
    if isinstance(statement, sp.Not):
        return not true_at(statement.args[0], point)
    try:
        left, right = (at(side, point) for side in statement.args)
    except ZeroDivisionError:
        return True
    return bool(RELATIONS[statement.func](left, right))


# One letter: from factors whose roots are known

Line = tuple[sp.Set, Callable[[Fraction], bool], bool]
LINES: list[Line] = [
    (REALS, lambda v: True, False),
    (BESIDE_ZERO, lambda v: v != 0, False),
    (ABOVE, lambda v: v > 0, False),
    (FROM_ZERO, lambda v: v >= 0, False),
    (sp.Interval(-1, 2), lambda v: -1 <= v <= 2, False),
    (sp.Interval.open(-1, 2), lambda v: -1 < v < 2, False),
    (sp.Interval.Lopen(HALF, 3), lambda v: Fraction(1, 2) < v <= 3, False),
    (sp.Interval.Ropen(-3, 0), lambda v: -3 <= v < 0, False),
    (sp.Interval.open(-sp.oo, 1), lambda v: v < 1, False),
    (sp.S.Naturals, lambda v: v >= 1 and v.denominator == 1, True),
    (sp.S.Naturals0, lambda v: v >= 0 and v.denominator == 1, True),
    (sp.S.Integers, lambda v: v.denominator == 1, True),
    (sp.Range(2, sp.oo), lambda v: v >= 2 and v.denominator == 1, True),
    (sp.FiniteSet(0, 1, HALF), lambda v: v in (0, 1, Fraction(1, 2)), False),
]
ENDS = [Fraction(v) for v in (-3, -1, 0, 1, 2, 3)] + [Fraction(1, 2)]


def from_roots(rng: random.Random, letter: sp.Basic) -> tuple[sp.Expr, list[Fraction], list[Fraction]]:
    """A quotient of products, where it may change its sign or be 0, and where it has no value."""
    expression, roots, poles = sp.Integer(rng.choice((1, 1, 2, -1))), [], []
    for root in rng.sample([Fraction(v, 2) for v in range(-8, 13) if v % 2 == 0 or v < 5], rng.randint(0, 3)):
        power = rng.choice((1, 2, 2, 2, -1, -2))
        factor = sp.expand((letter - sp.Rational(root.numerator, root.denominator)) ** abs(power))
        expression *= factor if power > 0 else 1 / factor
        (roots if power > 0 else poles).append(root)
    if rng.random() < 0.5:
        expression *= letter**2 + rng.randint(-1, 1) * letter + rng.randint(1, 2)
    return expression, roots, poles


def deciding_points(marks: Sequence[Fraction], whole: bool) -> list[Fraction]:
    """The marks, the middles between them and a point beyond each end; all whole numbers among them."""
    marks = sorted(set(marks))
    if whole:
        return [Fraction(v) for v in range(int(marks[0]) - 3, int(marks[-1]) + 4)]
    middles = [(a + b) / 2 for a, b in itertools.pairwise(marks)]
    return [*marks, *middles, marks[0] - 1, marks[-1] + 1]


def random_of_one_letter(count: int) -> Iterator[tuple[sp.Basic, sp.Set, bool]]:
    rng = random.Random(20)
    for _ in range(count):
        expression, roots, poles = from_roots(rng, x)
        other = rng.choice((sp.S.Zero, x, 1 / (1 + x**2)))
        statement = rng.choice(list(RELATIONS)[:5])(expression + other, other, evaluate=False)
        over, inside, whole = rng.choice(LINES)
        points = [v for v in deciding_points([*roots, *poles, *ENDS], whole) if inside(v) and v not in poles]
        if points:
            yield statement, over, all(true_at(statement, {x: v}) for v in points)


def test_one_letter_is_decided_exactly() -> None:
    told = {True: 0, False: 0}
    for statement, over, true in random_of_one_letter(400):
        assert bool(decide(statement, {x: over})) is true, (statement, over)
        told[true] += 1
    assert told[True] >= 120 and told[False] >= 120


def test_sums_of_absolute_values_are_decided_exactly() -> None:
    """Σ c |x − a| + b x + d is straight between its kinks: it is above 0 inside where it is so in the middle
    and not below 0 at either end."""
    rng, told = random.Random(21), {True: 0, False: 0}
    for _ in range(120):
        kinks = [Fraction(rng.randint(-6, 6), 2) for _ in range(rng.randint(1, 2))]
        line = rng.randint(-2, 2) * x + rng.randint(-1, 6)
        parts = [rng.choice((1, 1, 2, -1)) * sp.Abs(x - sp.Rational(str(a))) for a in kinks]
        relation, (over, inside, _) = rng.choice((sp.Gt, sp.Ge)), rng.choice(LINES[:9])
        statement, weak = (f(line + sum(parts), 0, evaluate=False) for f in (relation, sp.Ge))
        marks = sorted({*kinks, *ENDS, Fraction(-999), Fraction(999)})
        middles = [(a, (a + b) / 2, b) for a, b in itertools.pairwise(marks) if inside((a + b) / 2)]
        true = all(true_at(statement, {x: v}) for v in marks if inside(v))
        true = true and all(true_at(statement, {x: m}) for _, m, _ in middles)
        true = true and all(true_at(weak, {x: v}) for a, _, b in middles for v in (a, b))
        assert bool(decide(statement, {x: over})) is true, (statement, over)
        told[true] += 1
    assert told[True] >= 20 and told[False] >= 20


# Rational in e^{z/2}


def in_exponentials(rng: random.Random) -> tuple[sp.Expr, list[Fraction]]:
    """A quotient in u = e^{z/2} > 0, written in exponentials of z, and its roots u."""
    u = sp.Symbol("u")
    top, roots = sp.Integer(rng.choice((1, 1, -1))), []
    for root in rng.sample([Fraction(v, 2) for v in (-4, -2, -1, 1, 2, 2, 3, 4)], rng.randint(1, 3)):
        top *= (u - sp.Rational(root.numerator, root.denominator)) ** rng.choice((1, 2, 2))
        roots += [root] if root > 0 else []
    terms = sp.Add.make_args(sp.expand(top))
    shift = rng.choice((-2, -1, 0, 1))
    written = sp.Add(
        *(term.subs(u, 1) * sp.exp((sp.degree(term, u) + shift) * z / 2) for term in terms),
    )
    return written * rng.choice((1, SIGMOID.formula, 1 / sp.cosh(z / 2), 1 + SIGMOID.derivative)), roots


def test_exponentials_are_decided_exactly() -> None:
    rng, told = random.Random(22), {True: 0, False: 0}
    sides = [
        (REALS, lambda u: True),
        (BESIDE_ZERO, lambda u: u != 1),
        (ABOVE, lambda u: u > 1),
        (FROM_ZERO, lambda u: u >= 1),
        (sp.Interval.open(-sp.oo, 0), lambda u: u < 1),
    ]
    for _ in range(150):
        expression, roots = in_exponentials(rng)
        over, inside = rng.choice(sides)
        statement = rng.choice(list(RELATIONS)[:5])(expression, 0, evaluate=False)
        true = all(
            RELATIONS[statement.func](_value_at(expression, u), 0)
            for u in deciding_points([*roots, Fraction(1), Fraction(1, 99)], False)
            if u > 0 and inside(u)
        )
        assert bool(decide(statement, {z: over})) is true, (statement, over)
        told[true] += 1
    assert told[True] >= 25 and told[False] >= 80


def _value_at(expression: sp.Expr, u: Fraction) -> sp.Rational:
    """At z = 2 log u, exactly."""
    root = sp.Rational(u.numerator, u.denominator)
    plain = expression.rewrite(sp.exp)
    new = {e: root ** (2 * e.args[0].coeff(z)) for e in plain.atoms(sp.exp)}
    return plain.xreplace(new)


@pytest.mark.parametrize(
    "statement",
    [
        le(sp.Derivative(SIGMOID.formula, z), sp.Rational(1, 4)),
        le(SIGMOID.slope, sp.exp(-sp.Abs(z))),
        le(TANH.slope, 1),
        lt(SELU.formula.diff(z), SELU.slope_bound + sp.Rational(1, 10**20)),
        le(SELU.formula.diff(z), SELU.slope_bound),
        lt(sp.Abs(SOFTSIGN.formula), 1),
        le(sp.sech(z) ** 2, 1),
        lt(sp.Derivative(sp.log(SIGMOID.formula), (z, 2)), 0),
        lt(sp.Abs(SIGMOID.formula.diff(z, 2)), sp.Rational(1, 10)),
        le(z * sp.sign(z), sp.Max(z, 0) + sp.Max(-z, 0)),
        le(sp.Piecewise((sp.exp(z) - 1, z <= 0), (z, True)), sp.Max(z, 0)),
        ne(sp.tanh(z), 1),
        ne(sp.exp(z), sp.Min(-1, z)),
        lt(sigma(z) - 1, sigma(z)),
        le(2 * sigma(z) * sigma(-z), sigma(z) ** 2 + sigma(-z) ** 2),
    ],
    ids=str,
)
def test_statements_of_activations(statement: sp.Basic) -> None:
    assert decide(statement, {z: REALS})


@pytest.mark.parametrize(
    "statement",
    [
        lt(sp.Derivative(SIGMOID.formula, z), sp.Rational(1, 4)),
        le(SIGMOID.derivative, sp.Rational(249999, 10**6)),
        lt(TANH.slope, 1),
        lt(SELU.formula.diff(z), SELU.slope_bound - sp.Rational(1, 10**20)),
        lt(sp.Abs(SOFTSIGN.formula), sp.Rational(999, 1000)),
        le(0, z * sp.tanh(z) - sp.tanh(z) ** 2 * (1 + sp.Rational(1, 9))),
        lt(0, sp.Abs(z)),
        lt(0, z * sp.sign(z)),
        lt(sp.sign(z) ** 2, 1),
        ne(sp.tanh(z), 0),
        lt(sp.Piecewise((1, z > 0), (0, z < 0), (1, True)), 1),
        lt(sp.Piecewise((2, sp.Eq(z, 3)), (0, True)), 1),
        ne(sp.Derivative(sp.Piecewise((0, sp.Eq(z, 0)), (z + z**3, True)), z), 1),
        lt(
            0, 1 - sp.Derivative(sp.Piecewise((0, le(z**2, 0)), (z, True)), z) + z**2
        ),  # its slope is 1 at 0 too
        ne(
            sp.Derivative(
                z**3 / 3 + sp.Piecewise((-z, z <= 0), (z, True)) + sp.Piecewise((z, z < 0), (-z, True)), z
            ),
            0,
        ),
        le(0, sigma(z)),
        le(sigma(z), sigma(z + 1)),
        lt(sigma(z) ** 2, sigma(z) ** 2 + sigma(-z) ** 2),
        le(0, partial(z, z) ** 2),
        le(0, expectation(z) ** 2),
    ],
    ids=str,
)
def test_what_is_false_or_outside_of_activations(statement: sp.Basic) -> None:
    assert decide(statement, {z: REALS}) is None


# Several letters

SEVERAL = [
    (REALS, [Fraction(v, 2) for v in (-9, -4, -2, -1, 0, 1, 2, 5)]),
    (FROM_ZERO, [Fraction(v, 2) for v in (0, 1, 2, 3, 4, 40)]),
    (ABOVE, [Fraction(v, 4) for v in (1, 2, 4, 5, 8, 80)] + [Fraction(1, 10**6)]),
    (UNIT, [Fraction(v, 4) for v in range(5)]),
    (INSIDE, [Fraction(v, 6) for v in range(1, 6)] + [Fraction(1, 10**6), 1 - Fraction(1, 10**6)]),
    (sp.Interval.Lopen(-1, 1), [Fraction(v, 4) for v in range(-3, 5)] + [Fraction(-(10**6) + 1, 10**6)]),
    (sp.S.Naturals, [Fraction(v) for v in (1, 2, 3, 4, 9)]),
    (sp.S.Naturals0, [Fraction(v) for v in (0, 1, 2, 3, 9)]),
]


def random_pieces(rng: random.Random, letters: Sequence[sp.Symbol], depth: int = 2) -> sp.Expr:
    """A sum or product of letters, small numbers, |…|, minima, maxima, quotients and piecewise functions."""
    if depth == 0:
        return rng.choice([*letters, *letters, sp.Integer(rng.randint(-2, 3))])
    one, other = (random_pieces(rng, letters, depth - 1) for _ in range(2))
    kind = rng.randrange(9)
    if kind < 5:
        return (one + other, one - other, one * other, one**2, sp.Abs(one))[kind]
    if kind == 5:
        return sp.Min(one, other)
    if kind == 6:
        return sp.Max(one, other)
    condition = rng.choice((sp.Lt, sp.Le))(rng.choice(letters), rng.choice((letters[-1], 0, 1, 2)))
    return 1 / (1 + sp.Abs(one)) * other if kind == 7 else sp.Piecewise((one, condition), (other, True))


def test_no_random_statement_that_fails_at_a_point_is_called_true() -> None:
    rng = random.Random(23)
    told = {True: 0, False: 0}
    for _ in range(300):
        letters = (x, y) if rng.random() < 0.7 else (x,)
        left, right = (random_pieces(rng, letters, rng.choice((1, 2))) for _ in range(2))
        statement = rng.choice(list(RELATIONS)[:5])(left, right, evaluate=False)
        sets = {a: rng.choice(SEVERAL) for a in letters}
        points = itertools.product(*(values for _, values in sets.values()))
        fails = not all(true_at(statement, dict(zip(letters, p, strict=True))) for p in points)
        found = decide(statement, {a: over for a, (over, _) in sets.items()})
        assert not (found and fails), (statement, sets)
        told[True] += bool(found)
        told[False] += fails
    assert told[True] >= 30 and told[False] >= 120


def test_what_touches_is_decided_for_the_weak_relation_alone() -> None:
    """A sum of squares and of products of what is not negative, with a common zero in the sets."""
    rng = random.Random(24)
    for _ in range(50):
        to_x, to_y = x - rng.randint(0, 3), y - rng.randint(0, 3)
        square = (rng.randint(1, 2) * to_x - rng.randint(1, 3) * to_y) ** 2
        more = (to_x**2 * rng.randint(0, 1) + rng.randint(0, 2) * to_y**2) * (1 + y)
        total = sp.expand(square * rng.randint(1, 2) + more)
        bottom = 1 + x * rng.randint(0, 2) + y
        other = rng.choice((x, y, x * y))
        sets = {x: FROM_ZERO, y: rng.choice((FROM_ZERO, sp.Interval(0, 3)))}
        left, right = other / bottom, (other + total) / bottom
        assert decide(le(left, right), sets), (left, right)
        assert decide(lt(left, right + sp.Rational(1, 10**9) / bottom), sets), (left, right)
        assert decide(lt(left, right), sets) is None, (left, right)
        assert decide(ne(left, right), sets) is None, (left, right)
        assert decide(le(left, right - sp.Rational(1, 10**9) / bottom), sets) is None, (left, right)


POSITIVE = dict.fromkeys((r, c, q), ABOVE)
COSINE = {**POSITIVE, x: sp.Interval(-1, 1)}
to_c, q_to_c = sp.Min(r, c), sp.Min(q, c)


@pytest.mark.parametrize(
    ("statement", "sets"),
    [
        (le(r * sp.Min(1, c / r), r), POSITIVE),
        (le(r * sp.Min(1, c / r), c), POSITIVE),
        (le((to_c - q_to_c) ** 2, (r - q) ** 2), POSITIVE),
        (le(to_c**2 + q_to_c**2 - 2 * to_c * q_to_c * x, r**2 + q**2 - 2 * r * q * x), COSINE),
        (le(sp.Min(r, c), sp.sqrt(r * c)), POSITIVE),
        (le(2 * sp.sqrt(x * y), x + y), {x: FROM_ZERO, y: FROM_ZERO}),
        (lt(sp.sqrt(x), 1), {x: sp.Interval.Ropen(0, 1)}),
        (le(sp.sqrt(x**2), sp.Max(x, -x)), {x: REALS}),
        (lt(x, sp.sqrt(2)), {x: sp.Interval(0, sp.Rational(7, 5))}),
        (le(sp.log(1 + x), x), {x: FROM_ZERO}),
        (le(sp.sign(x), 1), {x: FROM_ZERO}),
        (lt(-1, sp.sign(x)), {x: FROM_ZERO}),
        (le(x * sp.Heaviside(x), x), {x: FROM_ZERO}),
        (lt(sp.Heaviside(x), 1), {x: sp.Interval(-sp.oo, 0)}),
        (lt(0, sp.exp(x - y)), {x: ABOVE, y: ABOVE}),
        (le(1, x**y), {x: sp.Interval.open(1, sp.oo), y: ABOVE}),
        (le(x**y, 1), {x: INSIDE, y: ABOVE}),
        (lt(sp.log(1 + x), x), {x: ABOVE}),
        (lt(x**n, 1), {x: INSIDE, n: sp.S.Naturals}),
        (le(x**n, 1), {x: INSIDE, n: sp.S.Naturals0}),
        (le(3 * n, n**2 + 2), {n: sp.S.Integers}),
        (le(2 * n * k, n**2 + k**2), {n: sp.S.Integers, k: sp.S.Naturals}),
        (lt(sp.Abs(SIGMOID.formula - y), 1), {z: REALS, y: UNIT}),
        (lt(sp.Abs(SIGMOID.formula - y), 1), {z: REALS, y: sp.FiniteSet(0, 1)}),
        (le(sp.Abs((x - y) * x * (1 - x)), sp.Rational(4, 27)), {x: UNIT, y: UNIT}),
        (lt(0, 1 / x**2), {x: REALS}),
        (lt(x, sp.pi), {x: sp.Interval(0, sp.Rational(333, 106))}),
        (lt(times(2, x), plus(x, 1)), {x: sp.Interval.open(0, 1)}),
        (lt(sp.E, sp.Rational(2719, 1000)), {}),
        (lt(x, sp.Float("0.3")), {x: sp.Interval.Ropen(0, sp.Rational(3, 10))}),
        (le(x, sp.Float("0.1") + sp.Float("0.2")), {x: sp.Interval(0, sp.Rational(3, 10))}),
    ],
    ids=str,
)
def test_what_holds(statement: sp.Basic, sets: dict[sp.Symbol, sp.Set]) -> None:
    assert decide(statement, sets)


P = sp.Symbol("P", positive=True)
w = sp.IndexedBase("w")


@pytest.mark.parametrize(
    ("statement", "sets"),
    [
        (lt(r * sp.Min(1, c / r), r), POSITIVE),
        (le((r - q_to_c) ** 2, (r - q) ** 2), POSITIVE),
        (le(to_c**2 + q_to_c**2 - 2 * to_c * q_to_c * x, r**2 + q**2 - 2 * r * q * x),
         {**POSITIVE, x: sp.Interval(-1, 2)}),
        (lt(0, x), {}),
        (lt(0, x + y), {x: ABOVE}),
        (lt(0, P), {P: REALS}),
        (le(0, sp.sqrt(P)), {P: REALS}),
        (lt(sp.Pow(x, 0, evaluate=False), 1), {x: REALS}),
        (lt(0, sp.Mul(0, sp.oo, evaluate=False)), {x: REALS}),
        (lt(x, sp.oo), {x: REALS}),
        (lt(0, sp.log(x**2)), {x: REALS}),
        (lt(0, sp.log(-1 - x**2)), {x: REALS}),
        (lt(sp.sign(x), 1), {x: FROM_ZERO}),
        (lt(0, sp.sign(x)), {x: FROM_ZERO}),
        (lt(-1, sp.sign(x)), {x: sp.Interval(-sp.oo, 0)}),
        (lt(sp.sign(x - y), 1), {x: ABOVE, y: ABOVE}),
        (lt(sp.Heaviside(x), 1), {x: FROM_ZERO}),
        (lt(0, sp.Heaviside(x)), {x: sp.Interval(-sp.oo, 0)}),
        (le(sp.exp(x - y), 1), {x: ABOVE, y: ABOVE}),
        (le(1, sp.exp(x - y)), {x: ABOVE, y: ABOVE}),
        (le(x**y, 1), {x: ABOVE, y: ABOVE}),
        (le(x**y, 1), {x: sp.Interval.open(1, sp.oo), y: ABOVE}),
        (le(1, x**y), {x: INSIDE, y: ABOVE}),
        (le(sp.Min(x, y), 1), {x: ABOVE, y: ABOVE}),
        (lt(0, sp.Abs(x)), {x: REALS}),
        (le(0, 1 / x), {x: REALS}),
        (lt(1 / (x - 1), 0), {x: sp.Interval(0, 2)}),
        (le(sp.sqrt(x) * sp.sqrt(y), x + y), {x: REALS, y: REALS}),
        (le(0, x ** sp.Rational(1, 3)), {x: REALS}),
        (lt(0, x), {x: UNIT}),
        (lt(x, 1), {x: sp.Interval.Lopen(0, 1)}),
        (lt(x * y, 1), {x: UNIT, y: UNIT}),
        (lt(x * (1 - x), sp.Rational(1, 4)), {x: INSIDE}),
        (le(0, x**2 - 2), {x: sp.Interval(sp.sqrt(2) - sp.Rational(1, 10**9), 5)}),
        (le(3 * n, n**2 + 2), {n: FROM_ZERO}),
        (ne(n**2, 4), {n: sp.S.Integers}),
        (lt(n**2 + 99 * 101, 200 * n), {n: sp.S.Naturals}),
        (le(200 * n, n**2 + 99 * 101), {n: sp.S.Naturals}),
        (lt(x**n, 1), {x: INSIDE, n: sp.S.Naturals0}),
        (le(x**n, x), {x: UNIT, n: sp.S.Naturals0}),
        (lt(x, sp.pi), {x: sp.Interval(0, sp.Rational(355, 113))}),
        (lt(sp.sqrt(2), x), {x: sp.Interval(sp.sqrt(2), 2)}),
        (lt(5, 1 / x), {x: sp.FiniteSet(0)}),
        (le(w[n], w[k]), {w: REALS, n: sp.S.Naturals, k: sp.S.Naturals}),
        (lt(0, w[n] ** 2), {w: REALS}),
        (lt(0, x), {x: sp.S.EmptySet}),
        (lt(0, x), {x: sp.S.Complexes}),
        (lt(0, x), {x: sp.Interval(1, y), y: REALS}),
        (lt(0, sp.Integral(x, (x, 0, y))), {x: ABOVE, y: ABOVE}),
        (le(0, sp.Derivative(sp.Function("f")(x), x) ** 2), {x: REALS}),
        (sp.Eq(x, x, evaluate=False), {x: REALS}),
        (sp.And(lt(0, x), lt(0, y)), {x: ABOVE, y: ABOVE}),
        (sp.true, {}),
        (x, {x: ABOVE}),
    ],
    ids=str,
)  # fmt: skip
def test_traps(statement: sp.Basic, sets: dict[sp.Basic, sp.Set]) -> None:
    assert decide(statement, sets) is None


def test_positive_and_not_negative() -> None:
    assert positive(1 + x**2, {x: REALS}) and nonnegative(x**2, {x: REALS})
    assert positive(x**2, {x: REALS}) is None and nonnegative(x, {x: REALS}) is None
    assert "is positive" in str(positive(x, {x: ABOVE})) and "is not negative" in str(
        nonnegative(x, {x: UNIT})
    )


# Orders


def test_orders_cover_the_sets_and_keep_the_values() -> None:
    """Every point of the sets is met in one of the orders, and there both statements say the same."""
    statement = sp.Eq(sp.Min(r, c) * sp.Max(q, 1 - r), sp.Min(r, q, c) + x, evaluate=False)
    sets = {r: ABOVE, c: ABOVE, q: FROM_ZERO, x: REALS}
    found = orders(statement, sets)
    assert found
    rng = random.Random(25)
    for order in found:
        assert isinstance(order.statement, sp.Eq) and not order.statement.has(sp.Min, sp.Max)
        assert set(order.statement.free_symbols) <= set(order.sets)
        new = sorted(order.sets, key=str)
        old = dict(part.split(" = ") for part in order.words.split(", "))
        for _ in range(5):
            point = {t: Fraction(rng.randint(1, 40), rng.randint(1, 9)) for t in new}
            names = {str(t).strip("_"): v for t, v in point.items()}
            letters = {a: at(sp.sympify(old[str(a)], {k: sp.Symbol(k) for k in names}),
                             {sp.Symbol(k): v for k, v in names.items()}) for a in (r, c, q)}  # fmt: skip
            letters[x] = names["x"]
            for side, written in zip(statement.args, order.statement.args, strict=True):
                assert at(side, letters) == at(written, point)


def test_orders_that_cannot_be_told_are_none() -> None:
    assert orders(sp.Eq(sp.Min(x**3 - 2, 0), x, evaluate=False), {x: REALS}) is None
    assert orders(sp.Eq(sp.Min(x, y), x, evaluate=False), {x: REALS}) is None
    assert orders(sp.Min(x, y), {x: REALS, y: REALS}) is None
    (only,) = orders(sp.Eq(sp.Min(x, y), x, evaluate=False), {x: UNIT, y: sp.Interval(2, 3)})[:1] or (None,)
    assert only is not None and decide(sp.Le(*only.statement.args, evaluate=False), only.sets)


def test_a_logarithm_lies_between_its_two_bounds_on_either_side_of_1() -> None:
    """1 − 1/p ≤ log p up to 1 and log p ≤ p − 1 from 1 on, equal at 1 alone; never the other way round."""
    for over, left, right in (
        (sp.Interval.Lopen(0, 1), 1 - 1 / x, sp.log(x)),
        (sp.Interval(1, sp.oo), sp.log(x), x - 1),
    ):
        assert decide(le(left, right), {x: over})
        assert decide(lt(left, right), {x: over - sp.FiniteSet(1)})
        assert decide(lt(left, right), {x: over}) is None
        for lower, higher in ((1 - 1 / x, sp.log(x)), (sp.log(x), x - 1), (1 - 1 / x, x - 1)):
            assert decide(le(higher, lower), {x: over}) is None
