"""The look of the figures, and figures that say what they show."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from analysis.pictures.summary import summary


def book_style() -> None:
    """Figures look as those of the book from here on, and come with a ``summary`` as their text in a
    notebook, which nbval compares and no reader sees."""
    plt.style.use("analysis.book")
    Figure._repr_pretty_ = _shown  # type: ignore[attr-defined]


def _shown(figure: Figure, printer: Any, cycle: bool) -> None:
    printer.text(summary(figure))
