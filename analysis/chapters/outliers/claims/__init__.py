"""What chapter outliers claims."""
