"""What chapters 9 to 13 show and say:
the right values in the stored outputs and in the text, and what was wrong gone from it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import notebook_text
import numpy as np
import pytest
from loading import ROOT

from analysis.chapters.clipping import records as clipping_recorded
from analysis.chapters.gates import records as recurrent_recorded
from analysis.chapters.gates.adding_problem import VARIANTS
from analysis.chapters.gates.explorable import curves
from analysis.chapters.normalisation import records as batch_norm_recorded
from analysis.chapters.pretraining import records as pretraining_recorded
from analysis.chapters.residual import records as residual_recorded
from analysis.claims.ledger import CLAIMS
from analysis.exercises import check

NAMES = {9: "09_pretraining", 10: "10_clipping", 11: "11_normalisation", 12: "12_residual", 13: "13_gates"}


@cache
def cells(chapter: int) -> list[dict[str, Any]]:
    """All cells but the table of verdicts, which is made elsewhere."""
    every = notebook_text.cells(NAMES[chapter])
    return [c for c in every if "Where the popular account is right" not in notebook_text.source(c)]


def said(chapter: int) -> str:
    """Prose, captions, alternative texts, titles and notes of slides."""
    return notebook_text.said(cells(chapter))


def shown(chapter: int) -> str:
    """The text of all outputs."""
    return notebook_text.shown(cells(chapter))


@pytest.mark.parametrize(
    ("chapter", "gone"),
    [
        (9, "deep networks were thought to be untrainable"),
        (9, "end more than a percentage point ahead of all others"),
        (9, "within a percentage point of those"),
        (10, "does nothing for one that has vanished"),
        (10, "comes within five points"),
        (10, "stays below 25 %"),
        (11, "the early gradient is a thousand times as large"),
        (10, "settle the question of vanishing"),
        (10, "that is its whole effect"),
        (10, "never lengthens: nothing for vanishing.\n"),
        (10, "Nothing for vanishing"),
        (10, "cost about one point"),
        (11, "Could another activation help? No."),
        (11, "it rescues the sigmoid"),
        (11, "A thousand times the gradient"),
        (11, "within three percentage points"),
        (11, "learn even less"),
        (9, "five times as large as Xavier's"),
        (9, "Here it leads $N(0,1)$"),
        (10, "By norm every step then has the length"),
        (11, "is therefore not shown here"),
        (10, "each at the best of four rates; the near miss"),
        (11, "of the initial weights does no harm"),
        (11, "What batch normalisation buys here is *robustness*"),
        (12, "what the scale adds is less than three standard errors"),
        (12, "the residual one loses ten at most"),
        (12, "by ten to twenty powers of ten"),
        (12, "at an angle of about $3\\pi/48\\approx0.2$"),
        (13, "Near $b_f=1.8$ the half-life of the whole derivative becomes infinite"),
        (13, "Near 1.8 it becomes infinite"),
        (13, "shoots up near bias 1.8"),
        (13, "fewer than 75 by the vanilla tanh cell"),
        (13, "in these networks the vanilla cell now keeps *more* than the LSTM"),
    ],
)
def test_what_was_wrong_is_gone(chapter: int, gone: str) -> None:
    assert gone not in said(chapter) + shown(chapter)


@pytest.mark.parametrize(
    ("chapter", "line"),
    [
        (9, "Xavier   sigma_w = 1: chi = 0.056 a layer"),
        (9, "N(0, 1)  sigma_w = 5.48: chi = 0.55 a layer"),
        (9, "gaussian     3.5 ± 0.9 points, in standard errors 4.1"),
        (9, "gaussian 0.7 4.3 ± 0.8 points, in standard errors 5.2"),
        (10, "on the plateau: cost 3.25, accuracy on the training images 0.104"),
        (10, "plain     value   1e-06   100000       0.883  0.816 ± 0.010        1.2"),
        (10, "plain     value   0.001      100       0.902  0.843 ± 0.010      102.4"),
        (10, "plain      norm   1e-06    1e+06       0.283  0.261 ± 0.048      102.4"),
        (10, "momentum   none                1       0.910  0.865 ± 0.008      102.4"),
        (11, "  m = large  log-gain 0.1916, the norm times 1.211; forty layers 1.8e+03"),
        (11, "    4  3.0841  1.7561  0.5631"),
        (11, "    8  1.7882  1.3372  0.2906"),
        (11, "   32  1.5220  1.2337  0.2100"),
        (11, "formula 2.320, measured 1.92 ± 0.03"),
        (11, "mean slope of the layers at the start: 0.238 0.235 0.235 0.235"),
        (11, "times 4: none 0.946 ± 0.003 (1), batch 0.968 ± 0.003 (3), layer 0.910 ± 0.005 (1)"),
        (11, "batch less none, seed by seed: 2.02 ± 0.46, 4.3 standard errors; more with 5 of 5"),
        (11, "batch: scale 4, rate 3 chosen; less none 2.17 ± 0.44 points"),
        (12, "after 48 plain layers, from a right angle: 0.161"),
        (12, "after 48 plain layers, from opposite inputs: 0.164"),
        (12, "depth 4, residual-scaled less plain: 0.65 ± 0.28 points, 2.3 errors"),
        (12, "depth 4, residual-scaled less plain-small: 3.48 ± 0.76 points, 4.6 errors"),
        (13, "b_f = 1.853: half-life of all ways at rest inf steps"),
    ],
)
def test_the_right_number_stands_in_an_output(chapter: int, line: str) -> None:
    """Typed from an independent recomputation:
    χ and R by mpmath, the rest from the recorded arrays by NumPy alone."""
    assert line in shown(chapter)


def test_the_only_saturation_that_chapter_11_speaks_of_is_denied() -> None:
    about = [s for s in said(11).replace("\n", " ").split(". ") if "saturat" in s]
    assert len(about) == 2
    assert "They were not:" in said(11)
    assert "So this chapter once said" in about[0] and "no unit can be saturated" in about[1]


def number(chapter: int, pattern: str) -> float:
    """The number that the pattern's group finds in the prose; the pattern fits in one place only."""
    (found,) = re.findall(pattern, said(chapter))
    return float(found)


def gains_at_rest(bias: float, steps: int) -> list[float]:
    """The root mean square gain of an LSTM at rest over 1 … steps steps:
    coefficients of ((f + √v x)(f + √v/x))^k, by convolution."""
    f, root = 1 / (1 + math.exp(-bias)), 48**-0.5
    poly, found = np.ones(1), []
    for k in range(1, steps + 1):
        poly = np.convolve(np.convolve(poly, [f, root]), [root, f])
        found.append(math.sqrt(poly[k]))
    return found


def first_half(bias: float) -> int | None:
    """The first k with a gain of at most one half, of 150."""
    return next((k for k, gain in enumerate(gains_at_rest(bias, 150), 1) if gain <= 0.5), None)


def test_where_an_lstm_at_rest_explodes_and_where_it_never_loses_half() -> None:
    explodes = number(13, r"From \$b_f=([\d.]+)\$ on, where \$f\+\\sqrt v=1\$, an LSTM at rest \*explodes\*")
    assert explodes == pytest.approx(math.log(1 / 48**-0.5 - 1), abs=0.005)  # f = 1 − 1/√48
    assert first_half(1.7797) == 11 and "within eleven steps" in said(13)
    assert first_half(1.85) == number(13, r"at \$1.85\$ within \$(\d+)\$") == 23
    never = number(13, r"only from \$b_f\\approx([\d.]+)\$ on never")
    assert never == 1.853 and first_half(never) is None and first_half(never - 0.0005) == 27
    assert min(gains_at_rest(1.855, 150)) == pytest.approx(0.5035, abs=5e-5)


def at_best(run: object) -> np.ndarray:
    """The last test accuracy of each seed at the rate with the best mean on the validation images; diverged
    networks count as 0."""
    chosen = run.validation[:, :, -1].mean(axis=1).argmax()  # type: ignore[attr-defined]
    return np.asarray(run.accuracy[chosen, :, -1])  # type: ignore[attr-defined]


def ahead(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Mean of x − y in points, its standard error, and their quotient."""
    gap = 100 * (x - y)
    error = math.sqrt(((gap - gap.mean()) ** 2).sum() / (len(gap) - 1) / len(gap))
    return gap.mean(), error, gap.mean() / error


def test_what_a_scaled_shortcut_gains_at_depth_four() -> None:
    runs = {v: residual_recorded.training(v, 4) for v, depth in residual_recorded.TRAINED if depth == 4}
    ends = {v: at_best(run) for v, run in runs.items()}
    assert ahead(ends["residual-scaled"], ends["plain"]) == pytest.approx((0.65, 0.28, 2.3), abs=0.05)
    assert ahead(ends["residual-scaled"], ends["plain-small"]) == pytest.approx((3.48, 0.76, 4.6), abs=0.05)
    for kind in ("plain", "residual-scaled"):  # with He's weights, of three scales
        scales = {
            v: run.validation[:, :, -1].mean(axis=1).max() for v, run in runs.items() if v.startswith(kind)
        }
        assert len(scales) == 3 and max(scales, key=scales.__getitem__) == kind
    assert "$0.65\\pm0.28$ points, $2.3$ standard errors" in said(12)


def test_what_batch_normalisation_gains_at_each_best_rate() -> None:
    normalised, plain = (at_best(batch_norm_recorded.training("relu", n, 4)) for n in ("batch", "none"))
    assert ahead(normalised, plain) == pytest.approx((2.02, 0.46, 4.3), abs=0.05)
    assert (normalised > plain).all()
    assert "by $2.0\\pm0.5$ percentage points, $4.3$ standard errors, with every one of the five" in said(11)


def test_best_rates_at_the_edge_of_their_grid_are_named() -> None:
    """Of chapter 13 every recorded run is looked at; the rates here are typed from the printed tables."""
    kept = recurrent_recorded
    runs = [kept.adding(v, length) for v in VARIANTS for length in kept.lengths(v)]
    runs += [kept.pixels(v) for v in kept.PIXELS]
    at_an_end = {
        (run.task, run.variant, run.length): run.best()[0]
        for run in runs
        if run.best()[0] in (min(run.rates), max(run.rates))
    }
    assert at_an_end == {
        ("adding", "lstm-1", 50): 0.1,
        ("adding", "lstm-0", 50): 0.03,
        ("adding", "rnn-identity", 50): 0.0003,
        ("adding", "rnn-orthogonal", 50): 0.0003,
        ("adding", "rnn-wide", 50): 0.001,
        ("digits", "lstm-1", 64): 0.03,
    }
    assert (
        "At the ends of the grids lie those of `lstm-1` at $T=50$, which does best at $0.1$, of `lstm-0`, "
        "best at $0.03$, the largest of its four, and of three tanh cells at $T=50$, where they fail: "
        "`rnn-identity` and `rnn-orthogonal` best at $0.0003$, `rnn-wide` at $0.001$, the smallest of its "
        "four." in said(13)
    )
    assert "On the digits the LSTM does best at $0.03$, the largest of the four" in said(13)
    for variant, depth in residual_recorded.TRAINED:
        rate, accuracy, _ = residual_recorded.training(variant, depth).best()
        assert 0.003 < rate < 1.0 or accuracy < 0.75
    assert (
        "The chosen rates lie inside the grid, but for networks that learn nothing and for the unscaled one"
        in said(12)
    )
    assert {batch_norm_recorded.training("relu", n, 40).best()[0] for n in ("none", "layer")} == {0.01}
    assert batch_norm_recorded.training("relu", "residual", 40).best()[0] == 1.0
    assert (
        "the chosen rate, $0.01$, is the smallest of the three, with residual paths, $1$, the largest"
        in said(11)
    )
    for name in ("large", "large-norm-1", "large-norm-10", "large-value-0.01", "he", "he-norm-1"):
        assert 0.001 < clipping_recorded.training(name).best()[0] < 1.0
    assert "All the chosen rates lie inside the grid." in said(10)


def test_the_scopes_say_how_many_units_and_rates() -> None:
    pixels, plateau = CLAIMS["lstm-reads-digits-by-pixel"], CLAIMS["clip-value-leaves-the-plateau"]
    assert pixels.sentence.endswith("fewer than that by a vanilla tanh cell of as many units.")
    assert "four rates" in pixels.scope and "three seeds; 24 units" in pixels.scope
    adding = CLAIMS["more-units-are-no-memory"].scope
    assert "24 units (48 in rnn_wide" in adding and "best of six rates" in adding
    assert "five seeds (rnn_wide, lstm_0, lstm_long: four rates, three seeds)" in adding
    for variant in recurrent_recorded.PIXELS:
        run = recurrent_recorded.pixels(variant)
        assert (run.units, len(run.rates), len(run.seeds)) == (24, 4, 3)
    for variant in VARIANTS:
        units = 48 if variant == "rnn-wide" else 24
        tried = (4, 3) if variant in ("rnn-wide", "lstm-0", "lstm-long") else (6, 5)
        for length in recurrent_recorded.lengths(variant):
            run = recurrent_recorded.adding(variant, length)
            assert (run.units, len(run.rates), len(run.seeds)) == (units, *tried)
    for clip, count in (("none", 1), ("value", 2), ("norm", 2), ("layer", 2)):
        runs = clipping_recorded.off_plateau("plain", clip)
        assert len(runs) == count and {run.threshold for run in runs} <= {1e-6, 1e-3}
        for optimiser in ("momentum", "adam"):
            (run,) = clipping_recorded.off_plateau(optimiser, clip)
            assert run.threshold == 1e-3
    assert "for plain descent the threshold, 10⁻⁶ or 10⁻³) chosen on 400 more" in plateau.scope


def test_normal_weights_over_xavier() -> None:
    """√((n_in + n_out)/2) for 30 and 30, and for 64 and 30."""
    assert (
        "$\\sqrt{30}\\approx5.5$ times as large as Xavier's between the hidden layers ($6.9$ times" in said(9)
    )
    assert math.sqrt(30) == pytest.approx(5.5, abs=0.05) and math.sqrt(47) == pytest.approx(6.9, abs=0.05)


def angle_after(angle: float, layers: int) -> float:
    """The exact recursion cos θ′ = ((π − θ) cos θ + sin θ)/π."""
    for _ in range(layers):
        angle = math.acos(((math.pi - angle) * math.cos(angle) + math.sin(angle)) / math.pi)
    return angle


def test_the_angle_after_48_plain_layers() -> None:
    assert (
        number(12, r"an angle of \$(0[\d.]+)\$, and no two")
        == round(angle_after(math.pi / 2, 48), 3)
        == 0.161
    )
    assert number(12, r"more than \$(0[\d.]+)\$ apart") == round(angle_after(math.pi, 48), 3) == 0.164
    assert all(angle_after(x, 48) <= angle_after(math.pi, 48) for x in np.linspace(0.01, math.pi, 50))


def chains(
    activation: str, scale: float, *, bias: float = 1.0, count: int = 3000
) -> tuple[np.ndarray, np.ndarray]:
    """log₁₀ of what 200 layers do to a gradient, (plain, residual with s = 1),
    for so many chains from a_0 = ½; written here anew."""
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    if activation == "tanh":
        value, slope = np.tanh, lambda z: 1 / np.cosh(np.minimum(np.abs(z), 300)) ** 2
    elif activation == "relu":
        value, slope = lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0
    else:  # the identity
        value, slope = lambda z: z, np.ones_like
    rng, found = np.random.default_rng(1912), []
    for kept in (0.0, 1.0):
        a, log = np.full(count, 0.5), np.zeros(count)
        for _ in range(200):
            w, b = scale * rng.standard_normal(count), bias * rng.standard_normal(count)
            z = w * a + b
            with np.errstate(divide="ignore"):
                log += np.log10(np.abs(kept + w * slope(z)))
            a = kept * a + value(z)
        found.append(log)
    return found[0], found[1]


def test_what_the_picture_of_the_residual_chain_shows() -> None:
    answer = said(12)
    plain, residual = chains("tanh", 1.0)
    assert (plain < -100).mean() > 0.999 and np.median(residual) == pytest.approx(-3, abs=0.4)
    assert (residual < -10).mean() == pytest.approx(1 / 20, abs=0.015)
    assert (
        "loses three powers of ten with tanh and weights near 1, and more than ten in one draw of twenty"
        in answer
    )
    assert np.median(chains("tanh", 1.8, bias=0.0)[0]) == pytest.approx(-14, abs=1)
    assert "with zero biases a plain tanh chain of weight scale $1.8$ typically loses about $14$" in answer
    low, typical, high = np.percentile(chains("identity", 1.0)[1], (16, 50, 84))
    assert (low, typical, high) == pytest.approx((-24.5, -18, -12), abs=0.7)
    assert "typically by $18$ powers of ten, two draws in three between $12$ and $25$" in answer
    assert (
        np.median(chains("relu", 0.1)[1]) == pytest.approx(3, abs=0.2)
        and np.median(chains("relu", 10)[1]) > 80
    )
    assert (
        "from three powers of ten at the smallest weight scale to more than eighty at the largest" in answer
    )


def test_what_the_picture_of_the_memory_shows_at_a_large_weight_scale() -> None:
    """Forty draws; the picture begins with the seed 1."""
    ends = [[x[-1] for x in curves({"bias": 1.0, "scale": 3.0, "seed": seed})] for seed in range(1, 41)]
    whole, within, vanilla = np.array(ends).T
    assert vanilla[0] > whole[0] and "vanilla cell of these networks keeps *more* than the LSTM" in said(13)
    assert (vanilla > whole).mean() < 0.4 and "in most the LSTM keeps more again" in said(13)
    assert (vanilla > within).mean() == pytest.approx(
        0.75, abs=0.1
    ) and "in about three draws of four" in said(13)


def test_the_condition_of_exercise_11_6_is_named() -> None:
    solution = (ROOT / "notebooks" / "solutions" / "11_solutions.ipynb").read_text(encoding="utf-8")
    condition = "n large batches whose examples all fare alike"
    assert f"I{condition} $R>1$ for every activation that is not affine" in solution
    assert f"I{condition} R > 1 for every activation that is not affine" in str(check("11.6", "c"))
    assert "large batches whose examples all fare alike. Where is" in said(11)


def alt(chapter: int, figure: str) -> str:
    """The alternative text of a figure."""
    shown_by = [c["metadata"]["mystnb"] for c in cells(chapter) if "mystnb" in c["metadata"]]
    (found,) = [m["image"]["alt"] for m in shown_by if m.get("figure", {}).get("name") == figure]
    return str(found)


def test_the_pictures_of_chapter_9_are_described_as_they_are() -> None:
    xavier = pretraining_recorded.training("xavier")
    curve = xavier.validation[:, :, 50].mean(axis=1).argmax()
    mean = xavier.accuracy[curve].mean(axis=0)
    assert mean[6] < 0.12 < 0.15 < mean[8] and mean[25] < 0.7 < 0.8 < mean[30] < 0.83
    assert "the Xavier one from about epoch 8, to about 0.8 by epoch 30" in alt(9, "fig-pretraining-work")
    speeds = np.exp(np.log(pretraining_recorded.training("gaussian").start_speeds[0]).mean(axis=0))
    assert speeds[3] / speeds[0] == pytest.approx(2.19, abs=0.01)
    assert speeds[4] / speeds[3] == pytest.approx(5.7, abs=0.1)
    text = alt(9, "fig-pretraining-speeds")
    assert "N(0,1) weights only double from the first layer to the fourth, then rise fivefold" in text
    assert "nearly flat" not in text


def test_five_seeds_are_said_to_be_few() -> None:
    """P(|t| > x) with four degrees of freedom has a closed form."""
    runs = {start: pretraining_recorded.training(start, 100) for start in ("pretrained", "gaussian")}
    best = {}
    for start, run in runs.items():
        at = (450 if start == "pretrained" else 1000) // run.every
        best[start] = run.accuracy[run.validation[:, :, at].mean(axis=1).argmax(), :, at]
    lead = best["gaussian"] - best["pretrained"]
    assert lead * 397 == pytest.approx([15, 2, 23, 13, 17])  # images of the 397 for testing
    x = lead.mean() / (lead.std(ddof=1) / math.sqrt(5))
    c = x / math.sqrt(4 + x * x)
    p = 1 - (3 * c - c**3) / 2
    assert p == pytest.approx(0.015, abs=0.0005)
    assert "the $4.1$ standard errors to $N(0,1)$ have a two-sided $p$ of $0.015$" in said(9)
    assert "t = 4.1, 4 degrees of freedom, two-sided p = 0.015" in shown(9)


def test_with_few_labels_the_scale_is_chosen_too() -> None:
    """The scale with the best validation accuracy, found with NumPy alone, and the lead of its networks on
    the test images."""
    ends = {}
    for start in ("gaussian 0.5", "gaussian 0.7", "gaussian", "gaussian 1.4"):
        run = pretraining_recorded.training(start, 100)
        seen = run.validation[:, :, -1].mean(axis=1)
        ends[start] = (seen.max(), run.accuracy[seen.argmax(), :, -1])
    assert max(ends, key=lambda start: ends[start][0]) == "gaussian 0.7"
    run = pretraining_recorded.training("pretrained", 100)
    ours = run.accuracy[run.validation[:, :, 45].mean(axis=1).argmax(), :, 45]
    assert ahead(ends["gaussian 0.7"][1], ours) == pytest.approx((4.33, 0.83, 5.2), abs=0.06)
    assert "$3.5\\pm0.9$ points behind $N(0,1)$, and $4.3\\pm0.8$ behind $N(0,0.7^2)$" in said(9)
    sentence = CLAIMS["few-labels-another-scale"].sentence
    assert sentence in shown(9) or sentence in notebook_text.shown(cells(9), "text/markdown")


def test_the_print_of_chi_follows_its_sentence() -> None:
    texts = [notebook_text.source(c) for c in cells(9)]
    (at,) = [k for k, text in enumerate(texts) if "mean_field.fixed_point" in text]
    assert texts[at - 1].endswith("says which would balance):") and texts[at + 1].startswith(
        "## Does it help?"
    )


def test_the_picture_of_the_adding_problem_is_told_as_the_record_has_it() -> None:
    error = {
        (v, n): recurrent_recorded.adding(v, n).best()[1]
        for v in recurrent_recorded.FOLLOWED
        for n in recurrent_recorded.lengths(v)
    }
    for (variant, n), e in error.items():
        tanh = variant.startswith("rnn")
        assert e < 0.01 if n == 10 else n < 50 or (e > 0.16) == tanh
    for n in (50, 100):
        assert error["lstm-1", n] == min(e for (_, T), e in error.items() if T == n) < 0.001
    assert "Both tanh cells rise from below 0.01 at length 10 to the level of a constant answer at 50" in alt(
        13, "fig-adding"
    )
    assert "The LSTM lies lowest at 50 and 100" in alt(13, "fig-adding")
    assert error["relu", 50] < 0.01 < 0.09 < error["relu", 100] < 0.11 and error["relu-identity", 100] < 0.01
