"""Reads of people and organisations."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations."""

    def active(self) -> OrganisationQuerySet:
        """Those that people can still belong to."""
        return self.filter(is_active=True)

    def with_domain_of(self, email: str) -> OrganisationQuerySet:
        """The organisation whose e-mail domain is the address's own; a subdomain does not count."""
        return self.active().filter(domains__domain=email.rpartition("@")[2].lower())


class UserQuerySet(models.QuerySet["User"]):
    """People."""

    def active(self) -> UserQuerySet:
        """Those who can sign in."""
        return self.filter(is_active=True)

    def librarians(self) -> UserQuerySet:
        """Those who curate: librarians and administrators."""
        return self.active().filter(role__in=("librarian", "administrator"))

    def waiting_for_approval(self) -> UserQuerySet:
        """Readers who said they work somewhere but whose address does not prove it."""
        return (
            self.active()
            .filter(staff_since=None, staff_requested_at__isnull=False)
            .exclude(Q(role="librarian") | Q(role="administrator"))
        )
