"""Clipping of arrays: its properties on random draws, bad input, and PyTorch where it is installed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from analysis.numeric.clipping import by_norm, by_value, clip_stack, stack_norm

RNG = np.random.default_rng(0)
DRAWN = [RNG.standard_normal((40, 6)) * 10.0 ** RNG.uniform(-3, 3, (40, 1)) for _ in range(2)]


def by_global_norm(parts: Any, threshold: float) -> list[np.ndarray]:
    """The parameters of one network, clipped as a stack of one."""
    return [x[0] for x in clip_stack([np.asarray(x)[None] for x in parts], "norm", threshold)]


def test_properties_of_clipping_by_norm() -> None:
    for g, k in zip(*DRAWN, strict=True):
        cut = by_norm(g, 1.5)
        assert np.linalg.norm(cut) == pytest.approx(min(1.5, np.linalg.norm(g)), rel=1e-14)
        assert cut @ g == pytest.approx(np.linalg.norm(cut) * np.linalg.norm(g), rel=1e-14)
        assert np.allclose(by_norm(cut, 1.5), cut, rtol=1e-15, atol=0)
        assert np.linalg.norm(cut - by_norm(k, 1.5)) <= np.linalg.norm(g - k) * (1 + 1e-14)


def test_by_value_and_zero_and_the_largest_numbers() -> None:
    assert by_value([-3.0, 0.5, 7.0], 1.0).tolist() == [-1.0, 0.5, 1.0]
    assert by_norm([0.0, 0.0], 1.0).tolist() == [0.0, 0.0]
    assert by_norm([3e300, 4e300], 5.0) == pytest.approx([3.0, 4.0], rel=1e-14)


def test_the_norm_is_that_of_all_entries() -> None:
    """A matrix by its Frobenius norm, a number by its size."""
    np.testing.assert_allclose(by_norm([[6.0, 0.0], [0.0, -8.0]], 5.0), [[3.0, 0.0], [0.0, -4.0]], rtol=1e-15)
    assert by_norm(-7.0, 2.0).shape == () and float(by_norm(-7.0, 2.0)) == -2.0


def test_global_norm_keeps_the_ratio_of_the_layers() -> None:
    one, other = by_global_norm([[6.0, 0.0], [0.0, 8.0]], 5.0)
    assert (one[0], other[1]) == (pytest.approx(3.0), pytest.approx(4.0))


def test_a_stack_is_clipped_network_by_network() -> None:
    parts = [
        RNG.standard_normal((3, 2, 4)) * [[[0.1]], [[10]], [[0]]],
        RNG.standard_normal((3, 1, 4)) * [[[0.1]], [[10]], [[0]]],
    ]
    cut = clip_stack(parts, "norm", 2.0)
    assert stack_norm(parts)[0] < 2.0 < stack_norm(parts)[1]
    for n in range(3):
        alone = by_global_norm([p[n] for p in parts], 2.0)
        assert all(np.allclose(a, x[n], rtol=1e-14) for a, x in zip(alone, cut, strict=True))
    assert (stack_norm(cut) <= 2.0 + 1e-14).all()
    assert clip_stack(parts, "none", 2.0)[0] is parts[0]
    assert np.abs(clip_stack(parts, "value", 0.1)[0]).max() == 0.1


@pytest.mark.parametrize("threshold", [0.0, -1.0, np.nan, np.inf])
def test_thresholds_that_make_no_sense(threshold: float) -> None:
    for clip in (by_value, by_norm):
        with pytest.raises(ValueError, match="threshold"):
            clip([1.0], threshold)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="x must be finite"):
        by_norm([np.inf], 1.0)
    with pytest.raises(ValueError, match="how must be"):
        clip_stack(DRAWN, "both", 1.0)


def test_pytorch_agrees_but_for_its_epsilon() -> None:
    torch = pytest.importorskip("torch")
    for size in (1e-3, 1.0, 1e3):
        parts = [size * RNG.standard_normal((4, 3)), size * RNG.standard_normal(5)]
        leaves = [torch.nn.Parameter(torch.tensor(p)) for p in parts]
        for leaf, p in zip(leaves, parts, strict=True):
            leaf.grad = torch.tensor(p)
        norm = float(torch.nn.utils.clip_grad_norm_(leaves, 0.5))
        share = min(1.0, 0.5 / (norm + 1e-6))
        exact = min(1.0, 0.5 / norm)
        for leaf, p, ours in zip(leaves, parts, by_global_norm(parts, 0.5), strict=True):
            assert np.allclose(leaf.grad.numpy(), p * share, rtol=1e-12, atol=0)
            assert np.allclose(leaf.grad.numpy() * exact / share, ours, rtol=1e-12, atol=0)
        torch.nn.utils.clip_grad_value_(leaves, 0.1)
        assert max(float(leaf.grad.abs().max()) for leaf in leaves) <= 0.1


@pytest.mark.parametrize(
    ("x", "threshold", "wanted"),
    [
        ([1e200, 1e200], 1.0, [0.5**0.5, 0.5**0.5]),  # squares overflow
        ([3e-200, 4e-200], 1e-200, [0.6e-200, 0.8e-200]),  # squares underflow
        ([3e-200, 4e-200], 1.0, [3e-200, 4e-200]),
        ([1.5e308, 1.5e308], 1e308, [0.5**0.5 * 1e308, 0.5**0.5 * 1e308]),  # the norm itself overflows
        ([3e300, 4e300], 5e-300, [3e-300, 4e-300]),  # the factor underflows
        ([5e-324, 0.0], 1e-323, [5e-324, 0.0]),
    ],
)
def test_squares_that_leave_float64(x: list[float], threshold: float, wanted: list[float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [by_norm(x, threshold), np.concatenate(by_global_norm([x[:1], x[1:]], threshold))]
    for ours in found:
        np.testing.assert_allclose(ours, wanted, rtol=1e-15)


def test_norms_of_stacks_of_every_size() -> None:
    found = stack_norm([[[3e200], [3e-200], [0.0], [3.0]], [[4e200], [4e-200], [0.0], [4.0]]])
    np.testing.assert_allclose(found, [5e200, 5e-200, 0.0, 5.0], rtol=1e-15)


def test_usual_gradients_are_clipped_bit_for_bit_as_before() -> None:
    parts = [DRAWN[0].reshape(8, 5, 6), DRAWN[1].reshape(8, 5, 6)]
    norm = np.sqrt(sum((x.reshape(8, -1) ** 2).sum(axis=1) for x in parts))
    for ours, x in zip(clip_stack(parts, "norm", 1.5), parts, strict=True):
        np.testing.assert_array_equal(ours, x * np.minimum(1.0, 1.5 / norm)[:, None, None])


def test_a_diverged_network_leaves_the_others_alone() -> None:
    parts = [np.array([[np.nan, 1.0], [np.inf, 1.0], [3.0, 4.0]])]
    with pytest.raises(ValueError, match=r"gradients\[0\] must be finite"):
        clip_stack(parts, "norm", 1.0)
    (cut,) = clip_stack(parts, "norm", 1.0, diverging=True)
    assert np.isnan(cut[0]).all()
    assert np.isnan(cut[1, 0])
    np.testing.assert_allclose(cut[2], [0.6, 0.8], rtol=1e-15)
    assert stack_norm(parts, diverging=True)[2] == 5.0


def test_stacks_of_different_networks_are_refused() -> None:
    for bad in ([np.ones((2, 3)), np.ones((3, 3))], [], [1.0]):
        with pytest.raises(ValueError, match="gradients must be one or more arrays"):
            clip_stack(bad, "norm", 1.0)  # type: ignore[arg-type]
