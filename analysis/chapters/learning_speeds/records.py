"""The long runs of chapter 4, kept in ``analysis/chapters/learning_speeds/recorded``:
one .npz and one .json (parameters, command, versions) each.

``python -m analysis record learning_speeds --mnist FOLDER`` makes them anew. Every run has images ``data``
("digits" or "mnist": the first 1,000 training images), an ``initialiser`` ("nielsen" or "gaussian") and 2, 3
or 4 hidden layers of 30 neurons. All functions raise ValueError on a run that was not recorded.
"""

from __future__ import annotations

from pathlib import Path

from analysis.chapters.learning_speeds.gradient_bars import GradientBars
from analysis.chapters.learning_speeds.learning_speeds import LearningSpeeds
from analysis.chapters.learning_speeds.near_optimum import NearOptimum
from analysis.chapters.learning_speeds.speed_bands import SpeedBands
from analysis.sweep.storage import load_result

FOLDER = Path(__file__).parent / "recorded"
DATA = ("digits", "mnist")
INITIALISERS = ("nielsen", "gaussian")
HIDDEN = (2, 3, 4)


def initial_speeds(data: str, initialiser: str, hidden: int, folder: Path = FOLDER) -> LearningSpeeds:
    """200 untrained networks: a ``LearningSpeeds`` of zero epochs."""
    return load_result(LearningSpeeds, folder / f"{run_name(data, initialiser, hidden)}-initial")


def trained_bands(data: str, initialiser: str, hidden: int, folder: Path = FOLDER) -> SpeedBands:
    """500 epochs: quantiles over 200 seeds for "nielsen", 60 for "gaussian"."""
    return load_result(SpeedBands, folder / run_name(data, initialiser, hidden))


def bars(data: str, initialiser: str = "nielsen", folder: Path = FOLDER) -> GradientBars:
    """∂C/∂b of the hidden neurons of five untrained networks with two hidden layers."""
    return load_result(GradientBars, folder / f"{run_name(data, initialiser, 2)}-bars")


def beyond_the_plateau(data: str, hidden: int, folder: Path = FOLDER) -> NearOptimum:
    """Ten networks taken on from where plain descent leaves them (weights N(0, 1/n_in))."""
    return load_result(NearOptimum, folder / f"{run_name(data, 'nielsen', hidden)}-near-optimum")


def run_name(data: str, initialiser: str, hidden: int) -> str:
    """The file name of a run; raises ValueError naming the known parameters."""
    for name, x, known in (
        ("data", data, DATA),
        ("initialiser", initialiser, INITIALISERS),
        ("hidden", hidden, HIDDEN),
    ):
        if x not in known:
            raise ValueError(f"{name} must be one of {', '.join(map(str, known))}, not {x!r}")
    return f"{data}-{initialiser}-{hidden}"
