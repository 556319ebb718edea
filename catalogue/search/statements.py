"""The reasons for which entries are found, as the database is asked for them, and how they are put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """One reason to find entries: rows of item_id, score and above, or with `relevance` from 0 to 1 once `ranked`."""

    sql: str
    parameters: tuple[Any, ...]


SCORED = "SELECT item_id, -(weights <#> %s::sparsevec) AS score, 0 AS above FROM catalogue_searchentry"
SOME_WITH_ANY = "SELECT item_id, 0.0, 0 FROM catalogue_some_entries_with_any(%s::int[], %s::text[], %s) AS item_id"
WITH_ANY = "SELECT item_id, score, 0 FROM catalogue_entries_with_any(%s::sparsevec, %s::int[], %s::text[])"
NEAR = "SELECT item_id, 0.0, 0 FROM catalogue_entries_near(%s::halfvec, %s) WHERE similarity >= %s"
BEST = "SELECT item_id, score, 0 FROM catalogue_best_entries(%s::text[], %s::text[], %s::sparsevec, %s)"
BY_TITLE = "SELECT item_id, 0.0, %s FROM catalogue_searchentry WHERE title_key = %s"
BY_IDENTIFIER = "SELECT item_id, 0.0, %s FROM catalogue_searchentry WHERE identifiers && %s::text[]"
BY_WORDS = "SELECT item_id, %s, 0 FROM catalogue_entries_with_words(%s) AS item_id"
SOME_WITH_WORDS = "SELECT item_id, %s, 0 FROM catalogue_some_entries_with_words(%s, %s) AS item_id"
READ_THROUGH = """
    SELECT * FROM (
        SELECT item_id, -(weights <#> %s::sparsevec) + coalesce(added.score, 0) AS score, coalesce(added.above, 0) AS above
        FROM catalogue_searchentry LEFT JOIN ({added}) AS added USING (item_id)
        OFFSET 0
    ) AS scored WHERE score > 0 OR above > 0
"""
RANKED_BY_WORDS = "SELECT item_id, score AS relevance, above FROM ({words}) AS words"
RANKED_BY_NOTHING = "SELECT item_id, 0.0 AS relevance, 0 AS above FROM ({words}) AS words"
RELEVANCE = """
    SELECT item_id, above, (1 - %s) * score / most + %s * CASE
        WHEN similarity IS NULL THEN score / most ELSE greatest(similarity, 0) / nearest
    END AS relevance
    FROM joined, (
        SELECT greatest(max(score), 0.001) AS most, greatest(max(similarity), 0.001) AS nearest FROM joined
    ) AS greatest_of_all
"""
# Every vector is compared.
RANKED_SMALL = f"""
    WITH words AS MATERIALIZED ({{words}}), compared AS MATERIALIZED (
        SELECT item_id, -(vector <#> %s::halfvec) AS similarity FROM catalogue_searchmeaning WHERE vector IS NOT NULL
    ), near AS (
        SELECT item_id FROM compared WHERE similarity >= %s ORDER BY similarity DESC LIMIT %s
    ), joined AS MATERIALIZED (
        SELECT item_id, coalesce(score, 0) AS score, coalesce(above, 0) AS above, similarity
        FROM words FULL JOIN near USING (item_id) LEFT JOIN compared USING (item_id)
    ) {RELEVANCE}
"""  # noqa: S608 - texts of this module
# The index of vectors gives the nearest; the words of those and the vectors of the others are looked up.
RANKED_LARGE = f"""
    WITH words AS MATERIALIZED ({{words}}), near AS MATERIALIZED (
        SELECT * FROM catalogue_entries_near(%s::halfvec, %s) WHERE similarity >= %s
    ), joined AS MATERIALIZED (
        SELECT item_id, above, score, coalesce(near.similarity, -(vector <#> %s::halfvec)) AS similarity
        FROM (
            SELECT item_id, above, score FROM words
            UNION ALL
            SELECT item_id, 0, -(entry.weights <#> %s::sparsevec) FROM near JOIN catalogue_searchentry entry USING (item_id)
            WHERE NOT EXISTS (SELECT FROM words WHERE words.item_id = near.item_id)
        ) AS candidates LEFT JOIN near USING (item_id) LEFT JOIN catalogue_searchmeaning USING (item_id)
    ) {RELEVANCE}
"""  # noqa: S608 - texts of this module


NOTHING = Part("SELECT item_id, 0.0 AS relevance, 0 AS above FROM catalogue_searchentry WHERE false", ())


def array_text(keys: Sequence[int]) -> str:
    """Return whole numbers as the database reads an array from a text."""
    return f"{{{','.join(map(str, keys))}}}"


def together(parts: Sequence[Part]) -> Part:
    """Return one part of several: each is found by its own index, where an OR of them would read every entry."""
    union = " UNION ALL ".join(part.sql for part in parts)
    return Part(
        f"""SELECT item_id, sum(score) AS score, max(above) AS above
            FROM ({union}) AS part (item_id, score, above) GROUP BY item_id""",  # noqa: S608
        tuple(value for part in parts for value in part.parameters),
    )
