"""What follows of topics do when librarians merge topics and take it back."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from digests.models import Follow, Subscriber
from taxonomy.hooks import Attached
from taxonomy.models import Topic


def attached_follows() -> Attached:
    """Return what the vocabulary needs to know of followers."""
    return Attached(name="digests.follows", label="followers", count=count, move=move, restore=restore)


def count(topic: Topic) -> int:
    """Return how many follow the topic."""
    return Follow.objects.filter(topic=topic).count()


@transaction.atomic
def move(source: Topic, target: Topic, keys: Collection[int] | None) -> dict[str, Any]:
    """Let those who follow one topic follow the other, nobody twice; return what puts it back.

    keys: none for a merge. A split takes items along and no followers: the narrower topic counts for them anyway.
    """
    if keys is not None:
        return {"moved": [], "dropped": []}
    have_both = Follow.objects.filter(
        topic=source, subscriber__in=Follow.objects.filter(topic=target).values("subscriber")
    )
    dropped = list(have_both.values_list("subscriber", "with_narrower"))
    have_both.delete()
    moving = Follow.objects.filter(topic=source)
    moved = list(moving.values_list("pk", flat=True))
    moving.update(topic=target)
    return {"moved": moved, "dropped": [list(pair) for pair in dropped]}


@transaction.atomic
def restore(source: Topic, target: Topic, memory: dict[str, Any]) -> None:
    """Put back what a memory holds, as far as it is still there."""
    Follow.objects.filter(pk__in=memory["moved"], topic=target).update(topic=source)
    narrower = dict(memory["dropped"])
    for subscriber in Subscriber.objects.filter(pk__in=narrower):
        Follow.objects.get_or_create(
            subscriber=subscriber, topic=source, defaults={"with_narrower": narrower[subscriber.pk]}
        )
