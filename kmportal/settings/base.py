"""What every way of running the portal shares. Reads no unsafe fallback; local, test and production add theirs."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from kmportal.environment import (
    database_from_url,
    email_from_url,
    env_bool,
    env_colour,
    env_int,
    env_link_template,
    env_list,
    env_path,
    env_rates,
    env_required,
    env_str,
    redis_url,
)

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = env_path("PORTAL_DATA_DIR", default=BASE_DIR / ".data")

INSTALLED_APPS = [
    "design",
    "mail",
    "jobs",
    "accounts",
    "taxonomy",
    "catalogue",
    "evidence",
    "knowledge",
    "learning_zone",
    "events",
    "digests",
    "enquiries",
    "lists",
    "pages",
    "kmportal.apps.PortalConfig",
    "kmportal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "template_partials",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "kmportal.middleware.ResponseHeadersMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.UnprocessableFormsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "kmportal.urls"
WSGI_APPLICATION = "kmportal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "design.context_processors.brand",
                "kmportal.context_processors.navigation",
            ],
        },
    },
]

DATABASES = {
    "default": {
        **database_from_url(env_required("DATABASE_URL", purpose="the PostgreSQL database")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# PostgreSQL keeps the cache too: only rate limits use it, and a broker that is down must not switch them off.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"},
    # What may be some seconds old, in the memory of each process.
    "seconds": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 1_000}},
}

# --- People ---
AUTH_USER_MODEL = "accounts.User"
# The address is unique whatever its case, by a constraint on Lower("email") that this check does not look for.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignUpDetailsForm"
ACCOUNT_FORMS = {
    "signup": "accounts.allauth_forms.SignupForm",
    "login": "accounts.allauth_forms.LoginForm",
    "request_login_code": "accounts.allauth_forms.RequestLoginCodeForm",
    "confirm_login_code": "accounts.allauth_forms.ConfirmLoginCodeForm",
    "add_email": "accounts.allauth_forms.AddEmailForm",
    "change_password": "accounts.allauth_forms.ChangePasswordForm",
    "set_password": "accounts.allauth_forms.SetPasswordForm",
    "reset_password": "accounts.allauth_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.allauth_forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.allauth_forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# Hospitals' mail servers take their time: a code lives for a quarter of an hour, and dies with five wrong attempts.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
# One address for each person; a new one takes the old one's place once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
# Only in the browser in which the person signed up.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
# How often a person, or all who are not signed in on one network, may do what allauth does not limit itself: pairs of a
# number and of seconds. A whole hospital may come from one network address.
RATE_LIMITS = {
    "delete_account": [(5, 60), (20, 3_600)],
    "get_in_touch": [(30, 60), (200, 3_600)],
    "follow_by_mail": [(20, 60), (120, 3_600)],
    "book_as_guest": [(30, 60), (300, 3_600)],
    "speak_up": [(20, 60), (150, 3_600)],
}
# How many proxies stand before the portal, whose word on the reader's network address counts.
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("PORTAL_PROXIES", default=0, maximum=5)
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = False

# --- Words, places and times ---
LANGUAGE_CODE = "en-gb"
USE_I18N = True
TIME_ZONE = "Europe/London"
USE_TZ = True

# --- Files ---
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
ATTACHMENT_MAX_BYTES = 10 * 1024 * 1024
IMPORT_MAX_BYTES = 50 * 1024 * 1024

# From which hosts recordings may play on their page: whole origins, as in https://player.vimeo.com. None by default.
EMBED_HOSTS = env_list("PORTAL_EMBED_HOSTS")

# --- Security headers: the set of docs/architecture.md, everything from 'self' ---
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": EMBED_HOSTS or [NONE],
        "media-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kmportal.views.csrf_failure"

# --- Mail: every message is a row of the outbox; where EMAIL_URL is unset it stays there, to be read in the mailbox ---
EMAIL_BACKEND = "mail.backend.OutboxEmailBackend"
EMAIL_URL = env_str("EMAIL_URL")
SMTP = email_from_url(EMAIL_URL) if EMAIL_URL else None
DEFAULT_FROM_EMAIL = env_str("PORTAL_FROM_EMAIL", default="Knowledge portal <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# How many messages a minute may leave for one domain, as in "nhs.net=600,trust.example=120". None by default.
MAIL_RATES = env_rates("PORTAL_MAIL_RATES")
# How soon an enquiry is usually answered, in words.
ENQUIRY_ANSWER_TIME = env_str("PORTAL_ANSWER_TIME", default="3 working days")
LIBRARY_TEAM_EMAIL = env_str("PORTAL_LIBRARY_EMAIL", default="library@localhost")

# --- Celery: hints only ---
CELERY_BROKER_URL = redis_url(env_required("REDIS_URL", purpose="the Valkey or Redis broker"))
CELERY_TASK_IGNORE_RESULT = True
# A task is a hint and its row the truth, found by the sweeps: so the broker may forget a task once a worker has it. Late
# acknowledgement would run a task twice that takes longer than the visibility timeout, and (kombu 5.7) a worker that
# loses the broker while it holds unacknowledged messages, prefetched ones too, ends.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A dead broker must cost a request nothing: one quick try, and the sweep finds the row later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 5, "visibility_timeout": 3600}
CELERY_BEAT_SCHEDULE = {
    "mail-send-waiting": {"task": "mail.send_waiting", "schedule": 20.0, "options": {"expires": 20}},
    "digests-tick": {"task": "digests.tick", "schedule": 300.0, "options": {"expires": 240}},
    "jobs-sweep": {"task": "jobs.sweep", "schedule": 60.0},
    "catalogue-refresh-search": {"task": "catalogue.refresh_search", "schedule": 24 * 60 * 60.0},
    "catalogue-forget-old-searches": {"task": "catalogue.forget_old_searches", "schedule": 24 * 60 * 60.0},
    "catalogue-fill-meanings": {
        "task": "catalogue.fill_meanings",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "mail-forget-old": {"task": "mail.forget_old", "schedule": 24 * 60 * 60.0},
    "knowledge-archive-past-cards": {"task": "knowledge.archive_past_cards", "schedule": 6 * 60 * 60.0},
    "events-send-reminders": {"task": "events.send_reminders", "schedule": 60.0},
    "events-daily": {"task": "events.daily", "schedule": 24 * 60 * 60.0},
    "events-write-letters": {"task": "events.write_letters", "schedule": 10.0, "options": {"expires": 9}},
    "events-sweep": {"task": "events.sweep", "schedule": 60.0},
    "enquiries-tidy": {"task": "enquiries.tidy", "schedule": 24 * 60 * 60.0},
    "accounts-forget-unconfirmed": {"task": "accounts.forget_unconfirmed", "schedule": 24 * 60 * 60.0},
}

# --- The portal's own choices ---
# The only connection to the outside that the portal would make by itself, so it is asked for and never assumed.
CHECK_LINKS = env_bool("PORTAL_CHECK_LINKS", default=False)
if CHECK_LINKS:
    CELERY_BEAT_SCHEDULE["learning-check-links"] = {"task": "learning_zone.check_links", "schedule": 60 * 60.0}
BRAND = {
    "service_name": env_str("PORTAL_SERVICE_NAME", default="Knowledge Portal"),
    "organisation": env_str("PORTAL_ORGANISATION", default="Evidence and know-how for healthcare"),
    "library_team": env_str("PORTAL_LIBRARY_TEAM", default="library and knowledge team"),
    "theme_colour": env_colour("PORTAL_BRAND_COLOUR", default="#1d4e5f"),
    "logo": env_str("PORTAL_LOGO"),
}
FULL_TEXT_LINKS = {
    "openathens": env_link_template("PORTAL_OPENATHENS_LINK"),
    "libkey": env_link_template("PORTAL_LIBKEY_LINK"),
    "resolver": env_link_template("PORTAL_RESOLVER_LINK"),
}
SEARCH_PAGE_SIZE = env_int("PORTAL_SEARCH_PAGE_SIZE", default=10, minimum=5, maximum=50)
# How old an evidence or topic page may be that visitors without a session see.
PAGES_KEPT_SECONDS = env_int("PORTAL_PAGES_KEPT_SECONDS", default=30, minimum=0, maximum=300)
# How old the numbers beside the filters of a search in a large catalogue may be.
SEARCH_NUMBERS_KEPT_SECONDS = env_int("PORTAL_SEARCH_NUMBERS_KEPT_SECONDS", default=30, minimum=0, maximum=300)
# Whether search also compares meanings, which takes about 150 MB of memory in each web worker.
SEARCH_BY_MEANING = env_bool("PORTAL_SEARCH_BY_MEANING", default=True)
# From what number on the evidence map names a gap; the page states these rules in words.
EVIDENCE_MAP = {
    "experience_from": env_int("PORTAL_MAP_EXPERIENCE_FROM", default=2, minimum=1),
    "primary_from": env_int("PORTAL_MAP_PRIMARY_FROM", default=3, minimum=1),
    "synthesis_years": env_int("PORTAL_MAP_SYNTHESIS_YEARS", default=5, minimum=1, maximum=100),
    "stale_from": env_int("PORTAL_MAP_STALE_FROM", default=2, minimum=1),
    "stale_percent": env_int("PORTAL_MAP_STALE_PERCENT", default=50, minimum=1, maximum=100),
    "kept_seconds": env_int("PORTAL_MAP_KEPT_SECONDS", default=10, minimum=0, maximum=60),
}
# --- E-mail updates: off after restoring a backup, until a person has looked at what it would send again ---
DIGESTS_ENABLED = env_bool("PORTAL_DIGESTS", default=True)
# The outbox of a backup knows nothing of what left after it was made, so its mailings wait too; single messages leave.
MAILINGS_ENABLED = DIGESTS_ENABLED
DIGEST_MOST_ITEMS = env_int("PORTAL_DIGEST_ITEMS", default=10, minimum=2, maximum=50)
# Who may read /updates/metrics without signing in: whoever sends this as a bearer token. Nobody by default.
METRICS_TOKEN = env_str("PORTAL_METRICS_TOKEN")
PORTAL_URL = env_str(
    "PORTAL_URL", default=f"http://127.0.0.1:{env_int('PORT', default=8000, minimum=1, maximum=65535)}"
)
DEMONSTRATION = env_bool("PORTAL_DEMO", default=False)
if DEMONSTRATION:
    INSTALLED_APPS.insert(INSTALLED_APPS.index("kmportal.apps.PortalConfig"), "demonstration")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
