"""``make.py`` as a module."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent


def load_make() -> ModuleType:
    """``make.py``, loaded afresh, so that a test may bend it."""
    spec = importlib.util.spec_from_file_location("make_under_test", ROOT / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
