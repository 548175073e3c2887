"""The forms of the settings, by subject."""
