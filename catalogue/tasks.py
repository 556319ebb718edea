"""What the catalogue does at night."""

from celery import shared_task

from catalogue.search.sweeping import sweep


@shared_task(name="catalogue.refresh_search", ignore_result=True)
def refresh_search() -> None:
    """Bring search in step with items that were changed past it, and add up its counts."""
    sweep()
