"""Unstable gradients, exactly: one SymPy definition feeds the formula, the number, the picture and the test."""

__version__ = "0.1.0"
