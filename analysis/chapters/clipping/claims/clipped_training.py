"""What clipping does, by prediction and in the recorded trainings."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache

import numpy as np
import sympy as sp
from flint import fmpq

from analysis.chapters.clipping import records as clipping_recorded
from analysis.chapters.clipping.weight_clipping import SAMPLES, critic
from analysis.claims.claim import Claim, Measured
from analysis.claims.domain import domain, exact, one_of
from analysis.claims.outcome import Checked, Outcome, Refuted, Step, Unknown
from analysis.claims.runs import of_runs
from analysis.claims.world import Estimate, Given
from analysis.numeric.clipping import by_value
from analysis.numeric.minibatches import at_best, best_run

_ENTRIES, _DRAWS = 10_000, 40
ALL = len(clipping_recorded.RATES) * len(clipping_recorded.SEEDS)
"""Networks of a run: one for each rate and seed."""
c = sp.Symbol("c", positive=True)


def measure(letter: str, run: str) -> sp.Symbol:
    """A number of a recorded run. A: mean test accuracy at the chosen rate; D: how many networks diverged;
    G: mean ‖∂C/∂b‖ of the first
    layer at the start; W, S: mean weight and gradient norm at the end; E: accuracy summed over the
    networks at all rates. Of the steps from the plateau, named by optimiser and clipping, V: mean test
    accuracy at the
    chosen rate and threshold; Q: ‖∂C/∂b‖ of the fourth hidden layer over that of the first, clipped at the
    smallest threshold.
    """
    return sp.Symbol(rf"{letter}_{{{run.replace('-', '~')}}}", real=True)


def measured(symbol: sp.Symbol) -> np.ndarray:
    """What ``measure`` names: one number a seed, (S,); of a number of networks, D, the number alone, ()."""
    letter, name = re.fullmatch(r"([ADGWSEVQ])_\{([a-z0-9.~]+)\}", symbol.name).groups()  # type: ignore[union-attr]
    if letter in "VQ":
        off = clipping_recorded.off_plateau(*name.split("~"))
        return at_best(best_run(off)) if letter == "V" else off[0].ratio[:, 1]
    run = clipping_recorded.training(name.replace("~", "-"))
    found: dict[str, Callable[[], np.ndarray]] = {
        "A": lambda: at_best(run),
        "D": lambda: np.asarray(np.isnan(run.loss[..., -1]).sum(), dtype=float),
        "G": lambda: run.first[:, 0],
        "W": lambda: run.weight_norm[..., -1].mean(axis=0),
        "S": lambda: run.gradient_norm[..., -1].mean(axis=0),
        "E": lambda: run.accuracy[:, :, -1].sum(axis=0),
    }
    return found[letter]()


def turned(threshold: sp.Expr) -> sp.Expr:
    """The cosine between a long vector of independent N(0, 1) entries and the same clipped by value at c.

    With E = erf(c/√2): E[g clip(g)] = E by parts, E[clip(g)²] = E − c√(2/π) e^{−c²/2} + c² (1 − E).
    """
    inside = sp.erf(threshold / sp.sqrt(2))
    square = (
        inside - threshold * sp.sqrt(2 / sp.pi) * sp.exp(-(threshold**2) / 2) + threshold**2 * (1 - inside)
    )
    return inside / sp.sqrt(square)


@cache
def cosine(threshold: float) -> Estimate:
    """That cosine for 40 vectors of 10,000 entries."""
    g = np.random.default_rng(1010).standard_normal((_DRAWS, _ENTRIES))
    cut = by_value(g, threshold)
    found = (g * cut).sum(axis=1) / np.linalg.norm(g, axis=1) / np.linalg.norm(cut, axis=1)
    return Estimate(float(found.mean()), float(found.std(ddof=1) / math.sqrt(_DRAWS)), 2e-4)


_LIMITS = (0.01, 0.1, 0.5)
_lip, _prod, _limit = sp.symbols("K P M", positive=True)


def by_critics(statement: sp.Basic) -> Outcome:
    """K the longest gradient over samples, P the product of spectral norms, M the bound from c alone;
    every critic."""
    shown = []
    for limit in _LIMITS:
        of = critic(limit)
        for k, p in zip(of.longest, of.product, strict=True):
            values = {_lip: sp.Float(k), _prod: sp.Float(p), _limit: sp.Float(of.bound)}
            if not bool(statement.func(*(side.xreplace(values) for side in statement.args))):
                return Refuted(f"with c = {limit:g}: K = {k:.3g}, P = {p:.3g}, M = {of.bound:.3g}")
        shown.append(
            f"c = {limit:g}: K up to {of.longest.max():.3g}, P up to {of.product.max():.3g}, M = "
            f"{of.bound:.3g}"
        )
    return Checked("simulation", tuple(Step(x) for x in shown)) if shown else Unknown("no critic")


_how = (
    "digits, ten layers 40 wide, six seeds, seven rates from 0.001 to 1, 10 epochs; weights 1.5 times He's; "
)
_off = (
    "four hidden layers of 30 sigmoids, five seeds, 600 steps from the plateau to which 500 epochs "
    "of descent on 1,000 digits lead; "
)
_test = (
    "V is the mean accuracy on 397 other digits, rate (and for plain descent the threshold, 10⁻⁶ or "
    "10⁻³) chosen on 400 more"
)


def _V(run: str) -> sp.Symbol:
    """The test accuracy of a run that starts on the plateau, at its own best rate and threshold."""
    return measure("V", run)


def _critics() -> tuple[tuple[fmpq, fmpq, fmpq], ...]:
    found = [critic(limit) for limit in _LIMITS]
    triples = [(k, p, of.bound) for of in found for k, p in zip(of.longest, of.product, strict=True)]
    return tuple(tuple(exact(float(x)) for x in triple) for triple in triples)  # type: ignore[misc]


_CRITICS = domain(((_lip, _prod, _limit), one_of(*_critics(), words="of each of the nine critics")))

CLAIMS = of_runs(
    (
    Claim(
        label="clip-value-turns-gradient",
        sentence=
            "Clipped hard by value, a long Gaussian gradient is turned: the cosine falls towards √(2/π).",
        statement=sp.Eq(sp.Symbol("cos"), turned(sp.Rational(1, 10)), evaluate=False),
        check=None,
        domain=domain(means={sp.Symbol("cos"): Given(lambda world: cosine(0.1))}),
        scope=
            "10,000 independent N(0, 1) entries, threshold 0.1, 40 draws; the near miss is clipping by norm, "
            "which does not turn",
        false_sibling=sp.Eq(sp.Symbol("cos"), sp.S.One, evaluate=False),
    ),
    Claim(
        label="clipping-stops-divergence",
        sentence="With clipping by norm no network diverges at any rate.",
        statement=sp.Eq(measure("D", "large-norm-10"), 0, evaluate=False),
        check=None,
        scope=_how +
            f"threshold 10; D is the number of the {ALL} networks that diverge; the near miss is without "
            "clipping",
        false_sibling=sp.Eq(measure("D", "large"), 0, evaluate=False),
    ),
    Claim(
        label="clipping-trains-better",
        sentence=
            "Each at its best rate, the clipped network ends more than five points above the one without "
            "clipping.",
        statement=sp.Gt(measure("A", "large-norm-10"), measure("A", "large") + sp.Rational(5, 100),
            evaluate=False),
        check=None,
        scope=_how
        + "threshold 10; A is the mean test accuracy at the best rate",
        false_sibling=sp.Gt(measure("A", "large"), measure("A", "large-norm-10") + sp.Rational(5, 100),
            evaluate=False),
    ),
    Claim(
        label="clipping-about-as-good-as-initialisation",
        sentence="Clipped, it comes within ten points of a network with weights of the right size.",
        statement=sp.Gt(measure("A", "large-norm-10"), measure("A", "he") - sp.Rational(10, 100),
            evaluate=False),
        check=None,
        scope=_how
        + "threshold 10, against He's weights without clipping; the near miss is 1.5 times He's "
        "without clipping, five points ahead",
        false_sibling=sp.Gt(measure("A", "large"), measure("A", "he") + sp.Rational(5, 100), evaluate=False),
    ),
    Claim(
        label="clipping-does-not-touch-vanishing",
        sentence=(
            "Where the gradient has vanished, clipping by norm changes nothing: the accuracies at "
            "all seven rates add up to the same sum, to the last digit."
        ),
        statement=sp.Eq(measure("E", "small-norm-1"), measure("E", "small"), evaluate=False),
        check=None,
        scope=_how.replace("1.5 times", "half of")
        + "threshold 1; E is the sum of the accuracies at the seven rates",
        false_sibling=sp.Eq(measure("E", "large-norm-1"), measure("E", "large"), evaluate=False),
    ),
    Claim(
        label="clipping-does-not-mend-vanishing",
        sentence="Clipped, such a network stays below 30 % at its best rate.",
        statement=sp.Lt(measure("A", "small-norm-1"), sp.Rational(30, 100), evaluate=False),
        check=None,
        scope=_how.replace("1.5 times", "half of")
        + "threshold 1; A is the mean test accuracy at the rate chosen on 300 other images; guessing is "
        "right in 10 %",
        false_sibling=sp.Lt(measure("A", "large-norm-1"), sp.Rational(30, 100), evaluate=False),
    ),
    Claim(
        label="clip-value-evens-the-speeds",
        sentence=(
            "Clipped by value far below its entries, a vanished gradient has nearly the same speed "
            "in the first layer as in the fourth."
        ),
        statement=sp.Lt(measure("Q", "plain~value"), sp.Rational(3, 2), evaluate=False),
        check=None,
        scope=_off
        + "threshold 10⁻⁶; Q is the fourth hidden layer's ‖∂C/∂b‖ over the first's, after "
        "clipping, on the plateau; the near miss clips by norm",
        false_sibling=sp.Lt(measure("Q", "plain~norm"), sp.Rational(3, 2), evaluate=False),
    ),
    Claim(
        label="clip-value-leaves-the-plateau",
        sentence=(
            "With plain descent clipping by value leads off the plateau; clipping by norm, at its "
            "own best rate and threshold, ends far behind."
        ),
        statement=sp.Gt(_V("plain~value"), _V("plain~norm") + sp.Rational(40, 100), evaluate=False),
        check=None,
        scope=_off + _test + "; the near miss does not clip",
        false_sibling=sp.Gt(measure("V", "plain~none"), measure("V", "plain~value"), evaluate=False),
    ),
    Claim(
        label="clip-layer-leaves-the-plateau",
        sentence="So does clipping layer by layer.",
        statement=sp.Gt(_V("plain~layer"), _V("plain~norm") + sp.Rational(40, 100), evaluate=False),
        check=None,
        scope=_off + _test + "; the near miss clips by the global norm",
        false_sibling=sp.Gt(measure("V", "plain~norm"), measure("V", "plain~layer"), evaluate=False),
    ),
    Claim(
        label="momentum-and-adam-leave-the-plateau",
        sentence="Momentum and Adam lead off it as well, without any clipping, where plain descent does not.",
        statement=sp.And(
            sp.Gt(_V("momentum~none"), _V("plain~none") + sp.Rational(1, 2), evaluate=False),
            sp.Gt(measure("V", "adam~none"), measure("V", "plain~none") + sp.Rational(1, 2), evaluate=False),
        ),
        check=None,
        scope=_off + _test + "; momentum 0.9",
        false_sibling=sp.Gt(measure("V", "plain~none"), measure("V", "momentum~none"), evaluate=False),
    ),
    Claim(
        label="wgan-lipschitz",
        sentence=
            "The Lipschitz constant of a critic, measured on samples, is at most the product of the "
            "spectral norms of its weights.",
        statement=sp.Le(_lip, _prod, evaluate=False),
        check=Measured(by_critics),
        domain=_CRITICS,
        scope=
            f"nine trained critics 2–32–32–1 with ReLU, weights clipped at 0.01, 0.1 and 0.5; {SAMPLES:,} "
            "samples each",
        false_sibling=sp.Ge(_lip, _prod / 2, evaluate=False),
    ),
    Claim(
        label="wgan-bound-from-c",
        sentence=
            "The product in turn is at most what the clipping of the weights alone guarantees, ∏ c√(n_l "
            "n_{l−1}).",
        statement=sp.Le(_prod, _limit, evaluate=False),
        check=Measured(by_critics),
        domain=_CRITICS,
        scope="the same critics",
        false_sibling=sp.Ge(_lip, _limit / 2, evaluate=False),
    ),
    ),
    measured,
)  # fmt: skip
