"""Messages about a booking. Each has a key, so that the same message is written once however often it is asked for."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from events.choices import BookingState
from events.models import Booking, Event
from events.words import when_in_words
from mail.links import portal_url
from mail.services import queue

PURPOSE = "event"


def write(
    booking: Booking,
    *,
    template: str,
    subject: str,
    key: str,
    values: Mapping[str, Any] | None = None,
    expires_at: datetime.datetime | None = None,
    is_bulk: bool = False,
) -> None:
    """Queue a message to whoever made the booking. It says when, where and how to join; that is what people look for."""
    queue(
        to=booking.address,
        subject=subject,
        text=render_to_string(f"events/email/{template}.txt", {**context_of(booking), **(values or {})}).strip(),
        purpose=PURPOSE,
        reply_to=settings.LIBRARY_TEAM_EMAIL,
        key=f"event.{booking.event_id}.{booking.pk}.{key}",
        expires_at=expires_at,
        is_bulk=is_bulk,
    )


def context_of(booking: Booking) -> dict[str, Any]:
    """Return what every message about a booking may say."""
    event = booking.event
    return {
        "booking": booking,
        "event": event,
        "when": when_in_words(event),
        "page_url": portal_url(event.get_absolute_url()),
        "booking_url": booking_url(booking),
        "calendar_url": portal_url(reverse("events:booking-calendar", args=[booking.token])),
        "join_url": event.join_url if booking.has_place else "",
        "brand": settings.BRAND,
    }


def booking_url(booking: Booking) -> str:
    """Return the address of the booking's own page, which its messages lead to."""
    return portal_url(reverse("events:booking", args=[booking.token]))


def confirm(booking: Booking) -> None:
    """Ask a guest to confirm that the address is theirs."""
    write(
        booking,
        template="confirm",
        subject=f"Confirm your place: {booking.event.title}",
        key=f"confirm.{window()}",
        expires_at=booking.event.starts_at,
    )


def window() -> int:
    """Return the number of these ten minutes: who asks again within them is not written to again."""
    return int(timezone.now().timestamp()) // 600


def booked(booking: Booking, *, key: str = "booked") -> None:
    """Say that the place is theirs."""
    write(booking, template="booked", subject=f"Your place: {booking.event.title}", key=key)


def waiting(booking: Booking, *, key: str = "waiting") -> None:
    """Say that they are on the waiting list."""
    write(booking, template="waiting", subject=f"On the waiting list: {booking.event.title}", key=key)


def again(booking: Booking) -> None:
    """Send the link to their booking to somebody who asked for a place and has one, or waits for one."""
    (booked if booking.has_place else waiting)(booking, key=f"again.{window()}")


def offered(booking: Booking) -> None:
    """Say that a place is free for them, and until when."""
    write(
        booking,
        template="offered",
        subject=f"A place is free for you: {booking.event.title}",
        key="offered",
        expires_at=booking.held_until,
    )


def lapsed(booking: Booking) -> None:
    """Say that the offer has run out."""
    write(booking, template="lapsed", subject=f"The place went to the next person: {booking.event.title}", key="lapsed")


def reminder(booking: Booking, *, kind: str, event: Event) -> None:
    """Remind them, `kind` being "day" or "hour" before. A new time of the event is a new reminder."""
    if event.starts_at is None:
        return
    words = "tomorrow" if kind == "day" else "soon"
    write(
        booking,
        template="reminder",
        subject=f"Starts {words}: {event.title}",
        key=f"reminder.{kind}.{int(event.starts_at.timestamp())}",
        expires_at=event.starts_at,
    )


def ask_feedback(booking: Booking) -> None:
    """Ask the one question afterwards."""
    write(booking, template="feedback", subject=f"One question about {booking.event.title}", key="feedback")


OF_STATE = {
    BookingState.BOOKED: booked,
    BookingState.WAITING: waiting,
    BookingState.OFFERED: offered,
    BookingState.LAPSED: lapsed,
}
