r"""The errata: every statement of the two popular accounts, its verdict, and where the book shows it.

One table, ``VERDICTS``. The chapter of verdicts shows it; the table at the end of each chapter must say the same. A row names
the claims that show it, or, where a picture or a passage does, that place as ``notebook#heading``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.ledger_page import Place, places

HOLDS, HOLDS_IF, FALSE, SOLVED, NOT_RUN = "holds", "holds if", "false as stated", "solved", "not re-run"
KINDS = (HOLDS, HOLDS_IF, FALSE, SOLVED, NOT_RUN)
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


@dataclass(frozen=True)
class Verdict:
    """One statement of a popular account. ``says`` is its condition, its correction, or what to add; Markdown.

    ``id`` is A1 … A19 for the first account, N1 … N13 for what Nielsen's chapter adds to it, B1 … B27 for the second;
    ``chapters`` are those that settle it.
    """

    id: str
    chapters: tuple[int, ...]
    statement: str
    kind: str
    says: str = ""
    claims: tuple[str, ...] = ()
    shown: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind of {self.id} must be one of {', '.join(KINDS)}, not {self.kind!r}")
        if not (self.claims or self.shown):
            raise ValueError(f"{self.id} must name a claim or a place that shows it")
        if self.kind in (HOLDS_IF, FALSE) and not self.says:
            raise ValueError(f"{self.id} {self.kind}: says must give the condition or the correct statement")


def _rows(chapters: tuple[int, ...], *rows: tuple[str, ...]) -> tuple[Verdict, ...]:
    """(ids, statement, kind, says, where): ids and claims with blanks between; a place has a # in it."""
    found = []
    for ids, statement, kind, says, where in rows:
        shown = where if "#" in where else ""
        claims = () if shown else tuple(where.split())
        found += [Verdict(name, chapters, statement, kind, says, claims, shown) for name in ids.split()]
    return tuple(found)


def collect(rows: Iterable[Verdict]) -> dict[str, Verdict]:
    """The rows by ID, in the order of the accounts; raises ValueError where an ID occurs twice."""
    found: dict[str, Verdict] = {}
    for row in rows:
        if row.id in found:
            raise ValueError(f"{row.id} has two verdicts; a statement has one")
        found[row.id] = row
    return dict(sorted(found.items(), key=lambda item: ("ANB".index(item[0][0]), int(item[0][1:]))))


def table(rows: Iterable[Verdict], where: Mapping[str, Place]) -> str:
    """A Markdown table: ID, statement, verdict, and links to the cells that show it; ``where`` places the claims.

    Raises ValueError where a claim has no place.
    """
    lines = ["| row | statement | verdict | shown by |", "|-|-|-|-|"]
    for row in rows:
        verdict = f"**{row.kind}**" + (
            f" {row.says}" if row.kind == HOLDS_IF else f": {row.says}" if row.says else ""
        )
        lines.append(f"| {row.id} | {row.statement} | {verdict} | {_links(row, where)} |")
    return "\n".join(lines)


def _links(row: Verdict, where: Mapping[str, Place]) -> str:
    missing = [label for label in row.claims if label not in where]
    if missing:
        raise ValueError(f"{row.id} is shown by {', '.join(missing)}, which no chapter shows")
    if row.shown:
        notebook, _, anchor = row.shown.partition("#")
        return f"[{anchor.replace('-', ' ')}]({row.shown})" if notebook else ""
    return ", ".join(f"[`{label}`]({where[label].link})" for label in row.claims)


def verdicts(account: str) -> str:
    """The rows of an account, "A", "N" or "B", as a Markdown table; raises ValueError for another name."""
    rows = [row for row in VERDICTS.values() if row.id[0] == account]
    if not rows:
        raise ValueError(f"account must be A, N or B, not {account!r}")
    return table(rows, places(NOTEBOOKS))


VERDICTS = collect(
    (
        *_rows(
            (1,),
            (
                "A1",
                r"training suffers from vanishing, more generally *unstable*, gradients",
                HOLDS_IF,
                r'"unstable" is defined: $\lambda\ne0$, with $\lambda$ the log-gain per layer',
                "01_chain_rule.ipynb#when-is-a-gradient-unstable",
            ),
            (
                "A6",
                "a network with one neuron in each layer shows the matter",
                HOLDS,
                "for this formula; wide layers bring matrices",
                "01_chain_rule.ipynb#the-network",
            ),
            (
                "A7",
                r"$\partial C/\partial b_1 = \sigma'(z_1)\,w_2\sigma'(z_2)\,w_3\sigma'(z_3)\,w_4\sigma'(z_4)\,\partial C/\partial a_4$",
                HOLDS,
                r"at every depth; $w_1$ is no factor, and $\partial C/\partial w_1 = a_0\,\partial C/\partial b_1$",
                "chain-gradient-depth-4 chain-gradient-any-depth first-weight-is-no-factor chain-gradient-weight",
            ),
            (
                "A19",
                "the source is Nielsen's book",
                HOLDS,
                "chapter, section and equations are given",
                "01_chain_rule.ipynb#sources",
            ),
            (
                "N6",
                r"the cascade $\Delta b_1 \to \Delta a_1 \to \dots$ gives the same product",
                HOLDS,
                "to first order in the change",
                "cascade-is-the-chain-rule",
            ),
            (
                "N13",
                "Hochreiter 1991; Glorot and Bengio 2010; Sutskever et al. 2013",
                HOLDS,
                "as credit; what each of them shows is said",
                "01_chain_rule.ipynb#sources",
            ),
        ),
        *_rows(
            (2,),
            (
                "A8 B9",
                r"the curve of $\sigma'$ is a bell of height $1/4$",
                HOLDS,
                "",
                "sigmoid-quarter-bound sigmoid-slope-by-value",
            ),
            (
                "A9",
                r"$\sigma'$ is largest at $0$, where it is $1/4$",
                HOLDS,
                "proved three ways",
                "sigmoid-quarter-bound sigmoid-quarter-by-calculus sigmoid-quarter-intervals",
            ),
            (
                "A11",
                r"so usually $\lvert w\rvert<1$",
                HOLDS,
                r"with probability $\operatorname{erf}(1/\sqrt2)$",
                "gaussian-weight-below-one",
            ),
            (
                "A12",
                r"so $\lvert w\,\sigma'(z)\rvert<1/4$, and the product must fall exponentially",
                FALSE,
                r"it is an event, not a law. The product does fall almost surely, because $\lambda<0$",
                "factor-below-quarter-silent-input factor-below-quarter-full-input log-product-exponent",
            ),
            (
                "A13",
                "the third layer learns at least 16 times faster than the first",
                HOLDS_IF,
                '"usually" is added',
                "ratio-below-sixteenth ratio-bound-law",
            ),
            (
                "A14",
                r"the essential cause is $\lvert w\,\sigma'(z)\rvert<1/4$",
                FALSE,
                r"the cause is $\mathbb{E}\log\lvert w\,\sigma'(z)\rvert<0$ under the stationary law",
                "log-product-exponent",
            ),
            ("N7", "the factor 16", HOLDS, r"as a bound for $\lvert w_2w_3\rvert\le1$", "ratio-bound-law"),
            (
                "N8",
                "the argument is informal: weights can grow in training",
                HOLDS,
                "chapters 1 to 3 are about initialisation; chapter 4 trains",
                "04_learning_speeds.ipynb#five-hundred-epochs",
            ),
            (
                "N9",
                "try an activation with a larger slope",
                SOLVED,
                "a larger slope alone does not help",
                "02_quarter_bound.ipynb#a-larger-slope-is-not-enough",
            ),
        ),
        *_rows(
            (3,),
            (
                "A15",
                r"with weights of $100$ and suitable biases every $z_j=0$",
                HOLDS,
                r"$b_1=-100\,a_0$ and $b_2=b_3=b_4=-50$, the only choice; $b_1$ serves one input only",
                "explosion-biases",
            ),
            (
                "A16",
                r"then all terms $w_j\sigma'(z_j)$ equal $100\cdot\tfrac14=25$",
                HOLDS,
                r"but only three of them are factors of $\partial C/\partial b_1$, after $\sigma'(z_1)=\tfrac14$: the product is $25^3/4$",
                "explosion-gradient",
            ),
            (
                "A17",
                "so the gradient explodes",
                HOLDS_IF,
                r"the input is within $6.2337\cdot10^{-6}$ of the one the biases were made for (depth 4); $\lvert w\sigma'\rvert\ge1$ only in a window of width $0.0917$",
                "explosion-is-fragile window-width-at-100",
            ),
            (
                "N10",
                r"$\lvert w\rvert\ge4$; the window's width; its maximum $0.45$ near $6.9$",
                SOLVED,
                r"the bound on the width is attained; the maximum is $0.4477$ at $6.8942$",
                "explosion-needs-weight-four window-width window-width-maximum window-width-published",
            ),
            (
                "N11",
                r"the identity neuron $w_2\sigma(w_1x+b)\approx x$ with small $w_1$",
                FALSE,
                r"the error goes to $\tfrac12$, and is never below $0.05605$; with a constant added it is at most $w_1^2/96$",
                "identity-neuron-fails-as-stated identity-neuron-best-anywhere mended-identity-bound",
            ),
        ),
        *_rows(
            (4,),
            (
                "A2",
                "the bars on the neurons show their learning rate; the second layer's are longer",
                HOLDS_IF,
                r'"gradient" is read for "rate": $\eta$ is the same for all',
                "04_learning_speeds.ipynb#what-is-a-learning-speed",
            ),
            (
                "A3",
                "no coincidence, the effect is general",
                HOLDS,
                "for this family of networks; two of 200 fail with $N(0,1)$ weights",
                "speeds-grow-with-the-layer",
            ),
            (
                "A4",
                "with four hidden layers the first is about 100 times slower than the fourth",
                HOLDS,
                "at the start and after 400 epochs; in between the ratio halves",
                "nielsen-speed-ratio",
            ),
            (
                "A5",
                "it can be avoided, but then gradients explode; instability is the root",
                HOLDS,
                "for chains: the same one vanishes or explodes with its weights. Instability is a *problem for* gradient-based learning, not its cause",
                "04_learning_speeds.ipynb#both-regimes-in-one-chain",
            ),
            (
                "B5",
                "layers near the output learn, the first stay near their initial values",
                HOLDS_IF,
                '"first" means the early hidden layers: with his recipe on MNIST the second moves least, in 200 of 200',
                "output-layer-moves-most",
            ),
            (
                "N1",
                "the recorded initial speeds",
                HOLDS,
                "all nine inside the range of 200 networks",
                "nielsen-speeds-2-hidden nielsen-speeds-3-hidden nielsen-speeds-4-hidden",
            ),
            (
                "N2",
                "one to four hidden layers reach nearly the same accuracy",
                NOT_RUN,
                "it needs all 60,000 training images",
                "04_learning_speeds.ipynb#where-the-popular-account-is-right",
            ),
            (
                "N3",
                r"$\lVert\delta^l\rVert$ is a rough measure of speed",
                HOLDS,
                "for the weights of the first layer it is too rough",
                "04_learning_speeds.ipynb#what-is-a-learning-speed",
            ),
            (
                "N4",
                "speeds fall, then recover",
                HOLDS_IF,
                "there are two hidden layers (MNIST); with three one in 200 does within 500 epochs, with four none",
                "two-hidden-layers-recover four-hidden-layers-do-not-recover",
            ),
            (
                "N5",
                "a small gradient here does not mean a near optimum",
                HOLDS,
                "measured on the plateau after 500 epochs",
                "small-gradient-is-not-near-optimum",
            ),
        ),
        *_rows(
            (2, 4),
            (
                "A10",
                r'"standard" initialisation draws weights from $N(0,1)$',
                HOLDS_IF,
                r"one means Nielsen's story; his recorded figures used $N(0,1/n_{\text{in}})$",
                "standard-normal-weights-are-faster nielsen-speeds-4-hidden",
            ),
        ),
        *_rows(
            (2, 6),
            (
                "B11",
                "tanh is better, its slope still below 1",
                HOLDS_IF,
                '"at most 1" is read: equality at $0$',
                "tanh-is-a-scaled-sigmoid",
            ),
        ),
        *_rows(
            (2, 7),
            (
                "B10",
                "initial weights are usually below 1, so gradients vanish",
                HOLDS_IF,
                "the layer has one neuron, and then because $\\lambda<0$; the same weights explode at width 1000",
                "same-weights-two-widths weights-below-one-explode",
            ),
        ),
        *_rows(
            (3, 5),
            (
                "A18",
                "early gradients are products of later terms; only balance makes all layers learn alike",
                HOLDS_IF,
                r"balance means $\lambda=0$: reached by design, never by normal weights with biases independent of them in a chain; in wide layers at a weight scale that falls with the width",
                "no-exponential-explosion random-chain-always-vanishes centred-chain-balance exponent-of-a-wide-layer",
            ),
        ),
        *_rows(
            (3, 7),
            (
                "B2",
                "exploding comes from depth with large initial weights",
                HOLDS_IF,
                r"the layers are wide and $\sigma_w^2=n\operatorname{Var}(w)$ is large; in a chain large weights saturate",
                "weights-below-one-explode random-chain-always-vanishes",
            ),
            (
                "B8",
                "with large initial weights the early layers' gradients change faster",
                HOLDS_IF,
                "the width leaves enough units unsaturated; otherwise the gradient vanishes",
                "07_initialisation.ipynb#large-weights-explode-or-saturate",
            ),
        ),
        *_rows(
            (5,),
            (
                "B3",
                "a network is a composite function; the chain rule is a product, exponential in depth",
                HOLDS,
                r"$J=\prod DW$, with exponents $\lambda_i$; the affine maps count as much as the activations",
                "wide-layer-jacobian gaussian-exponent-largest",
            ),
            (
                "B6",
                "the root cause is the back-propagation method",
                FALSE,
                "the function is the cause: differences in 80 digits decay alike",
                "05_wide_layers.ipynb#is-back-propagation-to-blame",
            ),
            (
                "B7",
                "capsules were meant to do without back-propagation",
                FALSE,
                "capsule networks are trained by back-propagation",
                "05_wide_layers.ipynb#is-back-propagation-to-blame",
            ),
            (
                "N12",
                r"$\delta^l=\Sigma'(z^l)(w^{l+1})^\top\cdots\nabla_{a^L}C$ for wide layers",
                HOLDS,
                r"for all widths; $\tfrac14$ bounds $\Sigma'$ and not the product",
                "wide-layer-errors quarter-bounds-the-slopes wide-layer-gain",
            ),
        ),
        *_rows(
            (5, 6),
            (
                "B4",
                "an activation's derivative above 1 explodes, below 1 vanishes",
                FALSE,
                "the weights multiply it: along a chain the mean logarithm of the factor decides, in wide layers the mean square",
                "width-one-is-the-chain exponent-of-a-wide-layer selu-typical-slope-below-one",
            ),
        ),
        *_rows(
            (6,),
            (
                "B12",
                "(SELU, GELU, SiLU) a slope above 1 explodes",
                FALSE,
                "the suprema are above 1, the typical slopes all below; in wide layers only SELU's mean square exceeds 1, by little",
                "selu-supremum-not-attained gelu-slope-bound silu-slope-bound selu-typical-slope-below-one",
            ),
            (
                "B20",
                "ReLU is cheap and fast",
                HOLDS_IF,
                "hardware and library make it so: printed, not asserted",
                "06_activations.ipynb#what-they-cost",
            ),
            (
                "B21",
                "ReLU's flaws: dead units, and an output that is not centred at zero",
                HOLDS,
                "units die by a large step, and some are born dead, which no smaller rate mends",
                "relu-network-born-dead",
            ),
            (
                "B22",
                "leaky ReLU and ELU mend the zero region",
                HOLDS,
                r"for dead units; ELU still saturates and is smooth for $\alpha=1$ only",
                "leaky-relu-never-saturates elu-slope-at-zero elu-saturates",
            ),
        ),
        *_rows(
            (6, 7),
            (
                "B19",
                "ReLU's derivative is 1, so there is no problem and all layers learn alike",
                HOLDS_IF,
                r"$\operatorname{Var}(w)=2/n$, and then for the mean square; with $1/n$ each layer halves it, and the spread grows with depth over width",
                "he-variance relu-layer-spread relu-spread-by-depth-over-width",
            ),
        ),
        *_rows(
            (6, 8),
            (
                "B1",
                'vanishing comes from depth, or from a bad "loss function, e.g. sigmoid"',
                FALSE,
                "the sigmoid is an activation. A loss may saturate too (squared error behind a sigmoid), but that is one factor at the output, not a product over the depth",
                "squared-error-saturates cross-entropy-does-not-saturate",
            ),
        ),
        *_rows(
            (7,),
            (
                "B18",
                "vanishing is the commoner",
                HOLDS_IF,
                "the prior over scales and depths makes it so: from nearly all networks to none",
                "07_initialisation.ipynb#how-often-does-each-happen",
            ),
        ),
        *_rows(
            (8,),
            (
                "B13",
                "outliers in the input inflate the loss, and so the gradients",
                HOLDS_IF,
                "the loss is unbounded. The gradient at the output is bounded by $1$ for cross-entropy, by $4/27$ for a sigmoid with squared error, and unbounded for a linear output",
                "cross-entropy-gradient-below-one squared-error-gradient-bound linear-output-gradient-unbounded outlier-power-cross-entropy outlier-power-squared-error",
            ),
        ),
        *_rows(
            (11,),
            (
                "B23",
                "batch normalisation solves the gradient problem",
                FALSE,
                r"at initialisation a deep fully connected network with it explodes, by about $1.21$ in norm per ReLU layer for large batches; it mends a bad scale of the weights, and needs residual paths at forty layers",
                "batch-norm-relu-large-batch batch-norm-always-explodes batch-norm-residual-trains larger-gradient-is-not-faster",
            ),
            (
                "B24",
                "back-propagation multiplies by $w$; batch normalisation removes its scale",
                HOLDS_IF,
                r"$\alpha>0$ and $\varepsilon=0$: $\mathrm{BN}(\alpha Wx)=\mathrm{BN}(Wx)$ and $\nabla_{\alpha W}=\nabla_W/\alpha$; $\alpha<0$ flips the sign",
                "batch-norm-forgets-scale batch-norm-scale-and-epsilon batch-norm-gradient-falls-with-scale batch-norm-gradient-and-epsilon",
            ),
        ),
        *_rows(
            (12,),
            (
                "B25",
                "residual shortcuts allow hundreds, a thousand layers",
                HOLDS_IF,
                r"the branches are scaled or normalised: unscaled ones double the mean square per block; the scale $1/\sqrt L$ keeps it below $e$ if the branch preserves the second moment and ends in weights of mean $0$",
                "residual-block-mean-square residual-scaled-growth residual-relu-last-growth residual-trains-where-plain-does-not",
            ),
        ),
        *_rows(
            (9,),
            (
                "B14",
                "unsupervised layer-wise pretraining, then fine-tuning, cures the vanishing gradient (Hinton 2006)",
                HOLDS_IF,
                "a better start is meant: the network learns sooner, but no factor changes its form, and for the same work good random weights are as good unless labels are few. The network of 2006 was fine-tuned up-down; back-propagation is Hinton and Salakhutdinov (2006); a global optimum is unproven",
                "pretraining-wakes-the-first-layer pretraining-beats-xavier-in-epochs pretraining-loses-in-work few-labels-equal-budget",
            ),
        ),
        *_rows(
            (10,),
            (
                "B15",
                "clip gradients at a threshold",
                HOLDS,
                "against explosion; by norm the direction stays, by value it does not. It does nothing against vanishing",
                "clipping-stops-divergence clip-norm-keeps-direction clip-value-turns-gradient clipping-does-not-mend-vanishing",
            ),
            (
                "B16",
                "the clipping of the Wasserstein GAN is the same idea",
                FALSE,
                "it clips weights, to bound the Lipschitz constant of the critic",
                "wgan-lipschitz wgan-bound-from-c",
            ),
            (
                "B17",
                "weight regularisation (L1, L2) limits explosion",
                HOLDS_IF,
                "there is time: it shrinks the weights in the course of training; it leaves the data gradient unchanged at initialisation and does not save a network that diverges early",
                "decay-leaves-learning-speed decay-shrinks-weights decay-does-not-stop-explosion",
            ),
        ),
        *_rows(
            (13,),
            (
                "B26",
                'an LSTM is less prone to vanishing gradients, because its gates "remember"',
                HOLDS_IF,
                r"time steps are meant, not training steps: $\partial c_t/\partial c_{t-1}=f_t+\dots$; $f<1$ still forgets, with bias $1$ by half in $2.2$ steps",
                "lstm-memory-step bias-one-half-life forget-gate-below-one lstm-adds-at-lag-100",
            ),
            (
                "B27",
                "sources: two further popular accounts",
                FALSE,
                "the results come from primary papers, which are listed with what each of them shows",
                "13_lstm.ipynb#sources-of-the-second-account",
            ),
        ),
    )
)
