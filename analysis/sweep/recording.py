"""What the programs that record runs have in common: their options, and how they end."""

from __future__ import annotations

import argparse
import errno
import functools
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.numeric.optional import of_book
from analysis.sweep.storage import save_result

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Make = Callable[[argparse.Namespace], int]


def command(topic: str) -> str:
    """The command that makes a chapter's records, as it stands in each of them."""
    return f"python -m analysis record {topic}"


def of_table(
    topic: str,
    about: str | None,
    folder: Path,
    runs: Callable[[], Mapping[str, Callable[[], DataclassInstance]]],
) -> Callable[..., int]:
    """A program that makes the runs of a table, file name → what makes the result; options and ends as
    ``recorder`` has them.

    A run whose files are there is left as it is unless ``--again`` is given.
    """

    @recorder(command(topic), about, folder)
    def main(options: argparse.Namespace) -> int:
        for name, make in runs().items():
            there = (options.into / f"{name}.json").is_file()
            if options.only in name and (options.again or not there):
                save_result(options.into / name, make(), command(topic))
        return 0

    return main


def recorder(prog: str, about: str | None, folder: Path) -> Callable[[Make], Callable[..., int]]:
    """A decorator that makes a program with the options --into, --only and --again of a function of the
    parsed options.

    The program returns what the function returns; 1 with one sentence where that raises OSError or
    ValueError, or where no run has ``--only`` in its name; 130 where it is interrupted.
    """

    def of(make: Make) -> Callable[..., int]:
        @functools.wraps(make)
        def main(arguments: Sequence[str] | None = None) -> int:
            parser = argparse.ArgumentParser(prog=prog, description=about)
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
