"""How much a chain of sigmoids can explode in all:
monotone maps of (0, 1) into itself have a budget of slope, and it is 1.

a_L is a monotone function of a_0, since every layer map is, and it stays in (0, 1). So the integral of
|∂a_L/∂a_0| over the inputs is the distance between two numbers in (0, 1): below 1 for every depth, all
weights and all biases. What follows about single inputs is Markov's inequality and the Borel–Cantelli lemma.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from analysis.symbolic.notation import a_

a0 = a_(0)
aL = sp.Function("a_L", real=True)(a0)
gain = sp.Abs(sp.Derivative(aL, a0))
"""|∂a_L/∂a_0|, the gain from the input to the output; it is |w_1| times |∂a_L/∂b_1|."""


class upper_limit(sp.Function):  # type: ignore[misc]
    """lim sup of an expression as a variable goes to infinity."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        expr, variable = (printer._print(x) for x in self.args)
        return rf"\limsup_{{{variable} \to \infty}} {expr}"
