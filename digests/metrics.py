"""Numbers for a monitor, and the dead-man's switch: a portal that silently sends nothing must say so."""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Max, Min, Sum
from django.utils import timezone

from digests.choices import COMPOSER, DigestState, RunState
from digests.models import AnnounceBatch, Digest, Pulse, Run, Subscriber
from mail.models import OutboxMessage, Suppression

# The tick comes every five minutes: two that are missing are trouble.
SILENT_AFTER = datetime.timedelta(minutes=15)
# Mail that is due and does not leave for so long is trouble.
STUCK_AFTER = datetime.timedelta(minutes=30)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def trouble(*, at: datetime.datetime | None = None) -> str:
    """Return what is wrong, in a sentence, or "" where the updates are looked after."""
    now = at or timezone.now()
    if not settings.DIGESTS_ENABLED:
        return "Updates are switched off (PORTAL_DIGESTS)."
    pulse = Pulse.objects.first()
    if pulse is None or pulse.ticked_at < now - SILENT_AFTER:
        return "No tick has come for a quarter of an hour: the scheduler or the worker does not run."
    if pulse.error:
        return "The last tick failed. See the log of the worker."
    due = OutboxMessage.objects.filter(
        state=OutboxMessage.State.WAITING, composer=COMPOSER, attempts=0, not_before__lt=now - STUCK_AFTER
    )
    if due.exists():
        return "Updates wait in the outbox and do not leave: the mail server or the worker does not answer."
    return ""


def as_text() -> str:
    """Return all numbers in Prometheus' text form."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    now = timezone.now()
    messages = OutboxMessage.objects.filter(composer=COMPOSER)
    yield "# TYPE portal_updates_messages gauge"
    for state, number, ambiguous in (
        messages.order_by().values_list("state").annotate(number=Count("pk"), ambiguous=Sum("ambiguous"))
    ):
        yield f'portal_updates_messages{{state="{state}"}} {number}'
        yield f'portal_updates_ambiguous{{state="{state}"}} {ambiguous}'
    yield "# TYPE portal_updates_refusals counter"
    for code, number in (
        messages.exclude(smtp_code=None).exclude(state="sent").order_by().values_list("smtp_code").annotate(Count("pk"))
    ):
        yield f'portal_updates_refusals{{code="{code}"}} {number}'
    yield "# TYPE portal_updates_runs gauge"
    counts = dict(Run.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in RunState.values:
        yield f'portal_updates_runs{{state="{state}"}} {counts.get(state, 0)}'
    yield "# TYPE portal_updates_digests gauge"
    digests = dict(Digest.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in DigestState.values:
        yield f'portal_updates_digests{{state="{state}"}} {digests.get(state, 0)}'
    yield f"portal_updates_subscribers {Subscriber.objects.filter(stopped_at=None).count()}"
    yield f"portal_updates_suppressed {Suppression.objects.count()}"
    oldest = messages.filter(state="waiting", not_before__lte=now).aggregate(oldest=Min("not_before"))["oldest"]
    yield f"portal_updates_oldest_waiting_seconds {(now - oldest).total_seconds() if oldest else 0:.0f}"
    pulse = Pulse.objects.first()
    yield f"portal_updates_last_tick_seconds {((pulse.ticked_at if pulse else EPOCH) - EPOCH).total_seconds():.0f}"
    last = AnnounceBatch.objects.aggregate(last=Max("frozen_at"))["last"] or EPOCH
    yield f"portal_updates_last_batch_seconds {(last - EPOCH).total_seconds():.0f}"
