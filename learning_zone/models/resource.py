"""A learning resource, the dates of a course, the steps of a programme, the chapters of a recording."""

import datetime
from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from catalogue.choices import KindName
from catalogue.models import Item
from design.dates import day_in_words, span_in_words
from learning_zone import durations, transcripts
from learning_zone.choices import METHOD_OF_TYPE, Access, Cost, Format, Level, Method, Need, Verdict
from learning_zone.embedding import allowed_origin
from learning_zone.querysets import LearningResourceQuerySet, RunQuerySet


@pghistory.track(obj_field=pghistory.ObjForeignKey(related_name="learning_events"))
class LearningResource(Item):
    """A course, an e-learning programme, a recorded webinar or another opportunity. `Item.summary` says what it is.

    It lives elsewhere as a rule: `url` leads there, and `access` says what it takes to get in. `embed_url` or `video`
    plays a recording on its page. `technique` is the key of one of `catalogue.techniques`. `minutes` is how long it takes one person from beginning to end.
    """

    outcomes = models.TextField(
        "what you will be able to do", blank=True, help_text="One a line, each going on from “You will be able to …”."
    )
    level = models.CharField(max_length=15, choices=Level, default=Level.INTRODUCTION)
    format = models.CharField(max_length=15, choices=Format, default=Format.SELF_PACED)
    minutes = models.PositiveIntegerField("how long it takes, in minutes", null=True, blank=True)
    cost = models.CharField(max_length=10, choices=Cost, default=Cost.FREE)
    access = models.CharField(max_length=15, choices=Access, default=Access.OPEN)
    access_note = models.CharField(
        "how to get in", max_length=300, blank=True, help_text="For example: sign in with your trust’s account."
    )
    cpd_minutes = models.PositiveIntegerField("CPD minutes, as the provider states them", null=True, blank=True)
    has_certificate = models.BooleanField("gives a certificate", default=False)
    provider = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=50, blank=True, help_text="Where it is not English.")
    prerequisites = models.TextField("what to know or do before", blank=True)
    needs = ArrayField(
        models.CharField(max_length=10, choices=Need), default=list, blank=True, verbose_name="on the library shelf for"
    )

    technique = models.SlugField("technique it teaches", max_length=40, blank=True)
    url = models.URLField("web address", max_length=1000, blank=True)
    embed_url = models.URLField(
        "address of the player", max_length=1000, blank=True, help_text="From a host that the portal's settings allow."
    )
    video = models.FileField("recording kept here", upload_to="learning/%Y/", blank=True, help_text="An MP4 file.")
    has_captions = models.BooleanField("has captions", default=False)
    transcript = models.TextField(
        blank=True, help_text="WebVTT, or lines that begin with their time, as in “4:05 Welcome”."
    )
    accessibility_note = models.CharField(max_length=300, blank=True)
    recorded_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField("last day on which it is offered", null=True, blank=True)

    series = models.CharField(max_length=200, blank=True)
    series_position = models.PositiveSmallIntegerField("place in the series", null=True, blank=True)

    objects = LearningResourceQuerySet.as_manager()  # type: ignore[misc]  # narrower than the parent's, on purpose

    class Meta:
        verbose_name = "learning resource"
        verbose_name_plural = "learning resources"
        indexes: ClassVar = [
            models.Index(fields=["minutes"], name="learning_minutes"),
            models.Index(fields=["expires_on"], name="learning_expires", condition=Q(expires_on__isnull=False)),
            models.Index(fields=["series"], name="learning_series", condition=~Q(series="")),
            models.Index(fields=["technique"], name="learning_technique", condition=~Q(technique="")),
            GinIndex(fields=["needs"], name="learning_needs"),
        ]

    def derive(self) -> None:
        """Set the kind, and what every kind derives."""
        self.kind = KindName.LEARNING
        super().derive()

    def clean(self) -> None:
        """Raise ValidationError where the player's host is not allowed or the transcript cannot be read."""
        super().clean()
        if self.embed_url and not allowed_origin(self.embed_url):
            raise ValidationError(
                {"embed_url": "The portal's settings do not allow players from this host. Use the web address instead."}
            )
        try:
            transcripts.parse(self.transcript)
        except transcripts.UnreadableTranscript as problem:
            raise ValidationError({"transcript": str(problem)}) from problem

    @property
    def length(self) -> str:
        """How long it takes, in words; "" where nobody knows."""
        return "" if self.minutes is None else durations.in_words(self.minutes)

    @property
    def link_broken_on(self) -> datetime.datetime | None:
        """When the link was last found broken; None where it is not, or nobody has looked."""
        check = getattr(self, "link_check", None)
        return check.checked_at if check is not None and check.verdict == Verdict.BROKEN else None

    @property
    def outcome_list(self) -> list[str]:
        """The outcomes, one each."""
        return [line.strip() for line in self.outcomes.splitlines() if line.strip()]

    @property
    def usual_method(self) -> str:
        """How a person usually does it, as their own record names it."""
        return METHOD_OF_TYPE.get(self.form, Method.ONLINE)

    @property
    def cues(self) -> list[transcripts.Cue]:
        """What is said in the recording, in order; nothing where the transcript has no times."""
        try:
            return transcripts.parse(self.transcript)
        except transcripts.UnreadableTranscript:
            return []


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CourseRun(models.Model):
    """One time at which a course is held."""

    resource = models.ForeignKey(LearningResource, on_delete=models.CASCADE, related_name="runs")
    starts_at = models.DateTimeField("starts", help_text="UK time.")
    ends_at = models.DateTimeField("ends", help_text="UK time.")
    place = models.CharField("where", max_length=200, blank=True, help_text="A place, or “Online”.")
    booking_url = models.URLField("where to book", max_length=1000, blank=True)
    booking_by = models.DateField("last day to book", null=True, blank=True)
    is_full = models.BooleanField("full", default=False)
    is_cancelled = models.BooleanField("cancelled", default=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = "date of a course"
        verbose_name_plural = "dates of courses"
        ordering: ClassVar = ["starts_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")),
                name="learning_run_ends_after_start",
                violation_error_message="It cannot end before it starts.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["starts_at"], name="learning_run_starts")]

    def __str__(self) -> str:
        return f"{self.resource} on {day_in_words(self.starts_at)}"

    @property
    def when(self) -> str:
        """When it is held, in words and UK time."""
        return span_in_words(self.starts_at, self.ends_at)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Step(models.Model):
    """One step of an e-learning programme."""

    resource = models.ForeignKey(LearningResource, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    url = models.URLField("web address", max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Chapter(models.Model):
    """One part of a recording, from its second on."""

    resource = models.ForeignKey(LearningResource, on_delete=models.CASCADE, related_name="chapters")
    seconds = models.PositiveIntegerField("starts at second")
    title = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["seconds", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "seconds"], name="learning_chapter_second_is_unique")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def at(self) -> str:
        """The place in the recording, as in "4:05"."""
        return durations.clock(self.seconds)
