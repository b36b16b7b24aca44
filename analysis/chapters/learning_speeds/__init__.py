"""Chapter 4: how fast each layer of a network of digits learns, after Nielsen."""
