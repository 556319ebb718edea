"""What the link checker knows of a resource's address."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from learning_zone.choices import Verdict
from learning_zone.models.resource import LearningResource
from learning_zone.querysets import LinkCheckQuerySet


class LinkCheck(models.Model):
    """The state of one resource's web address. A new address starts anew.

    failures counts since `failing_since`; `moved_to` is where a permanent redirect leads.
    """

    resource = models.OneToOneField(LearningResource, on_delete=models.CASCADE, related_name="link_check")
    url = models.URLField(max_length=1000)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.UNCHECKED)
    note = models.CharField(max_length=300, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    moved_to = models.URLField(max_length=1000, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(default=timezone.now)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "checked link"
        verbose_name_plural = "checked links"
        indexes: ClassVar = [models.Index(fields=["next_check_at"], name="learning_link_due")]

    def __str__(self) -> str:
        return self.url
