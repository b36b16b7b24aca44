r"""The errata: every statement of the two popular accounts in its own words, its verdict,
and where the book shows it.

One table, ``VERDICTS``: the page of verdicts and the last section of each chapter print it, and no condition
is typed twice. A is POLL's article (2017) after Nielsen's chapter, N what that chapter says besides, B a note
on causes and six remedies. ``RULE`` says which word a statement gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.claims.ledger_page import Place, places
from analysis.symbolic import tables

HOLDS, HOLDS_IF, FALSE, OPEN, NONE = "holds", "holds if", "false as stated", "open", "not a statement"
KINDS = (HOLDS, HOLDS_IF, FALSE, OPEN, NONE)
NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
HERE = "verdicts.ipynb#statements-that-no-chapter-needs"

RULE = """One rule for every row, applied in this order to the account's own words:

1. **Not a statement**: a request, a question, a picture or a list of links; it can be neither true nor false.
2. **Open**: neither this book nor, to our knowledge, anyone else has settled it; \
or it has not been run here yet.
3. **Holds**: true as the account words it, for what the account speaks of. We add no condition; \
what follows is a remark.
4. **False as stated**: the row gives a counter-example within what the account speaks of. \
Where the account says *certainly*,
   *the cause is* or *cannot*, one case is enough. \
Where it says *easily* or *usually*, it takes a whole family of networks that
   meets the account's own premise and goes the other way.
5. **Holds if …**: true under a condition that the account does not state, and the row names it. \
The cases that fail lie outside
   what the account has in mind, or its words leave open which of two things is meant."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One statement of a popular account, in Markdown.

    ``quote`` is the account's clause in English; ``original`` the same clause as it stands in the Chinese
    text, omissions marked " … ", or "" for what Nielsen wrote in English; ``verbatim`` is False where
    ``quote`` paraphrases. ``condition`` belongs to "holds if", ``counterexample`` to "false as stated";
    ``says`` adds what is right, or a remark.
    ``chapters`` print the row; ``claims`` and ``shown`` (``notebook#heading``) show it.
    """

    id: str
    chapters: tuple[int, ...]
    quote: str
    original: str = ""
    verbatim: bool = True
    kind: str
    condition: str = ""
    counterexample: str = ""
    says: str = ""
    claims: tuple[str, ...] = ()
    shown: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind of {self.id} must be one of {', '.join(KINDS)}, not {self.kind!r}")
        if not (self.claims or self.shown):
            raise ValueError(f"{self.id} must name a claim or a place that shows it")
        if bool(self.condition) != (self.kind == HOLDS_IF):
            raise ValueError(f"{self.id}: a condition must be given with {HOLDS_IF!r}, and with nothing else")
        if bool(self.counterexample) != (self.kind == FALSE):
            raise ValueError(
                f"{self.id}: a counterexample must be given with {FALSE!r}, and with nothing else"
            )

    @property
    def words(self) -> str:
        """What the account says:
        the clause, and beside it the original, which a page for print leaves out."""
        text = f'"{self.quote}"' if self.verbatim else f"{self.quote} (paraphrase)"
        original = re.sub(r"([*_\[\]$`])", r"\\\1", self.original)  # as it stands there, not as Markdown
        return f'{text}<br><span lang="zh">{original}</span>' if original else text

    @property
    def verdict(self) -> str:
        """The word of the verdict in bold, the condition or the counter-example, and what is right."""
        first = f"**{self.kind}**"
        if self.condition:
            first += f" {self.condition}"
        elif self.counterexample:
            first += f": {self.counterexample}"
        return ". ".join(part for part in (first, self.says) if part)


def collect(rows: Iterable[Verdict]) -> dict[str, Verdict]:
    """The rows by ID, in the order of the accounts; raises ValueError where an ID occurs twice."""
    found: dict[str, Verdict] = {}
    for row in rows:
        if row.id in found:
            raise ValueError(f"{row.id} has two verdicts; a statement has one")
        found[row.id] = row
    return dict(sorted(found.items(), key=lambda item: ("ANB".index(item[0][0]), int(item[0][1:]))))


def table(rows: Iterable[Verdict], where: Mapping[str, Place]) -> str:
    """A Markdown table: ID, the account's words, verdict with links to what shows it;
    ``where`` places the claims.

    Raises ValueError where a claim has no place.
    """
    lines = [(row.id, row.words, f"{row.verdict}.<br> Shown by {_links(row, where)}") for row in rows]
    return str(tables.table(("row", "the account's words", "verdict"), lines))


def _links(row: Verdict, where: Mapping[str, Place]) -> str:
    missing = [label for label in row.claims if label not in where]
    if missing:
        raise ValueError(f"{row.id} is shown by {', '.join(missing)}, which no chapter shows")
    links = [f"[`{label}`]({where[label].link})" for label in row.claims]
    if row.shown:
        links.append(f"[{row.shown.partition('#')[2].replace('-', ' ')}]({row.shown})")
    return ", ".join(links)


def verdicts(account: str) -> str:
    """The rows of an account, "A", "N" or "B", as a Markdown table; raises ValueError for another name."""
    rows = [row for row in VERDICTS.values() if row.id[0] == account]
    if not rows:
        raise ValueError(f"account must be A, N or B, not {account!r}")
    return table(rows, places(NOTEBOOKS))


def of_chapter(chapter: int) -> str:
    """The rows that a chapter settles, as a Markdown table; raises ValueError where there are none."""
    rows = [row for row in VERDICTS.values() if chapter in row.chapters]
    if not rows:
        last = max(number for row in VERDICTS.values() for number in row.chapters)
        raise ValueError(f"chapter must be one that settles a row, 1 to {last}, not {chapter!r}")
    lines = ["| row | the account's words | verdict |", "|-|-|-|"]
    for row in rows:
        words = "more here" if row.kind == OPEN else "shown here"
        elsewhere = f" ([{words}]({row.shown}))" if row.shown == HERE else ""
        lines.append(f"| {row.id} | {row.words} | {row.verdict}{elsewhere} |")
    return "\n".join(lines)


_ROWS = (
    Verdict(
        id="A1",
        chapters=(1,),
        quote="one problem that deep learning faces at present is that vanishing gradients, or more "
        "generally unstable gradients, occur in the training of networks",
        original="目前深度学习面临的一个问题就是在网络训练的过程中存在梯度消失问题（vanishing "
        "gradient problem），或者更广义地来讲就是不稳定梯度问题",
        kind=HOLDS,
        says=r"The account does not define *unstable*; here it means $\lambda\ne0$, with $\lambda$ the "
        r"log-gain per layer",
        claims=("four-hidden-layers-do-not-recover",),
        shown="01_chain_rule.ipynb#when-is-a-gradient-unstable",
    ),
    Verdict(
        id="A2",
        chapters=(4,),
        quote="the bars on the neurons can be understood as their learning rates … the bars of the second "
        "layer are all longer than those of the corresponding neurons of the first",
        original="神经元上的条可以理解为神经元的学习速率 … 第二层神经元上的条都要大于第一层对应神经元上的条，"
        "即第二层神经元的学习速率大于第一层神经元学习速率",
        kind=FALSE,
        counterexample="of the drawing, which is his, Nielsen says *mostly*; and in ours, at the head of "
        "chapter 4, two of the six bars of the second layer are the shorter ones",
        says=r"The bars are $\lvert\partial C/\partial b\rvert$; the learning rate $\eta$ is the same for "
        r"every neuron",
        shown="04_learning_speeds.ipynb#what-is-a-learning-speed",
    ),
    Verdict(
        id="A3",
        chapters=(4,),
        quote="could it be a coincidence? It is not; Nielsen shows by experiments in his book that the "
        "phenomenon is general",
        original="那这可不可能是个巧合呢？其实不是的，在书中，Nielsen通过实验说明这种现象是普遍存在的",
        kind=HOLDS_IF,
        condition="the networks are of Nielsen's kind, with his weights: the speed grows from layer to "
        "layer in all 200",
        says="With $N(0,1)$ weights two of 200 fail, and a network that explodes has the opposite order. "
        "He ran one network of each of three depths",
        claims=("speeds-grow-with-the-layer",),
    ),
    Verdict(
        id="A4",
        chapters=(4,),
        quote="the learning speeds of the first layer and the last differ by two orders of magnitude, that "
        "is, it is 100 times slower than the fourth",
        original="第一层的学习速度和最后一层要差两个数量级，也就是比第四层慢了100倍",
        kind=HOLDS_IF,
        condition="the curves are read at their start, or after 400 epochs",
        says="In between it falls to about half",
        claims=("nielsen-speed-ratio",),
    ),
    Verdict(
        id="A5",
        chapters=(4,),
        quote="this problem can be avoided, though the alternative is not that effective and causes a "
        "problem too: the gradients in the earlier layers become very large … this instability is the "
        "fundamental cause of gradient-based learning in deep networks",
        original="这个问题是可以避免的，尽管替代方法并不是那么有效，同样会产生问题——在前面的层中的梯度会变得非常"
        "大 … 这种不稳定性才是深度神经网络中基于梯度学习的根本原因",
        kind=FALSE,
        counterexample="wide ReLU layers with He's weights keep the mean square of the gradient from layer "
        "to layer, and layer normalisation keeps its size: the problem avoided, and no explosion",
        says="In a chain of sigmoids the same network does vanish or explode with its weights. Nielsen "
        "calls the instability a *problem for* gradient-based learning; a *cause* of it makes no sense",
        claims=("he-variance", "layer-norm-rate"),
        shown="04_learning_speeds.ipynb#both-regimes-in-one-chain",
    ),
    Verdict(
        id="A6",
        chapters=(1,),
        quote="to understand why vanishing gradients occur, let us look at an extremely simple deep "
        "network: each layer has a single neuron",
        original="为了弄清楚为何会出现消失的梯度，来看看一个极简单的深度神经网络：每一层都只有一个单一的神经元",
        kind=NONE,
        says="It chooses an example. What carries over to wide layers, and what does not, is the subject "
        "of [chapter 5](05_wide_layers.ipynb)",
        shown="01_chain_rule.ipynb#the-network",
    ),
    Verdict(
        id="A7",
        chapters=(1,),
        quote="we write out the whole expression of the gradient",
        original="我们把梯度的整个表达式写出来",
        kind=HOLDS,
        says=r"The formula, a picture there: $\partial C/\partial b_1 = "
        r"\sigma'(z_1)\,w_2\sigma'(z_2)\,w_3\sigma'(z_3)\,w_4\sigma'(z_4)\,\partial C/\partial a_4$. The "
        r"like holds at every depth; $w_1$ is no factor, and $\partial C/\partial w_1 = a_0\,\partial "
        r"C/\partial b_1$",
        claims=(
            "chain-gradient-depth-4",
            "chain-gradient-any-layer",
            "first-weight-is-no-factor",
            "weight-gradient-any-layer",
        ),
    ),
    Verdict(
        id="A8",
        chapters=(2,),
        quote="let us first look at the curve of the derivative of the sigmoid",
        original="先看下sigmoid函数导数的曲线",
        kind=NONE,
        says="It shows a picture, drawn here from the derivative itself",
        claims=("sigmoid-slope-by-value",),
        shown="02_quarter_bound.ipynb#the-slope-of-the-sigmoid",
    ),
    Verdict(
        id="A9",
        chapters=(2,),
        quote=r"this derivative is highest at [$\sigma'(0)=\tfrac14$]",
        original="该导数在 … 时达到最高",
        kind=HOLDS,
        says="Proved twice, and argued by intervals",
        claims=("sigmoid-quarter-bound", "sigmoid-quarter-by-calculus", "sigmoid-quarter-intervals"),
    ),
    Verdict(
        id="A10",
        chapters=(2, 4),
        quote="if we initialise the weights of the network with the standard method, we use a Gaussian "
        "with mean 0 and standard deviation 1",
        original="如果我们使用标准方法来初始化网络中的权重，那么会使用一个均值为0标准差为1的高斯分布",
        kind=HOLDS_IF,
        condition="the recipe of the first chapters of Nielsen's book is called the standard",
        says=r"The speeds that the account shows come from $N(0,1/n_{\text{in}})$, with $n_{\text{in}}$ the "
        r"number of inputs, and none of 200 networks drawn from $N(0,1)$ starts as slowly (chapter 4)",
        claims=("standard-normal-weights-are-faster", "nielsen-speeds-4-hidden"),
    ),
    Verdict(
        id="A11",
        chapters=(2,),
        quote=r"so all weights will usually satisfy [$\lvert w_j\rvert<1$]",
        original="因此所有的权重通常会满足",
        kind=HOLDS_IF,
        condition=r"each weight is taken by itself: the probability is $\operatorname{erf}(1/\sqrt2)$, two "
        r"in three",
        says=r"That all four of its chain do has the probability $\operatorname{erf}(1/\sqrt2)^4$, about one "
        r"in five",
        claims=("gaussian-weight-below-one",),
    ),
    Verdict(
        id="A12",
        chapters=(2,),
        quote=r"we find that [$\lvert w_j\sigma'(z_j)\rvert<\tfrac14$], and in the product of all these "
        r"terms the result will certainly fall exponentially: the more terms, the faster",
        original="我们发现会有 … ，并且在进行所有这些项的乘积时，最终结果肯定会指数级下降："
        "项越多，乘积的下降也就越快",
        kind=FALSE,
        counterexample=r"$w=3$ and $z=0$ make the factor $\tfrac34$. With $w,b\sim N(0,1)$ the bound fails "
        "in one draw of nine (incoming activation $1$) to one of four or five (activation $0$); the account "
        "had just said *usually*",
        says=r"The product does fall, almost surely as the depth grows, because $\lambda<0$",
        claims=(
            "factor-below-quarter-silent-input",
            "factor-below-quarter-full-input",
            "log-product-exponent",
        ),
    ),
    Verdict(
        id="A13",
        chapters=(2,),
        quote=r"comparing [$\partial C/\partial b_3$] with [$\partial C/\partial b_1$] one sees that "
        r"[$\partial C/\partial b_1$] is far smaller",
        original="比较一下 … 和 … 可知， … 要远远小于",
        kind=HOLDS_IF,
        condition=r"$\lvert w_2w_3\rvert\le1$; the ratio is then at most $\tfrac1{16}$",
        says=r"At $a_0=\tfrac12$ it is below that with probability $0.9026$ over all draws",
        claims=("ratio-below-sixteenth", "ratio-bound-law"),
    ),
    Verdict(
        id="A14",
        chapters=(2,),
        quote=r"the essential cause of the vanishing gradient is therefore the constraint [$\lvert "
        r"w_j\sigma'(z_j)\rvert<\tfrac14$]",
        original="因此，梯度消失的本质原因是： … 的约束",
        kind=FALSE,
        counterexample=r"a chain with $w=2$ and every $z=0$ breaks the constraint in every layer, for its "
        r"factors are $\tfrac12$, and vanishes all the same",
        says=r"The cause is $\mathbb{E}\log\lvert w\,\sigma'(z)\rvert<0$ under the stationary law of the "
        r"activations",
        claims=("log-product-exponent",),
    ),
    Verdict(
        id="A15",
        chapters=(3,),
        quote="choose the biases so that the weighted input of each neuron is [$z_j=0$] … we get the other "
        "biases in the same way",
        original="方法就是选择偏置来保证每个神经元的带权输入是 … 我们使用相同的方法来获取其他的偏置",
        kind=HOLDS,
        says="One choice does it: $b_1=-100\\,a_0$ and $b_2=b_3=b_4=-50$; $b_1$ serves one input",
        claims=("explosion-biases",),
    ),
    Verdict(
        id="A16",
        chapters=(3,),
        quote=r"all terms [$w_j\sigma'(z_j)$] equal 100\*1/4=25",
        original="所有的项 … 都等于100*1/4=25",
        kind=HOLDS,
        says=r"Three of them are factors of $\partial C/\partial b_1$, after $\sigma'(z_1)=\tfrac14$: the "
        r"product is $25^3/4$",
        claims=("explosion-gradient",),
    ),
    Verdict(
        id="A17",
        chapters=(3,),
        quote="in the end we get an exploding gradient",
        original="最终，我们获得了激增的梯度",
        kind=HOLDS,
        says=r"It is an example, and a fragile one: an input that is off by $6.2338\cdot10^{-6}$ makes the "
        r"product smaller than $1$, and $\lvert w\sigma'\rvert\ge1$ holds in a window of width $0.0917$",
        claims=("explosion-is-fragile", "window-width-at-100"),
    ),
    Verdict(
        id="A18",
        chapters=(3, 5),
        quote="the only way to let all layers learn at nearly the same speed is that the products of all "
        "these terms reach a balance",
        original="唯一让所有层都接近相同的学习速度的方式是所有这些项的乘积都能得到一种平衡",
        kind=HOLDS,
        says=r"For a chain this is the formula itself, and balance means $\lambda=0$. It can be designed "
        "($w=4$ and $z=0$), and weights near $4$ with biases near $-2$ come close; normal weights of mean "
        "$0$ with independent, symmetric biases never reach it. In wide layers it lies at a weight scale "
        "that falls with the width, and balances the leading direction, not all of them",
        claims=("no-exponential-explosion", "random-chain-always-vanishes", "exponent-of-a-wide-layer"),
    ),
    Verdict(
        id="A19",
        chapters=(1,),
        quote="Michael Nielsen, Neural Networks and Deep Learning",
        original="Michael Nielsen,《Neural Networks and Deep Learning》",
        kind=NONE,
        says="A source is neither true nor false; chapter, section and equations are given here",
        shown="01_chain_rule.ipynb#sources",
    ),
    Verdict(
        id="N1",
        chapters=(4,),
        quote="the speeds at the start are .07 and .31 with two hidden layers; .012, .060 and .283 with "
        "three; .003, .017, .070 and .285 with four",
        verbatim=False,
        kind=HOLDS,
        says="Taken together, the speeds of each of his three networks are no rarity among 200 drawn his way",
        claims=("nielsen-speeds-2-hidden", "nielsen-speeds-3-hidden", "nielsen-speeds-4-hidden"),
    ),
    Verdict(
        id="N2",
        chapters=(4,),
        quote="one, two, three and four hidden layers reach nearly the same accuracy on MNIST",
        verbatim=False,
        kind=OPEN,
        says="It was not run again here: it needs all 60,000 training images",
        shown="04_learning_speeds.ipynb#where-the-popular-account-is-right",
    ),
    Verdict(
        id="N3",
        chapters=(4,),
        quote=r"$\lVert\delta^l\rVert$ is a rough measure of the speed at which layer $l$ learns",
        verbatim=False,
        kind=HOLDS,
        says="It is roughest for the weights of the first layer, which has 784 inputs",
        shown="04_learning_speeds.ipynb#what-is-a-learning-speed",
    ),
    Verdict(
        id="N4",
        chapters=(4,),
        quote="with two hidden layers the speeds of both fall quickly, and then recover",
        verbatim=False,
        kind=HOLDS,
        says="In all 200 networks. With three hidden layers no network recovers in all its layers within "
        "500 epochs, one of 200 in its first alone; with four no layer of any does",
        claims=("two-hidden-layers-recover", "four-hidden-layers-do-not-recover"),
    ),
    Verdict(
        id="N5",
        chapters=(4,),
        quote="a small gradient in the early layers does not mean that they are near an optimum",
        verbatim=False,
        kind=HOLDS,
        says="He argues at the random start; it was measured on the plateau after 500 epochs too",
        claims=("small-gradient-is-not-near-optimum",),
    ),
    Verdict(
        id="N6",
        chapters=(1,),
        quote=r"the cascade $\Delta b_1 \to \Delta a_1 \to \dots$ gives the same product",
        verbatim=False,
        kind=HOLDS,
        says="To first order in the change, as his $\\approx$ says",
        claims=("chain-gradient-depth-4",),
    ),
    Verdict(
        id="N7",
        chapters=(2,),
        quote=r"$\partial C/\partial b_1$ is usually smaller than $\partial C/\partial b_3$ by a factor of "
        r"16 or more",
        verbatim=False,
        kind=HOLDS,
        says=r"*Usually* is a probability of $0.9026$ at $a_0=\tfrac12$",
        claims=("ratio-below-sixteenth",),
    ),
    Verdict(
        id="N8",
        chapters=(2,),
        quote="the argument is informal, not a rigorous proof: the weights could grow during training",
        verbatim=False,
        kind=HOLDS,
        says="Chapters 1 to 3 are about initialisation; chapter 4 trains",
        shown="04_learning_speeds.ipynb#five-hundred-epochs",
    ),
    Verdict(
        id="N9",
        chapters=(2,),
        quote="an exercise: would an activation with a much larger derivative help to avoid the unstable "
        "gradient?",
        verbatim=False,
        kind=NONE,
        says="A question. The answer is that a larger slope alone does not help",
        shown="02_quarter_bound.ipynb#a-larger-slope-is-not-enough",
    ),
    Verdict(
        id="N10",
        chapters=(3,),
        quote=r"a problem: $\lvert w\,\sigma'(wa+b)\rvert\ge1$ needs $\lvert w\rvert\ge4$; the activations "
        r"for which it holds form an interval no wider than an expression in $\lvert w\rvert$, which is "
        "greatest near $6.9$, where it is about $0.45$",
        verbatim=False,
        kind=HOLDS,
        says=r"The bound on the width is attained; the maximum is $0.4477$ at $6.8942$",
        claims=(
            "explosion-needs-weight-four",
            "window-width",
            "window-width-maximum",
            "window-width-published",
        ),
    ),
    Verdict(
        id="N11",
        chapters=(3,),
        quote=r"a problem: with suitable $w_1$, $b$ and $w_2$ the neuron gives $w_2\sigma(w_1x+b)\approx x$ "
        r"on $[0,1]$. A hint: take $w_1$ small",
        verbatim=False,
        kind=FALSE,
        counterexample=r"no choice brings the error below $0.05605$, and the hint leads away from it: as "
        r"$w_1\to0$ the best error goes to $\tfrac12$, that of a constant",
        says=r"With a constant added, as the next neuron's bias can, the error is at most $w_1^2/96$",
        claims=("identity-neuron-best-anywhere", "identity-neuron-fails-as-stated", "mended-identity-bound"),
    ),
    Verdict(
        id="N12",
        chapters=(5,),
        quote=r"in wide layers $\delta^l=\Sigma'(z^l)(w^{l+1})^\top\cdots\nabla_{a^L}C$",
        verbatim=False,
        kind=HOLDS,
        says=r"Argued for all widths; $\tfrac14$ bounds $\Sigma'$ and not the product",
        claims=("wide-layer-errors", "quarter-bounds-the-slopes", "wide-layer-gain"),
    ),
    Verdict(
        id="N13",
        chapters=(1,),
        quote="Hochreiter 1991; Glorot and Bengio 2010; Sutskever and others 2013",
        verbatim=False,
        kind=NONE,
        says="Sources; what each of them shows is said here",
        shown="01_chain_rule.ipynb#sources",
    ),
    Verdict(
        id="B1",
        chapters=(6, 8),
        quote="vanishing often occurs in two situations, first in deep networks, second with an unsuitable "
        "loss function, for example the sigmoid",
        original="两种情况下梯度消失经常出现，一是在深层网络中，二是采用了不合适的损失函数，比如sigmoid",
        kind=FALSE,
        counterexample="the sigmoid is an activation, and as an output unit with the cross-entropy its "
        "slope cancels",
        says="A loss may saturate too (squared error behind a sigmoid), but that is one factor at the "
        "output, not a product over the depth",
        claims=("squared-error-saturates", "cross-entropy-does-not-saturate"),
    ),
    Verdict(
        id="B2",
        chapters=(3, 7),
        quote="exploding generally appears in deep networks and where the initial weights are too large",
        original="梯度爆炸一般出现在深层网络和权值初始化值太大的情况下",
        kind=HOLDS_IF,
        condition=r"the weights have mean 0 and *too large* is measured against the width, as "
        r"$\sigma_w^2=n\operatorname{Var}(w)$",
        says=r"At width 1000 weights drawn evenly from $(-1,1)$ are too large; in a chain of sigmoids "
        r"normal ones with independent, symmetric biases never are (with biases tied to them: row A17)",
        claims=("weights-below-one-explode", "random-chain-always-vanishes"),
    ),
    Verdict(
        id="B3",
        chapters=(5,),
        quote="the network can be seen as a composite non-linear function (the functions are in fact the "
        "activations of the layers) … the chain rule is a product, so the deeper the layers, the more "
        "exponentially the gradient propagates",
        original="整个深度网络可以视为是一个复合的非线性多元函数（这些非线性多元函数其实就是每层的激活函数） "
        "… 链式法则是一个连乘的形式，所以当层数越深的时候，梯度将以指数传播",
        kind=HOLDS_IF,
        condition=r"the exponent is not $0$ (that of the mean square is $0$ with He's weights, and a centred "
        r"chain with $w=4$ falls like a power of the depth)",
        says=r"The typical gradient falls with He's weights too, at every finite width $n$: the logarithm "
        r"of its length by about $\tfrac5{4n}$ a layer ([chapter 12](12_residual.ipynb) shows it at width "
        r"64). The product is $J^L=\prod\Sigma'w$: the affine maps between the activations count as much "
        "as the activations",
        claims=("wide-layer-jacobian", "weight-four-decays-as-a-power", "he-variance"),
    ),
    Verdict(
        id="B4",
        chapters=(5, 6),
        quote="if the derivative of the activation near the output layer is greater than 1, then as layers "
        "are added the gradient easily grows exponentially, and explodes; if on the contrary it is less than "
        "1, then by the product of the chain rule it easily decays to 0 as well, and vanishes",
        original="如果接近输出层的激活函数求导后梯度值大于1，那么层数增多的时候，最终求出的梯度很容易指数级增长，就会产生梯度爆炸；相反，如果小于1，那么经过链式法则的连乘形式，也会很容易衰减至0，就会产生梯度消失",
        kind=FALSE,
        counterexample=r"wide layers of sigmoids, whose derivative is at most $\tfrac14$, explode with "
        "large enough weights; and with the derivative $2$ everywhere a chain whose weights are at most "
        r"$\tfrac14$ in size vanishes",
        says="The weights multiply the derivative, and the width counts: along a chain the mean logarithm "
        "of the factor decides, in wide layers the mean square",
        claims=(
            "weights-below-one-explode",
            "width-one-is-the-chain",
            "exponent-of-a-wide-layer",
            "selu-typical-slope-below-one",
        ),
    ),
    Verdict(
        id="B5",
        chapters=(4,),
        quote="the layers near the output learn well, those near the input slowly; sometimes the weights "
        "of the first few layers are after long training nearly what they were at the random start",
        original="网络中靠近输出的层学习的情况很好，靠近输入的层学习的很慢，有时甚至训练了很久，前几层的权值和刚开始随机初始化的值差不多",
        kind=HOLDS_IF,
        condition="the gradients vanish; where they explode, the first layers have the largest",
        says="With Nielsen's recipe on MNIST the output layer moves most, and least moves the second, in "
        "200 of 200",
        claims=("output-layer-moves-most",),
        shown="04_learning_speeds.ipynb#which-layers-move",
    ),
    Verdict(
        id="B6",
        chapters=(5,),
        quote="the root cause of vanishing and exploding lies in the back-propagation training rule; in "
        "essence it is a problem of the method",
        original="梯度消失、爆炸，其根本原因在于反向传播训练法则，本质在于方法问题",
        kind=FALSE,
        counterexample="differences in 80 digits, which use no back-propagation, decay alike",
        says="Back-propagation computes the derivative that the function has; the function is the cause",
        shown="05_wide_layers.ipynb#is-back-propagation-to-blame",
    ),
    Verdict(
        id="B7",
        chapters=(5,),
        quote="the reason why Hinton proposed capsules was to discard completely the deep learning that "
        "now rests on back-propagation",
        original="Hinton提出capsule的原因就是为了彻底抛弃目前基于反向传播的深度学习算法",
        kind=FALSE,
        counterexample="the capsule network of Sabour, Frosst and Hinton (2017) is trained by "
        "back-propagation",
        says="The paper names another aim: parts that keep their pose and agree on the whole that they "
        "make up",
        shown="05_wide_layers.ipynb#is-back-propagation-to-blame",
    ),
    Verdict(
        id="B8",
        chapters=(3, 7),
        quote="[with too large initial weights] the gradients of the earlier layers change faster than "
        "those of the later ones, and explosion easily occurs",
        original="初始化权重的值过大 … 则前面的网络层比后面的网络层梯度变化更快，很容易发生梯度爆炸的问题",
        kind=HOLDS_IF,
        condition="the layers are wide enough to leave units unsaturated",
        says="In a chain of sigmoids normal weights of mean 0 with independent, symmetric biases make the "
        "gradient vanish at every scale; with biases tied to the weights it can explode (row A17)",
        claims=("random-chain-always-vanishes",),
        shown="07_initialisation.ipynb#large-weights-explode-or-saturate",
    ),
    Verdict(
        id="B9",
        chapters=(2,),
        quote="if the sigmoid is used as the loss function, its gradient cannot exceed 0.25",
        original="如果使用sigmoid作为损失函数，其梯度是不可能超过0.25的",
        kind=HOLDS,
        says="For the slope, whatever the sigmoid is used as; it is no loss function (row B1)",
        claims=("sigmoid-quarter-bound",),
    ),
    Verdict(
        id="B10",
        chapters=(2, 7),
        quote="the initial weights of a network are usually less than 1, so that by the chain rule "
        "vanishing occurs easily",
        original="初始化的网络权值通常都小于1，这样经过链式求导之后，很容易发生梯度消失",
        kind=FALSE,
        counterexample=r"sigmoid layers of width 1000 with weights drawn evenly from $(-1,1)$ explode, as "
        r"without biases all wide ones do with mean 0 and a standard deviation above $10.15/\sqrt n$",
        says="Xavier's weights, below 1 as well, vanish; with one neuron a layer all such weights do. The "
        "width counts",
        claims=("weights-below-one-explode", "same-weights-two-widths"),
    ),
    Verdict(
        id="B11",
        chapters=(2, 6),
        quote="tanh is somewhat better than the sigmoid, but its derivative is still less than 1",
        original="tanh比sigmoid要好一些，但是它的倒数仍然是小于1的",
        kind=FALSE,
        counterexample=r"$\tanh'(0)=1$",
        says=r"It is at most $1$, four times the sigmoid's bound. Whether tanh is better depends on the "
        "weights: with weights and biases $N(0,1)$ a chain of it loses less per layer, with $N(0,2^2)$ "
        "[more](verdicts.ipynb#statements-that-no-chapter-needs), since it saturates sooner; in wide layers "
        "with zero biases it passed on more at every scale tried. (The account writes *reciprocal*, a slip "
        "of one character for *derivative*)",
        claims=("tanh-is-a-scaled-sigmoid",),
        shown="02_quarter_bound.ipynb#a-larger-slope-is-not-enough",
    ),
    Verdict(
        id="B13",
        chapters=(8,),
        quote="the input has outliers, which makes the value of the loss large",
        original="数据输入有异常值，导致损失函数值变大",
        kind=HOLDS_IF,
        condition="the loss is unbounded, the outlier is answered wrongly, and no layer with a bounded "
        "activation lies between",
        says="The gradient at the output is bounded by $1$ for the cross-entropy, by $4/27$ for a sigmoid "
        "with squared error, and unbounded for a linear output. Behind ReLUs the first layer's gradient "
        "grows with the outlier even so, under the cross-entropy; behind sigmoids its share falls, in the "
        "median",
        claims=(
            "cross-entropy-gradient-below-one",
            "squared-error-gradient-bound",
            "linear-output-gradient-unbounded",
            "outlier-power-cross-entropy",
            "outlier-power-squared-error",
        ),
    ),
    Verdict(
        id="B14",
        chapters=(9,),
        quote="to solve the problem of the gradient, Hinton proposed unsupervised layer-wise training … in "
        "the deep belief network he used this method, and after the pretraining of the layers trained the "
        "whole network with back-propagation",
        original="Hinton为了解决梯度的问题，提出采取无监督逐层训练方法 … Hinton在训练深度信念网络（Deep "
        "Belief "
        "Networks中，使用了这个方法，在各层预训练完成后，再利用BP算法对整个网络进行训练",
        kind=FALSE,
        counterexample="the deep belief net of 2006 was fine-tuned up-down, without back-propagation",
        says=(
            "Fine-tuning by back-propagation is Hinton and Salakhutdinov (2006). It gives a better "
            "start than the machines' own, and more error reaches the first layer than from there, "
            "though no more than with Xavier's weights; no factor changes its form. On the digits it "
            "ended level with random weights of a good scale where labels were many, and behind them "
            "with the one hundred labels that were tried. That local optima add up to a global one is "
            "unproven"
        ),
        claims=(
            "pretraining-wakes-the-first-layer",
            "pretraining-beats-xavier-in-epochs",
            "pretraining-loses-in-work",
            "few-labels-equal-budget",
            "few-labels-another-scale",
        ),
        shown="09_pretraining.ipynb#whose-idea-was-it",
    ),
    Verdict(
        id="B15",
        chapters=(10,),
        quote="if the gradient exceeds the threshold, it is forced into this range. This can prevent "
        "exploding gradients",
        original="如果梯度超过这个阈值，那么就将其强制限制在这个范围之内。这可以防止梯度爆炸",
        kind=HOLDS,
        says=(
            "No network diverges, at any rate tried. By norm the direction stays, by value it turns. "
            "By the global norm, with plain descent, it does nothing against vanishing; by value or "
            "layer by layer, with a small threshold and a large rate, it can"
        ),
        claims=(
            "clipping-stops-divergence",
            "clip-norm-keeps-direction",
            "clip-value-turns-gradient",
            "clipping-does-not-mend-vanishing",
            "clip-value-leaves-the-plateau",
            "clip-layer-leaves-the-plateau",
        ),
    ),
    Verdict(
        id="B16",
        chapters=(10,),
        quote="in WGAN there is a gradient clipping too, but it is not the same as this; WGAN limits the "
        "updates by gradients to ensure the Lipschitz condition",
        original="在WGAN中也有梯度剪切限制操作，但是和这个是不一样的，WGAN限制梯度更新信息是为了保证lipchitz条件",
        kind=FALSE,
        counterexample="the Wasserstein GAN clips *weights*, after each step, and no gradient",
        says="That it is another thing, and that the Lipschitz condition is the purpose, is right",
        claims=("wgan-lipschitz", "wgan-bound-from-c"),
    ),
    Verdict(
        id="B17",
        chapters=(10,),
        quote="another means to solve exploding gradients is weight regularisation",
        original="另外一种解决梯度爆炸的手段是采用权重正则化",
        kind=HOLDS_IF,
        condition=r"there is time before the network diverges: with weighted inputs unchanged, "
        r"$t$ steps of L2 lower every log-gain by $-t\log(1-\eta\alpha)$",
        says="No training here shows it stop an explosion, and the gradient at initialisation is the same",
        claims=(
            "decay-leaves-learning-speed",
            "decay-layer-factor",
            "decay-lowers-log-gain",
            "decay-shrinks-weights",
            "decay-does-not-stop-explosion",
        ),
    ),
    Verdict(
        id="B18",
        chapters=(7,),
        quote="in deep networks it is in fact mostly vanishing that occurs",
        original="事实上，在深度神经网络中，往往是梯度消失出现的更多一些",
        kind=HOLDS_IF,
        condition="narrow networks are meant, or weights small for their width; the account names no "
        "population. With $N(0,1)$ nearly all chains of sigmoids vanish; of wide tanh layers none does, and "
        "most explode",
        says="Depth and threshold decide as well",
        shown="07_initialisation.ipynb#how-often-does-each-happen",
    ),
    Verdict(
        id="B19",
        chapters=(6, 14),
        quote="if the derivative of the activation is 1, there is no problem of vanishing or exploding any "
        "more, every layer can get the same update speed; so ReLU came into being",
        original="如果激活函数的导数为1，那么就不存在梯度消失爆炸的问题了，每层的网络都可以得到相同的更新速度，relu就这样应运而生",
        kind=FALSE,
        counterexample=r"with $\operatorname{Var}(w)=1/n$ each layer of ReLUs halves the mean square",
        says=r"$\operatorname{Var}(w)=2/n$ keeps it, in the mean: the spread from network to network grows "
        r"with depth over width",
        claims=("he-variance", "relu-layer-spread", "relu-spread-by-depth-over-width"),
    ),
    Verdict(
        id="B20",
        chapters=(6,),
        quote="easy to compute, fast to compute",
        original="计算方便，计算速度快",
        kind=HOLDS_IF,
        condition="it is computed as a maximum: one comparison, where sigmoid and tanh need an exponential",
        says="Hardware and library decide; times are printed, never asserted",
        shown="06_activations.ipynb#what-they-cost",
    ),
    Verdict(
        id="B21",
        chapters=(6,),
        quote="because the negative part is always 0, some neurons cannot be activated (a small learning "
        "rate solves this in part) … the output is not centred at 0",
        original="由于负数部分恒为0，会导致一些神经元无法激活（可通过设置小学习率部分解决） "
        "… 输出不是以0为中心的",
        kind=HOLDS,
        says=r"*In part* is right: units that die by a large step are saved, those that are born dead are "
        r"not. The output has the mean $\mathbb{E}\,\sigma=0.3989$",
        claims=("relu-network-born-dead",),
    ),
    Verdict(
        id="B22",
        chapters=(6,),
        quote="leaky ReLU is there to solve what ReLU's zero range causes … ELU too",
        original="leakrelu就是为了解决relu的0区间带来的影响 … elu激活函数也是为了解决relu的0区间带来的影响",
        kind=HOLDS,
        says=(
            r"That is their purpose, and neither has the slope $0$. ELU still saturates, so too large "
            r"a step puts it out of action as well; its slope is continuous for $\alpha=1$ and for no "
            r"other $\alpha$"
        ),
        claims=("leaky-relu-slope", "elu-slope-at-zero", "elu-saturates"),
    ),
    Verdict(
        id="B23",
        chapters=(11,),
        quote="in essence batch normalisation solves the problem of the gradient in back-propagation",
        original="Batchnorm本质上是解决反向传播过程中的梯度问题",
        kind=FALSE,
        counterexample=(
            r"at initialisation a deep fully connected ReLU network with it *explodes*: the "
            r"gradient's norm by $1.211$ a layer for large batches, more for small"
        ),
        says=(
            "It mends a bad scale of the weights; forty layers learned only with residual paths "
            "(plain SGD, 15 epochs, three rates). Four sigmoid layers learn with it, or with larger "
            "weights; with scale and rate chosen on both sides it ends ahead"
        ),
        claims=(
            "batch-norm-relu-large-batch",
            "batch-norm-always-explodes",
            "batch-norm-mends-small-weights",
            "batch-norm-wakes-a-sigmoid-network",
            "larger-weights-wake-a-sigmoid-network",
            "batch-norm-leads-tuned-sigmoids",
            "batch-norm-residual-trains",
        ),
    ),
    Verdict(
        id="B24",
        chapters=(11,),
        quote="the gradient that passes a layer is multiplied by the weights of that layer; their size "
        "influences vanishing and exploding, and batch normalisation [acts] by scaling and shifting the "
        "output of each layer",
        original="经过每一层的梯度会乘以该层的权重。权重w的大小影响了梯度的消失和爆炸，batchnorm就是通过对每一层的输出做scale和shift的方法",
        kind=HOLDS_IF,
        condition=r"the weights are changed by a factor $\alpha>0$, and $\varepsilon=0$: then their size "
        r"drops out, $\mathrm{BN}(\alpha Wx)=\mathrm{BN}(Wx)$",
        says=r"It is not lost: $\nabla_{\alpha W}=\nabla_W/\alpha$, a learning rate. $\alpha<0$ flips the "
        r"sign, and $\mathrm{BN}_\varepsilon(\alpha Wx)=\mathrm{BN}_{\varepsilon/\alpha^2}(Wx)$",
        claims=(
            "batch-norm-forgets-scale",
            "batch-norm-scale-and-epsilon",
            "batch-norm-gradient-falls-with-scale",
            "batch-norm-gradient-and-epsilon",
        ),
    ),
    Verdict(
        id="B25",
        chapters=(12, 14),
        quote="residual connections easily build networks of hundreds, of more than a thousand layers, "
        "without worry that the gradient vanishes too quickly; the reason is the shortcut",
        original="残差可以很轻松的构建几百层，一千多层的网络而不用担心梯度消失过快的问题，原因就在于残差的捷径（shortcut）部分",
        kind=HOLDS_IF,
        condition="the branches are scaled or normalised",
        says="At the start, with weights of mean $0$, the gradient's mean square does not vanish, but it may "
        "explode: unscaled branches of ReLUs or linear ones multiply it in every block, bounded ones such as "
        r"$W\tanh(x)$ make it grow more slowly. The scale $1/\sqrt L$ keeps the growth below $e$ where the "
        r"branch preserves the mean square and ends in weights of mean $0$; $x+\mathrm{ReLU}(Wx)/\sqrt L$ "
        "does not",
        claims=(
            "residual-block-mean-square",
            "residual-branch-scale",
            "residual-relu-last-growth",
            "residual-unscaled-diverges",
            "residual-trains-where-plain-does-not",
        ),
    ),
    Verdict(
        id="B26",
        chapters=(13,),
        quote="LSTM is less prone to vanishing gradients, the main reason being the complex 'gates' inside "
        "… by its 'gates' it can in its next updates 'remember' what is left of the previous trainings",
        original="是不那么容易发生梯度消失的，主要原因在于LSTM内部复杂的“门”(gates) … LSTM通过它内部的“门”"
        "可以接下来更新的时候“记住”前几次训练的”残留记忆“",
        kind=FALSE,
        counterexample=(
            "a cell remembers earlier *time steps* of one sequence, and nothing of an earlier "
            "training step: its state begins anew with each sequence"
        ),
        says=(
            r"It is less prone than a tanh cell: $\partial c_t/\partial c_{t-1}=f_t+\dots$, and "
            r"trained it solves the adding problem at length 100, where the tanh cells tried here fail "
            r"at 50. But gates are not what it takes: a ReLU cell without any, started at $U=I$ (Le, "
            r"Jaitly and Hinton 2015), solves it too, if at length 50 with more than three times "
            r"the error and at one of six learning rates against three (digits read pixel by pixel it reads "
            r"worse than the tanh cell). And $f<1$ forgets: with bias $1$ by half in $2.2$ steps"
        ),
        claims=(
            "lstm-memory-step",
            "bias-one-half-life",
            "forget-gate-below-one",
            "lstm-adds-at-lag-100",
            "ungated-relu-adds-at-lag-100",
            "lstm-is-more-exact",
            "lstm-works-at-more-rates",
            "ungated-relu-reads-digits-worse",
        ),
    ),
    Verdict(
        id="B27",
        chapters=(13,),
        quote="[references: two articles on Zhihu]",
        original="详解深度学习中的梯度消失、爆炸原因及其解决方法 … 梯度消失和梯度爆炸及解决方法",
        kind=NONE,
        says="A list of links is neither true nor false. The results come from primary papers, which are "
        "listed with what each of them shows",
        shown="13_gates.ipynb#sources-of-the-second-account",
    ),
    Verdict(
        id="B28",
        chapters=(5,),
        quote="in the way the human brain thinks there is no back-propagation",
        original="对于人来说，在大脑的思考机制里是没有反向传播的",
        kind=OPEN,
        says="No one has found it there; whether the brain approximates it by local means is under "
        "discussion",
        shown=HERE,
    ),
    Verdict(
        id="B29",
        chapters=(11,),
        quote="the distribution of the input of any neuron is pulled back by force to a standard normal "
        "distribution of mean 0 and variance 1 … so that the input falls into the region where the "
        "non-linear function is sensitive, and a small change of the input leads to a larger change of the "
        "loss",
        original="把每层神经网络任意神经元这个输入值的分布强行拉回到接近均值为0方差为1的标准正太分布 … "
        "使得激活输入值落在非线性函数对输入比较敏感的区域，这样输入的小变化就会导致损失函数较大的变化",
        kind=FALSE,
        counterexample="an exponential distribution keeps its skewness of 2 and its kurtosis of 9; and "
        "inputs that lay close to 0, where the sigmoid is steepest, lose slope",
        says="Mean and variance are set, the shape is not. Whether the slope rises depends on where the "
        "inputs were; and a larger gradient is not a faster layer",
        claims=("batch-norm-gradient-falls-with-scale", "larger-gradient-is-not-faster"),
        shown=HERE,
    ),
    Verdict(
        id="B30",
        chapters=(6,),
        quote="[ReLU] has sped up the training of networks",
        original="加速了网络的训练",
        kind=OPEN,
        says="It is not shown here: it needs training with equal budgets, scale and rate tuned on both sides",
        shown=HERE,
    ),
    Verdict(
        id="B31",
        chapters=(9,),
        quote="this method has its merits, but it is not used much now",
        original="此方法有一定的好处，但是目前应用的不是很多了",
        kind=HOLDS,
        says="For unsupervised *layer-wise* pretraining, of which the account speaks; pretraining a whole "
        "network and fine-tuning it is how most networks are made today",
        shown=HERE,
    ),
    Verdict(
        id="B32",
        chapters=(10,),
        quote="so if the gradient explodes, the norm of the weights becomes very large, and by the "
        "regularisation term the occurrence of explosion can be limited in part",
        original="因此，如果发生梯度爆炸，权值的范数就会变的非常大，通过正则化项，可以部分限制梯度爆炸的发生",
        kind=FALSE,
        counterexample="in ten ReLU layers with 1.5 times He's weights the first gradient is 82 to 155 "
        "times as long as with his, in six drawings; at a small rate the weights then hardly change their "
        "norm, and the gradient falls",
        says="At a large rate the gradient comes first and the weights follow, with the penalty as "
        "without, in all six",
        shown=HERE,
    ),
    Verdict(
        id="B33",
        chapters=(13,),
        quote="therefore it is often used to generate text",
        original="因此，经常用于生成文本中",
        kind=HOLDS_IF,
        condition="the years until about 2018 are meant",
        says="Since then transformers have taken over",
        shown=HERE,
    ),
    Verdict(
        id="B34",
        chapters=(10,),
        quote="the following code can also be used to compute the L2 regularisation loss: l2_loss = "
        "tf.add_n(…)",
        original="如果没有设置初始化参数，也可以使用以下代码计算 … l2_loss = tf.add_n([tf.nn.l2_loss(var) "
        "for var in "
        "tf.trainable_variables() if 'weights' in var.name]) … alpha是指正则项系数",
        kind=FALSE,
        counterexample=r"for $w=(3,4)$ the code gives $12\tfrac12$; the penalty $\alpha\lVert W\rVert^2$ of "
        r"the formula beside it is $25\alpha$",
        says="`tf.nn.l2_loss` is half the sum of squares, and $\\alpha$ is missing. The lines run in "
        "TensorFlow 1",
        shown=HERE,
    ),
)
VERDICTS = collect(_ROWS)
