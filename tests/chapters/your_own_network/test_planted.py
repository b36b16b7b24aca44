"""Networks of the record, drawn, measured and judged again; they need PyTorch."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from diagnosis.pytorch import torch

from analysis.chapters.your_own_network import records
from analysis.chapters.your_own_network.confusion import of_fault, of_healthy
from analysis.chapters.your_own_network.faults import FAULTS, planted
from analysis.chapters.your_own_network.networks import (
    ARCHITECTURES,
    BATCH,
    HEALTHY,
    OUTPUTS,
    Design,
    batch,
    draw,
    network,
)
from analysis.chapters.your_own_network.remedies import examples, mended, remedied

LIGHT = [f for f in FAULTS if "100" not in f.name]


@pytest.mark.parametrize("fault", LIGHT, ids=lambda f: str(f.name))
def test_a_fault_is_judged_as_recorded(fault: Any) -> None:
    rows = {(r.fault, r.architecture, r.seed): r for r in records.confusion().rows}
    for k, architecture in enumerate(fault.designs):
        again, was = of_fault(fault, architecture, k), rows[fault.name, architecture, k]
        assert (again.codes, again.where, again.place) == (was.codes, was.where, was.place)
        assert again.right
        assert again.slope == pytest.approx(was.slope, abs=1e-2, nan_ok=True)


@pytest.mark.parametrize("k", [0, 14, 24, 36, 48])
def test_a_healthy_network_is_judged_as_recorded(k: int) -> None:
    rows = {(r.design, r.seed): r for r in records.confusion().healthy}
    assert of_healthy(k, 2).codes == rows[HEALTHY[k].label, 2].codes


@pytest.mark.parametrize("design", HEALTHY, ids=lambda d: str(d.label))
def test_every_design_gives_an_output(design: Design) -> None:
    torch.manual_seed(0)
    out = network(design)(batch(design, 0))
    assert out.shape == (BATCH, OUTPUTS) and str(out.dtype) == f"torch.{design.format}"
    assert bool(torch.isfinite(out).all()) and float(out.detach().std()) > 0


@pytest.mark.parametrize("law", ["normal", "uniform", "orthogonal"])
def test_weights_are_drawn_to_scale(law: str) -> None:
    torch.manual_seed(0)
    for shape in ((64, 128), (32, 16, 3, 3)):
        w = torch.empty(shape)
        draw(w, 1.5, law)
        assert math.sqrt(w[0].numel() * float(w.square().mean())) == pytest.approx(1.5, rel=0.03)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_same_seed_plants_the_same_network(architecture: str) -> None:
    fault = next(f for f in FAULTS if f.name == "frozen block")
    a, b, c = (planted(fault, architecture, seed) for seed in (3, 3, 5))
    same = [torch.equal(x, y) for x, y in zip(a.network.parameters(), b.network.parameters(), strict=True)]
    assert all(same) and a.place == b.place and torch.equal(a.batch, b.batch)
    assert not torch.equal(a.batch, c.batch)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_cut_is_mended(architecture: str) -> None:
    fault = next(f for f in FAULTS if f.name == "detached branch")
    net = mended(fault, architecture, 0)
    net.network(net.batch).sum().backward()
    assert all(p.grad is not None for p in net.network.parameters())


def test_a_remedy_is_tried_as_recorded() -> None:
    fault = next(f for f in FAULTS if f.name == "no He")
    was = next(r for r in records.remedies() if (r.fault, r.architecture) == ("no He", "mlp"))
    again = remedied(fault, "mlp")
    assert (again.finding, again.remedy, again.after) == (was.finding, was.remedy, was.after)
    assert again.loss_after == pytest.approx(was.loss_after, abs=0.3)
    assert again.loss_before == pytest.approx(was.loss_before, abs=0.05)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_digits_fit_the_designs(architecture: str) -> None:
    design = next(d for d in HEALTHY if d.architecture == architecture)
    x, labels = examples(replace(design, length=max(design.length, 8)))
    assert network(design)(x[:4]).shape == (4, OUTPUTS) and len(x) == len(labels) == 1797
