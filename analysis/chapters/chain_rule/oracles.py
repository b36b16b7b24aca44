"""Does the product of factors give the gradient? One chain,
and three ways to its gradient that know of no product.

Differences of the whole network in mpmath at 50 digits, a complex step (Squire and Trapp 1998), and
reverse-mode automatic differentiation by the ``autograd`` package. Each writes the network out for itself.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable
from dataclasses import dataclass

import mpmath as mp
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.numeric import chain as numeric_chain
from analysis.numeric import signed_log
from analysis.numeric.arguments import number, real_array
from analysis.numeric.forward import forward
from analysis.numeric.optional import of_book
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import a, a_, b_, cost, cost_prime, sigma, sigma_prime, w_, z, z_

Array = NDArray[np.float64]
DIGITS = 50
CERTAIN = {"differences": 40, "complex step": 12, "autograd": 12, "product in float64": 12}
"""Agreement is counted up to so many digits: what is beyond depends on the processor's exp."""


@dataclass(frozen=True, eq=False)
class Chain:
    """A sigmoid chain with weights and biases (L,), input a₀, and cost C = (a_L − target)²/2."""

    a0: float
    weights: Array
    biases: Array
    target: float

    def __post_init__(self) -> None:
        for name in ("a0", "target"):
            number(name, getattr(self, name))
        for name in ("weights", "biases"):
            object.__setattr__(self, name, real_array(name, getattr(self, name)))
        if self.weights.ndim != 1 or self.weights.shape != self.biases.shape or not len(self.weights):
            raise ValueError(
                f"weights and biases must have one shape (L,), not {self.weights.shape} and "
                f"{self.biases.shape}"
            )

    @property
    def depth(self) -> int:
        return len(self.weights)


def drawn(depth: int, rng: np.random.Generator) -> Chain:
    """A chain with weights and biases from N(0, 1), input and target from [0, 1],
    all rounded to two decimals."""
    weights, biases = np.round(rng.normal(size=(2, depth)), 2)
    a0, target = np.round(rng.uniform(size=2), 2)
    return Chain(float(a0), weights, biases, float(target))


def by_differences(chain: Chain) -> tuple[Array, Array]:
    """∂C/∂b and ∂C/∂w by numerical differentiation of the network at 50 digits; arrays of mpf."""

    def network(parameters: list[mp.mpf]) -> mp.mpf:
        value = mp.mpf(chain.a0)
        for weight, bias in zip(parameters[: chain.depth], parameters[chain.depth :], strict=True):
            value = 1 / (1 + mp.exp(-(weight * value + bias)))
        return (value - mp.mpf(chain.target)) ** 2 / 2

    with mp.workdps(DIGITS):
        at = [mp.mpf(x) for x in (*chain.weights, *chain.biases)]
        slopes = [mp.diff(lambda x, i=i: network([*at[:i], x, *at[i + 1 :]]), at[i]) for i in range(len(at))]
    return np.array(slopes[chain.depth :]), np.array(slopes[: chain.depth])


def by_complex_step(chain: Chain, step: float = 1e-30) -> tuple[Array, Array]:
    """∂C/∂b and ∂C/∂w as Im C(x + i·step)/step: no difference, so nothing cancels."""
    weights, biases = chain.weights.tolist(), chain.biases.tolist()

    def slope(parameters: list[complex], i: int) -> float:
        kept, parameters[i] = parameters[i], parameters[i] + 1j * step
        value: complex = chain.a0
        for weight, bias in zip(weights, biases, strict=True):
            value = 1.0 / (1.0 + cmath.exp(-weight * value - bias))
        parameters[i] = kept
        return ((value - chain.target) ** 2 / 2.0).imag / step

    of_b, of_w = ([slope(x, i) for i in range(chain.depth)] for x in (biases, weights))
    return np.array(of_b), np.array(of_w)


def by_autograd(chain: Chain) -> tuple[Array, Array]:
    """∂C/∂b and ∂C/∂w by reverse-mode automatic differentiation."""
    anp, grad = of_book("autograd.numpy"), of_book("autograd").grad

    def network(weights: Array, biases: Array) -> Array:
        value = chain.a0
        for j in range(chain.depth):
            value = 0.5 * (1.0 + anp.tanh(0.5 * (weights[j] * value + biases[j])))
        return 0.5 * (value - chain.target) ** 2  # type: ignore[return-value]

    return grad(network, 1)(chain.weights, chain.biases), grad(network, 0)(chain.weights, chain.biases)


def by_float_product(chain: Chain) -> tuple[Array, Array]:
    """∂C/∂b and ∂C/∂w by the library's float64 product, in sign and logarithm."""
    at = (SIGMOID, chain.a0, chain.weights, chain.biases)
    last = forward(*at).a[-1]
    found = numeric_chain.gradient(*at, output_gradient=last - chain.target)
    return signed_log.to_float(found.b), signed_log.to_float(found.w)


def product_value(product: sp.Expr, chain: Chain) -> mp.mpf:
    """A product in the chain's symbols, evaluated by SymPy to 50 digits at the chain's numbers."""
    digits = DIGITS + 10
    loss = (a - sp.Rational(chain.target)) ** 2 / 2
    value = sp.Float(sp.Rational(chain.a0), digits)
    known: dict[sp.Basic, sp.Expr] = {a_(0): value}
    for j in range(1, chain.depth + 1):
        known[w_(j)], known[b_(j)] = (
            sp.Float(sp.Rational(x[j - 1]), digits) for x in (chain.weights, chain.biases)
        )
        known[z_(j)] = known[w_(j)] * value + known[b_(j)]
        known[a_(j)] = value = SIGMOID.formula.xreplace({z: known[z_(j)]}).evalf(digits)
    formulas = {
        sigma: (z, SIGMOID.formula),
        sigma_prime: (z, SIGMOID.derivative),
        cost: (a, loss),
        cost_prime: (a, loss.diff(a)),
    }
    number = product.doit()
    for function, (x, formula) in formulas.items():
        number = number.replace(function, sp.Lambda(x, formula))
    with mp.workdps(DIGITS):
        return mp.mpf(str(number.xreplace(known).evalf(DIGITS)))


COMPARED: dict[str, Callable[[Chain], tuple[Array, Array]]] = {
    "differences": by_differences,
    "complex step": by_complex_step,
    "autograd": by_autograd,
    "product in float64": by_float_product,
}


def agreed(p: mp.mpf, q: mp.mpf, most: int) -> int:
    """How many significant digits p and q share, from 0 to ``most``: ⌊−log₁₀|p − q|/|p|⌋."""
    p, q = mp.mpf(p), mp.mpf(q)
    if p == q:
        return most
    if p == 0:
        return 0
    return max(0, min(most, int(mp.floor(-mp.log10(abs((p - q) / p))))))
