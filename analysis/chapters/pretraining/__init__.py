"""Chapter 9: layer-wise pretraining."""
