"""The verdicts on the popular accounts, and the map of the remedies."""
