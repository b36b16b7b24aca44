"""Theory of each site against values known by other means, and the slope and its error along a path."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from diagnosis.by_hand import WIDTH, altered, record

from analysis.diagnosis.measured import Measured, Site
from analysis.diagnosis.path import branch, is_sum, main_path, segment, stations
from analysis.diagnosis.theory import balanced, kept_by_padding, memory_slope, moments, predicted, rate
from analysis.numeric.mean_field import chi, critical
from analysis.symbolic.catalogue import ACTIVATIONS


def slope(measured: Measured) -> float:
    found = segment(measured, *predicted(measured))
    assert found is not None
    return found.predicted


@pytest.mark.parametrize(
    "activation, sigma_w, gain",
    [
        ("relu", 1 / math.sqrt(3), 0.5 * math.log(1 / 6)),
        ("relu", math.sqrt(2), 0.0),
        ("relu", 2 * math.sqrt(2), math.log(2)),
        ("leaky relu", math.sqrt(2 / 1.0001), 0.0),
    ],
)
def test_rectifiers(activation: str, sigma_w: float, gain: float) -> None:
    assert slope(record(activation=activation, sigma_w=sigma_w)) == pytest.approx(gain, abs=1e-6)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "gelu", "softsign"])
def test_other_activations_have_chi_of_mean_field_theory(activation: str) -> None:
    """At mean 0 and mean square 1: ½ log χ(σ_w, 1)."""
    found = slope(record(activation=activation, sigma_w=1.3))
    assert found == pytest.approx(0.5 * math.log(chi(activation, 1.3, 1.0)), abs=1e-6)


def test_the_mean_and_the_spread_of_the_weighted_inputs_count() -> None:
    """A sigmoid at 4 ± 1/2 is flatter than at 0: by the integral over a normal variable."""
    measured = record(activation="sigmoid", sigma_w=1.0)
    size, mean = math.sqrt(4.0**2 + 0.5**2), 4.0
    shifted = altered(
        measured,
        forward=np.full_like(measured.forward, math.log(size)),
        mean=np.full_like(measured.mean, mean),
    )
    z = np.random.default_rng(0).normal(mean, 0.5, 400_000)
    s = 1 / (1 + np.exp(-z))
    assert slope(shifted) == pytest.approx(0.5 * math.log(np.mean((s * (1 - s)) ** 2)), abs=5e-3)


def test_normalisation_of_a_batch_and_relu() -> None:
    """½ log R(m), and in large batches ½ log(π/(π − 1)) = +0.1916."""
    measured = record(norm="batch norm", sigma_w=math.sqrt(2))
    small = slope(measured)
    assert small == pytest.approx(0.5 * math.log(rate("relu", 32)), abs=1e-6)
    large = slope(altered(measured, batch_size=10**6))
    assert large == pytest.approx(0.5 * math.log(math.pi / (math.pi - 1)), abs=1e-4)
    assert large == pytest.approx(0.1916, abs=1e-3) and abs(small - large) > 0.01
    again = slope(record(norm="batch norm", sigma_w=0.3))
    assert again == pytest.approx(small, abs=1e-9), "a normalised layer has no scale of its weights"


def test_layer_normalisation_is_the_factor_that_was_measured() -> None:
    measured = record(norm="layer norm", sigma_w=1.0)
    factor = np.where([s.kind == "layer norm" for s in measured.sites], -0.25, measured.factor)
    assert slope(altered(measured, factor=factor)) == pytest.approx(-0.25 + 0.5 * math.log(0.5), abs=1e-6)


@pytest.mark.parametrize("sigma_w", [0.5, math.sqrt(2), 3.0])
def test_a_shortcut_adds_one_to_the_square(sigma_w: float) -> None:
    """x + ReLU(W x): the branch's factor is σ_w/√2, and squares add up."""
    wanted = 0.5 * math.log(1 + sigma_w**2 / 2)
    assert slope(record(shortcuts=True, sigma_w=sigma_w)) == pytest.approx(wanted, abs=1e-6)


def test_no_theory_is_said_to_be_none() -> None:
    measured = record()
    sites = tuple(replace(s, kind="attention") if s.kind == "relu" else s for s in measured.sites)
    assert math.isnan(slope(altered(measured, sites=sites)))


@pytest.mark.parametrize("size, kernel", [(8, 3), (16, 3), (9, 5)])
def test_zeros_around_an_image(size: int, kernel: int) -> None:
    """Many convolutions with equal positive kernels of sum √(kernel places): the norm's factor a layer."""
    ones = np.ones(kernel) / kernel
    x = np.ones(size)
    for _ in range(200):
        x = np.convolve(x, ones, mode="same")
        last = np.linalg.norm(x)
        x = x / last
    assert kept_by_padding((size,), (kernel,), kernel // 2, 1) == pytest.approx(
        0.5 * math.log(last), abs=1e-6
    )
    twice = kept_by_padding((size, size), (kernel, kernel), (kernel // 2,) * 2, (1, 1))
    assert twice == pytest.approx(math.log(last), abs=1e-6)


@pytest.mark.parametrize("padding, stride", [(0, 1), ("valid", 1), ((0, 0), 1), (1, 2)])
def test_without_zeros_nothing_is_lost(padding: object, stride: int) -> None:
    assert kept_by_padding((8, 8), (3, 3), padding, stride) == 0.0


def test_the_memory_of_a_cell_at_rest() -> None:
    """Powers of f I + M with random M: the mean over many matrices of the norm of Mᵏ v."""
    rng, n, steps = np.random.default_rng(0), 300, 12
    f, scale = 0.5, 1.2
    logs = []
    for _ in range(6):
        m = f * np.eye(n) + rng.standard_normal((n, n)) * scale / 4 / math.sqrt(n)
        v, row = rng.standard_normal(n), []
        for _ in range(steps):
            row.append(math.log(np.linalg.norm(v)))
            v = m @ v
        logs.append(float(np.polyfit(np.arange(steps), row, 1)[0]))
    error = np.std(logs, ddof=1) / math.sqrt(6)
    assert memory_slope(math.log(f), scale, steps) == pytest.approx(np.mean(logs), abs=3 * error + 1 / n)
    assert memory_slope(math.log(f), 0.0, steps) == pytest.approx(math.log(f), abs=1e-9)
    assert math.isnan(memory_slope(math.nan, 1.0, 5))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_balanced_scale_keeps_a_gradient_within_a_tenth(name: str) -> None:
    """√(σ_w² E σ′²) at mean square 1, where it is that mean square that is kept; where signals are drawn to
    another one, or slopes are too small for both, σ_w is near 1 still."""
    found, slope = critical(name), float(ACTIVATIONS[name].slope_bound)
    if found.kind in ("attracts", "limit") or slope < 0.5:
        assert 0.5 < balanced(name) < 2
        return
    second, slopes = moments(name, 0.0, 1.0)
    assert balanced(name) ** 2 * second == pytest.approx(1, abs=0.02)
    assert balanced(name) ** 2 * slopes == pytest.approx(1, abs=0.1)


# The path


def test_ways_part_and_meet() -> None:
    sites = (
        Site("x", "input"),
        Site("a", "linear", (0,)),
        Site("b", "relu", (1,)),
        Site("c", "linear", (2,)),
        Site("s", "linear", (1,)),
        Site("sum", "sum", (3, 4)),
    )
    assert is_sum(sites, 5) and branch(sites, 5).source == 1
    assert branch(sites, 5).paths == ((4,), (3, 2))
    apart = (Site("x", "input"), Site("y", "input"), Site("sum", "sum", (0, 1)))
    assert not is_sum(apart, 2)


def test_layers_are_sums_where_there_are_three() -> None:
    whole = record(layers=5, shortcuts=True)
    assert [whole.sites[k].kind for k in stations(whole)] == ["input", *["sum"] * 5]
    plain = record(layers=5)
    assert [plain.sites[k].kind for k in stations(plain)] == ["linear"] * 6
    assert main_path(plain) == tuple(range(len(plain.sites)))


def test_a_head_of_another_kind_is_no_layer_among_convolutions() -> None:
    measured = record(layers=5)
    sites = tuple(
        replace(s, kind="convolution") if s.kind == "linear" and s.module != "blocks.5" else s
        for s in measured.sites
    )
    found = altered(measured, sites=sites)
    assert [found.sites[k].kind for k in stations(found)] == ["convolution"] * 5


def test_two_layers_have_no_slope() -> None:
    measured = record(layers=1)
    assert segment(measured, *predicted(measured)) is None


def test_the_error_of_one_draw_is_that_of_a_random_walk() -> None:
    """The least-squares slope of 20,000 walks whose steps have variance 5/(4n)."""
    measured = record(layers=20, seeds=1, noise=0.0)
    found = segment(measured, *predicted(measured))
    assert found is not None
    rng = np.random.default_rng(0)
    walks = np.cumsum(rng.normal(0, math.sqrt(5 / (4 * WIDTH)), (20_000, 21)), axis=1)
    spread = np.polyfit(np.arange(21), walks.T, 1)[0].std()
    assert found.error == pytest.approx(spread, rel=0.03)
    narrow = tuple(replace(s, fan_in=s.fan_in // 4) for s in measured.sites)
    other = segment(altered(measured, sites=narrow), *predicted(measured))
    assert other is not None and other.error == pytest.approx(2 * found.error, rel=1e-9)


def test_four_networks_speak_for_themselves() -> None:
    for seeds, of_one_draw in ((3, True), (4, False)):
        measured = record(layers=20, seeds=seeds, noise=1e-4)
        found = segment(measured, *predicted(measured))
        assert found is not None
        own = np.linspace(-1e-4, 1e-4, seeds).std(ddof=1) / math.sqrt(seeds)
        assert (found.error > 10 * own) == of_one_draw
