"""What is claimed of Nielsen's experiment, read off the recorded runs on the first 1,000 training images of
MNIST.

Letters: S_k, T_k the speed of hidden layer k of an untrained network drawn his way, or with N(0, 1)
weights; m_{H,k}, F_{H,k} the lowest and the final speed of hidden layer k of H in 500 epochs; D_k how far
layer k moves; E the cost on the plateau, A and B the cost after rescaled steps of all layers, or of all
but the first. v_k: the speeds that Nielsen recorded for one network.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.chapters.learning_speeds import records as recorded
from analysis.chapters.learning_speeds.claims.meaning_published import (
    p_value,
    p_value_among,
    rounded,
    rounded_to,
)
from analysis.chapters.learning_speeds.near_optimum import NearOptimum
from analysis.chapters.learning_speeds.speed_bands import SpeedBands
from analysis.claims.claim import Claim
from analysis.claims.domain import Given, Pointwise, domain
from analysis.claims.runs import of_each, share, share_of_runs
from analysis.claims.world import Meaningless
from analysis.numeric.speed_statistics import (
    NIELSEN_DECIMALS,
    NIELSEN_ENDS,
    NIELSEN_RATIO,
    NIELSEN_RECORDED,
    NIELSEN_SPEEDS,
    monotone,
    recovered,
    resolved,
)

DRAWN, EPOCHS, IMAGES = 200, 500, 1000
"""What was recorded (``make_records``; a test compares): networks, epochs, training images."""
_RECIPE = "MNIST, weights N(0, 1/n_in)"
_SOURCE = "M. Nielsen, Neural Networks and Deep Learning (2015), chapter 5"
_LEVEL = sp.Rational(1, 20)
_MIDDLE = (0.05, 0.95)
"""Between these quantiles a ratio is a usual one."""
_EPOCHS = tuple(NIELSEN_RATIO)

S, T, D, r = (sp.IndexedBase(name, real=True) for name in "STDr")
F, m = (sp.IndexedBase(name, real=True) for name in "Fm")
E, A, B = sp.symbols("E A B", positive=True)
_k = sp.Symbol("k", integer=True, positive=True)


class usual(sp.Function):  # type: ignore[misc]
    """1 where ratio number k lies between the 5 % and the 95 % quantile of the recorded networks at its
    epoch, else 0."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        ratio, k = (printer._print(x) for x in self.args)
        return rf"\left[q_{{5\%}}(t_{{{k}}})\le {ratio}\le q_{{95\%}}(t_{{{k}}})\right]"


@cache
def initial(initialiser: str, hidden: int) -> NDArray[np.float64]:
    """Speeds of the hidden layers of 200 untrained networks on MNIST, (200, hidden)."""
    return recorded.initial_speeds("mnist", initialiser, hidden).speeds[:, 0]


@cache
def trained(hidden: int) -> SpeedBands:
    """200 networks of Nielsen's recipe over 500 epochs on MNIST."""
    return recorded.trained_bands("mnist", "nielsen", hidden)


@cache
def _plateau() -> NearOptimum:
    return recorded.beyond_the_plateau("mnist", 4)


def _start(letter: sp.IndexedBase, initialiser: str) -> dict[Any, Given]:
    """The speeds of four hidden layers at the start."""
    return {
        letter[k]: of_each(f"start, {initialiser}", lambda k=k: initial(initialiser, 4)[:, k - 1])  # type: ignore[misc]
        for k in (1, 2, 3, 4)
    }


def _trained(field: str, letter: sp.IndexedBase, hidden: int) -> dict[Any, Given]:
    """A speed of each hidden layer of trained networks, kept network by network."""

    def column(k: int) -> NDArray[np.float32]:
        found: NDArray[np.float32] = getattr(trained(hidden), field)
        return found[:, k - 1]

    return {
        letter[hidden, k]: of_each(f"trained, {hidden}", lambda k=k: column(k))  # type: ignore[misc]
        for k in range(1, hidden + 1)
    }


def _moved(layer: int) -> NDArray[np.float32]:
    return trained(4).final_learned[:, layer - 1]


NETWORKS: dict[Any, Any] = {
    share: share_of_runs,
    **_start(S, "nielsen"),
    **_start(T, "gaussian"),
    **{
        x: g
        for hidden in (2, 3, 4)
        for x, g in (_trained("lowest", m, hidden) | _trained("final", F, hidden)).items()
    },
    **{D[k]: of_each("trained, 4", lambda k=k: _moved(k)) for k in (1, 2, 3, 4, 5)},  # type: ignore[misc]
    E: of_each("plateau", lambda: _plateau().end_cost),
    A: of_each("plateau", lambda: _plateau().all_layers_cost[:, -1]),
    B: of_each("plateau", lambda: _plateau().first_fixed_cost[:, -1]),
}
"""What the letters of the statements on recorded networks stand for."""


def his(hidden: int) -> tuple[sp.Symbol, ...]:
    """v_1 … v_H, the speeds as Nielsen's code recorded them."""
    return tuple(sp.symbols(f"v_1:{hidden + 1}", positive=True))


def _recorded(hidden: int) -> dict[Any, float]:
    return dict(zip(his(hidden), NIELSEN_RECORDED[hidden], strict=True))


def speeds_are(hidden: int, printed: tuple[float, ...], compared: tuple[sp.Expr, ...] = ()) -> sp.And:
    """His recorded speeds round to the printed ones, and those ``compared`` (the recorded ones unless told)
    are no rare speeds."""
    v = his(hidden)
    found = sp.Tuple(*(rounded(x, NIELSEN_DECIMALS[hidden]) for x in v))
    numbers = sp.Tuple(*(sp.Float(str(x)) for x in printed))
    return sp.And(
        sp.Eq(found, numbers, evaluate=False),
        sp.Ge(p_value(*(compared or v)), _LEVEL, evaluate=False),
        evaluate=False,
    )


def _resolution(hidden: int) -> str:
    """In words, what a single number would have to be to be refused."""
    ends = resolved(NIELSEN_RECORDED[hidden], initial("nielsen", hidden))
    spans = (f"v_{k} at {low:.2g} or {high:.2g}" for k, (low, high) in enumerate(ends, start=1))
    return f"changed alone, {', '.join(spans)} would be refused"


def _speeds(hidden: int) -> Claim:
    v = his(hidden)
    shown = ", ".join(f"{x:.4g}" for x in NIELSEN_RECORDED[hidden])
    return Claim(
        label=f"nielsen-speeds-{hidden}-hidden",
        sentence=f"Taken together, Nielsen's initial speeds with {hidden} hidden layers are no rarity "
        f"among {DRAWN} networks drawn his way.",
        statement=speeds_are(hidden, NIELSEN_SPEEDS[hidden]),
        check=None,
        source=_SOURCE,
        scope=f"first {IMAGES:,} training images of MNIST, weights N(0, 1/n_in), biases N(0, 1); he drew one "
        "network, seed not set; v: the speeds that "
        f"the code of his book recorded, {shown}, which he prints rounded; p: how often a network "
        f"of these and his own, {DRAWN + 1} in all, lies as far out in Mahalanobis' distance of the "
        f"logarithms, which counts in standard deviations of the cloud; {_resolution(hidden)}",
        false_sibling=speeds_are(hidden, NIELSEN_SPEEDS[hidden], (v[0] / 2, *v[1:])),
        domain=domain(
            means={
                **_recorded(hidden),
                rounded: Pointwise(rounded_to),
                p_value: Pointwise(p_value_among(lambda: initial("nielsen", hidden))),
            }
        ),
    )


def _is_usual(ratio: Any, k: Any) -> int:
    """Whether the ratio lies in the middle 90 % of 200 networks at epoch number k of those compared."""
    if k.q != 1 or not 1 <= k <= len(_EPOCHS):
        raise Meaningless(f"{len(_EPOCHS)} epochs are compared")
    levels = trained(4)
    low, high = (levels.ratio[levels.levels.index(q), _EPOCHS[int(k.p) - 1]] for q in _MIDDLE)
    return int(float(low) <= float(ratio) <= float(high))


def _ratio(k: int) -> float:
    """His ratio at epoch number k of those compared, from 1."""
    if not 1 <= k <= len(_EPOCHS):
        raise Meaningless(f"{len(_EPOCHS)} epochs are compared")
    first, fourth = NIELSEN_ENDS[_EPOCHS[k - 1]]
    return fourth / first


def ratio_is_usual(ratio: sp.Expr) -> sp.And:
    """At every epoch compared the ratio is a usual one; it falls to 55 % or less and ends above where it
    began."""
    count = len(_EPOCHS)
    return sp.And(
        sp.Eq(sp.Sum(usual(ratio, _k), (_k, 1, count)), count, evaluate=False),
        sp.Lt(r[_EPOCHS.index(50) + 1], sp.Rational(11, 20) * r[1], evaluate=False),
        sp.Gt(r[count], r[1], evaluate=False),
        evaluate=False,
    )


def _of_all(relation: sp.Basic) -> sp.Eq:
    return sp.Eq(share(relation), 1, evaluate=False)


def _grow(letter: sp.IndexedBase) -> sp.And:
    return sp.And(*(sp.Lt(letter[k], letter[k + 1], evaluate=False) for k in (1, 2, 3)), evaluate=False)


def _recover(hidden: int) -> sp.And:
    """Every hidden layer ends at twice its lowest speed or more."""
    return sp.And(
        *(sp.Ge(F[hidden, k], 2 * m[hidden, k], evaluate=False) for k in range(1, hidden + 1)),
        evaluate=False,
    )


def _end_lowest(hidden: int) -> sp.And:
    """No hidden layer ends above its lowest speed."""
    return sp.And(
        *(sp.Le(F[hidden, k], m[hidden, k], evaluate=False) for k in range(1, hidden + 1)), evaluate=False
    )


def _out_of_order() -> int:
    """Of how many networks with N(0, 1) weights and four hidden layers the speeds do not grow from layer to
    layer."""
    return int((~monotone(initial("gaussian", 4))).sum())


def _recovered_of_three() -> int:
    """In how many networks with three hidden layers some layer doubles its lowest speed."""
    return int(recovered(trained(3).lowest, trained(3).final).any(axis=1).sum())


_networks = domain(means=NETWORKS)
_faster, _too_fast = 11, 12

CLAIMS = (
    *(_speeds(hidden) for hidden in (2, 3, 4)),
    Claim(
        label="nielsen-speed-ratio",
        sentence="In Nielsen's run the fourth layer's speed over the first's nearly halves and rises above "
        f"its start again; at all {len(_EPOCHS)} epochs compared it lies in the middle "
        f"{100 * np.ptp(_MIDDLE):.0f} % of {DRAWN} networks.",
        statement=ratio_is_usual(r[_k]),
        check=None,
        source="the speeds recorded with the code that accompanies Nielsen's book, epochs "
        + ", ".join(map(str, _EPOCHS)),
        scope=f"{_RECIPE}, four hidden layers; r: his ratio at these epochs t, "
        f"{', '.join(f'{x:.1f}' for x in NIELSEN_RATIO.values())}; "
        f"q: the quantiles of {DRAWN} networks at the same epoch",
        false_sibling=ratio_is_usual(sp.Integer(100)),
        domain=domain(means={r: lambda k, world: _ratio(k), usual: Pointwise(_is_usual)}),
    ),
    Claim(
        label="speeds-grow-with-the-layer",
        sentence=f"In all {DRAWN} networks with four hidden layers the initial speed grows from each layer "
        "to the next.",
        statement=_of_all(_grow(S)),
        check=None,
        scope=f"{_RECIPE}; S: the speeds at the start, T: those with N(0, 1) weights, which are not in "
        f"order in {_out_of_order()} networks",
        false_sibling=_of_all(_grow(T)),
        domain=_networks,
    ),
    Claim(
        label="standard-normal-weights-are-faster",
        sentence=f"Even the slowest first layer of {DRAWN} networks with N(0, 1) weights starts more than "
        "eleven times as fast as that of Nielsen's network.",
        statement=_of_all(sp.Gt(T[1], _faster * his(4)[0], evaluate=False)),
        check=None,
        scope="MNIST, four hidden layers; T_1: the first layer's speed at the start with N(0, 1) "
        "weights; v_1: the speed he recorded",
        false_sibling=_of_all(sp.Gt(T[1], _too_fast * his(4)[0], evaluate=False)),
        domain=domain(means=NETWORKS | _recorded(4)),
    ),
    Claim(
        label="two-hidden-layers-recover",
        sentence="With two hidden layers the speeds of both fall and then at least double again, in each "
        f"of {DRAWN} networks.",
        statement=_of_all(_recover(2)),
        check=None,
        scope=f"{_RECIPE}, {EPOCHS} epochs; F and m: the final and the lowest speed, indices: hidden layers, "
        f"and which; the near miss asks it of three",
        false_sibling=_of_all(_recover(3)),
        domain=_networks,
    ),
    Claim(
        label="four-hidden-layers-do-not-recover",
        sentence=f"With four hidden layers nothing recovers within {EPOCHS} epochs: in each of {DRAWN} "
        "networks every speed ends at its lowest.",
        statement=_of_all(_end_lowest(4)),
        check=None,
        scope=f"{_RECIPE}; F and m: the final and the lowest speed, indices: hidden layers, and which; "
        f"the near miss says it of three, "
        f"of which some layer doubles its lowest speed again in {_recovered_of_three()} of {DRAWN} "
        f"networks",
        false_sibling=_of_all(_end_lowest(3)),
        domain=_networks,
    ),
    Claim(
        label="output-layer-moves-most",
        sentence="With four hidden layers the output layer moves more than forty times as far as the "
        f"first, and the second less far, in each of {DRAWN} networks.",
        statement=_of_all(
            sp.And(sp.Gt(D[5], 40 * D[1], evaluate=False), sp.Lt(D[2], D[1], evaluate=False), evaluate=False)
        ),
        check=None,
        scope=f"{_RECIPE}; D_k: how far layer k is from its decayed initial weights, per initial "
        f"length, after {EPOCHS} epochs",
        false_sibling=_of_all(sp.Gt(D[2], D[1], evaluate=False)),
        domain=_networks,
    ),
    Claim(
        label="small-gradient-is-not-near-optimum",
        sentence=f"From where {EPOCHS} epochs of plain descent end, rescaled steps along the gradients lower "
        "the cost by more than a third, in each of ten networks.",
        statement=_of_all(sp.Lt(A, sp.Rational(2, 3) * E, evaluate=False)),
        check=None,
        scope=f"{_RECIPE}, four hidden layers; E: the cost after {EPOCHS} epochs, A: after 300 rescaled "
        f"steps more, B: with the first layer held fixed",
        false_sibling=_of_all(sp.Lt(B, sp.Rational(2, 3) * E, evaluate=False)),
        domain=_networks,
    ),
)
