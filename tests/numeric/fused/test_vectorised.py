"""exp, log and their kin of the compiled loops, against 40 digits."""

from __future__ import annotations

import importlib
from typing import Any

import mpmath
import numpy as np
import pytest

pytest.importorskip("numba")
V: Any = importlib.import_module("analysis.numeric.fused.vectorised")
mpmath.mp.dps = 40


def ulps(found: float, exact: Any) -> float:
    """The error in units in the last place of the exact value;
    subnormal numbers have those of the least of them."""
    unit = np.spacing(abs(float(exact)))
    return float(abs(mpmath.mpf(found) - exact) / mpmath.mpf(float(unit)))


@pytest.mark.parametrize(
    ("name", "low", "high", "most"),
    [
        ("exp", -745.0, 709.7, 3.0),
        ("exp", -1.0, 1.0, 2.0),
        ("expm1", -40.0, -1e-9, 4.0),
        ("expm1", -0.6, 0.0, 4.0),
    ],
)
def test_exponentials(name: str, low: float, high: float, most: float) -> None:
    for x in np.random.default_rng(0).uniform(low, high, 2000).tolist():
        with mpmath.workdps(60):
            exact = getattr(mpmath, name)(mpmath.mpf(x))
        assert ulps(getattr(V, name)(x), exact) <= most, x


@pytest.mark.parametrize("name", ["log", "log1p"])
def test_logarithms(name: str) -> None:
    rng = np.random.default_rng(1)
    few = [1.0, 2.0, 0.5, float(np.nextafter(1, 0)), float(np.nextafter(1, 2)), 2.0**-1022, 1.7e308]
    for x in few + (2.0 ** rng.uniform(-1022, 1023, 2000)).tolist() + rng.uniform(0.5, 2, 500).tolist():
        if name == "log" or x <= 1.0:
            assert ulps(getattr(V, name)(x), getattr(mpmath, name)(mpmath.mpf(x))) <= 3.0, x


@pytest.mark.parametrize("x", [0.0, -1e-320, 1.0, -745.2, -1e4, -3e5, -1e12, -1e300, 700.0, 1e9])
def test_scaled_exp_has_no_limits(x: float) -> None:
    p, n = V.scaled_exp(x)
    assert 0.5 <= p <= 2.0
    assert float(mpmath.log(p) + mpmath.mpf(n) * mpmath.log(2) - x) == pytest.approx(
        0.0, abs=4e-16 * max(1.0, abs(x))
    )


def test_exp_at_its_ends() -> None:
    assert V.exp(1e4) == np.inf and V.exp(-1e4) == 0.0 and V.exp(0.0) == 1.0
    assert np.isnan(V.exp(np.nan))
    assert V.two_to(-1022.0) == 2.0**-1022 and V.two_to(-1023.0) == 0.0 and V.two_to(1023.0) == 2.0**1023
