"""What chapter normalisation claims."""
