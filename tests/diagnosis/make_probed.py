"""Makes the samples of what the probe prints, ``probed/*.json``: python tests/diagnosis/make_probed.py, where
PyTorch is."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from analysis.diagnosis.probe import Probe

HERE = Path(__file__).parent / "probed"


def mlp(
    depth: int = 20, n: int = 32, act: type[nn.Module] = nn.ReLU, norm: bool = False, he: bool = False
) -> nn.Module:
    layers: list[nn.Module] = []
    for _ in range(depth):
        linear = nn.Linear(n, n)
        if he:
            nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
            nn.init.zeros_(linear.bias)
        layers += [linear, *([nn.BatchNorm1d(n)] if norm else []), act()]
    return nn.Sequential(*layers, nn.Linear(n, 10))


def dead() -> nn.Module:
    net = mlp(5, he=True)
    with torch.no_grad():
        net[4].bias.fill_(-100.0)
    return net


def large() -> nn.Module:
    net = mlp(20, he=True)
    with torch.no_grad():
        for m in net:
            if isinstance(m, nn.Linear):
                m.weight.mul_(2.0)
    return net


def overflowing() -> nn.Module:
    net = mlp(20, he=True)
    with torch.no_grad():
        for m in net[:-1]:
            if isinstance(m, nn.Linear):
                m.weight.mul_(1e3)
    return net


NETWORKS = {
    "healthy": lambda: mlp(20, he=True),
    "default": mlp,
    "sigmoid": lambda: mlp(act=nn.Sigmoid),
    "batch_norm": lambda: mlp(45, norm=True),
    "dead": dead,
    "large": large,
    "overflowing": overflowing,
    "shallow": lambda: mlp(2),
}


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for name, make in NETWORKS.items():
        torch.manual_seed(0)
        net, x, y = make(), torch.randn(64, 32), torch.randint(10, (64,))
        watch = Probe(net)
        nn.CrossEntropyLoss()(net(x), y).backward()
        (HERE / f"{name}.json").write_text(watch.json() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
