"""Finding what the index missed: changes by plain SQL, a renamed topic, a new rule of spelling."""

from dataclasses import dataclass

from django.db import connection

from catalogue.choices import LISTED_ON_REQUEST
from catalogue.models import Item
from catalogue.search.indexing import index_many
from catalogue.search.statistics import add_up, give_back_space, measure_average_length
from catalogue.searchindex import SearchEntry

BATCH = 500


@dataclass(frozen=True)
class Swept:
    """How many items were looked at, and how many entries were written or removed."""

    items: int
    changed: int


def sweep() -> Swept:
    """Compare every entry with its item and write those that differ; then add up the counts, and give back the space that took.

    Each batch is a transaction of its own, so that no editor waits long and a stopped sweep keeps what it did.
    """
    swept = _compare_all()
    if measure_average_length():
        again = _compare_all()
        swept = Swept(swept.items, swept.changed + again.changed)
    add_up()
    if not connection.in_atomic_block:
        give_back_space()
    return swept


def _compare_all() -> Swept:
    items = changed = 0
    last = 0
    while True:
        listed = (
            Item.objects.filter(pk__gt=last, status__in=LISTED_ON_REQUEST).order_by("pk").values_list("pk", flat=True)
        )
        batch = list(listed[:BATCH])
        if not batch:
            break
        last = batch[-1]
        items += len(batch)
        changed += index_many(batch)
    left_over = SearchEntry.objects.exclude(item__status__in=LISTED_ON_REQUEST).values_list("pk", flat=True)
    return Swept(items, changed + index_many(list(left_over)))
