"""``python -m analysis.chapters.normalisation.make_records``:
makes the recorded runs of chapter 11 anew, in half an hour of one core."""

from __future__ import annotations

import argparse
import sys

from analysis.chapters.normalisation.depth import growth_by_batch
from analysis.chapters.normalisation.records import FOLDER, GROWN, TRAINED, name
from analysis.chapters.normalisation.training import batch_norm_training
from analysis.numeric.data import digits
from analysis.sweep.recording import recorder
from analysis.sweep.storage import save_result

COMMAND = "python -m analysis.chapters.normalisation.make_records"
BATCHES = (6, 8, 12, 16, 32, 64, 128)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SEEDS = range(5)
EPOCHS = 15


@recorder(COMMAND, __doc__, FOLDER)
def main(options: argparse.Namespace) -> int:
    """Runs the command; a run whose files are there is left as it is unless ``--again`` is given."""

    def wanted(run: str) -> bool:
        there = (options.into / f"{run}.json").is_file()
        return options.only in run and (options.again or not there)

    for activation in GROWN:
        if wanted(f"growth-{activation}"):
            found = growth_by_batch(BATCHES, activation=activation)
            save_result(options.into / f"growth-{activation}", found, COMMAND)
    data = digits()
    for activation, normaliser, depth, scale in TRAINED:
        run = name(activation, normaliser, depth, scale)
        if wanted(run):
            result = batch_norm_training(
                data,
                activation=activation,
                normaliser=normaliser,
                depth=depth,
                scale=scale,
                rates=RATES,
                seeds=SEEDS,
                epochs=EPOCHS,
            )
            save_result(options.into / run, result, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
