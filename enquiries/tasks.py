"""The envelopes that Celery carries."""

from celery import shared_task

from enquiries import services


@shared_task(name="enquiries.tidy", ignore_result=True)
def tidy() -> None:
    """Close what was answered long ago, and forget who asked what is closed for long."""
    services.tidy()
