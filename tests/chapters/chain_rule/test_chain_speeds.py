"""The log-gain λ of one chain: exact where every z is 0, and the slope of the learning speeds."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.chain_rule.chain_speeds import centred, speeds
from analysis.chapters.chain_rule.oracles import by_differences, drawn
from analysis.symbolic.catalogue import RELU, SIGMOID, TANH


@pytest.mark.parametrize("weight", [0.5, 2.0, 4.0, 8.0, -8.0, 100.0])
def test_centred_chain_has_log_gain_log_w_over_4(weight: float) -> None:
    found = centred(SIGMOID, weight, 30)
    assert found.log_gain == pytest.approx(np.log(abs(weight) / 4), abs=1e-13)
    assert np.diff(found.logabs) == pytest.approx(np.full(29, -np.log(abs(weight) / 4)), abs=1e-12)


def test_first_speed_is_the_first_slope_times_the_gain() -> None:
    chain = drawn(12, np.random.default_rng(8))
    found = speeds("drawn", SIGMOID, chain.a0, chain.weights, chain.biases)
    z1 = chain.weights[0] * chain.a0 + chain.biases[0]
    own = -abs(z1) - 2 * np.log1p(np.exp(-abs(z1)))
    assert found.logabs[0] == pytest.approx(own + 11 * found.log_gain, abs=1e-12)


def test_speeds_against_differences() -> None:
    chain = drawn(9, np.random.default_rng(2))
    found = speeds("drawn", SIGMOID, chain.a0, chain.weights, chain.biases)
    truth = np.array([float(abs(x)) for x in by_differences(chain)[0]])
    assert np.diff(found.logabs) == pytest.approx(np.diff(np.log(truth)), abs=1e-11)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="depth L ≥ 2"):
        speeds("short", SIGMOID, 0.5, [1.0], [0.0])
    with pytest.raises(ValueError, match="depth must be an integer of at least 2"):
        centred(SIGMOID, 4.0, 1)
    with pytest.raises(ValueError, match="w must"):
        speeds("nan", SIGMOID, 0.5, [1.0, np.nan], [0.0, 0.0])
    for activation in (TANH, RELU):
        with pytest.raises(ValueError, match=f"which {activation.name} has not"):
            centred(activation, 4.0, 5)
