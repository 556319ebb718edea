"""What search knows of the whole catalogue: how many entries there are, how many hold a key, how long they are."""

import logging
import math
from collections.abc import Collection, Sequence

from django.db import OperationalError, connection, transaction
from django.db.models import Avg

from catalogue.searchindex import SearchCount, SearchEntry, SearchMeasure, SearchWord

logger = logging.getLogger(__name__)

# Of journal abstracts with their title counted twice, in lexemes. Used until the sweep has measured the catalogue.
TYPICAL_LENGTH = 120.0
# The sweep counts anew what it can count in a minute, and adds up what was noted where there is more.
COUNTED_ANEW_UP_TO = 200_000
# Space of so many bytes is given back where the rows, with their part of the indexes, need less than a fifth of it.
WASTEFUL_FROM = 64 * 1024 * 1024
WASTEFUL_TIMES = 5
BYTES_OF_A_ROW = 250
# A bigger change of the average length makes it worth writing the entries again.
TOLERATED_DRIFT = 0.1

# One statement sees one state of the catalogue: what is saved meanwhile is neither deleted nor counted here.
COUNT_ANEW = """
    WITH noted AS (DELETE FROM catalogue_searchcount)
    INSERT INTO catalogue_searchcount (key, documents)
    SELECT key, count(*) FROM catalogue_searchentry, unnest(keys || filter_keys) AS key GROUP BY key
    UNION ALL SELECT %s, count(*) FROM catalogue_searchentry
    UNION ALL SELECT %s, count(*) FROM catalogue_searchmeaning WHERE vector IS NOT NULL HAVING count(*) > 0
"""
ADD_UP_COUNTS = """
    WITH noted AS (DELETE FROM catalogue_searchcount RETURNING key, documents)
    INSERT INTO catalogue_searchcount (key, documents)
    SELECT key, sum(documents) FROM noted GROUP BY key HAVING sum(documents) > 0
"""
ADD_UP_WORDS = """
    WITH noted AS (DELETE FROM catalogue_searchword RETURNING word, documents)
    INSERT INTO catalogue_searchword (word, documents)
    SELECT word, sum(documents) FROM noted GROUP BY word HAVING sum(documents) > 0
"""


def counts_of(keys: Collection[int]) -> dict[int, int]:
    """Return how many entries hold each of the keys, in one query; keys that none holds are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, sum(documents) FROM catalogue_searchcount WHERE key = ANY (%s) GROUP BY key", [list(keys)]
        )
        return {key: int(documents) for key, documents in cursor.fetchall() if documents > 0}


def expected_together(counts: Sequence[int], documents: int) -> float:
    """Return how many entries probably hold all of some words or values, of which so many hold each.

    Words of one question stand together more often than by chance: the rarest counts in full, the next by its square root and so
    on ("exponential backoff", the estimate of SQL Server since 2014 for conditions that belong together).
    """
    shares = sorted(min(1.0, count / documents) for count in counts)
    return documents * math.prod(share ** (0.5**place) for place, share in enumerate(shares))


def average_length() -> float:
    """Return the frozen average length of an entry, in lexemes."""
    measured = SearchMeasure.objects.values_list("average_length", flat=True).first()
    return measured or TYPICAL_LENGTH


@transaction.atomic
def add_up() -> None:
    """Make one row of each key's and each word's rows, so that reading them stays fast."""
    with connection.cursor() as cursor:
        # Two at a time would each add what the other has not yet deleted. Saving only adds rows and does not wait.
        cursor.execute("LOCK TABLE catalogue_searchmeasure IN EXCLUSIVE MODE")
        if SearchEntry.objects.count() <= COUNTED_ANEW_UP_TO:
            cursor.execute(COUNT_ANEW, [SearchCount.ALL_ENTRIES, SearchCount.ALL_MEANINGS])
        else:
            cursor.execute(ADD_UP_COUNTS)
        cursor.execute(ADD_UP_WORDS)


def give_back_space() -> list[str]:
    """Write the tables of the counts anew where most of their space holds nothing any more; return which.

    Filling an index leaves a row for each batch and key, which `add_up` makes one of. Not inside a transaction. Searches
    and saving wait for the second that it takes; where others hold the table for longer it is left to the next night.
    """
    written = []
    for table in (SearchCount._meta.db_table, SearchWord._meta.db_table):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_total_relation_size('{table}'), count(*) FROM {table}")  # noqa: S608 - a model's
            size, rows = cursor.fetchall()[0]
            if size < WASTEFUL_FROM or size < WASTEFUL_TIMES * BYTES_OF_A_ROW * rows:
                continue
            cursor.execute("SET lock_timeout = '2s'")
            try:
                cursor.execute(f"VACUUM (FULL, ANALYZE) {table}")
                written.append(table)
            except OperationalError:
                logger.info("The space of %s was not given back: others were using it.", table)
            finally:
                cursor.execute("RESET lock_timeout")
    return written


def measure_average_length() -> bool:
    """Freeze the average length as it is now; return whether it drifted so far that entries should be written again."""
    measured = SearchEntry.objects.aggregate(length=Avg("length"))["length"]
    if not measured or abs(measured / average_length() - 1) <= TOLERATED_DRIFT:
        return False
    SearchMeasure.objects.update_or_create(pk=1, defaults={"average_length": measured})
    return True
