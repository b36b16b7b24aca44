"""Unstable gradients, exactly: one SymPy definition feeds the formula, the number, the picture and the test."""

import warnings

__version__ = "0.1.0"

# Where /dev/shm cannot be written, joblib, which scikit-learn imports, says so on stderr. Nothing here runs on its processes.
warnings.filterwarnings("ignore", message=".*joblib will operate in serial mode")
