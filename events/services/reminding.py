"""Reminders a day and an hour before, and the question afterwards: each once, whatever happens to the worker."""

import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue import attendance
from design.dates import in_uk_time
from events.models import Booking, Event
from events.querysets import HOUR_BEFORE
from events.services import letters

BATCH = 200


def send_reminders(*, at: datetime.datetime | None = None) -> int:
    """Remind everybody whose event starts within a day or within an hour; return how many messages were written.

    A booking's mark and its message are written in one transaction, and the mark is set by comparing: two workers, or a
    worker that is killed half-way and one that begins again, remind everybody once. Who booked less than a day before
    has just had all of it by e-mail and is reminded an hour before only.
    """
    moment = at or timezone.now()
    number = 0
    for booking in Booking.objects.due_reminder(at=moment).select_related("event", "person").order_by("pk")[:BATCH]:
        number += remind(booking, at=moment)
    return number


@transaction.atomic
def remind(booking: Booking, *, at: datetime.datetime) -> bool:
    """Remind one person; False where another worker was faster, or there is nothing to remind of any more."""
    event = booking.event
    if event.starts_at is None:
        return False
    kind = "hour" if event.starts_at - at <= HOUR_BEFORE else "day"
    mark = f"{kind}_reminder_at"
    won = Booking.objects.booked().filter(pk=booking.pk, **{mark: None}).update(**{mark: at})
    if not won:
        return False
    if kind == "day" and booking.created_at > event.starts_at - datetime.timedelta(hours=24):
        return False
    letters.reminder(booking, kind=kind, event=event)
    return True


def ask_for_feedback(*, at: datetime.datetime | None = None) -> int:
    """Ask everybody who came the one question; return how many messages were written."""
    moment = at or timezone.now()
    number = 0
    for booking in Booking.objects.due_feedback(at=moment).select_related("event", "person").order_by("pk")[:BATCH]:
        with transaction.atomic():
            if Booking.objects.filter(pk=booking.pk, feedback_asked_at=None).update(feedback_asked_at=moment):
                letters.ask_feedback(booking)
                number += 1
    return number


@transaction.atomic
def record_attendance(*, event: Event, came: set[int], away: set[int], by: User) -> int:
    """Note which bookings came (keys) and which did not; return how many came. It falls into their learning records.

    Others than the event's own bookings count for nothing. Asked again it changes what has changed.
    """
    own = list(event.bookings.booked().select_related("person"))
    minutes = max(int(event.length.total_seconds()) // 60, 1)
    present = 0
    for booking in own:
        answer = True if booking.pk in came else False if booking.pk in away else booking.came
        if answer and booking.person is not None and not booking.came and event.starts_at is not None:
            attendance.attended(
                person=booking.person,
                item=event,
                on=in_uk_time(event.starts_at).date(),
                minutes=minutes,
                participatory=True,
            )
        if answer != booking.came:
            booking.came = answer
            booking.save(update_fields=["came", "changed_at"])
        present += bool(answer)
    return present


@transaction.atomic
def keep_feedback(*, booking: Booking, text: str) -> Booking:
    """Keep a person's answer; a later one takes its place."""
    booking = Booking.objects.select_for_update().get(pk=booking.pk)
    booking.feedback, booking.feedback_at = text.strip(), timezone.now()
    booking.save(update_fields=["feedback", "feedback_at", "changed_at"])
    return booking
