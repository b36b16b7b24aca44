"""What cannot be measured is told in one sentence that names the argument and says what would be right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from diagnosis.pytorch import torch
from diagnosis.torch_networks import Functional, mlp

from analysis.diagnosis import diagnose

nn, F = torch.nn, torch.nn.functional


class Wide(nn.Module):  # type: ignore[misc]
    def __init__(self, width: int) -> None:
        super().__init__()
        self.f = nn.Linear(width, width)

    def forward(self, x: Any) -> Any:
        return self.f(x)


class Complex(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(3, 3, dtype=torch.complex64))

    def forward(self, x: Any) -> Any:
        return (x.to(torch.complex64) @ self.w).real


X = torch.zeros(4, 6) + torch.arange(6)
NET = mlp(2, 6)
TARGET = torch.zeros(4, 6)


def cases() -> list[Any]:
    """(model, batches, options, error, what it must say)"""
    mse, sgd = F.mse_loss, lambda net: torch.optim.SGD(net.parameters(), 0.1)
    pair = (X, TARGET)
    of_model, of_batches = (
        r"model must be a torch\.nn\.Module, or a function without arguments that makes one",
        "batches must be a tensor, a tuple of arguments, a dict of keyword arguments, or a list of these",
    )
    nan, infinite = X.clone(), X.clone()
    nan[0, 0], infinite[1, 1] = float("nan"), float("inf")
    loader = torch.utils.data.DataLoader([(torch.zeros(6), 0)])
    return [
        (None, X, {}, TypeError, of_model + ", not None"),
        ("Net", X, {}, TypeError, of_model + ", not a str"),
        (Wide, X, {}, TypeError, of_model + r"; Wide needs arguments: give lambda: Wide\(…\)"),
        (
            lambda: 3,
            X,
            {},
            TypeError,
            "model must be a function that makes a torch.nn.Module; it made an int",
        ),
        (lambda: NET, X, {}, ValueError, "model must make a new network at each call"),
        (nn.ReLU(), X, {}, ValueError, "model must have parameters, and has none"),
        (Wide(6).to("meta"), X, {}, ValueError, "model must hold numbers: parameters on the device meta"),
        (Complex(), torch.zeros(4, 3), {}, ValueError, "model must have real parameters: w is complex"),
        (torch.jit.trace(NET, X), X, {}, ValueError, "model must be in Python, not a ScriptModule"),
        (Functional(lambda s, x: 3, f=NET), X, {}, ValueError, "model must return a tensor, .* not an int"),
        (
            Functional(lambda s, x: s.f(x).argmax(1), f=NET),
            X,
            {},
            ValueError,
            "must return floating-point numbers",
        ),
        (Functional(lambda s, x: s.f(x).detach(), f=NET), X, {}, ValueError, "its output is cut off"),
        (Functional(lambda s, x: x, f=NET), X, {}, ValueError, "model must call operations of PyTorch"),
        (NET, None, {}, TypeError, of_batches + ", not None"),
        (NET, [], {}, ValueError, "batches must"),
        (NET, "128,64", {}, TypeError, of_batches + ", not a str"),
        (NET, loader, {}, TypeError, r"not a DataLoader; of a loader give a few: \[next\(iter\(loader\)\)\]"),
        (NET, [[1.0, 2.0]], {}, TypeError, "a list without a tensor was given"),
        (NET, {}, {}, TypeError, "a dict without a tensor was given"),
        (
            NET,
            torch.zeros(4, 5),
            {},
            ValueError,
            r"batches must be what the model takes; with \(4, 5\) it says: mat1",
        ),
        (NET, (X, X), {}, ValueError, r"with \(4, 6\), \(4, 6\) it says: .*positional argument"),
        (NET, X.to(torch.int64), {}, ValueError, "batches must be what the model takes"),
        (NET, X.to(torch.complex64), {}, ValueError, "batches must be real"),
        (NET, nan, {}, ValueError, "batches must be finite: one holds NaN or infinity"),
        (NET, [X, infinite], {}, ValueError, "batches must be finite: one holds NaN or infinity"),
        (NET, [X, torch.zeros(0, 6)], {}, ValueError, "batches must hold examples: one tensor is empty"),
        (
            nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6)),
            X[:1],
            {},
            ValueError,
            "more than 1 value per channel",
        ),
        (NET, X, {"seeds": 0}, ValueError, "seeds must be an integer of at least 1, not 0"),
        (NET, X, {"seeds": -1}, ValueError, "seeds must be an integer of at least 1, not -1"),
        (NET, X, {"seeds": True}, ValueError, "seeds must be an integer of at least 1, not True"),
        (NET, X, {"probes": 0}, ValueError, "probes must be an integer of at least 1, not 0"),
        (NET, pair, {"loss": 3}, TypeError, "loss must be a function, not int"),
        (
            NET,
            pair,
            {"loss": lambda y, t: (y - t) ** 2},
            ValueError,
            r"loss must return one number .* not a tensor of shape \(4, 6\)",
        ),
        (
            NET,
            pair,
            {"loss": lambda y, t: F.mse_loss(y, t).item()},
            ValueError,
            "loss must return one number .* not a float",
        ),
        (
            NET,
            pair,
            {"loss": lambda y, t: F.mse_loss(y.detach(), t)},
            ValueError,
            "not a single number that depends on no parameter",
        ),
        (
            NET,
            (X, TARGET[:, :5]),
            {"loss": F.l1_loss},
            ValueError,
            "loss must take the model's output and the target; given",
        ),
        (
            NET,
            pair,
            {"loss": lambda y: y.mean()},
            ValueError,
            "loss must take the model's output and the target",
        ),
        (NET, X, {"loss": mse}, ValueError, "loss must take the model's output; given"),
        (
            NET,
            pair,
            {"loss": mse, "optimiser": sgd(Wide(6))},
            ValueError,
            "optimiser must hold the model's parameters",
        ),
        (
            lambda: mlp(2, 6),
            pair,
            {"loss": mse, "optimiser": sgd(NET)},
            ValueError,
            "with a factory, give a function of the network",
        ),
        (
            NET,
            pair,
            {"loss": mse, "optimiser": torch.optim.LBFGS(NET.parameters())},
            ValueError,
            "optimiser must make a step without a closure",
        ),
        (NET, pair, {"loss": mse, "optimiser": lambda net: 3}, TypeError, "it made an int"),
        (NET, pair, {"loss": mse, "optimiser": "adam"}, TypeError, "optimiser must be a function, not str"),
        (NET, X, {"optimiser": sgd(NET)}, ValueError, "optimiser needs a loss"),
    ]


@pytest.mark.parametrize(("model", "batches", "options", "error", "words"), cases())
def test_one_sentence(model: Any, batches: Any, options: dict[str, Any], error: Any, words: str) -> None:
    with pytest.raises(error, match=words) as told:
        diagnose(model, batches, **options)
    text = str(told.value)
    assert "\n" not in text and len(text) < 400


def test_an_error_of_the_models_own_passes() -> None:
    def forward(net: Any, x: Any) -> Any:
        return net.missing(x)

    with pytest.raises(AttributeError, match="missing"):
        diagnose(Functional(forward, f=NET), X)


def test_an_operation_in_place_that_training_would_refuse_too() -> None:
    def forward(net: Any, x: Any) -> Any:
        y = torch.sigmoid(net.f(x))
        y += x
        return y

    with pytest.raises(
        ValueError, match="model must allow a backward pass, and PyTorch says: one of the variables"
    ):
        diagnose(Functional(forward, f=nn.Linear(6, 6)), X)


def test_networks_that_call_other_operations() -> None:
    def forward(net: Any, x: Any) -> Any:
        for _ in range(len(x)):
            x = net.f(x)
        return x

    with pytest.raises(ValueError, match="model must call the same operations for every seed and batch"):
        diagnose(Functional(forward, f=nn.Linear(6, 6)), [X, X[:3]])


def test_without_pytorch_a_sentence_says_what_to_install(root: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from analysis.diagnosis import diagnose\n"
        "try:\n    diagnose(lambda: 0, [[1.0]])\n"
        "except ModuleNotFoundError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "torch is not installed: install unstable-gradients[torch]", done.stderr
