"""Broader and narrower."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from taxonomy.hooks import hierarchy_changed
from taxonomy.models import Topic, TopicClosure, TopicEdge

# Any number will do, as long as every change of the hierarchy waits for the same one.
HIERARCHY_LOCK = 7_001

# The walk remembers its path and stops where it would enter a topic again, so that a cycle cannot make it run on.
REBUILD_CLOSURE = """
    WITH RECURSIVE walk (ancestor_id, descendant_id, depth, path) AS (
        SELECT id, id, 0, ARRAY[id] FROM taxonomy_topic
        UNION ALL
        SELECT walk.ancestor_id, edge.narrower_id, walk.depth + 1, walk.path || edge.narrower_id
        FROM walk JOIN taxonomy_topicedge edge ON edge.broader_id = walk.descendant_id
        WHERE NOT edge.narrower_id = ANY (walk.path)
    )
    INSERT INTO taxonomy_topicclosure (ancestor_id, descendant_id, depth)
    SELECT ancestor_id, descendant_id, min(depth) FROM walk GROUP BY ancestor_id, descendant_id
"""


def lock_hierarchy() -> None:
    """Let one change of the hierarchy happen at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HIERARCHY_LOCK])


@transaction.atomic
def rebuild_closure() -> None:
    """Compute every (ancestor, descendant, depth) anew from the edges."""
    lock_hierarchy()
    TopicClosure.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(REBUILD_CLOSURE)
    hierarchy_changed()


def refuse_cycle(*, topic: Topic, broader: Iterable[Topic]) -> None:
    """Raise ValidationError, naming both topics, where one of `broader` is the topic itself or lies below it."""
    below = {topic.pk, *Topic.objects.narrower_than(topic).values_list("pk", flat=True)}
    for candidate in broader:
        if candidate.pk == topic.pk:
            raise ValidationError(f"{topic.name} cannot be its own broader topic.")
        if candidate.pk in below:
            raise ValidationError(
                f"{candidate.name} is already part of {topic.name}, so it cannot be broader than it. "
                "Move one of the two first."
            )


@transaction.atomic
def set_broader(*, topic: Topic, broader: list[Topic]) -> None:
    """Make these the broader topics, the first of them the one shown in breadcrumbs.

    Raises ValidationError with a sentence where that would close a cycle.
    """
    lock_hierarchy()
    refuse_cycle(topic=topic, broader=broader)
    TopicEdge.objects.filter(narrower=topic).delete()
    TopicEdge.objects.bulk_create(
        TopicEdge(narrower=topic, broader=candidate, is_primary=place == 0)
        for place, candidate in enumerate(dict.fromkeys(broader))
    )
    rebuild_closure()
