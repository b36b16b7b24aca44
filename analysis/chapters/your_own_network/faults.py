"""Twelve faults, each planted in a healthy network of every architecture in which it can exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from analysis.chapters.your_own_network.networks import (
    ARCHITECTURES,
    BATCH,
    MEMORY,
    OUTPUTS,
    Design,
    batch,
    forget_bias,
    network,
    torch,
)


@dataclass(frozen=True)
class Fault:
    """``codes``, the findings that are right. ``designs``, the networks it is planted in, by architecture.
    ``plant`` changes a network and gives the place, the name of the module concerned, "" where it is all of
    them. ``absent``, why it is in no network of the other architectures. ``loss`` is the factor on a loss
    from which the backward pass starts; 0 for random numbers at the output."""

    name: str
    codes: tuple[str, ...]
    designs: Mapping[str, tuple[Design, ...]]
    plant: Callable[[Any], str]
    absent: Mapping[str, str]
    loss: float = 0.0


class Planted(NamedTuple):
    """A network with a fault: ``place``, the name of the module concerned; "" where it is all of them."""

    network: Any
    batch: Any
    place: str
    loss: Callable[[Any, Any], Any] | None


def planted(fault: Fault, architecture: str, seed: int) -> Planted:
    """The network of that seed; ``seed`` also chooses among the designs."""
    designs = fault.designs[architecture]
    design = designs[seed % len(designs)]
    torch().manual_seed(seed)
    net = network(design)
    place = fault.plant(net)
    x = batch(design, seed)
    if not fault.loss:
        return Planted(net, x, place, None)
    return Planted(net, (x, target(seed)), place, small_loss(fault.loss))


def target(seed: int) -> Any:
    """A class for each example of a batch."""
    generator = torch().Generator().manual_seed(seed + 1)
    return torch().randint(OUTPUTS, (BATCH,), generator=generator)


def small_loss(factor: float) -> Callable[[Any, Any], Any]:
    """The mean cross-entropy times a factor, as one of several terms of a loss, or late in training."""

    def loss(output: Any, classes: Any) -> Any:
        return factor * torch().nn.functional.cross_entropy(output, classes)

    return loss


def _nothing(net: Any) -> str:
    return ""


def _middle(net: Any) -> tuple[int, Any]:
    """A block in the middle of the network."""
    k = len(net.blocks) // 2
    return k, net.blocks[k]


def _dead_bias(net: Any) -> str:
    """The biases right before a rectifier in the middle at −30: off for every example."""
    nn = torch().nn
    k, block = _middle(net)
    name, part = (f"blocks.{k}", block) if _rectified(block) else ("head", net.head)
    before = None
    for m in part.modules():
        if isinstance(m, nn.ReLU) and before is not None:
            nn.init.constant_(before.bias, -30.0)
            return name
        before = m if hasattr(m, "bias") else before
    raise ValueError("net must have a rectifier behind a bias")


def _rectified(part: Any) -> bool:
    return any(isinstance(m, torch().nn.ReLU) for m in part.modules())


def _frozen(net: Any) -> str:
    k, block = _middle(net)
    block.requires_grad_(False)
    return f"blocks.{k}"


@cache
def _cut() -> Any:
    nn = torch().nn

    class Cut(nn.Module):  # type: ignore[misc,name-defined]
        """A module whose result is detached, as .data or .numpy() do it."""

        def __init__(self, part: Any) -> None:
            super().__init__()
            self.part = part

        def forward(self, x: Any) -> Any:
            return self.part(x).detach()

    return Cut


def uncut(net: Any) -> None:
    """Take the cuts out again."""
    for m in list(net.modules()):
        for name, child in m.named_children():
            if isinstance(child, _cut()):
                setattr(m, name, child.part)


def _detached(net: Any) -> str:
    """A branch of a block with shortcuts, else the result of a block itself."""
    k, block = _middle(net)
    if hasattr(block, "branch"):
        block.branch = _cut()(block.branch)
        return f"blocks.{k}.branch"
    if hasattr(block, "attention"):
        block.layers = _cut()(block.layers)
        return f"blocks.{k}.layers"
    net.blocks[k] = _cut()(block)
    return f"blocks.{k}"


def _no_shortcut(net: Any) -> str:
    k, block = _middle(net)
    k, block = (k, block) if getattr(block, "shortcut", None) is None else (k - 1, net.blocks[k - 1])
    block.adds = False
    return f"blocks.{k}"


def _zero_head(net: Any) -> str:
    nn = torch().nn
    name, last = [(n, m) for n, m in net.named_modules() if isinstance(m, nn.Linear)][-1]
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return str(name)


def _double(net: Any) -> str:
    with torch().no_grad():
        for m in net.blocks.modules():
            if isinstance(m, torch().nn.Linear | torch().nn.Conv2d):
                m.weight.mul_(2)
    return ""


def _forgets(net: Any) -> str:
    k = len(net.blocks) // 2
    forget_bias(net.blocks[k].lstm, -3.0)
    return f"blocks.{k}"


MLP = (Design("mlp", "relu", 64, 30), Design("mlp", "relu", 96, 20), Design("mlp", "leaky relu", 48, 24))
"""Plain networks of rectifiers; other activations stand beside them where the fault is another with them."""
CONVOLUTION = (Design("convolution", "relu", 16, 16), Design("convolution", "relu", 24, 14))
RESIDUAL = (Design("residual", "relu", 16, 12, "batch"), Design("residual", "relu", 24, 10))
TRANSFORMER = (
    Design("transformer", "relu", 32, 6, "before"),
    Design("transformer", "relu", 64, 6, "before", weights="default"),
)
LSTM = (
    Design("lstm", "relu", 32, 1, length=30, forget=MEMORY),
    Design("lstm", "relu", 64, 2, length=30, forget=MEMORY),
)
ALL = dict(zip(ARCHITECTURES, (MLP, CONVOLUTION, RESIDUAL, TRANSFORMER, LSTM), strict=True))
"""The networks in which faults of one place are planted."""


def _with(designs: tuple[Design, ...], **changes: Any) -> tuple[Design, ...]:
    return tuple(replace(d, **changes) for d in designs)


def _tanh(designs: tuple[Design, ...]) -> tuple[Design, ...]:
    """The designs, and one of them with tanh."""
    return (*designs, replace(designs[0], activation="tanh"))


_SHORTCUTS = "its shortcuts carry the gradient past the branches: no norm changes a thousandfold"
_STEPS = "its layers are few; its depth is the number of steps"
_NO_SHORTCUTS = "it has no shortcuts"
_NO_NORM = "it has no batch normalisation"
_SMALL = {"residual": _SHORTCUTS, "transformer": _SHORTCUTS, "lstm": _STEPS}

FAULTS: tuple[Fault, ...] = (
    Fault(
        "no He",
        ("weights too small",),
        {
            "mlp": _with((*MLP, Design("mlp", "tanh", 64, 30)), weights="default"),
            "convolution": _with(_tanh(CONVOLUTION), weights="default"),
        },
        _nothing,
        _SMALL,
    ),
    Fault(
        "doubled gain",
        ("weights too large",),
        {
            "mlp": (*MLP, Design("mlp", "tanh", 64, 60)),
            "convolution": CONVOLUTION,
        },
        _double,
        _SMALL,
    ),
    Fault(
        "sigmoid",
        ("slopes below one half",),
        {
            "mlp": _with(MLP, activation="sigmoid", weights="default"),
            "convolution": _with(CONVOLUTION, activation="sigmoid", weights="default"),
        },
        _nothing,
        _SMALL,
    ),
    Fault(
        "dead bias",
        ("dead units",),
        {name: _with(designs, activation="relu") for name, designs in ALL.items()},
        _dead_bias,
        {},
    ),
    Fault("frozen block", ("frozen",), ALL, _frozen, {}),
    Fault("detached branch", ("detached",), ALL, _detached, {}),
    Fault(
        "missing shortcut",
        ("shortcut missing",),
        {"residual": RESIDUAL, "transformer": TRANSFORMER},
        _no_shortcut,
        {"mlp": _NO_SHORTCUTS, "convolution": _NO_SHORTCUTS, "lstm": _NO_SHORTCUTS},
    ),
    Fault(
        "100 unscaled branches",
        ("shortcut sums grow",),
        {
            "residual": (
                Design("residual", "relu", 8, 100, branch=1.0, length=8),
                Design("residual", "gelu", 8, 100, branch=1.0, length=8),
            ),
            "transformer": (
                Design("transformer", "relu", 16, 50, branch=1.0),
                Design("transformer", "gelu", 16, 50, branch=1.0),
            ),
        },
        _nothing,
        {"mlp": _NO_SHORTCUTS, "convolution": _NO_SHORTCUTS, "lstm": _NO_SHORTCUTS},
    ),
    Fault(
        "batch normalisation at depth 50",
        ("normalisation multiplies the gradient",),
        {
            "mlp": (Design("mlp", "relu", 64, 50, "batch"), Design("mlp", "relu", 48, 50, "batch")),
            "convolution": (
                Design("convolution", "relu", 16, 50, "batch"),
                Design("convolution", "relu", 8, 50, "batch"),
            ),
        },
        _nothing,
        {
            "residual": "with shortcuts the growth is a power of the depth (chapter 12)",
            "transformer": _NO_NORM,
            "lstm": _NO_NORM,
        },
    ),
    Fault(
        "float16",
        ("below the floor",),
        {name: _with(designs, format="float16") for name, designs in ALL.items()},
        _nothing,
        {},
        loss=1e-5,
    ),
    Fault(
        "forget bias −3",
        ("recurrence forgets",),
        {"lstm": LSTM},
        _forgets,
        {name: "it has no forget gate" for name in ARCHITECTURES if name != "lstm"},
    ),
    Fault("zero head", ("zero by design",), ALL, _zero_head, {}),
)
"""The twelve faults."""
