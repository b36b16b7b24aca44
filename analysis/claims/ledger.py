"""Every claim of the book, by label. Modules are named here one by one; nothing registers itself."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from analysis.claims.claim import Claim, Settled, settle
from analysis.claims.outcome import Refuted, summary
from analysis.symbolic.printing import plain_text

CHAPTERS = {
    "1-4": (
        "analysis.chapters.chain_rule.claims.gradient",
        "analysis.chapters.chain_rule.claims.oracles",
        "analysis.chapters.quarter_bound.claims.slope",
        "analysis.chapters.quarter_bound.claims.intervals",
        "analysis.chapters.quarter_bound.claims.gaussian_factor",
        "analysis.chapters.quarter_bound.claims.log_product",
        "analysis.chapters.explosion.claims.designed_chain",
        "analysis.chapters.explosion.claims.fragility",
        "analysis.chapters.explosion.claims.window",
        "analysis.chapters.explosion.claims.widest_window",
        "analysis.chapters.explosion.claims.budget",
        "analysis.chapters.explosion.claims.balance",
        "analysis.chapters.explosion.claims.random_and_tied_chains",
        "analysis.chapters.explosion.claims.identity_neuron",
        "analysis.chapters.explosion.claims.best_identity_neuron",
        "analysis.chapters.learning_speeds.claims.records",
    ),
    "5-8": (
        "analysis.chapters.wide_layers.claims.error_and_jacobian",
        "analysis.chapters.wide_layers.claims.gaussian_exponents",
        "analysis.chapters.wide_layers.claims.random_layers",
        "analysis.chapters.activations.claims.catalogue",
        "analysis.chapters.activations.claims.output_error",
        "analysis.chapters.activations.claims.rectifiers",
        "analysis.chapters.activations.claims.selu",
        "analysis.chapters.activations.claims.slope_above_one",
        "analysis.chapters.activations.claims.dead_units",
        "analysis.chapters.initialisation.claims.variance",
        "analysis.chapters.initialisation.claims.variance_layers",
        "analysis.chapters.outliers.claims.losses",
        "analysis.chapters.outliers.claims.outlier",
    ),
    "9-11": (
        "analysis.chapters.pretraining.claims.formulas",
        "analysis.chapters.pretraining.claims.stack",
        "analysis.chapters.clipping.claims.formulas",
        "analysis.chapters.clipping.claims.clipped_training",
        "analysis.chapters.clipping.claims.decay",
        "analysis.chapters.clipping.claims.weight_decay_training",
        "analysis.chapters.normalisation.claims.formulas",
        "analysis.chapters.normalisation.claims.rates",
        "analysis.chapters.normalisation.claims.depth",
        "analysis.chapters.normalisation.claims.training",
    ),
    "12-14": (
        "analysis.chapters.residual.claims.formulas",
        "analysis.chapters.residual.claims.depth",
        "analysis.chapters.residual.claims.training",
        "analysis.chapters.residual.claims.gradient_angles",
        "analysis.chapters.residual.claims.shattered_gradients",
        "analysis.chapters.gates.claims.formulas",
        "analysis.chapters.gates.claims.cell_at_rest",
        "analysis.chapters.gates.claims.memory_horizon",
        "analysis.chapters.gates.claims.adding_problem",
        "analysis.chapters.your_own_network.claims.defaults",
        "analysis.chapters.your_own_network.claims.thirty_layers",
    ),
}
"""Every module with claims, by the chapters that show them, in the order of the book."""
MODULES = tuple(name for names in CHAPTERS.values() for name in names)


def collect(evidence: Iterable[Claim]) -> dict[str, Claim]:
    """The evidence by label, in order; raises ValueError where a label occurs twice."""
    table: dict[str, Claim] = {}
    for item in evidence:
        if item.label in table:
            raise ValueError(f"label {item.label!r} is used twice; every claim needs a label of its own")
        table[item.label] = item
    return table


class Claims(Mapping[str, Claim]):
    """All claims by label, in the order of the book.
    Looking one up imports the modules it may be in, going through all imports all.

    A chapter needs a few of them, and importing every one takes seconds. A label that stands in a module's
    text is looked for there first;
    where it is put together there (``f"{name}-slope-bound"``), in the others in order.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = tuple(modules)
        self._all: dict[str, Claim] | None = None

    def __getitem__(self, label: str) -> Claim:
        if self._all is None and isinstance(label, str):
            for name in sorted(self._modules, key=lambda name: f'"{label}"' not in _text(name)):
                for item in _claims(name):
                    if item.label == label:
                        return item
        return self._table()[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table())

    def __len__(self) -> int:
        return len(self._table())

    def _table(self) -> dict[str, Claim]:
        if self._all is None:
            self._all = collect(item for name in self._modules for item in _claims(name))
        return self._all


def _claims(name: str) -> Sequence[Claim]:
    found: Sequence[Claim] = import_module(name).CLAIMS
    return found


def _text(name: str) -> str:
    spec = find_spec(name)
    return Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""


CLAIMS: Mapping[str, Claim] = Claims(MODULES)


@dataclass(frozen=True)
class Row:
    """One line of the ledger; ``seconds`` is the time both settlements took."""

    settled: Settled
    seconds: float

    @property
    def sound(self) -> bool:
        """Settled, and the sibling refuted with a counter-example."""
        return self.settled.sound

    def as_dict(self) -> dict[str, object]:
        """The line as strings and numbers, for JSON."""
        evidence, outcome, sibling = self.settled.evidence, self.settled.outcome, self.settled.sibling
        return {
            "label": evidence.label,
            "kind": evidence.kind,
            "sentence": evidence.sentence,
            "statement": plain_text(evidence.statement),
            "status": outcome.status,
            "how": summary(outcome),
            "scope": evidence.where,
            "near_miss": plain_text(evidence.near_miss),
            "near_miss_refuted": isinstance(sibling, Refuted),
            "counterexample": sibling.witness if isinstance(sibling, Refuted) else "",
            "sound": self.sound,
            "seconds": round(self.seconds, 3),
        }


def select(pattern: str = "", table: Mapping[str, Claim] | None = None) -> list[Claim]:
    """The evidence whose label contains ``pattern``; raises ValueError where none does."""
    table = CLAIMS if table is None else table
    found = [item for label, item in table.items() if pattern in label]
    if not found:
        raise ValueError(f"pattern {pattern!r} matches no label; `python -m analysis` lists them all")
    return found


def of_chapters(which: str) -> list[Claim]:
    """The evidence of chapters ``"1-4"``, ``"5-8"``, ``"9-11"`` or ``"12-14"``, in order;
    raises ValueError for anything else."""
    if which not in CHAPTERS:
        raise ValueError(f"which must be one of {', '.join(CHAPTERS)}, not {which!r}")
    return list(Claims(CHAPTERS[which]).values())


def settle_all(evidence: Sequence[Claim]) -> Iterator[Row]:
    """Settle one after the other, yielding each line as it is ready."""
    for item in evidence:
        start = time.perf_counter()
        settled = settle(item)
        yield Row(settled, time.perf_counter() - start)
