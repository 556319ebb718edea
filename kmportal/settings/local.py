"""The portal on one machine, as `make run` starts it: embedded servers, mail kept for reading, demonstration content."""

import os

os.environ.setdefault("PORTAL_DEMO", "true")

from kmportal.environment import env_bool, env_list
from kmportal.secret import local_secret_key
from kmportal.settings.base import *

DEBUG = env_bool("PORTAL_DEBUG", default=False)
SECRET_KEY = local_secret_key(DATA_DIR)
ALLOWED_HOSTS = env_list("PORTAL_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
MAILBOX_PAGE = True
