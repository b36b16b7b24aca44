"""Exact mathematics: definitions and derivations, with SymPy only. What is claimed of them is in the chapters."""
