"""`make bench`: how long the search page takes on 10,000 items, and what stock Django takes on the same rows."""

import json
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from catalogue.models import Item
from evidence.models import Evidence
from kmportal.measuring.corpus import queries
from kmportal.measuring.filling import fill
from kmportal.measuring.scratch import scratch_database
from kmportal.measuring.timing import milliseconds, percentile
from taxonomy.models import Topic

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
