"""Exact mathematics: definitions and derivations, with SymPy only; chapters hold what is claimed of them."""
