"""The map of the remedies: what is seen, why, what helps, the claims that show it, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.claims.ledger_page import Place, places
from analysis.symbolic import tables

NOT_SHOWN = "no claim of this book yet"
NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


@dataclass(frozen=True)
class Remedy:
    """One line: symptom, cause, what helps, the claims that show it, and its price or limit. Markdown.

    Without claims the line says that there is none.
    """

    symptom: str
    cause: str
    remedy: str
    claims: tuple[str, ...]
    cost: str


REMEDIES = (
    Remedy(
        "a deep network of ReLUs as PyTorch draws it; its output is the same for every input",
        "the default has a sixth of He's variance: the gradient loses more than half of its norm "
        "in each layer, and the "
        "biases are all that is left of the signal",
        "He's weights and biases of 0",
        ("nn-linear-draws-a-third", "nn-linear-relu-log-gain", "thirty-layers-default-learns-nothing"),
        "thirty plain layers learn with them by Adam, and hardly by plain descent",
    ),
    Remedy(
        "early layers hardly learn",
        "the mean logarithm of a layer's factor is below 0",
        "weights of the right scale: Xavier's for tanh, He's for ReLU",
        ("xavier-compromise", "he-variance", "xavier-sigmoid-loses-three-quarters"),
        "Xavier's are far too small for sigmoids; the scale holds at the start, and on average: the spread "
        "grows with depth over width",
    ),
    Remedy(
        "early layers hardly learn, sigmoid or tanh",
        "units saturate, or every slope is small",
        "a rectifier, with the scale that goes with it",
        ("he-variance", "relu-layer-spread"),
        "dead units",
    ),
    Remedy(
        "units that never answer",
        "a ReLU whose weighted input is negative for every example",
        "leaky ReLU or ELU; smaller steps for those that die in training",
        ("leaky-relu-slope", "relu-network-born-dead"),
        "ELU still saturates",
    ),
    Remedy(
        "the scale of the weights is bad or drifts",
        "gain that depends on the scale",
        "batch normalisation",
        ("batch-norm-forgets-scale", "batch-norm-mends-small-weights"),
        "at great depth it explodes at the start by itself; examples of a batch depend on each other",
    ),
    Remedy(
        "a deep network with batch normalisation explodes at the start, or batches are small",
        "the gradient grows in every layer, more so in small batches",
        "layer normalisation",
        ("layer-norm-rate",),
        "the size of the gradient is not all: plain layers, forty deep, did not learn with it either",
    ),
    Remedy(
        "a network of tens or hundreds of layers does not train",
        "a product of many factors, and gradients that say nothing about their neighbours",
        "residual connections with scaled or normalised branches",
        (
            "residual-trains-where-plain-does-not",
            "shattered-residual-scaled",
            "thirty-layers-shortcuts-lead",
        ),
        "unscaled branches of ReLUs make the mean square explode; at small depth they hardly help",
    ),
    Remedy(
        "steps that throw the weights far away",
        "a cliff: the gradient is large on a small set",
        "clipping by the global norm",
        ("clipping-stops-divergence", "clip-global-keeps-speeds"),
        "a threshold to choose; by norm and with plain descent it is no help against vanishing",
    ),
    Remedy(
        "weights that grow in training",
        "nothing pulls them back",
        "weight decay",
        ("decay-shrinks-weights", "decay-lowers-log-gain"),
        "does nothing at the start, and too much of it makes gradients vanish",
    ),
    Remedy(
        "what happened many time steps ago is forgotten",
        "one recurrent weight, multiplied again and again",
        "an LSTM or a gated recurrent unit",
        ("lstm-adds-at-lag-100", "initial-reach-does-not-decide", "forget-bias-is-not-decisive"),
        "four times the weights, or three; a gate below 1 still forgets; the forget bias made no "
        "difference where it was tried",
    ),
    Remedy(
        "what happened many time steps ago is forgotten",
        "one recurrent weight, and the slope of tanh, multiplied again and again",
        "ReLUs without gates, their recurrent weights at first the identity",
        (
            "ungated-relu-adds-at-lag-100",
            "lstm-is-more-exact",
            "lstm-works-at-more-rates",
            "ungated-relu-reads-digits-worse",
        ),
        "a larger error than the LSTM's, and it wants its learning rate; digits read by pixel it "
        "reads worse than a tanh cell",
    ),
    Remedy(
        "few labels, many examples",
        "random weights know nothing of the inputs",
        "layer-wise pretraining",
        ("few-labels-equal-budget", "many-labels-equal-budget", "pretraining-loses-in-work"),
        "its own training; on the digits it did not help: with the 100 labels tried it ended behind random "
        "weights of a good scale, with many it ties with N(0, 1) at equal work, and comes later "
        "to 90 %",
    ),
    Remedy(
        "an outlier moves everything",
        "inputs that multiply the first layer's gradient, and a loss that grows without bound",
        "standardised inputs",
        ("standardised-outlier", "outlier-power-cross-entropy"),
        "the outlier must be in the statistics; the cross-entropy bounds the gradient at the output and no "
        "more: behind ReLUs the first layer's grows with the outlier",
    ),
    Remedy(
        "layers whose gradients differ by powers of ten",
        "one rate for all",
        "Adam, which divides each entry by its own size",
        ("momentum-and-adam-leave-the-plateau", "thirty-layers-default-learns-nothing"),
        "cannot give back what the signal lost: the default stays at chance with it; momentum leaves the "
        "plateau as well",
    ),
    Remedy(
        "zeros in float16 where float32 has small numbers",
        "what lies below the smallest number of the format is rounded to 0",
        "bfloat16, or a loss scale",
        (),
        "lifts the whole line by a few powers of ten; a slope with depth stays",
    ),
    Remedy(
        "NaN",
        "an operation whose result is not finite: overflow, division by 0, logarithm of 0",
        "find the first such operation; skip steps whose norm is not finite",
        (),
        "clipping alone does not help: a NaN divided by a NaN is a NaN",
    ),
    Remedy(
        "some directions grow while others vanish",
        "the singular values of random weights spread out in a product",
        "orthogonal weights",
        (),
        "at the start only; behind ReLUs they spread out all the same (Pennington, Schoenholz and Ganguli "
        "2017)",
    ),
)


def _link(place: Place) -> str:
    """The number of the chapter, linked to where the claim stands."""
    return f"[{int(place.notebook[:2])}]({place.link})"


def table(remedies: Iterable[Remedy], where: Mapping[str, Place]) -> str:
    """A Markdown table with links to where the claims stand; raises ValueError where one stands nowhere."""
    head = ("what is seen", "why", "what helps", "shown in", "what it costs, or does not do")
    lines = []
    for row in remedies:
        missing = [label for label in row.claims if label not in where]
        if missing:
            raise ValueError(f"{row.remedy!r} is shown by {', '.join(missing)}, which no chapter shows")
        links = ", ".join(dict.fromkeys(_link(where[label]) for label in row.claims)) or NOT_SHOWN
        lines.append((row.symptom, row.cause, row.remedy, links, row.cost))
    return str(tables.table(head, lines))


def remedy_map() -> str:
    """The whole map as a Markdown table."""
    return table(REMEDIES, places(NOTEBOOKS))
