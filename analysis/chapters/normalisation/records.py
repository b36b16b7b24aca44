"""The long runs of chapter 11, kept in ``analysis/chapters/normalisation/recorded``;
``make_records`` makes them anew."""

from __future__ import annotations

from pathlib import Path

from analysis.chapters.normalisation.depth import GrowthByBatch
from analysis.chapters.normalisation.training import BatchNormTraining
from analysis.sweep.storage import load_result

FOLDER = Path(__file__).parent / "recorded"
TRAINED = (
    *(("sigmoid", n, 4, 1.0) for n in ("none", "batch", "layer")),
    *(("sigmoid", n, 4, s) for s in (2.0, 4.0, 8.0) for n in ("none", "batch")),
    *(("relu", n, 4, 1.0) for n in ("none", "batch", "layer")),
    *(("relu", n, 4, s) for s in (0.1, 10.0) for n in ("none", "batch")),
    *(("relu", n, 40, 1.0) for n in ("none", "batch", "layer", "residual")),
)
"""(activation, normaliser, depth, scale of the initial weights) of every recorded training."""
GROWN = ("relu", "identity")


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
    """15 epochs on the digits, five seeds, six learning rates."""
    return load_result(BatchNormTraining, folder / name(activation, normaliser, depth, scale))


def growth(activation: str, folder: Path = FOLDER) -> GrowthByBatch:
    """The growth of the gradient per layer for batches of 6 … 128."""
    if activation not in GROWN:
        raise ValueError(f"activation must be one of {', '.join(GROWN)}, not {activation!r}")
    return load_result(GrowthByBatch, folder / f"growth-{activation}")
