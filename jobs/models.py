"""The row that is the truth about a piece of long work."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from jobs.querysets import JobQuerySet

# How many problems a job keeps in words; the count goes on.
ERRORS_KEPT = 100


class Job(models.Model):
    """A piece of work too long for a request.

    `payload` is what the runner needs to begin (or to begin again), written once; `result` what it gives back, shown
    through its keys `message` (a sentence), `url` and `link` (where to go next, and the words for it). `errors` holds
    the first problems as sentences, `error_count` how many there were. `claim` names the run that holds the job and
    `lease_until` how long it may stay silent: a run that lost its claim can write nothing any more.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to start"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    noun = models.CharField(max_length=40, default="records", help_text="What is counted, in the plural.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0, help_text="0 while it is not known.")
    errors = models.JSONField(default=list, blank=True)
    error_count = models.PositiveIntegerField(default=0)
    failure = models.CharField("why it failed", max_length=500, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    stop_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField("started waiting", auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField("last sign of life", null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "long work"
        verbose_name_plural = "long work"
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["-created_at"], name="job_newest"),
            models.Index(
                fields=["lease_until"],
                name="job_unfinished",
                condition=models.Q(state__in=("waiting", "running")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page that shows how far it has got."""
        return reverse("jobs:progress", args=[self.pk])

    @property
    def is_finished(self) -> bool:
        """True once nothing more will happen."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.STOPPED}
