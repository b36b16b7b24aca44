"""What is claimed of the adding problem and of digits read pixel by pixel:
read off the recorded trainings."""

from __future__ import annotations

import re

import numpy as np
import sympy as sp

from analysis.chapters.gates import records as recorded
from analysis.chapters.gates.adding_problem import VARIANTS, SequenceTraining
from analysis.claims.claim import Claim
from analysis.claims.margins import Floats, by_measuring

_NAMES = {name.replace("-", "_"): name for name in VARIANTS}


def _shares(run: SequenceTraining) -> Floats:
    """‖∂C/∂h_1‖ over ‖∂C/∂h_T‖ at the best rate, before training and at the end, for each seed (S, 2)."""
    speeds = run.speeds[run.rates.index(run.best()[0])]
    return np.asarray(speeds[..., 0] / speeds[..., -1])


def reach(run: SequenceTraining) -> tuple[float, float]:
    """‖∂C/∂h_1‖ over ‖∂C/∂h_T‖ at the best rate, before training and at the end;
    the geometric mean over the seeds."""
    before, after = np.exp(np.log(_shares(run)).mean(axis=0))
    return float(before), float(after)


def measured(symbol: sp.Symbol) -> Floats:
    """One number a seed, (S,). E_{v, T}: the mean squared error of variant v on sequences of length T at its
    best rate; A_{v}: the accuracy on the digits; B_{v, T} and F_{v, T}:
    what ``reach`` averages before training and at the end.
    """
    found = re.fullmatch(r"([EABF])_\{([a-z0-9_]+)(?:, (\d+))?\}", symbol.name.replace(r"\_", "_"))
    if found is None:
        raise ValueError(
            f"symbol must be E, B, F with a variant and a length or A with a variant, not {symbol}"
        )
    letter, name, length = found.groups()
    if letter == "A":
        return recorded.pixels(_NAMES[name]).at_best()[:, -1]
    run = recorded.adding(_NAMES[name], int(length))
    if letter == "E":
        return run.at_best()[:, -1]
    return _shares(run)[:, "BF".index(letter)]


by_record = by_measuring(measured, logarithmic="BF")


def _of(letter: str, variant: str, length: int | None = None) -> sp.Symbol:
    where = variant.replace("-", r"\_") + ("" if length is None else f", {length}")
    return sp.Symbol(f"{letter}_{{{where}}}", real=True)


def _all(*relations: sp.Basic) -> sp.Basic:
    return relations[0] if len(relations) == 1 else sp.And(*relations, evaluate=False)


def _above(x: sp.Symbol, y: sp.Expr) -> sp.Basic:
    return sp.Gt(x, y, evaluate=False)


def _below(x: sp.Symbol, y: sp.Expr) -> sp.Basic:
    return sp.Lt(x, y, evaluate=False)


_how = (
    "24 units (48 in rnn_wide; rnn: a tanh cell), Adam (its ε before the bias correction) at the best of "
    "four rates, 1,500 updates of 32 sequences, gradients clipped to norm 1, five seeds; "
)
_error = _how + "E is the mean squared error on 500 test sequences, 1/6 for who always answers 1"
_share = _how + "‖∂C/∂h_1‖ over ‖∂C/∂h_T‖, B before training and F at the end, geometric mean over the seeds"
_solved, _useless = sp.Rational(1, 100), sp.Rational(15, 100)

CLAIMS = (
    Claim(
        label="lstm-adds-at-lag-100",
        sentence="The LSTM with forget bias 1 solves the adding problem at T = 100; the vanilla tanh cell "
        "learns nothing there.",
        statement=_all(_below(_of("E", "lstm-1", 100), _solved), _above(_of("E", "rnn", 100), _useless)),
        check=by_record,
        scope=_error,
        false_sibling=_all(_below(_of("E", "rnn", 100), _solved)),
    ),
    Claim(
        label="vanilla-adds-at-lag-10",
        sentence="At T = 10 the vanilla tanh cell solves it too; at T = 50 it does no better than a "
        "constant.",
        statement=_all(_below(_of("E", "rnn", 10), _solved), _above(_of("E", "rnn", 50), _useless)),
        check=by_record,
        scope=_error,
        false_sibling=_all(_below(_of("E", "rnn", 20), _solved)),
    ),
    Claim(
        label="more-units-are-no-memory",
        sentence="Twice the units, as many weights as the LSTM, or a start at the identity do not mend the "
        "tanh cell at T = 50.",
        statement=_all(
            _above(_of("E", "rnn-wide", 50), _useless), _above(_of("E", "rnn-identity", 50), _useless)
        ),
        check=by_record,
        scope=_error
        + "; tanh cells only: a ReLU cell started at the identity is another matter (Le, Jaitly and Hinton "
        "2015)",
        false_sibling=_all(_above(_of("E", "gru", 50), _useless)),
    ),
    Claim(
        label="forget-bias-is-not-decisive",
        sentence="At T = 50 the LSTM solves it with forget bias 0, 1 and log U(1, T − 1) alike.",
        statement=_all(*(_below(_of("E", f"lstm-{x}", 50), _solved) for x in ("0", "1", "long"))),
        check=by_record,
        scope=_error + "; lstm_long starts with b_i = −b_f as well, the others with b_i = 0",
        false_sibling=_all(_below(_of("E", "rnn-identity", 50), _solved)),
    ),
    Claim(
        label="lstm-learns-to-remember",
        sentence="Training makes the memory: the share of the gradient that reaches the first step grows "
        "more than 100,000-fold.",
        statement=_all(_above(_of("F", "lstm-1", 100), 10**5 * _of("B", "lstm-1", 100))),
        check=by_record,
        scope=_share,
        false_sibling=_all(_above(_of("F", "rnn", 50), 10**5 * _of("B", "rnn", 50))),
    ),
    Claim(
        label="initial-reach-does-not-decide",
        sentence="A GRU whose first gradient is 10⁻¹⁰ over 50 steps learns; a tanh cell started at the "
        "identity, with almost a fifth left, does not.",
        statement=_all(
            _below(_of("B", "gru", 50), sp.Rational(1, 10**9)),
            _below(_of("E", "gru", 50), _solved),
            _above(_of("B", "rnn-identity", 50), sp.Rational(1, 10)),
            _above(_of("E", "rnn-identity", 50), _useless),
        ),
        check=by_record,
        scope=_share + "; E is the mean squared error",
        false_sibling=_all(_below(_of("B", "lstm-1", 50), sp.Rational(1, 10**9))),
    ),
    Claim(
        label="lstm-reads-digits-by-pixel",
        sentence="Read one pixel a step, digits are named rightly more than 85 times in a hundred by the "
        "LSTM, "
        "fewer than 75 by a vanilla tanh cell of as many units.",
        statement=_all(
            _above(_of("A", "lstm-1"), sp.Rational(85, 100)), _below(_of("A", "rnn"), sp.Rational(3, 4))
        ),
        check=by_record,
        scope="scikit-learn's digits, 64 steps, 1,400 training and 397 test images, 1,000 updates of 32 "
        "images, five seeds; 24 units (48 in rnn_wide); A is the test accuracy at the best of four rates",
        false_sibling=_all(_above(_of("A", "rnn-wide"), sp.Rational(85, 100))),
    ),
)
