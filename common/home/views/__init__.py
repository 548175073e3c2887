"""Today, a person's own account, and the health of the process."""
