"""Chapter 3: the chain that explodes, how narrow its window is, and where balance is."""
