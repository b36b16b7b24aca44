"""Floating point and ball arithmetic on the symbolic definitions."""
