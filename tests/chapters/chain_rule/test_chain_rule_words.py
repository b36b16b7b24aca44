"""What chapter 1 says in words and prints, each against a value computed here or typed from a source."""

from __future__ import annotations

from notebook_text import words


def test_the_random_chain_is_drawn_in_full() -> None:
    text = words("01_chain_rule")
    assert "falls off the picture" not in text and "The random chain falls to minus 22" in text
