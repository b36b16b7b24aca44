"""An experiment that writes down each of its runs; in a module of its own, so that workers can import it."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from time import sleep

import numpy as np

from analysis.sweep.experiment import Experiment


def counted(
    rng: np.random.Generator, *, n: int, log: str, seconds: float = 0.0, name: str = "a", forbidden: int = -1
) -> dict[str, float]:
    """A random number and n; the run is entered in the file ``log`` at its start, once with its number n."""
    if n == forbidden:
        raise ValueError("this n is forbidden")
    with open(log, "ab", buffering=0) as file:
        file.write(f"{n} {os.getpid()}\n".encode())
    sleep(seconds)
    return {"drawn": float(rng.standard_normal()), "n": n}


COUNTED = Experiment(run=counted, units={"drawn": "1", "n": "runs"})
NAME = "counted:COUNTED"
NOT_ONE = 3


def runs(log: Path) -> Counter[int]:
    """{n: how often it was run}."""
    return (
        Counter(int(line.split()[0]) for line in log.read_text().splitlines()) if log.exists() else Counter()
    )
