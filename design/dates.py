"""Dates and times in words, in UK time: 3 March 2026, 2:30pm."""

import datetime

from django.utils import timezone

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def in_uk_time(value: datetime.datetime) -> datetime.datetime:
    """Return the moment as the portal's clock (TIME_ZONE) shows it. A naive value is taken to be in it already."""
    return timezone.localtime(value, timezone.get_default_timezone()) if timezone.is_aware(value) else value


def day_in_words(value: datetime.date | datetime.datetime | None) -> str:
    """Return "3 March 2026", the day of a moment being that of UK time; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value = in_uk_time(value)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def time_in_words(value: datetime.datetime | datetime.time) -> str:
    """Return "2:30pm", "9am", "midday" or "midnight", as the NHS content guide writes times."""
    if isinstance(value, datetime.datetime):
        value = in_uk_time(value).time()
    if value.minute == 0 and value.hour in {0, 12}:
        return "midday" if value.hour else "midnight"
    minutes = f":{value.minute:02d}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


def moment_in_words(value: datetime.datetime | None) -> str:
    """Return "3 March 2026 at 2:30pm" in UK time; nothing for None."""
    return "" if value is None else f"{day_in_words(value)} at {time_in_words(value)}"


def weekday_in_words(day: datetime.date) -> str:
    """Return "Tuesday 3 November 2026"."""
    return f"{WEEKDAYS[day.weekday()]} {day_in_words(day)}"


def span_in_words(starts_at: datetime.datetime | None, ends_at: datetime.datetime | None) -> str:
    """Return "Tuesday 3 November 2026, 2pm to 3:30pm" in UK time; "" where there is no time."""
    if starts_at is None or ends_at is None:
        return ""
    first, last = in_uk_time(starts_at), in_uk_time(ends_at)
    begins = f"{weekday_in_words(first.date())}, {time_in_words(first)}"
    if first.date() == last.date():
        return f"{begins} to {time_in_words(last)}"
    return f"{begins} to {weekday_in_words(last.date())}, {time_in_words(last)}"
