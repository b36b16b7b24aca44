"""Small networks of five architectures, healthy as they are: what the diagnosis is tried on.

Each is a module of PyTorch with a ``stem``, ``blocks`` and a ``head``. This module imports without PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from analysis.diagnosis.theory import balanced
from analysis.numeric.arguments import one_of, whole
from analysis.numeric.optional import of_extra

BATCH = 32
"""Examples in a batch."""
INPUTS, OUTPUTS, CHANNELS = 64, 10, 8
"""Numbers in an example of an MLP, outputs, and numbers in a step of a sequence."""


@dataclass(frozen=True)
class Design:
    """A network before it is drawn.

    ``depth``: layers of an MLP or of convolutions, blocks x + F(x) (two layers each in a residual network,
    attention and two layers in a transformer), layers of LSTMs. ``norm``: "", "batch", "layer", and of
    transformers "before" or "after" the sum. ``weights``: "balanced" (σ_w of the activation), "default"
    (PyTorch's own). ``law``: "normal", "uniform" or "orthogonal". ``branch``: the factor on a branch, 0 for
    1/√(number of branches). ``length``: steps of a sequence, or the side of an image. ``forget``: the bias of
    the forget gate; NaN leaves PyTorch's own. ``format``: of the numbers. ``fused``: PyTorch's own layer
    where there is one.
    """

    architecture: str
    activation: str = "relu"
    width: int = 64
    depth: int = 20
    norm: str = ""
    weights: str = "balanced"
    law: str = "normal"
    branch: float = 0.0
    length: int = 16
    forget: float = math.nan
    format: str = "float32"
    fused: bool = False

    def __post_init__(self) -> None:
        one_of("architecture", self.architecture, ARCHITECTURES)
        one_of("weights", self.weights, ("balanced", "default"))
        one_of("law", self.law, ("normal", "uniform", "orthogonal"))
        whole("width", self.width)
        whole("depth", self.depth)
        whole("length", self.length)

    @property
    def label(self) -> str:
        """The design in a few words."""
        parts = [self.architecture, self.activation, f"width {self.width}", f"depth {self.depth}"]
        parts += [f"norm {self.norm}"] if self.norm else []
        parts += [f"{self.weights} weights" if self.weights == "default" else self.law]
        parts += {
            "mlp": [],
            "convolution": [f"images of {self.length} by {self.length}"],
            "residual": [f"images of {self.length} by {self.length}"],
            "transformer": [f"{self.length} steps"],
            "lstm": [f"{self.length} steps"],
        }[self.architecture]
        parts += [f"forget bias {self.forget:.3g}"] if math.isfinite(self.forget) else []
        parts += [f"branches times {self.branch:.3g}"] if self.branch else []
        parts += ["PyTorch's own layer"] if self.fused else []
        return ", ".join([*parts, self.format] if self.format != "float32" else parts)


ARCHITECTURES = ("mlp", "convolution", "residual", "transformer", "lstm")


def network(design: Design) -> Any:
    """A module of that design, drawn from PyTorch's global random state; ``architecture`` says which of the
    makers below."""
    net = _MAKERS[design.architecture](design)
    return net.to(getattr(torch(), design.format))


def batch(design: Design, seed: int) -> Any:
    """A batch of standard normal numbers in the shape that the design takes."""
    generator = torch().Generator().manual_seed(seed)
    shape: tuple[int, ...] = {
        "mlp": (BATCH, INPUTS),
        "convolution": (BATCH, 1, design.length, design.length),
        "residual": (BATCH, 1, design.length, design.length),
        "transformer": (BATCH, design.length, CHANNELS),
        "lstm": (BATCH, design.length, CHANNELS),
    }[design.architecture]
    return torch().randn(shape, generator=generator).to(getattr(torch(), design.format))


def torch() -> Any:
    """PyTorch; raises ModuleNotFoundError in words where it is not installed."""
    return of_extra("torch", "torch")


def draw(weight: Any, sigma_w: float, law: str = "normal") -> None:
    """Fill a weight with σ_w² = fan_in · mean square, normal, uniform or orthogonal."""
    nn = torch().nn
    std = sigma_w / math.sqrt(weight[0].numel())
    if law == "normal":
        nn.init.normal_(weight, std=std)
    elif law == "uniform":
        nn.init.uniform_(weight, -std * math.sqrt(3), std * math.sqrt(3))
    else:
        nn.init.orthogonal_(weight)
        with torch().no_grad():
            weight.mul_(std / weight.square().mean().sqrt())


def _balance(module: Any, design: Design) -> None:
    """The balanced weights and biases 0 in every weighted sum of a module."""
    if design.weights == "default":
        return
    for part in module.modules():
        if isinstance(part, torch().nn.Linear | torch().nn.Conv2d):
            draw(part.weight, balanced(design.activation), design.law)
            if part.bias is not None:
                torch().nn.init.zeros_(part.bias)


def activation(name: str) -> Any:
    """The activation as a module."""
    nn = torch().nn
    made: dict[str, Callable[[], Any]] = {
        "relu": nn.ReLU,
        "tanh": nn.Tanh,
        "sigmoid": nn.Sigmoid,
        "gelu": nn.GELU,
        "silu": nn.SiLU,
        "elu": nn.ELU,
        "selu": nn.SELU,
        "leaky relu": nn.LeakyReLU,
        "softsign": nn.Softsign,
    }
    return made[one_of("activation", name, tuple(made))]()


@cache
def _classes() -> Any:
    """The modules that need code of their own, made when PyTorch is there."""
    nn = torch().nn

    class Network(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self, stem: Any, blocks: list[Any], head: Any) -> None:
            super().__init__()
            self.stem, self.blocks, self.head = stem, nn.ModuleList(blocks), head

        def forward(self, x: Any) -> Any:
            x = self.stem(x)
            for block in self.blocks:
                x = block(x)
            return self.head(x)

    class ResidualBlock(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self, branch: Any, factor: float, shortcut: Any = None, after: Any = None) -> None:
            super().__init__()
            self.branch, self.factor = branch, factor
            self.shortcut, self.after, self.adds = shortcut, after, True

        def forward(self, x: Any) -> Any:
            change = self.branch(x)
            change = change if self.factor == 1 else self.factor * change
            if not self.adds:
                return change
            x = change + (x if self.shortcut is None else self.shortcut(x))
            return x if self.after is None else self.after(x)

    class Attention(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self, width: int, heads: int) -> None:
            super().__init__()
            self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
            self.heads = heads

        def forward(self, x: Any) -> Any:
            q, k, v = (
                f(x).unflatten(-1, (self.heads, -1)).transpose(-2, -3)
                for f in (self.query, self.key, self.value)
            )
            mixed = nn.functional.scaled_dot_product_attention(q, k, v)
            return self.out(mixed.transpose(-2, -3).flatten(-2))

    class TransformerBlock(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self, design: Design, factor: float) -> None:
            super().__init__()
            n = design.width
            norm = nn.LayerNorm if design.norm else nn.Identity
            self.norm1, self.norm2 = norm(n), norm(n)
            self.attention = Attention(n, 4)
            self.layers = nn.Sequential(
                nn.Linear(n, 2 * n), activation(design.activation), nn.Linear(2 * n, n)
            )
            self.factor, self.adds, self.after = factor, True, design.norm == "after"

        def forward(self, x: Any) -> Any:
            if self.after:
                x = self.norm1(x + self.attention(x))
                change = self.layers(x)
                return self.norm2(x + change if self.adds else change)
            x = x + self._scaled(self.attention(self.norm1(x)))
            change = self._scaled(self.layers(self.norm2(x)))
            return x + change if self.adds else change

        def _scaled(self, x: Any) -> Any:
            return x if self.factor == 1 else self.factor * x

    class Recurrent(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self, inputs: int, width: int) -> None:
            super().__init__()
            self.lstm = nn.LSTM(inputs, width, batch_first=True)

        def forward(self, x: Any) -> Any:
            return self.lstm(x)[0]

    class Last(nn.Module):  # type: ignore[misc,name-defined]
        def forward(self, x: Any) -> Any:
            return x[:, -1]

    class Mean(nn.Module):  # type: ignore[misc,name-defined]
        def forward(self, x: Any) -> Any:
            return x.mean(dim=1)

    return {c.__name__: c for c in (Network, ResidualBlock, TransformerBlock, Recurrent, Last, Mean)}


def shortcuts(net: Any) -> None:
    """Make x + F(x) of every block that keeps the shape of its input, F being the block as it was."""
    for k, block in enumerate(net.blocks):
        sums = [m for m in block.modules() if isinstance(m, torch().nn.Linear | torch().nn.Conv2d)]
        pools = any(isinstance(m, torch().nn.MaxPool2d) for m in block.modules())
        if sums and not pools and sums[0].weight.shape[1] == sums[-1].weight.shape[0]:
            net.blocks[k] = _classes()["ResidualBlock"](block, 1.0)


def _mlp(design: Design) -> Any:
    nn, n = torch().nn, design.width
    norm: Any = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}.get(design.norm)
    blocks = []
    for k in range(design.depth):
        parts = [nn.Linear(INPUTS if k == 0 else n, n)]
        parts += [norm(n)] if norm is not None else []
        blocks.append(nn.Sequential(*parts, activation(design.activation)))
    net = _classes()["Network"](nn.Identity(), blocks, nn.Linear(n, OUTPUTS))
    _balance(net, design)
    return net


def _convolution(design: Design) -> Any:
    """In the manner of VGG: 3 by 3 convolutions, max pooling once in the middle, mean pooling at the end."""
    nn, n = torch().nn, design.width
    blocks = []
    for k in range(design.depth):
        parts = [nn.Conv2d(1 if k == 0 else n, n, 3, padding=1)]
        parts += [nn.BatchNorm2d(n)] if design.norm == "batch" else []
        parts += [activation(design.activation)]
        parts += [nn.MaxPool2d(2)] if k == design.depth // 2 else []
        blocks.append(nn.Sequential(*parts))
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(n, OUTPUTS))
    net = _classes()["Network"](nn.Identity(), blocks, head)
    _balance(net, design)
    return net


def _residual(design: Design) -> Any:
    """In the manner of ResNet: with batch normalisation relu(x + F(x)), a projected shortcut in the middle;
    without one x + F(x)/√L, F ending in a weighted sum."""
    nn, n = torch().nn, design.width
    block = _classes()["ResidualBlock"]
    stem = [nn.Conv2d(1, n, 3, padding=1)]
    blocks = []
    for k in range(design.depth):
        half = k == design.depth // 2 and design.norm == "batch"
        first = nn.Conv2d(n, n, 3, stride=2 if half else 1, padding=1)
        second, act = nn.Conv2d(n, n, 3, padding=1), activation(design.activation)
        if design.norm == "batch":
            branch = nn.Sequential(first, nn.BatchNorm2d(n), act, second, nn.BatchNorm2d(n))
            way = nn.Sequential(nn.Conv2d(n, n, 1, stride=2), nn.BatchNorm2d(n)) if half else None
            blocks.append(block(branch, design.branch or 1.0, way, activation(design.activation)))
        else:
            branch = nn.Sequential(activation(design.activation), first, act, second)
            blocks.append(block(branch, design.branch or 1 / math.sqrt(design.depth)))
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(n, OUTPUTS))
    net = _classes()["Network"](nn.Sequential(*stem), blocks, head)
    _balance(net, design)
    return net


def _transformer(design: Design) -> Any:
    nn, n = torch().nn, design.width
    factor = design.branch or (1.0 if design.norm else 1 / math.sqrt(2 * design.depth))
    if design.fused:
        blocks = [
            nn.TransformerEncoderLayer(
                n, 4, 2 * n, 0.0, design.activation, batch_first=True, norm_first=design.norm == "before"
            )
            for _ in range(design.depth)
        ]
    else:
        blocks = [_classes()["TransformerBlock"](design, factor) for _ in range(design.depth)]
    last = nn.LayerNorm(n) if design.norm == "before" else nn.Identity()
    head = nn.Sequential(last, _classes()["Mean"](), nn.Linear(n, OUTPUTS))
    net = _classes()["Network"](nn.Linear(CHANNELS, n), blocks, head)
    if design.weights == "balanced":
        for part in net.modules():
            if isinstance(part, nn.Linear):
                draw(part.weight, 1.0, design.law)
                nn.init.zeros_(part.bias)
    return net


def _lstm(design: Design) -> Any:
    """Layers of LSTMs and a head of two layers on the last step."""
    nn, n = torch().nn, design.width
    blocks = [_classes()["Recurrent"](CHANNELS if k == 0 else n, n) for k in range(design.depth)]
    if math.isfinite(design.forget):
        for block in blocks:
            forget_bias(block.lstm, design.forget)
    hidden = nn.Linear(n, n)
    head = nn.Sequential(_classes()["Last"](), hidden, activation(design.activation), nn.Linear(n, OUTPUTS))
    _balance(head, design)
    return _classes()["Network"](nn.Identity(), blocks, head)


def forget_bias(lstm: Any, bias: float) -> None:
    """Set the bias of the forget gates; PyTorch has two, which are added."""
    n = lstm.hidden_size
    with torch().no_grad():
        lstm.bias_ih_l0[n : 2 * n] = bias
        lstm.bias_hh_l0[n : 2 * n] = 0.0


_MAKERS: dict[str, Callable[[Design], Any]] = {
    "mlp": _mlp,
    "convolution": _convolution,
    "residual": _residual,
    "transformer": _transformer,
    "lstm": _lstm,
}

MEMORY = math.log(29)
"""log(T − 1) for T = 30: the forget bias whose gate is 1 − 1/T (chapter 13)."""

HEALTHY: tuple[Design, ...] = (
    Design("mlp", "relu", 64, 30),
    Design("mlp", "relu", 96, 20, law="orthogonal"),
    Design("mlp", "leaky relu", 48, 24, law="uniform"),
    Design("mlp", "tanh", 64, 30),
    Design("mlp", "gelu", 64, 20),
    Design("mlp", "silu", 128, 16),
    Design("mlp", "elu", 48, 20),
    Design("mlp", "selu", 64, 24),
    Design("mlp", "relu", 64, 20, "batch"),
    Design("mlp", "relu", 64, 24, "layer"),
    Design("mlp", "relu", 64, 4, weights="default"),
    Design("mlp", "relu", 64, 20, format="float16"),
    Design("convolution", "relu", 16, 16),
    Design("convolution", "relu", 32, 12, law="uniform"),
    Design("convolution", "leaky relu", 24, 14, law="orthogonal"),
    Design("convolution", "tanh", 24, 12),
    Design("convolution", "gelu", 16, 12),
    Design("convolution", "silu", 24, 12),
    Design("convolution", "elu", 16, 14),
    Design("convolution", "relu", 16, 14, "batch"),
    Design("convolution", "gelu", 24, 12, "batch"),
    Design("convolution", "selu", 16, 12),
    Design("convolution", "relu", 16, 4, weights="default"),
    Design("convolution", "relu", 24, 12, format="float16"),
    Design("residual", "relu", 16, 12, "batch"),
    Design("residual", "relu", 24, 8, "batch", weights="default"),
    Design("residual", "gelu", 16, 10, "batch"),
    Design("residual", "silu", 16, 16, "batch"),
    Design("residual", "relu", 16, 12),
    Design("residual", "relu", 24, 20, law="uniform"),
    Design("residual", "tanh", 16, 12),
    Design("residual", "gelu", 24, 12),
    Design("residual", "leaky relu", 16, 16, law="orthogonal"),
    Design("residual", "elu", 16, 12),
    Design("residual", "relu", 16, 12, weights="default"),
    Design("residual", "relu", 16, 12, format="float16"),
    Design("transformer", "relu", 32, 6, "before"),
    Design("transformer", "gelu", 64, 6, "before"),
    Design("transformer", "silu", 48, 8, "before", law="uniform"),
    Design("transformer", "gelu", 32, 12, "before", law="orthogonal"),
    Design("transformer", "gelu", 64, 4, "after"),
    Design("transformer", "relu", 32, 6, "before", weights="default"),
    Design("transformer", "gelu", 32, 6, "before", weights="default", length=30),
    Design("transformer", "relu", 32, 6, "before", fused=True, weights="default"),
    Design("transformer", "gelu", 64, 4, "after", fused=True, weights="default"),
    Design("transformer", "gelu", 32, 8),
    Design("transformer", "tanh", 48, 6, "before"),
    Design("transformer", "relu", 32, 6, "before", format="float16"),
    Design("lstm", "relu", 32, 1, length=30, forget=MEMORY),
    Design("lstm", "relu", 64, 1, length=30, forget=MEMORY),
    Design("lstm", "tanh", 48, 1, length=30, forget=MEMORY),
    Design("lstm", "gelu", 32, 2, length=30, forget=MEMORY),
    Design("lstm", "relu", 64, 2, length=30, forget=MEMORY),
    Design("lstm", "relu", 32, 3, length=30, forget=MEMORY),
    Design("lstm", "relu", 48, 1, length=15, forget=math.log(14)),
    Design("lstm", "relu", 32, 1, length=60, forget=math.log(59)),
    Design("lstm", "relu", 64, 1, length=8),
    Design("lstm", "tanh", 32, 1, length=6, weights="default"),
    Design("lstm", "relu", 32, 2, length=8, forget=1.0),
    Design("lstm", "relu", 32, 1, length=30, forget=MEMORY, format="float16"),
)
"""Twelve healthy designs of each architecture."""
