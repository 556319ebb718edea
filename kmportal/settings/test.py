"""The suite: as local as possible, faster passwords, no demonstration content unless a test loads it."""

import os

os.environ["PORTAL_DEMO"] = "true"

from kmportal.settings.base import *

DEBUG = False
SECRET_KEY = "only for the tests, which hold nothing worth protecting"  # noqa: S105 - a throw-away database's key
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILBOX_PAGE = True
# A Valkey number for each parallel worker, as pytest-django gives each a database.
CELERY_BROKER_URL = CELERY_BROKER_URL.replace(
    "virtual_host=0", f"virtual_host={os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw')}"
)
# Never the running portal's own files. Static files are kept from run to run, as compressing them takes seconds.
STATIC_ROOT = DATA_DIR / "tests" / "static"
MEDIA_ROOT = DATA_DIR / "tests" / "media"
# Tests look at the map right after they change something; those of the keeping switch it on.
EVIDENCE_MAP = {**EVIDENCE_MAP, "kept_seconds": 0}
SEARCH_NUMBERS_KEPT_SECONDS = 0
PAGES_KEPT_SECONDS = 0
