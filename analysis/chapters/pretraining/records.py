"""The trainings of chapter 9, kept in ``analysis/chapters/pretraining/recorded``; ``python -m analysis
record pretraining`` makes them anew, in about five minutes of one core.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from analysis.chapters.pretraining.stack import SCALES, STARTS, Finetuning, finetuning
from analysis.numeric.data import digits
from analysis.sweep.recording import of_table
from analysis.sweep.storage import load_result

FOLDER = Path(__file__).parent / "recorded"
LABELLED = {1100: (100, 1), 100: (1000, 10)}
"""Labelled images → epochs, and every how many of them the network is evaluated."""
TRAINED = (
    *((start, labelled) for labelled in LABELLED for start in STARTS),
    *((start, 100) for start in SCALES if start not in STARTS),
)
"""(start, labelled images) of every recorded training."""
RATES = {1100: (0.3, 1.0, 3.0), 100: (0.3, 1.0, 3.0, 5.0)}
"""By the number of labelled images."""
SEEDS = range(5)


def name(start: str, labelled: int = 1100) -> str:
    """The file name of a training; raises ValueError where it was not recorded."""
    if (start, labelled) not in TRAINED:
        known = ", ".join(f"({s!r}, {n})" for s, n in TRAINED)
        raise ValueError(f"start and labelled must be one of {known}, not ({start!r}, {labelled!r})")
    return f"{start.replace(' ', '-')}-{labelled}"


def training(start: str, labelled: int = 1100, folder: Path = FOLDER) -> Finetuning:
    """Five seeds; 100 epochs on 1,100 labelled images at three learning rates, or 1,000 on 100 at four."""
    return load_result(Finetuning, folder / name(start, labelled))


def runs() -> dict[str, Callable[[], Finetuning]]:
    """File name → what makes the run."""
    made: dict[str, Callable[[], Finetuning]] = {}
    for start, labelled in TRAINED:
        epochs, every = LABELLED[labelled]
        made[name(start, labelled)] = partial(
            finetuning,
            digits(),
            start=start,
            rates=RATES[labelled],
            seeds=SEEDS,
            labelled=labelled,
            epochs=epochs,
            every=every,
        )
    return made


main = of_table("pretraining", __doc__, FOLDER, runs)
