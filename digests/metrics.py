"""Numbers for a monitor, and the dead-man's switch: a portal that silently sends nothing must say so."""

import datetime
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, Sum
from django.utils import timezone

from digests.choices import COMPOSER, DigestState, RunState
from digests.models import AnnounceBatch, Digest, Pulse, Run
from digests.overview import numbers
from mail.models import OutboxMessage

# The tick comes every five minutes: two that are missing are trouble.
SILENT_AFTER = datetime.timedelta(minutes=15)
# A tick that plans for a hundred thousand readers takes minutes; one that takes an hour died on the way.
UNFINISHED_AFTER = datetime.timedelta(hours=1)
# Mail that is due while none leaves for so long is trouble.
STUCK_AFTER = datetime.timedelta(minutes=30)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
Sample = tuple[str, int]


def trouble(*, at: datetime.datetime | None = None) -> str:
    """Return what is wrong, in a sentence, or "" where the updates are looked after."""
    now = at or timezone.now()
    if not settings.DIGESTS_ENABLED:
        return "Updates are switched off (PORTAL_DIGESTS)."
    pulse = Pulse.objects.first()
    if pulse is None:
        return "No tick has come yet. The first comes within five minutes of the start, if scheduler and worker run."
    if pulse.ticked_at < now - SILENT_AFTER:
        return "No tick has come for a quarter of an hour: the scheduler or the worker does not run."
    if pulse.error:
        return "The last tick failed. See the log of the worker."
    if (pulse.finished_at or EPOCH) < min(pulse.ticked_at, now - UNFINISHED_AFTER):
        return "No tick has come to its end for an hour: the worker dies on the way. See its log."
    if _is_stuck(now):
        return "Updates wait in the outbox and do not leave: the mail server or the worker does not answer."
    return ""


def _is_stuck(now: datetime.datetime) -> bool:
    """Whether mail is due and none has left for half an hour.

    What is tried again is no trouble while its run reaches others: some mailbox always refuses for days.
    """
    messages = OutboxMessage.objects.filter(composer=COMPOSER)
    due = messages.filter(is_unsent=True, attempts=0, not_before__lt=now - STUCK_AFTER)
    if due.exists() and not messages.filter(sent_at__gte=now - STUCK_AFTER).exists():
        return True
    of_run = Digest.objects.filter(run=OuterRef("pk"))
    return (
        Run.objects.filter(state=RunState.RELEASED)
        .filter(Exists(of_run.filter(state=DigestState.QUEUED, not_before__lt=now - STUCK_AFTER)))
        .exclude(Exists(of_run.exclude(state__in=(DigestState.QUEUED, DigestState.EMPTY))))
        .exists()
    )


def as_text() -> str:
    """Return all numbers in Prometheus' text form, the lines of each in one group, as it asks."""
    return "".join(f"{line}\n" for name, kind, samples in _metrics() for line in _lines(name, kind, samples))


def _lines(name: str, kind: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# TYPE {name} {kind}"
    for labels, number in samples:
        yield f"{name}{labels} {number}"


def _metrics() -> Iterator[tuple[str, str, list[Sample]]]:
    """Yield name, type and samples of each metric; a sample is its labels and its number."""
    now = timezone.now()
    messages = OutboxMessage.objects.filter(composer=COMPOSER).order_by()
    states = list(messages.values_list("state").annotate(Count("pk"), Sum("ambiguous")))
    yield "portal_updates_messages", "gauge", [(f'{{state="{state}"}}', number) for state, number, _doubt in states]
    yield "portal_updates_ambiguous", "gauge", [(f'{{state="{state}"}}', doubt) for state, _number, doubt in states]
    refused = messages.exclude(smtp_code=None).exclude(state="sent").values_list("smtp_code").annotate(Count("pk"))
    yield "portal_updates_refusals", "gauge", [(f'{{code="{code}"}}', number) for code, number in refused]
    runs = dict(Run.objects.order_by().values_list("state").annotate(Count("pk")))
    yield "portal_updates_runs", "gauge", [(f'{{state="{state}"}}', runs.get(state, 0)) for state in RunState.values]
    digests = dict(Digest.objects.order_by().values_list("state").annotate(Count("pk")))
    counts = [(f'{{state="{state}"}}', digests.get(state, 0)) for state in DigestState.values]
    yield "portal_updates_digests", "gauge", counts
    reach = numbers()
    yield "portal_updates_subscribers", "gauge", [("", reach.subscribers)]
    yield "portal_updates_reached", "gauge", [("", reach.reached)]
    yield "portal_updates_suppressed", "gauge", [("", reach.silenced)]
    oldest = messages.filter(state="waiting", not_before__lte=now).aggregate(oldest=Min("not_before"))["oldest"]
    yield "portal_updates_oldest_waiting_seconds", "gauge", [("", int((now - oldest).total_seconds()) if oldest else 0)]
    pulse = Pulse.objects.first()
    yield "portal_updates_last_tick_seconds", "gauge", [("", _since_epoch(pulse.ticked_at if pulse else None))]
    yield (
        "portal_updates_last_finished_tick_seconds",
        "gauge",
        [("", _since_epoch(pulse.finished_at if pulse else None))],
    )
    last = AnnounceBatch.objects.aggregate(last=Max("frozen_at"))["last"]
    yield "portal_updates_last_batch_seconds", "gauge", [("", _since_epoch(last))]
    last_sent = messages.aggregate(last=Max("sent_at"))["last"]
    yield "portal_updates_last_sent_seconds", "gauge", [("", _since_epoch(last_sent))]
    yield "portal_updates_in_trouble", "gauge", [("", int(bool(trouble(at=now))))]


def _since_epoch(moment: datetime.datetime | None) -> int:
    return int(((moment or EPOCH) - EPOCH).total_seconds())
