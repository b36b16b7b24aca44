"""The gradient of a chain of one-neuron layers, derived for any depth.

One generic layer map is differentiated by SymPy; each layer's factor is that derivative with the layer's own
symbols put in; the gradient is one product of the factors. Nothing here is typed in from a book.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import sympy as sp

from analysis.symbolic.display import partial, plus, times
from analysis.symbolic.layer import Layer, plain
from analysis.symbolic.notation import a_, b, b_, cost, h, sigma, w, w_, z, z_

GENERIC = plain()


def _depth(depth: int) -> int:
    """The depth as an int; raises ValueError unless it is a whole number ≥ 1."""
    try:
        number = operator.index(depth)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"depth must be a whole number of layers, 1 or more, not {depth!r}")
    return number


def _layer(layer: int, depth: int) -> int:
    try:
        number = operator.index(layer)
    except TypeError:
        number = 0
    if not 1 <= number <= depth:
        raise ValueError(f"layer must be a whole number from 1 to depth = {depth}, not {layer!r}")
    return number


@cache
def _slopes(layer: Layer) -> dict[sp.Symbol, sp.Expr]:
    """d output/dx for x = h, w, b, with the weighted input wh + b written z."""
    affine = w * h + b
    return {x: layer.output.diff(x).xreplace({affine: z}) for x in (h, w, b)}


@cache
def _names(layer: Layer, x: sp.Symbol) -> tuple[tuple[sp.Symbol, Callable[[int], sp.Symbol]], ...]:
    """The symbols of a slope with what they are called in layer j:
    making a symbol costs more than putting it in."""
    called = ((h, lambda j: a_(j - 1)), (w, w_), (b, b_), (z, z_))
    return tuple((symbol, name) for symbol, name in called if _slopes(layer)[x].has(symbol))


def local_slope(j: int, x: sp.Symbol = h, layer: Layer = GENERIC) -> sp.Expr:
    """∂a_j/∂a_{j−1} (x = h), ∂a_j/∂w_j (x = w) or ∂a_j/∂b_j (x = b), in the symbols of layer j."""
    slope, names = _slopes(layer)[x], _names(layer, x)
    return slope.xreplace({symbol: of_layer(j) for symbol, of_layer in names})


def factors(depth: int, layer: int = 1, x: sp.Symbol = b, of: Layer = GENERIC) -> tuple[sp.Expr, ...]:
    """The factors of ∂C/∂x_l in forward order:
    own slope of layer l, then the factors of l+1 … L, then ∂C/∂a_L.

    ``x`` is ``notation.b`` or ``notation.w`` (which parameter of layer l), or ``notation.h`` (its input).
    Raises ValueError for a depth below 1, a layer outside 1 … depth, or another symbol.
    """
    depth = _depth(depth)
    layer = _layer(layer, depth)
    if x not in (h, w, b):
        raise ValueError(f"x must be one of the symbols h, w, b of analysis.symbolic.notation, not {x!r}")
    through = (local_slope(j, h, of) for j in range(layer + 1, depth + 1))
    return (local_slope(layer, x, of), *through, cost(a_(depth)).diff(a_(depth)))


def gradient(depth: int, layer: int = 1, x: sp.Symbol = b, of: Layer = GENERIC) -> sp.Expr:
    """∂C/∂x_l as one product (see ``factors``); its size grows linearly with the depth."""
    return sp.Mul(*factors(depth, layer, x, of))


def in_order(depth: int, layer: int = 1, x: sp.Symbol = b, of: Layer = GENERIC) -> sp.Expr:
    """The same product, shown in forward order: σ′(z_l) · w_{l+1} · σ′(z_{l+1}) … ∂C/∂a_L."""
    flat: list[sp.Expr] = []
    for factor in factors(depth, layer, x, of):
        flat.extend(sorted(factor.args, key=lambda f: not f.is_Symbol) if factor.is_Mul else [factor])
    return times(*flat)


def definitions(depth: int, of: Layer = GENERIC) -> dict[sp.Symbol, sp.Expr]:
    """z_j and a_j for j = 1 … depth, each in terms of the layer before it."""
    table: dict[sp.Symbol, sp.Expr] = {}
    for j in range(1, _depth(depth) + 1):
        table[z_(j)] = w_(j) * a_(j - 1) + b_(j)
        table[a_(j)] = of.output.xreplace({h: a_(j - 1), w: w_(j), b: b_(j)})
    return table


def layers(depth: int) -> tuple[sp.Tuple, ...]:
    """a_j = σ(z_j) = σ(w_j a_{j−1} + b_j) for j = 1 … depth, a line for each layer,
    in the order of the definitions."""
    return tuple(
        sp.Tuple(a_(j), sigma(z_(j)), sigma(plus(times(w_(j), a_(j - 1)), b_(j))))
        for j in range(1, _depth(depth) + 1)
    )


def nested(depth: int, of: Layer = GENERIC, start: int = 0) -> sp.Expr:
    """a_L written out in a_start and all later weights and biases:
    σ(w_L σ(… σ(w_1 a_0 + b_1) …) + b_L) for start = 0."""
    output: sp.Expr = a_(start)
    for j in range(start + 1, _depth(depth) + 1):
        output = of.output.xreplace({h: output, w: w_(j), b: b_(j)})
    return output


def substitute_back(expr: sp.Expr, depth: int, of: Layer = GENERIC) -> sp.Expr:
    """Put the definitions of every z_j and a_j into ``expr``, from the input up, in one pass."""
    known: dict[sp.Basic, sp.Expr] = {}
    output: sp.Expr = a_(0)
    for j in range(1, _depth(depth) + 1):
        known[z_(j)] = w_(j) * output + b_(j)
        output = known[a_(j)] = of.output.xreplace({h: output, w: w_(j), b: b_(j)})
    return expr.xreplace(known)


def derivation(depth: int = 4, layer: int = 1) -> tuple[sp.Eq, ...]:
    """The derivation by hand, one factor more a line:
    ∂C/∂a_L, then ∂C/∂a_{L−1} … ∂C/∂a_l, and at last ∂C/∂b_l.

    The left side of each line holds the rest of the network written out, so ``doit`` differentiates it.
    """
    depth = _depth(depth)
    layer = _layer(layer, depth)
    lines = []
    for j in range(depth, layer - 1, -1):
        product = in_order(depth, j + 1, h).args if j < depth else (cost(a_(depth)).diff(a_(depth)),)
        lines.append(sp.Eq(partial(nested(depth, start=j), a_(j)), _product(product), evaluate=False))
    lines.append(
        sp.Eq(partial(nested(depth, start=layer - 1), b_(layer)), in_order(depth, layer), evaluate=False)
    )
    return tuple(lines)


def _product(terms: Sequence[sp.Expr]) -> sp.Expr:
    return terms[0] if len(terms) == 1 else times(*terms)


def delta_(l: int) -> sp.Symbol:
    """Error δ^l = ∂C/∂z_l of layer l; since z_l = w_l a_{l−1} + b_l, in a chain it equals ∂C/∂b_l."""
    return sp.Symbol(f"delta^{l}", real=True)


def backward(depth: int = 4) -> tuple[sp.Eq, ...]:
    """One backward pass: δ^L = σ′(z_L) ∂C/∂a_L, then δ^l = σ′(z_l) w_{l+1} δ^{l+1}, down to δ^1."""
    depth = _depth(depth)
    lines = [sp.Eq(delta_(depth), in_order(depth, depth), evaluate=False)]
    for l in range(depth - 1, 0, -1):
        reused = times(local_slope(l, b), _through(l + 1), delta_(l + 1))
        lines.append(sp.Eq(delta_(l), reused, evaluate=False))
    return tuple(lines)


def _through(j: int) -> sp.Expr:
    """∂z_j/∂a_{j−1}, by differentiating wh + b."""
    return (w * h + b).diff(h).xreplace({w: w_(j)})


class _Change(sp.Symbol):  # type: ignore[misc]
    """A symbol named Δx, with the LaTeX of x behind the Δ."""

    def _latex(self, printer: Any) -> str:
        return rf"\Delta {printer._print(sp.Symbol(self.name[1:]))}"


def change_(x: str) -> sp.Symbol:
    """Δx, a small change of x to first order: ``change_("a_1")`` is Δa₁."""
    return _Change(f"Δ{x}", real=True)


def cascade(depth: int = 4) -> tuple[sp.Tuple, ...]:
    """Nielsen's cascade: how a small change Δb₁ becomes Δa₁, Δz₂, Δa₂ … ΔC, to first order.

    Each line is (the change, the slope of one map times the change before it, all slopes so far times Δb₁):
    his eqs. 115–120.
    """
    depth = _depth(depth)
    before = first = change_("b_1")
    so_far: tuple[sp.Expr, ...] = ()
    lines = []
    for name, slope in _slopes_along(depth):
        so_far += (slope,)
        lines.append(sp.Tuple(change_(name), times(slope, before), times(*so_far, first)))
        before = change_(name)
    return tuple(lines)


def _slopes_along(depth: int) -> Iterator[tuple[str, sp.Expr]]:
    """The quantities a change of b₁ passes through, each with the slope by which it passes."""
    for j in range(1, depth + 1):
        if j > 1:
            yield f"z_{j}", _through(j)
        yield f"a_{j}", sigma(z_(j)).diff(z_(j))
    yield "C", cost(a_(depth)).diff(a_(depth))


def of_cost(depth: int, x: sp.Symbol) -> sp.Expr:
    """∂C/∂x of the nested network, carried out by SymPy when ``doit`` is called."""
    return partial(nested(depth), x)
