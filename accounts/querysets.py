"""Reads of people and organisations."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import Organisation, User

OrganisationType = TypeVar("OrganisationType", bound="Organisation", covariant=True)
UserType = TypeVar("UserType", bound="User", covariant=True)


class OrganisationQuerySet(models.QuerySet[OrganisationType]):
    """Organisations."""

    def active(self) -> OrganisationQuerySet[OrganisationType]:
        """Those that people can still belong to."""
        return self.filter(is_active=True)

    def with_domain_of(self, email: str) -> OrganisationQuerySet[OrganisationType]:
        """The organisation whose e-mail domain is the address's own; a subdomain does not count."""
        return self.active().filter(domains__domain=email.rpartition("@")[2].lower())


class UserQuerySet(models.QuerySet[UserType]):
    """People."""

    def active(self) -> UserQuerySet[UserType]:
        """Those who can sign in."""
        return self.filter(is_active=True)

    def librarians(self) -> UserQuerySet[UserType]:
        """Those who curate: librarians and administrators."""
        return self.active().filter(role__in=("librarian", "administrator"))

    def waiting_for_approval(self) -> UserQuerySet[UserType]:
        """Readers who said they work somewhere but whose address does not prove it."""
        return (
            self.active()
            .filter(staff_since=None, staff_requested_at__isnull=False)
            .exclude(Q(role="librarian") | Q(role="administrator"))
        )

    def unconfirmed(self, *, joined_before: datetime.datetime) -> UserQuerySet[UserType]:
        """Those who signed up before the moment and never confirmed an address. People added by librarians have none."""
        signed_up = self.model._default_manager.filter(emailaddress__isnull=False)
        return self.filter(
            date_joined__lt=joined_before,
            staff_since=None,
            role="reader",
            erased_at=None,
            pk__in=signed_up.values("pk"),
        ).exclude(emailaddress__verified=True)
