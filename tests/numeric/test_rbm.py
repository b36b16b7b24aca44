"""Small machines summed over: against brute force, difference quotients and chains; refusals."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

import numpy as np
import pytest

from analysis.numeric import rbm

RNG = np.random.default_rng(4)
MACHINE = rbm.drawn(4, 3, 1.0, RNG)
DATA = RNG.integers(0, 2, (5, 4)).astype(float)


def energy(v: Any, h: Any) -> np.ndarray:
    """E(v, h) of ``MACHINE`` for rows v and h, by its definition."""
    return np.asarray(-v @ MACHINE.visible - h @ MACHINE.hidden - ((v @ MACHINE.weights) * h).sum(axis=1))


def test_free_energy_and_probabilities_are_the_sums_over_hidden_states() -> None:
    hidden = np.array(list(product((0.0, 1.0), repeat=3)))
    weight = {}
    for v in product((0.0, 1.0), repeat=4):
        weight[v] = np.exp(-energy(np.tile(v, (8, 1)), hidden)).sum()
        assert np.isclose(np.exp(-rbm.free_energy(MACHINE, [v])[0]), weight[v])
    total = sum(weight.values())
    for v, of in weight.items():
        assert np.isclose(rbm.log_probability(MACHINE, [v])[0], np.log(of / total))


def test_conditionals_follow_from_the_joint() -> None:
    h = np.array([[1.0, 0.0, 1.0]])
    v = DATA[:1]
    on, off = (np.concatenate([[[x]], h[:, 1:]], axis=1) for x in (1.0, 0.0))
    odds = np.exp(energy(v, off) - energy(v, on))[0]
    assert np.isclose(rbm.hidden_given(MACHINE, v)[0, 0], odds / (1 + odds))
    on, off = (np.concatenate([[[x]], v[:, 1:]], axis=1) for x in (1.0, 0.0))
    odds = np.exp(energy(off, h) - energy(on, h))[0]
    assert np.isclose(rbm.visible_given(MACHINE, h)[0, 0], odds / (1 + odds))


def test_the_two_phases_are_the_gradient() -> None:
    exact = rbm.likelihood_gradient(MACHINE, DATA)
    for name in ("weights", "visible", "hidden"):
        for place in np.ndindex(getattr(MACHINE, name).shape):
            ends = []
            for s in (1e-5, -1e-5):
                parts = {n: getattr(MACHINE, n).copy() for n in ("weights", "visible", "hidden")}
                parts[name][place] += s
                ends.append(rbm.log_probability(rbm.RBM(**parts), DATA).mean())
            assert np.isclose((ends[0] - ends[1]) / 2e-5, getattr(exact, name)[place], atol=1e-8)


def test_gibbs_sampling_keeps_the_model_and_forgets_the_start() -> None:
    every = rbm.states(4)
    p = np.exp(rbm.log_probability(MACHINE, every))
    T = rbm.transition(MACHINE)
    np.testing.assert_allclose(T.sum(axis=1), 1.0)
    np.testing.assert_allclose(p @ T, p, atol=1e-14)
    np.testing.assert_allclose(p[:, None] * T, (p[:, None] * T).T, atol=1e-14)  # detailed balance
    far = rbm.expected_cd(MACHINE, DATA, 500).flat()
    np.testing.assert_allclose(far, rbm.likelihood_gradient(MACHINE, DATA).flat(), atol=1e-12)


@pytest.mark.parametrize("k", [1, 3])
def test_the_mean_of_the_chains_is_the_expected_update(k: int) -> None:
    many = np.repeat(DATA, 8000, axis=0)
    each = rbm.sampled_cd(MACHINE, many, k, np.random.default_rng(k)).flat()
    error = each.std(axis=0) / np.sqrt(len(each))
    gap = np.abs(each.mean(axis=0) - rbm.expected_cd(MACHINE, DATA, k).flat())
    assert (gap < 5 * error + 1e-12).all()


def test_a_step_up_raises_the_likelihood() -> None:
    up = rbm.moved(MACHINE, rbm.likelihood_gradient(MACHINE, DATA), 0.05)
    assert rbm.log_probability(up, DATA).mean() > rbm.log_probability(MACHINE, DATA).mean()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="visible must have shape"):
        rbm.RBM(np.zeros((2, 3)), np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match="weights must have shape"):
        rbm.RBM(np.zeros(3), np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match="hidden must be finite"):
        rbm.RBM(np.zeros((2, 3)), np.zeros(2), np.array([0.0, np.nan, 0.0]))
    with pytest.raises(ValueError, match="v must have shape"):
        rbm.free_energy(MACHINE, np.zeros((2, 5)))
    with pytest.raises(ValueError, match=r"v must lie in \[0.0, 1.0\]"):
        rbm.free_energy(MACHINE, np.full((2, 4), 2.0))
    with pytest.raises(ValueError, match="n must be an integer from 1 to 12"):
        rbm.states(13)
    for k in (0, 1.5, True):
        with pytest.raises(ValueError, match="k must be"):
            rbm.expected_cd(MACHINE, DATA, k)  # type: ignore[arg-type]


HUGE = rbm.RBM(np.full((4, 3), 1e308), np.zeros(4), np.zeros(3))
MIXED = rbm.RBM(1e308 * np.array([[1.0, -1.0], [1.0, -1.0], [1.0, 1.0]]), np.full(3, 1e308), np.zeros(2))
OVERFLOWS = {
    "hidden_given": lambda m, v: rbm.hidden_given(m, v),
    "visible_given": lambda m, v: rbm.visible_given(m, np.ones((1, len(m.hidden)))),
    "free_energy": lambda m, v: rbm.free_energy(m, v),
    "log_probability": lambda m, v: rbm.log_probability(m, v),
    "likelihood_gradient": lambda m, v: rbm.likelihood_gradient(m, v),
    "phase": lambda m, v: rbm.phase(m, v),
    "transition": lambda m, v: rbm.transition(m),
    "expected_cd": lambda m, v: rbm.expected_cd(m, v, 1),
}


@pytest.mark.parametrize("machine", [HUGE, MIXED], ids=["one sign", "two signs"])
@pytest.mark.parametrize("call", OVERFLOWS.values(), ids=OVERFLOWS)
def test_weights_that_leave_float64_are_told(call: Any, machine: rbm.RBM) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(OverflowError, match="leaves float64: rbm must have smaller weights"):
            call(machine, np.ones((1, len(machine.visible))))


def test_a_scale_that_leaves_float64_is_named() -> None:
    with pytest.raises(OverflowError, match="scale must leave the weights within float64"):
        rbm.drawn(4, 3, 1.7e308, np.random.default_rng(0))
