"""What chapter pretraining claims."""
