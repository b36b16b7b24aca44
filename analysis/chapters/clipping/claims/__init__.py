"""What chapter clipping claims."""
