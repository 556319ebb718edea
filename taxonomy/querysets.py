"""Reads of topics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value

if TYPE_CHECKING:
    from taxonomy.models import Topic


class TopicQuerySet(models.QuerySet["Topic"]):
    """Topics, broader and narrower."""

    def active(self) -> TopicQuerySet:
        """Those that may be chosen and have a page."""
        return self.filter(status="active")

    def top(self) -> TopicQuerySet:
        """Those without a broader topic."""
        edges = self.model._meta.get_field("broader_edges").related_model
        return self.filter(~Exists(edges._default_manager.filter(narrower=OuterRef("pk"))))  # type: ignore[union-attr]

    def with_other_names(self) -> TopicQuerySet:
        """Each with `other_names`: the texts of its entry terms, by alphabet."""
        return self.annotate(
            other_names=ArrayAgg(
                "entry_terms__text",
                filter=Q(entry_terms__isnull=False),
                order_by="entry_terms__text",
                default=Value([]),
            )
        )

    def broader_than(self, topic: Topic) -> TopicQuerySet:
        """All topics above one, at any distance."""
        return self.filter(descendant_rows__descendant=topic, descendant_rows__depth__gt=0)

    def narrower_than(self, topic: Topic) -> TopicQuerySet:
        """All topics below one, at any distance."""
        return self.filter(ancestor_rows__ancestor=topic, ancestor_rows__depth__gt=0)

    def children_of(self, topic: Topic) -> TopicQuerySet:
        """The topics one step below."""
        return self.filter(broader_edges__broader=topic)

    def parents_of(self, topic: Topic) -> TopicQuerySet:
        """The topics one step above, the primary one first."""
        return self.filter(narrower_edges__narrower=topic).order_by("-narrower_edges__is_primary", "name")

    def named(self, key: str) -> TopicQuerySet:
        """Topics whose name or entry term has this key (`names.name_key`)."""
        return self.filter(Q(key=key) | Q(entry_terms__key=key)).distinct()

    def with_slugs(self, slugs: Iterable[str]) -> TopicQuerySet:
        """The active topics among these slugs."""
        return self.active().filter(slug__in=list(slugs))
