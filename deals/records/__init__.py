"""The record types of deals, what they add to other pages, and their settings."""

from deals.records import deal, importing, parties, parts, settings, today

__all__ = ["deal", "importing", "parties", "parts", "settings", "today"]
