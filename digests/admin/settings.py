"""What librarians set: when each update is sent, and which imports are announced."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_pages import PortalModelAdmin
from digests.models import ImportChoice, Schedule
from digests.services.ticking import schedules


@admin.register(Schedule)
class ScheduleAdmin(PortalModelAdmin):
    """When the update of each frequency is put together, released and sent."""

    list_display = ("frequency", "weekday", "lead_hours", "is_automatic", "is_enabled")
    readonly_fields = ("frequency",)
    fields = ("frequency", "weekday", "lead_hours", "is_automatic", "is_enabled")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        """All, those that nobody has touched yet included."""
        schedules()
        return super().get_queryset(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one for each frequency."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        """It is switched off instead."""
        return False


@admin.register(ImportChoice)
class ImportChoiceAdmin(PortalModelAdmin):
    """Imports of which other records are announced than those published in the last 12 months."""

    list_display = ("import_batch", "rule")
    list_select_related = ("import_batch",)
    fields = ("import_batch", "rule")
