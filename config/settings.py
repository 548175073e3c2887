"""All settings, read from the environment once; the table in docs/operations.md documents each.

Unset, they describe the embedded default: SQLite and the filesystem broker under `var/`.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import safety, secret_key

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("KONTOR_DATA", default=str(BASE_DIR / "var"))).resolve()

PRODUCTION = env("KONTOR_ENV", default="local") == "production"
DEBUG = env.bool("KONTOR_DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
SECRET_KEY = env("SECRET_KEY", default="")
SITE_URL = env("KONTOR_SITE_URL", default="" if PRODUCTION else "http://127.0.0.1:8000").rstrip("/")
CLOCK_OFFSET_SECONDS = env.int("KONTOR_CLOCK_OFFSET", default=0)
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'kontor.sqlite3'}")}
if PRODUCTION and (
    found := safety.faults(
        debug=DEBUG, hosts=ALLOWED_HOSTS, key=SECRET_KEY, site_url=SITE_URL, clock_offset=CLOCK_OFFSET_SECONDS,
        database=DATABASES["default"],
    )
):  # fmt: skip
    raise ImproperlyConfigured("\n".join(["Kontor CRM does not start in production like this:", *found]))
SECRET_KEY = SECRET_KEY or secret_key.load_or_create(DATA_DIR / "secret_key")
LOADS_DEMO = env.bool("KONTOR_DEMO", default=not PRODUCTION)
GUARDS_SQL = DEBUG
# The page that every other one is compared with (`make bench`) is served only where this is on.
BENCH = env.bool("KONTOR_BENCH", default=False)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "common.kinds",
    "common.places",
    "common.money",
    "common.organisation",
    "common.people",
    "common.spine",
    "common.policy",
    "common.help",
    "common.jobs",
    "common.events",
    "common.changes",
    "common.numbering",
    "common.tags",
    "common.files",
    "common.delivery",
    "common.customfields",
    "common.records",
    "common.views",
    "common.setup",
    "common.upkeep",
    "common.search",
    "common.notifications",
    "common.duplicates",
    "common.importing",
    "common.demo",
    "common.home",
    "catalogue",
    "crm",
    "deals",
    "requests_app",
    "analytics",
    "bench",
]
MIDDLEWARE = [
    "common.upkeep.middleware.HealthMiddleware",
    "config.proxies.ProxyMiddleware",
    "common.jobs.middleware.TraceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.compressing.CompressMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "common.people.middleware.PersonMiddleware",
    "common.home.middleware.KeepingMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "common.policy.middleware.RuleMiddleware",
    "common.changes.middleware.DomainErrorMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "common.home.context.chrome",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 10,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # Without it PostgreSQL plans for spinning disks, where a row read through an index costs four times the next one.
    wanted = ["random_page_cost=1.1"]
    if env("KONTOR_PROCESS", default="") == "web":
        # A page that asks too much gives up; workers and commands take the time they need.
        seconds = env.int("KONTOR_PAGE_TIMEOUT", default=15)
        wanted.append(f"statement_timeout={seconds}s")
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = " ".join([options.get("options", ""), *(f"-c {name}" for name in wanted)]).strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["common.policy.backends.PrincipalBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "common.people.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "common.people.forms.SignInForm",
    "reset_password": "common.setup.forms.people.ForgotPasswordForm",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_ADAPTER = "common.people.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# Addresses are typed by administrators, not verified by a mail; a code may be one step late.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
# Limits of sign-in attempts are counted here, for all processes together.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "people_attempts"}}

LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LANGUAGE_CODE = env("KONTOR_LANGUAGE", default="en")
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static", BASE_DIR / "build" / "static", ("help", BASE_DIR / "docs" / "pictures"),
]  # fmt: skip
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"

EMAIL_BACKEND = "common.delivery.backend.OutboxBackend"
SMTP_URL = env("KONTOR_SMTP_URL", default="")
DEFAULT_FROM_EMAIL = env("KONTOR_MAIL_FROM", default="crm@localhost")

SESSION_ENGINE = "common.people.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    # Browsers accept this prefix only from HTTPS, for this very host and for all of its paths.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_SSL_REDIRECT = env.bool("KONTOR_SSL_REDIRECT", default=PRODUCTION)
SECURE_SSL_HOST = urlsplit(SITE_URL).netloc if PRODUCTION else None
# Whether other hosts below this one speak HTTPS, and whether browsers shall be shipped with it, is not ours to say; and
# SQLite leaves out the columns that PostgreSQL carries in an index, which harms nothing.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "models.W040"]
PROXIES = env.int("KONTOR_PROXIES", default=0)
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
# A bulk action names up to 1000 rows, and its form has a few fields more.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

CELERY_BROKER_URL = env("BROKER_URL", default="filesystem://localhost/")
if CELERY_BROKER_URL.startswith("filesystem:"):
    BROKER_DIR = DATA_DIR / "broker"
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    # The broker is a nudge: a page never waits for it longer than half a second, and never tries twice.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 0.5, "socket_timeout": 5, "max_retries": 0}
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_TIMEZONE = TIME_ZONE

QUIET = "INFO" if PRODUCTION else "WARNING"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "common.jobs.tracing.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json" if PRODUCTION else "line"}},
    "root": {"handlers": ["console"], "level": env("KONTOR_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "kontor.request": {"level": QUIET},
        "kontor.jobs": {"level": QUIET},
        "celery.beat": {"level": "WARNING"},
        "celery.worker": {"level": "WARNING"},
    },
}
