"""Filters of the list of evidence."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from accounts.admin_pages import ConditionFilter


class MissingFilter(ConditionFilter):
    """What a librarian goes through to put right. Topic and quality have filters of their own."""

    title = "what is missing"
    parameter_name = "missing"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """What may be missing."""
        return [
            ("bottom-line", "No bottom line", Q(summary="")),
            ("identifier", "No DOI or PMID", Q(doi="", pmid="")),
            ("year", "No year", Q(year__isnull=True)),
        ]
