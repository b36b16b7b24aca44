"""What the recorded trainings of chapter 11 show: where batch normalisation helps, and where it does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import sympy as sp

from analysis.experiments import batch_norm_recorded as recorded
from analysis.experiments.batch_norm_training import BatchNormTraining
from analysis.symbolic.claim import Checked, Claim, Outcome, Refuted, Step

DEEP = 40
SHALLOW = 4
RATE = 0.1


@cache
def run(activation: str, normaliser: str, depth: int, scale: float = 1.0) -> BatchNormTraining:
    """A recorded training, read once."""
    return recorded.training(activation, normaliser, depth, scale)


def _best(activation: str, normaliser: str, depth: int, scale: float = 1.0) -> float:
    """The highest mean test accuracy over the learning rates."""
    return run(activation, normaliser, depth, scale).best()[1]


def _first_speed(normaliser: str, depth: int) -> float:
    """Median over the seeds of ‖∂C/∂W¹‖ before training, W¹ the first matrix between two hidden layers."""
    return float(np.median(run("relu", normaliser, depth).start_speeds[0, :, 1]))


def spread(speeds: np.ndarray) -> float:
    """Median over the seeds of the largest ‖∂C/∂W^l‖ over the smallest, first and last matrix left out: speeds (S, D+1)."""
    hidden = speeds[:, 1:-1]
    return float(np.median(hidden.max(axis=1) / hidden.min(axis=1)))


def _spread(of: str) -> float:
    one = run("relu", "batch", DEEP)
    return spread(getattr(one, of)[one.rates.index(RATE)])


def _sym(name: str) -> sp.Symbol:
    return sp.Symbol(name, positive=True)


MEASURED: dict[sp.Symbol, Callable[[], float]] = {
    _sym("K_4"): lambda: float(run("relu", "none", SHALLOW).working_rates()),
    _sym("K_4BN"): lambda: float(run("relu", "batch", SHALLOW).working_rates()),
    _sym("K_40"): lambda: float(run("relu", "none", DEEP).working_rates()),
    _sym("K_40BN"): lambda: float(run("relu", "batch", DEEP).working_rates()),
    _sym("A_sigmoid"): partial(_best, "sigmoid", "none", SHALLOW),
    _sym("A_sigmoidBN"): partial(_best, "sigmoid", "batch", SHALLOW),
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


def by_record(statement: sp.Basic) -> Outcome:
    """The relation, or several joined by "and", with every symbol replaced by what was measured."""
    values = {s: sp.Float(MEASURED[s]()) for s in sorted(statement.free_symbols, key=str)}
    text = "measured " + ", ".join(f"{s} = {float(v):.6g}" for s, v in values.items())
    return Checked("the recorded runs", (Step(text),)) if bool(statement.xreplace(values)) else Refuted(text)


def _gt(left: sp.Expr, right: sp.Expr) -> sp.Basic:
    return sp.Gt(left, right, evaluate=False)


_SCOPE = (
    "digits, 1,400 training and 397 test images, hidden layers of 50, plain stochastic gradient descent on minibatches of 64, "
    "15 epochs, five seeds"
)


CLAIMS = (
    Claim(
        label="batch-norm-wakes-a-sigmoid-network",
        sentence="Four sigmoid layers that learn nothing in 15 epochs learn the digits with batch normalisation.",
        statement=sp.And(_gt(_sym("A_sigmoidBN"), 0.95), sp.Lt(_sym("A_sigmoid"), 0.15, evaluate=False)),
        check=by_record,
        scope=f"{_SCOPE}; A is the mean test accuracy at the best of six rates, weights N(0, 1/n_in), zero biases",
        false_sibling=_gt(_sym("A_sigmoid"), _sym("A_sigmoidBN")),
    ),
    Claim(
        label="batch-norm-widens-the-rates",
        sentence="With four ReLU layers batch normalisation works at four of six learning rates, without it two do.",
        statement=_gt(_sym("K_4BN"), _sym("K_4")),
        check=by_record,
        scope=f"{_SCOPE}; K counts the rates at which every seed has a test accuracy of 0.9 or more",
        false_sibling=_gt(_sym("K_40BN"), _sym("K_40")),
    ),
    Claim(
        label="batch-norm-mends-small-weights",
        sentence="Weights ten times too small stop the plain network, and not the normalised one.",
        statement=sp.And(_gt(_sym("A_0.1BN"), 0.95), sp.Lt(_sym("A_0.1"), 0.15, evaluate=False)),
        check=by_record,
        scope=f"{_SCOPE}; four ReLU layers, all initial weights multiplied by 0.1; A at the best of six rates",
        false_sibling=_gt(_sym("A_0.1"), _sym("A_0.1BN")),
    ),
    Claim(
        label="larger-gradient-is-not-faster",
        sentence="With forty normalised layers the early gradient is a thousand times as large, and the network hardly learns.",
        statement=sp.And(
            _gt(_sym("S_40BN"), 1000 * _sym("S_4BN")),
            sp.Lt(_sym("A_40BN"), _sym("A_4BN") / 2, evaluate=False),
        ),
        check=by_record,
        scope=f"{_SCOPE}; ReLU; S is the initial gradient norm of the first matrix between hidden layers, A the accuracy at the best rate",
        false_sibling=sp.And(_gt(_sym("S_40BN"), 1000 * _sym("S_4BN")), _gt(_sym("A_40BN"), _sym("A_4BN"))),
    ),
    Claim(
        label="batch-norm-residual-trains",
        sentence="Forty normalised layers with residual paths learn the digits.",
        statement=sp.And(_gt(_sym("A_40res"), 0.95), _gt(_sym("A_40res"), 2 * _sym("A_40BN"))),
        check=by_record,
        scope=f"{_SCOPE}; ReLU, forty layers; A at the best of six rates",
        false_sibling=_gt(_sym("A_40BN"), 0.95),
    ),
    Claim(
        label="one-step-evens-the-speeds",
        sentence="The first step of training shrinks the ratio of the fastest to the slowest layer more than ten times.",
        statement=_gt(_sym("D_0"), 10 * _sym("D_1")),
        check=by_record,
        scope=f"{_SCOPE}; forty batch-normalised ReLU layers at η = {RATE}; D_0 before, D_1 after one step, D_T at the end",
        false_sibling=_gt(_sym("D_1"), 100 * _sym("D_T")),
    ),
)
