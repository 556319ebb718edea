"""Who's who cards that have come to their last day."""

import datetime

from django.db import transaction
from django.utils import timezone

from catalogue.choices import Status
from catalogue.models import Item
from catalogue.search import index_many
from knowledge.choices import Action
from knowledge.models import KnowHow
from knowledge.services.steps import record


@transaction.atomic
def archive_past_cards(*, on: datetime.date | None = None) -> int:
    """Take cards whose last day lies before this day (default: today) out of lists; return how many. Safe to repeat."""
    past = list(KnowHow.objects.cards_past(on or timezone.localdate()).values_list("pk", flat=True))
    for item in Item.objects.select_for_update().filter(pk__in=past, status=Status.PUBLISHED):
        item.status = Status.ARCHIVED
        item.save()
        record(knowhow=KnowHow.objects.get(pk=item.pk), action=Action.ENDED, by=None)
    index_many(past)
    return len(past)
