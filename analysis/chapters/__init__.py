"""The chapters of the book, one folder each:
theory that only they use, experiments, claims, figures, slider, exercises, records."""
