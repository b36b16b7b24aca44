"""Decisions: each settles statements of one class from all that they say, on the sets of their letters."""
