"""Find the nearest meanings also while the index still holds those of texts that were replaced.

Rows that an update left behind stay in the graph until vacuum, and the walk counts them: without going on, they take the
places of living ones. pgvector 0.8 can go on until there are enough.
"""

from django.db import migrations

SETTINGS = "SET enable_seqscan = off SET hnsw.ef_search = 120"
FUNCTION = """
    SELECT '[1]'::halfvec;
    CREATE OR REPLACE FUNCTION catalogue_entries_near(wanted halfvec, most int)
    RETURNS TABLE (item_id bigint, similarity float8) LANGUAGE sql STABLE ROWS 100 {settings} AS $$
        SELECT item_id, -(vector <#> wanted) FROM catalogue_searchmeaning ORDER BY vector <#> wanted LIMIT most
    $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0014_moments_that_are_edited'),
    ]

    operations = [
        migrations.RunSQL(
            FUNCTION.format(settings=f"{SETTINGS} SET hnsw.iterative_scan = strict_order"),
            FUNCTION.format(settings=SETTINGS),
        ),
    ]
