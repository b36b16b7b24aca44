"""The explorables of the book by name; each is made, and its data computed, when it is called for."""

from __future__ import annotations

from collections.abc import Callable

from analysis.explorables.explorable import Explorable
from analysis.explorables.explosion import explosion
from analysis.explorables.factor import factor
from analysis.explorables.gradient_chain import gradient_chain
from analysis.explorables.learning_speeds import learning_speeds
from analysis.explorables.log_product import log_product

EXPLORABLES: dict[str, Callable[[], Explorable]] = {
    "factor": factor,
    "gradient-chain": gradient_chain,
    "explosion": explosion,
    "log-product": log_product,
    "learning-speeds": learning_speeds,
}
