"""Editing the pages and the workstreams."""

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest

from pages.models import Page, Workstream, WorkstreamPerson


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):
    """The words of the portal. "View on site" shows the page, before readers see it too."""

    list_display = ("title", "slug", "is_shown", "in_footer", "position", "review_due", "updated_at")
    list_filter = ("is_shown", "in_footer")
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ("title", "lead", "body")
    fieldsets = (
        (None, {"fields": ("title", "slug", "lead", "body", "live_part")}),
        ("Where it is shown", {"fields": ("is_shown", "in_footer", "position")}),
        ("Review", {"fields": ("reviewed_at", "review_due")}),
    )

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> dict[str, Sequence[str]]:
        """Write the address from the title of a new page."""
        return {} if obj else {"slug": ("title",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> tuple[str, ...]:
        """Keep the address and the live part of a page that other pages rely on."""
        return ("slug", "live_part") if obj and obj.is_supplied else ()

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        """Refuse to delete a supplied page: hide it instead."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_supplied)


class WorkstreamPersonInline(admin.TabularInline):
    """The lead and the champions of a workstream."""

    model = WorkstreamPerson
    extra = 0


@admin.register(Workstream)
class WorkstreamAdmin(admin.ModelAdmin):
    """The workstreams, with the people whom readers may turn to."""

    list_display = ("name", "is_ours", "position")
    inlines = (WorkstreamPersonInline,)
