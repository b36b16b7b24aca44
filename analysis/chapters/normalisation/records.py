"""The trainings of chapter 11, kept in ``analysis/chapters/normalisation/recorded``; ``python -m analysis
record normalisation`` makes them anew, in about a quarter of an hour of one core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from analysis.chapters.normalisation.depth import GrowthByBatch, growth_by_batch
from analysis.chapters.normalisation.training import BatchNormTraining, batch_norm_training
from analysis.numeric.data import digits
from analysis.sweep.recording import of_table
from analysis.sweep.storage import load_result

FOLDER = Path(__file__).parent / "recorded"
SCALES = (1.0, 2.0, 4.0, 8.0)
"""By what the initial weights of four sigmoid layers are multiplied: the same with and without
normalisation."""
TRAINED = (
    *(("sigmoid", n, 4, s) for s in SCALES for n in ("none", "batch", "layer")),
    *(("relu", n, 4, 1.0) for n in ("none", "batch", "layer")),
    *(("relu", n, 4, s) for s in (0.1, 10.0) for n in ("none", "batch")),
    *(("relu", n, 40, 1.0) for n in ("none", "batch", "layer", "residual")),
)
"""(activation, normaliser, depth, scale of the initial weights) of every recorded training."""
RATES = {4: (0.01, 0.03, 0.1, 0.3, 1.0, 3.0), 40: (0.01, 0.1, 1.0)}
"""By depth."""
SEEDS = range(5)
EPOCHS, EVERY = 15, 5
GROWN = ("relu", "identity")
BATCHES = (6, 8, 12, 16, 32, 64, 128)


def name(activation: str, normaliser: str, depth: int, scale: float = 1.0) -> str:
    """The file name of a training; raises ValueError where it was not recorded."""
    if (activation, normaliser, depth, float(scale)) not in TRAINED:
        raise ValueError(
            f"({activation!r}, {normaliser!r}, {depth!r}, {scale!r}) was not recorded; TRAINED lists what was"
        )
    return f"{activation}-{normaliser}-{depth}-{scale:g}"


def training(
    activation: str, normaliser: str, depth: int, scale: float = 1.0, folder: Path = FOLDER
) -> BatchNormTraining:
    """15 epochs on the digits, evaluated after every fifth, five seeds; six learning rates, or three at
    depth 40."""
    return load_result(BatchNormTraining, folder / name(activation, normaliser, depth, scale))


def growth(activation: str, folder: Path = FOLDER) -> GrowthByBatch:
    """The growth of the gradient per layer for batches of 6 … 128."""
    if activation not in GROWN:
        raise ValueError(f"activation must be one of {', '.join(GROWN)}, not {activation!r}")
    return load_result(GrowthByBatch, folder / f"growth-{activation}")


def runs() -> dict[str, Callable[[], GrowthByBatch | BatchNormTraining]]:
    """File name → what makes the run."""
    return dict(_runs())


def _runs() -> Iterator[tuple[str, Callable[[], GrowthByBatch | BatchNormTraining]]]:
    for activation in GROWN:
        yield f"growth-{activation}", partial(growth_by_batch, BATCHES, activation=activation)
    for activation, normaliser, depth, scale in TRAINED:
        yield (
            name(activation, normaliser, depth, scale),
            partial(
                batch_norm_training, digits(), activation=activation, normaliser=normaliser, depth=depth,
                scale=scale, rates=RATES[depth], seeds=SEEDS, epochs=EPOCHS, every=EVERY,
            ),
        )  # fmt: skip


main = of_table("normalisation", __doc__, FOLDER, runs)
