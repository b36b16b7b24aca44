"""The table of symptoms: its links, its snippets in PyTorch, its thresholds beside the diagnosis's."""

from __future__ import annotations

import contextlib
import copy
import io
import math
from typing import Any

import numpy as np
import pytest
import pytorch
from notebook_text import NOTEBOOKS, source
from notebook_text import cells as cells_of

from analysis.chapters.your_own_network import defaults, remedy_map, symptoms
from analysis.chapters.your_own_network.torch_monitor import Monitor
from analysis.claims.ledger import CLAIMS
from analysis.diagnosis import findings, theory

SEEN = {s.seen: s for s in symptoms.SYMPTOMS}


def test_there_are_ten_with_a_few_lines_each() -> None:
    assert len(symptoms.SYMPTOMS) == len(SEEN) == 10
    for s in symptoms.SYMPTOMS:
        assert len(s.measure.splitlines()) in (3, 4, 5) and s.read and s.first and s.second
        assert all((NOTEBOOKS / symptoms.notebook(t)).is_file() for t in s.chapters)
        assert "your_own_network" not in s.chapters
    assert len(symptoms.as_table().splitlines()) == 12
    for s in symptoms.SYMPTOMS:
        assert s.measure in symptoms.measurements()


def test_no_mathematics_has_a_backslash_before_an_underscore() -> None:
    """MathJax shows the backslash of \\_ within \\text."""
    for text in (symptoms.as_table(), symptoms.measurements(), defaults.as_table()):
        assert "\\_" not in text


def test_the_links_within_the_chapter_lead_to_its_headings() -> None:
    headings = [source(c) for c in cells_of("14_your_own_network") if c["cell_type"] == "markdown"]
    text = "\n".join(headings)
    for anchor, heading in (
        ("nan-the-order-of-checks", "## NaN: the order of checks"),
        ("a-clipping-threshold", "## A clipping threshold"),
    ):
        assert f"(#{anchor})" in symptoms.measurements() + symptoms.as_table() and heading in text


def test_the_thresholds_are_those_of_the_diagnosis() -> None:
    power = round(math.log10(findings.CONSTANT))
    assert findings.CONSTANT == 10.0**power and f"$10^{{{power}}}$" in SEEN["output constant"].read
    assert findings.STEP[0] <= 1e-6 and "$10^{-6}$" in SEEN["loss flat from the start"].read
    assert math.log(findings.FACTOR) == pytest.approx(7, abs=0.1)


def lines(code: str, **names: Any) -> str:
    """What a snippet prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, names)
    return out.getvalue()


def setting(torch: Any, depth: int = 6) -> dict[str, Any]:
    """A network as PyTorch draws it, a batch, a loss and an optimiser."""
    torch.manual_seed(0)
    nn = torch.nn
    hidden = [m for _ in range(depth) for m in (nn.Linear(32, 32), nn.ReLU())]
    model = nn.Sequential(*hidden, nn.Linear(32, 4))
    return {
        "torch": torch,
        "nn": nn,
        "model": model,
        "x": torch.randn(64, 32),
        "y": torch.randint(4, (64,)),
        "loss_fn": nn.functional.cross_entropy,
        "optimiser": torch.optim.SGD(model.parameters(), lr=0.1),
    }


def numbers(shown: str) -> list[float]:
    return [float(t) for t in shown.strip("[]\n").split(",")]


def hooks(model: Any) -> int:
    return sum(len(m._forward_hooks) for m in model.modules())


def test_the_snippet_for_early_layers_shows_the_slope() -> None:
    logs = numbers(lines(SEEN["early layers do not move"].measure, **setting(pytorch.torch(), 12)))
    assert len(logs) == 13
    assert (logs[0] - logs[-1]) / 12 == pytest.approx(-math.log(6) / 2, abs=0.15)


def test_small_gradients_have_a_logarithm_where_float32_squares_to_zero() -> None:
    """Eighty layers as PyTorch draws them: e^-70 is a number of float32, its square is none."""
    logs = numbers(lines(SEEN["early layers do not move"].measure, **setting(pytorch.torch(), 80)))
    assert all(math.isfinite(t) for t in logs) and logs[0] < -60
    assert (logs[0] - logs[-1]) / 80 == pytest.approx(-math.log(6) / 2, abs=0.15)


def test_the_snippet_for_depth_prints_the_log_gain() -> None:
    shown = lines(SEEN["fine at depth 10, dead at 40"].measure, **setting(pytorch.torch(), 20))
    assert float(shown) == pytest.approx(-math.log(6) / 2, abs=0.15)


def test_chance_stays_within_the_size_that_is_said() -> None:
    """Of He's networks of width 64 and depth 10: about two standard deviations."""
    torch = pytorch.torch()
    slopes, nn = [], torch.nn
    for seed in range(30):
        torch.manual_seed(seed)
        made = [m for _ in range(10) for m in (nn.Linear(64, 64), nn.ReLU())]
        model = nn.Sequential(*made, nn.Linear(64, 64))
        for m in made[::2] + [model[-1]]:
            nn.init.kaiming_normal_(m.weight)
            nn.init.zeros_(m.bias)
        names = setting(torch) | {"model": model, "x": torch.randn(64, 64)}
        slopes.append(float(lines(SEEN["fine at depth 10, dead at 40"].measure, **names)))
    said = 2 / math.sqrt(64 * 10)
    spread = 2 * float(np.std(slopes))
    assert said / 2 < spread < said


@pytest.mark.parametrize("seen", SEEN)
def test_a_snippet_runs_twice_and_leaves_no_hook_behind(seen: str) -> None:
    torch = pytorch.torch()
    names = setting(torch) | {"copy": copy}
    names["rnn"], names["x"] = torch.nn.GRU(32, 8, batch_first=True), names["x"]
    if seen == "recurrent net forgets":
        names["x"] = torch.randn(4, 9, 32)
    runs = 1 if seen == "loss flat from the start" else 2  # this one takes a step
    shown = {lines(SEEN[seen].measure, **names) for _ in range(runs)}
    assert len(shown) == 1 and hooks(names["model"]) == 0
    with torch.no_grad():
        names["model"](torch.randn(2, 32))


def test_a_snippet_on_outputs_does_not_disturb_another() -> None:
    names = setting(pytorch.torch(), 20)
    first, second = SEEN["early layers do not move"], SEEN["fine at depth 10, dead at 40"]
    alone = lines(second.measure, **names)
    lines(first.measure, **names)
    assert lines(second.measure, **names) == alone
    assert all(p.grad is None for p in names["model"].parameters())


def test_the_snippet_for_a_constant_output_prints_the_share_that_varies() -> None:
    torch = pytorch.torch()
    shallow, deep = (float(lines(SEEN["output constant"].measure, **setting(torch, d))) for d in (1, 12))
    assert deep < 1e-4 < shallow < 1.01


def first_bad(shown: str) -> str:
    bad = [line.split() for line in shown.splitlines()]
    return next(words[0] for words in bad if {"inf", "nan"} & set(words[1:]))


def test_the_snippet_for_nan_names_the_first_module() -> None:
    torch = pytorch.torch()
    names = setting(torch)
    with torch.no_grad():
        names["model"][4].weight.fill_(math.inf)
    assert first_bad(lines(SEEN["loss NaN"].measure, **names)) == "4"


@pytest.mark.parametrize("kind", ["LSTM", "attention"])
def test_the_snippet_for_nan_takes_modules_that_give_several_tensors(kind: str) -> None:
    torch = pytorch.torch()
    nn = torch.nn

    class Several(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.front = nn.Linear(8, 8)
            self.middle = nn.LSTM(8, 8, batch_first=True) if kind == "LSTM" else nn.MultiheadAttention(8, 2)
            self.back = nn.Linear(8, 4)

        def forward(self, x: Any) -> Any:
            h = self.front(x)
            h = self.middle(h)[0] if kind == "LSTM" else self.middle(h, h, h)[0]
            return self.back(h[:, -1])

    names = setting(torch) | {"model": Several(), "x": torch.randn(64, 5, 8)}
    with torch.no_grad():
        next(names["model"].middle.parameters()).fill_(math.nan)
    assert first_bad(lines(SEEN["loss NaN"].measure, **names)) == "middle"


def test_the_snippet_for_a_flat_loss_prints_the_steps() -> None:
    """Adam's first step is the rate in every entry; old gradients do not count."""
    torch = pytorch.torch()
    names = setting(torch, 1)
    names["optimiser"] = torch.optim.Adam(names["model"].parameters(), lr=1e-3)
    for p in names["model"].parameters():
        p.grad = torch.full_like(p, math.nan)
    steps = numbers(lines(SEEN["loss flat from the start"].measure, **names))
    assert steps == pytest.approx([1e-3 * math.sqrt(3 * 32)] * 2, rel=0.1)


def test_the_snippet_for_spikes_prints_the_step_that_leaps_and_clips_nothing() -> None:
    torch = pytorch.torch()
    names = setting(torch, 1)
    first, *others = SEEN["loss falls, then spikes"].measure.splitlines()
    names["norms"], shown, model = [], [], names["model"]
    for step in range(9):
        model.zero_grad()
        loss = names["loss_fn"](model(names["x"]), names["y"]) * (50 if step == 6 else 1)
        loss.backward()
        before = model[0].weight.grad.clone()
        shown.append(lines("\n".join(others), **names))
        assert torch.equal(before, model[0].weight.grad)
    assert first.startswith("norms = []")
    assert [k for k, text in enumerate(shown) if text] == [6] and shown[6].startswith("7 ")


def test_the_snippet_for_the_rate_tries_copies() -> None:
    torch = pytorch.torch()
    names = setting(torch, 6) | {"copy": copy}
    for m in names["model"][::2]:
        torch.nn.init.kaiming_normal_(m.weight)
    before = [p.detach().clone() for p in names["model"].parameters()]
    shown = [
        line.split() for line in lines(SEEN["fails when the rate is raised"].measure, **names).splitlines()
    ]
    losses = {float(rate): float(loss) for rate, loss in shown}
    assert list(losses) == [1e-4, 1e-3, 1e-2, 1e-1]
    assert losses[1e-2] < losses[1e-3] < losses[1e-4] and losses[1e-2] < losses[1e-1]
    assert all(torch.equal(p, q) for p, q in zip(names["model"].parameters(), before, strict=True))


def test_the_snippet_for_eval_shows_running_statistics_that_lag() -> None:
    torch = pytorch.torch()
    nn = torch.nn
    names = setting(torch) | {"copy": copy, "x": 20 * torch.randn(64, 32) + 50}
    names["model"] = nn.Sequential(nn.Linear(32, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 4))
    code = SEEN["good in training, bad in eval"].measure
    fresh = dict(line.split() for line in lines(code, **names).splitlines())
    assert float(fresh["eval"]) > 2 * float(fresh["train"])
    assert int(names["model"][1].num_batches_tracked) == 0
    for _ in range(200):
        names["model"](names["x"])
    later = dict(line.split() for line in lines(code, **names).splitlines())
    assert float(later["eval"]) == pytest.approx(float(later["train"]), rel=0.05)


def test_the_snippet_for_float16_counts_zeros() -> None:
    torch = pytorch.torch()
    shown = [line.split() for line in lines(SEEN["fine in float32, dead in float16"].measure,
                                            **setting(torch, 24)).splitlines()]  # fmt: skip
    zeros = {(form, name): float(share) for form, name, share in shown}
    assert zeros["float32", "0.weight"] < 0.9 < zeros["float16", "0.weight"]
    assert zeros["float16", "48.weight"] == pytest.approx(zeros["float32", "48.weight"], abs=0.1)


def test_the_snippet_for_a_recurrent_net_prints_a_logarithm_a_step() -> None:
    """Forwards in time, and as the default's theory at rest says: e^-slope is near f + σ_w/4."""
    torch = pytorch.torch()
    torch.manual_seed(0)
    rnn, x = torch.nn.LSTM(8, 64, batch_first=True), torch.randn(4, 30, 8)
    shown = lines(SEEN["recurrent net forgets"].measure, rnn=rnn, x=x, torch=torch)
    logs = numbers(shown[shown.index("[") : shown.index("]") + 1])
    assert len(logs) == 30 and logs[0] < logs[-1] - 5
    slope = float(np.polyfit(range(29), logs[:-1], 1)[0])
    assert math.exp(-slope) == pytest.approx(symptoms.KEPT, abs=0.03)
    assert x.requires_grad is False


def test_what_an_lstm_keeps_is_the_limit_of_the_diagnosis() -> None:
    exact = theory.memory_slope(math.log(0.5), 1 / math.sqrt(3), 400)
    assert math.exp(exact) == pytest.approx(symptoms.KEPT, abs=0.003)
    assert f"{symptoms.KEPT:.2f} as PyTorch draws it" in SEEN["recurrent net forgets"].read


def test_the_monitor_in_pytorch_reads_slope_and_step() -> None:
    names = setting(pytorch.torch(), 20)
    watch = Monitor(names["model"])
    names["loss_fn"](names["model"](names["x"]), names["y"]).backward()
    names["optimiser"].step()
    gain, step = watch()
    assert gain == pytest.approx(-math.log(6) / 2, abs=0.15) and 0 < step < 0.1
    assert watch()[1] == 0.0


def _stepped(torch: Any, model: Any, x: Any, out: Any = lambda y: y) -> tuple[float, float]:
    watch = Monitor(model)
    moving = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.SGD(moving, lr=0.1)
    out(model(x)).square().mean().backward()
    optimiser.step()
    return watch()


def test_the_monitor_takes_a_recurrent_layer_once() -> None:
    torch = pytorch.torch()
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.ModuleList([nn.LSTM(8, 8, batch_first=True), nn.Linear(8, 4)])
    model.forward = lambda x: model[1](model[0](x)[0][:, -1])
    gain, step = _stepped(torch, model, torch.randn(16, 5, 8))
    first, last = (model[0].bias_ih_l0.grad, model[1].bias.grad)
    assert gain == pytest.approx(float(first.norm().log() - last.norm().log()), abs=1e-5)
    assert torch.equal(first, model[0].bias_hh_l0.grad) and step > 0


def test_the_monitor_says_nan_where_biases_are_missing_and_leaves_frozen_ones_out() -> None:
    torch = pytorch.torch()
    nn = torch.nn
    bare = nn.Sequential(nn.Linear(8, 8, bias=False), nn.ReLU(), nn.Linear(8, 4, bias=False))
    one = nn.Sequential(nn.Linear(8, 8, bias=False), nn.ReLU(), nn.Linear(8, 4))
    frozen = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))
    frozen[0].requires_grad_(False)
    zero = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))
    nn.init.zeros_(zero[2].weight)
    x = torch.randn(16, 8)
    for model in (bare, one):
        gain, step = _stepped(torch, model, x)
        assert math.isnan(gain) and step > 0
    for model in (frozen, zero):
        gain, step = _stepped(torch, model, x)
        assert not math.isnan(gain) and math.isfinite(step)


def test_the_monitor_is_shown_as_it_is() -> None:
    shown = symptoms.monitor().splitlines()[1:-1]
    assert not any("Any" in line or "->" in line for line in shown)
    scope: dict[str, Any] = {}
    exec("\n".join(shown), scope)
    assert set(vars(scope["Monitor"])) >= {"__init__", "__call__"}


def test_every_remedy_names_claims_or_says_that_there_is_none() -> None:
    for line, row in zip(remedy_map.remedy_map().splitlines()[2:], remedy_map.REMEDIES, strict=True):
        assert (remedy_map.NOT_SHOWN in line) is (not row.claims)
        assert set(row.claims) <= set(CLAIMS)


def test_the_map_is_linked_from_the_front_page_and_from_every_chapter() -> None:
    anchor = "14_your_own_network.ipynb#a-map-of-the-remedies"
    assert anchor in (NOTEBOOKS.parent / "book" / "index.md").read_text(encoding="utf-8")
    for number in range(1, 14):
        (path,) = NOTEBOOKS.glob(f"{number:02}_*.ipynb")
        assert anchor in source(cells_of(path)[-1]), path.name
