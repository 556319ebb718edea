"""A technique of the Knowledge Mobilisation Framework, and the questions it asks."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from catalogue.choices import Visibility
from knowledge.choices import Phase
from knowledge.querysets import TechniqueQuerySet


@pghistory.track()
class TechniqueTemplate(models.Model):
    """One version of a technique: how to run it, and what a write-up of it asks.

    An edit makes a new version (`services.techniques.revise`); contributions keep the one they were written with.
    `prompts` is a list of {"key", "prompt", "help", "required"}. `covers` names the common questions that its own
    prompts answer already, which are then not asked again.
    """

    key = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(default=1, editable=False)
    is_current = models.BooleanField(default=True, editable=False)
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")
    name = models.CharField(max_length=80)
    phase = models.CharField(max_length=10, choices=Phase)
    time_needed = models.CharField(max_length=60)
    people = models.CharField(max_length=120)
    purpose = models.CharField("what it is for", max_length=200)
    use_when = models.TextField("when to use it", blank=True)
    steps = ArrayField(models.CharField(max_length=300), default=list)
    tips = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    prompts = models.JSONField(default=list)
    covers = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    caution = models.TextField("what writers must read first", blank=True)
    default_visibility = models.CharField(
        "who may read write-ups at first", max_length=15, choices=Visibility, default=Visibility.MEMBERS
    )
    supplied_digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TechniqueQuerySet.as_manager()

    class Meta:
        verbose_name = "technique"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="technique_version_is_unique"),
            models.UniqueConstraint(fields=["key"], condition=Q(is_current=True), name="technique_has_one_current"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The technique's own page."""
        return reverse("knowledge:technique", args=[self.key])

    def clean(self) -> None:
        """Raise ValidationError unless every prompt has a key of its own and words."""
        super().clean()
        rows = self.prompts
        if not isinstance(rows, list) or not all(
            isinstance(row, dict) and str(row.get("key", "")).isidentifier() and str(row.get("prompt", "")).strip()
            for row in rows
        ):
            raise ValidationError({"prompts": "Give each prompt a key of small letters and the words of the question."})
        keys = [row["key"] for row in rows]
        if len(set(keys)) != len(keys):
            raise ValidationError({"prompts": "Two prompts have the same key."})
