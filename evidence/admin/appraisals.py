"""Appraisals of all records in one list, to look at. Each is written and changed on its record's own page."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_pages import PortalModelAdmin, UsedConditionFilter
from evidence.choices import Band, Tool
from evidence.models import Appraisal, Evidence


class ToolFilter(UsedConditionFilter):
    """Tools that were used."""

    title = "tool"
    parameter_name = "tool"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """In the order in which the form offers them."""
        return [(tool.value, tool.label, Q(tool=tool.value)) for tool in Tool]


class BandFilter(UsedConditionFilter):
    """The band that the result gives."""

    title = "band"
    parameter_name = "band"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """Best first, then results that give none."""
        bands = [(band.value, band.label, Q(band=band.value)) for band in Band if band != Band.NOT_APPRAISED]
        return [*bands, ("-", "None", Q(band=""))]


@admin.register(Appraisal)
class AppraisalAdmin(PortalModelAdmin):
    """Who appraised what, with which tool and result, when."""

    list_display = ("record_link", "result_words", "band", "appraiser", "appraised_on", "is_approved")
    list_display_links = None
    list_filter = (ToolFilter, BandFilter, "is_approved")
    list_select_related = ("evidence",)
    search_fields = ("evidence__title", "appraiser", "note")
    search_help_text = "Search by title, appraiser or words of the note"
    date_hierarchy = "appraised_on"
    ordering = ("-appraised_on", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appraisal]:
        """Only appraisals of what this person may change."""
        editable = Evidence.objects.editable_by(request.user)
        return super().get_queryset(request).filter(evidence__in=editable)

    @admin.display(description="record", ordering="evidence__title")
    def record_link(self, appraisal: Appraisal) -> SafeString:
        """The record, leading to its form."""
        url = reverse("admin:evidence_evidence_change", args=[appraisal.evidence_id])
        return format_html('<a href="{}">{}</a>', url, appraisal.evidence.title)

    @admin.display(description="result", ordering="tool")
    def result_words(self, appraisal: Appraisal) -> str:
        """The tool's own result."""
        return appraisal.in_words

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An appraisal is added to its record, whose band follows from it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Appraisal | None = None) -> bool:
        """It is changed on its record's page, where two people's changes cannot overwrite each other."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Appraisal | None = None) -> bool:
        """It is taken away on its record's page."""
        return False
