"""Claims in a list: a line each, which folds out to what a box shows."""

from __future__ import annotations

import re

import pytest

from analysis.claims.ledger import CLAIMS
from analysis.claims.ledger_page import shown
from analysis.claims.listed import listed

LABELS = ("sigmoid-quarter-bound", "sigmoid-slope-by-value")


def test_a_list_shows_each_claim_as_a_line_that_folds_out() -> None:
    page = listed(*LABELS)._repr_mimebundle_()["text/html"]
    assert re.findall(r'data-claim="([^"]+)"', page) == list(LABELS)
    for label in LABELS:
        sentence = CLAIMS[label].sentence
        assert sentence.split()[0] in page
    before_the_fold = re.sub(r"<details.*?</details></div>", "", page, flags=re.DOTALL)
    assert "claim-statement" in page and "claim-statement" not in before_the_fold
    assert page.count("<details") == page.count("</details>")


def test_in_text_and_markdown_each_has_its_status() -> None:
    bundle = listed(*LABELS)._repr_mimebundle_()
    assert (
        len(re.findall(r"^- \*\*Claim\*\* `[\w-]+` \(proved|argued\)\. ", bundle["text/markdown"], re.M)) == 2
    )
    assert all(f"{label} [" in bundle["text/plain"] for label in LABELS)


def test_a_label_that_no_claim_has_is_named() -> None:
    with pytest.raises(ValueError, match="no claim is called 'no-such'"):
        listed("sigmoid-quarter-bound", "no-such")
    with pytest.raises(ValueError, match="at least one"):
        listed()


def test_the_ledger_finds_the_claims_of_a_list() -> None:
    assert shown('listed("one-a", \'two\')\nCLAIMS["three"].prove()') == ["one-a", "two", "three"]
    assert shown("listed(\n    'one',\n    'two',\n)") == ["one", "two"]
    assert shown('unlisted("one")') == []
