"""Reads of lists and of what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Count, Q

from accounts.models import User
from catalogue.querysets import Reader

if TYPE_CHECKING:
    from lists.models import SavedItem, SavedList

ListType = TypeVar("ListType", bound="SavedList", covariant=True)
SavedType = TypeVar("SavedType", bound="SavedItem", covariant=True)


class SavedListQuerySet(models.QuerySet[ListType]):
    """Lists."""

    def of(self, user: User) -> SavedListQuerySet[ListType]:
        """The person's own, the one that a tap saves to first, the others by title."""
        return self.filter(owner=user).order_by("-is_default", "title", "pk")

    def readable_by(self, user: Reader) -> SavedListQuerySet[ListType]:
        """Those that this person may open by their address: their own, and what others share with them."""
        shared = Q(visibility="link")
        if not user.is_authenticated:
            return self.filter(shared)
        if user.is_member and user.organisation_id:
            shared |= Q(visibility="organisation", owner__organisation=user.organisation_id)
        return self.filter(shared | Q(owner=user))

    def with_numbers(self) -> SavedListQuerySet[ListType]:
        """With `number`: how many items stand in it, for its owner."""
        return self.annotate(number=Count("entries"))  # type: ignore[return-value]  # the stubs lose the class


class SavedItemQuerySet(models.QuerySet[SavedType]):
    """Items in lists."""

    def in_order(self) -> SavedItemQuerySet[SavedType]:
        """As their owner arranged them."""
        return self.order_by("position", "pk")
