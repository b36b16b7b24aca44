"""The record: what it refuses, and that its JSON holds all of it."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest

from analysis.diagnosis import Measured, diagnose
from analysis.diagnosis.measured import Parameter, Reach
from analysis.diagnosis.recorded import read

X = np.random.default_rng(0).standard_normal((8, 4))
HALVED = diagnose.chain([lambda x: np.maximum(x / 2, 0.0), np.tanh], X).measured
FULL = dataclasses.replace(
    HALVED,
    parameters=(Parameter("w", True, False, True),),
    reaches=(Reach("rnn", "lstm", np.array([[-np.inf, 1.0]]), np.array([0.5]), np.array([np.nan])),),
    blocks={"Block": ["a", "b"]},
    step={"w": 1e-3},
)


def test_json_holds_all_of_it() -> None:
    again = read(FULL.to_json())
    for field in dataclasses.fields(Measured):
        a, b = getattr(FULL, field.name), getattr(again, field.name)
        if isinstance(a, np.ndarray):
            assert np.array_equal(a, b, equal_nan=True), field.name
        elif field.name == "reaches":
            assert np.array_equal(a[0].log_norm, b[0].log_norm) and a[0].name == b[0].name
        elif isinstance(a, float):
            assert a == b or (np.isnan(a) and np.isnan(b))
        else:
            assert a == b, field.name
    json.loads(FULL.to_json(), parse_constant=lambda x: pytest.fail(f"{x} is no JSON"))


@pytest.mark.parametrize("name", ["forward", "backward", "never_on", "mean", "bad"])
def test_a_wrong_shape_is_told(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        dataclasses.replace(HALVED, **{name: getattr(HALVED, name)[..., :-1]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"sites": []}',
        '{"sites": [{"name": 1}]}',
        '{"probe": "unstable-gradients 1", "sites": [{}]}',
    ],
)
def test_other_json_is_told(text: str) -> None:
    with pytest.raises((ValueError, OSError)) as why:
        read(text)
    assert isinstance(why.value, OSError) or re.search(r"must (be|hold|not be)", str(why.value))


def test_parents_come_before() -> None:
    sites = (dataclasses.replace(HALVED.sites[0], parents=(1,)), *HALVED.sites[1:])
    with pytest.raises(ValueError, match="parents of site 0"):
        dataclasses.replace(HALVED, sites=sites)
