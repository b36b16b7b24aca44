"""False variants of chapter 3's claims are refuted, and what their letters mean is computed a second way."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from analysis.chapters.explosion.balance import lam, s
from analysis.chapters.explosion.best_identity_neuron import error_anywhere
from analysis.chapters.explosion.budget import gain
from analysis.chapters.explosion.claims import (
    balance,
    best_identity_neuron,
    budget,
    designed_chain,
    fragility,
    identity_neuron,
    meaning_gains,
    meaning_lengths,
    random_and_tied_chains,
    widest_window,
    window,
)
from analysis.chapters.explosion.designed_chain import shift
from analysis.chapters.explosion.identity_neuron import least_error, mended, mended_error, w1, x
from analysis.chapters.explosion.widest_window import best_weight
from analysis.chapters.explosion.window import edge, width, width_from_edge
from analysis.claims.calculus import limit
from analysis.claims.domain import only
from analysis.claims.meaning import value
from analysis.claims.outcome import Refuted
from analysis.claims.relations import eq, iff
from analysis.claims.world import Undefined, World
from analysis.symbolic.chain import in_order, of_cost
from analysis.symbolic.display import expectation, largest, length, partial, times
from analysis.symbolic.notation import a, a_, b, b_, cost_prime, sigma_prime, w, z

MODULES = (
    designed_chain,
    fragility,
    window,
    widest_window,
    budget,
    balance,
    random_and_tied_chains,
    identity_neuron,
    best_identity_neuron,
)
CLAIMS = {claim.label: claim for module in MODULES for claim in module.CLAIMS}
of = {label: claim.statement for label, claim in CLAIMS.items()}


L, K = designed_chain._L, budget._K
last = sp.Symbol("a_L", real=True)
to_b1 = partial(last, b_(1))
factor = sp.Abs(w) * sigma_prime(z)
exceeds = sp.Ge(factor, 1, evaluate=False)
product = times(*in_order(4).args[:-1])
moved = sp.Abs(shift)
window_length = of["window-width"].lhs
bent = 1 + (L - 1) * (L - 2) * (L - 3) * (L - 4) / sp.Integer(1000)
half_log = (sp.EulerGamma + sp.log(2)) / 2
log_mean = of["gaussian-log-weight"].lhs
balanced = next(y for y in of["centred-chain-balance"].args if y.lhs != s)

FALSE = {
    "explosion-biases": [
        designed_chain._biases_are(-100 * a_(0), *later)
        for later in ((-49, -50, -50), (-50, 0, -50), (-50, -50, 50))
    ]
    + [designed_chain._biases_are(-100 * a_(0) + sp.Rational(1, 10**6), -50, -50, -50)],
    "explosion-gradient": [
        eq(of_cost(4, b_(1)), times(sp.Rational(k, 100), sp.Pow(25, 3, evaluate=False), cost_prime(a_(4))))
        for k in (24, 26, 100)
    ]
    + [
        eq(of_cost(4, b_(2)), of["explosion-gradient"].rhs),
        sp.Ne(*of["explosion-gradient"].args, evaluate=False),
    ],
    "explosion-any-depth": [
        eq(to_b1, times(sp.Rational(1, 4), (y / 4) ** n, cost_prime(last)))
        for y, n in ((w, L - 2), (w, L), (sp.Abs(w), L - 1), (w * sp.Rational(101, 100), L - 1))
    ]
    + [eq(to_b1, times(sp.Rational(1, 4), (w / 4) ** (L - 1), cost_prime(last), bent))],
    "explosion-is-fragile": [
        sp.Implies(sp.Ge(moved, c, evaluate=False), sp.Lt(product, top, evaluate=False), evaluate=False)
        for c, top in ((sp.Float("6.2337e-6"), 1), (sp.Float("6.23379e-6"), sp.Rational(999, 1000)))
    ]
    + [sp.Implies(sp.Ge(moved, sp.Float("6.23379e-6"), evaluate=False), sp.Gt(product, 1, evaluate=False))]
    + [sp.Implies(sp.Ge(shift, sp.Rational(-1, 10)), sp.Lt(product, 1, evaluate=False), evaluate=False)],
    "explosion-needs-weight-four": [
        window._needs(4 + sp.Rational(1, 10**6)),  # type: ignore[arg-type]
        sp.Implies(exceeds, sp.Gt(sp.Abs(w), 4, evaluate=False), evaluate=False),
        sp.Implies(exceeds, sp.Ge(w, 4, evaluate=False), evaluate=False),
        sp.Implies(sp.Ge(factor, sp.Rational(99, 100)), sp.Ge(sp.Abs(w), 4, evaluate=False), evaluate=False),
    ],
    "window-edge": [
        iff(exceeds, sp.Le(sp.Abs(z), y, evaluate=False))
        for y in (edge * sp.Rational(1001, 1000), 2 * edge, edge + sp.Rational(1, 10**6))
    ]
    + [
        iff(exceeds, sp.Le(z, edge, evaluate=False)),
        iff(exceeds, sp.Lt(sp.Abs(z), edge, evaluate=False)),
    ],
    "window-width": [
        eq(window_length, y) for y in (width * sp.Rational(1001, 1000), width / 2, edge, 2 / w * edge)
    ]
    + [eq(length(sp.Ge(sp.Abs(w * sigma_prime(w * a + b)), 2, evaluate=False), a), width)],
    "window-width-from-edge": [
        eq(of["window-width-from-edge"].lhs, width_from_edge * y)
        for y in (1 + z**2 / 10**9, 2, sp.Rational(1, 2))
    ]
    + [eq(of["window-width-from-edge"].lhs, z * sigma_prime(2 * z))],
    "window-width-stationary": [
        window._stationary(y) for y in (1 - z * sp.tanh(z / 3), 1 - sp.tanh(z / 2), 1 + z * sp.tanh(z / 2))
    ],
    "window-width-at-100": [
        eq(of["window-width-at-100"].lhs, y)
        for y in (sp.Rational(917, 10**4), sp.log(5 + 2 * sp.sqrt(6)) / 24, sp.log(5 - 2 * sp.sqrt(6)) / 25)
    ],
    "window-width-maximum": [
        sp.Le(width, sp.Float(y), evaluate=False) for y in ("0.44774", "0.4477431", "0.3")
    ]
    + [sp.Gt(width, sp.Float("0.447744"), evaluate=False)],
    "window-width-maximiser": [widest_window._between(*y) for y in (("6.8", "6.89"), ("6.895", "7"))],
    "window-width-published": [
        widest_window._published(*y)
        for y in (("0.44", "6.9"), ("0.45", "6.8"), ("0.45", "7"), ("0.47", "6.9"))
    ],
    "explosion-budget": [
        sp.Lt(sp.Integral(gain, (budget._a0, 0, 1)), sp.Rational(999, 1000), evaluate=False),
        sp.Ge(sp.Integral(gain, (budget._a0, 0, 1)), 1, evaluate=False),
        sp.Lt(sp.Integral(gain**2, (budget._a0, 0, 1)), 1, evaluate=False),
        sp.Lt(sp.Integral(2 * gain, (budget._a0, 0, 1)), 1, evaluate=False),
        sp.Gt(sp.Integral(gain.args[0], (budget._a0, 0, 1)), -sp.Rational(1, 10), evaluate=False),
    ],
    "explosion-is-rare": [
        sp.Lt(length(sp.Ge(gain, K, evaluate=False), budget._a0), y, evaluate=False)
        for y in (sp.Rational(2, 5) / K, 1 / K**2, sp.Rational(1, 10))
    ]
    + [
        sp.Lt(length(sp.Lt(gain, K, evaluate=False), budget._a0), 1 / K, evaluate=False),
        sp.Ge(length(sp.Ge(gain, K, evaluate=False), budget._a0), 1 / K, evaluate=False),
    ],
    "no-exponential-explosion": [
        budget._rate_is_at_most(sp.Rational(-1, 100)),
        sp.Gt(of["no-exponential-explosion"].lhs, 0, evaluate=False),
        sp.Ge(of["no-exponential-explosion"].lhs, sp.Rational(1, 10), evaluate=False),
    ],
    "gaussian-log-weight": [
        eq(log_mean, y) for y in (sp.log(s), s - half_log, sp.log(s) - half_log / 2, sp.log(s**2) - half_log)
    ]
    + [eq(expectation(sp.log(w**2)), sp.log(s) - half_log)],
    "centred-chain-balance": [
        iff(balanced, eq(s, y)) for y in (sp.Integer(7), 4 * sp.exp(sp.EulerGamma / 2), 2 * sp.exp(half_log))
    ]
    + [iff(sp.Lt(balanced.lhs, 0, evaluate=False), sp.Gt(s, 4 * sp.exp(half_log), evaluate=False))],
    "random-chain-always-vanishes": [
        sp.Le(lam, sp.Rational(-3, 2), evaluate=False),
        sp.Ge(lam, sp.Rational(-7, 10), evaluate=False),
        sp.Gt(lam, 0, evaluate=False),
        sp.Le(lam, -s, evaluate=False),
    ],
    "zero-bias-exponent": [random_and_tied_chains._lam_is(y) for y in (w, z / 2, sp.S.Zero, w / 4)]
    + [sp.Ne(*of["zero-bias-exponent"].args, evaluate=False)],
    "identity-neuron-least-error": [
        eq(least_error(w1), y)
        for y in (sp.Rational(1, 2), sp.exp(-w1) / 2, 1 / (1 + sp.exp(w1 / 2)), 1 / (2 + w1))
    ],
    "identity-neuron-fails-as-stated": [
        identity_neuron._limit(least_error(w1), sp.Rational(49, 100)),
        identity_neuron._limit(least_error(w1) * w1, sp.Rational(1, 2)),
    ],
    "mended-identity-error": [
        eq(largest(sp.Abs(mended - x)), mended_error * y) for y in (sp.Rational(1001, 1000), 2)
    ]
    + [
        eq(largest(sp.Abs(mended)), mended_error),
        eq(largest(mended - x), -mended_error),
        sp.Lt(largest(sp.Abs(mended - x)), mended_error * (1 - w1 / 10**3), evaluate=False),
    ],
    "mended-identity-bound": [
        sp.Le(mended_error, y, evaluate=False)
        for y in (w1**2 / sp.Rational(9601, 100), w1**3 / 96, w1**2 / 96 - w1**4 / 10**4, w1 / 96)
    ],
    "mended-identity-order": [
        identity_neuron._limit(mended_error / w1**2, sp.Rational(1, y)) for y in (95, 97, 48)
    ]
    + [identity_neuron._limit(mended_error / w1**2, sp.S.Zero)],
    "identity-neuron-best-anywhere": [
        sp.Ge(error_anywhere, sp.Rational(57, 1000), evaluate=False),
        sp.Le(error_anywhere, sp.Rational(5, 100), evaluate=False),
        sp.Lt(error_anywhere, sp.Float("0.05604"), evaluate=False),
    ],
}
VARIANTS = [(label, statement) for label, many in FALSE.items() for statement in many]


@pytest.mark.drawn(12)
@pytest.mark.parametrize(("label", "statement"), VARIANTS, ids=[x for x, _ in VARIANTS])
def test_a_false_variant_is_refuted(label: str, statement: sp.Basic) -> None:
    found = CLAIMS[label].settle(statement)
    assert isinstance(found, Refuted) and found.witness, found


@pytest.mark.parametrize(("weight", "bias"), [(4.5, 3.0), (-7.0, 20.0), (100.0, -37.0)])
def test_length_against_root_finding_in_mpmath(weight: float, bias: float) -> None:
    def off(at: mpmath.mpf) -> mpmath.mpf:
        return abs(weight) * mpmath.sech((weight * at + bias) / 2) ** 2 / 4 - 1

    middle, far = -bias / weight, 20 / abs(weight)
    ends = [
        mpmath.findroot(off, (middle, middle + side * far), solver="bisect", tol=1e-24, maxsteps=99)
        for side in (-1, 1)
    ]
    world = World(
        {
            **only("sigmoid"),
            length: meaning_lengths.measured_length,
            w: sp.Rational(weight),
            b: sp.Rational(bias),
        }
    )
    assert float(value(window_length, world)) == pytest.approx(float(ends[1] - ends[0]), abs=1e-9)


def test_largest_finds_peaks_between_the_grid_and_at_the_ends() -> None:
    world = World({largest: meaning_lengths.largest_on(x)})
    between = largest(1 - (x - sp.Rational(1, 3)) ** 2)
    assert float(value(between, world)) == pytest.approx(1, abs=1e-12)
    assert float(value(largest(x**2), world)) == pytest.approx(1, abs=1e-12)


def test_the_mean_of_a_logarithm_against_quadrature() -> None:
    for std in (0.5, 3.0):
        exact = 2 * mpmath.quad(lambda v, k=std: mpmath.log(2 * k * v) * mpmath.npdf(v), [0, 0.01, 1, 12])
        world = World({s: sp.Rational(std)})
        ours = balance.mean_of_log(expectation(sp.log(2 * sp.Abs(w))), world)
        assert float(value(sp.Symbol("m"), World({sp.Symbol("m"): ours}))) == pytest.approx(
            float(exact), abs=1e-8
        )
        assert float(balance.mean_of_log(expectation(w**2), world)) == pytest.approx(std**2, rel=1e-10)


def test_a_chain_s_slope_and_integral_against_mpmath() -> None:
    chain = meaning_gains.Layers((5.0, -9.0), (-2.0, 4.0))

    def output(at: mpmath.mpf) -> mpmath.mpf:
        first = 1 / (1 + mpmath.exp(-(5 * at - 2)))
        return 1 / (1 + mpmath.exp(-(-9 * first + 4)))

    at = np.array([0.1, 0.5, 0.9])
    outputs, slopes = chain.output_and_slope(at)
    for place, found, slope in zip(at, outputs, slopes, strict=True):
        assert found == pytest.approx(float(output(place)), rel=1e-13)
        assert slope == pytest.approx(float(mpmath.diff(output, place)), rel=1e-10)
    world = World(
        {
            budget._aL.func: meaning_gains.one_chain(chain.weights, chain.biases),
            sp.Integral: meaning_gains.total,
        }
    )
    squared = sp.Integral(gain**2, (budget._a0, 0, 1))
    exact = mpmath.quad(lambda t: mpmath.diff(output, t) ** 2, [0, 0.25, 0.5, 0.75, 1])
    assert float(value(squared, world)) == pytest.approx(float(exact), rel=1e-6)


def test_the_share_of_inputs_against_counting() -> None:
    chain = meaning_gains.Layers((9.0, 9.0), (-4.5, -4.5))
    world = World(
        {
            budget._aL.func: meaning_gains.one_chain(chain.weights, chain.biases),
            length: meaning_gains.share,
            K: fmpq(2),
        }
    )
    ours = float(value(length(sp.Ge(gain, K, evaluate=False), budget._a0), world))
    slopes = chain.output_and_slope((np.arange(400_000) + 0.5) / 400_000)[1]
    assert ours == pytest.approx(float(np.mean(slopes >= 2)), abs=1e-5) and 0 < ours < 0.5


def test_the_widest_window_is_found_without_its_edge() -> None:
    found = widest_window._by_golden_section()
    with mpmath.workdps(30):
        edge_there = mpmath.findroot(lambda t: t * mpmath.tanh(t / 2) - 1, 1.5)
        slope = mpmath.sech(edge_there / 2) ** 2 / 4
    assert found[0] == pytest.approx(float(2 * edge_there * slope), abs=1e-12)
    assert found[1] == pytest.approx(float(1 / slope), abs=1e-6)
    world = CLAIMS["window-width-maximiser"].domain.world({})  # type: ignore[union-attr]
    assert float(value(best_weight, world)) == pytest.approx(found[1], abs=1e-9)


def test_what_grows_beyond_bounds_has_no_limit() -> None:
    """Extrapolation would make 1/96 of −1/h² + 1/96."""
    steps = [fmpq(1, 2**k) for k in range(4, 18)]
    assert float(limit(lambda h: fmpq(1, 96) + h, steps).mid()) == pytest.approx(1 / 96, abs=1e-12)
    with pytest.raises(Undefined, match="no limit|do not settle"):
        limit(lambda h: fmpq(1, 96) - 1 / h**2, steps)
