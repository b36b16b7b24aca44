"""The fast paths beside other libraries, timed on one core and on two; the results lie in ``build/bench``."""

from __future__ import annotations

import os
import shutil
import tomllib

from tools import installation, places, processes
from tools.messages import say
from tools.places import venv_python


def install_peers() -> None:
    """The packages of pyproject's extra ``peers``."""
    project = tomllib.loads((places.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python = str(venv_python())
    uv = shutil.which("uv")
    command = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    installation.run_logged(
        command + project["optional-dependencies"]["peers"], "the installation of the peers"
    )


def bench(peers: bool, store: bool, only: str | None) -> int:
    """Time them: ``peers`` installs PyTorch and JAX first, ``store`` keeps the results for the page on
    speed."""
    if peers:
        install_peers()
    folder = places.build() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "races.json"
    results.unlink(missing_ok=True)
    chosen = ["-k", only] if only else []
    code = 0
    for cores in sorted({1, min(2, os.cpu_count() or 1)}):
        os.environ.update(BENCH_CORES=str(cores), BENCH_RESULTS=str(results))
        kept = f"--benchmark-json={folder / f'cores-{cores}.json'}"
        options = ["-q", "-p", "no:randomly", "-n0", "--benchmark-columns=median,rounds", kept]
        code = processes.python_call("-m", "pytest", "benchmarks", *options, *chosen) or code
    if store and code == 0:
        target = places.ROOT / "analysis" / "chapters" / "speed" / "races.json"
        code = processes.python_call(str(places.ROOT / "benchmarks" / "record.py"), str(results), str(target))
        say(f"Stored for the page on speed: {target}; now call make.py refresh speed.")
    say(f"The results: {results}")
    return code
