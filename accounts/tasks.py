"""The envelopes that Celery carries."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from accounts import data_rights, limits


@shared_task(name="accounts.forget_unconfirmed", ignore_result=True)
def forget_unconfirmed() -> None:
    """Delete accounts that nobody confirmed, and sessions and counts that have run out."""
    data_rights.forget_unconfirmed()
    limits.forget_past()
    SessionStore.clear_expired()
