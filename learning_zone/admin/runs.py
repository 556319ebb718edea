"""Dates of courses in the librarians' admin."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_pages import ConditionFilter, PortalModelAdmin
from learning_zone.models import CourseRun, LearningResource


class WhenFilter(ConditionFilter):
    """Coming or past."""

    title = "when"
    parameter_name = "when"

    def conditions(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str, Q]]:
        """Coming and past."""
        now = timezone.now()
        return [("coming", "Still to come", Q(starts_at__gte=now)), ("past", "Past", Q(starts_at__lt=now))]


@admin.register(CourseRun)
class CourseRunAdmin(PortalModelAdmin):
    """All dates of all courses."""

    list_display = ("resource", "starts_at", "ends_at", "place", "booking_by", "is_full", "is_cancelled")
    list_filter = (WhenFilter, "is_full", "is_cancelled")
    list_select_related = ("resource",)
    search_fields = ("resource__title", "place")
    autocomplete_fields = ("resource",)
    ordering = ("starts_at",)
    fields = ("resource", "starts_at", "ends_at", "place", "booking_url", "booking_by", "is_full", "is_cancelled")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CourseRun]:
        """Only dates of what this person may change."""
        editable = LearningResource.objects.editable_by(request.user)
        return super().get_queryset(request).filter(resource__in=editable)
