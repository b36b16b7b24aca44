"""The gradient of a chain of one-neuron layers, ∂C/∂b_l = σ′(z_l) ∏_{j>l} w_j σ′(z_j) · ∂C/∂a_L,
at any depth.

Products are sums of logarithms, compensated, so nothing under- or overflows;
``gradient`` returns bounds on its errors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import ArrayLike

from analysis.numeric import arguments, signed_log
from analysis.numeric.arguments import real_array
from analysis.numeric.balls import ball_function
from analysis.numeric.compiled import compiled, without_cancellation
from analysis.numeric.forward import (
    EPS,
    SLACK,
    ULPS,
    Array,
    ForwardPass,
    fitted,
    forward,
    layered,
    slope_reach,
    underflow,
)
from analysis.numeric.signed_log import SignedLog
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z as _z

_BLOCK = 65536
"""Numbers handled at once in the backward pass, so that its temporaries stay in cache."""
_SUBNORMAL = 2.0**-1021


@dataclass(frozen=True, eq=False)
class ChainGradient:
    """∂C/∂b_l and ∂C/∂w_l, each (..., L), bounds on the errors of their logarithms, and the forward pass.

    An error of inf says that nothing is known, not even the sign;
    a gradient (0, −inf) with error 0 is exactly zero.
    """

    b: SignedLog
    w: SignedLog
    b_error: Array
    w_error: Array
    forward: ForwardPass


def backward(activation: Activation, z: ArrayLike, w: ArrayLike) -> SignedLog:
    """∂a_L/∂b_l = σ′(z_l) ∏_{j>l} w_j σ′(z_j) for every l, from z and w (..., L); shape (..., L).

    The sign is exact; the error of the logarithm is a few 2⁻⁵³ times Σ (|log|w_j|| + |log|σ′(z_j)||). The
    result is (0, −inf) only where a factor is exactly zero. Raises ValueError as ``forward`` does.
    """
    arguments.activation("activation", activation)
    inputs, weights = _together(z=layered("z", z), w=layered("w", w))
    flat_z, flat_w = (x.reshape(-1, x.shape[-1]) for x in (inputs, weights))
    sign, logabs = np.empty(flat_z.shape), np.empty(flat_z.shape)
    step = max(1, _BLOCK // flat_z.shape[-1])
    for i in range(0, len(flat_z), step):
        part = slice(i, i + step)
        slopes = _slopes(activation, flat_z[part])
        factors = signed_log.multiply(signed_log.of(flat_w[part]), slopes)
        after = signed_log.suffix_products(SignedLog(_next(factors.sign, 1.0), _next(factors.logabs, 0.0)))
        sign[part], logabs[part] = signed_log.multiply(slopes, after)
    return SignedLog(sign.reshape(inputs.shape), logabs.reshape(inputs.shape))


def gradient(
    activation: Activation, a0: ArrayLike, w: ArrayLike, b: ArrayLike, output_gradient: ArrayLike = 1.0
) -> ChainGradient:
    """∂C/∂b_l and ∂C/∂w_l = a_{l−1} ∂C/∂b_l for every layer, from a₀ (...), w and b (..., L)
    and ∂C/∂a_L (...).

    The arguments are taken as exact. Raises as ``forward`` does. For gradients with bounds on all errors;
    where no bounds are wanted, ``many_chains.log_gradients`` is many times faster.

    >>> from analysis.symbolic.catalogue import SIGMOID
    >>> found = gradient(SIGMOID, 0.5, [1.0] * 1000, [0.0] * 1000)  # C = a_L
    >>> print(f"{found.b.sign[0]:+.0f} exp({found.b.logabs[0]:.6f}), give or take {found.b_error[0]:.0e}")
    +1 exp(-1492.910220), give or take 5e-12
    """
    passed = forward(activation, a0, w, b)
    inputs, weights, _ = fitted(a0, w, b)
    top = signed_log.of(_given_for("output_gradient", output_gradient, inputs.shape)[..., np.newaxis])
    a, a_error = _log_activations(activation, passed)
    chain = backward(activation, passed.z, weights)
    of_b, b_error = _product((chain, _log_error(activation, passed, weights)), (top, EPS * _size(top)))
    of_w, w_error = _product((of_b, b_error), (a, a_error))
    return ChainGradient(of_b, of_w, b_error, w_error, passed)


def _together(**given: Array) -> tuple[Array, ...]:
    """The arrays at one shape; raises ValueError naming them where there is none."""
    try:
        return np.broadcast_arrays(*given.values())
    except ValueError:
        shapes = " and ".join(str(x.shape) for x in given.values())
        raise ValueError(
            f"{' and '.join(given)} must have shapes that fit each other, not {shapes}"
        ) from None


def _given_for(name: str, x: ArrayLike, shape: tuple[int, ...]) -> Array:
    """x for every chain; raises ValueError naming it where it does not fit."""
    values = real_array(name, x)
    try:
        return np.broadcast_to(values, shape)
    except ValueError:
        raise ValueError(f"{name} must be a number or fit the shape {shape}, not {values.shape}") from None


def _product(x: tuple[SignedLog, Array], y: tuple[SignedLog, Array]) -> tuple[SignedLog, Array]:
    """The product of two numbers with error bounds on their logarithms;
    a zero known to be exact stays exact."""
    (p, p_error), (q, q_error) = x, y
    product = signed_log.multiply(p, q)
    certain = ((p.sign == 0.0) & (p_error == 0.0)) | ((q.sign == 0.0) & (q_error == 0.0))
    return product, np.where(certain, 0.0, (p_error + q_error + EPS * _size(product)) * SLACK)


def _log_error(activation: Activation, passed: ForwardPass, w: Array) -> Array:
    """Bounds on the error of log|∂a_L/∂b_l|:
    the rounding of logarithms and sums, and what errors in z may have done."""
    slopes, weights = _slopes(activation, passed.z), signed_log.of(w)
    own = _size(slopes)
    rounding = (ULPS + 3.0) * EPS * (_suffix_sum(_next(own + _size(weights), 0.0)) + own)
    drift = _drift(activation, passed)
    certain = (slopes.sign == 0.0) & np.isfinite(drift)
    zero_after = _suffix_sum(_next(1.0 * (certain | (weights.sign == 0.0)), 0.0)) > 0.0
    return np.where(certain | zero_after, 0.0, (rounding + _suffix_sum(drift)) * SLACK)


def _drift(activation: Activation, passed: ForwardPass) -> Array:
    """How far log|σ′(z_j)| may be from its value at the computed z_j; inf where a kink lies within reach.

    An error δ in z changes log|σ′| by at most K δ, with K the activation's ``log_slope_rate``. Where |σ′|
    passes 1, its computed logarithm is as good as at an argument a few units in the last place off,
    no better.
    """
    rate, delta = float(activation.log_slope_rate), passed.z_error
    if activation.slope_bound > 1:
        delta = delta + ULPS * EPS * np.abs(passed.z)
    unknown = np.full(delta.shape, np.isinf(rate))
    for kink in activation.kinks:
        unknown |= (delta > 0.0) & (np.abs(passed.z - float(kink)) <= delta)
    return np.where(unknown, np.inf, rate * delta if 0.0 < rate < np.inf else 0.0)


def _log_activations(activation: Activation, passed: ForwardPass) -> tuple[SignedLog, Array]:
    """log|a_{l−1}| with bounds on its error; where a_{l−1} underflowed, from z_{l−1} by ball arithmetic."""
    a, a_error = passed.a[..., :-1], passed.a_error[..., :-1]
    sign, logabs = (np.array(x) for x in signed_log.of(a))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = np.where(a_error == 0.0, 0.0, a_error / np.abs(a))
        if underflow(activation):
            lost = (np.abs(a[..., 1:]) < _SUBNORMAL) & (passed.z[..., :-1] != 0.0)
            z, delta = passed.z[..., :-1][lost], passed.z_error[..., :-1][lost]
            sign[..., 1:][lost], logabs[..., 1:][lost] = _tiny_values(activation, z)
            reach, d = slope_reach(activation)
            steep = compiled(sp.log(reach), _z, d)(z, delta) + np.log(delta)
            relative[..., 1:][lost] = np.exp(steep - logabs[..., 1:][lost])  # inf where the logarithm is −inf
    error = np.where(relative < 1.0, -np.log1p(-np.minimum(relative, 1.0 - EPS)), np.inf)
    result = signed_log.from_parts(sign, logabs)
    return result, (error + ULPS * EPS * _size(result)) * SLACK


def _tiny_values(activation: Activation, z: Array) -> tuple[Array, Array]:
    """Signs and logarithms of σ(z) where float64 underflows;
    (0, −inf) where a ball does too, beyond |z| = 1e30 or so."""
    value = ball_function(without_cancellation(activation.value), _z)
    with ctx.workprec(96):
        balls = [value(arb(x)) for x in z.tolist()]
        sign = np.array([0.0 if x.contains(0) else float(x.sgn().mid()) for x in balls])
        return sign, np.array([-np.inf if x.contains(0) else float(abs(x).log().mid()) for x in balls])


def _slopes(activation: Activation, z: Array) -> SignedLog:
    return signed_log.from_parts(
        compiled(activation.slope_sign, _z)(z), compiled(activation.log_slope, _z)(z)
    )


def _size(x: SignedLog) -> Array:
    """|log|x||, and 0 for a zero."""
    return np.where(x.sign == 0.0, 0.0, np.abs(x.logabs))


def _next(x: Array, last: float) -> Array:
    """x of the next layer, with ``last`` behind the output."""
    return np.concatenate([x[..., 1:], np.full_like(x[..., :1], last)], axis=-1)


def _suffix_sum(x: Array) -> Array:
    return np.flip(np.cumsum(np.flip(x, -1), axis=-1), -1)
