"""What chapter activations claims."""
