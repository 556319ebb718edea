"""What follows when an event is changed: its times, its place in search and in calendars, and those who booked."""

import datetime
from dataclasses import dataclass

from celery import signature
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Status
from catalogue.models import Item
from catalogue.search import index
from catalogue.services import NotReady, refuse_unless_editable
from events.choices import NoticeKind, Running
from events.models import Event, Notice
from events.services import letters
from events.services.booking import hold, move_up

NOTICE_SUBJECTS = {
    NoticeKind.CHANGED: "Changed: {}",
    NoticeKind.POSTPONED: "Postponed: {}",
    NoticeKind.CANCELLED: "Cancelled: {}",
    NoticeKind.ON_AGAIN: "New date: {}",
}


@dataclass(frozen=True)
class Snapshot:
    """What people who booked, and their calendars, must learn of when it changes."""

    title: str
    starts_at: datetime.datetime | None
    ends_at: datetime.datetime | None
    days: tuple[tuple[datetime.datetime, datetime.datetime], ...]
    mode: str
    place: str
    join_url: str
    join_note: str

    @property
    def occasion(self) -> tuple[object, ...]:
        """What the booked are written to about: all but the title."""
        return self.starts_at, self.ends_at, self.days, self.mode, self.place, self.join_url, self.join_note


def snapshot(event: Event) -> Snapshot:
    """Return how the event is stored now. Two queries."""
    stored = Event.objects.get(pk=event.pk)
    return Snapshot(
        title=stored.title,
        starts_at=stored.starts_at,
        ends_at=stored.ends_at,
        days=tuple(stored.sessions.values_list("starts_at", "ends_at")),
        mode=stored.mode,
        place=stored.place,
        join_url=stored.join_url,
        join_note=stored.join_note,
    )


@transaction.atomic
def after_edit(*, event: Event, before: Snapshot | None = None) -> None:
    """Bring times and search in step; where the event was published and has changed, calendars and the booked learn it.

    before: the snapshot from before the change, None for a new event. A new time takes a postponed event back up.
    """
    days = event.sessions.aggregate(first=Min("starts_at"), last=Max("ends_at"))
    if days["first"] is not None:
        event.starts_at, event.ends_at = days["first"], days["last"]
    event.save()
    after = snapshot(event)
    if before is not None and before != after:
        event.sequence += 1
        is_new_time = (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at)
        is_on_again = event.running == Running.POSTPONED and is_new_time
        if is_on_again:
            event.running, event.running_note = Running.ON, ""
        event.save()
        if is_new_time:
            # Whoever was reminded of the old time is reminded of the new one too.
            event.bookings.update(day_reminder_at=None, hour_reminder_at=None)
        if event.status == Status.PUBLISHED and not event.is_over and before.occasion != after.occasion:
            tell_booked(event=event, kind=NoticeKind.ON_AGAIN if is_on_again else NoticeKind.CHANGED)
    if event.status == Status.PUBLISHED:
        move_up(event=event)
    index(event)


@transaction.atomic
def call_off(*, event: Event, running: Running, note: str, by: User) -> Event:
    """Postpone or cancel an event, and tell everybody who booked. Raises NotReady with a sentence."""
    refuse_unless_editable([event], by)
    event = hold(event)
    if event.is_over:
        raise NotReady("The event is over.")
    if event.running == running:
        raise NotReady(f"“{event.title}” is {event.get_running_display().lower()} already.")
    event.running, event.running_note = running, note.strip()[:300]
    event.sequence += 1
    event.version += 1
    event.save()
    tell_booked(
        event=event,
        kind=NoticeKind.CANCELLED if running == Running.CANCELLED else NoticeKind.POSTPONED,
        note=event.running_note,
    )
    index(event)
    return event


@transaction.atomic
def tell_booked(*, event: Event, kind: NoticeKind, note: str = "") -> Notice:
    """Have everybody who booked told. The row is written now; the messages follow from a worker, or from the sweep."""
    notice = Notice.objects.create(event=event, kind=kind, note=note)
    transaction.on_commit(signature("events.send_notices").delay, robust=True)
    return notice


def send_notices() -> int:
    """Write every notice that is not written yet to everybody whom it concerns; return how many messages.

    Killed half-way it begins again, and each message has a key, so that nobody is told twice.
    """
    number = 0
    for notice in Notice.objects.unsent().select_related("event"):
        event = notice.event
        for booking in event.bookings.to_tell().select_related("person"):
            booking.event = event
            letters.write(
                booking,
                template="notice",
                subject=NOTICE_SUBJECTS[NoticeKind(notice.kind)].format(event.title),
                key=f"notice.{notice.pk}",
                values={"notice": notice},
                is_bulk=False,
            )
            number += 1
        Notice.objects.filter(pk=notice.pk, done_at=None).update(done_at=timezone.now())
    return number


@transaction.atomic
def set_recording(*, event: Event, recording: Item) -> Event:
    """Note that the event has a recording, so that lists show it although it is over."""
    event = hold(event)
    event.recording = recording
    event.save()
    index(event)
    return event
