"""The Celery application. Celery carries hints; what must not be lost is a row in the database first."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmportal.settings.local")

app = Celery("kmportal", task_cls="kmportal.hints:Hint")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
