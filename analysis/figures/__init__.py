"""Result in, Axes out. Nothing here computes and nothing here saves."""
