"""Relations in z and exponentials, true and false ones made from factors, squares and tangents, and the odd
ones."""

from __future__ import annotations

import random

import mpmath
import pytest
import sympy as sp
from sampling import turn

from analysis.claims.decisions.exponential import decide
from analysis.claims.decisions.exponential_roots import _mills
from analysis.symbolic.catalogue import GELU, MISH, MISH_TURN, SIGMOID, SILU, SILU_TURN
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE
from analysis.symbolic.normal import density, ndtr
from analysis.symbolic.notation import z

ALL, BESIDE_ZERO = sp.S.Reals, sp.S.Reals - sp.FiniteSet(0)
RIGHT, LEFT = sp.Interval.open(0, sp.oo), sp.Interval.open(-sp.oo, 0)
RELATIONS = (sp.Eq, sp.Le, sp.Lt, sp.Ge, sp.Gt)
Statement = tuple[sp.Basic, sp.Set]


def said(relation: type, left: object, right: object) -> sp.Basic:
    return relation(left, right, evaluate=False)


# What is true by construction. Each block is ≥ 0 on ℝ, 0 at the one point named, or nowhere (None):
# convexity puts tangents below, squares and even functions are not negative.
def block(r: random.Random) -> tuple[sp.Expr, sp.Rational | None]:
    n, q = r.randint(1, 3), sp.Rational(r.randint(1, 6), r.choice((1, 2)))
    return r.choice(
        [
            (sp.exp(n * z / 2) - 1 - n * z / 2, sp.S.Zero),
            (sp.exp(-n * z) - 1 + n * z, sp.S.Zero),
            (sp.cosh(n * z) - 1 - n**2 * z**2 / 2, sp.S.Zero),
            (z * sp.sinh(z / n), sp.S.Zero),
            (z * sp.tanh(n * z), sp.S.Zero),
            ((z - q) ** 2, q),
            ((sp.exp(z) - 1) ** 2, sp.S.Zero),
            (sp.log(1 + sp.exp(z)).diff(z), None),
            (1 - sp.tanh(z / n) ** 2, None),
            (sp.cosh(z) - sp.Abs(z), None),
            (q + sp.Max(0, z) - sp.Min(0, z), None),
            (sp.exp(z) - z, None),
            (1 - ndtr(z), None),
            (sp.sqrt(q) + z**2, None),
            (sp.Piecewise((-z, z < 0), (z**2, True)), sp.S.Zero),
        ]
    )


def made(seed: int) -> tuple[sp.Expr, sp.Expr, set[sp.Expr]]:
    """Two sides with left ≤ right on ℝ, and the points at which they are equal."""
    r = random.Random(seed)
    (f, at), (g, where) = block(r), block(r)
    both = r.random() < 0.5
    gap = f + g if both else f * g
    zeros = ({at} & {where} if both else {at, where}) - {None}
    shift = r.choice([sp.S.Zero, z, sp.exp(z), SIGMOID.formula, sp.Abs(z), sp.pi, -2 * sp.tanh(z)])
    return shift, shift + gap, zeros


def true_ones() -> list[Statement]:
    found: list[Statement] = []
    for seed in range(150):
        left, right, zeros = made(seed)
        found.append((said(sp.Le, left, right), ALL))
        found.append((said(sp.Gt, right, left), ALL - sp.FiniteSet(*zeros) if zeros else ALL))
        if zeros and min(zeros) >= 0:
            found.append((said(sp.Lt, left, right), LEFT))
    return found


def false_ones() -> list[Statement]:
    """Strict where it touches, turned round, equal, and a little more than is so."""
    found: list[Statement] = []
    for seed in range(150):
        left, right, zeros = made(seed)
        found.append((said(sp.Eq, left, right), BESIDE_ZERO))
        if zeros:
            found.append((said(sp.Lt, left, right), ALL))
            found.append((said(sp.Le, left + sp.Rational(1, 10**9), right), ALL))
            x = next(iter(zeros))
            found.append((said(sp.Gt, right, left), sp.Interval(x - 1, x)))
        else:
            found.append((said(sp.Ge, left, right), RIGHT))
    return found


TRUE, FALSE = true_ones(), false_ones()


def test_there_are_many() -> None:
    assert len(TRUE) >= 300 and len(FALSE) >= 300


def test_none_of_the_false_ones_is_decided() -> None:
    wrong = [(s, where) for s, where in turn(FALSE, 80, "false") if decide(s, {z: where}) is not None]
    assert not wrong, wrong[:3]


def test_the_true_ones_are_decided() -> None:
    missed = [(s, where) for s, where in turn(TRUE, 80, "true") if not decide(s, {z: where})]
    assert not missed, (len(missed), missed[:3])


def sampled_sign(f: sp.Expr, where: tuple[float, float]) -> set[int]:
    """The signs of f at many points, with fifty digits: another way than roots."""
    g = sp.lambdify(z, f, "mpmath")
    low, high = where
    with mpmath.workdps(50):
        values = [g(mpmath.mpf(low) + (mpmath.mpf(high) - low) * k / 400) for k in range(1, 400)]
    return {int(mpmath.sign(v)) for v in values}


def random_sum(r: random.Random) -> sp.Expr:
    terms = r.randint(2, 4)
    return sum(
        sp.Rational(r.randint(-9, 9), r.randint(1, 4))
        * z ** r.randint(0, 2)
        * sp.exp(r.randint(-2, 2) * z / 2)
        for _ in range(terms)
    )


def test_sums_at_random_against_samples() -> None:
    """f > 0 is decided just where no sample says otherwise: 250 sums on (−2, 1), of which many have both."""
    where = sp.Interval.open(-2, 1)
    decided = {True: 0, False: 0}
    seeds = turn(range(250), 60, "sums")
    for seed in seeds:
        f = random_sum(random.Random(seed))
        signs = sampled_sign(f, (-2, 1))
        for relation, sign in ((sp.Gt, 1), (sp.Lt, -1)):
            found = decide(said(relation, f, sp.S.Zero), {z: where}) is not None
            assert not found or signs == {sign}, f
            assert found or signs != {sign} or _touching(f), f
            decided[found] += 1
    assert min(decided.values()) > len(seeds) / 5


def _touching(f: sp.Expr) -> bool:
    """Roots that samples overlook: between two of them, of a slope that changes sign there."""
    g, values = sp.lambdify(z, f, "mpmath"), []
    with mpmath.workdps(50):
        values = [abs(g(-2 + mpmath.mpf(3) * k / 4000)) for k in range(1, 4000)]
    return f == 0 or min(values) < 1e-2


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        (said(sp.Le, sp.Abs(GELU.derivative), GELU.slope_bound), ALL),
        (said(sp.Le, sp.Abs(SILU.slope), (1 + SILU_TURN) / 2), ALL),
        (said(sp.Le, sp.Abs(MISH.derivative), MISH.slope_bound), ALL),
        (said(sp.Lt, MISH.derivative, MISH.slope_bound), sp.Interval(-5, sp.Rational(149, 100))),
        (said(sp.Lt, z * (1 - ndtr(z)), density(z)), RIGHT),  # Mills' ratio, Gordon 1941
        (said(sp.Gt, (1 + z**2) * (1 - ndtr(z)), z * density(z)), RIGHT),  # from below
        (said(sp.Lt, (3 + z**2) * z * (1 - ndtr(z)), (2 + z**2) * density(z)), RIGHT),
        (said(sp.Eq, sp.Derivative(ndtr(z), z), density(z)), ALL),
        (said(sp.Eq, sp.Derivative(sp.Abs(z), z), sp.sign(z)), BESIDE_ZERO),
        (said(sp.Eq, sp.Derivative(z * sp.Abs(z), z), 2 * sp.Abs(z)), ALL),
        (said(sp.Eq, sp.log(1 + sp.exp(z)), z + sp.log(1 + sp.exp(-z))), ALL),
        (said(sp.Eq, sp.tanh(z), 2 / (1 + sp.exp(-2 * z)) - 1), ALL),
        (said(sp.Le, SELU_SCALE, SELU_SCALE * SELU_ALPHA), ALL),
        (said(sp.Eq, SILU_TURN * sp.tanh(SILU_TURN), 1), ALL),
        (said(sp.Le, sp.sinh(z), z * sp.cosh(z)), sp.Interval(0, sp.oo)),
        (said(sp.Ge, z, 1), sp.S.Naturals),
        (said(sp.Lt, z**2, 5), sp.FiniteSet(-2, 1, 2)),
        (said(sp.Lt, sp.exp(z), 1 + z + z**2), sp.Interval.open(0, 1)),
        (said(sp.Eq, sp.Limit(sp.tanh(z), z, sp.oo), 1), ALL),
        (said(sp.Eq, sp.Limit(sp.sign(z) * (1 + z), z, 0, "-"), -1), ALL),
    ],
    ids=str,
)
def test_known_truths(statement: sp.Basic, where: sp.Set) -> None:
    assert decide(statement, {z: where})


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        (said(sp.Lt, sp.Abs(GELU.derivative), GELU.slope_bound), ALL),
        (said(sp.Le, SILU.derivative, (1 + SILU_TURN) / 2 - sp.Rational(1, 10**30)), ALL),
        (said(sp.Lt, MISH.derivative, MISH.slope_bound), sp.Interval(1, 2)),
        (said(sp.Le, MISH.derivative, MISH.slope_bound - sp.Rational(1, 10**40)), ALL),
        (said(sp.Ge, MISH.derivative, 0), ALL),
        (said(sp.Eq, sp.Derivative(sp.Abs(z), z), sp.sign(z)), ALL),  # no derivative at 0
        (said(sp.Gt, sp.sign((z - 1) ** 2), 0), ALL),  # 0 where the square is
        (said(sp.Ge, sp.Abs(sp.sign((z - 1) ** 2)), 1), ALL),
        (said(sp.Gt, sp.sign((sp.exp(z) - 1) ** 2), 0), ALL),
        (said(sp.Eq, sp.Derivative(sp.Max(0, z), z), sp.Piecewise((0, z <= 0), (1, True))), ALL),
        (said(sp.Le, 1 / z, 1), sp.Interval(-1, 0)),
        (said(sp.Gt, z**2, 0), ALL),
        (said(sp.Ge, z, 1), sp.S.Naturals0),
        (said(sp.Lt, z**2, 4), sp.FiniteSet(-2, 1)),
        (said(sp.Le, sp.exp(z), 1 + z + z**2), sp.Interval(0, 2)),
        (said(sp.Le, z, 1), sp.Interval.Lopen(0, sp.Rational(10**9 + 1, 10**9))),
        (said(sp.Lt, z, 1), sp.Interval(0, 1)),
        (said(sp.Eq, SELU_SCALE, SELU_ALPHA), ALL),
        (said(sp.Lt, SILU_TURN, sp.Rational("1.19967864025773")), ALL),
        (said(sp.Eq, sp.Limit(sp.sign(z) * (1 + z), z, 0, "+"), -1), ALL),
        (said(sp.Eq, sp.Limit(sp.tanh(z), z, sp.oo), sp.Rational(10**9 - 1, 10**9)), ALL),
        (said(sp.Le, z * (1 - ndtr(z)), density(z) - sp.Rational(1, 10**6)), RIGHT),
        (said(sp.Gt, 1 - ndtr(z), sp.Rational(1, 10**50)), ALL),
        (said(sp.Ge, sp.exp(z), sp.Rational(1, 10**200)), ALL),  # false far out on the left
    ],
    ids=str,
)
def test_known_falsehoods(statement: sp.Basic, where: sp.Set) -> None:
    assert decide(statement, {z: where}) is None


W = sp.Symbol("w", positive=True)


@pytest.mark.parametrize(
    "statement",
    [
        sp.true,
        z,
        said(sp.Ne, z, z + 1),
        said(sp.Le, sp.sin(z), 2),
        said(sp.Le, z, W),
        said(sp.Le, sp.sqrt(z), z + 1),
        said(sp.Le, sp.Abs(z**3 - z) ** sp.pi, z),
        said(sp.Lt, -sp.oo, sp.oo),
        said(sp.Eq, sp.nan, sp.nan),
        said(sp.Le, sp.log(z), z),
        said(sp.Le, 2**z, 3**z),
        said(sp.Le, sp.exp(sp.exp(z)), 1),
        said(sp.Le, sp.Piecewise((0, z**2 < 2), (1, True)), 1),
        said(sp.Eq, sp.Derivative(sp.Function("f")(z), z), 0),
        said(sp.Le, ndtr(2 * z), 1),
        sp.And(z < 1, z > 0, evaluate=False),
    ],
    ids=str,
)
def test_odd_statements_are_left_alone(statement: sp.Basic) -> None:
    assert decide(statement, {z: ALL}) is None


def test_what_the_letters_are_assumed_to_be_counts_for_nothing() -> None:
    assert decide(said(sp.Gt, W, 0), {W: RIGHT})
    assert decide(said(sp.Gt, W, 0), {W: ALL}) is None
    assert decide(said(sp.Gt, W, 0), {}) is None
    assert decide(said(sp.Ge, z**2, 0), {z: sp.S.Complexes}) is None


def test_the_words_name_the_point_that_is_touched() -> None:
    assert "0 at z = x₂ alone" in (decide(said(sp.Le, MISH.derivative, MISH.slope_bound), {z: ALL}) or "")


def test_the_turning_point_of_mish_is_where_its_slope_is_largest() -> None:
    slope = sp.lambdify(z, MISH.derivative, "mpmath")
    with mpmath.workdps(30):
        found = max((slope(mpmath.mpf(k) / 10**4), k) for k in range(14000, 16000))
    assert abs(float(MISH_TURN) - found[1] / 10**4) < 1e-4
    assert float(MISH.slope_bound) == pytest.approx(float(found[0]), rel=1e-8)


@pytest.mark.parametrize(
    "f", [sp.Abs(z) / z, sp.sign(z), sp.Heaviside(z), sp.Piecewise((z, z < 0), (1 + z, True))]
)
def test_a_limit_from_both_sides_is_none_where_the_sides_differ(f):
    for value in (sp.S.One, sp.S.Zero, -sp.S.One):
        assert decide(said(sp.Eq, sp.Limit(f, z, 0, "+-"), value), {}) is None


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_the_series_of_powers_of_the_tail_is_theirs(power: int) -> None:
    """(z Q/φ)ⁿ less five terms of its series in 1/z² is about as large as the sixth, and has its sign."""
    with mpmath.workdps(60):
        at = mpmath.mpf(40)
        tail = mpmath.erfc(at / mpmath.sqrt(2)) / 2
        value = (at * tail / mpmath.npdf(at)) ** power
        terms = [c / at ** (2 * m) for m, c in enumerate(_mills(power)[:6])]
        rest = (value - mpmath.fsum(terms[:5])) / terms[5]
        assert 0.9 < rest < 1


def test_a_letter_is_not_taken_for_the_one_that_a_limit_binds():
    """z is bound in these, and the free letter is another; its coefficient may vanish."""
    free = sp.Symbol("alpha")
    positive = {free: sp.Interval.open(0, sp.oo)}
    slope = sp.Limit(sp.Derivative(free * (sp.exp(z) - 1), z), z, 0, "-")
    far = sp.Limit(z * (free - 1), z, sp.oo)
    for false in (slope < free, sp.Lt(slope, free, evaluate=False), sp.Gt(far, 0, evaluate=False)):
        assert decide(false, positive) is None
    total = sp.Integral(free * z, (z, 0, 1))
    assert decide(sp.Lt(total, free / 2, evaluate=False), positive) is None
    bound = sp.Limit(sp.exp(z), z, 0, "-")
    assert decide(sp.Le(bound, sp.exp(free), evaluate=False), positive)
    assert decide(sp.Gt(bound, sp.exp(free) - 1, evaluate=False), positive) is None


@pytest.mark.parametrize("three", [(-5, -z, z - 3), (0, 2 * z, z - 3)], ids=str)
def test_a_minimum_of_three_lines_bends_where_any_two_cross(three: tuple[sp.Expr, ...]) -> None:
    """None of the three is the least everywhere, though each is between two crossings."""
    least = min(line.subs(z, x) for line in map(sp.sympify, three) for x in (-3, 4))
    for f, sign in ((sp.Min, 1), (sp.Max, -1)):
        relation = sp.Ge if f is sp.Min else sp.Le
        extreme = f(*(sign * line for line in three)) + sp.exp(z)
        for bound in (least, *three):
            found = decide(said(relation, extreme, sign * bound + sp.exp(z)), {z: sp.Interval.open(-3, 4)})
            assert bool(found) is (bound == least), (extreme, bound)
