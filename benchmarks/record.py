"""Puts the races of a run, with the machine and the versions, where the book's page on speed reads them."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy  # noqa: F401 -- loads its linear algebra, which is asked for below
from threadpoolctl import threadpool_info

PACKAGES = (
    "sympy",
    "numpy",
    "scipy",
    "numba",
    "torch",
    "jax",
    "autograd",
    "distributed",
    "torchmortem",
    "anyinit",
)
COMMAND = "python3 make.py bench --peers --store"


def processor() -> str:
    """The processor's own name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


def of_numpy() -> list[dict[str, Any]]:
    """The linear algebra that NumPy calls, with the kernels it chose: OPENBLAS_CORETYPE and the processor
    decide, up to twofold."""
    return [x for x in threadpool_info() if x["user_api"] == "blas" and "numpy" in x["filepath"]]


def facts() -> dict[str, Any]:
    """Machine, versions, NumPy's linear algebra and the command; a package that is not installed is None."""
    versions: dict[str, str | None] = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name).split("+")[0]
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    blas = sorted(
        {f"{x['internal_api']} {x['version']} {x.get('architecture', '')}".strip() for x in of_numpy()}
    )
    machine = {"processor": processor(), "cores": os.cpu_count(), "system": platform.system()}
    return {"command": COMMAND, "machine": machine, "versions": versions, "blas": blas}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    given.target.parent.mkdir(parents=True, exist_ok=True)
    races = json.loads(given.results.read_text(encoding="utf-8"))
    given.target.write_text(
        json.dumps(facts() | {"races": races}, indent=1, ensure_ascii=False, sort_keys=False) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
