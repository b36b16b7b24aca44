"""Whether the source of ``analysis/`` is still what it was; needs the standard library alone."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ANALYSIS = Path(__file__).resolve().parents[1]


def fingerprint(folder: Path = ANALYSIS) -> str:
    """64 hexadecimal digits that change with any file below, be it its text or the time of writing: a change
    that is taken back counts as one. What Python and Numba compile is left out."""
    return _fingerprint(folder, tuple(_files(folder, "")))


def _files(folder: Path, name: str) -> Iterator[tuple[str, int, int]]:
    """(path, size, time) of every file below."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(Path(entry.path), f"{name}{entry.name}/")
        else:
            found = entry.stat()
            yield f"{name}{entry.name}", found.st_size, found.st_mtime_ns


@lru_cache(maxsize=1)
def _fingerprint(folder: Path, files: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name, size, when in files:
        digest.update(f"\n{name} {size} {when}\n".encode())
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()
