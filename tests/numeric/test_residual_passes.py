"""Deep chains and wide networks against plain derivatives and explicit Jacobians."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from analysis.numeric.chain import gradient
from analysis.numeric.residual import chain_gains, passes
from analysis.symbolic.catalogue import RELU, SIGMOID, TANH


def by_mpmath(w: np.ndarray, b: np.ndarray, a0: float, scale: float | None) -> float:
    """d a_L/d a_0 of a tanh chain by central differences with 60 digits."""
    with mpmath.workdps(60):

        def output(x: mpmath.mpf) -> mpmath.mpf:
            for weight, bias in zip(w, b, strict=True):
                branch = mpmath.tanh(mpmath.mpf(float(weight)) * x + mpmath.mpf(float(bias)))
                x = branch if scale is None else x + mpmath.mpf(scale) * branch
            return x

        step = mpmath.mpf(10) ** -25
        return float((output(a0 + step) - output(a0 - step)) / (2 * step))


@pytest.mark.parametrize("scale", [None, 1.0, 0.25])
def test_chains_against_high_precision_differences(scale: float | None) -> None:
    rng = np.random.default_rng(1)
    w, b = rng.standard_normal((2, 8))
    gains = chain_gains(TANH, np.asarray(0.3), w, b, scale)
    assert gains.sign[-1] * np.exp(gains.logabs[-1]) == pytest.approx(by_mpmath(w, b, 0.3, scale), rel=1e-10)


def test_a_plain_chain_is_the_librarys() -> None:
    rng = np.random.default_rng(2)
    w, b = rng.standard_normal((2, 300))
    exact = gradient(SIGMOID, 0.5, w, b).b
    found = chain_gains(SIGMOID, np.asarray(0.5), w, b)
    # ∂a_L/∂b_1 has no w_1
    assert found.logabs[-1] - np.log(abs(w[0])) == pytest.approx(exact.logabs[0], rel=1e-12)
    assert found.sign[-1] * np.sign(w[0]) == exact.sign[0]


def test_a_thousand_layers_neither_under_nor_overflow() -> None:
    w, b = np.random.default_rng(3).standard_normal((2, 4, 1000))
    plain, residual = (chain_gains(SIGMOID, np.full(4, 0.5), w, b, k) for k in (None, 1.0))
    assert (plain.logabs[:, -1] < -2000).all() and np.isfinite(plain.logabs).all()
    assert (np.abs(residual.logabs[:, -1]) < 5).all()
    dead = chain_gains(RELU, np.asarray(1.0), np.array([1.0, -1.0, 1.0]), np.zeros(3))
    assert dead.sign.tolist() == [1.0, 0.0, 0.0] and dead.logabs[1] == -np.inf


@pytest.mark.parametrize(
    ("a0", "w", "b", "scale", "message"),
    [
        (0.5, [1.0, 2.0], [1.0], None, "one shape"),
        ([0.5, 1.0], [1.0, 2.0], [1.0, 2.0], None, "one shape"),
        (0.5, [], [], None, "one shape"),
        (0.5, [np.nan], [1.0], None, "finite"),
        (0.5, [1.0], [np.inf], 1.0, "finite"),
        (0.5, [1.0], [1.0], 0.0, "scale must be"),
        (0.5, [1.0], [1.0], np.inf, "scale must be"),
    ],
)
def test_chains_refuse(a0: object, w: object, b: object, scale: float | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chain_gains(TANH, a0, w, b, scale)  # type: ignore[arg-type]


@pytest.mark.parametrize("branch", ["weights last", "relu last"])
@pytest.mark.parametrize(("shortcut", "scale"), [(0.0, 1.0), (1.0, 1.0), (1.0, 0.3), (0.7, 2.0)])
def test_passes_are_the_explicit_product(branch: str, shortcut: float, scale: float) -> None:
    rng = np.random.default_rng(4)
    n, depth = 6, 5
    weights = [rng.standard_normal((n, n)) for _ in range(depth)]
    inputs, readout = rng.standard_normal((3, n)), rng.standard_normal(n)
    found = passes(inputs, weights, readout, shortcut=shortcut, scale=scale, branch=branch)
    for i, x in enumerate(inputs):
        signals, J = [x], np.eye(n)
        for W in weights:
            inside = x if branch == "weights last" else W @ x
            on = np.diag((inside > 0).astype(float))
            local = W @ on if branch == "weights last" else on @ W
            x = shortcut * x + scale * (local @ (x if branch == "relu last" else x))
            J = (shortcut * np.eye(n) + scale * local) @ J
            signals.append(x)
        rms = [np.sqrt((y**2).mean()) for y in signals]
        np.testing.assert_allclose(found.signal[i], np.log(rms), rtol=0, atol=1e-12)
        np.testing.assert_allclose(
            found.mean[i], [y.mean() / r for y, r in zip(signals, rms, strict=True)], atol=1e-12
        )
        exact = J.T @ readout
        size = np.sqrt((exact**2).mean())
        assert found.gradient[i, 0] == pytest.approx(np.log(size / np.sqrt((readout**2).mean())), abs=1e-12)
        np.testing.assert_allclose(found.direction[i], exact / size, atol=1e-12)
    assert (found.gradient[:, -1] == 0.0).all()


def test_passes_refuse() -> None:
    W = np.eye(3)
    for problem in (
        {"branch": "sideways"},
        {"weights": [np.eye(2)]},
        {"x0": np.full((1, 3), np.nan)},
        {"x0": -np.ones((1, 3)), "shortcut": 0.0},  # no unit is active
    ):
        given = {"x0": np.ones((1, 3)), "weights": [W], "readout": np.ones(3)} | problem
        with pytest.raises(ValueError, match=r"(branch|weights\[0\]|x0) must|has died"):
            passes(**given)  # type: ignore[arg-type]
