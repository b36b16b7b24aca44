"""PyTorch, where it is: else the test is skipped, or fails where REQUIRE_TORCH asks for it."""

from __future__ import annotations

import os
from typing import Any

import pytest


def torch() -> Any:
    """The module, on one thread."""
    if os.environ.get("REQUIRE_TORCH") == "1":
        import torch as found
    else:
        found = pytest.importorskip("torch", reason="PyTorch is not installed: python3 make.py torch")
    found.set_num_threads(1)
    return found
