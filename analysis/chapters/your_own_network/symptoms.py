"""From what one sees to what to measure, how to read it, and what to change first and second.

Each measurement is a few lines of PyTorch, for a ``model``, a batch ``x``, ``y``, a ``loss_fn``
and an ``optimiser`` of the reader's own; a test runs them where PyTorch is. None leaves a hook behind.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from analysis.chapters.your_own_network.defaults import SCALES
from analysis.chapters.your_own_network.torch_monitor import Monitor
from analysis.symbolic.tables import table
from analysis.topics import TOPICS


@dataclass(frozen=True)
class Symptom:
    """``seen`` in a few words; ``measure``, three to five lines; ``read``, what the numbers say; the two
    changes; and the topics of the chapters that prove them."""

    seen: str
    measure: str
    read: str
    first: str
    second: str
    chapters: tuple[str, ...]


KEPT = 0.5 + SCALES["PyTorch"] / 4.0
"""What a step of nn.LSTM's default keeps at rest, f + σ_w/4: the limit of Σ_j C(k, j)² f^{2(k−j)} v^j of
chapter 13, which grows as (f + √v)^{2k}, with v = (σ_w/4)²."""

OUTPUTS = (
    "outs = []; keep = lambda m, i, o: outs.append(o)\n"
    "hooks = [m.register_forward_hook(keep) for m in model.modules() if isinstance(m, nn.Linear)]\n"
    "loss = loss_fn(model(x), y); [h.remove() for h in hooks]\n"
)
"""The outputs of the linear layers; the hooks are gone before anything else runs."""

SYMPTOMS = (
    Symptom(
        "early layers do not move",
        OUTPUTS + "print([float(g.double().norm().log()) for g in torch.autograd.grad(loss, outs)])",
        "One logarithm for each layer, input first. The same difference from layer to layer: vanishing (or "
        "exploding). `-inf` from one layer on, towards the input: dead units, or numbers below the "
        "format. An error from `grad`: a layer is frozen, or not in the graph.",
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
        "parts = lambda o: [t for t in (o if isinstance(o, tuple) else (o,)) if torch.is_tensor(t)]\n"
        "look = lambda n: lambda m, i, o: print(n, *(float(t.detach().abs().max()) for t in parts(o)))\n"
        "hooks = [m.register_forward_hook(look(n)) for n, m in model.named_modules()]\n"
        "loss = loss_fn(model(x), y); [h.remove() for h in hooks]\n"
        'print("loss", loss.item())',
        "With the weights and the batch of the step where it came. The first line with `inf` or `nan` is "
        "where it arises. If there is none, it "
        "arises on the way back: go on with [the order of checks](#nan-the-order-of-checks).",
        "What the data or the first operation that is not finite ask for: "
        "[the order of checks](#nan-the-order-of-checks).",
        "Where the norm of the gradient had grown for some steps: a tenth of the rate, or clip by the "
        "global norm, with a [threshold that is measured](#a-clipping-threshold).",
        ("clipping",),
    ),
    Symptom(
        "loss flat from the start",
        "weights = [p for p in model.parameters() if p.ndim > 1]\n"
        "old = [p.detach().clone() for p in weights]\n"
        "optimiser.zero_grad(); loss_fn(model(x), y).backward(); optimiser.step()\n"
        "print([float((p.detach() - q).norm() / q.norm()) for p, q in zip(weights, old)])",
        "The size of one step over that of the weights (a real step: start anew after it). 0: frozen, or "
        "not given to the optimiser. Far below $10^{-6}$: vanished, or the rate is too small. Near "
        "$10^{-3}$ is usual once training runs; Adam's first step is the rate times "
        "$\\sqrt{3\\,\\text{fan}_\\text{in}}$ of the default's weights.",
        "Let it learn ten examples by heart. If it can: data and labels. If not: the rate, up by factors of "
        "ten while the loss is flat, down where it jumps.",
        "The cross-entropy on logits, where a squared error stands behind a sigmoid.",
        ("learning_speeds", "outliers"),
    ),
    Symptom(
        "loss falls, then spikes",
        "norms = []  # before the loop; the other lines between backward() and step()\n"
        "grads = [p.grad.double() for p in model.parameters() if p.grad is not None]\n"
        "norms.append(float(sum(g.square().sum() for g in grads)) ** 0.5)\n"
        "if norms[-1] > 10 * sorted(norms)[len(norms) // 2]: print(len(norms), norms[-1])",
        "The steps with more than ten times the median norm. Before each spike: single "
        "steps are too long. None: the rate is too high for where the weights are now.",
        "Clip by the global norm, with a [threshold that is measured](#a-clipping-threshold).",
        "A lower rate from there on. Look at the batch of that step.",
        ("clipping",),
    ),
    Symptom(
        "fails when the rate is raised",
        "for rate in (1e-4, 1e-3, 1e-2, 1e-1):\n"
        "    trial = copy.deepcopy(model); adam = torch.optim.Adam(trial.parameters(), lr=rate)\n"
        "    for _ in range(20):\n"
        "        adam.zero_grad(); loss = loss_fn(trial(x), y); loss.backward(); adam.step()\n"
        "    print(rate, loss.item())",
        "The loss of one batch after twenty steps, for copies of the model (`import copy`). Stay below the "
        "rate where it stops falling.",
        "A warm-up: the rate from 0 to its value over some hundred steps (not tried in this book).",
        "In a transformer the normalisation at the start of each branch (`norm_first=True`), not behind the "
        "sum.",
        ("normalisation", "residual"),
    ),
    Symptom(
        "good in training, bad in eval",
        "for mode in (True, False):\n"
        "    same = copy.deepcopy(model).train(mode)\n"
        '    with torch.no_grad(): print("train" if mode else "eval", float(loss_fn(same(x), y)))',
        "The loss of one *training* batch in both modes (`import copy`). Much larger in `eval`: the running "
        "statistics of batch normalisation are not those of the batch. Alike: the fault is in the new data, "
        "or it learnt by heart.",
        "Larger batches, or the running statistics taken anew, over the training data with the weights "
        "at rest.",
        "Layer normalisation, which has no running statistics.",
        ("normalisation",),
    ),
    Symptom(
        "fine in float32, dead in float16",
        "ps = {n: p for n, p in model.named_parameters() if p.requires_grad}\n"
        "for half in (False, True):\n"
        "    with torch.autocast(x.device.type, torch.float16, enabled=half): loss = loss_fn(model(x), y)\n"
        "    for name, g in zip(ps, torch.autograd.grad(loss, ps.values())):\n"
        '        print("float16" if half else "float32", name, float((g == 0).double().mean()))',
        "The share of zeros in each gradient. In float16 alone, and more towards the input: numbers below "
        "its smallest became 0. In both: dead units.",
        "Compute in bfloat16; or multiply the loss (a gradient scaler), and unscale before clipping.",
        "Mend the slope itself; a scaler moves the whole line, and does not tilt it.",
        ("explosion",),
    ),
    Symptom(
        "fine at depth 10, dead at 40",
        OUTPUTS + "g = [float(g.double().norm().log()) for g in torch.autograd.grad(loss, outs)]\n"
        "print((g[0] - g[-1]) / (len(g) - 1))",
        "The log-gain of one layer. Times thirty layers more it is what you lose. Chance makes it up to "
        "$2/\\sqrt{\\text{width}\\cdot\\text{depth}}$. Below that size is not the trouble: the gradients may "
        "have shattered.",
        "A negative log-gain: the activation's own scale. A positive one, and each layer is normalised: "
        "shortcuts around the layers, or fewer of them.",
        "Shortcuts with branches scaled by $1/\\sqrt L$.",
        ("normalisation", "residual"),
    ),
    Symptom(
        "recurrent net forgets",
        "xs = x.detach().requires_grad_()\n"
        "(g,) = torch.autograd.grad(rnn(xs)[0][:, -1].norm(), xs)\n"
        "print(g.double().norm(dim=(0, 2)).log())",
        "One logarithm for each time step, the first step first (`rnn` is your `nn.RNN`, `nn.GRU` or "
        "`nn.LSTM` with `batch_first=True`, `x` its input). A straight line of slope $s$: a step keeps "
        "$e^{-s}$. An LSTM whose states are near 0 keeps about $f+\\sigma_w/4$, with its forget gate $f$ and "
        "the scale $\\sigma_w$ of its recurrent weights: " + f"{KEPT:.2f} as PyTorch draws it.",
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
    rows = [(f"**{s.seen}**", s.first, s.second, _chapters(s)) for s in SYMPTOMS]
    return str(table(("what you see", "first change", "second change", "chapter"), rows))


def monitor() -> str:
    """The monitor as Markdown, its code as it stands in ``torch_monitor``."""
    lines = inspect.getsource(Monitor).splitlines()
    code = [
        line.replace(": Any", "").replace(" -> None", "").replace(" -> tuple[float, float]", "")
        for line in lines
    ]
    return "```python\n" + "\n".join(line for line in code if line.strip()) + "\n```"


def measurements() -> str:
    """What to measure and how to read it, a few lines and a paragraph for each, folded, as Markdown."""
    return "\n\n".join(
        f"<details><summary>{s.seen}</summary>\n\n```python\n{s.measure}\n```\n\n{s.read}\n\n</details>"
        for s in SYMPTOMS
    )
