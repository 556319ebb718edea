"""Pages whose words librarians edit, and the workstream that the portal belongs to."""

from typing import ClassVar

import pghistory
from django.db import models
from django.urls import reverse
from django.utils import timezone

from pages.querysets import PageQuerySet


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Page(models.Model):
    """One page of words. `body` is Markdown, in which `rendering.with_words` fills in the words of this installation.

    `supplied_digest` is that of the words the portal came with, "" for a page that a librarian made: while it matches
    the words, nobody has edited them.
    """

    class LivePart(models.TextChoices):
        NONE = "", "Nothing"
        QUALITY = "quality", "The bands, the appraisal tools and the glossary"
        WORKSTREAM = "workstream", "The workstreams, the lead and the champions"

    slug = models.SlugField("address", max_length=80, unique=True, help_text="The end of /about/…/. Links rely on it.")
    title = models.CharField(max_length=120)
    lead = models.CharField(
        "first sentence", max_length=300, blank=True, help_text="Shown large under the title, and by search engines."
    )
    body = models.TextField(
        help_text=(
            "Markdown: ## for a heading, - for a list, [words](https://address) for a link. {service_name}, "
            "{organisation} and {library_team} become the words of this portal."
        )
    )
    live_part = models.CharField(
        "below the words",
        max_length=15,
        choices=LivePart,
        blank=True,
        help_text="A part that the portal writes itself from its own data.",
    )
    position = models.PositiveSmallIntegerField("order", default=100, help_text="Lower numbers come first.")
    in_footer = models.BooleanField("linked in the footer", default=True)
    is_shown = models.BooleanField("shown to readers", default=True)
    reviewed_at = models.DateField("last reviewed", null=True, blank=True)
    review_due = models.DateField("next review due", null=True, blank=True)
    supplied_digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField("added", auto_now_add=True)
    updated_at = models.DateTimeField("updated", auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page's address."""
        return reverse("page", args=[self.slug])

    @property
    def is_supplied(self) -> bool:
        """True for a page that the portal came with: other pages link to it, so it is hidden rather than deleted."""
        return bool(self.supplied_digest)

    @property
    def is_past_review(self) -> bool:
        """True once the day of the next review has gone by."""
        return self.review_due is not None and self.review_due < timezone.localdate()


@pghistory.track()
class Workstream(models.Model):
    """One of the workstreams of the strategy that the library and knowledge services follow."""

    name = models.CharField(max_length=120, unique=True)
    summary = models.CharField("what it does, in one sentence", max_length=300, blank=True)
    position = models.PositiveSmallIntegerField("order", default=100)
    is_ours = models.BooleanField("this portal's own", default=False)
    is_supplied = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering: ClassVar = ["position", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_ours"],
                condition=models.Q(is_ours=True),
                name="workstream_ours_is_one",
                violation_error_message="Another workstream is marked as this portal's own.",
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class WorkstreamPerson(models.Model):
    """The lead or a champion of a workstream, named on the public page with their agreement."""

    class Capacity(models.TextChoices):
        LEAD = "lead", "Lead"
        CHAMPION = "champion", "Champion"

    workstream = models.ForeignKey(Workstream, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(max_length=120, help_text="Shown to everyone: ask the person first.")
    capacity = models.CharField("role", max_length=10, choices=Capacity, default=Capacity.CHAMPION)
    patch = models.CharField(
        "covers", max_length=200, blank=True, help_text="The organisation, region or subject they look after."
    )
    until = models.DateField("shown until", null=True, blank=True, help_text="After this day the name is not shown.")
    is_demonstration = models.BooleanField("demonstration", default=False, editable=False)

    class Meta:
        verbose_name = "lead or champion"
        verbose_name_plural = "lead and champions"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
