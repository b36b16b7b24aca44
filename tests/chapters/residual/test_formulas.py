"""The residual layer, its paths, and checks that can fail."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.chapters.residual.claims import formulas as residual_claims
from analysis.chapters.residual.claims import gradient_angles as angle_claims
from analysis.claims.claim import Claim
from analysis.claims.outcome import Outcome, Refuted, Unknown
from analysis.symbolic.catalogue import ACTIVATIONS, SIGMOID, TANH
from analysis.symbolic.chain import gradient, nested, substitute_back
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b, b_, cost, h, w, z
from analysis.symbolic.residual import (
    L,
    c,
    chain_factor,
    chain_output,
    growth,
    jacobians,
    mean_log,
    paths,
    product,
    residual,
    s,
    sum_over_paths,
    tau,
)

CLAIMS = {claim.label: claim for claim in (*residual_claims.CLAIMS, *angle_claims.CLAIMS)}


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "identity"])
def test_the_factor_is_one_more(name: str) -> None:
    layer = plain(ACTIVATIONS[name])
    at = {w: sp.Rational(3, 2), h: sp.Rational(1, 5), b: sp.Rational(-1, 3)}
    made = residual(layer, s)
    assert sp.simplify(made.factor - 1 - s * layer.factor) == 0
    safe = chain_factor(ACTIVATIONS[name]).subs({w: at[w], z: (w * h + b).subs(at)})
    assert abs(sp.N((safe - made.factor.subs(at)).subs(s, 2))) < 1e-12
    value = chain_output(ACTIVATIONS[name]).subs(at) - made.output.subs(at)
    assert abs(sp.N(value.subs(s, 2))) < 1e-12


def test_without_the_shortcut_it_is_the_plain_chain() -> None:
    assert not chain_factor(TANH, shortcut=False).has(s)
    assert chain_factor(TANH, shortcut=False).subs({w: 3, z: 0}) == 3
    assert chain_output(SIGMOID, shortcut=False).subs({h: 0, b: 0}) == sp.S.Half


def test_residual_layers_compose() -> None:
    twice = residual(residual(plain()))
    assert twice.output == 2 * h + plain().output
    assert residual(plain()).name == "residual(plain)"
    block = residual(plain())
    exact = sp.diff(cost(nested(3, block)), b_(2))
    assert sp.expand(exact - substitute_back(gradient(3, 2, of=block), 3, block)) == 0


@pytest.mark.parametrize("wrong", [SIGMOID, sp.Symbol("x"), "plain", None])
def test_only_layers_become_residual(wrong: object) -> None:
    with pytest.raises(TypeError, match="layer must be a Layer"):
        residual(wrong)  # type: ignore[arg-type]


def test_paths_are_counted_and_multiplied_out() -> None:
    k = sp.Symbol("k", positive=True)
    for depth in range(1, 6):
        assert len(list(paths(depth))) == 2**depth
        assert sp.expand(product(depth, k)) == sp.expand(sum_over_paths(depth, k))
    assert jacobians(2)[0] * jacobians(2)[1] != jacobians(2)[1] * jacobians(2)[0]
    assert all(tuple(sorted(p, reverse=True)) == p for p in paths(5))


def test_the_mean_log_is_the_integral() -> None:
    import mpmath

    def density(g: mpmath.mpf) -> mpmath.mpf:
        return mpmath.exp(-g * g / 2) / mpmath.sqrt(2 * mpmath.pi)

    for spread in (0.2, 1.0, 3.0):
        points = sorted({-12.0, 0.0, 12.0, -1 / spread})
        exact = mpmath.quad(lambda g, t=spread: mpmath.log(abs(1 + t * g)) * density(g), points)
        assert float((sp.log(tau) + mean_log(1 / tau)).subs(tau, spread)) == pytest.approx(
            float(exact), abs=1e-8
        )


def refused(label: str, statement: sp.Basic) -> Outcome:
    claim = CLAIMS[label]
    assert isinstance(claim, Claim)
    outcome = claim.settle(statement)
    assert isinstance(outcome, Refuted | Unknown), outcome
    return outcome


def test_planted_errors_are_seen() -> None:
    length, scale = CLAIMS["residual-path-length"], CLAIMS["residual-branch-scale"]
    mean_square = CLAIMS["residual-block-mean-square"].statement
    refused("residual-path-length", sp.Eq(length.statement.lhs, L * c / (2 + c), evaluate=False))
    refused("residual-path-length", sp.Eq(length.statement.lhs, L / (1 + c), evaluate=False))
    refused("residual-branch-scale", sp.Lt(scale.statement.lhs, sp.Rational(271, 100), evaluate=False))
    refused("residual-branch-scale", sp.Lt((1 + 2 / L) ** L, sp.E, evaluate=False))
    refused("residual-block-mean-square", sp.Eq(mean_square.lhs, mean_square.rhs + s**3, evaluate=False))
    refused(
        "residual-block-mean-square", sp.Eq(mean_square.lhs, mean_square.rhs.subs(s, s**2), evaluate=False)
    )
    mean = CLAIMS["residual-chain-mean-log"].statement
    refused("residual-chain-mean-log", sp.Eq(mean.lhs, mean.rhs + sp.Rational(1, 100), evaluate=False))
    refused("residual-chain-mean-log", sp.Eq(mean.lhs, sp.log(tau) + mean_log(2 / tau), evaluate=False))
    relu = CLAIMS["residual-relu-mean"].statement
    refused("residual-relu-mean", sp.Eq(relu.lhs, 2 * relu.rhs, evaluate=False))
    angle = CLAIMS["shattered-angle-shrinks"].statement
    refused("shattered-angle-shrinks", sp.Eq(angle.lhs, 2 * angle.rhs, evaluate=False))


def test_growth() -> None:
    assert growth(sp.Integer(3), sp.S.One, sp.S.One) == 8
    assert float(growth(sp.Integer(100), sp.Rational(1, 10), sp.S.One)) == pytest.approx(2.70481, abs=1e-5)
