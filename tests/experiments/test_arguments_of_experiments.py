"""Experiments that take activations, arrays and numbers refuse wrong ones by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.experiments import (
    chain_speeds,
    cliff,
    fragile_explosion,
    log_product,
    memory_horizon,
    residual_depth,
    shattered,
    speed_statistics,
)
from analysis.experiments.checks import positive, whole
from analysis.experiments.gradient_size import gradient_size
from analysis.experiments.identity_neuron import identity_errors
from analysis.experiments.oracles import Chain
from analysis.experiments.outlier import standardise
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.layer import plain
from analysis.symbolic.remedies.residual import chain_factor

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
        ("inputs", lambda x: shattered.first_angles(x)),
        ("angles", lambda x: shattered.predicted(x, [1])),
        ("speeds", lambda x: speed_statistics.monotone(x)),
        ("weights", lambda x: identity_errors(x)),
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
