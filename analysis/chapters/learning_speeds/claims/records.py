"""What is claimed of Nielsen's experiment,
read off the recorded runs on the first 1,000 training images of MNIST."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.chapters.learning_speeds import records as recorded
from analysis.claims.claim import Claim, Range, Reproduction
from analysis.claims.outcome import Checked, Outcome, Refuted, Step
from analysis.numeric.speed_statistics import (
    NIELSEN_DECIMALS,
    NIELSEN_RATIO,
    NIELSEN_SPEEDS,
    monotone,
    recovered,
)

_RECIPE = "MNIST, weights N(0, 1/n_in)"
_SOURCE = "M. Nielsen, Neural Networks and Deep Learning (2015), chapter 5"


@cache
def initial(initialiser: str, hidden: int) -> NDArray[np.float64]:
    """Speeds of the hidden layers of 200 untrained networks on MNIST, (200, hidden)."""
    return recorded.initial_speeds("mnist", initialiser, hidden).speeds[:, 0]


def _share_monotone(initialiser: str) -> float:
    return float(monotone(initial(initialiser, 4)).mean())


def _share_recovered(hidden: int) -> float:
    """The share of networks of which some hidden layer recovers."""
    bands = recorded.trained_bands("mnist", "nielsen", hidden)
    return float(recovered(bands.lowest, bands.final).any(axis=1).mean())


def _share_recovered_whole(hidden: int) -> float:
    """The share of networks of which every hidden layer recovers."""
    bands = recorded.trained_bands("mnist", "nielsen", hidden)
    return float(recovered(bands.lowest, bands.final).all(axis=1).mean())


def _learned(layer: int) -> float:
    """Median over 200 networks with four hidden layers of how far a layer has moved, decay taken out."""
    return float(np.median(recorded.trained_bands("mnist", "nielsen", 4).final_learned[:, layer]))


def _drop(of: str) -> float:
    """The largest cost, over ten networks with four hidden layers, that rescaled steps end with,
    per plateau cost."""
    run = recorded.beyond_the_plateau("mnist", 4)
    return float((getattr(run, of)[:, -1] / run.end_cost).max())


# What the symbols of the statements stand for. The subscripts are the number of hidden layers, or the layer.
MEASURED: dict[sp.Symbol, Callable[[], float]] = {
    sp.Symbol("M_his"): lambda: _share_monotone("nielsen"),
    sp.Symbol("M_normal"): lambda: _share_monotone("gaussian"),
    sp.Symbol("s_his"): lambda: float(initial("nielsen", 4)[:, 0].min()),
    sp.Symbol("s_normal"): lambda: float(initial("gaussian", 4)[:, 0].min()),
    **{sp.Symbol(f"R_{hidden}"): partial(_share_recovered, hidden) for hidden in (2, 3, 4)},
    **{sp.Symbol(f"A_{hidden}"): partial(_share_recovered_whole, hidden) for hidden in (2, 3, 4)},
    **{sp.Symbol(f"D_{layer + 1}"): partial(_learned, layer) for layer in range(5)},
    sp.Symbol("c_all"): lambda: _drop("all_layers_cost"),
    sp.Symbol("c_fixed"): lambda: _drop("first_fixed_cost"),
}


def by_record(statement: sp.Basic) -> Outcome:
    """The relation with every symbol replaced by what was measured."""
    values = {s: sp.Float(MEASURED[s]()) for s in sorted(statement.free_symbols, key=str)}
    text = ", ".join(f"{s} = {float(v):.6g}" for s, v in values.items())
    left, right = (side.xreplace(values) for side in statement.args)
    holds = float(left) == float(right) if isinstance(statement, sp.Eq) else bool(statement.func(left, right))
    return Checked("the recorded runs", (Step(f"measured {text}"),)) if holds else Refuted(f"measured {text}")


def _sym(name: str) -> sp.Symbol:
    return sp.Symbol(name)


def _eq(left: object, right: object) -> sp.Eq:
    return sp.Eq(left, right, evaluate=False)


def _range_of_seeds(hidden: int) -> Sequence[Range]:
    """From the slowest to the fastest of 200 networks, widened by half a unit of his last decimal."""
    half = 0.5 * 10.0 ** -NIELSEN_DECIMALS[hidden]
    return [Range(float(x.min()) - half, float(x.max()) + half) for x in initial("nielsen", hidden).T]


def _speeds(hidden: int) -> Reproduction:
    return Reproduction(
        label=f"nielsen-speeds-{hidden}-hidden",
        sentence=f"Nielsen's initial speeds with {hidden} hidden layers lie among those of 200 networks "
        f"drawn his way.",
        published=NIELSEN_SPEEDS[hidden],
        source=_SOURCE,
        recompute=lambda: _range_of_seeds(hidden),
        scope="first 1,000 training images of MNIST, weights N(0, 1/n_in), biases N(0, 1); he drew one "
        "network, seed not set; ours: from the slowest to the fastest, widened by half a unit of his last "
        "decimal",
        false_published=tuple(reversed(NIELSEN_SPEEDS[hidden])),
    )


def _ratio_ranges() -> Sequence[Range]:
    """5 % and 95 % quantiles over 200 networks at his epochs."""
    bands = recorded.trained_bands("mnist", "nielsen", 4).ratio
    return [Range(float(bands[0, epoch]), float(bands[-1, epoch])) for epoch in NIELSEN_RATIO]


CLAIMS = (
    *(_speeds(hidden) for hidden in (2, 3, 4)),
    Reproduction(
        label="nielsen-speed-ratio",
        sentence="The fourth layer is about a hundred times faster than the first at the start, and the "
        "ratio wanders.",
        published=tuple(NIELSEN_RATIO.values()),
        source="the speeds recorded with the code that accompanies Nielsen's book, epochs "
        + ", ".join(map(str, NIELSEN_RATIO)),
        recompute=_ratio_ranges,
        scope=f"{_RECIPE}, four hidden layers, between the 5 % and the 95 % quantile of 200 networks at "
        f"each of these epochs",
        false_published=(100.0,) * len(NIELSEN_RATIO),
    ),
    Claim(
        label="speeds-grow-with-the-layer",
        sentence="In all 200 networks with four hidden layers the initial speed grows from each layer to "
        "the next.",
        statement=_eq(_sym("M_his"), 1),
        check=by_record,
        scope=f"{_RECIPE}; M is the share of networks with monotone speeds; with N(0, 1) two do not",
        false_sibling=_eq(_sym("M_normal"), 1),
    ),
    Claim(
        label="standard-normal-weights-are-faster",
        sentence="No network with N(0, 1) weights starts as slowly as Nielsen's: the story and the figures "
        "differ.",
        statement=sp.Lt(NIELSEN_SPEEDS[4][0], _sym("s_normal"), evaluate=False),
        check=by_record,
        scope="MNIST, four hidden layers; s is the slowest first layer of 200 networks, with N(0, 1) "
        "weights or with his",
        false_sibling=sp.Lt(NIELSEN_SPEEDS[4][0], _sym("s_his"), evaluate=False),
    ),
    Claim(
        label="two-hidden-layers-recover",
        sentence="With two hidden layers the speeds of both fall and then at least double again, in every "
        "network.",
        statement=_eq(_sym("A_2"), 1),
        check=by_record,
        scope=f"{_RECIPE}, 200 networks, 500 epochs; A is the share in which all hidden layers end at twice "
        f"their lowest speed or more",
        false_sibling=_eq(_sym("A_3"), 1),
    ),
    Claim(
        label="four-hidden-layers-do-not-recover",
        sentence="With four hidden layers no layer of any network recovers within 500 epochs.",
        statement=_eq(_sym("R_4"), 0),
        check=by_record,
        scope=f"{_RECIPE}, 200 networks, 500 epochs; R is the share in which some layer ends at twice its "
        f"lowest speed or more; "
        "with three hidden layers a single network does",
        false_sibling=_eq(_sym("R_3"), 0),
    ),
    Claim(
        label="output-layer-moves-most",
        sentence="With four hidden layers the output layer moves more than thirty times as far as the "
        "first layer.",
        statement=sp.Gt(_sym("D_5"), 30 * _sym("D_1"), evaluate=False),
        check=by_record,
        scope=f"{_RECIPE}; D_k is the median over 200 networks of how far layer k is from its decayed "
        f"initial weights, per initial "
        "length, after 500 epochs",
        false_sibling=sp.Gt(_sym("D_2"), _sym("D_1"), evaluate=False),
    ),
    Claim(
        label="small-gradient-is-not-near-optimum",
        sentence="Rescaled steps along the same gradients lower the cost by more than a third where plain "
        "descent is stuck.",
        statement=sp.Lt(_sym("c_all"), sp.Rational(2, 3), evaluate=False),
        check=by_record,
        scope=f"{_RECIPE}, four hidden layers, ten networks after 500 epochs, 300 rescaled steps; c is the "
        f"largest final cost per "
        "plateau cost, with all layers moving or with the first held fixed",
        false_sibling=sp.Lt(_sym("c_fixed"), sp.Rational(2, 3), evaluate=False),
    ),
)
