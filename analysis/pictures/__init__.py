"""What the pictures of the book look like, and what each of them shows, as text that is compared."""
