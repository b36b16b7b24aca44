"""What is seen of a PyTorch module where a simple hook sees nothing, breaks, or sees something else."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from diagnosis.pytorch import torch
from diagnosis.torch_networks import (
    Functional,
    backward,
    gradient_norms,
    kinds,
    mlp,
    names,
    probe,
    seen,
    site,
    slope,
)

from analysis.diagnosis import diagnose
from analysis.diagnosis.theory import rate

nn, F = torch.nn, torch.nn.functional


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    torch.manual_seed(0)


class Block(nn.Module):  # type: ignore[misc]
    """A block of a ResNet, ReLUs in place as torchvision has them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Any) -> Any:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y += x
        return self.relu(y)


# numbers: what plain autograd gives


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh, nn.GELU, lambda: nn.ReLU(inplace=True)])
def test_norms_are_those_of_autograd(activation: Any) -> None:
    net, x = mlp(5, 16, activation), torch.randn(8, 16)
    found = seen(net, x)
    plain = net if not getattr(net[1], "inplace", False) else mlp(5, 16)
    plain.load_state_dict(net.state_dict())
    paths = [str(2 * layer + 1) for layer in range(5)]
    wanted = gradient_norms(plain, x, paths, probe((8, 16), 8))
    np.testing.assert_allclose([backward(found)[site(found, p)] for p in paths], wanted, rtol=1e-6)
    outputs = [float(plain[: int(p) + 1](x).detach().double().square().mean().sqrt().log()) for p in paths]
    np.testing.assert_allclose([found.forward[0, 0, site(found, p)] for p in paths], outputs, rtol=1e-6)


def test_relus_in_place_of_a_resnet() -> None:
    net, x = nn.Sequential(nn.Conv2d(3, 8, 3), Block(8), Block(8)), torch.randn(4, 3, 10, 10)
    found = seen(net, x)
    assert kinds(found).count("sum") == 2 and kinds(found).count("relu") == 4
    assert np.isfinite(backward(found)).all()
    for k in (i for i, kind in enumerate(kinds(found)) if kind == "sum"):
        parents = [found.sites[p].kind for p in found.sites[k].parents]
        assert sorted(parents) in (["batch norm", "convolution"], ["batch norm", "relu"])


def test_squares_that_leave_float32_and_float64() -> None:
    for dtype, scale in ((torch.float32, 1e-30), (torch.float64, 1e-250), (torch.float64, 1e250)):
        net, x = nn.Linear(4, 4, bias=False).to(dtype), torch.randn(5, 4, dtype=dtype)
        with torch.no_grad():
            net.weight.copy_(torch.eye(4, dtype=dtype) * scale)
        found = seen(net, x)
        first, last = found.forward[0, 0]
        assert last - first == pytest.approx(math.log(scale), rel=1e-6)
        assert backward(found)[0] - backward(found)[1] == pytest.approx(math.log(scale), rel=1e-6)
        assert found.bad.max() == 0
        assert not any(f.code == "not finite" for f in diagnose(net, x).findings)


def test_a_head_of_zeros_is_zero_by_design_and_no_underflow() -> None:
    net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3))
    nn.init.zeros_(net[2].weight)
    nn.init.zeros_(net[2].bias)
    found = seen(net, torch.randn(6, 8))
    assert [s.zero for s in found.sites] == [False, False, False, True]
    assert np.isfinite(backward(found)[:3]).all() and np.isnan(backward(found)[3])
    assert found.last == 2
    codes = [f.code for f in diagnose(net, torch.randn(6, 8)).findings]
    assert "zero by design" in codes and "below the floor" not in codes


def test_branches_that_start_at_zero() -> None:
    def forward(net: Any, x: Any) -> Any:
        for branch in net.branches:
            x = x + branch(x)
        return x

    net = Functional(forward, branches=nn.ModuleList(nn.Linear(6, 6) for _ in range(4)))
    for branch in net.branches:
        nn.init.zeros_(branch.weight)
        nn.init.zeros_(branch.bias)
    found = seen(net, torch.randn(5, 6))
    sums = [k for k, kind in enumerate(kinds(found)) if kind == "sum"]
    assert len(sums) == 4
    assert np.ptp(backward(found)[sums]) == 0  # the shortcut alone


def test_a_module_that_is_called_several_times_has_as_many_sites() -> None:
    layer = nn.Linear(6, 6)
    net = Functional(lambda self, x: torch.tanh(self.layer(torch.tanh(self.layer(x)))), layer=layer)
    found = seen(net, torch.randn(4, 6))
    assert names(found) == ["input", "layer", "tanh", "layer#2", "tanh#2"]
    assert backward(found)[1] != backward(found)[3]


def test_a_module_under_two_names_is_one() -> None:
    layer = nn.Linear(6, 6)
    found = seen(nn.Sequential(layer, nn.ReLU(), layer), torch.randn(4, 6))
    assert names(found) == ["input", "0", "1", "0#2"]


# recurrent modules


def one_by_one(cell: Any, x: Any) -> Any:
    """h_T of the first layer's weights with the steps written out."""
    h = torch.zeros(x.shape[1], cell.hidden_size)
    c = torch.zeros_like(h)
    for t in range(len(x)):
        gates = F.linear(x[t], cell.weight_ih_l0, cell.bias_ih_l0) + F.linear(
            h, cell.weight_hh_l0, cell.bias_hh_l0
        )
        i, f, g, o = gates.chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    return h


def test_the_reach_of_an_lstm_is_that_of_its_steps_written_out() -> None:
    lstm, x = nn.LSTM(3, 5), torch.randn(7, 4, 3)
    (found,) = seen(lstm, x).reaches
    x.requires_grad_(True)
    v = torch.randn((4, 5), generator=torch.Generator().manual_seed(0))
    (gradient,) = torch.autograd.grad(one_by_one(lstm, x), x, v)
    np.testing.assert_allclose(found.log_norm[0], gradient.norm(dim=(1, 2)).log().numpy(), rtol=1e-4)
    assert found.forget[0] == pytest.approx(
        float(F.logsigmoid((lstm.bias_ih_l0 + lstm.bias_hh_l0)[5:10]).mean()), rel=1e-6
    )


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2}, {"bidirectional": True}, {"bias": False}])
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_every_recurrent_module(kind: str, options: dict[str, Any], first: bool) -> None:
    module = getattr(nn, kind)(3, 5, batch_first=first, **options)
    found = seen(module, torch.randn(6, 9, 3))
    assert kinds(found) == ["input", kind.lower()] and found.batch_size == (6 if first else 9)
    (reach,) = found.reaches
    assert reach.kind == kind.lower() and reach.log_norm.shape == (1, 9 if first else 6)
    assert np.isfinite(reach.log_norm).all() and reach.log_norm[0, 0] < reach.log_norm[0, -1]
    assert np.isfinite(reach.forget[0]) == (kind == "LSTM")


def test_the_second_direction_does_not_hide_that_the_first_forgets() -> None:
    """Its last output has read the last input only."""
    both, one = nn.GRU(3, 5, bidirectional=True), nn.GRU(3, 5)
    one.load_state_dict({name: value for name, value in both.state_dict().items() if "reverse" not in name})
    x = torch.randn(6, 4, 3)
    (wanted,), (found,) = seen(one, x).reaches, seen(both, x).reaches
    np.testing.assert_allclose(found.log_norm, wanted.log_norm, rtol=1e-5)


def test_packed_sequences_are_refused_in_words() -> None:
    def forward(net: Any, x: Any) -> Any:
        packed = nn.utils.rnn.pack_padded_sequence(x, [5, 4, 3], batch_first=True)
        return net.lstm(packed)[1][0]

    net = Functional(forward, lstm=nn.LSTM(4, 6, batch_first=True))
    with pytest.raises(ValueError, match=r"batches must be padded sequences: lstm is given a packed one"):
        seen(net, torch.randn(3, 5, 4))


def test_cells_in_a_loop() -> None:
    def forward(net: Any, x: Any) -> Any:
        h = torch.zeros(x.shape[1], 5)
        for step in x:
            h = net.cell(step, h)
        return h

    found = seen(Functional(forward, cell=nn.GRUCell(3, 5)), torch.randn(6, 4, 3))
    cells = [k for k, name in enumerate(names(found)) if name.startswith("cell")]
    assert len(cells) == 6 and np.isfinite(backward(found)[cells]).all()


# transformers


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("grad", [True, False])
def test_a_transformer_layer_never_takes_the_path_without_its_operations(training: bool, grad: bool) -> None:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, dropout=0.0)
    net = nn.TransformerEncoder(layer, 2).train(training).requires_grad_(grad)
    found = seen(net, torch.randn(3, 5, 16))
    assert kinds(found).count("sum") == 4 and kinds(found).count("attention") == 2
    assert np.isfinite(backward(found)).all()
    with torch.no_grad():  # as evaluation is written
        assert kinds(seen(net, torch.randn(3, 5, 16))) == kinds(found)
    with torch.inference_mode():
        assert kinds(seen(net, torch.randn(3, 5, 16))) == kinds(found)


def test_examples_along_the_second_axis() -> None:
    net = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32), 2).eval()
    x = torch.randn(7, 3, 16)
    x[:] = x[:, :1]  # every example the same
    found = seen(net, x)
    assert found.batch_size == 3
    assert found.varies[0, 0, -1] < 1e-9


# what is trained


def test_frozen_first_layers_and_a_frozen_embedding() -> None:
    net = mlp(3, 8)
    net[0].requires_grad_(False)
    found = seen(net, torch.randn(4, 8))
    assert np.isfinite(backward(found)).all()
    assert [p.name for p in found.parameters if not p.trainable] == ["0.weight", "0.bias"]
    words = nn.Sequential(nn.Embedding(10, 6), nn.Dropout(0.5, inplace=True), nn.Linear(6, 2))
    words[0].requires_grad_(False)
    found = seen(words, torch.randint(0, 10, (4, 3)))
    assert kinds(found) == ["embedding", "dropout", "linear"] and np.isfinite(backward(found)).all()


def test_parts_that_are_not_called_and_parts_that_are_cut_off() -> None:
    def forward(net: Any, x: Any) -> Any:
        return net.head(F.linear(net.body(x).detach(), net.by_hand))

    net = Functional(
        forward, body=nn.Linear(6, 6), head=nn.Linear(6, 2), spare=nn.Sequential(nn.Linear(6, 6)),
        by_hand=nn.Parameter(torch.randn(6, 6)),
    )  # fmt: skip
    rows = {p.name: (p.reached, p.called) for p in seen(net, torch.randn(4, 6)).parameters}
    assert rows["by_hand"] == rows["head.weight"] == (True, True)
    assert rows["body.weight"] == (False, True)
    assert rows["spare.0.weight"] == (False, False)
    codes = {f.code: f.where for f in diagnose(net, torch.randn(4, 6)).findings}
    assert codes["not called"].startswith("spare.0") and codes["detached"].startswith("body")


def test_experts_that_nothing_is_routed_to() -> None:
    def forward(net: Any, x: Any) -> Any:
        return net.experts[0](x)

    net = Functional(forward, experts=nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)]))
    assert [p.called for p in seen(net, torch.randn(3, 4)).parameters] == [True, True, False, False]


def test_dead_means_off_for_every_example_of_all_batches() -> None:
    net = nn.Sequential(nn.Linear(3, 4, bias=False), nn.ReLU())
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, -1]]))
    ones = torch.tensor([[1.0, -1, -1]]).repeat(5, 1)
    others = torch.tensor([[-1.0, 1, -1]]).repeat(5, 1)
    assert (
        seen(net, [ones]).never_on[0, 2] == 0.5
    )  # three of them and the last are off, but −1·(1 − 1 − 1) = 1
    assert seen(net, [ones, others]).never_on[0, 2] == 0.25
    assert np.isnan(seen(net, [ones]).never_on[0, 1])


def test_dead_channels_of_convolutions() -> None:
    for net, x in (
        (nn.Sequential(nn.Conv1d(2, 4, 3), nn.BatchNorm1d(4), nn.ReLU()), torch.randn(5, 2, 9)),
        (nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU()), torch.randn(5, 2, 9, 9)),
    ):
        with torch.no_grad():
            net[1].bias[1] = -100.0
        assert seen(net, x).never_on[0, -1] == 0.25
    tokens = nn.Sequential(nn.Linear(6, 8), nn.ReLU())
    with torch.no_grad():
        tokens[0].bias[:2] = -100.0
    assert seen(tokens, torch.randn(3, 5, 6)).never_on[0, -1] == 0.25


# functional style


def test_activations_and_sums_of_every_spelling() -> None:
    def forward(net: Any, x: Any) -> Any:
        x = F.relu(net.a(x))
        x = torch.tanh(net.b(x))
        x = net.a(x).sigmoid()
        y = net.b(x)
        y += x
        z = torch.add(y, net.a(y))
        z = z + F.gelu(net.b(z), approximate="tanh")
        z = z.add(net.a(z))
        z = net.b(z).relu() - z
        return F.silu(z)

    net = Functional(forward, a=nn.Linear(6, 6), b=nn.Linear(6, 6))
    found = seen(net, torch.randn(4, 6))
    assert [k for k in kinds(found) if k != "linear"] == [
        "input", "relu", "tanh", "sigmoid", "sum", "sum", "gelu", "sum", "sum", "relu", "sum", "silu",
    ]  # fmt: skip
    assert len(set(names(found))) == len(names(found))
    assert np.isfinite(backward(found)).all()


def test_a_scaled_sum_is_a_scale_and_a_sum() -> None:
    net = Functional(lambda self, x: torch.add(x, self.f(x), alpha=0.25), f=nn.Linear(6, 6))
    x = torch.randn(4, 6)
    found = seen(net, x)
    assert kinds(found) == ["input", "linear", "scale", "sum"]
    assert found.factor[0, 0, 2] == pytest.approx(math.log(0.25), rel=1e-6)
    assert backward(found)[1] - backward(found)[2] == pytest.approx(math.log(0.25), rel=1e-6)


def test_twice_the_same_is_no_shortcut() -> None:
    net = Functional(lambda self, x: (lambda y: y + y)(self.f(x)), f=nn.Linear(6, 6))
    found = seen(net, torch.randn(4, 6))
    assert kinds(found) == ["input", "linear", "scale"]
    assert found.factor[0, 0, 2] == pytest.approx(math.log(2.0))
    halves = Functional(lambda self, x: (lambda a, b: a + b)(*self.f(x).chunk(2, 1)), f=nn.Linear(6, 6))
    assert kinds(seen(halves, torch.randn(4, 6)))[-1] == "function"


def test_a_learned_scale_of_a_branch() -> None:
    """LayerScale: the factor is that of the parameter, whichever stands first."""
    for forward in (lambda self, x: self.g * self.f(x), lambda self, x: self.f(x) * self.g):
        net = Functional(forward, f=nn.Linear(6, 6), g=nn.Parameter(torch.full((6,), 1e-3)))
        found = seen(net, torch.randn(4, 6))
        assert kinds(found) == ["input", "linear", "scale"]
        assert found.factor[0, 0, 2] == pytest.approx(math.log(1e-3), rel=1e-6)


def test_operations_without_a_theory_are_sites_too_and_masks_are_none() -> None:
    def forward(net: Any, x: Any) -> Any:
        mask = torch.rand_like(x) > 0.5
        x = torch.exp(net.f(x) * mask) + torch.zeros_like(x)
        return torch.cat([x, torch.sort(x, dim=1)[0]], dim=1)

    found = seen(Functional(forward, f=nn.Linear(6, 6)), torch.randn(4, 6))
    assert kinds(found) == ["input", "linear", "scale", "function", "function", "function"]
    assert names(found)[3:] == ["exp", "sort", "cat"]
    assert found.sites[5].parents == (3, 4)


def test_an_own_autograd_function_does_not_break_the_way() -> None:
    class Twice(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return 2 * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return 2 * g

    net = Functional(lambda self, x: self.b(Twice.apply(self.a(x))), a=nn.Linear(5, 5), b=nn.Linear(5, 5))
    found = seen(net, torch.randn(4, 5))
    assert kinds(found) == ["input", "linear", "function", "linear"]
    assert [s.parents for s in found.sites] == [(), (0,), (1,), (2,)]
    assert backward(found)[1] - backward(found)[2] == pytest.approx(math.log(2), rel=1e-6)


def test_memory_that_is_used_again_is_no_parent() -> None:
    """Results that are gone give their place to others."""

    def forward(net: Any, x: Any) -> Any:
        for _ in range(50):
            with torch.no_grad():
                net.f(x)  # of no use, and gone at once
            noise = torch.randn(4, 6)
            x = net.f(x) + 0.0 * noise
        return x

    found = seen(Functional(forward, f=nn.Linear(6, 6)), torch.randn(4, 6))
    assert kinds(found).count("input") == 1 and "sum" not in kinds(found)
    assert all(len(s.parents) == 1 for s in found.sites[1:])


def test_what_runs_without_a_graph_is_where_the_way_begins() -> None:
    """A feature extractor under no_grad: nothing vanished in it."""

    def forward(net: Any, x: Any) -> Any:
        with torch.no_grad():
            features = net.body(x)
        return net.head(features)

    net = Functional(forward, body=mlp(3, 6).requires_grad_(False), head=nn.Linear(6, 2))
    found = seen(net, torch.randn(4, 6))
    assert names(found) == ["input", "input#2", "head"] and found.sites[2].parents == (1,)
    assert np.isfinite(backward(found)[1:]).all()
    assert [f.code for f in diagnose(net, torch.randn(4, 6)).findings] == ["frozen"]


# weighted sums


@pytest.mark.parametrize(
    ("forward", "fan_in"),
    [
        (lambda self, x: x @ self.w, 6),
        (lambda self, x: torch.matmul(x, self.w), 6),
        (lambda self, x: (self.w.T @ x.T).T, 6),
        (lambda self, x: torch.mm(x, self.w), 6),
        (lambda self, x: torch.einsum("bi,ij->bj", x, self.w), 6),
        (lambda self, x: torch.einsum("ij,bi->bj", self.w, x), 6),
        (lambda self, x: torch.addmm(self.b, x, self.w), 6),
        (lambda self, x: F.linear(input=x, weight=self.w.T, bias=self.b), 6),
    ],
)
def test_products_with_a_parameter(forward: Any, fan_in: int) -> None:
    w = nn.Parameter(torch.randn(6, 9))
    net = Functional(forward, w=w, b=nn.Parameter(torch.full((9,), 0.5)))
    found = seen(net, torch.randn(500, 6))
    assert kinds(found) == ["input", "linear"]
    assert found.sites[1].fan_in == fan_in
    assert found.sigma_w[0, 0, 1] == pytest.approx(math.sqrt(6 * float(w.square().mean())), rel=1e-6)
    assert found.parameters[0].called


def test_a_product_of_two_signals_is_no_weighted_sum() -> None:
    net = Functional(
        lambda self, x: torch.softmax(self.q(x) @ self.k(x).T, -1) @ x, q=nn.Linear(6, 6), k=nn.Linear(6, 6)
    )
    assert kinds(seen(net, torch.randn(5, 6))) == [
        "input",
        "linear",
        "linear",
        "function",
        "softmax",
        "function",
    ]


@pytest.mark.parametrize(
    ("layer", "fan_in"),
    [
        (nn.Conv2d(8, 8, 3, padding=1, padding_mode="circular"), 72),
        (nn.Conv2d(8, 16, 3, stride=2, padding=1, padding_mode="circular"), 72),
        (nn.Conv2d(8, 16, 3, groups=4, padding=1, padding_mode="circular"), 18),
        (nn.Conv2d(8, 8, 3, groups=8, dilation=2, padding=2, padding_mode="circular"), 9),
        (nn.ConvTranspose2d(8, 8, 2, stride=2), 8),
        (nn.ConvTranspose2d(8, 8, 4, stride=2, padding=1), 32),
    ],
)
def test_convolutions(layer: Any, fan_in: int) -> None:
    """σ_w with fan_in = c k², and transposed c k²/s², is the factor on the root mean square and, numbers of
    elements and all, on the gradient's norm."""
    found = seen(layer, torch.randn(16, 8, 32, 32))
    assert found.sites[1].kind == "convolution" and found.sites[1].fan_in == fan_in
    sigma = float(np.log(found.sigma_w[0, 0, 1]))
    assert backward(found)[0] - backward(found)[1] == pytest.approx(sigma, abs=0.03)
    without_bias = found.forward[0, 0, 1] - found.forward[0, 0, 0]
    shift = 0.5 * math.log1p(found.sigma_b[0, 0, 1] ** 2 / math.exp(2 * sigma))
    assert without_bias == pytest.approx(sigma + shift, abs=0.05)


@pytest.mark.parametrize(
    ("pool", "factor"),
    [
        (lambda x: F.avg_pool2d(x, 2), -math.log(2)),
        (lambda x: F.max_pool2d(x, 2), 0.0),
        (lambda x: nn.MaxPool2d(2)(x), 0.0),
        (lambda x: F.adaptive_avg_pool2d(x, 1), -math.log(8)),
        (lambda x: x.mean(dim=(2, 3)), -math.log(8)),
        (lambda x: torch.sum(x, dim=(2, 3)), math.log(8)),
        (lambda x: F.max_pool2d(x, 3, stride=2), math.nan),
    ],
)
def test_pooling(pool: Any, factor: float) -> None:
    net = Functional(lambda self, x: pool(self.f(x)), f=nn.Conv2d(3, 5, 1))
    found = seen(net, torch.randn(4, 3, 8, 8))
    assert kinds(found) == ["input", "convolution", "pool"]
    assert found.factor[0, 0, 2] == pytest.approx(factor, abs=1e-9, nan_ok=True)
    if math.isfinite(factor):
        assert backward(found)[1] - backward(found)[2] == pytest.approx(factor, abs=1e-5)


# normalisations


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "norm",
    [
        lambda: nn.BatchNorm1d(64),
        lambda: nn.LayerNorm(64),
        lambda: nn.RMSNorm(64),
        lambda: nn.GroupNorm(4, 64),
    ],
)
def test_the_factor_of_a_normalisation(norm: Any, training: bool) -> None:
    net = nn.Sequential(nn.Linear(64, 64), norm()).train(training)
    if isinstance(net[1], nn.BatchNorm1d):
        net[1].running_var.fill_(4.0)
    found = seen(net, 3 * torch.randn(256, 64))
    assert backward(found)[1] - backward(found)[2] == pytest.approx(found.factor[0, 0, 2], abs=0.02)


def test_instance_norm_is_a_group_norm_of_single_channels() -> None:
    net = nn.Sequential(nn.Conv2d(3, 6, 1), nn.InstanceNorm2d(6))
    found = seen(net, 5 * torch.randn(4, 3, 9, 9))
    assert kinds(found)[-1] == "group norm"
    assert backward(found)[1] - backward(found)[2] == pytest.approx(found.factor[0, 0, 2], abs=0.1)


def test_forty_layers_with_batch_norm_grow_as_chapter_11_says() -> None:
    def make() -> Any:
        return nn.Sequential(
            *[m for _ in range(30) for m in (nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU())]
        )

    found, error = slope(seen(make, torch.randn(64, 64)), skip=2)
    assert abs(found - 0.5 * math.log(rate("relu", 64))) < 3 * error
    evaluated, _ = slope(seen(lambda: make().eval(), torch.randn(64, 64)))
    assert evaluated < -0.5  # with the variances 1 that nobody has measured yet


def test_dropout() -> None:
    net = nn.Sequential(nn.Linear(64, 64), nn.Dropout(0.75))
    found = seen(net, torch.randn(64, 64))
    assert found.factor[0, 0, 2] == pytest.approx(math.log(2.0))
    assert backward(found)[1] - backward(found)[2] == pytest.approx(math.log(2.0), abs=0.05)
    found = seen(net.eval(), torch.randn(64, 64))
    assert found.factor[0, 0, 2] == 0 == backward(found)[1] - backward(found)[2]


# what goes in and out


def test_tied_embeddings_and_integers() -> None:
    words = nn.Embedding(20, 8)
    net = Functional(lambda self, x: F.linear(torch.tanh(self.f(self.words(x))), self.words.weight),
                     words=words, f=nn.Linear(8, 8))  # fmt: skip
    found = seen(net, torch.randint(0, 20, (4, 7)))
    assert kinds(found) == ["embedding", "linear", "tanh", "linear"]
    assert [p.name for p in found.parameters] == ["words.weight", "f.weight", "f.bias"]
    assert found.batch_size == 4 and np.isfinite(backward(found)).all()


def test_integers_that_the_model_makes_floats_of() -> None:
    net = Functional(lambda self, x: self.f(x.float() / 255), f=nn.Linear(6, 3))
    found = seen(net, torch.randint(0, 255, (4, 6), dtype=torch.uint8))
    assert kinds(found) == ["input", "linear"] and np.isfinite(backward(found)).all()


class Output:
    """As transformers have them."""

    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)


@pytest.mark.parametrize(
    "pack",
    [
        lambda y: {"loss": y.mean(), "logits": y},
        lambda y: Output(loss=y.mean(), logits=y, past=None),
        lambda y: (None, [y.argmax(1), y]),
        lambda y: {"aux": y.mean(), "anything": y},
    ],
)
def test_outputs_of_several_parts(pack: Any) -> None:
    net = Functional(lambda self, x: pack(self.f(x)), f=nn.Linear(6, 3))
    found = seen(net, torch.randn(4, 6))
    assert found.sites[found.last].name == "f" and np.isfinite(backward(found)[0])


def test_a_dict_of_arguments_and_a_loss_that_the_model_computes() -> None:
    def forward(net: Any, *, ids: Any, labels: Any) -> Any:
        logits = net.f(net.words(ids))
        return Output(logits=logits, loss=F.cross_entropy(logits.flatten(0, 1), labels.flatten()))

    net = Functional(forward, words=nn.Embedding(10, 6), f=nn.Linear(6, 10))
    batch = {"ids": torch.randint(0, 10, (3, 4)), "labels": torch.randint(0, 10, (3, 4))}
    found = seen(net, batch, loss=lambda output, batch: output.loss)
    assert found.probe == "loss" and found.loss[0, 0] == pytest.approx(math.log(10), abs=1.0)
    assert found.batch_size == 3


def test_several_inputs() -> None:
    net = Functional(lambda self, a, b: self.f(a) + self.g(b), f=nn.Linear(4, 6), g=nn.Linear(5, 6))
    for batch in ((torch.randn(3, 4), torch.randn(3, 5)), (np.zeros((3, 4)) + 1, torch.randn(3, 5))):
        found = seen(net, batch)
        assert names(found) == ["input", "input#2", "f", "g", "sum"]
        assert np.isfinite(backward(found)).all()


def test_an_input_that_the_model_changes_in_place() -> None:
    x = torch.randn(4, 6)
    before = x.clone()
    found = seen(Functional(lambda self, x: self.f(x.mul_(2.0).sub_(1.0)), f=nn.Linear(6, 6)), x)
    assert torch.equal(x, before)
    assert np.isfinite(backward(found)).all()
    assert backward(found)[0] - backward(found)[1] == pytest.approx(math.log(2.0), rel=1e-5)


# what wraps a model


def test_wrappers_show_what_is_inside() -> None:
    net, x = mlp(2, 6), torch.randn(4, 6)
    wanted = seen(net, x)
    for wrapped in (nn.DataParallel(net), torch.optim.swa_utils.AveragedModel(net)):
        found = seen(wrapped, x)
        assert kinds(found) == kinds(wanted)
        np.testing.assert_array_equal(found.backward, wanted.backward)


def test_a_compiled_model_is_measured_as_it_is_written() -> None:
    net, x = mlp(2, 6), torch.randn(4, 6)
    wanted = seen(net, x)
    with pytest.warns(UserWarning, match="model is compiled: it was measured as it is written"):
        found = seen(torch.compile(net), x)
    assert names(found) == names(wanted) and [p.name for p in found.parameters] == [
        p.name for p in wanted.parameters
    ]
    np.testing.assert_array_equal(found.backward, wanted.backward)
    part = nn.Sequential(torch.compile(net[0]), *net[1:])
    assert names(seen(part, x)) == names(wanted)


@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpoints(reentrant: bool) -> None:
    from torch.utils import checkpoint

    def forward(net: Any, x: Any) -> Any:
        for part in net.parts:
            x = checkpoint.checkpoint(part, x, use_reentrant=reentrant)
        return x

    parts = nn.ModuleList(nn.Sequential(nn.Linear(6, 6), nn.Tanh()) for _ in range(3))
    apply = checkpoint.CheckpointFunction.apply
    found = seen(Functional(forward, parts=parts), torch.randn(4, 6))
    assert checkpoint.CheckpointFunction.apply == apply and "apply" not in vars(checkpoint.CheckpointFunction)
    torch.manual_seed(0)
    wanted = seen(nn.Sequential(*parts), torch.randn(4, 6))
    assert kinds(found) == kinds(wanted) == ["input", *["linear", "tanh"] * 3]
    assert np.isfinite(backward(found)).all() and all(p.reached for p in found.parameters)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_formats(dtype: Any) -> None:
    found = seen(mlp(3, 16).to(dtype), torch.randn(8, 16, dtype=dtype))
    assert {s.format for s in found.sites} == {str(dtype).removeprefix("torch.")}
    assert np.isfinite(backward(found)).all()


def test_autocast_shows_the_formats_it_uses() -> None:
    net, x = mlp(3, 16), torch.randn(8, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = seen(net, x)
    assert [s.format for s in found.sites] == ["float32", *["bfloat16"] * 6]
    np.testing.assert_allclose(backward(found), backward(seen(net, x)), atol=0.05)


@pytest.mark.parametrize("way", ["weight_norm", "spectral_norm", "orthogonal"])
def test_parametrised_weights_are_weights(way: str) -> None:
    layer = getattr(nn.utils.parametrizations, way)(nn.Linear(6, 6))
    found = seen(nn.Sequential(nn.Linear(6, 6), layer, nn.ReLU()), torch.randn(4, 6))
    assert kinds(found) == ["input", "linear", "linear", "relu"]
    assert all(p.reached and p.called for p in found.parameters)
    assert found.sigma_w[0, 0, 2] == pytest.approx(
        math.sqrt(6 * float(layer.eval().weight.square().mean())), rel=0.2
    )


def test_old_ways_to_normalise_weights() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for way in (nn.utils.weight_norm, nn.utils.spectral_norm):
            layer = way(nn.Linear(6, 6))
            assert kinds(seen(nn.Sequential(layer, nn.ReLU()), torch.randn(4, 6))) == [
                "input",
                "linear",
                "relu",
            ]


def test_weights_that_are_standardised_or_masked_are_weights() -> None:
    def standardised(net: Any, x: Any) -> Any:
        w = net.w - net.w.mean(dim=1, keepdim=True)
        return F.linear(x, w / w.std(dim=1, keepdim=True))

    def masked(net: Any, x: Any) -> Any:
        return F.linear(x, net.w * net.mask)

    for forward in (standardised, masked):
        for trained in (True, False):
            net = Functional(
                forward, w=nn.Parameter(torch.randn(6, 6), requires_grad=trained), mask=torch.ones(6, 6)
            )
            found = seen(net, torch.randn(4, 6))
            assert kinds(found) == ["input", "linear"] and found.parameters[0].called


# seeds


def test_seeds_need_a_factory_and_draw_other_networks() -> None:
    x = torch.randn(16, 32)
    several = seen(lambda: mlp(4, 32), x, seeds=range(5))
    assert several.seeds == 5 and np.ptp(several.sigma_w[:, 0, 1]) > 0
    again = seen(lambda: mlp(4, 32), x, seeds=range(5))
    np.testing.assert_array_equal(several.backward, again.backward)
    assert seen(mlp(4, 32), x, seeds=range(5)).seeds == 1


def test_a_class_without_arguments_is_a_factory() -> None:
    class Net(nn.Module):  # type: ignore[misc]
        def __init__(self, width: int = 8) -> None:
            super().__init__()
            self.f = nn.Linear(width, width)

        def forward(self, x: Any) -> Any:
            return self.f(x)

    assert seen(Net, torch.randn(3, 8), seeds=range(3)).seeds == 3


def test_a_factory_that_seeds_itself_is_told() -> None:
    def make() -> Any:
        torch.manual_seed(0)
        return mlp(2, 6)

    with pytest.warns(UserWarning, match="made the same network for every seed"):
        seen(make, torch.randn(3, 6))


def test_modules_that_get_their_shape_at_the_first_call() -> None:
    found = seen(
        lambda: nn.Sequential(nn.LazyLinear(6), nn.ReLU(), nn.LazyLinear(2)),
        torch.randn(4, 9),
        seeds=range(2),
    )
    assert found.sites[1].fan_in == 9 and found.seeds == 2
    with pytest.raises(
        ValueError, match="model must have its parameters: some get their shape at the first call"
    ):
        seen(nn.LazyLinear(6), torch.randn(4, 9))


def test_a_model_that_draws_random_numbers_is_measured_alike_twice() -> None:
    net = Functional(lambda self, x: self.f(x + torch.randn_like(x)), f=nn.Linear(6, 6))
    x = torch.randn(4, 6)
    first = seen(net, x)
    torch.rand(5)
    np.testing.assert_array_equal(first.forward, seen(net, x).forward)


@pytest.mark.parametrize(
    ("activation", "sigma"), [(nn.ReLU, 0.5 * math.log(1 / 6)), (nn.Tanh, 0.5 * math.log(1 / 3))]
)
def test_known_answers_of_pytorchs_default(activation: Any, sigma: float) -> None:
    """U(±1/√fan_in) has variance 1/(3 fan_in); the biases that it draws too move these by about 0.01."""
    report = diagnose(lambda: mlp(40, 64, activation), torch.randn(64, 64))
    assert report.segment is not None
    assert abs(report.segment.slope - report.segment.predicted) < 3 * report.segment.error
    assert report.segment.slope == pytest.approx(sigma, abs=0.03)
