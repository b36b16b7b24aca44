"""The mean square of a wide layer's weighted inputs, followed from layer to layer, and its gradient factor χ.

With weights N(0, σ_w²/n), biases N(0, σ_b²) and n → ∞ the weighted inputs of a layer are normal with
variance q, and

    q ← σ_w² E[σ(√q x)²] + σ_b²,        χ(q) = σ_w² E[σ′(√q x)²],        x ~ N(0, 1)

(Poole et al. 2016, equation 3; Schoenholz et al. 2017, equation 5).
χ multiplies the mean square of the errors on the way back.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from analysis.numeric.arguments import number, positive, whole
from analysis.numeric.compiled import compiled, compiled_scalar
from analysis.numeric.moments import normal_mean
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import activation
from analysis.symbolic.notation import z as z_symbol
from analysis.symbolic.variance import CHI, NEXT_Q, m
from analysis.symbolic.variance import sigma_b as b_symbol
from analysis.symbolic.variance import sigma_w as w_symbol

Floats = NDArray[np.float64]
_LEAST, _MOST = 1e-14, 1e14
_TINY, _MOST_SQUARE = 1e-100, 1e300
"""Below the first q the activation is straight on either side of 0 to the last digit;
beyond the second squares leave float64."""
_next_q, _chi = compiled_scalar(NEXT_Q, m, w_symbol, b_symbol), compiled_scalar(CHI, m, w_symbol)


class FixedPoint(NamedTuple):
    """q: the variance that a layer hands on unchanged (0 or infinity where it shrinks or grows for ever);
    chi: χ there."""

    q: float
    chi: float


class Profile(NamedTuple):
    """forward: E[zˡ²] for l = 1 … L. backward: E[δˡ²] for l = 1 … L in units of the last. Both (L,)."""

    forward: Floats
    backward: Floats


def second_moment(name: str, q: float) -> float:
    """E[σ(z)²] for z ~ N(0, q);
    raises ValueError for an unknown activation or q outside [0, 1e300], as all that take q do."""
    of = activation(name)
    q = _mean_square("q", q)
    value = compiled(of.value, z_symbol)
    if 0.0 < q < _TINY and float(value(0.0)) == 0.0:
        return q * _limit(of)
    return _mean(value, q if q >= _TINY else 0.0)


def slope_second_moment(name: str, q: float) -> float:
    """E[σ′(z)²] for z ~ N(0, q)."""
    of = activation(name)
    q = _mean_square("q", q)
    return _limit(of) if 0.0 < q < _TINY else _mean(compiled(of.slope, z_symbol), q)


def next_q(name: str, sigma_w: float, sigma_b: float, q: float) -> float:
    """σ_w² E[σ(√q x)²] + σ_b²;
    raises ValueError as ``profile`` does, OverflowError where that exceeds 1.8e308."""
    sigma_w, sigma_b = _spread("sigma_w", sigma_w), _spread("sigma_b", sigma_b)
    return _told(lambda: _next_q(second_moment(name, q), sigma_w, sigma_b))


def chi(name: str, sigma_w: float, q: float) -> float:
    """σ_w² E[σ′(√q x)²]: the factor of one layer on E[δ²]. Raises as ``next_q`` does.

    >>> round(chi("relu", sigma_w=2**0.5, q=1.0), 12)
    1.0
    """
    sigma_w = _spread("sigma_w", sigma_w)
    return _told(lambda: _chi(slope_second_moment(name, q), sigma_w))


def profile(name: str, sigma_w: float, sigma_b: float, depth: int, input_square: float = 1.0) -> Profile:
    """Both recursions through ``depth`` layers of equal width, from inputs with mean square ``input_square``.

    What falls below 4.9e-324 is 0. Raises ValueError on a depth below 1, a negative or infinite spread or an
    unknown activation, OverflowError where a mean square leaves float64, or a forward one exceeds 1e300.
    """
    activation(name)
    sigma_w, sigma_b = _spread("sigma_w", sigma_w), _spread("sigma_b", sigma_b)
    square, depth = _mean_square("input_square", input_square), whole("depth", depth)
    forward = [_told(lambda: sigma_w**2 * square + sigma_b**2)]
    while len(forward) < depth:
        if forward[-1] > _MOST_SQUARE:
            raise OverflowError(
                f"sigma_w = {sigma_w:g} lets E z² exceed 1e300 in layer {len(forward)}: take fewer layers"
            )
        forward.append(next_q(name, sigma_w, sigma_b, forward[-1]))
    backward = [1.0]
    for q in reversed(forward[:-1]):  # δˡ = (wᵀ δˡ⁺¹) ⊙ σ′(zˡ)
        backward.append(backward[-1] * chi(name, sigma_w, q))
    if not math.isfinite(backward[-1]):
        raise OverflowError(f"sigma_w = {sigma_w:g} lets E δ² leave float64: take fewer layers")
    return Profile(np.array(forward), np.array(backward[::-1]))


def fixed_point(name: str, sigma_w: float, sigma_b: float) -> FixedPoint:
    """The q at which large layers settle, and χ there.

    For activations whose E[σ²]/q falls as q grows (sigmoid, tanh, softsign) there is one such q. Raises
    ValueError where every q is kept (ReLU with σ_w = √2, σ_b = 0), where small q die out and large ones grow
    (GELU and SiLU with √2 < σ_w < 2, σ_b = 0), and as ``profile`` does.

    >>> at = fixed_point("tanh", 1.5, 0.1)
    >>> round(at.q, 4), round(at.chi, 4)
    (0.8133, 1.1291)
    """
    return _fixed_point(activation(name).name, _spread("sigma_w", sigma_w), _spread("sigma_b", sigma_b))


@cache
def _fixed_point(name: str, sigma_w: float, sigma_b: float) -> FixedPoint:
    def growth(log_q: float) -> float:
        q = math.exp(log_q)
        return math.log(max(next_q(name, sigma_w, sigma_b, q), 1e-300) / q)

    low, high = math.log(_LEAST), math.log(_MOST)
    first, last = growth(low), growth(high)
    if abs(first) < 1e-9 and abs(last) < 1e-9:
        raise ValueError(f"sigma_w = {sigma_w:g} lets {name} keep every q: there is no single fixed point")
    if first < -1e-9 and last > 1e-9:
        raise ValueError(
            f"sigma_w = {sigma_w:g} lets {name} lose small q and grow large ones: no fixed point attracts"
        )
    if first <= 1e-9:
        return FixedPoint(0.0, _chi(_limit(activation(name)), sigma_w))
    if last > 0.0:
        return FixedPoint(math.inf, chi(name, sigma_w, _MOST))
    q = math.exp(brentq(growth, low, high, xtol=1e-14, rtol=1e-14))
    return FixedPoint(q, chi(name, sigma_w, q))


class Critical(NamedTuple):
    """sigma_w: where gradients neither vanish nor explode exponentially with zero biases; q, chi:
    the variance there and χ.

    ``kind``: "attracts", q settles at this value; "every", each q is kept; "repels", q falls to 0 or grows
    for ever from either side; "limit", χ < 1 at every finite q, and χ → 1 only as q grows for ever.
    """

    sigma_w: float
    q: float
    chi: float
    kind: str


def critical(name: str) -> Critical:
    """The critical weight scale of an activation with zero biases; raises ValueError for an unknown one.

    Where q is handed on, σ_w² E[σ²] = q, so χ = q E[σ′²]/E[σ²] is a function of q alone. An inner q with χ =
    1 is taken first (sigmoid); then q → 0, where χ → 1 if σ(0) = 0, with σ_w² = q/E[σ²] there; then q → ∞.

    >>> round(critical("relu").sigma_w, 6), round(critical("tanh").sigma_w, 6)
    (1.414214, 1.0)
    """
    return _critical(activation(name).name)


@cache
def _critical(name: str) -> Critical:
    def share_kept(log_q: float) -> float:
        q = math.exp(log_q)
        return second_moment(name, q) / q

    def log_chi(log_q: float) -> float:
        return math.log(slope_second_moment(name, math.exp(log_q)) / share_kept(log_q))

    low, high = math.log(_LEAST), math.log(_MOST)
    kept = [share_kept(low), share_kept(0.0), share_kept(high)]
    if max(kept) - min(kept) < 1e-9:
        return Critical(1.0 / math.sqrt(kept[1]), 1.0, math.exp(log_chi(0.0)), "every")
    if float(compiled(activation(name).value, z_symbol)(0.0)) == 0.0:
        limit = _limit(activation(name))
        return Critical(1.0 / math.sqrt(limit), 0.0, 1.0, "attracts" if limit > kept[1] else "repels")
    if log_chi(low) < 0.0 < log_chi(high):
        at = brentq(log_chi, low, high, xtol=1e-14, rtol=1e-14)
        return Critical(1.0 / math.sqrt(share_kept(at)), math.exp(at), 1.0, "attracts")
    return Critical(1.0 / math.sqrt(kept[2]), math.inf, 1.0, "limit")


def gain(name: str, q: float = 1.0) -> float:
    """The σ_w that hands q > 0 on through the activation: √(q/E[σ(√q x)²]), with no biases."""
    activation(name)
    q = _mean_square("q", positive("q", q))
    return math.sqrt(q / second_moment(name, q))


def _limit(of: Activation) -> float:
    """E σ′² as q → 0, and E σ²/q too if σ(0) = 0: the mean of the squared slopes on the two sides of 0."""
    left, right = compiled(of.slope, z_symbol)(np.array([-1e-300, 1e-300]))
    return float(left**2 + right**2) / 2.0


def _spread(name: str, x: Any) -> float:
    return number(name, x, least=0.0)


def _mean_square(name: str, x: Any) -> float:
    return number(name, x, least=0.0, most=_MOST_SQUARE)


def _told(call: Callable[[], float]) -> float:
    """The result; raises OverflowError in words where it leaves float64."""
    try:
        found = call()
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise OverflowError(
            "sigma_w and sigma_b must leave the mean square within float64: take smaller ones"
        )
    return found


def _mean(f: Callable[[Any], Any], q: float) -> float:
    if q == 0.0:
        return float(f(0.0)) ** 2
    return normal_mean(lambda x: np.asarray(f(x)) ** 2, 0.0, math.sqrt(q))
