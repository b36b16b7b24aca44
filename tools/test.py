"""``make.py test``: every check there is, and a table of them; the notebooks that are named; or pytest with
its arguments.

First the book is built and the claims are settled, beside what runs nothing; then come the unit tests, beside
the notebooks, which show claims and read what was found of them.

Two lanes run beside one another. What the first prints is shown as it comes; what the second prints goes to
``build/test`` and is shown after the step of the first that it ended in.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from tools import environment, places, processes, pytorch
from tools.book import build_book
from tools.messages import say
from tools.notebooks import leading_notebooks, notebook_paths, runnable

TYPED = ["analysis", "unstable_gradients", "tools", "make.py"]
"""What mypy reads."""


ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""The lanes take all cores: threads of linear algebra would wait for one another, which costs up to 8×."""
CLAIMS = "tests/claims/test_claims.py"
NO_CELLS = ["-p", "no:nbval"]
"""For tests that are no notebooks': to import it takes a second and a half, in each process."""


class Step(NamedTuple):
    """One check: its name in the table; the arguments of .venv's Python, or what else runs it; and
    environment variables for it alone."""

    name: str
    work: list[str] | Callable[[], int]
    variables: Mapping[str, str] = ONE_THREAD


class Outcome(NamedTuple):
    """How a step ended, after how many seconds, and the file of what it printed, where that is not shown at
    once."""

    name: str
    code: int
    seconds: float
    printed: Path | None = None


def workers() -> int:
    """How many processes a test run uses: one per core of this process, at most 8."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(8, cores or 1))


# What is run


def nbval(paths: list[Path], count: int) -> list[str]:
    """Run notebooks again and compare with their stored outputs, in so many processes: strictly on Linux,
    else for errors only.

    That there is none is a failure; one that needs a package that is not there is skipped, and said to be.
    """
    paths, told = runnable(paths)
    for sentence in told:
        say(sentence)
    if told and not paths:
        return ["-c", ""]
    if not paths:
        return ["-c", "import sys; sys.exit('There is no notebook in notebooks/ to run.')"]
    mode = "--nbval" if sys.platform.startswith("linux") else "--nbval-lax"
    # its own pytest run: shuffled or spread cells would not be a notebook
    options = ["-m", "pytest", "-q", mode, "--nbval-current-env", "-p", "no:randomly"]
    if len(paths) > 1:
        options += ["-n", str(count), "--dist", "loadfile", "--no-loadscope-reorder"]
    return options + [path.relative_to(places.ROOT).as_posix() for path in paths]


def strict_book() -> int:
    """The book from nothing, warnings being errors; the tests of the pages then read this one."""
    code = build_book(strict=True)
    if code == 0:
        os.environ["BOOK_IS_BUILT"] = "1"
    return code


def static() -> list[Step]:
    """The checks that run nothing of the book."""
    return [
        Step("ruff check", ["-m", "ruff", "check", "."]),
        Step("ruff format", ["-m", "ruff", "format", "--check", "."]),
        Step("mypy --strict", ["-m", "mypy", "--strict", *TYPED]),
    ]


def unit(*options: str) -> list[str]:
    """pytest on the tests, spread over the cores."""
    spread = ["-n", str(workers()), "--dist", "worksteal"]
    return ["-m", "pytest", "-q", *NO_CELLS, *spread, *options, "tests"]


def claims(*options: str) -> list[str]:
    """pytest on the claims, spread over the cores."""
    spread = ["-n", str(workers()), "--dist", "worksteal"]
    return ["-m", "pytest", "-q", *NO_CELLS, *spread, *options, CLAIMS]


def outcomes() -> dict[str, str]:
    """The variable that names the folder in which this run keeps what it finds of the claims, which is made
    anew."""
    from analysis.claims.fingerprint import fingerprint  # as it is now, and .venv is ready

    every = places.build() / "test" / "outcomes"
    places.remove(every)
    folder = every / fingerprint()
    folder.mkdir(parents=True)
    return {"UNSTABLE_GRADIENTS_OUTCOMES": str(folder)}


Lanes = tuple[list[Step], list[Step]]


def whole(every: bool) -> list[Lanes]:
    """The lanes of everything, pair by pair; ``every`` leaves out no sample."""
    # coverage is of analysis/, by both steps that measure it; the second fails below what pyproject.toml says
    options = ["--durations", "12", "--cov", "--cov-report=", *(["--all"] if every else [])]
    kept = {**ONE_THREAD, **outcomes()}
    book = Step("book, no warning", strict_book)
    settled = Step("claims", claims(*options, "--cov-fail-under=0"), kept)
    # these see nothing that is kept: some put an error into analysis and look at what becomes of claims
    units = Step("unit tests, coverage", unit(*options, "--cov-append", "--ignore", CLAIMS))
    # half of the cores, for the unit tests need more than twice the time
    uncached = ["-p", "no:cacheprovider"]  # the unit tests write what failed last, for --lf
    cells = nbval(pytorch.runnable(notebook_paths()), max(1, workers() // 2)) + uncached
    return [([book, settled], static()), ([units], [Step("notebooks", cells, kept)])]


def quick() -> list[Lanes]:
    """The lanes of what takes little time: no browser, no notebook, no coverage; ``tests/quick.py`` names
    what else is left out."""
    return [([Step("unit tests, the quick", unit("--quick"))], static())]


# How it is run


def ended(step: Step, printed: Path | None = None) -> Outcome:
    """Run a step, what it prints going to a file where one is given."""
    start = time.monotonic()
    if callable(step.work):
        code, printed = step.work(), None
    elif printed is None:
        code = processes.python_call(*step.work, variables=step.variables)
    else:
        with printed.open("wb") as out:
            code = processes.python_call(
                *step.work, variables=step.variables, stdout=out, stderr=subprocess.STDOUT
            )
    return Outcome(step.name, code, time.monotonic() - start, printed)


def heading(name: str) -> None:
    """The name of a step above what it prints."""
    say(f"\n=== {name}")


def show(outcome: Outcome) -> None:
    """What a step of the second lane printed, and how it ended."""
    heading(outcome.name)
    if outcome.printed is not None:
        say(outcome.printed.read_text(encoding="utf-8", errors="replace"), end="")
    if outcome.code:
        say(f"(exit code {outcome.code})")


@contextlib.contextmanager
def heard() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets at once, and then goes its way; ``Popen.wait`` tells of it only later."""
    event = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        event.set()
        signal.default_int_handler(number, frame)

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, hear)
    try:
        yield event
    finally:
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, before)


def beside(first: list[Step], second: list[Step]) -> list[Outcome]:
    """How all steps ended, the second lane's first."""
    folder = places.build() / "test"
    folder.mkdir(parents=True, exist_ok=True)
    quiet: list[Outcome] = []

    def lane(stopped: threading.Event) -> None:
        for step in second:
            if stopped.is_set():  # it ends the first lane, and the step that this one was in
                return
            quiet.append(ended(step, folder / f"{'-'.join(re.findall('[a-z]+', step.name))}.txt"))
            if quiet[-1].code:
                stopped.wait(1.0)  # the step may have heard it first

    shown: list[Outcome] = []
    loud: list[Outcome] = []

    def show_new() -> None:
        for outcome in quiet[len(shown) :]:
            show(outcome)
            shown.append(outcome)

    with heard() as stopped:
        thread = threading.Thread(target=lane, args=[stopped])
        thread.start()
        try:
            for step in first:
                heading(step.name)
                loud.append(ended(step))
                show_new()
        finally:
            thread.join()
    show_new()
    return shown + loud


def summary(outcomes: list[Outcome]) -> int:
    """The table; 1 where a step failed."""
    say("\n=== summary")
    for name, code, seconds, _ in outcomes:
        say(f"{'ok' if code == 0 else 'FAILED':>7}  {name:<21}{seconds:7.1f} s")
    return int(any(outcome.code for outcome in outcomes))


def test(words: list[str], small: bool = False, every: bool = False) -> int:
    """Every check there is; with words, the notebooks they name, or pytest with them.

    ``small`` and ``every`` are ``--quick`` and ``--all``.
    """
    paths, rest = leading_notebooks(words)
    size = ["--quick"] if small else ["--all"] if every else []
    if paths:
        environment.warm_fonts()
        shown = pytorch.runnable(paths, named=True)
        return processes.python_call(*nbval(shown, workers()), *rest, variables=ONE_THREAD)
    if rest:
        asked = any(word.startswith("--nbval") for word in rest)
        options = ["-p", "no:randomly"] if asked else NO_CELLS
        return processes.python_call("-m", "pytest", *options, *size, *rest)
    os.environ.pop("BOOK_IS_BUILT", None)
    if not pytorch.there():
        os.environ["NOT_COVERED"] = pytorch.COVERED  # pyproject.toml leaves it out of the measure
    if not small:
        environment.warm_fonts()
    pairs = quick() if small else whole(every)
    code = summary([outcome for pair in pairs for outcome in beside(*pair)])
    pytorch.skipped()
    return code
