"""A place at an event, or a wish for one; and the secret address of a person's own calendar."""

import secrets
from typing import ClassVar

from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import User
from events.choices import LIVE_STATES, BookingState
from events.models.event import Event
from events.querysets import BookingQuerySet

TOKEN_SALT = "events.booking"  # noqa: S105 - the name of what is signed, not a secret
FEEDBACK_LIMIT = 1_000


class Booking(models.Model):
    """One person's booking: somebody with an account, or a guest known by name and address.

    `held_until` is until when a place is kept for a guest who has not confirmed, or for somebody who was offered one.
    `queued_at` gives the order of the waiting list: it is written while the event's row is held.
    `told` is the state that was last written to them about: where it is another, a message is still to be written.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="bookings")
    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="bookings")
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField("e-mail address", blank=True)
    state = models.CharField(max_length=12, choices=BookingState)
    told = models.CharField("told by e-mail", max_length=12, choices=BookingState, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField("booked", default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)
    day_reminder_at = models.DateTimeField(null=True, blank=True)
    hour_reminder_at = models.DateTimeField(null=True, blank=True)
    came = models.BooleanField("came", null=True, blank=True)
    feedback_asked_at = models.DateTimeField(null=True, blank=True)
    feedback = models.TextField("what they will do differently", max_length=FEEDBACK_LIMIT, blank=True)
    feedback_at = models.DateTimeField(null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "person"],
                condition=Q(state__in=LIVE_STATES, person__isnull=False),
                name="events_one_booking_a_person",
            ),
            models.UniqueConstraint(
                "event",
                Lower("email"),
                condition=Q(state__in=LIVE_STATES, person__isnull=True) & ~Q(email=""),
                name="events_one_booking_an_address",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(queued_at__isnull=False), name="events_waiting_has_its_place"
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(held_until__isnull=False), name="events_offer_has_an_end"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["event", "state"], name="events_booking_state"),
            models.Index(fields=["event", "queued_at"], name="events_waiting_list", condition=Q(state="waiting")),
            models.Index(fields=["id"], name="events_booking_untold", condition=~Q(told=F("state"))),
            models.Index(
                fields=["held_until"], name="events_booking_held", condition=Q(state__in=("offered", "unconfirmed"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} – {self.event}"

    @property
    def who(self) -> str:
        """The name, or the address where there is none."""
        if self.person is not None:
            return self.person.get_full_name()
        return self.name or self.email or "(deleted)"

    @property
    def address(self) -> str:
        """Where messages about it go."""
        return self.person.email if self.person is not None else self.email

    @property
    def token(self) -> str:
        """What proves, in a link of a message, that it reached the person who booked."""
        return signing.dumps(self.pk, salt=TOKEN_SALT)

    @property
    def has_place(self) -> bool:
        """True for those who may have the link to join."""
        return self.state == BookingState.BOOKED


def booking_key(token: str) -> int | None:
    """Return the key that a token of `Booking.token` stands for, None for anything else."""
    try:
        key = signing.loads(token, salt=TOKEN_SALT)
    except signing.BadSignature:
        return None
    return key if isinstance(key, int) else None


def new_secret() -> str:
    """Return the secret part of a calendar's address: 256 bits, which nobody guesses."""
    return secrets.token_urlsafe(32)


class CalendarFeed(models.Model):
    """The secret address under which a calendar programme reads a person's bookings. A new secret ends the old one."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_feed")
    secret = models.CharField(max_length=64, unique=True, default=new_secret, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Calendar of {self.person_id}"
