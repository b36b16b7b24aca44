"""Each fault's remedy done as the finding names it, and what becomes of the finding and of the training."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from analysis.chapters.your_own_network.faults import Fault, Planted, planted, uncut
from analysis.chapters.your_own_network.networks import (
    CHANNELS,
    Design,
    draw,
    forget_bias,
    shortcuts,
    torch,
)
from analysis.diagnosis.finding import Finding
from analysis.diagnosis.findings import findings
from analysis.diagnosis.theory import balanced
from analysis.numeric.data import digits

STEPS, MINIBATCH = 100, 32
"""Steps of training, and examples in each."""
RATES = (0.001, 0.01, 0.1)
"""Learning rates of momentum descent, of which the best counts, before and after alike."""


@dataclass(frozen=True)
class Remedied:
    """What the remedy of a fault did in one architecture: ``finding`` and ``remedy`` as printed, ``after``
    the findings that are left, ``loss_before`` and ``loss_after`` the mean cross-entropy on digits at the end
    of 100 steps at the best of three rates, with the fault and after its remedy."""

    fault: str
    architecture: str
    finding: str
    remedy: str
    after: tuple[str, ...]
    loss_before: float
    loss_after: float

    @property
    def gone(self) -> bool:
        """Whether the finding is gone, and nothing but notes is left."""
        return self.finding not in self.after

    def as_dict(self) -> dict[str, Any]:
        """Its fields, for JSON."""
        return asdict(self)


def remedied(fault: Fault, architecture: str, seed: int = 0) -> Remedied:
    """Measure, mend as the finding says, measure again; train both."""
    design = fault.designs[architecture][seed % len(fault.designs[architecture])]
    first = _right(fault, _found(planted(fault, architecture, seed)))
    after = _found(mended(fault, architecture, seed))
    return Remedied(
        fault.name,
        architecture,
        first.code,
        first.remedy,
        tuple(f.code for f in after),
        training(lambda: planted(fault, architecture, seed).network, design, fault.loss or 1.0, seed),
        training(lambda: mended(fault, architecture, seed).network, design, fault.loss or 1.0, seed),
    )


def mended(fault: Fault, architecture: str, seed: int) -> Planted:
    """The network of ``planted`` after the remedy."""
    given = planted(fault, architecture, seed)
    design = fault.designs[architecture][seed % len(fault.designs[architecture])]
    _REMEDIES[fault.name](given.network, design)
    batch = given.batch
    if fault.name == "float16":
        batch = (batch[0].float(), batch[1])
    return given._replace(batch=batch)


def _found(given: Planted) -> tuple[Finding, ...]:
    from analysis.diagnosis.in_torch import measure

    return findings(measure(given.network, [given.batch], loss=given.loss))


def _right(fault: Fault, found: tuple[Finding, ...]) -> Finding:
    right = [f for f in found if f.code in fault.codes]
    if not right:
        raise ValueError(f"the fault {fault.name!r} was not found, but {[f.code for f in found]}")
    return right[0]


def training(make: Callable[[], Any], design: Design, factor: float, seed: int) -> float:
    """The mean cross-entropy over the last ten of 100 steps on digits, at the best of three rates; NaN and
    what is above log 10 count as log 10, which is what equal outputs cost. The rates of a loss with a factor
    are those of the loss without it."""
    losses = [_trained(make(), design, factor, rate, seed) for rate in RATES]
    return min(x if x < math.log(10) else math.log(10) for x in losses)


def _trained(net: Any, design: Design, factor: float, rate: float, seed: int) -> float:
    x, labels = examples(design)
    rng = np.random.default_rng(seed)
    trainable = [p for p in net.parameters() if p.requires_grad]
    step = torch().optim.SGD(trainable, lr=rate / factor, momentum=0.9)
    kind, losses = next(net.parameters()).dtype, []
    for _ in range(STEPS):
        some = torch().as_tensor(rng.integers(len(x), size=MINIBATCH))
        step.zero_grad()
        loss = torch().nn.functional.cross_entropy(net(x[some].to(kind)), labels[some])
        (factor * loss).backward()
        step.step()
        losses.append(float(loss.detach()))
    found = float(np.mean(losses[-10:]))
    return found if math.isfinite(found) else math.inf


def examples(design: Design) -> tuple[Any, Any]:
    """The digits as a design takes them: 64 numbers, an image of 8 by 8, or its eight rows followed by rows
    of zeros, so that they must be remembered."""
    data = digits()
    images = torch().tensor((data.images - data.images.mean()) / data.images.std()).float()
    images, labels = images.reshape(-1, 8, 8), torch().tensor(data.labels)
    if design.architecture == "mlp":
        return images.flatten(1), labels
    if design.architecture in ("convolution", "residual"):
        return images[:, None], labels
    return torch().nn.functional.pad(images, (0, CHANNELS - 8, 0, max(design.length - 8, 0))), labels


def _balance(net: Any, design: Design) -> None:
    name = "relu" if design.activation == "sigmoid" else design.activation
    for m in net.modules():
        if isinstance(m, torch().nn.Linear | torch().nn.Conv2d):
            draw(m.weight, balanced(name))
            torch().nn.init.zeros_(m.bias)


def _other_activation(net: Any, design: Design) -> None:
    for m in list(net.modules()):
        for name, child in m.named_children():
            if isinstance(child, torch().nn.Sigmoid):
                setattr(m, name, torch().nn.ReLU())
    _balance(net, design)


def _biases(net: Any, _: Design) -> None:
    for name, p in net.named_parameters():
        if name.endswith("bias") and float(p.detach().max()) == -30.0:
            torch().nn.init.zeros_(p)


def _add(net: Any, _: Design) -> None:
    for block in net.blocks:
        block.adds = True


def _scale(net: Any, _: Design) -> None:
    count = sum(2 if hasattr(block, "attention") else 1 for block in net.blocks)
    for block in net.blocks:
        block.factor = count**-0.5


def _remember(net: Any, design: Design) -> None:
    for block in net.blocks:
        forget_bias(block.lstm, math.log(design.length - 1))


def _draw_head(net: Any, _: Design) -> None:
    last = [m for m in net.modules() if isinstance(m, torch().nn.Linear)][-1]
    draw(last.weight, 1.0)


_REMEDIES: dict[str, Callable[[Any, Design], Any]] = {
    "no He": _balance,
    "doubled gain": _balance,
    "sigmoid": _other_activation,
    "dead bias": _biases,
    "frozen block": lambda net, _: net.requires_grad_(True),
    "detached branch": lambda net, _: uncut(net),
    "missing shortcut": _add,
    "100 unscaled branches": _scale,
    "batch normalisation at depth 50": lambda net, _: shortcuts(net),
    "float16": lambda net, _: net.float(),
    "forget bias −3": _remember,
    "zero head": _draw_head,
}

__all__ = ["Remedied", "examples", "mended", "remedied", "training"]
