"""Every claim of the book, by label. Modules are named here one by one; nothing registers itself."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.experiments import balance as balance_experiment
from analysis.experiments import gaussian_factor, learning_speeds_claims, log_product_claims, oracles_claims
from analysis.numeric import fragility, intervals
from analysis.numeric import identity_neuron as best_identity
from analysis.numeric import window as widest_window
from analysis.symbolic import (
    balance,
    budget,
    catalogue_claims,
    chain_claims,
    explosion,
    identity_neuron,
    quarter_bound,
    window,
)
from analysis.symbolic.claim import Evidence, Refuted, Settled, settle
from analysis.symbolic.render import plain_text, summary

_MODULES = (
    chain_claims,
    oracles_claims,
    quarter_bound,
    intervals,
    gaussian_factor,
    log_product_claims,
    explosion,
    fragility,
    window,
    widest_window,
    budget,
    balance,
    balance_experiment,
    identity_neuron,
    best_identity,
    learning_speeds_claims,
    catalogue_claims,
)


def collect(evidence: Iterable[Evidence]) -> dict[str, Evidence]:
    """The evidence by label, in order; raises ValueError where a label occurs twice."""
    table: dict[str, Evidence] = {}
    for item in evidence:
        if item.label in table:
            raise ValueError(f"label {item.label!r} is used twice; every claim needs a label of its own")
        table[item.label] = item
    return table


CLAIMS: dict[str, Evidence] = collect(item for module in _MODULES for item in module.CLAIMS)


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
            "scope": evidence.scope,
            "near_miss": plain_text(evidence.false_sibling),
            "near_miss_refuted": isinstance(sibling, Refuted),
            "counterexample": sibling.witness if isinstance(sibling, Refuted) else "",
            "sound": self.sound,
            "seconds": round(self.seconds, 3),
        }


def select(pattern: str = "", table: dict[str, Evidence] | None = None) -> list[Evidence]:
    """The evidence whose label contains ``pattern``; raises ValueError where none does."""
    table = CLAIMS if table is None else table
    found = [item for label, item in table.items() if pattern in label]
    if not found:
        raise ValueError(f"pattern {pattern!r} matches no label; `python -m analysis` lists them all")
    return found


def settle_all(evidence: Sequence[Evidence]) -> Iterator[Row]:
    """Settle one after the other, yielding each line as it is ready."""
    for item in evidence:
        start = time.perf_counter()
        settled = settle(item)
        yield Row(settled, time.perf_counter() - start)
