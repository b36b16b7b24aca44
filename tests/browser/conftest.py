"""One browser for the tests of this folder, which also records what pages ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import built
import chromium
import page_faults as faults
import pytest

Show = Callable[..., Any]


@pytest.fixture(scope="session")
def html(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built.book(root, tmp_path_factory)


@pytest.fixture
def show(chrome: Any) -> Show:
    """show(path, width, theme) opens a file as a reader with this setting would, and waits until its maths
    is set."""

    def shown(path: Path, width: int = 1280, theme: str = "light") -> Any:
        driver = chromium.window(chrome, width, 900)
        faults.look(driver, width, theme)
        driver.get(path.as_uri())
        assert faults.typeset(driver), f"{path.name} did not finish loading"
        return driver

    return shown
