"""One outlier in a batch, against back-propagation written out for a single image."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.chapters.outliers.first_layer_bound import OUTPUT_BOUNDS, first_layer_bound
from analysis.chapters.outliers.losses import LOSSES as SYMBOLIC
from analysis.chapters.outliers.outlier import (
    LOSSES,
    TREATMENTS,
    Outlier,
    growth,
    outlier,
    standardise,
)
from analysis.numeric.data import load
from analysis.numeric.initialise import nielsen
from analysis.sweep.storage import load_result, save_result

SMALL: dict[str, Any] = {"images": 12, "hidden": (7, 6), "seeds": (3, 8)}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("treatment", TREATMENTS)
def test_against_a_loop_over_images(loss: str, treatment: str) -> None:
    found = outlier([0.5, 40.0], loss=loss, activation="tanh", treatment=treatment, **SMALL)
    data = load("digits", count=12)
    for k, t in enumerate((0.5, 40.0)):
        X = np.vstack([t * data.images[:1], data.images[1:]])
        base = {"raw": None, "own statistics": X, "clean statistics": data.images}[treatment]
        if base is not None:
            spread = np.array([c.std() or 1.0 for c in base.T])
            X = (X - base.mean(axis=0)) / spread
        for s, seed in enumerate((3, 8)):
            net = nielsen((64, 7, 6, 10), np.random.default_rng(seed), activation="tanh")
            sums, parts, cost = [np.zeros_like(w) for w in net.weights], [], 0.0
            for row, y in zip(X, data.targets, strict=True):
                h = [row]
                for l, (w, b) in enumerate(zip(net.weights, net.biases, strict=True)):
                    z = w @ h[-1] + b
                    linear = loss.endswith("linear")
                    h.append(np.tanh(z) if l < 2 else z if linear else 1.0 / (1.0 + np.exp(-z)))
                a = h[-1]
                delta = (a - y) * (a * (1.0 - a) if loss == "squared error, sigmoid" else 1.0)
                if loss.startswith("cross"):
                    cost -= (y * np.log(a) + (1.0 - y) * np.log(1.0 - a)).sum()
                else:
                    cost += 0.5 * ((a - y) ** 2).sum()
                top = np.abs(delta).max()
                for l in (2, 1, 0):
                    sums[l] += np.outer(delta, h[l])
                    if l:
                        delta = (net.weights[l].T @ delta) * (1.0 - h[l] ** 2)
                parts.append((top, np.linalg.norm(np.outer(delta, row))))
            np.testing.assert_allclose(found.cost[s, k], cost / 12, rtol=1e-9)
            np.testing.assert_allclose(found.output[s, k], parts[0][0], rtol=1e-9)
            np.testing.assert_allclose(found.layers[s, k], [np.linalg.norm(x) / 12 for x in sums], rtol=1e-9)
            norms = [p[1] for p in parts]
            np.testing.assert_allclose(found.share[s, k], norms[0] / sum(norms), rtol=1e-8, atol=1e-13)


def test_the_losses_have_the_names_of_the_derivations() -> None:
    assert list(LOSSES) == list(SYMBOLIC)


def test_the_bounds_are_kept_and_approached() -> None:
    factors = np.geomspace(1, 1e4, 9)
    for loss, bound, near in (
        ("cross-entropy, sigmoid", 1.0, 0.99),
        ("squared error, sigmoid", 4 / 27, 0.14),
    ):
        worst = outlier(factors, loss=loss).output.max()
        assert near < worst <= bound * (1 + 1e-12)


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("loss", OUTPUT_BOUNDS)
def test_the_first_layer_keeps_its_bound(loss: str, activation: str) -> None:
    factors = (1.0, 30.0, 1e4)
    found = outlier(factors, loss=loss, activation=activation, hidden=(20,), seeds=range(5))
    bound = first_layer_bound(found)
    assert bound.shape == (5, 3) and (found.layers[..., 0] <= bound).all()
    assert (
        np.log10(bound[0, 2] / bound[0, 0]) > 2.0
    )  # the mean ‖x‖ of the batch, in the end one fiftieth of t ‖x‖


def test_a_bound_is_asked_where_there_is_one() -> None:
    found = outlier([1.0], **SMALL)
    for wrong in (replace(found, treatment="own statistics"), replace(found, loss="squared error, linear")):
        with pytest.raises(ValueError, match="must be"):
            first_layer_bound(wrong)


def test_the_bound_of_the_first_layer_by_hand() -> None:
    """One linear hidden unit and an outlier that drowns the rest:
    the bound is a product of three numbers, and not far off."""
    found = outlier([1e8], activation="identity", hidden=(1,), seeds=range(5))
    network = nielsen(found.sizes, np.random.default_rng(0), activation="identity")
    images = load("digits", count=50).images
    X = images.copy()
    X[0] *= 1e8
    by_hand = np.sqrt(10) * np.linalg.norm(network.weights[1]) * np.linalg.norm(X, axis=1).mean()
    assert first_layer_bound(found)[0, 0] == pytest.approx(by_hand, rel=1e-12)
    assert (found.layers[:, 0, 0] / first_layer_bound(found)[:, 0]).max() > 0.3


def test_growth_is_a_power() -> None:
    found = outlier([1.0, 10.0, 1000.0], **SMALL)
    layers = found.layers.copy()
    layers[..., 0] = np.array(found.factors) ** 1.5
    np.testing.assert_allclose(growth(replace(found, layers=layers)), 1.5, rtol=1e-12)


def test_standardised_numbers_keep_samuelsons_bound() -> None:
    rng = np.random.default_rng(0)
    for m in (2, 5, 50):
        X = rng.standard_t(1.0, (m, 200))
        X[:, 0] = 3.0  # a constant column
        x = standardise(X, of=X)
        assert np.abs(x).max() <= np.sqrt(m - 1) * (1 + 1e-12) and (x[:, 0] == 0.0).all()
        np.testing.assert_allclose(x[:, 1:].std(axis=0), 1.0, rtol=1e-12)
    one = np.zeros((50, 1))
    one[7] = 1e5
    assert standardise(one, of=one)[7, 0] == pytest.approx(7.0, rel=1e-12)
    with pytest.raises(ValueError, match="as many columns"):
        standardise(one, of=np.zeros((50, 2)))


def test_a_result_comes_back(tmp_path: Any) -> None:
    found = outlier([1.0, 10.0], **SMALL)
    save_result(tmp_path / "x", found)
    back = load_result(Outlier, tmp_path / "x")
    assert back.factors == found.factors and back.seeds == found.seeds
    np.testing.assert_array_equal(back.layers, found.layers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "hinge"}, "loss must be one of cross-entropy, sigmoid;"),
        ({"treatment": "whitened"}, "treatment must be one of raw, own statistics"),
        ({"activation": "rleu"}, "rleu"),
        ({"images": 1}, "images must be an integer of at least 2"),
        ({"seeds": ()}, "seeds must be one or more"),
        ({"hidden": (0,)}, "sizes must be"),
    ],
)
def test_outlier_refuses(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        outlier([1.0, 2.0], **(SMALL | change))


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_factors_are_positive(factor: float) -> None:
    with pytest.raises(ValueError, match="each of factors must be a finite number > 0"):
        outlier([1.0, factor], **SMALL)
