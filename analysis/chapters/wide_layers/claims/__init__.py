"""What chapter wide_layers claims."""
