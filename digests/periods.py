"""Which period an update belongs to. Pure: moments go in, days and keys come out.

A period is known by a key such as 2026-W53 (ISO 8601: the year has that week), whatever the clock said when it began.
"""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from digests.choices import Frequency

PORTAL_ZONE = ZoneInfo("Europe/London")
SENDING_HOUR = 7
# A Monday: fortnights are counted from it, as week numbers jump from 53 to 1.
FIRST_FORTNIGHT = datetime.date(2024, 1, 1)
# How long after its day a mail is still of use; always shorter than the period, so that two never meet.
USEFUL_FOR = {
    Frequency.DAILY: datetime.timedelta(hours=20),
    Frequency.WEEKLY: datetime.timedelta(days=4),
    Frequency.FORTNIGHTLY: datetime.timedelta(days=6),
    Frequency.MONTHLY: datetime.timedelta(days=10),
}
# A run that is opened later than this goes out only when a librarian says so.
MOST_LATE = {
    Frequency.DAILY: datetime.timedelta(hours=14),
    Frequency.WEEKLY: datetime.timedelta(hours=36),
    Frequency.FORTNIGHTLY: datetime.timedelta(hours=36),
    Frequency.MONTHLY: datetime.timedelta(hours=72),
}
LONGEST_PERIOD = datetime.timedelta(days=45)


@dataclass(frozen=True)
class Period:
    """One period: the day its mail is sent on, when it is put together and until when it is of use."""

    key: str
    sends_on: datetime.date
    opens_at: datetime.datetime
    expires_at: datetime.datetime


def latest_period(frequency: str, *, weekday: int, lead_hours: int, now: datetime.datetime) -> Period:
    """Return the period that was opened last, at or before this moment."""
    lead = datetime.timedelta(hours=lead_hours)
    day = (now + lead).astimezone(PORTAL_ZONE).date() + datetime.timedelta(days=1)
    last = day - LONGEST_PERIOD
    while day > last:
        if is_sending_day(frequency, day, weekday=weekday):
            sends_at = local_moment(day, hour=SENDING_HOUR, zone=PORTAL_ZONE)
            if sends_at - lead <= now:
                return Period(
                    key=period_key(frequency, day),
                    sends_on=day,
                    opens_at=sends_at - lead,
                    expires_at=sends_at + USEFUL_FOR[Frequency(frequency)],
                )
        day -= datetime.timedelta(days=1)
    raise AssertionError("Every period has a day within so many days.")


def is_sending_day(frequency: str, day: datetime.date, *, weekday: int) -> bool:
    """Whether mail of this frequency is sent on this day."""
    if frequency == Frequency.DAILY:
        return True
    if day.weekday() != weekday:
        return False
    if frequency == Frequency.FORTNIGHTLY:
        return (monday_of(day) - FIRST_FORTNIGHT).days // 7 % 2 == 0
    return frequency == Frequency.WEEKLY or day.day <= 7


def period_key(frequency: str, day: datetime.date) -> str:
    """Return the name of the period that this day belongs to.

    >>> period_key("weekly", datetime.date(2027, 1, 1))
    '2026-W53'
    """
    if frequency == Frequency.DAILY:
        return day.isoformat()
    if frequency == Frequency.MONTHLY:
        return f"{day:%Y-%m}"
    return f"{day:%G-W%V}"


def monday_of(day: datetime.date) -> datetime.date:
    """Return the first day of the week."""
    return day - datetime.timedelta(days=day.weekday())


def local_moment(day: datetime.date, *, hour: int, zone: ZoneInfo) -> datetime.datetime:
    """Return the moment at which a clock there shows this hour, in UTC; one that is left out in spring comes after it."""
    local = datetime.datetime.combine(day, datetime.time(hour), zone)
    return local.astimezone(datetime.UTC)


def time_zones() -> list[str]:
    """Return the names of the time zones that people may choose, those of places alone."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))


def place_of(time_zone: str) -> str:
    """Return the place that a time zone is named after.

    >>> place_of("America/New_York")
    'New York'
    """
    return time_zone.rpartition("/")[2].replace("_", " ")
