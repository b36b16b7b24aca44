"""Loops over many chains, printed from the SymPy definitions and compiled by Numba.
``analysis.numeric.many_chains`` calls them. Importing this package is cheap: the loops import Numba."""
