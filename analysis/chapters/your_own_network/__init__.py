"""Chapter 14, your own network: measure, read, change."""
