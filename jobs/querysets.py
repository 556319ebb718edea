"""Reads of long work."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from jobs.models import Job

JobType = TypeVar("JobType", bound="Job", covariant=True)


class JobQuerySet(models.QuerySet[JobType]):
    """Long work."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> JobQuerySet[JobType]:
        """What this person started; librarians see all."""
        if not user.is_authenticated:
            return self.none()
        # The person's class lives in a higher room; what it promises of librarians is all that is asked of it.
        return self if getattr(user, "is_librarian", False) else self.filter(owner_id=user.pk)

    def unfinished(self) -> JobQuerySet[JobType]:
        """What waits or runs."""
        return self.filter(state__in=("waiting", "running"))

    def claimable(self, *, at: datetime.datetime | None = None) -> JobQuerySet[JobType]:
        """What a worker may take: waiting, or running under a lease that has run out because its worker died."""
        return self.filter(Q(state="waiting") | Q(state="running", lease_until__lt=at or timezone.now()))

    def left_behind(
        self, *, waiting_since: datetime.datetime, at: datetime.datetime | None = None
    ) -> JobQuerySet[JobType]:
        """What nobody works on: claimable, and if waiting then since before the given moment."""
        return self.claimable(at=at).exclude(state="waiting", created_at__gte=waiting_since)
