"""The topics of the book, in the order of its chapters."""

TOPICS = (
    "chain_rule",
    "quarter_bound",
    "explosion",
    "learning_speeds",
    "wide_layers",
    "activations",
    "initialisation",
    "outliers",
    "pretraining",
    "clipping",
    "normalisation",
    "residual",
    "gates",
    "your_own_network",
)
"""The topic of chapter n is ``TOPICS[n - 1]``;
notebook, folder and tests carry the same word. A slider has a name for what it shows
(``analysis/explorables/catalogue.py``)."""
