"""Reads of the pages that librarians edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class PageQuerySet(models.QuerySet["Page"]):
    """Pages."""

    def visible_to(self, user: User | AnonymousUser) -> PageQuerySet:
        """Those that this person may read: librarians also see the ones that are not shown yet."""
        if user.is_authenticated and user.is_librarian:
            return self.all()
        return self.filter(is_shown=True)

    def in_footer(self) -> PageQuerySet:
        """Those that the footer of every page links to, in the order chosen."""
        return self.filter(is_shown=True, in_footer=True).order_by("position", "title")
