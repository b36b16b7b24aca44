"""Chapter 8: losses, and one outlier in the data."""
