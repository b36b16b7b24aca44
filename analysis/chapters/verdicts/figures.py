"""One bar for each account, divided by verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

ACCOUNTS = {"A": "A, after Nielsen", "N": "N, Nielsen besides", "B": "B, six remedies"}
COLOURS = {"holds": "C2", "holds if": "C0", "false as stated": "C1", "open": "0.6", "not a statement": "0.85"}


def counts(rows: Iterable[object], ax: Axes | None = None) -> Axes:
    """How many statements of each account have which verdict, as parts of a horizontal bar;
    ``rows`` have ``id`` and ``kind``.

    Raises ValueError for a kind without a colour, which would be left out.
    """
    ax = plt.subplots(figsize=(6.4, 2.4))[1] if ax is None else ax
    found = Counter((row.id[0], row.kind) for row in rows)  # type: ignore[attr-defined]
    strange = {kind for _, kind in found} - set(COLOURS)
    if strange:
        raise ValueError(f"kind of each row must be one of {', '.join(COLOURS)}, not {', '.join(strange)}")
    for y, account in enumerate(reversed(ACCOUNTS)):
        left = 0
        for kind, colour in COLOURS.items():
            n = found[account, kind]
            if n:
                ax.barh(y, n, left=left, color=colour, edgecolor="white", height=0.62)
                ax.text(left + n / 2, y, str(n), ha="center", va="center", color="black")
            left += n
    ax.set_yticks(range(len(ACCOUNTS)), list(reversed(ACCOUNTS.values())))
    handles = [Rectangle((0, 0), 1, 1, color=colour) for colour in COLOURS.values()]
    ax.legend(
        handles,
        list(COLOURS),
        ncols=5,
        loc="lower center",
        bbox_to_anchor=(0.42, 1.0),
        fontsize=8,
        columnspacing=1.0,
    )
    ax.set(xlabel="statements")
    ax.grid(axis="y", visible=False)
    return ax
