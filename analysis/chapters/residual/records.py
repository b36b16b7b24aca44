"""The trainings of chapter 12, kept in ``analysis/chapters/residual/recorded``; ``python -m analysis
record residual`` makes them anew, in about five minutes of one core.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from analysis.chapters.residual.training import VARIANTS, ResidualTraining, residual_training
from analysis.numeric.data import digits
from analysis.sweep.recording import of_table
from analysis.sweep.storage import load_result

FOLDER = Path(__file__).parent / "recorded"
DEPTHS = (4, 16, 48)
SHALLOW = ("plain-large", "residual-scaled-small", "residual-scaled-large")
"""The variants that were tried at the smallest depth only, where the scale of the weights is chosen, too."""
TRAINED = tuple((v, d) for d in DEPTHS for v in VARIANTS if d == DEPTHS[0] or v not in SHALLOW)
"""(variant, depth) of every recorded training."""
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SEEDS = range(5)
EPOCHS, EVERY = 15, 5


def training(variant: str, depth: int, folder: Path = FOLDER) -> ResidualTraining:
    """15 epochs on the digits, evaluated after every fifth, five seeds, six learning rates; raises
    ValueError where it was not recorded."""
    if (variant, depth) not in TRAINED:
        raise ValueError(
            f"variant must be one of {', '.join(VARIANTS)} and depth one of {DEPTHS} "
            f"({DEPTHS[0]} for {', '.join(SHALLOW)}), not {variant!r} and {depth!r}"
        )
    return load_result(ResidualTraining, folder / f"{variant}-{depth}")


def runs() -> dict[str, Callable[[], ResidualTraining]]:
    """File name → what makes the run."""
    return {
        f"{variant}-{depth}": partial(
            residual_training,
            digits(),
            variant,
            depth=depth,
            rates=RATES,
            seeds=SEEDS,
            epochs=EPOCHS,
            every=EVERY,
        )
        for variant, depth in TRAINED
    }


main = of_table("residual", __doc__, FOLDER, runs)
