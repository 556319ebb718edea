"""Functions that a large catalogue is searched with: the best entries of some groups of keys, and some entries at all."""

from django.db import migrations

# groups: arrays of keys as text. Gives the entries that hold all the keys of one of them, the best `most` by their inner
# product with `wanted`. One condition of ORs, so that the index's answers are joined before an entry is read; as a
# statement of its own the planner would rather compare every entry.
BEST = """
    CREATE FUNCTION catalogue_best_entries(groups text[], wanted sparsevec, most int)
    RETURNS TABLE (item_id bigint, score float8) LANGUAGE plpgsql STABLE ROWS 1000 SET enable_seqscan = off AS $$
    BEGIN
        RETURN QUERY EXECUTE format(
            'SELECT item_id, -(weights <#> $1) FROM catalogue_searchentry WHERE %s ORDER BY weights <#> $1 LIMIT $2',
            (SELECT string_agg(format('keys @> %L::int[]', one), ' OR ') FROM unnest(groups) AS one)
        ) USING wanted, most;
    END $$
"""
SOME_WITH_ANY = """
    CREATE FUNCTION catalogue_some_entries_with_any(wanted int[], most int) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 1000 SET enable_seqscan = off AS $$
        SELECT item_id FROM catalogue_searchentry WHERE keys && wanted LIMIT most
    $$
"""
SOME_WITH_WORDS = """
    CREATE FUNCTION catalogue_some_entries_with_words(condition text, most int) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 1000 SET enable_seqscan = off AS $$
        SELECT item_id FROM catalogue_searchentry WHERE words @@ to_tsquery('simple', condition) LIMIT most
    $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0015_entries_near_whatever_was_replaced'),
    ]

    operations = [
        migrations.RunSQL(BEST, "DROP FUNCTION catalogue_best_entries(text[], sparsevec, int)"),
        migrations.RunSQL(SOME_WITH_ANY, "DROP FUNCTION catalogue_some_entries_with_any(int[], int)"),
        migrations.RunSQL(SOME_WITH_WORDS, "DROP FUNCTION catalogue_some_entries_with_words(text, int)"),
    ]
