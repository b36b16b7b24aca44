"""What chapter 9 measures:
the bias of contrastive divergence, and where the recorded trainings gain from pretraining."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import sympy as sp

from analysis.chapters.pretraining import records as recorded
from analysis.chapters.pretraining.claims.meaning_contrastive_divergence import sampled_share
from analysis.chapters.pretraining.contrastive_divergence import CHAINS, share
from analysis.chapters.pretraining.stack import (
    HIDDEN,
    PRETRAINING_COST,
    SCALES,
    Finetuning,
    begin,
    gradients,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, only
from analysis.claims.laws import expectation_over, normal
from analysis.claims.relations import gt
from analysis.claims.runs import of_runs
from analysis.claims.world import Estimate, Given, World
from analysis.numeric.compiled import compiled
from analysis.numeric.data import digits
from analysis.numeric.minibatches import best_run, split
from analysis.numeric.norms import rms
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import expectation, times
from analysis.symbolic.notation import sigma_prime, z

SIGMOID_VALUE, SIGMOID_SLOPE = compiled(SIGMOID.value, z), compiled(SIGMOID.slope, z)
MANY, FEW, LEVEL = 1100, 100, 0.9
SIZES = [64, *HIDDEN, 10]
AFTER = {MANY: (50, 100), FEW: (450, 1000)}
"""Labelled images → the epoch that pretrained networks are given, and the one for the others: the same
number of products."""


@cache
def run(start: str, labelled: int = MANY) -> Finetuning:
    """A recorded training, read once."""
    return recorded.training(start, labelled)


def equal_budget(start: str, labelled: int = MANY) -> np.ndarray:
    """Test accuracy of each seed at its equal share of work: the machines count for those that need them."""
    trained = AFTER[labelled][0 if start in ("pretrained", "shuffled") else 1]
    return run(start, labelled).after(trained)


def best_scale(labelled: int = FEW) -> str:
    """Of the starts N(0, s²) with so many labels the one that is best on the validation images, at the end
    and each at its chosen rate."""
    return best_run([run(start, labelled) for start in SCALES]).start


def backward_drop(start: str) -> np.ndarray:
    """‖δ¹‖/‖δ⁴‖ before training, root mean squares over the images (seeds,)."""
    deltas = run(start).deltas
    return np.asarray(deltas[:, 0] / deltas[:, 3])


def drop_by_size(start: str) -> np.ndarray:
    """The most that independent weights of that size give on average for ‖δ¹‖/‖δ⁴‖:
    ∏ √n rms(W^l) max σ′ over l = 2, 3, 4 (seeds,)."""
    sizes = run(start).sizes[:, 1:4]
    steepest = float(SIGMOID.slope.subs(z, 0))
    return np.asarray((np.sqrt(np.array(HIDDEN[1:])) * sizes * steepest).prod(axis=1))


def _speed(start: str) -> np.ndarray:
    return np.asarray(run(start).start_speeds[0, :, 0])


FRESH, IMAGES = 120, 100
"""Xavier networks that are drawn for what happens before any training, and training images for each."""


def _xavier_drop() -> Estimate:
    """‖δ¹‖/‖δ⁴‖ of fresh networks, each over training images of its own."""
    parts = split(digits())
    weights, biases = begin(parts.images, "xavier", range(FRESH))
    chosen = np.random.default_rng(9).integers(len(parts.images), size=(FRESH, IMAGES))
    *_, deltas = gradients(weights, biases, parts.images[chosen], parts.targets[chosen])
    ratio = rms(deltas[0], axis=(1, 2)) / rms(deltas[3], axis=(1, 2))
    return Estimate(float(ratio.mean()), float(ratio.std(ddof=1) / np.sqrt(len(ratio))))


def _sym(name: str) -> sp.Symbol:
    return sp.Symbol(name, positive=True)


_SHORT = {
    "P": "pretrained",
    "S": "shuffled",
    "R": "rbm start",
    "X": "xavier",
    "G": "gaussian",
}
MEASURED: dict[sp.Symbol, Callable[[], np.ndarray]] = {
    **{_sym(f"speed_{k}"): partial(_speed, s) for k, s in _SHORT.items()},
    **{_sym(f"kept_{k}"): partial(backward_drop, s) for k, s in _SHORT.items()},
    **{_sym(f"size_{k}"): partial(drop_by_size, s) for k, s in _SHORT.items()},
    **{_sym(f"epochs_{k}"): partial(lambda s: run(s).epochs_to(LEVEL), s) for k, s in _SHORT.items()},
    **{_sym(f"A_{k}"): partial(equal_budget, s, MANY) for k, s in _SHORT.items()},
    **{_sym(f"B_{k}"): partial(equal_budget, s, FEW) for k, s in _SHORT.items()},
    _sym("B_N"): lambda: equal_budget(best_scale(), FEW),
}
"""One number a seed. What spans powers of ten (all but the accuracies A and B) is compared by its logarithm,
and its mean is the geometric one."""


_Z = sp.Symbol("Z", real=True)


def _passed(l: int) -> sp.Expr:
    """√E[σ′(√q_l Z)²], what layer l passes on of the error: n Var w is 1 between layers of one width."""
    return sp.sqrt(expectation(sigma_prime(sp.sqrt(_sym(f"q_{l}")) * _Z) ** 2))


@cache
def mean_squares() -> tuple[float, ...]:
    """q_1, q_2, q_3 of the Xavier networks on the training images: Var w times the mean of ‖a^{l−1}‖²."""
    images = split(digits()).images
    q = [2.0 / (images.shape[1] + HIDDEN[0]) * float((images**2).sum(axis=1).mean())]
    for _ in HIDDEN[1:3]:
        q.append(_normal_mean(lambda x: SIGMOID_VALUE(x) ** 2, q[-1]))
    return tuple(q)


def _normal_mean(f: Callable[[np.ndarray], np.ndarray], q: float) -> float:
    """E[f(√q Z)] by Gauss-Hermite quadrature with 80 nodes."""
    nodes, shares = np.polynomial.hermite_e.hermegauss(80)
    return float(f(np.sqrt(q) * nodes) @ shares / shares.sum())


def _mean_square(l: int, world: World) -> float:
    return mean_squares()[l - 1]


_WORDS = ("speed", "kept", "size", "epochs", "A", "B")
_P = {name: _sym(name) for name in (f"{word}_{k}" for word in _WORDS for k in _SHORT)}
_COST = sp.Integer(round(PRETRAINING_COST))
_LETTERS = (
    "P pretrained, S its entries shuffled, R the machines' own start N(0, 0.01²), X Xavier, G weights N(0, 1)"
)
_SCOPE = f"digits, {SIZES}, sigmoid, plain SGD on minibatches of 10, five seeds; {_LETTERS}"
_FAIR = (
    f"accuracy at the chosen one of three rates, after 100 epochs, or after {100 - _COST} and the pretraining"
)


def _share_claim(k: int) -> Claim:
    u = sp.Symbol(f"u_{k}", positive=True)
    return Claim(
        label=f"cd-{k}-falls-short",
        sentence=f"The mean CD-{k} update holds {100 * share(k):.3g} % of the gradient, not all of it.",
        statement=sp.Eq(u, sp.Float(share(k), 8), evaluate=False),
        check=None,
        domain=domain(means={u: Given(lambda world: sampled_share(k))}),
        scope="a machine with 6 visible and 4 hidden units, parameters N(0, 1), 8 images; "
        "u_k = ⟨CD-k, g⟩/‖g‖², g the exact gradient; theory by summing over all states, simulation with "
        f"{CHAINS} Gibbs chains",
        false_sibling=sp.Eq(u, sp.S.One, evaluate=False),
    )


CLAIMS = of_runs(
    (
    _share_claim(1),
    _share_claim(2),
    Claim(
        label="pretraining-wakes-the-first-layer",
        sentence=(
            "Pretraining gives the first layer more than five hundred times the gradient that the "
            "machines' own start has."
        ),
        statement=gt(_P["speed_P"], 500 * _P["speed_R"]),
        check=None,
        scope=f"{_SCOPE}; speed is ‖∂C/∂W¹‖ before fine-tuning, geometric mean of the seeds",
        false_sibling=gt(_P["speed_P"], _P["speed_G"]),
    ),
    Claim(
        label="xavier-sigmoid-loses-three-quarters",
        sentence=
            "Before training, a layer of sigmoids with Xavier's weights keeps less than a quarter of the "
            "error signal.",
        statement=sp.Eq(_P["kept_X"], times(*(_passed(l) for l in (1, 2, 3))), evaluate=False),
        check=None,
        domain=domain(
            means={
                **only("sigmoid"),
                expectation: expectation_over({_Z: normal()}),
                _P["kept_X"]: Given(lambda world: _xavier_drop()),
                **{_sym(f"q_{l}"): Given(partial(_mean_square, l)) for l in (1, 2, 3)},
            }
        ),
        scope=
            f"{SIZES}, kept = ‖δ¹‖/‖δ⁴‖, weights N(0, 2/(n_in + n_out)), zero biases; Z ~ N(0, "
            f"1), q_l the mean square of z^l in wide layers, Var w times the mean of ‖a^(l−1)‖²; {FRESH} "
            f"networks, {IMAGES} training images each",
        false_sibling=sp.Eq(_P["kept_X"], times(*[SIGMOID.slope.subs(z, 0)] * 3), evaluate=False),
    ),
    Claim(
        label="structure-carries-the-gradient",
        sentence=
            "Pretrained weights pass on more error than independent weights of their size do on average, and "
            "shuffled ones less.",
        statement=sp.And(gt(_P["kept_P"], _P["size_P"]), gt(_P["size_P"], _P["kept_S"])),
        check=None,
        scope=
            f"{_SCOPE}; kept = ‖δ¹‖/‖δ⁴‖ before fine-tuning; size = ∏ √n rms(W)/4 over the layers 2 to 4; "
            "geometric means",
        false_sibling=gt(_P["kept_S"], _P["size_S"]),
    ),
    Claim(
        label="pretraining-beats-xavier-in-epochs",
        sentence=(
            "Counted in epochs of fine-tuning, a network with Xavier's weights needs more than one "
            f"and a half times as many to {100 * LEVEL:g} % as a pretrained one."
        ),
        statement=gt(2 * _P["epochs_X"], 3 * _P["epochs_P"]),
        check=None,
        scope=(
            f"{_SCOPE}; epochs is the first epoch at which a network has a test accuracy of {LEVEL}, "
            f"geometric mean of the seeds, at the rate at which the validation accuracy is there first; "
            f"{MANY:,} labels"
        ),
        false_sibling=gt(_P["epochs_G"], _P["epochs_P"]),
    ),
    Claim(
        label="pretraining-loses-in-work",
        sentence=
            "Counted with the work of the pretraining, both networks with plain random weights are there "
            "first.",
        statement=sp.And(
            gt(_P["epochs_P"] + _COST, _P["epochs_X"]), gt(_P["epochs_P"] + _COST, _P["epochs_G"])
        ),
        check=None,
        scope=f"{_SCOPE}; epochs as before; the machines cost as much as {_COST} epochs of back-propagation",
        false_sibling=gt(_P["epochs_X"], _P["epochs_P"] + 60),
    ),
    Claim(
        label="many-labels-equal-budget",
        sentence=(
            f"With {MANY:,} labels and equal work, pretrained networks end within two percentage points "
            "of those that start from N(0, 1)."
        ),
        statement=sp.And(
            gt(_P["A_P"] + 0.02, _P["A_G"]),
            gt(_P["A_G"] + 0.02, _P["A_P"]),
            gt(_P["A_P"], 0.94),
            gt(_P["A_G"], 0.94),
        ),
        check=None,
        scope=f"{_SCOPE}; A is the {_FAIR}; {MANY:,} labels",
        false_sibling=gt(_P["A_P"], _P["A_G"] + 0.03),
    ),
    Claim(
        label="few-labels-equal-budget",
        sentence=(
            f"With the {FEW} labels that were tried and equal work, pretrained networks end ahead of the "
            "shuffled ones, and behind those from N(0, 1)."
        ),
        statement=sp.And(gt(_P["B_P"], _P["B_S"]), gt(_P["B_G"], _P["B_P"])),
        check=None,
        scope=(
            f"{_SCOPE}; B is the mean test accuracy at the chosen one of four rates after 1,000 "
            f"epochs on 100 labelled images, the same "
        f"for all seeds, or after 450 and the pretraining on {MANY:,} unlabelled ones"
        ),
        false_sibling=gt(_P["B_P"], _P["B_G"] + 0.02),
    ),
    Claim(
        label="few-labels-another-scale",
        sentence=(
            f"With these {FEW} labels, random weights whose scale is chosen as well end ahead of the "
            "pretrained ones."
        ),
        statement=gt(_sym("B_N"), _P["B_P"]),
        check=None,
        scope=(
            f"{_SCOPE}; N weights N(0, s²), s chosen of 0.5, 0.7, 1 and 1.4 on the validation images; "
            f"B as before"
        ),
        false_sibling=gt(_P["B_P"], _sym("B_N")),
    ),
    ),
    lambda symbol: MEASURED[symbol](),
    logarithmic="ske",
    others=MEASURED,
)  # fmt: skip
