"""What chapter 5 says in words and prints, each against a value computed here or typed from a source."""

from __future__ import annotations

import math

import mpmath
import numpy as np
from notebook_text import NOTEBOOKS, sources, words

from analysis.chapters.wide_layers.random_layers import exponent_by_width


def entry(key: str) -> str:
    """One entry of the bibliography."""
    bibliography = (NOTEBOOKS / "references.bib").read_text(encoding="utf-8")
    return bibliography.split(f"{{{key},", 1)[1].split("\n@", 1)[0]


def test_the_method_of_benettin_is_in_part_2() -> None:
    assert all(x in entry("benettin1980") for x in ("{Part} 2", "21--30", "10.1007/BF02128237"))
    (listed,) = (text for text in sources("05_wide_layers") if text.startswith("## Sources"))
    assert "Part 2: numerical application, *Meccanica* 15 (1980), 21–30, doi:10.1007/BF02128237" in listed


def test_sigmoid_networks_balance_at_10_over_root_n_and_not_at_4() -> None:
    """λ₁ of simulated networks without biases: near 0 at 10.15/√n, and ½ log 0.474 = −0.37 at 4.7226/√n."""
    for scale, expected in ((10.15, 0.0), (4.7226, -0.374)):
        std, rng = scale / math.sqrt(200), np.random.default_rng(0)
        run = exponent_by_width("sigmoid", [200], {200: std}.__getitem__, rng, depth=60, replicates=8)
        assert abs(run.top[0] - expected) < 0.05


def test_log_s_is_the_limit_of_wide_layers() -> None:
    """λ₁ − log s = (log(2/n) + ψ(n/2))/2 for entries N(0, s²/n); at n = 2 it is −γ/2."""
    at = {
        n: float(mpmath.log(mpmath.mpf(2) / n) + mpmath.digamma(mpmath.mpf(n) / 2)) / 2 for n in (1, 2, 4, 16)
    }
    np.testing.assert_allclose(list(at.values()), [-0.635, -0.289, -0.135, -0.032], atol=5e-4)
    text = words("05_wide_layers")
    assert "tends to log s, whatever the width" not in text
    assert f"tends to log s as the width grows. At width 2 it is {-at[2]:.2f} lower" in text
