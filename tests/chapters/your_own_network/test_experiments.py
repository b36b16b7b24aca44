"""The experiments of chapter 14: three networks told apart, sizes beside number formats, thresholds, thirty
layers, the monitor."""

from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.axes import Axes

from analysis.chapters.your_own_network import (
    figures,
    first_hundred,
    floors,
    monitor,
    records,
    thirty_layers,
)
from analysis.chapters.your_own_network.three_cases import DEAD_LAYER, LOSS, backward, three_cases
from analysis.numeric.data import digits
from analysis.numeric.initialise import he
from analysis.numeric.mean_field import profile
from analysis.numeric.minibatches import cross_entropy
from analysis.numeric.network import cost, forward, gradients

# vanished, dead, at a minimum


def test_each_of_three_tests_names_one_network() -> None:
    vanished, dead, ended = three_cases(digits().first(100))
    assert ended.tests.output < 0.01 < min(vanished.tests.output, dead.tests.output)
    assert dead.tests.off == 1.0 > max(vanished.tests.off, ended.tests.off)
    assert vanished.tests.passes < 1e-3 < ended.tests.passes and dead.tests.passes == 0.0
    assert np.isneginf(dead.of_probe[:DEAD_LAYER]).all() and np.isfinite(dead.of_probe[DEAD_LAYER:]).all()


def test_the_backward_pass_is_that_of_the_network() -> None:
    data = digits().first(20)
    network = he((64, 12, 11, 10), np.random.default_rng(0), output="identity")
    deltas = gradients(network, data.images, data.targets, LOSS).deltas
    found = backward(network, forward(network, data.images).z, deltas[-1])
    for mine, theirs in zip(found, deltas, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-15)


# number formats


@pytest.mark.parametrize(("name", "kind"), [("float16", np.float16), ("float32", np.float32)])
def test_the_ends_of_a_format_are_those_of_numpy(name: str, kind: type) -> None:
    of, info = floors.FORMATS[name], np.finfo(kind)
    assert of.smallest == pytest.approx(math.log10(float(info.smallest_subnormal)), abs=1e-12)
    assert of.largest == pytest.approx(math.log10(float(info.max)), abs=1e-12)


def test_bfloat16_has_the_range_of_float32_and_fewer_digits() -> None:
    of = floors.FORMATS["bfloat16"]
    assert of.smallest == pytest.approx(-133 * math.log10(2))
    assert of.largest == pytest.approx(math.log10((2 - 2**-7) * 2.0**127))


@pytest.mark.parametrize(
    ("activation", "scale"), [("relu", 0.6), ("tanh", 1.7), ("gelu", 1.2), ("sigmoid", 2.0)]
)
def test_the_sizes_are_those_of_chapter_7(activation: str, scale: float) -> None:
    law, found = profile(activation, scale, 0.0, 25), floors.sizes(activation, scale, 25, 1e-3)
    np.testing.assert_allclose(found.forward, np.log10(law.forward) / 2, atol=1e-12)
    np.testing.assert_allclose(found.backward, np.log10(law.backward) / 2 - 3, atol=1e-12)


def test_the_sizes_go_on_where_float64_ends() -> None:
    found = floors.sizes("relu", 0.1, 500)
    assert found.backward[0] == pytest.approx(499 * math.log10(0.1 / math.sqrt(2)), rel=1e-9)
    assert floors.lost_at(found, "float16") == 500 - math.floor(7.2247 / -math.log10(0.1 / math.sqrt(2))) - 1
    assert floors.lost_at(floors.sizes("relu", math.sqrt(2), 300), "float16") == 0


def test_the_depth_of_float16_at_the_default() -> None:
    depth = floors.depth_until(-math.log(6) / 2, "float16")
    assert 6 ** (-depth / 2) == pytest.approx(2.0**-24)
    with pytest.raises(ValueError, match="log_gain"):
        floors.depth_until(0.0, "float16")
    with pytest.raises(ValueError, match="scale"):
        floors.sizes("relu", 0.0, 3)


# clipping


def test_a_threshold_ignores_a_single_leap() -> None:
    norms = np.array([3.0, 2.0, 3.0, 4.0, 1e9])
    assert first_hundred.threshold(norms) == 6.0
    with pytest.raises(ValueError, match="norms"):
        first_hundred.threshold(np.array([1.0, np.nan]))


def test_the_threshold_makes_a_rate_usable_that_diverges_without() -> None:
    data = digits()
    calm = first_hundred.trained(data, rate=0.001, steps=100, epochs=6)
    assert len(calm.norms) == 100 and np.isfinite(calm.norms).all()
    limit = first_hundred.threshold(calm.norms)
    assert first_hundred.trained(data, rate=0.03, epochs=6).accuracy == 0.0
    assert first_hundred.trained(data, rate=0.03, clip=limit, epochs=6).accuracy > 0.6


# thirty layers


@pytest.mark.parametrize("name", ["relu-default", "tanh-5-3", "gelu-gain", "relu-shortcuts"])
def test_the_gradient_is_that_of_the_cost(name: str) -> None:
    rng = np.random.default_rng(0)
    stack = thirty_layers.drawn(thirty_layers.VARIANTS[name], 4, 6, 5, [0, 1])
    X, Y = rng.random((2, 7, 5)), np.eye(10)[rng.integers(0, 10, (2, 7))]
    for p, d in zip(stack.parameters, stack.gradients(X, Y), strict=True):
        place = (0, *(int(rng.integers(0, n)) for n in p.shape[1:]))
        before, ends = p[place], []
        for step in (1e-6, -1e-6):
            p[place] = before + step
            ends.append(float(cross_entropy(stack.outputs(X)[0], Y)[0]))
        p[place] = before
        assert d[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-4, abs=1e-8)


def test_adam_takes_a_first_step_of_the_rate() -> None:
    p, d = [np.array([[1.0, -2.0]])], [np.array([[3.0, -1e-3]])]
    thirty_layers.adam()(p, d, 0.1)
    np.testing.assert_allclose(p[0], [[0.9, -1.9]], rtol=1e-4)


@pytest.mark.parametrize(
    ("variant", "optimiser", "rate"), [("relu-he", "descent", 0.03), ("relu-he", "adam", 1e-3)]
)
def test_a_sample_of_the_record_run_again(variant: str, optimiser: str, rate: float) -> None:
    kept = thirty_layers.training(variant, optimiser)
    seed, at = 2, kept.rates.index(rate)
    again = thirty_layers.thirty_layers(
        digits(), variant, optimiser=optimiser, rates=[rate], seeds=[seed], epochs=5, every=5
    )
    assert kept.digest == digits().digest
    np.testing.assert_allclose(again.loss[0, 0], kept.loss[at, seed, :2], rtol=1e-6)
    np.testing.assert_allclose(again.accuracy[0, 0], kept.accuracy[at, seed, :2], atol=0.01)


def test_every_run_of_the_record_is_there() -> None:
    for name in thirty_layers.runs():
        variant, _, optimiser = name.removeprefix("thirty-").rpartition("-")
        run = thirty_layers.training(variant, optimiser)
        assert run.accuracy.shape == (6, 5, 3) and run.rates == thirty_layers.RATES[optimiser]
        assert run.working(0.0).tolist() == [6.0] * 5
    with pytest.raises(ValueError, match="variant must be one of"):
        thirty_layers.training("relu", "adam")


# the monitor


def test_the_monitor_reads_slope_and_step() -> None:
    weights = [np.full((1, 2, 2), 3.0), np.ones((1, 2, 2))]
    watch = monitor.Monitor(weights)
    weights[1] += 0.01
    gain, step = watch([np.full(3, math.e**-4), np.full(3, math.e**-2), np.full(3, 1.0)])
    assert gain == pytest.approx(-2.0) and step == pytest.approx(0.01)
    assert watch([np.ones(3), np.ones(3)]).step == 0.0


def test_the_monitor_tells_the_default_from_he() -> None:
    small, good = (monitor.watched(digits(), v, rate=1e-3, epochs=1)[0] for v in ("relu-default", "relu-he"))
    assert small.log_gain == pytest.approx(-math.log(6) / 2, abs=0.05)
    assert abs(good.log_gain) < 0.05 and 1e-3 < good.step < 1e-2


def test_sums_of_weights_times_gradients_are_alike_in_all_layers() -> None:
    """What the chapter says of ReLU networks without biases; and of others not."""
    data = digits().first(50)
    sizes = (64, *(20,) * 6, 10)
    for biased in (False, True):
        network = he(sizes, np.random.default_rng(1), output="identity", zero_biases=not biased)
        down = gradients(network, data.images, data.targets, LOSS).weights
        inner = [float((w * d).sum()) for w, d in zip(network.weights, down, strict=True)]
        assert np.allclose(inner, inner[0], rtol=1e-9) is not biased
    assert cost(network, data.images, data.targets, LOSS) > 0


# figures


def test_the_figures_draw_what_they_are_given(ax: Axes) -> None:
    cases = three_cases(digits().first(100))
    figures.three_cases(cases, ax=ax)
    full, crosses = ax.lines[2], ax.lines[3]  # the dead network's, after two lines of the vanished
    assert np.isnan(np.asarray(full.get_ydata())[:DEAD_LAYER]).all()
    assert list(crosses.get_xdata()) == list(range(1, DEAD_LAYER + 1))
    runs = {
        (v, o): thirty_layers.training(v, o) for v in thirty_layers.VARIANTS for o in thirty_layers.OPTIMISERS
    }
    drawn = figures.thirty_layers(runs)
    marks = np.asarray(drawn.containers[1][0].get_xdata())
    assert marks == pytest.approx([runs[v, "adam"].best().accuracy for v in thirty_layers.VARIANTS])
    judged = records.confusion()
    rows = {fault: judged.said(fault) for fault in ("zero head", "")}
    shown = figures.confusion(judged)
    named = [t.get_text() for t in shown.get_yticklabels()]
    assert named[-1] == "none" and len(named) == 13
    codes = [t.get_text() for t in shown.get_xticklabels()]
    drawn = {t.get_position(): int(t.get_text()) for t in shown.texts}
    for fault, said in rows.items():
        row = named.index(fault or "none")
        for code, count in said.items():
            assert drawn[codes.index(code), row] == round(100 * count / sum(said.values()))
