"""Reads of subscribers, follows, runs and their parts."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import User

if TYPE_CHECKING:
    from digests.models import Digest, Follow, Note, Run, Subscriber

SubscriberType = TypeVar("SubscriberType", bound="Subscriber", covariant=True)
FollowType = TypeVar("FollowType", bound="Follow", covariant=True)
RunType = TypeVar("RunType", bound="Run", covariant=True)
DigestType = TypeVar("DigestType", bound="Digest", covariant=True)
NoteType = TypeVar("NoteType", bound="Note", covariant=True)


class SubscriberQuerySet(models.QuerySet[SubscriberType]):
    """Those who get updates."""

    def of(self, user: User) -> SubscriberQuerySet[SubscriberType]:
        """The person's own row."""
        return self.filter(user=user)

    def at(self, address: str) -> SubscriberQuerySet[SubscriberType]:
        """Whoever gets mail at this address, with an account or without."""
        return self.filter(
            Q(guest_email__iexact=address) | Q(user__email__iexact=address, user__is_active=True)
        ).select_related("user")

    def wanting(self) -> SubscriberQuerySet[SubscriberType]:
        """Those who follow something and have not stopped: all that the updates can ever reach."""
        return self.filter(Exists(self._follows()), stopped_at=None)

    def _follows(self) -> models.QuerySet[Follow]:
        follows: type[Follow] = self.model._meta.get_field("follows").related_model  # type: ignore[assignment]  # a reverse key
        return follows._default_manager.filter(subscriber=OuterRef("pk"))

    def active(self, *, on: datetime.date) -> SubscriberQuerySet[SubscriberType]:
        """Those who want mail on this day and may get it."""
        return self.filter(
            Q(paused_until=None) | Q(paused_until__lte=on),
            Q(user=None) | Q(user__is_active=True, user__erased_at=None),
            stopped_at=None,
        )


class FollowQuerySet(models.QuerySet[FollowType]):
    """What is followed."""

    def with_names(self) -> FollowQuerySet[FollowType]:
        """All that lists show."""
        return self.select_related("topic", "search")


class DigestRunQuerySet(models.QuerySet[RunType]):
    """Runs."""

    def unfinished(self) -> DigestRunQuerySet[RunType]:
        """Those with something left to do."""
        return self.filter(state__in=("planning", "planned", "released", "held"))

    def newest_first(self) -> DigestRunQuerySet[RunType]:
        """The latest on top."""
        return self.order_by("-sends_on", "-pk")


class DigestQuerySet(models.QuerySet[DigestType]):
    """Readers' parts of runs."""

    def with_reader(self) -> DigestQuerySet[DigestType]:
        """All that writing needs of run and reader. Runs and accounts are read by themselves: a hundred mails share one run."""
        return self.select_related("subscriber").prefetch_related("run", "subscriber__user")

    def unsettled(self) -> DigestQuerySet[DigestType]:
        """Those of which nobody knows yet whether they arrive."""
        return self.filter(state__in=("planned", "queued"))


class NoteQuerySet(models.QuerySet[NoteType]):
    """Notes of the library team."""

    def waiting(self) -> NoteQuerySet[NoteType]:
        """Those for a run that there is not yet, in the order in which its mail will show them."""
        return self.filter(run=None).order_by("pk")
