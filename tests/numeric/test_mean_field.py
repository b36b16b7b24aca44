"""The Gaussian means against adaptive quadrature and closed forms, and the fixed points against iteration."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from analysis.numeric import mean_field
from analysis.symbolic.catalogue import ACTIVATIONS


@pytest.mark.parametrize("q", [1e-4, 0.3, 1.0, 30.0, 1e4])
def test_second_moments_agree_with_adaptive_quadrature(q: float) -> None:
    def integrand(x: float) -> float:
        return math.tanh(math.sqrt(q) * x) ** 2 * math.exp(-x * x / 2) * math.sqrt(2 / math.pi)

    expected = quad(
        integrand, 0, 10, epsabs=1e-15, epsrel=1e-13, limit=2000, points=[min(9.0, 3 / math.sqrt(q))]
    )[0]
    assert mean_field.second_moment("tanh", q) == pytest.approx(expected, rel=1e-11)
    assert mean_field.second_moment("relu", q) == pytest.approx(q / 2, rel=1e-13)
    assert mean_field.slope_second_moment("leaky relu", q) == pytest.approx((1 + 1e-4) / 2, rel=1e-13)


@pytest.mark.parametrize(
    ("name", "scale"), [("tanh", 1.5), ("sigmoid", 5.0), ("softsign", 3.0), ("selu", 1.0)]
)
def test_the_fixed_point_is_where_iteration_ends(name: str, scale: float) -> None:
    q = 2.0
    for _ in range(2000):
        q = mean_field.next_q(name, scale, 0.0, q)
    found = mean_field.fixed_point(name, scale, 0.0)
    assert found.q == pytest.approx(q, rel=1e-8)
    assert found.chi == pytest.approx(mean_field.chi(name, scale, q), rel=1e-8)


def test_signals_that_shrink_or_grow_for_ever() -> None:
    assert mean_field.fixed_point("tanh", 0.9, 0.0).q == 0.0
    assert mean_field.fixed_point("relu", 2.0, 0.0).q == math.inf
    with pytest.raises(ValueError, match="keep every q"):
        mean_field.fixed_point("relu", math.sqrt(2.0), 0.0)


def test_the_gains() -> None:
    assert mean_field.gain("tanh") == pytest.approx(1.593, abs=5e-4)
    assert mean_field.gain("selu") == pytest.approx(1.0, rel=1e-9)
    assert all(mean_field.gain(name) > 0 for name in ACTIVATIONS)


def test_derived_gains_agree_with_pytorch() -> None:
    init = pytest.importorskip("torch").nn.init
    ours = {"linear": "identity", "relu": "relu"}
    for theirs, name in ours.items():
        assert mean_field.gain(name) == pytest.approx(init.calculate_gain(theirs), rel=1e-12)
    assert mean_field.gain("leaky relu") == pytest.approx(init.calculate_gain("leaky_relu", 0.01), rel=1e-12)


def test_what_pytorch_calls_a_gain_elsewhere_keeps_no_mean_square() -> None:
    init = pytest.importorskip("torch").nn.init
    for name, convention in (("tanh", 5 / 3), ("selu", 3 / 4), ("sigmoid", 1.0)):
        assert init.calculate_gain(name) == pytest.approx(convention, rel=1e-12)
        assert abs(mean_field.gain(name) / convention - 1) > 0.04


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tanh", -1.0, 0.0, 3), "sigma_w must be a finite number"),
        (("tanh", 1.0, math.nan, 3), "sigma_b must be a finite number"),
        (("tanh", 1.0, 0.0, 0), "depth must be an integer of at least 1"),
    ],
)
def test_what_a_profile_refuses(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mean_field.profile(*arguments)


def test_a_linear_profile_by_hand() -> None:
    found = mean_field.profile("identity", 2.0, 1.0, 3)
    np.testing.assert_allclose(found.forward, [5.0, 21.0, 85.0], rtol=1e-12)
    np.testing.assert_allclose(found.backward, [16.0, 4.0, 1.0], rtol=1e-12)


@pytest.mark.parametrize(
    ("q", "exact"), [(1e6, "0.0002659613876175483806899747"), (1e12, "0.0000002659615202674888048664915")]
)
def test_softsign_at_large_q_has_an_algebraic_tail(q: float, exact: str) -> None:
    assert mean_field.slope_second_moment("softsign", q) == pytest.approx(float(exact), rel=1e-11, abs=0.0)
