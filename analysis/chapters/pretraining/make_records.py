"""``python -m analysis.chapters.pretraining.make_records``:
makes the recorded runs of chapter 9 anew, in a quarter of an hour of one core."""

from __future__ import annotations

import argparse
import sys

from analysis.chapters.pretraining.records import FOLDER, LABELLED, TRAINED, name
from analysis.chapters.pretraining.stack import finetuning
from analysis.numeric.data import digits
from analysis.sweep.recording import recorder
from analysis.sweep.storage import save_result

COMMAND = "python -m analysis.chapters.pretraining.make_records"
RATES = (0.1, 0.3, 1.0, 3.0, 10.0)
SEEDS = range(5)


@recorder(COMMAND, __doc__, FOLDER)
def main(options: argparse.Namespace) -> int:
    """Runs the command; a run whose files are there is left as it is unless ``--again`` is given."""
    data = digits()
    for start, labelled in TRAINED:
        run, (epochs, every) = name(start, labelled), LABELLED[labelled]
        there = (options.into / f"{run}.json").is_file()
        if options.only in run and (options.again or not there):
            result = finetuning(
                data,
                start=start,
                rates=RATES,
                seeds=SEEDS,
                labelled=labelled,
                epochs=epochs,
                every=every,
            )
            save_result(options.into / run, result, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
