"""An event: what one books, an any-time activity card among them; its days, its speakers, its materials."""

import datetime
from typing import ClassVar

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from catalogue.choices import KindName
from catalogue.models import Item
from events.choices import CARD, RECORDED, BookingWay, CardTime, Company, Mode, NoticeKind, Running
from events.models.campaign import Campaign, Download, Week
from events.querysets import EventQuerySet, NoticeQuerySet


@pghistory.track(obj_field=pghistory.ObjForeignKey(related_name="event_events"))
class Event(Item):
    """A session, a workshop, a drop-in, or an activity card. `Item.summary` says what it is about.

    `Item.starts_at` and `ends_at` are its first and last moment; where it has `sessions` they follow from those. A card
    has `minutes` and no dates, and leads to learning or to `technique`, the key of one of `catalogue.techniques`. `sequence` counts what changed for calendars (RFC 5545, section 3.8.7.4).
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    week = models.ForeignKey(Week, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    series = models.CharField(max_length=200, blank=True)
    series_position = models.PositiveSmallIntegerField("place in the series", null=True, blank=True)
    gains = models.TextField("what you will get", blank=True, help_text="One a line.")

    mode = models.CharField("where people take part", max_length=10, choices=Mode, default=Mode.ONLINE)
    place = models.CharField(max_length=300, blank=True, help_text="Room and address, for those who come in person.")
    join_url = models.URLField(
        "link to join", max_length=1000, blank=True, help_text="Shown only to those who have a place."
    )
    join_note = models.CharField("how to join", max_length=300, blank=True)

    running = models.CharField(max_length=10, choices=Running, default=Running.ON, editable=False)
    running_note = models.CharField(max_length=300, blank=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)

    booking = models.CharField(max_length=10, choices=BookingWay, default=BookingWay.NONE)
    booking_url = models.URLField("where to book", max_length=1000, blank=True)
    capacity = models.PositiveIntegerField(
        "places", null=True, blank=True, validators=[MinValueValidator(1)], help_text="Empty for no limit."
    )
    opens_at = models.DateTimeField("booking opens", null=True, blank=True, help_text="UK time.")
    closes_at = models.DateTimeField("booking closes", null=True, blank=True, help_text="UK time. Empty: at the start.")
    takes_guests = models.BooleanField(
        "people without an account can book", default=True, help_text="They confirm by e-mail. Public events only."
    )

    minutes = models.PositiveSmallIntegerField("time it takes", choices=CardTime, null=True, blank=True)
    company = models.CharField("done", max_length=10, choices=Company, blank=True)
    what_to_do = models.TextField("steps", blank=True, help_text="One a line.")
    leads_to = models.ForeignKey(
        Item,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="led_to_by_cards",
        verbose_name="leads to",
        help_text="Learning or know-how to go on with.",
    )
    technique = models.SlugField("or to a technique", max_length=40, blank=True)

    recording = models.ForeignKey(
        Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="recording_of", editable=False
    )

    objects = EventQuerySet.as_manager()  # type: ignore[misc]  # narrower than the parent's, on purpose

    class Meta:
        verbose_name = "event"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gte=F("opens_at")),
                name="events_booking_closes_after_opening",
                violation_error_message="Booking cannot close before it opens.",
            ),
            models.CheckConstraint(
                condition=~Q(booking="elsewhere") | ~Q(booking_url=""),
                name="events_booked_elsewhere_has_address",
                violation_error_message="Say where to book: the web address is missing.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["mode"], name="events_mode"),
            models.Index(fields=["minutes"], name="events_minutes", condition=Q(minutes__isnull=False)),
            models.Index(fields=["series"], name="events_series", condition=~Q(series="")),
        ]

    def derive(self) -> None:
        """Set the kind, what every kind derives, the year, and whether there is a recording."""
        self.kind = KindName.EVENT
        self.standing = RECORDED if self.recording_id else ""
        if self.starts_at is not None:
            self.year = timezone.localtime(self.starts_at).year
        super().derive()

    def clean(self) -> None:
        """Raise ValidationError where the week is not of the campaign."""
        super().clean()
        if self.week is not None and self.week.campaign_id != self.campaign_id:
            raise ValidationError({"week": "This week belongs to another campaign."})

    @property
    def is_card(self) -> bool:
        """True for what is done at any time."""
        return self.form == CARD

    @property
    def is_over(self) -> bool:
        """True once its last moment has gone by."""
        return self.ends_at is not None and self.ends_at < timezone.now()

    @property
    def has_started(self) -> bool:
        """True from its first moment on."""
        return self.starts_at is not None and self.starts_at <= timezone.now()

    @property
    def length(self) -> datetime.timedelta:
        """How long it lasts, without the nights between its days."""
        parts = [part.ends_at - part.starts_at for part in self.sessions.all()]
        if parts:
            return sum(parts, datetime.timedelta())
        if self.starts_at is None or self.ends_at is None:
            return datetime.timedelta(minutes=self.minutes or 0)
        return self.ends_at - self.starts_at

    @property
    def gain_list(self) -> list[str]:
        """What one gets, one each."""
        return lines_of(self.gains)

    @property
    def steps(self) -> list[str]:
        """What to do, one each."""
        return lines_of(self.what_to_do)


class Session(models.Model):
    """One day or part of an event that happens on several."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sessions")
    title = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField("starts", help_text="UK time.")
    ends_at = models.DateTimeField("ends", help_text="UK time.")

    class Meta:
        verbose_name = "day"
        verbose_name_plural = "days of an event on several days"
        ordering: ClassVar = ["starts_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="events_session_ends_after_start",
                violation_error_message="It cannot end before it starts.",
            )
        ]

    def __str__(self) -> str:
        return self.title or f"{self.event} on {timezone.localtime(self.starts_at):%d.%m.%Y}"


class Speaker(models.Model):
    """Who speaks or leads. The address is for asking them afterwards, and is shown to nobody."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="speakers")
    name = models.CharField(max_length=120)
    role = models.CharField("role and organisation", max_length=200, blank=True)
    email = models.EmailField("e-mail address", blank=True, help_text="Not shown. To ask for a know-how item later.")
    person = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="speaks_at", verbose_name="account"
    )
    asked_at = models.DateTimeField("asked for know-how", null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Where to write to them, "" where nobody knows."""
        return self.email or (self.person.email if self.person and self.person.is_active else "")


class Material(Download):
    """Slides, a handout, a pack: what an event leaves behind or asks to read before."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="materials")

    class Meta(Download.Meta):
        verbose_name = "material"


class Notice(models.Model):
    """Something that all who booked must be told. A row before it is a message, so that none is lost."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=NoticeKind)
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "notice"
        indexes: ClassVar = [models.Index(fields=["id"], name="events_notice_unsent", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.event_id}"


def lines_of(text: str) -> list[str]:
    """Return the lines that are not blank."""
    return [line.strip() for line in text.splitlines() if line.strip()]
