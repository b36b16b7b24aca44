"""From what one sees to what to measure, how to read it, and what to change first and second.

Each measurement is three or four lines of PyTorch, for a ``model``, a batch ``x``, ``y``, a ``loss_fn``
and an ``optimiser`` of the reader's own; a test runs them where PyTorch is.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from analysis.chapters.your_own_network.torch_monitor import Monitor
from analysis.topics import TOPICS


@dataclass(frozen=True)
class Symptom:
    """``seen`` in a few words; ``measure``, three or four lines; ``read``, what the numbers say; the two
    changes; and the topics of the chapters that prove them."""

    seen: str
    measure: str
    read: str
    first: str
    second: str
    chapters: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """The anchor of its heading."""
        return self.seen.replace(",", "").replace(" ", "-")


SYMPTOMS = (
    Symptom(
        "early layers do not move",
        "outs = []; keep = lambda m, i, o: o.retain_grad() or outs.append(o)\n"
        "for m in model.modules(): isinstance(m, nn.Linear) and m.register_forward_hook(keep)\n"
        "loss_fn(model(x), y).backward(); print([float(o.grad.norm().log()) for o in outs])",
        "One logarithm for each layer, input first. The same difference from layer to layer: vanishing (or "
        "exploding). `-inf` from one layer on, towards the input: dead units, or numbers below the "
        "format. An "
        "error that there is no `grad`: the layer is not in the graph.",
        "Weights of the activation's own scale: `nn.init.kaiming_normal_(w)` for ReLU, "
        "`nn.init.xavier_normal_(w)` for tanh, biases 0.",
        "From some thirty layers on, shortcuts with branches scaled by $1/\\sqrt L$.",
        ("initialisation", "residual"),
    ),
    Symptom(
        "output constant",
        "out = model(x).detach().double()\n"
        "share = out.var(0).mean() / out.square().mean()\n"
        "print(float(share))",
        "The share of the output that depends on the input. Below $10^{-6}$ the network sees next to nothing "
        "of it: what is left are the biases.",
        "Biases 0 and the activation's own scale.",
        "Inputs with mean 0 and variance 1.",
        ("initialisation", "outliers"),
    ),
    Symptom(
        "loss NaN",
        "for name, m in model.named_modules():\n"
        "    m.register_forward_hook(lambda m, i, o, n=name: print(n, float(o.detach().abs().max())))\n"
        "loss_fn(model(x), y)",
        "The first line with `inf` or `nan` is where it arises, not where it shows. If there is none, it "
        "arises on the way back: go on with [the order of checks](#nan-the-order-of-checks).",
        "A tenth of the learning rate.",
        "Clip by the global norm, with a [threshold that is measured](#a-clipping-threshold).",
        ("clipping",),
    ),
    Symptom(
        "loss flat from the start",
        "weights = [p for p in model.parameters() if p.ndim > 1]\n"
        "old = [p.detach().clone() for p in weights]\n"
        "loss_fn(model(x), y).backward(); optimiser.step()\n"
        "print([float((p.detach() - q).norm() / q.norm()) for p, q in zip(weights, old)])",
        "The size of one step over that of the weights; about $10^{-3}$ is usual. 0: frozen, or not given to "
        "the optimiser. Far below $10^{-6}$: vanished, or the rate is too small. Usual everywhere: see "
        "whether it can learn ten examples by heart; if it can, look at data and labels.",
        "The learning rate, by factors of ten.",
        "The cross-entropy on logits, where a squared error stands behind a sigmoid.",
        ("learning_speeds", "outliers"),
    ),
    Symptom(
        "fine in float32, dead in float16",
        "loss_fn(model(x), y).backward()\n"
        "for name, p in model.named_parameters():\n"
        "    print(name, float((p.grad == 0).double().mean()))",
        "Run it in float16. The share of zeros grows towards the input: numbers below the smallest "
        "of the format became 0. In float32 it does not.",
        "Multiply the loss before `backward` (a gradient scaler), or compute in bfloat16.",
        "Mend the slope itself; a scaler moves the whole line, and does not tilt it.",
        ("your_own_network", "explosion"),
    ),
    Symptom(
        "fine at depth 10, dead at 40",
        "outs = []; keep = lambda m, i, o: o.retain_grad() or outs.append(o)\n"
        "for m in model.modules(): isinstance(m, nn.Linear) and m.register_forward_hook(keep)\n"
        "loss_fn(model(x), y).backward(); g = [float(o.grad.norm().log()) for o in outs]\n"
        "print((g[0] - g[-1]) / (len(g) - 1))",
        "The log-gain of one layer. Times thirty layers more it is what you lose. Within "
        "$\\pm0.02$ size is not "
        "the trouble: the gradients may have shattered.",
        "Negative: the activation's own scale. Positive, and you normalise each layer: fewer of "
        "these layers, "
        "or shortcuts around them.",
        "Shortcuts with branches scaled by $1/\\sqrt L$.",
        ("normalisation", "residual"),
    ),
    Symptom(
        "recurrent net forgets",
        "x = x.detach().requires_grad_()\n"
        "rnn(x)[0][:, -1].norm().backward()\n"
        "print(x.grad.double().norm(dim=(0, 2)).log())",
        "One logarithm for each time step (batch first). A straight line: its slope is what a step keeps. In "
        "an LSTM the slope is near the logarithm of its forget gate.",
        "An LSTM or a GRU for a plain cell.",
        "A forget bias of $\\log(T-1)$ for memories of $T$ steps. It sets the reach at the start; "
        "after training "
        "it made no difference where the book tried it.",
        ("gates",),
    ),
)


def notebook(topic: str) -> str:
    """The file of a topic's chapter."""
    return f"{TOPICS.index(topic) + 1:02}_{topic}.ipynb"


def _chapters(symptom: Symptom) -> str:
    return ", ".join(f"[{TOPICS.index(t) + 1}]({notebook(t)})" for t in symptom.chapters)


def as_table() -> str:
    """What is seen, the two changes, and the chapters, as a Markdown table."""
    lines = ["| what you see | first change | second change | chapter |", "|-|-|-|-|"]
    lines += [f"| **{s.seen}** | {s.first} | {s.second} | {_chapters(s)} |" for s in SYMPTOMS]
    return "\n".join(lines)


def monitor() -> str:
    """The monitor as Markdown, its code as it stands in ``torch_monitor``."""
    lines = inspect.getsource(Monitor).splitlines()
    code = [
        line.replace(": Any", "").replace(" -> None", "").replace(" -> tuple[float, float]", "")
        for line in lines
    ]
    return "```python\n" + "\n".join(line for line in code if line.strip()) + "\n```"


def measurements() -> str:
    """What to measure and how to read it, a paragraph and three lines for each, as Markdown."""
    return "\n\n".join(f"**{s.seen}**\n\n```python\n{s.measure}\n```\n\n{s.read}" for s in SYMPTOMS)
