"""The search finds counter-examples where they hide, and says what it does not know."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.claims.domain import (
    ACTIVATION,
    Domain,
    activations,
    at_least,
    between,
    domain,
    integers,
    later,
    nonzero,
    one_of,
    only,
    positive,
    reals,
    reals_together,
    sequence,
    smooth,
)
from analysis.claims.evaluate import demanding, evaluate
from analysis.claims.world import Estimate, Given
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import cost, cost_prime, sigma, sigma_prime, w, z

n, k = sp.symbols("n k", integer=True, positive=True)
x, y, c = sp.symbols("x y c", real=True)
_A = sp.IndexedBase("a")
_z = domain((z, reals()))


def _no(head: type, *args: object) -> sp.Basic:
    return head(*args, evaluate=False)


FALSE = {
    "touching, strict": (_no(sp.Lt, SIGMOID.derivative, sp.Rational(1, 4)), _z),
    "a millionth above": (
        _no(
            sp.Implies,
            _no(sp.Lt, sp.Abs(w), sp.Rational(1000001, 10**6)),
            _no(sp.Lt, sp.Abs(w) * sigma_prime(z), sp.Rational(1, 4)),
        ),
        domain((z, reals()), (w, reals()), means=only("sigmoid")),
    ),
    "bent beyond the first cases": (
        _no(sp.Eq, sp.Sum(k, (k, 1, n)), n * (n + 1) / 2 + (n - 1) * (n - 2) * (n - 3) * (n - 4) * (n - 5)),
        domain((n, integers(1))),
    ),
    "bent beyond 40": (_no(sp.Le, n, sp.Piecewise((n, n < 41), (n - 1, True))), domain((n, integers(1)))),
    "small and periodic": (_no(sp.Eq, z, z + sp.sin(1000 * sp.pi * z) / 10**6), _z),
    "at one sign only": (_no(sp.Eq, sp.Abs(z), z), _z),
    "near a constant of its own": (_no(sp.Ne, (x - sp.Rational(37, 113)) ** 2, 0), domain((x, reals()))),
    "where a premise turns": (
        _no(sp.Implies, _no(sp.Gt, x**3 + x, 5), _no(sp.Gt, x, sp.Rational(152, 100))),
        domain((x, reals())),
    ),
    "where two sides cross": (
        _no(sp.Equivalent, _no(sp.Ge, x**3 + x, 5), _no(sp.Ge, x, sp.Rational(15, 10))),
        domain((x, reals())),
    ),
    "the minimum between the points": (
        _no(sp.Gt, (x - sp.sqrt(2)) ** 2 + sp.Rational(1, 10**7), sp.Rational(1, 10**6)),
        domain((x, reals())),
    ),
    "one activation of many": (
        _no(sp.Ge, sigma_prime(z), 0),
        domain((ACTIVATION, activations()), (z, reals())),
    ),
    "a sequence": (
        _no(sp.Le, sp.Sum(_A[k], (k, 1, n)), n * _A[1]),
        domain((n, integers(1, 12)), (_A, sequence(positive()))),
    ),
    "an ordered pair": (_no(sp.Lt, k - n, 9), domain((n, integers(1)), (k, later(n)))),
    "inside a condition": (
        _no(sp.Lt, x, sp.Rational(999999, 10**6)),
        domain((x, reals()), where=_no(sp.Lt, x**2, 1)),
    ),
    "at an end": (_no(sp.Lt, x, 3), domain((x, between(1, 3)))),
    "an end that does not belong": (
        _no(sp.Le, x, sp.Rational(29, 10)),
        domain((x, between(1, 3, open_high=True))),
    ),
    "one of a few": (_no(sp.Ne, x, 7), domain((x, one_of(1, 5, 7)))),
    "from a number on": (_no(sp.Gt, x, 4), domain((x, at_least(4)))),
    "a made-up function": (
        _no(sp.Eq, sp.Derivative(cost(x), x), cost_prime(2 * x)),
        domain(((cost, cost_prime), smooth()), (x, nonzero())),
    ),
}
TRUE = {
    "touching": (_no(sp.Le, SIGMOID.derivative, sp.Rational(1, 4)), _z),
    "every n": (_no(sp.Eq, sp.Sum(k, (k, 1, n)), n * (n + 1) / 2), domain((n, integers(1)))),
    "a condition": (_no(sp.Lt, x, 1), domain((x, reals()), where=_no(sp.Lt, x**2, 1))),
    "cancellation": (_no(sp.Eq, 1 - sp.tanh(x) ** 2, sp.cosh(x) ** -2), domain((x, reals(largest=100)))),
    "any activation": (
        _no(sp.Eq, sp.Derivative(sigma(x), x), sigma_prime(x)),
        domain((ACTIVATION, activations(("sigmoid", "tanh", "silu"))), (x, reals(largest=30))),
    ),
    "a made-up function": (
        _no(sp.Eq, sp.Derivative(cost(x), x), cost_prime(x)),
        domain(((cost, cost_prime), smooth()), (x, reals())),
    ),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", FALSE)
def test_a_counter_example_is_found(name: str, seed: int) -> None:
    statement, over = FALSE[name]
    found = evaluate(statement, over, seed=seed)
    assert found.holds is False, found
    assert found.text


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", TRUE)
def test_a_true_statement_is_not_refuted_and_not_proved(name: str, seed: int) -> None:
    statement, over = TRUE[name]
    found = evaluate(statement, over, seed=seed)
    assert found.holds is True and found.points > 10 and "no counter-example at" in found.text


@pytest.mark.parametrize(
    ("statement", "over", "words"),
    [
        (_no(sp.Lt, y, 1), _z, "y stands for nothing"),
        (_no(sp.Lt, sigma(z), 1), _z, "sigma has no meaning"),
        (_no(sp.Implies, _no(sp.Lt, z**2, -1), _no(sp.Lt, z, 0)), _z, "premise does not hold"),
        (_no(sp.Lt, sp.log(-1 - z**2), 0), _z, "no meaning"),
        (z, _z, "is no statement"),
        (sp.Tuple(z, 1), _z, "is no statement"),
        (_no(sp.Lt, z, 1), domain((z, reals()), where=_no(sp.Lt, z**2, -1)), "no meaning"),
    ],
    ids=lambda x: x if isinstance(x, str) else type(x).__name__,
)
def test_what_has_no_meaning_says_why(statement: sp.Basic, over: Domain, words: str) -> None:
    found = evaluate(statement, over)
    assert found.holds is None and words in found.text


def test_a_search_that_takes_too_long_ends_and_says_so() -> None:
    slow = _no(sp.Gt, sp.Integral(sp.exp(-(x**2) * z**2), (x, 0, 3)), 0)
    found = evaluate(slow, _z, seconds=1e-4)
    assert found.capped and found.holds is True and "the time was over" in found.text


def test_where_nothing_is_free_what_holds_holds() -> None:
    letter = domain(means={x: Given(lambda world: Estimate(2.0, 0.01))})
    assert letter.exhausted and evaluate(_no(sp.Eq, x, 2), letter).resolution == pytest.approx(0.025)
    assert (
        evaluate(_no(sp.Eq, x, 3), letter).holds is False and evaluate(_no(sp.Lt, x, 2), letter).holds is None
    )


def test_the_witness_is_a_point_that_can_be_checked() -> None:
    found = evaluate(_no(sp.Le, x**2, x), domain((x, reals())))
    assert found.text.startswith("at x = ") and "the left side is" in found.text
    words = evaluate(_no(sp.Ge, sigma_prime(z), 0), domain((ACTIVATION, activations()), (z, reals()))).text
    assert words.startswith("with the ") and "for σ" in words


def test_only_what_is_tighter_where_the_statement_is_tight_is_a_demand() -> None:
    own = _no(sp.Le, SIGMOID.derivative, sp.Rational(1, 4))
    found = evaluate(own, _z)
    assert found.margin == 0.0
    for altered, expected in (
        (_no(sp.Le, SIGMOID.derivative, sp.Rational(1, 3)), False),
        (_no(sp.Le, SIGMOID.derivative, sp.Rational(1, 5)), True),
        (_no(sp.Gt, SIGMOID.derivative, sp.Rational(1, 4)), True),
        (_no(sp.Le, 2 * SIGMOID.derivative, sp.Rational(1, 4)), True),
        (_no(sp.Le, SIGMOID.derivative + z**2 / 10**6, sp.Rational(1, 4)), False),  # less room elsewhere only
        (_no(sp.Lt, SIGMOID.derivative, sp.Rational(1, 4)), True),
    ):
        assert demanding(own, altered, _z, found) is expected, altered
    loose = _no(sp.Le, SIGMOID.derivative, sp.Rational(1, 3))
    assert not demanding(loose, _no(sp.Lt, *loose.args), _z, evaluate(loose, _z))


@pytest.mark.parametrize(
    "nonsense",
    [
        sp.Symbol("q") + 1,
        sp.Matrix([[1, 2]]),
        sp.S.EmptySet,
        sp.Eq(z, sp.Matrix([1]), evaluate=False),
        sp.zoo,
        sp.nan,
        sp.Lambda(z, z),
    ],
    ids=str,
)
def test_nonsense_has_no_meaning(nonsense: sp.Basic) -> None:
    found = evaluate(nonsense, _z)
    assert found.holds is None and found.text.startswith("no meaning")


def test_the_scope_is_printed_from_the_domain() -> None:
    text = domain((z, reals()), (n, integers(2)), where=_no(sp.Lt, z, n), words="every sunny day").scope()
    assert text == "z ∈ ℝ, n = 2, 3, …, with z < n, every sunny day"


def test_numbers_drawn_together_are_some_of_them_large() -> None:
    """x y = 0 fails beyond the first worlds, and what is true up to |x| = 9 alone fails as well."""
    together = domain(((x, y, c), reals_together(3)))
    for false in (
        sp.Eq(x * y, 0, evaluate=False),
        sp.Lt(sp.Abs(x), 9, evaluate=False),
        sp.Ge(x + y + c, 0, evaluate=False),
        sp.Eq(x, y, evaluate=False),
    ):
        assert evaluate(false, together).holds is False
    assert evaluate(sp.Ge(x**2 + y**2, 0, evaluate=False), together).holds is True


def test_what_fails_at_one_pair_of_hard_values_is_refuted() -> None:
    """Whichever pair it is: two lists gone through side by side would meet few of them."""
    one, other = sp.symbols("x y")
    over = domain((one, reals()), (other, reals()))
    hard = [sp.Rational(str(value)) for value in reals().hard]
    missed = [
        (a, b)
        for a in hard
        for b in hard
        if evaluate(sp.Or(_no(sp.Ne, one, a), _no(sp.Ne, other, b), evaluate=False), over).holds is not False
    ]
    assert missed == []


def test_what_cannot_be_told_at_a_point_did_not_hold_there() -> None:
    """sin² 1 + cos² 1 is 1, which no number of digits shows; beside a point where the statement holds, such
    a one is not counted."""
    one = sp.sin(1) ** 2 + sp.cos(1) ** 2
    found = evaluate(_no(sp.Lt, one, 1), domain())
    assert found.holds is None and found.points == 0 and found.text.endswith("too close to tell")
    assert evaluate(_no(sp.Lt, one, 2), domain()).holds is True
    few = domain((n, integers(0, 1)))
    found = evaluate(_no(sp.Lt, one, 1 + n), few)
    assert found.holds is True and found.points == 1
