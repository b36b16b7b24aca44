"""The trainings of chapter 10, kept in ``analysis/chapters/clipping/recorded``; ``python -m analysis
record clipping`` makes them anew, in about ten minutes of one core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from analysis.chapters.clipping.clipped_plateau import CLIPPED, ClippedPlateau, clipped_plateau, plateau
from analysis.chapters.clipping.clipped_training import DeepTraining, deep_training
from analysis.numeric.data import digits
from analysis.numeric.network import Network
from analysis.sweep.recording import of_table
from analysis.sweep.storage import load_result

FOLDER = Path(__file__).parent / "recorded"
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SEEDS = range(6)
_LARGE: Mapping[str, Any] = {"gain": 1.5, "epochs": 10, "rates": RATES}
_SMALL: Mapping[str, Any] = {"gain": 0.5, "epochs": 10, "rates": RATES}
_STEADY: Mapping[str, Any] = {"depth": 5, "epochs": 20, "rates": (0.03,), "momentum": 0.9}

RUNS: dict[str, dict[str, Any]] = {
    "large": {**_LARGE},
    **{f"large-norm-{c:g}": {**_LARGE, "clip": "norm", "threshold": c} for c in (1.0, 10.0)},
    **{f"large-value-{c:g}": {**_LARGE, "clip": "value", "threshold": c} for c in (0.01,)},
    "large-l2": {**_LARGE, "decay": "l2", "alpha": 0.01},
    "he": {**_LARGE, "gain": 1.0},
    **{f"he-norm-{c:g}": {**_LARGE, "gain": 1.0, "clip": "norm", "threshold": c} for c in (1.0, 10.0)},
    "small": {**_SMALL},
    "small-norm-1": {**_SMALL, "clip": "norm", "threshold": 1.0},
    "steady": {**_STEADY},
    "steady-l2": {**_STEADY, "decay": "l2", "alpha": 0.01},
    "steady-l1": {**_STEADY, "decay": "l1", "alpha": 0.001},
    "steady-decoupled": {**_STEADY, "decay": "decoupled", "alpha": 0.1},
}
"""What each run asks for; ten layers 40 wide unless said otherwise."""

LAYERS = (64, 30, 30, 30, 30, 10)
PLATEAU_SEEDS = range(5)
THRESHOLDS = {"plain": (1e-6, 1e-3), "momentum": (1e-3,), "adam": (1e-3,)}
FREE = {
    "plain": (1.0, 3.0, 5.0, 10.0, 30.0),
    "momentum": (0.1, 0.3, 1.0, 3.0),
    "adam": (0.003, 0.01, 0.03),
}
"""Rates without clipping, by optimiser. Adam divides by the size of the gradient, so these are its rates
with clipping, too."""
LENGTHS = {"value": (0.03, 0.1, 0.3), "norm": (0.1, 0.3, 1.0, 3.0), "layer": (0.3, 1.0, 3.0)}
"""ηc of plain descent by kind of clipping: how far an entry, the whole, or a layer moves where all is
clipped. With momentum a tenth of it, since a steady step is ten times as long.
"""


def _of_plateau() -> Iterator[tuple[str, dict[str, Any]]]:
    for optimiser, free in FREE.items():
        shorter = 0.1 if optimiser == "momentum" else 1.0
        for clip in CLIPPED:
            thresholds = THRESHOLDS[optimiser]
            for c in thresholds if clip != "none" else thresholds[:1]:
                own = clip == "none" or optimiser == "adam"
                rates = free if own else tuple(float(f"{x * shorter / c:.6g}") for x in LENGTHS[clip])
                name = f"plateau-{optimiser}-{clip}" + (f"-{c:g}" if clip != "none" else "")
                yield name, {"optimiser": optimiser, "clip": clip, "threshold": c, "rates": rates}


PLATEAU = dict(_of_plateau())
"""What each run of steps from chapter 4's plateau asks for."""


def off_plateau(optimiser: str, clip: str, folder: Path = FOLDER) -> list[ClippedPlateau]:
    """The recorded steps from the plateau, one result a threshold; raises ValueError where there are none of
    that kind."""
    names = [k for k, asked in PLATEAU.items() if (asked["optimiser"], asked["clip"]) == (optimiser, clip)]
    if not names:
        raise ValueError(
            f"optimiser must be one of {', '.join(FREE)} and clip one of {', '.join(CLIPPED)}, "
            f"not {optimiser!r} and {clip!r}"
        )
    return [_off(name, folder) for name in names]


@cache
def _off(name: str, folder: Path) -> ClippedPlateau:
    return load_result(ClippedPlateau, folder / name)


@cache
def training(name: str, folder: Path = FOLDER) -> DeepTraining:
    """A recorded run by its name; raises ValueError where there is none of that name."""
    if name not in RUNS:
        raise ValueError(f"name must be one of {', '.join(RUNS)}, not {name!r}")
    return load_result(DeepTraining, folder / name)


@cache
def _ends() -> tuple[Network, ...]:
    return plateau(digits(), LAYERS, PLATEAU_SEEDS)


def _from_plateau(asked: Mapping[str, Any]) -> ClippedPlateau:
    return clipped_plateau(digits(), _ends(), seeds=PLATEAU_SEEDS, **asked)


def runs() -> dict[str, Callable[[], DeepTraining | ClippedPlateau]]:
    """File name → what makes the run."""
    made: dict[str, Callable[[], DeepTraining | ClippedPlateau]] = {
        name: partial(deep_training, digits(), seeds=SEEDS, **asked) for name, asked in RUNS.items()
    }
    return made | {name: partial(_from_plateau, asked) for name, asked in PLATEAU.items()}


main = of_table("clipping", __doc__, FOLDER, runs)
