"""Reads for the page of a subscriber and for librarians: when, how many, whom it reaches, what fails."""

import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from digests.models import Schedule, Subscriber
from digests.periods import LONGEST_PERIOD, is_sending_day, local_moment


def next_moment(subscriber: Subscriber) -> datetime.datetime | None:
    """Return when the subscriber's next mail leaves at the earliest; None where none will."""
    schedule = Schedule.objects.filter(frequency=subscriber.frequency).first() or Schedule(
        frequency=subscriber.frequency
    )
    if subscriber.stopped_at is not None or not schedule.is_enabled:
        return None
    day = max(timezone.localdate(), subscriber.paused_until or datetime.date.min)
    for ahead in range(LONGEST_PERIOD.days):
        moment_day = day + datetime.timedelta(days=ahead)
        if is_sending_day(subscriber.frequency, moment_day, weekday=schedule.weekday):
            moment = local_moment(moment_day, hour=subscriber.local_hour, zone=ZoneInfo(subscriber.time_zone))
            if moment > timezone.now():
                return moment
    return None
