"""The fragile explosion: exact against float64, and what grows and shrinks with depth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.chapters.explosion import fragile_explosion as f


def test_exact_and_float_agree_where_float_can() -> None:
    run = f.fragility(np.geomspace(1e-9, 0.5, 40))
    assert np.max(np.abs(run.log10_exact - run.log10_float)) < 1e-5
    assert run.depth == 4 and run.crossing == pytest.approx(6.2337816e-6, rel=1e-7)
    above = run.log10_exact > 0
    assert np.array_equal(above, run.shifts < run.crossing) and above.any() and not above.all()


def test_float64_is_a_staircase_where_inputs_run_out() -> None:
    run = f.fragility(np.linspace(0.2, 4, 39) * 5.55e-17, (100,) * 12)
    assert len(set(run.log10_exact)) == 39 and len(set(run.log10_float)) < 8
    assert np.max(np.abs(run.log10_exact - run.log10_float)) > 1
    assert run.spacing == 2.0**-54


def test_height_at_the_centre_is_the_closed_form() -> None:
    for depth in (2, 4, 8):
        run = f.fragility([0.0], (100,) * depth)
        expected = (depth - 1) * math.log10(25) - math.log10(4)
        assert run.log10_exact[0] == pytest.approx(expected, abs=1e-12)
        assert run.log10_float[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shifts", [[-1.0], [np.nan], [np.inf], [[0.1]]])
def test_bad_shifts(shifts: list[float]) -> None:
    with pytest.raises(ValueError, match="shifts"):
        f.fragility(shifts)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="a0"):
        f.fragility([0.1], a0=1.5)
    with pytest.raises(ValueError, match="inputs"):
        f.outputs([np.nan], [(100,)])


def test_outputs_rise_by_less_than_one_and_have_the_slope_of_the_product() -> None:
    drawn = f.outputs(np.linspace(0, 1, 1001), [(20,), (20, 20), (20, -20, 20)])
    rise = np.abs(drawn.values[:, -1] - drawn.values[:, 0])
    assert np.all(rise < 1) and np.all(rise > 0.9)
    monotone = np.diff(drawn.values, axis=1)
    assert np.all((monotone >= 0).all(axis=1) | (monotone <= 0).all(axis=1))
    fine = f.outputs(0.5 + np.array([-1e-7, 1e-7]), [(20, 20)])
    assert (fine.values[0, 1] - fine.values[0, 0]) / 2e-7 == pytest.approx(25.0, rel=1e-6)
