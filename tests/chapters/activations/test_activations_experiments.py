"""The experiments of chapter 6: the atlas, the dead units, the stuck neuron, SELU's fixed point."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.chapters.activations import activation_table as atlas
from analysis.chapters.activations import dead_units, saturated_neuron, selu_moments, slope_above_one
from analysis.numeric.compiled import compiled
from analysis.numeric.network import Network, gradients
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import z


def test_the_atlas_has_a_row_for_every_activation() -> None:
    entries = atlas.atlas()
    assert [e.activation.name for e in entries] == list(ACTIVATIONS)
    table = atlas.as_table(entries).splitlines()
    assert len(table) == len(ACTIVATIONS) + 2 and len({line.count(" | ") for line in table[2:]}) == 1
    saturates = {e.activation.name: e.saturates for e in entries}
    assert (
        saturates["tanh"] == "both sides" and saturates["elu"] == "left" and saturates["leaky relu"] == "no"
    )
    assert [c.name for c in atlas.timings(count=1000, repeats=1)] == list(atlas.WRITTEN)


@pytest.mark.parametrize("name", atlas.WRITTEN)
def test_what_is_timed_is_the_activation(name: str) -> None:
    x = np.linspace(-8.0, 8.0, 4001)[:-1] + 1e-3  # no point at a kink
    for written, expr in zip(
        atlas.WRITTEN[name], (ACTIVATIONS[name].value, ACTIVATIONS[name].slope), strict=True
    ):
        np.testing.assert_allclose(written(x), compiled(expr, z)(x), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "typical"), [("silu", 0.329910313823845), ("gelu", 0.317892675749511), ("selu", 0.9120168)]
)
def test_the_typical_slope(name: str, typical: float) -> None:
    """exp E log|σ′| by mpmath at 40 digits; SELU in closed form, √(λ² α) e^{−1/√(2π)}."""
    assert slope_above_one.growth(name).typical == pytest.approx(typical, rel=1e-6)


def test_the_norms_follow_the_scale() -> None:
    for sigma_w in (1.0, math.sqrt(2.0)):
        run = dead_units.norms(sigma_w, 50, 10, 4000, np.random.default_rng(1))
        squares = np.exp(run.logs[:, -1])
        error = squares.std(ddof=1) / math.sqrt(len(squares))
        assert abs(squares.mean() - (sigma_w**2 / 2) ** 10) < 4 * error
    with pytest.raises(ValueError, match="sigma_w"):
        dead_units.norms(-1.0, 5, 5, 5, np.random.default_rng(1))
    with pytest.raises(ValueError, match="width"):
        dead_units.norms(1.0, 0, 5, 5, np.random.default_rng(1))


def test_a_unit_is_dead_where_no_example_reaches_it() -> None:
    network = Network(
        (2, 2, 10),
        (np.array([[1.0, 0.0], [-1.0, -1.0]]), np.zeros((10, 2))),
        (np.zeros(2), np.zeros(10)),
        "relu",
    )
    X = np.array([[1.0, 2.0], [3.0, 0.5]])
    assert dead_units.share_off(network, X) == 0.5
    assert dead_units.share_off(network, np.vstack([X, [-1.0, -1.0]])) == 0.0


def test_leaky_units_do_not_die() -> None:
    small = {"hidden": 60, "images": 200, "seeds": (0, 1, 2)}
    relu, leaky = (dead_units.killed_by_a_step(n, (0.01, 10.0), **small) for n in ("relu", "leaky relu"))
    assert relu.before.shape == (3,) and relu.after.shape == (3, 2)
    assert (relu.after[:, 1] > relu.before).all() and leaky.before.max() == leaky.after.max() == 0.0
    # each network is the one of its seed, whatever the other seeds are
    alone = dead_units.killed_by_a_step("relu", (10.0,), hidden=60, images=200, seeds=(2,))
    assert alone.before[0] == relu.before[2] and alone.after[0, 0] == relu.after[2, 1]
    error = relu.after[:, 1].std(ddof=1) / math.sqrt(3)
    assert relu.stepped.mean[1] == pytest.approx(relu.after[:, 1].mean())
    assert relu.stepped.standard_error[1] == pytest.approx(error)
    assert float(relu.born.mean) == pytest.approx(relu.before.mean())


def test_a_step_goes_downhill_by_the_gradient() -> None:
    rng = np.random.default_rng(0)
    network = Network(
        (3, 4, 10),
        (rng.normal(size=(4, 3)), rng.normal(size=(10, 4))),
        (np.zeros(4), rng.normal(size=10)),
        "tanh",
    )
    X, Y = rng.normal(size=(6, 3)), np.eye(10)[:6]
    g = gradients(network, X, Y)
    squares = sum((d**2).sum() for d in (*g.weights, *g.biases))
    lower = gradients(dead_units.moved(network, g, 1e-5), X, Y).cost
    assert (g.cost - lower) / 1e-5 == pytest.approx(squares, rel=1e-3)


def test_off_may_mean_a_small_slope() -> None:
    weights = (np.array([[1.0, 0.0], [-1.0, -4.0]]), np.zeros((10, 2)))
    network = Network((2, 2, 10), weights, (np.zeros(2), np.zeros(10)), "elu")
    X = np.array([[1.0, 2.0], [3.0, 0.5]])  # weighted inputs 1, 3 and −9, −5: ELU's slope is e^{−5} at most
    assert dead_units.share_off(network, X) == 0.0
    assert dead_units.share_off(network, X, below=math.exp(-5.0) * 1.001) == 0.5
    assert dead_units.share_off(network, X, below=math.exp(-5.0) * 0.999) == 0.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rates": (0.1, -1.0)}, "each of rates must be"),
        ({"hidden": 0}, "hidden must be"),
        ({"below": -0.1}, "below must be"),
        ({"seeds": ()}, "seeds must be"),
        ({"name": "rleu"}, "rleu"),
    ],
)
def test_killed_refuses(change: dict[str, object], message: str) -> None:
    given = {"name": "relu", "rates": (0.1,), "seeds": (0,)} | change
    with pytest.raises(ValueError, match=message):
        dead_units.killed_by_a_step(**given)  # type: ignore[arg-type]


def test_the_stuck_neuron() -> None:
    squared, entropy = (saturated_neuron.learn(c, 5.0) for c in saturated_neuron.COSTS)
    a = squared.outputs
    z = np.log(a / (1 - a))
    np.testing.assert_allclose(np.diff(z), -0.5 * (a**2 * (1 - a))[:-1], rtol=1e-6)
    np.testing.assert_allclose(
        np.diff(np.log(entropy.outputs / (1 - entropy.outputs))), -0.5 * entropy.outputs[:-1], rtol=1e-9
    )
    with pytest.raises(ValueError, match="cost must be one of"):
        saturated_neuron.learn("hinge", 1.0)
    with pytest.raises(ValueError, match="steps must be an integer of at least 1"):
        saturated_neuron.learn("cross-entropy", 1.0, steps=0)


def test_selus_fixed_point_attracts() -> None:
    assert selu_moments.layer_map(0.0, 1.0) == pytest.approx((0.0, 1.0), abs=1e-12)
    assert selu_moments.path(0.4, 2.0, 80)[-1] == pytest.approx((0.0, 1.0), abs=1e-6)
    steps = [q - 1 for _, q in selu_moments.path(0.0, 1.001, 12)]
    assert steps[-1] / steps[-2] == pytest.approx(selu_moments.attraction_rate(), rel=1e-2)
    with pytest.raises(ValueError, match="layers"):
        selu_moments.path(0.0, 1.0, 0)


def test_the_three_sizes_of_a_slope() -> None:
    for name in ACTIVATIONS:
        g = slope_above_one.growth(name)
        assert 0.0 <= g.typical <= g.root_mean_square * (1 + 1e-12) and g.root_mean_square <= g.largest * (
            1 + 1e-12
        )
        assert g.balanced_scale * g.root_mean_square == pytest.approx(1.0)
