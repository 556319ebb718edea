"""What `bench_search` measures: a fixed mix of queries through `search()`, beside stock Django on the same rows."""

import random
import resource
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from catalogue.models import Item
from catalogue.search import Facets, SearchFilters, index_many, search
from catalogue.search import planning as planner
from catalogue.search.finding import plan_for
from catalogue.search.meaning import forget_queries
from catalogue.search.synonyms import vocabulary
from kmportal.measuring.corpus import MEASURES, PLACES, SEED, Writer
from kmportal.measuring.timing import percentile
from taxonomy.models import Topic

ANYONE = AnonymousUser()
TOP = 10
OF_EACH = 40
# Ranking a million entries exactly takes seconds; each so manieth query says how close the quick way comes.
CHECKED_EVERY = 8
SEARCHES_FOR_MEMORY = 1_000
# Stock Django takes seconds for a query that half of the records match.
STOCK_EVERY = 6
CLASSES = ("rare", "medium", "common")
FILTERS: tuple[dict[str, Any], ...] = (
    {"form": ("systematic_review",)},
    {"standing": ("high", "moderate"), "year_from": 2015},
    {"setting": ("acute", "community")},
    {"publication_status": ("peer_reviewed",), "audience": ("nurses",)},
)


@dataclass(frozen=True)
class Asked:
    """One query of the mix. group: how many documents hold its words."""

    group: str
    filters: SearchFilters

    @property
    def is_filtered(self) -> bool:
        """Whether it is narrowed by filters."""
        return self.filters.is_filtered


@dataclass
class Taken:
    """What was measured of some queries: ms each, by the clock and on the processor, shares of the ideal score, and
    whether each page was filled."""

    ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    filled: list[bool] = field(default_factory=list)

    def summary(self) -> dict[str, float | int | None]:
        """Return the figures that are printed."""
        if not self.ms:
            return {"n": 0}
        return {
            "n": len(self.ms),
            **{f"p{share}_ms": percentile(self.ms, share / 100) for share in (50, 95, 99)},
            **({f"p{share}_cpu_ms": percentile(self.cpu_ms, share / 100) for share in (50, 95)} if self.cpu_ms else {}),
            "score_ratio": round(sum(self.ratios) / len(self.ratios), 4) if self.ratios else None,
            "filled": round(sum(self.filled) / len(self.filled), 4) if self.filled else None,
        }


def mix(topics: Sequence[Topic]) -> list[Asked]:
    """Return the queries, always the same: words that a few documents hold, some, and most; every fourth filtered."""
    writer = Writer([topic.name for topic in topics])
    choose = random.Random(SEED + 2)  # noqa: S311 - the same mix every time
    words: dict[str, Callable[[], str]] = {
        "rare": lambda: f"{choose.choice(writer.rare[2_000:20_000])} {choose.choice(writer.rare[2_000:20_000])}",
        "medium": lambda: f"{writer.topic()} {choose.choice(writer.rare[20:400])}".lower(),
        "common": lambda: (
            f"does {writer.topic().lower()} improve {choose.choice(MEASURES)} of patients in {choose.choice(PLACES)}?"
        ),
    }
    asked = []
    for group in CLASSES:
        for number in range(OF_EACH):
            filters = SearchFilters(q=words[group]())
            if number % 4 == 3:
                filters = replace(filters, **FILTERS[number // 4 % len(FILTERS)])
            asked.append(Asked(group, filters))
    return asked


def measure_mode(asked: Sequence[Asked], *, hybrid: bool, concurrency: int) -> dict[str, dict[str, Any]]:
    """Ask everything once to warm up and once measured, from so many threads; return class → figures."""
    with settings_with(hybrid):
        _ask_all(asked, concurrency)
        # The model is asked anew, as most readers ask what nobody asked before.
        forget_queries()
        taken = _ask_all(asked, concurrency)
        ratios = {place: score_ratio(asked[place].filters) for place in range(0, len(asked), CHECKED_EVERY)}
    groups: dict[str, Taken] = {name: Taken() for name in ("all", *CLASSES, "filtered")}
    for place, (one, (ms, cpu_ms, found, total)) in enumerate(zip(asked, taken, strict=True)):
        for name in ("all", "filtered" if one.is_filtered else one.group):
            groups[name].ms.append(ms)
            if cpu_ms is not None:
                groups[name].cpu_ms.append(cpu_ms)
            groups[name].filled.append(found == min(TOP, total))
            if ratios.get(place) is not None:
                groups[name].ratios.append(ratios[place])  # type: ignore[arg-type]  # None was left out
    return {name: group.summary() for name, group in groups.items()}


def settings_with(hybrid: bool) -> Any:
    """Let search compare meanings, or words alone."""
    return mock.patch.object(settings, "SEARCH_BY_MEANING", hybrid)


def processor_clock() -> Callable[[], float] | None:
    """Return a clock of the seconds that this process and its database backend were on a processor.

    On a machine with other work this says more than the clock on the wall. None where the backend's own cannot be read.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    host = str(settings.DATABASES["default"]["HOST"])
    if not (host in {"", "localhost", "127.0.0.1"} or host.startswith("/")) or not backend.is_file():
        return None
    return lambda: time.process_time() + int(backend.read_text().split()[0]) / 1e9


def _ask_all(asked: Sequence[Asked], concurrency: int) -> list[tuple[float, float | None, int, int]]:
    """Return for each query the ms it took, those on the processor, how many hits came and how many there are."""
    taken: list[tuple[float, float | None, int, int]] = [(0.0, None, 0, 0)] * len(asked)
    clock = processor_clock() if concurrency == 1 else None
    waiting = iter(range(len(asked)))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                place = next(waiting, None)
            if place is None:
                break
            filters = asked[place].filters
            start, begun = time.perf_counter(), clock() if clock else 0.0
            page = search(filters.q, filters, ANYONE, page_size=TOP, facets=Facets.LEFT_OUT)
            spent = (clock() - begun) * 1000 if clock else None
            taken[place] = ((time.perf_counter() - start) * 1000, spent, len(page.hits), page.total)
        if concurrency > 1:
            connection.close()

    if concurrency == 1:
        work()
        return taken
    threads = [threading.Thread(target=work) for _number in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def score_ratio(filters: SearchFilters) -> float | None:
    """Return what the page's hits are worth by the exact score, divided by what the best hits are worth."""
    quick = [item.pk for item in search(filters.q, filters, ANYONE, page_size=TOP, facets=Facets.LEFT_OUT).items]
    with mock.patch.object(planner, "LOOKED_AT_ALWAYS", 10**9):
        best = [item.pk for item in search(filters.q, filters, ANYONE, page_size=TOP, facets=Facets.LEFT_OUT).items]
        planned = plan_for(filters.q, vocabulary())
        scored = planned.ranked(planned.all_matches())
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT item_id, relevance FROM ({scored.sql}) AS scored WHERE item_id = ANY (%s)",  # noqa: S608
                [*scored.parameters, [*quick, *best]],
            )
            worth = dict(cursor.fetchall())
    ideal = sum(worth.get(pk, 0.0) for pk in best)
    return sum(worth.get(pk, 0.0) for pk in quick) / ideal if ideal else None


MAKE_STOCK = """
    CREATE TABLE IF NOT EXISTS bench_stock_row AS
    SELECT item.id, item.title, item.form, item.standing, item.publication_status, setweight(to_tsvector('english', item.title), 'A')
        || to_tsvector('english', item.summary || ' ' || evidence.abstract) AS document
    FROM catalogue_item item JOIN evidence_evidence evidence ON evidence.item_ptr_id = item.id;
    CREATE INDEX IF NOT EXISTS bench_stock_words ON bench_stock_row USING gin (document);
    ANALYZE bench_stock_row
"""
# What SearchVectorField, GinIndex, SearchQuery and SearchRank of django.contrib.postgres make of a search.
STOCK_AND = """
    SELECT id, ts_rank(document, plainto_tsquery('english', %s)) AS rank FROM bench_stock_row
    WHERE document @@ plainto_tsquery('english', %s) ORDER BY rank DESC LIMIT 10
"""
STOCK_OR = STOCK_AND.replace(
    "plainto_tsquery('english', %s)", "replace(plainto_tsquery('english', %s)::text, '&', '|')::tsquery"
)


def make_stock_table() -> None:
    """Make the table on which stock Django searches, where it is not there."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE_STOCK)


def measure_stock(asked: Sequence[Asked]) -> dict[str, dict[str, Any]]:
    """Return how long stock Django takes for the top ten: all words wanted, or any."""
    make_stock_table()
    with connection.cursor() as cursor:
        result = {}
        for name, statement in (("and", STOCK_AND), ("or", STOCK_OR)):
            taken = Taken()
            for one in asked[::STOCK_EVERY]:
                start = time.perf_counter()
                cursor.execute(statement, [one.filters.q, one.filters.q])
                cursor.fetchall()
                taken.ms.append((time.perf_counter() - start) * 1000)
            result[name] = taken.summary()
    return result


def index_megabytes() -> float:
    """Return what search takes in the database, in MB: its tables with their indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname = ANY (%s)",
            [["catalogue_searchentry", "catalogue_searchmeaning", "catalogue_searchcount", "catalogue_searchword"]],
        )
        return round(float(cursor.fetchone()[0]) / 1024**2, 1)


def milliseconds_of_a_save(times: int = 20) -> float:
    """Return the median of how long it takes to write one item's entry anew."""
    keys = list(Item.objects.order_by("-pk").values_list("pk", flat=True)[:times])
    taken = []
    for key in keys:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE catalogue_searchentry SET content_hash = '' WHERE item_id = %s", [key])
        start = time.perf_counter()
        index_many([key])
        taken.append((time.perf_counter() - start) * 1000)
    return percentile(taken, 0.5)


def resident_megabytes(asked: Sequence[Asked]) -> int:
    """Return the most memory that this process held, in MB, after a thousand hybrid searches."""
    with settings_with(True):
        for number in range(SEARCHES_FOR_MEMORY):
            filters = asked[number % len(asked)].filters
            search(f"{filters.q} {number}", filters, ANYONE, page_size=TOP, facets=Facets.LEFT_OUT)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
