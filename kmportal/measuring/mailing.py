"""Invented subscribers and news in any number, and the loops that sending is measured against."""

import datetime
import random
import resource
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Organisation
from catalogue.bulk import insert_items
from catalogue.choices import Status, Visibility
from catalogue.models import Item, ItemTopic
from catalogue.search import index_many
from digests.choices import COMPOSER
from digests.models import Announcement, Digest, SavedSearch, Subscriber
from digests.writing.composing import reason_of, sections_of
from digests.writing.gathering import Entry, names_of
from kmportal.measuring.corpus import records
from mail import smtp
from mail.composers import Content, contents
from mail.composing import mailing_to_bytes
from mail.models import OutboxMessage
from taxonomy.models import Topic
from taxonomy.vocabulary import load_starting_vocabulary

SEED = 20261123
# So many follows and saved searches have the readers of the design's measurements.
TOPICS_EACH = 8
TOPICS_OF_AN_ITEM = 5
SEARCHES = 3_000
SEARCHERS = 0.4
WORDS = ("falls", "sepsis", "frailty", "review", "delirium", "nutrition", "ward", "trial", "pain", "discharge")

SUBSCRIBERS = """
    INSERT INTO digests_subscriber (guest_email, frequency, local_hour, time_zone, last_batch, key, created_at)
    SELECT 'reader' || number || '@mail.example', 'weekly', 7, 'Europe/London', 0, gen_random_uuid(), %s
    FROM generate_series(1, %s) AS number
"""
TOPIC_FOLLOWS = """
    INSERT INTO digests_follow (subscriber_id, topic_id, with_narrower, kind, created_at)
    SELECT reader.id, (%(topics)s::bigint[])[1 + (hashint8(reader.id * 31 + place)::bigint & 2147483647) %% cardinality(%(topics)s::bigint[])],
        true, '', %(now)s
    FROM digests_subscriber reader, generate_series(1, %(each)s) AS place
    ON CONFLICT DO NOTHING
"""
SEARCH_FOLLOWS = """
    INSERT INTO digests_follow (subscriber_id, search_id, with_narrower, kind, created_at)
    SELECT reader.id, (%(searches)s::bigint[])[1 + (hashint8(reader.id)::bigint & 2147483647) %% cardinality(%(searches)s::bigint[])],
        true, '', %(now)s
    FROM digests_subscriber reader WHERE (hashint8(reader.id + 7)::bigint & 2147483647) %% 100 < %(share)s
    ON CONFLICT DO NOTHING
"""


def fill(*, subscribers: int, items: int) -> None:
    """Make the subscribers, what they follow, and the items that will be news."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE digests_subscriber, digests_savedsearch, digests_run, digests_announcebatch CASCADE")
        cursor.execute("TRUNCATE catalogue_item, mail_outboxmessage CASCADE")
    load_starting_vocabulary()
    topics = list(Topic.objects.active().order_by("pk"))
    keys = [topic.pk for topic in topics]
    # Not for secrets: the same readers and items each time.
    chance = random.Random(SEED)  # noqa: S311
    make_news(items, topics, chance)
    searches = SavedSearch.objects.bulk_create(
        SavedSearch(query=query, words=query) for query in dict.fromkeys(some_searches(topics, chance))
    )
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(SUBSCRIBERS, [now - datetime.timedelta(days=30), subscribers])
        cursor.execute(TOPIC_FOLLOWS, {"topics": keys, "now": now, "each": TOPICS_EACH})
        cursor.execute(
            SEARCH_FOLLOWS, {"searches": [search.pk for search in searches], "now": now, "share": SEARCHERS * 100}
        )
        cursor.execute("VACUUM ANALYZE")


def let_every_hour_have_come() -> None:
    """Let no reader of today's run wait for a later hour of the day."""
    Subscriber.objects.update(local_hour=0)
    clear_up()


def clear_up() -> None:
    """Do now what the database else does at a moment of its own, in the middle of a measurement."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE digests_subscriber, digests_digest, mail_outboxmessage")


def make_news(number: int, topics: Sequence[Topic], chance: random.Random) -> list[int]:
    """Make so many published items, each on a few topics; return their keys."""
    organisation = Organisation.objects.get_or_create(slug="bench", defaults={"name": "Trust", "kind": "nhs_trust"})[0]
    made = list(records(number, topics=topics, organisations=[organisation]))
    for record in made:
        record.status, record.visibility, record.embargo_until = Status.PUBLISHED, Visibility.PUBLIC, None
        record.published_at = timezone.now() - datetime.timedelta(days=1)
    keys = insert_items(made)
    ItemTopic.objects.bulk_create(
        ItemTopic(content_object_id=key, tag=topic)
        for key in keys
        for topic in chance.sample(topics, TOPICS_OF_AN_ITEM)
    )
    index_many(keys)
    return keys


def some_searches(topics: Sequence[Topic], chance: random.Random) -> Iterator[str]:
    """Yield the addresses of searches: words, filters, and both."""
    for _number in range(SEARCHES):
        words = "+".join(chance.sample(WORDS, chance.choice((1, 1, 2))))
        topic = chance.choice(topics).slug
        year = chance.randint(2015, 2026)
        yield chance.choice(
            (f"q={words}&year_from={year}", f"q={words}&topic={topic}", f"topic={topic}&year_from={year}")
        )


@contextmanager
def mail_sink(log: Path, *options: str) -> Iterator[dict[str, object]]:
    """Run a mail server that takes everything; give the settings that lead to it."""
    command = [sys.executable, "-m", "kmportal.measuring.sink", str(log), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sink:
        try:
            assert sink.stdout is not None
            port = int(sink.stdout.readline())
            yield {"host": "127.0.0.1", "port": port, "user": "", "password": "", "use_ssl": False, "use_tls": False}
        finally:
            sink.terminate()


class Counted:
    """How many statements were sent, as a wrapper around the connection's."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Count and go on."""
        self.number += 1
        return execute(sql, params, many, context)


def forget_peak() -> float:
    """Let the kernel count this process's largest memory anew; return what it holds now, in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(name: str) -> float:
    """Return a figure of this process's memory in MB: VmRSS what it holds, VmHWM the most it held."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_seconds() -> float:
    """Return the processor time that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def written_out(number: int) -> list[tuple[str, bytes]]:
    """Return so many waiting messages as they would leave, with their addresses: those whose turn comes last.

    So nothing of those that are measured is drawn already but what many mails share.
    """
    messages = list(OutboxMessage.objects.filter(composer=COMPOSER, state="waiting").order_by("-pk")[:number])
    found = contents(messages)
    return [
        (message.to, mailing_to_bytes(message, content))
        for message in messages
        if isinstance(content := found[message.pk], Content)
    ]


def bare_loop(server: dict[str, object], ready: Sequence[tuple[str, bytes]]) -> float:
    """Hand over messages that are written already, with nothing but smtplib; return how many in a second.

    One connection for all of them, one command after the other as smtplib has them, no table and no marks.
    """
    start = time.perf_counter()
    with smtplib.SMTP(str(server["host"]), int(str(server["port"]))) as client:
        client.ehlo()
        for address, content in ready:
            client.mail("portal@localhost")
            client.rcpt(address)
            client.data(content)
    return len(ready) / (time.perf_counter() - start)


def naive_loop(server: dict[str, object], keys: Sequence[int]) -> float:
    """Read, render, send and mark one reader after the other, as one would begin; return how many in a second."""
    start = time.perf_counter()
    with smtp.connection(server) as client:
        for key in keys:
            digest = Digest.objects.select_related("run", "subscriber__user").get(pk=key)
            rows = Announcement.objects.filter(pk__in=digest.announcements).values_list("item", "reason")
            items = {
                item.pk: item
                for item in Item.objects.listed_to(digest.subscriber.reader).filter(
                    pk__in=[item for item, _reason in rows]
                )
            }
            entries = [
                Entry(items[item], reason, code) for (item, reason), code in zip(rows, digest.codes, strict=True)
            ]
            names = names_of(digest.codes)
            parts = []
            for kind in ("html", "txt"):
                drawn = [
                    render_to_string(
                        f"digests/mail/item.{kind}",
                        {
                            "title": entry.item.title,
                            "url": entry.item.get_absolute_url(),
                            "details": [entry.item.form_label],
                            "reason": reason_of(entry, digest.run, names),
                        },
                    )
                    for _heading, theirs in sections_of(entries)
                    for entry in theirs
                ]
                parts.append(render_to_string(f"digests/mail/update.{kind}", {"sections": "".join(drawn)}))
            mail = EmailMultiAlternatives("Your update", parts[1], "portal@localhost", [digest.subscriber.address])
            mail.attach_alternative(parts[0], "text/html")
            smtp.deliver(
                client,
                sender="portal@localhost",
                recipient=digest.subscriber.address,
                content=mail.message().as_bytes().replace(b"\n", b"\r\n"),
            )
            digest.settled_at = timezone.now()
            digest.save()
    return len(keys) / (time.perf_counter() - start)
