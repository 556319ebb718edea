"""The portal's settings with the bare page alone and nothing between it and the reader."""

from kmportal.settings.local import *  # noqa: F403 - settings share their base by name

ROOT_URLCONF = "kmportal.measuring.stock_site"
# The least with which the installed apps start.
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
