"""How long the evidence map takes with every topic as a row, on 100,000 invented items, and how heavy its page is."""

import gzip
import itertools
import json
import random
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation
from catalogue.ancestors import refresh_ancestors
from catalogue.bulk import insert_items
from catalogue.models import Item, ItemTopic
from kmportal.measuring.corpus import SEED, records
from kmportal.measuring.scratch import scratch_database
from kmportal.measuring.timing import milliseconds, percentile
from taxonomy.models import Topic
from taxonomy.vocabulary import load_starting_vocabulary

BATCH = 5_000
TIMES = 20
# One written record stands for so many: the map reads no words, and writing them would take minutes.
COPIES = 20


class Command(BaseCommand):
    help = "Measure the evidence map on invented items in a database of their own, which is kept for the next time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--items", type=int, default=100_000, help="how many items (default: 100,000)")
        parser.add_argument("--anew", action="store_true", help="make the items anew")

    def handle(self, *args: Any, items: int, anew: bool, **options: Any) -> None:
        if items < 1:
            raise CommandError("Measure on one item at least.")
        call_command("collectstatic", verbosity=0, interactive=False)
        with scratch_database("bench_map", anew=anew):
            fill(items)
            client = Client(headers={"host": settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")})

            def get(query: str) -> bytes:
                response = client.get(f"{reverse('map')}{query}", secure=settings.SECURE_SSL_REDIRECT)
                if response.status_code != 200:
                    raise CommandError(f"The map answered {response.status_code}.")
                return response.content

            page = get("?rows=all")
            result: dict[str, Any] = {
                "items": Item.objects.count(),
                "rows": Topic.objects.active().count(),
                "page_kb": round(len(page) / 1000, 1),
                "compressed_kb": round(len(gzip.compress(page, 6)) / 1000, 1),
            }
            for name, query in (
                ("every_topic", "?rows=all"),
                ("top_level", ""),
                ("settings", "?rows=all&across=setting"),
            ):
                taken = milliseconds(get, [query] * TIMES)
                result[f"{name}_ms"] = {"p50": percentile(taken, 0.5), "p95": percentile(taken, 0.95)}
        self.stdout.write(json.dumps(result))


def fill(items: int) -> None:
    """Bring the number of items to the wanted one; a database with another number is filled anew."""
    held = Item.objects.count()
    if held == items:
        return
    if held:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE catalogue_item CASCADE")
    load_starting_vocabulary()
    topics = list(Topic.objects.order_by("pk"))
    organisation = Organisation.objects.get_or_create(slug="bench", defaults={"name": "Trust", "kind": "nhs_trust"})[0]
    chance = random.Random(SEED)  # noqa: S311 - invented rows, not a secret
    written = list(records(-(-items // COPIES), topics=topics, organisations=[organisation]))
    waiting = itertools.islice(itertools.cycle(written), items)
    made = 0
    while batch := list(itertools.islice(waiting, BATCH)):
        for start in range(0, len(batch), len(written)):
            with transaction.atomic():
                _insert(batch[start : start + len(written)], topics, chance)
        made += len(batch)
        sys.stderr.write(f"{made:,} of {items:,} items\n")
    refresh_ancestors()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _insert(batch: list[Any], topics: list[Topic], chance: random.Random) -> None:
    for record in batch:
        record.pk = record.id = record.item_ptr_id = None
        record.doi = record.pmid = ""
    keys = insert_items(batch)
    ItemTopic.objects.bulk_create(
        ItemTopic(content_object_id=key, tag=topic) for key in keys for topic in chance.sample(topics, 1 + key % 3)
    )
