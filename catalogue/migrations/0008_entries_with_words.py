"""A function that always finds words by their index."""

from django.db import migrations

# The planner expects the words of a phrase to be independent and far too many matches, and it does not count what it
# costs to fetch the words of every entry from beside the table: left to itself it reads all of them.
CREATE = """
    CREATE FUNCTION catalogue_entries_with_words(condition text) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 100 SET enable_seqscan = off AS $$
        SELECT item_id FROM catalogue_searchentry WHERE words @@ to_tsquery('simple', condition)
    $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0007_search_tables'),
    ]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION catalogue_entries_with_words(text)"),
    ]
