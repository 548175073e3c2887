"""The pages of imports: the list, the steps, what came of it."""
