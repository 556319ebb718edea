"""The one table of everything that can be found, its topics, its people and its broader topics."""

import datetime
from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from taggit.managers import TaggableManager
from taggit.models import ItemBase

from accounts.models import Organisation, User
from catalogue import kinds
from catalogue.asked.models import Search  # noqa: F401 - for Django to find
from catalogue.choices import (
    LICENCES_THAT_SHOW_TEXT,
    Audience,
    FormGroup,
    KindName,
    Licence,
    Phrase,
    PublicationStatus,
    RelationKind,
    Setting,
    Status,
    Visibility,
)
from catalogue.querysets import ItemQuerySet, Reader
from catalogue.searchindex import (  # noqa: F401 - for Django to find
    SearchCount,
    SearchEntry,
    SearchMeaning,
    SearchMeasure,
    SearchWord,
)
from catalogue.topics import ChosenTopicsManager
from taxonomy.models import Topic

SLUG_LENGTH = 80


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ItemTopic(ItemBase):
    """That an item is about a topic."""

    tag = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="uses")
    content_object = models.ForeignKey("catalogue.Item", on_delete=models.CASCADE, related_name="topic_rows")

    class Meta:
        verbose_name = "topic of an item"
        verbose_name_plural = "topics of items"
        constraints: ClassVar = [models.UniqueConstraint(fields=["content_object", "tag"], name="item_topic_is_unique")]

    def __str__(self) -> str:
        return f"{self.content_object_id} about {self.tag}"


@pghistory.track()
class Item(models.Model):
    """Anything that can be found. What only its own page shows is on the child of its kind.

    `form` is the type readers see ("Clinical guideline"); its values belong to the kind. `standing` is the
    confidence band of evidence, or how well tested know-how is. `version` counts editors' saves, for the check that
    nobody overwrites another's text.
    """

    kind = models.CharField(max_length=10, choices=KindName, editable=False)
    form = models.CharField("type", max_length=30)
    form_group = models.CharField("group of types", max_length=10, choices=FormGroup, editable=False)
    title = models.CharField(max_length=500)
    slug = models.SlugField(max_length=SLUG_LENGTH, editable=False)
    summary = models.TextField(blank=True)
    phrases = ArrayField(models.CharField(max_length=10, choices=Phrase), default=list, blank=True)
    audience = ArrayField(models.CharField(max_length=20, choices=Audience), default=list, blank=True)
    setting = ArrayField(models.CharField(max_length=20, choices=Setting), default=list, blank=True)
    standing = models.CharField(max_length=15, blank=True, editable=False)
    publication_status = models.CharField(max_length=15, choices=PublicationStatus, blank=True)

    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    visibility = models.CharField(max_length=15, choices=Visibility, default=Visibility.PUBLIC)
    embargo_until = models.DateTimeField(
        "hidden until", null=True, blank=True, help_text="UK time. Until then only librarians and contributors see it."
    )
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="owned_items")
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="items",
        verbose_name="owning organisation",
        help_text="Whose local guideline or know-how this is. The publisher is a field of its own.",
    )

    year = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_at = models.DateTimeField("starts", null=True, blank=True, help_text="UK time.")
    ends_at = models.DateTimeField("ends", null=True, blank=True, help_text="UK time.")
    published_at = models.DateTimeField(
        "shown from", null=True, blank=True, help_text="UK time. A future date schedules it."
    )
    reviewed_at = models.DateField("last reviewed", null=True, blank=True)
    review_due = models.DateField("next review due", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    licence = models.CharField(
        "licence of the text",
        max_length=15,
        choices=Licence,
        default=Licence.UNKNOWN,
        blank=True,
        help_text="An abstract is always searched, and shown only under terms that allow it.",
    )
    withdrawn_reason = models.TextField("why it was withdrawn", blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="supersedes", editable=False
    )
    is_demonstration = models.BooleanField("demonstration", default=False, editable=False)
    created_at = models.DateTimeField("added", auto_now_add=True)
    updated_at = models.DateTimeField("updated", auto_now=True)

    topics = TaggableManager(through=ItemTopic, blank=True, manager=ChosenTopicsManager, related_name="items")

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=("draft", "submitted", "changes_requested")) | Q(published_at__isnull=False),
                name="item_published_has_date",
                violation_error_message="A published item needs the date from which it is shown.",
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | ~Q(withdrawn_reason=""),
                name="item_withdrawn_has_reason",
                violation_error_message="Say why the item was withdrawn: readers see the reason.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=False, ends_at__gte=models.F("starts_at")),
                name="item_ends_after_it_starts",
                violation_error_message="It cannot end before it starts.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "visibility", "-published_at"], name="item_listed"),
            models.Index(fields=["kind", "form"], name="item_kind_form"),
            models.Index(fields=["standing"], name="item_standing"),
            models.Index(fields=["year"], name="item_year"),
            models.Index(fields=["review_due"], name="item_review_due", condition=Q(status="published")),
            models.Index(fields=["starts_at"], name="item_starts_at", condition=Q(starts_at__isnull=False)),
            models.Index(fields=["-updated_at"], name="item_updated"),
            GinIndex(fields=["phrases"], name="item_phrases"),
            GinIndex(fields=["audience"], name="item_audience"),
            GinIndex(fields=["setting"], name="item_setting"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep in step what `derive` sets; `catalogue.bulk` does the same for many."""
        self.derive()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The item's own page."""
        return reverse(kinds.get(self.kind).route, args=[self.pk, self.slug])

    def derive(self) -> None:
        """Set the columns that follow from others: the slug from the title, the group from the form."""
        self.slug = slugify(self.title)[:SLUG_LENGTH].strip("-") or "item"
        form = kinds.get(self.kind).forms.get(self.form)
        if form is not None:
            self.form_group = form.group

    @property
    def form_label(self) -> str:
        """The type in words, as readers see it."""
        form = kinds.get(self.kind).forms.get(self.form)
        return form.label if form else ""

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return kinds.get(self.kind).label

    @property
    def standing_label(self) -> str:
        """The confidence band, or how well tested, in words."""
        return kinds.get(self.kind).standings.get(self.standing, "")

    @property
    def setting_labels(self) -> list[str]:
        """The settings in words."""
        return [Setting(value).label for value in self.setting]

    @property
    def audience_labels(self) -> list[str]:
        """The audiences in words."""
        return [Audience(value).label for value in self.audience]

    @property
    def phrase_labels(self) -> list[str]:
        """The phrases in full."""
        return [Phrase(value).label for value in self.phrases]

    @property
    def is_scheduled(self) -> bool:
        """True while the item is published with a date still to come."""
        return self.status == Status.PUBLISHED and self.published_at is not None and self.published_at > timezone.now()

    @property
    def state_label(self) -> str:
        """The status in words, scheduled included."""
        return "Scheduled" if self.is_scheduled else Status(self.status).label

    @property
    def is_past_review(self) -> bool:
        """True once the day of the next review has gone by."""
        return self.review_due is not None and self.review_due < timezone.localdate()

    @property
    def may_show_text(self) -> bool:
        """True where the licence lets the portal show an abstract in full."""
        return self.licence in LICENCES_THAT_SHOW_TEXT

    @property
    def added_on(self) -> datetime.date:
        """The day the record was made."""
        return timezone.localdate(self.created_at)


class ItemPerson(models.Model):
    """A person named on an item: as a contributor, who may edit it before it is published, or as a reader of a team item."""

    class Capacity(models.TextChoices):
        CONTRIBUTOR = "contributor", "Contributor"
        READER = "reader", "Reader"

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="named_on")
    capacity = models.CharField(max_length=15, choices=Capacity, default=Capacity.CONTRIBUTOR)

    class Meta:
        verbose_name = "person named on the item"
        verbose_name_plural = "people named on the item"
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "user"], name="item_person_is_unique")]

    def __str__(self) -> str:
        return f"{self.user} on {self.item_id}"


class ItemAncestor(models.Model):
    """Every topic an item counts under: its own and all broader ones. Kept by `ancestors.refresh_ancestors`."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="ancestors")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="descendant_items")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["topic", "item"], name="item_ancestor_is_unique")]

    def __str__(self) -> str:
        return f"{self.item_id} under {self.topic_id}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Relation(models.Model):
    """That one item supports, adds to or conflicts with another. Proposed by authors, confirmed by librarians.

    Read it through `relations.shown_to`: it speaks of both ends, so whoever sees it must be allowed to see both.
    """

    from_item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="relations_from")
    to_item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="relations_to")
    kind = models.CharField(max_length=15, choices=RelationKind)
    note = models.CharField(max_length=200, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "link between items"
        verbose_name_plural = "links between items"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["from_item", "to_item", "kind"], name="relation_is_unique"),
            models.CheckConstraint(
                condition=~Q(from_item=models.F("to_item")),
                name="relation_joins_two_items",
                violation_error_message="An item cannot be linked to itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_item} {self.get_kind_display()} {self.to_item}"


def can_see(user: Reader, item: Item) -> bool:
    """Whether the person may read the item; defined by `visible_to` and by nothing else."""
    return Item.objects.visible_to(user).filter(pk=item.pk).exists()
