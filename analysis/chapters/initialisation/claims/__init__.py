"""What chapter initialisation claims."""
