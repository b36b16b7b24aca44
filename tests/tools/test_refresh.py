"""``make.py refresh``: a good notebook is stored and then stays the same to the byte;
a failing one is not touched."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import environment, places
from tools.refresh import refresh


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of notebooks."""
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "warm_fonts", lambda: None)
    return tmp_path / "notebooks"


def write(path: Path, *sources: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    cells = [new_markdown_cell("# A title"), *map(new_code_cell, sources)]
    for count, cell in enumerate(cells):
        cell.id = f"id-{count}"
    notebook = new_notebook(
        cells=cells, metadata={"language_info": {"name": "python", "version": "2.7"}, "kept": 1}
    )
    nbformat.write(notebook, path)
    return path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_good_notebook(notebooks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        notebooks / "01_x.ipynb", "import sys\nfor i in range(3):\n    print(i, flush=True)", "6 * 7"
    )
    assert refresh([path]) == 0
    assert capsys.readouterr().out == "01_x.ipynb: stored\n"
    stored = path.read_bytes()
    notebook = nbformat.reads(stored.decode(), as_version=4)
    first, second = notebook.cells[1:]
    assert [o.text for o in first.outputs] == ["0\n1\n2\n"]
    assert second.outputs[0].data["text/plain"] == "42"
    assert [first.execution_count, second.execution_count] == [1, 2]
    assert "execution" not in first.metadata
    assert "version" not in notebook.metadata.language_info
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.kept == 1
    assert refresh([path]) == 0
    assert capsys.readouterr().out == "01_x.ipynb: unchanged\n"
    assert path.read_bytes() == stored


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_failing_notebook_is_left_and_the_next_still_runs(
    notebooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write(notebooks / "01_bad.ipynb", "x = 1", "raise ValueError('w must be\\nfinite')")
    good = write(notebooks / "02_good.ipynb", "1")
    before = bad.read_bytes()
    assert refresh([bad, good]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == "01_bad.ipynb: left as it was, for it failed in cell 3 (id-2): ValueError: w must be"
    assert second == "02_good.ipynb: stored"
    assert bad.read_bytes() == before
    assert sorted(p.name for p in notebooks.iterdir()) == ["01_bad.ipynb", "02_good.ipynb"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_that_cannot_be_written(
    notebooks: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(notebooks / "01_x.ipynb", "1")
    before = path.read_bytes()

    def full(old: Path, new: Path) -> None:
        raise OSError(28, "No space left on device", str(new))

    monkeypatch.setattr(os, "replace", full)
    assert refresh([path]) == 1
    assert capsys.readouterr().out == (
        "01_x.ipynb: left as it was, for it cannot be written: No space left on device\n"
    )
    assert path.read_bytes() == before
    assert [p.name for p in notebooks.iterdir()] == ["01_x.ipynb"]
