"""Today, and a person's own account."""
