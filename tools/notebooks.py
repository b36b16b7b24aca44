"""The notebooks, and the words that name them on the command line."""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path

from tools import places
from tools.messages import Stop


def notebook_paths() -> list[Path]:
    """Every notebook of the book, solutions included, in the order of their names."""
    found = (places.ROOT / "notebooks").rglob("*.ipynb")
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def called(path: Path) -> str:
    """A notebook's name: 02_quarter_bound, solutions/05_solutions."""
    return path.relative_to(places.ROOT / "notebooks").with_suffix("").as_posix()


def notebooks_called(name: str) -> list[Path]:
    """The notebooks meant by 02, 02_quarter_bound, 05_solutions, solutions/05, a path, solutions or
    notebooks."""
    wanted = re.sub("^(.*/)?notebooks(/|$)", "", name.replace("\\", "/")).rstrip("/").removesuffix(".ipynb")
    every = notebook_paths()
    if not wanted:
        return every if name else []
    begins = (wanted + "_", wanted + "/")
    found = [path for path in every if called(path) == wanted or called(path).startswith(begins)]
    return found or [path for path in every if path.stem == wanted]


def lacks(path: Path) -> list[str]:
    """The packages that a notebook names under ``requires`` in its metadata and that are not there."""
    wanted = json.loads(path.read_text(encoding="utf-8")).get("metadata", {}).get("requires", [])
    return [name for name in wanted if find_spec(name) is None]


def runnable(paths: list[Path]) -> tuple[list[Path], list[str]]:
    """The notebooks that can run here, and a sentence for each that cannot; all of them where
    REQUIRE_TORCH=1 asks for it, so that they fail instead."""
    if os.environ.get("REQUIRE_TORCH") == "1":
        return paths, []
    left_out = {path: missing for path in paths if (missing := lacks(path))}
    told = [
        f"{called(path)}.ipynb: skipped, for {', '.join(x)} is not installed" for path, x in left_out.items()
    ]
    return [path for path in paths if path not in left_out], told


def no_notebook(name: str, other: str = "") -> Stop:
    """What to say of a name that no notebook has."""
    there = ", ".join(map(called, notebook_paths())) or "none"
    return Stop(f"No notebook is called {name}{other}; there are {there}.")


def named(names: list[str]) -> list[Path]:
    """The notebooks that these words name, each once; all, if there is no word. Raises Stop for a word that
    names none."""
    paths: dict[Path, None] = {}
    for name in names:
        meant = notebooks_called(name)
        if not meant:
            raise no_notebook(name)
        paths.update(dict.fromkeys(meant))
    return list(paths) if names else notebook_paths()


def leading_notebooks(words: list[str]) -> tuple[list[Path], list[str]]:
    """The notebooks that the first words name, and the words from the first option or file of tests on.

    Raises Stop for a word before those that names nothing.
    """
    paths: dict[Path, None] = {}
    for count, word in enumerate(words):
        meant = [] if word.startswith("-") else notebooks_called(word)
        if not meant:
            if word and not word.startswith("-") and not (places.ROOT / word.split("::")[0]).exists():
                raise no_notebook(word, ", nor is there a file or folder of that name")
            return list(paths), words[count:]
        paths.update(dict.fromkeys(meant))
    return list(paths), []
