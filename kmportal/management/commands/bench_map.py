"""How long the evidence map takes with every topic as a row, on 100,000 invented items, and how heavy its page is."""

import gzip
import json
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import Organisation
from catalogue.ancestors import refresh_ancestors
from catalogue.bulk import insert_items
from catalogue.models import Item
from kmportal.measuring.corpus import records
from kmportal.measuring.scratch import scratch_database
from kmportal.measuring.timing import milliseconds, percentile
from taxonomy.models import Topic
from taxonomy.vocabulary import load_starting_vocabulary

TIMES = 20
# So many records are written, the rest are copies of them: the map reads no words.
WRITTEN = 2_000
# One, two or three topics for each item, so that a topic shares its items with many others.
SPREAD = """
    INSERT INTO catalogue_itemtopic (content_object_id, tag_id)
    SELECT item.id, (%(topics)s::bigint[])[1 + (item.id * step) %% cardinality(%(topics)s::bigint[])]
    FROM catalogue_item item, unnest(ARRAY[1, 7, 31]) WITH ORDINALITY AS steps (step, place)
    WHERE place <= 1 + item.id %% 3
    ON CONFLICT DO NOTHING
"""


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
            cold = override_settings(EVIDENCE_MAP={**settings.EVIDENCE_MAP, "kept_seconds": 0})
            kept = override_settings(EVIDENCE_MAP={**settings.EVIDENCE_MAP, "kept_seconds": 60})
            with kept:
                get("?rows=all")
                taken = milliseconds(get, ["?rows=all"] * TIMES)
                result["every_topic_kept_ms"] = {"p50": percentile(taken, 0.5), "p95": percentile(taken, 0.95)}
            for name, query in (
                ("every_topic", "?rows=all"),
                ("top_level", ""),
                ("settings", "?rows=all&across=setting"),
            ):
                with cold:
                    taken = milliseconds(get, [query] * TIMES)
                result[f"{name}_ms"] = {"p50": percentile(taken, 0.5), "p95": percentile(taken, 0.95)}
        self.stdout.write(json.dumps(result))


def fill(items: int) -> None:
    """Bring the number of items to the wanted one, or a little less; a database with another number is filled anew."""
    held = Item.objects.count()
    written = min(items, WRITTEN)
    copies = items // written - 1
    if held == written * (1 + copies):
        return
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE catalogue_item CASCADE")
    load_starting_vocabulary()
    topics = list(Topic.objects.active().order_by("pk"))
    organisation = Organisation.objects.get_or_create(slug="bench", defaults={"name": "Trust", "kind": "nhs_trust"})[0]
    insert_items(list(records(written, topics=topics, organisations=[organisation])))
    columns = ", ".join(
        connection.ops.quote_name(str(field.column))
        for field in Item._meta.local_concrete_fields
        if not field.primary_key
    )
    with connection.cursor() as cursor:
        # Invented rows need no history, which is most of what an insert costs here; the tables are this database's own.
        for table in ("catalogue_item", "catalogue_itemtopic"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        # The map reads the parent table alone. The names are the model's own.
        cursor.execute(
            f"INSERT INTO catalogue_item ({columns}) SELECT {columns} FROM catalogue_item, generate_series(1, %s)",  # noqa: S608
            [copies],
        )
        cursor.execute("ANALYZE catalogue_item")
        cursor.execute(SPREAD, {"topics": [topic.pk for topic in topics]})
        cursor.execute("ANALYZE catalogue_itemtopic")
    refresh_ancestors()
    with connection.cursor() as cursor:
        for table in ("catalogue_item", "catalogue_itemtopic"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
