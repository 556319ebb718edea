"""The usual way in which rows follow a topic: rows of one table with a topic and the record that carries it."""

from collections.abc import Collection
from typing import cast

from django.db import models

from taxonomy.hooks import Attached, Memory
from taxonomy.models import Topic


def rows_of(model: type[models.Model], *, topic: str, owner: str, name: str, label: str, once: bool = True) -> Attached:
    """Return how the rows of `model` follow: `topic` is the column of the topic, `owner` the record that carries it.

    With `once` a record that carries both topics keeps one row. Taking a change back gives every row the topic that it
    had; rows that somebody removed meanwhile stay away, and rows of records that are gone are not made again.
    """
    table = model._default_manager
    topic_id, owner_id = f"{topic}_id", f"{owner}_id"
    columns = [field.attname for field in model._meta.concrete_fields if not field.generated]

    def owners(of: Topic) -> set[int]:
        return set(table.filter(**{topic: of}).values_list(owner_id, flat=True))

    def count(of: Topic) -> int:
        return table.filter(**{topic: of}).count()

    def move(source: Topic, target: Topic, only: Collection[int] | None) -> Memory:
        rows = table.filter(**{topic: source})
        if only is not None:
            rows = rows.filter(**{f"{owner_id}__in": list(only)})
        merged = list(rows.filter(**{f"{owner_id}__in": owners(target)}).values(*columns)) if once else []
        table.filter(pk__in=[row["id"] for row in merged]).delete()
        moved = list(rows.values_list("pk", flat=True))
        table.filter(pk__in=moved).update(**{topic_id: target.pk})
        return {"moved": moved, "merged": merged}

    def restore(source: Topic, target: Topic, memory: Memory) -> None:
        # Somebody may have given a record the first topic again in the meantime: then one row is enough.
        carrying = owners(source) if once else set()
        moved = table.filter(pk__in=memory["moved"], **{topic: target})
        moved.exclude(**{f"{owner_id}__in": carrying}).update(**{topic_id: source.pk})
        related = cast("type[models.Model]", model._meta.get_field(owner).related_model)._default_manager
        wanted = {row[owner_id] for row in memory["merged"]} - carrying
        there = set(related.filter(pk__in=wanted).values_list("pk", flat=True))
        table.bulk_create([model(**row) for row in memory["merged"] if row[owner_id] in there])

    return Attached(name=name, label=label, count=count, move=move, restore=restore)
