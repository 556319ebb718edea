"""Keeping the search index in step with items, in the transaction that saves them."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction

from catalogue import kinds
from catalogue.ancestors import refresh_ancestors
from catalogue.choices import LISTED_ON_REQUEST
from catalogue.kinds import SearchText
from catalogue.models import Item, ItemTopic
from catalogue.search.filterkeys import filter_keys_of
from catalogue.search.spelling import FOLD_VERSION, fold_word, plain_words
from catalogue.search.statistics import average_length
from catalogue.search.words import K1, TIER_THRESHOLDS, TITLE_WEIGHT, UNSTEMMED, B
from catalogue.searchindex import DIMENSIONS, TIERS, SearchCount, SearchEntry

# Raised when entries are to be written differently, so that the sweep writes every one again.
ENTRY_VERSION = 3
BATCH = 500
# A sparse vector holds 16,000 numbers; each different word gives one for its stem and one for itself.
MAX_DIFFERENT_WORDS = 7_500
MAX_WORDS = 50_000
SHORTEST_SUGGESTED = 4

# One statement for a batch: lexemes, lengths, weights, keys and the change of the counts.
WRITE_ENTRIES = """
    WITH given AS (
        SELECT * FROM json_to_recordset(%(documents)s)
            AS given (item_id bigint, title text, body text, identifiers text[], filter_keys int[], content_hash text)
    ), places AS (
        SELECT item_id, content_hash, identifiers, filter_keys, title, setweight(to_tsvector('simple', title), 'A') || to_tsvector('simple', body)
            AS words, to_tsvector('english', title) AS title_stems, to_tsvector('english', body) AS body_stems
        FROM given
    ), stems AS (
        SELECT item_id, lexeme, sum(times) AS times FROM (
            SELECT item_id, lexeme, %(title_weight)s * cardinality(positions) AS times
                FROM places, unnest(title_stems)
            UNION ALL
            SELECT item_id, lexeme, cardinality(positions) FROM places, unnest(body_stems)
        ) AS found GROUP BY item_id, lexeme
    ), unstemmed AS (
        SELECT item_id, lexeme, (
            SELECT sum(CASE WHEN mark = 'A' THEN %(title_weight)s ELSE 1 END) FROM unnest(weights) AS mark
        ) AS times
        FROM places, unnest(words) WHERE ts_lexize('english_stem', lexeme) <> '{}'
    ), lengths AS (
        SELECT item_id, sum(times) AS length FROM stems GROUP BY item_id
    ), weighted AS (
        SELECT item_id, is_stem, ('x' || left(md5(lexeme), 7))::bit(28)::int AS dimension,
            times * (%(k1)s + 1) / (times + %(k1)s * (1 - %(b)s + %(b)s * length / %(average)s)) AS weight
        FROM (
            SELECT item_id, true AS is_stem, lexeme, times FROM stems
            UNION ALL SELECT item_id, false, %(mark)s || lexeme, times FROM unstemmed
        ) AS counted JOIN lengths USING (item_id)
    ), numbered AS (
        SELECT item_id, dimension, bool_or(is_stem) AS is_stem, max(weight)::float8 AS weight
        FROM weighted GROUP BY item_id, dimension
    ), vectors AS (
        SELECT item_id, ('{' || string_agg(dimension + 1 || ':' || round(weight::numeric, 3), ',') || '}/%(dimensions)s')
            ::sparsevec AS weights
        FROM numbered GROUP BY item_id
    ), tiered AS (
        SELECT item_id, array_agg(dimension * %(tiers)s + tier) AS keys FROM numbered,
            generate_series(0, width_bucket(weight, %(thresholds)s::float8[])) AS tier
        WHERE is_stem GROUP BY item_id
    ), complete AS (
        SELECT item_id, coalesce(weights, '{}/%(dimensions)s'::sparsevec) AS weights, coalesce(keys, '{}') AS keys, words,
            title, identifiers, filter_keys, coalesce(length, 0) AS length, content_hash
        FROM places LEFT JOIN vectors USING (item_id) LEFT JOIN tiered USING (item_id) LEFT JOIN lengths USING (item_id)
    ), changes AS (
        SELECT key, sum(change) AS change FROM (
            SELECT unnest(keys || filter_keys || %(all_entries)s) AS key, 1 AS change FROM complete
            UNION ALL
            SELECT unnest(keys || filter_keys || %(all_entries)s), -1 FROM catalogue_searchentry WHERE item_id = ANY (%(ids)s)
        ) AS change GROUP BY key HAVING sum(change) <> 0
    ), counted AS (
        INSERT INTO catalogue_searchcount (key, documents) SELECT key, change FROM changes
    ), meanings AS (
        INSERT INTO catalogue_searchmeaning (item_id, entry_hash, text_hash, is_due)
        SELECT item_id, content_hash, '', true FROM complete ORDER BY item_id
        ON CONFLICT (item_id) DO UPDATE SET (entry_hash, is_due) = (excluded.entry_hash, true)
    )
    INSERT INTO catalogue_searchentry
        (item_id, weights, keys, filter_keys, words, title_key, identifiers, length, content_hash)
    SELECT item_id, weights, keys, filter_keys, words, title, identifiers, length, content_hash FROM complete ORDER BY item_id
    ON CONFLICT (item_id) DO UPDATE SET (weights, keys, filter_keys, words, title_key, identifiers, length, content_hash) = (
        excluded.weights, excluded.keys, excluded.filter_keys, excluded.words, excluded.title_key, excluded.identifiers,
        excluded.length, excluded.content_hash
    )
"""
REMOVE_ENTRIES = """
    WITH removed AS (
        DELETE FROM catalogue_searchentry WHERE item_id = ANY (%(ids)s) RETURNING keys || filter_keys AS keys
    ), forgotten AS (
        DELETE FROM catalogue_searchmeaning WHERE item_id = ANY (%(ids)s) RETURNING vector IS NOT NULL AS was_filled
    )
    INSERT INTO catalogue_searchcount (key, documents)
    SELECT key, -count(*) FROM (
        SELECT unnest(keys) AS key FROM removed UNION ALL SELECT %(all_entries)s FROM removed
        UNION ALL SELECT %(all_meanings)s FROM forgotten WHERE was_filled
    ) AS gone GROUP BY key
"""
NOTE_WORDS = """
    INSERT INTO catalogue_searchword (word, documents) SELECT * FROM unnest(%s::text[], %s::int[])
"""


@dataclass(frozen=True)
class Document:
    """What an entry is made from: folded words and the values that filters ask for, and a hash of them."""

    item_id: int
    title: str
    body: str
    identifiers: list[str]
    filter_keys: list[int]
    content_hash: str


def index(item: Item) -> None:
    """Bring one item's search entry and broader topics in step."""
    index_many([item.pk])


@transaction.atomic
def index_many(item_ids: Collection[int]) -> int:
    """Bring the search entries and broader topics of many items in step; a constant number of queries for each batch.

    Returns how many entries were written or removed: those that are right already are left alone.
    """
    changed = 0
    ids = sorted(set(item_ids))
    for start in range(0, len(ids), BATCH):
        changed += _index_batch(ids[start : start + BATCH])
    return changed


def _index_batch(item_ids: list[int]) -> int:
    refresh_ancestors(item_ids)
    average = average_length()
    stored = dict(SearchEntry.objects.filter(pk__in=item_ids).values_list("pk", "content_hash"))
    texts = searchable_texts(item_ids)
    filter_keys = filter_keys_of(texts)
    words_of: dict[int, set[str]] = {}
    written: list[Document] = []
    for item_id, text in texts.items():
        document, words = _document(item_id, text, filter_keys[item_id], average)
        if stored.get(item_id) != document.content_hash:
            written.append(document)
            words_of[item_id] = words
    removed = [item_id for item_id in stored if item_id not in texts]
    if written:
        _write(written, average)
        _note_words(words_of)
    if removed:
        with connection.cursor() as cursor:
            cursor.execute(
                REMOVE_ENTRIES,
                {
                    "ids": removed,
                    "all_entries": SearchCount.ALL_ENTRIES,
                    "all_meanings": SearchCount.ALL_MEANINGS,
                },
            )
    return len(written) + len(removed)


def searchable_texts(item_ids: list[int]) -> dict[int, SearchText]:
    """Return the words of those items that a list may show, the names of their topics among them."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for pk, kind in Item.objects.filter(pk__in=item_ids, status__in=LISTED_ON_REQUEST).values_list("pk", "kind"):
        by_kind[kind].append(pk)
    topics: dict[int, list[str]] = defaultdict(list)
    named = ItemTopic.objects.filter(content_object__in=item_ids).order_by("tag__name")
    for item_id, name in named.values_list("content_object", "tag__name"):
        topics[item_id].append(name)
    return {
        pk: SearchText(title=text.title, body="\n".join([text.body, *topics[pk]]), exact=text.exact)
        for name, pks in by_kind.items()
        for pk, text in kinds.get(name).searchable_text(pks).items()
    }


def _document(item_id: int, text: SearchText, filter_keys: list[int], average: float) -> tuple[Document, set[str]]:
    """Return the document and the different words of it as their writers spelt them."""
    title = plain_words(text.title)
    body = plain_words(text.body)[:MAX_WORDS]
    words = set(title) | set(body)
    if len(words) > MAX_DIFFERENT_WORDS:
        words = set(list(dict.fromkeys(title + body))[:MAX_DIFFERENT_WORDS])
        body = [word for word in body if word in words]
    folded_title = " ".join(map(fold_word, title))
    folded_body = " ".join(map(fold_word, body))
    identifiers = sorted(text.exact)
    versions = f"{ENTRY_VERSION}.{FOLD_VERSION}"
    made_from = "\x1f".join(
        (folded_title, folded_body, *identifiers, *map(str, filter_keys), f"{average:.3f}", versions)
    )
    digest = hashlib.md5(made_from.encode(), usedforsecurity=False).hexdigest()
    return Document(item_id, folded_title, folded_body, identifiers, filter_keys, digest), words


def _write(documents: Iterable[Document], average: float) -> None:
    rows = [asdict(document) for document in documents]
    parameters: dict[str, Any] = {
        "documents": json.dumps(rows),
        "ids": [row["item_id"] for row in rows],
        "title_weight": TITLE_WEIGHT,
        "k1": K1,
        "b": B,
        "average": average,
        "mark": UNSTEMMED,
        "thresholds": list(TIER_THRESHOLDS),
        "tiers": TIERS,
        "dimensions": DIMENSIONS,
        "all_entries": SearchCount.ALL_ENTRIES,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE_ENTRIES, parameters)


def _note_words(words_of: Mapping[int, set[str]]) -> None:
    """Keep the words as they were written for "did you mean", which must not offer a folded spelling."""
    counted = Counter(
        word for words in words_of.values() for word in words if len(word) >= SHORTEST_SUGGESTED and word.isalpha()
    )
    with connection.cursor() as cursor:
        cursor.execute(NOTE_WORDS, [list(counted), list(counted.values())])
