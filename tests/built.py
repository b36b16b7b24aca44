"""The built book for the tests that read it: built once in a test run, with warnings as errors."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tools import places
from tools.book import build_book


def build_once(shared: Path) -> int:
    """The exit code of one strict build, by whichever worker of this test run comes first;
    the others wait for it."""
    told = shared / "book-is-built"
    try:
        (shared / "book-is-being-built").mkdir()
    except FileExistsError:
        give_up = time.monotonic() + 600
        while not told.exists() and time.monotonic() < give_up:
            time.sleep(0.2)
        return int(told.read_text()) if told.exists() else 1
    code = 1
    try:
        code = build_book(strict=True)
    finally:
        (shared / "code").write_text(str(code))
        (shared / "code").rename(told)
    return code


def book(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """build/html, made anew with warnings as errors, unless ``make.py test`` has just done so."""
    if os.environ.get("BOOK_IS_BUILT") != "1":
        own = tmp_path_factory.getbasetemp()
        code = build_once(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
        assert code == 0, (
            "the book does not build without a warning: see what the first of these tests printed"
        )
    return (places.build() / "html").resolve()
