"""Loops over many chains, printed from the SymPy definitions and compiled by Numba.
``analysis.numeric.many_chains`` calls them.

Importing this package is cheap; importing ``kernels`` imports Numba.
"""


def identifier(name: str) -> str:
    """An activation's name in the names of its loops."""
    return name.replace(" ", "_")
