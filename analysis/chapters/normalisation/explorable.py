"""Explorable: a batch of six numbers, normalised; what comes out, and the gradient that goes back."""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp
from matplotlib.figure import Figure

from analysis.explorables.explorable import Explorable, Slider, Values, constants, figure, joined
from analysis.explorables.javascript import arrow
from analysis.numeric import normalisation
from analysis.symbolic.normalisation import average, backward, epsilon, g, gamma, k, mu, normalise, v, x, xhat

OTHERS = (-1.2, -0.5, 0.3, 0.9, 1.7)
"""x_2 … x_6 before scale and shift; x_1 is the reader's."""
_ONE, _HAT, _G, _MEAN, _ALONG = sp.symbols("one hat g mean along", real=True)


def batch(values: Values) -> np.ndarray:
    """The six numbers that the normalisation gets: α x_k + c."""
    return np.asarray(values["scale"] * np.array([values["point"], *OTHERS]) + values["shift"])


def computed(values: Values) -> tuple[np.ndarray, np.ndarray]:
    """x̂_1 … x̂_6, and the gradient ∂x̂_1/∂x_k."""
    made = normalisation.forward(batch(values)[:, None], eps=values["eps"])
    first = np.eye(len(OTHERS) + 1)[:, :1]
    return made.hat[:, 0], normalisation.gradients(first, made, eps=values["eps"]).x[:, 0]


@cache
def normalisation_of_a_batch() -> Explorable:
    """Drag the scale: the output stays, and the gradient grows as the scale falls."""
    letters = {x[k]: _ONE, xhat[k]: _HAT, g[k]: _G, gamma: sp.S.One}
    means = {average(g[k]): _MEAN, average(g[k] * xhat[k]): _ALONG}
    code = joined(
        f"const normalise = {arrow(normalise.xreplace(letters), _ONE, mu, v, epsilon)};",
        "const back = "
        f"{arrow(backward.xreplace(means).xreplace(letters), _G, _HAT, _MEAN, _ALONG, v, epsilon)};",
        constants(others=list(OTHERS)),
        beside=__file__,
    )
    return Explorable(
        name="normalisation",
        title="A batch, normalised",
        parameters=(
            Slider("scale", "scale α of the batch", 0.1, 10.0, 0.01, 2.0, log=True),
            Slider("shift", "shift c of the batch", -4.0, 4.0, 0.1, 0.0),
            Slider("eps", "ε", 1e-5, 1.0, 0.05, 1e-5, log=True),
            Slider("point", "the first point, x₁", -1.8, 1.8, 0.05, 0.6),
        ),
        code=code,
        still=_still,
        alt=(
            "Six points on an upper line are joined to their normalised places on a lower line; below, six "
            "bars: "
            "the gradient of the first normalised value with respect to each point."
        ),
    )


def _still(values: Values) -> Figure:
    (hats, slopes), xs = computed(values), batch(values)
    drawn = figure()
    above, below = drawn.subplots(1, 2, width_ratios=(3, 2))
    for j, (one, hat) in enumerate(zip(xs, hats, strict=True)):
        above.plot([one, hat], [1, 0], color="C1" if j == 0 else "0.7", lw=1)
        above.plot([one, hat], [1, 0], "o", color="C1" if j == 0 else "C0", ls="none")
    above.set(yticks=[0, 1], yticklabels=["$\\hat x_k$", "$\\alpha x_k + c$"], xlim=(-5, 5), ylim=(-0.3, 1.3))
    below.bar(range(1, len(hats) + 1), slopes, color=["C1", *["C0"] * len(OTHERS)])
    below.set(xlabel="point $k$", ylabel="$\\partial\\hat x_1/\\partial x_k$")
    return drawn
