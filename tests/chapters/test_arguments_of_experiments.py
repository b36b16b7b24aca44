"""Experiments that take activations, arrays and numbers refuse wrong ones by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.chapters.activations import activation_table as atlas
from analysis.chapters.activations import selu_moments
from analysis.chapters.chain_rule import chain_speeds
from analysis.chapters.chain_rule.oracles import Chain
from analysis.chapters.clipping import cliff, clipped_training
from analysis.chapters.explosion import balance_curve, fragile_explosion, fragility, widest_window
from analysis.chapters.gates import memory_horizon
from analysis.chapters.initialisation import relu_spread
from analysis.chapters.initialisation.gradient_size import gradient_size
from analysis.chapters.outliers.outlier import standardise
from analysis.chapters.pretraining import stack
from analysis.chapters.quarter_bound.claims import gaussian_factor as gaussian_factor_claims
from analysis.chapters.residual import depth as residual_depth
from analysis.chapters.residual import shattered_gradients as shattered
from analysis.numeric import initialise, log_product, recurrent, speed_statistics
from analysis.numeric.training_arguments import positive, whole
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.layer import plain
from analysis.symbolic.residual import chain_factor

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: chain_speeds.centred(x, 4.0, 3),
        lambda x: chain_speeds.speeds("one", x, 0.5, [1.0, 1.0], [0.0, 0.0]),
        lambda x: log_product.exponent(x),
        lambda x: log_product.simulate(x, RNG),
        lambda x: residual_depth.chain_sweep(x, depth=2),
        lambda x: plain(x),
        lambda x: chain_factor(x),
    ],
)
def test_an_activation_is_not_its_name(call: Any) -> None:
    with pytest.raises(TypeError, match=r"^activation must be an Activation, .*tanh.*; not 'sigmoid'"):
        call("sigmoid")


def test_a_name_is_not_an_activation() -> None:
    with pytest.raises(
        ValueError, match="^activation must be one of sigmoid, .*not the Activation of sigmoid itself"
    ):
        gradient_size(RNG, depth=2, activation=SIGMOID)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("w", lambda x: chain_speeds.speeds("one", SIGMOID, 0.5, x, [0.0, 0.0])),
        ("weights", lambda x: cliff.surface(x, 1.0)),
        ("start", lambda x: cliff.descend(x, rate=0.1, steps=1)),
        ("shifts", lambda x: fragile_explosion.fragility(x)),
        ("inputs", lambda x: fragile_explosion.outputs(x, [(4, 4)])),
        ("bias", lambda x: memory_horizon.predicted_half_life(x)),
        ("angles", lambda x: shattered.predicted(x, [1])),
        ("speeds", lambda x: speed_statistics.monotone(x)),
        ("X", lambda x: standardise([x], np.eye(2))),
        ("weights", lambda x: Chain(0.5, x, np.ones(2), 0.0)),
    ],
)
@pytest.mark.parametrize(
    "bad",
    [[1.0, np.nan], [np.inf, 1.0], [1.0, 1j], np.ma.masked_array([1.0, 2.0], [True, False]), ["1", "2"]],
    ids=["NaN", "inf", "complex", "masked", "strings"],
)
def test_arrays_are_finite_and_real(name: str, call: Any, bad: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{name} must"):
        call(bad)


@pytest.mark.parametrize("bad", ["1", True, None, np.nan, 1j])
def test_numbers_are_numbers(bad: Any) -> None:
    for call in (
        lambda: positive("rate", bad),
        lambda: positive("rate", bad, zero=True),
        lambda: whole("rate", bad, 1),
    ):
        with pytest.raises(ValueError, match="^rate must be"):
            call()
    assert positive("rate", np.float32(0.5)) == 0.5


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("x", lambda x: atlas.entry(x)),
        ("of", lambda x: selu_moments.layer_map(0.0, 1.0, x)),
        ("of", lambda x: selu_moments.path(0.0, 1.0, 2, x)),
        ("of", lambda x: selu_moments.attraction_rate(x)),
        ("activation", lambda x: residual_depth.bounded_sweep(x, depth=2)),
    ],
)
def test_an_activation_by_any_argument_is_not_its_name(name: str, call: Any) -> None:
    with pytest.raises(TypeError, match=f"^{name} must be an Activation, .*; not 'tanh'"):
        call("tanh")


@pytest.mark.parametrize(
    ("name", "call", "bad"),
    [
        ("start", lambda x: stack.begin(np.ones((4, 3)), x, [0]), ["zzz", None, ["xavier"]]),
        ("mean", lambda x: selu_moments.layer_map(x, 1.0), [np.nan, "0", 1e300, None]),
        ("step", lambda x: selu_moments.attraction_rate(step=x), [0.0, np.nan, 2.0]),
        ("width", lambda x: relu_spread.relative_moments(x, 3), [-1, 0, 1.5, True]),
        ("depth", lambda x: relu_spread.relative_moments(3, x), [-1, 0, 1.5, True]),
        ("networks", lambda x: relu_spread.spread_error(3, 3, x), [-1, 0, 1.5]),
        ("samples", lambda x: gaussian_factor_claims.shares([0.5], x), [-1, 0, 1, 1.5]),
        ("activations", lambda x: gaussian_factor_claims.shares(x, 10), [[np.nan], ["1"], [1j], [-0.1]]),
        (
            "threshold",
            lambda x: cliff.descend((0.1, 0.1), rate=0.1, steps=1, threshold=x),
            ["1", np.nan, -1.0],
        ),
        ("gain", lambda x: clipped_training.draw((3, 2), [0], x), [np.nan, "1", -1.0, 0.0]),
        ("stds", lambda x: balance_curve.balance(x), [[np.nan], ["1"], 1.0]),
        ("digits", lambda x: fragility.crossing(digits=x), [np.nan, 0, 1.5, "8"]),
        ("bits", lambda x: widest_window.widest_window(x), [-1, 0, np.nan, "8"]),
        ("slope", lambda x: initialise.he((3, 2), RNG, slope=x), [1e200, np.nan, "1"]),
        ("rngs", lambda x: recurrent.uniform_weights("rnn", 2, 3, x), [[]]),
    ],
)
def test_numbers_out_of_range_are_named(name: str, call: Any, bad: list[Any]) -> None:
    for x in bad:
        with pytest.raises((ValueError, TypeError), match=rf"^{name}\b"):
            call(x)


def test_a_rule_that_does_not_fit_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="weight_std and bias_std must be smaller"):
        balance_curve.balance([1e8])
    with pytest.raises(ValueError, match="nodes must be an integer of at least 2"):
        log_product.exponent(SIGMOID, nodes=0)
