"""A statement, its check, how it shows itself, and the ledger of all."""
