"""Reads of long work."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User


class JobQuerySet(models.QuerySet["Job"]):
    """Long work."""

    def visible_to(self, user: User | AnonymousUser) -> JobQuerySet:
        """What this person started; librarians see all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_librarian else self.filter(owner=user)

    def unfinished(self) -> JobQuerySet:
        """What waits or runs."""
        return self.filter(state__in=("waiting", "running"))

    def claimable(self, *, at: datetime.datetime | None = None) -> JobQuerySet:
        """What a worker may take: waiting, or running under a lease that has run out because its worker died."""
        return self.filter(Q(state="waiting") | Q(state="running", lease_until__lt=at or timezone.now()))

    def left_behind(self, *, waiting_since: datetime.datetime, at: datetime.datetime | None = None) -> JobQuerySet:
        """What nobody works on: claimable, and if waiting then since before the given moment."""
        return self.claimable(at=at).exclude(state="waiting", created_at__gte=waiting_since)
