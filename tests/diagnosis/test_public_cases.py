"""Questions that are asked again and again in public, as networks: what the diagnosis answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from diagnosis.pytorch import torch
from diagnosis.torch_networks import Functional, backward, names, seen, site, slope

from analysis.diagnosis import Report, diagnose
from analysis.diagnosis.theory import rate

nn, F = torch.nn, torch.nn.functional


def codes(report: Report) -> list[str]:
    return [f.code for f in report.findings]


def sequential(depth: int, width: int, activation: Any, init: Any = None) -> Any:
    net = nn.Sequential(*[m for _ in range(depth) for m in (nn.Linear(width, width), activation())])
    for module in net:
        if init is not None and isinstance(module, nn.Linear):
            init(module.weight)
            nn.init.zeros_(module.bias)
    return net


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    torch.manual_seed(0)


def test_the_output_of_twenty_default_layers_does_not_vary() -> None:
    """My MLP of 20 hidden layers predicts the same for every input."""

    def make() -> Any:
        return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), *sequential(19, 64, nn.ReLU), nn.Linear(64, 1))

    report = diagnose(make, torch.randn(128, 10))
    assert "weights too small" in codes(report) and "output constant" in codes(report)
    (found,) = [f for f in report.findings if f.code == "weights too small"]
    # the last layer has one neuron and no ReLU: ½ log(1/3) once among nineteen times ½ log(1/6)
    assert found.slope == pytest.approx(0.5 * math.log(1 / 6), abs=0.06)
    assert abs(found.slope - found.predicted) < 3 * found.error + 0.01
    assert report.measured.varies[..., -1].max() < 1e-4
    he = diagnose(lambda: sequential(20, 64, nn.ReLU, nn.init.kaiming_normal_), torch.randn(128, 64))
    assert "output constant" not in codes(he) and "weights too small" not in codes(he)


def test_a_deep_tanh_net_with_gain_five_thirds() -> None:
    """``calculate_gain("tanh")`` is 5/3: the gradient of fifty layers holds, that of gain 1/√3 is lost."""

    def xavier(gain: float) -> Any:
        return lambda: sequential(50, 128, nn.Tanh, lambda w: nn.init.xavier_normal_(w, gain))

    x = torch.randn(128, 128)
    gained, error = slope(seen(xavier(5 / 3), x))
    plain, _ = slope(seen(xavier(1.0), x))
    lost = diagnose(lambda: sequential(50, 128, nn.Tanh), x)
    assert plain < gained < 0.1 and error < 0.01
    assert "weights too small" in codes(lost)
    assert "weights too small" not in codes(diagnose(xavier(5 / 3), x))


def test_an_lstm_with_forget_bias_0_and_1() -> None:
    """∂h_T/∂x_t falls by about f = σ(b) a step."""
    slopes = {}
    for bias in (0.0, 1.0, 5.0):

        def make(bias: float = bias) -> Any:
            lstm = nn.LSTM(8, 64)
            for name, p in lstm.named_parameters():
                if "bias" in name:
                    nn.init.zeros_(p)
                if "weight_hh" in name:
                    nn.init.normal_(p, std=0.01)
            with torch.no_grad():
                lstm.bias_ih_l0[64:128] = bias
            return lstm

        (reach,) = seen(make, torch.randn(40, 16, 8), seeds=range(3)).reaches
        slopes[bias] = np.polyfit(np.arange(30)[::-1], reach.log_norm[:, :30].T, 1)[0].mean()
        assert slopes[bias] == pytest.approx(math.log(1 / (1 + math.exp(-bias))), abs=0.05)
        assert reach.forget[0] == pytest.approx(math.log(1 / (1 + math.exp(-bias))), rel=1e-5)
    assert slopes[0.0] < slopes[1.0] < slopes[5.0]


def test_nan_although_clipped_names_the_operation() -> None:
    """Clipping bounds the step, not the numbers: a logarithm of 0 in the middle of the net."""

    def forward(net: Any, x: Any) -> Any:
        p = torch.relu(net.inner(x))
        return net.outer(torch.log(p))

    net = Functional(forward, inner=nn.Linear(6, 6), outer=nn.Linear(6, 2))
    report = diagnose(net, torch.randn(16, 6))
    assert report.findings[0].code == "not finite" and report.findings[0].where == "log"
    record = report.measured
    assert record.bad[0, 0, site(record, "relu")] == 0 < record.bad[0, 0, site(record, "log")]


def test_nan_in_the_backward_pass_alone_names_where_it_arises() -> None:
    """√ at 0 is finite and its slope is not."""

    def forward(net: Any, x: Any) -> Any:
        return net.outer(torch.sqrt(torch.relu(net.inner(x))))

    net = Functional(forward, inner=nn.Linear(6, 6), outer=nn.Linear(6, 2))
    report = diagnose(net, torch.randn(16, 6))
    assert not report.measured.bad.any()
    assert report.findings[0].code == "not finite" and report.findings[0].where == "relu"


def test_dead_relus_after_a_large_step() -> None:
    net = sequential(3, 32, nn.ReLU, nn.init.kaiming_normal_)
    head = nn.Linear(32, 1)
    model = nn.Sequential(*net, head)
    x, y = torch.rand(64, 32), torch.randn(64, 1)
    assert "dead units" not in codes(diagnose(model, [(x, y)], loss=F.mse_loss))
    with torch.no_grad():  # what one step with a rate 1,000 times too large leaves
        model[0].bias -= 100.0
    report = diagnose(model, [(x, y), (torch.rand(64, 32), y)], loss=F.mse_loss)
    (found,) = [f for f in report.findings if f.code == "dead units"]
    assert found.where.startswith("1")
    assert report.measured.never_on[0, site(report.measured, "1")] == 1.0
    assert "weights too small" not in codes(report) and "below the floor" not in codes(report)


def test_batch_norm_with_batches_of_four() -> None:
    """Twenty layers that are healthy at a batch of 64 explode at a batch of 4: R(m) of chapter 11 grows as m
    falls."""

    def make() -> Any:
        return nn.Sequential(
            *[m for _ in range(20) for m in (nn.Linear(256, 256), nn.BatchNorm1d(256), nn.ReLU())]
        )

    few, many = diagnose(make, torch.randn(4, 256)), diagnose(make, torch.randn(64, 256))
    assert codes(few) == ["normalisation multiplies the gradient"] and codes(many) == []
    # the first two layers see the data, not results of ReLU
    slopes = {m: slope(report.measured, skip=2) for m, report in ((4, few), (64, many))}
    found, error = slopes[64]
    assert abs(found - 0.5 * math.log(rate("relu", 64))) < 3 * error
    assert slopes[4][0] - found > 10 * (slopes[4][1] + error)


def test_a_net_that_vanishes_in_float16_where_float32_does_not() -> None:
    """The gradient of 24 default layers falls below 6e-8 on its way: twelve layers from the output."""
    net = sequential(24, 32, nn.ReLU)
    x = torch.randn(16, 32)
    wide_, half = seen(net, x), seen(net.half(), x.half())
    relus = [k for k, n in enumerate(names(half)) if half.sites[k].kind == "relu"]
    gone = [k for k in relus if np.isneginf(backward(half)[k])]
    assert np.isfinite(backward(wide_)).all()
    assert gone and gone == relus[: len(gone)] and 4 <= len(gone) <= 16
    assert "below the floor" in codes(diagnose(net, x.half()))


# own architectures at random initialisation


class Block(nn.Module):  # type: ignore[misc]
    def __init__(self, c: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = nn.Sequential()
        if stride > 1 or c != out:
            self.shortcut = nn.Sequential(nn.Conv2d(c, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: Any) -> Any:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y += self.shortcut(x)
        return self.relu(y)


class ResNet(nn.Module):  # type: ignore[misc]
    """Four stages of two blocks, as ResNet-18, an eighth as wide."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True)
        )
        widths = [8, 8, 16, 16, 32, 32, 64, 64]
        before = [8, *widths[:-1]]
        self.blocks = nn.Sequential(
            *[Block(a, b, 1 if a == b else 2) for a, b in zip(before, widths, strict=True)]
        )
        self.head = nn.Linear(64, 10)

    def forward(self, x: Any) -> Any:
        return self.head(F.adaptive_avg_pool2d(self.blocks(self.stem(x)), 1).flatten(1))


def vgg(norm: bool) -> Any:
    parts: list[Any] = []
    c = 3
    for out in (8, "M", 16, "M", 32, 32, "M", 64, 64, "M"):
        if out == "M":
            parts.append(nn.MaxPool2d(2))
            continue
        parts += [
            nn.Conv2d(c, out, 3, padding=1),
            *([nn.BatchNorm2d(out)] if norm else []),
            nn.ReLU(inplace=True),
        ]
        c = out
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(64 * 4, 10))


class Words(nn.Module):  # type: ignore[misc]
    """An embedding, a recurrent module or an encoder, and a head at the last step."""

    def __init__(self, body: Any) -> None:
        super().__init__()
        self.words, self.body, self.head = nn.Embedding(50, 32), body, nn.Linear(32, 50)

    def forward(self, x: Any) -> Any:
        y = self.body(self.words(x))
        return self.head((y[0] if isinstance(y, tuple) else y)[:, -1])


ARCHITECTURES = {
    "ResNet": (ResNet, (8, 3, 32, 32)),
    "VGG": (lambda: vgg(False), (8, 3, 32, 32)),
    "VGG with batch norm": (lambda: vgg(True), (8, 3, 32, 32)),
    "encoder": (
        lambda: Words(nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 4)),
        None,
    ),
    "encoder, norm first": (
        lambda: Words(
            nn.TransformerEncoder(
                nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, norm_first=True),
                4,
                enable_nested_tensor=False,
            )
        ),
        None,
    ),
    "LSTM": (lambda: Words(nn.LSTM(32, 32, 2, batch_first=True)), None),
    "GRU": (lambda: Words(nn.GRU(32, 32, batch_first=True)), None),
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_architectures_as_they_are_drawn(name: str) -> None:
    """Every parameter is reached, every site has a gradient, every name is its own."""
    make, shape = ARCHITECTURES[name]
    batch = torch.randn(shape) if shape else torch.randint(0, 50, (8, 12))
    found = seen(make, batch, seeds=range(2))
    assert all(p.reached and p.called for p in found.parameters)
    assert np.isfinite(found.backward).all() and not found.bad.any()
    assert len(set(names(found))) == len(names(found))
    sums = [s for s in found.sites if s.kind == "sum"]
    assert len(sums) == {"ResNet": 8, "encoder": 8, "encoder, norm first": 8}.get(name, 0)
    assert len(found.reaches) == (name in ("LSTM", "GRU"))
    assert not any(
        f.code in ("not finite", "dead units", "detached", "below the floor") for f in Report(found).findings
    )
