"""Chapter 6: what each activation does to the gradient."""
