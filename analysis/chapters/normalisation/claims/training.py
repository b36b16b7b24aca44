"""What the recorded trainings of chapter 11 show: where batch normalisation helps, and where it does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import sympy as sp

from analysis.chapters.normalisation import records as recorded
from analysis.chapters.normalisation.records import EPOCHS
from analysis.chapters.normalisation.training import BatchNormTraining
from analysis.claims.claim import Claim
from analysis.claims.relations import gt
from analysis.claims.runs import of_runs
from analysis.numeric.minibatches import TEST_IMAGES, VALIDATION_IMAGES, at_best, best_run

DEEP = 40
SHALLOW = 4
RATE, LEVEL = 0.1, 0.9
TRAINING_IMAGES = 1100
"""What ``split`` leaves of the digits; a test compares."""


@cache
def run(activation: str, normaliser: str, depth: int, scale: float = 1.0) -> BatchNormTraining:
    """A recorded training, read once."""
    return recorded.training(activation, normaliser, depth, scale)


def _best(activation: str, normaliser: str, depth: int, scale: float = 1.0) -> np.ndarray:
    """Test accuracy of each seed at the chosen learning rate."""
    return at_best(run(activation, normaliser, depth, scale))


def tuned(normaliser: str) -> BatchNormTraining:
    """Of the recorded scales of the weights of four sigmoid layers the one that is best on the validation
    images."""
    return best_run([run("sigmoid", normaliser, SHALLOW, scale) for scale in recorded.SCALES])


def _tuned(normaliser: str) -> np.ndarray:
    return at_best(tuned(normaliser))


def _working(normaliser: str, depth: int) -> np.ndarray:
    """At how many of the rates each seed has a test accuracy of ``LEVEL`` or more."""
    return np.asarray((run("relu", normaliser, depth).accuracy[..., -1] >= LEVEL).sum(axis=0), dtype=float)


def _first_speed(normaliser: str, depth: int) -> np.ndarray:
    """‖∂C/∂W¹‖ of each seed before training, W¹ the first matrix between two hidden layers."""
    return np.asarray(run("relu", normaliser, depth).start_speeds[0, :, 1])


def spreads(speeds: np.ndarray) -> np.ndarray:
    """Of each seed the largest ‖∂C/∂W^l‖ over the smallest, first and last matrix left out:
    speeds (S, D+1)."""
    hidden = speeds[:, 1:-1]
    return np.asarray(hidden.max(axis=1) / hidden.min(axis=1))


def spread(speeds: np.ndarray) -> float:
    """The geometric mean of ``spreads`` over the seeds."""
    return float(np.exp(np.log(spreads(speeds)).mean()))


def _spread(of: str) -> np.ndarray:
    one = run("relu", "batch", DEEP)
    return spreads(getattr(one, of)[one.rates.index(RATE)])


def _sym(name: str) -> sp.Symbol:
    return sp.Symbol(name, positive=True)


MEASURED: dict[sp.Symbol, Callable[[], np.ndarray]] = {
    _sym("K_4"): partial(_working, "none", SHALLOW),
    _sym("K_4BN"): partial(_working, "batch", SHALLOW),
    _sym("K_40"): partial(_working, "none", DEEP),
    _sym("K_40BN"): partial(_working, "batch", DEEP),
    _sym("A_sigmoid"): partial(_best, "sigmoid", "none", SHALLOW),
    _sym("A_sigmoidBN"): partial(_best, "sigmoid", "batch", SHALLOW),
    _sym("A_sigmoid4"): partial(_best, "sigmoid", "none", SHALLOW, 4.0),
    _sym("A_sigmoid4BN"): partial(_best, "sigmoid", "batch", SHALLOW, 4.0),
    **{
        _sym(f"B_sigmoid{end}"): partial(_tuned, n)
        for n, end in (("none", ""), ("batch", "BN"), ("layer", "LN"))
    },
    _sym("A_4BN"): partial(_best, "relu", "batch", SHALLOW),
    _sym("A_40"): partial(_best, "relu", "none", DEEP),
    _sym("A_40BN"): partial(_best, "relu", "batch", DEEP),
    _sym("A_40res"): partial(_best, "relu", "residual", DEEP),
    _sym("S_4BN"): partial(_first_speed, "batch", SHALLOW),
    _sym("S_40BN"): partial(_first_speed, "batch", DEEP),
    _sym("D_0"): partial(_spread, "start_speeds"),
    _sym("D_1"): partial(_spread, "first_speeds"),
    _sym("D_T"): partial(_spread, "end_speeds"),
    **{_sym(f"A_{10**k:g}"): partial(_best, "relu", "none", SHALLOW, 10.0**k) for k in (-1,)},
    **{_sym(f"A_{10**k:g}BN"): partial(_best, "relu", "batch", SHALLOW, 10.0**k) for k in (-1,)},
}
"""One number a seed. Speeds S and their spreads D are compared by their logarithm,
and their mean is the geometric one."""


_SCOPE = (
    f"digits, {TRAINING_IMAGES:,} training, {VALIDATION_IMAGES} validation and {TEST_IMAGES} test images, "
    "hidden layers of 50, plain stochastic gradient descent on minibatches "
    f"of 64, {EPOCHS} epochs, five seeds, rates chosen on the validation images"
)


CLAIMS = of_runs(
    (
        Claim(
            label="batch-norm-wakes-a-sigmoid-network",
            sentence=f"Four sigmoid layers with weights N(0, 1/n) that learn nothing in {EPOCHS} epochs "
            "learn the digits with batch normalisation.",
            statement=sp.And(gt(_sym("A_sigmoidBN"), 0.95), sp.Lt(_sym("A_sigmoid"), 0.15, evaluate=False)),
            check=None,
            scope=(
                f"{_SCOPE}; A is the mean test accuracy at the chosen one of six rates, weights N(0, "
                f"1/n_in), zero biases"
            ),
            false_sibling=gt(_sym("A_sigmoid"), _sym("A_sigmoidBN")),
        ),
        Claim(
            label="larger-weights-wake-a-sigmoid-network",
            sentence=(
                "Weights four times as large wake the same network without normalisation, to more than 92 %."
            ),
            statement=gt(_sym("A_sigmoid4"), 0.92),
            check=None,
            scope=(
                f"{_SCOPE}; A at the chosen one of six rates, all initial weights multiplied by 4: N(0, "
                f"16/n_in), zero biases"
            ),
            false_sibling=gt(_sym("A_sigmoid"), 0.92),
        ),
        Claim(
            label="batch-norm-leads-tuned-sigmoids",
            sentence=(
                "With scale and rate chosen on both sides, the four sigmoid layers end ahead with batch "
                "normalisation."
            ),
            statement=gt(_sym("B_sigmoidBN"), _sym("B_sigmoid")),
            check=None,
            scope=(
                f"{_SCOPE}; B is the mean test accuracy at the chosen of four scales (1, 2, 4, 8) and six "
                f"rates from 0.01 to 3"
            ),
            false_sibling=gt(_sym("B_sigmoidLN"), _sym("B_sigmoid")),
        ),
        Claim(
            label="batch-norm-widens-the-rates",
            sentence="With four ReLU layers batch normalisation works at more of the six learning rates.",
            statement=gt(_sym("K_4BN"), _sym("K_4")),
            check=None,
            scope=(
                f"{_SCOPE}; K is the number of rates at which a network has a test accuracy of {LEVEL} or "
                f"more, "
                f"mean of the seeds"
            ),
            false_sibling=gt(_sym("K_40BN"), _sym("K_40")),
        ),
        Claim(
            label="batch-norm-mends-small-weights",
            sentence="Weights ten times too small stop the plain network, and not the normalised one.",
            statement=sp.And(gt(_sym("A_0.1BN"), 0.95), sp.Lt(_sym("A_0.1"), 0.15, evaluate=False)),
            check=None,
            scope=(
                f"{_SCOPE}; four ReLU layers, all initial weights multiplied by 0.1; A at the chosen one "
                f"of six rates"
            ),
            false_sibling=gt(_sym("A_0.1"), _sym("A_0.1BN")),
        ),
        Claim(
            label="larger-gradient-is-not-faster",
            sentence=(
                "With forty normalised layers the early gradient is more than 500 times as large as with "
                "four, and the accuracy less than half."
            ),
            statement=sp.And(
                gt(_sym("S_40BN"), 500 * _sym("S_4BN")),
                sp.Lt(_sym("A_40BN"), _sym("A_4BN") / 2, evaluate=False),
            ),
            check=None,
            scope=(
                f"{_SCOPE}; ReLU; S is the initial gradient norm of the first matrix between hidden "
                f"layers, geometric mean of the seeds, A the accuracy at the chosen rate"
            ),
            false_sibling=sp.And(gt(_sym("S_40BN"), 500 * _sym("S_4BN")), gt(_sym("A_40BN"), _sym("A_4BN"))),
        ),
        Claim(
            label="batch-norm-residual-trains",
            sentence="Forty normalised layers with residual paths learn the digits.",
            statement=sp.And(gt(_sym("A_40res"), 0.95), gt(_sym("A_40res"), 2 * _sym("A_40BN"))),
            check=None,
            scope=f"{_SCOPE}; ReLU, forty layers; A at the chosen one of three rates (0.01, 0.1, 1)",
            false_sibling=gt(_sym("A_40BN"), 0.95),
        ),
        Claim(
            label="one-step-evens-the-speeds",
            sentence=(
                "The first step of training shrinks the ratio of the fastest to the slowest layer more "
                "than five times."
            ),
            statement=gt(_sym("D_0"), 5 * _sym("D_1")),
            check=None,
            scope=(
                f"{_SCOPE}; forty batch-normalised ReLU layers at η = {RATE}; D_0 before, D_1 after "
                f"one step, "
                f"geometric means of the seeds"
            ),
            false_sibling=gt(_sym("D_0"), 100 * _sym("D_1")),
        ),
    ),
    lambda symbol: MEASURED[symbol](),
    logarithmic="SD",
    others=MEASURED,
)
