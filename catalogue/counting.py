"""Counts that readers see beside links. Each counts what a list would show the person, never more."""

from collections.abc import Collection

from django.db.models import Count, Q

from catalogue.choices import Phrase
from catalogue.models import Item, ItemAncestor
from catalogue.querysets import Reader


def phrase_counts(user: Reader) -> dict[str, int]:
    """Return how many listed items help with each phrase, in one query."""
    counts = {phrase.value: Count("pk", filter=Q(phrases__contains=[phrase.value])) for phrase in Phrase}
    return Item.objects.listed_to(user).aggregate(**counts)


def topic_counts(user: Reader, topic_ids: Collection[int] | None = None) -> dict[int, int]:
    """Return topic → how many listed items are on it or on a topic below it, for these topics (default: all).

    Topics without an item are left out. One query.
    """
    rows = ItemAncestor.objects.filter(item__in=Item.objects.listed_to(user))
    if topic_ids is not None:
        rows = rows.filter(topic__in=topic_ids)
    return dict(rows.order_by().values_list("topic").annotate(number=Count("item")))
