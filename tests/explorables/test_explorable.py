"""What an explorable is made of:
deterministic bytes, nothing from elsewhere, checked values, a live widget."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from IPython.core.formatters import format_display_data
from PIL import Image
from traitlets import TraitError

from analysis.chapters.chain_rule.explorable import gradient_chain
from analysis.chapters.explosion.explorable_window import factor
from analysis.chapters.learning_speeds import replay
from analysis.chapters.learning_speeds.explorable import learning_speeds
from analysis.chapters.quarter_bound.explorable import log_product
from analysis.explorables import explorable as module_under_test
from analysis.explorables.catalogue import EXPLORABLES as EVERY
from analysis.explorables.explorable import Again, Choice, Explorable, Slider, Stops, constants
from analysis.explorables.sampler import Stream
from analysis.symbolic.catalogue import ACTIVATIONS

DIGEST = """
import hashlib
from analysis.explorables.catalogue import EXPLORABLES as EVERY
for name, make in EVERY.items():
    print(name, hashlib.sha256(make().html.encode()).hexdigest())
"""


def test_the_code_regenerates_identically(root: Path) -> None:
    expected = {name: hashlib.sha256(make().html.encode()).hexdigest() for name, make in EVERY.items()}
    seed = str(int(os.environ.get("PYTHONHASHSEED", "0").replace("random", "0")) + 1)  # another order of sets
    out = subprocess.run(
        [sys.executable, "-c", DIGEST],
        cwd=root,
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert dict(line.split() for line in out.splitlines()) == expected


def stored(text: str) -> list[str]:
    """The names and contents' hashes of the explorables whose HTML a notebook stores."""
    outputs = (o for cell in json.loads(text)["cells"] for o in cell.get("outputs", ()))
    pages = ("".join(o.get("data", {}).get("text/html", "")) for o in outputs)
    return [
        key
        for page in pages
        for key in re.findall(r'<div class="explorable" data-explorable="([^"]+)"', page)
    ]


def test_a_notebook_stores_the_explorables_of_today(root: Path) -> None:
    today = {re.findall(r'data-explorable="([^"]+)"', make().html)[0] for make in EVERY.values()}
    places = {p.name: stored(p.read_text(encoding="utf-8")) for p in (root / "notebooks").glob("*.ipynb")}
    assert sum(map(len, places.values())) >= 5
    stale = {place: [key for key in keys if key not in today] for place, keys in places.items()}
    assert {k: v for k, v in stale.items() if v} == {}, "run python3 make.py refresh with these names"


@pytest.mark.parametrize("name", EVERY)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    html = EVERY[name]().html
    assert not re.search(r"\w+://|\bimport\b|\bfetch\b|XMLHttpRequest|src=|href=|url\((?!#)", html)
    assert html.count("</script") == 1 and "<!--" not in html
    assert not re.search(r"\b0x[0-9a-f]{6}", html)  # no address from memory
    assert html.encode("utf-8").decode("utf-8") == html


FORMULAS = tuple(f"{name if name.isidentifier() else json.dumps(name)}: {{value:" for name in ACTIVATIONS)


@pytest.mark.parametrize("name", EVERY)
def test_sizes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = EVERY[name]()
    lines = [line for line in made.code.splitlines() if len(line) < 2000]
    formulas = [line for line in lines if line.startswith(FORMULAS)]  # one line for each activation
    code = sum(map(len, lines)) - sum(map(len, formulas))
    data = (
        len(made.html.encode())
        - len(module_under_test.script("runtime.js").encode())
        - len(made.code.encode())
    )
    with capsys.disabled():
        print(f"\n{name}: HTML {len(made.html.encode()) / 1000:.1f} kB, own code {code / 1000:.1f} kB")
    assert data < 3000  # nothing but the runtime and the code
    assert code < 8000 and max(map(len, formulas), default=0) < 2000
    assert len(made.html.encode()) < 110_000


def test_the_replay_is_small() -> None:
    (line,) = (x for x in learning_speeds().code.splitlines() if x.startswith("const runs = "))
    assert len(line) <= 100_000


@cache
def drawn(name: str) -> bytes:
    """The still of an explorable as it starts, drawn once."""
    return EVERY[name]().png()


@pytest.mark.parametrize("name", EVERY)
def test_a_cell_shows_the_still_and_then_the_page(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[dict[str, Any], bool]] = []
    monkeypatch.setattr(module_under_test, "display", lambda data, raw: shown.append((data, raw)))
    made = EVERY[name]()
    assert format_display_data(made) == ({}, {})  # _ipython_display_ takes over
    (still, raw), (live, also_raw) = shown
    assert raw and also_raw
    assert set(still) == {"image/png", "text/plain"} and set(live) == {
        "text/html",
        "text/markdown",
        "text/plain",
    }
    assert still["text/plain"] == made.alt and "in the HTML book" in live["text/markdown"]
    assert live["text/html"] == made.html and made.title in live["text/plain"]
    assert drawn(name) == still["image/png"], "the same picture twice"


@pytest.mark.parametrize("name", EVERY)
def test_the_still_is_described(name: str, tmp_path: Path) -> None:
    made = EVERY[name]()
    (tmp_path / "still.png").write_bytes(drawn(name))
    with Image.open(tmp_path / "still.png") as image:
        assert image.text["Description"] == made.alt  # type: ignore[attr-defined]
        assert image.width > 900
    assert 60 < len(made.alt) < 300


def test_stills_of_other_values() -> None:
    for activation in ("relu", "tanh", "identity"):
        assert factor().starting(activation=activation, w=2).png() != drawn("factor")
        assert gradient_chain().starting(activation=activation, depth=7).png() != drawn("gradient-chain")
    assert learning_speeds().starting(bars="logarithmic", epoch=100).png() != drawn("learning-speeds")
    assert log_product().starting(depth=3, activation="tanh", weight=2).png() != drawn("log-product")


def test_starting_values_are_checked() -> None:
    started = factor().starting(w=8, activation="tanh")
    assert started.values == {"w": 8.0, "b": -3.45, "activation": "tanh"} and factor().values["w"] == 6.9
    assert started.module == factor().module and started.html != factor().html
    assert log_product().starting(weight=2).values["weight"] == 2.0
    for bad in (float("nan"), float("inf"), 101, "6", True, None):
        with pytest.raises(ValueError, match="w must be a number from -100 to 100"):
            factor().starting(w=bad)
    with pytest.raises(ValueError, match="activation must be one of sigmoid"):
        factor().starting(activation="swish")
    with pytest.raises(ValueError, match=r"weight must be one of 0\.5"):
        log_product().starting(weight=1.1)
    with pytest.raises(ValueError, match="seed must be a whole number"):
        gradient_chain().starting(seed=-1)
    with pytest.raises(ValueError, match="depth must be a whole number from 1 to 200"):
        gradient_chain().starting(depth=2.5)
    with pytest.raises(TypeError, match="factor has w, b, activation, no v"):
        factor().starting(v=1)


@pytest.mark.parametrize("name", EVERY)
def test_parameters_are_sound(name: str) -> None:
    parameters = EVERY[name]().parameters
    assert len({p.name for p in parameters}) == len(parameters)
    for p in parameters:
        assert p.checked(p.start) == p.start
        assert not re.search(r'[<>"]', p.label)
        if isinstance(p, Choice):
            assert not any(re.search(r'[<>"]', key + text) for key, text in p.options.items())
        if isinstance(p, Slider):
            assert p.low < p.high and p.step > 0 and (not p.log or p.low > 0)


@pytest.mark.parametrize("name", EVERY)
def test_the_widget_is_the_same_module(name: str) -> None:
    made = EVERY[name]()
    widget = made.widget()
    assert str(widget._esm) == made.module and "export default widget;" in made.module
    assert {p.name: getattr(widget, p.name) for p in made.parameters} == made.values
    state = widget.get_state()
    assert all(state[p.name] == p.start for p in made.parameters)
    for p in made.parameters:
        match p:
            case Slider():
                setattr(widget, p.name, p.low)
                assert getattr(widget, p.name) == p.low
                wrong: Any = p.high + 1
            case Stops():
                setattr(widget, p.name, p.values[0])
                wrong = p.values[0] + 1e-3
            case Choice():
                setattr(widget, p.name, list(p.options)[-1])
                wrong = "no such option"
            case Again():
                setattr(widget, p.name, 7)
                wrong = -1
        with pytest.raises(TraitError):
            setattr(widget, p.name, wrong)
    widget.close()


def test_a_closing_tag_in_data_cannot_end_the_script() -> None:
    text = constants(x="</script><!-- < 1")
    assert "</script" not in text and "<!--" not in text and "< 1" in text


def test_a_title_with_quotes_does_not_break_the_page() -> None:
    odd = Explorable(
        "odd", "a", (Choice("x", "x", {"a": "say \"a\" & 'b'"}, "a"),), "", factor().still, "alt"
    )
    assert 'data-start="{&quot;x&quot;:&quot;a&quot;}"' in odd.html


def test_the_replay_is_the_run_of_the_library() -> None:
    for name in replay.INITIALISERS:
        kept, again = replay.recorded(name), replay.run(name, epochs=3)
        for field in ("bars", "speeds", "cost"):
            expected = getattr(again, field)
            assert abs(getattr(kept, field)[:4] / expected - 1).max() < 1e-9, (name, field)
        assert (kept.right[:4] == again.right).all()
        assert kept.bars.shape == (replay.EPOCHS + 1, 4, replay.NEURONS)
        inside = (kept.bars**2).sum(axis=2) < kept.speeds**2  # six of thirty neurons
        assert inside.all()
    with pytest.raises(ValueError, match="initialiser must be one of nielsen, gaussian"):
        replay.recorded("xavier")


@pytest.mark.parametrize("bad", [-1, 2**32, 0.5])
def test_seeds_are_checked(bad: float) -> None:
    with pytest.raises(ValueError, match="seed must be whole numbers from 0"):
        Stream(bad)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="streams must be whole numbers from 0"):
        Stream(1, [0, bad])


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e21])
def test_what_cannot_be_packed_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="x must be finite"):
        replay.packed([0.1, bad])
