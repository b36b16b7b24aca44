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
    q, before = 2.0, math.inf
    for _ in range(2000):
        if abs(q - before) <= 1e-13 * q:
            break
        q, before = mean_field.next_q(name, scale, 0.0, q), q
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


# (σ_w, q, what q does), each by hand or by mpmath: 1/|σ′(0)| where σ(0) = 0 and the two slopes at 0 agree;
# SELU has the slopes λ and λα there, λ²(1 + α²)/2 = 2.09744; the sigmoid by solving q E σ′² = E σ² with
# mpmath at 30 digits.
CRITICAL = {
    "sigmoid": (10.149263710019, 45.6242777974, "attracts"),
    "tanh": (1.0, 0.0, "attracts"),
    "identity": (1.0, 1.0, "every"),
    "softplus": (math.sqrt(2.0), math.inf, "limit"),
    "relu": (math.sqrt(2.0), 1.0, "every"),
    "leaky relu": (math.sqrt(2.0 / 1.0001), 1.0, "every"),
    "elu": (1.0, 0.0, "attracts"),
    "selu": (1.0 / math.sqrt(1.0507009873554805**2 * (1.0 + 1.6732632423543772**2) / 2.0), 0.0, "attracts"),
    "gelu": (2.0, 0.0, "repels"),
    "silu": (2.0, 0.0, "repels"),
    "softsign": (1.0, 0.0, "attracts"),
}


@pytest.mark.parametrize("name", CRITICAL)
def test_the_critical_scales_that_are_known(name: str) -> None:
    found = mean_field.critical(name)
    sigma_w, q, kind = CRITICAL[name]
    assert found.sigma_w == pytest.approx(sigma_w, rel=1e-6) and found.kind == kind
    assert found.q == pytest.approx(q, rel=1e-9) and found.chi == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("name", ["tanh", "softsign", "elu", "selu", "sigmoid"])
def test_below_the_critical_scale_gradients_vanish_and_above_they_grow(name: str) -> None:
    at = mean_field.critical(name).sigma_w
    assert (
        mean_field.fixed_point(name, 0.9 * at, 0.0).chi
        < 1.0
        < mean_field.fixed_point(name, 1.1 * at, 0.0).chi
    )


@pytest.mark.parametrize("name", ["gelu", "silu"])
def test_the_fixed_point_of_gelu_and_silu_repels(name: str) -> None:
    """Between √2 and 2 one q is handed on; a little below it q dies out, a little above it grows."""
    scale = mean_field.gain(name, 1.0)
    assert math.sqrt(2.0) < scale < 2.0
    for start, end in ((0.99, 0.1), (1.01, 10.0)):
        q = start
        for _ in range(400):
            q = mean_field.next_q(name, scale, 0.0, q)
            if q < 0.1 or q > 10.0:
                break
        assert (q < end) if start < 1 else (q > end)
    with pytest.raises(ValueError, match="lose small q and grow large ones"):
        mean_field.fixed_point(name, scale, 0.0)
    assert (
        mean_field.fixed_point(name, 1.4, 0.0).q == 0.0
        and mean_field.fixed_point(name, 2.1, 0.0).q == math.inf
    )


@pytest.mark.parametrize(
    ("name", "log"),
    [("relu", math.log(1 / 6) / 2), ("tanh", math.log(1 / 3) / 2), ("gelu", math.log(1 / 12) / 2)],
)
def test_the_loss_of_a_layer_with_the_default_of_pytorch(name: str, log: float) -> None:
    """U(±1/√n) has the variance 1/(3n): σ_w² = 1/3, and small z have the slopes ½, 1 and ½:
    −0.896, −0.549 and −1.242."""
    assert math.log(mean_field.fixed_point(name, 1 / math.sqrt(3.0), 0.0).chi) / 2 == pytest.approx(
        log, rel=1e-6
    )


@pytest.mark.parametrize(
    ("scale", "chi"),
    [(10.149263710019, 1.0), (4.7226, 0.473578), (math.sqrt(30.0), 0.549366), (1.0, 0.055721)],
)
def test_sigmoid_with_zero_biases(scale: float, chi: float) -> None:
    """By another rule: 20,000 equal steps over ±12 standard deviations, q iterated until it stays, at most
    300 times."""
    x = np.linspace(-12.0, 12.0, 20_001)
    p = np.exp(-x * x / 2) / np.exp(-x * x / 2).sum()
    q, before = 1.0, math.inf
    for _ in range(300):
        if abs(q - before) <= 1e-14 * q:
            break
        q, before = scale**2 * float(p @ (1.0 / (1.0 + np.exp(-math.sqrt(q) * x))) ** 2), q
    a = 1.0 / (1.0 + np.exp(-math.sqrt(q) * x))
    assert scale**2 * float(p @ (a * (1.0 - a)) ** 2) == pytest.approx(chi, abs=2e-6)
    assert mean_field.fixed_point("sigmoid", scale, 0.0).chi == pytest.approx(chi, abs=2e-6)


@pytest.mark.parametrize("name", ["softsign", "elu", "tanh"])
def test_the_critical_scale_is_the_limit_of_small_q(name: str) -> None:
    """1/|σ′(0)| = 1, exactly; at q = 1e-14 softsign is 1.6e-7 off, ELU 4e-8."""
    assert mean_field.critical(name).sigma_w == 1.0
    assert mean_field.fixed_point(name, 0.5, 0.0) == (0.0, 0.25)
    for q in (1e-110, 1e-200, 1e-310):
        assert mean_field.second_moment(name, q) == pytest.approx(q, rel=1e-15, abs=5e-324)
        assert mean_field.slope_second_moment(name, q) == 1.0


def test_small_q_at_a_kink_and_with_a_value_at_zero() -> None:
    selu = 1.0507009873554805**2 * (1.0 + 1.6732632423543772**2) / 2.0
    assert mean_field.slope_second_moment("selu", 1e-200) == pytest.approx(selu, rel=1e-14)
    assert mean_field.second_moment("relu", 1e-200) == pytest.approx(5e-201, rel=1e-14, abs=0.0)
    assert mean_field.second_moment("sigmoid", 1e-200) == 0.25
    assert mean_field.slope_second_moment("sigmoid", 1e-200) == 0.0625
    assert mean_field.gain("relu", 1e-200) == pytest.approx(math.sqrt(2.0), rel=1e-14)


def test_a_profile_that_vanishes_is_zero_at_last() -> None:
    found = mean_field.profile("tanh", 0.01, 0.0, 400)
    np.testing.assert_allclose(found.forward[:30], 1e-4 ** np.arange(1.0, 31.0), rtol=1e-3)
    assert found.forward[-1] == 0.0 and found.backward[0] == 0.0 and found.backward[-1] == 1.0


@pytest.mark.parametrize(("name", "sigma_w"), [("relu", 10.0), ("identity", 1e100), ("tanh", 1e200)])
def test_a_profile_that_leaves_float64_is_told(name: str, sigma_w: float) -> None:
    with pytest.raises(OverflowError, match="sigma_w"):
        mean_field.profile(name, sigma_w, 0.0, 400)


BAD = [1j, math.nan, math.inf, -1.0, "1", None, True, np.ones(2), [1.0]]


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_every_number_is_checked_and_named(bad: Any) -> None:
    calls = {
        "sigma_w": (
            lambda: mean_field.next_q("tanh", bad, 0.0, 1.0),
            lambda: mean_field.chi("tanh", bad, 1.0),
            lambda: mean_field.fixed_point("tanh", bad, 0.0),
            lambda: mean_field.profile("tanh", bad, 0.0, 3),
        ),
        "sigma_b": (
            lambda: mean_field.next_q("tanh", 1.0, bad, 1.0),
            lambda: mean_field.fixed_point("tanh", 1.0, bad),
            lambda: mean_field.profile("tanh", 1.0, bad, 3),
        ),
        "input_square": (lambda: mean_field.profile("tanh", 1.0, 0.0, 3, bad),),
        "q": (
            lambda: mean_field.gain("relu", bad),
            lambda: mean_field.chi("tanh", 1.0, bad),
            lambda: mean_field.second_moment("tanh", bad),
        ),
    }
    for name, some in calls.items():
        for call in some:
            with pytest.raises(ValueError, match=f"^{name} must be a finite number"):
                call()


@pytest.mark.parametrize("name", [["tanh"], None, "swish", ACTIVATIONS["tanh"]], ids=str)
def test_a_name_is_checked_first(name: Any) -> None:
    for call in (
        lambda: mean_field.fixed_point(name, 1.0, 0.0),
        lambda: mean_field.critical(name),
        lambda: mean_field.gain(name),
        lambda: mean_field.profile(name, 1.0, 0.0, 3),
    ):
        with pytest.raises(ValueError, match="name must be one of sigmoid"):
            call()


def test_a_gain_of_nothing_and_a_spread_beyond_float64() -> None:
    with pytest.raises(ValueError, match="q must be a finite number > 0"):
        mean_field.gain("relu", 0)
    for call in (
        lambda: mean_field.chi("tanh", 1e200, 1.0),
        lambda: mean_field.next_q("tanh", 1e200, 0.0, 1.0),
        lambda: mean_field.next_q("tanh", 0.0, 1e200, 1.0),
    ):
        with pytest.raises(OverflowError, match="sigma_w and sigma_b must leave"):
            call()
