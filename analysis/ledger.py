"""Every claim of the book, by label. Modules are named here one by one; nothing registers itself."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.experiments import (
    adding_problem_claims,
    batch_norm_depth_claims,
    batch_norm_training_claims,
    clipped_training_claims,
    dead_units,
    gaussian_factor,
    learning_speeds_claims,
    log_product_claims,
    memory_horizon_claims,
    oracles_claims,
    outlier_claims,
    pretraining_claims,
    residual_depth_claims,
    residual_training_claims,
    shattered_claims,
    slope_above_one,
    variance_claims,
    weight_decay_claims,
)
from analysis.experiments import balance as balance_experiment
from analysis.experiments import wide_layers_claims as exponent_predictions
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
    lyapunov,
    outliers,
    output_error,
    quarter_bound,
    rectifiers,
    selu,
    variance,
    window,
)
from analysis.symbolic import wide_layers_claims as wide_layers
from analysis.symbolic.claim import Evidence, Refuted, Settled, settle
from analysis.symbolic.remedies import (
    clipped,
    decay,
    gated_claims,
    gated_rest,
    normalised_claims,
    normalised_rates,
    residual_claims,
    shattered,
)
from analysis.symbolic.remedies import pretraining_claims as machine_claims
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
    wide_layers,
    lyapunov,
    exponent_predictions,
    outliers,
    outlier_claims,
    output_error,
    rectifiers,
    selu,
    slope_above_one,
    dead_units,
    variance,
    variance_claims,
    clipped,
    clipped_training_claims,
    decay,
    weight_decay_claims,
    machine_claims,
    pretraining_claims,
    normalised_claims,
    normalised_rates,
    batch_norm_depth_claims,
    batch_norm_training_claims,
    residual_claims,
    residual_depth_claims,
    residual_training_claims,
    shattered,
    shattered_claims,
    gated_claims,
    gated_rest,
    memory_horizon_claims,
    adding_problem_claims,
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
