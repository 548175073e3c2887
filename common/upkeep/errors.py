class UpkeepError(Exception):
    """An administrator's command cannot go on; the text says why and what to do."""
