"""PyTorch for the files of tests that need it: without it all of the file is skipped."""

from __future__ import annotations

from typing import Any

import pytorch

torch: Any = pytorch.torch()
