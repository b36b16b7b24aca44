"""Chapter 2: the slope of the sigmoid is at most 1/4, and what that does to a product of factors."""
