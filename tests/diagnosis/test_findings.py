"""What is said of a network, from records made by hand: each rule finds its fault, and nothing beside it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from diagnosis.by_hand import WIDTH, altered, memory, parameter, put, record

from analysis.diagnosis.advice import ADVICE
from analysis.diagnosis.findings import DEAD, FACTOR, GROWTH, SATURATED, Finding, findings
from analysis.diagnosis.measured import Measured
from analysis.diagnosis.report import Report

VANISHES, EXPLODES = -math.log(2.5), math.log(1.6)
"""Log-gains a layer that take twenty layers past a thousandfold."""


def codes(measured: Measured) -> list[str]:
    return [f.code for f in findings(measured)]


def the_only(measured: Measured) -> Finding:
    (found,) = findings(measured)
    return found


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "sigmoid"])
@pytest.mark.parametrize("norm", ["", "batch norm", "layer norm"])
@pytest.mark.parametrize("shortcuts", [False, True])
def test_nothing_is_found_in_a_network_that_keeps_its_gradient(
    activation: str, norm: str, shortcuts: bool
) -> None:
    measured = record(activation=activation, norm=norm, shortcuts=shortcuts)
    assert codes(measured) == []
    Report(measured).assert_healthy()


@pytest.mark.parametrize(
    "code, options",
    [
        ("weights too small", {"gain": VANISHES}),
        ("weights too small", {"gain": VANISHES, "activation": "tanh"}),
        ("weights too small", {"gain": VANISHES, "norm": "batch norm"}),
        ("weights too large", {"gain": EXPLODES, "rise": EXPLODES}),
        ("weights too large", {"gain": EXPLODES, "activation": "tanh"}),
        ("slopes below one half", {"gain": VANISHES, "activation": "sigmoid"}),
        ("weights too large", {"gain": EXPLODES, "activation": "sigmoid"}),
        ("normalisation multiplies the gradient", {"gain": EXPLODES, "norm": "batch norm"}),
        ("weights too large", {"gain": EXPLODES, "rise": EXPLODES, "norm": "layer norm"}),
        ("shortcut sums grow", {"gain": EXPLODES, "rise": EXPLODES, "shortcuts": True}),
        (
            "normalisation multiplies the gradient",
            {"gain": EXPLODES, "norm": "batch norm", "shortcuts": True},
        ),
    ],
)
def test_a_slope_has_the_cause_that_its_network_allows(code: str, options: dict[str, Any]) -> None:
    found = the_only(record(**options))
    assert found.code == code
    assert found.slope == pytest.approx(options["gain"], abs=1e-9)
    assert found.error == pytest.approx(np.linspace(-1e-3, 1e-3, 6).std(ddof=1) / math.sqrt(6))
    assert f"{found.slope:+.3f} ± {found.error:.3f}" in found.what


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_factor_is_the_threshold(sign: int) -> None:
    """Twenty layers on either side of a factor between the last and the first: 1000 down, 100 up."""
    just = math.log(FACTOR if sign < 0 else GROWTH) / 20
    assert codes(record(gain=sign * 0.97 * just)) == []
    assert len(codes(record(gain=sign * 1.03 * just))) == 1


def test_a_slope_within_three_errors_of_zero_is_no_finding() -> None:
    """The same slope, with networks that differ much."""
    assert codes(record(gain=VANISHES, noise=1e-3)) == ["weights too small"]
    measured = record(gain=VANISHES)
    spread = np.linspace(-4, 4, 6)[:, None, None, None] * np.linspace(1, 0, len(measured.sites))
    assert codes(altered(measured, backward=measured.backward + 20 * spread)) == []


def test_one_draw_has_the_error_that_theory_gives_it() -> None:
    """One network of 20 layers of 64: √(5/(4·64) · 6/(5·20)) is about 0.034."""
    found = the_only(record(gain=VANISHES, seeds=1))
    assert found.error == pytest.approx(math.sqrt(5 / (4 * WIDTH) * 6 / (5 * 20)), rel=0.05)


def test_what_theory_says_stands_beside_what_was_measured() -> None:
    """σ_w = 1/√3 behind ReLU: ½ log(1/6), whatever was measured."""
    for gain in (-0.9, -0.5):
        found = the_only(record(gain=gain, sigma_w=1 / math.sqrt(3)))
        assert found.predicted == pytest.approx(0.5 * math.log(1 / 6), abs=1e-3)
        assert "theory says -0.896" in found.what


def test_the_remedy_names_the_numbers_of_this_network() -> None:
    relu = the_only(record(gain=VANISHES, sigma_w=1 / math.sqrt(3))).remedy
    assert "0.577 here" in relu and "1.414" in relu
    assert "nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')" in relu
    tanh = the_only(record(gain=EXPLODES, activation="tanh", sigma_w=2.0)).remedy
    assert "is 2 here, and 1 hands" in tanh and "std=1 / layer.weight[0].numel() ** 0.5" in tanh
    leaky = the_only(record(gain=EXPLODES, activation="leaky relu", sigma_w=2.0)).remedy
    assert "nonlinearity='leaky_relu'" in leaky
    sums = the_only(record(gain=EXPLODES, rise=EXPLODES, shortcuts=True)).remedy
    assert "20 branches" in sums and f"{20**-0.5:.3g}" in sums
    norm = the_only(record(layers=50, gain=0.19, norm="batch norm")).remedy
    assert "up to 24 layers" in norm  # log 100/0.19


def test_zero_weights_are_a_note() -> None:
    from dataclasses import replace

    measured = record()
    sites = (*measured.sites[:-1], replace(measured.sites[-1], zero=True))
    measured = altered(measured, sites=sites, backward=np.full_like(measured.backward, -np.inf))
    found = the_only(measured)
    assert (found.code, found.where, found.note) == ("zero by design", "blocks.20.linear", True)
    assert Report(measured).healthy


def test_parameters_that_are_not_trained() -> None:
    """Frozen, not called, detached: told apart, and all told."""
    some = (
        parameter("a.weight", trainable=False, reached=False),
        parameter("b.weight", reached=False, called=False),
        parameter("c.weight", reached=False),
        parameter("c.bias", reached=False),
        parameter("d.weight"),
    )
    found = findings(altered(record(), parameters=some))
    assert [(f.code, f.where, f.note) for f in found] == [
        ("frozen", "a.weight", True),
        ("not called", "b.weight", False),
        ("detached", "c.bias", False),
    ]


def test_the_cut_is_behind_the_last_parameter_without_a_gradient() -> None:
    some = tuple(parameter(f"blocks.{k}.weight", reached=k > 3) for k in range(8))
    assert the_only(altered(record(), parameters=some)).where == "blocks.3.weight"


def test_a_cut_is_not_called_a_number_format() -> None:
    """Gradients that are exactly 0 before a cut are below no floor."""
    measured = record()
    backward = measured.backward.copy()
    backward[..., :20] = -np.inf
    some = (parameter("a.weight", reached=False), parameter("b.weight"))
    assert codes(altered(measured, backward=backward, parameters=some)) == ["detached"]
    assert codes(altered(measured, backward=backward)) == ["gradient stops"]


@pytest.mark.parametrize("place", ["bad", "backward"])
def test_numbers_that_are_none(place: str) -> None:
    """The first on the way on, or the first on the way back."""
    measured = put(record(), "bad", 7, 0.25)
    if place == "backward":
        measured = put(put(record(), "backward", 5, np.nan), "backward", 9, np.inf)
    found = the_only(measured)
    assert found.code == "not finite"
    assert found.where == measured.sites[7 if place == "bad" else 9].name


def test_growth_stands_before_the_overflow_that_it_ends_in() -> None:
    growing = record(gain=EXPLODES, rise=EXPLODES, format="float16")
    for name, site in (("bad", 35), ("backward", 3)):
        found = findings(put(growing, name, site, 1.0 if name == "bad" else np.inf))
        assert [f.code for f in found] == ["weights too large", "not finite"]
        assert "float16" in found[0].what and found[0].slope == pytest.approx(EXPLODES, abs=0.01)
    steady = put(record(format="float16"), "bad", 35, 1.0)
    assert codes(steady) == ["not finite"]


@pytest.mark.parametrize("format, floor", [("float16", 2.0**-24), ("bfloat16", 2.0**-133)])
def test_the_floor_of_a_format(format: str, floor: float) -> None:
    """Root mean squares on either side of sixteen times the smallest number."""
    numbers = 0.5 * math.log(WIDTH * 32)
    for factor, wanted in ((8.0, ["below the floor"]), (32.0, [])):
        end = math.log(factor * floor) + numbers
        assert codes(record(format=format, end=end)) == wanted
        assert codes(record(format="float64", end=end)) == []


def test_the_scale_of_the_loss_lifts_the_largest_gradient() -> None:
    numbers = 0.5 * math.log(WIDTH * 32)
    found = the_only(record(format="float16", end=math.log(2.0**-22) + numbers))
    assert "2**18" in found.remedy  # from 2⁻²² to 2⁻⁴


def test_what_vanishes_on_the_way_is_told_first_in_a_wide_format() -> None:
    """150 layers that lose a factor e each: 10⁻⁶⁵, below float32; a constant would not help."""
    measured = record(layers=150, gain=-1.0, format="float32")
    backward = np.where(measured.backward < -103.0, -np.inf, measured.backward)
    assert codes(altered(measured, backward=backward)) == ["weights too small", "below the floor"]
    small = record(layers=20, gain=-0.8, sigma_w=math.sqrt(2) * math.exp(-0.8), format="float16")
    backward = np.where(small.backward < -14.0, -np.inf, small.backward)
    assert codes(altered(small, backward=backward)) == ["below the floor", "weights too small"]


def test_dead_and_saturated_layers() -> None:
    measured = record()
    dead = measured.sites[2]
    assert dead.kind == "relu"
    assert codes(put(measured, "never_on", 2, DEAD - 0.01)) == []
    found = the_only(put(measured, "never_on", 2, 1.0))
    assert (found.code, found.where) == ("dead units", dead.name) and "100 %" in found.what
    assert codes(put(record(activation="tanh"), "saturated", 2, SATURATED - 0.01)) == []
    assert codes(put(record(activation="tanh"), "saturated", 2, SATURATED + 0.01)) == ["saturated units"]


def test_a_leaky_rectifier_is_never_dead() -> None:
    assert codes(put(record(activation="leaky relu"), "never_on", 2, 1.0)) == []


def test_a_dead_layer_explains_the_zeros_before_it() -> None:
    measured = put(record(), "never_on", 20, 1.0)
    backward = measured.backward.copy()
    backward[..., :20] = -np.inf
    assert codes(altered(measured, backward=backward)) == ["dead units"]


@pytest.mark.parametrize("gain, code", [(-9.0, "weights too small"), (9.0, "weights too large")])
def test_one_layer_that_does_it_alone_is_named(gain: float, code: str) -> None:
    """A jump at the eighth layer of twenty, the others steady."""
    measured = record()
    at = [k for k, s in enumerate(measured.sites) if s.kind == "linear"]
    backward = measured.backward.copy()
    backward[..., : at[8]] += gain
    found = the_only(altered(measured, backward=backward))
    assert (found.code, found.where) == (code, measured.sites[at[8]].name)
    assert "this layer alone" in found.what
    assert "this layer alone" not in the_only(record(gain=gain / 20 * 1.2)).what


def test_gelu_far_below_zero_is_saturated_and_not_below_the_floor() -> None:
    """Weighted inputs −30 ± 1 at one layer: exactly 0 comes back in float32."""
    measured = record(activation="gelu")
    k = 20
    assert (measured.sites[k].kind, measured.sites[k - 1].kind) == ("gelu", "linear")
    measured = put(put(measured, "mean", k - 1, -30.0), "forward", k - 1, 0.5 * math.log(901.0))
    backward = measured.backward.copy()
    backward[..., :k] = -np.inf
    found = the_only(altered(measured, backward=backward))
    assert (found.code, found.where) == ("saturated units", measured.sites[k].name)
    backward[..., :k] = -25.0  # as with ELU: nearly 0
    assert codes(altered(measured, backward=backward)) == ["saturated units"]


def test_a_block_without_the_shortcut_of_its_siblings() -> None:
    whole = record(layers=8, shortcuts=True)
    blocks = {"Block": [f"blocks.{k}" for k in range(8)]}
    assert codes(altered(whole, blocks=blocks)) == []
    from dataclasses import replace

    sites = tuple(
        replace(s, kind="identity", parents=s.parents[1:])
        if s.module == "blocks.4" and s.kind == "sum"
        else s
        for s in whole.sites
    )
    found = the_only(altered(whole, sites=sites, blocks=blocks))
    assert (found.code, found.where) == ("shortcut missing", "blocks.4")
    assert "7 of 8" in found.what


def test_a_class_of_which_half_the_blocks_add_is_no_fault() -> None:
    """Blocks of one class with and without: there is no usual number."""
    from dataclasses import replace

    whole = record(layers=8, shortcuts=True)
    blocks = {"Block": [f"blocks.{k}" for k in range(8)]}
    sites = tuple(
        replace(s, kind="identity", parents=s.parents[1:]) if s.kind == "sum" and int(s.module[7:]) % 2 else s
        for s in whole.sites
    )
    assert codes(altered(whole, sites=sites, blocks=blocks)) == []


def test_an_output_that_does_not_vary() -> None:
    measured = record()
    assert codes(put(measured, "varies", measured.last, 2e-6)) == []
    found = the_only(put(measured, "varies", measured.last, 5e-7))
    assert found.code == "output constant" and "5.0e-07" in found.what


def test_memories() -> None:
    """Thirty steps; a plain cell has no forget gate to be named."""
    forgets = the_only(altered(record(), reaches=(memory(-1.7, forget=math.log(1 / (1 + math.exp(3)))),)))
    assert forgets.code == "recurrence forgets"
    assert forgets.slope == pytest.approx(-1.7, abs=3 * forgets.error)
    assert forgets.predicted == pytest.approx(-1.678, abs=2e-3)  # Σ_j C(k, j)² f^{2(k−j)} v^j
    assert "3.37 for T = 30" in forgets.remedy
    plain = the_only(altered(record(), reaches=(memory(-0.5, kind="rnn"),)))
    assert plain.code == "recurrence forgets" and "T = 30" not in plain.remedy
    assert codes(altered(record(), reaches=(memory(0.4),))) == ["recurrence explodes"]
    assert codes(altered(record(), reaches=(memory(-0.2),))) == []
    assert codes(altered(record(), reaches=(memory(-1.7, steps=4),))) == []


@pytest.mark.parametrize("size, wanted", [(1e-3, []), (0.5, ["step too large"]), (1e-9, ["step too small"])])
def test_steps_of_the_optimiser(size: float, wanted: list[str]) -> None:
    found = findings(altered(record(), step={"a": size, "b": size, "frozen": 0.0}))
    assert [f.code for f in found] == wanted
    if size == 0.5:
        assert "learning rate by 0.02" in found[0].remedy


def test_small_steps_are_not_blamed_where_the_gradient_vanishes() -> None:
    assert codes(altered(record(gain=VANISHES), step={"a": 1e-9})) == ["weights too small"]


def test_at_a_minimum_only_where_nothing_else_is_found() -> None:
    options = {"probe": "loss", "loss_gradient": 1e-5}
    found = the_only(altered(record(), **options))
    assert (found.code, found.note) == ("at a minimum", True)
    assert codes(altered(record(gain=VANISHES), **options)) == ["weights too small"]
    assert codes(altered(record(), probe="loss", loss_gradient=0.1)) == []
    assert codes(altered(record(), loss_gradient=1e-5)) == []  # random numbers at the output say nothing


def test_the_order_of_verdicts() -> None:
    """By design, the graph, the format, dead units, then slopes: what explains stands first."""
    measured = record(gain=VANISHES, seeds=6)
    measured = put(measured, "varies", measured.last, 1e-7)
    some = (parameter("a", trainable=False, reached=False), parameter("b", reached=False))
    at = next(k for k, s in enumerate(measured.sites) if s.kind == "relu")
    measured = put(altered(measured, parameters=some), "saturated", at, 1.0)
    assert codes(measured) == [
        "frozen",
        "detached",
        "saturated units",
        "weights too small",
        "output constant",
    ]


@pytest.mark.parametrize("code", ADVICE)
def test_a_finding_reads_as_a_sentence(code: str) -> None:
    found = Finding(code, "blocks.3", "it is so")
    assert str(found).startswith(f"{code} at blocks.3: it is so. {found.cause} First change: {found.remedy}")
    assert found.cause.endswith(".") and found.remedy and found.refuted_by and found.chapter
