"""Which topic somebody means who chose one that was merged in the meantime."""

from collections.abc import Iterable

from django.db import connection

from taxonomy.models import Topic

# Steps from a topic to the one in use: merges of merged topics.
FARTHEST = 20


def current(topics: Iterable[Topic]) -> list[Topic]:
    """Return the topics, each that was merged replaced by the one it became part of, each once, in their order.

    Inside a transaction they cannot be merged before it ends: a merge waits for it, and moves what it has filed.
    """
    chosen = list(topics)
    wanted = {topic.pk for topic in chosen}
    leads: dict[int, int | None] = {}
    for _ in range(FARTHEST):
        if not wanted:
            break
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, merged_into_id FROM taxonomy_topic WHERE id = ANY (%s) ORDER BY id FOR KEY SHARE",
                [sorted(wanted)],
            )
            rows = cursor.fetchall()
        leads.update(rows)
        wanted = {target for _, target in rows if target is not None and target not in leads}

    def end(pk: int) -> int:
        steps = 0
        while (target := leads.get(pk)) is not None and steps < FARTHEST:
            pk, steps = target, steps + 1
        return pk

    ends = list(dict.fromkeys(end(topic.pk) for topic in chosen))
    known = {topic.pk: topic for topic in chosen}
    missing = Topic.objects.in_bulk([pk for pk in ends if pk not in known])
    return [known.get(pk) or missing[pk] for pk in ends]
