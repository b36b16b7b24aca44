"""Networks that are in no record, drawn at random: the thresholds were not made for the recorded ones."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from diagnosis.pytorch import torch

from analysis.chapters.your_own_network.faults import FAULTS, small_loss, target
from analysis.chapters.your_own_network.networks import ARCHITECTURES, HEALTHY, Design, batch, network
from analysis.diagnosis.findings import findings
from analysis.diagnosis.in_torch import measure

RECTIFIERS, SMOOTH = ("relu", "leaky relu"), ("tanh", "gelu", "silu", "elu", "selu")
ANYWHERE = ("frozen block", "detached branch", "zero head")


def drawn(architecture: str, rng: random.Random) -> Design:
    """A healthy design of another width, depth, law and activation than those recorded."""
    name, law = rng.choice(RECTIFIERS + SMOOTH), rng.choice(("normal", "uniform", "orthogonal"))
    if architecture == "mlp":
        norm = rng.choice(("", "layer", "batch"))
        return Design(architecture, name, rng.choice((40, 56, 80, 112)), rng.randint(10, 26), norm, law=law)
    if architecture == "convolution":
        return Design(architecture, name, rng.choice((12, 20)), rng.randint(8, 13), law=law, length=12)
    if architecture == "residual":
        norm = rng.choice(("", "batch"))
        return Design(architecture, name, rng.choice((12, 20)), rng.randint(6, 14), norm, length=8)
    if architecture == "transformer":
        norm = rng.choice(("before", "after"))
        return Design(architecture, "gelu", rng.choice((24, 40)), rng.randint(3, 7), norm, length=20)
    steps = rng.choice((20, 40))
    return Design(architecture, name, 40, rng.randint(1, 3), length=steps, forget=math.log(steps - 1))


def said(net: Any, batches: Any, loss: Any = None) -> list[tuple[str, bool]]:
    return [(f.code, f.note) for f in findings(measure(net, [batches], loss=loss))]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_no_alarm_in_networks_that_are_well(architecture: str) -> None:
    rng = random.Random(architecture)
    for seed in range(4):
        design = drawn(architecture, rng)
        assert design not in HEALTHY
        torch.manual_seed(seed)
        assert said(network(design), batch(design, seed)) == [], design.label


@pytest.mark.parametrize("name", ANYWHERE)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_faults_of_one_place(architecture: str, name: str) -> None:
    fault = next(f for f in FAULTS if f.name == name)
    design = drawn(architecture, random.Random(name))
    torch.manual_seed(1)
    net = network(design)
    fault.plant(net)
    assert [code for code, _ in said(net, batch(design, 1))] == list(fault.codes), design.label


@pytest.mark.parametrize("activation", SMOOTH)
def test_a_layer_far_out_of_any_activation_is_saturated(activation: str) -> None:
    """Biases of −30: tanh is flat on both sides, GELU and ELU on one."""
    design = Design("mlp", activation, 56, 18)
    torch.manual_seed(0)
    net = network(design)
    torch.nn.init.constant_(net.blocks[9][0].bias, -30.0)
    found = findings(measure(net, [batch(design, 0)]))
    assert found[0].code == "saturated units" and found[0].where.startswith("blocks.9.1")
    assert "below the floor" not in [f.code for f in found]


def test_two_faults_at_once_are_both_told() -> None:
    """A frozen block in a network of sigmoids, whose weights no gradient reaches."""
    design = Design("mlp", "sigmoid", 56, 18, weights="default")
    torch.manual_seed(0)
    net = network(design)
    net.blocks[4].requires_grad_(False)
    codes = [code for code, _ in said(net, batch(design, 0))]
    assert codes[:2] == ["frozen", "slopes below one half"]


@pytest.mark.parametrize("format, found", [("float16", True), ("float32", False), ("bfloat16", False)])
def test_a_small_loss_is_lost_in_float16_only(format: str, found: bool) -> None:
    design = Design("mlp", "relu", 56, 12, format=format)
    torch.manual_seed(0)
    codes = [c for c, _ in said(network(design), (batch(design, 0), target(0)), small_loss(1e-5))]
    assert ("below the floor" in codes) == found
    assert said(network(design), batch(design, 0)) == []
