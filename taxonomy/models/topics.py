"""Topics on taggit's TagBase, the edges between them, their closure, entry terms and ambiguous abbreviations."""

from typing import ClassVar

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from taggit.models import TagBase

from accounts.models import User
from taxonomy.names import name_key
from taxonomy.querysets import RelatedQuerySet, TopicQuerySet


@pghistory.track()
class Topic(TagBase):
    """One subject of the controlled vocabulary. Chosen from the list, never typed into being.

    `key` is the name as it is compared (`names.name_key`), so that no two topics differ by case or spacing alone.
    """

    class Status(models.TextChoices):
        CANDIDATE = "candidate", "Suggested"
        ACTIVE = "active", "In use"
        RETIRED = "retired", "Retired"
        MERGED = "merged", "Merged into another"

    key = models.CharField(max_length=120, unique=True, editable=False)
    scope_note = models.TextField(
        blank=True, help_text="One line: what belongs here and what does not. Readers see it on the topic's page."
    )
    key_message = models.TextField(
        blank=True, help_text="What a busy reader should know about this topic, in two sentences."
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    successor = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaces",
        editable=False,
        verbose_name="topic to use instead",
    )
    suggested_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    suggestion = models.CharField("why it is needed", max_length=500, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from", editable=False
    )
    broader = models.ManyToManyField(
        "self", through="TopicEdge", through_fields=("narrower", "broader"), symmetrical=False, related_name="narrower"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="topic_merged_has_target",
            )
        ]

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the comparing key in step with the name."""
        self.key = name_key(self.name)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a name that another topic or entry term has already, also in the plural."""
        super().clean()
        clash = Topic.objects.named_alike(self.name).exclude(pk=self.pk).first()
        if clash and clash.merged_into:
            raise ValidationError(
                {"name": f"“{clash.name}” was merged into {clash.merged_into.name}. Undo that, or choose another name."}
            )
        if clash:
            raise ValidationError({"name": f"“{self.name}” already stands for the topic {clash.name}."})

    def get_absolute_url(self) -> str:
        """The topic's page."""
        return reverse("topic", args=[self.slug])


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TopicEdge(models.Model):
    """One step of the hierarchy: narrower is a part of broader. A topic may have several broader ones."""

    narrower = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="broader_edges")
    broader = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="narrower_edges")
    is_primary = models.BooleanField("used for breadcrumbs", default=False)

    class Meta:
        verbose_name = "broader topic"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["narrower", "broader"], name="topic_edge_is_unique"),
            models.UniqueConstraint(
                fields=["narrower"], condition=Q(is_primary=True), name="topic_has_one_primary_broader"
            ),
            models.CheckConstraint(condition=~Q(narrower=F("broader")), name="topic_is_not_its_own_broader"),
        ]

    def __str__(self) -> str:
        return f"{self.narrower} is part of {self.broader}"


class RelatedTopics(models.Model):
    """That two topics are worth knowing together, neither being part of the other. `first` is the older row."""

    first = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="related_after")
    second = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="related_before")

    objects = RelatedQuerySet.as_manager()

    class Meta:
        verbose_name = "related topic"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="related_topics_are_unique"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="related_topics_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class TopicClosure(models.Model):
    """Every pair of a topic and one at or below it, kept by `services.rebuild_closure`; depth 0 is the topic itself."""

    ancestor = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="descendant_rows")
    descendant = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="ancestor_rows")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ancestor", "descendant"], name="topic_closure_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.descendant_id} under {self.ancestor_id} at {self.depth}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class EntryTerm(models.Model):
    """Another name that leads to a topic: a synonym, American spelling, abbreviation or older name."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="entry_terms")
    text = models.CharField(max_length=100)
    key = models.CharField(max_length=120, unique=True, editable=False)

    class Meta:
        ordering: ClassVar = ["text"]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the comparing key in step with the text."""
        self.key = name_key(self.text)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        """Refuse a term that already leads elsewhere or that the list of ambiguous abbreviations holds."""
        # The name of a merged topic may become a name of another: the topic itself is out of use.
        others = Topic.objects.exclude(pk=self.topic_id).exclude(status=Topic.Status.MERGED)
        clash = others.named_alike(self.text).first()
        if clash:
            raise ValidationError({"text": f"“{self.text}” already leads to the topic {clash.name}."})
        if Abbreviation.objects.filter(text__iexact=self.text.strip()).exists():
            raise ValidationError(
                {"text": f"“{self.text}” has more than one meaning. Add it to the ambiguous abbreviations instead."}
            )


class Abbreviation(models.Model):
    """Letters with more than one meaning in healthcare: search offers the choice and never guesses."""

    text = models.CharField(max_length=20, unique=True)

    class Meta:
        ordering: ClassVar = ["text"]
        verbose_name = "ambiguous abbreviation"

    def __str__(self) -> str:
        return self.text


class Meaning(models.Model):
    """One thing an abbreviation can stand for: a topic, or words to search for instead."""

    abbreviation = models.ForeignKey(Abbreviation, on_delete=models.CASCADE, related_name="meanings")
    label = models.CharField(max_length=100)
    topics = models.ManyToManyField(Topic, blank=True, related_name="meanings")
    query = models.CharField("words to search for", max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["abbreviation", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["abbreviation", "label"], name="meaning_label_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.abbreviation}: {self.label}"
