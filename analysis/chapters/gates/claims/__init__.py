"""What chapter gates claims."""
