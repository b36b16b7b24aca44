"""The trainings of chapter 10, kept in ``analysis/chapters/clipping/recorded``;
``python -m analysis.chapters.clipping.records`` makes them anew, in about three minutes of one core.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from analysis.chapters.clipping.clipped_plateau import ClippedPlateau, clipped_plateau
from analysis.chapters.clipping.clipped_training import DeepTraining, deep_training
from analysis.chapters.learning_speeds.make_records import images, sizes
from analysis.numeric.data import digits
from analysis.sweep.recording import recorder
from analysis.sweep.storage import load_result, save_result

FOLDER = Path(__file__).parent / "recorded"
COMMAND = "python -m analysis.chapters.clipping.records"
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
SEEDS = range(6)
_LARGE: Mapping[str, Any] = {"gain": 1.5, "epochs": 10, "rates": RATES}
_SMALL: Mapping[str, Any] = {"gain": 0.5, "epochs": 10, "rates": RATES}
_STEADY: Mapping[str, Any] = {"depth": 5, "epochs": 20, "rates": (0.03,), "momentum": 0.9}

RUNS: dict[str, dict[str, Any]] = {
    "large": {**_LARGE},
    "large-norm-1": {**_LARGE, "clip": "norm", "threshold": 1.0},
    "large-norm-10": {**_LARGE, "clip": "norm", "threshold": 10.0},
    "large-value": {**_LARGE, "clip": "value", "threshold": 0.01},
    "large-l2": {**_LARGE, "decay": "l2", "alpha": 0.01},
    "he": {**_LARGE, "gain": 1.0},
    "small": {**_SMALL},
    "small-norm-1": {**_SMALL, "clip": "norm", "threshold": 1.0},
    "steady": {**_STEADY},
    "steady-l2": {**_STEADY, "decay": "l2", "alpha": 0.01},
    "steady-l1": {**_STEADY, "decay": "l1", "alpha": 0.001},
    "steady-decoupled": {**_STEADY, "decay": "decoupled", "alpha": 0.1},
}
"""What each run asks for; ten layers 40 wide unless said otherwise."""

PLATEAU = (
    *(("value", rate) for rate in (1e4, 3e4, 1e5, 3e5)),
    *(("norm", rate) for rate in (1e5, 3e5, 1e6, 3e6)),
    *(("none", rate) for rate in (1.0, 10.0, 100.0)),
)
"""(how, rate) of the steps from chapter 4's plateau, with the threshold 10⁻⁶."""
PLATEAU_SEEDS = range(5)


@cache
def plateau(folder: Path = FOLDER) -> ClippedPlateau:
    """The recorded steps from the plateau."""
    return load_result(ClippedPlateau, folder / "plateau")


@cache
def training(name: str, folder: Path = FOLDER) -> DeepTraining:
    """A recorded run by its name; raises ValueError where there is none of that name."""
    if name not in RUNS:
        raise ValueError(f"name must be one of {', '.join(RUNS)}, not {name!r}")
    return load_result(DeepTraining, folder / name)


@recorder(COMMAND, __doc__, FOLDER)
def main(options: argparse.Namespace) -> int:
    """Runs the command; a run whose files are there is left as it is unless ``--again`` is given."""
    data = digits()
    for name, asked in RUNS.items():
        there = (options.into / f"{name}.json").is_file()
        if options.only in name and (options.again or not there):
            save_result(options.into / name, deep_training(data, seeds=SEEDS, **asked), COMMAND)
    if options.only in "plateau" and (options.again or not (options.into / "plateau.json").is_file()):
        shown = images("digits")
        found = clipped_plateau(shown, sizes(shown, 4), PLATEAU, seeds=PLATEAU_SEEDS)
        save_result(options.into / "plateau", found, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
