"""Products of the matrices of wide layers written out for given widths, and SymPy's own derivative of the
network, which judges them."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from analysis.chapters.wide_layers.matrix_products import L, l, nabla, slopes, weights
from analysis.symbolic.display import times
from analysis.symbolic.notation import sigma, sigma_prime


def factors(expr: sp.Expr) -> list[sp.Expr]:
    """The factors of a product in order, those of ``times`` inside ``times`` included."""
    if isinstance(expr, (times, sp.Mul)):
        return [f for part in expr.args for f in factors(part)]
    return [expr]


def at(expr: sp.Expr, depth: int, layer: int) -> list[sp.Expr]:
    """The factors at L = depth and l = layer, products over layers written out in order."""
    found: list[sp.Expr] = []
    for f in factors(expr.xreplace({L: sp.Integer(depth), l: sp.Integer(layer)})):
        if isinstance(f, sp.Product):
            index, low, high = f.limits[0]
            found += [g for i in range(int(low), int(high) + 1) for g in factors(f.function.subs(index, i))]
        else:
            found.append(f)
    return found


def z_entry(layer: int, k: int) -> sp.Symbol:
    """z_kˡ of neuron k (from 1)."""
    return sp.Symbol(f"z^{layer}_{k}", real=True)


def w_entries(layer: int, sizes: Sequence[int]) -> sp.Matrix:
    """wˡ written out, shape (n_l, n_{l−1})."""
    return sp.Matrix(
        sizes[layer], sizes[layer - 1], lambda r, c: sp.Symbol(f"w^{layer}_{r + 1}{c + 1}", real=True)
    )


def b_entries(layer: int, sizes: Sequence[int]) -> sp.Matrix:
    """bˡ written out, shape (n_l, 1)."""
    return sp.Matrix(sizes[layer], 1, lambda r, _: sp.Symbol(f"b^{layer}_{r + 1}", real=True))


def z_column(layer: int, sizes: Sequence[int]) -> sp.Matrix:
    """zˡ as symbols, shape (n_l, 1)."""
    return sp.Matrix([z_entry(layer, k) for k in range(1, sizes[layer] + 1)])


def a0_column(sizes: Sequence[int]) -> sp.Matrix:
    """The input a⁰ as symbols, shape (n₀, 1)."""
    return sp.Matrix([sp.Symbol(f"a^0_{k}", real=True) for k in range(1, sizes[0] + 1)])


def slope_symbols(count: int) -> sp.Matrix:
    """∂C/∂a_kᴸ as symbols C′_k, shape (count, 1)."""
    return sp.Matrix([sp.Symbol(f"C'_{k}", real=True) for k in range(1, count + 1)])


def differentiated(sizes: Sequence[int], layer: int) -> sp.Matrix:
    """δˡ (n_l, 1) by SymPy: the cost, an unspecified function of all outputs,
    differentiated in every z_kˡ."""
    outputs = _onward(sizes, layer)
    cost = sp.Function("C")(*outputs)
    return sp.Matrix([_named(cost.diff(x)) for x in z_column(layer, sizes)])


def differentiated_outputs(sizes: Sequence[int], layer: int) -> sp.Matrix:
    """∂aˡ/∂a⁰ (n_l, n₀) by SymPy, from the network written out."""
    a = a0_column(sizes)
    out = a
    for i in range(1, layer + 1):
        out = (w_entries(i, sizes) * out + b_entries(i, sizes)).applyfunc(sigma)
    return out.jacobian(a)


def _as_matrix(letter: type, i: int, sizes: Sequence[int]) -> sp.Matrix:
    if letter is slopes:
        return sp.diag(*(sigma_prime(x) for x in z_column(i, sizes)))
    if letter is nabla:
        return slope_symbols(sizes[i])
    return w_entries(i, sizes) if letter is weights else w_entries(i, sizes).T


def explicit(parts: Sequence[sp.Expr], sizes: Sequence[int], first: int = 0) -> sp.Matrix:
    """The product of the letters as one matrix; every z beyond layer ``first`` is put in as its formula.

    Raises ShapeError where the matrices do not fit.
    """
    product: sp.Matrix | None = None
    for letter in parts:
        i = int(letter.args[0])
        matrix = _as_matrix(type(letter), i, sizes)
        product = matrix if product is None else product * matrix
    last = len(sizes) - 1
    known: dict[sp.Basic, sp.Expr] = {}
    below = z_column(first, sizes).applyfunc(sigma) if first else a0_column(sizes)
    for i in range(first + 1, last + 1):
        here = w_entries(i, sizes) * below + b_entries(i, sizes)
        known |= dict(zip(z_column(i, sizes), here, strict=True))
        below = here.applyfunc(sigma)
    if product is None:
        raise ValueError("parts must hold at least one matrix")
    return product.xreplace(known)


def _onward(sizes: Sequence[int], layer: int) -> sp.Matrix:
    out = z_column(layer, sizes).applyfunc(sigma)
    for i in range(layer + 1, len(sizes)):
        out = (w_entries(i, sizes) * out + b_entries(i, sizes)).applyfunc(sigma)
    return out


def _named(expr: sp.Expr) -> sp.Expr:
    """∂C/∂a_k, which SymPy writes with ``Subs`` or ``Derivative``, as the symbol C′_k."""

    def name(e: sp.Basic) -> sp.Symbol:
        inner = e.expr if isinstance(e, sp.Subs) else e
        return sp.Symbol(f"C'_{inner.expr.args.index(inner.variables[0]) + 1}", real=True)

    expr = expr.replace(lambda e: isinstance(e, sp.Subs), name)
    return expr.replace(lambda e: isinstance(e, sp.Derivative), name)
