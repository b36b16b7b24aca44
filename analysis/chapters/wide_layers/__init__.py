"""Chapter 5: layers of any width, products of matrices and their exponents."""
