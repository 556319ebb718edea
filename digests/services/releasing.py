"""From a plan to the outbox and what became of it: releasing, holding, stopping, settling, sending one again."""

import datetime
from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from digests.choices import ADJECTIVES, COMPOSER, PURPOSE, DigestState, Frequency, RunState
from digests.models import Digest, Run
from mail.models import OutboxMessage
from mail.services import Addressed, cancel, go_on_with_mailing, hold_mailing, queue_mailing

# How long is kept who was told what.
KEPT = datetime.timedelta(weeks=13)
UNFINISHED = (RunState.PLANNING, RunState.PLANNED, RunState.RELEASED, RunState.HELD)
# Messages that go into the outbox in one transaction: whoever stops in the middle of it waits for its end
# (`following.take_back`), half a second.
RELEASED_AT_ONCE = 5_000

PLANNED = """
    SELECT digest.id, coalesce(account.email, reader.guest_email), digest.not_before
    FROM digests_digest digest
    JOIN digests_subscriber reader ON reader.id = digest.subscriber_id
    LEFT JOIN accounts_user account ON account.id = reader.user_id
    WHERE digest.run_id = %s AND digest.state = 'planned' AND digest.id > %s
    ORDER BY digest.id LIMIT %s
"""
# What left brings the reader's watermark up to the run's; what failed leaves it, so that its items come again.
SETTLE = """
    WITH settled AS (
        UPDATE digests_digest digest
        SET state = CASE WHEN message.state IN ('sent', 'kept') THEN 'sent' ELSE 'unsent' END, settled_at = %(now)s
        FROM mail_outboxmessage message
        WHERE digest.state = 'queued' AND message.composer = %(composer)s AND message.reference = digest.id
        AND message.state IN ('sent', 'kept', 'failed', 'cancelled')
        RETURNING digest.subscriber_id, digest.run_id, digest.state
    ), seen AS (
        UPDATE digests_subscriber reader SET last_batch = greatest(reader.last_batch, arrived.to_batch)
        FROM (
            SELECT settled.subscriber_id, max(run.to_batch) AS to_batch
            FROM settled JOIN digests_run run ON run.id = settled.run_id
            WHERE settled.state = 'sent' GROUP BY settled.subscriber_id
        ) AS arrived
        WHERE arrived.subscriber_id = reader.id
    )
    SELECT count(*) FROM settled
"""
GIVE_UP = "UPDATE digests_digest SET state = 'unsent', settled_at = %s WHERE run_id = %s AND state = 'planned'"


class CannotDo(Exception):
    """The step makes no sense for this run now, or this person may not take it; the message says why."""


def release(*, run: Run, by: User | None, at: datetime.datetime | None = None) -> int:
    """Put the run's mail into the outbox; return how many messages. Begun again, it goes on where it stopped.

    Each message waits for its reader's own hour. Raises CannotDo where the run does not wait for its release.
    """
    refuse_unless_librarian(by)
    now = at or timezone.now()
    released = Run.objects.filter(pk=run.pk, state=RunState.PLANNED).update(
        state=RunState.RELEASED, released_by=by, released_at=now
    )
    if not released and by is not None:
        raise CannotDo(f"{run} does not wait for its release.")
    return queue_planned(run=run)


def queue_planned(*, run: Run) -> int:
    """Bring what is planned of a released run into the outbox, some thousands in each transaction."""
    total = 0
    last = 0
    while True:
        with transaction.atomic():
            current = Run.objects.select_for_update().get(pk=run.pk)
            if current.state != RunState.RELEASED:
                return total
            with connection.cursor() as cursor:
                cursor.execute(PLANNED, [run.pk, last, RELEASED_AT_ONCE])
                rows = cursor.fetchall()
            if not rows:
                return total
            total += queue_mailing(
                messages=_addressed(current, rows),
                composer=COMPOSER,
                mailing=current.mailing,
                subject=f"Your {ADJECTIVES[Frequency(current.frequency)]} update",
                purpose=PURPOSE,
            )
            last = rows[-1][0]
            Digest.objects.filter(run=run, state=DigestState.PLANNED, pk__lte=last).update(state=DigestState.QUEUED)


def _addressed(run: Run, rows: list[tuple[int, str, datetime.datetime]]) -> Iterator[Addressed]:
    for key, address, not_before in rows:
        yield Addressed(
            reference=key,
            to=address,
            key=f"d.{run.pk}.{key}",
            not_before=not_before,
            expires_at=max(run.expires_at, not_before + datetime.timedelta(hours=1)),
        )


@transaction.atomic
def hold(*, run: Run, by: User) -> int:
    """Keep back what has not left; return how many messages. Raises CannotDo where there is nothing to hold."""
    run = locked(run, by=by)
    if run.state not in {RunState.PLANNED, RunState.RELEASED}:
        raise CannotDo(f"{run} is {run.get_state_display().lower()}: there is nothing to hold back.")
    run.state = RunState.HELD
    run.save(update_fields=["state"])
    return hold_mailing(mailing=run.mailing)


@transaction.atomic
def go_on(*, run: Run, by: User) -> int:
    """Let a run that was held back go on; return how many messages leave. Raises CannotDo where it is not held."""
    run = locked(run, by=by)
    if run.state != RunState.HELD:
        raise CannotDo(f"{run} is not held back.")
    run.state = RunState.RELEASED if run.released_at else RunState.PLANNED
    run.save(update_fields=["state"])
    return go_on_with_mailing(mailing=run.mailing)


@transaction.atomic
def stop(*, run: Run, by: User) -> int:
    """End the run: what has not left never will, and its items come again in the next. Return how many messages."""
    run = locked(run, by=by)
    if run.state not in {RunState.PLANNING, RunState.PLANNED, RunState.RELEASED, RunState.HELD}:
        raise CannotDo(f"{run} is {run.get_state_display().lower()}: there is nothing to stop.")
    return _end(run, RunState.STOPPED, "The library team stopped this mailing.")


@transaction.atomic
def expire(*, at: datetime.datetime) -> int:
    """End runs that came too late to be of use; return how many."""
    runs = list(Run.objects.select_for_update().unfinished().filter(expires_at__lte=at))
    for run in runs:
        _end(run, RunState.EXPIRED, "It came too late to be of use.")
    return len(runs)


def _end(run: Run, state: RunState, words: str) -> int:
    run.state = state
    run.save(update_fields=["state"])
    with connection.cursor() as cursor:
        cursor.execute(GIVE_UP, [timezone.now(), run.pk])
    return cancel(messages=OutboxMessage.objects.of_mailing(run.mailing), reason=words)


@transaction.atomic
def settle() -> int:
    """Learn from the outbox what became of the mail, and move the watermarks of those it reached. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, {"now": timezone.now(), "composer": COMPOSER})
        count: int = cursor.fetchone()[0]
    Run.objects.filter(state=RunState.RELEASED).exclude(
        digests__state__in=(DigestState.PLANNED, DigestState.QUEUED)
    ).update(state=RunState.DONE)
    return count


@transaction.atomic
def forget_old(*, at: datetime.datetime) -> int:
    """Delete who was told what in runs of long ago, as it says what people are interested in; return how many rows."""
    long_ago = Run.objects.exclude(state__in=UNFINISHED).filter(created_at__lt=at - KEPT)
    return Digest.objects.filter(run__in=long_ago).delete()[0]


@transaction.atomic
def send_again(*, digest: Digest, by: User) -> Digest:
    """Send one reader's mail once more, as it was chosen and with what they may see now.

    A message of its own, which counts as the librarian's doing. Raises CannotDo where there is nothing to send.
    """
    refuse_unless_librarian(by)
    run = digest.run
    if digest.state == DigestState.EMPTY or digest.subscriber.stopped_at is not None:
        raise CannotDo("There is nothing to send to this reader.")
    last = Digest.objects.filter(run=run, subscriber=digest.subscriber).aggregate(last=Max("copy"))["last"] or 0
    now = timezone.now()
    again = Digest.objects.create(
        run=run,
        subscriber=digest.subscriber,
        copy=last + 1,
        state=DigestState.QUEUED,
        announcements=digest.announcements,
        codes=digest.codes,
        total=digest.total,
        not_before=now,
    )
    queue_mailing(
        messages=[
            Addressed(again.pk, digest.subscriber.address, again.message_key, now, now + datetime.timedelta(days=1))
        ],
        composer=COMPOSER,
        mailing=f"{run.mailing}.again",
        subject=f"Your {ADJECTIVES[Frequency(run.frequency)]} update",
        purpose=PURPOSE,
    )
    return again


def locked(run: Run, *, by: User) -> Run:
    """Return the run as it is now, locked. Raises CannotDo for anybody but a librarian."""
    refuse_unless_librarian(by)
    return Run.objects.select_for_update().get(pk=run.pk)


def refuse_unless_librarian(by: User | None) -> None:
    """Raise CannotDo where a person does this who is no librarian; None stands for the tick."""
    if by is not None and not by.is_librarian:
        raise CannotDo("Only librarians can do this.")
