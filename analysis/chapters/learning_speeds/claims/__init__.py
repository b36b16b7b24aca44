"""What chapter learning_speeds claims."""
