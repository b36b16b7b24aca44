"""¼, the largest slope of the sigmoid."""

from __future__ import annotations

import sympy as sp

QUARTER = sp.Rational(1, 4)
