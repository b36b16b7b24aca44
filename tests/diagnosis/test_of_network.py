"""Diagnosis of the book's network, whose gradients are known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from analysis.diagnosis import diagnose
from analysis.numeric import mean_field
from analysis.numeric.network import Network, forward, gradients

RNG = np.random.default_rng(0)
X = RNG.standard_normal((64, 20))


def maker(
    activation: str, scale: float, depth: int = 30, n: int = 64, bias: float = 0.0
) -> Callable[[np.random.Generator], Network]:
    def make(rng: np.random.Generator) -> Network:
        sizes = (20,) + (n,) * depth + (10,)
        weights = [
            rng.standard_normal((b, a)) * scale / math.sqrt(a) for a, b in zip(sizes, sizes[1:], strict=False)
        ]
        biases = [bias * rng.standard_normal(b) for b in sizes[1:]]
        return Network(sizes, tuple(weights), tuple(biases), activation=activation, output="identity")

    return make


@pytest.mark.parametrize(
    ("activation", "scale", "chi"),
    [("relu", 1.0, 0.5), ("relu", 3.0**-0.5, 1 / 6), ("tanh", 3.0**-0.5, 1 / 3)],
)
def test_the_slope_is_that_of_chapter_7(activation: str, scale: float, chi: float) -> None:
    """½ log χ a layer, within three standard errors; no other χ within a tenth."""
    found = diagnose(maker(activation, scale, bias=1e-3 if activation == "tanh" else 0.0), X, seeds=8)
    s = found.segment
    assert s is not None and s.error < 0.02
    assert abs(s.slope - 0.5 * math.log(chi)) < 3 * s.error + 0.005 * (activation == "tanh")
    assert abs(s.slope - 0.5 * math.log(1.2 * chi)) > 3 * s.error
    assert abs(s.predicted - s.slope) < 3 * s.error + 0.01
    assert found.findings[0].code == "weights too small"


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "softsign"])
def test_the_scale_of_the_activation_is_healthy(activation: str) -> None:
    """That of χ = 1, which for GELU repels: there the one that hands q = 1 on."""
    critical = mean_field.critical(activation)
    scale = critical.sigma_w if critical.kind != "repels" else mean_field.gain(activation)
    found = diagnose(maker(activation, scale, depth=15), X, seeds=4)
    assert found.healthy, repr(found)
    found.assert_healthy()


def test_a_fault_is_asserted_in_words() -> None:
    found = diagnose(maker("sigmoid", 1.0), X, seeds=2)
    with pytest.raises(AssertionError, match="slopes below one half at z1 … z31.*First change"):
        found.assert_healthy()
    found.assert_healthy(allow=["slopes below one half", "output constant"])


def test_gradients_are_those_of_the_network() -> None:
    """With a loss: the norms at z are those of ``network.gradients``, over the batch's mean."""
    network = maker("tanh", 1.2, depth=4)(np.random.default_rng(3))
    Y = np.eye(10)[np.arange(64) % 10]
    found = diagnose(network, (X, Y), loss="softmax cross-entropy").measured
    exact = gradients(network, X, Y, "softmax cross-entropy")
    for l, delta in enumerate(exact.deltas, start=1):
        k = next(k for k, s in enumerate(found.sites) if s.name == f"z{l}")
        assert found.backward[0, 0, 0, k] == pytest.approx(
            math.log(np.linalg.norm(delta / len(X))), abs=1e-12
        )
        z = forward(network, X).z[l - 1]
        assert found.forward[0, 0, k] == pytest.approx(0.5 * math.log((z**2).mean()), abs=1e-12)
    assert found.loss[0, 0] == pytest.approx(exact.cost)


def test_one_network_has_the_error_of_one_draw() -> None:
    """The slope of a single balanced ReLU network wanders: its error bar covers 0 in most draws."""
    inside = 0
    for seed in range(20):
        s = diagnose(maker("relu", 2**0.5, depth=20)(np.random.default_rng(seed)), X).segment
        assert s is not None
        inside += abs(s.slope - s.predicted) < 2 * s.error
    assert 15 <= inside


@pytest.mark.parametrize(
    ("batch", "loss", "words"),
    [
        (X[:, :3], None, r"batch must have shape \(m, 20\)"),
        (np.where(X > 2, np.nan, X), None, "batch must be finite"),
        (X, "softmax cross-entropy", r"batch must be a pair \(X, Y\)"),
        ((X, X), "hinge", "loss must be one of cross-entropy"),
        ([], None, "batches must not be empty"),
    ],
)
def test_bad_input_is_told(batch: object, loss: str | None, words: str) -> None:
    network = maker("tanh", 1.0, depth=3)(np.random.default_rng(0))
    with pytest.raises(ValueError, match=words):
        diagnose(network, batch, loss=loss)


@pytest.mark.parametrize(("option", "value"), [("seeds", 0), ("seeds", True), ("probes", -1), ("seeds", 1.5)])
def test_counts_are_whole_and_positive(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{option} must be an integer of at least 1"):
        diagnose(maker("tanh", 1.0, depth=3), X, **{option: value})


def test_a_function_of_a_network_must_not_be_a_loss() -> None:
    with pytest.raises(TypeError, match="loss of a Network must be a kind of cost"):
        diagnose(maker("tanh", 1.0, depth=3), X, loss=lambda output, target: output)


def test_an_interrupt_keeps_what_was_measured() -> None:
    made = []

    def make(rng: np.random.Generator) -> Network:
        if len(made) == 3:
            raise KeyboardInterrupt
        made.append(1)
        return maker("tanh", 1.0, depth=4)(rng)

    found = diagnose(make, X, seeds=9)
    assert found.measured.seeds == 3 and not found.measured.complete
    assert "interrupted: fewer seeds than asked for" in repr(found)
