"""The trainings of chapter 10:
gradients against differences, records against a run of a sample, the cliff, the claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.chapters.clipping import clipped_training
from analysis.chapters.clipping import records as clipping_recorded
from analysis.chapters.clipping.claims import clipped_training as clipped_training_claims
from analysis.chapters.clipping.claims import weight_decay_training as weight_decay_claims
from analysis.chapters.clipping.claims.meaning_log_gain import log_gain
from analysis.chapters.clipping.cliff import descend, surface
from analysis.chapters.clipping.clipped_plateau import (
    OPTIMISERS,
    clipped,
    clipped_plateau,
    gradients,
    plateau,
)
from analysis.chapters.clipping.clipped_training import deep_training
from analysis.chapters.clipping.weight_clipping import critic
from analysis.numeric import network
from analysis.numeric.data import digits
from analysis.numeric.initialise import nielsen
from analysis.numeric.network import Network

CLAIMS = {item.label: item for item in (*clipped_training_claims.CLAIMS, *weight_decay_claims.CLAIMS)}


def test_gradients_are_differences() -> None:
    data = digits()
    X, Y = data.images[:14].reshape(2, 7, 64), data.targets[:14].reshape(2, 7, 10)
    weights, biases = clipped_training.draw((64, 6, 6, 10), (0, 1), 1.5)
    for k, b in enumerate(biases):
        b[...] = 0.1 * np.random.default_rng(k).standard_normal(b.shape)

    def cost(n: int) -> float:
        z = clipped_training._forward(weights, biases, X)[-1][n]
        return float((np.log(np.exp(z).sum(-1)) - (z * Y[n]).sum(-1)).mean())

    down_w, down_b = clipped_training.gradients(weights, biases, X, Y)
    for x, by in zip([*weights, *biases], [*down_w, *down_b], strict=True):
        for at in ((0, 0, 0), (1, 0, 2), (0, -1, 1)):
            kept, step = x[at], 1e-6
            x[at] = kept + step
            up = cost(at[0])
            x[at] = kept - step
            low = cost(at[0])
            x[at] = kept
            assert by[at] == pytest.approx((up - low) / (2 * step), abs=1e-7)


@pytest.mark.parametrize("name", ["large-norm-10", "large-l2", "small", "steady-decoupled", "steady-l1"])
def test_records_are_what_the_command_makes(name: str) -> None:
    """Two seeds, one rate, one epoch anew: the start to rounding, the first epoch closely."""
    kept = clipping_recorded.training(name)
    asked = clipping_recorded.RUNS[name] | {"rates": kept.rates[:1], "epochs": 1}
    anew = deep_training(digits(), seeds=kept.seeds[:2], **asked)
    assert anew.digest == kept.digest
    assert np.allclose(anew.first, kept.first[:2], rtol=1e-9)
    assert np.allclose(anew.loss[0], kept.loss[0, :2, :2], rtol=1e-3)
    assert np.allclose(anew.weight_norm[0], kept.weight_norm[0, :2, :2], rtol=1e-4)


def test_every_run_is_recorded(tmp_path: Path) -> None:
    for name, asked in clipping_recorded.RUNS.items():
        kept = clipping_recorded.training(name)
        assert kept.seeds == tuple(clipping_recorded.SEEDS)
        assert all(getattr(kept, key) == value for key, value in asked.items())
    with pytest.raises(ValueError, match="name must be one of"):
        clipping_recorded.training("huge")


@pytest.mark.parametrize(
    "wrong", [{"clip": "all"}, {"decay": "l3"}, {"threshold": 0.0}, {"rates": ()}, {"depth": 1}]
)
def test_bad_input_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        deep_training(digits(), **({"rates": (0.1,), "seeds": (0,)} | wrong))  # type: ignore[arg-type]


def test_the_slope_of_the_cliff_is_a_difference() -> None:
    for w, b in ((4.2, -2.0), (5.0, -2.2), (3.5, -3.0)):
        _, by_w, by_b = surface(w, b)
        step = 1e-6
        assert by_w == pytest.approx(
            (surface(w + step, b)[0] - surface(w - step, b)[0]) / (2 * step), rel=1e-5
        )
        assert by_b == pytest.approx(
            (surface(w, b + step)[0] - surface(w, b - step)[0]) / (2 * step), rel=1e-5
        )


def test_descent_at_the_cliff() -> None:
    free, cut = (descend((5.0, -2.2), rate=0.1, steps=60, how=how, threshold=0.5) for how in ("none", "norm"))
    assert free.jump() > 10 > 0.05 + 1e-12 > cut.jump()
    assert cut.costs[-1] < 0.2 * cut.costs[0]
    with pytest.raises(ValueError, match="how must be"):
        descend((5.0, -2.2), rate=0.1, steps=1, how="off")
    with pytest.raises(ValueError, match="finite"):
        surface(np.nan, 0.0)
    assert all(np.isfinite(surface(500.0, -4000.0)))


def test_critics_and_decay() -> None:
    of = critic(0.1)
    assert (of.longest <= of.product).all() and (of.product <= of.bound).all()
    assert log_gain(500).value < log_gain(0).value
    with pytest.raises(ValueError, match="limit"):
        critic(0.0)


LAYERS = clipping_recorded.LAYERS


def _small() -> tuple[Any, list[Network]]:
    sizes = (64, 6, 5, 10)
    return digits(), [nielsen(sizes, np.random.default_rng(s)) for s in (4, 7)]


def test_the_gradients_of_several_networks_are_those_of_each() -> None:
    data, networks = _small()
    shown = data.first(50)
    parts = [np.stack(x) for x in zip(*((*n.weights, *n.biases) for n in networks), strict=True)]
    found = gradients(parts, shown.images, shown.targets)
    for s, n in enumerate(networks):
        of = network.gradients(n, shown.images, shown.targets)
        for mine, theirs in zip(found, (*of.weights, *of.biases), strict=True):
            np.testing.assert_allclose(mine[s], theirs, rtol=1e-9, atol=1e-15)


def test_clipping_by_layer_cuts_weights_and_biases_of_a_layer_together() -> None:
    """Layer 1: weights (3, 0), bias 4, so 5 long; layer 2: weight 0.3, bias 0.4, so 0.5 long; threshold 1."""
    down = [np.array([[[3.0, 0.0]]]), np.array([[[0.3]]]), np.array([[4.0]]), np.array([[0.4]])]
    layer = clipped(down, "layer", 1.0)
    for x, wanted in zip(layer, ([0.6, 0.0], [0.3], [0.8], [0.4]), strict=True):
        np.testing.assert_allclose(x.ravel(), wanted, rtol=1e-15)
    for x, wanted in zip(clipped(down, "value", 1.0), ([1.0, 0.0], [0.3], [1.0], [0.4]), strict=True):
        np.testing.assert_array_equal(x.ravel(), wanted)
    long = (25.0 + 0.25) ** 0.5
    for x, of in zip(clipped(down, "norm", 1.0), down, strict=True):
        np.testing.assert_allclose(x, of / long, rtol=1e-14)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_three_steps_are_those_of_the_formulas(optimiser: str) -> None:
    """One network by itself, with the gradients of ``analysis.numeric.network`` cut to ±10⁻³."""
    data, networks = _small()
    shown, n = data.first(1000), networks[0]
    found = clipped_plateau(
        data,
        networks,
        rates=(0.2, 0.4),
        seeds=(4, 7),
        optimiser=optimiser,
        clip="value",
        threshold=1e-3,
        steps=3,
    )
    m: list[Any] = [0.0] * 6
    v: list[Any] = [0.0] * 6
    for t in (1, 2, 3):
        of, moved = network.gradients(n, shown.images, shown.targets), []
        for k, (p, d) in enumerate(zip((*n.weights, *n.biases), (*of.weights, *of.biases), strict=True)):
            d = np.minimum(np.maximum(d, -1e-3), 1e-3)
            if optimiser == "adam":
                m[k], v[k] = 0.9 * m[k] + 0.1 * d, 0.999 * v[k] + 0.001 * d * d
                moved.append(p - 0.4 * m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8))
            else:
                m[k] = (0.9 * m[k] if optimiser == "momentum" else 0.0) + d
                moved.append(p - 0.4 * m[k])
        n = Network(n.sizes, tuple(moved[:3]), tuple(moved[3:]), n.activation)
    assert found.loss[1, 0, 1] == pytest.approx(network.cost(n, shown.images, shown.targets), rel=1e-9)
    right = network.forward(n, data.images).z[-1].argmax(axis=-1) == data.labels
    assert found.training[1, 0, 1] == right[:1000].mean()
    assert found.validation[1, 0, 1] == right[1000:1400].mean()
    assert found.accuracy[1, 0, 1] == right[1400:].mean() and len(right[1400:]) == 397
    assert (found.loss[0, :, 0] == found.loss[1, :, 0]).all() and (
        found.loss[0, :, 1] != found.loss[1, :, 1]
    ).all()


def test_the_plateau_comes_out_again() -> None:
    data, seeds = digits(), tuple(clipping_recorded.PLATEAU_SEEDS)
    ends = plateau(data, LAYERS, seeds[:1])
    for clip in ("value", "norm"):
        kept = clipping_recorded.off_plateau("plain", clip)[0]
        again = clipped_plateau(
            data, ends, rates=kept.rates[1:2], seeds=seeds[:1], clip=clip, threshold=kept.threshold
        )
        assert (again.digest, again.sizes, again.steps) == (
            kept.digest,
            kept.sizes,
            kept.steps,
        ) and kept.seeds == seeds
        assert (
            again.loss[0, 0, 0]
            == pytest.approx(kept.loss[1, 0, 0], rel=1e-8)
            == pytest.approx(3.25, abs=0.01)
        )
        np.testing.assert_allclose(again.ratio[0], kept.ratio[0], rtol=1e-4)
        assert again.accuracy[0, 0, 1] == pytest.approx(kept.accuracy[1, 0, 1], abs=0.1)


def test_every_run_from_the_plateau_is_recorded() -> None:
    for name, asked in clipping_recorded.PLATEAU.items():
        runs = clipping_recorded.off_plateau(asked["optimiser"], asked["clip"])
        (kept,) = [run for run in runs if run.threshold == asked["threshold"]]
        assert kept.rates == asked["rates"] and name.startswith(f"plateau-{kept.optimiser}-{kept.clip}")
        assert kept.training[:, :, 0].max() < 0.11 and kept.accuracy.shape == (len(kept.rates), 5, 2)
    with pytest.raises(ValueError, match="optimiser must be one of"):
        clipping_recorded.off_plateau("plain", "sign")


def test_a_network_that_leaves_all_bounds_is_lost() -> None:
    data, networks = _small()
    lost = clipped_plateau(data, networks, rates=(1e9,), seeds=(4, 7), steps=2)
    assert np.isnan(lost.loss[..., 1]).all() and np.isfinite(lost.loss[..., 0]).all()
    assert (lost.accuracy[..., 1] == 0.0).all() and (lost.training[..., 1] == 0.0).all()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"clip": "sign"}, "clip must be one of"),
        ({"optimiser": "rprop"}, "optimiser must be one of"),
        ({"rates": (0.0,)}, "each of rates must"),
        ({"rates": ()}, "rates must be one or more positive numbers, not none"),
        ({"seeds": (1,)}, "ends must be one network a seed, 1, not 2"),
        ({"threshold": 0.0}, "threshold must"),
    ],
)
def test_what_the_plateau_refuses(wrong: dict[str, Any], says: str) -> None:
    data, networks = _small()
    with pytest.raises(ValueError, match=says):
        clipped_plateau(data, networks, **({"rates": (0.1,), "seeds": (4, 7), "steps": 1} | wrong))
