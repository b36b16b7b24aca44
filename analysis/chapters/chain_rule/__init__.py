"""Chapter 1: the gradient of a chain of one-neuron layers, as a product."""
