"""What librarians set: when each update is sent, and which imports are announced."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

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


class ImportChoiceForm(forms.ModelForm):
    """Which import, and what of it."""

    class Meta:
        model = ImportChoice
        fields = ("import_batch", "rule")
        help_texts: ClassVar = {
            "rule": "For what is published from now on: what was passed over once is not told later."
        }


@admin.register(ImportChoice)
class ImportChoiceAdmin(PortalModelAdmin):
    """Imports of which other records are announced than those published in the last 12 months."""

    list_display = ("import_batch", "rule")
    list_select_related = ("import_batch",)
    form = ImportChoiceForm

    def response_post_save_add(self, request: HttpRequest, obj: ImportChoice) -> HttpResponseRedirect:
        """Go back to the import, which says what is announced of it."""
        return HttpResponseRedirect(reverse("admin:evidence_importbatch_change", args=[obj.import_batch_id]))

    def response_post_save_change(self, request: HttpRequest, obj: ImportChoice) -> HttpResponseRedirect:
        """As above."""
        return self.response_post_save_add(request, obj)
