"""Filling in what entries mean, in the background: an abstract takes 50 ms, which no editor should wait for."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from catalogue.kinds import SearchText
from catalogue.search.indexing import searchable_texts
from catalogue.search.meaning import MODEL_NAME, vector_of
from catalogue.searchindex import SearchCount, SearchMeaning

BATCH = 50
# Of the lock that lets one process fill at a time; any number that nothing else in this database uses.
FILLING = 0x6D65616E

# An entry that was written again meanwhile has another hash and stays due.
WRITE = """
    WITH given AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(seen)s::text[], %(hashes)s::text[], %(vectors)s::text[])
            AS given (item_id, seen, text_hash, vector)
    ), counted AS (
        INSERT INTO catalogue_searchcount (key, documents)
        SELECT %(all_meanings)s, count(*) FROM catalogue_searchmeaning meaning JOIN given USING (item_id)
        WHERE meaning.vector IS NULL AND meaning.entry_hash = seen HAVING count(*) > 0
    )
    UPDATE catalogue_searchmeaning meaning SET (vector, text_hash, is_due) = (given.vector::halfvec, given.text_hash, false)
    FROM given WHERE meaning.item_id = given.item_id AND meaning.entry_hash = given.seen
"""
SAME_WORDS = """
    UPDATE catalogue_searchmeaning meaning SET is_due = false
    FROM unnest(%s::bigint[], %s::text[]) AS given (item_id, seen)
    WHERE meaning.item_id = given.item_id AND meaning.entry_hash = given.seen
"""


@dataclass(frozen=True)
class _Read:
    """A text whose meaning is wanted. seen: the hash of its entry. text_hash: of the text and of the model."""

    item_id: int
    seen: str
    text: str
    text_hash: str


def fill_meanings(*, seconds: float | None = None) -> int:
    """Find out what the entries mean that were written since, the newest first; return how many were read.

    Stops after so many seconds, where given, and does nothing while another process is at it or where the portal finds
    by words alone. Each batch is a transaction of its own: a stopped run keeps what it did.
    """
    end = None if seconds is None else time.monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [FILLING])
        if not cursor.fetchone()[0]:
            return 0
    filled = 0
    try:
        while end is None or time.monotonic() < end:
            done, left = _fill_batch()
            filled += done
            if not left:
                break
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [FILLING])
    return filled


def _fill_batch() -> tuple[int, bool]:
    """Fill one batch; return how many texts were read, and whether it is worth asking for another batch."""
    due = dict(SearchMeaning.objects.filter(is_due=True).order_by("-pk").values_list("pk", "entry_hash")[:BATCH])
    texts = searchable_texts(list(due))
    known = dict(SearchMeaning.objects.filter(pk__in=due).exclude(vector=None).values_list("pk", "text_hash"))
    reads = [_read(item_id, due[item_id], text) for item_id, text in texts.items()]
    changed = [(read, vector_of(read.text)) for read in reads if known.get(read.item_id) != read.text_hash]
    filled = [(read, vector) for read, vector in changed if vector is not None]
    same = [read for read in reads if known.get(read.item_id) == read.text_hash]
    # Removed since: their rows went with their entries, and what is left of them here is settled.
    _write(filled)
    _settle([(read.item_id, read.seen) for read in same] + [(pk, due[pk]) for pk in due if pk not in texts])
    return len(filled), bool(due) and len(filled) == len(changed)


def _read(item_id: int, seen: str, text: SearchText) -> _Read:
    words = f"{text.title}. {text.body}"
    digest = hashlib.md5(f"{MODEL_NAME}\x1f{words}".encode(), usedforsecurity=False).hexdigest()
    return _Read(item_id, seen, words, digest)


@transaction.atomic
def _write(filled: Iterable[tuple[_Read, str]]) -> None:
    rows = list(filled)
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                WRITE,
                {
                    "ids": [read.item_id for read, vector in rows],
                    "seen": [read.seen for read, vector in rows],
                    "hashes": [read.text_hash for read, vector in rows],
                    "vectors": [vector for read, vector in rows],
                    "all_meanings": SearchCount.ALL_MEANINGS,
                },
            )


def _settle(rows: list[tuple[int, str]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(SAME_WORDS, [[pk for pk, seen in rows], [seen for pk, seen in rows]])
