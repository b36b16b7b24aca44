"""Every symbol of the book, once: its assumptions, its LaTeX and its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp


class _Named(sp.Function):  # type: ignore[misc]
    """A function with a name of its own in LaTeX; subclasses say what their derivative is."""

    nargs = 1
    tex = ""

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"{self.tex}{power}\left({printer._print(self.args[0])}\right)"


class sigma_third(_Named):
    """σ‴(z), the third derivative of an activation left unspecified."""

    tex = r"\sigma'''"


class sigma_second(_Named):
    """σ″(z), the second derivative of an activation left unspecified."""

    tex = r"\sigma''"

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return sigma_third(self.args[0])


class sigma_prime(_Named):
    """σ′(z), the slope of an activation left unspecified."""

    tex = r"\sigma'"

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return sigma_second(self.args[0])


class sigma(_Named):
    """σ(z), an activation left unspecified."""

    tex = r"\sigma"

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return sigma_prime(self.args[0])


class cost_prime(_Named):
    """∂C/∂a_L, the slope of the cost in the output of the last layer."""

    tex = "C'"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        if not self.args[0].is_Symbol:
            return super()._latex(printer, exp)
        inner = rf"\frac{{\partial C}}{{\partial {printer._print(self.args[0])}}}"
        return rf"\left({inner}\right)^{{{exp}}}" if exp else inner


class cost(_Named):
    """C(a_L), the cost as a function of the output of the last layer."""

    tex = "C"

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return cost_prime(self.args[0])


z = sp.Symbol("z", real=True)
a = sp.Symbol("a", real=True)
h = sp.Symbol("h", real=True)
w = sp.Symbol("w", real=True)
b = sp.Symbol("b", real=True)


def z_(j: int | sp.Expr) -> sp.Symbol:
    """Weighted input z_j = w_j a_{j-1} + b_j of layer j."""
    return sp.Symbol(f"z_{j}", real=True)


def a_(j: int | sp.Expr) -> sp.Symbol:
    """Activation a_j = σ(z_j) of layer j; a_0 is the input of the network."""
    return sp.Symbol(f"a_{j}", real=True)


def w_(j: int | sp.Expr) -> sp.Symbol:
    """Weight w_j into layer j."""
    return sp.Symbol(f"w_{j}", real=True)


def b_(j: int | sp.Expr) -> sp.Symbol:
    """Bias b_j of layer j."""
    return sp.Symbol(f"b_{j}", real=True)


@dataclass(frozen=True)
class Entry:
    """One line of the notation page:
    the object, its name in code, its meaning, the chapter that defines it."""

    latex: str
    code: str
    meaning: str
    chapter: int


NOTATION: tuple[Entry, ...] = (
    Entry("L", "depth", "depth: the number of layers with weights, output layer included", 1),
    Entry("l,\\ j", "l, j", "index of a layer, counted from 1 at the input side", 1),
    Entry(sp.latex(a_(0)), "a_(0)", "the input of the network", 1),
    Entry(sp.latex(w_("j")), "w_(j)", "weight into layer j", 1),
    Entry(sp.latex(b_("j")), "b_(j)", "bias of layer j", 1),
    Entry(sp.latex(z_("j")), "z_(j)", "weighted input of layer j, $z_j = w_j a_{j-1} + b_j$", 1),
    Entry(sp.latex(a_("j")), "a_(j)", "activation of layer j, $a_j = \\sigma(z_j)$", 1),
    Entry(sp.latex(h), "h", "the input of a layer when its place in the network does not matter", 1),
    Entry(sp.latex(sigma(z)), "sigma(z)", "an activation function", 1),
    Entry(sp.latex(sigma_prime(z)), "sigma_prime(z)", "its derivative, the slope", 1),
    Entry(sp.latex(cost(a_("L"))), "cost(a_(L))", "the cost as a function of the network's output", 1),
    Entry(
        r"\frac{\partial C}{\partial b_l}",
        "gradient",
        "the gradient in one bias; its size is the learning speed of layer l, up to the rate η",
        1,
    ),
    Entry(r"\eta", "eta", "learning rate, the same for all layers", 1),
    Entry(
        r"\delta^l",
        "delta",
        "error of layer l, $\\partial C/\\partial z^l$; it equals $\\partial C/\\partial b^l$. The layer is "
        "written above, it is no power",
        1,
    ),
    Entry(r"w_j\,\sigma'(z_j)", "factor", "the factor by which layer j multiplies the backward product", 1),
    Entry(
        r"\lambda_L,\ \lambda",
        "log_gain, lam",
        "log-gain per layer of the backward product: of one chain, the mean of $\\log\\lvert "
        "w_j\\,\\sigma'(z_j)\\rvert$ (natural logarithm) over its layers; and its limit, the mean under a "
        "stated law",
        1,
    ),
    Entry(r"X_j", "X[j]", "logarithm of the factor of layer j, $\\log\\lvert w_j\\,\\sigma'(z_j)\\rvert$", 2),
    Entry(
        r"\varsigma^2", "variance", "variance per layer of the log-product in its central limit theorem", 2
    ),
    Entry(
        r"S_L",
        "logs",
        "the log-product, the sum of $\\log\\lvert w_j\\,\\sigma'(z_j)\\rvert$ over $L$ layers",
        2,
    ),
    Entry(r"\Delta b_1", "change_", "a small change of $b_1$, and so for other letters", 1),
    Entry(
        r"\Delta", "shift", "alone, a shift of the input away from the one that the biases were made for", 3
    ),
    Entry(r"\gamma", "EulerGamma", "in logarithms of normal weights, Euler's constant $0.5772\\ldots$", 2),
    Entry(r"n_l", "sizes", "number of neurons of layer $l$; $n$ where all layers are equally wide", 5),
    Entry(
        r"w^l",
        "weights",
        "weights of layer $l$, a matrix; row $j$ and column $k$ lead from neuron $k$ to neuron $j$",
        5,
    ),
    Entry(r"\Sigma'(z^l)", "slopes", "diagonal matrix of the slopes of layer $l$", 5),
    Entry(r"\nabla_{a^L}C", "nabla", "column of the derivatives of the cost in the outputs", 5),
    Entry(r"J^l", "jacobian", "the Jacobian $\\partial a^l/\\partial a^0$ of the first $l$ layers", 5),
    Entry(r"s_i", "log_values", "singular value number $i$ of a matrix, the largest first", 5),
    Entry(r"\lambda_i", "exponents", "Lyapunov exponent number $i$, the growth of $\\log s_i$ per layer", 5),
    Entry(r"R_{ii}", "log_diagonals", "diagonal entry of the triangular factor of a QR factorisation", 5),
    Entry(r"\psi", "psi", "digamma function, the derivative of $\\log\\Gamma$", 5),
    Entry(
        r"\sigma_w,\ \sigma_b",
        "sigma_w, sigma_b",
        "scales of weights and biases: $\\mathrm{Var}\\,w=\\sigma_w^2/n$, $\\mathrm{Var}\\,b=\\sigma_b^2$",
        7,
    ),
    Entry(r"q^l", "q", "mean square of the weighted inputs of layer $l$ over random networks", 7),
    Entry(r"\chi", "chi", "factor of one layer on the mean square of the errors, on the way back", 4),
    Entry(r"n_{\text{in}},\ n_{\text{out}}", "n_in, n_out", "numbers of inputs and outputs of a layer", 7),
    Entry(
        r"m", "m", "number of examples: all training images in chapter 4, those of a batch in chapter 11", 4
    ),
    Entry(
        r"\hat{x}_k", "xhat", "value of example $k$, normalised over the batch to mean 0 and variance 1", 11
    ),
    Entry(
        r"\mu,\ v,\ \varepsilon",
        "mu, v, epsilon",
        "mean and variance of a batch, and the constant added to the variance in batch normalisation",
        11,
    ),
    Entry(
        r"\gamma,\ \beta",
        "gamma, beta",
        "learned gain and shift of batch normalisation (in chapter 11 $\\gamma$ is this gain)",
        11,
    ),
    Entry(
        r"R",
        "rate",
        "growth of $\\lVert\\partial C/\\partial x\\rVert^2$ per normalised layer towards the input",
        11,
    ),
    Entry(r"s", "s", "scale of the branch of a residual block, $x + s\\,F(x)$", 12),
    Entry(
        r"J_l", "jacobians", "derivative of the scaled branch of block $l$, a matrix in a wide network", 12
    ),
    Entry(
        r"\tau",
        "tau",
        "standard deviation of the branch's share of a factor, $1 + \\tau g$ with $g \\sim N(0, 1)$",
        12,
    ),
    Entry(r"\theta", "theta", "angle between the signals of two inputs", 12),
    Entry("c_{t-1}", "c_before", "memory of an LSTM one time step before", 13),
    Entry("h_{t-1}", "h_before", "output of a recurrent cell one time step before", 13),
    Entry(r"b_f", "forget_bias", "bias of the forget gate of an LSTM", 13),
    Entry(r"f I+M", "squared_gain", "a step of many units at rest: what is kept, and a random matrix", 13),
)
