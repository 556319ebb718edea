"""The values that filters ask for stand beside the words of an entry, in one index, and the functions ask for both."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# groups: arrays of keys as text; filters: arrays of filter keys as text. Gives the entries that hold all the keys of one
# group and one key of each filter, the best `most` by their inner product with `wanted`. One condition of ORs, so that the
# index's answers are joined before an entry is read.
BEST = """
    CREATE FUNCTION catalogue_best_entries(groups text[], filters text[], wanted sparsevec, most int)
    RETURNS TABLE (item_id bigint, score float8) LANGUAGE plpgsql STABLE ROWS 1000 SET enable_seqscan = off AS $$
    DECLARE
        passing text := (SELECT coalesce(string_agg(format(' AND filter_keys && %L::int[]', one), ''), '') FROM unnest(filters) AS one);
    BEGIN
        RETURN QUERY EXECUTE format(
            'SELECT item_id, -(weights <#> $1) FROM catalogue_searchentry WHERE %s ORDER BY weights <#> $1 LIMIT $2',
            (SELECT string_agg(format('(keys @> %L::int[]%s)', one, passing), ' OR ') FROM unnest(groups) AS one)
        ) USING wanted, most;
    END $$
"""
# Gives the entries that hold one of the keys and one key of each filter, with their inner product.
WITH_ANY = """
    CREATE FUNCTION catalogue_entries_with_any(wanted sparsevec, any_of int[], filters text[])
    RETURNS TABLE (item_id bigint, score float8) LANGUAGE plpgsql STABLE ROWS 1000 SET enable_seqscan = off AS $$
    BEGIN
        RETURN QUERY EXECUTE 'SELECT item_id, -(weights <#> $1) FROM catalogue_searchentry WHERE keys && $2' || (
            SELECT coalesce(string_agg(format(' AND filter_keys && %L::int[]', one), ''), '') FROM unnest(filters) AS one
        ) USING wanted, any_of;
    END $$
"""
SOME_WITH_ANY = """
    CREATE FUNCTION catalogue_some_entries_with_any(any_of int[], filters text[], most int)
    RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 1000 SET enable_seqscan = off AS $$
    BEGIN
        RETURN QUERY EXECUTE 'SELECT item_id FROM catalogue_searchentry WHERE keys && $1' || (
            SELECT coalesce(string_agg(format(' AND filter_keys && %L::int[]', one), ''), '') FROM unnest(filters) AS one
        ) || ' LIMIT $2' USING any_of, most;
    END $$
"""
BEST_BEFORE = """
    CREATE FUNCTION catalogue_best_entries(groups text[], wanted sparsevec, most int)
    RETURNS TABLE (item_id bigint, score float8) LANGUAGE plpgsql STABLE ROWS 1000 SET enable_seqscan = off AS $$
    BEGIN
        RETURN QUERY EXECUTE format(
            'SELECT item_id, -(weights <#> $1) FROM catalogue_searchentry WHERE %s ORDER BY weights <#> $1 LIMIT $2',
            (SELECT string_agg(format('keys @> %L::int[]', one), ' OR ') FROM unnest(groups) AS one)
        ) USING wanted, most;
    END $$
"""
SOME_WITH_ANY_BEFORE = """
    CREATE FUNCTION catalogue_some_entries_with_any(wanted int[], most int) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 1000 SET enable_seqscan = off AS $$
        SELECT item_id FROM catalogue_searchentry WHERE keys && wanted LIMIT most
    $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0018_announced_elsewhere'),
    ]

    operations = [
        migrations.AddField(
            model_name='searchentry',
            name='filter_keys',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None),
        ),
        migrations.RemoveIndex(model_name='searchentry', name='search_entry_keys'),
        migrations.AddIndex(
            model_name='searchentry',
            index=django.contrib.postgres.indexes.GinIndex(
                fields=['keys', 'filter_keys'], name='search_entry_all_keys'
            ),
        ),
        migrations.RunSQL(BEST, "DROP FUNCTION catalogue_best_entries(text[], text[], sparsevec, int)"),
        migrations.RunSQL(WITH_ANY, "DROP FUNCTION catalogue_entries_with_any(sparsevec, int[], text[])"),
        migrations.RunSQL(SOME_WITH_ANY, "DROP FUNCTION catalogue_some_entries_with_any(int[], text[], int)"),
        migrations.RunSQL("DROP FUNCTION catalogue_best_entries(text[], sparsevec, int)", BEST_BEFORE),
        migrations.RunSQL("DROP FUNCTION catalogue_some_entries_with_any(int[], int)", SOME_WITH_ANY_BEFORE),
    ]
