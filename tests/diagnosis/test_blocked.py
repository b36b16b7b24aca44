"""Gradients that stop at one operation, weights that stay 0, a softmax that has decided, unscaled inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from diagnosis.pytorch import torch

from analysis.diagnosis import diagnose

nn = torch.nn
X = torch.randn(64, 16, generator=torch.Generator().manual_seed(0))


def codes(model: Any, x: Any = X, **options: Any) -> list[str]:
    return [f.code for f in diagnose(model, x, **{"seeds": 2, **options}).findings]


class Through(nn.Module):  # type: ignore[misc,name-defined]
    """Two layers with an operation between them."""

    def __init__(self, operation: Any) -> None:
        super().__init__()
        self.first, self.second, self.operation = nn.Linear(16, 16), nn.Linear(16, 4), operation

    def forward(self, x: Any) -> Any:
        return self.second(self.operation(self.first(x)))


def straight_through(x: Any) -> Any:
    return x + (torch.round(x) - x).detach()


@pytest.mark.parametrize(
    "operation", [torch.round, torch.sign, lambda x: x * 0, lambda x: (x > 0).to(x.dtype)]
)
def test_an_operation_without_slope_is_named(operation: Any) -> None:
    found = codes(lambda: Through(operation))
    assert "gradient stops" in found or "detached" in found


@pytest.mark.parametrize("operation", [straight_through, torch.tanh, lambda x: x * 0.3, nn.functional.relu])
def test_a_gradient_that_passes_does_not_stop(operation: Any) -> None:
    assert codes(lambda: Through(operation)) == []


class Product(nn.Module):  # type: ignore[misc,name-defined]
    """A rating: the product of two rows of tables, one of which may start at 0."""

    def __init__(self, *zero: str) -> None:
        super().__init__()
        self.user, self.item = nn.Embedding(20, 8), nn.Embedding(20, 8)
        for name in zero:
            nn.init.zeros_(getattr(self, name).weight)

    def forward(self, pairs: Any) -> Any:
        return (self.user(pairs[:, 0]) * self.item(pairs[:, 1])).sum(-1)


def test_two_zero_factors_stay_zero_and_one_does_not() -> None:
    pairs = torch.randint(0, 20, (64, 2), generator=torch.Generator().manual_seed(0))
    both = diagnose(lambda: Product("user", "item"), pairs, seeds=1)
    assert both.findings[0].code == "zero for ever" and not both.healthy
    one = diagnose(lambda: Product("user"), pairs, seeds=1)
    assert [f.code for f in one.findings] == ["zero by design"] and one.healthy
    assert codes(Product, pairs) == []


class Attention(nn.Module):  # type: ignore[misc,name-defined]
    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale, self.qkv, self.out = scale, nn.Linear(64, 192), nn.Linear(64, 64)

    def forward(self, x: Any) -> Any:
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.out((q @ k.transpose(-2, -1) * self.scale).softmax(dim=-1) @ v)


@pytest.mark.parametrize(("scale", "late"), [(64**-0.5, False), (1.0, False), (64**0.5, True)])
def test_a_softmax_of_large_numbers_has_decided(scale: float, late: bool) -> None:
    x = torch.randn(8, 25, 64, generator=torch.Generator().manual_seed(0))
    assert ("softmax decided" in codes(lambda: Attention(scale), x)) == late


@pytest.mark.parametrize(
    ("factor", "wanted"), [(1.0, []), (127.0, ["inputs not scaled"]), (1e-3, ["inputs not scaled"])]
)
def test_inputs_of_another_size_are_told(factor: float, wanted: list[str]) -> None:
    make = lambda: nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 4))  # noqa: E731
    assert codes(make, X * factor) == wanted


def test_the_last_state_of_a_recurrence_has_a_gradient() -> None:
    """Of a GRU whose output is not used, only its last state."""

    class Last(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.gru, self.head = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 2)

        def forward(self, x: Any) -> Any:
            return self.head(self.gru(x)[1][-1])

    x = torch.randn(8, 6, 4, generator=torch.Generator().manual_seed(0))
    measured = diagnose(Last, x, seeds=1).measured
    k = next(k for k, s in enumerate(measured.sites) if s.kind == "gru")
    assert np.isfinite(measured.backward[..., k]).all()


def test_steps_are_measured_on_weights_not_on_biases_of_zero() -> None:
    net = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 4))
    for m in (net[0], net[2]):
        nn.init.zeros_(m.bias)
    y = torch.randint(0, 4, (64,), generator=torch.Generator().manual_seed(0))
    for rate, wanted in ((0.01, []), (50.0, ["step too large"])):
        optimiser = torch.optim.SGD(net.parameters(), lr=rate)
        assert codes(net, (X, y), loss=nn.CrossEntropyLoss(), optimiser=optimiser) == wanted


def test_weights_that_a_step_made_nan_are_named() -> None:
    net = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 4))
    with torch.no_grad():
        net[2].weight[0, 0] = float("nan")
    found = diagnose(net, X).findings
    assert found[0].code == "not finite" and found[0].where == "2" and "earlier step" in found[0].what


def test_a_head_of_zeros_does_not_hide_what_lies_before_it() -> None:
    """The backward pass starts from the last hidden state then; nothing is called detached."""

    def make(gain: float) -> Any:
        layers = [m for _ in range(20) for m in (nn.Linear(16, 16), nn.ReLU())]
        for m in layers[::2]:
            nn.init.normal_(m.weight, std=gain / 4)
            nn.init.zeros_(m.bias)
        head = nn.Linear(16, 4)
        nn.init.zeros_(head.weight)
        return nn.Sequential(*layers, head)

    assert codes(lambda: make(2**0.5)) == ["zero by design"]
    assert codes(lambda: make(0.7)) == ["zero by design", "weights too small"]


def test_what_lies_before_moving_weights_of_zero_is_by_design() -> None:
    """A denoiser's last layer and each block's last start at 0: after one step the first moves, after two the
    others."""

    class Blocks(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.blocks = nn.ModuleList(nn.Linear(16, 16) for _ in range(3))
            self.out = nn.Linear(16, 16)
            for m in (*self.blocks, self.out):
                nn.init.zeros_(m.weight)

        def forward(self, x: Any) -> Any:
            for block in self.blocks:
                x = x + torch.tanh(block(x))
            return self.out(x)

    found = diagnose(Blocks, (X, X), loss=nn.MSELoss(), seeds=1)
    assert [f.code for f in found.findings] == ["zero by design"] and found.healthy


class Listed(nn.Module):  # type: ignore[misc,name-defined]
    """Layers in a list of Python, or of PyTorch."""

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.layers = kind([nn.Linear(16, 16), nn.Linear(16, 16)])
        self.head = nn.Linear(16, 4)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.head(x)


def test_layers_in_a_plain_list_are_not_registered() -> None:
    assert codes(lambda: Listed(list)) == ["not registered"]
    assert codes(lambda: Listed(nn.ModuleList)) == []


def test_parameters_that_the_optimiser_does_not_hold() -> None:
    net = Listed(nn.ModuleList)
    y = torch.randint(0, 4, (64,), generator=torch.Generator().manual_seed(0))
    for parameters, wanted in ((net.parameters(), []), (net.head.parameters(), ["not in the optimiser"])):
        optimiser = torch.optim.SGD(parameters, lr=0.01)
        assert codes(net, (X, y), loss=nn.CrossEntropyLoss(), optimiser=optimiser) == wanted


def test_two_softmaxes() -> None:
    y = torch.randint(0, 4, (64,), generator=torch.Generator().manual_seed(0))
    for end, loss, wanted in (
        (nn.Softmax(-1), nn.CrossEntropyLoss(), ["softmax twice"]),
        (nn.LogSoftmax(-1), nn.NLLLoss(), []),
        (nn.LogSoftmax(-1), nn.CrossEntropyLoss(), []),
        (nn.Identity(), nn.CrossEntropyLoss(), []),
        (nn.Softmax(-1), lambda p, y: -p[torch.arange(64), y].log().mean(), []),
    ):
        make = lambda end=end: nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 4), end)  # noqa: E731
        assert codes(make, (X, y), loss=loss) == wanted


def test_a_normalisation_with_statistics_of_other_data() -> None:
    def make(mode: bool) -> Any:
        layers = [m for _ in range(4) for m in (nn.Linear(16, 16), nn.BatchNorm1d(16), nn.ReLU())]
        for m in layers[::3]:
            nn.init.normal_(m.weight, std=0.01)
            nn.init.zeros_(m.bias)
        return nn.Sequential(*layers, nn.Linear(16, 4)).train(mode)

    assert "running statistics" not in codes(lambda: make(True))
    assert codes(lambda: make(False))[0] == "running statistics"


def test_a_loss_that_is_not_finite_is_named() -> None:
    y = torch.ones(64)
    make = lambda: nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1), nn.Flatten(0))  # noqa: E731
    found = diagnose(make, (X, y), loss=lambda out, y: (out * 0).log().mean(), seeds=1).findings
    assert (found[0].code, found[0].where) == ("not finite", "the loss")


def test_an_exploding_recurrence_of_a_factor_of_hundreds() -> None:
    def make(gain: float) -> Any:
        rnn = nn.RNN(4, 32, batch_first=True)
        nn.init.orthogonal_(rnn.weight_hh_l0, gain)
        return rnn

    x = 0.1 * torch.randn(16, 60, 4, generator=torch.Generator().manual_seed(0))
    assert "recurrence explodes" in codes(lambda: make(5 / 3), x)
    assert "recurrence explodes" not in codes(lambda: make(1.0), x)


def test_networks_that_are_all_the_same_are_one_draw() -> None:
    def make() -> Any:
        torch.manual_seed(0)
        return nn.Sequential(*[m for _ in range(6) for m in (nn.Linear(16, 16), nn.ReLU())])

    with pytest.warns(UserWarning, match="same network for every seed"):
        found = diagnose(make, X, seeds=4)
    assert found.measured.seeds == 1
    assert found.segment is not None and found.segment.error > 0.01
