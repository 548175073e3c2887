"""The pages every record type has, one module a page."""
