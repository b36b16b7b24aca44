"""Normalisation of arrays:
the symbolic formulas, reverse mode, PyTorch where it is installed, and refusals."""

from __future__ import annotations

import math
import warnings

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from analysis.numeric import normalisation
from analysis.numeric.normalisation import AXES, forward, gradients
from analysis.symbolic.normalisation import backward, beta, epsilon, g, gamma, in_numbers, x


def drawn(seed: int = 0, m: int = 6, n: int = 4) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    return (rng.normal(2.0, 3.0, (m, n)), rng.normal(size=n), rng.normal(size=n), rng.normal(size=(m, n)))


def test_forward_and_backward_are_the_symbolic_ones() -> None:
    xs, gain, shift, gs = drawn(m=3, n=1)
    made = forward(xs, gain, shift, 0.25)
    back = gradients(gs, made, gain, 0.25)
    at = {x[j]: xs[j - 1, 0] for j in (1, 2, 3)} | {g[j]: gs[j - 1, 0] for j in (1, 2, 3)}
    at |= {gamma: gain[0], beta: shift[0], epsilon: 0.25}
    for j in (1, 2, 3):
        assert back.x[j - 1, 0] == pytest.approx(float(in_numbers(backward, 3, j).xreplace(at)), rel=1e-12)


@pytest.mark.parametrize("kind", AXES)
@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.7])
def test_backward_is_reverse_mode(kind: str, eps: float) -> None:
    xs, gain, shift, gs = drawn(3)
    axis = AXES[kind]

    def cost(xs: np.ndarray, gain: np.ndarray, shift: np.ndarray) -> float:
        centred = xs - anp.mean(xs, axis=axis, keepdims=True)
        hat = centred / anp.sqrt(anp.mean(centred**2, axis=axis, keepdims=True) + eps)
        return anp.sum(gs * (gain * hat + shift))

    back = gradients(gs, forward(xs, gain, shift, eps, kind), gain, eps, kind)
    for place, ours in enumerate(back):
        np.testing.assert_allclose(ours, grad(cost, place)(xs, gain, shift), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", AXES)
def test_pytorch_agrees(kind: str) -> None:
    torch = pytest.importorskip("torch")
    xs, gain, shift, gs = drawn(4, m=8, n=5)
    tensors = [torch.tensor(t, dtype=torch.float64, requires_grad=True) for t in (xs, gain, shift)]
    if kind == "batch":
        y = torch.nn.functional.batch_norm(
            tensors[0], None, None, tensors[1], tensors[2], training=True, eps=1e-3
        )
    else:
        y = torch.nn.functional.layer_norm(tensors[0], (5,), tensors[1], tensors[2], eps=1e-3)
    y.backward(torch.tensor(gs))
    made = forward(xs, gain, shift, 1e-3, kind)
    np.testing.assert_allclose(made.y, y.detach().numpy(), rtol=1e-12, atol=1e-12)
    for ours, theirs in zip(gradients(gs, made, gain, 1e-3, kind), tensors, strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_batches_may_be_stacked() -> None:
    xs = np.stack([drawn(s)[0] for s in (1, 2)])
    gs = np.stack([drawn(s)[3] for s in (1, 2)])
    made = forward(xs, eps=1e-5)
    back = gradients(gs, made, eps=1e-5)
    for s in (0, 1):
        one = forward(xs[s], eps=1e-5)
        np.testing.assert_array_equal(made.y[s], one.y)
        np.testing.assert_array_equal(back.x[s], gradients(gs[s], one, eps=1e-5).x)


def test_scale_is_forgotten_and_the_gradient_falls() -> None:
    """∇C(αW) = ∇C(W)/α with a fixed C behind, through the weights: the claim in arrays."""
    rng = np.random.default_rng(7)
    H, W, target = rng.normal(size=(9, 5)), rng.normal(size=(5, 3)), rng.normal(size=(9, 3))

    def weight_gradient(W: np.ndarray) -> np.ndarray:
        made = forward(H @ W)
        return np.asarray(H.T @ gradients(np.tanh(made.y - target), made).x)

    for alpha in (0.1, 3.0, 1e4):
        np.testing.assert_allclose(
            weight_gradient(alpha * W), weight_gradient(W) / alpha, rtol=1e-9, atol=1e-12 / alpha
        )
    rows = np.array([0.5, 2.0, 7.0])
    np.testing.assert_allclose(weight_gradient(W * rows), weight_gradient(W) / rows, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose((W * weight_gradient(W)).sum(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(forward(-H @ W).y, -forward(H @ W).y, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"x": np.ones((4, 2))}, "must vary"),
        ({"x": np.ones(4)}, "shape"),
        ({"x": np.array([[1.0, np.nan], [0.0, 1.0]])}, "finite"),
        ({"x": np.eye(3), "eps": -1.0}, "eps"),
        ({"x": np.eye(3), "kind": "group"}, "kind must be one of batch, layer"),
    ],
)
def test_bad_input_is_refused(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        forward(**arguments)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="kind"):
        normalisation.gradients(np.eye(3), forward(np.eye(3)), kind="group")


@pytest.mark.parametrize("kind", AXES)
@pytest.mark.parametrize(
    "x",
    [
        np.full((3, 3), 0.1),  # its mean rounds to 0.10000000000000002: every x̂ would be −1
        np.full((3, 3), 0.1) + np.spacing(0.1) * np.eye(3),  # one unit in the last place
        np.full((7, 7), 1e200),
        np.full((7, 7), 1e-310),
    ],
    ids=["0.1", "rounding", "1e200", "1e-310"],
)
def test_no_spread_is_refused(kind: str, x: np.ndarray) -> None:
    with pytest.raises(ValueError, match="x must vary along the axis of its mean"):
        forward(x, kind=kind)
    if x[0, 0] < 1e100:
        assert np.abs(forward(x, eps=1e-5, kind=kind).hat).max() < 1e-13


@pytest.mark.parametrize("kind", AXES)
@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e-150, 1e150, 1e200, 1e300])
def test_any_size_is_normalised(kind: str, size: float) -> None:
    xs, gain, shift, gs = drawn(5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, made = forward(xs, gain, shift, kind=kind), forward(size * xs, gain, shift, kind=kind)
        here, there = gradients(gs, one, gain, kind=kind), gradients(gs, made, gain, kind=kind)
    for ours, theirs in zip(made[:2], one[:2], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    np.testing.assert_allclose(made.mean, size * one.mean, rtol=1e-12)
    np.testing.assert_allclose(made.deviation, size * np.sqrt(one.variance), rtol=1e-12)
    np.testing.assert_allclose(there.x, here.x / size, rtol=1e-9)
    np.testing.assert_allclose(there.gain, here.gain, rtol=1e-12)


def test_a_small_spread_on_a_large_mean() -> None:
    """x = 1, 1 + 2⁻³⁰, 1 + 3 · 2⁻³⁰: differences are exact, so x̂ is that of 0, 1, 3."""
    steps = np.array([[0.0], [1.0], [3.0]])
    np.testing.assert_allclose(forward(1.0 + steps * 2.0**-30).hat, forward(steps).hat, rtol=1e-15)


def test_epsilon_counts_at_any_size() -> None:
    xs = drawn(6)[0]
    spread = xs - xs.mean(axis=0)
    np.testing.assert_allclose(forward(1e-200 * xs, eps=1e-5).hat, 1e-200 * spread / 1e-5**0.5, rtol=1e-12)
    np.testing.assert_allclose(forward(1e-200 * xs, eps=1e-320).hat, 1e-200 * spread / 1e-320**0.5, rtol=1e-4)
    np.testing.assert_allclose(forward(1e200 * xs, eps=1e300).hat, forward(xs).hat, rtol=1e-12)


X, G = np.random.default_rng(8).normal(size=(2, 5, 3))


@pytest.mark.parametrize("kind", AXES)
@pytest.mark.parametrize(
    ("x_size", "g_size", "gain"),
    [
        (1.0, 2.0**1020, 2.0**-30),
        (2.0**-1000, 2.0**-990, 1.0),
        (2.0**900, 2.0**1000, 2.0**900),
        (1.0, 2.0**-1000, 2.0**1010),
        (2.0**-1000, 2.0**20, 2.0**-50),
    ],
)
def test_gradients_of_any_size(kind: str, x_size: float, g_size: float, gain: float) -> None:
    """∂C/∂x is linear in g and γ and of degree −1 in x:
    scaling them by powers of two scales it, and rounds nothing."""
    base, log2 = forward(X, kind=kind), round(math.log2(g_size) + math.log2(gain) - math.log2(x_size))
    wanted = np.ldexp(normalisation.gradients(G, base, kind=kind).x, log2)
    assert np.isfinite(wanted).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = normalisation.gradients(G * g_size, forward(X * x_size, kind=kind), gain, kind=kind)
    np.testing.assert_allclose(found.x, wanted, rtol=1e-12)


@pytest.mark.parametrize("kind", AXES)
def test_a_gradient_beyond_float64_is_told(kind: str) -> None:
    cases = (
        (G, forward(X * 1e-320, kind=kind), 1.0), (1e308 * np.sign(G), forward(X, kind=kind), 1e300),
        (1.7e308 * np.ones((5, 3)), forward(X, kind=kind), 1.0),
    )  # fmt: skip
    for upstream, made, gain in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(OverflowError, match="the gradient leaves float64"):
                normalisation.gradients(upstream, made, gain, kind=kind)


@pytest.mark.parametrize("kind", AXES)
def test_a_gradient_that_is_zero_is_zero(kind: str) -> None:
    """What is constant over the axis of the mean does not reach x, whatever g, γ and the spread of x."""
    x = 1e-320 * np.array([[-1.0, 0.0, 1.0], [1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    found = normalisation.gradients(np.full((3, 3), 1e300), forward(x, kind=kind), 1e300, kind=kind)
    np.testing.assert_array_equal(found.x, 0.0)


@pytest.mark.parametrize("name", ["gain", "shift"])
def test_a_gain_is_for_each_neuron_not_for_each_example(name: str) -> None:
    for shape in ((5, 1), (5, 3), (5,), (2, 5, 1)):
        with pytest.raises(ValueError, match=f"{name} must be a number or have shape"):
            forward(X, **{name: np.ones(shape)})  # type: ignore[arg-type]
    for shape in ((), (1,), (3,), (1, 3), (1, 1)):
        forward(X, **{name: np.ones(shape)})  # type: ignore[arg-type]
