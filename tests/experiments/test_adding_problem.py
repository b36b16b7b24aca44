"""The adding problem and the digits by pixel: the data, small trainings, and a sample of the recorded runs made again."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.experiments import recurrent_recorded as recorded
from analysis.experiments.adding_problem import VARIANTS, SequenceTraining, sequence_training, sequences
from analysis.numeric.data import digits


def test_the_target_is_the_sum_of_the_two_marked() -> None:
    xs, sums = sequences(11, 400, np.random.default_rng(0))
    assert xs.shape == (11, 400, 2) and sums.shape == (400, 1)
    np.testing.assert_allclose((xs[..., 0] * xs[..., 1]).sum(axis=0)[:, None], sums)
    assert (xs[:5, :, 1].sum(axis=0) == 1).all() and (xs[5:, :, 1].sum(axis=0) == 1).all()
    assert ((sums - 1.0) ** 2).mean() == pytest.approx(1 / 6, abs=0.03)


def small(variant: str, **kwargs: int) -> SequenceTraining:
    return sequence_training(
        variant, length=6, rates=(0.01, 0.03), seeds=(0, 3), updates=60, units=6, checkpoints=2
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_learns_short_sequences(variant: str) -> None:
    found = small(variant)
    assert found.score.shape == (2, 2, 3) and found.speeds.shape == (2, 2, 2, 6)
    assert found.best()[1] < 0.5 * found.score[..., 0].mean()


def test_a_network_does_not_depend_on_those_beside_it() -> None:
    alone = sequence_training(
        "lstm-1", length=6, rates=(0.03,), seeds=(3,), updates=60, units=6, checkpoints=2
    )
    np.testing.assert_allclose(alone.score[0, 0], small("lstm-1").score[1, 1], rtol=1e-9)


def test_the_first_forget_bias_is_the_variant_s() -> None:
    zero, one = (
        sequence_training(v, length=20, rates=(0.01,), seeds=(0,), updates=0, units=6)
        for v in ("lstm-0", "lstm-1")
    )
    assert one.speeds[0, 0, 0, 0] > 5.0 * zero.speeds[0, 0, 0, 0]


@pytest.mark.parametrize(("variant", "length"), [("lstm-1", 10), ("rnn-identity", 20)])
def test_a_recorded_run_comes_out_again(variant: str, length: int) -> None:
    """The first checkpoint of two seeds; later ones drift apart between machines."""
    kept = recorded.adding(variant, length)
    again = sequence_training(
        variant,
        length=length,
        rates=kept.rates[:1],
        seeds=kept.seeds[:2],
        updates=kept.updates[1],
        checkpoints=1,
    )
    np.testing.assert_allclose(again.score[0], kept.score[0, :2, :2], rtol=1e-6)
    np.testing.assert_allclose(again.speeds[0, :, 0], kept.speeds[0, :2, 0], rtol=1e-9)


def test_a_recorded_digit_run_comes_out_again() -> None:
    kept = recorded.pixels("rnn")
    again = sequence_training(
        "rnn",
        data=digits(),
        rates=kept.rates[:1],
        seeds=kept.seeds[:2],
        updates=kept.updates[1],
        checkpoints=1,
    )
    assert kept.digest == digits().digest
    np.testing.assert_allclose(again.score[0], kept.score[0, :2, :2], atol=0.003)


def test_every_recorded_run_is_there() -> None:
    for variant in VARIANTS:
        for length in recorded.lengths(variant):
            run = recorded.adding(variant, length)
            assert (run.variant, run.length, run.rates, run.seeds) == (
                variant,
                length,
                recorded.RATES,
                tuple(recorded.SEEDS),
            )
    assert all(recorded.pixels(variant).task == "digits" for variant in recorded.PIXELS)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="variant"):
        sequence_training("elman", length=5, rates=(0.1,), seeds=(0,), updates=1)
    with pytest.raises(ValueError, match="rates"):
        sequence_training("rnn", length=5, rates=(), seeds=(0,), updates=1)
    with pytest.raises(ValueError, match="length"):
        sequence_training("rnn", length=1, rates=(0.1,), seeds=(0,), updates=1)
    with pytest.raises(ValueError, match="minibatch"):
        sequence_training("rnn", data=digits(), rates=(0.1,), seeds=(0,), updates=1, minibatch=5000)
    with pytest.raises(ValueError, match="length"):
        recorded.adding("rnn", 7)
    with pytest.raises(ValueError, match="variant"):
        recorded.pixels("elman")
