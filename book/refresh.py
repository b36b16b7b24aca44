"""Run notebooks again and store their outputs: ``python3 make.py refresh 02``, or all of them with no name.

A notebook in which a cell fails is left as it was. What would differ between two equal runs (times, versions, how a
stream was cut into pieces) is dropped, so an unchanged notebook stays the same to the byte.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
TIMEOUT = 600  # seconds for a cell

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
TIMES = ("execution", "ExecuteTime")


def chosen(names: list[str], folder: Path) -> list[Path]:
    """The notebooks meant by ``02``, ``02_quarter_bound``, ``solutions/01_chain_rule.ipynb``, or all.

    Raises ValueError for a name that means none.
    """
    every = sorted(p for p in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    if not names:
        return every
    found: list[Path] = []
    for name in names:
        wanted = re.sub(r"^(\./)?notebooks/", "", name.replace("\\", "/")).removesuffix(".ipynb")
        places = {p: p.relative_to(folder).as_posix().removesuffix(".ipynb") for p in every}
        hits = [p for p, place in places.items() if place == wanted or place.startswith(f"{wanted}_")]
        if not hits:
            raise ValueError(
                f"no notebook is called {name}; there are {', '.join(places.values()) or 'none'}"
            )
        found += [p for p in hits if p not in found]
    return found


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


def refresh(path: Path, bar: tqdm[object] | None = None) -> bool:
    """Run one notebook and store it; True where the file changed.

    Raises RuntimeError, naming the cell, where one fails; the file is then as it was.
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
    temporary.write_bytes(after)
    os.replace(temporary, path)
    return True


def main(names: list[str]) -> int:
    """Refresh the notebooks named, each on its own; 1 where one failed or is not there."""
    try:
        paths = chosen(names, NOTEBOOKS)
    except ValueError as error:
        print(error)
        return 1
    failed = 0
    for path in paths:
        cells = len(nbformat.read(path, as_version=4).cells)
        with tqdm(total=cells, desc=path.stem, unit="cell", disable=None) as bar:
            try:
                told = "stored" if refresh(path, bar) else "unchanged"
            except RuntimeError as error:
                told, failed = f"left as it was, for it failed in {error}", failed + 1
        print(f"{path.relative_to(NOTEBOOKS)}: {told}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
