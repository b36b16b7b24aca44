"""The offline page of a report, and the command that writes it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import chromium
import matplotlib.pyplot as plt
import numpy as np
import pytest
from pytorch import torch as of_torch

from analysis import __main__ as console
from analysis.diagnosis import Report, diagnose
from analysis.diagnosis.command import main
from analysis.diagnosis.page import page

PROBED = Path(__file__).parent / "probed"


def report(name: str) -> Report:
    return diagnose.recorded(PROBED / f"{name}.json")


class Closed(HTMLParser):
    """Complains of an element that is closed and was not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in self.open, tag
        while self.open.pop() != tag:
            pass


@pytest.mark.parametrize("name", ["default", "healthy", "overflowing", "shallow", "dead"])
def test_the_page_needs_no_network(name: str, tmp_path: Path) -> None:
    report(name).save_html(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    Closed().feed(text)
    assert not re.search(r"(src|href)\s*=|https?://|@import|url\(", text)
    assert "nan" not in re.sub(r"<[^>]*>", "", text)


def test_every_layer_has_a_dot_where_the_number_is() -> None:
    """The heights of the dots are the logarithms, by one straight line."""
    r = report("default")
    dots = [float(y) for y in re.findall(r"<circle cx=[\d.]+ cy=([\d.-]+)", page(r))]
    logs = [row["backward"] for row in r.rows() if row["kind"] == "linear"]
    assert len(dots) == len(logs) == 21
    slope, offset = np.polyfit(logs, dots, 1)
    assert slope < 0
    assert np.allclose(slope * np.array(logs) + offset, dots, atol=0.06)


def test_the_figure_shows_measured_and_theory() -> None:
    r = report("default")
    ax = r.plot()
    logs = [row["backward"] for row in r.rows() if row["kind"] == "linear"]
    dots = next(line for line in ax.lines if line.get_marker() == "o")
    assert np.allclose(dots.get_ydata(), logs)
    theory = next(line for line in ax.lines if line.get_label() == "theory")
    assert theory.get_ydata()[-1] == pytest.approx(logs[-1])
    s = r.segment
    assert s is not None
    assert np.polyfit(np.arange(21)[::-1], theory.get_ydata(), 1)[0] == pytest.approx(s.predicted, abs=1e-9)
    ax.figure.canvas.draw()
    assert all(tick == round(tick) for tick in ax.get_xticks())  # no half layers
    plt.close("all")


def test_the_page_at_a_phone(chrome: Any, tmp_path: Path) -> None:
    """Nothing sticks out, in light and dark."""
    report("default").save_html(tmp_path / "page.html")
    driver = chromium.window(chrome, 390, 800)
    for mode in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": mode}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        driver.get((tmp_path / "page.html").as_uri())
        assert driver.execute_script("return document.documentElement.scrollWidth") <= 390
        ink, paper = driver.execute_script(
            "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
        )
        assert ink != paper
    assert len(driver.find_elements("css selector", "circle")) == 21


def test_the_command_reads_what_the_probe_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert console.main(["diagnose", str(PROBED / "default.json"), "--json", "again.json"]) == 1
    assert "FOUND: weights too small" in capsys.readouterr().out
    assert (tmp_path / "diagnosis.html").exists()
    assert console.main(["diagnose", "again.json"]) == 1
    assert console.main(["diagnose", str(PROBED / "healthy.json")]) == 0
    assert "Nothing found." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["nothing.json"], "nothing.json"),
        (["my_net"], "--input must be given"),
        (["my_net", "--input", "2,3"], "model must be module:name"),
        (["no_such_module:Net", "--input", "2,3"], "No module named 'no_such_module'"),
        (["math:no_such", "--input", "2,3"], "math has no no_such"),
    ],
)
def test_bad_input_is_one_sentence(
    argv: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(argv) == 2
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and not said.out
    assert not list(tmp_path.iterdir())


def test_a_probe_to_copy_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main(["probe"]) == 0
    assert "class Probe:" in capsys.readouterr().out


@pytest.mark.parametrize("shape", ["0,3", "a", "", "3,-1", "4:0", "4:x"])
def test_a_wrong_shape_is_told(
    shape: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_torch()
    monkeypatch.chdir(tmp_path)
    assert main(["torch.nn:Identity", "--input", shape]) == 2
    assert "--input must be" in capsys.readouterr().err


def test_a_network_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder with a folder called ``analysis`` of one's own."""
    of_torch()
    (tmp_path / "analysis").mkdir()
    (tmp_path / "my_own_net.py").write_text(
        "from torch import nn\n\n\ndef make():\n"
        "    return nn.Sequential(*[m for _ in range(20) for m in (nn.Linear(16, 16), nn.ReLU())])\n"
    )
    monkeypatch.chdir(tmp_path)
    assert main(["my_own_net:make", "--input", "32,16", "--seeds", "2", "--html", "out.html"]) == 1
    assert "weights too small" in capsys.readouterr().out and (tmp_path / "out.html").exists()
