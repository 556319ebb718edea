"""The envelopes that Celery carries."""

from celery import shared_task

from learning_zone.linkcheck.checking import check_due


@shared_task(name="learning_zone.check_links", ignore_result=True)
def check_links() -> None:
    """Check the links whose time has come."""
    check_due()
