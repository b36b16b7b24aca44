r"""A cell at rest: no input, state 0.
There one step is a matrix f I + M with M random, and its powers have a closed form.

At rest i = o = r = 1/2 and g = 0. With recurrent weights of variance g²/(3n) (uniform on ±g/√n) the entries
of M have variance v/n: v = g²/48 for the LSTM (M = U_g/4, f = σ(b_f)) and for the GRU (the same with f =
1/2), v = g²/3 for the vanilla cell (M = U, f = 0). For many units E‖(f I + M)^k‖²_F/n is Σ_j C(k, j)²
f^{2(k−j)} v^j, because ‖M^j‖²_F/n tends to v^j and different powers are orthogonal on average.
"""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.gates import forget_bias, lag, scale, sigmoid

kept = sp.Symbol("f", positive=True)
"""What a step keeps directly: f of f I + M."""
v = sp.Symbol("v", positive=True)
"""n times the variance of the entries of M."""
_j = sp.Symbol("j", integer=True, nonnegative=True)
_PER_UNIT = scale**2 / 3
"""n times the variance of a recurrent weight."""


def squared_gain(steps: sp.Expr | int = lag, f: sp.Expr = kept, variance: sp.Expr = v) -> sp.Expr:
    """Σ_j C(k, j)² f^{2(k−j)} v^j, the mean square of the gain over k steps for many units."""
    return sp.Sum(sp.binomial(steps, _j) ** 2 * f ** (2 * (steps - _j)) * variance**_j, (_j, 0, steps))


AT_REST: dict[str, tuple[sp.Expr, sp.Expr]] = {
    "lstm": (sigmoid(forget_bias), _PER_UNIT / 16),
    "gru": (sp.S.Half, _PER_UNIT / 16),
    "rnn": (sp.S.Zero, _PER_UNIT),
}
"""f and v of each cell."""
LARGEST = sigmoid(forget_bias) + scale / (4 * sp.sqrt(3))
"""f + √v of the LSTM: by what a step multiplies, in the long run."""
