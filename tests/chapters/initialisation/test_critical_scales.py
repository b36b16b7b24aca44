"""The table of weight scales against typed values: by hand, and by mpmath at 30 digits."""

from __future__ import annotations

import math

import pytest

from analysis.chapters.initialisation.critical_scales import (
    DEFAULT,
    as_short_table,
    as_table,
    catalogue,
    scales,
)
from analysis.numeric.mean_field import fixed_point
from analysis.symbolic.catalogue import ACTIVATIONS

# √χ where the default weights settle: q → 0 but for sigmoid and softplus, so √(E σ′²/3) at 0: slopes ½ and ½,
# 1 and 1, 0 and 1 …
DEFAULT_FACTOR = {
    "tanh": 1 / math.sqrt(3.0),
    "identity": 1 / math.sqrt(3.0),
    "relu": 1 / math.sqrt(6.0),
    "leaky relu": math.sqrt(1.0001 / 6.0),
    "elu": 1 / math.sqrt(3.0),
    "gelu": 1 / math.sqrt(12.0),
    "silu": 1 / math.sqrt(12.0),
    "softsign": 1 / math.sqrt(3.0),
    "selu": 1.0507009873554805 * math.sqrt((1.0 + 1.6732632423543772**2) / 6.0),
}


@pytest.mark.parametrize("name", DEFAULT_FACTOR)
def test_the_factor_of_a_layer_with_default_weights(name: str) -> None:
    found = scales(name)
    assert math.sqrt(found.default_chi) == pytest.approx(DEFAULT_FACTOR[name], rel=1e-5)
    assert found.default_log == pytest.approx(math.log(DEFAULT_FACTOR[name]), rel=1e-5)


def test_known_scales() -> None:
    assert DEFAULT**2 == pytest.approx(1 / 3)
    assert scales("sigmoid").backward == pytest.approx(4.722646, abs=1e-6)
    assert scales("tanh").forward == pytest.approx(1.592537, abs=1e-6)
    assert scales("tanh").chi_forward == pytest.approx(1.177807, abs=1e-6)
    assert scales("gelu").default_log == pytest.approx(-1.2425, abs=1e-4)


def test_both_tables_have_a_row_for_every_activation() -> None:
    for table, columns in ((as_table(catalogue()), 7), (as_short_table(catalogue()), 4)):
        rows = table.splitlines()[2:]
        assert [row.split("|")[1].strip() for row in rows] == list(ACTIVATIONS)
        assert all(row.count("|") == columns + 1 for row in rows)
    assert "| sigmoid | 1.8462 | 0.1528 | 4.7226 | 10.1493 | tends to 45.62 | -1.956 |" in as_table(
        catalogue()
    )
    without = [s for s in catalogue() if s.critical_scale == "none"]
    assert {"softplus", "gelu", "silu"} <= {s.name for s in without} and len(without) < len(ACTIVATIONS)
    assert "| relu | 1.4142 | 1.4142 | 0.408 |" in as_short_table(catalogue())


def test_softplus_keeps_no_gradient_at_any_fixed_point() -> None:
    for scale in (0.3, 1.0, 1.3, 1.41):
        assert fixed_point("softplus", scale, 0.0).chi < 1.0
    assert fixed_point("softplus", math.sqrt(2.0), 0.0).q == math.inf
