"""Times and states of events in words."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from design.dates import MONTHS, day_in_words, moment_in_words, span_in_words
from events.choices import BookingWay, Running
from events.models import Event


def days_in_words(first: datetime.date, last: datetime.date) -> str:
    """Return "2 to 8 November 2026", months and years named once where they are the same."""
    if first == last:
        return day_in_words(first)
    if first.year != last.year:
        return f"{day_in_words(first)} to {day_in_words(last)}"
    begins = str(first.day) if first.month == last.month else f"{first.day} {MONTHS[first.month - 1]}"
    return f"{begins} to {day_in_words(last)}"


def when_in_words(event: Event) -> str:
    """Return when the event is, or how long an activity card takes."""
    if event.is_card:
        return " ".join(part for part in (event.get_minutes_display() or "", "any time") if part)
    words = span_in_words(event.starts_at, event.ends_at)
    return f"{words}, UK time" if words else ""


@dataclass(frozen=True)
class State:
    """What a reader is told of an event: words, the colour of their tag, and whether booking here is possible now."""

    words: str
    colour: str = "grey"
    may_book: bool = False
    is_full: bool = False


def state_of(event: Event, *, taken: int, waiting: int, at: datetime.datetime | None = None) -> State:
    """Return where the event stands. taken: places that are not free; waiting: people on the waiting list."""
    moment = at or timezone.now()
    if event.running == Running.CANCELLED:
        return State("Cancelled", "red")
    if event.running == Running.POSTPONED:
        return State("Postponed", "yellow")
    if event.is_card:
        return State("Any time", "brand")
    if event.starts_at is None or event.ends_at is None:
        return State("Date to come")
    if event.ends_at < moment:
        return State("Recording available", "green") if event.recording_id else State("Finished")
    if event.starts_at <= moment:
        return State("On now", "green")
    if event.booking == BookingWay.ELSEWHERE:
        return State("Booked on another site", "brand")
    if event.booking == BookingWay.NONE:
        return State("No booking needed", "brand")
    if event.opens_at is not None and event.opens_at > moment:
        return State(f"Booking opens {moment_in_words(event.opens_at)}")
    if event.closes_at is not None and event.closes_at <= moment:
        return State("Booking closed")
    if event.capacity is None:
        return State("Open for booking", "green", may_book=True)
    left = event.capacity - taken
    if left <= 0 or waiting:
        return State("Full: waiting list", "yellow", may_book=True, is_full=True)
    return State(f"{left} place{'' if left == 1 else 's'} left", "green", may_book=True)
