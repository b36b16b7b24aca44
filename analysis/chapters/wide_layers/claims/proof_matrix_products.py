"""Layers of any width:
products of matrices that do not commute, and how a statement about them is proved."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from analysis.chapters.wide_layers.matrix_products import (
    L,
    at,
    differentiated,
    differentiated_outputs,
    entry_back,
    entry_on,
    error,
    explicit,
    factors,
    jacobian,
    l,
    nabla,
    one_layer_back,
    one_layer_on,
    ordered,
    ordered_down,
    slopes,
)
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import concretely_false
from analysis.symbolic.display import times

_WIDTHS = ((2, 2, 2, 2), (2, 3, 1, 2), (1, 2, 3, 1))
"""Small widths n₀ … n₃ at which statements are written out:
equal ones, and ones at which a wrong order does not fit."""


def at_small_widths(statement: sp.Basic) -> Refuted | None:
    """The first of a few widths, depths and layers at which the statement differs from SymPy's own
    derivative."""
    for sizes, layer in _cases(statement):
        depth = len(sizes) - 1
        backward = isinstance(statement.lhs, error)
        true = differentiated(sizes, layer) if backward else differentiated_outputs(sizes, layer)
        where = f"at widths {', '.join(map(str, sizes))}, layer {layer}"
        try:
            claimed = explicit(at(statement.rhs, depth, layer), sizes, layer if backward else 0)
        except sp.ShapeError:
            return Refuted(f"{where} the matrices do not fit together")
        if claimed.shape != true.shape:
            return Refuted(f"{where} the right side has shape {claimed.shape}, the left side {true.shape}")
        for place, (x, y) in enumerate(zip(true, claimed, strict=True), start=1):
            if sp.expand(x - y) != 0:
                found = concretely_false(x, y)
                return Refuted(f"{where}, entry {place}: {found.witness}") if found else None
    return None


def _cases(statement: sp.Basic) -> Iterator[tuple[tuple[int, ...], int]]:
    index = statement.lhs.args[0]
    for widths in _WIDTHS:
        for depth in (1, 2, 3):
            for layer in range(1, depth + 1) if index == l else [int(index.subs(L, depth))]:
                if layer <= depth and (statement.has(L) or statement.has(l) or depth == 3):
                    yield widths[: depth + 1], layer


def by_induction_back(statement: sp.Basic) -> Outcome:
    """δˡ = (∏ over j = l … L−1 of a matrix) Σ′(zᴸ) ∇C, by induction from l = L down to 1, for all widths.

    A statement that fails is refuted at small widths, or remains unknown.
    """
    found = at_small_widths(statement)
    if found:
        return found
    head, *rest = factors(statement.rhs)
    if not isinstance(head, ordered) or head.limits[0][1:] != (l, L - 1) or rest != [slopes(L), nabla(L)]:
        return Unknown("the right side is not a product over j = l … L−1, then Σ′(zᴸ) and ∇C")
    gained = factors(head.function.subs(head.limits[0][0], l))
    entry, derivative = entry_back(gained, l), one_layer_back()
    if entry is None or entry != derivative:
        return Unknown("the matrix gained from l+1 to l is not the derivative of zˡ⁺¹ in zˡ")
    return Proved(
        "induction",
        (
            Step("l = L: the product is empty, and the chain rule in each output gives", times(*rest)),
            Step("from l+1 to l, for every pair of neurons p of layer l and q of layer l+1", derivative),
            Step("which is entry (p, q) of the matrix that the right side gains on its left", times(*gained)),
        ),
    )


def by_recursion_on(statement: sp.Basic) -> Outcome:
    """Jˡ = (matrix) Jˡ⁻¹ for all widths, J⁰ = 1: one layer's derivative, by the chain rule;
    false ones fail at small widths."""
    *gained, last = factors(statement.rhs)
    if last != jacobian(l - 1):
        return Unknown("the right side must end in the Jacobian of the layers before")
    written = ordered_down(gained)
    for depth in (1, 2, 3):
        found = at_small_widths(sp.Eq(jacobian(depth), written(depth), evaluate=False))
        if found:
            return found
    entry, derivative = entry_on(gained, l), one_layer_on()
    if entry is None or entry != derivative:
        return Unknown("the matrix is not the derivative of aˡ in aˡ⁻¹")
    return Proved(
        "induction",
        (
            Step("one layer, for every pair of neurons q of layer l and p of layer l−1", derivative),
            Step("which is entry (q, p) of the matrix", times(*gained)),
            Step("and the chain rule multiplies it by the Jacobian of the layers before"),
        ),
    )
