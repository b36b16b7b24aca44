"""What chapter residual claims."""
