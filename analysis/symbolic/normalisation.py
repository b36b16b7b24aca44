r"""Batch normalisation as formulas: the forward pass, the gradient through it, and the layer that it makes.

One neuron sees a batch of m weighted inputs x_1 … x_m.
With the mean μ = ⟨x_k⟩ and the variance v = ⟨(x_k − μ)²⟩ over the batch,

    x̂_k = (x_k − μ)/√(v + ε),    y_k = γ x̂_k + β        (Ioffe & Szegedy 2015, algorithm 1).

Layer normalisation (Ba, Kiros & Hinton 2016) has the same formulas;
there x_1 … x_m are the m neurons of one example.

``moments`` carries out means over a batch of any size;
``written_out`` puts in a size, where SymPy's own derivative judges.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from analysis.symbolic.layer import Layer
from analysis.symbolic.notation import b, w

m = sp.Symbol("m", integer=True, positive=True)
i, k = sp.symbols("i k", integer=True, positive=True)
x, g, xhat = (sp.IndexedBase(name, real=True) for name in ("x", "g", "xhat"))
mu, gamma, beta = sp.symbols("mu gamma beta", real=True)
v = sp.Symbol("v", positive=True)
epsilon = sp.Symbol("epsilon", positive=True)


class average(sp.Function):  # type: ignore[misc]
    """⟨f_k⟩, the mean over the batch of an expression with the index k."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\left\langle {printer._print(self.args[0])}\right\rangle{power}"

    def _sympystr(self, printer: Any) -> str:
        return f"<{printer._print(self.args[0])}>"


normalise: sp.Expr = (x[k] - mu) / sp.sqrt(v + epsilon)
"""x̂_k, with the mean and the variance of the batch as letters."""
output: sp.Expr = gamma * xhat[k] + beta
"""y_k."""
backward: sp.Expr = gamma / sp.sqrt(v + epsilon) * (g[k] - average(g[k]) - xhat[k] * average(g[k] * xhat[k]))
"""∂C/∂x_k where g_k = ∂C/∂y_k; a claim derives it."""

_delta = sp.Function("delta")(k)  # 1 at k = i, 0 elsewhere in the batch
_G, _H = sp.symbols("G H", real=True)  # ⟨g_k⟩ and ⟨g_k x_k⟩


def moments(expr: sp.Expr) -> sp.Expr:
    """The mean over k of a polynomial in x_k (up to degree 2), g_k (degree 1) and δ_ik,
    for a batch of any size.

    ⟨x⟩ = μ, ⟨x²⟩ = v + μ², ⟨g⟩ = G, ⟨g x⟩ = H and ⟨δ_ik f_k⟩ = f_i/m. Raises ValueError on any other term.
    """
    table = {(0, 0): sp.S.One, (1, 0): mu, (2, 0): v + mu**2, (0, 1): _G, (1, 1): _H}
    total = sp.S.Zero
    for powers, factor in sp.Poly(sp.expand(expr), x[k], g[k], _delta).terms():
        of_x, of_g, of_delta = powers
        if of_delta:
            total += factor * x[i] ** of_x * g[i] ** of_g / m
        elif (of_x, of_g) in table:
            total += factor * table[of_x, of_g]
        else:
            raise ValueError(f"expr must be of degree 2 in x at most and 1 in g, not {expr}")
    return total


def slopes() -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """∂μ/∂x_i, ∂v/∂x_i and ∂x̂_k/∂x_i, by differentiating and carrying out the means; δ_ik = ∂x_k/∂x_i."""
    own = sp.Symbol("x_k", real=True)
    of_mu = moments(_delta)
    of_v = sp.factor(moments(sp.diff((own - mu) ** 2, own).subs(own, x[k]) * (_delta - of_mu)))
    formula = normalise.subs(x[k], own)
    total = formula.diff(own) * _delta + formula.diff(mu) * of_mu + formula.diff(v) * of_v
    return of_mu, of_v, total.subs(own, x[k])


def derived(parameter: sp.Basic) -> sp.Expr:
    """∂C/∂(x_i, γ or β) of C with ∂C/∂y_k = g_k:
    m ⟨g_k ∂y_k/∂(…)⟩ by the chain rule, for a batch of any size."""
    if parameter in (gamma, beta):
        of_y = output.diff(parameter).xreplace({xhat[k]: normalise})
    else:
        of_y = output.diff(xhat[k]) * slopes()[2]
    return m * moments(g[k] * of_y)


def written_out(size: int, scale: sp.Expr = sp.S.One) -> tuple[list[sp.Expr], sp.Expr, sp.Expr]:
    """x̂_1 … x̂_m, μ and v of a batch of that size whose inputs are ``scale`` times x_1 … x_m."""
    xs = [scale * x[j] for j in range(1, size + 1)]
    mean = sp.Add(*xs) / size
    variance = sp.Add(*((one - mean) ** 2 for one in xs)) / size
    at = {mu: mean, v: variance}
    return [normalise.xreplace({x[k]: one}).xreplace(at) for one in xs], mean, variance


def in_numbers(expr: sp.Expr, size: int, at: int) -> sp.Expr:
    """The same for a batch of a given size, with index ``at`` for k and i:
    everything in x_1 … x_m and g_1 … g_m."""
    hats, mean, variance = written_out(size)

    def put(e: sp.Expr, j: int) -> sp.Expr:
        return e.xreplace({xhat[n]: hats[j - 1] for n in (k, i)}).xreplace(
            {x[k]: x[j], g[k]: g[j], x[i]: x[j], g[i]: g[j]}
        )

    expr = expr.replace(average, lambda f: sp.Add(*(put(f, j) for j in range(1, size + 1))) / size)
    return put(expr, at).xreplace({mu: mean, v: variance, m: sp.Integer(size)})


def normalised(layer: Layer) -> Layer:
    """The layer with its weighted input z normalised: γ(z − μ)/√(v + ε) + β in place of z = wh + b.

    With μ and v held fixed that is the same layer with another weight and bias, so it is put in as these.
    """
    root = sp.sqrt(v + epsilon)
    folded = {w: gamma * w / root, b: gamma * (b - mu) / root + beta}
    log = None if layer.log_factor is None else layer.log_factor.subs(folded, simultaneous=True)
    return Layer(f"normalised({layer.name})", layer.output.subs(folded, simultaneous=True), log)


mean_h = sp.Symbol("mu_h", real=True)
v_h = sp.Symbol("v_h", positive=True)
