"""The derived gradient against SymPy's own derivative of the nested formula, its size,
and its ways of failing."""

from __future__ import annotations

import itertools
import sys

import pytest
import sympy as sp
from operations import counted_calls
from sympy.core.cache import clear_cache

from analysis.symbolic import chain
from analysis.symbolic.aligned import aligned
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.display import times
from analysis.symbolic.layer import Layer, plain
from analysis.symbolic.notation import a_, b, b_, cost_prime, h, sigma, sigma_prime, w, w_, z, z_

LETTER = {b: b_, w: w_}


def naive(depth: int, parameter: sp.Symbol, of: Layer = chain.GENERIC) -> sp.Expr:
    """∂C/∂parameter by differentiating the network written out in one piece."""
    return chain.cost(chain.nested(depth, of)).diff(parameter)


def agrees(product: sp.Expr, depth: int, parameter: sp.Symbol) -> bool:
    """The product, with every z_j and a_j written out, is the naive derivative:
    the same tree, unsimplified."""
    return chain.substitute_back(product, depth) == naive(depth, parameter)


@pytest.mark.parametrize("depth", range(1, 17))
def test_equals_naive_derivative_for_every_layer(depth: int) -> None:
    for layer, x in itertools.product(range(1, depth + 1), (b, w)):
        assert agrees(chain.gradient(depth, layer, x), depth, LETTER[x](layer)), (layer, x)


@pytest.mark.slow
def test_equals_naive_derivative_at_depth_64() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)  # the nested formula, not the product, needs it
    try:
        assert agrees(chain.gradient(64), 64, b_(1))
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize("depth", [2, 5])
@pytest.mark.parametrize("layer", [1, 2])
def test_wrong_products_are_told_apart(depth: int, layer: int) -> None:
    right = list(chain.factors(depth, layer))
    assert agrees(sp.Mul(*right), depth, b_(layer))
    wrong = [right[:i] + right[i + 1 :] for i in range(len(right))]  # a factor dropped
    wrong += [[*right, f] for f in right]  # a factor too many
    wrong += [[w_(layer), *right], [-1, *right]]  # the layer's own weight; a sign
    if layer > 1:
        wrong.append([f.xreplace({z_(layer): z_(layer - 1)}) for f in right])  # a factor shifted
    for factors in wrong:
        assert not agrees(sp.Mul(*factors), depth, b_(layer)), factors


def test_the_input_has_a_gradient_too() -> None:
    assert agrees(chain.gradient(3, 1, h), 3, a_(0))


@pytest.mark.parametrize("layer", [plain(SIGMOID), plain(TANH), Layer("skip", h + sigma(w * h + b))])
@pytest.mark.parametrize("x", [b, w])
def test_other_layer_maps(layer: Layer, x: sp.Symbol) -> None:
    for depth, l in ((1, 1), (3, 1), (3, 2)):
        product = chain.substitute_back(chain.gradient(depth, l, x, layer), depth, layer)
        point = {a_(0): 0.3} | {w_(j): 0.7 - j for j in (1, 2, 3)} | {b_(j): 0.2 * j for j in (1, 2, 3)}
        gap = (product - naive(depth, LETTER[x](l), layer)).replace(sigma, sp.tanh)
        gap = gap.replace(sigma_prime, lambda u: 1 - sp.tanh(u) ** 2).replace(cost_prime, lambda u: u)
        assert abs(gap.xreplace(point).evalf(30)) < 1e-12


def test_operations_grow_by_three_a_layer() -> None:
    counts = {depth: chain.gradient(depth).count_ops() for depth in (1, 2, 10, 100, 1000)}
    assert counts == {depth: 3 * depth for depth in counts}  # L slopes and ∂C/∂a_L, 2L − 1 multiplications
    assert naive(16, b_(1)).count_ops() > 8 * counts[10]


def test_work_grows_linearly() -> None:
    def calls(depth: int) -> int:
        clear_cache()  # else a depth that fits into SymPy's cache looks cheaper than it is
        with counted_calls() as found:
            chain.gradient(depth)
        return found[0]

    small, large = calls(100), calls(1000)
    assert small > 1000
    assert large < 15 * small  # ten if linear, a hundred if quadratic


@pytest.mark.parametrize("depth", [0, -1, 2.5, "4", None])
def test_bad_depth(depth: object) -> None:
    for function in (
        chain.gradient,
        chain.nested,
        chain.definitions,
        chain.cascade,
        chain.backward,
        chain.derivation,
    ):
        with pytest.raises(ValueError, match="depth must be a whole number of layers, 1 or more, not"):
            function(depth)  # type: ignore[operator]


@pytest.mark.parametrize("layer", [0, 5, -1, 1.5, None])
def test_bad_layer(layer: object) -> None:
    for function in (chain.gradient, chain.in_order, chain.derivation):
        with pytest.raises(ValueError, match="layer must be a whole number from 1 to depth = 4, not"):
            function(4, layer)  # type: ignore[operator]


@pytest.mark.parametrize("x", [z, w_(1), "b", None])
def test_bad_parameter(x: object) -> None:
    with pytest.raises(ValueError, match="x must be one of the symbols h, w, b"):
        chain.gradient(4, 1, x)  # type: ignore[arg-type]


@pytest.mark.parametrize("depth", [1, 2, 4, 6])
def test_every_line_of_the_derivation_is_true(depth: int) -> None:
    for layer in range(1, depth + 1):
        lines = chain.derivation(depth, layer)
        assert len(lines) == depth - layer + 2
        for line in lines:
            left, right = (chain.substitute_back(side.doit(), depth) for side in line.args)
            assert left == right, line
        sizes = [len(line.rhs.args) if isinstance(line.rhs, times) else 1 for line in lines]
        assert sizes == [*range(1, 2 * (depth - layer) + 2, 2), 2 * (depth - layer) + 2]
        assert lines[-1].rhs.doit() == chain.gradient(depth, layer)


def test_forward_order_on_the_page() -> None:
    assert chain.in_order(3, 2).args == (sigma_prime(z_(2)), w_(3), sigma_prime(z_(3)), cost_prime(a_(3)))
    assert chain.in_order(3, 3, w).args == (a_(2), sigma_prime(z_(3)), cost_prime(a_(3)))
    assert chain.in_order(3).doit() == chain.gradient(3)


def test_layers_are_the_definitions() -> None:
    known = chain.definitions(3)
    for j, (name, of_z, of_h) in enumerate(chain.layers(3), start=1):
        assert name == a_(j) and known[name] == of_h.doit() == of_z.xreplace({z_(j): known[z_(j)]})
    assert str(chain.layers(1)[0][2]) == "sigma(w_1*a_0 + b_1)"


@pytest.mark.parametrize("depth", [1, 4])
def test_cascade_multiplies_the_slopes_it_passes(depth: int) -> None:
    lines = chain.cascade(depth)
    assert [str(line[0]) for line in lines][-2:] == [f"Δa_{depth}", "ΔC"]
    first = chain.change_("b_1")
    so_far = before = first
    for name, local, total in lines:
        assert local.args[-1] == before, name
        before = name
        so_far = sp.Mul(*local.args[:-1]) * so_far
        assert total.doit() == so_far, name
    assert so_far / first == chain.gradient(depth)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_one_backward_pass_gives_every_layer(depth: int) -> None:
    lines = chain.backward(depth)
    known: dict[sp.Basic, sp.Expr] = {}
    for line in lines:
        known[line.lhs] = line.rhs.doit().xreplace(known)
    assert known == {chain.delta_(l): chain.gradient(depth, l) for l in range(1, depth + 1)}
    assert sum(line.rhs.doit().count_ops() for line in lines) == 3 * depth


def test_aligned_lines() -> None:
    shown = aligned(chain.cascade(2))
    assert repr(shown).splitlines()[0] == "Δa_1 = sigma_prime(z_1)*Δb_1 = sigma_prime(z_1)*Δb_1"
    latex = shown._repr_latex_()
    assert latex.count(r"\\[") == len(list(shown)) - 1 == 3
    assert latex.startswith(r"$\displaystyle \begin{aligned} \Delta a_{1} & = ") and latex.count("&& = ") == 4
    assert len(aligned(chain.derivation(4)).lines) == 5
    with pytest.raises(ValueError, match="at least one line"):
        aligned([])
    with pytest.raises(ValueError, match="two sides or more"):
        aligned([(z,)])
