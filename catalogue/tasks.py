"""What the catalogue does in the background."""

from celery import shared_task

from catalogue.asked.services import forget_old_searches as forget
from catalogue.search import index_many
from catalogue.search.embedding import fill_meanings as fill
from catalogue.search.sweeping import sweep

# The sweep of the schedule comes again after a minute.
FILLING_SECONDS = 50.0


@shared_task(name="catalogue.refresh_search", ignore_result=True)
def refresh_search() -> None:
    """Bring search in step with items that were changed past it, and add up its counts."""
    sweep()


@shared_task(name="catalogue.fill_meanings", ignore_result=True)
def fill_meanings() -> None:
    """Find out what new and changed entries mean, so that search can compare meanings too."""
    fill(seconds=FILLING_SECONDS)


@shared_task(name="catalogue.forget_old_searches", ignore_result=True)
def forget_old_searches() -> None:
    """Delete what nobody searched for lately."""
    forget()


@shared_task(name="catalogue.index_items", ignore_result=True)
def index_items(*, item_ids: list[int]) -> None:
    """Bring search in step with these items. What a lost message leaves behind, the sweep finds at night."""
    index_many(item_ids)
