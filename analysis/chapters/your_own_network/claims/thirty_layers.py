"""What thirty plain layers of digits do: read off the recorded trainings."""

from __future__ import annotations

import re

import sympy as sp

from analysis.chapters.your_own_network.thirty_layers import OPTIMISERS, VARIANTS, training
from analysis.claims.claim import Claim
from analysis.claims.runs import Floats, of_runs

_NAMES = {name.replace("-", "_"): name for name in VARIANTS}


def measured(symbol: sp.Symbol) -> Floats:
    """A_v, o: the test accuracy of variant v with optimiser o at the chosen rate, one number a seed (S,)."""
    found = re.fullmatch(r"A_\{([a-z0-9_]+), ([a-z]+)\}", symbol.name.replace(r"\_", "_"))
    assert found is not None and found[2] in OPTIMISERS
    return training(_NAMES[found[1]], found[2]).final()


def _of(variant: str, optimiser: str) -> sp.Symbol:
    return sp.Symbol(rf"A_{{{variant.replace('-', chr(92) + '_')}, {optimiser}}}", real=True)


_how = (
    "digits, thirty layers of width 64, five seeds, six learning rates, 10 epochs; A is the mean "
    "test accuracy "
    "at the chosen rate"
)

CLAIMS = of_runs(
    (
        Claim(
            label="thirty-layers-default-learns-nothing",
            sentence="Thirty layers of ReLUs with nn.Linear's default learn nothing with Adam, at "
            "the best of six rates.",
            statement=sp.Lt(_of("relu-default", "adam"), sp.Rational(15, 100), evaluate=False),
            check=None,
            scope=_how + "; chance is 1/10",
            false_sibling=sp.Lt(_of("relu-he", "adam"), sp.Rational(15, 100), evaluate=False),
        ),
        Claim(
            label="thirty-layers-he-learns-with-adam",
            sentence="With He's weights the same layers learn, with Adam.",
            statement=sp.Gt(_of("relu-he", "adam"), sp.Rational(60, 100), evaluate=False),
            check=None,
            scope=_how,
            false_sibling=sp.Gt(_of("relu-he", "descent"), sp.Rational(60, 100), evaluate=False),
        ),
        Claim(
            label="thirty-layers-selu-needs-no-adam",
            sentence="Thirty plain layers of SELUs with LeCun's weights come to 80 % by plain descent.",
            statement=sp.Gt(_of("selu-lecun", "descent"), sp.Rational(80, 100), evaluate=False),
            check=None,
            scope=_how,
            false_sibling=sp.Gt(_of("relu-he", "descent"), sp.Rational(80, 100), evaluate=False),
        ),
        Claim(
            label="thirty-layers-shortcuts-lead",
            sentence="With shortcuts, and branches scaled by 1/√L, thirty layers of ReLUs come to 90 % by "
            "plain descent.",
            statement=sp.Gt(_of("relu-shortcuts", "descent"), sp.Rational(90, 100), evaluate=False),
            check=None,
            scope=_how + "; He's weights, plain descent",
            false_sibling=sp.Gt(_of("relu-he", "descent"), sp.Rational(90, 100), evaluate=False),
        ),
    ),
    measured,
    others=[_of(v, o) for v in VARIANTS for o in OPTIMISERS],
)
