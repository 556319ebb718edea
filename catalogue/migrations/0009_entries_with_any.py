"""A function that always finds keys by their index."""

from django.db import migrations

# As for words: comparing the keys of every entry takes many times what the planner expects of it.
CREATE = """
    CREATE FUNCTION catalogue_entries_with_any(wanted int[]) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 10000 SET enable_seqscan = off AS $$
        SELECT item_id FROM catalogue_searchentry WHERE keys && wanted
    $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0008_entries_with_words'),
    ]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION catalogue_entries_with_any(int[])"),
    ]
