"""A campaign, its weeks and what can be downloaded for it."""

from typing import ClassVar

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from catalogue.choices import Phrase
from events.files import allowed_file
from events.querysets import CampaignQuerySet


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    obj_field=pghistory.ObjForeignKey(related_name="campaign_history"),
)
class Campaign(models.Model):
    """One year's campaign, such as KNOWvember, with a theme and its own page. Earlier ones make the archive."""

    name = models.CharField(max_length=100, default="KNOWvember")
    year = models.PositiveSmallIntegerField()
    slug = models.SlugField(unique=True, max_length=80)
    theme = models.CharField(max_length=200, blank=True)
    hashtag = models.CharField(max_length=60, blank=True, help_text="With the # in front.")
    intro = models.TextField("what it is about", blank=True, help_text="Paragraphs, lists and links in Markdown.")
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    takes_pledges = models.BooleanField("people can pledge", default=True)
    takes_stories = models.BooleanField("people can tell what they did", default=True)
    takes_proposals = models.BooleanField("others can propose sessions", default=True)
    is_shown = models.BooleanField("shown to readers", default=False)
    cloned_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, editable=False)
    is_demonstration = models.BooleanField("demonstration", default=False, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="events_campaign_ends_after_start",
                violation_error_message="The last day cannot be before the first.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-starts_on"], name="events_campaign_starts")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The campaign's own page."""
        return reverse("events:campaign", args=[self.slug])

    @property
    def title(self) -> str:
        """ "KNOWvember 2026", the year left out where the name has it already."""
        return self.name if str(self.year) in self.name else f"{self.name} {self.year}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    obj_field=pghistory.ObjForeignKey(related_name="week_history"),
)
class Week(models.Model):
    """A part of a campaign with a name and days of its own. The four phrases are a preset, not a rule."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="weeks")
    name = models.CharField(max_length=100)
    phrase = models.CharField(max_length=10, choices=Phrase, blank=True)
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")

    class Meta:
        ordering: ClassVar = ["starts_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="events_week_ends_after_start",
                violation_error_message="The last day cannot be before the first.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.name}"


class Download(models.Model):
    """A title with a file kept here or a web address: exactly one of the two."""

    title = models.CharField(max_length=200)
    file = models.FileField(upload_to="events/%Y/", blank=True, validators=[allowed_file])
    url = models.URLField("web address", max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField("place in the list", default=1)

    class Meta:
        abstract = True
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Raise ValidationError unless there is a file or an address, and not both."""
        super().clean()
        if bool(self.file) == bool(self.url):
            raise ValidationError("Give a file or a web address, one of the two.")


class Pack(Download):
    """A poster, a slide set, an e-mail footer: what people take to make the campaign known."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="packs")

    class Meta(Download.Meta):
        verbose_name = "download"
