"""The trainings of chapter 12, kept in ``analysis/chapters/residual/recorded``;
``python -m analysis.chapters.residual.records`` makes them anew, in about ten minutes of one core.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from analysis.chapters.residual.training import VARIANTS, ResidualTraining, residual_training
from analysis.numeric.data import digits
from analysis.sweep.recording import recorder
from analysis.sweep.storage import load_result, save_result

FOLDER = Path(__file__).parent / "recorded"
COMMAND = "python -m analysis.chapters.residual.records"
DEPTHS = (4, 16, 48)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
SEEDS = range(6)
EPOCHS = 15


def training(variant: str, depth: int, folder: Path = FOLDER) -> ResidualTraining:
    """15 epochs on the digits, six seeds, six learning rates; raises ValueError where it was not recorded."""
    if variant not in VARIANTS or depth not in DEPTHS:
        raise ValueError(
            f"variant must be one of {', '.join(VARIANTS)} and depth one of {DEPTHS}, not {variant!r} and "
            f"{depth!r}"
        )
    return load_result(ResidualTraining, folder / f"{variant}-{depth}")


@recorder(COMMAND, __doc__, FOLDER)
def main(options: argparse.Namespace) -> int:
    """Runs the command; a run whose files are there is left as it is unless ``--again`` is given."""
    data = digits()
    for depth in DEPTHS:
        for variant in VARIANTS:
            name = f"{variant}-{depth}"
            there = (options.into / f"{name}.json").is_file()
            if options.only in name and (options.again or not there):
                found = residual_training(data, variant, depth=depth, rates=RATES, seeds=SEEDS, epochs=EPOCHS)
                save_result(options.into / name, found, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
