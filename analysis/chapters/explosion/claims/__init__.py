"""What chapter explosion claims."""
