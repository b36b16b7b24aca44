"""What chapter 2 says in words and prints, each against a value computed here or typed from a source."""

from __future__ import annotations

import numpy as np
from notebook_text import cells


def test_the_share_of_fig_ratios_depends_on_the_input() -> None:
    """The share right of 1/16 by simulation: 0.103, 0.097 and 0.084 for the inputs 0, 1/2 and 1."""
    rng, right = np.random.default_rng(20), {}
    for start in (0.0, 0.5, 1.0):
        w, b = rng.standard_normal((2, 3, 500_000))
        a, ratio = np.full(500_000, start), np.ones(500_000)
        for l in range(3):
            a = 1 / (1 + np.exp(-(w[l] * a + b[l])))
            ratio *= (w[l] if l else 1) * (a * (1 - a) if l < 2 else 1)
        right[start] = float((np.abs(ratio) > 1 / 16).mean())
    np.testing.assert_allclose(list(right.values()), [0.1033, 0.0974, 0.0843], atol=2e-3)
    (cell,) = (c for c in cells("02_quarter_bound") if "fig-ratios" in str(c["metadata"]))
    caption = cell["metadata"]["mystnb"]["figure"]["caption"]
    assert "with the input ½. A tenth" in caption
    assert "with the input one half" in cell["metadata"]["slideshow"]["notes"]
