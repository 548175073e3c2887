"""The Celery application: a nudge for the worker, never the place where work is kept.

Work is rows in the database. A task carries ids only, and `jobs.sweep` finds what a lost nudge left behind.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("kontor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "jobs.sweep": {"task": "jobs.sweep", "schedule": 20.0, "options": {"expires": 20}},
}
