"""PyTorch, of the extra ``torch``; without it this import raises ModuleNotFoundError in a sentence."""

from __future__ import annotations

from typing import Any

from analysis.numeric.optional import of_extra

torch: Any = of_extra("torch", "torch")
of_extra("torch.nn", "torch")


class Refused(ValueError):
    """What cannot be measured, in a sentence that is shown as it stands."""
