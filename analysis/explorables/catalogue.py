"""The explorables of the book by name; each is imported and made, and its data computed, when it is called for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from analysis.explorables.explorable import Explorable


def _made_by(module: str, function: str) -> Callable[[], Explorable]:
    def make() -> Explorable:
        made: Explorable = getattr(import_module(f"analysis.explorables.{module}"), function)()
        return made

    return make


EXPLORABLES: dict[str, Callable[[], Explorable]] = {
    "factor": _made_by("factor", "factor"),
    "gradient-chain": _made_by("gradient_chain", "gradient_chain"),
    "explosion": _made_by("explosion", "explosion"),
    "log-product": _made_by("log_product", "log_product"),
    "learning-speeds": _made_by("learning_speeds", "learning_speeds"),
    "spectrum": _made_by("spectrum", "spectrum"),
    "activations": _made_by("activations", "activations"),
    "outlier": _made_by("outlier", "outlier"),
    "initialisation": _made_by("initialisation", "initialisation"),
    "cliff": _made_by("cliff", "cliff"),
    "normalisation": _made_by("normalisation", "normalisation_of_a_batch"),
    "residual": _made_by("residual", "residual"),
    "memory": _made_by("memory", "memory_of_a_cell"),
}
