"""The how-to page on sweeps: its blocks run as they stand, one after the other, and give the same numbers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

LOOK = "\n    import numpy, os\n    numpy.save('{}', result.values)\n"


def blocks(root: Path) -> list[str]:
    return re.findall(
        r"```python\n(.*?)```", (root / "book" / "sweeps.md").read_text(encoding="utf-8"), re.DOTALL
    )


def run(code: str, folder: Path, root: Path, *start: str) -> None:
    (folder / "mine.py").write_text(code, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(folder)])}
    done = subprocess.run(
        [*start, sys.executable, "mine.py"] if not start else [*start, "mine.py"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The folder of the first block's sweep in one process, its values in ``here.npy``."""
    folder = tmp_path_factory.mktemp("alone")
    run(blocks(root)[0] + LOOK.format("here").replace("\n    ", "\n"), folder, root)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("way", [1, 2], ids=["processes", "dask"])
def test_the_ways_give_the_same_numbers(way: int, tmp_path: Path, root: Path, alone: Path) -> None:
    import numpy as np

    every = blocks(root)
    first = (
        every[0]
        .replace("print(", "if __name__ == '__main__': print(")
        .replace("result = sweep", "if __name__ == '__main__': result = sweep")
    )
    head = "\n".join(line for line in first.splitlines() if line.startswith(("from", "import", "grid")))
    run(head + "\n" + every[way].replace('"kept"', '"other"') + LOOK.format("there"), tmp_path, root)
    np.testing.assert_array_equal(np.load(alone / "here.npy"), np.load(tmp_path / "there.npy"))
    assert not [*alone.rglob("*.pkl"), *tmp_path.rglob("*.pkl")] and (tmp_path / "other").is_dir()


@pytest.mark.slow
def test_mpi_if_it_is_installed(tmp_path: Path, root: Path) -> None:
    pytest.importorskip("mpi4py")
    mpiexec = Path(sys.executable).with_name("mpiexec")
    if not mpiexec.exists():
        pytest.skip("no mpiexec beside this Python")
    run(blocks(root)[3], tmp_path, root, str(mpiexec), "-n", "3", sys.executable, "-m", "mpi4py.futures")


def test_an_experiment_of_ones_own(tmp_path: Path, root: Path) -> None:
    every = blocks(root)
    assert len(every) == 6
    (tmp_path / "mine_experiment.py").write_text(every[4], encoding="utf-8")
    run(
        "from analysis.sweep.sweep import sweep\n" + every[5] + "assert result.values.shape == (2, 2, 5)\n",
        tmp_path,
        root,
    )
