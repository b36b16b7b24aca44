"""What is claimed of the recorded networks is read off them: other numbers, or another statement, come out
otherwise."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from analysis.chapters.learning_speeds import records as recorded
from analysis.chapters.learning_speeds.claims import records as claims
from analysis.chapters.learning_speeds.claims.meaning_published import p_value, rounded, rounded_to
from analysis.chapters.learning_speeds.claims.records import A, B, D, E, F, S, T, his, m, r, usual
from analysis.claims.outcome import Checked, Refuted, Reproduced, Unknown
from analysis.claims.runs import share
from analysis.claims.world import World
from analysis.numeric.speed_statistics import NIELSEN_RATIO, NIELSEN_SPEEDS

BY_LABEL = {c.label: c for c in claims.CLAIMS}
LEVEL = sp.Rational(1, 20)


def settled(label: str, statement: sp.Basic) -> object:
    return BY_LABEL[label].settle(statement)


@pytest.mark.parametrize("label", BY_LABEL)
def test_the_negation_is_refuted(label: str) -> None:
    claim = BY_LABEL[label]
    assert isinstance(claim.settle(), Checked | Reproduced)
    assert isinstance(claim.settle(sp.Not(claim.statement, evaluate=False)), Refuted)
    assert isinstance(claim.settle(claim.false_sibling), Refuted)


# Nielsen's speeds


@pytest.mark.parametrize("hidden", NIELSEN_SPEEDS)
def test_every_other_printed_number_is_refuted(hidden: int) -> None:
    """Also where it lies inside the scatter of the networks: 0.070 for his 0.060."""
    last = 10.0 ** -claims.NIELSEN_DECIMALS[hidden]
    for layer in range(hidden):
        for change in (last, -last, 0.01):
            printed = list(NIELSEN_SPEEDS[hidden])
            printed[layer] = round(printed[layer] + change, 3)
            asked = claims.speeds_are(hidden, tuple(printed))
            assert isinstance(settled(f"nielsen-speeds-{hidden}-hidden", asked), Refuted)


@pytest.mark.parametrize("hidden", NIELSEN_SPEEDS)
def test_speeds_off_by_half_or_out_of_order_are_refused_together(hidden: int) -> None:
    v = his(hidden)
    label = f"nielsen-speeds-{hidden}-hidden"
    for layer in range(hidden):
        for factor in (sp.S.Half, sp.Integer(2)):
            other = [factor * x if k == layer else x for k, x in enumerate(v)]
            assert isinstance(settled(label, sp.Ge(p_value(*other), LEVEL, evaluate=False)), Refuted)
    assert isinstance(settled(label, sp.Ge(p_value(*reversed(v)), LEVEL, evaluate=False)), Refuted)
    mixed = (v[1], v[0], *v[2:])
    assert isinstance(settled(label, sp.Ge(p_value(*mixed), LEVEL, evaluate=False)), Refuted)
    assert isinstance(settled(label, sp.Ge(p_value(*(-x for x in v)), LEVEL, evaluate=False)), Refuted)
    assert isinstance(settled(label, sp.Lt(p_value(*v), LEVEL, evaluate=False)), Refuted)
    assert isinstance(settled(label, sp.Ge(p_value(v[0]), LEVEL, evaluate=False)), Unknown)


def test_what_lies_inside_the_scatter_is_not_refused_by_the_scatter() -> None:
    """Why the printed numbers are compared with the recorded ones too; these three nobody has printed."""
    statement = sp.Ge(p_value(sp.Float("0.012"), sp.Float("0.070"), sp.Float("0.283")), LEVEL, evaluate=False)
    assert isinstance(settled("nielsen-speeds-3-hidden", statement), Checked)


def test_standard_normal_networks_would_refuse_his_numbers() -> None:
    for hidden, stated in NIELSEN_SPEEDS.items():
        assert np.all(np.array(stated) < claims.initial("gaussian", hidden).min(axis=0))


@pytest.mark.parametrize(
    ("x", "decimals", "expected"),
    [("0.0695", 3, "0.070"), ("0.06949", 3, "0.069"), ("-0.3", 0, "0"), ("1.25", 1, "1.3")],
)
def test_rounding_halves_up(x: str, decimals: int, expected: str) -> None:
    exact = sp.Rational(x)
    found = rounded_to(fmpq(int(exact.p), int(exact.q)), fmpq(decimals))
    assert found == fmpq(int(sp.Rational(expected).p), int(sp.Rational(expected).q))
    assert rounded(sp.Symbol("x"), 3).args[1] == 3


def test_the_ratio_at_each_epoch_against_the_recorded_quantiles() -> None:
    bands = recorded.trained_bands("mnist", "nielsen", 4)
    label = "nielsen-speed-ratio"
    for k, (epoch, ratio) in enumerate(NIELSEN_RATIO.items(), start=1):
        assert bands.ratio[0, epoch] < ratio < bands.ratio[-1, epoch]
        for off in (bands.ratio[0, epoch] * 0.99, bands.ratio[-1, epoch] * 1.01):
            asked = sp.Eq(usual(sp.Float(float(off)), k), 1, evaluate=False)
            assert isinstance(settled(label, asked), Refuted)
    for statement in (
        claims.ratio_is_usual(2 * r[claims._k]),
        claims.ratio_is_usual(1 / r[claims._k]),
        claims.ratio_is_usual(r[9 - claims._k]),
        sp.Gt(r[2], 140),
        sp.Lt(r[8], r[1]),
        sp.Lt(r[3], r[1] / 2),
        sp.Eq(r[3], 50.6),
    ):
        assert isinstance(settled(label, statement), Refuted)


# Shares of networks


FALSE = {
    "speeds-grow-with-the-layer": (
        share(S[2] < S[1]),
        share(sp.And(S[1] < S[2], S[2] < S[3], S[4] < S[3])),
        share(2 * S[3] > S[4]),
        share(S[2] > 4 * S[1]),
        share(T[1] < T[2]) - sp.Rational(1, 100),
    ),
    "standard-normal-weights-are-faster": (
        share(T[1] < his(4)[0]),
        share(S[1] > his(4)[0]),
        share(S[2] > 6 * his(4)[0]),
        share(T[1] ** 2 > his(4)[0]),
        share(T[2] < T[1]),
    ),
    "two-hidden-layers-recover": (
        share(F[2, 1] >= 3 * m[2, 1]),
        share(F[2, 2] >= sp.Rational(14, 5) * m[2, 2]),
        share(sp.And(F[3, 1] >= m[3, 1], F[3, 2] > m[3, 2])),
        share(F[2, 1] < m[2, 1]),
        share(F[2, 1] > F[2, 2]),
    ),
    "four-hidden-layers-do-not-recover": (
        share(F[4, 1] < m[4, 1]),
        share(F[4, 4] >= 2 * m[4, 4]),
        share(F[3, 1] <= m[3, 1]),
        share(sp.Or(F[2, 1] <= m[2, 1], F[2, 2] <= m[2, 2])),
        share(F[4, 4] > 100 * F[4, 1]),
    ),
    "output-layer-moves-most": (
        share(D[5] > 41 * D[1]),
        share(D[1] < D[2]),
        share(sp.And(D[1] < D[2], D[2] < D[3])),
        share(D[5] < 40 * D[1]),
        share(D[4] > 40 * D[1]),
    ),
    "small-gradient-is-not-near-optimum": (
        share(sp.Rational(3, 5) * E > A),
        share(sp.Rational(2, 3) * E < A),
        share(sp.Rational(22, 25) * E > B),
        share(B < A),
        share(A > E),
    ),
}


@pytest.mark.parametrize(("label", "left"), [(label, x) for label, xs in FALSE.items() for x in xs])
def test_false_shares_are_refuted(label: str, left: sp.Expr) -> None:
    assert isinstance(settled(label, sp.Eq(left, 1, evaluate=False)), Refuted)


def test_the_letters_are_the_records() -> None:
    bands = recorded.trained_bands("mnist", "nielsen", 3)
    world = World(claims.NETWORKS)
    np.testing.assert_array_equal(claims.NETWORKS[m[3, 2]].read(world).values, bands.lowest[:, 1])
    np.testing.assert_array_equal(claims.NETWORKS[F[3, 3]].read(world).values, bands.final[:, 2])
    start = recorded.initial_speeds("mnist", "gaussian", 4).speeds[:, 0, 2]
    np.testing.assert_array_equal(claims.NETWORKS[T[3]].read(world).values, start)


@pytest.mark.parametrize("label", BY_LABEL)
def test_no_false_alteration_is_accepted(label: str) -> None:
    """Those that are accepted are true: weaker bounds, or inequalities that leave room."""
    true = ("strict", "bound tightened", "factor dropped", "number changed", "index moved")
    for variant in BY_LABEL[label].altered().accepted:
        assert variant.alteration.words.split(":")[0] in true
