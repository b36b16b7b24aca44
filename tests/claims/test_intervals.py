"""Proofs of upper bounds by boxes, curvature and tails."""

from __future__ import annotations

from itertools import pairwise

import mpmath
import pytest
import sympy as sp

from analysis.chapters.quarter_bound.claims.intervals import CLAIMS, by_intervals
from analysis.claims.intervals import IntervalProof, _tail, certified_sup, prove_upper_bound
from analysis.claims.outcome import Argued, Refuted, Unknown
from analysis.symbolic.catalogue import SIGMOID, SOFTPLUS, TANH
from analysis.symbolic.notation import w, z

SLOPE = 1 / (4 * sp.cosh(z / 2) ** 2)
QUARTER = sp.Rational(1, 4)


def assert_covers(proof: IntervalProof) -> None:
    """The pieces of the proof cover ℝ without a gap, and each says what it must."""
    boxes = sorted([*proof.boxes, *proof.curvature])
    left, right = proof.tails
    assert (left.side, right.side) == (-1, 1)
    assert boxes[0].lo <= -left.start and boxes[-1].hi >= right.start
    assert all(p.hi >= q.lo for p, q in pairwise(boxes))
    assert all(box.upper < proof.bound for box in proof.boxes)
    assert all(box.upper < 0 for box in proof.curvature)
    if proof.curvature:
        assert proof.curvature[0].lo < proof.touching < proof.curvature[-1].hi
        assert proof.f.diff(z).subs(z, proof.touching).simplify() == 0
    for box in proof.boxes:
        for k in range(8):
            at = box.lo + (box.hi - box.lo) * sp.Rational(k, 7)
            assert proof.f.subs(z, at).evalf(30) <= sp.Float(box.upper, 30)
    for box in proof.curvature:
        assert proof.f.diff(z, 2).subs(z, (box.lo + box.hi) / 2).evalf(30) <= sp.Float(box.upper, 30)
    s = sp.Symbol("s", nonnegative=True)
    for tail in proof.tails:
        u = next(iter((tail.top / tail.bottom).free_symbols))
        assert sp.exp(-tail.start / 2) <= tail.reach < 1
        for polynomial in (tail.top, tail.bottom):
            numerator = sp.numer(sp.together(polynomial.subs(u, tail.reach / (1 + s))))
            assert all(c >= 0 for c in sp.Poly(numerator, s).all_coeffs())
        for t in (tail.start, tail.start + 3):
            gap = (tail.top / tail.bottom).subs(u, sp.exp(-sp.Rational(t) / 2))
            true = proof.bound - proof.f.subs(z, tail.side * t)
            assert abs((gap - true).evalf(40)) < 1e-30


@pytest.mark.parametrize(
    ("f", "bound", "touching"),
    [
        (SLOPE, QUARTER, 0),
        (SIGMOID.derivative, QUARTER, 0),
        (SIGMOID.formula * (1 - SIGMOID.formula), QUARTER, 0),
        (SLOPE.subs(z, z - 3), QUARTER, 3),
        (SLOPE, QUARTER + sp.Rational(1, 1000), None),
        (SLOPE, QUARTER + sp.Rational(1, 1000), 0),
        (TANH.derivative, sp.S.One, 0),
        (1 / (1 + sp.exp(-z)), sp.S.One, None),  # the supremum is approached, never attained
        (-SLOPE, sp.S.Zero, None),
    ],
)
def test_true_bounds_are_proved_with_enclosures_that_cover_the_line(f, bound, touching):
    proof = prove_upper_bound(f, bound, touching)
    assert isinstance(proof, IntervalProof), proof
    assert_covers(proof)
    assert all(step.text for step in proof.steps())


@pytest.mark.parametrize("touching", [None, 0])
@pytest.mark.parametrize(
    "bound", [sp.Rational(1, 5), sp.Rational(2499, 10000), sp.Rational(2499999999, 10**10), 0, -1]
)
def test_bounds_that_are_too_small_are_refuted_at_a_rational_point(bound, touching):
    found = prove_upper_bound(SLOPE, bound, touching)
    assert isinstance(found, Refuted)
    at = sp.Rational(found.witness.split("at z = ")[1].split()[0])
    assert SLOPE.subs(z, at).evalf(30) > bound


def test_a_violation_far_out_is_found():
    found = prove_upper_bound(1 / (1 + sp.exp(-z)), sp.Rational(99999, 100000))
    assert isinstance(found, Refuted) and "z = 16 " in found.witness


def test_subdivision_alone_cannot_prove_a_bound_that_is_touched():
    found = prove_upper_bound(SLOPE, QUARTER)
    assert isinstance(found, Unknown) and "undecided" in found.why


@pytest.mark.parametrize(
    ("f", "bound", "touching", "why"),
    [
        (SLOPE, QUARTER, 1, "not stationary"),
        (-SLOPE, sp.S.Zero, 0, "second derivative"),  # a minimum, not a maximum
        ((1 + sp.erf(z)) / 4, sp.S.One, None, "no tail argument"),
    ],
)
def test_what_cannot_be_proved_is_unknown(f, bound, touching, why):
    found = prove_upper_bound(f, bound, touching)
    assert isinstance(found, Unknown) and why in found.why


def test_other_symbols_are_refused():
    with pytest.raises(ValueError, match="symbol z alone"):
        prove_upper_bound(SLOPE + w, QUARTER)
    with pytest.raises(ValueError, match="symbol z alone"):
        prove_upper_bound(SLOPE, w)


def test_boxes_run_out():
    found = prove_upper_bound(SIGMOID.derivative, QUARTER, 0, max_boxes=2)
    assert isinstance(found, Unknown)


def test_the_claim_and_its_sibling():
    (claim,) = CLAIMS
    settled = claim.prove()
    assert settled.sound and isinstance(settled.outcome, Argued)
    assert settled.outcome.how == "intervals" and len(settled.outcome.steps) >= 5
    near = claim.settle(sp.Le(SIGMOID.derivative, sp.Rational(2499, 10000), evaluate=False))
    assert isinstance(near, Refuted) and "0.2499" in near.witness


def test_the_form_must_be_the_left_side():
    check = by_intervals(SLOPE, sp.S.Zero)
    found = check(sp.Le(SIGMOID.derivative * sp.Rational(1001, 1000), QUARTER, evaluate=False))
    assert isinstance(found, Unknown) and "not recognised" in found.why
    assert isinstance(
        check(sp.Le(SIGMOID.slope, QUARTER, evaluate=False)), Unknown
    )  # |z| is not resolved here


def test_a_tail_whose_sign_stays_open():
    """1 + e^{−10 z} exceeds 1, by less than 64 bits show."""
    found = _tail(1 + sp.exp(-10 * z), sp.S.One, 1, 8)
    assert isinstance(found, Unknown) and "no sign found" in found.why


SILU, GELU = z * SIGMOID.formula, z * (1 + sp.erf(z / sp.sqrt(2))) / 2
SELU_SLOPE = sp.Piecewise((sp.Rational(17, 10) * sp.exp(z), z < 0), (1, True))


@pytest.mark.parametrize(
    ("f", "guess"),
    [(SILU.diff(z), 2.4), (GELU.diff(z), 1.4), (SLOPE, 0.0), (SLOPE.diff(z), -1.3), (z - z**2, 0.5)],
)
def test_a_supremum_is_enclosed(f, guess):
    found = certified_sup(f, -10, 10, tolerance=1e-10)
    with mpmath.workdps(40):
        at = mpmath.findroot(sp.lambdify(z, f.diff(z), "mpmath"), guess)
        true = sp.lambdify(z, f, "mpmath")(at)
        assert found.lower <= true <= found.upper and found.upper - found.lower <= 1e-10
        assert found.lo <= float(at) <= found.hi


def test_a_supremum_that_is_not_attained_or_has_a_kink():
    found = certified_sup(SELU_SLOPE, -5, 5)
    assert found.lower < 1.7 <= found.upper and found.upper - found.lower <= 1e-9
    found = certified_sup(SOFTPLUS.log_slope, -3, 3)
    assert found.lower <= -float(sp.log(1 + sp.exp(-3))) <= found.upper
    assert certified_sup(-sp.Abs(z - 1), -3, 3).upper >= 0.0


def test_a_supremum_that_does_not_exist():
    with pytest.raises(ArithmeticError, match="could not be bounded"):
        certified_sup(1 / z, -1, 1, max_boxes=100)


@pytest.mark.parametrize("side", [1, -1])
def test_between_the_starts_of_two_tails_every_point_is_covered(side):
    """The bump lies near 12, beyond where the tail on its other side begins."""
    far = sp.exp(side * z) / 160_000
    bump = far / (1 + far) ** 2
    assert isinstance(prove_upper_bound(bump, sp.Rational(1, 5)), Refuted)
    found = prove_upper_bound(bump, sp.Rational(26, 100))
    assert isinstance(found, IntervalProof) and found.tails[0].start != found.tails[1].start
    ends = [(box.lo, box.hi) for box in found.boxes]
    assert min(ends)[0] <= -16 and max(ends)[1] >= 16
