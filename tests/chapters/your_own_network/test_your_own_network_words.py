"""What chapter 14 says, beside numbers that were worked out another way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from notebook_text import its_own, notebook, said, shown

from analysis.chapters.your_own_network import thirty_layers
from analysis.exercises import EXERCISES
from analysis.numeric.data import digits
from analysis.numeric.minibatches import split

CHAPTER, IN_PYTORCH = "14_your_own_network", "pytorch/14_in_pytorch"
SAID, SHOWN = said(its_own(CHAPTER)), shown(its_own(CHAPTER))


@pytest.mark.parametrize(
    "line",
    [
        "float16   ends at 10^-7.2:  18.6 layers",
        "bfloat16  ends at 10^-40.0: 102.9 layers",
        "relu           -0.896  x  1.7e-08      -0.347  x  0.00098",
        "log-gain -0.009, before -0.896",
        "{'f7': -6.91}",
        "dead                  3.0e-01       100%                0.0e+00",
    ],
)
def test_the_right_number_stands_in_an_output(line: str) -> None:
    """By hand: 24 log 2/(½ log 6), 133 log 2/(½ log 6), 6^(−10), log(1/1000)."""
    assert line in SHOWN


def test_the_numbers_by_hand() -> None:
    assert 24 * math.log(2) / (math.log(6) / 2) == pytest.approx(18.57, abs=0.01)
    assert 6.0**-10 == pytest.approx(1.65e-8, rel=0.01) and 1 / 6.0**-10 == pytest.approx(60e6, rel=0.02)
    assert "about a sixty-millionth" in SAID
    assert 6**1.5 == pytest.approx(14.7, abs=0.1) and "a factor of about fifteen" in SAID
    assert "starts at 65536" in SAID and math.log10(65536) < 5


@pytest.mark.parametrize(
    ("variant", "optimiser", "said"),
    [("relu-he", "adam", 78), ("selu-lecun", "descent", 90), ("selu-lecun", "adam", 90),
     ("relu-shortcuts", "descent", 96), ("relu-shortcuts", "adam", 96)],
)  # fmt: skip
def test_the_thirty_layers_are_what_the_record_holds(variant: str, optimiser: str, said: int) -> None:
    best = thirty_layers.training(variant, optimiser).best()
    assert round(100 * best.accuracy) == said and f"{said} %" in SAID


def test_what_learns_nothing_stands_at_chance_at_every_rate() -> None:
    for variant in ("relu-default", "tanh-default", "sigmoid-xavier"):
        for optimiser in thirty_layers.OPTIMISERS:
            assert thirty_layers.training(variant, optimiser).accuracy[..., -1].mean(axis=1).max() < 0.15
    assert thirty_layers.training("relu-double", "descent").accuracy[..., -1].max() == 0.0
    plain = [v for v, of in thirty_layers.VARIANTS.items() if not of.shortcuts]
    ends = {v: thirty_layers.training(v, "descent").best().accuracy for v in plain}
    assert max(ends, key=lambda v: ends[v]) == "selu-lecun"
    rates = [
        thirty_layers.training(v, "descent").working(0.88).mean() for v in ("relu-shortcuts", "selu-lecun")
    ]
    assert rates[0] > rates[1]


def test_what_ends_below_a_tenth_answers_one_class_for_all() -> None:
    """Each seed's accuracy is the share of a class among the test images."""
    labels = split(digits()).test_labels
    shares = np.bincount(labels, minlength=10) / len(labels)
    ends = thirty_layers.training("relu-default", "descent").final()
    assert ends.mean() < 0.1 and all(np.isclose(shares, end, atol=1e-12).any() for end in ends)


def test_the_exercises_of_the_text_are_those_that_are_marked() -> None:
    asked = [number for number in EXERCISES if number.startswith("14.")]
    for number in asked:
        assert f"**{number}**" in SAID
    norms = "2, 3, 2, 80, 3, 2, 3, 4, 3"
    assert f"norms of the first nine steps are {norms}" in SAID


def test_the_page_on_modules_says_what_it_needs() -> None:
    assert notebook(IN_PYTORCH)["metadata"]["requires"] == ["torch"]
    assert "requires" not in notebook(CHAPTER)["metadata"]
    text = shown(notebook(IN_PYTORCH)["cells"])
    for line in (
        "default  log-gain -0.9, theory -0.9: ['weights too small', 'output constant']",
        "He       log-gain +0.0, theory +0.0: []",
        "default  log-gain -0.9, step 1e-02: learns nothing",
        "He       log-gain +0.0, step 5e-03: learns\n",
        "ResNet, He, s = 1          log-gain +0.5: ['shortcut sums grow']",
        "ResNet, He, s = 1/sqrt(L)  log-gain +0.0: []",
    ):
        assert line in text
