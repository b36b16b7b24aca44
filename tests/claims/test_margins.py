"""Margins of measured inequalities, and the standard errors behind them:
numbers typed from a calculation by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.clipping import records as clipping_recorded
from analysis.chapters.clipping.claims import (
    clipped_training as clipped_training_claims,
)
from analysis.chapters.clipping.claims import (
    weight_decay_training as weight_decay_claims,
)
from analysis.chapters.gates import records as recurrent_recorded
from analysis.chapters.gates.claims import adding_problem as adding_problem_claims
from analysis.chapters.normalisation import records as batch_norm_recorded
from analysis.chapters.normalisation.claims import training as batch_norm_training_claims
from analysis.chapters.normalisation.depth import DepthSweep, depth_sweep
from analysis.chapters.pretraining.claims import stack as pretraining_claims
from analysis.chapters.residual import records as residual_recorded
from analysis.chapters.residual.claims import training as residual_training_claims
from analysis.chapters.residual.shattered_gradients import InputGradients
from analysis.claims.claim import Claim
from analysis.claims.margins import by_margin, by_measuring, joined, margin, standard_error
from analysis.claims.outcome import Checked, Outcome, Refuted, Unknown

x, y, count = sp.symbols("x y n", positive=True)
FOUR = np.array([0.1, 0.2, 0.3, 0.4])
ERROR_OF_FOUR = 0.06454972243679028
"""Squares around 0.25 add up to 0.05;
0.05/3 = 0.0166667 is the variance, its root 0.1290994, over √4 this."""


def test_a_standard_error_is_that_of_the_mean() -> None:
    assert standard_error(FOUR) == pytest.approx(ERROR_OF_FOUR, rel=1e-12)
    assert standard_error(np.asarray(3.0)) == 0.0


def test_the_margin_is_paired_and_in_standard_errors() -> None:
    values = {x: FOUR + 1.0, y: np.ones(4)}
    assert margin(sp.Gt(x, y, evaluate=False), values) == pytest.approx(0.25 / ERROR_OF_FOUR)
    assert margin(sp.Lt(x, y, evaluate=False), values) == pytest.approx(-0.25 / ERROR_OF_FOUR)
    shared = {x: FOUR + np.array([5.0, -7.0, 9.0, 0.0]), y: np.array([5.0, -7.0, 9.0, 0.0])}
    assert margin(sp.Gt(x, y, evaluate=False), shared) == pytest.approx(0.25 / ERROR_OF_FOUR)
    logs = {x: np.exp(FOUR), y: np.ones(4)}
    assert margin(sp.Gt(x, y, evaluate=False), logs, logarithmic=True) == pytest.approx(0.25 / ERROR_OF_FOUR)
    exact = {x: np.asarray(4.0), y: np.asarray(4.0)}
    assert margin(sp.Ge(x, y, evaluate=False), exact) == np.inf
    assert margin(sp.Gt(x, y, evaluate=False), exact) == -np.inf
    with pytest.raises(ValueError, match="relation must be an inequality"):
        margin(sp.Eq(x, y, evaluate=False), values)


def test_three_standard_errors_decide() -> None:
    values = {x: FOUR}
    for bound, kind in ((0.05, Checked), (0.06, Unknown), (0.44, Unknown), (0.45, Refuted)):
        assert isinstance(by_margin(sp.Gt(x, bound, evaluate=False), values), kind), bound
    both = sp.And(sp.Gt(x, 0.05, evaluate=False), sp.Gt(x, 0.06, evaluate=False), evaluate=False)
    assert isinstance(by_margin(both, values), Unknown)
    assert "too close to tell" in by_margin(both, values).why
    either = sp.Or(sp.Gt(x, 0.05, evaluate=False), sp.Gt(x, 9, evaluate=False), evaluate=False)
    assert isinstance(by_margin(either, values), Unknown)
    found = by_margin(sp.Gt(x, 0.05, evaluate=False), values)
    assert found.steps[0].text.endswith("margin 3.1 standard errors")
    assert isinstance(joined([found, by_margin(both, values)]), Unknown)
    assert isinstance(
        joined([by_margin(both, values), by_margin(sp.Gt(x, 1, evaluate=False), values)]), Refuted
    )


THREE = 5.0 + 3.0 * math.sqrt(3.0) * np.array([1.0, 1.0, -1.0, -1.0])
FOUR_OTHERS = 20.0 + 4.0 * math.sqrt(3.0) * np.array([1.0, -1.0, 1.0, -1.0])
"""Means 5 and 20, standard errors 3 and 4 (of ±d four times, d √(4/3)/2 = d/√3), and no correlation."""


def test_errors_of_numbers_without_correlation_add_up_in_squares() -> None:
    values = {x: THREE, y: FOUR_OTHERS}
    assert [standard_error(v) for v in values.values()] == pytest.approx([3.0, 4.0])
    assert margin(sp.Gt(y, x, evaluate=False), values) == pytest.approx(3.0)  # √(3² + 4²) = 5
    assert margin(sp.Lt(y, x, evaluate=False), values) == pytest.approx(-3.0)
    assert margin(sp.Lt(x, 8, evaluate=False), values) == pytest.approx(1.0)
    assert margin(sp.Gt(y, 2 * x, evaluate=False), values) == pytest.approx(10 / math.sqrt(52))
    assert margin(sp.Gt(x, 2, evaluate=False), {x: np.full(4, 3.0)}) == np.inf


def test_ratios_are_compared_by_their_logarithms() -> None:
    """Two of the four logarithms to base 10 are 1, the others 0 and 2: s = √(2/3), and the error is s/2."""
    values = {x: np.array([1.0, 100.0, 10.0, 10.0]), y: np.asarray(1.0)}
    assert standard_error(np.log(values[x])) == pytest.approx(math.log(10.0) * math.sqrt(2 / 3) / 2)
    assert margin(sp.Gt(x, 1, evaluate=False), values, logarithmic=True) == pytest.approx(
        2 / math.sqrt(2 / 3)
    )
    found = margin(sp.Gt(1000 * y, x, evaluate=False), values, logarithmic=True)
    assert found == pytest.approx(4 / math.sqrt(2 / 3))
    shown = by_measuring(values.__getitem__, logarithmic="xy")(sp.Gt(x, 1, evaluate=False))
    assert isinstance(shown, Unknown) and shown.why.startswith("measured x = 10; margin 2.4 standard errors")


def around(mean: float, error: float) -> np.ndarray:
    """Four numbers with this mean and standard error."""
    return mean + error * math.sqrt(3.0) * np.array([1.0, -1.0, 1.0, -1.0])


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (sp.Gt(x, sp.Rational(46, 100), evaluate=False), Checked),
        (sp.Gt(x, sp.Rational(48, 100), evaluate=False), Unknown),  # two standard errors are too few
        (sp.Gt(x, sp.Rational(51, 100), evaluate=False), Unknown),
        (sp.Gt(x, sp.Rational(54, 100), evaluate=False), Refuted),
        (sp.And(sp.Gt(x, sp.Rational(4, 10)), sp.Lt(x, sp.Rational(49, 100)), evaluate=False), Unknown),
        (sp.Eq(count, sp.Float(0.4), evaluate=False), Checked),
        (sp.Eq(count, 1, evaluate=False), Refuted),
        (sp.Eq(x, sp.Rational(5, 10), evaluate=False), Refuted),  # each seed has to, not their mean
        (sp.And(sp.Eq(2 * x, y, evaluate=False), sp.Gt(x, 0.4, evaluate=False), evaluate=False), Checked),
        (sp.And(sp.Eq(count, 1, evaluate=False), sp.Gt(x, 0.4, evaluate=False), evaluate=False), Refuted),
        (sp.Or(sp.Gt(x, 0.4, evaluate=False), sp.Gt(x, 9, evaluate=False), evaluate=False), Unknown),
    ],
    ids=str,
)
def test_what_is_measured_settles_a_statement(statement: sp.Basic, kind: type[Outcome]) -> None:
    values = {x: around(0.5, 0.01), y: 2.0 * around(0.5, 0.01), count: np.asarray(0.4)}
    assert isinstance(by_measuring(values.__getitem__)(statement), kind)


def test_only_inequalities_between_ratios_are_compared_by_logarithms() -> None:
    """log₁₀ r has mean −2.25 and squares around it of 8.75:
    r is one error above 0, log r 6.75/√(8.75/12) = 7.9 above log 10⁻⁹."""
    r, d = sp.symbols("r d", positive=True)
    values = {r: np.array([1e-4, 1e-3, 1e-2, 1.0]), d: around(0.5, 0.01)}
    check = by_measuring(values.__getitem__, logarithmic="r")
    bound, small = sp.Rational(1, 10**9), sp.Gt(d, 0.4, evaluate=False)
    found = check(sp.And(sp.Gt(r, bound, evaluate=False), small, evaluate=False))
    assert isinstance(found, Checked) and [step.text for step in found.steps] == [
        "measured d = 0.5; margin 10.0 standard errors",
        "measured r = 0.005623; margin 7.9 standard errors",
    ]
    assert isinstance(check(sp.Gt(r, d / 10**9, evaluate=False)), Unknown)


@pytest.mark.parametrize(
    ("label", "statement"),
    [
        ("residual-hardly-helps-shallow", "A_{plain, 4} > 95/100"),  # holds by 1.5 only
        ("plain-gradient-is-not-small", "G_{plain, 48} > G_{residual\\_scaled, 48}"),  # by 0.1
        ("lstm-reads-digits-by-pixel", "A_{lstm\\_1} > 9/10"),  # by 0.9
    ],
)
def test_what_the_records_do_not_resolve_is_not_claimed(label: str, statement: str) -> None:
    claims = {c.label: c for c in (*residual_training_claims.CLAIMS, *adding_problem_claims.CLAIMS)}
    left, right = (
        sp.Symbol(side, real=True) if side[0] in "AG" else sp.Rational(side)
        for side in statement.split(" > ")
    )
    assert isinstance(claims[label].settle(sp.Gt(left, right, evaluate=False)), Unknown)


def _all_inequalities() -> list[Claim]:
    modules = (
        batch_norm_training_claims,
        clipped_training_claims,
        pretraining_claims,
        weight_decay_claims,
        residual_training_claims,
        adding_problem_claims,
    )
    return [c for m in modules for c in m.CLAIMS if getattr(c, "check", None) is m.__dict__.get("by_record")]


@pytest.mark.parametrize("claim", _all_inequalities(), ids=lambda c: c.label)
def test_every_inequality_between_recorded_numbers_prints_its_margin(claim: Claim) -> None:
    outcome = claim.settle()
    assert isinstance(outcome, Checked)
    if not isinstance(claim.statement, sp.Eq):
        margins = [
            float(word)
            for step in outcome.steps
            for word in step.text.split("margin ")[1].removesuffix(" standard errors").split(", ")
        ]
        assert min(margins) >= 3.0


def test_what_the_book_once_said_is_too_close_to_tell() -> None:
    """Sentences of earlier editions, and sharper ones than now: 2.9, 2.7, 0.1, 2.3, 2.6, 2.5 standard
    errors."""
    symbol = {str(s): s for s in (*pretraining_claims.MEASURED, *batch_norm_training_claims.MEASURED)}
    measure = clipped_training_claims.measure
    gain, free, he = measure("A", "large-norm-10"), measure("V", "plain~none"), measure("A", "he")
    once = (
        (pretraining_claims, symbol["v_P"], 1000 * symbol["v_R"], 2.9),
        (pretraining_claims, symbol["E_X"], 2 * symbol["E_P"], 2.7),
        (batch_norm_training_claims, symbol["S_40BN"], 1000 * symbol["S_4BN"], 0.1),
        (batch_norm_training_claims, symbol["D_0"], 10 * symbol["D_1"], 2.3),
        (clipped_training_claims, gain, he - sp.Rational(3, 100), 2.6),
        (clipped_training_claims, measure("V", "plain~norm"), free, 2.5),
    )
    for module, larger, smaller, wanted in once:
        outcome = module.by_record(sp.Gt(larger, smaller, evaluate=False))
        assert isinstance(outcome, Unknown)
        assert f"margin {wanted} standard errors" in outcome.why


def test_the_gap_with_few_labels_comes_from_the_files() -> None:
    """Read with NumPy alone, rates chosen by validation: 3.5 ± 0.9 points behind N(0, 1), 4.3 ± 0.8 behind
    N(0, 0.7²)."""
    folder = pretraining_claims.recorded.FOLDER
    final = {}
    for name, epoch in (("pretrained", 450), ("gaussian", 1000), ("gaussian-0.7", 1000)):
        arrays = np.load(folder / f"{name}-100.npz")
        seen, found = (arrays[k][:, :, epoch // 10] for k in ("validation", "accuracy"))
        final[name] = found[seen.mean(axis=1).argmax()]
    for name, gap, error in (("gaussian", -3.5, 0.9), ("gaussian-0.7", -4.3, 0.8)):
        lead = 100 * (final["pretrained"] - final[name])
        assert round(lead.mean(), 1) == gap
        assert round(np.sqrt(((lead - lead.mean()) ** 2).sum() / 4 / 5), 1) == error


def _with(final: np.ndarray, run: object, *fields: str) -> object:
    """The run with three rates and four seeds that end as in ``final``."""
    ends = dict.fromkeys(fields, final[..., None])
    return replace(run, rates=(0.1, 0.3, 1.0), seeds=(0, 1, 2, 3), **ends)  # type: ignore[type-var]


@pytest.mark.parametrize(
    "which", ["batch norm", "clipping", "residual", "recurrent digits", "recurrent adding"]
)
def test_the_best_run_gives_its_rate_its_mean_and_the_error_of_the_mean(which: str) -> None:
    final = np.stack([FOUR / 4, FOUR, FOUR / 2])
    if which == "batch norm":
        run = _with(final, batch_norm_recorded.training("relu", "batch", 4), "accuracy", "validation")
    elif which == "clipping":
        run = _with(final, clipping_recorded.training("he"), "accuracy", "validation")
    elif which == "residual":
        run = _with(final, residual_recorded.training("plain", 4), "accuracy", "validation")
    else:
        task = which.split()[1]
        final = 1.0 - final if task == "adding" else final
        kept = replace(recurrent_recorded.adding("gru", 50), task=task, validation=final)
        run = _with(final, kept, "score")
    rate, mean, error = run.best()  # type: ignore[attr-defined]
    assert rate == 0.3
    assert mean == pytest.approx(0.75 if "adding" in which else 0.25, rel=1e-12)
    assert error == pytest.approx(ERROR_OF_FOUR, rel=1e-12)


def test_other_standard_errors_are_those_of_means() -> None:
    logs = np.zeros((4, 20))
    logs[:, 8] = 3.0 * FOUR  # layers 8 and 11 of 20: three apart
    sweep = depth_sweep("batch", batch=4, width=8, depth=20, nets=2)
    rate, error = replace(sweep, logs=logs).rate()
    assert (rate, error) == (pytest.approx(0.25), pytest.approx(ERROR_OF_FOUR))
    assert isinstance(sweep, DepthSweep) and sweep.largest.shape == (2, 20) and (sweep.largest >= 1.0).all()
    correlations = np.zeros((4, 2, 2))
    correlations[:, 0, 1] = FOUR
    pair = InputGradients(1, 2, 0.0, 1.0, np.arange(2.0), np.ones(2), correlations).between(0, 1)
    assert pair == (pytest.approx(0.25), pytest.approx(ERROR_OF_FOUR))
