"""Loading invented subscribers of the email updates, with one update that the planner and the outbox really made."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from digests.choices import Frequency
from digests.models import Run, Subscriber
from digests.periods import latest_period
from digests.querysets import SubscriberQuerySet
from digests.services import following, planning, releasing
from digests.services.announcing import last_batch
from digests.services.ticking import schedules

# Where mail leaves the machine, nobody invented is written to within any trial.
FOR_GOOD = datetime.timedelta(days=3650)


def load_updates(content: dict[str, Any], *, users: Mapping[str, User]) -> None:
    """Load who follows what, and on a machine without a mail server this week's update to them, kept in the outbox."""
    leaving = []
    for row in content["subscribers"]:
        subscriber = _load_subscriber(row, users)
        for query in row["follows"]:
            following.follow(subscriber=subscriber, wanted=following.wanted_from(query))
        if row.get("stops"):
            leaving.append(subscriber)
    if settings.SMTP is None:
        _send_what_is_due(leaving)
    else:
        _subscribers(content).update(paused_until=timezone.localdate() + FOR_GOOD)


def clear_updates(content: dict[str, Any]) -> None:
    """Remove the invented subscribers with their mail, and the runs that were theirs alone."""
    runs = list(
        Run.objects.filter(digests__subscriber__in=_subscribers(content)).distinct().values_list("pk", flat=True)
    )
    for subscriber in _subscribers(content):
        following.forget(subscriber=subscriber)
    Run.objects.filter(pk__in=runs, digests=None).delete()


def _load_subscriber(row: dict[str, Any], users: Mapping[str, User]) -> Subscriber:
    user = users.get(row["email"])
    subscriber = (
        following.subscriber_of(user)
        if user is not None
        else Subscriber.objects.create(guest_email=row["email"], last_batch=last_batch())
    )
    subscriber.frequency = Frequency(row.get("frequency", Frequency.WEEKLY))
    subscriber.save(update_fields=["frequency"])
    return subscriber


def _send_what_is_due(leaving: list[Subscriber]) -> None:
    """Plan and release the latest period of each frequency that is still of use, and of the weekly one in any case."""
    now = timezone.now()
    for schedule in schedules():
        period = latest_period(schedule.frequency, weekday=schedule.weekday, lead_hours=schedule.lead_hours, now=now)
        if schedule.frequency != Frequency.WEEKLY and period.expires_at <= now:
            continue
        run = planning.open_run(schedule=schedule, period=period, now=period.opens_at)
        if run is None:
            continue
        planning.plan(run=run)
        for subscriber in leaving:
            following.stop(subscriber=subscriber, frequency=schedule.frequency)
        releasing.release(run=run, by=None, at=period.opens_at)
    releasing.settle()


def _subscribers(content: dict[str, Any]) -> SubscriberQuerySet[Subscriber]:
    """Return the invented subscribers: those without an account by their address, the others by the mark on theirs."""
    addresses = [row["email"] for row in content["subscribers"]]
    guests = Subscriber.objects.filter(guest_email__in=addresses)
    return guests | Subscriber.objects.filter(user__is_demonstration=True)
