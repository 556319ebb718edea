"""The reads of the catalogue. `visible_to` is the only door to content."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from catalogue.choices import LISTED_ON_REQUEST, READABLE_BY_ADDRESS, Status, Visibility

if TYPE_CHECKING:
    from catalogue.models import Item
    from taxonomy.models import Topic

Reader = User | AnonymousUser
ItemType = TypeVar("ItemType", bound="Item", covariant=True)


class ItemQuerySet(models.QuerySet[ItemType]):
    """Items of any kind, or of one kind when called on a child."""

    def visible_to(self, user: Reader, *, at: datetime.datetime | None = None) -> ItemQuerySet[ItemType]:
        """What this person may read at this moment (default: now), listed or not.

        Published, archived, superseded and withdrawn items, once their date has come and no embargo holds, to those
        whom the visibility admits; drafts and scheduled items to their owner and contributors; everything to
        librarians but team items that do not name them. A withdrawn item's page shows title, reason and date only.
        """
        moment = at or timezone.now()
        released = Q(status__in=READABLE_BY_ADDRESS, published_at__lte=moment) & (
            Q(embargo_until=None) | Q(embargo_until__lte=moment)
        )
        if not user.is_authenticated:
            return self.filter(released, visibility=Visibility.PUBLIC)
        named = self._named(user)
        admitted = Q(visibility=Visibility.PUBLIC) | named
        if user.is_member:
            admitted |= Q(visibility=Visibility.MEMBERS)
            if user.organisation_id:
                admitted |= Q(visibility=Visibility.ORGANISATION, organisation_id=user.organisation_id)
        visible = (released & admitted) | self._own(user)
        if user.is_librarian:
            visible |= ~Q(visibility=Visibility.TEAM) | named
        return self.filter(visible)

    def editable_by(self, user: Reader) -> ItemQuerySet[ItemType]:
        """What this person may change: librarians all they may see, others their own while it is not yet published."""
        if not user.is_authenticated:
            return self.none()
        own = self._own(user) & Q(status__in=(Status.DRAFT, Status.CHANGES_REQUESTED))
        if user.is_librarian:
            return self.filter(own | ~Q(visibility=Visibility.TEAM) | self._named(user))
        return self.filter(own)

    def listed(self, *, on_request: bool = False) -> ItemQuerySet[ItemType]:
        """What lists show of the visible: published; with `on_request` archived and superseded items too.

        What happened at a time and left nothing behind (no standing, such as a recording) leaves the lists once it is
        over; it too comes back on request. Whoever may see drafts does not meet them here, so that a librarian's counts
        are a reader's counts.
        """
        statuses = LISTED_ON_REQUEST if on_request else (Status.PUBLISHED,)
        moment = timezone.now()
        listed = self.filter(
            Q(embargo_until=None) | Q(embargo_until__lte=moment), status__in=statuses, published_at__lte=moment
        )
        return listed if on_request else listed.filter(Q(ends_at=None) | Q(ends_at__gte=moment) | ~Q(standing=""))

    def listed_to(self, user: Reader, *, on_request: bool = False) -> ItemQuerySet[ItemType]:
        """What lists, counts and feeds show this person."""
        return self.visible_to(user).listed(on_request=on_request)

    def about(self, topics: Iterable[Topic]) -> ItemQuerySet[ItemType]:
        """Items on any of the topics or on a topic narrower than one of them, each once."""
        ancestors = self.model._meta.get_field("ancestors").related_model
        return self.filter(
            Exists(ancestors._default_manager.filter(item=OuterRef("pk"), topic__in=list(topics)))  # type: ignore[union-attr]
        )

    def past_review(self, *, on: datetime.date | None = None) -> ItemQuerySet[ItemType]:
        """Published items whose next review was due before this day (default: today)."""
        return self.filter(status=Status.PUBLISHED, review_due__lt=on or timezone.localdate())

    def review_due_within(self, *, days: int) -> ItemQuerySet[ItemType]:
        """Published items whose next review falls due from today within so many days."""
        today = timezone.localdate()
        return self.filter(status=Status.PUBLISHED, review_due__range=(today, today + datetime.timedelta(days=days)))

    def for_cards(self) -> ItemQuerySet[ItemType]:
        """All that a list of cards reads, in a constant number of queries."""
        return self.select_related("organisation").prefetch_related("topics")

    def new_since(self, moment: datetime.datetime) -> ItemQuerySet[ItemType]:
        """Items first shown at or after this moment."""
        return self.filter(published_at__gte=moment)

    def newest_first(self) -> ItemQuerySet[ItemType]:
        """By date of publication in the portal, newest first."""
        return self.order_by("-published_at", "-pk")

    def update(self, **changes: Any) -> int:
        """Refuse parent columns on a child: Django would write them row by row, outside the child's condition.

        Of ten simultaneous editors up to nine won that way. Compare and set on `Item.objects`.
        """
        own = {field.name for field in self.model._meta.local_fields} | {
            field.attname for field in self.model._meta.local_fields
        }
        foreign = set(changes) - own
        if self.model._meta.parents and foreign:
            raise TypeError(f"Update {', '.join(sorted(foreign))} on Item.objects, not on {self.model.__name__}.")
        return super().update(**changes)

    def _named(self, user: User) -> Q:
        people = self.model._meta.get_field("people").related_model
        named = people._default_manager.filter(item=OuterRef("pk"), user=user)  # type: ignore[union-attr]
        return Q(owner=user) | Q(Exists(named))

    def _own(self, user: User) -> Q:
        people = self.model._meta.get_field("people").related_model
        contributed = people._default_manager.filter(item=OuterRef("pk"), user=user, capacity="contributor")  # type: ignore[union-attr]
        return Q(owner=user) | Q(Exists(contributed))
