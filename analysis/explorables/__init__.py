"""Pictures with sliders that recompute in the page, their formulas printed from the library as JavaScript."""
