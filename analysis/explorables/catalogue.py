"""The explorables of the book by name; each is made, and its data computed, when it is called for."""

from __future__ import annotations

from collections.abc import Callable

from analysis.explorables.activations import activations
from analysis.explorables.cliff import cliff
from analysis.explorables.explorable import Explorable
from analysis.explorables.explosion import explosion
from analysis.explorables.factor import factor
from analysis.explorables.gradient_chain import gradient_chain
from analysis.explorables.initialisation import initialisation
from analysis.explorables.learning_speeds import learning_speeds
from analysis.explorables.log_product import log_product
from analysis.explorables.memory import memory_of_a_cell
from analysis.explorables.normalisation import normalisation_of_a_batch
from analysis.explorables.outlier import outlier
from analysis.explorables.residual import residual
from analysis.explorables.spectrum import spectrum

EXPLORABLES: dict[str, Callable[[], Explorable]] = {
    "factor": factor,
    "gradient-chain": gradient_chain,
    "explosion": explosion,
    "log-product": log_product,
    "learning-speeds": learning_speeds,
    "spectrum": spectrum,
    "activations": activations,
    "outlier": outlier,
    "initialisation": initialisation,
    "cliff": cliff,
    "normalisation": normalisation_of_a_batch,
    "residual": residual,
    "memory": memory_of_a_cell,
}
