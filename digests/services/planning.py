"""Opening a run and choosing for each of its readers, shard by shard, in a number of queries that readers do not change."""

import datetime
import io
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from accounts.models import Role
from digests.choices import DigestState, Frequency, RunState
from digests.choosing import choose
from digests.interests import Audience, Interests, read_interests
from digests.models import AnnounceBatch, Digest, Note, Run, Schedule, Shard, Subscriber
from digests.periods import MOST_LATE, Period, local_moment
from digests.querysets import SubscriberQuerySet
from digests.services.announcing import announce

# Subscribers in one transaction: what a planner that dies leaves undone is done again.
SHARD_SIZE = 10_000
# How far back news goes for somebody who was away for long.
NEWS_REACHES_BACK = datetime.timedelta(weeks=13)
# What COPY reads as no value.
NULL = "\\N"

BOUNDS = """
    SELECT id FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM digests_subscriber
        WHERE frequency = %s AND stopped_at IS NULL
    ) AS numbered WHERE (place - 1) %% %s = 0 ORDER BY id
"""
# Somebody whose last mail may still arrive is passed over: its items are not counted as seen yet.
READERS = """
    SELECT reader.id, reader.last_batch, reader.local_hour, reader.time_zone,
        account.staff_since IS NOT NULL OR coalesce(account.role, '') IN %(librarians)s, account.organisation_id,
        ARRAY(SELECT follow.code FROM digests_follow follow WHERE follow.subscriber_id = reader.id)
    FROM digests_subscriber reader LEFT JOIN accounts_user account ON account.id = reader.user_id
    WHERE reader.id >= %(low)s AND reader.id < %(high)s AND reader.frequency = %(frequency)s
    AND reader.stopped_at IS NULL AND (reader.paused_until IS NULL OR reader.paused_until <= %(day)s)
    AND (reader.user_id IS NULL OR (account.is_active AND account.erased_at IS NULL))
    AND NOT EXISTS (
        SELECT 1 FROM digests_digest open
        WHERE open.subscriber_id = reader.id AND open.state IN ('planned', 'queued')
    )
"""
COPY_IN = """
    COPY digests_digest (run_id, subscriber_id, copy, state, announcements, codes, total, not_before, settled_at)
    FROM STDIN
"""
# For whom there was nothing, everything up to this batch is seen.
SKIP_EMPTY = """
    UPDATE digests_subscriber reader SET last_batch = greatest(reader.last_batch, %(to_batch)s)
    FROM digests_digest digest
    WHERE digest.run_id = %(run)s AND digest.subscriber_id = reader.id AND digest.state = 'empty'
    AND reader.id >= %(low)s AND reader.id < %(high)s
"""


@transaction.atomic
def open_run(*, schedule: Schedule, period: Period, now: datetime.datetime) -> Run | None:
    """Begin the run of a period, whatever is new up to now in it; None where it was begun already or has no readers.

    Any number of planners may try: the unique key lets one begin, and the others wait for it and then see it.
    """
    if Run.objects.filter(frequency=schedule.frequency, period=period.key).exists():
        return None
    lows = _bounds(schedule.frequency)
    if not lows:
        return None
    late = MOST_LATE[Frequency(schedule.frequency)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO digests_run (frequency, period, sends_on, state, to_batch, expires_at, is_late, created_at)
            VALUES (%s, %s, %s, %s, 0, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                schedule.frequency,
                period.key,
                period.sends_on,
                RunState.PLANNING,
                period.expires_at,
                now > period.opens_at + late,
                now,
            ],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    run = Run.objects.get(pk=row[0])
    run.to_batch = announce(at=now).pk
    run.save(update_fields=["to_batch"])
    highs = [*lows[1:], 2**62]
    Shard.objects.bulk_create(Shard(run=run, low=low, high=high) for low, high in zip(lows, highs, strict=True))
    return run


def pass_by(*, schedule: Schedule, period: Period) -> bool:
    """Remember that the period found nobody to write to; return whether it did and nobody knew.

    Without that the first reader of a frequency would get its mail in the middle of a period, at no time they were told.
    """
    if Run.objects.filter(frequency=schedule.frequency, period=period.key).exists() or _bounds(schedule.frequency):
        return False
    others = Schedule.objects.filter(pk=schedule.pk).exclude(passed_period=period.key)
    return others.update(passed_period=period.key) == 1


def _bounds(frequency: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(BOUNDS, [frequency, SHARD_SIZE])
        return [low for (low,) in cursor.fetchall()]


def plan(*, run: Run) -> int:
    """Plan the shards of the run that nobody has planned; return how many readers were planned, empty ones included."""
    if not run.shards.filter(is_done=False).exists():
        finish_planning(run=run)
        return 0
    seen = run_readers(run).aggregate(first=Min("last_batch"))["first"] or 0
    recent = AnnounceBatch.objects.filter(frozen_at__gte=run.created_at - NEWS_REACHES_BACK)
    oldest = recent.aggregate(first=Min("pk"))["first"] or run.to_batch
    interests = read_interests(after_batch=max(seen, oldest - 1), to_batch=run.to_batch)
    planned = 0
    while True:
        count = plan_shard(run=run, interests=interests)
        if count is None:
            break
        planned += count
    finish_planning(run=run)
    return planned


def run_readers(run: Run) -> SubscriberQuerySet[Subscriber]:
    """Return those who may get mail of the run."""
    return Subscriber.objects.active(on=run.sends_on).filter(frequency=run.frequency)


@transaction.atomic
def plan_shard(*, run: Run, interests: Interests) -> int | None:
    """Plan one shard that is not done and that no other planner holds; return how many readers, None where none is left."""
    shard = run.shards.select_for_update(skip_locked=True).filter(is_done=False).order_by("low").first()
    if shard is None:
        return None
    if not Run.objects.filter(pk=run.pk, state=RunState.PLANNING).exists():
        return None
    rows = io.StringIO()
    count = 0
    for line in _lines(run, shard, interests):
        rows.write(line)
        count += 1
    rows.seek(0)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(COPY_IN, rows)
        cursor.execute(SKIP_EMPTY, {"run": run.pk, "to_batch": run.to_batch, "low": shard.low, "high": shard.high})
    shard.is_done = True
    shard.save(update_fields=["is_done"])
    return count


def _lines(run: Run, shard: Shard, interests: Interests) -> Iterator[str]:
    """Yield a row for every reader of the shard, as COPY reads it."""
    most = settings.DIGEST_MOST_ITEMS
    moments: dict[tuple[int, str], str] = {}
    audiences: dict[tuple[int, bool, int | None], Audience] = {}
    settled = run.created_at.isoformat()
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            READERS,
            {
                "low": shard.low,
                "high": shard.high,
                "frequency": run.frequency,
                "day": run.sends_on,
                "librarians": (Role.LIBRARIAN.value, Role.ADMINISTRATOR.value),
            },
        )
        for key, last_batch, hour, zone, is_member, organisation, codes in cursor:
            seen_by = (last_batch, is_member, organisation if is_member else None)
            audience = audiences.get(seen_by)
            if audience is None:
                audience = audiences.setdefault(seen_by, Audience(*seen_by))
            chosen = choose(codes, interests.hits_for(audience), interests.worth, most=most)
            moment = moments.get((hour, zone))
            if moment is None:
                moment = local_moment(run.sends_on, hour=hour, zone=ZoneInfo(zone)).isoformat()
                moments[hour, zone] = moment
            announcements = ",".join([str(interests.news[place].announcement) for place in chosen.places])
            reasons = ",".join(map(str, chosen.codes))
            state, ended = (DigestState.PLANNED.value, NULL) if chosen.places else (DigestState.EMPTY.value, settled)
            yield (
                f"{run.pk}\t{key}\t0\t{state}\t{{{announcements}}}\t{{{reasons}}}\t{chosen.total}\t{moment}\t{ended}\n"
            )


@transaction.atomic
def finish_planning(*, run: Run) -> None:
    """Let the run wait for its release once every shard is done, with the notes that waited for it.

    Where it has nothing to send the notes wait for the next.
    """
    if Shard.objects.filter(run=run, is_done=False).exists():
        return
    is_planned = Run.objects.filter(pk=run.pk, state=RunState.PLANNING).update(state=RunState.PLANNED)
    if is_planned and Digest.objects.filter(run=run, state=DigestState.PLANNED).exists():
        Note.objects.waiting().filter(frequency=run.frequency).update(run=run)
