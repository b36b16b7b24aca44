"""JupyterLab on ``notebooks/``."""

from __future__ import annotations

from tools import places, processes
from tools.messages import Stop
from tools.notebooks import notebook_paths


def lab(extra: list[str]) -> int:
    """JupyterLab with these arguments, the stored outputs trusted; raises Stop where they cannot be."""
    shipped = [str(path) for path in notebook_paths()]
    if shipped and processes.python_call("-m", "nbformat.sign", *shipped):
        raise Stop("The notebooks could not be marked as trusted: Jupyter's reason stands above.")
    return processes.python_call(
        "-m", "jupyterlab", f"--ServerApp.root_dir={places.ROOT / 'notebooks'}", *extra
    )
