"""Filters of the list of evidence."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from evidence.models import Evidence


class MissingFilter(admin.SimpleListFilter):
    """What a librarian goes through to put right. Topic and quality have filters of their own."""

    title = "what is missing"
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What may be missing."""
        return [("bottom-line", "No bottom line"), ("identifier", "No DOI or PMID"), ("year", "No year")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Evidence]) -> QuerySet[Evidence]:
        """Narrow the list."""
        match self.value():
            case "bottom-line":
                return queryset.filter(summary="")
            case "identifier":
                return queryset.filter(doi="", pmid="")
            case "year":
                return queryset.filter(year__isnull=True)
            case _:
                return queryset
