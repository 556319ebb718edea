"""Reads of know-how, its techniques, reports and champions."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Status
from catalogue.querysets import ItemQuerySet, Reader
from knowledge.choices import CARD

if TYPE_CHECKING:
    from knowledge.models import (
        Answer,
        ChampionProfile,
        Community,
        Experience,
        KnowHow,
        Report,
        Step,
        TechniqueTemplate,
    )

TechniqueType = TypeVar("TechniqueType", bound="TechniqueTemplate", covariant=True)
KnowHowType = TypeVar("KnowHowType", bound="KnowHow", covariant=True)
StepType = TypeVar("StepType", bound="Step", covariant=True)
ExperienceType = TypeVar("ExperienceType", bound="Experience", covariant=True)
AnswerType = TypeVar("AnswerType", bound="Answer", covariant=True)
ReportType = TypeVar("ReportType", bound="Report", covariant=True)
ChampionType = TypeVar("ChampionType", bound="ChampionProfile", covariant=True)
CommunityType = TypeVar("CommunityType", bound="Community", covariant=True)


class TechniqueQuerySet(models.QuerySet[TechniqueType]):
    """Versions of techniques."""

    def current(self) -> TechniqueQuerySet[TechniqueType]:
        """The version of each technique that new contributions are written with, in the order of the framework."""
        return self.filter(is_current=True).order_by("position", "name")


class KnowHowQuerySet(ItemQuerySet[KnowHowType]):
    """Know-how; every queryset of the catalogue applies."""

    def for_page(self) -> KnowHowQuerySet[KnowHowType]:
        """All that the page of one contribution reads beside its people's voices."""
        return self.select_related("organisation", "superseded_by", "owner", "written_by", "technique", "evaluation")

    def told_by(self, user: User) -> KnowHowQuerySet[KnowHowType]:
        """What the person wrote, contributes to, or writes up for somebody; newest first."""
        return self.filter(self._own(user) | Q(written_by=user)).order_by("-updated_at", "-pk")

    def told_openly_by(self, user: User) -> KnowHowQuerySet[KnowHowType]:
        """What the person told under their own name."""
        return self.filter(owner=user, told_as="name")

    def with_numbers(self) -> KnowHowQuerySet[KnowHowType]:
        """With `confirmations`: how many colleagues said that it matched their experience."""
        matched = models.Count("experiences", filter=Q(experiences__verdict="matched"))
        rows = self.select_related("technique", "organisation")
        # The number is read by a template only, so the type of the rows need not know of it.
        return rows.annotate(confirmations=matched)  # type: ignore[return-value]

    def with_author(self) -> KnowHowQuerySet[KnowHowType]:
        """What its author may still change."""
        return self.filter(status__in=(Status.DRAFT, Status.CHANGES_REQUESTED))

    def waiting(self) -> KnowHowQuerySet[KnowHowType]:
        """What waits for the library team, oldest first."""
        return self.filter(status=Status.SUBMITTED).order_by("submitted_at", "pk")

    def cards_past(self, day: datetime.date) -> KnowHowQuerySet[KnowHowType]:
        """Who's who cards whose last day lies before this one and that lists still show."""
        return self.filter(form=CARD, until__lt=day, status=Status.PUBLISHED)

    def of_technique(self, key: str) -> KnowHowQuerySet[KnowHowType]:
        """What came from a technique, whatever version of it."""
        return self.filter(technique__key=key)


class StepQuerySet(models.QuerySet[StepType]):
    """Steps in the life of contributions."""

    def in_order(self) -> StepQuerySet[StepType]:
        """The oldest first."""
        return self.order_by("at", "pk")


class ExperienceQuerySet(models.QuerySet[ExperienceType]):
    """What colleagues said."""

    def newest_first(self) -> ExperienceQuerySet[ExperienceType]:
        """The latest word first."""
        return self.select_related("person", "organisation").order_by("-at", "-pk")


class AnswerQuerySet(models.QuerySet[AnswerType]):
    """Colleagues' answers to questions."""

    def helpful_first(self) -> AnswerQuerySet[AnswerType]:
        """Those that the asker found helpful first, then in the order in which they came."""
        rows = self.select_related("organisation")
        return rows.order_by(models.F("helpful_at").asc(nulls_last=True), "at", "pk")


class ReportQuerySet(models.QuerySet[ReportType]):
    """Reported problems."""

    def open(self) -> ReportQuerySet[ReportType]:
        """Those at which no librarian has looked yet."""
        return self.filter(closed_at=None)

    def of_last_day(self, user: User) -> ReportQuerySet[ReportType]:
        """What this person reported within a day."""
        return self.filter(by=user, at__gt=timezone.now() - datetime.timedelta(days=1))


class ChampionQuerySet(models.QuerySet[ChampionType]):
    """Champions, and people who asked to become one."""

    def granted(self) -> ChampionQuerySet[ChampionType]:
        """Those who are champions."""
        return self.filter(granted_at__isnull=False, ended_at=None, user__is_active=True)

    def waiting(self) -> ChampionQuerySet[ChampionType]:
        """Those who asked and have no answer, oldest first."""
        return self.filter(granted_at=None, declined_at=None).order_by("asked_at", "pk")

    def shown_to(self, user: Reader) -> ChampionQuerySet[ChampionType]:
        """Whom the directory shows: to signed-in staff, the champions who chose to be listed, and to each their own."""
        if not user.is_authenticated or not user.is_member:
            return self.none()
        return (
            self.granted()
            .filter(Q(is_listed=True) | Q(user=user))
            .select_related("user__organisation")
            .prefetch_related("topics")
            .order_by("user__name", "pk")
        )


class CommunityQuerySet(models.QuerySet[CommunityType]):
    """Communities of practice."""

    def listed(self) -> CommunityQuerySet[CommunityType]:
        """Those shown to readers, by name."""
        return self.filter(is_listed=True).select_related("organisation").prefetch_related("topics").order_by("name")
