"""Φ and erfcx to a few units in the last place, in both tails."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy import special

from analysis.numeric.normal import erfcx, ndtr

POINTS = np.concatenate([np.linspace(-37, 9, 1501), [-1e-30, 0.0, 1e-30]])


def ulps(found: float, true: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(float(found)) - true) / abs(true)) * 2.0**52


def exact(x: float) -> mpmath.mpf:
    with mpmath.workdps(60):
        return mpmath.erfc(-mpmath.mpf(float(x)) / mpmath.sqrt(2)) / 2


def test_the_distribution_function_is_exact_to_three_ulps() -> None:
    worst = max(ulps(ndtr(x), exact(x)) for x in POINTS)
    assert worst < 3.0
    assert max(ulps(special.ndtr(x), exact(x)) for x in POINTS[:300]) > 50  # why SciPy's is not used


def test_the_scaled_tail() -> None:
    for x in np.concatenate([[0.0], np.geomspace(1e-9, 25, 800)]):
        with mpmath.workdps(400):
            true = mpmath.exp(mpmath.mpf(float(x)) ** 2) * mpmath.erfc(mpmath.mpf(float(x)))
        assert ulps(erfcx(x), true) < 4.0


def test_ends_shapes_and_kinds() -> None:
    assert ndtr(np.inf) == 1.0 and ndtr(-np.inf) == 0.0 and np.isnan(ndtr(np.nan))
    for kind in (np.float16, np.float32, np.float64):
        assert ndtr(np.zeros((2, 3), kind)).dtype == kind and ndtr(np.zeros((2, 3), kind)).shape == (2, 3)
    assert ndtr(0) == pytest.approx(0.5)
