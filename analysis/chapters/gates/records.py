"""The trainings of chapter 13, kept in ``analysis/chapters/gates/recorded``;
``python -m analysis.chapters.gates.records`` makes them anew, in about 40 minutes of one core.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from analysis.chapters.gates.adding_problem import VARIANTS, SequenceTraining, sequence_training
from analysis.numeric.data import digits
from analysis.sweep.recording import recorder
from analysis.sweep.storage import load_result, save_result

FOLDER = Path(__file__).parent / "recorded"
COMMAND = "python -m analysis.chapters.gates.records"
LENGTHS = (10, 20, 50)
LONG, LONGEST = ("rnn", "lstm-0", "lstm-1"), 100
"""The cells that were given the longest sequences as well."""
PIXELS = ("rnn", "rnn-wide", "rnn-identity", "lstm-0", "lstm-1", "gru")
"""The cells that read digits."""
RATES = (0.001, 0.003, 0.01, 0.03)
SEEDS = range(5)
UPDATES = {"adding": 1500, "digits": 1000}
EPSILON_HAT = True
"""These runs were made with the form of Adam that adds ε before the bias correction. ``sequence_training``
has PyTorch's form by default; the records wait for the next training.
"""


def lengths(variant: str) -> tuple[int, ...]:
    """The lengths of the sequences that were recorded for this variant."""
    return (*LENGTHS, LONGEST) if variant in LONG else LENGTHS


def adding(variant: str, length: int, folder: Path = FOLDER) -> SequenceTraining:
    """The adding problem: five seeds, four learning rates; raises ValueError where it was not recorded."""
    if variant not in VARIANTS or length not in lengths(variant):
        raise ValueError(
            f"variant must be one of {', '.join(VARIANTS)} and length one of {LENGTHS} (or {LONGEST} for "
            f"{', '.join(LONG)}), "
            f"not {variant!r} and {length!r}"
        )
    return load_result(SequenceTraining, folder / f"adding-{variant}-{length}")


def pixels(variant: str, folder: Path = FOLDER) -> SequenceTraining:
    """The digits, one pixel a step: five seeds, four learning rates;
    raises ValueError where it was not recorded."""
    if variant not in PIXELS:
        raise ValueError(f"variant must be one of {', '.join(PIXELS)}, not {variant!r}")
    return load_result(SequenceTraining, folder / f"digits-{variant}")


@recorder(COMMAND, __doc__, FOLDER)
def main(options: argparse.Namespace) -> int:
    """Runs the command; a run whose files are there is left as it is unless ``--again`` is given."""

    def wanted(run: str) -> bool:
        there = (options.into / f"{run}.json").is_file()
        return options.only in run and (options.again or not there)

    for variant in VARIANTS:
        for length in lengths(variant):
            if wanted(f"adding-{variant}-{length}"):
                found = sequence_training(
                    variant,
                    length=length,
                    rates=RATES,
                    seeds=SEEDS,
                    updates=UPDATES["adding"],
                    epsilon_hat=EPSILON_HAT,
                )
                save_result(options.into / f"adding-{variant}-{length}", found, COMMAND)
    data = digits()
    for variant in PIXELS:
        if wanted(f"digits-{variant}"):
            found = sequence_training(
                variant,
                data=data,
                rates=RATES,
                seeds=SEEDS,
                updates=UPDATES["digits"],
                epsilon_hat=EPSILON_HAT,
            )
            save_result(options.into / f"digits-{variant}", found, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
