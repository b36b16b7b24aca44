"""What the layers of three libraries draw by default, and what twenty such layers do to a signal and a
gradient.

Everything follows from fan_in · Var w = σ_w², which is all that matters of a law of mean 0 in a wide layer
(chapter 7). Sources: PyTorch 2.13, ``reset_parameters`` in torch/nn/modules/linear.py, conv.py, rnn.py and
sparse.py; Keras 3, keras/src/layers/core/dense.py and rnn/lstm.py; Flax, flax/linen/linear.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.numeric import mean_field
from analysis.numeric.arguments import generator, whole
from analysis.numeric.network import Network, checked_sizes, forward
from analysis.symbolic.printing import tex
from analysis.symbolic.tables import table
from analysis.symbolic.variance import HE, XAVIER, n, n_in, n_out, s

Floats = NDArray[np.float64]

KAIMING_EDGE = sp.sqrt(3 * HE).subs(n, n_in)
"""kaiming_uniform_(a = s): the edge √3 · gain/√fan_in of the interval, with gain² = 2/(1 + s²)."""
EDGE = sp.sqrtdenest(sp.simplify(KAIMING_EDGE.subs(s, sp.sqrt(5))))
"""The same with a = √5, as ``nn.Linear`` calls it: 1/√fan_in."""


def of_uniform(edge: sp.Expr) -> sp.Expr:
    """The variance of a number uniform on (−edge, edge), integrated."""
    x, e = sp.Symbol("x", real=True), sp.Symbol("e", positive=True)
    return sp.simplify(sp.integrate(x**2 / (2 * e), (x, -e, e)).subs(e, edge))


n_h = sp.Symbol("n_{h}", positive=True)
"""The size of a recurrent layer's state."""


class Default(NamedTuple):
    """What one layer draws: ``law`` in words, ``variance`` of a weight and ``bias``, that of a bias, in n_in
    = fan_in, n_out = fan_out and n_h = hidden (None where there is no bias); how many inputs one output
    sums."""

    layer: str
    law: str
    variance: sp.Expr
    bias: sp.Expr | None
    summed: sp.Expr = n_in

    @property
    def scale_squared(self) -> sp.Expr:
        """σ_w² = the inputs that are summed · Var w, where n_in = n_out = n_h."""
        return sp.simplify((self.summed * self.variance).subs({n_out: n_in, n_h: n_in}))


_third = of_uniform(EDGE)
DEFAULTS = (
    Default(
        "PyTorch `nn.Linear`, `nn.Conv2d`",
        "`kaiming_uniform_(a=√5)`: uniform on $\\pm1/\\sqrt{\\text{fan}_\\text{in}}$",
        _third,
        _third,
    ),
    Default(
        "PyTorch `nn.LSTM`, `nn.GRU`, `nn.RNN`",
        "all uniform on $\\pm1/\\sqrt{n_h}$, $n_h$ the hidden size; a gate sums inputs and states, and two "
        "biases",
        _third.subs(n_in, n_h),
        2 * _third.subs(n_in, n_h),
        n_in + n_h,
    ),
    Default("PyTorch `nn.Embedding`", "$N(0,1)$; it looks up one row and sums nothing", sp.S.One, None),
    Default("Keras `Dense`, `Conv2D`", "`glorot_uniform`: Xavier's variance", XAVIER, sp.S.Zero),
    Default(
        "Flax `Dense`, `Conv`",
        "`lecun_normal`: a normal law cut off at two standard deviations, rescaled",
        1 / n_in,
        sp.S.Zero,
    ),
    Default(
        "for comparison: He",
        "`kaiming_normal_()`: $N(0,2/\\text{fan}_\\text{in})$",
        HE.subs({s: 0, n: n_in}),
        sp.S.Zero,
    ),
)


def as_table(rows: Iterable[Default] = DEFAULTS) -> str:
    """Layer, law, Var w, σ_w² of a square layer, Var b, as a Markdown table."""
    head = ("layer", "law", "$\\operatorname{Var}w$", "$\\sigma_w^2$", "$\\operatorname{Var}b$")
    lines = []
    for row in rows:
        scale = "no sum" if row.scale_squared.has(n_in) else _in_words(row.scale_squared)
        bias = "none" if row.bias is None else _in_words(row.bias)
        lines.append((row.layer, row.law, _in_words(row.variance), scale, bias))
    return str(table(head, lines))


FAN_IN = r"\text{fan}_\text{in}"
"""MathJax shows the backslash of \\_ within \\text, so the underscore stands outside."""


def _in_words(e: sp.Expr) -> str:
    return "$" + tex(e).replace("n_{in}", FAN_IN).replace("n_{out}", r"\text{fan}_\text{out}") + "$"


SCALES = {"PyTorch": 1.0 / math.sqrt(3.0), "Keras, Flax": 1.0, "He": math.sqrt(2.0)}
"""σ_w of square layers."""
ACTIVATIONS = ("relu", "gelu", "tanh", "sigmoid")
LAYERS, WIDTH = 20, 256


class Twenty(NamedTuple):
    """The factors of ``layers`` layers on the root mean square of a weighted input and of the gradient."""

    forward: float
    backward: float
    layers: int = LAYERS

    @property
    def log_gain(self) -> float:
        """What a layer adds to the logarithm of the gradient's norm, in the mean: ½ log χ where χ is the same
        in all."""
        return math.log(self.backward) / self.layers


def twenty(activation: str, scale: float, bias: float = 0.0, depth: int = LAYERS) -> Twenty:
    """``depth`` layers between inputs of mean square 1 and the output, by the recursions of chapter 7."""
    run = mean_field.profile(activation, scale, bias, depth + 1)
    return Twenty(
        math.sqrt(float(run.forward[-1] / run.forward[0])), math.sqrt(float(run.backward[0])), depth
    )


def twenty_layers() -> str:
    """Activation and scale against the mean log-gain of a layer and the factor of twenty, as text."""
    lines = [f"{'':9}" + "".join(f"{name:>24}" for name in SCALES)]
    for activation in ACTIVATIONS:
        cells = []
        for name, scale in SCALES.items():
            bias = scale / math.sqrt(WIDTH) if name == "PyTorch" else 0.0
            found = twenty(activation, scale, bias)
            cells.append(f"{found.log_gain:+8.3f}  x {found.backward:8.2g}")
        lines.append(f"{activation:9}" + "".join(f"{cell:>24}" for cell in cells))
    return "\n".join(lines)


def default_network(
    sizes: tuple[int, ...],
    rng: np.random.Generator,
    *,
    activation: str = "relu",
    output: str = "identity",
) -> Network:
    """A network of the default weights and biases of ``nn.Linear``: all uniform on ±1/√fan_in.

    Raises ValueError on bad sizes or an unknown activation.
    """
    sizes = checked_sizes(sizes)
    generator("rng", rng)
    weights, biases = [], []
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        edge = 1.0 / math.sqrt(inputs)
        weights.append(rng.uniform(-edge, edge, (outputs, inputs)))
        biases.append(rng.uniform(-edge, edge, outputs))
    return Network(sizes, tuple(weights), tuple(biases), activation, output)


def share_that_varies(network: Network, X: Floats) -> Floats:
    """Of each layer's weighted inputs, the share of the mean square that differs from example to example
    (L,)."""
    whole("examples", len(X), 2)
    return np.array([float(z.var(axis=0).mean() / np.square(z).mean()) for z in forward(network, X).z])
