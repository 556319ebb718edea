"""The envelopes that Celery carries."""

from celery import shared_task

from knowledge.services.cards import archive_past_cards


@shared_task(name="knowledge.archive_past_cards", ignore_result=True)
def archive_past() -> None:
    """Take who's who cards that have come to their last day out of lists."""
    archive_past_cards()
