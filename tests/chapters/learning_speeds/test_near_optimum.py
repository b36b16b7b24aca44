"""A small gradient where plain descent ends, and how much there is still to gain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from analysis.chapters.learning_speeds.near_optimum import (
    accuracy,
    blind_cost,
    near_optimum,
    rescaled_descent,
)
from analysis.numeric.data import Dataset, load
from analysis.numeric.initialise import nielsen
from analysis.numeric.network import Network, cost, gradients


def test_the_blind_cost_is_the_least_without_looking() -> None:
    data = load("digits", count=70)

    def of_constant(logits: Any) -> float:
        blind = Network((64, 1, 10), (np.zeros((1, 64)), np.zeros((10, 1))), (np.zeros(1), logits))
        return cost(blind, data.images, data.targets)

    found = minimize(of_constant, np.zeros(10), tol=1e-12)
    assert blind_cost(data) == pytest.approx(found.fun, rel=1e-8)
    only_threes = Dataset(data.images[:2], np.array([3, 3]), "threes", "here")
    assert blind_cost(only_threes) == 0.0


def test_a_rescaled_step_has_the_length_it_should_whatever_the_gradient() -> None:
    data = load("digits", count=50)
    network = nielsen((64, 6, 6, 10), np.random.default_rng(0))
    for fixed in (0, 1):
        costs, reached = rescaled_descent(network, data, steps=1, step=0.01, fixed=fixed)
        assert costs.shape == (2,) and costs[1] < costs[0]
        for l in range(3):
            pairs = ((network.weights[l], reached.weights[l]), (network.biases[l], reached.biases[l]))
            moved = np.sqrt(sum(np.sum((y - x) ** 2) for x, y in pairs))
            size = np.sqrt(sum(np.sum(x**2) for x, _ in pairs))
            assert moved / size == pytest.approx(0.0 if l < fixed else 0.01, rel=1e-9)
        g = gradients(network, data.images, data.targets)
        for name in ("weights", "biases"):
            for l in range(fixed, 3):
                before, after, slope = (getattr(x, name)[l] for x in (network, reached, g))
                along = -(after - before).ravel() @ slope.ravel()
                assert along == pytest.approx(
                    np.linalg.norm(after - before) * np.linalg.norm(slope), rel=1e-9
                )
    _, two = rescaled_descent(network, data, steps=2, step=0.01)
    _, first = rescaled_descent(network, data, steps=1, step=0.01)
    _, second = rescaled_descent(first, data, steps=1, step=0.005)  # the fraction falls linearly
    np.testing.assert_allclose(two.weights[1], second.weights[1], rtol=1e-13)
    costs, stopped = rescaled_descent(network, data, steps=2, step=0.01, stop=1)
    assert costs.shape == (2,)
    np.testing.assert_array_equal(stopped.weights[1], first.weights[1])


def test_a_layer_without_gradient_stays() -> None:
    data = load("digits", count=20)
    cut = nielsen((64, 3, 3, 10), np.random.default_rng(0))
    cut = Network(cut.sizes, (cut.weights[0], np.zeros((3, 3)), cut.weights[2]), cut.biases)
    _, reached = rescaled_descent(cut, data, steps=1, step=0.1)
    np.testing.assert_array_equal(reached.weights[0], cut.weights[0])


def test_a_small_gradient_is_not_a_near_optimum() -> None:
    data = load("digits", count=300)
    found = near_optimum(data, (64, 30, 30, 30, 10), seeds=[0], epochs=300, decay=1.5, steps=60)
    assert found.end_speeds.max() < 0.01 * found.start_speeds[0, -1]
    assert found.end_cost[0] == pytest.approx(found.blind_cost, rel=1e-3)
    assert found.end_accuracy[0] < 0.2
    assert found.all_layers_cost[0, 0] == found.first_fixed_cost[0, 0] == np.float32(found.end_cost[0])
    assert found.all_layers_cost.shape == (1, 61)
    assert found.all_layers_cost[0, -1] < 0.8 * found.end_cost[0]
    assert found.all_layers_cost[0, -1] < found.first_fixed_cost[0, -1]
    assert found.all_layers_accuracy[0] > 2 * found.end_accuracy[0]


def test_accuracy_counts() -> None:
    data = load("digits", count=10)
    always_zero = Network((64, 10), (np.zeros((10, 64)),), (np.eye(10)[0],))
    assert accuracy(always_zero, data) == (data.labels == 0).mean()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "steps must be an integer of at least 1"),
        ({"step": 0.0}, "step must be a finite number > 0"),
        ({"epochs": -1}, "epochs must be an integer of at least 0"),
        ({"seeds": []}, "seeds must be one or more"),
        ({"initialiser": "zeros"}, "initialiser must be one of"),
    ],
)
def test_near_optimum_refuses(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        near_optimum(
            load("digits", count=10), (64, 5, 10), **({"seeds": [0], "epochs": 1, "steps": 1} | change)
        )
