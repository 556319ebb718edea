"""A scratch database full of invented items, indexed as the portal indexes, with what their texts mean."""

import math
import sys
import time
from collections.abc import Sequence

import numpy
import numpy.typing
from django.db import connection, transaction

from accounts.models import Organisation
from catalogue.bulk import insert_items
from catalogue.models import Item, ItemTopic
from catalogue.search.meaning import vector_of
from catalogue.search.sweeping import sweep
from catalogue.searchindex import NUMBERS, SearchCount, SearchEntry, SearchMeaning
from evidence.models import Evidence
from kmportal.measuring.corpus import SEED, records
from taxonomy.models import Topic
from taxonomy.vocabulary import load_starting_vocabulary

Numbers = numpy.typing.NDArray[numpy.float64]

BATCH = 1_000
# How much an invented item's own direction differs from that of its topics.
NOISE = 0.6
WEIGHTS = (1.0, 0.7, 0.4)

NEAREST_INDEX = "search_meaning_nearest"
MAKE_NEAREST_INDEX = f"""
    CREATE INDEX {NEAREST_INDEX} ON catalogue_searchmeaning
    USING hnsw (vector halfvec_ip_ops) WITH (m = 16, ef_construction = 64)
"""
WRITE_VECTORS = """
    UPDATE catalogue_searchmeaning meaning SET vector = given.vector::halfvec, is_due = false
    FROM unnest(%s::bigint[], %s::text[]) AS given (item_id, vector) WHERE meaning.item_id = given.item_id
"""


def fill(items: int) -> float | None:
    """Bring the number of items to the wanted one; a database with another number is filled anew.

    Returns how many seconds writing the index of words took, None where it was there. What was stopped goes on.
    """
    held = Item.objects.count()
    if held == items == SearchEntry.objects.count():
        return None
    if held != items:
        _make(items, emptied=bool(held))
    start = time.perf_counter()
    sweep()
    taken = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return taken


def _make(items: int, *, emptied: bool) -> None:
    if emptied:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE catalogue_item, catalogue_searchcount, catalogue_searchword CASCADE")
    load_starting_vocabulary()
    topics = list(Topic.objects.order_by("pk"))
    organisations = [
        Organisation.objects.get_or_create(
            slug=f"bench-{number}", defaults={"name": f"Trust {number}", "kind": "nhs_trust"}
        )[0]
        for number in range(8)
    ]
    waiting: list[Evidence] = []
    for number, record in enumerate(records(items, topics=topics, organisations=organisations), start=1):
        waiting.append(record)
        if len(waiting) == BATCH or number == items:
            _insert(waiting, topics)
            if number % (10 * BATCH) == 0 or number == items:
                sys.stderr.write(f"{number:,} of {items:,} items\n")
            waiting = []


@transaction.atomic
def _insert(batch: list[Evidence], topics: list[Topic]) -> None:
    keys = insert_items(batch)
    ItemTopic.objects.bulk_create(
        ItemTopic(content_object_id=key, tag=topics[(key * place) % len(topics)])
        for key in keys
        for place in (1, 7)[: 1 + key % 2]
    )


def fill_invented_meanings() -> float | None:
    """Give every item a vector and build their index; return the seconds that took, None where nothing was missing.

    Reading a million abstracts would take half a day: a vector is made from those of the item's topics, which the model
    has read, and a direction of its own.
    """
    if not SearchMeaning.objects.filter(vector=None).exists():
        return None
    start = time.perf_counter()
    known = {pk: numbers_of(vector_of(name) or "") for pk, name in Topic.objects.values_list("pk", "name")}
    chance = numpy.random.default_rng(SEED)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {NEAREST_INDEX}")
    for keys in _batches():
        of_item: dict[int, list[int]] = {key: [] for key in keys}
        for key, topic in ItemTopic.objects.filter(content_object__in=keys).values_list("content_object", "tag"):
            of_item[key].append(topic)
        vectors = [_composed([known[topic] for topic in of_item[key]], chance) for key in keys]
        with connection.cursor() as cursor:
            cursor.execute(WRITE_VECTORS, [keys, vectors])
    SearchCount.objects.filter(key=SearchCount.ALL_MEANINGS).delete()
    SearchCount.objects.create(
        key=SearchCount.ALL_MEANINGS, documents=Item.objects.filter(search_meaning__isnull=False).count()
    )
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '2GB'")
        cursor.execute(MAKE_NEAREST_INDEX)
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute("VACUUM ANALYZE catalogue_searchmeaning")
    return time.perf_counter() - start


def _batches() -> list[list[int]]:
    keys = list(SearchMeaning.objects.filter(vector=None).order_by("pk").values_list("pk", flat=True))
    return [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]


def numbers_of(vector: str) -> Numbers:
    """Return the numbers of a vector as PostgreSQL writes it; a text that could not be read gives none."""
    return numpy.array([float(number) for number in vector.strip("[]").split(",") if number] or [0.0] * NUMBERS)


def _composed(parts: Sequence[Numbers], chance: numpy.random.Generator) -> str:
    numbers = chance.normal(0.0, NOISE / math.sqrt(NUMBERS), NUMBERS)
    for weight, part in zip(WEIGHTS, parts, strict=False):
        numbers += weight * part
    numbers /= numpy.linalg.norm(numbers) or 1.0
    return f"[{','.join(f'{number:.4f}' for number in numbers.tolist())}]"
