"""What is claimed of the digits: read off the recorded trainings of plain and residual networks."""

from __future__ import annotations

import re

import numpy as np
import sympy as sp

from analysis.chapters.residual import records as residual_recorded
from analysis.chapters.residual.training import VARIANTS
from analysis.claims.claim import Claim
from analysis.claims.runs import Floats, of_runs

DEEP = residual_recorded.DEPTHS[-1]
_NAMES = {name.replace("-", "_"): name for name in VARIANTS}


def measured(symbol: sp.Symbol) -> Floats:
    """One number a seed, (S,). A_v: the test accuracy of variant v at the chosen rate; G_v: ‖∂C/∂W^1‖ before
    training. And
    D_v: the smallest share that diverged at any rate, (). The depth stands last.
    """
    letter, name, depth = re.fullmatch(
        r"([ADG])_\{([a-z_]+), (\d+)\}", symbol.name.replace(r"\_", "_")
    ).groups()  # type: ignore[union-attr]
    run = residual_recorded.training(_NAMES[name], int(depth))
    if letter == "A":
        return run.final()
    return np.asarray(run.diverged().min()) if letter == "D" else run.start_speeds[:, 0]


def _of(letter: str, variant: str, depth: int = DEEP) -> sp.Symbol:
    return sp.Symbol(rf"{letter}_{{{variant.replace('-', chr(92) + '_')}, {depth}}}", real=True)


_how = "digits, five seeds, six learning rates, 15 epochs, width 40; "
_ninety_five = sp.Rational(95, 100)

CLAIMS = of_runs(
    (
        Claim(
            label="residual-trains-where-plain-does-not",
            sentence=(
                "At depth 48 the plain network stays below 30 %; with a shortcut and branches scaled by "
                "1/√L it comes above 95 %."
            ),
            statement=sp.And(
                sp.Gt(_of("A", "residual-scaled"), _ninety_five, evaluate=False),
                sp.Lt(_of("A", "plain"), sp.Rational(30, 100), evaluate=False),
                evaluate=False,
            ),
            check=None,
            scope=_how
            + "A is the mean test accuracy at the best of the rates, by the validation images; W ~ N(0, "
            "2/n) in both",
            false_sibling=sp.Gt(_of("A", "plain"), sp.Rational(30, 100), evaluate=False),
        ),
        Claim(
            label="residual-unscaled-diverges",
            sentence=(
                "The same network without the scale 1/√L diverges with every seed at every rate that "
                "was "
                "tried."
            ),
            statement=sp.Eq(_of("D", "residual"), 1, evaluate=False),
            check=None,
            scope=_how + "D is the smallest share of diverged networks at any rate from 0.003 to 1",
            false_sibling=sp.Eq(_of("D", "residual", 4), 1, evaluate=False),
        ),
        Claim(
            label="plain-gradient-is-not-small",
            sentence=(
                "The plain network of depth 48 that does not learn starts with a gradient of the "
                "size of "
                "the residual one's that does: "
                "more than a tenth of it."
            ),
            statement=sp.Gt(_of("G", "plain"), _of("G", "residual-scaled") / 10, evaluate=False),
            check=None,
            scope=_how + "G is ‖∂C/∂W‖ of the first block on the first minibatch before training, geometric "
            "mean over the seeds",
            false_sibling=sp.Gt(_of("G", "plain-small"), _of("G", "residual-scaled") / 10, evaluate=False),
        ),
        Claim(
            label="residual-hardly-helps-shallow",
            sentence="At depth 4 the plain network reaches 93 % as well.",
            statement=sp.Gt(_of("A", "plain", 4), sp.Rational(93, 100), evaluate=False),
            check=None,
            scope=_how + "A is the mean test accuracy at the chosen rate",
            false_sibling=sp.Gt(_of("A", "plain", 48), sp.Rational(93, 100), evaluate=False),
        ),
    ),
    measured,
    logarithmic="G",
)
