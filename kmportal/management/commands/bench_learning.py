"""`manage.py bench_learning`: how long the list of learning with its filters takes on 5,000 invented resources."""

import datetime
import json
import random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from catalogue.bulk import insert_items
from catalogue.choices import KindName, Phrase, Status
from catalogue.models import ItemTopic
from catalogue.search import index_many
from catalogue.search.sweeping import sweep
from kmportal.measuring.scratch import scratch_database
from kmportal.measuring.timing import milliseconds, percentile
from learning_zone.choices import LEARNING_TYPES, Access, Cost, Level
from learning_zone.models import LearningResource
from taxonomy.models import Topic
from taxonomy.vocabulary import load_starting_vocabulary

BATCH = 1_000
PAGES = 120
WORDS = ("falls", "sepsis", "searching", "frailty", "review", "handover", "evidence", "ward", "team", "summary")


class Command(BaseCommand):
    help = "Measure the list of learning on invented resources in a database of their own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--items", type=int, default=5_000, help="how many resources (default: 5,000)")

    def handle(self, *args: Any, items: int, **options: Any) -> None:
        call_command("collectstatic", verbosity=0, interactive=False)
        # Not for secrets: the same resources and questions each time.
        chance = random.Random(7)  # noqa: S311
        with scratch_database("bench_learning"):
            fill(items, chance)
            topics = list(Topic.objects.values_list("slug", flat=True))
            asked = [question(chance, topics) for _ in range(PAGES)]
            client = Client(headers={"host": settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")})

            def get(params: dict[str, str]) -> None:
                address = f"{reverse('learning_zone:find')}?{urlencode(params)}"
                response = client.get(address, secure=settings.SECURE_SSL_REDIRECT)
                if response.status_code != 200:
                    raise CommandError(f"{address} answered {response.status_code}.")

            milliseconds(get, asked[:20])
            taken = milliseconds(get, asked)
            held = LearningResource.objects.count()
        result = {"items": held, "p50_ms": percentile(taken, 0.5), "p95_ms": percentile(taken, 0.95)}
        self.stdout.write(json.dumps(result))


def question(chance: random.Random, topics: list[str]) -> dict[str, str]:
    """Return what one reader asks the list for: words in a third of the cases, and one or two filters."""
    asked = {"q": chance.choice(WORDS)} if chance.random() < 1 / 3 else {}
    filters = {
        "type": chance.choice(list(LEARNING_TYPES)),
        "time": chance.choice(["15", "30", "60"]),
        "level": chance.choice(Level.values),
        "access": chance.choice(Access.values),
        "topic": chance.choice(topics),
        "phrase": chance.choice(Phrase.values),
    }
    chosen = chance.sample(sorted(filters), chance.randint(0, 2))
    return asked | {name: filters[name] for name in chosen}


def fill(items: int, chance: random.Random) -> None:
    """Make the resources, unless they are there."""
    if LearningResource.objects.count() == items:
        return
    load_starting_vocabulary()
    topics = list(Topic.objects.order_by("pk"))
    for start in range(0, items, BATCH):
        _insert([invented(number, chance) for number in range(start, min(start + BATCH, items))], topics)
    sweep()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def invented(number: int, chance: random.Random) -> LearningResource:
    """Return one resource, not yet saved."""
    return LearningResource(
        kind=KindName.LEARNING,
        title=f"{' '.join(chance.sample(WORDS, 3)).capitalize()} {number}",
        summary=" ".join(chance.choices(WORDS, k=30)),
        form=chance.choice(list(LEARNING_TYPES)),
        level=chance.choice(Level.values),
        cost=chance.choice(Cost.values),
        access=chance.choice(Access.values),
        minutes=chance.choice([5, 10, 15, 30, 45, 60, 120, 240, 360]),
        phrases=[chance.choice(Phrase.values)],
        provider=f"Provider {number % 40}",
        status=Status.PUBLISHED,
        published_at=timezone.now() - datetime.timedelta(hours=number),
    )


@transaction.atomic
def _insert(batch: list[LearningResource], topics: list[Topic]) -> None:
    keys = insert_items(batch)
    ItemTopic.objects.bulk_create(ItemTopic(content_object_id=key, tag=topics[(key * 7) % len(topics)]) for key in keys)
    index_many(keys)
