"""What chapter your_own_network claims."""
