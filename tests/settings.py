"""The product's settings, with what only tests need: throw-away data, quick passwords, plain static files."""

import atexit
import os
import shutil
import tempfile

DATA = tempfile.mkdtemp(prefix="kontor-test-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
os.environ["KONTOR_DATA"] = DATA
os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only-that-guards-nothing-at-all-0123456789")
os.environ.setdefault("BROKER_URL", "memory://")
os.environ.setdefault("KONTOR_LOG_LEVEL", "WARNING")

from config.settings import *  # noqa: E402, F403
from config.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
GUARDS_SQL = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: the live server's threads and other processes open it too.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
