"""The portal as a whole: settings, addresses, Celery, the home page and the embedded servers."""

from kmportal.celery import app as celery_app

__all__ = ["celery_app"]
