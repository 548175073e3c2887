"""The record types of deals, what they add to other pages, and their settings."""

from deals.records import deal, parties, parts, settings, today

__all__ = ["deal", "parties", "parts", "settings", "today"]
