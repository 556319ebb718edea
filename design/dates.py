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
