"""What is too large, too long or does not converge is said to be so, at once; what is merely large has a
value.

Right values are logarithms from mpmath, for no float holds the numbers themselves.
"""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, fmpq

from analysis.claims.arithmetic import EXACT_BITS, bits
from analysis.claims.domain import domain, integers, reals
from analysis.claims.evaluate import evaluate
from analysis.claims.ledger import CLAIMS
from analysis.claims.meaning import truth, value
from analysis.claims.outcome import Refuted, Unknown
from analysis.claims.world import Undefined, World, ball, precision
from analysis.symbolic.display import iterated

x, y = sp.symbols("x y", real=True)
n = sp.Symbol("n", integer=True, positive=True)
_FREE = domain((x, reals()), (n, integers(1)))


def kept(head: type, *args: object) -> sp.Basic:
    return head(*args, evaluate=False)


HUGE = kept(sp.Pow, 10, kept(sp.Pow, 10, 10))
LARGE = {
    "10**10**10": (HUGE, lambda: 10**10 * mp.log(10)),
    "its inverse": (kept(sp.Pow, 10, kept(sp.Mul, -1, kept(sp.Pow, 10, 10))), lambda: -(10**10) * mp.log(10)),
    "a third to the same": (
        kept(sp.Pow, sp.Rational(1, 3), kept(sp.Pow, 10, 10)),
        lambda: -(10**10) * mp.log(3),
    ),
    "a tower": (kept(sp.Pow, kept(sp.Pow, kept(sp.Pow, 7, 4000), 4000), 4000), lambda: 4000**3 * mp.log(7)),
    "gamma": (kept(sp.gamma, sp.Integer(10**9)), lambda: mp.loggamma(10**9)),
    "gamma between": (
        kept(sp.gamma, sp.Rational(2 * 10**9 + 1, 2)),
        lambda: mp.loggamma(mp.mpf(10**9) + 0.5),
    ),
    "factorial": (kept(sp.factorial, sp.Integer(10**9)), lambda: mp.loggamma(10**9 + 1)),
    "binomial": (
        kept(sp.binomial, sp.Integer(10**9), sp.Integer(4 * 10**8)),
        lambda: mp.loggamma(10**9 + 1) - mp.loggamma(4 * 10**8 + 1) - mp.loggamma(6 * 10**8 + 1),
    ),
    "a product": (
        sp.Product(n * 10**300, (n, 1, 20_000)),
        lambda: mp.loggamma(20_001) + 6_000_000 * mp.log(10),
    ),
    "two large factors": (kept(sp.Mul, HUGE, HUGE), lambda: 2 * 10**10 * mp.log(10)),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_numbers_by_their_logarithms(name: str) -> None:
    e, logarithm = LARGE[name]
    with mp.workdps(40), precision(200):
        found = ball(value(e, World({}))).log()
        assert abs(float((found.mid() - arb(mp.nstr(logarithm(), 35))) / found.mid())) < 1e-25
    larger = evaluate(kept(sp.Gt, e, 3), domain())
    assert larger.holds is (logarithm() > 0), larger
    assert evaluate(kept(sp.Gt, kept(sp.Add, e, kept(sp.Abs, x)), -n), _FREE).holds is True


@pytest.mark.parametrize(
    ("e", "exact"),
    [
        (kept(sp.factorial, sp.Integer(30)), sp.factorial(30)),
        (kept(sp.binomial, sp.Integer(10**12), sp.Integer(3)), sp.binomial(10**12, 3)),
        (kept(sp.binomial, sp.Integer(4000), sp.Integer(1990)), sp.binomial(4000, 1990)),
        (kept(sp.Pow, 7, 9000), 7**9000),
    ],
    ids=["factorial", "three of many", "half of many", "power"],
)
def test_what_is_small_enough_stays_exact(e: sp.Basic, exact: int) -> None:
    found = value(e, World({}))
    assert isinstance(found, fmpq) and found == int(exact) and bits(found) <= EXACT_BITS


@pytest.mark.parametrize(
    ("e", "words"),
    [
        (kept(sp.Pow, 10, HUGE), "too large to evaluate"),
        (kept(sp.exp, HUGE), "too large to evaluate"),
        (kept(sp.Pow, sp.pi, 10**100), "too large to evaluate"),
        (iterated(x, x + 1, sp.S.Zero, sp.Integer(10**9)), "a recursion of more than 20,000 steps"),
        (sp.Sum(1 / n, (n, 1, 10**9)), "more than 20,000 terms"),
        (sp.Subs(sp.Derivative(sp.sin(x), (x, 40)), x, 1), "a derivative of an order above 6"),
        (kept(sp.polygamma, sp.Integer(10**6), sp.Integer(2)), "polygamma of an order above 20,000"),
        (kept(sp.factorial, sp.Integer(-2)), "the factorial of a negative whole number"),
        (sp.Sum(n**n, (n, 1, sp.oo)), "does not settle"),
        (sp.Sum(1 / n, (n, 1, sp.oo)), "does not settle"),
        (sp.Sum(sp.sqrt(n), (n, 1, sp.oo)), "does not settle"),
    ],
    ids=str,
)
def test_what_is_too_large_or_too_long_is_said_to_be(e: sp.Basic, words: str) -> None:
    found = evaluate(kept(sp.Lt, e, 3), domain())
    assert found.holds is None and "no meaning" in found.text and words in found.text


@pytest.mark.parametrize(
    ("e", "exact"),
    [
        (sp.Sum(1 / n**2, (n, 1, sp.oo)), sp.pi**2 / 6),
        (sp.Sum((-1) ** n / n, (n, 1, sp.oo)), -sp.log(2)),
        (sp.Sum(2**-n, (n, 3, sp.oo)), sp.Rational(1, 4)),
    ],
    ids=str,
)
def test_sums_that_converge_have_their_value(e: sp.Basic, exact: sp.Expr) -> None:
    assert float(ball(value(e, World({})))) == pytest.approx(float(exact), rel=1e-11)


@pytest.mark.parametrize(
    "added",
    [
        1 / y,
        1 / x,
        1 / (y - sp.Rational(1, 2)),
        1 / y**2,
        sp.log(x - 2),
        sp.log(y - 2),
        sp.sqrt(x - 2),
        1 / (x - y),
    ],
    ids=str,
)
def test_an_integral_that_is_none_refutes_nothing(added: sp.Expr) -> None:
    claim = CLAIMS["adding-baseline"]
    integral, right = claim.statement.args
    asked = sp.Integral(sp.Add(integral.function, added, evaluate=False), *integral.limits)
    found = claim.settle(kept(sp.Eq, asked, right))
    assert isinstance(found, Unknown) and "no meaning" in found.why and "'" not in found.why


@pytest.mark.parametrize(
    ("added", "total"),
    [
        (1 / (x + y), sp.Rational(1, 6) + 2 * sp.log(2)),
        (sp.log(x), -sp.Rational(5, 6)),
        (sp.log(y), -sp.Rational(5, 6)),
        (1 / sp.sqrt(y), sp.Rational(13, 6)),
    ],
    ids=str,
)
def test_an_improper_integral_has_its_value(added: sp.Expr, total: sp.Expr) -> None:
    claim = CLAIMS["adding-baseline"]
    integral, right = claim.statement.args
    asked = sp.Integral(sp.Add(integral.function, added, evaluate=False), *integral.limits)
    assert truth(kept(sp.Eq, asked, total), World({})).holds is not False
    assert isinstance(claim.settle(kept(sp.Eq, asked, right)), Refuted)


@pytest.mark.parametrize("weight", [1, 2, 4, 10])
def test_a_limit_is_told_where_the_values_lose_all_their_first_digits(weight: int) -> None:
    """(1/t) d/dw (−log(1 − σ(t v w))) → v: at t v = 4,000 the sigmoid is 1 to 1,700 digits."""
    t, w = sp.symbols("t w", positive=True)
    lost = -sp.log(1 - 1 / (1 + sp.exp(-t * weight * w)))
    asked = sp.Limit(kept(sp.Mul, sp.Derivative(lost, w), 1 / t), t, sp.oo)
    assert float(ball(value(asked, World({w: fmpq(1)})))) == pytest.approx(weight, rel=1e-12)


def test_a_derivative_where_nothing_is_defined_says_why() -> None:
    with pytest.raises(Undefined, match="logarithm"):
        value(sp.Derivative(sp.log(x), x), World({x: fmpq(-3)}))
