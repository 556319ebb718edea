"""Paths: what to do one after the other, chosen by librarians."""

from typing import ClassVar

import pghistory
from django.db import models
from django.urls import reverse

from catalogue.models import Item
from learning_zone.querysets import PathQuerySet


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Path(models.Model):
    """An ordered collection of items of any kind, with what it is good for."""

    title = models.CharField(max_length=200)
    slug = models.SlugField(unique=True, max_length=80)
    summary = models.TextField("what it leads to")
    is_listed = models.BooleanField("shown to readers", default=False)
    position = models.PositiveSmallIntegerField("place in the list", default=1)
    is_demonstration = models.BooleanField("demonstration", default=False, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PathQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The path's own page."""
        return reverse("learning_zone:path", args=[self.slug])


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PathStep(models.Model):
    """One item of a path, and why it stands there."""

    path = models.ForeignKey(Path, on_delete=models.CASCADE, related_name="steps")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="path_steps")
    position = models.PositiveSmallIntegerField(default=1)
    note = models.CharField("why here", max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["path", "item"], name="learning_path_item_is_unique")]

    def __str__(self) -> str:
        return f"{self.position}. {self.item}"
