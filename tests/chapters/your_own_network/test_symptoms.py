"""The table of symptoms: its links, its snippets in PyTorch, its thresholds beside the diagnosis's."""

from __future__ import annotations

import contextlib
import io
import math
from typing import Any

import pytest
import pytorch
from notebook_text import NOTEBOOKS, source
from notebook_text import cells as cells_of

from analysis.chapters.your_own_network import remedy_map, symptoms
from analysis.chapters.your_own_network.torch_monitor import Monitor
from analysis.claims.ledger import CLAIMS
from analysis.diagnosis import findings

SEEN = {s.seen: s for s in symptoms.SYMPTOMS}


def test_there_are_seven_with_three_or_four_lines_each() -> None:
    assert len(symptoms.SYMPTOMS) == len(SEEN) == 7
    for s in symptoms.SYMPTOMS:
        assert len(s.measure.splitlines()) in (3, 4) and s.read and s.first and s.second
        assert all((NOTEBOOKS / symptoms.notebook(t)).is_file() for t in s.chapters)
    assert len(symptoms.as_table().splitlines()) == 9
    for s in symptoms.SYMPTOMS:
        assert s.measure in symptoms.measurements()


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


def test_the_snippet_for_early_layers_shows_the_slope() -> None:
    shown = lines(SEEN["early layers do not move"].measure, **setting(pytorch.torch(), 12))
    logs = [float(t) for t in shown.strip("[]\n").split(",")]
    assert len(logs) == 13
    assert (logs[0] - logs[-1]) / 12 == pytest.approx(-math.log(6) / 2, abs=0.15)


def test_the_snippet_for_depth_prints_the_log_gain() -> None:
    shown = lines(SEEN["fine at depth 10, dead at 40"].measure, **setting(pytorch.torch(), 20))
    assert float(shown) == pytest.approx(-math.log(6) / 2, abs=0.15)


def test_the_snippet_for_a_constant_output_prints_the_share_that_varies() -> None:
    torch = pytorch.torch()
    shallow, deep = (float(lines(SEEN["output constant"].measure, **setting(torch, d))) for d in (1, 12))
    assert deep < 1e-4 < shallow < 1.01


def test_the_snippet_for_nan_names_the_first_module() -> None:
    torch = pytorch.torch()
    names = setting(torch)
    with torch.no_grad():
        names["model"][4].weight.fill_(math.inf)
    shown = lines(SEEN["loss NaN"].measure, **names).splitlines()
    bad = [line.split()[0] for line in shown if line.split()[-1] in ("inf", "nan")]
    assert bad[0] == "4"


def test_the_snippet_for_a_flat_loss_prints_the_steps() -> None:
    torch = pytorch.torch()
    names = setting(torch)
    names["optimiser"] = torch.optim.Adam(names["model"].parameters(), lr=1e-3)
    steps = [
        float(t) for t in lines(SEEN["loss flat from the start"].measure, **names).strip("[]\n").split(",")
    ]
    assert len(steps) == 7 and all(1e-3 < s < 0.1 for s in steps)


def test_the_snippet_for_float16_counts_zeros() -> None:
    torch = pytorch.torch()
    names = setting(torch, 24)
    names["model"], names["x"] = names["model"].to(torch.bfloat16), names["x"].to(torch.bfloat16)
    wide = lines(SEEN["fine in float32, dead in float16"].measure, **names)
    names = setting(torch, 24)
    names["model"], names["x"] = names["model"].half(), names["x"].half()
    narrow = lines(SEEN["fine in float32, dead in float16"].measure, **names)
    first = [float(text.splitlines()[0].split()[1]) for text in (wide, narrow)]
    assert first[0] < 0.9 < first[1]


def test_the_snippet_for_a_recurrent_net_prints_a_logarithm_a_step() -> None:
    torch = pytorch.torch()
    torch.manual_seed(0)
    rnn = torch.nn.LSTM(8, 16, batch_first=True)
    shown = lines(SEEN["recurrent net forgets"].measure, rnn=rnn, x=torch.randn(4, 30, 8))
    logs = [float(t) for t in shown[shown.index("[") + 1 : shown.index("]")].split(",")]
    assert len(logs) == 30 and logs[0] < logs[-1] - 5


def test_the_monitor_in_pytorch_reads_slope_and_step() -> None:
    names = setting(pytorch.torch(), 20)
    watch = Monitor(names["model"])
    names["loss_fn"](names["model"](names["x"]), names["y"]).backward()
    names["optimiser"].step()
    gain, step = watch()
    assert gain == pytest.approx(-math.log(6) / 2, abs=0.15) and 0 < step < 0.1
    assert watch()[1] == 0.0


def test_the_monitor_is_shown_as_it_is_and_in_ten_lines() -> None:
    shown = symptoms.monitor().splitlines()[1:-1]
    assert not any("Any" in line for line in shown)
    body = [line for line in shown if not line.strip().startswith(("class", '"""', "def"))]
    assert len(body) <= 10
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
