"""Chapter 12: residual connections."""
