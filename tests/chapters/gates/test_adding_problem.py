"""The adding problem and the digits by pixel:
the data, small trainings, and a sample of the recorded runs made again."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.gates import records as recorded
from analysis.chapters.gates.adding_problem import (
    VARIANTS,
    SequenceTraining,
    _Adam,
    _drawn,
    _Task,
    sequence_training,
    sequences,
)
from analysis.chapters.gates.claims import adding_problem as adding_problem_claims
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
        epsilon_hat=recorded.EPSILON_HAT,
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
        epsilon_hat=recorded.EPSILON_HAT,
    )
    assert kept.digest == digits().digest
    np.testing.assert_allclose(again.score[0], kept.score[0, :2, :2], atol=0.003)


def first_steps(epsilon_hat: bool) -> np.ndarray:
    p = [np.zeros((1, 1, 2))]
    _Adam(p, np.array([0.5]), epsilon_hat)(p, [np.array([[[1e-10, 1e-3]]])])
    return p[0].ravel()


def test_adam_is_the_algorithm_of_the_paper() -> None:
    """η m̂/(√v̂ + ε) with m̂ = g and v̂ = g² in the first step:
    0.5 · 1e-10/(1e-10 + 1e-8), not 0.5 · 3.2e-4."""
    small, large = -first_steps(False)
    assert small == pytest.approx(0.5 / 101, rel=1e-9) and large == pytest.approx(0.5 / 1.00001, rel=1e-9)
    assert small / large == pytest.approx(9.901e-3, rel=1e-4)
    small, large = -first_steps(True)
    assert small / large == pytest.approx(3.162e-4, rel=1e-3)


def test_adam_against_the_algorithm_written_out() -> None:
    """Twenty steps of one number with the two moments corrected one by one."""
    rng, p = np.random.default_rng(3), [np.array([[[0.7]]])]
    step, x, m, v = _Adam(p, np.array([0.01])), 0.7, 0.0, 0.0
    for t, g in enumerate(rng.standard_normal(20) * 10.0 ** rng.uniform(-9, -1, 20), start=1):
        step(p, [np.full((1, 1, 1), g)])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        x -= 0.01 * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
    assert p[0].item() == pytest.approx(x, rel=1e-12)


def test_adam_is_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([theirs], lr=0.5)
    theirs.grad = torch.tensor([1e-10, 1e-3], dtype=torch.float64)
    optimiser.step()
    np.testing.assert_allclose(first_steps(False), theirs.detach().numpy(), rtol=1e-9)


def test_the_long_memory_shuts_the_input_gate() -> None:
    """lstm-long starts with b_f = log U(1, T − 1) and b_i = −b_f, the others with b_i = 0."""
    task = _Task(lambda rng: None, sequences(30, 4, np.random.default_rng(0)), None, None)  # type: ignore[arg-type, return-value]
    for variant in ("lstm-long", "lstm-1"):
        b = _drawn(VARIANTS[variant], 30, task, 5, (0, 1), 1)[2]
        b_i, b_f = b[..., :5], b[..., 5:10]
        if variant == "lstm-long":
            np.testing.assert_array_equal(b_i, -b_f)
            assert (b_f > 0.0).all() and (np.exp(b_f) < 29.0).all() and len(np.unique(b_f)) == 10
        else:
            assert (b_i == 0.0).all() and (b_f == 1.0).all()
        assert (b[..., 10:] == 0.0).all()
    said = {c.label: c.scope for c in adding_problem_claims.CLAIMS}["forget-bias-is-not-decisive"]
    assert "b_i = −b_f" in said


def with_scores(task: str) -> SequenceTraining:
    """Two rates and five seeds whose last scores are 1, 2, 3, 4, 5 and 2, 2, 2, 2, 12:
    s/√n is √2.5/√5 and √20/√5."""
    score = np.zeros((2, 5, 2))
    score[0, :, 1], score[1, :, 1] = [5, 1, 4, 2, 3], [2, 2, 12, 2, 2]
    speeds = np.ones((2, 5, 2, 3))
    return SequenceTraining(
        task, "rnn", 3, 4, 1, (0.1, 0.2), (0, 1, 2, 3, 4), (0, 9), "", score, speeds
    )  # fmt: skip


def test_the_best_rate_its_mean_and_its_standard_error() -> None:
    assert with_scores("adding").best() == pytest.approx((0.1, 3.0, 0.5**0.5))
    assert with_scores("digits").best() == pytest.approx((0.2, 4.0, 2.0))
    assert with_scores("adding").at_best()[:, -1].tolist() == [5, 1, 4, 2, 3]
    assert with_scores("adding").solved(below=3.0) == 2


def test_every_measured_inequality_holds_by_three_standard_errors() -> None:
    """Recomputed here from the records with nothing but NumPy."""

    def each(variant: str, length: int) -> np.ndarray:
        run = recorded.adding(variant, length)
        r = run.score[:, :, -1].mean(axis=1).argmin()
        return np.asarray(run.score[r, :, -1])

    def share(variant: str, length: int) -> np.ndarray:
        run = recorded.adding(variant, length)
        s = run.speeds[run.score[:, :, -1].mean(axis=1).argmin()]
        return np.asarray(np.log10(s[..., 0] / s[..., -1]))

    def errors(x: np.ndarray, of: float) -> float:
        return float((x.mean() - of) / (x.std(ddof=1) / len(x) ** 0.5))

    for variant, length in (
        ("lstm-1", 100),
        ("rnn", 10),
        ("lstm-0", 50),
        ("lstm-1", 50),
        ("lstm-long", 50),
        ("gru", 50),
    ):
        assert errors(each(variant, length), 0.01) < -3.0
    for variant, length in (("rnn", 100), ("rnn", 50), ("rnn-wide", 50), ("rnn-identity", 50)):
        assert errors(each(variant, length), 0.15) > 3.0
    assert errors(share("gru", 50)[:, 0], -9.0) < -3.0 and errors(share("rnn-identity", 50)[:, 0], -1.0) > 3.0
    assert errors(np.diff(share("lstm-1", 100)).ravel(), 5.0) > 3.0
    lstm, rnn = (recorded.pixels(v).score[:, :, -1] for v in ("lstm-1", "rnn"))
    assert (
        errors(lstm[lstm.mean(axis=1).argmax()], 0.85) > 3.0 > errors(lstm[lstm.mean(axis=1).argmax()], 0.9)
    )
    assert errors(rnn[rnn.mean(axis=1).argmax()], 0.75) < -3.0


def test_what_is_claimed_of_cells_without_gates_names_tanh() -> None:
    """All of them have tanh here;
    the ReLU cell of Le, Jaitly and Hinton (2015), which has no gates either, learns."""
    assert all(v.kind in ("rnn", "lstm", "gru") for v in VARIANTS.values())
    for claim in adding_problem_claims.CLAIMS:
        if "rnn" in str(claim.statement):
            assert "tanh cell" in claim.sentence, claim.label


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
