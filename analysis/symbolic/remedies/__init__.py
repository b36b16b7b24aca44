"""What helps against unstable gradients: each remedy as formulas, with its claims."""
