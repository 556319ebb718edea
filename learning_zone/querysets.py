"""Reads of learning resources, paths, and of a person's own record."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Status
from catalogue.querysets import ItemQuerySet, Reader

if TYPE_CHECKING:
    from learning_zone.models import CourseRun, LearningRecord, LearningResource, LinkCheck, Path

ResourceType = TypeVar("ResourceType", bound="LearningResource", covariant=True)
RunType = TypeVar("RunType", bound="CourseRun", covariant=True)
PathType = TypeVar("PathType", bound="Path", covariant=True)
RecordType = TypeVar("RecordType", bound="LearningRecord", covariant=True)
LinkType = TypeVar("LinkType", bound="LinkCheck", covariant=True)

# Counts smaller than this say "fewer than", or a colleague could be recognised in them.
SMALLEST_COUNT = 5


class LearningResourceQuerySet(ItemQuerySet[ResourceType]):
    """Learning resources; every queryset of the catalogue applies."""

    def offered_to(self, user: Reader) -> LearningResourceQuerySet[ResourceType]:
        """What lists show this person: published, and not past its last day."""
        today = timezone.localdate()
        return self.listed_to(user).filter(Q(expires_on=None) | Q(expires_on__gte=today))  # type: ignore[return-value]

    def for_page(self) -> LearningResourceQuerySet[ResourceType]:
        """All that a resource's page reads of it."""
        return self.select_related("organisation", "superseded_by", "link_check").prefetch_related(
            "topics", "steps", "chapters", "runs"
        )

    def within(self, minutes: int) -> LearningResourceQuerySet[ResourceType]:
        """What takes no longer than this."""
        return self.filter(minutes__lte=minutes)

    def quick_wins(self) -> LearningResourceQuerySet[ResourceType]:
        """What can be begun and finished now: a quarter of an hour, open, free."""
        return self.within(15).filter(access="open", cost="free").order_by("minutes", "-published_at", "-pk")

    def on_shelf(self, need: str) -> LearningResourceQuerySet[ResourceType]:
        """What library and knowledge staff use for one need."""
        return self.filter(needs__contains=[need]).order_by("title", "pk")

    def in_series(self, resource: LearningResource) -> LearningResourceQuerySet[ResourceType]:
        """The series that a resource belongs to, in its order; nothing where it belongs to none."""
        if not resource.series:
            return self.none()
        return self.filter(series=resource.series).order_by("series_position", "title")

    def expiring_within(self, *, days: int) -> LearningResourceQuerySet[ResourceType]:
        """Published, and offered for so many days more at most, or past its last day already."""
        return self.filter(
            status=Status.PUBLISHED, expires_on__lte=timezone.localdate() + datetime.timedelta(days=days)
        ).order_by("expires_on", "pk")

    def without_dates(self) -> LearningResourceQuerySet[ResourceType]:
        """Published courses that have dates, and none still to come."""
        runs = self.model._meta.get_field("runs").related_model._default_manager  # type: ignore[union-attr]
        of_this = runs.filter(resource=OuterRef("pk"))
        return self.filter(Exists(of_this), status=Status.PUBLISHED).exclude(
            Exists(of_this.filter(starts_at__gte=timezone.now(), is_cancelled=False))
        )


class RunQuerySet(models.QuerySet[RunType]):
    """Dates of courses."""

    def coming(self) -> RunQuerySet[RunType]:
        """Those still to come that are not cancelled, the next one first."""
        return self.filter(starts_at__gte=timezone.now(), is_cancelled=False).order_by("starts_at", "pk")


class PathQuerySet(models.QuerySet[PathType]):
    """Paths."""

    def shown_to(self, user: Reader) -> PathQuerySet[PathType]:
        """Those that readers see; librarians see those in preparation too."""
        return self if user.is_authenticated and user.is_librarian else self.filter(is_listed=True)


class LearningRecordQuerySet(models.QuerySet[RecordType]):
    """Learning records. `of` is the only way to them, and nobody but the person takes it."""

    def of(self, person: User) -> LearningRecordQuerySet[RecordType]:
        """The person's own."""
        return self.filter(person=person)

    def done(self) -> LearningRecordQuerySet[RecordType]:
        """What was done, the latest first."""
        return self.filter(state="done").order_by("-done_on", "-pk")

    def open(self) -> LearningRecordQuerySet[RecordType]:
        """What is saved or started, the latest change first."""
        return self.exclude(state="done").order_by("-updated_at", "-pk")

    def between(self, first: datetime.date, last: datetime.date) -> LearningRecordQuerySet[RecordType]:
        """What was done in a period, both days included, the earliest first as in a log."""
        return self.filter(state="done", done_on__range=(first, last)).order_by("done_on", "pk")

    def completions(self) -> list[tuple[int, int]]:
        """Item and number of people who did it, for items that at least SMALLEST_COUNT people did: counts, never names."""
        return list(
            self.filter(state="done", item__isnull=False)
            .order_by()
            .values("item")
            .annotate(people=models.Count("person", distinct=True))
            .filter(people__gte=SMALLEST_COUNT)
            .order_by("-people", "item")
            .values_list("item", "people")
        )


class LinkCheckQuerySet(models.QuerySet[LinkType]):
    """Checked links."""

    def due(self) -> LinkCheckQuerySet[LinkType]:
        """Those whose time has come, the longest waiting first."""
        return self.filter(next_check_at__lte=timezone.now()).order_by("next_check_at", "pk")

    def to_look_at(self) -> LinkCheckQuerySet[LinkType]:
        """Those that a librarian should put right."""
        return self.filter(verdict__in=("broken", "moved", "refused"), resource__status=Status.PUBLISHED)
