"""Reads of the pages that librarians edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

if TYPE_CHECKING:
    from accounts.models import User
    from pages.models import Page

PageType = TypeVar("PageType", bound="Page", covariant=True)


class PageQuerySet(models.QuerySet[PageType]):
    """Pages."""

    def visible_to(self, user: User | AnonymousUser) -> PageQuerySet[PageType]:
        """Those that this person may read: librarians also see the ones that are not shown yet."""
        if user.is_authenticated and user.is_librarian:
            return self.all()
        return self.filter(is_shown=True)

    def in_footer(self) -> PageQuerySet[PageType]:
        """Those that the footer of every page links to, in the order chosen."""
        return self.filter(is_shown=True, in_footer=True).order_by("position", "title")
