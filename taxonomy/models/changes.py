"""What librarians did to whole topics and can undo."""

import datetime
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from accounts.models import User
from taxonomy.models.topics import Topic

UNDO_DAYS = 30


class TopicChange(models.Model):
    """A merge or a split, with what it moved, so that it can be taken back for 30 days.

    target is None once a split was taken back: the topic it made is gone, its name is kept.

    memory: what each room needs to put back its own rows, by the name it registered in `taxonomy.hooks`. numbers: what
    was moved, in words and numbers, as the preview counted it.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", "Merged"
        SPLIT = "split", "Split"

    kind = models.CharField(max_length=10, choices=Kind)
    source = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="changes_from", verbose_name="topic")
    target = models.ForeignKey(
        Topic, on_delete=models.SET_NULL, null=True, related_name="changes_to", verbose_name="into"
    )
    target_name = models.CharField(max_length=100)
    memory = models.JSONField(default=dict, editable=False, encoder=DjangoJSONEncoder)
    numbers = models.JSONField(default=dict, editable=False)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField("when", auto_now_add=True)
    undone_at = models.DateTimeField("undone", null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "merge or split"
        verbose_name_plural = "merges and splits"
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["-at"], name="topic_change_at")]

    def __str__(self) -> str:
        return f"{self.source} {'merged into' if self.kind == self.Kind.MERGE else 'split into'} {self.target_name}"

    @property
    def undo_until(self) -> datetime.datetime:
        """The moment after which it stands."""
        return self.at + datetime.timedelta(days=UNDO_DAYS)

    @property
    def can_be_undone(self) -> bool:
        """True while it was not undone and is not older than 30 days."""
        return self.undone_at is None and timezone.now() < self.undo_until
