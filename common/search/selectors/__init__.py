"""Rows for the palette and the search page: hits of typed words, what was opened last, people."""
