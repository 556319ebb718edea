"""How items follow when a topic is merged, split or put back."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from django.db import transaction

from accounts.models import User
from catalogue.ancestors import refresh_ancestors
from catalogue.models import Item, ItemTopic
from catalogue.tasks import index_items
from taxonomy.attached import rows_of
from taxonomy.hooks import Attached, Memory
from taxonomy.models import Topic

LISTED_FOR_A_SPLIT = 500
# More than this many items are indexed after the change: the index holds a topic's name, which nobody waits for.
INDEXED_AT_ONCE = 200

_rows = rows_of(ItemTopic, topic="tag", owner="content_object", name="items", label="items")


def attached_items() -> Attached:
    """Return how items follow: their rows move, and search and the numbers of topic pages come along."""
    return replace(_rows, move=_move, restore=_restore, hold=_hold, listing=_listing)


def _hold(topic: Topic) -> None:
    """Lock the items of a topic in the order in which everybody locks them."""
    carrying = ItemTopic.objects.filter(tag=topic).values("content_object")
    list(Item.objects.filter(pk__in=carrying).order_by("pk").select_for_update().values_list("pk"))


def _move(source: Topic, target: Topic, only: Collection[int] | None) -> Memory:
    carrying = ItemTopic.objects.filter(tag=source)
    if only is not None:
        carrying = carrying.filter(content_object__in=list(only))
    touched = list(carrying.values_list("content_object", flat=True))
    memory = _rows.move(source, target, only)
    _follow(touched)
    return {**memory, "items": touched}


def _restore(source: Topic, target: Topic, memory: Memory) -> None:
    _rows.restore(source, target, memory)
    _follow(memory["items"])


def _follow(item_ids: list[int]) -> None:
    refresh_ancestors(item_ids)
    for start in range(0, len(item_ids), INDEXED_AT_ONCE):
        some = item_ids[start : start + INDEXED_AT_ONCE]
        transaction.on_commit(partial(index_items.delay, item_ids=some))


def _listing(topic: Topic, user: User) -> list[tuple[int, str]]:
    items = Item.objects.editable_by(user).filter(topic_rows__tag=topic).order_by("title", "pk")
    return list(items.values_list("pk", "title")[:LISTED_FOR_A_SPLIT])
