"""One experiment over a grid, many times at each point, on any executor."""
