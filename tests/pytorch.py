"""PyTorch, where it is: else a test is skipped, or fails where REQUIRE_TORCH=1 asks for it."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import pytest

SKIPPED = "needs PyTorch: python3 make.py torch installs it"


def torch() -> Any:
    """The module, on one thread; for a test that needs it beside others that do not."""
    if os.environ.get("REQUIRE_TORCH") == "1":
        found = import_module("torch")
    else:
        found = pytest.importorskip("torch", reason=SKIPPED)
    found.set_num_threads(1)
    return found
