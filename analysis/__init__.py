"""Unstable gradients, exactly: one SymPy definition feeds the formula, the number, the picture and the test.

The names below are for work of your own.
Each is loaded when it is asked for, so ``import analysis`` costs next to nothing:

>>> import analysis
>>> analysis.SIGMOID.slope_bound
1/4
>>> analysis.TANH.derivative
1 - tanh(z)**2
>>> analysis.RELU.kinks
(0,)
>>> "elu" in analysis.ACTIVATIONS
True
>>> analysis.CLAIMS["sigmoid-quarter-bound"].prove().sound
True

Theory, in SymPy
    ``SIGMOID``, ``TANH``, ``RELU``; ``ACTIVATIONS``, all of them by name; ``Activation``, to make one;
    ``Layer``, ``plain`` and ``residual``, the layers of a chain.
Numbers, in NumPy
    ``chain_gradients`` with bounds on the errors, ``many_chain_gradients`` fast;
    ``Network``, ``initialiser``, ``network_gradients``; ``layer_matrices`` and ``spectrum``;
    ``fixed_point``, ``chi`` and ``critical_scale`` of a wide layer.
Your own network
    ``diagnose``: which layer, why, and what to change.
Runs, claims, exercises
    ``run_sweep`` and ``Experiment``; ``CLAIMS``, all of them by label, and ``Claim``, to make one;
    ``Exercise``, ``judge``, ``check`` and ``hint``.

A folder named ``analysis`` of your own hides this package where Python starts in it;
``import unstable_gradients`` offers the same names and is not hidden.
"""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.claims.claim import Claim
    from analysis.claims.ledger import CLAIMS
    from analysis.diagnosis import diagnose
    from analysis.exercises import check, hint
    from analysis.exercises.exercise import Exercise
    from analysis.exercises.marking import judge
    from analysis.numeric.chain import gradient as chain_gradients
    from analysis.numeric.initialise import initialiser
    from analysis.numeric.jacobian import layer_matrices, spectrum
    from analysis.numeric.many_chains import log_gradients as many_chain_gradients
    from analysis.numeric.mean_field import chi, fixed_point
    from analysis.numeric.mean_field import critical as critical_scale
    from analysis.numeric.network import Network
    from analysis.numeric.network import gradients as network_gradients
    from analysis.sweep.experiment import Experiment
    from analysis.sweep.sweep import sweep as run_sweep
    from analysis.symbolic.activation import Activation
    from analysis.symbolic.catalogue import ACTIVATIONS, RELU, SIGMOID, TANH
    from analysis.symbolic.layer import Layer, plain
    from analysis.symbolic.residual import residual

__version__ = "0.1.0"
__all__ = [
    "ACTIVATIONS",
    "CLAIMS",
    "RELU",
    "SIGMOID",
    "TANH",
    "Activation",
    "Claim",
    "Exercise",
    "Experiment",
    "Layer",
    "Network",
    "chain_gradients",
    "check",
    "chi",
    "critical_scale",
    "diagnose",
    "fixed_point",
    "hint",
    "initialiser",
    "judge",
    "layer_matrices",
    "many_chain_gradients",
    "network_gradients",
    "plain",
    "residual",
    "run_sweep",
    "spectrum",
]

_PLACES = {
    "ACTIVATIONS": "symbolic.catalogue",
    "CLAIMS": "claims.ledger",
    "RELU": "symbolic.catalogue",
    "SIGMOID": "symbolic.catalogue",
    "TANH": "symbolic.catalogue",
    "Activation": "symbolic.activation",
    "Claim": "claims.claim",
    "Exercise": "exercises.exercise",
    "Experiment": "sweep.experiment",
    "Layer": "symbolic.layer",
    "Network": "numeric.network",
    "chain_gradients": "numeric.chain:gradient",
    "check": "exercises",
    "chi": "numeric.mean_field",
    "critical_scale": "numeric.mean_field:critical",
    "diagnose": "diagnosis",
    "fixed_point": "numeric.mean_field",
    "hint": "exercises",
    "initialiser": "numeric.initialise",
    "judge": "exercises.marking",
    "layer_matrices": "numeric.jacobian",
    "many_chain_gradients": "numeric.many_chains:log_gradients",
    "network_gradients": "numeric.network:gradients",
    "plain": "symbolic.layer",
    "residual": "symbolic.residual",
    "run_sweep": "sweep.sweep:sweep",
    "spectrum": "numeric.jacobian",
}
"""The module of each name and, behind a colon, what the name is called there where it is called otherwise."""

# Where /dev/shm cannot be written, joblib, which scikit-learn imports, says so on stderr. Nothing here runs
# on its processes.
warnings.filterwarnings("ignore", message=".*joblib will operate in serial mode")


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(
            f"module {__name__!r} of unstable-gradients has no attribute {name!r}; it offers "
            f"{', '.join(__all__)}"
        )
    module, _, known_as = _PLACES[name].partition(":")
    found: object = getattr(import_module(f"analysis.{module}"), known_as or name)
    globals()[name] = found  # so that the next look-up does not come here
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
