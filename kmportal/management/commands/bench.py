"""`make bench`: how long the search page takes on 10,000 items, and what stock Django takes on the same rows."""

import json
import sys
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Organisation
from catalogue.bulk import insert_items
from catalogue.models import Item, ItemTopic
from catalogue.search import index_many
from catalogue.search.sweeping import sweep
from evidence.models import Evidence
from kmportal.measuring.corpus import queries, records
from kmportal.measuring.scratch import scratch_database
from kmportal.measuring.timing import milliseconds, percentile
from taxonomy.models import Topic
from taxonomy.vocabulary import load_starting_vocabulary

BATCH = 1_000
# Stock Django reads every row for every query, which takes seconds; each so manieth query says enough.
STOCK_EVERY = 8


class Command(BaseCommand):
    help = "Measure the search page on invented items in a database of their own, which is kept for the next time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--items", type=int, default=10_000, help="how many items (default: 10,000)")
        parser.add_argument("--anew", action="store_true", help="make the items anew")

    def handle(self, *args: Any, items: int, anew: bool, **options: Any) -> None:
        if items < 1:
            raise CommandError("Measure on one item at least.")
        with scratch_database("bench", anew=anew):
            fill(items)
            mix = queries(topics=list(Topic.objects.order_by("pk")))
            pages = Pages()
            milliseconds(pages.get, mix)
            result = {
                "items": Item.objects.count(),
                "queries": len(mix),
                "search_page_ms": summary(milliseconds(pages.get, mix)),
                "stock_django_ms": summary(
                    milliseconds(stock_search, [one["q"][0] for one in mix if "q" in one][::STOCK_EVERY])
                ),
            }
        self.stdout.write(json.dumps(result))


def summary(taken: list[float]) -> dict[str, float]:
    """Return the percentiles that are printed."""
    return {"p50": percentile(taken, 0.5), "p95": percentile(taken, 0.95)}


def fill(items: int) -> None:
    """Bring the number of items to the wanted one; a database with another number is filled anew."""
    held = Item.objects.count()
    if held == items:
        return
    if held:
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
            sys.stderr.write(f"{number:,} of {items:,} items\n")
            waiting = []
    sweep()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@transaction.atomic
def _insert(batch: list[Evidence], topics: list[Topic]) -> None:
    keys = insert_items(batch)
    ItemTopic.objects.bulk_create(
        ItemTopic(content_object_id=key, tag=topics[(key * place) % len(topics)])
        for key in keys
        for place in (1, 7)[: 1 + key % 2]
    )
    index_many(keys)


class Pages:
    """A reader who is not signed in and asks for search pages, through everything between the server and the view."""

    def __init__(self) -> None:
        self.client = Client(
            raise_request_exception=False,
            headers={"host": settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")},
        )
        self.address = reverse("search")

    def get(self, params: dict[str, list[str]]) -> None:
        """Ask for one page; raises CommandError where it is none."""
        address = f"{self.address}?{urlencode(params, doseq=True)}"
        response = self.client.get(address, secure=settings.SECURE_SSL_REDIRECT)
        if response.status_code != 200:
            raise CommandError(
                f"{address} answered {response.status_code}. If the static files are not collected, run collectstatic first."
            )


def stock_search(words: str) -> None:
    """Find the top ten and the number of matches as Django's own documentation does it."""
    vector = SearchVector("title", weight="A", config="english") + SearchVector("summary", "abstract", config="english")
    query = SearchQuery(words, config="english")
    found = Evidence.objects.annotate(search=vector, rank=SearchRank(vector, query)).filter(search=query)
    list(found.order_by("-rank")[:10])
    found.count()
