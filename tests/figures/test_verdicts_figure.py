"""The bars of the verdicts are as long as there are statements."""

from __future__ import annotations

import matplotlib.pyplot as plt

from analysis.figures.verdicts import counts
from analysis.verdicts import FALSE, HOLDS, Verdict


def test_each_part_is_as_long_as_its_count() -> None:
    rows = [Verdict(f"A{k}", (1,), "x", HOLDS, claims=("a",)) for k in (1, 2, 3)]
    rows += [Verdict("B1", (1,), "x", FALSE, "so", claims=("a",))]
    ax = counts(rows)
    assert sorted((bar.get_y(), bar.get_x(), bar.get_width()) for bar in ax.patches) == [
        (-0.31, 0, 1),
        (1.69, 0, 3),
    ]
    assert {t.get_text() for t in ax.texts} == {"1", "3"}
    plt.close(ax.figure)
