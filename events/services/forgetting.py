"""What is forgotten: names and addresses when their time is over, and everything of a person who leaves."""

import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.models import Booking, CalendarFeed, SignUp
from events.services import booking as bookings
from events.services import voices
from mail.services import forget_messages

# How long after its end an event still says which guests came.
GUESTS_KEPT = datetime.timedelta(days=365)


def forget_old(*, at: datetime.datetime | None = None) -> int:
    """Take names and addresses of guests, pledges and proposals away a year later; return how many."""
    moment = at or timezone.now()
    guests = Booking.objects.filter(person=None, event__ends_at__lt=moment - GUESTS_KEPT).exclude(name="", email="")
    return guests.update(name="", email="") + voices.forget_old(at=moment)


@transaction.atomic
def forget_person(user: User) -> None:
    """Give back what the person booked, and forget all of it (accounts.hooks.on_erase)."""
    for booking in Booking.objects.live().of(user).select_related("event"):
        if not booking.event.is_over:
            bookings.cancel(booking=booking)
    for booking in Booking.objects.of(user):
        forget_messages(key=f"event.{booking.event_id}.{booking.pk}")
    Booking.objects.of(user).delete()
    SignUp.objects.filter(person=user).delete()
    CalendarFeed.objects.filter(person=user).delete()
