"""What the book proves, measured on PyTorch modules: within three errors, and not of something else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from diagnosis.pytorch import torch

from analysis.diagnosis import Report, diagnose
from analysis.diagnosis.theory import memory_slope, rate

nn = torch.nn
BATCH, ERRORS = 64, 3.0


def plain(
    width: int,
    depth: int,
    activation: Callable[[], Any] = nn.ReLU,
    norm: Callable[[int], Any] | None = None,
    draw: Callable[[Any], Any] | None = None,
) -> Any:
    """Linear layers of one width, PyTorch's own weights unless ``draw`` draws them."""
    parts: list[Any] = []
    for _ in range(depth):
        linear = nn.Linear(width, width)
        if draw is not None:
            draw(linear.weight)
            nn.init.zeros_(linear.bias)
        parts += [linear] + ([norm(width)] if norm is not None else []) + [activation()]
    return nn.Sequential(*parts)


class Block(nn.Module):  # type: ignore[misc,name-defined]
    def __init__(self, width: int, factor: float) -> None:
        super().__init__()
        self.linear, self.factor = nn.Linear(width, width), factor
        nn.init.kaiming_normal_(self.linear.weight, nonlinearity="relu")
        nn.init.zeros_(self.linear.bias)

    def forward(self, x: Any) -> Any:
        return x + self.factor * self.linear(torch.relu(x))


def report(
    make: Callable[[], Any], width: int, seeds: int = 8, batch: int = BATCH, size: float = 1.0
) -> Report:
    x = size * torch.randn(batch, width, generator=torch.Generator().manual_seed(0))
    return diagnose(make, x, seeds=seeds)


def check(found: Report, known: float, other: float) -> None:
    """The slope is ``known`` within three errors, as theory says too, and not ``other``."""
    s = found.segment
    assert s is not None
    away = f"{s.slope:+.4f} ± {s.error:.4f}, theory {s.predicted:+.4f}, known {known:+.4f}"
    assert abs(s.slope - known) <= ERRORS * s.error, away
    assert abs(s.slope - s.predicted) <= ERRORS * s.error, away
    assert abs(s.slope - other) > ERRORS * s.error, f"{away}: cannot be told from {other:+.4f}"
    assert s.error < 0.02, away


def test_default_linear_and_relu() -> None:
    """½ log(1/6) = −0.896, not that of weights of the same range taken for their variance."""
    found = report(lambda: plain(128, 24), 128)
    check(found, 0.5 * math.log(1 / 6), 0.5 * math.log(1 / 2))
    assert found.findings[0].code == "weights too small"


def test_default_linear_and_tanh() -> None:
    """½ log(1/3) = −0.549 for small signals; PyTorch's biases and large signals take a little more."""
    own = plain(2, 1)[0]
    assert own.weight.abs().max() <= 2**-0.5  # U(±1/√fan_in), as kaiming_uniform_ with a = √5 draws it
    draw = lambda w: nn.init.kaiming_uniform_(w, a=math.sqrt(5))  # noqa: E731
    found = report(lambda: plain(128, 24, nn.Tanh, draw=draw), 128, size=0.01)
    check(found, 0.5 * math.log(1 / 3), 0.5 * math.log(1 / 6))
    s = report(lambda: plain(128, 24, nn.Tanh), 128).segment
    assert s is not None and s.slope < 0.5 * math.log(1 / 3) - ERRORS * s.error
    assert abs(s.slope - s.predicted) <= ERRORS * s.error


def test_he_and_relu_keep_the_gradient() -> None:
    found = report(
        lambda: plain(128, 24, draw=lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu")), 128
    )
    check(found, 0.0, 0.5 * math.log(1 / 2))
    assert found.findings == ()


def test_twice_the_scale_of_he() -> None:
    draw = nn.init.normal_
    found = report(lambda: plain(128, 24, draw=lambda w: draw(w, std=2 * math.sqrt(2 / w.shape[1]))), 128)
    check(found, math.log(2), 0.5 * math.log(2))
    assert found.findings[0].code == "weights too large"


@pytest.mark.parametrize("batch", [8, 32])
def test_batch_normalisation_and_relu(batch: int) -> None:
    """½ log R(m) for batches well below the width, not the +0.1916 of large ones."""
    found = report(lambda: plain(256, 30, norm=nn.BatchNorm1d), 256, seeds=6, batch=batch)
    check(found, 0.5 * math.log(rate("relu", batch)), 0.5 * math.log(math.pi / (math.pi - 1)))


def test_batch_normalisation_at_depth_40() -> None:
    """The forward pass is steady, and the gradient explodes."""
    found = report(lambda: plain(64, 40, norm=nn.BatchNorm1d), 64, seeds=4)
    s = found.segment
    assert s is not None and abs(s.forward) < 0.01 and s.slope == pytest.approx(0.19, abs=0.015)
    assert [f.code for f in found.findings] == ["normalisation multiplies the gradient"]


@pytest.mark.parametrize("depth", [10, 40])
def test_residual_growth_and_its_remedy(depth: int) -> None:
    """½ log 2 a block without a scale, ½ log(1 + 1/L) with 1/√L (chapter 12)."""
    for factor in (1.0, depth**-0.5):
        found = report(lambda f=factor: nn.Sequential(*[Block(128, f) for _ in range(depth)]), 128)
        s = found.segment
        assert s is not None
        known = 0.5 * math.log1p(factor**2)
        assert abs(s.slope - s.predicted) <= ERRORS * s.error + 1e-3, s
        assert abs(s.slope - known) <= ERRORS * s.error + 0.01 * known, s
        assert abs(s.slope - 2 * known) > 10 * s.error and abs(s.slope) > 10 * s.error, s
    assert found.findings == ()


def test_a_deep_stack_of_unscaled_blocks_is_found() -> None:
    found = report(lambda: nn.Sequential(*[Block(64, 1.0) for _ in range(40)]), 64, seeds=4)
    assert [f.code for f in found.findings] == ["shortcut sums grow"]
    assert "40 branches" in found.findings[0].remedy and "0.158" in found.findings[0].remedy


@pytest.mark.parametrize("bias", [-3.0, 0.0])
def test_the_memory_of_an_lstm(bias: float) -> None:
    """Chapter 13's cell at rest, of which the forget gate alone is not the answer."""

    class Net(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(4, 256, batch_first=True)
            with torch.no_grad():
                for b in (self.lstm.bias_ih_l0, self.lstm.bias_hh_l0):
                    b.zero_()
                self.lstm.bias_ih_l0[256:512] = bias

        def forward(self, x: Any) -> Any:
            return self.lstm(x)[0][:, -1]

    x = 1e-3 * torch.randn(8, 30, 4, generator=torch.Generator().manual_seed(0))
    found = next(f for f in diagnose(Net, x, seeds=6).findings if f.code == "recurrence forgets")
    log_f = -math.log1p(math.exp(-bias))
    assert found.predicted == pytest.approx(memory_slope(log_f, 1 / math.sqrt(3), 30), abs=2e-3)
    assert abs(found.slope - found.predicted) <= ERRORS * found.error + 0.01, found.what
    assert abs(found.slope - log_f) > 10 * found.error


def test_the_spread_of_one_draw_covers_what_other_draws_give() -> None:
    """One network's error bar against the slopes of 24: no smaller than their spread, nor twice as large."""
    made = [report(lambda: plain(64, 24, draw=he), 64, seeds=24).measured]
    from dataclasses import replace

    slopes, errors = [], []
    for k in range(24):
        one = {
            name: getattr(made[0], name)[k : k + 1]
            for name in (
                *("forward", "backward", "mean", "varies", "sigma_w", "sigma_b", "factor", "saturated"),
                *("never_on", "bad", "loss"),
            )
        }
        s = Report(replace(made[0], **one)).segment
        assert s is not None
        slopes.append(s.slope)
        errors.append(s.error)
    spread = float(np.std(slopes, ddof=1))
    assert 0.8 * spread <= np.mean(errors) <= 2.0 * spread


def he(weight: Any) -> None:
    nn.init.kaiming_normal_(weight, nonlinearity="relu")
