"""PyTorch for the tests that need it: without it they are skipped, and with ``REQUIRE_TORCH=1`` they fail."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import pytest

SKIPPED = "needs PyTorch: python3 make.py torch installs it"

if os.environ.get("REQUIRE_TORCH") == "1":
    torch: Any = import_module("torch")
else:
    torch = pytest.importorskip("torch", reason=SKIPPED)
torch.set_num_threads(1)
