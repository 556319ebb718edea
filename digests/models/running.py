"""Runs: for each period one, for each reader of it one row, and what a librarian adds."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator

from digests.choices import DigestState, Frequency, RunState
from digests.models.following import Subscriber
from digests.querysets import DigestQuerySet, DigestRunQuerySet, NoteQuerySet


class Schedule(models.Model):
    """When the updates of one frequency are put together and sent. Librarians change it; the tick reads it.

    `passed_period` is the last period that found nobody to write to: whoever comes in the middle of it waits for the next.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    frequency = models.CharField(max_length=12, choices=Frequency, unique=True)
    weekday = models.PositiveSmallIntegerField(
        "sent on", choices=Weekday, default=Weekday.MONDAY, help_text="Monthly ones on the first such day of the month."
    )
    lead_hours = models.PositiveSmallIntegerField(
        "put together so many hours before 7am of that day", default=7, validators=[MaxValueValidator(72)]
    )
    is_automatic = models.BooleanField("released without a librarian", default=True)
    is_enabled = models.BooleanField("switched on", default=True)
    passed_period = models.CharField(max_length=20, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return Frequency(self.frequency).label


class Run(models.Model):
    """The updates of one period: `period` is its only key, so that however often it is begun there is one."""

    frequency = models.CharField(max_length=12, choices=Frequency)
    period = models.CharField(max_length=20)
    sends_on = models.DateField("sent on")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.PLANNING)
    to_batch = models.BigIntegerField(editable=False)
    expires_at = models.DateTimeField("of no use after")
    is_late = models.BooleanField("opened too late to go out unseen", default=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField("released", null=True, blank=True)
    created_at = models.DateTimeField("put together", default=timezone.now)

    objects = DigestRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-sends_on", "-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["frequency", "period"], name="run_is_unique")]

    def __str__(self) -> str:
        return f"{Frequency(self.frequency).name.capitalize()} update {self.period}"

    @property
    def mailing(self) -> str:
        """The name of its messages in the outbox."""
        return f"digest.{self.pk}"


class Shard(models.Model):
    """Some of a run's subscribers, from `low` up to and without `high`, planned in one transaction or not at all."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="shards")
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    is_done = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "low"], name="shard_is_unique")]

    def __str__(self) -> str:
        return f"{self.run}: {self.low} to {self.high}"


class Digest(models.Model):
    """One reader's part of a run: the announcements chosen for them, best first, and for each the follow that chose it.

    `total` counts all that was new for them, chosen or not. `copy` is above 0 where a librarian sent it again.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="digests")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="digests")
    copy = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=DigestState, default=DigestState.PLANNED)
    announcements = ArrayField(models.BigIntegerField(), default=list)
    codes = ArrayField(models.BigIntegerField(), default=list)
    total = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField("not before")
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = "update of one reader"
        verbose_name_plural = "updates of one reader"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "subscriber", "copy"], name="digest_is_unique"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subscriber"], name="digest_open", condition=Q(state__in=("planned", "queued"))),
            models.Index(fields=["run", "state"], name="digest_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.run} for {self.subscriber}"

    @property
    def message_key(self) -> str:
        """What becomes the Message-ID: the same however often the message is tried."""
        return f"d.{self.run_id}.{self.pk}"


class Note(models.Model):
    """A few words of the library team on top of a mail, to everybody or to those who follow a topic.

    One without a run waits for the next of its frequency that has mail to send (`planning.finish_planning`).
    """

    run = models.ForeignKey(
        Run,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notes",
        editable=False,
        verbose_name="went with",
    )
    frequency = models.CharField(
        "with the next update",
        max_length=12,
        choices=Frequency,
        blank=True,
        help_text="It goes with the next one of these that has anything new to tell, and with no other.",
    )
    topic = models.ForeignKey(
        "taxonomy.Topic",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Only in mails with something for this topic. Leave it empty for everybody.",
    )
    text = models.TextField(max_length=600, help_text="One or two sentences, as plain text.")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = "note of the library team"
        verbose_name_plural = "notes of the library team"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(run__isnull=False) | ~Q(frequency=""), name="note_has_run_or_waits_for_one"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["frequency"], name="note_waiting", condition=Q(run__isnull=True))]

    def __str__(self) -> str:
        return Truncator(self.text).chars(60)


class Pulse(models.Model):
    """The one row that says when the updates were last looked after: the dead-man's switch reads it."""

    ticked_at = models.DateTimeField("last tick")
    finished_at = models.DateTimeField("last tick that came to its end", null=True, blank=True)
    error = models.CharField("what went wrong since", max_length=500, blank=True)

    def __str__(self) -> str:
        return f"Last tick {self.ticked_at}"
