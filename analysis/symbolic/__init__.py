"""Exact mathematics: definitions, derivations and the claims about them. Imports SymPy only."""
