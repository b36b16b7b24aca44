"""What does a shortcut do to the log-gain per layer? Chains and wide networks up to a thousand layers deep, plain and residual."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.experiments.checks import positive, whole
from analysis.experiments.threads import one_thread
from analysis.numeric.compiled import compiled
from analysis.numeric.residual import chain_gains, passes
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import given_activation
