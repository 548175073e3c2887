"""The entry point of web servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Before the settings are read: only what serves pages may be told to hurry.
os.environ["KONTOR_PROCESS"] = "web"
application = get_wsgi_application()
