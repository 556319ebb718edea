"""`make bench-pages`: the whole search page with its filters and the evidence page, served, beside a bare stock page."""

import json
import os
import random
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.http import urlencode

from evidence.models import Evidence
from kmportal.measuring.filling import fill, fill_invented_meanings
from kmportal.measuring.scratch import scratch_database
from kmportal.measuring.searching import make_stock_table, mix
from kmportal.measuring.serving import latency_of_arrivals, requests_a_second, web_server
from taxonomy.models import Topic

SEED = 20261125
RECORDS, READINGS = 500, 20_000
READERS = 4
ARRIVING = 12.0
NOTHING_KEPT = {"PORTAL_SEARCH_NUMBERS_KEPT_SECONDS": "0", "PORTAL_PAGES_KEPT_SECONDS": "0"}
STOCK_SETTINGS = "kmportal.measuring.stock_settings"


def as_they_are_read(addresses: Sequence[str]) -> list[str]:
    """Return a long row of these addresses, the second half as often as the first, the third a third as often, and so on:
    how often the pages of a site are asked for mostly follows Zipf's law.
    """
    chance = random.Random(SEED)  # noqa: S311 - the same row every time
    return chance.choices(addresses, [1 / place for place in range(1, len(addresses) + 1)], k=READINGS)


class Command(BaseCommand):
    help = "Measure whole pages through a real web server, on the scratch database of bench_search."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--items", type=int, default=100_000, help="how many items (default: 100,000)")
        parser.add_argument("--seconds", type=float, default=20.0, help="how long each measure lasts (default: 20)")

    def handle(self, *args: Any, items: int, seconds: float, **options: Any) -> None:
        if items < 1 or seconds <= 0:
            raise CommandError("Measure on one item at least, for some seconds.")
        call_command("collectstatic", verbosity=0, interactive=False)
        with scratch_database(f"search_{items}"):
            fill(items)
            fill_invented_meanings()
            make_stock_table()
            asked = mix(list(Topic.objects.order_by("pk")))
            searches = [f"{reverse('search')}?{one.filters.as_query()}" for one in asked]
            stock = [f"/stock/?{urlencode({'q': one.filters.q})}" for one in asked]
            shown = Evidence.objects.listed_to(AnonymousUser()).order_by("pk")
            records = as_they_are_read([record.get_absolute_url() for record in shown[:RECORDS]])
            result: dict[str, Any] = {"items": items, "processes_of_the_server": 2}
            # The same mix comes again and again: kept numbers and pages make most of them quick, drawn anew none.
            for name, kept in (("", {}), ("_drawn_anew", NOTHING_KEPT)):
                with web_server(os.environ["DJANGO_SETTINGS_MODULE"], **kept) as port:
                    requests_a_second(port, searches, readers=READERS, seconds=seconds / 2)
                    result[f"search_page{name}"] = {
                        "4_readers": requests_a_second(port, searches, readers=READERS, seconds=seconds),
                        "12_a_second": latency_of_arrivals(port, searches, per_second=ARRIVING, seconds=seconds),
                    }
                    requests_a_second(port, records, readers=READERS, seconds=seconds / 2)
                    result[f"evidence_page{name}"] = requests_a_second(port, records, readers=READERS, seconds=seconds)
            with web_server(STOCK_SETTINGS) as port:
                result["stock_django"] = requests_a_second(port, stock, readers=READERS, seconds=seconds)
        self.stdout.write(json.dumps(result))
