"""The gradient of a chain of one-neuron layers, derived for any depth.

One generic layer map is differentiated by SymPy; each layer's factor is that derivative with the layer's own symbols put
in; the gradient is one product of the factors. Nothing here is typed in from a book.
"""

from __future__ import annotations

import operator
from functools import cache

import sympy as sp

from analysis.symbolic.display import partial, times
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


def local_slope(j: int, x: sp.Symbol = h, layer: Layer = GENERIC) -> sp.Expr:
    """∂a_j/∂a_{j−1} (x = h), ∂a_j/∂w_j (x = w) or ∂a_j/∂b_j (x = b), in the symbols of layer j."""
    return _slopes(layer)[x].xreplace({h: a_(j - 1), w: w_(j), b: b_(j), z: z_(j)})


def factors(depth: int, layer: int = 1, x: sp.Symbol = b, of: Layer = GENERIC) -> tuple[sp.Expr, ...]:
    """The factors of ∂C/∂x_l in forward order: own slope of layer l, then the factors of l+1 … L, then ∂C/∂a_L.

    ``x`` is ``notation.b`` or ``notation.w`` (which parameter of layer l), or ``notation.h`` (its input). Raises
    ValueError for a depth below 1, a layer outside 1 … depth, or another symbol.
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


def nested(depth: int, of: Layer = GENERIC) -> sp.Expr:
    """a_L written out in a_0, all weights and all biases: σ(w_L σ(… σ(w_1 a_0 + b_1) …) + b_L)."""
    output: sp.Expr = a_(0)
    for j in range(1, _depth(depth) + 1):
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


def derivation(depth: int = 4, layer: int = 1) -> tuple[sp.Expr, ...]:
    """The lines of a derivation by hand: ∂C/∂a_l at each stage, one factor more a line, working back from the output.

    Line 0 is ∂C/∂a_L; line k is ∂C/∂a_{L−k}; the last line is ∂C/∂b_l.
    """
    depth = _depth(depth)
    full = in_order(depth, _layer(layer, depth)).args
    tail, lines = len(full) - 1, []
    for _ in range(layer, depth):
        lines.append(times(*full[tail:]))
        tail -= 2
    lines.append(times(*full[tail:]))
    lines.append(times(*full))
    return tuple(lines)


def cascade(depth: int = 4) -> tuple[sp.Eq, ...]:
    """Nielsen's cascade: how a small change Δb₁ becomes Δa₁, Δz₂, Δa₂, …, to first order.

    Each line is the total differential of one layer map, with the line before it put in (his eqs. 114–120).
    """
    depth = _depth(depth)
    step = sp.Symbol(r"\Delta b_1", real=True)
    lines, change = [], step
    for j in range(1, depth + 1):
        through_z = sp.S.One if j == 1 else (w * h + b).diff(h).xreplace({w: w_(j)})
        change = through_z * change
        if j > 1:
            lines.append(sp.Eq(sp.Symbol(rf"\Delta z_{j}", real=True), change, evaluate=False))
        change = sigma(z_(j)).diff(z_(j)) * change
        lines.append(sp.Eq(sp.Symbol(rf"\Delta a_{j}", real=True), change, evaluate=False))
    return tuple(lines)


def of_cost(depth: int, x: sp.Symbol) -> sp.Expr:
    """∂C/∂x of the nested network, carried out by SymPy when ``doit`` is called."""
    return partial(nested(depth), x)
