"""What the probe prints, read by the library and by the page: both say the same."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import chromium
import numpy as np
import pytest
from pytorch import torch as of_torch

from analysis.diagnosis import Report, diagnose
from analysis.diagnosis.advice import ADVICE
from analysis.diagnosis.reader import Reader, source

PROBED = Path(__file__).parent / "probed"
NAMES = sorted(path.stem for path in PROBED.glob("*.json"))
FIRST = {
    "healthy": None,
    "shallow": None,
    "default": "weights too small",
    "sigmoid": "slopes below one half",
    "batch_norm": "normalisation multiplies the gradient",
    "dead": "dead units",
    "large": "weights too large",
    "overflowing": "weights too large",
}


def codes(name: str) -> list[str]:
    return [f.code for f in diagnose.recorded(PROBED / f"{name}.json").findings]


def test_there_are_samples() -> None:
    assert set(NAMES) == set(FIRST)


@pytest.mark.parametrize("name", NAMES)
def test_the_library_names_the_fault(name: str) -> None:
    assert (codes(name) or [None])[0] == FIRST[name]


@pytest.fixture(scope="module")
def field(chrome: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("reader") / "reader.html"
    page = f"<!doctype html><meta charset=utf-8><body>{Reader()._repr_html_()}"
    path.write_text(page, encoding="utf-8")
    driver = chromium.window(chrome, 390, 800)
    driver.get(path.as_uri())

    def read(text: str) -> Any:
        driver.execute_script(
            "document.querySelector('textarea').value = arguments[0];"
            "document.querySelector('button').click();",
            text,
        )
        return driver

    return read


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_the_library_says(field: Any, name: str) -> None:
    """Codes in their order, the slopes to three digits, and a dot for each layer with a gradient."""
    driver = field((PROBED / f"{name}.json").read_text(encoding="utf-8"))
    shown = [e.get_attribute("data-code") for e in driver.find_elements("css selector", "[data-code]")]
    assert [code for code in shown if code] == codes(name)
    report = diagnose.recorded(PROBED / f"{name}.json")
    text = driver.find_element("css selector", "output").text
    slopes = [f for f in report.findings if f.slope == f.slope]
    at_mean_0 = Report(dataclasses.replace(report.measured, mean=np.zeros_like(report.measured.mean)))
    for found in slopes:
        said = re.search(r"theory for mean 0 says (-?[\d.]+)", text)
        theory = at_mean_0.segment.predicted if at_mean_0.segment else float("nan")
        if found.code in ("weights too small", "slopes below one half"):
            assert said and float(said[1]) == pytest.approx(theory, abs=0.005)
        assert f"log-gain {found.slope:.3f} a layer" in text
        assert ADVICE[found.code].remedy.split(";")[0] in text
    dots = driver.find_elements("css selector", ".measured")
    backward = report.measured.backward[0, 0, 0]
    layers = [k for k, s in enumerate(report.measured.sites) if s.kind in ("linear", "convolution")]
    assert len(dots) == sum(abs(backward[k]) < float("inf") for k in layers)
    assert not [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.mark.parametrize(
    "text", ["", "no JSON", "{}", "[1]", '{"probe": "unstable-gradients 1", "sites": []}']
)
def test_the_page_refuses_other_text_in_words(field: Any, text: str) -> None:
    driver = field(text)
    assert driver.find_element("css selector", "output").text.startswith("This is not")


def test_names_are_text_in_the_page(field: Any) -> None:
    given = json.loads((PROBED / "default.json").read_text(encoding="utf-8"))
    given["sites"][0]["name"] = "<img src=x onerror=document.title='no'>"
    driver = field(json.dumps(given))
    assert "<img" in driver.find_element("css selector", "output").text
    assert not driver.find_elements("css selector", "output img")


def test_the_probe_is_short_and_needs_only_torch() -> None:
    code = [line for line in source().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(code) <= 36
    imported = {
        a.name for node in ast.walk(ast.parse(source())) if isinstance(node, ast.Import) for a in node.names
    }
    assert imported == {"json", "math", "torch"}


def test_the_probe_prints_what_diagnose_measures() -> None:
    """Gradients and signals of one pass, by both."""
    torch = of_torch()
    from analysis.diagnosis.probe import Probe

    torch.manual_seed(0)
    nn = torch.nn
    net = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3))
    x, y = torch.randn(16, 8), torch.randint(3, (16,))
    watch = Probe(net)
    nn.CrossEntropyLoss()(net(x), y).backward()
    probed = diagnose.recorded(watch.json()).measured
    full = diagnose(net, (x, y), loss=nn.CrossEntropyLoss()).measured
    at = [k for k, s in enumerate(full.sites) if s.kind != "input"]
    assert [s.kind for s in probed.sites] == [full.sites[k].kind for k in at]
    assert probed.backward[0, 0, 0] == pytest.approx(full.backward[0, 0, 0, at], abs=1e-6)
    assert probed.forward[0, 0] == pytest.approx(full.forward[0, 0, at], abs=1e-6)
    assert probed.sigma_w[0, 0, [0, 2, 4]] == pytest.approx(full.sigma_w[0, 0, at][[0, 2, 4]], rel=1e-6)
    assert not net[0]._forward_hooks
