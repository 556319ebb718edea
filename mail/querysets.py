"""Reads of the outbox."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from mail.models import OutboxMessage, Suppression

MessageType = TypeVar("MessageType", bound="OutboxMessage", covariant=True)
SuppressionType = TypeVar("SuppressionType", bound="Suppression", covariant=True)


class OutboxQuerySet(models.QuerySet[MessageType]):
    """Messages."""

    def unsent(self) -> OutboxQuerySet[MessageType]:
        """What is still to be sent, or is being sent."""
        return self.filter(is_unsent=True)

    def due(self, *, until: datetime.datetime | None = None) -> OutboxQuerySet[MessageType]:
        """What a sender may take now: its time has come and nobody holds it, or its holder's lease has run out.

        Single messages come before bulk ones, so that a sign-in code never waits behind a mailing. until: take also
        what waits for a moment up to this one and was not tried yet. Times come and leases run out by the database's
        clock, so that a sender whose own is wrong neither tries too soon nor takes anything out of another's hands.
        """
        its_time = Q(not_before__lte=Now())
        if until is not None:
            its_time |= Q(not_before__lte=until, attempts=0)
        return self.unsent().filter(its_time, Q(lease_until=None) | Q(lease_until__lt=Now())).order_by("is_bulk", "pk")

    def about(self, key: str) -> OutboxQuerySet[MessageType]:
        """Messages whose key (`mail.services.queue`) is this one or begins with it and a dot."""
        return self.filter(Q(message_id__startswith=f"<{key}@") | Q(message_id__startswith=f"<{key}."))

    def newest_first(self) -> OutboxQuerySet[MessageType]:
        """The latest message on top."""
        return self.order_by("-pk")

    def settled(self) -> OutboxQuerySet[MessageType]:
        """What will not be sent any more unless somebody asks for it."""
        return self.filter(state__in=("sent", "failed", "kept", "cancelled"))

    def unsettled(self) -> OutboxQuerySet[MessageType]:
        """What may still be sent, held back or not."""
        return self.filter(state__in=("waiting", "sending", "held"))

    def of_mailing(self, mailing: str) -> OutboxQuerySet[MessageType]:
        """The messages of one mailing."""
        return self.filter(mailing=mailing)


class SuppressionQuerySet(models.QuerySet[SuppressionType]):
    """Addresses that must not be written to."""

    def reasons(self, addresses: Iterable[str]) -> dict[str, str]:
        """Return the reason by lower-case address, for those of the addresses that are suppressed."""
        wanted = {address.lower() for address in addresses}
        return dict(self.filter(address__in=wanted).values_list("address", "reason"))
