"""Vocabularies of others, kept beside the portal's own for mapping, other names and suggestions."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from taxonomy.models.topics import Topic


class Scheme(models.Model):
    """A vocabulary of somebody else, as MeSH. attribution: what its owner asks to be shown wherever it is used."""

    name = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    version = models.CharField(max_length=40, blank=True)
    attribution = models.TextField(blank=True)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "vocabulary of others"
        verbose_name_plural = "vocabularies of others"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.title} {self.version}".strip()


class Concept(models.Model):
    """A heading of such a vocabulary. It becomes a topic only when a librarian adopts it.

    positions: its tree numbers, as "C14.280"; a heading may have several. A heading is narrower than another where one
    of its positions begins with one of the other's and a full stop.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="concepts")
    identifier = models.CharField(max_length=40)
    label = models.CharField(max_length=255)
    note = models.TextField(blank=True)
    positions = ArrayField(models.CharField(max_length=120), default=list, blank=True)

    class Meta:
        verbose_name = "heading of another vocabulary"
        verbose_name_plural = "headings of other vocabularies"
        ordering: ClassVar = ["label", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["scheme", "identifier"], name="concept_is_unique")]
        indexes: ClassVar = [models.Index(fields=["label"], name="concept_label")]

    def __str__(self) -> str:
        return f"{self.label} ({self.identifier})"


class ConceptTerm(models.Model):
    """Another name of a heading."""

    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="terms")
    text = models.CharField(max_length=255)

    class Meta:
        verbose_name = "name of a heading"
        verbose_name_plural = "names of headings"

    def __str__(self) -> str:
        return self.text


class TopicMapping(models.Model):
    """That a topic of the portal means the same as, or nearly the same as, a heading of another vocabulary."""

    class Match(models.TextChoices):
        EXACT = "exact", "Same meaning"
        CLOSE = "close", "Nearly the same"

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="mappings")
    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="mappings")
    match = models.CharField(max_length=10, choices=Match, default=Match.EXACT)

    class Meta:
        verbose_name = "heading with this meaning"
        verbose_name_plural = "headings with this meaning"
        constraints: ClassVar = [models.UniqueConstraint(fields=["topic", "concept"], name="topic_mapping_is_unique")]

    def __str__(self) -> str:
        return f"{self.topic} = {self.concept}"
