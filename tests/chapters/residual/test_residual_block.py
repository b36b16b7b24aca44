"""The block that chapter 12 prints for PyTorch keeps the mean square of what passes its branch,
as the claims assume."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from notebook_text import sources

WIDTH, DEPTH = 300, 16


def printed() -> str:
    """The class as the chapter prints it."""
    blocks = (re.search(r"class Block\(.*?\n\n\n", text, re.DOTALL) for text in sources("12_residual"))
    (found,) = [block[0] for block in blocks if block]
    return found


class Linear:
    """As PyTorch draws it: weight and bias uniform on ±1/√n."""

    def __init__(self, inputs: int, outputs: int, seed: int = 0) -> None:
        rng, reach = np.random.default_rng(seed), inputs**-0.5
        self.weight = rng.uniform(-reach, reach, (outputs, inputs))
        self.bias = rng.uniform(-reach, reach, outputs)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x @ self.weight.T + self.bias)


def normal(x: np.ndarray, std: float) -> None:
    x[...] = std * np.random.default_rng(1).standard_normal(x.shape)


class Module:
    def __call__(self, x: Any) -> Any:
        return self.forward(x)  # type: ignore[attr-defined]


def with_numpy() -> SimpleNamespace:
    """What the block uses of PyTorch, on NumPy's arrays."""
    init = SimpleNamespace(normal_=normal, zeros_=lambda x: x.fill(0.0))
    return SimpleNamespace(
        nn=SimpleNamespace(Module=Module, Linear=Linear, init=init), relu=lambda x: np.maximum(x, 0.0)
    )


def branch_gain(torch: Any, x: Any) -> float:
    """By what the branch of the printed block, its scale 1/√L taken off, multiplies the mean square of x."""
    names: dict[str, Any] = {"torch": torch}
    exec(printed(), names)
    block = names["Block"](WIDTH, DEPTH)
    added = (block(x) - x) * DEPTH**0.5
    return float((added**2).mean() / (x**2).mean())


def inputs() -> np.ndarray:
    return np.random.default_rng(2).standard_normal((500, WIDTH))


def test_the_branch_keeps_the_mean_square() -> None:
    assert branch_gain(with_numpy(), inputs()) == pytest.approx(1.0, abs=0.03)


def test_a_bare_linear_layer_has_a_sixth() -> None:
    """n · 1/(3n) · ½: the variance of a uniform number on ±1/√n,
    and the half of the mean square that passes a ReLU.

    One layer strays by 2.7 % of it, for its outputs share the mean of the ReLUs; the mean of twenty by 0.6 %.
    """
    x, gains, squares = inputs(), [], []
    for seed in range(20):
        layer = Linear(WIDTH, WIDTH, seed)
        layer.bias[:] = 0.0
        gains.append((layer(np.maximum(x, 0.0)) ** 2).mean() / (x**2).mean())
        squares.append((layer.weight**2).mean())
    assert np.mean(gains) == pytest.approx(1 / 6, abs=0.004)
    assert np.mean(squares) == pytest.approx(1 / (3 * WIDTH), rel=0.01)


def test_the_printed_block_runs_in_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    torch.manual_seed(0)
    with torch.no_grad():
        x = torch.tensor(inputs(), dtype=torch.float32)
        assert branch_gain(torch, x) == pytest.approx(1.0, abs=0.05)
        bare = torch.nn.Linear(WIDTH, WIDTH, bias=False)
        assert float((bare(torch.relu(x)) ** 2).mean() / (x**2).mean()) == pytest.approx(1 / 6, abs=0.01)
