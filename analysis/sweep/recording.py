"""What the programs that record runs have in common: their options, and how they end."""

from __future__ import annotations

import argparse
import errno
import functools
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.numeric.optional import of_book

Make = Callable[[argparse.Namespace], int]


def recorder(command: str, about: str | None, folder: Path) -> Callable[[Make], Callable[..., int]]:
    """A decorator that makes a program with the options --into,
    --only and --again of a function of the parsed options.

    The program returns what the function returns; 1 with one sentence where that raises OSError or
    ValueError, or where no run has ``--only`` in its name; 130 where it is interrupted.
    """

    def of(make: Make) -> Callable[..., int]:
        @functools.wraps(make)
        def main(arguments: Sequence[str] | None = None) -> int:
            parser = argparse.ArgumentParser(prog=command, description=about)
            parser.add_argument("--into", type=Path, default=folder, help="where the files go")
            parser.add_argument("--only", default="", help="runs whose name contains this")
            parser.add_argument("--again", action="store_true", help="make those that are there anew")
            options = parser.parse_args(arguments)
            try:
                ready(options.into)
                status = make(options)
            except (OSError, ValueError) as error:
                print(error, file=sys.stderr)
                return 1
            except KeyboardInterrupt:
                again = " (without --again)" if options.again else ""
                print(
                    f"interrupted; the same command{again} makes the runs that are not there yet",
                    file=sys.stderr,
                )
                return 130
            if not any(options.only in path.stem for path in options.into.glob("*.json")):
                print(
                    f"--only must be a part of a run's name, and {options.only!r} is in none", file=sys.stderr
                )
                return 1
            return status

        return main

    return of


def ready(folder: Path) -> None:
    """Make the folder where the files go;
    raises OSError where it cannot be written, before the work and not after it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, "cannot be written: name another folder", str(folder))


def own_folder() -> Path:
    """Where finished seeds are kept:
    "runs" in the user's cache folder, or, where that cannot be written, a folder made afresh.

    Never a name in the shared temporary folder that another user could have taken before.
    """
    pooch = of_book("pooch")
    folder = Path(pooch.os_cache("unstable-gradients")) / "runs"
    try:
        ready(folder)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="unstable-gradients-"))
    return folder


def goes_on(folder: Path) -> str:
    """What to tell after an interruption."""
    return f"interrupted; the same command goes on, with --checkpoints {shlex.quote(str(folder))}"
