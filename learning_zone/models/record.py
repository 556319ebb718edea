"""A person's own learning record. Nobody but that person reads it: it is in no admin and in no history."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from catalogue.models import Item
from learning_zone import durations
from learning_zone.choices import CodeTheme, Method, RecordState
from learning_zone.querysets import LearningRecordQuerySet


class LearningRecord(models.Model):
    """One piece of learning of one person: saved for later, started, or done.

    `title` and `provider` are kept as they were when it was recorded, so that the record outlives the item. Without an
    item it is something that the person did elsewhere. The same item can be done more than once, each time its own row.
    `steps_done` holds the keys of the steps of a programme.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="learning_records")
    item = models.ForeignKey(Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="learning_records")
    title = models.CharField(max_length=500)
    provider = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=RecordState)
    done_on = models.DateField(null=True, blank=True)
    minutes = models.PositiveIntegerField(default=0)
    participatory_minutes = models.PositiveIntegerField(default=0)
    method = models.CharField(max_length=15, choices=Method, blank=True)
    reflection = models.TextField(blank=True)
    code_themes = ArrayField(models.CharField(max_length=10, choices=CodeTheme), default=list, blank=True)
    steps_done = ArrayField(models.BigIntegerField(), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LearningRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "learning record"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_on__isnull=False), name="learning_done_has_a_day"
            ),
            models.CheckConstraint(
                condition=Q(participatory_minutes__lte=F("minutes")), name="learning_participatory_is_part"
            ),
            models.UniqueConstraint(
                fields=["person", "item"], condition=~Q(state="done"), name="learning_open_once_per_item"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "state", "-done_on"], name="learning_of_person")]

    def __str__(self) -> str:
        return f"Learning record {self.pk}"

    @property
    def length(self) -> str:
        """How long it took, in words."""
        return durations.in_words(self.minutes)

    @property
    def participatory_length(self) -> str:
        """How much of it was participatory, in words."""
        return durations.in_words(self.participatory_minutes)

    @property
    def theme_labels(self) -> list[str]:
        """The themes of the Code in words."""
        return [CodeTheme(value).label for value in self.code_themes]
