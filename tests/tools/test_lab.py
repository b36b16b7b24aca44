"""JupyterLab is started on trusted notebooks."""

from __future__ import annotations

from pathlib import Path

from small_project import done


def test_lab_trusts_the_notebooks_first(project: Path, no_work: list[tuple[str, ...]]) -> None:
    chapter = project / "notebooks" / "01_x.ipynb"
    chapter.write_text("{}", encoding="utf-8")
    assert done(["lab", "--no-browser"]) == 0
    assert no_work[0] == ("-m", "nbformat.sign", str(chapter))
    assert no_work[1][1] == "jupyterlab" and no_work[1][-1] == "--no-browser"
