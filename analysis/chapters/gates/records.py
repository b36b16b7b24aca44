"""The trainings of chapter 13, kept in ``analysis/chapters/gates/recorded``; ``python -m analysis record
gates`` makes them anew, in about twenty minutes of one core. So does this module when it is run, which the
stored files name.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from analysis.chapters.gates.adding_problem import VARIANTS, SequenceTraining, sequence_training
from analysis.numeric.arguments import one_of
from analysis.numeric.data import digits
from analysis.sweep.recording import command, recorder
from analysis.sweep.storage import load_result, save_result

FOLDER = Path(__file__).parent / "recorded"
COMMAND = command("gates")
LENGTHS, LAG = (10, 20, 50, 100), 50
FOLLOWED = ("rnn", "rnn-orthogonal", "relu", "relu-identity", "lstm-1")
"""The cells that were given sequences of every length; the others had those of ``LAG`` steps."""
PIXELS = ("rnn", "rnn-identity", "relu-identity", "gru", "lstm-1")
"""The cells that read digits."""
RATES, SEEDS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1), range(5)
SIDE = ("rnn-wide", "lstm-0", "lstm-long")
"""The cells that had the smaller grid, as all have on the digits: the rates in the middle, and three
seeds."""
FEW_RATES, FEW_SEEDS = RATES[1:5], range(3)
UPDATES = {"adding": 1500, "digits": 1000}


def lengths(variant: str) -> tuple[int, ...]:
    """The lengths of the sequences that were recorded for this variant."""
    return LENGTHS if variant in FOLLOWED else (LAG,)


def adding(variant: str, length: int, folder: Path = FOLDER) -> SequenceTraining:
    """The adding problem: five seeds, six learning rates (three, four for ``SIDE``); raises ValueError where
    it was not recorded."""
    one_of("variant", variant, VARIANTS)
    if length not in lengths(variant):
        raise ValueError(f"length must be one of {lengths(variant)} for {variant}, not {length!r}")
    return load_result(SequenceTraining, folder / f"adding-{variant}-{length}")


def pixels(variant: str, folder: Path = FOLDER) -> SequenceTraining:
    """The digits, one pixel a step: three seeds, four learning rates; raises ValueError where it was not
    recorded."""
    one_of("variant", variant, PIXELS)
    return load_result(SequenceTraining, folder / f"digits-{variant}")


@recorder(COMMAND, __doc__, FOLDER)
def main(options: argparse.Namespace) -> int:
    """Runs the command; a run whose files are there is left as it is unless ``--again`` is given."""

    def wanted(run: str) -> bool:
        there = (options.into / f"{run}.json").is_file()
        return options.only in run and (options.again or not there)

    for variant in VARIANTS:
        rates, seeds = (FEW_RATES, FEW_SEEDS) if variant in SIDE else (RATES, SEEDS)
        for length in lengths(variant):
            if wanted(f"adding-{variant}-{length}"):
                found = sequence_training(
                    variant, length=length, rates=rates, seeds=seeds, updates=UPDATES["adding"]
                )
                save_result(options.into / f"adding-{variant}-{length}", found, COMMAND)
    data = digits()
    for variant in PIXELS:
        if wanted(f"digits-{variant}"):
            found = sequence_training(
                variant, data=data, rates=FEW_RATES, seeds=FEW_SEEDS, updates=UPDATES["digits"]
            )
            save_result(options.into / f"digits-{variant}", found, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
