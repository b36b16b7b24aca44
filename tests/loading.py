"""Where the project lies, for what is no test and no fixture."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
