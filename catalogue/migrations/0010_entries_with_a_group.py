"""A function that always finds groups of keys by their index."""

from django.db import migrations

# groups: a JSON list of lists of keys. Gives every entry that holds all the keys of one of the lists, once. As an OR of
# conditions the planner would rather compare every entry with each of them.
CREATE = """
    CREATE FUNCTION catalogue_entries_with_a_group(groups jsonb) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 1000 SET enable_seqscan = off AS $$
        SELECT DISTINCT entry.item_id FROM jsonb_array_elements(groups) AS one, LATERAL (
            SELECT item_id FROM catalogue_searchentry
            WHERE keys @> ARRAY(SELECT key::int FROM jsonb_array_elements_text(one) AS key)
        ) AS entry
    $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0009_entries_with_any'),
    ]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION catalogue_entries_with_a_group(jsonb)"),
    ]
