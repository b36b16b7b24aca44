"""What chapter 6 says in words and prints, each against a value computed here or typed from a source."""

from __future__ import annotations

import math
import re

import pytest
from notebook_text import cells, printed, shown, words


def test_the_typical_slopes_printed() -> None:
    """mpmath at 40 digits: 0.32991 and 0.31789; 0.3304 was printed for SiLU."""
    row = r"\| (\w+) \| [\d.]+ \| [\d.]+ \| ([\d.]+) \|\n"
    tables = shown(cells("06_activations"), "text/markdown")
    (table,) = re.findall(r"\| typical \|\n.*\n((?:.*\n?){5})", tables)
    typical = dict(re.findall(row, table + "\n"))
    assert typical["silu"] == "0.3299" and typical["gelu"] == "0.3179" and typical["selu"] == "0.9120"


def test_the_neuron_of_nielsen_is_described_as_his() -> None:
    """Nielsen 2015, chapter 3: weight and bias 2.0, input 1, target 0, η = 0.15, so z = 2·1 + 2."""
    text = words("06_activations")
    assert "slow neuron of Nielsen (2015, chapter 3): it starts" not in text
    cell = next(c for c in text.split("\n") if "slow one of Nielsen" in c)
    assert (
        "after the slow one" in cell and "$w=b=2$" in cell and f"$z={2 * 1 + 2}$" in cell and "$0.15$" in cell
    )


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("sigmoid", "| 4.7226 | 10.1493 | 0.141 |"),
        ("tanh", f"| 1.4674 | 1.0000 | {1 / math.sqrt(3):.3f} |"),
        ("relu", f"| {math.sqrt(2):.4f} | {math.sqrt(2):.4f} | {1 / math.sqrt(6):.3f} |"),
        ("gelu", f"| 1.4811 | none | {1 / math.sqrt(12):.3f} |"),
    ],
)
def test_the_scales_of_chapter_6(name: str, row: str) -> None:
    assert f"| {name} {row}" in printed("06_activations")
