"""Reads of topics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import JSONObject

from taxonomy.names import singular_key

if TYPE_CHECKING:
    from taxonomy.models import RelatedTopics, Topic


RelatedType = TypeVar("RelatedType", bound="RelatedTopics", covariant=True)


Key = TypeVar("Key", int, str)


def _ends(steps: dict[Key, Key]) -> dict[Key, Key]:
    """Return the start of each chain of steps with its end."""

    def end(key: Key) -> Key:
        seen = {key}
        while key in steps and steps[key] not in seen:
            key = steps[key]
            seen.add(key)
        return key

    return {key: end(key) for key in steps}


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

    def merged_keys(self) -> dict[int, int]:
        """For every merged topic its key and that of the topic it stands for now, over all merges since. One query."""
        return _ends(dict(self.model._default_manager.exclude(merged_into=None).values_list("pk", "merged_into")))

    def merged_slugs(self) -> dict[str, str]:
        """For every merged topic its slug and that of the topic it stands for now, over all merges since. One query."""
        merged = self.model._default_manager.exclude(merged_into=None)
        return _ends({slug: str(into) for slug, into in merged.values_list("slug", "merged_into__slug")})

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

    def named_alike(self, text: str) -> TopicQuerySet:
        """Topics whose name or entry term is this one but for case, spacing, hyphens and the plural. One query first.

        Every name is compared, which takes milliseconds for some thousands of names.
        """
        wanted = singular_key(text)
        terms = self.model._meta.get_field("entry_terms").related_model
        names = [
            *self.model._default_manager.values_list("pk", "key"),
            *terms._default_manager.values_list("topic", "key"),  # type: ignore[union-attr]
        ]
        return self.filter(pk__in={pk for pk, key in names if singular_key(key) == wanted})

    def related_to(self, topic: Topic) -> TopicQuerySet:
        """The topics that are worth knowing with one."""
        return self.filter(Q(related_after__second=topic) | Q(related_before__first=topic)).distinct()

    def with_related(self) -> TopicQuerySet:
        """Each with `related_topics`: name and slug of the topics in use that are worth knowing with it, by name."""
        pairs = self.model._meta.get_field("related_after").related_model
        beside = pairs._default_manager.filter(  # type: ignore[union-attr]
            Q(first=OuterRef(OuterRef("pk")), second=OuterRef("pk"))
            | Q(second=OuterRef(OuterRef("pk")), first=OuterRef("pk"))
        )
        related = self.model._default_manager.filter(Exists(beside), status="active").order_by("name")
        return self.annotate(related_topics=ArraySubquery(related.values(row=JSONObject(name="name", slug="slug"))))

    def with_steps_around(self) -> TopicQuerySet:
        """Each with `steps_around`: every step of the hierarchy from it to the top, and to the topics just below it.

        A step is a dictionary: narrower and broader (keys), is_primary, and name and slug of both.
        """
        edges = self.model._meta.get_field("broader_edges").related_model
        closure = self.model._meta.get_field("ancestor_rows").related_model
        above = closure._default_manager.filter(  # type: ignore[union-attr]
            ancestor=OuterRef("narrower"), descendant=OuterRef(OuterRef("pk"))
        )
        steps = edges._default_manager.filter(  # type: ignore[union-attr]
            Q(Exists(above), broader__status="active") | Q(broader=OuterRef("pk"), narrower__status="active")
        )
        step = JSONObject(
            narrower="narrower_id",
            broader="broader_id",
            is_primary="is_primary",
            narrower_name="narrower__name",
            narrower_slug="narrower__slug",
            broader_name="broader__name",
            broader_slug="broader__slug",
        )
        return self.annotate(steps_around=ArraySubquery(steps.values(row=step)))

    def with_slugs(self, slugs: Iterable[str]) -> TopicQuerySet:
        """The active topics among these slugs."""
        return self.active().filter(slug__in=list(slugs))


class RelatedQuerySet(models.QuerySet[RelatedType]):
    """Pairs of related topics."""

    def related_to(self, topic: Topic) -> RelatedQuerySet[RelatedType]:
        """The pairs in which a topic is one of the two."""
        return self.filter(Q(first=topic) | Q(second=topic))
