"""Which topics an item counts under: kept in a table, as counting 102 topics over 100,000 items on the fly is slow."""

from collections.abc import Collection

from django.db import connection, transaction

# One statement: the wanted rows are compared with the stored ones, so that an unchanged item writes nothing.
REFRESH = """
    WITH wanted AS (
        SELECT DISTINCT row.content_object_id AS item_id, closure.ancestor_id AS topic_id
        FROM catalogue_itemtopic row JOIN taxonomy_topicclosure closure ON closure.descendant_id = row.tag_id
        WHERE %(everything)s OR row.content_object_id = ANY (%(items)s)
    ), gone AS (
        DELETE FROM catalogue_itemancestor stored
        WHERE (%(everything)s OR stored.item_id = ANY (%(items)s))
        AND NOT EXISTS (
            SELECT 1 FROM wanted WHERE wanted.item_id = stored.item_id AND wanted.topic_id = stored.topic_id
        )
    )
    INSERT INTO catalogue_itemancestor (item_id, topic_id)
    SELECT item_id, topic_id FROM wanted
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def refresh_ancestors(item_ids: Collection[int] | None = None) -> None:
    """Bring the rows of these items (default: of all) in step with their topics and the hierarchy."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, {"everything": item_ids is None, "items": list(item_ids or [])})
