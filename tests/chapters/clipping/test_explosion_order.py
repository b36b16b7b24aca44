"""The gradient explodes first, the weights follow;
checked against back-propagation written out in another form."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.clipping.clipped_training import draw
from analysis.chapters.clipping.explosion_order import norms
from analysis.numeric import network
from analysis.numeric.data import load

DIGITS = load("digits", count=100)


def test_the_norms_are_those_of_the_networks_own_gradient() -> None:
    """One step with a penalty, done again by ``analysis.numeric.network``."""
    found = norms(DIGITS, gain=1.5, rate=0.01, alpha=0.5, steps=1, depth=4, width=12, seed=3)
    drawn, _ = draw((64, 12, 12, 12, 10), (3,), 1.5)
    w, b = [d[0].T for d in drawn], [np.zeros(d.shape[2]) for d in drawn]
    for step in range(2):
        net = network.Network((64, 12, 12, 12, 10), tuple(w), tuple(b), activation="relu", output="identity")
        down = network.gradients(net, DIGITS.images, DIGITS.targets, "softmax cross-entropy")
        assert found.gradient[step] == pytest.approx(
            np.sqrt(sum((d**2).sum() for d in down.weights)), rel=1e-10
        )
        assert found.weight[step] == pytest.approx(np.sqrt(sum((x**2).sum() for x in w)), rel=1e-10)
        w = [x - 0.01 * (d + 0.5 * x) for x, d in zip(w, down.weights, strict=True)]
        b = [x - 0.01 * d for x, d in zip(b, down.biases, strict=True)]


def test_a_network_that_diverges_is_followed_no_further() -> None:
    found = norms(DIGITS, gain=1.5, rate=0.3, steps=50)
    assert found.diverged and len(found.weight) < 10
    assert not norms(DIGITS, gain=1, rate=0.001, steps=2).diverged


@pytest.mark.parametrize("wrong", [{"gain": 0}, {"rate": -1}, {"alpha": -1}, {"steps": 0}, {"depth": 1}])
def test_bad_numbers_are_refused(wrong: dict[str, float]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=name):
        norms(DIGITS, **{"gain": 1, "rate": 0.1} | wrong)  # type: ignore[arg-type]
