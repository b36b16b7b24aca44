"""Indices and exponents in running text are set, and names with an underscore are left alone."""

from __future__ import annotations

import pytest

from analysis.symbolic import indices


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("biases −100a_0, −50", "biases −100a<sub>0</sub>, −50"),
        ("N(0, 1/n_in)", "N(0, 1/n<sub>in</sub>)"),
        ("∂C/∂b_l and Δb_1", "∂C/∂b<sub>l</sub> and Δb<sub>1</sub>"),
        ("c_{t−1}, w^1_11 and σ_w²", "c<sub>t−1</sub>, w<sup>1</sup><sub>11</sub> and σ<sub>w</sub>²"),
        ("Σ_{i<j} a_i", "Σ<sub>i&lt;j</sub> a<sub>i</sub>"),
        (
            "e^z. L^(−3/2), e^−1.45 a layer, 2^L",
            "e<sup>z</sup>. L<sup>(−3/2)</sup>, e<sup>−1.45</sup> a layer, 2<sup>L</sup>",
        ),
        ("E|w|^p, σ′_1 and He_n", "E|w|<sup>p</sup>, σ′<sub>1</sub> and He<sub>n</sub>"),
        ("E_{rnn_wide, 20}", "E<sub>rnn_wide, 20</sub>"),
        ("rnn_wide and mean_of_z", "rnn_wide and mean_of_z"),
        ("e^{b_f}, u_j² and C'_1", "e<sup>b<sub>f</sub></sup>, u<sub>j</sub>² and C&#x27;<sub>1</sub>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("a_ and _1 and ^2", "a_ and _1 and ^2"),
    ],
)
def test_html(text: str, html: str) -> None:
    assert indices.html(text) == html


def test_myst() -> None:
    assert indices.myst("b_1 = −w a_0, e^{−b}") == "b{sub}`1` = −w a{sub}`0`, e{sup}`−b`"


def test_stars_and_dollars_of_a_formula_are_not_markdown() -> None:
    assert indices.myst("-135*x**2/173 - 6*x_1, $ and <b>") == r"-135\*x\*\*2/173 - 6\*x{sub}`1`, \$ and \<b>"
