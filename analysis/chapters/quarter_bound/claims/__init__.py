"""What chapter quarter_bound claims."""
