"""What is claimed of the adding problem and of digits read pixel by pixel:
read off the recorded trainings."""

from __future__ import annotations

import re

import numpy as np
import sympy as sp

from analysis.chapters.gates import records as recorded
from analysis.chapters.gates.adding_problem import TEST_IMAGES, VALIDATION_IMAGES, VARIANTS, SequenceTraining
from analysis.claims.claim import Claim
from analysis.claims.runs import Floats, of_runs

UNITS = 24
PIXELS, TRAINING_IMAGES = 64, 1200
"""Of the digits; a test compares."""
_NAMES = {name.replace("-", "_"): name for name in VARIANTS}


def _shares(run: SequenceTraining) -> Floats:
    """‖∂C/∂h_1‖ over ‖∂C/∂h_T‖ at the chosen rate, before training and at the end, for each seed (S, 2)."""
    speeds = run.speeds[run.place()]
    return np.asarray(speeds[..., 0] / speeds[..., -1])


def reach(run: SequenceTraining) -> tuple[float, float]:
    """‖∂C/∂h_1‖ over ‖∂C/∂h_T‖ at the chosen rate, before training and at the end; the geometric mean over
    the seeds."""
    before, after = np.exp(np.log(_shares(run)).mean(axis=0))
    return float(before), float(after)


def measured(symbol: sp.Symbol) -> Floats:
    """One number a seed, (S,), of variant v on sequences of length T at the chosen rate, or an exact count
    ().

    E_{v, T} and G_{v, T}: the mean squared error, G to be compared by its logarithm. A_{v}: the accuracy
    on the digits. B_{v, T} and F_{v, T}: what ``reach`` averages before training and at the end. R_{v,
    T}: at how many of the rates four seeds solve the problem.
    """
    found = re.fullmatch(r"([EGABFR])_\{([a-z0-9_]+)(?:, (\d+))?\}", symbol.name.replace(r"\_", "_"))
    if found is None:
        raise ValueError(
            f"symbol must be E, G, B, F, R with a variant and a length or A with a variant, not {symbol}"
        )
    letter, name, length = found.groups()
    if letter == "A":
        return recorded.pixels(_NAMES[name]).at_best()[:, -1]
    run = recorded.adding(_NAMES[name], int(length))
    if letter == "R":
        return np.array(run.working_rates(4))
    return run.at_best()[:, -1] if letter in "EG" else _shares(run)[:, "BF".index(letter)]


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
    f"{UNITS} units ({2 * UNITS} in rnn_wide; rnn: a tanh cell, relu: a ReLU cell), Adam at the best of six "
    "rates on 500 validation sequences, "
    "1,500 updates of 32 sequences, gradients clipped to norm 1, five seeds (rnn_wide, lstm_0, "
    "lstm_long: four rates, three seeds); "
)
_error = _how + "E is the mean squared error on 500 test sequences, 1/6 for who always answers 1"
_geometric = _how + "G is the mean squared error on 500 test sequences, geometric mean over the seeds"
_share = _how + "‖∂C/∂h_1‖ over ‖∂C/∂h_T‖, B before training and F at the end, geometric mean over the seeds"
_pixels = (
    f"scikit-learn's digits, {PIXELS} steps, {TRAINING_IMAGES:,} images for training, {VALIDATION_IMAGES} to "
    f"choose among four rates and {TEST_IMAGES} to test, "
    f"1,000 updates of 32 images, three seeds; {UNITS} units; A is the test accuracy, compared seed by seed"
)
_solved, _useless = sp.Rational(1, 100), sp.Rational(15, 100)

CLAIMS = of_runs(
    (
        Claim(
            label="lstm-adds-at-lag-100",
            sentence=(
                "The LSTM with forget bias 1 solves the adding problem at T = 100; the vanilla tanh "
                "cell, started at an orthogonal matrix, stays above 0.15 there."
            ),
            statement=_all(
                _below(_of("E", "lstm-1", 100), _solved), _above(_of("E", "rnn-orthogonal", 100), _useless)
            ),
            check=None,
            scope=_error,
            false_sibling=_all(_below(_of("E", "rnn-orthogonal", 100), _solved)),
        ),
        Claim(
            label="vanilla-adds-at-lag-10",
            sentence="At T = 10 the vanilla tanh cell solves it too; at T = 50 it does no better than a "
            "constant.",
            statement=_all(_below(_of("E", "rnn", 10), _solved), _above(_of("E", "rnn", 50), _useless)),
            check=None,
            scope=_error,
            false_sibling=_all(_below(_of("E", "rnn", 50), _solved)),
        ),
        Claim(
            label="more-units-are-no-memory",
            sentence=(
                "Twice the units, as many weights as the LSTM, or a start at the identity or at an "
                "orthogonal matrix "
                "do not mend the tanh cell at T = 50."
            ),
            statement=_all(
                *(_above(_of("E", f"rnn-{x}", 50), _useless) for x in ("wide", "identity", "orthogonal"))
            ),
            check=None,
            scope=_error + "; tanh cells only: a ReLU cell started at the identity is another matter",
            false_sibling=_all(_above(_of("E", "relu-identity", 50), _useless)),
        ),
        Claim(
            label="ungated-relu-adds-at-lag-100",
            sentence=(
                "A cell without gates solves it at T = 50 and at T = 100 too: ReLUs whose recurrent "
                "weights start as the identity."
            ),
            statement=_all(*(_below(_of("E", "relu-identity", T), _solved) for T in (50, 100))),
            check=None,
            scope=_error + "; the cell of Le, Jaitly and Hinton (2015)",
            false_sibling=_all(*(_below(_of("E", "rnn-orthogonal", T), _solved) for T in (50, 100))),
        ),
        Claim(
            label="relus-learn-from-other-starts",
            sentence=(
                "ReLU cells learn at T = 50 from uniform and from orthogonal recurrent weights as well: "
                "their errors are below 0.05."
            ),
            statement=_all(
                *(_below(_of("E", x, 50), sp.Rational(1, 20)) for x in ("relu", "relu-orthogonal"))
            ),
            check=None,
            scope=_error + "; relu starts uniform on ±1/√n, like the tanh cell rnn",
            false_sibling=_all(
                *(_below(_of("E", x, 50), sp.Rational(1, 20)) for x in ("rnn", "rnn-orthogonal"))
            ),
        ),
        Claim(
            label="identity-start-counts-at-lag-100",
            sentence=(
                "At T = 100 the start counts: from uniform weights the ReLU cell's error is more than "
                "five times as large as from the identity."
            ),
            statement=_all(_above(_of("G", "relu", 100), 5 * _of("G", "relu-identity", 100))),
            check=None,
            scope=_geometric,
            false_sibling=_all(_above(_of("G", "relu", 50), 10 * _of("G", "relu-identity", 50))),
        ),
        Claim(
            label="lstm-is-more-exact",
            sentence="At T = 50 the error of this ungated ReLU cell is more than three times the LSTM's.",
            statement=_all(_above(_of("G", "relu-identity", 50), 3 * _of("G", "lstm-1", 50))),
            check=None,
            scope=_geometric,
            false_sibling=_all(_above(_of("G", "relu-identity", 50), 100 * _of("G", "lstm-1", 50))),
        ),
        Claim(
            label="lstm-works-at-more-rates",
            sentence=(
                "At T = 50 the LSTM solves it, with four seeds of five, at three times as many of the six "
                "rates as the ungated ReLU cell."
            ),
            statement=sp.Eq(_of("R", "lstm-1", 50), 3 * _of("R", "relu-identity", 50), evaluate=False),
            check=None,
            scope=_how + "R counts the rates from 0.0003 to 0.1 at which four seeds of five end below 0.01",
            false_sibling=sp.Eq(_of("R", "lstm-1", 50), _of("R", "relu-identity", 50), evaluate=False),
        ),
        Claim(
            label="forget-bias-is-not-decisive",
            sentence="At T = 50 the LSTM solves it with each of the forget biases 0, 1 and log U(1, T − 1).",
            statement=_all(*(_below(_of("E", f"lstm-{x}", 50), _solved) for x in ("0", "1", "long"))),
            check=None,
            scope=_error + "; lstm_long starts with b_i = −b_f as well, the others with b_i = 0",
            false_sibling=_all(_below(_of("E", "rnn-identity", 50), _solved)),
        ),
        Claim(
            label="lstm-learns-to-remember",
            sentence="Training makes the memory: the share of the gradient that reaches the first step grows "
            "more than 100,000-fold.",
            statement=_all(_above(_of("F", "lstm-1", 100), 10**5 * _of("B", "lstm-1", 100))),
            check=None,
            scope=_share,
            false_sibling=_all(_above(_of("F", "rnn", 50), 10**5 * _of("B", "rnn", 50))),
        ),
        Claim(
            label="initial-reach-does-not-decide",
            sentence=(
                "A GRU and a ReLU cell that let less than 10⁻⁹ of the gradient through 50 steps at first "
                "learn, to below 0.01 and 0.05; a tanh cell started at the identity, with more than a "
                "twenty-fifth left, stays above 0.15."
            ),
            statement=_all(
                _below(_of("B", "gru", 50), sp.Rational(1, 10**9)),
                _below(_of("E", "gru", 50), _solved),
                _below(_of("B", "relu", 50), sp.Rational(1, 10**9)),
                _below(_of("E", "relu", 50), sp.Rational(1, 20)),
                _above(_of("B", "rnn-identity", 50), sp.Rational(1, 25)),
                _above(_of("E", "rnn-identity", 50), _useless),
            ),
            check=None,
            scope=_share
            + "; E is the mean squared error; of the rates tried the tanh cell's is the smallest",
            false_sibling=_all(_below(_of("B", "lstm-1", 50), sp.Rational(1, 10**9))),
        ),
        Claim(
            label="lstm-reads-digits-by-pixel",
            sentence=(
                "Read one pixel a step, digits are named rightly more than 85 times in a hundred by the "
                "LSTM, "
                "fewer than that by a vanilla tanh cell of as many units."
            ),
            statement=_all(
                _above(_of("A", "lstm-1"), sp.Rational(85, 100)),
                _below(_of("A", "rnn"), sp.Rational(85, 100)),
            ),
            check=None,
            scope=_pixels,
            false_sibling=_all(_above(_of("A", "rnn"), sp.Rational(90, 100))),
        ),
        Claim(
            label="ungated-relu-reads-digits-worse",
            sentence=(
                "On the digits the ungated ReLU cell that starts at the identity does worse than the "
                "vanilla tanh cell."
            ),
            statement=_all(_below(_of("A", "relu-identity"), _of("A", "rnn"))),
            check=None,
            scope=_pixels,
            false_sibling=_all(_below(_of("A", "lstm-1"), sp.Rational(3, 4))),
        ),
    ),
    measured,
    logarithmic="BFG",
)
