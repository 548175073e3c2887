"""The Celery application: a nudge for the worker, never the place where work is kept.

Work is rows in the database. A task carries ids only, and `jobs.sweep` finds what a lost nudge left behind.
"""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# In a container everything runs as root; the tasks carry JSON only, so the warning has no ground.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("kontor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "jobs.sweep": {"task": "jobs.sweep", "schedule": 20.0, "options": {"expires": 20}},
}
