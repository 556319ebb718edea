"""Events as iCalendar (RFC 5545): one event, a campaign, a person's own bookings.

Times are written in UK time with its VTIMEZONE, so that a calendar shows the right moment on both sides of a clock
change. The UID of an event never changes; `SEQUENCE` counts its changes, and what is cancelled says so.
"""

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from icalendar import Alarm, Calendar, Component, Timezone, TimezoneDaylight, TimezoneStandard
from icalendar import Event as Entry

from events.choices import BookingState, Mode, Running
from events.models import Booking, Campaign, Event
from mail.links import portal_url

UK = ZoneInfo("Europe/London")
REMIND_BEFORE = datetime.timedelta(minutes=30)
# How often a calendar programme that subscribes should look again.
REFRESH = datetime.timedelta(hours=1)
STATUSES = {Running.ON: "CONFIRMED", Running.POSTPONED: "TENTATIVE", Running.CANCELLED: "CANCELLED"}


def event_calendar(event: Event, *, own: Booking | None = None, may_join: bool = False) -> bytes:
    """Return one event. `own` is the reader's booking: given up, it takes the event out of their calendar again."""
    is_given_up = own is not None and own.state in {BookingState.CANCELLED, BookingState.LAPSED}
    is_off = event.running == Running.CANCELLED or is_given_up
    calendar = new_calendar("CANCEL" if is_off else "PUBLISH")
    add_entries(calendar, event, may_join=may_join and not is_off, is_given_up=is_given_up)
    return written(calendar)


def campaign_calendar(campaign: Campaign, events: Iterable[Event]) -> bytes:
    """Return the events of a campaign, without links to join."""
    calendar = new_calendar("PUBLISH", name=campaign.title)
    for event in events:
        add_entries(calendar, event, may_join=False)
    return written(calendar)


def own_calendar(bookings: Iterable[Booking], *, service_name: str) -> bytes:
    """Return a person's bookings for a calendar programme that subscribes; with a place comes the link to join.

    A booking that was given up is left out: what a subscribed calendar no longer holds is taken out.
    """
    calendar = new_calendar("PUBLISH", name=f"My events: {service_name}")
    for booking in bookings:
        add_entries(calendar, booking.event, may_join=booking.has_place, is_waiting=not booking.has_place)
    return written(calendar)


def new_calendar(method: str, *, name: str = "") -> Calendar:
    """Return an empty calendar."""
    calendar = Calendar()
    calendar.add("prodid", "-//Knowledge Portal//Events//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(uk_time_zone())
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    return calendar


def uk_time_zone() -> Timezone:
    """Return the rules of UK time: an hour later from the last Sunday of March to the last Sunday of October.

    Source: the Summer Time Act 1972 as amended in 2002. Rules instead of the library's list of all past changes, which
    is long and ends in 2038.
    """
    zone = Timezone()
    zone.add("tzid", "Europe/London")
    changes: tuple[tuple[Component, datetime.datetime, int, int, int, str], ...] = (
        (TimezoneDaylight(), datetime.datetime(1970, 3, 29, 1), 3, 0, 1, "BST"),  # noqa: DTZ001 - local, as the RFC asks
        (TimezoneStandard(), datetime.datetime(1970, 10, 25, 2), 10, 1, 0, "GMT"),  # noqa: DTZ001 - as above
    )
    for part, begins, month, hours_before, hours_after, name in changes:
        part.add("dtstart", begins)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzoffsetfrom", datetime.timedelta(hours=hours_before))
        part.add("tzoffsetto", datetime.timedelta(hours=hours_after))
        part.add("tzname", name)
        zone.add_component(part)
    return zone


def uk_time(moment: datetime.datetime) -> datetime.datetime:
    """Return the moment in UK time; in UTC where the clock shows it for the second time, which UK time cannot say."""
    local = moment.astimezone(UK)
    return moment.astimezone(datetime.UTC) if local.fold else local


def add_entries(
    calendar: Calendar, event: Event, *, may_join: bool, is_waiting: bool = False, is_given_up: bool = False
) -> None:
    """Add the event: an entry for each of its days, or one where it has none; nothing where it has no time."""
    if event.starts_at is None or event.ends_at is None:
        return
    days = list(event.sessions.all())
    if not days:
        _add(calendar, event, f"event-{event.pk}", event.starts_at, event.ends_at, event.title, may_join, is_waiting,
             is_given_up)  # fmt: skip
    for number, day in enumerate(days, start=1):
        words = day.title or f"day {number} of {len(days)}"
        _add(calendar, event, f"event-{event.pk}-{day.pk}", day.starts_at, day.ends_at, f"{event.title}: {words}",
             may_join, is_waiting, is_given_up)  # fmt: skip


def _add(
    calendar: Calendar,
    event: Event,
    uid: str,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    title: str,
    may_join: bool,
    is_waiting: bool,
    is_given_up: bool,
) -> None:
    host = settings.PORTAL_URL.partition("://")[2].partition("/")[0]
    is_off = event.running == Running.CANCELLED or is_given_up
    url = portal_url(event.get_absolute_url())
    entry = Entry()
    entry.add("uid", f"{uid}@{host}")
    entry.add("dtstamp", event.updated_at.astimezone(datetime.UTC).replace(microsecond=0))
    entry.add("last-modified", event.updated_at.astimezone(datetime.UTC).replace(microsecond=0))
    # A booking given up is news for this reader's calendar, although the event has not changed.
    entry.add("sequence", event.sequence + int(is_given_up))
    entry.add("dtstart", uk_time(starts_at))
    entry.add("dtend", uk_time(ends_at))
    entry.add("summary", f"Waiting list: {title}" if is_waiting else title)
    entry.add("location", _location(event, may_join))
    entry.add("url", url)
    entry.add("description", _description(event, url, may_join))
    entry.add("status", "CANCELLED" if is_off else "TENTATIVE" if is_waiting else STATUSES[Running(event.running)])
    entry.add("class", "PUBLIC")
    if not is_off:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", -REMIND_BEFORE)
        entry.add_component(alarm)
    calendar.add_component(entry)


def _location(event: Event, may_join: bool) -> str:
    parts = [event.place] if event.mode != Mode.ONLINE else []
    if event.mode in {Mode.ONLINE, Mode.HYBRID}:
        parts.append(event.join_url if may_join and event.join_url else "Online")
    return "; ".join(part for part in parts if part)


def _description(event: Event, url: str, may_join: bool) -> str:
    join = f"Join: {event.join_url}" if may_join and event.join_url else ""
    note = f"{event.get_running_display()}. {event.running_note}".strip() if event.running != Running.ON else ""
    return "\n\n".join(part for part in (note, event.summary, join, event.join_note, url) if part)


def written(calendar: Calendar) -> bytes:
    """Return the bytes: folded lines, CRLF."""
    return bytes(calendar.to_ical())


def feed_url(secret: str) -> str:
    """Return the secret address of a person's calendar."""
    return portal_url(reverse("events:feed", args=[secret]))
