"""``python -m analysis record learning_speeds``: makes the recorded runs of chapter 4 anew, in about an hour
of one core.

An interrupted run goes on where it stopped: finished seeds are kept in a folder.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from analysis.chapters.learning_speeds import replay
from analysis.chapters.learning_speeds.gradient_bars import gradient_bars
from analysis.chapters.learning_speeds.learning_speeds import learning_speeds
from analysis.chapters.learning_speeds.near_optimum import near_optimum
from analysis.chapters.learning_speeds.records import DATA, FOLDER, HIDDEN, INITIALISERS, run_name
from analysis.chapters.learning_speeds.speed_bands import speed_bands
from analysis.numeric.data import Dataset, load
from analysis.sweep.recording import command, goes_on, own_folder, ready
from analysis.sweep.storage import save_result

IMAGES = 1000
SEEDS = range(200)
TRAINED_SEEDS = {"nielsen": range(200), "gaussian": range(60)}
BAR_SEEDS = range(5)
NEAR_OPTIMUM_SEEDS = range(10)
EPOCHS = 500
PARTS = (*DATA, "replay")
"""The runs on either images, and the two that the slider replays."""


def images(name: str, mnist: str | Path | None = None) -> Dataset:
    """The first 1,000 images of "digits", or of MNIST's training images from the folder ``mnist`` (downloaded
    where None).
    """
    where = {"folder": mnist} if name == "mnist" else {}
    return load(name, count=IMAGES, **where)


def sizes(data: Dataset, hidden: int) -> tuple[int, ...]:
    """(pixels, 30, …, 30, 10)."""
    return (data.images.shape[1], *(30,) * hidden, 10)


def record(name: str, data: Dataset, into: Path, checkpoints: Path, command: str) -> None:
    """All runs on these images: initial speeds, curves, bars, and the runs beyond the plateau."""
    ready(into)
    for initialiser in INITIALISERS:
        for hidden in HIDDEN:
            run = run_name(name, initialiser, hidden)
            shape = sizes(data, hidden)
            start = learning_speeds(data, shape, seeds=SEEDS, initialiser=initialiser, epochs=0)
            save_result(into / f"{run}-initial", start, command)
            curves = learning_speeds(
                data,
                shape,
                seeds=TRAINED_SEEDS[initialiser],
                initialiser=initialiser,
                epochs=EPOCHS,
                checkpoints=checkpoints / run,
            )
            save_result(into / run, speed_bands(curves), command)
            shutil.rmtree(checkpoints / run)
        pictured = gradient_bars(data, sizes(data, 2), seeds=BAR_SEEDS, initialiser=initialiser)
        save_result(into / f"{run_name(name, initialiser, 2)}-bars", pictured, command)
    for hidden in HIDDEN:
        beyond = near_optimum(data, sizes(data, hidden), seeds=NEAR_OPTIMUM_SEEDS, epochs=EPOCHS)
        save_result(into / f"{run_name(name, 'nielsen', hidden)}-near-optimum", beyond, command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 1 with one sentence where it cannot be done, or 130 where it was
    interrupted."""
    parser = argparse.ArgumentParser(prog=command("learning_speeds"), description=__doc__)
    parser.add_argument(
        "--mnist", metavar="FOLDER", help="where MNIST's IDX files lie; downloaded if not given"
    )
    parser.add_argument("--only", choices=PARTS, help="these images alone, or the two runs of the slider")
    parser.add_argument("--into", type=Path, default=FOLDER, help="where the files go")
    parser.add_argument(
        "--checkpoints",
        type=Path,
        help="where finished seeds are kept, so that an interrupted run goes on; a folder of your cache if "
        "not given",
    )
    options = parser.parse_args(arguments)
    checkpoints = options.checkpoints or own_folder()
    try:
        return _recorded(options, checkpoints)
    finally:
        if options.checkpoints is None:
            with suppress(OSError):
                checkpoints.rmdir()  # ours, and removed where it is empty


def _recorded(options: argparse.Namespace, checkpoints: Path) -> int:
    given = shlex.split(command("learning_speeds"))
    given += ["--mnist", "FOLDER"] if options.mnist else []
    for name in [options.only] if options.only else PARTS:
        made_by = shlex.join([*given, "--only", name])
        try:
            if name == "replay":
                ready(options.into)
                replay.record(options.into, made_by)
            else:
                record(name, images(name, options.mnist), options.into, checkpoints, made_by)
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print(goes_on(checkpoints), file=sys.stderr)
            return 130
    return 0
