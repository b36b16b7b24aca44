"""Chapter 10: clipping the gradient and letting the weights decay."""
