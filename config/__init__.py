"""Wires the parts together; imported by nobody but the processes that start."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
