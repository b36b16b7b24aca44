"""What libraries draw by default: against PyTorch's own layers where it is, and against simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import pytorch
import sympy as sp

from analysis.chapters.your_own_network import defaults
from analysis.numeric.network import forward
from analysis.symbolic.variance import n_in, n_out


def test_the_edge_is_one_over_the_root_of_fan_in() -> None:
    assert defaults.EDGE == 1 / sp.sqrt(n_in)
    assert defaults.of_uniform(sp.Integer(3)) == 3
    scales = {row.layer: row.scale_squared for row in defaults.DEFAULTS}
    assert scales["PyTorch `nn.Linear`, `nn.Conv2d`"] == sp.Rational(1, 3)
    assert scales["PyTorch `nn.LSTM`, `nn.GRU`, `nn.RNN`"] == sp.Rational(2, 3)
    assert scales["Keras `Dense`, `Conv2D`"] == 1 and scales["for comparison: He"] == 2


@pytest.mark.parametrize(
    ("activation", "scale", "gain", "factor"),
    [
        ("relu", "PyTorch", -0.8959, 1.65e-8),
        ("relu", "Keras, Flax", -0.3466, 9.77e-4),
        ("relu", "He", 0.0, 1.0),
    ],
)
def test_twenty_layers_of_relu_by_hand(activation: str, scale: str, gain: float, factor: float) -> None:
    """½ log(σ_w²/2), and its exponential to the twentieth power."""
    found = defaults.twenty(activation, defaults.SCALES[scale])
    assert found.log_gain == pytest.approx(gain, abs=1e-4)
    assert found.backward == pytest.approx(factor, rel=0.01)


def test_the_table_prints_every_default_and_each_scale() -> None:
    table = defaults.as_table()
    assert len(table.splitlines()) == 2 + len(defaults.DEFAULTS)
    assert r"\text{fan}_\text{in}" in table and "n_{in}" not in table
    lines = defaults.twenty_layers().splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(defaults.ACTIVATIONS)
    assert "-0.896  x  1.7e-08" in lines[1]


@pytest.mark.parametrize("activation", defaults.ACTIVATIONS)
def test_the_number_of_a_layer_is_the_mean_of_twenty(activation: str) -> None:
    for scale in defaults.SCALES.values():
        found = defaults.twenty(activation, scale, 0.03)
        assert math.exp(20 * found.log_gain) == pytest.approx(found.backward, rel=1e-9)


def test_the_table_names_what_a_recurrent_layer_sums_and_where_there_is_no_bias() -> None:
    rows = dict(line[2:].split(" | ", 1) for line in defaults.as_table().splitlines()[2:])
    assert rows["PyTorch `nn.Embedding`"].endswith("no sum | none |")
    assert r"$\frac{1}{3 n_{h}}$ | $\frac{2}{3}$ |" in rows["PyTorch `nn.LSTM`, `nn.GRU`, `nn.RNN`"]


def test_a_gate_of_pytorch_has_the_variance_of_the_table() -> None:
    """Inputs and states of mean square 1: σ_w² = 2/3, the biases add 2/(3 n_h)."""
    torch = pytorch.torch()
    torch.manual_seed(0)
    cell, n = torch.nn.RNN(200, 200), 200
    x, h = torch.randn(200, n), torch.randn(200, n)
    with torch.no_grad():
        z = x @ cell.weight_ih_l0.T + h @ cell.weight_hh_l0.T + cell.bias_ih_l0 + cell.bias_hh_l0
    assert float(z.square().mean()) == pytest.approx(2 / 3 + 2 / (3 * n), rel=0.03)


def test_a_network_of_defaults_has_their_variances_and_forgets_its_input() -> None:
    network = defaults.default_network((64, *(256,) * 20, 10), np.random.default_rng(3))
    for w, b in zip(network.weights, network.biases, strict=True):
        edge = 1 / math.sqrt(w.shape[1])
        assert abs(w).max() <= edge and abs(b).max() <= edge
        assert w.var() * w.shape[1] == pytest.approx(1 / 3, rel=0.1)
    X = np.random.default_rng(4).standard_normal((50, 64))
    share = defaults.share_that_varies(network, X)
    z = forward(network, X).z[0]
    assert share[0] == pytest.approx(z.var(axis=0).mean() / (z**2).mean())
    assert share[0] > 0.5 and share[-1] < 1e-12
    with pytest.raises(ValueError, match="examples must be"):
        defaults.share_that_varies(network, X[:1])


LAYERS = {
    "linear": (lambda nn: nn.Linear(300, 200).weight, 300),
    "convolution": (lambda nn: nn.Conv2d(32, 48, 3).weight, 288),
    "lstm": (lambda nn: nn.LSTM(100, 100).weight_hh_l0, 100),
    "gru": (lambda nn: nn.GRU(100, 100).weight_ih_l0, 100),
}


@pytest.mark.parametrize("name", LAYERS)
def test_pytorch_draws_a_third(name: str) -> None:
    nn = pytorch.torch().nn
    make, fan_in = LAYERS[name]
    w = make(nn).detach().double().numpy()
    assert abs(w).max() <= 1 / math.sqrt(fan_in)
    # the standard error of a mean of N squares of uniform numbers is √(4/45)/√N of the edge's square
    error = math.sqrt(4 / 45 / w.size)
    assert abs((w**2).mean() * fan_in - 1 / 3) < 4 * error


def test_pytorch_draws_biases_and_embeddings_as_the_table_says() -> None:
    nn = pytorch.torch().nn
    b = nn.Linear(64, 20000).bias.detach().double().numpy()
    assert abs(b).max() <= 1 / 8 and abs((b**2).mean() * 64 - 1 / 3) < 4 * math.sqrt(4 / 45 / b.size)
    e = nn.Embedding(500, 40).weight.detach().double().numpy()
    assert abs((e**2).mean() - 1) < 4 * math.sqrt(2 / e.size)
    assert abs(e).max() > 3


def test_xavier_is_one_where_the_layer_is_square() -> None:
    (keras,) = (row for row in defaults.DEFAULTS if row.layer.startswith("Keras"))
    assert sp.simplify(keras.variance - 2 / (n_in + n_out)) == 0
