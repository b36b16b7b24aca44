"""Decisions: each settles one class of statements, true for all values of their letters, from all they
say."""
