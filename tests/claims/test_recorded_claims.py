"""Margins of what is claimed of recorded runs, and the standard errors behind them: numbers typed from a
calculation."""

from __future__ import annotations

import re
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
from analysis.claims.evaluate import evaluate
from analysis.claims.outcome import Checked, Unknown

FOUR = np.array([0.1, 0.2, 0.3, 0.4])
ERROR_OF_FOUR = 0.06454972243679028
"""Squares around 0.25 add up to 0.05;
0.05/3 = 0.0166667 is the variance, its root 0.1290994, over √4 this."""


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
    return [c for m in modules for c in m.CLAIMS if c.kind == "record"]


@pytest.mark.parametrize("claim", _all_inequalities(), ids=lambda c: c.label)
def test_every_inequality_between_recorded_numbers_prints_its_margin(claim: Claim) -> None:
    outcome = claim.settle()
    assert isinstance(outcome, Checked)
    if claim.statement.atoms(sp.Eq):
        return
    margins = [re.search(r"margin ([\d.]+) standard", step.text) for step in outcome.steps]
    found = [float(m[1]) for m in margins if m]
    assert found and min(found) >= 3.0


def test_what_the_book_once_said_is_too_close_to_tell() -> None:
    """Sentences of earlier editions, and sharper ones than now: 2.9, 2.7, 0.1, 2.3, 2.6, 2.5 standard
    errors."""
    measure = clipped_training_claims.measure
    gain, free, he = measure("A", "large-norm-10"), measure("V", "plain~none"), measure("A", "he")
    pretrained, normed = (m.CLAIMS[-1].domain for m in (pretraining_claims, batch_norm_training_claims))
    symbol = {str(s): s for over in (pretrained, normed) for s in over.letters}
    once = (
        (pretrained, symbol["speed_P"], 1000 * symbol["speed_R"], 2.9),
        (pretrained, symbol["epochs_X"], 2 * symbol["epochs_P"], 2.7),
        (normed, symbol["S_40BN"], 1000 * symbol["S_4BN"], 0.1),
        (normed, symbol["D_0"], 10 * symbol["D_1"], 2.3),
        (clipped_training_claims.CLAIMS[1].domain, gain, he - sp.Rational(3, 100), 2.6),
        (clipped_training_claims.CLAIMS[1].domain, measure("V", "plain~norm"), free, 2.5),
    )
    for over, larger, smaller, wanted in once:
        found = evaluate(sp.Gt(larger, smaller, evaluate=False), over)
        assert found.holds is None and f"margin {wanted} standard errors" in found.text, found


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
