"""Restricted Boltzmann machines small enough to be summed over:
exact probabilities, exact gradients, and contrastive divergence.

Binary visible units v (n_v), hidden units h (n_h), weights W (n_v × n_h), biases b and c:

    E(v, h) = −b·v − c·h − vᵀ W h,    p(v)
    = Σ_h e^{−E(v, h)} / Z = e^{−F(v)} / Z    (Smolensky 1986; Hinton 2002).

The exact functions go through all 2^{n_v} states and refuse machines with more than ``LARGEST`` visible
units. Functions of a machine raise OverflowError where its weights are so large that an input,
an energy or a log-probability leaves float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logsumexp

from analysis.numeric.arguments import finite, generator, instance, number, real_array, whole

Floats = NDArray[np.float64]
LARGEST = 12
_MOST_STEPS = 10**6
"""Powers of the transition matrix lose a unit in the last place a step."""


@dataclass(frozen=True, eq=False)
class RBM:
    """weights (n_v, n_h), visible biases (n_v,), hidden biases (n_h,);
    raises ValueError where they do not fit or are not finite."""

    weights: Floats
    visible: Floats
    hidden: Floats

    def __post_init__(self) -> None:
        w = real_array("weights", self.weights, ("n_v", "n_h")).copy()
        b = real_array("visible", self.visible, w.shape[:1]).copy()
        c = real_array("hidden", self.hidden, w.shape[1:]).copy()
        for name, x in (("weights", w), ("visible", b), ("hidden", c)):
            x.flags.writeable = False
            object.__setattr__(self, name, x)


class Update(NamedTuple):
    """What is added to the parameters, up to the learning rate:
    shapes of the parameters, or with a leading axis of samples."""

    weights: Floats
    visible: Floats
    hidden: Floats

    def flat(self) -> Floats:
        """All entries in one vector; of samples, one row each."""
        lead = self.visible.shape[:-1]
        return np.concatenate([self.weights.reshape(*lead, -1), self.visible, self.hidden], axis=-1)


def drawn(n_visible: int, n_hidden: int, scale: float, rng: np.random.Generator) -> RBM:
    """Weights and biases from N(0, scale²); raises ValueError for numbers out of range."""
    n_visible, n_hidden = whole("n_visible", n_visible), whole("n_hidden", n_hidden)
    scale, rng = number("scale", scale, least=0.0), generator("rng", rng)
    sizes = ((n_visible, n_hidden), (n_visible,), (n_hidden,))
    with np.errstate(over="ignore"):
        parts = [scale * rng.standard_normal(size) for size in sizes]
    if not all(map(finite, parts)):
        raise OverflowError(f"scale must leave the weights within float64, not {scale:g}")
    return RBM(*parts)


def hidden_given(rbm: RBM, v: ArrayLike) -> Floats:
    """P(h_j = 1 | v) = σ(c_j + Σ_i v_i W_ij) for rows v (m, n_v): shape (m, n_h)."""
    return np.asarray(expit(_to_hidden(rbm, _rows(rbm, v))))


def visible_given(rbm: RBM, h: ArrayLike) -> Floats:
    """P(v_i = 1 | h) = σ(b_i + Σ_j W_ij h_j) for rows h (m, n_h): shape (m, n_v)."""
    rows = _rows(rbm, h, "h")
    with np.errstate(over="ignore", invalid="ignore"):
        inputs = rows @ rbm.weights.T + rbm.visible
    return np.asarray(expit(_within("the input of a visible unit", inputs)))


def free_energy(rbm: RBM, v: ArrayLike) -> Floats:
    """F(v) = −b·v − Σ_j softplus(c_j + Σ_i v_i W_ij) for rows v (m, n_v): shape (m,)."""
    v = _rows(rbm, v)
    with np.errstate(over="ignore", invalid="ignore"):
        found = -v @ rbm.visible - np.logaddexp(0.0, _to_hidden(rbm, v)).sum(axis=1)
    return _within("F(v)", found)


def states(n: int) -> Floats:
    """All 2ⁿ binary rows; raises ValueError for n above LARGEST."""
    n = whole("n", n, 1, LARGEST)
    return np.array((np.arange(2**n)[:, None] >> np.arange(n)) & 1, dtype=np.float64)


def log_probability(rbm: RBM, v: ArrayLike) -> Floats:
    """log p(v) for rows v, with Z summed over all visible states: shape (m,)."""
    v = _rows(rbm, v)
    every = states(len(rbm.visible))
    with np.errstate(over="ignore", invalid="ignore"):
        found = -free_energy(rbm, v) - float(logsumexp(-free_energy(rbm, every)))
    return _within("log p(v)", found)


def phase(rbm: RBM, v: ArrayLike, weight: ArrayLike | None = None) -> Update:
    """−∂F/∂(W, b, c) averaged over rows v with the given weights (equal ones unless given)."""
    v = _rows(rbm, v)
    share = np.full(len(v), 1.0 / len(v)) if weight is None else real_array("weight", weight, (len(v),))
    h = hidden_given(rbm, v)
    return Update((v * share[:, None]).T @ h, share @ v, share @ h)


def likelihood_gradient(rbm: RBM, data: ArrayLike) -> Update:
    """∂⟨log p(v)⟩/∂(W, b, c) over the rows of data:
    the positive phase less the negative one, summed over all states."""
    data = _rows(rbm, data, "data")
    every = states(len(rbm.visible))
    return _difference(phase(rbm, data), phase(rbm, every, np.exp(log_probability(rbm, every))))


def transition(rbm: RBM) -> Floats:
    """T[s, t] = Σ_h P(h|v=s) P(v=t|h), one step of Gibbs sampling between the visible states:
    (2^n_v, 2^n_v)."""
    instance("rbm", rbm, RBM)
    every, hidden = states(len(rbm.visible)), states(len(rbm.hidden))
    up, down = hidden_given(rbm, every), visible_given(rbm, hidden)
    to_hidden = np.where(hidden[None] > 0.5, up[:, None], 1.0 - up[:, None]).prod(axis=2)
    to_visible = np.where(every[None] > 0.5, down[:, None], 1.0 - down[:, None]).prod(axis=2)
    return np.asarray(to_hidden @ to_visible)


def expected_cd(rbm: RBM, data: ArrayLike, k: int) -> Update:
    """The expected CD-k update:
    the negative phase is taken after k steps of Gibbs sampling from the data (Hinton 2002)."""
    rows, k = _rows(rbm, data, "data"), whole("k", k, 1, _MOST_STEPS)
    if not ((rows == 0.0) | (rows == 1.0)).all():
        raise ValueError("data must be 0 or 1: the expectation starts from states")
    start = np.zeros(2 ** len(rbm.visible))
    np.add.at(start, (rows.astype(int) << np.arange(rows.shape[1])).sum(axis=1), 1.0 / len(rows))
    after = start @ np.linalg.matrix_power(transition(rbm), k)
    return _difference(phase(rbm, rows), phase(rbm, states(len(rbm.visible)), after))


def sampled_cd(rbm: RBM, data: ArrayLike, k: int, rng: np.random.Generator) -> Update:
    """CD-k as it is run: one chain from each row of data, one update a row, (m, …)."""
    start = v = _rows(rbm, data, "data")
    rng = generator("rng", rng)
    for _ in range(whole("k", k)):
        h = (rng.random((len(v), len(rbm.hidden))) < hidden_given(rbm, v)).astype(np.float64)
        v = (rng.random(v.shape) < visible_given(rbm, h)).astype(np.float64)
    before, after = hidden_given(rbm, start), hidden_given(rbm, v)
    outer = start[:, :, None] * before[:, None] - v[:, :, None] * after[:, None]
    return Update(outer, start - v, before - after)


def moved(rbm: RBM, update: Update, rate: float) -> RBM:
    """The machine after one step up the update; raises ValueError where that is no longer finite."""
    instance("rbm", rbm, RBM)
    instance("update", update, Update)
    rate = number("rate", rate)
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [x + rate * u for x, u in zip((rbm.weights, rbm.visible, rbm.hidden), update, strict=True)]
    return RBM(*parts)


def _to_hidden(rbm: RBM, rows: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        return _within("the input of a hidden unit", rows @ rbm.weights + rbm.hidden)


def _within(what: str, x: Floats) -> Floats:
    if not finite(x):
        raise OverflowError(f"{what} leaves float64: rbm must have smaller weights")
    return np.asarray(x)


def _difference(one: Update, other: Update) -> Update:
    return Update(*(a - b for a, b in zip(one, other, strict=True)))


def _rows(rbm: RBM, v: ArrayLike, name: str = "v") -> Floats:
    instance("rbm", rbm, RBM)
    units = rbm.hidden if name == "h" else rbm.visible
    return real_array(name, v, ("m", len(units)), low=0.0, high=1.0)
