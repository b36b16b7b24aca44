"""Notebooks run again and their outputs stored: ``python3 make.py refresh 02``.

A notebook in which a cell fails is left as it was. What would differ between two equal runs (times, versions,
how a stream was cut into pieces) is dropped, so an unchanged notebook stays the same to the byte.
"""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from tools import environment
from tools.notebooks import called, runnable

TIMEOUT = 600  # seconds for a cell

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
TIMES = ("execution", "ExecuteTime")


def normalise(notebook: NotebookNode) -> None:
    """Drop from an executed notebook what two equal runs need not share."""
    kept = {key: notebook.metadata[key] for key in notebook.metadata if key not in ("widgets", "kernelspec")}
    notebook.metadata = NotebookNode(kept | {"kernelspec": dict(KERNEL), "language_info": dict(LANGUAGE)})
    for cell in notebook.cells:
        for key in TIMES:
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", ()):
            output.pop("transient", None)


def where_it_failed(notebook: NotebookNode) -> str:
    """The failing cell by its place and its id, with the error in one line."""
    for place, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                first = output.evalue.strip().partition("\n")[0]
                return f"cell {place} ({cell.id}): {output.ename}: {first}"
    return "the kernel stopped"


def store(path: Path, bar: tqdm[object] | None = None) -> bool:
    """Run one notebook and store it; True where the file changed.

    Raises RuntimeError, naming the cell, where one fails, and OSError where the file cannot be written; it is
    then as it was.
    """
    before = path.read_bytes()
    notebook = nbformat.reads(before.decode("utf-8"), as_version=4)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_complete=lambda cell, cell_index: bar.update() if bar is not None else None,
    )
    try:
        client.execute()
    except CellExecutionError:
        raise RuntimeError(where_it_failed(notebook)) from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise RuntimeError(str(error).splitlines()[0]) from None
    normalise(notebook)
    after = (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode("utf-8")
    if after == before:
        return False
    temporary = path.with_name(path.name + ".new")
    try:
        temporary.write_bytes(after)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return True


def refresh(paths: list[Path]) -> int:
    """Store the outputs of these notebooks, each on its own; 1 where one failed."""
    environment.warm_fonts()
    failed = 0
    paths, skipped = runnable(paths)
    for sentence in skipped:
        print(sentence, flush=True)
    for path in paths:
        cells = len(nbformat.read(path, as_version=4).cells)
        with tqdm(total=cells, desc=path.stem, unit="cell", disable=None) as bar:
            try:
                told = "stored" if store(path, bar) else "unchanged"
            except RuntimeError as error:
                told, failed = f"left as it was, for it failed in {error}", failed + 1
            except OSError as error:
                told, failed = f"left as it was, for it cannot be written: {error.strerror}", failed + 1
        print(f"{called(path)}.ipynb: {told}", flush=True)
    return 1 if failed else 0
