"""Pages of saved views, and what a list tells about how it is arranged."""
