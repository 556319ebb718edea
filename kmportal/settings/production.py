"""A real service: names what is missing, refuses embedded servers and demonstration content."""

from django.core.exceptions import ImproperlyConfigured

from kmportal.environment import env_bool, env_int, env_list, env_required
from kmportal.settings.base import *

DEBUG = False
SECRET_KEY = env_required("SECRET_KEY", purpose="signing sessions and links")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters.")
ALLOWED_HOSTS = env_list("PORTAL_HOSTS")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "PORTAL_HOSTS is not set. It names the hosts the portal answers to, as in know.example.org."
    )
env_required("EMAIL_URL", purpose="sending mail, as in smtp+tls://user:password@host:587")
env_required("PORTAL_FROM_EMAIL", purpose="the sender of every message")
env_required("PORTAL_LIBRARY_EMAIL", purpose="delivering enquiries to the library team")
PORTAL_URL = env_required("PORTAL_URL", purpose="the links in messages, as in https://know.example.org")
if env_bool("PORTAL_EMBEDDED_SERVERS", default=False):
    raise ImproperlyConfigured(
        "The embedded servers are for trials on one machine. Set DATABASE_URL and REDIS_URL to servers of your own."
    )
if DEMONSTRATION:
    raise ImproperlyConfigured(
        "PORTAL_DEMO must not be true in production: demonstration content is not clinical advice."
    )

MAILBOX_PAGE = False
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("PORTAL_PROXIES", default=1, maximum=5)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = env_int("PORTAL_HSTS_SECONDS", default=63_072_000, minimum=1)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("PORTAL_HSTS_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env_bool("PORTAL_HSTS_PRELOAD", default=True)
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
SECURE_REDIRECT_EXEMPT = [r"^health/"]
