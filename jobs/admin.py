"""Long work in the admin: to look at, and to stop."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """Every job with its state; nothing here is edited by hand."""

    list_display = ("title_link", "state", "counted", "error_count", "owner", "created_at", "finished_at")
    list_display_links = None
    list_filter = ("state", "kind", "created_at")
    search_fields = ("title", "owner__email")
    list_select_related = ("owner",)
    date_hierarchy = "created_at"

    @admin.display(description="title", ordering="title")
    def title_link(self, job: Job) -> SafeString:
        """The title, leading to the job's own page."""
        return format_html('<a href="{}">{}</a>', job.get_absolute_url(), job.title)

    @admin.display(description="done")
    def counted(self, job: Job) -> str:
        """How far it has got, in words."""
        return f"{job.done} of {job.total} {job.noun}" if job.total else "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Jobs are made by the work they stand for."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """A job is a record of what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """A job is a record of what happened."""
        return False
