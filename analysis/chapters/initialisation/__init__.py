"""Chapter 7: the scale of the initial weights."""
