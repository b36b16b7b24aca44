"""Chapter 11: batch normalisation."""
