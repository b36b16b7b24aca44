"""The explorables of the book by name;
each is imported and made, and its data computed, when it is called for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from analysis.explorables.explorable import Explorable


def _made_by(module: str, function: str) -> Callable[[], Explorable]:
    def make() -> Explorable:
        made: Explorable = getattr(import_module(f"analysis.chapters.{module}"), function)()
        return made

    return make


EXPLORABLES: dict[str, Callable[[], Explorable]] = {
    "factor": _made_by("explosion.explorable_window", "factor"),
    "gradient-chain": _made_by("chain_rule.explorable", "gradient_chain"),
    "explosion": _made_by("explosion.explorable_shift", "explosion"),
    "log-product": _made_by("quarter_bound.explorable", "log_product"),
    "learning-speeds": _made_by("learning_speeds.explorable", "learning_speeds"),
    "spectrum": _made_by("wide_layers.explorable", "spectrum"),
    "activations": _made_by("activations.explorable", "activations"),
    "outlier": _made_by("outliers.explorable", "outlier"),
    "initialisation": _made_by("initialisation.explorable", "initialisation"),
    "cliff": _made_by("clipping.explorable", "cliff"),
    "normalisation": _made_by("normalisation.explorable", "normalisation_of_a_batch"),
    "residual": _made_by("residual.explorable", "residual"),
    "memory": _made_by("gates.explorable", "memory_of_a_cell"),
    "your-own-network": _made_by("your_own_network.explorable", "your_own_network"),
}
