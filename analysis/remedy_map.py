"""The remedy map, one page: what is seen, why, what helps, where the book shows it, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.ledger_page import Place, places

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


@dataclass(frozen=True)
class Remedy:
    """One line: symptom, cause, what helps, the claims that show it, and its price or limit. Markdown."""

    symptom: str
    cause: str
    remedy: str
    claims: tuple[str, ...]
    cost: str


REMEDIES = (
    Remedy(
        "early layers hardly learn",
        r"the mean logarithm of a layer's factor is below 0",
        "weights of the right scale: Xavier, He",
        ("xavier-compromise", "he-variance"),
        "none; holds at the start only, and on average: the spread grows with depth over width",
    ),
    Remedy(
        "early layers hardly learn, sigmoid or tanh",
        "units saturate, and every slope is small",
        "a rectifier, with the scale that goes with it",
        ("he-variance", "relu-layer-spread"),
        "dead units",
    ),
    Remedy(
        "units that never answer",
        "a ReLU whose weighted input is negative for every example",
        "leaky ReLU or ELU; smaller steps for those that die in training",
        ("leaky-relu-never-saturates", "relu-network-born-dead"),
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
        "a network of tens or hundreds of layers does not train",
        "a product of many factors, and gradients that say nothing about their neighbours",
        "residual connections with scaled or normalised branches",
        ("residual-trains-where-plain-does-not", "shattered-residual-scaled"),
        "unscaled branches double the mean square per block",
    ),
    Remedy(
        "steps that throw the weights far away",
        "a cliff: the gradient is large on a small set",
        "clipping by the global norm",
        ("clipping-stops-divergence", "clip-global-keeps-speeds"),
        "a threshold to choose; no help against vanishing",
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
        "an LSTM with a forget bias for the time scale",
        ("lstm-adds-at-lag-100", "bias-for-a-time-scale"),
        "four times the weights; a gate below 1 still forgets",
    ),
    Remedy(
        "few labels, many examples",
        "random weights know nothing of the inputs",
        "layer-wise pretraining",
        ("few-labels-equal-budget",),
        "its own training; with labels in plenty it loses to good random weights",
    ),
    Remedy(
        "an outlier moves everything",
        "a loss that grows without bound, inputs that multiply the first layer's gradient",
        "standardised inputs, cross-entropy behind a sigmoid",
        ("standardised-outlier", "cross-entropy-gradient-below-one"),
        "the outlier must be in the statistics",
    ),
)


def table(remedies: Iterable[Remedy], where: Mapping[str, Place]) -> str:
    """A Markdown table with links to where the claims stand; raises ValueError where one stands nowhere."""
    lines = ["| what is seen | why | what helps | shown by | what it costs, or does not do |", "|-|-|-|-|-|"]
    for row in remedies:
        missing = [label for label in row.claims if label not in where]
        if missing:
            raise ValueError(f"{row.remedy!r} is shown by {', '.join(missing)}, which no chapter shows")
        links = ", ".join(f"[`{label}`]({where[label].link})" for label in row.claims)
        lines.append(f"| {row.symptom} | {row.cause} | {row.remedy} | {links} | {row.cost} |")
    return "\n".join(lines)


def remedy_map() -> str:
    """The whole map as a Markdown table."""
    return table(REMEDIES, places(NOTEBOOKS))
