"""What chapter chain_rule claims."""
