"""Counting at the limits, the ranges that the priors promise, and the order of the shares."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from analysis.chapters.initialisation import shares_of_networks as shares
from analysis.chapters.initialisation.shares_of_networks import PRIORS, Share, share


def test_each_network_counts_once_and_nan_as_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    logs = [-math.inf, math.log(0.9e-3), math.log(1.1e-3), 0.0, math.log(900.0), math.log(1100.0), math.nan]
    waiting = iter(logs)
    monkeypatch.setattr(shares, "gradient_size", lambda rng, **_: {"log_ratio": next(waiting)})
    shares._log_ratios.cache_clear()
    found = share("chains", count=7)
    shares._log_ratios.cache_clear()
    assert (found.count, found.vanished, found.exploded, found.overflowed) == (7, 2, 1, 1)


def test_share_and_interval() -> None:
    found = Share("a", "b", 100, 20, 50, 0)
    assert found.share("vanished") == 0.2
    low, high = found.interval("exploded")
    assert 0.39 < low < 0.41 and 0.59 < high < 0.61
    low, high = Share("a", "b", 100, 0, 0, 0).interval("vanished")
    assert low == 0.0 and high == pytest.approx(1 - 0.025**0.01)  # (1 − p)¹⁰⁰ = 0.025
    with pytest.raises(ValueError, match="vanished or exploded"):
        found.share("lost")


def drawn(prior: str) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    return [PRIORS[prior][0](rng, 7) for _ in range(400)]


def test_the_priors_draw_what_they_say() -> None:
    for prior in PRIORS:
        assert {x["depth"] for x in drawn(prior)} == {7}
    assert {(x["width"], x["scale"], x["activation"]) for x in drawn("chains")} == {(1, 1.0, "sigmoid")}
    for prior, low in (("wide, unscaled", 30), ("any scale", 10), ("near Xavier and He", 30)):
        widths = [x["width"] for x in drawn(prior)]
        assert low <= min(widths) < 1.1 * low and 90 < max(widths) <= 100
    assert all(x["scale"] == math.sqrt(x["width"]) for x in drawn("wide, unscaled"))  # Var w = 1
    scales = [x["scale"] for x in drawn("any scale")]
    assert 0.1 <= min(scales) < 0.11 and 9 < max(scales) <= 10 and abs(np.median(np.log(scales))) < 0.3
    near = [x["scale"] / {"tanh": 1, "relu": 2**0.5}[x["activation"]] for x in drawn("near Xavier and He")]
    assert 0.8 <= min(near) < 0.81 and 1.24 < max(near) <= 1.2500001


def test_depths_are_uniform_between_their_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(
        shares, "gradient_size", lambda rng, **x: seen.append(x["depth"]) or {"log_ratio": 0.0}
    )
    shares._log_ratios.cache_clear()
    share("chains", count=400)
    share("chains", count=400, depths=(30, 60))
    shares._log_ratios.cache_clear()
    assert set(seen[:400]) == set(range(5, 31)) and set(seen[400:]) == set(range(30, 61))


def test_careful_networks_vanish_too_when_they_are_deep_enough() -> None:
    """By two other sets of 300 networks of each depth:
    0 % of depth 5–30, 18 to 20 % of 30–60, 35 to 36 % of 60–100."""
    rates = {
        depths: [share("near Xavier and He", depths=depths).share(w) for w in ("vanished", "exploded")]
        for depths in ((5, 30), (30, 60), (60, 100))
    }
    bar = math.sqrt(0.2 * 0.8 / 300)
    assert max(rates[5, 30]) < 0.02
    assert abs(rates[30, 60][0] - 0.19) < 3 * bar and rates[30, 60][1] < 0.1
    assert abs(rates[60, 100][0] - 0.355) < 3 * bar and abs(rates[60, 100][1] - 0.12) < 3 * bar


def test_the_limit_decides_as_much() -> None:
    """At depth 5 to 30 a limit of 20 finds what one of 1000 does not: 1.25²⁹ = 646."""
    low, high = (share("near Xavier and He", limit=x) for x in (20.0, 1000.0))
    assert low.vanished + low.exploded > 30 and high.vanished + high.exploded < 6
    with pytest.raises(ValueError, match="limit must be above 1"):
        share("chains", limit=0.5)
    with pytest.raises(ValueError, match="the second of depths must be an integer of at least 30"):
        share("chains", depths=(30, 20))


def test_the_order_of_the_shares() -> None:
    chains, wide, careful = (share(p, count=40) for p in ("chains", "wide, unscaled", "near Xavier and He"))
    assert chains.vanished > 35 and chains.exploded == 0
    assert wide.exploded > 15 > wide.vanished
    assert careful.vanished + careful.exploded < 4


def test_an_unknown_prior_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="chains, wide, unscaled"):
        share("all")
