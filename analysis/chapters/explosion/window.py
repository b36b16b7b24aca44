"""Where a factor |w σ′(wa + b)| is 1 or more:
which weights allow it, for which activations a, and how wide that window is."""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.notation import sigma_prime, w, z

_size = sp.Abs(w)

edge = sp.log(_size * (1 + sp.sqrt(1 - 4 / _size)) / 2 - 1)
"""The weighted input at which |w| σ′(z) = 1, for |w| ≥ 4."""
width = 2 / _size * edge
"""The length of the set of activations with |w σ′(wa + b)| ≥ 1 (Nielsen 2015, ch. 5, a problem)."""
width_from_edge = 2 * z * sigma_prime(z)
"""The same length in terms of its edge z ≥ 0, where |w| = 1/σ′(z)."""
