"""Two costs of one sigmoid output with target y: the squared error and the cross-entropy
(row B1 of ``verdicts/table.py``)."""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.catalogue import SIGMOID

y = sp.Symbol("y", real=True)
output = SIGMOID.formula
SQUARED_ERROR = (output - y) ** 2 / 2
CROSS_ENTROPY = -y * sp.log(output) - (1 - y) * sp.log(1 - output)
"""Both as functions of z and of the target y."""
