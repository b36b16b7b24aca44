"""The trainings of chapter 9, kept in ``analysis/chapters/pretraining/recorded``;
``make_records`` makes them anew."""

from __future__ import annotations

from pathlib import Path

from analysis.chapters.pretraining.stack import RESCALED, STARTS, Finetuning
from analysis.sweep.storage import load_result

FOLDER = Path(__file__).parent / "recorded"
LABELLED = {1400: (100, 1), 100: (1000, 10)}
"""Labelled images → epochs, and every how many of them the network is evaluated."""
TRAINED = (*((start, labelled) for labelled in LABELLED for start in STARTS), (RESCALED, 100))
"""(start, labelled images) of every recorded training."""


def name(start: str, labelled: int = 1400) -> str:
    """The file name of a training; raises ValueError where it was not recorded."""
    if (start, labelled) not in TRAINED:
        raise ValueError(
            f"start must be one of {', '.join(STARTS)} and labelled one of {', '.join(map(str, LABELLED))}, "
            f"or ({RESCALED!r}, 100), not {start!r} and {labelled!r}"
        )
    return f"{start.replace(' ', '-')}-{labelled}"


def training(start: str, labelled: int = 1400, folder: Path = FOLDER) -> Finetuning:
    """Five seeds, five learning rates; 100 epochs on 1,400 labelled images, or 1,000 on 100."""
    return load_result(Finetuning, folder / name(start, labelled))
